package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// servers are several on one store, each with its keys open.
func servers(t *testing.T) func() *process {
	t.Helper()
	node, err := eventdb.Open(eventdb.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = node.Close() })
	data := filepath.Join(t.TempDir(), "d")
	return func() *process {
		g := &globals{Data: data, EventStore: node.Address()}
		p := newProcess(g, data)
		p.patience = 0
		t.Cleanup(func() { _ = p.Close() })
		if err := p.openJournal(g, hooks{}, time.UTC); err != nil {
			t.Fatal(err)
		}
		if err := p.openVault(t.Context(), g); err != nil {
			t.Fatal(err)
		}
		return p
	}
}

// Of two servers on one store, the other forgets a key that is about to be destroyed,
// also while the store still has it, and uses none when it no longer hears of the
// store.
func TestTheOtherServerForgets(t *testing.T) {
	t.Parallel()
	server := servers(t)
	one, other := server(), server()
	f := newForgetter(other.journal, other.vault, journal.Heard{})
	if _, err := other.vault.Open(t.Context(), u0, "reason", "", "v2.x"); err == nil {
		t.Error("a key is used before the store was heard of")
	}
	sealed := make(map[string]string)
	var err error
	for _, subject := range []string{u0, "participant/U1"} {
		if sealed[subject], err = one.vault.Seal(t.Context(), subject, "reason", "", "x"); err != nil {
			t.Fatal(err)
		}
	}
	opens := func(subject string) error {
		_, err := other.vault.Open(t.Context(), subject, "reason", "", sealed[subject])
		return err
	}
	if err := f.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := opens(u0); err != nil {
		t.Fatal(err)
	}
	dry, err := (&commands.Ledger{Vault: other.vault, Now: time.Now}).Draft(t.Context(), other.journal, other.master)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.journal.Notify(t.Context(), journal.Notice{Kind: journal.KeyErased, Subject: u0}); err != nil {
		t.Fatal(err)
	}
	if err := f.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := opens(u0); !errors.Is(err, vault.ErrErased) {
		t.Errorf("the key is used: %v", err)
	}
	if _, err := other.vault.Seal(t.Context(), u0, "reason", "", "x"); !errors.Is(err, vault.ErrErased) {
		t.Errorf("something is sealed with it: %v", err)
	}
	if _, err := dry.Vault.Seal(t.Context(), u0, "reason", "", "x"); !errors.Is(err, vault.ErrErased) {
		t.Errorf("a dry run goes on with it: %v", err)
	}
	if err := opens("participant/U1"); err != nil {
		t.Error(err)
	}
	// The erasure itself, by whoever heard of it too, is complete after a restart.
	if err := other.vault.Erase(t.Context(), u0); err != nil {
		t.Fatal(err)
	}
	if _, err := server().vault.Open(t.Context(), u0, "reason", "", sealed[u0]); !errors.Is(err, vault.ErrErased) {
		t.Errorf("after a restart: %v", err)
	}
	f.until.Store(0) // nothing was heard for as long as the lease
	if err := opens("participant/U1"); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("after the lease: %v", err)
	}
	if _, err := dry.Vault.Seal(t.Context(), "participant/U1", "reason", "", "x"); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("after the lease a dry run goes on: %v", err)
	}
	if err := f.renew(t.Context()); err != nil || opens("participant/U1") != nil {
		t.Errorf("heard of again: %v", err)
	}
}

