package eventdb

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	certificateName = "node.crt"
	keyName         = "node.key"
	selfSignedYears = 10 // clients are given the file, so that it is renewed by hand
	maxHosts        = 100
)

// LoadCertificate reads a certificate, with those between it and its root after it, and its key, both PEM. One that is
// not valid at the given time is refused.
func LoadCertificate(certFile, keyFile string, now time.Time) (tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate: %w", err)
	}
	if now.Before(c.Leaf.NotBefore) || now.After(c.Leaf.NotAfter) {
		return tls.Certificate{}, fmt.Errorf("certificate: %s is valid from %s to %s, not now", certFile,
			c.Leaf.NotBefore.Format(time.RFC3339), c.Leaf.NotAfter.Format(time.RFC3339))
	}
	return c, nil
}

// SelfSigned is the certificate in dir/node.crt, with its key in dir/node.key, both of mode 0600. Where there is none, it
// makes one for the hosts, which are names or addresses; clients take node.crt as their authority. One that is there is
// never replaced, for clients have it: if it has run out or names other hosts, the error says so.
func SelfSigned(dir string, hosts []string, now time.Time) (tls.Certificate, error) {
	if len(hosts) == 0 || len(hosts) > maxHosts {
		return tls.Certificate{}, fmt.Errorf("certificate: it needs 1 to %d hosts", maxHosts)
	}
	certFile, keyFile := filepath.Join(dir, certificateName), filepath.Join(dir, keyName)
	if _, err := os.Stat(certFile); errors.Is(err, fs.ErrNotExist) {
		if err := makeCertificate(certFile, keyFile, hosts, now); err != nil {
			return tls.Certificate{}, fmt.Errorf("certificate: %w", err)
		}
	}
	const again = "remove node.crt and node.key to have them made anew, and give node.crt to the clients"
	c, err := LoadCertificate(certFile, keyFile, now)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%w; %s", err, again)
	}
	for _, host := range hosts {
		if err := c.Leaf.VerifyHostname(host); err != nil {
			return tls.Certificate{}, fmt.Errorf("certificate: %s does not name the host %s; %s", certFile, host, again)
		}
	}
	return c, nil
}

// makeCertificate writes the key first: a key without a certificate is a half-made pair, and is made anew.
func makeCertificate(certFile, keyFile string, hosts []string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	// No authority beyond itself: whoever gets hold of the key can sign for no other host.
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)),
		Subject:      pkix.Name{CommonName: "ksiega node"},
		NotBefore:    now.Add(-time.Hour), // clocks differ
		NotAfter:     now.AddDate(selfSignedYears, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},

		BasicConstraintsValid: true,
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(certFile), 0o700); err != nil {
		return err
	}
	if err := os.Remove(keyFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := replaceFile(keyFile, inPEM("PRIVATE KEY", secret)); err != nil {
		return err
	}
	return replaceFile(certFile, inPEM("CERTIFICATE", der))
}

func inPEM(kind string, der []byte) []byte {
	var b bytes.Buffer
	_ = pem.Encode(&b, &pem.Block{Type: kind, Bytes: der}) // a buffer takes everything
	return b.Bytes()
}
