package findings

import (
	"slices"
	"strconv"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/domain/refund"
	"ksiega/internal/position"
)

// Claim is a claim as it is at some moment.
type Claim struct {
	Claim, Agreement string
	Given            bool          // the amount was stated
	Stated, Computed domain.Grosze // when it was submitted
	Totals           refund.Totals
	Submitted        domain.Date
	Accepted         domain.Date // 0: it was not
	Events           []position.Position
	// SubmittedBy is how many of the events submitted it; the rest accepted it.
	SubmittedBy int
	// ReplacedBy is the correction that took its place, and Replacing what submitted that.
	ReplacedBy string
	Replacing  []position.Position
}

// Found: the amount stated is not the one computed, or the amount accepted is not the
// one claimed, or a claim that was corrected is owed for as well as its correction. A
// returned claim was not accepted at all. It fails with domain.ErrUncountable.
func (c Claim) Found() (all []Found, err error) {
	if err := c.Totals.Err(); err != nil {
		return nil, err
	}
	f := Found{Kind: finding.RefundDifference, Subjects: []string{c.Claim, c.Agreement}, From: c.Submitted, To: c.Submitted}
	add := func(f Found, what string, amount domain.Grosze, events ...position.Position) {
		f.ID, f.Amount, f.Events = finding.ID(f.Kind, c.Claim, what), max(amount, -amount), slices.Clone(events)
		all = append(all, f)
	}
	if c.Given && c.Stated != c.Computed {
		add(f, "given", c.Stated-c.Computed, c.Events[:c.SubmittedBy]...)
	}
	if c.Accepted != 0 {
		f.To = c.Accepted
	}
	if c.ReplacedBy != "" && c.Totals.Open() {
		f := f
		f.Subjects = append(slices.Clone(f.Subjects), c.ReplacedBy)
		add(f, "corrected", c.Totals.Outstanding(), slices.Concat(c.Events, c.Replacing)...)
	}
	if c.Totals.Decided && !c.Totals.IsReturned && c.Totals.Accepted != c.Totals.Claimed {
		add(f, "accepted", c.Totals.Claimed-c.Totals.Accepted, c.Events...)
	}
	return all, nil
}

// Receipt is money of a line of a statement that a claim has.
type Receipt struct {
	Claim, Agreement string
	On               domain.Date
	Amount           domain.Grosze
	Event            position.Position
}

// ReceivedUnmatched tells of money that a claim has of a line which is not matched to it.
// A match writes the statement first and undoing it the claim, so that where two servers
// do both at once, and the power goes before the match looks whether it still stands, the
// money stays where it no longer belongs. Undoing the match once more, with the claim
// named, gives it back.
func ReceivedUnmatched(statement string, line int, booked position.Position, r Receipt) Found {
	return Found{ID: finding.ID(finding.ReceivedUnmatched, r.Claim, statement, strconv.Itoa(line)), Kind: finding.ReceivedUnmatched,
		Subjects: []string{r.Claim, r.Agreement}, From: r.On, To: r.On, Amount: r.Amount, Events: []position.Position{r.Event, booked}}
}
