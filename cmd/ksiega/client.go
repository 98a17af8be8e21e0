package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/httpapi"
)

// connect is connectNew for what asks of a ledger that there is: a directory
// mistyped is not a ledger without events.
func connect(ctx context.Context, g *globals, live bool) (*control.Client, error) {
	if g.EventStore == "" {
		if _, err := os.Stat(g.Data); err != nil {
			return nil, fmt.Errorf("katalog danych: %w", err)
		}
	}
	return reach(ctx, g, live, false)
}

// connectNew is connect for whoever records, in a new ledger if need be.
func connectNew(ctx context.Context, g *globals) (*control.Client, error) {
	return reach(ctx, g, false, true)
}

// reach finds the control door of the server that holds the data directory or, where
// there is none, opens the ledger in this process; live then brings up its read models
// too, and the first that writes records what the ledger lacks of the catalogue.
func reach(ctx context.Context, g *globals, live, writes bool) (*control.Client, error) {
	if door, err := dial(g); door != nil || err != nil {
		return door, err
	}
	p, err := openLedger(ctx, g, live, hooks{anew: sayAnew})
	if err != nil {
		return nil, err
	}
	if writes {
		if err := p.recordEditions(ctx); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	api, err := httpapi.New(p.webOptions(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return control.Within(p.door(api), as(g), func() error { return errors.Join(p.noteGuesses(), p.Close()) }), nil
}

// noteGuesses records the sums that a server's upkeep would have.
func (p *process) noteGuesses() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	return p.ledger.NoteGuesses(ctx)
}

// dial reaches the server that holds the data directory; nil means that there is none.
func dial(g *globals) (*control.Client, error) { return control.Dial(g.Data, as(g)) }

// withoutServer refuses what no server may run beside.
func withoutServer(g *globals) error {
	door, err := dial(g)
	if door != nil {
		err = control.Usage{Err: fmt.Errorf("najpierw zatrzymaj serwer: używa katalogu danych %s", g.Data)}
	}
	return err
}

// follow has an operation carried out behind the door, in a ledger of this process where
// no server has it, and shows how far it is; take is told all that is noted.
func follow(ctx context.Context, g *globals, live bool, operation string, body []byte, take func(control.Note)) error {
	door, err := connect(ctx, g, live)
	if err != nil {
		return err
	}
	return errors.Join(followed(ctx, door, operation, body, take), door.Close())
}

func followed(ctx context.Context, door *control.Client, operation string, body []byte, take func(control.Note)) error {
	bar := newProgress()
	defer bar.clear()
	return door.Follow(ctx, operation, nil, "application/json", bytes.NewReader(body), func(n control.Note) error {
		if n.Of != 0 {
			bar.show(n)
		} else {
			bar.clear()
		}
		take(n)
		return nil
	})
}

func as(g *globals) control.As {
	return control.As{Build: build(), Ledger: string(g.Ledger), Role: g.Role}
}
