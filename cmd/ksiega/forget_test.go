package main

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// Of two servers on one store, the other forgets a key that is about to be destroyed,
// also while the store still has it, and uses none when it no longer hears of the
// store.
func TestTheOtherServerForgets(t *testing.T) {
	t.Parallel()
	node, err := eventdb.Open(eventdb.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = node.Close() })
	data := filepath.Join(t.TempDir(), "d")
	server := func() *book {
		g := &globals{Data: data, EventStore: node.Address()}
		b := &book{dir: data, changed: make(chan struct{}, 1)}
		t.Cleanup(func() { _ = b.Close() })
		if err := b.openJournal(g, hooks{}, time.UTC); err != nil {
			t.Fatal(err)
		}
		if err := b.openVault(t.Context(), g); err != nil {
			t.Fatal(err)
		}
		return b
	}
	one, other := server(), server()
	f := newForgetter(other.journal, other.vault)
	if _, err := other.vault.Open(t.Context(), u0, "reason", "", "v2.x"); err == nil {
		t.Error("a key is used before the store was heard of")
	}
	sealed := make(map[string]string)
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
	if err := one.journal.Notify(t.Context(), u0); err != nil {
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
	if err := f.renew(t.Context()); err != nil || opens("participant/U1") != nil {
		t.Errorf("heard of again: %v", err)
	}
}
