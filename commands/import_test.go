package commands_test

import (
	"errors"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/internal/ledgertest"
)

func TestTheSampleIsAcceptedWholeAndOnce(t *testing.T) {
	l := ledgertest.Open(t)
	for name, s := range l.ImportSample(t) {
		if s.Refused != 0 || s.Accepted != s.Rows || s.Rows == 0 || s.Skipped {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for name, s := range l.ImportSample(t) {
		if !s.Skipped || s.Known != s.Rows {
			t.Errorf("again %s: %+v", name, s)
		}
	}
}

// An id of 64 letters that take four bytes each is more than a stream's name and a
// person's key are made for: its row is refused and the others go on.
func TestAWideIDRefusesItsRow(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	wide, widest := strings.Repeat("𠀋", 64), strings.Repeat("漢", 64)
	s := l.Import(t, "uczestnicy.csv", "id;imie;nazwisko\n"+wide+";Jan;Nowak\n"+widest+";Ewa;Nowak\nU1;Jan;Nowak\n")
	if s.Accepted != 2 || s.Refused != 1 || !strings.Contains(reasons(s), "column id: an identifier takes more than 192 bytes") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	_, err := l.RegisterAssistant(t.Context(), ledgertest.Actor, commands.RegisterAssistant{ID: wide, FirstName: "a", LastName: "b"})
	if !errors.Is(err, domain.ErrWideID) {
		t.Fatalf("over HTTP: %v", err)
	}
	for _, kind := range []string{"umowy.csv", "godziny.csv"} {
		text := "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\n" + widest + ";trojstronny;asystent-aktywnosci;" + widest + ";01.07.2017;01.07.2017;30.06.2019;" + widest + "\n"
		if kind == "godziny.csv" {
			text = "asystent;umowa;data;od;do;miejsce\n" + widest + ";" + widest + ";03.07.2017;8:00;9:00;dom\n"
		}
		_ = l.Import(t, "asystenci.csv", "id;imie;nazwisko\n"+widest+";Ewa;Nowak\n")
		if s := l.Import(t, kind, text); s.Accepted != 1 {
			t.Fatalf("%s: %s", kind, reasons(s))
		}
	}
}

// A PESEL of somebody not born yet, and one that another id has, are refused at every
// door; two rows of one file are no way around it.
func TestAPESELNamesOnePersonBorn(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	future := ""
	for last := range 10 {
		if p := "9921010000" + string(rune('0'+last)); domain.ValidPESEL(p) {
			future = p // 1 January 2099
		}
	}
	s := l.Import(t, "uczestnicy.csv", "id;imie;nazwisko;pesel\nU1;Jan;Nowak;44051401359\nU2;Ewa;Nowak;"+future+"\nU3;Jan;Nowak;44051401359\n")
	if s.Accepted != 1 || s.Refused != 2 || !strings.Contains(reasons(s), "column pesel: the PESEL is of somebody not born yet") ||
		!strings.Contains(reasons(s), "column pesel: the same as in row 2 of this file") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	if s := l.Import(t, "uczestnicy_2.csv", "id;imie;nazwisko;pesel\nU3;Jan;Nowak;44051401359\nU1;Jan;Nowak;44051401359\n"); s.Known != 1 || s.Refused != 1 ||
		!strings.Contains(reasons(s), "column pesel: the PESEL is that of a person registered under another id") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	if _, err := l.RegisterParticipant(t.Context(), ledgertest.Actor, commands.RegisterParticipant{ID: "U4", FirstName: "a", LastName: "b", PESEL: "44051401359"}); !errors.Is(err, commands.ErrPESELTaken) {
		t.Fatalf("over HTTP: %v", err)
	}
}
