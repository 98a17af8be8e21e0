package vault

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// slow is a key store of which an append is on its way for a while.
type slow struct {
	*memory
	meanwhile func()
}

func (s *slow) Append(ctx context.Context, subject string, last int64, record []byte) error {
	if f := s.meanwhile; f != nil {
		s.meanwhile = nil
		f()
	}
	return s.memory.Append(ctx, subject, last, record)
}

// A key that lands when every key has been made anew already seals nothing, and neither
// stops the vault from opening nor another change of keys, nor takes its subject's place
// for good.
func TestAKeyThatLandsLate(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	early := mustSeal(t, v, "participant/U1", "f", "x")
	over, ended := false, errors.New("keys change")
	v.Gate(func(string) error {
		if over {
			return ended
		}
		return nil
	})
	v.store = &slow{store, func() {
		over = true // it hears the notice, and everybody has waited
		mustRekey(t, store, masterOf(1), masterOf(2))
	}}
	if sealed, err := v.Seal(t.Context(), "access/r1", "reason", "", "kontrola"); !errors.Is(err, ended) || sealed != "" {
		t.Errorf("it seals %.3q, %v", sealed, err)
	}
	if _, err := Open(t.Context(), store, masterOf(1)); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("the old master: %v", err)
	}
	for _, again := range []bool{false, true} {
		store, master := store.copied(), masterOf(2)
		if again {
			mustRekey(t, store, masterOf(2), masterOf(3))
			master = masterOf(3)
		}
		next := mustOpen(t, store, master)
		if got := next.Late(); slices.Contains(got, "access/r1") == again || slices.Contains(got, "participant/U1") {
			t.Errorf("late are %v", got)
		}
		wantOpen(t, next, "participant/U1", "f", early, "x")
		sealed := mustSeal(t, next, "access/r1", "reason", "kontrola")
		last := mustOpen(t, store, master)
		wantOpen(t, last, "access/r1", "reason", sealed, "kontrola")
		if got := last.Late(); len(got) > 0 {
			t.Errorf("%v are late still", got)
		}
	}
}

// What is alone behind the ledger's ring is no excuse for another: a change of keys that
// was cut short opens with neither master.
func TestACutShortChangeIsNoLateKey(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	mustSeal(t, v, "participant/U1", "f", "x")
	broken := errors.New("broken off")
	store.fail = func(subject string) (bool, error) {
		if subject != ledgerSubject {
			return false, broken
		}
		return true, nil
	}
	if _, err := Rekey(t.Context(), store, masterOf(1), masterOf(2), time.Unix(1e9, 0), nil); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	store.fail = nil
	for _, m := range []byte{1, 2} {
		if _, err := Open(t.Context(), store, masterOf(m)); !errors.Is(err, ErrWrongMaster) {
			t.Errorf("master %d: %v", m, err)
		}
	}
	mustRekey(t, store, masterOf(1), masterOf(2))
	mustOpen(t, store, masterOf(2))
}

// A key that is recorded between the first look at the key store and the ledger's own ring
// is taken along.
func TestAKeyMadeDuringAChangeComesAlong(t *testing.T) {
	t.Parallel()
	records := newMemory()
	v := mustOpen(t, records, masterOf(1))
	var sealed string
	store := &slow{records, func() { sealed = mustSeal(t, v, "participant/U2", "f", "before the ring") }}
	if _, err := Rekey(t.Context(), store, masterOf(1), masterOf(2), time.Unix(1e9, 0), nil); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, mustOpen(t, store, masterOf(2)), "participant/U2", "f", sealed, "before the ring")
}

// What is appended ends with the lease.
func TestAppendsEndWithTheLease(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	sealed := mustSeal(t, v, "participant/U1", "f", "x")
	v.Lease(func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithDeadline(ctx, time.Unix(0, 0))
	})
	if _, err := v.Seal(t.Context(), "participant/U2", "f", "", "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a key is made after the lease: %v", err)
	}
	wantOpen(t, v, "participant/U1", "f", sealed, "x")
	if err := v.IndexPESEL(t.Context(), "participant/U1", "44051401359"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an entry is written after the lease: %v", err)
	}
}
