package journal

import (
	"testing"

	"github.com/go-json-experiment/json"
)

func ledger(t testing.TB) *Table {
	t.Helper()
	table, err := Ledger()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func encodedMeta(t testing.TB, m Meta) []byte {
	t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
