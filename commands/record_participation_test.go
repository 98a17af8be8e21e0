package commands_test

import (
	"errors"
	"testing"

	"ksiega/commands"
	"ksiega/domain/participant"
	"ksiega/internal/testkit/ledgertest"
)

const razem = "id: razem\nod: 2024-01-01\nname: Razem\n"

// A programme whose outcomes are spelt in Polish does not keep anybody from leaving it: an
// event's value is spelt as the list has it that the event's values are from.
func TestAnOutcomeLikeAnEnding(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"program_razem.yaml", razem + "outcomes: [ukończenie, podjęcie pracy, Negatywna]\n"})
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n"})
	s := l.Import(t, "udzial_1.csv", "uczestnik;program;zdarzenie;data;wartosc\nU1;razem;ocena;31.01.2024;NEGATYWNA\nU1;razem;przyjecie;01.02.2024;\n"+
		"U1;razem;zakonczenie;01.03.2024;Ukończenie\nU1;razem;rezultat;05.03.2024;ukonczenie\nU1;razem;rezultat;06.03.2024;negatywna\n")
	if s.Accepted != 5 {
		t.Errorf("accepted %d: %s", s.Accepted, reasons(s))
	}
	s = l.Import(t, "udzial_2.csv", "uczestnik;program;zdarzenie;data;wartosc\nU1;razem;ocena;31.01.2024;negatywna\nU1;razem;zakonczenie;01.03.2024;ukonczenie\n"+
		"U1;razem;rezultat;05.03.2024;ukończenie\nU1;razem;rezultat;06.03.2024;Negatywna\n")
	if s.Known != 4 {
		t.Errorf("spelt as the lists do: known %d, refused %d: %s", s.Known, s.Refused, reasons(s))
	}
}

// What was recorded under an edition is known, and can be corrected, once another edition of
// the day spells a group or an outcome otherwise.
func TestASpellingOfAnotherEdition(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	was := razem + "groups: [{id: Bezrobotni}]\noutcomes: [Praca]\n"
	is := razem + "groups: [{id: bezrobotni}]\noutcomes: [praca]\n"
	accepted(t, l, sheet{"program_razem.yaml", was})
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n"})
	rows := "uczestnik;program;zdarzenie;data;wartosc;grupa\nU1;razem;przyjecie;01.02.2024;;Bezrobotni\nU1;razem;rezultat;05.03.2024;Praca;\n"
	accepted(t, l, sheet{"udzial_1.csv", rows})
	if _, err := l.RecordProgramme(t.Context(), ledgertest.Actor, commands.RecordProgramme{File: is, Correct: true, Reason: "pisownia"}); err != nil {
		t.Fatal(err)
	}
	if s := l.Import(t, "udzial_2.csv", rows+"\n"); s.Known != 2 {
		t.Errorf("the same rows: known %d, refused %d: %s", s.Known, s.Refused, reasons(s))
	}
	for _, group := range []string{"Bezrobotni", "bezrobotni"} {
		s := l.Import(t, "udzial_3.csv", "uczestnik;program;zdarzenie;data;grupa;opis;korekta;powod\nU1;razem;przyjecie;01.02.2024;"+group+";uwaga "+group+";tak;dopisek\n")
		if s.Accepted != 1 {
			t.Errorf("a note is added, group %s: %s", group, reasons(s))
		}
	}
}

// Whoever is not recorded is told to be, at the row's column, also under a name that
// nobody may be given anew; a value that a status has not is told with those of its kind.
func TestWhoIsNotRecordedIsNamedByTheColumn(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range anyCentre() {
		accepted(t, l, f)
	}
	for _, c := range []struct {
		file, rows, column string
		want               error
	}{
		{"statusy.csv", "uczestnik;rodzaj;wartosc;od\n=1+1;dps;nie;01.02.2024\n", "uczestnik", participant.ErrUnknown},
		{"pobyty.csv", "uczestnik;rodzaj;od\n=1+1;dps;01.02.2024\n", "uczestnik", participant.ErrUnknown},
		{"udzial.csv", "uczestnik;program;zdarzenie;data;opis\n=1+1;mkis;nominacja;01.02.2024;x\n", "uczestnik", participant.ErrUnknown},
		{"obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc;efekt\nZ9;=1+1;obecny;cv\n", "uczestnik", participant.ErrUnknown},
		{"statusy.csv", "uczestnik;rodzaj;wartosc;od\nU1;dps;cokolwiek;01.02.2024\n", "wartosc", participant.ErrStatusValue},
	} {
		if s := l.Import(t, c.file, c.rows); s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why, c.want) || s.RefusedRows[0].Why[0].Column != c.column {
			t.Errorf("%s: %s", c.file, reasons(s))
		}
	}
}
