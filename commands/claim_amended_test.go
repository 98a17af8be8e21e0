package commands_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// A correction of a claim that is refused leaves the claim as it is.
func TestARefusedCorrectionLeavesTheClaim(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*commands.SubmitClaim){
		"a month without hours":     func(c *commands.SubmitClaim) { c.Month = domain.NewMonth(2018, 7) },
		"a month to come":           func(c *commands.SubmitClaim) { c.Month = domain.NewMonth(2031, 7) },
		"a day to come":             func(c *commands.SubmitClaim) { c.Submitted = domain.NewDate(2031, 7, 1) },
		"before it was paid":        func(c *commands.SubmitClaim) { c.Submitted = domain.NewDate(2018, 3, 31) },
		"corrects an unknown one":   func(c *commands.SubmitClaim) { c.Corrects = "W/9" },
		"corrects itself":           func(c *commands.SubmitClaim) { c.Corrects = "W/1" },
		"of an unknown agreement":   func(c *commands.SubmitClaim) { c.Agreement = "P/9" },
		"of an agreement with none": func(c *commands.SubmitClaim) { c.Agreement = "P/3" },
		"of no amount":              func(c *commands.SubmitClaim) { zero := domain.Grosze(-5); c.AmountGrosze = &zero },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := paid(t)
			l.Import(t, "porozumienia_3.csv", "numer;zawarto;od;do;refundacja\nP/3;06.02.2018;08.02.2018;31.12.2018;60\n")
			if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
				t.Fatal(err)
			}
			before, _ := settled(t, l)
			c := claimFor("W/1", "")
			c.Amendment = commands.Amendment{Correct: true, Reason: "pomyłka"}
			change(&c)
			_, err := l.SubmitClaim(t.Context(), ledgertest.Actor, c)
			if err == nil {
				t.Fatal("it is taken")
			}
			if after, _ := settled(t, l); after["S/1"] != before["S/1"] || before["S/1"] == 0 {
				t.Errorf("refused (%v), and claimed are %v, not %v", err, after, before)
			}
		})
	}
}

// corrected is a decision that takes the place of the one of its day.
func corrected(c commands.RecordClaimDecision) commands.RecordClaimDecision {
	c.Correct, c.CorrectionReason = true, "pomyłka"
	return c
}

// Money comes between an answer's correction in the agreement and in the claim: both hear
// it.
func TestACorrectedAnswerIsHeardByBoth(t *testing.T) {
	l := openClaims(t)
	if err := patiently(t.Context(), l.RecordClaimDecision, decision("W/1", 1, refund.OutcomeAccepted)); err != nil {
		t.Fatal(err)
	}
	slow := *l.Ledger
	slow.Log = commands.NewLog(&meddling{Log: l.Journal, told: func() {
		if _, err := l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: bankID, Line: 2, Claim: "W/1"}); err != nil {
			t.Error(err)
		}
	}}, l.Vault)
	_, err := slow.RecordClaimDecision(t.Context(), ledgertest.Actor, corrected(decision("W/1", 1, refund.OutcomeReturned)))
	if err != nil {
		t.Error(err)
	}
	if a := claimOf(t, l, "W/1").Answers(); len(a) != 1 || a[0].Outcome != refund.OutcomeReturned {
		t.Errorf("the claim has heard %v", a)
	}
}

// An answer that was cut short is withdrawn where its agreement has it, though the claim
// never heard it.
func TestAnAnswerCutShortIsWithdrawn(t *testing.T) {
	for at := range 2 {
		for _, after := range []bool{false, true} {
			l := openClaims(t)
			if _, err := cut(l, 1, false).RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 1, refund.OutcomeReturned)); !errors.Is(err, errPowerLost) {
				t.Fatal(err)
			}
			c := decision("W/1", 1, "")
			c.Withdraw, c.CorrectionReason = true, "pomyłka"
			if at == 0 {
				if _, err := cut(l, at, after).RecordClaimDecision(t.Context(), ledgertest.Actor, c); !errors.Is(err, errPowerLost) {
					t.Errorf("cut short: %v", err)
				}
			}
			if _, err := l.RecordClaimDecision(t.Context(), ledgertest.Actor, c); err != nil {
				t.Error(err)
			}
			if claimed, _ := settled(t, l); claimed["S/1"] != 4860 {
				t.Errorf("%v is claimed", claimed)
			}
			if err := patiently(t.Context(), l.WithdrawClaim, withdrawal("W/1")); err != nil {
				t.Error(err)
			}
		}
	}
}

