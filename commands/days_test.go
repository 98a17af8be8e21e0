package commands_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// Every command that says that something took place refuses a day that has not come
// and one before 1990, through every door alike.
func TestDaysOnWhichNothingHappened(t *testing.T) {
	l := paid(t)
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
		t.Fatal(err)
	}
	ctx, o, k := t.Context(), ledgertest.Actor, "trojstronny"
	if _, err := l.RegisterAssistant(ctx, o, commands.RegisterAssistant{ID: "A1", FirstName: "A", LastName: "B"}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.SignContract(ctx, o, commands.SignContract{Number: "T/1", Kind: k, Programme: "asystent-aktywnosci", Participant: "U1", Assistant: "A1",
		Concluded: domain.NewDate(1990, 1, 1), From: domain.NewDate(1990, 1, 1), To: domain.NewDate(2090, 1, 1)}); err != nil {
		t.Fatal(err) // a term may lie ahead
	}
	amount := domain.Grosze(1)
	does := map[string]func(domain.Date) (journal.Result, error){
		"attendance": func(d domain.Date) (journal.Result, error) {
			return l.RecordAttendance(ctx, o, commands.RecordAttendance{Contract: "S/1", Date: d, Minutes: 60})
		},
		"visit": func(d domain.Date) (journal.Result, error) {
			return l.LogVisit(ctx, o, commands.LogVisit{Assistant: "A1", Contract: "T/1", Date: d, From: 600, To: 660})
		},
		"payment": func(d domain.Date) (journal.Result, error) {
			return l.PayBenefit(ctx, o, commands.PayBenefit{List: "L", Contract: "S/1", Month: march, AmountGrosze: 1, Date: d})
		},
		"claim": func(d domain.Date) (journal.Result, error) {
			return l.SubmitClaim(ctx, o, commands.SubmitClaim{Number: "W/2", Agreement: "P/1", Month: march, Submitted: d, AmountGrosze: &amount})
		},
		"decision": func(d domain.Date) (journal.Result, error) {
			return l.RecordClaimDecision(ctx, o, commands.RecordClaimDecision{Claim: "W/1", Date: d, Outcome: "przyjety"})
		},
		"write-off": func(d domain.Date) (journal.Result, error) {
			return l.WriteOffClaim(ctx, o, commands.WriteOffClaim{Claim: "W/1", Date: d, Reason: "x"})
		},
		"agreement": func(d domain.Date) (journal.Result, error) {
			return l.ConcludeAgreement(ctx, o, commands.ConcludeAgreement{Number: "P/2", Concluded: d, From: d, To: d, RefundPercent: 60})
		},
		"contract": func(d domain.Date) (journal.Result, error) {
			return l.SignContract(ctx, o, commands.SignContract{Number: "T/2", Kind: k, Programme: "asystent-aktywnosci", Participant: "U1", Concluded: d, From: d, To: d})
		},
		"breach": func(d domain.Date) (journal.Result, error) {
			return l.ChangeContract(ctx, o, commands.ChangeContract{Number: "T/1", Change: "breach", On: d, Reason: "x"})
		},
		"expense": func(d domain.Date) (journal.Result, error) {
			return l.RecordExpense(ctx, o, commands.RecordExpense{Programme: "psu", Line: "kursy", Document: "FV/" + d.String(), Date: d, AmountGrosze: 1})
		},
		"contact": func(d domain.Date) (journal.Result, error) {
			return l.RecordContact(ctx, o, commands.RecordContact{ID: "K/" + d.String(), Date: d, Time: 600, Place: "dworzec"})
		},
		"count": func(d domain.Date) (journal.Result, error) {
			return l.CountPlace(ctx, o, commands.CountPlace{Place: "dworzec", Date: d, People: 1})
		},
		"durability": func(d domain.Date) (journal.Result, error) {
			return l.TellDurability(ctx, o, commands.TellDurability{Project: "asystent-aktywnosci", Event: "publikacja", Date: d, URL: "https://example.org"})
		},
		"resolution": func(d domain.Date) (journal.Result, error) {
			return l.ResolveFinding(ctx, o, commands.ResolveFinding{Finding: "over-cap:x", Date: d, Reason: "x"}, finding.Figures{From: d})
		},
	}
	today := domain.DateOf(ledgertest.Now())
	for name, do := range does {
		for day, want := range map[domain.Date]error{today + 1: domain.ErrFuture, domain.NewDate(2062, 4, 5): domain.ErrFuture,
			domain.NewDate(1989, 12, 31): domain.ErrForgotten, domain.NewDate(1926, 4, 5): domain.ErrForgotten} {
			if _, err := do(day); !errors.Is(err, want) {
				t.Errorf("%s on %s: %v", name, day, err)
			}
		}
		if _, err := do(today); errors.Is(err, domain.ErrFuture) {
			t.Errorf("%s today: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"payment": errOf(l.PayBenefit(ctx, o, commands.PayBenefit{List: "L", Contract: "S/1", Month: today.Month() + 1, AmountGrosze: 1, Date: today})),
		"claim":   errOf(l.SubmitClaim(ctx, o, commands.SubmitClaim{Number: "W/2", Agreement: "P/1", Month: today.Month() + 1, Submitted: today, AmountGrosze: &amount})),
	} {
		if !errors.Is(err, domain.ErrMonth) {
			t.Errorf("%s for the next month: %v", name, err)
		}
	}
}

func errOf(_ journal.Result, err error) error { return err }

func TestFilesWithDaysOnWhichNothingHappened(t *testing.T) {
	l := paid(t)
	for file, want := range map[string]string{
		"obecnosci.csv|umowa;data;godziny\nS/1;30.11.2026;1\n":                                                        "column data: the day has not come yet: 2026-11-30",
		"obecnosci.csv|umowa;data;godziny\nS/1;05.03.1926;1\n":                                                        "column data: the day lies before 1990",
		"wyplaty.csv|lista;umowa;miesiac;kwota;data\nL;S/1;2018-03;1,00;05.04.2062\n":                                 "column data: the day has not come yet",
		"wyplaty.csv|lista;umowa;miesiac;kwota;data\nL;S/1;2062-03;1,00;05.04.2018\n":                                 "column miesiac: the month has not begun",
		"wnioski.csv|numer;porozumienie;miesiac;zlozono;kwota\nW;P/1;2018-03;05.04.2062;1,00\n":                       "column zlozono: the day has not come yet",
		"porozumienia.csv|numer;zawarto;od;do;refundacja\nQ;30.11.2026;01.12.2026;31.12.2026;60\n":                    "column zawarto: the day has not come yet",
		"wyciag.sta|:20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C261130PLN0,00\n:62F:C261130PLN0,00\n-\n": "the day has not come yet",
	} {
		name, content, _ := strings.Cut(file, "|")
		if s := l.Import(t, name, content); s.Refused != 1 || !strings.Contains(reasons(s), want) {
			t.Errorf("%s: %+v %s", file, s, reasons(s))
		}
	}
}

// The day begins in Warsaw.
func TestTheClockIsWarsaws(t *testing.T) {
	l := paid(t)
	work := commands.RecordAttendance{Contract: "S/1", Date: domain.NewDate(2018, 6, 2), Minutes: 60}
	l.Now = func() time.Time { return time.Date(2018, 6, 1, 21, 59, 0, 0, time.UTC) }
	if _, err := l.RecordAttendance(t.Context(), ledgertest.Actor, work); !errors.Is(err, domain.ErrFuture) {
		t.Errorf("a minute before midnight: %v", err)
	}
	l.Now = func() time.Time { return time.Date(2018, 6, 1, 22, 0, 0, 0, time.UTC) }
	if _, err := l.RecordAttendance(t.Context(), ledgertest.Actor, work); err != nil {
		t.Errorf("at midnight: %v", err)
	}
}

// After the last known day of a rate nobody knows what an hour is worth.
func TestWorkAfterTheLastKnownRate(t *testing.T) {
	l := centre(t)
	l.Now = func() time.Time { return time.Date(2027, 2, 1, 12, 0, 0, 0, time.UTC) }
	must := func(s commands.Summary) {
		t.Helper()
		if s.Refused != 0 {
			t.Fatal(reasons(s))
		}
	}
	must(l.Import(t, "porozumienia.csv", "numer;zawarto;od;do;refundacja\nOLD;01.05.2025;01.05.2025;31.12.2027;60\nNEW;01.06.2025;01.06.2025;31.12.2027;60\n"))
	must(l.Import(t, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nO;psu;psu;U1;01.06.2025;01.06.2025;31.12.2027;OLD\nN;psu;psu;U1;01.06.2025;01.06.2025;31.12.2027;NEW\n"))
	s := l.Import(t, "obecnosci.csv", "umowa;data;godziny;nieobecnosc\nO;29.05.2026;1;\nO;01.06.2026;1;\nN;31.12.2026;1;\nN;04.01.2027;1;\nN;05.01.2027;;usprawiedliwiona\n")
	if s.Accepted != 3 || s.Refused != 2 || strings.Count(reasons(s), attendance.ErrNoRate.Message) != 2 || !strings.Contains(reasons(s), "2027-01-04") {
		t.Errorf("%+v\n%s", s, reasons(s))
	}
}
