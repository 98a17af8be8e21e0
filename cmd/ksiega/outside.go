package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"ksiega/cmd/ksiega/session"
)

// outside is how a server is reached off loopback: by TLS, its own or a proxy's.
type outside struct {
	Origin      string   `name:"origin" env:"KSIEGA_ORIGIN" placeholder:"https://…" help:"Adres, pod którym wchodzi się do serwera; wymagany poza pętlą zwrotną, razem z TLS."`
	TLSCert     string   `name:"tls-cert" env:"KSIEGA_TLS_CERT" placeholder:"FILE" help:"Certyfikat serwera z całym łańcuchem, PEM; zmieniony plik serwer czyta od nowa."`
	TLSKey      string   `name:"tls-key" env:"KSIEGA_TLS_KEY" placeholder:"FILE" help:"Klucz certyfikatu, PEM."`
	BehindProxy []string `name:"behind-proxy" env:"KSIEGA_BEHIND_PROXY" placeholder:"ADDRESS" help:"Zamiast certyfikatu: adresy albo sieci pośrednika, który kończy TLS; tylko jemu serwer odpowiada i tylko jego nagłówkom X-Forwarded-… wierzy."`
}

// reached is how a server is reached; the zero value in clear, on loopback.
type reached struct {
	origin  session.Origin
	proxies []netip.Prefix
	pair    *pair // nil without a TLS of its own
}

// reach says how a server that listens at an address is reached, or what to give it.
func (o outside) reach(listen string) (r reached, err error) {
	own := o.TLSCert != "" || o.TLSKey != ""
	switch {
	case o.Origin == "" && (own || len(o.BehindProxy) > 0):
		return r, errors.New("podaj też --origin https://…: adres, pod którym wchodzi się do serwera")
	case o.Origin == "" && loopback(listen):
		return r, nil
	case o.Origin == "":
		return r, fmt.Errorf("podaj --origin https://… oraz --tls-cert i --tls-key albo --behind-proxy: bez TLS serwer słucha tylko na pętli zwrotnej (127.0.0.1), a nie na %s", listen)
	case !own && len(o.BehindProxy) == 0:
		return r, errors.New("podaj --tls-cert i --tls-key albo --behind-proxy: pod adresem https serwer odpowiada tylko przez TLS")
	case own && len(o.BehindProxy) > 0:
		return r, errors.New("podaj tylko jedno: certyfikat (--tls-cert, --tls-key) albo pośrednika (--behind-proxy)")
	case own && (o.TLSCert == "" || o.TLSKey == ""):
		return r, errors.New("podaj razem --tls-cert i --tls-key")
	}
	if r.origin, err = session.ParseOrigin(o.Origin); err != nil {
		return r, errors.New("popraw --origin: https:// i nazwa serwera, bez niczego po niej, na przykład https://ksiega.mops.example")
	}
	for _, text := range o.BehindProxy {
		p, err := prefix(text)
		if err != nil {
			return r, fmt.Errorf("popraw --behind-proxy: %q nie jest adresem ani siecią IP", text)
		}
		r.proxies = append(r.proxies, p)
	}
	if own {
		r.pair = &pair{cert: o.TLSCert, key: o.TLSKey, now: time.Now}
		if err := r.pair.load(); err != nil {
			return r, fmt.Errorf("popraw --tls-cert i --tls-key: nie da się użyć tego certyfikatu (%w)", err)
		}
	}
	return r, nil
}

func prefix(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return addr.Unmap().Prefix(addr.Unmap().BitLen())
	}
	p, err := netip.ParsePrefix(text)
	if err == nil && p.Bits() == 0 {
		return p, errors.New("everybody is no proxy")
	}
	return p.Masked(), err
}

// listener is what a server of the web door accepts from; it takes its time for no handshake,
// see handshakeBound.
func (r reached) listener(l net.Listener) net.Listener {
	if r.pair == nil {
		return l
	}
	// Bounds of bodies and answers are told of a connection, of which HTTP/2 has several.
	return tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: r.pair.get})
}

// handshakeBound is how long a handshake and the head of a request may take: whoever is slower is
// cut off, and in the way of nobody.
const handshakeBound = 10 * time.Second

// bound is a server of the web door.
func (r reached) bound(s *http.Server) *http.Server {
	s.ReadHeaderTimeout = handshakeBound
	s.ErrorLog = slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug) // strangers' handshakes fail all day
	return s
}

// url is where a server that listens at an address is found.
func (r reached) url(listens net.Addr) string {
	if r.origin.TLS() {
		return r.origin.String() + " (słucha na " + listens.String() + ")"
	}
	return "http://" + listens.String()
}

// pair is a certificate and its key, read again from their files when those have changed. A pair
// that can't be used, as one of which half is written yet, leaves the one before.
type pair struct {
	cert, key string
	now       func() time.Time

	mu     sync.Mutex
	loaded *tls.Certificate
	of     [2]stamp // of the files when they were last read
	looked time.Time
}

// stamp tells a file from a changed one.
type stamp struct {
	size int64
	at   time.Time
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = time.Second

func (p *pair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.now(); now.Sub(p.looked) >= lookEvery {
		p.looked = now
		if is := p.stamps(); is != p.of {
			if err := p.read(is); err != nil {
				slog.Warn("the certificate has changed and can't be used: the one before stays", "error", err)
			}
		}
	}
	return p.loaded, nil
}

func (p *pair) load() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read(p.stamps())
}

func (p *pair) read(is [2]stamp) error {
	p.of = is // what is wrong is told once
	c, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		return err
	}
	p.loaded = &c
	return nil
}

func (p *pair) stamps() (is [2]stamp) {
	for i, name := range []string{p.cert, p.key} {
		if info, err := os.Stat(name); err == nil {
			is[i] = stamp{info.Size(), info.ModTime()}
		}
	}
	return is
}
