package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/internal/socket"
)

type serveCmd struct {
	Listen    string `name:"listen" env:"KSIEGA_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Gdzie słuchać; każdy adres poza pętlą zwrotną wymaga --origin i TLS."`
	TokenFile string `name:"token-file" env:"KSIEGA_TOKEN_FILE" placeholder:"FILE" help:"Plik z tokenem programów; dopóki nie ma kont, muszą go mieć żądania. Sam token można podać w KSIEGA_TOKEN."`
	outside
	Sample bool   `name:"sample" help:"Zaimportuj raz przykładowe centra i załóż w nich konto każdej roli; tylko na pętli zwrotnej."`
	MaxLag uint64 `name:"max-lag" default:"10000" placeholder:"N" help:"Ile zdarzeń może brakować zestawieniu, zanim serwer przestanie być gotowy."`
}

// errSampleOutside keeps the sample where whoever comes has the machine.
var errSampleOutside = errors.New("opuść --sample albo słuchaj na pętli zwrotnej (--listen 127.0.0.1:8080) i bez --origin: hasło przykładowych kont pokazuje strona logowania, więc z sieci nikt nie może do nich trafić")

const (
	shutdownGrace = 10 * time.Second
	saveEvery     = time.Minute
	// slowlyRefused is longer than a password takes that is looked at while few sign in.
	slowlyRefused = 300 * time.Millisecond

	// Connections at once, where the process may open files enough.
	publicConnections  = 1024
	controlConnections = 64
)

// Run serves until it is told to stop. It prints the address once it answers.
func (c *serveCmd) Run(ctx context.Context, g *globals) error {
	slog.SetLogLoggerLevel(slog.LevelInfo)
	token, err := c.token()
	if err != nil {
		return control.Usage{Err: err}
	}
	by, err := c.reach(c.Listen)
	if c.Sample && (!loopback(c.Listen) || c.Origin != "") {
		err = errSampleOutside
	}
	if err != nil {
		return control.Usage{Err: err}
	}
	m, s := newMetrics(), &starting{}
	h := m.hooks(func(projection string, err error) {
		slog.Error("read model", "projection", projection, "error", err)
	})
	h.anew = s.anew
	p, err := openLedger(ctx, g, true, h)
	if err != nil {
		return err
	}
	s.done.Store(true)
	m.watch(p.runner)
	return errors.Join(c.serve(ctx, p, m, by, token), p.Close())
}

func (c *serveCmd) serve(ctx context.Context, p *process, m *metrics, by reached, token string) (err error) {
	options := p.webOptions(slog.Default())
	if options.Desk, err = p.desk(by.origin); err != nil {
		return err
	}
	options.Token, options.Metrics, options.SignIns = token, m.handler(), m.signedIn
	options.Origin, options.Proxies = by.origin, by.proxies
	options.Ready, options.Status = p.readiness(c.MaxLag), p.status
	if err := p.recordEditions(ctx); err != nil {
		return err
	}
	if c.Sample {
		if err := p.importSample(ctx); err != nil {
			return fmt.Errorf("import przykładowych centrów: %w", err)
		}
		fmt.Println("w księdze są przykładowe centra: MOPS w Starachowicach, Łodzi, Tychach i Radomiu")
		if token == "" {
			if err := p.openSample(ctx, &options); err != nil {
				return err
			}
		}
	}
	handler, err := httpapi.New(options)
	if err != nil {
		return err
	}
	public, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	local, err := socket.Listen(p.dir, control.Socket)
	if err != nil {
		return errors.Join(fmt.Errorf("gniazdo serwera: %w", err), public.Close())
	}
	doors := []*socket.Bound{
		socket.NewBound(public, socket.Share(publicConnections)),
		socket.NewBound(local.Greeted(), socket.Share(controlConnections)),
	}
	servers := []*http.Server{
		by.bound(&http.Server{Handler: handler, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute}),
		{Handler: p.door(handler)}, // it listens to this machine alone
	}
	failed := make(chan error, len(servers))
	ctx, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() { p.automat(ctx) })
	background.Go(func() { p.upkeep(ctx) })
	p.change(ctx) // what a crash cut short
	defer background.Wait()
	defer stop()
	doors[0].LimitStrangers(servers[0])
	doors[1].Limit(servers[1])
	for i, door := range []net.Listener{by.listener(doors[0]), doors[1]} {
		go func() { failed <- servers[i].Serve(door) }()
	}
	fmt.Printf("księga: %s\n", by.url(public.Addr()))
	return errors.Join(p.watch(ctx, failed), shutdown(servers))
}

// webOptions open the web door on this ledger.
func (p *process) webOptions(log *slog.Logger) httpapi.Options {
	return httpapi.Options{Ledger: p.ledger, Reader: p.reader, Version: version, Now: time.Now, Log: log,
		After: p.change, Unavailable: p.unavailable, Slow: slowlyRefused}
}

// desk is where people sign in.
func (p *process) desk(origin session.Origin) (*session.Desk, error) {
	return session.NewDesk(p.remembered, p.ledger.DoorKey(), session.Cookies{TLS: origin.TLS()}, time.Now)
}

// watch saves the embedded Redis now and then and waits for the end.
func (p *process) watch(ctx context.Context, failed <-chan error) error {
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	var stopped <-chan struct{}
	var over <-chan struct{}
	if p.node != nil {
		stopped = p.node.Done()
	} else {
		over = p.forgetter.over
	}
	for {
		select {
		case <-over:
			return p.forgetter.ended()
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-stopped:
			return fmt.Errorf("baza zdarzeń stanęła: %w", p.node.Err())
		case <-tick.C:
			if p.redis != nil {
				if err := p.redis.Save(ctx); err != nil {
					slog.Error("save the embedded redis", "error", err)
				}
			}
		}
	}
}

func shutdown(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	var errs []error
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

func (c *serveCmd) token() (string, error) {
	token := os.Getenv("KSIEGA_TOKEN")
	if c.TokenFile != "" {
		b, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return "", err
		}
		token = strings.TrimSpace(string(b))
	}
	if len(token) < 16 && (token != "" || c.TokenFile != "") {
		return "", errors.New("podaj token, który ma co najmniej 16 znaków")
	}
	return token, nil
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ready says why the server should not be asked, as far as it knows by itself: a
// read model has stopped or is too far behind.
func (p *process) ready(maxLag uint64) error {
	if p.node != nil {
		if err := p.node.Err(); err != nil {
			return fmt.Errorf("baza zdarzeń stanęła: %w", err)
		}
	}
	for _, s := range p.runner.Status() {
		switch {
		case s.Err != nil:
			return fmt.Errorf("%s stanęło", modelInWords(s.Name))
		case s.Anew != nil:
			return errors.New(anewInWords(*s.Anew))
		case s.Waiting != nil:
			return fmt.Errorf("%s czeka na magazyn", modelInWords(s.Name))
		case s.Lag > maxLag:
			return fmt.Errorf("%s jest za dziennikiem; zdarzeń: %d", modelInWords(s.Name), s.Lag)
		}
	}
	return nil
}

func (p *process) status() []pages.ReadModel {
	var out []pages.ReadModel
	for _, s := range p.runner.Status() {
		m := pages.ReadModel{Name: s.Name, Position: s.Position.String(), Lag: s.Lag, CaughtUp: s.CaughtUp}
		switch {
		case s.Err != nil:
			m.Stopped = true
		case s.Anew != nil:
			m.Anew = whyAnew(*s.Anew)
		}
		out = append(out, m)
	}
	return out
}
