package commands_test

import (
	"io/fs"
	"slices"
	"testing"

	"ksiega/commands"
	"ksiega/internal/ledgertest"
	"ksiega/samples"
)

// importSample imports the sample centre in the order of a directory import.
func importSample(t testing.TB, l *ledgertest.Ledger) map[string]commands.Summary {
	t.Helper()
	entries, err := fs.ReadDir(samples.Starachowice, "starachowice")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if _, ok := commands.ImportOrder(e.Name()); ok {
			names = append(names, e.Name())
		}
	}
	slices.SortStableFunc(names, func(a, b string) int {
		x, _ := commands.ImportOrder(a)
		y, _ := commands.ImportOrder(b)
		return x - y
	})
	sums := map[string]commands.Summary{}
	for _, n := range names {
		data, err := fs.ReadFile(samples.Starachowice, "starachowice/"+n)
		if err != nil {
			t.Fatal(err)
		}
		sums[n] = l.Import(t, n, string(data))
	}
	return sums
}

func TestTheSampleIsAcceptedWholeAndOnce(t *testing.T) {
	l := ledgertest.Open(t)
	for name, s := range importSample(t, l) {
		if s.Refused != 0 || s.Accepted != s.Rows || s.Rows == 0 || s.Skipped {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for name, s := range importSample(t, l) {
		if !s.Skipped || s.Known != s.Rows {
			t.Errorf("again %s: %+v", name, s)
		}
	}
}
