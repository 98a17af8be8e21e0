package naive

import (
	"math/big"
	"os"
	"slices"
	"testing"
	"testing/fstest"
	"time"
)

func on(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := parseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWorkedCases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, concluded string
		rate            *big.Rat
		month           []string
		hours           int64
		benefit, refund int64
	}{
		{"May 2024, paid 15.00, old regime", "2024-01-02", big.NewRat(15, 1), []string{"2024-05-06", "2024-05-13", "2024-05-20", "2024-05-27"}, 38, 57000, 24852},
		{"July 2025, new regime", "2025-06-02", nil, []string{"2025-07-01", "2025-07-07", "2025-07-14", "2025-07-21"}, 40, 122000, 73200},
		{"January 2026, new regime", "2025-06-02", nil, []string{"2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"}, 40, 125600, 75360},
		{"July 2025, old regime kept by the agreement's date", "2025-05-31", nil, []string{"2025-07-01"}, 10, 12200, 7320},
		{"around 1 June 2018", "2018-02-06", big.NewRat(83, 10), []string{"2018-05-31", "2018-06-01"}, 2, 1660, 984},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := Agreement{Concluded: on(t, c.concluded), RefundShare: big.NewRat(60, 100)}
			var days []Day
			for i, d := range c.month {
				minutes := c.hours * 60 / int64(len(c.month))
				if i == 0 {
					minutes += c.hours * 60 % int64(len(c.month))
				}
				days = append(days, Day{Date: on(t, d), Minutes: minutes})
			}
			benefit, refund, err := Benefit(a, Contract{Rate: c.rate}, days)
			if err != nil {
				t.Fatal(err)
			}
			if benefit != c.benefit || refund != c.refund {
				t.Errorf("benefit %d, refund %d; want %d, %d", benefit, refund, c.benefit, c.refund)
			}
		})
	}
}

