package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"ksiega/internal/eventdb"
)

type nodeCmd struct {
	Listen   string `name:"listen" placeholder:"unix:PATH" help:"Where to listen; default: a socket in the data directory."`
	ReadOnly bool   `name:"read-only" help:"Refuse every change."`
}

// Run serves the embedded event database alone until it is told to stop. The
// first line it prints is the address.
func (c *nodeCmd) Run(ctx context.Context, g *globals) error {
	dir, err := g.dataDir()
	if err != nil {
		return err
	}
	opts := eventdb.Options{Dir: dir, ReadOnly: c.ReadOnly}
	if c.Listen != "" {
		path, ok := strings.CutPrefix(c.Listen, "unix:")
		if !ok {
			return wrongUsage{errors.New("--listen HOST:PORT is not built yet; use unix:PATH")}
		}
		if opts.Socket, err = filepath.Abs(path); err != nil {
			return err
		}
	}
	node, err := eventdb.Open(opts)
	if err != nil {
		return err
	}
	fmt.Println("unix:" + strings.TrimPrefix(strings.TrimPrefix(node.Address(), "unix:"), "//"))
	select {
	case <-ctx.Done():
	case <-node.Done():
	}
	return errors.Join(node.Err(), node.Close())
}
