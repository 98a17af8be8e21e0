package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/eventdb"
)

type nodeCmd struct {
	Listen   string `name:"listen" placeholder:"unix:PATH|HOST:PORT" help:"Gdzie słuchać; bez tego na gnieździe w katalogu danych, które jest też przy HOST:PORT. Port 0 to dowolny wolny. HOST:PORT wymaga TLS i użytkowników, chyba że HOST to pętla zwrotna."`
	ReadOnly bool   `name:"read-only" help:"Odmawiaj każdej zmiany."`

	Users      string   `name:"users" placeholder:"FILE" help:"Kto może wołać pod HOST:PORT; patrz --add-user."`
	TLSCert    string   `name:"tls-cert" placeholder:"FILE" help:"Certyfikat dla HOST:PORT, PEM."`
	TLSKey     string   `name:"tls-key" placeholder:"FILE" help:"Jego klucz, PEM."`
	SelfSigned bool     `name:"tls-self-signed" help:"Zrób raz w katalogu danych node.crt i node.key; klienci ufają node.crt."`
	TLSHosts   []string `name:"tls-host" placeholder:"HOST" help:"Nazwy i adresy do node.crt; bez tego host z --listen."`
	Insecure   bool     `name:"insecure" help:"Świadomie bez TLS i użytkowników: każdy na tym komputerze może wszystko czytać i zapisywać. HOST musi być adresem pętli zwrotnej."`

	AddUser      string `name:"add-user" placeholder:"NAME" help:"Niczego nie uruchamiaj; wpisz tego użytkownika albo nowe hasło do pliku z --users. Hasło jest w KSIEGA_NODE_PASSWORD albo na standardowym wejściu."`
	ReadOnlyUser bool   `name:"read-only-user" help:"Z --add-user: użytkownik może czytać, a nie zapisywać."`
}

// Run serves the embedded event database alone until it is told to stop. The
// first line it prints is the address.
func (c *nodeCmd) Run(ctx context.Context, g *globals) error {
	if c.AddUser != "" {
		return c.addUser()
	}
	if c.ReadOnlyUser {
		return control.Usage{Err: errors.New("podaj --read-only-user tylko razem z --add-user NAME")}
	}
	opts, err := c.options(g)
	if err != nil {
		return err
	}
	node, err := eventdb.Open(opts)
	if err != nil {
		return err
	}
	address := node.TCPAddress()
	if address == "" {
		address = "unix:" + node.Socket()
	}
	fmt.Println(address)
	select {
	case <-ctx.Done():
	case <-node.Done():
	}
	return errors.Join(node.Err(), node.Close())
}

// options are those of the node that the flags ask for.
func (c *nodeCmd) options(g *globals) (opts eventdb.Options, err error) {
	if c.ReadOnly {
		if _, err := os.Stat(g.Data); err != nil {
			return opts, fmt.Errorf("katalog danych: %w", err)
		}
	}
	opts = eventdb.Options{Dir: g.Data, ReadOnly: c.ReadOnly, AnyClock: g.AnyClock}
	path, isSocket := strings.CutPrefix(c.Listen, "unix:")
	switch {
	case isSocket && path == "":
		return opts, control.Usage{Err: errors.New("podaj ścieżkę: --listen unix:PATH")}
	case isSocket:
		opts.Socket, err = filepath.Abs(path)
	case c.Listen != "":
		opts.TCP, err = c.tcp(g.Data)
	}
	if err == nil && opts.TCP == nil && (c.Users != "" || c.secure() || c.Insecure) {
		err = control.Usage{Err: errors.New("podaj --users, --tls-cert, --tls-key, --tls-self-signed, --tls-host i --insecure tylko razem z --listen HOST:PORT")}
	}
	return opts, err
}

func (c *nodeCmd) secure() bool {
	return c.TLSCert != "" || c.TLSKey != "" || c.SelfSigned || len(c.TLSHosts) > 0
}

