package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ksiega/domain/participant"
)

// The sample centre is imported once into a ledger of its own, and into no other:
// its people are invented, and its reports open to anybody.
func TestTheSampleMixesIntoNoOtherLedger(t *testing.T) {
	t.Parallel()
	own := writeFiles(t, map[string]string{"asystenci.csv": "id;imie;nazwisko\nA7;Jan;Kot\n"})
	data := filepath.Join(t.TempDir(), "sample")
	end(t, serve(t, data, "--sample"))
	before := recorded(t, data)
	must(t, exitDone, "import", "--data", data, own)
	end(t, serve(t, data, "--sample"))
	if after := recorded(t, data); after[participant.TypeAssistantRegistered] != before[participant.TypeAssistantRegistered]+1 {
		t.Errorf("recorded %v, before %v", after, before)
	} else if after[participant.TypeAssistantRegistered]--; !equal(after, before) {
		t.Errorf("recorded %v, want %v and an assistant", after, before)
	}

	other := filepath.Join(t.TempDir(), "real")
	must(t, exitDone, "import", "--data", other, own)
	before = recorded(t, other)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // one that mixes would go on serving
	defer cancel()
	cmd := program(ctx, t, "serve", "--sample", "--data", other, "--listen", "127.0.0.1:0")
	if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(out), "did not begin with the sample centre") {
		t.Errorf("exit %d: %s", cmd.ProcessState.ExitCode(), out)
	}
	if after := recorded(t, other); !equal(after, before) {
		t.Errorf("recorded %v, want %v", after, before)
	}
}
