package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOldDataDirectory: a data directory from before positions lay apart opens, shows
// the same figures and verifies; positions that were given out stay good, and the log
// goes on behind them.
func TestOldDataDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "d")
	const old = "testdata/format2"
	if err := os.CopyFS(filepath.Join(data, "store"), os.DirFS(filepath.Join(old, "store"))); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(old, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for name, to := range map[string]string{"redis.rows": filepath.Join(data, "redis.rows"), "master.key": data + ".master.key"} {
		if err := os.WriteFile(to, []byte(read(name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(data, 0o700); err != nil {
		t.Fatal(err)
	}
	figures := func(when string) {
		t.Helper()
		for _, report := range []string{"psu-settlement", "refunds"} {
			if got := must(t, exitDone, "report", report, "--format", "csv", "--data", data); got != read(report+".csv") {
				t.Errorf("%s: %s is\n%s\nand was\n%s", when, report, got, read(report+".csv"))
			}
		}
		if got := must(t, exitDone, "report", "psu-settlement", "--format", "csv", "--data", data, "--known-at", "20"); strings.Count(got, "\n") != 1 {
			t.Errorf("%s: known at 20: %s", when, got)
		}
	}
	figures("without a server")
	events := must(t, exitDone, "replay", "--data", data)
	for i, line := range strings.Split(strings.TrimSpace(read("events.txt")), "\n") {
		words, got := strings.Fields(line), strings.Split(strings.TrimSpace(events), "\n")
		if i >= len(got) || !strings.Contains(got[i], `"position":"`+words[0]+`","stream":"`+words[1]+`","revision":`+words[2]+`,"type":"`+words[3]+`"`) {
			t.Fatalf("event %d was %s, and is %.200s", i, line, got[min(i, len(got)-1)])
		}
	}
	// Its clock may have been ahead of this machine's.
	more := filepath.Join(dir, "uczestnicy.csv")
	if err := os.WriteFile(more, []byte("id;imie;nazwisko\nU90;Jan;Testowy\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, exitDone, "import", "--any-clock", "--data", data, more)
	figures("after more was recorded")
	later := must(t, exitDone, "replay", "--data", data, "--from", "33")
	if !strings.HasPrefix(later, `{"position":"`) || strings.Contains(later, `{"position":"33"`) {
		t.Errorf("the log goes on with %.200s", later)
	}
	must(t, exitDone, "verify", "--data", data)
	p := serve(t, data, "--any-clock")
	figures("with a server")
	if got := must(t, exitDone, "replay", "--data", data, "--from", "31", "--until", "31"); !strings.HasPrefix(got, `{"position":"31",`) {
		t.Errorf("event 31 is %.200s", got)
	}
	must(t, exitDone, "verify", "--data", data)
	end(t, p)
}
