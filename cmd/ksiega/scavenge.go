package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

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
	dir, err := g.dataDir()
	if err != nil {
		return err
	}
	bar := newProgress()
	var res eventdb.ScavengeResult
	show := func(n control.Note) error {
		if n.Scavenged != nil {
			res = *n.Scavenged
			return nil
		}
		bar.show(n)
		return nil
	}
	err = scavengeIn(ctx, g, dir, show)
	bar.clear()
	if err != nil {
		return err
	}
	fmt.Printf("%d events removed from %d streams; %d bytes on the disk, %d before\n", res.Events, res.Streams, res.BytesAfter, res.BytesBefore)
	return nil
}

func scavengeIn(ctx context.Context, g *globals, dir string, show func(control.Note) error) error {
	door, err := dial(g, dir)
	if err != nil {
		return err
	}
	if door != nil {
		return door.Follow(ctx, "scavenge", url.Values{}, "", nil, show)
	}
	node, err := openNodeOf(dir, false)
	if err != nil {
		return err
	}
	err = scavengeNode(ctx, node, func(n control.Note) { _ = show(n) }) // show never fails
	return errors.Join(err, node.Close(), dropKept(dir))
}

// scavengeNode notes a scavenge, not every stream of it.
func scavengeNode(ctx context.Context, node *eventdb.Node, say func(control.Note)) error {
	var told uint64
	res, err := node.Scavenge(ctx, func(done, total uint64) {
		if done == total || done >= told+1024 {
			told = done
			say(control.Note{File: "streams", At: int(done), Of: int(total)})
		}
	})
	if err == nil {
		say(control.Note{Scavenged: &res})
	}
	return err
}

func (p *process) scavenge(r *http.Request, n *control.Notes) error {
	if p.node == nil {
		return control.Usage{Err: errExternal}
	}
	return errors.Join(scavengeNode(r.Context(), p.node, n.Say), p.forgetKept())
}