// A change of all keys beside a running server: what that seals until it hears of the
// change opens under the new keys, and then it uses none, and ends.
func TestKeysChangeBesideAServer(t *testing.T) {
	t.Parallel()
	server := servers(t)
	one, other := server(), server()
	heard, err := other.listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := newForgetter(other.journal, other.vault, heard.heard)
	if err := f.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	next, err := vault.ParseMasterKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		t.Fatal(err)
	}
	third, err := vault.ParseMasterKey("HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		t.Fatal(err)
	}
	never := func() error { t.Error("others are disturbed by a master that does not fit"); return nil }
	if _, err := vault.Rekey(t.Context(), one.journal.KeyStore(), third, next, time.Now(), never); !errors.Is(err, vault.ErrWrongMaster) {
		t.Error(err)
	}
	var late string
	keys, err := vault.Rekey(t.Context(), one.journal.KeyStore(), one.master, next, time.Now(), func() error {
		if err := one.alone(t.Context(), "one"); err != nil {
			return err
		}
		var err error
		if late, err = other.vault.Seal(t.Context(), "participant/U9", "reason", "", "sealed beside it"); err != nil {
			return err
		}
		return f.renew(t.Context())
	})
	if err != nil || keys != 2 {
		t.Fatalf("%d keys, %v", keys, err)
	}
	if _, err := other.vault.Seal(t.Context(), "participant/U9", "reason", "", "too late"); !errors.Is(err, errKeysChange) || !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("the other goes on with its keys: %v", err)
	}
	if err := (&process{forgetter: f}).watch(t.Context(), nil); !errors.Is(err, errKeysChange) {
		t.Errorf("the other ends with %v", err)
	}
	// Until it is done nobody begins, whichever master they have; then the new one opens
	// all of it.
	if _, err := one.listen(t.Context()); !errors.Is(err, errKeysCut) {
		t.Errorf("somebody begins meanwhile: %v", err)
	}
	if err := one.journal.Notify(t.Context(), journal.Notice{Kind: journal.KeysChanged}); err != nil {
		t.Fatal(err)
	}
	if _, err := one.listen(t.Context()); err != nil {
		t.Error(err)
	}
	v, err := vault.Open(t.Context(), one.journal.KeyStore(), next)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open(t.Context(), "participant/U9", "reason", "", late); err != nil || got != "sealed beside it" {
		t.Errorf("%q, %v", got, err)
	}
}

// The command itself: broken off while it waits, it leaves the keys as they are and lets
// others begin; carried through, whoever begins has the new master key and all texts.
func TestRekeyOfASharedStore(t *testing.T) {
	t.Parallel()
	server := servers(t)
	one := server()
	sealed, err := one.vault.Seal(t.Context(), u0, "reason", "", "from before")
	if err != nil {
		t.Fatal(err)
	}
	before := one.master
	source, err := (&globals{}).keySource(one.dir)
	if err != nil {
		t.Fatal(err)
	}
	rekey := func(ctx context.Context) error {
		_, err := (&rekeyCmd{}).replace(ctx, one, source, func() error { return nil })
		return err
	}
	one.patience = time.Hour
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error)
	go func() { over <- rekey(ctx) }()
	for {
		if _, err := server().listen(t.Context()); errors.Is(err, errKeysCut) {
			break
		}
	}
	stop()
	if err := <-over; !errors.Is(err, context.Canceled) {
		t.Errorf("broken off it says %v", err)
	}
	if _, err := server().listen(t.Context()); err != nil {
		t.Errorf("after it was broken off: %v", err)
	}
	if _, err := vault.Open(t.Context(), one.journal.KeyStore(), before); err != nil {
		t.Errorf("the keys are not as they were: %v", err)
	}
	one.patience = 0
	if err := rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := server()
	if _, err := next.listen(t.Context()); err != nil {
		t.Errorf("after it: %v", err)
	}
	if _, err := vault.Open(t.Context(), next.journal.KeyStore(), before); !errors.Is(err, vault.ErrWrongMaster) {
		t.Errorf("the old master opens them: %v", err)
	}
	if got, err := next.vault.Open(t.Context(), u0, "reason", "", sealed); err != nil || got != "from before" {
		t.Errorf("%q, %v", got, err)
	}
}

