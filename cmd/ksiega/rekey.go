package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ksiega/internal/eventdb"
	"ksiega/internal/vault"
)

// nextKeySuffix names the file of a master key that is about to replace another.
const nextKeySuffix = ".next"

type rekeyCmd struct{}

// Run makes the master key and every key under it anew (vault.Rekey), takes the
// bytes of the old wraps from the disk, and puts the new key's file in the place of
// the old one. No server may run. The new key is durable before anything is wrapped
// under it, and takes the old one's place only once all the rest is done; cut short
// anywhere between, running it again completes it.
func (rekeyCmd) Run(ctx context.Context, g *globals) (err error) {
	if os.Getenv("KSIEGA_MASTER_KEY") != "" {
		return wrongUsage{errors.New("the master key stands in KSIEGA_MASTER_KEY: put it into a file and name that with --master-key-file, so that it can be replaced")}
	}
	dir, err := g.dataDir()
	if err != nil {
		return err
	}
	door, err := dial(g, dir)
	if err != nil {
		return err
	}
	if door != nil {
		return wrongUsage{fmt.Errorf("a server holds the data directory %s: stop it first", dir)}
	}
	b := &book{dir: dir, changed: make(chan struct{}, 1)}
	defer func() { err = errors.Join(err, b.Close()) }()
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if g.EventStore != "" {
		if err := b.hold(); err != nil {
			return err
		}
	}
	if err := b.openJournal(g, hooks{}, time.UTC); err != nil {
		return err
	}
	file := keyFile(g, dir)
	var gone *eventdb.ScavengeResult
	bar := newProgress()
	keys, err := replaceMasterKey(ctx, b.journal.Shelf(), file, func() error {
		if b.node == nil {
			return nil
		}
		return scavengeNode(ctx, b.node, func(n note) {
			if n.Scavenged != nil {
				gone = n.Scavenged
				return
			}
			bar.show(n)
		})
	})
	bar.clear()
	if err != nil {
		return err
	}
	fmt.Printf("%d keys were made anew and lie under the new master key in %s\n", keys, file)
	if gone == nil {
		fmt.Println("the event store of --eventstore still holds the bytes of the old wraps: scavenge it with its own tools; until then the old master key opens them there")
	} else {
		fmt.Printf("the old wraps are gone from the disk: %d events removed, %d bytes left of %d\n", gone.Events, gone.BytesAfter, gone.BytesBefore)
	}
	fmt.Print(whatHolds)
	return nil
}

// whatHolds says what a change of the master key is worth; see vault.Rekey.
const whatHolds = `what the old master key still opens:
  with a backup or copy from before now: everything that was sealed until now about everybody whose key that copy holds, erased since or not
  with a backup or copy from now on: nothing
  what is sealed from now on: never
copy the new key to where you kept the old one, and destroy every copy of the old one
`

// keyFile is where the master key lies, unless a variable holds it.
func keyFile(g *globals, dir string) string {
	if g.MasterKeyFile != "" {
		return g.MasterKeyFile
	}
	return masterKeyFile(dir)
}

func replaceMasterKey(ctx context.Context, shelf vault.Shelf, file string, scavenge func() error) (keys int, err error) {
	old, err := vault.LoadOrCreateMasterKey(file, false)
	if err != nil {
		return 0, fmt.Errorf("master key: %w", err)
	}
	next, err := vault.LoadOrCreateMasterKey(file+nextKeySuffix, true)
	if err != nil {
		return 0, fmt.Errorf("new master key: %w", err)
	}
	if keys, err = vault.Rekey(ctx, shelf, old, next); err != nil {
		return keys, err
	}
	if err := scavenge(); err != nil {
		return keys, err
	}
	if err := os.Rename(file+nextKeySuffix, file); err != nil {
		return keys, fmt.Errorf("put the new master key in its place: %w", err)
	}
	return keys, syncDirectory(filepath.Dir(file))
}

// cutShort explains a master key that does not fit by a rekeying that was cut
// short.
func cutShort(err error, file string) error {
	if !errors.Is(err, vault.ErrWrongMaster) {
		return err
	}
	if _, missing := os.Stat(file + nextKeySuffix); missing != nil {
		return err
	}
	return fmt.Errorf("a change of the master key was cut short: run ksiega rekey again (%w)", err)
}
