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

	keep := agreement.KeepClaim{Reserved: void("W/1", 1)[0], Amendment: 1}
	kept := agreement.ClaimAmendmentReleased{About: about("W/1"), On: domain.NewDate(2018, 4, 10), Attempt: 1}
	Given(t, d, concluded(), first, becomes).When(keep).Then(kept)
	Given(t, d, concluded(), first, becomes, kept).When(keep).Then()
	Given(t, d, concluded(), first, becomes, kept, becomes).When(keep).Then() // which another has decided since
	Given(t, d, concluded(), first, becomes, kept).When(answer("W/1", 2, refund.OutcomeAccepted)).Then(answered("W/1", 2, refund.OutcomeAccepted))
}

// A claim is moved: the agreement that it goes to keeps its months as those of any claim, its
// own agrees where nothing stands on it, and keeps answers and corrections off from then on.
func TestAClaimIsMoved(t *testing.T) {
	d := agreement.Decider()
	from := refund.Under{Agreement: "P/0", Attempt: 3}
	reserve := agreement.ReserveClaim{Asked: asked("W/1", ""), Months: months("S/1"), From: from}
	first, here := reserved("W/1", "", "S/1"), agreement.ClaimMoveReserved{Submitted: reserved("W/1", "", "S/1").Submitted, From: from}
	Given(t, d, concluded()).When(reserve).Then(here)
	Given(t, d, concluded(), here).When(reserve).Then()
	Given(t, d, concluded(), reserved("W/2", "", "S/1")).When(reserve).Refuse(refund.ErrNotReady)
	Given(t, d, concluded(), here).When(agreement.ReserveClaim{Asked: asked("W/2", ""), Months: months("S/1")}).Refuse(refund.ErrNotReady)
	given := void("W/1", 1)
	given[0].From = from
	Given(t, d, concluded(), here).When(agreement.ReleaseClaims{Void: void("W/1", 1)}).Then()
	Given(t, d, concluded(), here).When(agreement.ReleaseClaims{Void: given}).Then(released("W/1", 1))

	move := agreement.AmendClaim{Claim: "W/1", To: "P/2"}
	agreed := agreement.ClaimMoveAgreed{About: about("W/1"), On: domain.NewDate(2018, 4, 10), Attempt: 1, To: "P/2"}
	Given(t, d, concluded(), first).When(move).Then(agreed)
	Given(t, d, concluded(), first, agreed).When(move).Then()
	Given(t, d, concluded(), first, agreed).When(agreement.AmendClaim{Claim: "W/1", To: "P/3"}).Refuse(agreement.ErrAmending)
	Given(t, d, concluded(), first, agreed).When(agreement.AmendClaim{Claim: "W/1"}).Refuse(agreement.ErrAmending)
	Given(t, d, concluded(), first, agreed).When(answer("W/1", 2, refund.OutcomeAccepted)).Refuse(agreement.ErrAmending)
	Given(t, d, concluded(), first, agreed).When(agreement.ReserveClaim{Asked: asked("K/1", "W/1"), Months: months("S/1")}).Refuse(agreement.ErrAmending)
	Given(t, d, concluded(), first, answered("W/1", 2, refund.OutcomeReturned)).When(move).Refuse(domain.ErrNamed)
	Given(t, d, concluded(), first, agreed).When(agreement.ReleaseClaims{Void: void("W/1", 1)}).Then(released("W/1", 1))
	kept := agreement.ClaimAmendmentReleased{About: about("W/1"), On: domain.NewDate(2018, 4, 10), Attempt: 1}
	Given(t, d, concluded(), first, agreed).When(agreement.KeepClaim{Reserved: void("W/1", 1)[0], Amendment: 1}).Then(kept)
	Given(t, d, concluded(), first, agreed, kept).When(answer("W/1", 2, refund.OutcomeAccepted)).Then(answered("W/1", 2, refund.OutcomeAccepted))
}

// What is about to correct a claim takes its place as what does: nobody else corrects it, and
// what was returned does not come to.
func TestWhatIsAboutToCorrectAClaim(t *testing.T) {
	d := agreement.Decider()
	becomes := amended("K/1", reserved("K/1", "W/1", "S/1").Submitted)
	first, other, returned := reserved("W/1", "", "S/1"), reserved("K/1", "", "S/2"), reserved("K/0", "W/1", "S/1")
	amount := domain.Grosze(100)
	Given(t, d, concluded(), first, other, becomes).When(agreement.ReserveClaim{Asked: asked("K/2", "W/1"), Amount: &amount}).Refuse(agreement.ErrAmending)
	back := agreement.AnswerClaim{Claim: "K/0", On: domain.NewDate(2018, 5, 2), Outcome: refund.OutcomeReturned, Withdraw: true}
	Given(t, d, concluded(), first, returned, answered("K/0", 2, refund.OutcomeReturned), other, becomes).When(back).Refuse(agreement.ErrAmending)
}