// A server on a store that is set back to before a key was made, with no erasure lost,
// seals nothing with that key any more, and ends.
func TestAKeyThatTheStoreLost(t *testing.T) {
	t.Parallel()
	dir, early := t.TempDir(), t.TempDir()
	var node *eventdb.Node
	start := func() {
		t.Helper()
		var err error
		if node, err = eventdb.Open(eventdb.Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
	}
	start()
	t.Cleanup(func() { _ = node.Close() })
	g := &globals{Data: filepath.Join(t.TempDir(), "d"), EventStore: node.Address()}
	p := newProcess(g, g.Data)
	t.Cleanup(func() { _ = p.Close() })
	err := p.openJournal(g, hooks{}, time.UTC)
	if err == nil {
		err = p.openVault(t.Context(), g)
	}
	if err != nil {
		t.Fatal(err)
	}
	f := newForgetter(p.journal, p.vault, journal.Heard{})
	seal := func(subject string) error {
		_, err := p.vault.Seal(t.Context(), subject, "reason", "", "x")
		return err
	}
	turn := func(change func() error) {
		t.Helper()
		if err := errors.Join(node.Close(), change()); err != nil {
			t.Fatal(err)
		}
		start()
	}
	renewed := func() error {
		t.Helper()
		return f.renew(t.Context())
	}
	if err := errors.Join(renewed(), seal(u0)); err != nil {
		t.Fatal(err)
	}
	turn(func() error { return os.CopyFS(early, os.DirFS(filepath.Join(dir, "store"))) })
	if err := errors.Join(renewed(), seal("participant/U1"), renewed()); err != nil {
		t.Fatal(err)
	}
	turn(func() error {
		return errors.Join(os.RemoveAll(filepath.Join(dir, "store")), os.CopyFS(filepath.Join(dir, "store"), os.DirFS(early)))
	})
	if err := renewed(); !errors.Is(err, journal.ErrSetBack) || !errors.Is(f.ended(), errStoreBehind) {
		t.Errorf("it goes on: %v, %v", err, f.ended())
	}
	if err := seal("participant/U1"); !errors.Is(err, errStoreBehind) {
		t.Errorf("it seals with the key that is lost: %v", err)
	}
}

// Two who change all keys at once: the one that breaks off while it waits lets nobody
// begin beside the other, and the one that comes second finds the keys made anew, leaves
// them, and keeps nobody out.
func TestTwoChangesOfKeysAtOnce(t *testing.T) {
	t.Parallel()
	server := servers(t)
	one, two := server(), server()
	sealed, err := one.vault.Seal(t.Context(), u0, "reason", "", "x")
	if err != nil {
		t.Fatal(err)
	}
	begins := func(want error) {
		t.Helper()
		if _, err := server().listen(t.Context()); !errors.Is(err, want) {
			t.Errorf("whoever begins is told %v", err)
		}
	}
	source, err := (&globals{}).keySource(one.dir)
	if err != nil {
		t.Fatal(err)
	}
	theirs := keySource{file: filepath.Join(t.TempDir(), "master.key")} // on another machine
	key, err := os.ReadFile(source.file)
	if err == nil {
		err = os.WriteFile(theirs.file, key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	old, err := theirs.load(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	next, err := (&rekeyCmd{}).next(t.Context(), theirs)
	if err != nil {
		t.Fatal(err)
	}
	_, err = vault.Rekey(t.Context(), two.journal.KeyStore(), old, next, time.Now(), func() error {
		if err := two.alone(t.Context(), "two"); err != nil { // it waits, and meanwhile …
			return err
		}
		one.patience = time.Hour
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := one.alone(ctx, "one"); err == nil {
			t.Error("who was broken off goes on")
		}
		for _, run := range []string{"one", "three"} { // broken off before or after it was told
			if err := one.withdraw(t.Context(), run); err != nil {
				return err
			}
		}
		begins(errKeysCut)
		one.patience = 0
		_, err := (&rekeyCmd{}).replace(t.Context(), one, source, func() error { return nil })
		return err // it is done, before this one has written anything
	})
	if !errors.Is(err, journal.ErrConflict) {
		t.Fatalf("the slower one: %v", err)
	}
	if begun, err := vault.Begun(t.Context(), two.journal.KeyStore(), next); err != nil || begun {
		t.Errorf("it has begun: %t, %v", begun, err)
	}
	begins(nil)
	last := server()
	if got, err := last.vault.Open(t.Context(), u0, "reason", "", sealed); err != nil || got != "x" {
		t.Errorf("%q, %v", got, err)
	}
	// The slower one as a command, told to wait by nobody any more.
	if _, err := (&rekeyCmd{}).replace(t.Context(), two, theirs, func() error { return nil }); !errors.Is(err, vault.ErrWrongMaster) {
		t.Errorf("with the master of before: %v", err)
	}
	begins(nil)
}
