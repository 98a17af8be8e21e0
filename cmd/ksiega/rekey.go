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
	NextCommand        string `name:"next-command" placeholder:"CMD" help:"Weź nowy klucz z tego, co wypisze to polecenie powłoki; od tej pory podaje się je jako --master-key-command."`
	NextPassphraseFile string `name:"next-passphrase-file" placeholder:"FILE" help:"Zamknij plik nowego klucza hasłem z pierwszego wiersza tego pliku; bez tego hasłem starego, jeżeli je ma."`
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
		return fmt.Errorf("katalog danych: %w", err)
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
		fmt.Fprintf(os.Stderr, "serwery na tym magazynie zdarzeń nie używają już żadnego klucza i kończą pracę; czekam na nie %s\n", p.patience)
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
		fmt.Printf("kluczy zrobionych od nowa: %d; leżą pod kluczem głównym z --next-command: od teraz podawaj to polecenie jako --master-key-command, a tego, co jest w %s, już nie używaj\n", keys, source)
	} else {
		fmt.Printf("kluczy zrobionych od nowa: %d; leżą pod nowym kluczem głównym w %s\n", keys, source)
	}
	if gone == nil {
		fmt.Println("magazyn zdarzeń (--eventstore) ma jeszcze bajty starych kluczy: wyczyść go jego narzędziami (scavenge); do tego czasu stary klucz główny je tam otwiera")
	} else {
		fmt.Printf("stare klucze zniknęły z dysku; usuniętych zdarzeń: %d, zostało bajtów: %d z %d\n", gone.Events, gone.BytesAfter, gone.BytesBefore)
	}
	fmt.Print(whatHolds)
	return nil
}

// whatHolds says what a change of the master key is worth; see vault.Rekey.
const whatHolds = `co stary klucz główny jeszcze otwiera:
  z kopią sprzed tej chwili: wszystko, co zaszyfrowano do teraz o każdym, czyj klucz ta kopia ma, usuniętym potem czy nie
  z kopią od tej chwili: nic
  co zostanie zaszyfrowane od teraz: nigdy
skopiuj nowy klucz tam, gdzie był stary, i zniszcz każdą kopię starego
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
		return 0, fmt.Errorf("nowy klucz: %w", err)
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
		return keys, fmt.Errorf("nowy klucz główny nie trafił na swoje miejsce: %w", err)
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
			return vault.MasterKey{}, errors.Join(err, fmt.Errorf("dokończ samym ksiega rekey zmianę, którą przerwano, a potem zmień klucz jeszcze raz: plik %s zaczęto bez hasła", file))
		}
	}
	return vault.LoadOrCreateMasterKey(file, lock, true)
}
