package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/eventdb"
)

type scavengeCmd struct{}

// Run removes what is deleted from the disk, through the server that holds the
// data directory or by itself.
func (scavengeCmd) Run(ctx context.Context, g *globals) error {
	if g.EventStore != "" {
		return control.Usage{Err: errExternal}
	}
	res, err := scavengeIn(ctx, g)
	if err != nil {
		return err
	}
	fmt.Printf("usuniętych zdarzeń: %d, ze strumieni: %d; bajtów na dysku: %d, przedtem: %d\n", res.Events, res.Streams, res.BytesAfter, res.BytesBefore)
	return nil
}

func scavengeIn(ctx context.Context, g *globals) (res eventdb.ScavengeResult, err error) {
	door, err := dial(g)
	if err != nil {
		return res, err
	}
	if door != nil {
		err = followed(ctx, door, "scavenge", nil, func(n control.Note) {
			if n.Scavenged != nil {
				res = *n.Scavenged
			}
		})
		return res, err
	}
	node, err := openNodeOf(g.Data, false)
	if err != nil {
		return res, err
	}
	res, err = scavengeHere(ctx, node)
	return res, errors.Join(err, node.Close(), dropKept(g.Data))
}

// scavengeHere shows how far a scavenge is.
func scavengeHere(ctx context.Context, node *eventdb.Node) (eventdb.ScavengeResult, error) {
	bar := newProgress()
	defer bar.clear()
	return scavengeNode(ctx, node, bar.show)
}

// scavengeNode notes how far a scavenge is, not every stream of it.
func scavengeNode(ctx context.Context, node *eventdb.Node, say func(control.Note)) (eventdb.ScavengeResult, error) {
	var told uint64
	return node.Scavenge(ctx, func(done, total uint64) {
		if done == total || done >= told+1024 {
			told = done
			say(control.Note{File: "strumienie", At: int(done), Of: int(total)})
		}
	})
}

func (p *process) scavengeNoted(ctx context.Context, n *control.Notes) error {
	res, err := scavengeNode(ctx, p.node, n.Say)
	if err == nil {
		n.Say(control.Note{Scavenged: &res})
	}
	return err
}

func (p *process) scavenge(r *http.Request, n *control.Notes) error {
	if p.node == nil {
		return control.Usage{Err: errExternal}
	}
	return errors.Join(p.scavengeNoted(r.Context(), n), p.forgetKept())
}
