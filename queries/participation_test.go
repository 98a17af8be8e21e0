package queries_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

const razem = "id: razem\nod: 2018-01-01\nname: Razem\nenrolment: required\ngroups:\n  - {id: bezrobotni, name: Bezrobotni, target: 2}\n  - {id: bierni, name: Bierni}\n" +
	"outcomes: [praca, nauka]\nindicators:\n" +
	"  - {id: osoby, name: Osoby, unit: osoby, target: 3, measure: people}\n" +
	"  - {id: grupy, name: Grupy, unit: osoby, measure: people, groups: each}\n" +
	"  - {id: rodziny, name: Rodziny, unit: gospodarstwa, measure: households}\n" +
	"  - {id: trening, name: Trening, unit: osoby, measure: people, of: {kind: szkolenie, topic: trening, group: bezrobotni}, minHours: 3}\n" +
	"  - {id: godziny, name: Godziny, unit: godziny, measure: hours}\n" +
	"  - {id: rezultaty, name: Rezultaty, unit: udziały, measure: outcomes}\n" +
	"  - {id: praca, name: Praca, unit: udziały, measure: outcomes, of: {outcome: praca}}\n" +
	"  - {id: cv, name: CV, unit: efekty, measure: effects, of: {effect: cv}}\n" +
	"  - {id: bez-listy, name: Bez listy, unit: osoby, measure: headcount}\n" +
	"  - {id: umowy, name: Umowy, unit: umowy, measure: contracts, of: {contract: trojstronny, state: signed}}\n" +
	"  - {id: wizyty, name: Wizyty, unit: wizyty, measure: visits}\n" +
	"  - {id: zajecia, name: Zajęcia, unit: zajęcia, measure: sessions, of: {kind: szkolenie}}\n" +
	"  - {id: pomoc, name: Pomoc, unit: grosze, measure: aid}\n  - {id: pomoc-biernych, name: Pomoc, unit: grosze, measure: aid, of: {group: bierni}}\n"

// takingPart is a centre in which four take part in a programme with groups.
func takingPart(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"program_razem.yaml", razem},
		{"uczestnicy.csv", "id;imie;nazwisko;gospodarstwo;niepelnosprawnosc\nU1;A;A;G1;lekki\nU2;B;B;G1;\nU3;C;C;;\nU4;D;D;;\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;D\n"},
		{"statusy.csv", "uczestnik;rodzaj;wartosc;od\nU1;rynek_pracy;bezrobotny;01.02.2018\nU1;rynek_pracy;zatrudniony;01.05.2018\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;razem;U1;02.01.2018;02.01.2018;31.12.2018;A1\n"},
		{"umowy_k.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;pomoc\nK/1;socjalny;razem;U2;02.01.2018;02.01.2018;31.12.2018;500,00\nK/2;socjalny;razem;U4;02.01.2018;02.01.2018;31.12.2018;500,00\n"},
		{"pomoc.csv", "umowa;data;cel;kwota\nK/1;06.03.2018;odzież;100,50\nK/2;20.04.2018;książki;20,00\n"},
		{"udzial.csv", "uczestnik;program;zdarzenie;data;wartosc;grupa\nU1;razem;nominacja;20.02.2018;;\nU1;razem;przyjecie;01.03.2018;;bezrobotni\nU1;razem;zakonczenie;30.04.2018;ukonczenie;\n" +
			"U2;razem;przyjecie;01.03.2018;;bierni\nU3;razem;ocena;05.03.2018;pozytywna;\nU4;razem;przyjecie;10.04.2018;;bezrobotni\nU4;razem;rezultat;20.04.2018;nauka;\n"},
		{"godziny.csv", "asystent;umowa;data;od;do\nA1;T/1;20.02.2018;08:00;09:00\nA1;T/1;05.03.2018;08:00;10:30\nA1;T/1;30.04.2018;08:00;09:00\nA1;T/1;01.05.2018;08:00;09:00\n"},
		{"zajecia.csv", "id;program;rodzaj;temat;data;od;do;bez_listy;odwolane\nZ/1;razem;szkolenie;Trening;06.03.2018;08:00;10:00;5;\nZ/2;razem;szkolenie;Trening;13.04.2018;08:00;10:00;;\n" +
			"Z/3;razem;szkolenie;Kurs;14.04.2018;08:00;10:00;;tak\nZ/4;razem;grupowe;Klub;20.04.2018;08:00;09:00;2;\n"},
		{"obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc;efekt\nZ/1;U1;obecny;cv\nZ/1;U2;spozniony;cv\nZ/2;U1;obecny;\nZ/2;U4;obecny;cv\nZ/4;U4;nieobecny;\nZ/4;U2;obecny;\n"},
	} {
		imported(t, l, f[0], f[1])
	}
	return l
}

