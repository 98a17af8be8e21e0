package commands_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
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
	if s.Accepted != 1 || s.Refused != 2 || !strings.Contains(reasons(s), "column id: an identifier takes more than 192 bytes") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	_, err := l.RegisterAssistant(t.Context(), ledgertest.Actor, commands.RegisterAssistant{ID: wide, FirstName: "a", LastName: "b"})
	if !errors.Is(err, domain.ErrWideID) {
		t.Fatalf("over HTTP: %v", err)
	}
	if err := errors.Join(hasKey(t, l, "participant/"+widest), hasKey(t, l, "assistant/"+widest)); err != nil {
		t.Fatal(err)
	}
	anciently(t, l, participant.Stream(widest), participant.Registered{Person: participant.Person{Participant: widest, FirstName: "x", LastName: "y"}})
	anciently(t, l, participant.AssistantStream(widest), participant.AssistantRegistered{Assistant: participant.Assistant{ID: widest, FirstName: "x", LastName: "y"}})
	anciently(t, l, domain.Stream("contract", widest), contract.Signed{Terms: contract.Terms{Contract: widest, Kind: contract.Tripartite, Programme: "asystent-aktywnosci",
		Participant: widest, Assistant: widest, Concluded: day(2017, 7, 1), From: day(2017, 7, 1), To: day(2019, 6, 30)}})
	visit := "asystent;umowa;data;od;do;miejsce\n" + widest + ";" + widest + ";03.07.2017;8:00;9:00;dom\n"
	if s := l.Import(t, "godziny.csv", visit); s.Accepted != 1 {
		t.Fatal(reasons(s))
	}
}

func hasKey(t *testing.T, l *ledgertest.Ledger, subject string) error {
	_, err := l.Vault.Seal(t.Context(), subject, "name", "", "x")
	return err
}

// anciently records what a version with a looser rule for names did.
func anciently(t *testing.T, l *ledgertest.Ledger, stream string, e domain.Event) {
	t.Helper()
	if _, err := l.Journal.Append(t.Context(), stream, journal.NoStream, journal.Decided{Event: e, Meta: journal.Meta{Actor: "t"}}); err != nil {
		t.Fatal(err)
	}
}

func day(y int, m time.Month, d int) domain.Date { return domain.NewDate(y, m, d) }

