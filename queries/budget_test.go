package queries_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
	"ksiega/queries"
)

// told are the rows of a report as of a day, "" for all.
func told(t *testing.T, l *ledgertest.Ledger, report, asOf string, params map[string]string) string {
	t.Helper()
	req := queries.Request{Params: params}
	if asOf != "" {
		var err error
		req.AsOf, err = domain.ParseDate(asOf)
		must(t, err)
	}
	rows := rowsOf(ask(t, memoryReader(l), report, req))
	for i, r := range rows {
		if report == "findings" { // their events are only counted; the sentences have tests of their own
			const events = 8
			r[events] = len(r[events].([]string))
			rows[i] = r[:events+1]
		}
	}
	return fmt.Sprint(rows)
}

func imported(t *testing.T, l *ledgertest.Ledger, name, rows string) {
	t.Helper()
	if s := l.Import(t, name, rows); s.Refused != 0 || s.Accepted != s.Rows {
		t.Fatalf("%s: %+v", name, s)
	}
}

// TestABudgetAsOfDays: the plan of the day holds, expenses count from theirs on, a line
// without a plan has nothing, and who bears what adds up.
func TestABudgetAsOfDays(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "plan-budzetu.csv", "program;pozycja;kwota;ue;budzet;wlasny;od\n"+
		"psu;kursy;1000,00;850,00;45,00;105,00;\npsu;kursy;500,00;;;;01.06.2019\npsu;sala;10,00;;;10,00;01.01.2030\n")
	imported(t, l, "wydatki.csv", "program;pozycja;dokument;data;kwota;ue;budzet;wlasny\n"+
		"psu;kursy;FV/1;04.03.2019;600,00;510,00;27,00;63,00\npsu;kursy;FV/2;05.04.2019;300,00;255,00;13,50;31,50\nmkis;bilety;P/1;05.04.2019;20,00;;;\n")
	for asOf, want := range map[string]string{
		"2019-01-01": "[{psu kursy 100000 0 0 0 0 85000 4500 10500}]",
		"2019-03-04": "[{psu kursy 100000 60000 51000 2700 6300 85000 4500 10500}]",
		"2019-05-31": "[{mkis bilety 0 2000 0 0 2000 0 0 0} {psu kursy 100000 90000 76500 4050 9450 85000 4500 10500}]",
		"2019-06-01": "[{mkis bilety 0 2000 0 0 2000 0 0 0} {psu kursy 50000 90000 76500 4050 9450 0 0 50000}]",
		"":           "[{mkis bilety 0 2000 0 0 2000 0 0 0} {psu kursy 50000 90000 76500 4050 9450 0 0 50000}]", // 2030 is to come
	} {
		if got := told(t, l, "budget", asOf, nil); got != want {
			t.Errorf("as of %q:\n got %s\nwant %s", asOf, got, want)
		}
	}
	if got := told(t, l, "budget", "2030-01-01", map[string]string{"programme": "psu"}); got != "[{psu kursy 50000 90000 76500 4050 9450 0 0 50000} {psu sala 1000 0 0 0 0 0 0 1000}]" {
		t.Errorf("once the plan of 2030 holds: %s", got)
	}
	over := func(asOf string) string {
		return told(t, l, "findings", asOf, map[string]string{"kind": "over-budget"})
	}
	bilety := "{over-budget:mkis:bilety over-budget open [mkis bilety] 2019-04-05 2019-04-05 2000 0 1}"
	kursy := "{over-budget:psu:kursy over-budget open [psu kursy] 2019-03-04 2019-04-05 40000 0 3}"
	for asOf, want := range map[string]string{
		"2019-04-04": "[]",
		"2019-05-31": "[" + bilety + "]",
		"2019-06-01": "[" + bilety + " " + kursy + "]",
	} {
		if got := over(asOf); got != want {
			t.Errorf("over budget as of %s:\n got %s\nwant %s", asOf, got, want)
		}
	}
	imported(t, l, "plan-budzetu_2.csv", "program;pozycja;kwota;od;korekta;powod\npsu;kursy;900,00;01.06.2019;tak;aneks\n")
	imported(t, l, "wydatki_2.csv", "program;pozycja;dokument;data;kwota;wycofanie;powod\nmkis;bilety;P/1;;;tak;pomyłka\n")
	if got := over(""); got != "[]" {
		t.Errorf("put right: %s", got)
	}
}

