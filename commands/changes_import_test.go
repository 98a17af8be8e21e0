package commands_test

import (
	"errors"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

const changesHead = "umowa;zmiana;od;do;wartosc;powod;numer;doreczono;odwolanie\n"

// Each of the eight changes comes from a row, and a row again is known.
func TestChangesOfContractsAreImported(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range anyCentre() {
		accepted(t, l, f)
	}
	rows := changesHead +
		"T/1;aneks;02.04.2024;;\"do=31.10.2024, godziny_tydzien=1.5,stawka=20.50,asystent=A2,miejsce=Dom, ul. Długa 1, prace=spacery\";;;;\n" +
		"T/1;aneks;03.04.2024;;stawka=12,50;;;;\n" +
		"T/1;Zawieszenie;10.04.2024;;;szpital;;;\n" +
		"T/1;wznowienie;20.04.2024;;;;;;\n" +
		"T/1;zastępstwo;01.05.2024;31.05.2024;A1;;;;\n" +
		"T/1;niedotrzymanie;03.06.2024;;;nie przyszedł;;;\n" +
		"T/1;decyzja;10.06.2024;;odmowa;ważne powody;D/1;14.06.2024;złożone\n" +
		"T/1;decyzja;01.07.2024;;odmowa;ważne powody;D/1;;uwzględnione\n" +
		"T/1;rozwiązanie;31.08.2024;;;przeprowadzka;;;\n" +
		"S/1;zakończenie;30.11.2024;;;;;;\n"
	if s := l.Import(t, "zmiany-umow.csv", rows); s.Accepted != 10 {
		t.Fatalf("%+v: %s", s, reasons(s))
	}
	if s := l.Import(t, "zmiany-umow_2.csv", rows+"\n"); s.Known != 10 {
		t.Errorf("again: %+v: %s", s, reasons(s))
	}
	loaded, err := journal.Load(t.Context(), l.Log, "contract-T%2F1", contract.Decider())
	if err != nil {
		t.Fatal(err)
	}
	day, s := domain.NewDate, loaded.State
	if t1 := s.On(day(2024, 4, 2)); t1.Weekly != 90 || t1.Rate != 2050 || t1.Assistant != "A2" || t1.To != day(2024, 8, 31) || opened(t, l, t1.Participant, "T/1", day(2024, 4, 2), t1.Place) != "Dom, ul. Długa 1" {
		t.Errorf("the annex says %+v", t1)
	}
	if s.On(day(2024, 4, 3)).Rate != 1250 || !s.Rests(day(2024, 4, 19)) || s.Rests(day(2024, 4, 20)) || !s.Assists("A1", day(2024, 5, 31)) || s.Assists("A1", day(2024, 6, 1)) {
		t.Errorf("%+v", s)
	}
	d, first, ok := s.Decision(day(2024, 7, 1))
	if !ok || first != day(2024, 6, 10) || d.Number != "D/1" || d.Ruling != contract.Refused || d.Appeal != contract.AppealWon || s.StatusOn(day(2024, 8, 31)) != contract.StatusTerminated {
		t.Errorf("%+v, first on %s", d, first)
	}
}

// opened is a text of a contract's day.
func opened(t *testing.T, l *ledgertest.Ledger, participant, number string, day domain.Date, text domain.Sealed) string {
	t.Helper()
	seal := contract.Terms{Contract: number, Participant: participant}.SealOf(day, "place")
	clear, err := l.Vault.Open(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(text))
	if err != nil {
		t.Fatal(err)
	}
	return clear
}

// What a row's change does not take is refused at its column, and so is what contracts refuse.
func TestRowsOfChangesAreRefusedAtTheirColumn(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range anyCentre() {
		accepted(t, l, f)
	}
	for _, c := range []struct {
		row, column string
		want        error
	}{
		{"T/1;aneks;02.04.2024;;;;;;", "wartosc", contract.ErrNoChange},
		{"T/1;anons;02.04.2024;;stawka=4;;;;", "zmiana", sheetfile.ErrChoice},
		{"T/1;aneks;02.04.2024;;godziny=3;;;;", "wartosc", sheetfile.ErrAssigned},
		{"T/1;aneks;02.04.2024;;\"stawka=3,stawka=4\";;;;", "wartosc", sheetfile.ErrAssigned},
		{"T/1;aneks;02.04.2024;;asystent A2;;;;", "wartosc", sheetfile.ErrAssigned},
		{"T/1;aneks;02.04.2024;;stawka=;;;;", "wartosc", sheetfile.ErrEmpty},
		{"T/1;aneks;02.04.2024;;stawka=dwa;;;;", "wartosc", sheetfile.ErrAmount},
		{"T/1;aneks;02.04.2024;;pomoc=0;;;;", "wartosc", commands.ErrAnnexZero},
		{"T/1;aneks;02.04.2024;;do=01.01.2023;;;;", "wartosc", contract.ErrPeriod},
		{"T/1;aneks;02.04.2024;30.04.2024;stawka=3;;;;", "do", commands.ErrNotOfChange},
		{"T/1;zawieszenie;02.04.2024;;A2;;;;", "wartosc", commands.ErrNotOfChange},
		{"T/1;zawieszenie;02.04.2024;;;;D/1;;", "numer", commands.ErrNotOfChange},
		{"T/1;zawieszenie;02.04.2024;;;;;03.04.2024;", "doreczono", commands.ErrNotOfChange},
		{"T/1;zawieszenie;02.04.2024;;;;;;brak", "odwolanie", commands.ErrNotOfChange},
		{"T/1;zawieszenie;02.04.2024;01.04.2024;;;;;", "do", contract.ErrPeriod},
		{"T/1;wznowienie;02.04.2024;;;;;;", "od", contract.ErrNotSuspended},
		{"T/1;zastepstwo;02.04.2024;;A9;;;;", "wartosc", participant.ErrAssistant},
		{"T/1;zastepstwo;02.04.2024;;;;;;", "wartosc", contract.ErrNoSubstitute},
		{"T/1;decyzja;02.04.2024;;odmowa;powód;D/1;;", "od", contract.ErrNoBreach},
		{"T/1;decyzja;02.04.2024;;odmowa;;D/1;;", "powod", contract.ErrUngrounded},
		{"T/1;decyzja;02.04.2024;;odmowa;powód;;;", "numer", contract.ErrNumber},
		{"T/1;decyzja;02.04.2024;;;powód;D/1;;", "wartosc", contract.ErrRuling},
		{"T/1;decyzja;02.04.2024;;kara;powód;D/1;;", "wartosc", sheetfile.ErrChoice},
		{"T/1;zakonczenie;02.04.2025;;;;;;", "od", contract.ErrEnded},
		{"T/9;zakonczenie;02.04.2024;;;;;;", "umowa", contract.ErrUnknown},
	} {
		s := l.Import(t, "zmiany-umow.csv", changesHead+c.row+"\n")
		if s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why, c.want) || s.RefusedRows[0].Why[0].Column != c.column || len(s.RefusedRows[0].Why) != 1 {
			t.Errorf("%s: %s", c.row, reasons(s))
		}
	}
	// A resumption stands on a suspension of an earlier row, refused where that one is.
	s := l.Import(t, "zmiany-umow.csv", changesHead+"T/1;zawieszenie;01.04.2025;;;;;;\nT/1;wznowienie;02.04.2024;;;;;;\n")
	if s.Refused != 2 || !strings.Contains(reasons(s), "not suspended") {
		t.Errorf("%+v", s)
	}
}

