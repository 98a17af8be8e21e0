package commands_test

import (
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/internal/testkit/ledgertest"
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
