package agreement_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/programme"
	. "ksiega/internal/testkit/given"
)

func TestAgreement(t *testing.T) {
	d := agreement.Decider()
	terms := agreement.Terms{Agreement: "P/1", Concluded: domain.NewDate(2018, 2, 6), From: domain.NewDate(2018, 2, 8),
		To: domain.NewDate(2018, 12, 31), RefundPercent: 60, MonthlyCap: 2400}
	full := terms
	full.Regime, full.Basis = programme.OldRegime, agreement.Statutory
	concluded := agreement.Concluded{Terms: full}

	Given(t, d).When(agreement.Conclude{Terms: terms}).Then(concluded)
	Given(t, d, concluded).When(agreement.Conclude{Terms: terms}).Then()
	for _, c := range []struct {
		spoil func(*agreement.Terms)
		want  error
	}{
		{func(t *agreement.Terms) { t.RefundPercent = 55 }, domain.ErrDiffers},
		{func(t *agreement.Terms) { t.To = t.From - 1 }, agreement.ErrPeriod},
		{func(t *agreement.Terms) { t.RefundPercent = 61 }, agreement.ErrRefundShare},
		{func(t *agreement.Terms) { t.RefundPercent = 0 }, agreement.ErrRefundShare},
		{func(t *agreement.Terms) { t.MonthlyCap = -1 }, agreement.ErrNegative},
		{func(t *agreement.Terms) {
			t.ForCarers, t.RefundPercent, t.Concluded = true, 90, domain.NewDate(2025, 6, 1)
		}, agreement.ErrRefundShare},
	} {
		bad := terms
		c.spoil(&bad)
		Given(t, d, concluded).When(agreement.Conclude{Terms: bad}).Refuse(c.want)
	}
	carers := terms
	carers.ForCarers, carers.RefundPercent = true, 100
	want := full
	want.ForCarers, want.RefundPercent = true, 100
	Given(t, d).When(agreement.Conclude{Terms: carers}).Then(agreement.Concluded{Terms: want})

	referral := agreement.ReferralListed{Agreement: "P/1", Contract: "S/1", Participant: "U1"}
	Given(t, d).When(agreement.ListReferral{Referral: referral}).Refuse(agreement.ErrUnknown)
	Given(t, d, concluded).When(agreement.ListReferral{Referral: referral}).Then(referral)
	Given(t, d, concluded, referral).When(agreement.ListReferral{Referral: referral}).Then()
}
