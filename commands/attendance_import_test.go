package commands_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
)

// A large date-sorted file with bad rows: every good row is recorded, every
// bad one handed back with a reason, and the sums are those of an independent
// calculation.
func TestAHundredThousandRowsWithBadOnes(t *testing.T) {
	dir := t.TempDir()
	want, err := naive.GenerateAttendance(dir, 100_000, 400, 4, 20181122)
	if err != nil {
		t.Fatal(err)
	}
	l := ledgertest.Open(t)
	var sum commands.Summary
	for _, name := range []string{"uczestnicy.csv", "porozumienia.csv", "umowy.csv", "obecnosci.csv"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		sum = l.Import(t, name, string(data))
	}
	var refused []int
	for _, r := range sum.RefusedRows {
		refused = append(refused, r.Row)
		if r.Why.Error() == "" || len(r.Cells) == 0 {
			t.Fatalf("row %d was refused without a reason or its cells: %+v", r.Row, r)
		}
	}
	if !slices.Equal(refused, want.Refused) {
		t.Fatalf("%d rows refused, want %d", len(refused), len(want.Refused))
	}
	if sum.Rows != want.Rows || sum.Accepted != want.Accepted || sum.Known != 0 {
		t.Fatalf("got %d rows, %d accepted, %d known; want %d and %d", sum.Rows, sum.Accepted, sum.Known, want.Rows, want.Accepted)
	}
	for contract, months := range want.ByContractMonth {
		sheet := sheetOf(t, l, contract)
		for m, minutes := range months {
			month, err := domain.ParseMonth(m)
			if err != nil {
				t.Fatal(err)
			}
			if got := sheet.Month(month).Minutes; int64(got) != minutes {
				t.Fatalf("%s %s: %d minutes, want %d", contract, m, got, minutes)
			}
		}
	}
}

const people = "id;imie;nazwisko\nU1;Zofia;Wróbel\nU2;Jan;Kos\n"

const agreements = "numer;zawarto;od;do;refundacja;limit_godzin_miesiac\nP/1;06.02.2018;08.02.2018;31.01.2019;60;40\n"

const referrals = "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien\n" +
	"S/1;psu;psu;U1;07.02.2018;08.02.2018;31.01.2019;P/1;10\nS/2;psu;psu;U2;07.02.2018;01.03.2018;30.06.2018;P/1;6\n"

// centre is a ledger with two referrals under one agreement.
func centre(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{{"uczestnicy.csv", people}, {"porozumienia.csv", agreements}, {"umowy.csv", referrals}} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %+v", f[0], s.RefusedRows)
		}
	}
	return l
}

func sheetOf(t *testing.T, l *ledgertest.Ledger, contract string) attendance.State {
	t.Helper()
	s, err := journal.Load(t.Context(), l.Journal, domain.Stream("attendance", contract), attendance.Decider())
	if err != nil {
		t.Fatal(err)
	}
	return s.State
}

func reasons(s commands.Summary) string {
	var b strings.Builder
	for _, r := range s.RefusedRows {
		b.WriteString(r.Why.Error() + "\n")
	}
	return b.String()
}

func TestAttendanceAsTheInterfaceSays(t *testing.T) {
	const head = "umowa;data;godziny;nieobecnosc;korekta;powod\n"
	for _, c := range []struct {
		name, before, file      string
		accepted, known, refuse int
		reason                  string
	}{
		{"the week over New Year is one week", "", head + "S/1;31.12.2018;6;;;\nS/1;03.01.2019;5;;;\nS/1;04.01.2019;4;;;\n", 2, 0, 1, "weekly cap"},
		{"the cap of the referral is lower", "", head + "S/2;05.03.2018;6;;;\nS/2;06.03.2018;0,5;;;\n", 1, 0, 1, "weekly cap"},
		{"the fifth week of a month", "", head + "S/1;01.10.2018;10;;;\nS/1;08.10.2018;10;;;\nS/1;15.10.2018;10;;;\nS/1;22.10.2018;10;;;\nS/1;29.10.2018;1;;;\nS/1;01.11.2018;1;;;\n", 5, 0, 1, "monthly cap"},
		{"weekends and holidays are recorded", "", head + "S/1;01.05.2018;4;;;\nS/1;05.05.2018;4;;;\n", 2, 0, 0, ""},
		{"a day outside the referral", "", head + "S/2;28.02.2018;4;;;\nS/2;01.07.2018;4;;;\n", 0, 0, 2, "outside"},
		{"an absence has no hours", "", head + "S/1;05.03.2018;;choroba;;\nS/1;06.03.2018;0;usprawiedliwiona;;\nS/1;07.03.2018;2;choroba;;\nS/1;08.03.2018;0;;;\n", 2, 0, 2, ""},
		{"the same again, in other clothes", head + "S/1;05.03.2018;2,5;;;\n", "data;umowa;godziny\n2018-03-05;S/1;2:30\n", 0, 1, 0, ""},
		{"other values are refused", head + "S/1;05.03.2018;2,5;;;\n", head + "S/1;05.03.2018;3;;;\n", 0, 0, 1, "differs from what is recorded"},
		{"a correction needs a reason", head + "S/1;05.03.2018;2,5;;;\n", head + "S/1;05.03.2018;3;;tak;\n", 0, 0, 1, "reason"},
		{"a correction is checked against everything", head + "S/1;05.03.2018;5;;;\nS/1;06.03.2018;5;;;\n", head + "S/1;05.03.2018;6;;tak;pomyłka\nS/1;06.03.2018;4;;tak;pomyłka\n", 1, 0, 1, "weekly cap"},
		{"twice in one file", "", head + "S/1;05.03.2018;2;;;\nS/1;05.03.2018;2;;;\n", 1, 0, 1, "row 2"},
		{"an unknown contract", "", head + "S/9;05.03.2018;2;;;\n", 0, 0, 1, "no such contract"},
		{"an id that is a PESEL", "", head + "44051401359;05.03.2018;2;;;\n", 0, 0, 1, "PESEL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := centre(t)
			if c.before != "" {
				if s := l.Import(t, "obecnosci_wczesniej.csv", c.before); s.Refused != 0 {
					t.Fatalf("before: %s", reasons(s))
				}
			}
			s := l.Import(t, "obecnosci.csv", c.file)
			if s.Accepted != c.accepted || s.Known != c.known || s.Refused != c.refuse {
				t.Fatalf("accepted %d, known %d, refused %d:\n%s", s.Accepted, s.Known, s.Refused, reasons(s))
			}
			if !strings.Contains(reasons(s), c.reason) {
				t.Fatalf("the reason is\n%s", reasons(s))
			}
		})
	}
}

