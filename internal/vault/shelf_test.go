package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
)

var errTaken = errors.New("others were faster")

// memory is a whole shelf, kept in memory.
type memory struct {
	mu       sync.Mutex
	subjects map[string][][]byte
	closed   map[string]bool
	log      [][]byte
	reads    int
	// fail, where given, is asked before an append: an error fails it, and
	// persisted says whether the record is kept nevertheless.
	fail func(subject string) (persisted bool, err error)
}

func newMemory() *memory { return &memory{subjects: map[string][][]byte{}, closed: map[string]bool{}} }

func (m *memory) Append(ctx context.Context, subject string, count int, record []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	var failed error
	if m.fail != nil {
		var persisted bool
		if persisted, failed = m.fail(subject); failed != nil && !persisted {
			return failed
		}
	}
	if m.closed[subject] || len(m.subjects[subject]) != count {
		return fmt.Errorf("append at %d: %w", count, errTaken)
	}
	m.subjects[subject] = append(m.subjects[subject], bytes.Clone(record))
	m.log = append(m.log, bytes.Clone(record))
	return failed
}

func (m *memory) Get(ctx context.Context, subject string) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	if m.closed[subject] {
		return nil, ctx.Err()
	}
	return slices.Clone(m.subjects[subject]), ctx.Err()
}

func (m *memory) Each(ctx context.Context, fn func([]byte) error) error {
	m.mu.Lock()
	log := slices.Clone(m.log)
	m.mu.Unlock()
	for _, r := range log {
		if err := fn(r); err != nil {
			return fmt.Errorf("each: %w", err)
		}
	}
	return ctx.Err()
}

func (m *memory) Close(ctx context.Context, subject string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if persisted, err := m.fail(subject); err != nil && !persisted {
			return err
		}
	}
	m.closed[subject] = true
	return ctx.Err()
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

// scavenge takes a subject's bytes away, as the store does after a tombstone.
func (m *memory) scavenge(t *testing.T, subject string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.subjects, subject)
	m.log = slices.DeleteFunc(m.log, func(data []byte) bool {
		r, err := decodeRecord(data)
		if err != nil {
			t.Fatal(err)
		}
		return r.Subject == subject
	})
}

func masterOf(b byte) MasterKey {
	var key [keyBytes]byte
	for i := range key {
		key[i] = b + byte(i)
	}
	return MasterKey{keep(&key)}
}

func mustOpen(t testing.TB, shelf Shelf, master MasterKey) *Vault {
	t.Helper()
	v, err := Open(t.Context(), shelf, master)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustSeal(t testing.TB, v *Vault, subject, field, text string) string {
	t.Helper()
	sealed, err := v.Seal(t.Context(), subject, field, text)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantOpen(t testing.TB, v *Vault, subject, field, sealed, want string) {
	t.Helper()
	got, err := v.Open(t.Context(), subject, field, sealed)
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