// People read the statuses of the day of enrolment in words, programs in the codes of files.
func TestEntryIsToldInWords(t *testing.T) {
	t.Parallel()
	l := takingPart(t)
	req := queries.Request{Who: ledgertest.Actor.Who, Params: map[string]string{"group": "bezrobotni"}}
	a, err := memoryReader(l).Ask(t.Context(), "participation", req)
	must(t, err)
	var people, programs strings.Builder
	must(t, errors.Join(a.Write(&people, "csv-pl"), a.Write(&programs, "json")))
	if !strings.Contains(strings.ReplaceAll(people.String(), "\u00a0", " "), "rynek pracy: bezrobotny") || strings.Contains(people.String(), "niepelnosprawnosc") ||
		!strings.Contains(programs.String(), `"rynek_pracy":"bezrobotny"`) {
		t.Errorf("people read %s, programs %s", people.String(), programs.String())
	}
}

// seen is what a report tells somebody who may see people.
func seen(t *testing.T, l *ledgertest.Ledger, report, asOf string, params map[string]string) string {
	t.Helper()
	req := queries.Request{Who: ledgertest.Actor.Who, Params: params}
	if asOf != "" {
		var err error
		req.AsOf, err = domain.ParseDate(asOf)
		must(t, err)
	}
	a, err := memoryReader(l).Ask(t.Context(), report, req)
	must(t, err)
	return fmt.Sprint(rowsOf(a))
}

// A participation is what its facts come to by the day: support counts within it, the outcome
// is asked for four weeks after its end, and what somebody was is that of the day of
// enrolment: a corrected row changes it, a later one does not.
func TestParticipation(t *testing.T) {
	t.Parallel()
	l := takingPart(t)
	u1 := `{razem bezrobotni U1 G1 left 2018-03-01 2018-04-30 2018-03-05 450   2018-05-28 {"rynek_pracy":"%s","niepelnosprawnosc":"lekki"}}`
	others := " {razem bezrobotni U4  enrolled 2018-04-10  2018-04-13 120 nauka 2018-04-20  {}} {razem bierni U2 G1 enrolled 2018-03-01  2018-03-06 180    {}}]"
	u3 := "[{razem  U3  assessed 2018-03-05   0    {}} "
	whole := u3 + fmt.Sprintf(u1, "bezrobotny") + others
	for asOf, want := range map[string]string{
		"2018-02-19": "[]",
		"2018-02-20": "[{razem  U1 G1 nominated 2018-02-20   0    {}}]",
		"2018-03-05": `[{razem  U3  assessed 2018-03-05   0    {}} {razem bezrobotni U1 G1 enrolled 2018-03-01  2018-03-05 150    {"rynek_pracy":"bezrobotny","niepelnosprawnosc":"lekki"}} {razem bierni U2 G1 enrolled 2018-03-01   0    {}}]`,
		"":           whole,
	} {
		if got := seen(t, l, "participation", asOf, nil); got != want {
			t.Errorf("as of %q:\n got %s\nwant %s", asOf, got, want)
		}
	}
	for param, want := range map[[2]string]string{{"group", "bierni"}: "U2", {"state", "left"}: "U1", {"household", "G1"}: "U1 U2", {"programme", "psu"}: ""} {
		got := seen(t, l, "participation", "", map[string]string{param[0]: param[1]})
		for _, id := range []string{"U1", "U2", "U3", "U4"} {
			if strings.Contains(got, " "+id+" ") != strings.Contains(want, id) {
				t.Errorf("%v: %s", param, got)
			}
		}
	}
	// Whoever may not see people learns no code, also not by asking for one.
	if got := told(t, l, "participation", "", nil); strings.Contains(got, "bezrobotn") || strings.Contains(got, "nauka") {
		t.Error(got)
	}
	who := access.By("tester", access.CommandLine, access.Token)
	if _, err := memoryReader(l).Ask(t.Context(), "participation", queries.Request{Who: who, Params: map[string]string{"group": "bierni"}}); !errors.Is(err, access.ErrDenied) {
		t.Error(err)
	}
	imported(t, l, "statusy_2.csv", "uczestnik;rodzaj;wartosc;od\nU1;rynek_pracy;bierny;02.03.2018\n")
	if got := seen(t, l, "participation", "", nil); got != whole {
		t.Errorf("a later row: %s", got)
	}
	imported(t, l, "statusy_3.csv", "uczestnik;rodzaj;wartosc;od;korekta;powod\nU1;rynek_pracy;poszukujacy;01.02.2018;tak;pomyłka\n")
	if got, want := seen(t, l, "participation", "", nil), u3+fmt.Sprintf(u1, "poszukujacy")+others; got != want {
		t.Errorf("a corrected row: %s", got)
	}
	// A second enrolment is a second row; what came of the first stays there.
	imported(t, l, "udzial_2.csv", "uczestnik;program;zdarzenie;data;wartosc;grupa\nU1;razem;rezultat;10.05.2018;praca;\nU1;razem;nominacja;20.05.2018;;\nU1;razem;rezultat;21.05.2018;nauka;\nU1;razem;przyjecie;01.06.2018;;bierni\n")
	for _, row := range []string{`{razem bezrobotni U1 G1 left 2018-03-01 2018-04-30 2018-03-05 450 nauka 2018-05-21  {`, "{razem bierni U1 G1 enrolled 2018-06-01   0    {"} {
		if got := seen(t, l, "participation", "", nil); !strings.Contains(got, row) {
			t.Errorf("no %s in %s", row, got)
		}
	}
}