// TestADocumentIsPaidOnce: what a document put to lines of any programme is compared with
// the least that was said of its sum, by NIP and number in any letters; without a NIP
// within its programme alone, and without a sum not at all.
func TestADocumentIsPaidOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "wydatki.csv", "program;pozycja;dokument;data;kwota;nip;suma_dokumentu\n"+
		"psu;kursy;FV/1a;04.03.2019;600,00;526-025-02-74;1000,00\n"+
		"mkis;sala;fv/1A;05.03.2019;500,00;5260250274;900,00\n"+ // 1,100 of 900
		"psu;kursy;FV/2;04.03.2019;600,00;;600,00\n"+
		"mkis;sala;FV/2;05.03.2019;500,00;;500,00\n"+ // another document
		"psu;sala;FV/2;06.03.2019;0,01;;\n"+ // 600.01 of 600
		"psu;kursy;FV/3;04.03.2019;600,00;5260250274;\n"+
		"mkis;sala;FV/3;04.03.2019;600,00;5260250274;\n")
	double := func(asOf string) string {
		return told(t, l, "findings", asOf, map[string]string{"kind": "double-funding"})
	}
	first := "{double-funding:5260250274:fv/1a:document double-funding open [mkis psu FV/1a fv/1A] 2019-03-04 2019-03-05 20000 0 2}"
	second := "{double-funding:psu:fv/2:document double-funding open [psu FV/2] 2019-03-04 2019-03-06 1 0 2}"
	for asOf, want := range map[string]string{"2019-03-04": "[]", "2019-03-05": "[" + first + "]", "": "[" + first + " " + second + "]"} {
		if got := double(asOf); got != want {
			t.Errorf("as of %q:\n got %s\nwant %s", asOf, got, want)
		}
	}
	imported(t, l, "wydatki_2.csv", "program;pozycja;dokument;data;kwota;nip;suma_dokumentu;korekta;powod\nmkis;sala;fv/1A;05.03.2019;300,00;5260250274;900,00;tak;pomyłka\n")
	imported(t, l, "wydatki_3.csv", "program;pozycja;dokument;data;kwota;wycofanie;powod\npsu;sala;FV/2;;;tak;pomyłka\n")
	if got := double(""); got != "[]" {
		t.Errorf("put right: %s", got)
	}
}

