package naive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// BudgetLine is a row of the report budget, in grosze.
type BudgetLine struct {
	Programme, Line                     string
	Planned, Spent, EU, State, Own      int64
	PlannedEU, PlannedState, PlannedOwn int64
	FirstExpense, LastExpense           string // RRRR-MM-DD, "" without one
}

// Budget is what is planned and what was spent by a day, cut by AsOf too. Without parts all
// of an amount is own contribution: no file says shares here.
func (b *Ledger) Budget(today time.Time) []BudgetLine {
	if !b.asOf.IsZero() {
		today = b.asOf
	}
	lines := map[[2]string]*BudgetLine{}
	of := func(r record) *BudgetLine {
		key := [2]string{r.cell["program"], r.cell["pozycja"]}
		if lines[key] == nil {
			lines[key] = &BudgetLine{Programme: key[0], Line: key[1]}
		}
		return lines[key]
	}
	holds := map[*BudgetLine]time.Time{}
	for _, r := range b.rows["plan-budzetu"] {
		from := read(r, "od", true, parseDate)
		if from.After(today) {
			continue
		}
		line := of(r)
		if holds[line].After(from) {
			continue
		}
		holds[line] = from
		line.Planned, line.PlannedEU, line.PlannedState, line.PlannedOwn = parts(r)
	}
	for _, r := range b.rows["wydatki"] {
		day := r.date("data")
		if day.After(today) {
			continue
		}
		line := of(r)
		amount, eu, state, own := parts(r)
		line.Spent, line.EU, line.State, line.Own = line.Spent+amount, line.EU+eu, line.State+state, line.Own+own
		if line.FirstExpense == "" || dayOf(day) < line.FirstExpense {
			line.FirstExpense = dayOf(day)
		}
		line.LastExpense = max(line.LastExpense, dayOf(day))
	}
	rows := make([]BudgetLine, 0, len(lines))
	for _, line := range lines {
		rows = append(rows, *line)
	}
	slices.SortFunc(rows, func(a, b BudgetLine) int {
		return strings.Compare(a.Programme+"\x00"+a.Line, b.Programme+"\x00"+b.Line)
	})
	return rows
}

// parts are an amount and who bears it.
func parts(r record) (amount, eu, state, own int64) {
	amount = read(r, "kwota", false, parseMoney)
	eu, state, own = read(r, "ue", true, parseMoney), read(r, "budzet", true, parseMoney), read(r, "wlasny", true, parseMoney)
	if r.cell["ue"]+r.cell["budzet"]+r.cell["wlasny"] == "" {
		own = amount
	}
	if eu+state+own != amount {
		r.fail("kwota", fmt.Errorf("the parts come to %d of %d", eu+state+own, amount))
	}
	return amount, eu, state, own
}

// DoubledDocument is a document of which more was spent than it is for.
type DoubledDocument struct {
	Issuer, Number string // as the finding has them
	Over           int64
}

// DoubledDocuments are those by the day of AsOf.
func (b *Ledger) DoubledDocuments() (all []DoubledDocument) {
	type document struct{ sum, total int64 }
	documents := map[[2]string]document{}
	for _, r := range b.rows["wydatki"] {
		if b.later(r.date("data")) {
			continue
		}
		issuer := strings.ReplaceAll(r.cell["nip"], "-", "")
		if issuer == "" {
			issuer = r.cell["program"]
		}
		key := [2]string{issuer, strings.ToLower(r.cell["dokument"])}
		d := documents[key]
		amount, _, _, _ := parts(r)
		d.sum += amount
		if total := read(r, "suma_dokumentu", true, parseMoney); total > 0 && (d.total == 0 || total < d.total) {
			d.total = total
		}
		documents[key] = d
	}
	for _, key := range slices.SortedFunc(maps.Keys(documents), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if d := documents[key]; d.total > 0 && d.sum > d.total {
			all = append(all, DoubledDocument{key[0], key[1], d.sum - d.total})
		}
	}
	return all
}
