package queries

import (
	"context"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
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

// CertainMatches are the unmatched lines whose title names exactly one claim that
// the amount goes into, and that no other line explains better: an incoming one into
// what an open claim owes, an outgoing one into what is to be paid back on one that was
// reclaimed by then. What comes to the grosz to what is due is decided first. It reads
// at least what is recorded when it is called.
func (d *Reader) CertainMatches(ctx context.Context) ([]Match, error) {
	var matches []Match
	err := d.current(ctx, []projections.Projection{projections.Refunds()}, func(views map[string]projections.View) error {
		q := &question{reader: d, views: views, who: access.By("automat", access.Automatic, access.Automaton), op: access.Report("unmatched-lines")}
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

// certain decides over all lines and claims together. A match that was cut short is
// completed; a line of which somebody undid a match is left to people.
func (d *Reader) certain(ctx context.Context, lines []projections.BankLine, claims []standingClaim) ([]Match, error) {
	s := settling{claims: claims}
	titles, matches := readerOf(claims), []Match{}
	places := map[string]int{}
	for i, c := range claims {
		if _, known := places[c.Claim]; !known {
			places[c.Claim] = i
		}
	}
	for _, l := range lines {
		if l.Undone {
			continue
		}
		if l.Claim != "" {
			if i, known := places[l.Claim]; known {
				claims[i].totals = claims[i].totals.Add(refund.Received{Amount: l.Amount})
			}
			matches = append(matches, Match{l.Statement, l.Line, l.Claim, l.Amount})
			continue
		}
		title, err := d.title(ctx, l)
		if err != nil {
			return nil, err
		}
		s.lines = append(s.lines, openLine{BankLine: l, titled: titles.named(title), interest: interest(title)})
	}
	s.decide()
	for i := range s.lines {
		if l := &s.lines[i]; l.taken {
			matches = append(matches, Match{l.Statement, l.Line, l.Claim, l.Amount})
		}
	}
	return matches, nil
}

// reclaimedBy says whether the labour office had asked money back by a day:
// nobody pays back what nobody asked for.
func (c standingClaim) reclaimedBy(day domain.Date) bool {
	return slices.ContainsFunc(c.Facts, func(f projections.RefundFact) bool { return f.Kind == projections.FactReclaimed && f.On <= day })
}
