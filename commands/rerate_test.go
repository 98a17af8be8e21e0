package commands_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/domain/programme"
	"ksiega/internal/testkit/ledgertest"
)

// Terms that are corrected after another build's rates were recorded leave days the minimum
// that they were entered by.
func TestTermsCorrectedUnderOtherRates(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	if err := l.RecordEditions(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	for _, f := range anyCentre() {
		accepted(t, l, f)
	}
	before := toldOf(t, l)
	statute := l.Catalogue.Statute()
	statute.Rates = slices.Clone(statute.Rates)
	for i := range statute.Rates {
		statute.Rates[i].Grosze += 500
	}
	l.Catalogue = programme.New(statute, l.Catalogue.Programmes(), l.Catalogue.DaysOff())
	if err := l.RecordEditions(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	accepted(t, l, sheet{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;limit_osob;limit_godzin_miesiac;korekta;powod\nP/1;02.01.2024;02.01.2024;31.12.2024;60;9;40;tak;zły limit\n"})
	sameTold(t, "the limit of people corrected", toldOf(t, l), before)
	// A day that is corrected keeps the edition of the figures, and is paid by them; one that
	// is entered now has the new ones. The events say so.
	accepted(t, l, sheet{"obecnosci_2.csv", "umowa;data;godziny;korekta;powod\nS/1;04.03.2024;9;tak;pomyłka\n"})
	accepted(t, l, sheet{"obecnosci_3.csv", "umowa;data;godziny\nS/1;18.03.2024;6\n"})
	s := sheetOf(t, l, "S/1")
	old, now := domain.NewDate(2024, 3, 4), domain.NewDate(2024, 3, 18)
	if was, is := s.Rates(old), s.Rates(now); was.Minimum+500 != is.Minimum || s.Under(old).StatuteEdition != 0 || s.Under(now).StatuteEdition != 1 {
		t.Errorf("the corrected day: %+v of %+v; the new one: %+v of %+v", was, s.Under(old), is, s.Under(now))
	}
}

// Terms by which a day can't be rated are refused, and nothing of them is recorded.
func TestTermsThatCannotBeRated(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range anyCentre() {
		accepted(t, l, f)
	}
	const head = "numer;zawarto;od;do;refundacja;limit_godzin_miesiac;korekta;powod\n"
	if s := l.Import(t, "porozumienia_2.csv", head+"P/1;02.06.2025;02.01.2024;31.12.2024;60;40;tak;zły dzień\n"); s.Refused != 1 {
		t.Errorf("of a law that knows no rate of the day: %+v", s)
	}
	if s := l.Import(t, "porozumienia_3.csv", head+"P/1;02.01.2024;02.01.2024;31.12.2024;60;40;;\n"); s.Known != 1 {
		t.Errorf("as it was: %+v", s)
	}
}

// A week goes by the edition of the statute that its hours name and that had begun by its
// Monday, whatever is in force on a day of it: for days that are entered, and for terms that
// days stand against.
func TestAWeekGoesByOneEdition(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	if err := l.RecordEditions(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	for _, f := range anyCentre() { // 8 hours on Monday, 11 March
		accepted(t, l, f)
	}
	statute := l.Catalogue.Statute()
	statute.From, statute.Caps = domain.NewDate(2024, 3, 13), slices.Clone(statute.Caps)
	for i := range statute.Caps {
		statute.Caps[i].Limit /= 2
	}
	l.Catalogue = programme.New(statute, l.Catalogue.Programmes(), l.Catalogue.DaysOff())
	if err := l.RecordEditions(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		row     string
		refused int
	}{{"S/1;13.03.2024;2:01", 1}, {"S/1;13.03.2024;2", 0}, {"S/1;18.03.2024;5:01", 1}, {"S/1;18.03.2024;5", 0}} {
		if s := l.Import(t, fmt.Sprintf("obecnosci_%d.csv", i+2), "umowa;data;godziny\n"+c.row+"\n"); s.Refused != c.refused {
			t.Errorf("%s: %+v", c.row, s)
		}
	}
	// Ten hours of that week are not too many for terms of ten, and are for terms of nine.
	const signed = "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien;stawka;korekta;powod\nS/1;psu;psu;U1;02.01.2024;"
	accepted(t, l, sheet{"umowy_2.csv", signed + "03.01.2024;31.12.2024;P/1;10;15,00;tak;x\n"})
	if s := l.Import(t, "umowy_3.csv", signed+"03.01.2024;31.12.2024;P/1;9;15,00;tak;x\n"); s.Refused != 1 || !strings.Contains(fmt.Sprint(s.RefusedRows[0]), "2024-03-11: 10:00 of 9:00") ||
		strings.Contains(fmt.Sprint(s.RefusedRows[0]), "2024-03-18") {
		t.Errorf("%+v", s)
	}
}

// A day that can't be rated by corrected terms, since it was entered in that very moment, keeps
// the days of no other referral from being rated anew; once it is taken back, its own are too.
func TestADayThatCannotBeRatedKeepsNoOther(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range []sheet{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;Zofia;Kos\nU2;Jan;Lis\n"},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja\nP/1;02.06.2025;02.06.2025;31.12.2026;60\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/1;psu;psu;U1;02.06.2025;02.06.2025;31.12.2026;P/1\nS/2;psu;psu;U2;02.06.2025;02.06.2025;31.12.2026;P/1\n"},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;04.05.2026;4\nS/2;04.05.2026;4\n"},
	} {
		if s := l.Import(t, f.name, f.rows); s.Refused != 0 {
			t.Fatal(reasons(s))
		}
	}
	day := domain.NewDate(2026, 6, 3) // the old law knows no rate of it
	slow := *l.Ledger
	slow.Log = commands.NewLog(&before{Log: l.Journal, told: func() {
		taken(t)(l.RecordAttendance(t.Context(), ledgertest.Actor, commands.RecordAttendance{Contract: "S/1", Date: day, Minutes: 60}))
	}}, l.Vault)
	terms := commands.ConcludeAgreement{Number: "P/1", Concluded: domain.NewDate(2025, 5, 20), From: domain.NewDate(2025, 6, 2), To: domain.NewDate(2026, 12, 31), RefundPercent: 60,
		Amendment: commands.Amendment{Correct: true, Reason: "zły dzień"}}
	if _, err := slow.ConcludeAgreement(t.Context(), ledgertest.Actor, terms); !errors.Is(err, attendance.ErrNoRate) {
		t.Fatal(err)
	}
	rated := func(contract string) domain.HourlyRate {
		return sheetOf(t, l, contract).Rates(domain.NewDate(2026, 5, 4)).Minimum
	}
	if rated("S/1") != 3140 || rated("S/2") != 1220 {
		t.Errorf("S/1 is rated by %d, S/2 by %d", rated("S/1"), rated("S/2"))
	}
	taken(t)(l.RecordAttendance(t.Context(), ledgertest.Actor, commands.RecordAttendance{Contract: "S/1", Date: day, Amendment: commands.Amendment{Withdraw: true, Reason: "pomyłka"}}))
	taken(t)(l.ConcludeAgreement(t.Context(), ledgertest.Actor, terms))
	if rated("S/1") != 1220 || rated("S/2") != 1220 {
		t.Errorf("then S/1 is rated by %d, S/2 by %d", rated("S/1"), rated("S/2"))
	}
}