// Merged people take part once, and count once; erased ones are in no group any more, and
// their days and hours stay.
func TestMergedAndErasedPeopleTakePart(t *testing.T) {
	t.Parallel()
	l := takingPart(t)
	merge := commands.MergeParticipants{Kept: "U4", Merged: "U1", Date: domain.NewDate(2018, 6, 1), Amendment: commands.Amendment{Reason: "jedna osoba"}}
	_, err := l.MergeParticipants(t.Context(), ledgertest.Actor, merge)
	must(t, err)
	want := `[{razem  U3  assessed 2018-03-05   0    {}} {razem bezrobotni U4 G1 left 2018-03-01 2018-04-30 2018-03-05 570 nauka 2018-04-20  {"rynek_pracy":"bezrobotny","niepelnosprawnosc":"lekki"}} ` +
		"{razem bierni U2 G1 enrolled 2018-03-01  2018-03-06 180    {}}]"
	if got := seen(t, l, "participation", "", nil); got != want {
		t.Errorf("merged:\n got %s\nwant %s", got, want)
	}
	if got := indicatorsOf(t, l, ""); got["osoby"] != "2" || got["grupy bezrobotni"] != "1" || got["rodziny"] != "1" || got["trening"] != "1" {
		t.Errorf("merged: %v", got)
	}
	for _, id := range []string{"U2"} {
		erase := commands.EraseSubject{Kind: domain.RefParticipant, ID: id, On: domain.NewDate(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"}
		_, err := l.EraseSubject(t.Context(), commands.Origin{Who: access.By("iod", "cli", "dpo")}, erase)
		must(t, err)
	}
	if got := seen(t, l, "participation", "", nil); !strings.Contains(got, "{razem  U2 G1 enrolled 2018-03-01  2018-03-06 180    {}}") {
		t.Errorf("erased: %s", got)
	}
	if got := indicatorsOf(t, l, ""); got["osoby"] != "2" || got["grupy bierni"] != "0" || got["cv"] != "2" {
		t.Errorf("erased: %v", got)
	}
}

// indicatorsOf are the values of the programme's indicators, by id and group.
func indicatorsOf(t *testing.T, l *ledgertest.Ledger, asOf string) map[string]string {
	t.Helper()
	req := queries.Request{Params: map[string]string{"programme": "razem"}}
	if asOf != "" {
		var err error
		req.AsOf, err = domain.ParseDate(asOf)
		must(t, err)
	}
	all := map[string]string{}
	for _, r := range rowsOf(ask(t, memoryReader(l), "indicators", req)) {
		all[strings.TrimSpace(fmt.Sprint(r[1], " ", r[5]))] = fmt.Sprint(r[4])
	}
	return all
}

// An indicator counts what its measure says and its `of` narrows it to.
func TestIndicators(t *testing.T) {
	t.Parallel()
	l := takingPart(t)
	want := map[string]string{"osoby": "3", "grupy bezrobotni": "2", "grupy bierni": "1", "rodziny": "2", "trening": "1", "godziny": "14.5", "rezultaty": "1", "praca": "0",
		"cv": "3", "bez-listy": "7", "umowy": "1", "wizyty": "4", "zajecia": "2", "pomoc": "12050", "pomoc-biernych": "10050"}
	if got := indicatorsOf(t, l, "2018-12-31"); !maps.Equal(got, want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
	want = map[string]string{"osoby": "1", "grupy bezrobotni": "1", "grupy bierni": "0", "rodziny": "1", "trening": "0", "godziny": "3.5", "rezultaty": "0", "praca": "0",
		"cv": "0", "bez-listy": "0", "umowy": "1", "wizyty": "2", "zajecia": "0", "pomoc": "0", "pomoc-biernych": "0"}
	if got := indicatorsOf(t, l, "2018-03-05"); !maps.Equal(got, want) {
		t.Errorf("early:\n got %v\nwant %v", got, want)
	}
	if got := told(t, l, "indicators", "2018-03-05", map[string]string{"programme": "razem"}); !strings.HasPrefix(got, "[{razem bez-listy osoby <nil> 0  Bez listy}") || !strings.Contains(got, "{razem grupy osoby 2 1 bezrobotni Grupy} {razem grupy osoby <nil> 0 bierni Grupy}") {
		t.Error(got)
	}
}
