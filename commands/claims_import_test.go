package commands_test

import (
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

func claimOf(t *testing.T, l *ledgertest.Ledger, number string) refund.State {
	t.Helper()
	s, err := journal.Load(t.Context(), l.Journal, domain.Stream("refundclaim", number), refund.Decider())
	if err != nil {
		t.Fatal(err)
	}
	return s.State
}

// paid is a centre where U1 worked ten hours in March 2018 and was paid in full
// and U2 worked six and was paid short.
func paid(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := centre(t)
	for _, f := range [][2]string{
		{"obecnosci.csv", "umowa;data;godziny\nS/1;05.03.2018;10\nS/2;05.03.2018;6\n"},
		{"wyplaty.csv", "lista;umowa;miesiac;kwota;data\nLW/3;S/1;2018-03;81,00;05.04.2018\nLW/3;S/2;2018-03;48,59;05.04.2018\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], reasons(s))
		}
	}
	return l
}

func TestAClaimAsksForWhatWasFullyPaid(t *testing.T) {
	l := paid(t)
	const head = "numer;porozumienie;miesiac;zlozono;kwota;koryguje\n"
	if s := l.Import(t, "wnioski.csv", head+"W/1;P/1;2018-03;10.04.2018;;\n"); s.Accepted != 1 {
		t.Fatal(reasons(s))
	}
	if c := claimOf(t, l, "W/1"); c.Claimed != 4860 || len(c.Claim.Shares) != 1 || c.Claim.Shares[0].Contract != "S/1" {
		t.Fatalf("the first claim is %+v", c.Claim)
	}
	// The missing grosz is paid; the second claim asks for the rest alone.
	l.Import(t, "wyplaty_2.csv", "lista;umowa;miesiac;kwota;data\nLW/3a;S/2;2018-03;0,01;11.04.2018\n")
	s := l.Import(t, "wnioski_2.csv", head+"W/2;P/1;2018-03;12.04.2018;;\nW/3;P/1;2018-03;12.04.2018;77,00;W/1\nW/4;P/1;2018-04;12.04.2018;1,00;W/1\nW/5;P/9;2018-03;12.04.2018;;\n")
	if s.Accepted != 2 || s.Refused != 2 || !strings.Contains(reasons(s), "another agreement or month") || !strings.Contains(reasons(s), "column porozumienie: no such agreement") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	if c := claimOf(t, l, "W/2"); c.Claimed != 2916 || len(c.Claim.Shares) != 1 || c.Claim.Shares[0].Contract != "S/2" {
		t.Fatalf("the second claim is %+v", c.Claim)
	}
	if c := claimOf(t, l, "W/3"); c.Claimed != 7700 || c.Claim.Computed != 4860 || !c.Claim.Given {
		t.Fatalf("the correction is %+v", c.Claim)
	}
}

// What the labour office returns a claim for blocks the claim and not the record.
func TestAClaimIsBlockedByDaysOffAndSickLeave(t *testing.T) {
	l := centre(t)
	const claim = "numer;porozumienie;miesiac;zlozono;kwota\n"
	for _, f := range [][2]string{
		{"umowy_2.csv", strings.SplitAfter(referrals, "\n")[0] + strings.ReplaceAll(strings.SplitAfter(referrals, "\n")[1], "S/1", "S/1a")},
		{"obecnosci.csv", "umowa;data;godziny;nieobecnosc\nS/1;03.05.2018;5;\nS/1;06.05.2018;1;\nS/1a;08.05.2018;;choroba\nS/2;08.05.2018;2;\n"},
		{"wyplaty.csv", "lista;umowa;miesiac;kwota;data\nLW/5;S/1;2018-05;48,60;05.06.2018\nLW/5;S/2;2018-05;16,20;05.06.2018\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], reasons(s))
		}
	}
	s := l.Import(t, "wnioski.csv", claim+"W/5;P/1;2018-05;10.06.2018;\n")
	if s.Refused != 1 || !strings.Contains(reasons(s), "contract S/1 on 2018-05-03, Święto Narodowe Trzeciego Maja (and 1 more)") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	// The centre corrects both days: one was another day, the other was not worked.
	s = l.Import(t, "obecnosci_2.csv", "umowa;data;godziny;nieobecnosc;korekta;powod\nS/1;03.05.2018;;usprawiedliwiona;tak;zły dzień\n"+
		"S/1;06.05.2018;;usprawiedliwiona;tak;zły dzień\nS/1;08.05.2018;6;;;\n")
	if s.Refused != 0 {
		t.Fatal(reasons(s))
	}
	s = l.Import(t, "wnioski_2.csv", claim+"W/5;P/1;2018-05;10.06.2018;\n")
	if s.Refused != 1 || !strings.Contains(reasons(s), "sick leave") || !strings.Contains(reasons(s), "contract S/1 on 2018-05-08") {
		t.Fatalf("hours on the sick leave of the same person's other referral: %+v\n%s", s, reasons(s))
	}
	// What was claimed was claimed, and a given amount is not for us to stop.
	if s := l.Import(t, "wnioski_3.csv", claim+"W/6;P/1;2018-05;10.06.2018;38,88\n"); s.Accepted != 1 {
		t.Fatal(reasons(s))
	}
	if c := claimOf(t, l, "W/6"); c.Claimed != 3888 || c.Claim.Computed != 3888 || !c.Claim.Given {
		t.Fatalf("%+v", c.Claim)
	}
}

// A letter that asks money back comes in before the statement with the transfer
// it is about, as the order of a directory's import has it.
func TestAReclaimBeforeItsTransfer(t *testing.T) {
	l := paid(t)
	l.Import(t, "wnioski.csv", "numer;porozumienie;miesiac;zlozono;kwota\nW/1;P/1;2018-03;10.04.2018;\n")
	decisions := "wniosek;data;wynik;kwota;powod\nW/1;20.04.2018;przyjety;;\nW/1;20.12.2018;zwrot;;kontrola\n"
	if s := l.Import(t, "decyzje-pup.csv", decisions); s.Accepted != 2 {
		t.Fatal(reasons(s))
	}
	sta := ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN0,00\n" +
		":61:1805020502CN48,60NTRFNONREF//1\n:86:020~00UZNANIE~20Refundacja W/1~32PUP\n:62F:C180502PLN48,60\n-\n"
	if s := l.Import(t, "wyciag.sta", sta); s.Accepted != 1 {
		t.Fatal(reasons(s))
	}
	if _, err := l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: "61109010140000071219812874/2018-05-01/5/1", Line: 1, Claim: "W/1"}); err != nil {
		t.Fatal(err)
	}
	c := claimOf(t, l, "W/1")
	if c.Stage() != refund.StageReclaimed || c.ToPayBack() != 4860 || c.Outstanding() != 0 {
		t.Fatalf("%+v", c.Totals)
	}
	if s := l.Import(t, "decyzje-pup_znowu.csv", decisions+"\n"); s.Known != 2 || s.Refused != 0 {
		t.Fatalf("again: %+v\n%s", s, reasons(s))
	}
	if s := l.Import(t, "wyciag_znowu.sta", sta+sta); s.Known != 1 || s.Refused != 1 || !strings.Contains(reasons(s), "of this file: row 1") {
		t.Fatalf("twice in one file: %+v\n%s", s, reasons(s))
	}
}

