package main

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/pages"
	"ksiega/internal/redisdb"
	"ksiega/projections"
)

// started is what a server prints until it says where it listens, and its log.
func started(t *testing.T, args ...string) (says []string, log string) {
	t.Helper()
	cmd := program(t.Context(), t, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if says = append(says, lines.Text()); strings.HasPrefix(lines.Text(), "księga: ") {
			break
		}
	}
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	return says, errs.String()
}

// TestWhatIsBuiltAnewIsTold: a server that an upgrade, a loss or a set back log has build
// read models anew says at its start which, and why; the doctor says so before.
func TestWhatIsBuiltAnewIsTold(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 3))
	if says, log := started(t, "--data", data); len(says) != 1 || strings.Count(log, "read model is built anew") != len(projections.All()) {
		t.Errorf("the first start says %q and logs %s", says, log)
	}
	if says, log := started(t, "--data", data); len(says) != 1 || strings.Contains(log, "built anew") {
		t.Errorf("the second start says %q and logs %s", says, log)
	}
	settlement := projections.Settlement().Version
	spoil(t, filepath.Join(data, "redis.rows"), map[string]func(words []string){
		"settlement": func(w []string) { w[4] = strconv.Itoa(settlement - 1) },
		"refunds":    func(w []string) { w[0] = "another-ledger" },
		"contracts":  func(w []string) { w[7] = "" },
	})
	want := map[string]string{
		"(settlement)": "z wersji " + strconv.Itoa(settlement-1) + ", ten program ma wersję " + strconv.Itoa(settlement),
		"(refunds)":    "innej księgi",
		"(contracts)":  "zapisał inny program",
	}
	told := func(what, text string) {
		t.Helper()
		if strings.Count(text, "buduje się od nowa") != len(want) {
			t.Errorf("%s: %s", what, text)
		}
		for model, why := range want {
			if _, rest, found := strings.Cut(text, model); !found || !strings.Contains(strings.SplitN(rest, "\n", 2)[0], why) {
				t.Errorf("%s: %s %s is not in\n%s", what, model, why, text)
			}
		}
	}
	told("doctor", must(t, exitDone, "doctor", "--data", data))
	says, log := started(t, "--data", data)
	told("start", strings.Join(says, "\n"))
	for _, of := range []string{`projection=settlement why="settlement: the read model is not built: the read model is of another version, an earlier one (` + strconv.Itoa(settlement-1), "projection=refunds", "projection=contracts"} {
		if !strings.Contains(log, of) {
			t.Errorf("the log lacks %s: %s", of, log)
		}
	}
	must(t, exitDone, "verify", "--data", data)
	if says, _ := started(t, "--data", data); len(says) != 1 {
		t.Errorf("once more is said %q", says)
	}
}

// spoil changes the words of checkpoints in a file of rows.
func spoil(t *testing.T, file string, of map[string]func(words []string)) {
	t.Helper()
	db, err := redisdb.Open(redisdb.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	done := 0
	for _, key := range db.Client().Keys(ctx, "*").Val() {
		raw, err := db.Client().Get(ctx, key).Result()
		words := strings.Fields(raw)
		if err != nil || len(words) != 8 {
			continue
		}
		for model, change := range of {
			if strings.Contains(key, model) {
				change(words)
				done++
			}
		}
		if err := db.Client().Set(ctx, key, strings.Join(words, " "), 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil || done != len(of) {
		t.Fatalf("%d of %d are changed: %v", done, len(of), err)
	}
}

// Every read model has a name in Polish, by which the start page and the start tell of it.
func TestEveryModelHasATitle(t *testing.T) {
	t.Parallel()
	for _, p := range projections.All() {
		if pages.ModelTitle(p.Name) == p.Name {
			t.Errorf("%s has none", p.Name)
		}
	}
}
