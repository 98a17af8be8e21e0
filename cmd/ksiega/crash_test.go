package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ksiega/internal/testkit/naive"
)

// rounds is how often a crash test repeats: a few times in `make test`, ten
// times as often in `make soak`.
func rounds(short int) int {
	if os.Getenv("KSIEGA_SOAK") != "" {
		return 10 * short
	}
	return short
}

// rowsOf are a report's rows as text; position and time of the answer differ
// between runs.
func rowsOf(t *testing.T, data, report string, params ...string) string {
	t.Helper()
	code, out, errs := ksiega(t, append([]string{"report", report, "--data", data}, params...)...)
	if code != exitDone {
		t.Fatalf("report %s: exit %d, %s", report, code, errs)
	}
	var a struct{ Rows, Totals json.RawMessage }
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	return string(a.Rows) + string(a.Totals)
}

// recorded counts the events of each type.
func recorded(t *testing.T, data string) map[string]int {
	t.Helper()
	code, out, errs := ksiega(t, "replay", "--data", data)
	if code != exitDone {
		t.Fatalf("replay: exit %d, %s", code, errs)
	}
	counts := map[string]int{}
	for line := range strings.Lines(out) {
		var e struct{ Type string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		counts[e.Type]++
	}
	delete(counts, "intake.file-finished.v1") // one for each time a file was decided
	return counts
}

// An import that is killed at any moment and run again ends as if it had run
// once.
func TestAnImportKilledAtAnyMomentEndsAsIfItHadRunOnce(t *testing.T) {
	t.Parallel()
	files := t.TempDir()
	want, err := naive.GenerateAttendance(files, 20_000, 80, 4, 7)
	if err != nil {
		t.Fatal(err)
	}
	clean := filepath.Join(t.TempDir(), "d")
	start := time.Now()
	if code, out, errs := ksiega(t, "import", "--data", clean, "--rejected", t.TempDir(), files); code != exitFound {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	took := time.Since(start)
	rows, counts := rowsOf(t, clean, "psu-settlement"), recorded(t, clean)
	if got := counts["attendance.hours-recorded.v2"] + counts["attendance.absence-recorded.v2"]; got != want.Accepted {
		t.Fatalf("%d days recorded, want %d", got, want.Accepted)
	}
	for round := range rounds(3) {
		random := rand.New(rand.NewPCG(uint64(round), 11))
		data, rejected := filepath.Join(t.TempDir(), "d"), t.TempDir()
		kills := 0
		for try := 0; ; try++ {
			cmd := program(t.Context(), t, "import", "--data", data, "--rejected", rejected, files)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if try < 6 {
				timer := time.AfterFunc(time.Duration(random.Int64N(int64(took))), func() { _ = cmd.Process.Kill() })
				_ = cmd.Wait()
				timer.Stop()
			} else {
				_ = cmd.Wait()
			}
			if cmd.ProcessState.ExitCode() == exitFound {
				break
			}
			if cmd.ProcessState.Exited() || try > 6 {
				t.Fatalf("round %d, try %d: exit %d", round, try, cmd.ProcessState.ExitCode())
			}
			kills++
		}
		t.Logf("round %d: killed %d times", round, kills)
		if got := rowsOf(t, data, "psu-settlement"); got != rows {
			t.Fatalf("round %d: the report differs from that of a clean run", round)
		}
		if got := recorded(t, data); !equal(got, counts) {
			t.Fatalf("round %d: recorded %v, want %v", round, got, counts)
		}
	}
}

func equal(a, b map[string]int) bool {
	if len(a) != len(b) {
		return false
	}
	for k, n := range a {
		if b[k] != n {
			return false
		}
	}
	return true
}