// A new name is of the one alphabet and holds no PESEL, whatever column it stands in;
// one that looks like a person's is recorded and pointed out.
func TestNewNamesAreChecked(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	s := l.Import(t, "uczestnicy.csv", "id;imie;nazwisko;gospodarstwo;opiekun_dla\nP44051401359;A;B;;\nU1\u3164;A;B;;\nU2;A;B;Jan Nowak, HIV+;\n"+
		"U3;A;B;;SK-44051401359-2018\nKOWALSKI-JAN-1982;A;B;G1;\nU4;A;B;Wróbel;\n")
	if s.Accepted != 2 || s.Refused != 4 {
		t.Errorf("%+v", s)
	}
	if got, want := fmt.Sprint(s.Notices), "[{6 id} {7 gospodarstwo}]"; got != want {
		t.Errorf("noticed %s, not %s", got, want)
	}
	for _, want := range []string{"column id: an identifier is a valid PESEL", "column id: a new identifier is made of", "column gospodarstwo: a new identifier",
		"column opiekun_dla: an identifier is a valid PESEL"} {
		if !strings.Contains(reasons(s), want) {
			t.Errorf("%q is missing in %s", want, reasons(s))
		}
	}
	leaders := l.Import(t, "zajecia.csv", "id;program;rodzaj;temat;data;od;do;prowadzacy\nZ1;mkis;warsztat;komputer;05.03.2024;16:00;17:00;S1\n"+
		"Z1;mkis;warsztat;komputer;05.03.2024;16:00;17:00;=1+1\nZ2;mkis;warsztat;komputer;05.03.2024;16:00;17:00;44.05.14-013 59\n")
	changed := l.Import(t, "zajecia_2.csv", "id;program;rodzaj;temat;data;od;do;prowadzacy;korekta;powod\nZ1;mkis;warsztat;komputer;05.03.2024;16:00;17:00;Jan\u3164;tak;pomyłka\n")
	if leaders.Accepted != 1 || changed.Refused != 1 || !strings.Contains(reasons(changed), "column prowadzacy: a new identifier") ||
		!strings.Contains(reasons(leaders), "column prowadzacy: an identifier is a valid PESEL") {
		t.Errorf("leaders: %+v, %s; %s", leaders, reasons(leaders), reasons(changed))
	}
	accepted(t, l, sheet{"uczestnicy_2.csv", "id;imie;nazwisko\nU5;A;B\n"})
	const head = "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\n"
	signed := l.Import(t, "umowy.csv", head+"T/1;trojstronny;asystent-aktywnosci;U5;02.01.2024;02.01.2024;31.12.2024;=1+1\n"+
		"T/2;trojstronny;asystent-aktywnosci;U5;02.01.2024;02.01.2024;31.12.2024;Nowak\n")
	annexed := l.Import(t, "zmiany-umow.csv", "umowa;zmiana;od;wartosc\nT/2;aneks;04.03.2024;asystent=Jan\u3164\nT/2;aneks;05.03.2024;asystent=A7\n")
	if !strings.Contains(reasons(signed), "column asystent: a new identifier") || fmt.Sprint(signed.Notices) != "[{3 asystent}]" || signed.Refused != 1 ||
		!strings.Contains(reasons(annexed), "column wartosc: a new identifier") || annexed.Refused != 1 {
		t.Errorf("assistants: %s, %v; %s", reasons(signed), signed.Notices, reasons(annexed))
	}
	if err := hasKey(t, l, "participant/Jan\u2800"); err != nil {
		t.Fatal(err)
	}
	// What was named under the looser rule is known, and corrected, as before.
	anciently(t, l, participant.Stream("Jan\u2800"), participant.Registered{Person: participant.Person{Participant: "Jan\u2800", FirstName: "x", LastName: "y", Household: "Jan, HIV+"}})
	if s := l.Import(t, "uczestnicy.csv", "id;imie;nazwisko;gospodarstwo\nJan\u2800;A;B;Jan, HIV+\n"); !strings.Contains(reasons(s), "differs from what is recorded") {
		t.Errorf("%+v", s)
	}
}

// A name that many rows give is pointed out once; words that name places and lines of a
// budget are no names, unless one begins with a capital letter.
func TestNamesArePointedOutOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for file, want := range map[[2]string]string{
		{"liczenia.csv", "miejsce;data;osoby;kategoria;badanie\ndworzec;04.03.2024;3;dworzec;noc\ndworzec;05.03.2024;3;dworzec;noc\n" +
			"u Nowaków;04.03.2024;1;pustostan;noc\nu Nowaków;05.03.2024;1;pustostan;noc\n"}: "[{4 miejsce}]",
		{"kontakty.csv", "id;data;godzina;miejsce\nK/1;04.03.2024;20:00;dworzec\n"}:                  "[]",
		{"plan-budzetu.csv", "program;pozycja;kwota\npsu;praca socjalna;100\npsu;pensja Nowaka;1\n"}: "[{3 pozycja}]",
		{"wydatki.csv", "program;pozycja;dokument;data;kwota\npsu;praca socjalna;F/1;04.03.2024;10\npsu;praca socjalna;rachunek/2;04.03.2024;10\n" +
			"psu;szkolenia;rachunek/2;04.03.2024;10\n"}: "[{3 dokument}]",
		{"zajecia.csv", "id;program;rodzaj;temat;data;od;do;prowadzacy\nZ1;mkis;warsztat;komputer;05.03.2024;16:00;17:00;S1\n" +
			"Z2;mkis;warsztat;komputer;06.03.2024;16:00;17:00;S1, Ewa Nowak\nZ3;mkis;warsztat;komputer;07.03.2024;16:00;17:00;S1, Ewa Nowak\n"}: "[{3 prowadzacy}]",
	} {
		if s := l.Import(t, file[0], file[1]); s.Refused != 0 || fmt.Sprint(s.Notices) != want {
			t.Errorf("%s: noticed %v, not %s: %s", file[0], s.Notices, want, reasons(s))
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
		!strings.Contains(reasons(s), "column pesel: the same as an earlier row of this file: row 2") {
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