func TestAnAmendmentBindsFromItsDay(t *testing.T) {
	l := centre(t)
	change := commands.ChangeContract{Number: "S/1", Change: "amend", On: domain.NewDate(2018, 6, 1), WeeklyMinutes: 120, RateGrosze: 2000}
	if _, err := l.ChangeContract(t.Context(), ledgertest.Actor, change); err != nil {
		t.Fatal(err)
	}
	s := l.Import(t, "obecnosci.csv", "umowa;data;godziny\nS/1;07.05.2018;5\nS/1;04.06.2018;2\nS/1;05.06.2018;1\n")
	if s.Accepted != 2 || s.Refused != 1 || !strings.Contains(reasons(s), "weekly cap") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	for month, want := range map[int]domain.Grosze{5: 4050, 6: 4000} {
		if got, _, _, _ := sheetOf(t, l, "S/1").Month(domain.NewDate(2018, 1, 1).Month() + domain.Month(month-1)).Settled(); got != want {
			t.Errorf("month %d: benefit %s, want %s", month, got, want)
		}
	}
	if _, err := l.ChangeContract(t.Context(), ledgertest.Actor, commands.ChangeContract{Number: "S/1", Change: "suspend", On: domain.NewDate(2018, 7, 1), Until: domain.NewDate(2018, 7, 31)}); err != nil {
		t.Fatal(err)
	}
	if s := l.Import(t, "obecnosci_2.csv", "umowa;data;godziny\nS/1;03.07.2018;1\nS/1;01.08.2018;1\n"); s.Accepted != 1 || !strings.Contains(reasons(s), "suspended") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
}

