package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/journal"
	"ksiega/projections"
)

type verifyCmd struct{}

// Run prints what differs and exits with 3 where anything does.
func (verifyCmd) Run(ctx context.Context, g *globals) error {
	differ, events := 0, 0
	err := follow(ctx, g, true, "verify", nil, func(n control.Note) {
		if events = max(events, n.At); n.Differ != "" {
			fmt.Println(n.Differ)
			differ++
		}
	})
	if err != nil {
		return err
	}
	fmt.Printf("przeczytanych zdarzeń: %d, różnych wierszy: %d\n", events, differ)
	if differ > 0 {
		return errFound
	}
	return nil
}

type rebuildCmd struct {
	TakeOver bool `name:"take-over" help:"Wyrzuć z Redisa wiersze innej księgi albo kopii tej; nikt inny nie może ich używać. Żaden serwer nie może działać."`
}

// Run builds every read model anew; readers see the old ones until it is done.
func (c rebuildCmd) Run(ctx context.Context, g *globals) error {
	if c.TakeOver {
		if err := withoutServer(g); err != nil {
			return err
		}
		g.takeOver = true
	}
	events := 0
	err := follow(ctx, g, true, "rebuild", nil, func(n control.Note) { events = n.At })
	if err != nil {
		return err
	}
	fmt.Printf("wszystkie zestawienia są zbudowane od nowa; zdarzeń: %d\n", events)
	return nil
}

func (p *process) verify(r *http.Request, n *control.Notes) error {
	differences, err := p.reader.Verify(r.Context(), func(_ journal.Position, events int) { n.Say(read(events)) })
	for _, d := range differences {
		n.Say(control.Note{Differ: differenceInWords(d)})
	}
	return err
}

func (p *process) rebuild(r *http.Request, n *control.Notes) error {
	if p.store == nil {
		return errors.New("nie ma tu zestawień do zbudowania: wskaż Redis (--redis) albo uruchom serwer")
	}
	return p.runner.Rebuild(r.Context(), func(_ journal.Position, events int) { n.Say(read(events)) }, projections.All()...)
}

// read says how far the log is read; how long it is nobody knows.
func read(events int) control.Note { return control.Note{File: "zdarzenia", At: events, Of: -1} }