// A change that is recorded with the same values is known, also once its contract's terms were corrected.
func TestChangeOfAMovedContract(t *testing.T) {
	l := ledgertest.Open(t)
	for _, f := range []sheet{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;asystent-aktywnosci;U2;02.01.2024;02.01.2024;31.12.2024;A1\n"},
		{"zmiany-umow_1.csv", "umowa;zmiana;od;do;wartosc\nT/1;zawieszenie;01.03.2024;;\nT/1;zastepstwo;01.02.2024;;A2\n"},
		{"umowy_2.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;korekta;powod\nT/1;trojstronny;trwalosc;U2;02.01.2024;02.01.2024;31.12.2024;A1;tak;pomyłka\n"},
	} {
		accepted(t, l, f)
	}
	if s := l.Import(t, "zmiany-umow_2.csv", "umowa;zmiana;od;do;wartosc;powod\nT/1;zawieszenie;01.03.2024;;;\nT/1;zastepstwo;01.02.2024;;A2;\n"); s.Known != 2 {
		t.Errorf("the same rows: known %d refused %d: %s", s.Known, s.Refused, reasons(s))
	}
	if s := l.Import(t, "zmiany-umow_3.csv", "umowa;zmiana;od;do;wartosc;powod\nT/1;zawieszenie;01.03.2024;31.03.2024;;\nT/1;zastepstwo;01.02.2024;28.02.2024;A2;\n"); s.Accepted != 2 {
		t.Errorf("closing: accepted %d: %s", s.Accepted, reasons(s))
	}
}

