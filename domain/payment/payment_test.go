package payment_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/payment"
	. "ksiega/internal/testkit/given"
)

func pay(e payment.Made) payment.Pay {
	return payment.Pay{About: e.About, Amount: e.Amount, Date: e.Date}
}

func take(e payment.CameBack) payment.TakeBack {
	return payment.TakeBack{About: e.About, Amount: e.Amount, Date: e.Date}
}

// A payment, and its coming back, are corrected and withdrawn; a payment that came back
// stays until that is withdrawn, and what was withdrawn can be recorded again.
func TestPaymentsAreTakenBack(t *testing.T) {
	d := payment.Decider()
	about := payment.About{List: "LW/1", Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu", Month: domain.NewMonth(2018, 3)}
	on := domain.NewDate(2018, 4, 5)
	paid, back := payment.Made{About: about, Amount: 33200, Date: on}, payment.CameBack{About: about, Amount: 30000, Date: on.Add(3)}
	gone := payment.Withdrawn{About: about, Amount: 33200, Date: on, Reason: "r"}
	backGone := payment.Withdrawn{About: about, CameBack: true, Amount: 30000, Date: on.Add(3), Reason: "r"}
	out, outBack := pay(paid), take(back)
	out.Amend, outBack.Amend = domain.Amend{Withdraw: true, Reason: "r"}, domain.Amend{Withdraw: true, Reason: "r"}
	Given(t, d, paid).When(out).Then(gone)
	Given(t, d, paid, gone).When(out).Then()
	Given(t, d).When(out).Refuse(domain.ErrNothingToWithdraw)
	Given(t, d, paid, gone).When(pay(paid)).Then(paid)
	Given(t, d, paid, back).When(out).Refuse(domain.ErrNamed)
	Given(t, d, paid, back).When(outBack).Then(backGone)
	Given(t, d, paid, back, backGone).When(out).Then(gone)

	fix := pay(paid)
	fix.Amount, fix.Amend = 31000, domain.Amend{Correct: true, Reason: "r"}
	fixed := payment.Made{About: about, Amount: 31000, Date: on}
	Given(t, d, paid).When(fix).Then(gone, fixed)
	Given(t, d, paid, back).When(fix).Then(gone, fixed)
	Given(t, d, paid, gone, fixed).When(fix).Then()
	fix.Amount = 29999
	Given(t, d, paid, back).When(fix).Refuse(payment.ErrTooMuch)
	fix.Date += 10
	fix.Amount = 31000
	Given(t, d, paid, back).When(fix).Refuse(payment.ErrEarlier)
	fixBack := take(back)
	fixBack.Amount, fixBack.Amend = 100, domain.Amend{Correct: true, Reason: "r"}
	Given(t, d, paid, back).When(fixBack).Then(backGone, payment.CameBack{About: about, Amount: 100, Date: on.Add(3)})
	if sum, err := d.Fold(paid, back, backGone, gone, fixed).PaidBy(about.Month, on.Add(9)); err != nil || sum != 31000 {
		t.Errorf("%s was paid, %v", sum, err)
	}
}

func TestPayments(t *testing.T) {
	d := payment.Decider()
	about := payment.About{List: "LW/1", Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu", Month: domain.NewMonth(2018, 3)}
	on := domain.NewDate(2018, 4, 5)
	paid := payment.Made{About: about, Amount: 33200, Date: on}
	back := payment.CameBack{About: about, Amount: 33200, Date: on.Add(3)}

	Given(t, d).When(pay(paid)).Then(paid)
	Given(t, d, paid).When(pay(paid)).Then()
	other := pay(paid)
	other.Amount++
	Given(t, d, paid).When(other).Refuse(domain.ErrDiffers)
	other.Amount = 0
	Given(t, d).When(other).Refuse(payment.ErrAmount)

	Given(t, d, paid).When(take(back)).Then(back)
	Given(t, d, paid, back).When(take(back)).Then()
	Given(t, d).When(take(back)).Refuse(payment.ErrNoPayment)
	more, early, nothing := take(back), take(back), take(back)
	more.Amount++
	early.Date = on - 1
	nothing.Amount = -1
	Given(t, d, paid).When(more).Refuse(payment.ErrTooMuch)
	Given(t, d, paid).When(early).Refuse(payment.ErrEarlier)
	Given(t, d, paid).When(nothing).Refuse(payment.ErrAmount)
	Given(t, d, paid, back).When(more).Refuse(domain.ErrDiffers)

	s := d.Fold(paid, back)
	by := func(day domain.Date) domain.Grosze {
		sum, err := s.PaidBy(about.Month, day)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	if by(on-1) != 0 || by(on) != 33200 || by(on.Add(3)) != 0 {
		t.Fatal("paid by a day is wrong")
	}
}
