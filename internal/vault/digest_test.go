package vault

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// A digest is of one subject, purpose and text; it is found again after a change of the master
// key, among those of earlier keys, and dies with the subject's.
func TestDigests(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	of := func(v *Vault, subject, purpose, text string) [][32]byte {
		t.Helper()
		all, err := v.Digests(t.Context(), subject, purpose, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	first := of(v, "P-1", "finding", "a")
	for _, other := range [][][32]byte{of(v, "P-2", "finding", "a"), of(v, "P-1", "finding", "b"), of(v, "P-1", "findin", "ga")} {
		if len(first) != 1 || len(other) != 1 || first[0] == other[0] {
			t.Errorf("%x, %x", first, other)
		}
	}
	if _, err := Rekey(t.Context(), store, masterOf(1), masterOf(2), time.Unix(1e9, 0), nil); err != nil {
		t.Fatal(err)
	}
	v = mustOpen(t, store, masterOf(2))
	if all := of(v, "P-1", "finding", "a"); len(all) != 2 || all[0] == first[0] || !slices.Contains(all, first[0]) {
		t.Errorf("%x, before that %x", all, first)
	}
	if err := v.Erase(t.Context(), "P-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Digests(t.Context(), "P-1", "finding", []byte("a")); !errors.Is(err, ErrErased) {
		t.Error(err)
	}
}
