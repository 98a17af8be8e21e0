package agreement_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	. "ksiega/internal/testkit/given"
)

func amended(claim string, next ...refund.Submitted) agreement.ClaimAmendmentReserved {
	e := agreement.ClaimAmendmentReserved{About: about(claim), On: domain.NewDate(2018, 4, 10), Attempt: 1}
	if len(next) > 0 {
		e.Next = next[0]
	}
	return e
}

// A claim is taken back, or becomes another, by one decision: from then on nobody answers
// or corrects it, and it keeps the months that it has and is to have.
func TestAClaimIsAmended(t *testing.T) {
	d := agreement.Decider()
	first, withdraw := reserved("W/1", "", "S/1"), agreement.AmendClaim{Claim: "W/1"}
	Given(t, d, concluded()).When(withdraw).Refuse(agreement.ErrNoClaim)
	Given(t, d, concluded(), first).When(withdraw).Then(amended("W/1"))
	Given(t, d, concluded(), first, amended("W/1")).When(withdraw).Then()
	Given(t, d, concluded(), first, answered("W/1", 2, refund.OutcomeReturned)).When(withdraw).Refuse(domain.ErrNamed)
	Given(t, d, concluded(), first, reserved("K/1", "W/1", "S/1")).When(withdraw).Refuse(domain.ErrNamed)
	Given(t, d, concluded(), first, amended("W/1")).When(answer("W/1", 2, refund.OutcomeAccepted)).Refuse(agreement.ErrAmending)
	Given(t, d, concluded(), first, amended("W/1")).When(agreement.ReserveClaim{Asked: asked("K/1", "W/1"), Months: months("S/1")}).Refuse(agreement.ErrAmending)

	anew := agreement.AmendClaim{Claim: "W/1", Next: &agreement.ReserveClaim{Asked: asked("W/1", ""), Months: months("S/1", "S/2")}}
	both := reserved("W/1", "", "S/1", "S/2")
	becomes := amended("W/1", both.Submitted)
	Given(t, d, concluded(), first).When(anew).Then(becomes)
	Given(t, d, concluded(), first, becomes).When(anew).Then()
	Given(t, d, concluded(), first, becomes).When(withdraw).Refuse(agreement.ErrAmending)
	other := anew
	other.Next = &agreement.ReserveClaim{Asked: asked("W/1", ""), Months: months("S/2")}
	other.Next.Asked.On++
	Given(t, d, concluded(), first, becomes).When(other).Refuse(agreement.ErrAmending)
	Given(t, d, concluded(), first, reserved("W/2", "", "S/2")).When(other).Refuse(refund.ErrNotReady)

	// The months of both are kept until the claim's own stream has heard it.
	less := amended("W/1", reserved("W/1", "", "S/2").Submitted)
	for _, contract := range []string{"S/1", "S/2"} {
		Given(t, d, concluded(), first, less).When(agreement.ReserveClaim{Asked: asked("W/3", ""), Months: months(contract)}).Refuse(refund.ErrNotReady)
	}
	taken := agreement.ReserveClaim{Asked: asked("W/3", ""), Months: months("S/1"), Void: void("W/1", 1)}
	Given(t, d, concluded(), first, less).When(taken).Then(released("W/1", 1), agreement.ClaimReserved{Submitted: less.Next}, reserved("W/3", "", "S/1"))
	// One that was returned does not come to ask for what another is about to.
	back := agreement.AnswerClaim{Claim: "W/9", On: domain.NewDate(2018, 5, 2), Outcome: refund.OutcomeReturned, Withdraw: true}
	Given(t, d, concluded(), reserved("W/9", "", "S/2"), answered("W/9", 2, refund.OutcomeReturned), first, less).When(back).Refuse(agreement.ErrClaimed)

	keep := agreement.KeepClaim{Reserved: void("W/1", 1)[0]}
	kept := agreement.ClaimAmendmentReleased{About: about("W/1"), On: domain.NewDate(2018, 4, 10), Attempt: 1}
	Given(t, d, concluded(), first, becomes).When(keep).Then(kept)
	Given(t, d, concluded(), first, becomes, kept).When(keep).Then()
	Given(t, d, concluded(), first, becomes, kept).When(answer("W/1", 2, refund.OutcomeAccepted)).Then(answered("W/1", 2, refund.OutcomeAccepted))
}
