package commands_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

func on(t testing.TB, text string) domain.Date {
	t.Helper()
	d, err := domain.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// narrowing are changes that would leave days of anyCentre's referral (8 hours on 4 and 11
// March) outside it, in a suspension or over a cap, and what is said against them.
func narrowing(t *testing.T) map[string]struct {
	by   func(*commands.Ledger) error
	days string
} {
	signed := commands.SignContract{Number: "S/1", Kind: "psu", Programme: "psu", Participant: "U1", Agreement: "P/1", Concluded: on(t, "2024-01-02"), From: on(t, "2024-01-02"),
		To: on(t, "2024-12-31"), WeeklyMinutes: 600, RateGrosze: 1500, Amendment: commands.Amendment{Correct: true, Reason: "pomyłka"}}
	concluded := commands.ConcludeAgreement{Number: "P/1", Concluded: on(t, "2024-01-02"), From: on(t, "2024-01-02"), To: on(t, "2024-12-31"), RefundPercent: 60,
		MonthlyCapMinutes: 2400, Amendment: commands.Amendment{Correct: true, Reason: "pomyłka"}}
	sign := func(change func(*commands.SignContract)) func(*commands.Ledger) error {
		return func(l *commands.Ledger) error {
			c := signed
			change(&c)
			_, err := l.SignContract(t.Context(), ledgertest.Actor, c)
			return err
		}
	}
	conclude := func(change func(*commands.ConcludeAgreement)) func(*commands.Ledger) error {
		return func(l *commands.Ledger) error {
			c := concluded
			change(&c)
			_, err := l.ConcludeAgreement(t.Context(), ledgertest.Actor, c)
			return err
		}
	}
	change := func(c commands.ChangeContract) func(*commands.Ledger) error {
		c.Number = "S/1"
		return func(l *commands.Ledger) error {
			_, err := l.ChangeContract(t.Context(), ledgertest.Actor, c)
			return err
		}
	}
	return map[string]struct {
		by   func(*commands.Ledger) error
		days string
	}{
		"a referral from later":    {sign(func(c *commands.SignContract) { c.From = on(t, "2024-03-05") }), "S/1, 2024-03-04"},
		"a referral until earlier": {sign(func(c *commands.SignContract) { c.To = on(t, "2024-03-10") }), "S/1, 2024-03-11"},
		"fewer hours a week":       {sign(func(c *commands.SignContract) { c.WeeklyMinutes = 420 }), "S/1, 2024-03-04: 8:00 of 7:00; a week over its cap: S/1, 2024-03-11: 8:00 of 7:00"},
		"an agreement from later":  {conclude(func(c *commands.ConcludeAgreement) { c.From = on(t, "2024-03-05") }), "S/1, 2024-03-04"},
		"an agreement until earlier": {conclude(func(c *commands.ConcludeAgreement) { c.To = on(t, "2024-02-29") }),
			"S/1, 2024-03-04; outside referral or agreement: S/1, 2024-03-11"},
		"fewer hours a month":       {conclude(func(c *commands.ConcludeAgreement) { c.MonthlyCapMinutes = 900 }), "S/1, 2024-03: 16:00 of 15:00"},
		"an end before them":        {change(commands.ChangeContract{Change: "terminate", On: on(t, "2024-03-04")}), "S/1, 2024-03-11"},
		"a completion before them":  {change(commands.ChangeContract{Change: "complete", On: on(t, "2024-03-01")}), "S/1, 2024-03-04; outside referral or agreement: S/1, 2024-03-11"},
		"a suspension":              {change(commands.ChangeContract{Change: "suspend", On: on(t, "2024-03-01"), Until: on(t, "2024-03-08")}), "in a suspension: S/1, 2024-03-04"},
		"an annex that ends it":     {change(commands.ChangeContract{Change: "amend", On: on(t, "2024-03-01"), To: on(t, "2024-03-08")}), "S/1, 2024-03-11"},
		"an annex with fewer hours": {change(commands.ChangeContract{Change: "amend", On: on(t, "2024-03-11"), WeeklyMinutes: 420}), "S/1, 2024-03-11: 8:00 of 7:00"},
	}
}

// Terms that recorded days stand against are refused with the days, and nothing of them is
// recorded; once the days are withdrawn they are taken.
func TestDaysStandAgainstTerms(t *testing.T) {
	t.Parallel()
	for name, c := range narrowing(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := ledgertest.Open(t)
			for _, f := range anyCentre() {
				accepted(t, l, f)
			}
			before, err := l.Journal.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := c.by(l.Ledger); !errors.Is(err, attendance.ErrDaysStand) || !strings.HasSuffix(err.Error(), c.days) {
				t.Errorf("refused with %v", err)
			}
			if after, err := l.Journal.Head(t.Context()); err != nil || after != before {
				t.Errorf("something is recorded, %v", err)
			}
			accepted(t, l, sheet{"obecnosci_9.csv", "umowa;data;godziny;wycofanie;powod\nS/1;04.03.2024;;tak;x\nS/1;11.03.2024;;tak;x\n"})
			if err := c.by(l.Ledger); err != nil {
				t.Errorf("without the days: %v", err)
			}
		})
	}
}