// before is a log where somebody else records something just before an agreement is told.
type before struct {
	journal.Log
	told func()
}

func (b *before) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if told := b.told; strings.HasPrefix(stream, "agreement-") && told != nil {
		b.told = nil
		told()
	}
	return b.Log.Append(ctx, stream, expected, events...)
}

// A claim is withdrawn, and the power goes, while an answer to it is entered: the answer is
// none of the claim that is submitted under the number later.
func TestAnAnswerToAWithdrawnClaim(t *testing.T) {
	l := openClaims(t)
	slow := *l.Ledger
	slow.Log = commands.NewLog(&before{Log: l.Journal, told: func() {
		if _, err := cut(l, 1, true).WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")); !errors.Is(err, errPowerLost) {
			t.Error(err)
		}
	}}, l.Vault)
	if _, err := slow.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 1, refund.OutcomeReturned)); !errors.Is(err, refund.ErrUnknown) {
		t.Errorf("the answer: %v", err)
	}
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
		t.Fatal(err)
	}
	if claimed, _ := settled(t, l); claimed["S/1"] != 4860 {
		t.Errorf("%v is claimed", claimed)
	}
	if state := stateOf(t, l, "W/1"); state != "submitted" {
		t.Errorf("the report of refunds says %s", state)
	}
}

// stateOf is the state of a claim in the report of refunds.
func stateOf(t *testing.T, l *ledgertest.Ledger, claim string) string {
	t.Helper()
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
	a, err := reader.Ask(t.Context(), "refunds", queries.Request{Who: ledgertest.Actor.Who})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range ledgertest.Rows(&a.Table) {
		if r[0] == claim {
			return r[7].(string)
		}
	}
	return "none"
}

// A claim that was cut short is withdrawn by a row of its file too, which names its agreement.
func TestAClaimCutShortIsWithdrawnByARow(t *testing.T) {
	l := paid(t)
	if _, err := cut(l, 0, true).SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/1", "")); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	const head = "numer;porozumienie;miesiac;zlozono;kwota;powod;wycofanie\n"
	if s := l.Import(t, "wnioski_1.csv", head+"W/1;P/1;;;;pomyłka;tak\n"); s.Accepted != 1 {
		t.Error(reasons(s))
	}
	if s := l.Import(t, "wnioski_2.csv", head+"W/1;P/1;;;;inaczej;tak\n"); s.Known != 1 {
		t.Error(reasons(s))
	}
	if s := l.Import(t, "wnioski_3.csv", head+"W/2;P/1;;;;pomyłka;tak\n"); s.Refused != 1 {
		t.Errorf("one that never was: %+v", s)
	}
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/3", "")); err != nil {
		t.Error(err)
	}
}

// A correction of a claim that was withdrawn corrects nothing, whatever the reason of either.
func TestACorrectionOfAWithdrawnClaim(t *testing.T) {
	t.Parallel()
	l := oneClaim(t)
	c := submittedAnew("W/1", 4000)
	back := withdrawal("W/1")
	back.Reason = c.Reason
	taken(t)(l.WithdrawClaim(t.Context(), ledgertest.Actor, back))
	if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, c); !errors.Is(err, domain.ErrNothingToCorrect) {
		t.Error(err)
	}
	if claimOf(t, l, "W/1").Exists() {
		t.Error("it stands again")
	}
}