func TestRefundBasisAndBaseRate(t *testing.T) {
	t.Parallel()
	a := Agreement{Concluded: on(t, "2018-02-06"), RefundShare: big.NewRat(60, 100), BaseRate: big.NewRat(83, 10)}
	days := []Day{{Date: on(t, "2018-03-05"), Minutes: 75}}
	// 1.25 h at 8.30 is 10.375, at 8.10 and 60 % 6.075: both round up.
	if benefit, refund, err := Benefit(a, Contract{}, days); benefit != 1038 || refund != 608 || err != nil {
		t.Errorf("on the statutory minimum: %d, %d, %v", benefit, refund, err)
	}
	a.RefundOnBase = true // 6.225
	if benefit, refund, err := Benefit(a, Contract{}, days); benefit != 1038 || refund != 623 || err != nil {
		t.Errorf("on the base rate: %d, %d, %v", benefit, refund, err)
	}
	if _, _, err := Benefit(a, Contract{}, []Day{{Date: on(t, "2005-10-31"), Minutes: 60}}); err == nil {
		t.Error("a day before the first rate was priced")
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"10": 600, "2,5": 150, "1:30": 90, "0,25": 15, "2,75": 165, "0": 0} {
		if got, err := parseHours(text); got != want || err != nil {
			t.Errorf("parseHours(%q) = %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "1:75", "1:5", "-1", "-1:30", "1,33", "dwie", "1/2", "1e2", "1:-5"} {
		if got, err := parseHours(text); err == nil {
			t.Errorf("parseHours(%q) = %d", text, got)
		}
	}
	for text, want := range map[string]int64{"1 234,56": 123456, "1\u00a0234,56": 123456, "1\u202f234,5": 123450, "7": 700} {
		if got, err := parseMoney(text); got != want || err != nil {
			t.Errorf("parseMoney(%q) = %d, %v", text, got, err)
		}
	}
	if got, err := parseMoney("1,234"); err == nil {
		t.Errorf("a tenth of a grosz is %d", got)
	}
}

func TestAttendanceRefusals(t *testing.T) {
	t.Parallel()
	agreements := []Agreement{{Number: "P", From: on(t, "2018-01-01"), To: on(t, "2018-12-31"), MonthCapMinutes: 40 * 60}}
	contracts := []Contract{
		{Number: "C", Kind: "psu", Agreement: "P", From: on(t, "2018-02-08"), To: on(t, "2018-12-31"), WeekMinutes: 600},
		{Number: "K", Kind: "trojstronny"},
	}
	row := func(n int, contract, date, hours, absence string) Row {
		return Row{File: "obecnosci.csv", Number: n, Contract: contract, Date: date, Hours: hours, Absence: absence}
	}
	rows := []Row{
		row(2, "C", "30.04.2018", "6", ""),    // a week over the end of a month
		row(3, "C", "02.05.2018", "4:15", ""), // 10:15 in that week
		row(4, "C", "04.05.2018", "4", ""),    // fills it
		row(5, "C", "05.05.2018", "", "choroba"),
		row(6, "C", "07.05.2018", "10", ""),
		row(7, "C", "14.05.2018", "10", ""),
		row(8, "C", "21.05.2018", "10", ""),
		row(9, "C", "28.05.2018", "6:15", ""), // 40:15 in the month
		row(10, "C", "29.05.2018", "6", ""),   // fills it
		row(11, "C", "2018-05-29", "6", ""),   // the same day again
		row(12, "C", "07.02.2018", "1", ""),
		row(13, "K", "08.02.2018", "1", ""),
		row(14, "C", "08.02.2018", "1", "choroba"),
		row(15, "C", "09.02.2018", "0", ""),
	}
	days, refused := Attendance(agreements, contracts, rows)
	var got []int
	for _, r := range refused {
		got = append(got, r.Row)
	}
	if want := []int{3, 9, 11, 12, 13, 14, 15}; !slices.Equal(got, want) {
		t.Errorf("refused %v, want %v: %+v", got, want, refused)
	}
	if len(days) != 7 {
		t.Errorf("%d days recorded, want 7", len(days))
	}

	again := []Row{
		{File: "a", Number: 2, Contract: "C", Date: "2018-03-05", Hours: "4"},
		{File: "b", Number: 2, Contract: "C", Date: "2018-03-05", Hours: "4"},
		{File: "c", Number: 2, Contract: "C", Date: "2018-03-05", Hours: "5"},
		{File: "d", Number: 2, Contract: "C", Date: "2018-03-05", Hours: "10", Correction: "tak", Because: "pomyłka"},
		{File: "e", Number: 2, Contract: "C", Date: "2018-03-05", Hours: "11", Correction: "tak", Because: "pomyłka"},
	}
	days, refused = Attendance(agreements, contracts, again)
	if len(refused) != 2 || refused[0].File != "c" || refused[1].File != "e" || len(days) != 1 || days[0].Minutes != 600 {
		t.Errorf("corrections: %+v, refused %+v", days, refused)
	}
}

func TestTitleNamesClaim(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]bool{
		"WR/1 refundacja": true, "za WR/1": true, "WR/1": true, "(WR/1)": true,
		"WR/11": false, "KWR/1": false, "WR/11, WR/1": true, "": false, "łWR/1": false,
	} {
		if got := names(title, "WR/1"); got != want {
			t.Errorf("%q names WR/1: %v", title, got)
		}
	}
}

// claimBook is one contract, ten hours in March 2018 (83.00, of it 48.60 refunded), and what follows.
func claimLedger(t *testing.T, files map[string]string) *Ledger {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, content := range map[string]string{
		"porozumienia.csv": "numer;zawarto;od;do;refundacja;stawka_bazowa\nP;06.02.2018;08.02.2018;31.12.2018;60;8,30\n",
		"umowy.csv":        "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nC;psu;psu;U;08.02.2018;08.02.2018;31.12.2018;P\n",
		"obecnosci.csv":    "umowa;data;godziny\nC;05.03.2018;10\n",
		"wyplaty.csv":      "lista;umowa;miesiac;kwota;data\nL;C;2018-03;83,00;05.04.2018\n",
		"wnioski.csv":      "numer;porozumienie;miesiac;zlozono;kwota\nWR/1;P;2018-03;10.04.2018;\n",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	b, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestClaims(t *testing.T) {
	t.Parallel()
	accepted := "wniosek;data;wynik;kwota;powod\nWR/1;2018-04-17;przyjety;;\n"
	cut := "wniosek;data;wynik;kwota;powod\nWR/1;2018-04-17;czesciowo;40,00;dwie godziny\n"
	returned := "wniosek;data;wynik;kwota;powod\nWR/1;2018-04-17;zwrocony;;podpis\n"
	bank := func(amount, title string) string {
		return ":20:S\n:25:PL1\n:28C:4/1\n:60F:C180401PLN0,00\n:61:1804200420C" + amount + "NTRFNONREF\n:86:020<00P\n<20" + title +
			"\n<32Urząd\n:62F:C180430PLN" + amount + "\n-\n"
	}
	for name, c := range map[string]struct {
		files                                    map[string]string
		claimed, accepted, received, outstanding int64
		state                                    string
		settlementClaimed                        int64
		unmatched                                int
	}{
		"submitted":          {nil, 4860, 0, 0, 4860, "submitted", 4860, 0},
		"accepted":           {map[string]string{"decyzje-pup.csv": accepted}, 4860, 4860, 0, 4860, "accepted", 4860, 0},
		"cut":                {map[string]string{"decyzje-pup.csv": cut}, 4860, 4000, 0, 4000, "accepted", 4860, 0},
		"returned":           {map[string]string{"decyzje-pup.csv": returned}, 4860, 0, 0, 0, "returned", 0, 0},
		"settled":            {map[string]string{"decyzje-pup.csv": accepted, "w.sta": bank("48,60", "WR/1 refundacja")}, 4860, 4860, 4860, 0, "settled", 4860, 0},
		"part-paid":          {map[string]string{"decyzje-pup.csv": accepted, "w.sta": bank("40,00", "WR/1")}, 4860, 4860, 4000, 860, "part-paid", 4860, 0},
		"too much":           {map[string]string{"decyzje-pup.csv": cut, "w.sta": bank("48,60", "WR/1")}, 4860, 4000, 0, 4000, "accepted", 4860, 1},
		"unnamed":            {map[string]string{"decyzje-pup.csv": accepted, "w.sta": bank("48,60", "WR/12")}, 4860, 4860, 0, 4860, "accepted", 4860, 1},
		"paid too late":      {map[string]string{"wyplaty.csv": "lista;umowa;miesiac;kwota;data\nL;C;2018-03;83,00;11.04.2018\n"}, 0, 0, 0, 0, "submitted", 0, 0},
		"paid too low":       {map[string]string{"wyplaty.csv": "lista;umowa;miesiac;kwota;data\nL;C;2018-03;82,99;05.04.2018\n"}, 0, 0, 0, 0, "submitted", 0, 0},
		"transfer came back": {map[string]string{"wyplaty.csv": "lista;umowa;miesiac;kwota;data;zwrot\nL;C;2018-03;83,00;05.04.2018;nie\nL;C;2018-03;83,00;07.04.2018;tak\n"}, 0, 0, 0, 0, "submitted", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := claimLedger(t, c.files)
			rows, unmatched := b.Refunds()
			want := RefundRow{Claim: "WR/1", Agreement: "P", Month: "2018-03", ClaimedGrosze: c.claimed, AcceptedGrosze: c.accepted,
				ReceivedGrosze: c.received, OutstandingGrosze: c.outstanding, State: c.state}
			if len(rows) != 1 || rows[0] != want {
				t.Errorf("refunds %+v, want %+v", rows, want)
			}
			if len(unmatched) != c.unmatched {
				t.Errorf("unmatched %+v", unmatched)
			}
			settlement := b.Settlement()
			if len(settlement) != 1 || settlement[0].ClaimedGrosze != c.settlementClaimed || settlement[0].OwnGrosze != 8300-4860 {
				t.Errorf("settlement %+v", settlement)
			}
		})
	}
}

func TestAsOfCutsByDate(t *testing.T) {
	t.Parallel()
	b := claimLedger(t, nil)
	before := b.AsOf(on(t, "2018-04-09")).Settlement()
	if len(before) != 1 || before[0].PaidGrosze != 8300 || before[0].ClaimedGrosze != 0 {
		t.Errorf("the day before the claim: %+v", before)
	}
	if early := b.AsOf(on(t, "2018-03-04")).Settlement(); len(early) != 0 {
		t.Errorf("the day before the work: %+v", early)
	}
}

func TestAssistantOverlapIsRefused(t *testing.T) {
	t.Parallel()
	b, err := Load(fstest.MapFS{
		"umowy.csv": {Data: []byte("numer;rodzaj;program;uczestnik;od;do\nK;trojstronny;p;A;01.07.2017;31.07.2017\n")},
		"godziny.csv": {Data: []byte("asystent;umowa;data;od;do\nA1;K;2017-07-03;08:00;10:00\nA1;K;2017-07-03;09:59;11:00\n" +
			"A1;K;2017-07-03;10:00;12:00\nA2;K;2017-07-03;09:00;11:00\nA1;K;2017-08-01;22:00;24:00\nA1;K;2017-07-04;22:00;24:15\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, refused := b.Visits()
	if len(refused) != 2 || refused[0].Row != 3 || refused[1].Row != 7 {
		t.Errorf("refused %+v", refused)
	}
	rows := b.AssistantHours()
	want := []HoursRow{
		{"p", "A1", "K", "A", "2017-07", 240, 240, 2, ""}, {"p", "A1", "K", "A", "2017-08", 120, 0, 1, ""}, {"p", "A2", "K", "A", "2017-07", 120, 120, 1, ""},
	}
	if !slices.Equal(rows, want) {
		t.Errorf("hours %+v", rows)
	}
}

func TestGeneratedAttendance(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	g, err := GenerateAttendance(dir, 20_000, 120, 10, 7)
	if err != nil {
		t.Fatal(err)
	}
	if g.Rows != 20_000 || g.Accepted+len(g.Refused) != g.Rows || len(g.Kinds) != 12 {
		t.Errorf("rows %d, accepted %d, refused %d, kinds %v", g.Rows, g.Accepted, len(g.Refused), g.Kinds)
	}
	b, err := Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	days, refused := b.Attendance()
	var got []int
	for _, r := range refused {
		got = append(got, r.Row)
	}
	if !slices.Equal(got, g.Refused) {
		t.Errorf("the calculator refuses %d rows, the generator expects %d", len(got), len(g.Refused))
	}
	minutes := int64(0)
	sums := map[string]map[string]int64{}
	for _, d := range days {
		minutes += d.Minutes
		if d.Minutes == 0 {
			continue
		}
		if sums[d.Contract] == nil {
			sums[d.Contract] = map[string]int64{}
		}
		sums[d.Contract][monthOf(d.Date)] += d.Minutes
	}
	if minutes != g.Minutes || len(days) != g.Accepted {
		t.Errorf("%d minutes on %d days, want %d on %d", minutes, len(days), g.Minutes, g.Accepted)
	}
	for contract, months := range g.ByContractMonth {
		for month, want := range months {
			if sums[contract][month] != want {
				t.Errorf("%s %s: %d minutes, want %d", contract, month, sums[contract][month], want)
			}
		}
	}
	if rows := b.Settlement(); len(rows) == 0 {
		t.Error("no settlement")
	}
	if _, err := GenerateAttendance(t.TempDir(), 100_000, 10, 0, 1); err == nil {
		t.Error("ten thousand days a contract were accepted")
	}
}
