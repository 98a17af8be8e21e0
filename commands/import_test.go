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
