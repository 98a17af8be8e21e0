package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Two ledgers that would have one key file and one list of erasures are not: whichever
// comes second is refused in words, and the first stays as it was.
func TestTwoLedgersWithOneKeyFile(t *testing.T) {
	t.Parallel()
	for _, namedFirst := range []bool{true, false} {
		home := t.TempDir()
		first, second := []string{"--ledger", "test", "--data", filepath.Join(home, "d")}, []string{"--data", filepath.Join(home, "d.test")}
		if !namedFirst {
			first, second = second, first
		}
		run := func(code int, with []string, args ...string) string {
			t.Helper()
			return must(t, code, append(args, with...)...)
		}
		sheet := referrals(t, 1)
		run(exitDone, first, "import", sheet)
		for _, args := range [][]string{{"import", sheet}, {"rekey"}} {
			if says := run(exitUsage, second, args...); !strings.Contains(says, "wspólny klucz główny i wspólną listę usunięć") {
				t.Errorf("named first %t: %v says %s", namedFirst, args, says)
			}
		}
		run(exitDone, first, "report", "contracts")
		run(exitDone, first, "rekey")
		// Others beside them are in nobody's way.
		run(exitDone, []string{"--data", filepath.Join(home, "d.other")}, "import", sheet)
		run(exitDone, []string{"--ledger", "third", "--data", filepath.Join(home, "d")}, "import", sheet)
	}
}