func TestStatementsAreCountedByTheirLines(t *testing.T) {
	l := paid(t)
	const head = ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN0,00\n"
	const one = ":61:1805020502CN10,00NTRFNONREF//1\n:86:020~00UZNANIE~20wpłata~32X\n"
	const two = ":61:1805020502CN5,00NTRFNONREF//2\n:86:020~00UZNANIE~20druga~32X\n"
	if s := l.Import(t, "a.sta", head+one+":62F:C180502PLN10,00\n-\n"); s.Rows != 1 || s.Accepted != 1 {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	if s := l.Import(t, "b.sta", head+one+two+":62F:C180502PLN15,00\n-\n"); s.Rows != 2 || s.Known != 1 || s.Accepted != 1 {
		t.Fatalf("the same statement with one more line: %+v\n%s", s, reasons(s))
	}
	if s := l.Import(t, "c.sta", head+one+strings.Replace(two, "5,00", "6,00", 1)+":62F:C180502PLN16,00\n-\n"); s.Known != 1 || s.Refused != 1 ||
		!strings.Contains(reasons(s), "statement 5/1, line 2") {
		t.Fatalf("another second line: %+v\n%s", s, reasons(s))
	}
	if s := l.Import(t, "d.sta", strings.Replace(head, "5/1", "6/1", 1)+":62F:C180502PLN0,00\n-\n"); s.Rows != 1 || s.Accepted != 1 {
		t.Fatalf("a statement without lines: %+v\n%s", s, reasons(s))
	}
	for name, want := range map[string]string{"a.sta.odrzucone.csv": "bank's own file", "x.xml": "not built yet"} {
		_, err := l.Ledger.Import(t.Context(), ledgertest.Actor, commands.File{Name: name, Data: []byte("<Document/>")}, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALimitOfNothing(t *testing.T) {
	l := centre(t)
	const head = "numer;zawarto;od;do;refundacja;limit_osob;limit_godzin_miesiac;limit_godzin_razem\n"
	const terms = ";06.02.2018;08.02.2018;31.12.2018;60;"
	s := l.Import(t, "porozumienia_2.csv", head+"Q/1"+terms+"0;;\nQ/2"+terms+";0;\nQ/3"+terms+";;0\nQ/4"+terms+"1;1;1\nQ/5"+terms+";;\n")
	if s.Accepted != 2 || s.Refused != 3 || strings.Count(reasons(s), "leave it empty") != 3 {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
}

func TestARequestWithoutANumberGoesByItsDay(t *testing.T) {
	l := centre(t)
	s := l.Import(t, "trwalosc.csv", "projekt;zdarzenie;data;nr;wartosc;do\nasystent-aktywnosci;zobowiazanie;01.07.2019;;30;30.06.2021\n"+
		"asystent-aktywnosci;zapytanie;05.08.2019;;;\nasystent-aktywnosci;start;07.08.2019;;;\nasystent-aktywnosci;start;07.08.2019;2019-08-05;;\n")
	if s.Accepted != 3 || s.Refused != 1 || !strings.Contains(reasons(s), "number of the request") {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
}
