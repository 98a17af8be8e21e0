package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// written is a certificate of a host, with its key, in files.
func written(t *testing.T, dir, host string, serial int64) (cert, key string, root *x509.Certificate) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key, root
}

// A server off loopback is reached by TLS alone: what lacks for that is told.
func TestOffLoopbackThereIsTLS(t *testing.T) {
	t.Parallel()
	cert, key, _ := written(t, t.TempDir(), "ksiega.example", 1)
	const at = "https://ksiega.example"
	for name, c := range map[string]struct {
		outside
		listen, want string
	}{
		"in clear":              {outside{}, "0.0.0.0:8080", "podaj --origin"},
		"in clear, by its name": {outside{}, "ksiega.example:80", "podaj --origin"},
		"on every address":      {outside{}, ":8080", "podaj --origin"},
		"no TLS":                {outside{Origin: at}, "0.0.0.0:8080", "--tls-cert"},
		"no origin":             {outside{TLSCert: cert, TLSKey: key}, "0.0.0.0:8080", "podaj też --origin"},
		"a proxy, no origin":    {outside{BehindProxy: []string{"10.0.0.7"}}, "127.0.0.1:8080", "podaj też --origin"},
		"half of it":            {outside{Origin: at, TLSCert: cert}, "0.0.0.0:8080", "razem"},
		"both":                  {outside{Origin: at, TLSCert: cert, TLSKey: key, BehindProxy: []string{"10.0.0.7"}}, "0.0.0.0:8080", "tylko jedno"},
		"an origin in clear":    {outside{Origin: "http://ksiega.example", TLSCert: cert, TLSKey: key}, "0.0.0.0:8080", "popraw --origin"},
		"everybody a proxy":     {outside{Origin: at, BehindProxy: []string{"0.0.0.0/0"}}, "0.0.0.0:8080", "popraw --behind-proxy"},
		"no address":            {outside{Origin: at, BehindProxy: []string{"posrednik"}}, "0.0.0.0:8080", "popraw --behind-proxy"},
		"no certificate":        {outside{Origin: at, TLSCert: key, TLSKey: key}, "0.0.0.0:8080", "nie da się użyć"},
		"loopback":              {outside{}, "127.0.0.1:8080", ""},
		"its own TLS":           {outside{Origin: at, TLSCert: cert, TLSKey: key}, "0.0.0.0:8080", ""},
		"a proxy":               {outside{Origin: at, BehindProxy: []string{"10.0.0.7", "fd00::/8"}}, "0.0.0.0:8080", ""},
	} {
		_, err := c.reach(c.listen)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// Who comes by another name, in clear, or lets the server wait for a handshake is turned away or
// waited for beside the others; a certificate that is put in the place of another is shown
// without a restart.
func TestAServerOffLoopback(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key, first := written(t, dir, "ksiega.example", 1)
	cmd := program(context.Background(), t, "serve", "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0", "--origin", "https://ksiega.example", "--tls-cert", cert, "--tls-key", key)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	_, address, ok := strings.Cut(strings.TrimSpace(line), "księga: https://ksiega.example (słucha na ")
	if err != nil || !ok {
		t.Fatalf("it says %q, %v", line, err)
	}
	address = strings.TrimSuffix(address, ")")

	roots := x509.NewCertPool()
	roots.AddCert(first)
	ask := func(host string, headers ...string) (*http.Response, error) {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "ksiega.example"}, DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", address)
			}}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+"/docs", nil)
		if err != nil {
			return nil, err
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		resp, err := client.Do(r)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		return resp, err
	}
	for range 40 { // nothing comes of these
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
	}
	for _, c := range []struct {
		host    string
		headers []string
		want    int
	}{
		{"ksiega.example", nil, http.StatusOK}, {"localhost", nil, http.StatusForbidden}, {"zle.example", nil, http.StatusForbidden},
		{"zle.example", []string{"X-Forwarded-Host", "ksiega.example"}, http.StatusForbidden}, {"ksiega.example", []string{"Origin", "http://ksiega.example"}, http.StatusForbidden},
	} {
		resp, err := ask(c.host, c.headers...)
		if err != nil || resp.StatusCode != c.want || !strings.Contains(resp.Header.Get("Strict-Transport-Security"), "max-age=") {
			t.Errorf("%s %v: %+v, %v", c.host, c.headers, resp, err)
		}
	}
	clear, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = clear.Close() }()
	_, _ = fmt.Fprintf(clear, "GET /docs HTTP/1.1\r\nHost: ksiega.example\r\n\r\n")
	if said, _ := io.ReadAll(clear); strings.Contains(string(said), " 200 ") {
		t.Errorf("in clear: %s", said)
	}

	if err := os.WriteFile(key, []byte("-----BEGIN"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * lookEvery)
	if _, err := ask("ksiega.example"); err != nil {
		t.Errorf("with half of a certificate in the place of one: %v", err)
	}
	_, _, second := written(t, dir, "ksiega.example", 2)
	roots.AddCert(second)
	for {
		resp, err := ask("ksiega.example")
		if err != nil {
			t.Fatal(err)
		}
		if resp.TLS.PeerCertificates[0].SerialNumber.Int64() == 2 {
			break
		}
		time.Sleep(lookEvery / 4)
	}
}
