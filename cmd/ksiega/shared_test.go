package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"ksiega/internal/testkit/redistest"
)

// sharedNode is an event store that others use too.
func sharedNode(t *testing.T) (address string) {
	t.Helper()
	n := startNode(t, "--data", filepath.Join(t.TempDir(), "store"), "--listen", "127.0.0.1:0", "--insecure")
	t.Cleanup(func() { _ = n.cmd.Process.Kill(); _ = n.cmd.Wait() })
	return "esdb://" + n.address + "?tls=false"
}

// intrude writes what another application does, and a ledger that this build
// cannot read.
func intrude(t *testing.T, address string) {
	t.Helper()
	c := eventClient(t, strings.TrimPrefix(address, "esdb://"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, stream := range []string{"shop-1", "contract", "other.contract-1", "other.vault-1", "x"} {
		_, err := c.AppendToStream(ctx, stream, esdb.AppendToStreamOptions{}, esdb.EventData{EventType: "shop.ordered.v1",
			ContentType: esdb.ContentTypeJson, Data: []byte(`{"n":1}`)})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// mustRun runs the program and gives back what it printed.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := ksiega(t, args...)
	if code != exitDone {
		t.Fatalf("ksiega %s exited with %d: %s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

const (
	sheetOf = "numer;zawarto;od;do;refundacja\n%NO;2018-01-02;2018-01-02;2018-12-31;60\n"
)

// Three ledgers and an application share one store: each sees what is its own, in
// every command that reads the log from its start.
func TestLedgersShareAStore(t *testing.T) {
	t.Parallel()
	store := sharedNode(t)
	intrude(t, store)
	home := t.TempDir()
	args := func(ledger string, more ...string) []string {
		all := append(more, "--eventstore", store, "--data", filepath.Join(home, "data"+ledger))
		if ledger != "" {
			all = append(all, "--ledger", ledger)
		}
		return all
	}
	names := []string{"", "north", "south"}
	for _, name := range names {
		file := filepath.Join(home, "porozumienia_"+name+".csv")
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(sheetOf, "%NO", "PUP/"+name+"/1")), 0o600); err != nil {
			t.Fatal(err)
		}
		mustRun(t, args(name, "import", file)...)
		intrude(t, store)
	}
	for _, name := range names {
		events := strings.Split(strings.TrimSpace(mustRun(t, args(name, "replay")...)), "\n")
		for _, line := range events {
			if !strings.Contains(line, `"stream":"agreement-PUP%2F`+name+`%2F1"`) && !strings.Contains(line, `"stream":"import-`) && !strings.Contains(line, `"actor":"ksiega"`) {
				t.Errorf("%q is shown %s", name, line)
			}
		}
		if len(events) != 2+recordedFirst {
			t.Errorf("%q has %d events", name, len(events))
		}
		if out := mustRun(t, args(name, "verify")...); !strings.HasPrefix(out, fmt.Sprintf("przeczytanych zdarzeń: %d, różnych wierszy: 0", 2+recordedFirst)) {
			t.Errorf("%q: %s", name, out)
		}
		mustRun(t, args(name, "rebuild")...)
	}
}

// recordedFirst is what the first writer records of the catalogue: twelve programmes, the
// statutory figures and a setting.
const recordedFirst = 14

func TestLedgerNamesAreChecked(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"A", "a.b", "1", "vault/"} {
		if code, _, errs := ksiega(t, "verify", "--ledger", name, "--data", t.TempDir()); code != exitUsage || !strings.Contains(errs, "podaj inną nazwę księgi") {
			t.Errorf("%q: exit %d, %s", name, code, errs)
		}
	}
}

// A store of one's own: the doctor tries each right, and a ledger that may not, or
// is not trusted, says so at once.
func TestDoctorOfAStore(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "store")
	users := filepath.Join(t.TempDir(), "users")
	for name, password := range map[string]string{"ledger": "long enough for two", "guest": "long enough for one"} {
		args := []string{"node", "--users", users, "--add-user", name}
		if name == "guest" {
			args = append(args, "--read-only-user")
		}
		cmd := program(t.Context(), t, args...)
		cmd.Stdin = strings.NewReader(password + "\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	n := startNode(t, "--data", dir, "--listen", "127.0.0.1:0", "--users", users, "--tls-self-signed")
	t.Cleanup(func() { _ = n.cmd.Process.Kill(); _ = n.cmd.Wait() })
	address := func(user, password, options string) string {
		return "esdb://" + url.UserPassword(user, password).String() + "@" + n.address + "?" + options
	}
	trusting := "tlsCAFile=" + url.QueryEscape(filepath.Join(dir, "node.crt"))
	for name, c := range map[string]struct {
		store string
		code  int
		out   []string
	}{
		"all rights":     {address("ledger", "long enough for two", trusting), exitDone, []string{"wszystko w porządku"}},
		"may only read":  {address("guest", "long enough for one", trusting), exitFound, []string{`user "guest" lacks the right to write centre.…`, "$w", "$mw", "$d"}},
		"wrong password": {address("ledger", "long enough for one", trusting), exitFailed, []string{`user "ledger"`, "password"}},
		"not trusted":    {address("ledger", "long enough for two", ""), exitFailed, []string{"certificate", "tlsCAFile"}},
		"without TLS":    {address("ledger", "long enough for two", "tls=false"), exitFailed, []string{"speaks TLS"}},
	} {
		for _, what := range [][]string{{"doctor"}, {"verify"}} {
			code, out, errs := ksiega(t, append(what, "--eventstore", c.store, "--ledger", "centre", "--data", filepath.Join(t.TempDir(), "data"))...)
			if what[0] == "verify" { // a ledger that may only read cannot even keep its key
				if c.code == exitDone != (code == exitDone) || strings.Contains(errs, "nie odpowiada") {
					t.Errorf("%s: verify exited with %d: %s", name, code, errs)
				}
				continue
			}
			if code != c.code {
				t.Errorf("%s: exit %d, not %d: %s%s", name, code, c.code, out, errs)
			}
			for _, word := range c.out {
				if !strings.Contains(out+errs, word) {
					t.Errorf("%s: %q is not in %s%s", name, word, out, errs)
				}
			}
			if strings.Contains(out+errs, "long") {
				t.Errorf("%s: a password stands in %s%s", name, out, errs)
			}
		}
	}
}

// Two ledgers pointed at one Redis: the second is refused with words, not served
// the first one's rows; a name sets it apart; and what nobody uses can be thrown
// away.
func TestLedgersShareARedis(t *testing.T) {
	t.Parallel()
	store, home := redistest.Sentinel(t).Address, t.TempDir()
	args := func(ledger string, more ...string) []string {
		return append(more, "--redis", store, "--data", filepath.Join(home, ledger))
	}
	for _, ledger := range []string{"north", "south"} {
		file := filepath.Join(home, "porozumienia_"+ledger+".csv")
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(sheetOf, "%NO", ledger)), 0o600); err != nil {
			t.Fatal(err)
		}
		mustRun(t, args(ledger, "import", file)...)
	}
	mustRun(t, args("north", "rebuild")...)
	for _, more := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"verify"}, {"rebuild"}} {
		code, out, errs := ksiega(t, args("south", more...)...)
		if code != exitFailed || !strings.Contains(errs, "another ledger") || !strings.Contains(errs, "--ledger") {
			t.Errorf("%s: exit %d, %s%s", more[0], code, out, errs)
		}
	}
	if out := mustRun(t, args("north", "verify")...); !strings.Contains(out, "różnych wierszy: 0") {
		t.Error(out)
	}
	south := args("south", "import", filepath.Join(home, "porozumienia_south.csv"), "--ledger", "south")
	mustRun(t, south...)
	if out := mustRun(t, args("south", "verify", "--ledger", "south")...); !strings.HasPrefix(out, fmt.Sprintf("przeczytanych zdarzeń: %d, różnych wierszy: 0", 2+recordedFirst)) {
		t.Error(out)
	}
	mustRun(t, args("south", "rebuild", "--take-over")...)
	if code, _, errs := ksiega(t, args("north", "verify")...); code != exitFailed || !strings.Contains(errs, "another ledger") {
		t.Errorf("what was taken over: exit %d, %s", code, errs)
	}
}

// One node of a cluster, given as if it were alone, is told apart; the cluster
// holds the read models.
func TestLedgerOnACluster(t *testing.T) {
	t.Parallel()
	store, home := redistest.Cluster(t), t.TempDir()
	file := filepath.Join(home, "porozumienia.csv")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(sheetOf, "%NO", "1")), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(home, "data")
	mustRun(t, "import", file, "--data", data)
	if out := mustRun(t, "verify", "--redis", store, "--data", data, "--ledger", ""); !strings.HasPrefix(out, fmt.Sprintf("przeczytanych zdarzeń: %d, różnych wierszy: 0", 2+recordedFirst)) {
		t.Error(out)
	}
	one, _, _ := strings.Cut(store, ",")
	if code, _, errs := ksiega(t, "verify", "--redis", one, "--data", data); code != exitFailed || !strings.Contains(errs, "cluster") {
		t.Errorf("exit %d, %s", code, errs)
	}
}
