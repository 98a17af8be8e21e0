package findings

import (
	"math/bits"
	"slices"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Month is what a contract's month of work comes to at some moment.
type Month struct {
	Agreement, Contract, Participant string
	Month                            domain.Month
	Minutes                          domain.Minutes
	Benefit, Refunded, Paid          domain.Grosze // rounded
	PaidOn                           domain.Date   // the last payment
	Claims                           []Share       // that stand
}

// Share is what a claim asks for the month.
type Share struct {
	Claim   string
	Minutes domain.Minutes
	Refund  domain.Grosze
	Event   position.Position
}

// Found compares benefit, payments and claims of a month. Hours are compared once the
// month is over; where some were taken back after they were claimed, the claim asks
// more than they come to now. It fails with domain.ErrUncountable.
func (m Month) Found() (all []Found, err error) {
	unpaid, err := domain.Less(m.Benefit, m.Paid)
	if err != nil {
		return nil, err
	}
	f := Found{Subjects: []string{m.Participant, m.Contract, m.Agreement}, People: []string{m.Participant},
		From: m.Month.First(), To: m.Month.Last(), Minutes: m.Minutes}
	if m.Benefit != m.Paid {
		f := f
		f.Kind, f.Amount, f.After = finding.WorkedNotPaid, unpaid, m.Month.Last()
		if f.Amount < 0 {
			f.Kind, f.Amount = finding.PaidNotWorked, -f.Amount
		}
		f.ID = finding.ID(f.Kind, m.Contract, m.Month.String())
		all = append(all, f)
	}
	if m.Paid >= m.Benefit && m.Refunded > 0 && len(m.Claims) == 0 {
		f := f
		f.Kind, f.Amount, f.ID = finding.NotClaimed, m.Refunded, finding.ID(finding.NotClaimed, m.Contract, m.Month.String())
		// A month's claim asks for what was paid in the month before.
		f.After = m.PaidOn.Month().Last().Add(1).Month().Last()
		all = append(all, f)
	}
	claimed := domain.Grosze(0)
	for _, share := range m.Claims {
		if claimed, err = domain.Plus(claimed, share.Refund); err != nil {
			return nil, err
		}
		all = append(all, m.claim(f, share, unpaid)...)
	}
	if over := claimed - m.Refunded; len(m.Claims) > 1 && over > 0 {
		f := f
		f.Kind, f.Amount, f.ID = finding.ClaimedTwice, over, finding.ID(finding.ClaimedTwice, m.Contract, m.Month.String())
		f.Subjects = slices.Clone(f.Subjects)
		for _, share := range m.Claims {
			f.Subjects, f.Events = append(f.Subjects, share.Claim), append(f.Events, share.Event)
		}
		all = append(all, f)
	}
	return all, nil
}

// claim compares what a claim asks for with what was paid and worked.
func (m Month) claim(f Found, share Share, unpaid domain.Grosze) (all []Found) {
	f.Events = []position.Position{share.Event}
	if share.unpaid(m) {
		less := f
		less.Kind, less.Amount = finding.ClaimedNotPaid, max(unpaid, share.Refund-m.Paid)
		less.ID = finding.ID(finding.ClaimedNotPaid, m.Contract, m.Month.String(), share.Claim)
		less.Subjects = append(slices.Clone(f.Subjects), share.Claim)
		all = append(all, less)
	}
	if share.Refund > m.Refunded {
		f.Kind, f.Amount, f.After = finding.RefundDifference, share.Refund-m.Refunded, m.Month.Last()
		f.ID = finding.ID(finding.RefundDifference, share.Claim, m.Contract)
		f.Subjects = []string{share.Claim, m.Contract, m.Participant, m.Agreement}
		all = append(all, f)
	}
	return all
}

// unpaid says whether less was paid than the hours that were claimed come to, or
// than is claimed of them. Hours added since the claim are left out in
// proportion; rounding may cost a grosz.
func (s Share) unpaid(m Month) bool {
	if s.Refund <= 0 || m.Paid < s.Refund {
		return s.Refund > 0
	}
	claimed := min(s.Minutes, m.Minutes)
	if claimed == m.Minutes {
		return m.Paid < m.Benefit
	}
	paidHigh, paidLow := bits.Mul64(uint64(m.Paid)+1, uint64(m.Minutes))
	high, low := bits.Mul64(uint64(m.Benefit), uint64(claimed))
	return paidHigh < high || paidHigh == high && paidLow < low
}

// Sum is what several claims for an agreement's month ask at some moment beside its refund.
type Sum struct {
	Agreement string
	Month     domain.Month
	Left      []domain.Grosze // of each contract's refund, by the shares of all claims
	Claims    []Stated        // that stand
}

// Stated is what a claim asks for in all, and what its shares come to.
type Stated struct {
	Claim             string
	Claimed, Computed domain.Grosze
	Event             position.Position
}

// Found tells where claims ask in all for more than the month's refund. What their shares
// ask of each contract is compared for itself: this is about amounts that were stated. It
// fails with domain.ErrUncountable.
func (s Sum) Found() (all []Found, err error) {
	f := Found{ID: finding.ID(finding.ClaimedTwice, s.Agreement, s.Month.String(), "sum"), Kind: finding.ClaimedTwice, Subjects: []string{s.Agreement},
		From: s.Month.First(), To: s.Month.Last()}
	for _, left := range s.Left {
		if f.Amount, err = domain.Less(f.Amount, left); err != nil {
			return nil, err
		}
	}
	for _, c := range s.Claims {
		stated, err := domain.Less(c.Claimed, c.Computed)
		if err == nil {
			f.Amount, err = domain.Plus(f.Amount, stated)
		}
		if err != nil {
			return nil, err
		}
		f.Subjects, f.Events = append(f.Subjects, c.Claim), append(f.Events, c.Event)
	}
	if len(s.Claims) < 2 || f.Amount <= 0 {
		return nil, nil
	}
	return []Found{f}, nil
}
