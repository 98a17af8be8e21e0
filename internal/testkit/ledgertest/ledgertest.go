// Package ledgertest sets up a whole ledger for tests: the embedded event node
// (or the server named by KSIEGA_TEST_EVENTSTORE), a vault with a fixed master
// key, and the commands over them. It is imported by tests alone.
package ledgertest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // Europe/Warsaw on machines without a zone database

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/neighbourtest"
	"ksiega/internal/vault"
	"ksiega/internal/wiring"
	"ksiega/samples"
)

// Ledger is a ledger of one test.
type Ledger struct {
	*commands.Ledger
	Journal *journal.Journal
	Vault   *vault.Vault
	Dir     string
	opts    journal.Options
}

// Actor is who tests act as.
var Actor = commands.Origin{Who: access.By("tester", access.CommandLine, access.Coordinator)}

// Limited is somebody limited to some things, and to nothing else, in all that they act in.
func Limited(who access.Who, to ...domain.Ref) access.Who {
	who.Grants = slices.Clone(who.Grants)
	for i := range who.Grants {
		who.Grants[i].Limits = to
	}
	return who
}

// Now is the clock of every test's ledger: the sample and the worked cases lie before
// it.
func Now() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }

// Open starts a ledger that ends with the test.
func Open(t testing.TB) *Ledger {
	t.Helper()
	dir := t.TempDir()
	opts := journal.Options{Address: os.Getenv("KSIEGA_TEST_EVENTSTORE"), Table: Table(t)}
	if opts.Address == "" {
		node, err := eventdb.Open(eventdb.Options{Dir: dir})
		if err != nil {
			t.Fatalf("start the embedded node: %v", err)
		}
		t.Cleanup(func() { _ = node.Close() })
		opts.Address, opts.Bulk = node.Address(), wiring.Bulk(node)
	} else {
		var b [8]byte
		_, _ = rand.Read(b[:])
		opts.Prefix = "test" + hex.EncodeToString(b[:]) + "."
	}
	neighbourtest.Join(t, &opts)
	j, err := journal.Open(opts)
	if err != nil {
		t.Fatalf("open the journal: %v", err)
	}
	t.Cleanup(func() { _ = j.Close() })
	l := Over(t, j, dir)
	l.opts = opts
	return l
}

// Through is the same log with another table of events, through which a test
// records what an earlier version would have.
func (l *Ledger) Through(t testing.TB, kinds ...journal.Kind) *journal.Journal {
	t.Helper()
	opts := l.opts
	var err error
	if opts.Table, err = journal.NewTable(kinds...); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// Table is the table of every event type.
func Table(t testing.TB) *journal.Table {
	t.Helper()
	table, err := journal.Ledger()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// Over sets up the commands over a journal.
func Over(t testing.TB, j *journal.Journal, dir string) *Ledger {
	t.Helper()
	v, err := vault.Open(t.Context(), j.KeyStore(), Master(t))
	if err != nil {
		t.Fatalf("open the vault: %v", err)
	}
	l, err := commands.Open(j, v)
	if err != nil {
		t.Fatal(err)
	}
	l.Now = Now
	return &Ledger{Ledger: l, Journal: j, Vault: v, Dir: dir}
}

// Import imports a file and fails the test where that fails as a whole.
func (l *Ledger) Import(t testing.TB, name, content string) commands.Summary {
	t.Helper()
	s, err := l.Ledger.Import(context.Background(), Actor, commands.File{Name: name, Data: []byte(content)}, nil)
	if err != nil {
		t.Fatalf("import %s: %v", name, err)
	}
	return s
}

// Master is the key of every ledger of a test.
func Master(t testing.TB) vault.MasterKey {
	t.Helper()
	key, err := vault.ParseMasterKey(base64.StdEncoding.EncodeToString([]byte("a master key of thirty-two bytes")))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// DryRun is the ledger as a dry run sees it: what it records is kept nowhere.
func (l *Ledger) DryRun(t testing.TB) *commands.Ledger {
	t.Helper()
	dry, err := l.Draft(t.Context(), l.Journal, Master(t))
	if err != nil {
		t.Fatal(err)
	}
	return dry
}

// ImportSample imports the sample centres, each in the order of a directory's import,
// and gives each file's summary.
func (l *Ledger) ImportSample(t testing.TB) map[string]commands.Summary {
	t.Helper()
	sums := map[string]commands.Summary{}
	for _, centre := range samples.Centres() {
		entries, err := fs.ReadDir(samples.Of(centre), ".")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		for _, n := range commands.InImportOrder(names) {
			data, err := fs.ReadFile(samples.Of(centre), n)
			if err != nil {
				t.Fatal(err)
			}
			sums[centre+"/"+n] = l.Import(t, centre+"/"+n, string(data))
		}
	}
	return sums
}
