package journal

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ksiega/domain"
)

//go:generate env KSIEGA_GOLDEN=update go test -count=1 -run ^TestGoldenWaysBack$ .

// A WayBack is how what an event says is put right once it is recorded.
type WayBack struct {
	Corrected string // by which events, or why by none
	Withdrawn string // likewise
	While     string // what stands that names it, so that it is refused
	Command   string // as the API and `ksiega command` take it; "" is none
	File      string // the kind of import file; "" is none
	Page      string // the address of the page; "" is none
	NoPage    string // why there is none
}

// Words of ways back that come again.
const (
	itself   = "–" // no way back of its own: it says what became of another
	byLater  = "a later one takes its place"
	noUndo   = "no: see below"
	anything = "nothing: the difference is a finding"
)

// Why there is no page.
const (
	noWay        = itself // nothing is put right
	byItself     = "no: the ledger does it itself"
	atTheMachine = "no: users of the machine are linked by its command line"
)

// Pages of what has no form of its own among those of commands.
const (
	months     = "/miesiace"
	accounts   = "/konta"
	ownAccount = "/konto"
)

// back says how a kind is put right. An older version is put right as today's.
func (k Kind) back(w WayBack) Kind {
	k.way = w
	return k
}

// Ways is the way back from each fact of the table, by the name of its type without a
// version.
func (t *Table) Ways() map[string]WayBack {
	all := map[string]WayBack{}
	for name, k := range t.kinds {
		if k.way != (WayBack{}) {
			all[domain.Fact(name)] = k.way
		}
	}
	return all
}

// WaysText is docs/WAYS_BACK.md.
func (t *Table) WaysText() string {
	var b strings.Builder
	b.WriteString(`# Ways back

How what is recorded is put right, fact by fact: made of internal/journal/ledger_<noun>.go by ` + "`make generate`" + `, and held to the table of events by a test.

A correction replaces what is recorded under an identity, a withdrawal takes it away; both say why, hold from the day of what they replace
(` + "`asOf`" + `) and are known from their recording on (` + "`knownAt`" + `). Where nothing stands both are refused; only a day or a visit that its sheet lacked is added
by a correction, with its reason. What was withdrawn can be recorded again. Commands take ` + "`correct`, `withdraw` and `reason`" + `, import
files the columns ` + "`korekta`, `wycofanie` and `powod`" + ` (` + "`powod_korekty`" + ` in ` + "`decyzje-pup`" + `).

– stands for no way back of its own: such an event says what became of another, or that something passed through the ledger's doors. "No" stands for what
is not ours to change: a bank's statement is what the bank wrote, an erasure can't be undone, an edition that was once in force decided what it decided.

| fact | corrected by | withdrawn by | refused while | command | import file | page |
|---|---|---|---|---|---|---|
`)
	ways := t.Ways()
	for _, fact := range slices.Sorted(maps.Keys(ways)) {
		w := ways[fact]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", fact, w.Corrected, w.Withdrawn, w.While, w.Command, w.File, cmp.Or(w.Page, w.NoPage))
	}
	return b.String()
}