func TestAFileBeforeTheFileItDependsOn(t *testing.T) {
	l := ledgertest.Open(t)
	hours := "umowa;data;godziny\nS/1;05.03.2018;2\n"
	if s := l.Import(t, "obecnosci.csv", hours); s.Refused != 1 || !strings.Contains(reasons(s), "no such contract") {
		t.Fatalf("%+v", s)
	}
	for _, f := range [][2]string{{"uczestnicy.csv", people}, {"porozumienia.csv", agreements}, {"umowy.csv", referrals}} {
		l.Import(t, f[0], f[1])
	}
	if s := l.Import(t, "obecnosci.csv", hours); s.Accepted != 1 || s.Skipped {
		t.Fatalf("decided again: %+v", s)
	}
	if s := l.Import(t, "obecnosci.csv", hours); !s.Skipped {
		t.Fatalf("the third time: %+v", s)
	}
}

// Deciding an earlier file again does not bring back what a later file
// corrected.
func TestAnEarlierFileDoesNotUndoALaterCorrection(t *testing.T) {
	l := centre(t)
	const head = "umowa;data;godziny;korekta;powod\n"
	l.Import(t, "obecnosci_1.csv", head+"S/1;05.03.2018;2;;\n")
	second := head + "S/1;05.03.2018;3;tak;pomyłka\nS/9;05.03.2018;3;;\n"
	if s := l.Import(t, "obecnosci_2.csv", second); s.Accepted != 1 || s.Refused != 1 {
		t.Fatalf("%+v", s)
	}
	l.Import(t, "obecnosci_3.csv", head+"S/1;05.03.2018;4;tak;znowu pomyłka\n")
	if s := l.Import(t, "obecnosci_2.csv", second); s.Known != 1 || s.Refused != 1 {
		t.Fatalf("decided again: %+v\n%s", s, reasons(s))
	}
	if v, _ := sheetOf(t, l, "S/1").Day(domain.NewDate(2018, 3, 5)); v.Minutes != 240 {
		t.Fatalf("the day holds %s", v.Minutes)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	l := ledgertest.Open(t)
	before, err := l.Journal.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dry := l.DryRun(t)
	for _, f := range [][2]string{{"uczestnicy.csv", people}, {"porozumienia.csv", agreements}, {"umowy.csv", referrals},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;05.03.2018;2\nS/1;06.03.2018;11\n"}} {
		s, err := dry.Import(t.Context(), ledgertest.Actor, commands.File{Name: f[0], Data: []byte(f[1])}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if f[0] == "obecnosci.csv" && (s.Accepted != 1 || s.Refused != 1) || f[0] != "obecnosci.csv" && s.Refused != 0 {
			t.Fatalf("%s: %+v", f[0], s)
		}
	}
	after, err := l.Journal.Head(t.Context())
	if err != nil || after != before {
		t.Fatalf("the log went from %d to %d, %v", before, after, err)
	}
}

// A row that can't be read is still the first of its identity.
func TestTheSecondOfTwoRowsIsRefused(t *testing.T) {
	l := centre(t)
	s := l.Import(t, "obecnosci.csv", "umowa;data;godziny\nS/1;06.05.2018;x\nS/1;06.05.2018;2\nS/1;x;2\nS/1;07.05.2018;2\n")
	if s.Accepted != 1 || s.Refused != 3 || !strings.Contains(reasons(s), "the same as an earlier row of this file: row 2") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
}

func TestFilesThatAreNoneOfThoseImportedAreRefusedByName(t *testing.T) {
	l := centre(t)
	for name, want := range map[string]error{"przydzialy.txt": commands.ErrEnding, "inne.csv": commands.ErrKind, "kontakty.txt": commands.ErrEnding, "statusy.txt": commands.ErrEnding} {
		if _, err := l.Ledger.Import(t.Context(), ledgertest.Actor, commands.File{Name: name}, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Everything that is wrong with a row is said at once, each with its column.
func TestARowIsRefusedForAllThatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	l := centre(t)
	for file, want := range map[string]string{
		"obecnosci.csv|umowa;data;godziny;nieobecnosc\n;32.01.2018;x;inna\n":                                                          "column umowa: empty; column data: no such day between 1900 and 2199: \"32.01.2018\"; column godziny: not hours (1,5 or 1:30); column nieobecnosc: ",
		"obecnosci_2.csv|umowa;data;godziny\nS/9;01.01.2099;1\n":                                                                      "column umowa: no such contract is recorded; column data: the day has not come yet: 2099-01-01",
		"umowy_2.csv|numer;rodzaj;program;uczestnik;zawarto;od;do\nT/1;socjalny;nie-ma;U9;01.01.2099;2018-01-01;2018-12-31\n":         "column zawarto: the day has not come yet: 2099-01-01; column program: no such programme in the catalogue; column uczestnik: no such participant is recorded",
		"uczestnicy_2.csv|id;imie;nazwisko;pesel;data_urodzenia;plec\nU3;Jan;Nowak;44051401359;01.01.1950;K\n":                        "column data_urodzenia: the date of birth is not that of the PESEL; column plec: the sex is not that of the PESEL",
		"porozumienia_2.csv|numer;zawarto;od;do;refundacja;limit_osob;stawka_bazowa\nP/2;06.02.2018;08.02.2018;31.12.2018;60;-1;-1\n": "column limit_osob: a limit or rate is negative; column stawka_bazowa: a limit or rate is negative",
	} {
		name, content, _ := strings.Cut(file, "|")
		if s := l.Import(t, name, content); s.Refused != 1 || !strings.HasPrefix(reasons(s), want) {
			t.Errorf("%s: %s, not %s", name, reasons(s), want)
		}
	}
}

// A row of totals below a table is passed over and told; one that could be data is not.
func TestRowsOfTotals(t *testing.T) {
	t.Parallel()
	l := centre(t)
	s := l.Import(t, "obecnosci.csv", "umowa;data;godziny\nS/1;05.03.2018;2\nS/1;06.03.2018;x\n;;\nRazem:;;4\n")
	if s.Rows != 2 || s.Accepted != 1 || s.Refused != 1 || len(s.Totals) != 1 || s.Totals[0] != 5 {
		t.Errorf("%+v", s)
	}
	if s := l.Import(t, "uczestnicy_2.csv", "id;imie;nazwisko\nSuma;Jan;Kos\nRazem 1;;\n"); s.Accepted != 1 || len(s.Totals) != 1 {
		t.Errorf("%+v", s)
	}
	if s := l.Import(t, "decyzje-pup.csv", "wniosek;data;wynik\nOgółem;;3\n"); s.Rows != 0 || s.Refused != 0 || len(s.Totals) != 1 {
		t.Errorf("%+v", s)
	}
}

// The rows of one stream are decided in stretches, and refused rows handed over so: what
// stands twice is refused across them, naming the first.
func TestManyRowsOfOneStream(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	var file strings.Builder
	file.WriteString("projekt;zdarzenie;data\n")
	first := domain.NewDate(1995, 1, 1)
	const days = 8_500 // more than are decided at once
	for i := range days {
		fmt.Fprintf(&file, "wszyscy-razem;kontrola;%s\n", first.Add(i))
	}
	for i := range 600 {
		fmt.Fprintf(&file, "wszyscy-razem;kontrola;%s\n", first.Add(i))
	}
	var refused []commands.RefusedRow
	calls := 0
	s, err := l.Ledger.Import(t.Context(), ledgertest.Actor, commands.File{Name: "trwalosc.csv", Data: []byte(file.String())}, &commands.Listener{
		Refused: func(header []string, rows []commands.RefusedRow) {
			calls++
			if refused = append(refused, rows...); strings.Join(header, ";") != "projekt;zdarzenie;data" {
				t.Error(header)
			}
		}})
	if err != nil || s.Accepted != days || s.Refused != 600 || s.RefusedRows != nil || len(refused) != 600 || calls < 2 {
		t.Fatalf("%+v, %d refused in %d calls, %v", s, len(refused), calls, err)
	}
	for i, r := range refused {
		if want := fmt.Sprintf("row %d", i+2); r.Row != days+2+i || !strings.HasSuffix(r.Why.Error(), want) {
			t.Fatalf("row %d: %s, not %s", r.Row, r.Why.Error(), want)
		}
	}
	again := l.Import(t, "trwalosc_2.csv", file.String()+"\n")
	if again.Known != days || again.Refused != 600 {
		t.Errorf("again: %d known, %d refused", again.Known, again.Refused)
	}
}
