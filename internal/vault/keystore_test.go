package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
)

var errTaken = errors.New("others were faster")

// memory is a whole key store, kept in memory.
type memory struct {
	mu       sync.Mutex
	subjects map[string][]kept
	below    map[string]int64 // truncated
	closed   map[string]bool
	log      []kept
	reads    int
	// fail, where given, is asked before an append: an error fails it, and
	// persisted says whether the record is kept nevertheless.
	fail func(subject string) (persisted bool, err error)
}

type kept struct {
	subject string
	number  int64
	data    []byte
}

func newMemory() *memory {
	return &memory{subjects: map[string][]kept{}, below: map[string]int64{}, closed: map[string]bool{}}
}

// copied is the key store as a copy of the store's files would have it.
func (m *memory) copied() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := newMemory()
	c.log = slices.Clone(m.log)
	for subject, all := range m.subjects {
		c.subjects[subject] = slices.Clone(all)
	}
	maps.Copy(c.below, m.below)
	maps.Copy(c.closed, m.closed)
	return c
}

func (m *memory) asked(ctx context.Context, subject string) (keep bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if m.fail == nil {
		return true, nil
	}
	persisted, err := m.fail(subject)
	return persisted || err == nil, err
}

func (m *memory) Append(ctx context.Context, subject string, last int64, record []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	keep, failed := m.asked(ctx, subject)
	if !keep {
		return failed
	}
	at := noRecord
	if all := m.subjects[subject]; len(all) > 0 {
		at = all[len(all)-1].number
	}
	if m.closed[subject] || at != last {
		return fmt.Errorf("append after %d: %w", last, errTaken)
	}
	r := kept{subject, last + 1, bytes.Clone(record)}
	m.subjects[subject] = append(m.subjects[subject], r)
	m.log = append(m.log, r)
	return failed
}

func (m *memory) Get(ctx context.Context, subject string, fn func(int64, []byte) error) error {
	m.mu.Lock()
	m.reads++
	records := slices.Clone(m.subjects[subject])
	if m.closed[subject] {
		records = nil
	}
	below := m.below[subject]
	m.mu.Unlock()
	for _, r := range records {
		if r.number < below {
			continue
		}
		if err := fn(r.number, r.data); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (m *memory) Each(ctx context.Context, fn func(int64, []byte) error) error {
	m.mu.Lock()
	log := slices.Clone(m.log)
	m.mu.Unlock()
	for _, r := range log {
		if err := fn(r.number, r.data); err != nil {
			return fmt.Errorf("each: %w", err)
		}
	}
	return ctx.Err()
}

func (m *memory) Truncate(ctx context.Context, subject string, below int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	keep, failed := m.asked(ctx, subject)
	if keep {
		m.below[subject] = below
	}
	return failed
}

func (m *memory) Close(ctx context.Context, subject string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	keep, failed := m.asked(ctx, subject)
	if !keep {
		return failed
	}
	m.closed[subject] = true // which its answer need not be asked for again
	return nil
}

func (m *memory) Closed(ctx context.Context, subject string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed[subject], ctx.Err()
}

func (m *memory) records() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.log)
}

// scavenge takes away the bytes of what is truncated or closed, as the store does.
func (m *memory) scavenge() {
	m.mu.Lock()
	defer m.mu.Unlock()
	gone := func(r kept) bool { return m.closed[r.subject] || r.number < m.below[r.subject] }
	m.log = slices.DeleteFunc(slices.Clone(m.log), gone)
	for subject, all := range m.subjects {
		m.subjects[subject] = slices.DeleteFunc(slices.Clone(all), gone)
	}
}

// spoil adds bytes to the log that no vault wrote.
func (m *memory) spoil(data string) { m.log = append(m.log, kept{"P", 0, []byte(data)}) }

func masterOf(b byte) MasterKey {
	var key [keyBytes]byte
	for i := range key {
		key[i] = b + byte(i)
	}
	return MasterKey{keep(&key)}
}

func mustOpen(t testing.TB, store KeyStore, master MasterKey) *Vault {
	t.Helper()
	v, err := Open(t.Context(), store, master)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustSeal(t testing.TB, v *Vault, subject, field, text string) string {
	t.Helper()
	sealed, err := v.Seal(t.Context(), subject, field, "", text)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantOpen(t testing.TB, v *Vault, subject, field, sealed, want string) {
	t.Helper()
	got, err := v.Open(t.Context(), subject, field, "", sealed)
	if err != nil || got != want {
		t.Fatalf("open %s/%s: %d bytes, %v; want %d bytes", subject, field, len(got), err, len(want))
	}
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}
