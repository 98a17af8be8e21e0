package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"ksiega/internal/eventdb"
)

type scavengeCmd struct{}

// Run removes what is deleted from the disk, through the server that holds the
// data directory or by itself.
func (scavengeCmd) Run(ctx context.Context, g *globals) error {
	if g.EventStore != "" {
		return wrongUsage{errExternal}
	}
	dir, err := g.dataDir()
	if err != nil {
		return err
	}
	bar := newProgress()
	var res eventdb.ScavengeResult
	show := func(n note) error {
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

func scavengeIn(ctx context.Context, g *globals, dir string, show func(note) error) error {
	door, err := dial(g, dir)
	if err != nil {
		return err
	}
	if door != nil {
		return door.follow(ctx, "/control/scavenge", url.Values{}, "", nil, show)
	}
	node, err := openNodeOf(dir, false)
	if err != nil {
		return err
	}
	err = scavengeNode(ctx, node, func(n note) { _ = show(n) }) // show never fails
	return errors.Join(err, node.Close())
}

// scavengeNode notes a scavenge, not every stream of it.
func scavengeNode(ctx context.Context, node *eventdb.Node, say func(note)) error {
	var told uint64
	res, err := node.Scavenge(ctx, func(done, total uint64) {
		if done == total || done >= told+1024 {
			told = done
			say(note{File: "streams", At: int(done), Of: int(total)})
		}
	})
	if err == nil {
		say(note{Scavenged: &res})
	}
	return err
}

func (c *control) scavenge(w http.ResponseWriter, r *http.Request) {
	if c.book.node == nil {
		refuse(w, http.StatusBadRequest, errExternal)
		return
	}
	n := newNotes(w)
	n.end(scavengeNode(r.Context(), c.book.node, n.say))
}
