package agreement_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/listing"
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
		{func(t *agreement.Terms) { t.RefundDueDays = -1 }, agreement.ErrNegative},
		{func(t *agreement.Terms) { t.RefundDueDays = domain.MaxCount + 1 }, domain.ErrTooLarge},
		{func(t *agreement.Terms) { t.RefundDueDays = 30 }, domain.ErrDiffers},
		{func(t *agreement.Terms) { t.Ground = agreement.ByApplication }, domain.ErrDiffers},
		{func(t *agreement.Terms) { t.Ground = "umowa" }, agreement.ErrGround},
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

// Terms are corrected whole, also with referrals and claims under them; an agreement is
// taken back where there are none.
func TestAgreementsAreTakenBack(t *testing.T) {
	d := agreement.Decider()
	terms := agreement.Terms{Agreement: "P/1", Concluded: domain.NewDate(2018, 2, 6), From: domain.NewDate(2018, 2, 8),
		To: domain.NewDate(2018, 12, 31), Regime: programme.OldRegime, RefundPercent: 60, Basis: agreement.Statutory}
	right := terms
	right.RefundPercent, right.BaseRate = 50, 2000
	concluded, referral := agreement.Concluded{Terms: terms}, agreement.ReferralListed{Agreement: "P/1", Contract: "S/1", Participant: "U1"}
	fix := agreement.Conclude{Terms: right, Amend: domain.Amend{Correct: true, Reason: "r"}}
	out := agreement.Conclude{Terms: agreement.Terms{Agreement: "P/1"}, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	corrected := agreement.TermsCorrected{Terms: right, Reason: "r"}
	gone := agreement.Withdrawn{Agreement: "P/1", Concluded: terms.Concluded, Reason: "r"}
	Given(t, d, concluded, referral).When(fix).Then(corrected)
	Given(t, d, concluded, referral, corrected).When(fix).Then()
	Given(t, d, concluded, referral).When(out).Refuse(domain.ErrNamed)
	off := agreement.ReferralDelisted(referral)
	Given(t, d, concluded, referral).When(agreement.DelistReferral{Contract: "S/1"}).Then(off)
	Given(t, d, concluded, referral, off).When(agreement.DelistReferral{Contract: "S/1"}).Then()
	Given(t, d, concluded, referral, off).When(agreement.ListReferral{Referral: referral}).Then(referral)
	Given(t, d, concluded, referral, off).When(out).Refuse(domain.ErrOvertaken)
	looked := out
	looked.Checked = listing.Checked{"contract-S%2F1": 1}
	Given(t, d, concluded, referral, off).When(looked).Then(gone)
	Given(t, d, concluded, referral, off, referral, off).When(looked).Refuse(domain.ErrOvertaken)
	Given(t, d, concluded, gone).When(out).Then()
	Given(t, d, concluded, gone).When(agreement.Conclude{Terms: terms}).Then(concluded)
	Given(t, d, concluded, gone).When(agreement.ListReferral{Referral: referral}).Refuse(agreement.ErrUnknown)
	bad := fix
	bad.Terms.RefundPercent = 61
	Given(t, d, concluded).When(bad).Refuse(agreement.ErrRefundShare)
}
