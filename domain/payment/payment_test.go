package payment_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/payment"
	. "ksiega/internal/testkit/given"
)

func TestPayments(t *testing.T) {
	d := payment.Decider()
	about := payment.About{List: "LW/1", Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu", Month: domain.NewMonth(2018, 3)}
	on := domain.NewDate(2018, 4, 5)
	paid := payment.Made{About: about, Amount: 33200, Date: on}
	back := payment.CameBack{About: about, Amount: 33200, Date: on.Add(3)}

	Given(t, d).When(payment.Pay(paid)).Then(paid)
	Given(t, d, paid).When(payment.Pay(paid)).Then()
	other := payment.Pay(paid)
	other.Amount++
	Given(t, d, paid).When(other).Refuse(domain.ErrDiffers)
	other.Amount = 0
	Given(t, d).When(other).Refuse(payment.ErrAmount)

	Given(t, d, paid).When(payment.TakeBack(back)).Then(back)
	Given(t, d, paid, back).When(payment.TakeBack(back)).Then()
	Given(t, d).When(payment.TakeBack(back)).Refuse(payment.ErrNoPayment)
	more, early, nothing := payment.TakeBack(back), payment.TakeBack(back), payment.TakeBack(back)
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
