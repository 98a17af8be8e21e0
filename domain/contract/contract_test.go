package contract_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/contract"
	. "ksiega/domain/given"
)

func day(y, m, d int) domain.Date {
	date, err := domain.CheckedDate(y, m, d)
	if err != nil {
		panic(err)
	}
	return date
}

var terms = contract.Terms{Contract: "S/1", Kind: contract.Referral, Programme: "psu", Participant: "U1", Agreement: "P/1",
	Concluded: day(2018, 2, 7), From: day(2018, 2, 8), To: day(2018, 12, 31), Weekly: 600}

func life(y, m, d int) contract.Life {
	return contract.Life{Contract: "S/1", Participant: "U1", Programme: "psu", Agreement: "P/1", On: day(y, m, d)}
}

func on(y, m, d int) contract.Change { return contract.Change{On: day(y, m, d)} }

func TestSigning(t *testing.T) {
	d := contract.Decider()
	signed := contract.Signed{Terms: terms}
	Given(t, d).When(contract.Sign{Terms: terms}).Then(signed)
	Given(t, d, signed).When(contract.Sign{Terms: terms}).Then()
	other := terms
	other.Weekly = 300
	Given(t, d, signed).When(contract.Sign{Terms: other}).Refuse(domain.ErrDiffers)
	Given(t, d).When(contract.Draft{Terms: terms, On: day(2018, 2, 1)}).Then(contract.Drafted{Terms: terms, On: day(2018, 2, 1)})
	Given(t, d, contract.Drafted{Terms: terms}).When(contract.Sign{Terms: other}).Then(contract.Signed{Terms: other})
	Given(t, d, contract.Drafted{Terms: terms}).When(contract.Suspend{Change: on(2018, 3, 1)}).Refuse(contract.ErrNotSigned)
	Given(t, d).When(contract.Suspend{Change: on(2018, 3, 1)}).Refuse(contract.ErrUnknown)

	for _, c := range []struct {
		spoil func(*contract.Terms)
		want  error
	}{
		{func(t *contract.Terms) { t.To = t.From - 1 }, contract.ErrPeriod},
		{func(t *contract.Terms) { t.Kind = "other" }, contract.ErrKind},
		{func(t *contract.Terms) { t.Agreement = "" }, contract.ErrNoAgreement},
		{func(t *contract.Terms) { t.Weekly = -1 }, contract.ErrNegative},
	} {
		bad := terms
		c.spoil(&bad)
		Given(t, d).When(contract.Sign{Terms: bad}).Refuse(c.want)
	}
}

func TestLife(t *testing.T) {
	d := contract.Decider()
	signed := contract.Signed{Terms: terms}
	suspended := contract.Suspended{Life: life(2018, 3, 1)}
	resumed := contract.Resumed{Life: life(2018, 4, 1)}
	ended := contract.Terminated{Life: life(2018, 6, 30)}

	Given(t, d, signed).When(contract.Suspend{Change: on(2018, 3, 1)}).Then(suspended)
	Given(t, d, signed, suspended).When(contract.Suspend{Change: on(2018, 3, 1)}).Then()
	Given(t, d, signed, suspended).When(contract.Suspend{Change: on(2018, 3, 2)}).Refuse(contract.ErrSuspended)
	Given(t, d, signed, suspended).When(contract.Resume{Change: on(2018, 4, 1)}).Then(resumed)
	Given(t, d, signed).When(contract.Resume{Change: on(2018, 4, 1)}).Refuse(contract.ErrNotSuspended)
	Given(t, d, signed, suspended, resumed).When(contract.Suspend{Change: on(2018, 5, 1)}).Then(contract.Suspended{Life: life(2018, 5, 1)})
	Given(t, d, signed).When(contract.Terminate{Change: on(2018, 6, 30)}).Then(ended)
	Given(t, d, signed, ended).When(contract.Amend{Change: on(2018, 7, 1), Weekly: 300}).Refuse(contract.ErrEnded)
	Given(t, d, signed, ended).When(contract.Terminate{Change: on(2018, 6, 30)}).Then()
	Given(t, d, signed).When(contract.Complete{Change: on(2018, 1, 1)}).Refuse(contract.ErrBeforeStart)
	Given(t, d, signed).When(contract.Complete{}).Refuse(contract.ErrNoDay)
	Given(t, d, signed).When(contract.RecordBreach{Change: on(2018, 5, 5)}).Then(contract.Breached{Life: life(2018, 5, 5)})
	Given(t, d, signed).When(contract.Suspend{Change: on(2018, 3, 2), Until: day(2018, 3, 1)}).Refuse(contract.ErrPeriod)

	s := d.Fold(signed, suspended, resumed, ended)
	if s.Status != contract.StatusTerminated || s.Terms.To != day(2018, 6, 30) || s.First.To != terms.To ||
		len(s.Suspensions) != 1 || s.Suspensions[0] != (contract.Span{From: day(2018, 3, 1), Until: day(2018, 3, 31)}) {
		t.Fatalf("got %+v", s)
	}
	if a := d.Fold(signed, contract.Amended{Life: life(2018, 5, 1), Weekly: 300, To: day(2018, 11, 30)}); a.Terms.Weekly != 300 || a.Terms.To != day(2018, 11, 30) {
		t.Fatalf("amended to %+v", a.Terms)
	}
	amended := d.Fold(signed, contract.Amended{Life: life(2018, 5, 1), Weekly: 300, Rate: 2000})
	if before, after := amended.On(day(2018, 4, 30)), amended.On(day(2018, 5, 1)); before.Weekly != 600 || before.Rate != 0 || after.Weekly != 300 || after.Rate != 2000 {
		t.Fatalf("an amendment binds before its day: %+v, %+v", before, after)
	}
}
