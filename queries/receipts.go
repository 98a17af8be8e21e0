package queries

import (
	"context"
	"strconv"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// strayReceipts: a claim has the money of a line that is not matched to it. A match
// writes the statement first and undoing it the claim, so that where two servers do
// both at once, and the power goes before the match looks whether it still stands, the
// money stays where it no longer belongs. Undoing the match once more, with the claim
// named, gives it back.
func strayReceipts(ctx context.Context, q *question) ([]found, error) {
	type line struct {
		statement string
		n         int
	}
	type receipt struct {
		claim projections.RefundClaim
		fact  projections.RefundFact
	}
	view := q.view(projections.Refunds())
	claims, err := projections.RefundClaims().Every(ctx, view)
	if err != nil {
		return nil, err
	}
	held := map[line][]receipt{}
	for _, it := range claims {
		for _, f := range it.Row.Facts {
			if f.Kind == projections.FactReceived && f.Statement != "" && !q.cut(f.On) {
				at := line{f.Statement, f.Line}
				held[at] = append(held[at], receipt{it.Row, f})
			}
		}
	}
	open, err := projections.UnmatchedLines().Every(ctx, view)
	if err != nil {
		return nil, err
	}
	booked := map[line]projections.BankLine{}
	for _, it := range open {
		booked[line{it.Row.Statement, it.Row.Line}] = it.Row
	}
	var all []found
	for at, receipts := range held {
		l, unmatched := booked[at]
		if !unmatched && len(receipts) == 1 {
			continue // the line and the claim that has its money agree
		}
		if !unmatched {
			var there bool
			if l, there, err = projections.BankLines().Find(ctx, view, domain.Escape(at.statement), projections.LineField(at.n)); err != nil {
				return nil, err
			}
			if !there {
				continue
			}
		}
		for _, r := range receipts {
			if r.claim.Claim == l.Claim {
				continue
			}
			all = append(all, found{id: finding.ID(finding.ReceivedUnmatched, r.claim.Claim, at.statement, strconv.Itoa(at.n)), kind: finding.ReceivedUnmatched,
				subjects: []string{r.claim.Claim, r.claim.Agreement}, from: r.fact.On, to: r.fact.On, amount: r.fact.Amount,
				events: []journal.Position{r.fact.Event, l.Event}})
		}
	}
	return all, nil
}
