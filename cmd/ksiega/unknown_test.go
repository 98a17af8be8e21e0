package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// What the ledger does not know is told by a word and exit code 3, with a server and
// without; what it knows and has nothing to show of is no fault.
func TestUnknownThings(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 2))
	ask := func() {
		t.Helper()
		for _, c := range []struct {
			word string
			args []string
		}{
			{"participant", []string{"replay", "--participant", "NIKT"}},
			{"contract", []string{"replay", "--contract", "S/404"}},
			{"actor", []string{"replay", "--actor", "nobody-at-all"}},
			{"stream", []string{"replay", "--stream", "contract-S%2F404"}},
			{"rodzaj zdarzenia", []string{"replay", "--type", "obecnosc.*"}},
			{"agreement", []string{"report", "psu-settlement", "--agreement", "P/404"}},
			{"project", []string{"report", "durability", "--project", "404"}},
		} {
			out := must(t, exitFound, append(c.args, "--data", data)...)
			if !strings.Contains(out, "Popraw") || !strings.Contains(out, c.word) {
				t.Errorf("%v: %q", c.args, out)
			}
		}
		must(t, exitUsage, "report", "psu-settlement", "--known-at", "99999999", "--data", data)
		must(t, exitUsage, "report", "psu-settlement", "--known-at", "2199-01-01", "--data", data)
		must(t, exitDone, "replay", "--contract", "S/1", "--type", "refundclaim.*", "--data", data)
		for _, stream := range []string{"contract-S%2F1", "contract-S/1"} {
			if out := must(t, exitDone, "replay", "--stream", stream, "--data", data); !strings.Contains(out, `"stream":"contract-S%2F1"`) {
				t.Errorf("%s: %.200s", stream, out)
			}
		}
	}
	ask()
	p := serve(t, data)
	ask()
	end(t, p)
}
