package main

import (
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ksiega/projections"
)

// keptFiles are the files of rows of earlier moments in a data directory.
func keptFiles(t *testing.T, data string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "rows", "*", "*.rows"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// spoilRows changes every row of a file, which is found out only while they are read.
func spoilRows(t *testing.T, name string) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for at := len("ksiega-fold 2\n"); at < int(binary.BigEndian.Uint64(content[len(content)-28:])); at++ {
		content[at] ^= 1
	}
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRowsOfEarlierMoments: what was known long ago is the same from the rows that were
// kept as from the first event, with a server and without, and after a restart; whatever
// changes what they rest on drops them.
func TestRowsOfEarlierMoments(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, "../../samples/starachowice")
	known := func(what string, args ...string) (all string) {
		t.Helper()
		for _, report := range []string{"psu-settlement", "assistant-hours", "refunds", "findings", "contracts", "durability"} {
			all += mustRun(t, append([]string{"report", report, "--format", "csv", "--data", data, "--known-at", "60000"}, args...)...)
		}
		return all
	}
	want := known("at first")
	if strings.Count(want, "\n") < 20 {
		t.Fatalf("too little is known at that position: %s", want)
	}
	p := serve(t, data, "--keep-rows-every", "40")
	for deadline := time.Now().Add(time.Minute); len(keptFiles(t, data)) < 10; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a server keeps no rows")
		}
	}
	same := func(when string, args ...string) {
		t.Helper()
		if got := known(when, args...); got != want {
			t.Errorf("%s what was known is\n%s\nand not\n%s", when, got, want)
		}
	}
	same("beside a server")
	for _, name := range keptFiles(t, data) {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	end(t, p)
	same("without a server")
	must(t, exitDone, "verify", "--data", data)
	for _, name := range keptFiles(t, data) { // half a file, as a disk may leave one
		if err := os.Truncate(name, 100); err != nil {
			t.Fatal(err)
		}
	}
	same("from damaged files")

	// moments are after which events rows of the settlement are kept.
	moments := func() (all []string) {
		for _, name := range keptFiles(t, data) {
			if model, words, _ := strings.Cut(filepath.Base(name), "-"); model == projections.Settlement().Name {
				all = append(all, strings.TrimSuffix(words[strings.LastIndexByte(words, '-')+1:], ".rows"))
			}
		}
		return all
	}
	keep := func() *serving {
		t.Helper()
		for _, name := range keptFiles(t, data) {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		p := serve(t, data, "--keep-rows-every", "40")
		for deadline := time.Now().Add(time.Minute); len(keptFiles(t, data)) < 10 || len(moments()) == 0; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("no rows are kept again")
			}
		}
		return p
	}
	for _, beside := range []bool{false, true} {
		p := keep()
		if !beside {
			end(t, p)
		}
		// At the very event after which rows were kept nothing is folded: they are read alone.
		ats := moments()
		then := func() (all string) {
			for _, at := range ats {
				all += mustRun(t, "report", "psu-settlement", "--format", "csv", "--data", data, "--known-at", at)
			}
			return all
		}
		at := then()
		for _, name := range keptFiles(t, data) {
			spoilRows(t, name)
		}
		if got := then(); got != at {
			t.Errorf("at %v what was known is\n%s\nand not\n%s", ats, got, at)
		}
		same("from damaged rows")
		if beside {
			end(t, p)
		}
	}
	for what, args := range map[string][]string{
		"a scavenge": {"scavenge"},
		"a repair":   {"doctor", "--repair"},
		"an erasure": {"--role", "dpo", "erase", "--participant", "U001", "--ground", "zadanie", "--register", "RODO-7/2026"},
	} {
		end(t, keep())
		must(t, exitDone, append(args, "--data", data)...)
		if left := keptFiles(t, data); len(left) > 0 {
			t.Errorf("after %s rows are kept: %v", what, left)
		}
	}
}

// sizeOf is how many bytes the files below a directory have.
func sizeOf(t *testing.T, dir string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

// TestKeptRowsAreNoLargerThanTheLog: those of all ledgers of a data directory together,
// after rebuilds and questions about the past; and the oldest moment is still near to one
// of them.
func TestKeptRowsAreNoLargerThanTheLog(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, "../../samples/starachowice")
	must(t, exitDone, "import", "--data", data, "--ledger", "drugi", "../../samples/starachowice")
	check := func(when string) {
		t.Helper()
		if rows, log := sizeOf(t, filepath.Join(data, "rows")), sizeOf(t, filepath.Join(data, "store")); rows > log {
			t.Errorf("%s: rows of earlier moments have %d bytes, the log %d", when, rows, log)
		}
	}
	for _, ledger := range []string{"", "drugi", ""} {
		p := serve(t, data, "--keep-rows-every", "10", "--ledger", ledger)
		must(t, exitDone, "rebuild", "--data", data, "--ledger", ledger)
		check("after a rebuild")
		end(t, p)
		for _, at := range []string{"20000", "90000", "150000", "250000", "60000"} {
			for _, report := range []string{"psu-settlement", "findings", "assistant-hours"} {
				must(t, exitDone, "report", report, "--data", data, "--ledger", ledger, "--known-at", at, "--keep-rows-every", "10")
			}
			check("after a question about " + at)
		}
		if names := keptFiles(t, data); len(names) < 20 {
			t.Errorf("%d files are kept", len(names))
		}
	}
}