// Days and what binds them are refused in the one order where they are in the other: a
// change that is taken back may be what let days in.
func TestWhatLetDaysInStays(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range anyCentre()[:4] {
		accepted(t, l, f)
	}
	annex := commands.ChangeContract{Number: "S/1", Change: "amend", On: on(t, "2024-12-01"), To: on(t, "2025-03-31")}
	taken(t)(l.ChangeContract(t.Context(), ledgertest.Actor, annex))
	agreement := sheet{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;limit_godzin_miesiac;korekta;powod\nP/1;02.01.2024;02.01.2024;31.12.2025;60;40;tak;x\n"}
	accepted(t, l, agreement)
	accepted(t, l, sheet{"obecnosci_1.csv", "umowa;data;godziny;nieobecnosc\nS/1;03.02.2025;8;\nS/1;04.02.2025;;choroba\n"})
	annex.Withdraw, annex.CorrectionReason = true, "pomyłka"
	if _, err := l.ChangeContract(t.Context(), ledgertest.Actor, annex); !errors.Is(err, attendance.ErrDaysStand) || !strings.Contains(err.Error(), "2025-02-03") || !strings.Contains(err.Error(), "2025-02-04") {
		t.Errorf("the annex withdrawn: %v", err)
	}
	annex.Withdraw, annex.Correct, annex.To = false, true, on(t, "2025-02-28")
	taken(t)(l.ChangeContract(t.Context(), ledgertest.Actor, annex))
}

// outside records a day that its referral does not cover, as two at once could, or an
// earlier build.
func outside(t *testing.T, l *ledgertest.Ledger, contract string, day domain.Date, minutes domain.Minutes) {
	t.Helper()
	stream := domain.Stream("attendance", contract)
	s, err := journal.Load(t.Context(), l.Journal, stream, attendance.Decider())
	if err == nil {
		about := attendance.About{Contract: contract, Participant: "U1", Agreement: "P/1", Programme: "psu"}
		_, err = l.Journal.Append(t.Context(), stream, s.Revision, journal.Decided{Meta: journal.Meta{Actor: "tester"}, Event: attendance.HoursRecorded{
			About: about, Date: day, Minutes: minutes, Rates: attendance.Rates{Minimum: 1090, Paid: 1500, Refund: 1090, Percent: 60, Edition: "2023"}}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// What lay outside before is not held against a change that puts nothing more there.
func TestWhatLayOutsideBefore(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range anyCentre() {
		accepted(t, l, f)
	}
	outside(t, l, "S/1", on(t, "2023-12-05"), 60)
	outside(t, l, "S/1", on(t, "2024-03-12"), 540) // over the week's ten hours
	const signed = "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien;stawka;korekta;powod\nS/1;psu;psu;U1;02.01.2024;"
	accepted(t, l, sheet{"umowy_2.csv", signed + "03.01.2024;31.12.2024;P/1;10;15,00;tak;x\n"})
	if s := l.Import(t, "umowy_3.csv", signed+"03.01.2024;31.12.2024;P/1;9;15,00;tak;x\n"); s.Refused != 1 || !strings.Contains(fmt.Sprint(s.RefusedRows[0]), "17:00 of 9:00") {
		t.Errorf("%+v", s)
	}
	if found := toldOf(t, l)["findings as of "]; !strings.Contains(found, "outside-contract:S/1:2023-12-05;outside-contract;open;[U1 S/1 P/1];2023-12-05;2023-12-05;0;60;") {
		t.Errorf("what lies outside is not found: %s", found)
	}
	accepted(t, l, sheet{"obecnosci_9.csv", "umowa;data;godziny;wycofanie;powod\nS/1;05.12.2023;;tak;x\nS/1;12.03.2024;;tak;x\n"})
	if found := toldOf(t, l)["findings as of "]; strings.Contains(found, "outside-contract") {
		t.Errorf("withdrawn, and still found: %s", found)
	}
}

// A day that is entered while another clerk ends its referral, and terms that are narrowed
// while a day is entered, leave a finding: of the day, or of the month over its cap.
func TestADayOutsideIsFound(t *testing.T) {
	t.Parallel()
	const signed = "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien;stawka;korekta;powod\nS/1;psu;psu;U1;02.01.2024;02.01.2024;31.12.2024;P/1;9;15,00;tak;x\n"
	for name, c := range map[string]struct {
		narrowed sheet
		category string // written by the clerk who narrows them
		day      string // that the other enters
		finding  string
	}{
		"a month over its cap":    {sheet{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;limit_godzin_miesiac;korekta;powod\nP/1;02.01.2024;02.01.2024;31.12.2024;60;16;tak;x\n"}, "agreement-", "S/1;18.03.2024;4", "over-cap:S/1:2024-03;over-cap;open;[U1 S/1 P/1];2024-03-01;2024-03-31;0;240;"},
		"an agreement until then": {sheet{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;limit_godzin_miesiac;korekta;powod\nP/1;02.01.2024;02.01.2024;15.03.2024;60;40;tak;x\n"}, "agreement-", "S/1;18.03.2024;4", "outside-contract:S/1:2024-03-18;"},
		"a week over its cap":     {sheet{"umowy_2.csv", signed}, "contract-", "S/1;13.03.2024;1:30", "over-cap:S/1:week:2024-03-11;over-cap;open;[U1 S/1 P/1];2024-03-11;2024-03-17;0;30;"},
		"a week over a month's end": {sheet{"umowy_2.csv", signed}, "contract-", "S/1;31.10.2024;8\nS/1;01.11.2024;2",
			"over-cap:S/1:week:2024-10-28;over-cap;open;[U1 S/1 P/1];2024-10-28;2024-11-03;0;60;"},
	} {
		l := ledgertest.Open(t)
		for _, f := range anyCentre() {
			accepted(t, l, f)
		}
		slow := hooked(l, c.category, func() { accepted(t, l, sheet{"obecnosci_2.csv", "umowa;data;godziny\n" + c.day + "\n"}) })
		if s, err := slow.Import(t.Context(), ledgertest.Actor, commands.File{Name: c.narrowed.name, Data: []byte(c.narrowed.rows)}, nil); err != nil || s.Accepted != 1 {
			t.Fatalf("%s: %+v, %v", name, s, err)
		}
		told := toldOf(t, l)
		if !strings.Contains(told["findings as of "], c.finding) || strings.Contains(told["findings as of 2024-03-05"], c.finding) {
			t.Errorf("%s: %s", name, told["findings as of "])
		}
	}
}

// An annex that is entered after its hours rates them, from its day on, as if it had come
// first; cut short, the same command completes it, and what a claim froze stays.
func TestALateAnnexRatesDays(t *testing.T) {
	t.Parallel()
	annex := commands.ChangeContract{Number: "S/1", Change: "amend", On: on(t, "2024-03-05"), RateGrosze: 2000}
	told := func(change func(*ledgertest.Ledger), at int) map[string]string {
		l := ledgertest.Open(t)
		for i, f := range anyCentre() {
			if i == at {
				change(l)
			}
			accepted(t, l, f)
		}
		if at < 0 {
			change(l)
		}
		return toldOf(t, l)
	}
	once := func(l *ledgertest.Ledger) {
		taken(t)(commands.Once(t.Context(), l.Ledger, keyed("annex"), annex, l.ChangeContract))
	}
	early := told(once, 4)
	if !strings.Contains(early["psu-settlement as of "], ";28000;") {
		t.Errorf("8 hours at 15.00 and 8 at 20.00: %s", early["psu-settlement as of "])
	}
	sameTold(t, "entered late", told(once, -1), early)
	sameTold(t, "cut short", told(func(l *ledgertest.Ledger) {
		dying := *l.Ledger
		dying.Log = commands.NewLog(&endsAt{Log: l.Journal, category: "attendance-"}, l.Vault)
		if _, err := commands.Once(t.Context(), &dying, keyed("annex"), annex, dying.ChangeContract); !errors.Is(err, errPowerLost) {
			t.Errorf("the power was not lost: %v", err)
		}
		once(l)
	}, -1), early)

	l := ledgertest.Open(t)
	for _, f := range append(anyCentre(), paidInMarch(), claimedForMarch()) {
		accepted(t, l, f)
	}
	annex.RateGrosze = 3000
	once(l)
	all := toldOf(t, l)
	if !strings.Contains(all["refunds as of "], "W/1;P/1;2024-03;10464;") || !strings.Contains(all["psu-settlement as of "], ";36000;") {
		t.Errorf("the claim, or the month: %s%s", all["refunds as of "], all["psu-settlement as of "])
	}
	if !strings.Contains(all["findings as of "], "claimed-not-paid:S/1") {
		t.Errorf("the difference is not found: %s", all["findings as of "])
	}
}