// What a change says is known again once its contract turned out to be somebody else's: its
// texts are held against those that were sealed for who it was thought to be.
func TestAChangeIsKnownOnceItsContractIsAnothers(t *testing.T) {
	t.Parallel()
	rows := "umowa;zmiana;od;do;wartosc;powod\nT/1;zawieszenie;01.03.2024;;;pobyt w szpitalu\nT/1;aneks;01.02.2024;;miejsce=świetlica,prace=lekcje;przeprowadzka\n"
	moved := func(after ...sheet) *ledgertest.Ledger {
		l := ledgertest.Open(t)
		for _, f := range append([]sheet{
			{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"},
			{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do\nT/1;trojstronny;asystent-aktywnosci;U2;02.01.2024;02.01.2024;31.12.2024\n"},
			{"zmiany-umow_1.csv", rows},
			{"umowy_2.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;korekta;powod\nT/1;trojstronny;asystent-aktywnosci;U1;02.01.2024;02.01.2024;31.12.2024;tak;pomyłka\n"},
		}, after...) {
			accepted(t, l, f)
		}
		return l
	}
	l := moved()
	if s := l.Import(t, "zmiany-umow_2.csv", rows+"\n"); s.Known != 2 {
		t.Errorf("the same rows: %+v, %s", s, reasons(s))
	}
	if s := l.Import(t, "zmiany-umow_3.csv", strings.ReplaceAll(rows, "szpitalu", "domu")); s.Refused != 1 || s.Known != 1 || !errors.Is(s.RefusedRows[0].Why, domain.ErrDiffers) {
		t.Errorf("another reason: %+v, %s", s, reasons(s))
	}
	if s := l.Import(t, "zmiany-umow_4.csv", "umowa;zmiana;od;do;powod\nT/1;zawieszenie;01.03.2024;31.03.2024;pobyt w szpitalu\n"); s.Accepted != 1 {
		t.Errorf("closed: %s", reasons(s))
	}
	// What takes its place is sealed for whose the contract is.
	closed := false
	if err := l.Journal.ReadStream(t.Context(), "contract-T%2F1", 0, func(r *journal.Recorded) error {
		if e, ok := r.Event.(contract.Suspended); ok && e.Until != 0 {
			seal := e.Seal("reason")
			text, err := l.Vault.Open(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(e.Reason))
			closed = err == nil && text == "pobyt w szpitalu" && seal.Subject.ID == "U1"
		}
		return nil
	}); err != nil || !closed {
		t.Errorf("closed: %t, %v", closed, err)
	}
	// Nobody compares words of the erased.
	l = moved()
	eraseAll(t, l)
	if s := l.Import(t, "zmiany-umow_5.csv", rows+" \n"); s.Refused != 2 {
		t.Errorf("erased: %+v", s)
	}
}