// tcp is the listener that HOST:PORT asks for. It is secure, or the operator has
// said that it is not.
func (c *nodeCmd) tcp(dir string) (*eventdb.TCPOptions, error) {
	host, port, err := net.SplitHostPort(c.Listen)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		return nil, control.Usage{Err: fmt.Errorf("podaj --listen jako unix:PATH albo HOST:PORT, a nie %s", c.Listen)}
	}
	if loopback(c.Listen) && !c.Insecure && c.Users == "" && !c.secure() {
		// Scripts rely on --listen HOST:PORT alone, as on the real server's
		// --insecure; nobody should do so unknowingly.
		fmt.Fprintf(os.Stderr, "ksiega: każdy na tym komputerze może czytać i pisać pod %s; podaj --insecure albo --users i TLS\n", c.Listen)
		c.Insecure = true
	}
	out := &eventdb.TCPOptions{Listen: c.Listen, Insecure: c.Insecure}
	if c.Insecure {
		if c.Users != "" || c.secure() {
			return nil, control.Usage{Err: errors.New("wybierz jedno: --insecure albo użytkowników i TLS")}
		}
		if !loopback(c.Listen) {
			return nil, control.Usage{Err: fmt.Errorf("podaj adres pętli zwrotnej: --insecure jest tylko dla niego, a %s nim nie jest", c.Listen)}
		}
		return out, nil
	}
	files := c.TLSCert != "" && c.TLSKey != ""
	switch {
	case c.SelfSigned && (c.TLSCert != "" || c.TLSKey != ""):
		return nil, control.Usage{Err: errors.New("wybierz jedno: --tls-self-signed albo --tls-cert i --tls-key")}
	case len(c.TLSHosts) > 0 && !c.SelfSigned:
		return nil, control.Usage{Err: errors.New("podaj --tls-host tylko razem z --tls-self-signed")}
	case c.Users == "" || !files && !c.SelfSigned:
		ways := "wymaga TLS i użytkowników: podaj --users FILE oraz --tls-cert FILE i --tls-key FILE albo --tls-self-signed"
		if loopback(c.Listen) {
			ways += "; albo --insecure, a wtedy każdy na tej maszynie czyta i pisze wszystko"
		}
		return nil, control.Usage{Err: fmt.Errorf("--listen %s %s", c.Listen, ways)}
	}
	hosts := c.TLSHosts
	if ip := net.ParseIP(host); c.SelfSigned && len(hosts) == 0 {
		if host == "" || ip.IsUnspecified() {
			return nil, control.Usage{Err: fmt.Errorf("podaj --tls-host: --listen %s nie nazywa hosta, na którego ma być certyfikat", c.Listen)}
		}
		hosts = []string{host}
	}
	if out.Users, err = eventdb.LoadUsers(c.Users); err != nil {
		return nil, fmt.Errorf("popraw plik użytkowników (%w)", err)
	}
	if files {
		out.Certificate, err = eventdb.LoadCertificate(c.TLSCert, c.TLSKey, time.Now())
	} else {
		out.Certificate, err = eventdb.SelfSigned(dir, hosts, time.Now())
	}
	if err != nil {
		err = fmt.Errorf("popraw certyfikat albo jego klucz (%w)", err)
	}
	return out, err
}

// addUser writes a user into the users file.
func (c *nodeCmd) addUser() error {
	if c.Users == "" || c.Listen != "" || c.ReadOnly || c.Insecure || c.secure() {
		return control.Usage{Err: errors.New("podaj --add-user NAME z --users FILE i ewentualnie --read-only-user, z niczym więcej")}
	}
	password, err := nodePassword(os.Stdin)
	if err != nil {
		return fmt.Errorf("hasło: %w", err)
	}
	replaced, err := eventdb.AddUser(c.Users, c.AddUser, password, c.ReadOnlyUser)
	if err != nil {
		return fmt.Errorf("popraw nazwę, hasło albo plik użytkowników (%w)", err)
	}
	what := "dodany"
	if replaced {
		what = "zmieniony"
	}
	fmt.Printf("użytkownik %s: %s; działający węzeł to zauważy\n", c.AddUser, what)
	return nil
}

// nodePassword is the first line of the input. At a terminal it is typed unseen,
// twice.
func nodePassword(in *os.File) (string, error) {
	if p := os.Getenv("KSIEGA_NODE_PASSWORD"); p != "" {
		return p, nil
	}
	if fd := int(in.Fd()); term.IsTerminal(fd) {
		var typed [2][]byte
		for i, prompt := range []string{"Hasło: ", "Jeszcze raz: "} {
			fmt.Fprint(os.Stderr, prompt)
			var err error
			typed[i], err = term.ReadPassword(fd)
			fmt.Fprintln(os.Stderr)
			if err != nil {
				return "", err
			}
		}
		if string(typed[0]) != string(typed[1]) {
			return "", errors.New("wpisz dwa razy to samo: hasła się różnią")
		}
		return string(typed[0]), nil
	}
	return firstLine(in)
}

// firstLine is a secret as people keep one: what follows it means nothing.
func firstLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
