package queries_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
	"ksiega/queries"
)

// metOf are the findings of two things at one time, each with its minutes.
func metOf(t *testing.T, reader *queries.Reader, asOf domain.Date) (all []string) {
	t.Helper()
	for _, kind := range []string{"assistant-overlap", "double-funding", "participant-overlap"} {
		for _, r := range rowsOf(ask(t, reader, "findings", queries.Request{AsOf: asOf, Params: map[string]string{"kind": kind}})) {
			all = append(all, fmt.Sprint(r[0], " ", r[7]))
		}
	}
	return all
}

const twoCentres = "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;aoon-2006;U1;02.01.2019;02.01.2019;31.12.2019;A1\n" +
	"T/2;trojstronny;aoon-2006;U2;02.01.2019;02.01.2019;31.12.2019;A1\nT/3;trojstronny;asystent-aktywnosci;U1;02.01.2019;02.01.2019;31.12.2019;A2\n"

// Somebody is at one place at a time: at a session or with an assistant, each of one
// programme; and so is an assistant who leads sessions. Whoever else leads one is none, unless
// they are registered.
func TestSessionsTakeTime(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n")
	imported(t, l, "asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n")
	imported(t, l, "umowy.csv", twoCentres)
	imported(t, l, "zajecia.csv", "id;program;rodzaj;temat;data;od;do;prowadzacy\nZ1;mkis;warsztat;komputer;05.03.2019;16:00;18:00;A1,G1\nZ2;mkis;warsztat;gry;05.03.2019;17:30;19:00;G1\n"+
		"Z3;aoon-2006;warsztat;gry;06.03.2019;16:00;18:00;\nZ4;mkis;warsztat;kiedyś;05.03.2030;16:00;18:00;A1\nZ5;mkis;warsztat;kiedyś;05.03.2030;16:00;18:00;A1\n")
	imported(t, l, "godziny.csv", "asystent;umowa;data;od;do\nA1;T/2;05.03.2019;15:00;16:30\nA1;T/1;06.03.2019;17:00;18:30\nA2;T/3;06.03.2019;17:45;18:15\n")
	imported(t, l, "obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc\nZ1;U1;obecny\nZ2;U1;spozniony\nZ1;U2;obecny\nZ2;U2;nieobecny\nZ3;U1;obecny\n")
	reader := memoryReader(l)
	want := []string{
		"assistant-overlap:A1:2019-03-05:T/2@15.00:Z1@16.00 30",
		"double-funding:U1:2019-03-06:A1@17.00:A2@17.45 30", "double-funding:U1:2019-03-06:Z3@16.00:A2@17.45 15", "double-funding:U2:2019-03-05:A1@15.00:Z1@16.00 30",
		"participant-overlap:U1:2019-03-05:Z1@16.00:Z2@17.30 30", "participant-overlap:U1:2019-03-06:Z3@16.00:A1@17.00 60",
	}
	sameTexts(t, "findings", metOf(t, reader, 0), want)
	sameTexts(t, "as of a day to come, with what is planned", metOf(t, reader, day(2030, 12, 31)), want)
	sameTexts(t, "as of the first day", metOf(t, reader, day(2019, 3, 5)), []string{want[0], want[3], want[4]})
	for _, r := range rowsOf(ask(t, reader, "findings", queries.Request{Params: map[string]string{"kind": "assistant-overlap"}})) {
		if r[8] = len(r[8].([]string)); fmt.Sprint(r[3], r[8]) != "[U2 A1 T/2 Z1] 2" || !strings.Contains(fmt.Sprint(r[9]), "na zajęciach Z1 od 16:00") {
			t.Errorf("%v", r)
		}
	}
	imported(t, l, "asystenci_2.csv", "id;imie;nazwisko\nG1;E;E\n")
	registered := append([]string{want[0], "assistant-overlap:G1:2019-03-05:Z1@16.00:Z2@17.30 30"}, want[1:]...)
	sameTexts(t, "once registered", metOf(t, reader, 0), registered)
	// What is put right is no finding any more.
	imported(t, l, "zajecia_2.csv", "id;program;rodzaj;temat;data;od;do;prowadzacy;korekta;powod\nZ1;mkis;warsztat;komputer;05.03.2019;16:30;17:30;A1,G1;tak;pomyłka\n")
	imported(t, l, "obecnosci-zajec_2.csv", "zajecia;uczestnik;obecnosc;wycofanie;powod\nZ3;U1;;tak;pomyłka\n")
	sameTexts(t, "put right", metOf(t, reader, 0), want[1:2])
}

