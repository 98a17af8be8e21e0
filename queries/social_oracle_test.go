package queries_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
	"ksiega/queries"
)

// drawnFile is rows of a kind of file, of which each identity comes once.
type drawnFile struct {
	kind, columns string
	rows          []string
	seen          map[string]bool
}

func (f *drawnFile) add(identity, rest string) {
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	if !f.seen[identity] {
		f.rows, f.seen[identity] = append(f.rows, identity+";"+rest), true
	}
}

// accepted imports the rows, and leaves those that were not refused.
func (f *drawnFile) accepted(t *testing.T, l *ledgertest.Ledger) {
	refused := map[int]bool{}
	for _, r := range l.Import(t, f.kind+".csv", f.text()).RefusedRows {
		refused[r.Row] = true
	}
	var kept []string
	for i, row := range f.rows {
		if !refused[i+2] {
			kept = append(kept, row)
		}
	}
	f.rows = kept
}

func (f *drawnFile) text() string { return f.columns + "\n" + strings.Join(append(f.rows, ""), "\n") }

// drawnSocial draws what is recorded under two social contracts and one of another kind.
func drawnSocial(t *rapid.T) (files []*drawnFile) {
	word := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	on := func(name string) string { return day(2009, 3, 1).Add(rapid.IntRange(0, 40).Draw(t, name)).String() }
	times := func(name string, most int) []struct{} { return make([]struct{}, rapid.IntRange(0, most).Draw(t, name)) }
	contract := func() string { return word("contract", "K/1", "K/1", "K/2", "T/1") }
	file := func(kind, columns string) *drawnFile {
		f := &drawnFile{kind: kind, columns: columns}
		files = append(files, f)
		return f
	}
	people := file("uczestnicy", "id;imie;nazwisko;gospodarstwo")
	for _, id := range []string{"U1", "U2", "U3"} {
		people.add(id, "A;B;"+word("household", "", "G/1", "G/1"))
	}
	contracts := file("umowy", "numer;rodzaj;program;uczestnik;zawarto;od;do;pomoc;wzor")
	for _, number := range []string{"K/1", "K/2"} {
		contracts.add(number, "socjalny;"+word("programme", "wszyscy-razem", "pal-osada")+";"+word("who", "U1", "U2")+";"+word("concluded", "2009-03-01", "2009-03-05")+";2009-03-05;2009-12-31;"+
			word("limit", "", "3,00", "10,00")+";"+word("form", "", "2005", "2010-B"))
	}
	contracts.add("T/1", "trojstronny;aoon-2006;U3;2009-03-01;2009-03-05;2009-12-31;5,00;")
	changes := file("zmiany-umow", "umowa;zmiana;od;do;wartosc;powod;numer;doreczono;odwolanie")
	for range times("changes", 9) {
		switch kind := word("change", "aneks", "zawieszenie", "wznowienie", "niedotrzymanie", "niedotrzymanie", "decyzja", "decyzja", "rozwiazanie"); kind {
		case "aneks":
			changes.add(contract()+";"+kind+";"+on("on"), ";pomoc="+word("annexed", "4", "12.50")+";;;;")
		case "zawieszenie":
			changes.add(contract()+";"+kind+";"+on("on"), word("until", "", "2009-04-05")+";;;;;")
		case "decyzja":
			changes.add(contract()+";"+kind+";"+on("on"), ";"+word("ruling", "utrzymanie", "ograniczenie", "odmowa")+";dlatego;"+word("number", "D/1", "D/2")+";"+word("served", "", "2009-04-20")+";"+word("appeal", "", "zlozone", "uwzglednione"))
		default:
			changes.add(contract()+";"+kind+";"+on("on"), ";;;;;")
		}
	}
	tasks, results := file("zadania", "umowa;nr;strona;tresc;termin"), file("realizacja-zadan", "umowa;nr;data;wynik")
	for range times("tasks", 6) {
		tasks.add(contract()+";"+word("no", "1", "2", "3"), word("side", "uczestnik", "osrodek")+";kurs;"+on("due"))
	}
	for range times("results", 8) {
		results.add(contract()+";"+word("no", "1", "2", "3")+";"+on("done"), word("result", "wykonane", "czesciowo", "niewykonane"))
	}
	evaluations, aid := file("oceny", "umowa;data;wynik"), file("pomoc", "umowa;data;cel;kwota")
	for range times("evaluations", 4) {
		evaluations.add(contract()+";"+on("evaluated"), word("evaluation", "pozytywna", "negatywna"))
	}
	for range times("aid", 8) {
		aid.add(contract()+";"+on("given")+";"+word("purpose", "podręczniki", "fryzjer"), word("amount", "0,50", "2,00", "4,00"))
	}
	return files
}