// TestBudgetsAgainstTheOracle: whatever is planned and spent, in whatever order, the report
// and the findings of every day are what the independent calculator comes to.
func TestBudgetsAgainstTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := ledgertest.Open(t)
		zloty := func(grosze int) string { return fmt.Sprintf("%d,%02d", grosze/100, grosze%100) }
		amounts := func() string {
			eu, state, own := rapid.IntRange(0, 900).Draw(rt, "eu"), rapid.IntRange(0, 90).Draw(rt, "state"), rapid.IntRange(1, 90).Draw(rt, "own")
			if rapid.Bool().Draw(rt, "whole") {
				return zloty(eu+state+own) + ";;;"
			}
			return zloty(eu+state+own) + ";" + zloty(eu) + ";" + zloty(state) + ";" + zloty(own)
		}
		line := func() string {
			return rapid.SampledFrom([]string{"psu", "mkis"}).Draw(rt, "programme") + ";" + rapid.SampledFrom([]string{"kursy", "sala 2"}).Draw(rt, "line")
		}
		on := func(name string) string { return day(2019, 3, 1).Add(rapid.IntRange(0, 9).Draw(rt, name)).String() }
		plans, spent := "program;pozycja;od;kwota;ue;budzet;wlasny\n", "program;pozycja;dokument;data;nip;suma_dokumentu;kwota;ue;budzet;wlasny\n"
		seen := map[string]bool{}
		add := func(to *string, identity, rest string) {
			if !seen[identity] {
				*to, seen[identity] = *to+identity+";"+rest+"\n", true
			}
		}
		for range rapid.IntRange(0, 6).Draw(rt, "plans") {
			add(&plans, line()+";"+rapid.SampledFrom([]string{"", on("from")}).Draw(rt, "since"), amounts())
		}
		for range rapid.IntRange(0, 12).Draw(rt, "expenses") {
			add(&spent, line()+";"+rapid.SampledFrom([]string{"FV/1", "fv/1", "R7"}).Draw(rt, "document"),
				on("date")+";"+rapid.SampledFrom([]string{"", "5260250274"}).Draw(rt, "nip")+";"+rapid.SampledFrom([]string{"", "9,00", "4,50"}).Draw(rt, "total")+";"+amounts())
		}
		files := fstest.MapFS{"plan-budzetu.csv": {Data: []byte(plans)}, "wydatki.csv": {Data: []byte(spent)}}
		for name, file := range files {
			if s := l.Import(t, name, string(file.Data)); s.Refused != 0 {
				rt.Fatalf("%s: %+v", name, s)
			}
		}
		oracle, err := naive.Load(files)
		must(t, err)
		for _, asOf := range []string{"", "2019-03-01", "2019-03-04", "2019-03-10"} {
			at, of := sampleDay(), oracle
			if asOf != "" {
				at, err = time.Parse(time.DateOnly, asOf)
				must(t, err)
				of = oracle.AsOf(at)
			}
			over, doubled := []string{}, []string{}
			for _, b := range of.Budget(at) {
				if b.Spent > b.Planned {
					over = append(over, fmt.Sprint("over-budget:", b.Programme, ":", b.Line, " ", b.FirstExpense, " ", b.LastExpense, " ", b.Spent-b.Planned))
				}
			}
			for _, d := range of.DoubledDocuments() {
				doubled = append(doubled, fmt.Sprint("double-funding:", d.Issuer, ":", d.Number, ":document ", d.Over))
			}
			if got, want := told(t, l, "budget", asOf, nil), budgetSaid(of, at); got != want {
				rt.Fatalf("as of %q:\n got %s\nwant %s", asOf, got, want)
			}
			found := func(kind string, say func(r ledgertest.Row) string) (all []string) {
				req := queries.Request{Params: map[string]string{"kind": kind}}
				req.AsOf, _ = domain.ParseDate(asOf)
				for _, r := range rowsOf(ask(t, memoryReader(l), "findings", req)) {
					all = append(all, say(r))
				}
				return all
			}
			sameTexts(t, "over budget as of "+asOf, found("over-budget", func(r ledgertest.Row) string { return fmt.Sprint(r[0], " ", r[4], " ", r[5], " ", r[6]) }), over)
			sameTexts(t, "double funding as of "+asOf, found("double-funding", func(r ledgertest.Row) string { return fmt.Sprint(r[0], " ", r[6]) }), doubled)
		}
	})
}

// budgetSaid are the rows of the report as the oracle has them.
func budgetSaid(of *naive.Ledger, at time.Time) string {
	budgets := []string{}
	for _, b := range of.Budget(at) {
		budgets = append(budgets, fmt.Sprint("{", b.Programme, " ", b.Line, " ", b.Planned, " ", b.Spent, " ", b.EU, " ", b.State, " ", b.Own, " ", b.PlannedEU, " ", b.PlannedState, " ", b.PlannedOwn, "}"))
	}
	return "[" + strings.Join(budgets, " ") + "]"
}
