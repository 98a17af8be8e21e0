package ledgertest

import (
	"os"
	"testing"
)

// OpenFor starts a ledger that ends with one check of a property, and takes its files with it.
func OpenFor(t testing.TB, check interface{ Cleanup(func()) }) *Ledger {
	t.Helper()
	return Open(During(t, check))
}

// During is a test while one check of a property lasts: what a test cleans up at its end, it
// does at the check's.
func During(t testing.TB, check interface{ Cleanup(func()) }) testing.TB { return during{t, check} }

type during struct {
	testing.TB
	check interface{ Cleanup(func()) }
}

// Cleanup calls what is to be called once the check is done.
func (d during) Cleanup(f func()) { d.check.Cleanup(f) }

// TempDir is a directory until then.
func (d during) TempDir() string {
	d.Helper()
	dir, err := os.MkdirTemp("", "check")
	if err != nil {
		d.Fatal(err)
	}
	d.check.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
