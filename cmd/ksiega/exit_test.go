package main

import (
	"path/filepath"
	"testing"
)

// What INTERFACE promises of exit codes: scripts rely on them.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	check := func() {
		t.Helper()
		for _, c := range []struct {
			want int
			args []string
		}{
			{exitDone, []string{"verify"}},
			{exitUsage, []string{"verify", "--colour", "red"}},
			{exitUsage, []string{"report", "contracts", "--colour", "red"}},
			{exitUsage, []string{"report", "contracts", "--as-of", "yesterday"}},
			{exitUsage, []string{"report", "contracts", "--format", "doc"}},
			{exitUsage, []string{"replay", "--from", "yesterday"}},
			{exitFailed, []string{"erase", "--participant", "U0", "--ground", "zadanie", "--register", "RODO-7/2026"}},
			{exitFound, []string{"report", "nothing"}},
			{exitFound, []string{"erase", "--role", "dpo", "--participant", "U7", "--ground", "zadanie", "--register", "RODO-7/2026"}},
		} {
			must(t, c.want, append([]string{c.args[0], "--data", data}, c.args[1:]...)...)
		}
	}
	check()
	s := serve(t, data)
	check()
	end(t, s)
}
