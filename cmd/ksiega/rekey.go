package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// nextKeySuffix names the file of a master key that is about to replace another.
const nextKeySuffix = ".next"

type rekeyCmd struct {
	NextCommand        string `name:"next-command" placeholder:"CMD" help:"Take the new key from what this command of the shell prints, as --master-key-command will from then on."`
	NextPassphraseFile string `name:"next-passphrase-file" placeholder:"FILE" help:"Lock the file of the new key with the first line of this file; without it, with the passphrase of the old one if it has one."`
}

// Run makes the master key and every key under it anew (vault.Rekey), takes the
// bytes of the old wraps from the disk, and puts the new key's file in the place of
// the old one. No server may run. The new key is durable before anything is wrapped
// under it, and takes the old one's place only once all the rest is done; cut short
// anywhere between, running it again completes it.
func (c *rekeyCmd) Run(ctx context.Context, g *globals) (err error) {
	dir := g.Data
	source, err := g.keySource(dir)
	if err != nil {
		return err
	}
	if !source.inFile() && c.NextCommand == "" {
		return control.Usage{Err: fmt.Errorf("zapisz klucz główny w pliku i wskaż go przez --master-key-file, żeby dało się go zastąpić, albo wskaż nowy przez --next-command: teraz jest w %s", source)}
	}
	if err := withoutServer(g); err != nil {
		return err
	}
	p := newProcess(g, dir)
	defer func() { err = errors.Join(err, p.Close()) }()
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if g.EventStore != "" {
		if err := p.lockDir(); err != nil {
			return err
		}
	}
	if err := p.openJournal(g, hooks{}, time.UTC); err != nil {
		return err
	}
	var gone *eventdb.ScavengeResult
	if p.node == nil {
		fmt.Fprintf(os.Stderr, "servers on the event store use no key any more, and end; this waits %s for them\n", p.patience)
	}
	keys, err := c.replace(ctx, p, source, func() error {
		if p.node == nil {
			return nil
		}
		res, err := scavengeHere(ctx, p.node)
		gone = &res
		return err
	})
	if err != nil {
		return err
	}
	if c.NextCommand != "" {
		fmt.Printf("%d keys were made anew and lie under the master key of --next-command: give that as --master-key-command from now on, and take %s out of use\n", keys, source)
	} else {
		fmt.Printf("%d keys were made anew and lie under the new master key in %s\n", keys, source)
	}
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

// replace changes the key; scavenge takes the old wraps from the disk, where that is
// ours to do.
func (c *rekeyCmd) replace(ctx context.Context, p *process, source keySource, scavenge func() error) (keys int, err error) {
	if source.lock != nil {
		source.lock = sync.OnceValues(source.lock) // it may have to be typed
	}
	old, err := source.load(ctx, false)
	if err != nil {
		return 0, err
	}
	next, err := c.next(ctx, source)
	if err != nil {
		return 0, fmt.Errorf("the new key: %w", err)
	}
	run := uuid.NewString()
	keys, err = vault.Rekey(ctx, p.journal.KeyStore(), old, next, time.Now(), func() error { return p.alone(ctx, run) })
	if p.node == nil && errors.Is(err, journal.ErrConflict) {
		// Another run was faster: it may have come to its end, and ours have begun nothing.
		begun, failed := vault.Begun(ctx, p.journal.KeyStore(), next)
		if failed == nil && !begun {
			failed = p.withdraw(ctx, run)
		}
		err = errors.Join(err, failed)
	}
	if err != nil {
		return keys, err
	}
	if err := scavenge(); err != nil {
		return keys, err
	}
	if p.node == nil { // who starts now finds all keys under the new master
		if err := p.journal.Notify(ctx, journal.Notice{Kind: journal.KeysChanged}); err != nil {
			return keys, err
		}
	}
	if c.NextCommand != "" {
		return keys, nil
	}
	if err := os.Rename(source.file+nextKeySuffix, source.file); err != nil {
		return keys, fmt.Errorf("put the new master key in its place: %w", err)
	}
	return keys, syncDirectory(filepath.Dir(source.file))
}

// next is the key to come; one in a file is made beside the old one, once.
func (c *rekeyCmd) next(ctx context.Context, source keySource) (vault.MasterKey, error) {
	if c.NextCommand != "" {
		return commandKey(ctx, c.NextCommand)
	}
	lock := passphraseOf(c.NextPassphraseFile)
	if lock == nil {
		locked, err := vault.Locked(source.file)
		if err != nil {
			return vault.MasterKey{}, err
		}
		if locked {
			lock = source.lock
		}
	}
	file := source.file + nextKeySuffix
	left, err := os.Stat(file)
	switch {
	case err != nil:
	case left.Mode().IsRegular() && left.Size() == 0:
		// Cut short before it held a key: nothing can lie under it.
		if err := os.Remove(file); err != nil {
			return vault.MasterKey{}, err
		}
	case c.NextPassphraseFile != "":
		// Keys may lie under it already, and whoever read it has it.
		if locked, err := vault.Locked(file); err != nil || !locked {
			return vault.MasterKey{}, errors.Join(err, fmt.Errorf("%s was begun without a passphrase by a change that was cut short: complete that with ksiega rekey alone, and then change the key once more", file))
		}
	}
	return vault.LoadOrCreateMasterKey(file, lock, true)
}