// TestSocialContractsAgainstTheOracle: whatever is recorded under contracts, of what was
// accepted the reports of each day are what the independent calculator comes to; and a row
// that was wrong and corrected, or withdrawn, is as if it had been right, or never.
func TestSocialContractsAgainstTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l, files := ledgertest.OpenFor(t, rt), fstest.MapFS{}
		all := drawnSocial(rt)
		for _, f := range all {
			f.accepted(t, l)
			putRight(t, rt, l, f)
			files[f.kind+".csv"] = &fstest.MapFile{Data: []byte(f.text())}
		}
		oracle, err := naive.Load(files)
		must(t, err)
		reader := memoryReader(l)
		for _, asOf := range []string{"", "2009-03-04", "2009-03-20", "2009-04-09"} {
			at, of := sampleDay(), oracle
			if asOf != "" {
				at, err = time.Parse(time.DateOnly, asOf)
				must(t, err)
				of = oracle.AsOf(at)
			}
			req := queries.Request{}
			req.AsOf, _ = domain.ParseDate(asOf)
			var social, aid []string
			for _, c := range of.SocialContracts(at) {
				limit := any(nil)
				if c.Limit != 0 {
					limit = c.Limit
				}
				social = append(social, ledgertest.Row{c.Contract, c.Programme, c.Participant, c.State, c.Tasks, c.Done, c.Overdue, c.Evaluations, c.LastEvaluation, limit, c.Spent, c.Limit - c.Spent,
					c.Breach, c.Decision, c.DecisionDate, c.Number, c.Served, c.Appeal, c.Parties, c.Form}.String())
			}
			for _, a := range of.MaterialAid() {
				aid = append(aid, ledgertest.Row{a.Contract, a.Programme, a.Participant, a.Purpose, a.Items, a.Amount}.String())
			}
			sameTexts(t, "social-contracts as of "+asOf, written(rowsOf(askedBy(t, reader, access.Coordinator, "social-contracts", req))), social)
			sameTexts(t, "material-aid as of "+asOf, written(rowsOf(askedBy(t, reader, access.Coordinator, "material-aid", req))), aid)
			if t.Failed() {
				rt.Fatalf("%s", fmt.Sprint(files))
			}
		}
	})
}

// putRight has a row that was recorded say something else by a correction, or withdraws one.
func putRight(t *testing.T, rt *rapid.T, l *ledgertest.Ledger, f *drawnFile) {
	at := map[string]int{"realizacja-zadan": 3, "oceny": 2, "pomoc": 3, "zadania": 4}[f.kind]
	if at == 0 || len(f.rows) == 0 || rapid.Bool().Draw(rt, "right at once") {
		return
	}
	i := rapid.IntRange(0, len(f.rows)-1).Draw(rt, "put right")
	cells := strings.Split(f.rows[i], ";")
	if rapid.Bool().Draw(rt, "withdrawn") {
		if s := l.Import(t, f.kind+"_w.csv", f.columns+";powod;wycofanie\n"+f.rows[i]+";pomyłka;tak\n"); s.Refused == 0 {
			f.rows = slices.Delete(f.rows, i, i+1)
		}
		return
	}
	cells[at] = map[string]string{"realizacja-zadan": "wykonane", "oceny": "czesciowa", "pomoc": "0,25", "zadania": "2009-03-30"}[f.kind]
	if s := l.Import(t, f.kind+"_k.csv", f.columns+";powod;korekta\n"+strings.Join(cells, ";")+";pomyłka;tak\n"); s.Refused == 0 {
		f.rows[i] = strings.Join(cells, ";")
	}
}
