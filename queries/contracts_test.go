package queries_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// askedBy asks a report in a role.
func askedBy(t testing.TB, d *queries.Reader, role access.Role, name string, req queries.Request) *queries.Answer {
	t.Helper()
	req.Who = access.By("tester", access.CommandLine, role)
	a, err := d.Ask(t.Context(), name, req)
	must(t, err)
	return a
}

// written are rows, a text each.
func written(rows []ledgertest.Row) []string {
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = r.String()
	}
	return all
}

// TestContractsTellWhoAndWhere: how the assistant is employed, the hours a week and the place
// follow from annexes by their days, and from what was put right; the place is for whoever
// may see people, and that they saw it is told.
func TestContractsTellWhoAndWhere(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n")
	imported(t, l, "asystenci.csv", "id;imie;nazwisko;zatrudnienie\nA1;A;A;pracownik_socjalny\nA2;B;B;zlecenie\n")
	imported(t, l, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;godziny_tydzien;miejsce\n"+
		"T/1;trojstronny;aoon-2006;U1;02.01.2024;02.01.2024;31.12.2024;A1;4;dom\nT/2;trojstronny;aoon-2006;U2;02.01.2024;02.01.2024;31.12.2024;;;\n")
	imported(t, l, "zmiany-umow.csv", "umowa;zmiana;od;wartosc\nT/1;aneks;01.06.2024;\"miejsce=klub,asystent=A2,godziny_tydzien=3.5\"\nT/1;aneks;01.09.2024;miejsce=świetlica\n")
	const last = "{T/2 trojstronny aoon-2006 U2  2024-01-02 2024-12-31 signed  0 }"
	of := func(role access.Role, asOf domain.Date) []string {
		return written(rowsOf(askedBy(t, memoryReader(l), role, "contracts", queries.Request{AsOf: asOf})))
	}
	row := func(rest string) []string {
		return []string{"{T/1 trojstronny aoon-2006 U1 " + rest + "}", last}
	}
	for asOf, want := range map[domain.Date]string{
		day(2024, 5, 31): "A1 2024-01-02 2024-12-31 signed pracownik_socjalny 240 dom",
		day(2024, 6, 1):  "A2 2024-01-02 2024-12-31 signed zlecenie 210 klub",
		day(2024, 9, 1):  "A2 2024-01-02 2024-12-31 signed zlecenie 210 świetlica",
	} {
		sameTexts(t, asOf.String(), of(access.Coordinator, asOf), row(want))
	}
	a := askedBy(t, memoryReader(l), access.Coordinator, "contracts", queries.Request{})
	if len(a.Shown) != 1 || a.Shown[0] != (domain.Ref{Kind: domain.RefParticipant, ID: "U1"}) {
		t.Errorf("shown: %v", a.Shown)
	}
	for _, role := range []access.Role{access.Finance, access.Token, access.Visitor} {
		sameTexts(t, string(role), of(role, day(2024, 6, 1)), row("A2 2024-01-02 2024-12-31 signed zlecenie 210 "))
	}
	imported(t, l, "zmiany-umow_1.csv", "umowa;zmiana;od;wycofanie;powod_korekty\nT/1;aneks;01.09.2024;tak;pomyłka\n")
	imported(t, l, "umowy_1.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;godziny_tydzien;miejsce;korekta;powod\nT/1;trojstronny;aoon-2006;U2;02.01.2024;02.01.2024;31.12.2024;A1;4;przystań;tak;pomyłka\n")
	imported(t, l, "asystenci_1.csv", "id;imie;nazwisko;zatrudnienie;korekta;powod\nA1;A;A;etat;tak;pomyłka\n")
	for asOf, want := range map[domain.Date]string{
		day(2024, 5, 31): "T/1 trojstronny aoon-2006 U2 A1 2024-01-02 2024-12-31 signed etat 240 przystań",
		0:                "T/1 trojstronny aoon-2006 U2 A2 2024-01-02 2024-12-31 signed zlecenie 210 klub",
	} {
		sameTexts(t, "put right, as of "+asOf.String(), of(access.Coordinator, asOf)[:1], []string{"{" + want + "}"})
	}
}
