package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/journal"
	"ksiega/projections"
)

type verifyCmd struct{}

// Run prints what differs and exits with 3 where anything does.
func (verifyCmd) Run(ctx context.Context, g *globals) error {
	door, err := connect(ctx, g, true)
	if err != nil {
		return err
	}
	bar, differ, events := newProgress(), 0, 0
	err = door.Follow(ctx, "verify", url.Values{}, "", nil, func(n control.Note) error {
		if n.Differ != "" {
			bar.clear()
			fmt.Println(n.Differ)
			differ++
			return nil
		}
		events = n.At
		bar.show(control.Note{File: "events", At: n.At, Of: -1})
		return nil
	})
	bar.clear()
	if err := errors.Join(err, door.Close()); err != nil {
		return err
	}
	fmt.Printf("%d events read, %d rows differ\n", events, differ)
	if differ > 0 {
		return errFound
	}
	return nil
}

type rebuildCmd struct {
	TakeOver bool `name:"take-over" help:"Throw away the rows of another ledger, or of a copy of this one, in the same Redis; nobody else may be using them. No server may run."`
}

// Run builds every read model anew; readers see the old ones until it is done.
func (c rebuildCmd) Run(ctx context.Context, g *globals) error {
	if c.TakeOver {
		dir, err := g.dataDir()
		if err != nil {
			return err
		}
		if door, err := dial(g, dir); door != nil || err != nil {
			return errors.Join(err, control.Usage{Err: fmt.Errorf("zatrzymaj serwer, zanim przejmie wiersze: używa katalogu danych %s", dir)})
		}
		g.takeOver = true
	}
	door, err := connect(ctx, g, true)
	if err != nil {
		return err
	}
	bar, events := newProgress(), 0
	err = door.Follow(ctx, "rebuild", url.Values{}, "", nil, func(n control.Note) error {
		events = n.At
		bar.show(control.Note{File: "events", At: n.At, Of: -1})
		return nil
	})
	bar.clear()
	if err := errors.Join(err, door.Close()); err != nil {
		return err
	}
	fmt.Printf("every read model is built anew from %d events\n", events)
	return nil
}

func (p *process) verify(r *http.Request, n *control.Notes) error {
	differences, err := p.reader.Verify(r.Context(), func(_ journal.Position, events int) { n.Say(control.Note{At: events}) })
	for _, d := range differences {
		n.Say(control.Note{Differ: d.String()})
	}
	return err
}

func (p *process) rebuild(r *http.Request, n *control.Notes) error {
	if p.store == nil {
		return errors.New("nie ma tu zestawień do zbudowania: wskaż Redis (--redis) albo uruchom serwer")
	}
	return p.runner.Rebuild(r.Context(), func(_ journal.Position, events int) { n.Say(control.Note{At: events}) }, projections.All()...)
}
