package queries_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain/participant"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
)

// partsSaid are the rows of participation as somebody who may see people is told them.
func partsSaid(b *naive.Ledger) string {
	var rows []string
	for _, p := range b.Participation() {
		var entry []string
		for _, kind := range participant.StatusKinds() {
			if value := p.Entry[string(kind)]; value != "" {
				entry = append(entry, fmt.Sprintf("%q:%q", string(kind), value))
			}
		}
		rows = append(rows, fmt.Sprintf("{%s %s %s %s %s %s %s %s %d %s %s %s {%s}}", p.Programme, p.Group, p.Participant, p.Household, p.State, p.From, p.To, p.FirstSupport,
			p.SupportMinutes, p.Outcome, p.OutcomeDate, p.FollowUpDue, strings.Join(entry, ",")))
	}
	return "[" + strings.Join(rows, " ") + "]"
}

// accepts imports rows, and keeps for the oracle those that were not refused.
func accepts(t *testing.T, l *ledgertest.Ledger, files fstest.MapFS, name, rows string) {
	t.Helper()
	s := l.Import(t, name, rows)
	lines := strings.Split(strings.TrimSuffix(rows, "\n"), "\n")
	for _, refused := range slices.Backward(s.RefusedRows) {
		lines = slices.Delete(lines, refused.Row-1, refused.Row)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n") + "\n")}
}

// TestParticipationIsCountedByHand: over whatever is recorded, participations, indicators and
// distinct people are those of a count by hand, as of any day.
func TestParticipationIsCountedByHand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l, files := ledgertest.OpenFor(t, rt), fstest.MapFS{}
		one := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
		num := func(name string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, name) }
		on := func(name string) string { return day(2018, 3, 1).Add(num(name, 40)).String() }
		imported(t, l, "program_razem.yaml", razem)
		people := "id;imie;nazwisko;gospodarstwo;status;niepelnosprawnosc\n"
		contracts := "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\n"
		for i := range 4 {
			people += fmt.Sprintf("U%d;A;B;%s;%s;%s\n", i, one("household", "", "G1", "G2"), one("status", "", "bezrobotny"), one("disability", "", "lekki"))
			contracts += fmt.Sprintf("T/%d;trojstronny;razem;U%d;02.01.2018;02.01.2018;31.12.2018;A1\n", i, i)
		}
		who := func() string { return fmt.Sprint("U", num("who", 4)) }
		statuses, taking := "uczestnik;rodzaj;wartosc;od;do\n", "uczestnik;program;zdarzenie;data;wartosc;grupa\n"
		for range num("statuses", 6) {
			statuses += strings.Join([]string{who(), "rynek_pracy", one("value", "bierny", "zatrudniony"), on("from"), one("to", "", "2018-05-01")}, ";") + "\n"
		}
		for range num("facts", 16) {
			event, value, group := one("event", "nominacja", "ocena", "przyjecie", "przyjecie", "zakonczenie", "rezultat"), "", ""
			switch event {
			case "ocena":
				value = "pozytywna"
			case "przyjecie":
				group = one("group", "bezrobotni", "bierni")
			case "zakonczenie":
				value = "ukonczenie"
			case "rezultat":
				value = one("outcome", "praca", "nauka")
			}
			taking += strings.Join([]string{who(), "razem", event, on("date"), value, group}, ";") + "\n"
		}
		visits, sessions, present := "asystent;umowa;data;od;do\n", "id;program;rodzaj;temat;data;od;do;bez_listy;odwolane\n", "zajecia;uczestnik;obecnosc;efekt\n"
		for range num("visits", 8) {
			from := 8 + num("hour", 6)
			visits += fmt.Sprintf("A1;T/%d;%s;%02d:00;%02d:30\n", num("contract", 4), on("visited"), from, from+num("length", 2))
		}
		for i := range num("sessions", 6) {
			sessions += fmt.Sprintf("Z/%d;razem;%s;%s;%s;08:00;%02d:00;%s;%s\n", i, one("kind", "szkolenie", "grupowe"), one("topic", "Trening", "Klub"), on("held"), 9+num("long", 3),
				one("headcount", "", "4"), one("cancelled", "", "", "tak"))
			for _, id := range []string{"U0", "U1", "U2"} {
				if how := one("presence", "", "obecny", "spozniony", "nieobecny"); how != "" {
					present += fmt.Sprintf("Z/%d;%s;%s;%s\n", i, id, how, map[bool]string{true: one("effect", "", "cv", "cv,profil")}[how != "nieobecny"])
				}
			}
		}
		for _, f := range [][2]string{{"uczestnicy.csv", people}, {"asystenci.csv", "id;imie;nazwisko\nA1;C;D\n"}, {"umowy.csv", contracts}, {"statusy.csv", statuses}, {"udzial.csv", taking},
			{"godziny.csv", visits}, {"zajecia.csv", sessions}, {"obecnosci-zajec.csv", present}} {
			accepts(t, l, files, f[0], f[1])
		}
		oracle, err := naive.Load(files)
		must(t, err)
		for _, asOf := range []string{"", on("as of"), "2018-03-20"} {
			of := oracle
			if asOf != "" {
				at, err := time.Parse(time.DateOnly, asOf)
				must(t, err)
				of = oracle.AsOf(at)
			}
			if got, want := seen(t, l, "participation", asOf, nil), partsSaid(of); got != want {
				rt.Fatalf("as of %q:\n got %s\nwant %s", asOf, got, want)
			}
			if got, want := indicatorsOf(t, l, asOf), countedByHand(of); !maps.Equal(got, want) {
				rt.Fatalf("as of %q:\n got %v\nwant %v", asOf, got, want)
			}
		}
	})
}

func countedByHand(b *naive.Ledger) map[string]string {
	all := map[string]string{"umowy": "4", "pomoc": "0", "pomoc-biernych": "0"} // no aid is drawn
	first, last := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for id, of := range map[string]naive.Asked{
		"osoby": {Measure: "people"}, "rodziny": {Measure: "households"}, "godziny": {Measure: "hours"}, "rezultaty": {Measure: "outcomes"}, "wizyty": {Measure: "visits"},
		"grupy bezrobotni": {Measure: "people", Group: "bezrobotni"}, "grupy bierni": {Measure: "people", Group: "bierni"},
		"trening": {Measure: "people", Kind: "szkolenie", Topic: "trening", Group: "bezrobotni", MinHours: 3}, "praca": {Measure: "outcomes", Outcome: "praca"},
		"cv": {Measure: "effects", Effect: "cv"}, "bez-listy": {Measure: "headcount"}, "zajecia": {Measure: "sessions", Kind: "szkolenie"},
	} {
		n := b.Indicator("razem", first, last, of)
		all[id] = strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", n/100, n%100), "0"), ".")
	}
	return all
}
