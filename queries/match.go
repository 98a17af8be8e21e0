package queries

import (
	"context"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/projections"
)

// Match is a line that certainly pays a claim, or pays it back.
type Match struct {
	Statement    string
	Line         int
	Claim        string
	AmountGrosze domain.Grosze // as booked: negative is outgoing
}

// CertainMatches are the unmatched lines whose title names exactly one claim
// that the amount goes into: an incoming one into what an open claim owes, an
// outgoing one into what is to be paid back on one that was reclaimed by then. Lines are taken
// in the order of booking, each counting for the next. It reads at least what is
// recorded when it is called.
func (d *Desk) CertainMatches(ctx context.Context) ([]Match, error) {
	head, err := d.opts.Journal.Head(ctx)
	if err != nil {
		return nil, err
	}
	least := head.Bound()
	refunds := []projections.Projection{projections.Refunds()}
	read := func(fn func(map[string]projections.View) error) error { return d.read(ctx, "", least, refunds, fn) }
	if d.opts.Runner == nil {
		// Nobody here says when Redis has seen what is recorded.
		read = func(fn func(map[string]projections.View) error) error { return d.latest(ctx, least, refunds, fn) }
	}
	var matches []Match
	err = read(func(views map[string]projections.View) error {
		q := &question{desk: d, views: views, reader: Reader{SeesText: true}}
		lines, err := unmatchedLines(ctx, q)
		if err != nil {
			return err
		}
		claims, err := standingClaims(ctx, q)
		if err != nil {
			return err
		}
		matches, err = d.certain(ctx, lines, claims)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("match lines: %w", err)
	}
	return matches, nil
}

func (d *Desk) certain(ctx context.Context, lines []projections.BankLine, claims []standingClaim) ([]Match, error) {
	matches := []Match{}
	may := make([]*standingClaim, 0, len(claims))
	for _, l := range lines {
		may = may[:0]
		for i := range claims {
			if owes(claims[i].totals, l.Amount) > 0 && (l.Amount > 0 || claims[i].reclaimedBy(l.Date)) {
				may = append(may, &claims[i])
			}
		}
		if len(may) == 0 {
			continue
		}
		title, err := d.title(ctx, l)
		if err != nil {
			return nil, err
		}
		inTitle := named(title, claims)
		may = slices.DeleteFunc(may, func(c *standingClaim) bool { return !inTitle[c.Claim] })
		if len(may) != 1 || magnitude(l.Amount) > owes(may[0].totals, l.Amount) {
			continue
		}
		may[0].totals = may[0].totals.Add(refund.Received{Amount: l.Amount})
		matches = append(matches, Match{l.Statement, l.Line, may[0].Claim, l.Amount})
	}
	return matches, nil
}

// reclaimedBy says whether the labour office had asked money back by a day:
// nobody pays back what nobody asked for.
func (c standingClaim) reclaimedBy(day domain.Date) bool {
	return slices.ContainsFunc(c.Facts, func(f projections.RefundFact) bool { return f.Kind == projections.FactReclaimed && f.On <= day })
}