// Somebody who was recorded under two ids is at one place at a time under both.
func TestTheMergedAreAtOnePlace(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n")
	imported(t, l, "asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n")
	imported(t, l, "umowy.csv", twoCentres)
	imported(t, l, "zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ1;aoon-2006;warsztat;komputer;05.03.2019;16:00;18:00\nZ2;mkis;warsztat;komputer;05.03.2019;17:00;18:00\n")
	imported(t, l, "godziny.csv", "asystent;umowa;data;od;do\nA1;T/2;05.03.2019;15:00;16:30\n")
	imported(t, l, "obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc\nZ1;U1;obecny\nZ2;U1;obecny\n")
	own := "double-funding:U1:2019-03-05:Z1@16.00:Z2@17.00 60"
	sameTexts(t, "apart", metOf(t, memoryReader(l), 0), []string{own})
	merge := commands.MergeParticipants{Kept: "U1", Merged: "U2", Date: day(2019, 4, 1), Amendment: commands.Amendment{Reason: "ta sama osoba"}}
	if _, err := l.MergeParticipants(t.Context(), ledgertest.Actor, merge); err != nil {
		t.Fatal(err)
	}
	sameTexts(t, "as one", metOf(t, memoryReader(l), 0), []string{own, "participant-overlap:U1:2019-03-05:A1@15.00:Z1@16.00 30"})
}

// TestOverlapsAgainstTheOracle: whatever visits and sessions there are, what is found as of
// any day is what the independent calculator comes to, and those who record see each go away
// once one of the two is taken back.
func TestOverlapsAgainstTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := ledgertest.Open(t)
		one := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
		on := func() string { return day(2019, 3, 29).Add(rapid.IntRange(0, 4).Draw(rt, "date")).String() }
		hour := func(name string) int { return rapid.IntRange(8, 11).Draw(rt, name) }
		visits, sessions, presences := "asystent;umowa;data;od;do\n", "id;program;rodzaj;temat;data;od;do;prowadzacy;odwolane\n", "zajecia;uczestnik;obecnosc\n"
		taken := map[string]bool{}
		for range rapid.IntRange(0, 10).Draw(rt, "visits") {
			at := fmt.Sprint(one("assistant", "A1", "A2"), ";%s;", on(), ";", hour("visit"))
			if !taken[at] {
				visits += fmt.Sprintf(at, one("contract", "T/1", "T/2", "T/3")) + ":15;" + at[strings.LastIndex(at, ";")+1:] + ":" + one("until", "40", "59") + "\n"
			}
			taken[at] = true
		}
		for i := range rapid.IntRange(0, 6).Draw(rt, "sessions") {
			from := hour("session")
			cancelled := one("cancelled", "", "", "tak")
			sessions += fmt.Sprint("Z", i, ";", one("programme", "mkis", "aoon-2006"), ";warsztat;x;", on(), ";", from, ":30;", from+rapid.IntRange(1, 2).Draw(rt, "hours"), ":00;",
				one("leader", "", "A1", "A2,G1", "G1"), ";", cancelled, "\n")
			for _, who := range []string{"U1", "U2"} {
				if cancelled == "" && rapid.Bool().Draw(rt, "listed") {
					presences += fmt.Sprint("Z", i, ";", who, ";", one("presence", "obecny", "spozniony", "nieobecny")) + "\n"
				}
			}
		}
		files := fstest.MapFS{}
		for _, f := range [][2]string{{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"}, {"asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n"}, {"umowy.csv", twoCentres},
			{"godziny.csv", visits}, {"zajecia.csv", sessions}, {"obecnosci-zajec.csv", presences}} {
			files[f[0]] = &fstest.MapFile{Data: []byte(f[1])}
			imported(t, l, f[0], f[1])
		}
		oracle, err := naive.Load(files)
		must(t, err)
		reader := memoryReader(l)
		for _, asOf := range []domain.Date{0, day(2019, 3, 30), day(2019, 4, 1)} {
			of := oracle
			if asOf != 0 {
				of = oracle.AsOf(asOf.Time())
			}
			if got, want := metOf(t, reader, asOf), of.Overlaps(); strings.Join(got, "\n") != strings.Join(want, "\n") {
				rt.Fatalf("as of %s:\n%s\nnot\n%s", asOf, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	})
}
