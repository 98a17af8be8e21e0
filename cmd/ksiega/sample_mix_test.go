package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The sample centres are imported once into a ledger of its own, and into no other:
// its people are invented, and its reports open to anybody.
func TestTheSampleMixesIntoNoOtherLedger(t *testing.T) {
	t.Parallel()
	own := writeFiles(t, map[string]string{"asystenci.csv": "id;imie;nazwisko\nA7;Jan;Kot\n"})
	data := filepath.Join(t.TempDir(), "sample")
	end(t, serve(t, data, "--sample"))
	before := recorded(t, data)
	must(t, exitDone, "import", "--data", data, own)
	end(t, serve(t, data, "--sample"))
	before["assistant.registered.v2"]++
	if after := recorded(t, data); !equal(after, before) {
		t.Errorf("recorded %v, want %v", after, before)
	}

	other := filepath.Join(t.TempDir(), "real")
	must(t, exitDone, "import", "--data", other, own)
	before = recorded(t, other)
	if out := must(t, exitFailed, "serve", "--sample", "--data", other, "--listen", "127.0.0.1:0"); !strings.Contains(out, "nie zaczęła się od przykładowych centrów") {
		t.Errorf("refused with %q", out)
	}
	if after := recorded(t, other); !equal(after, before) {
		t.Errorf("recorded %v, want %v", after, before)
	}
}
