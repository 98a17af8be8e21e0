package queries

import (
	"context"
	"fmt"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/projections"
)

func refundsReport() *Report {
	return &Report{
		Name: "refunds", Title: "Wnioski o refundację",
		Doc: "Kwoty wnioskowane, przyjęte i otrzymane każdego wniosku, z przelewami, które je spłaciły.",
		Params: []Param{
			{Name: "agreement", Doc: "numer porozumienia", Kind: Text},
			{Name: "state", Doc: "stan wniosku", Kind: Text, Words: ClaimStates, Choices: stages()},
		},
		Columns: []Column{
			{Name: "claim", Title: "Wniosek", Kind: Text},
			{Name: "agreement", Title: "Porozumienie", Kind: Text},
			{Name: "month", Title: "Miesiąc", Kind: Month},
			{Name: "claimedGrosze", Title: "Wnioskowano", Kind: Grosze, Sum: true},
			{Name: "acceptedGrosze", Title: "Przyjęto", Kind: Grosze, Sum: true},
			{Name: "receivedGrosze", Title: "Otrzymano", Kind: Grosze, Sum: true},
			{Name: "outstandingGrosze", Title: "Do otrzymania", Kind: Grosze, Sum: true},
			{Name: "state", Title: "Stan", Kind: Text, Words: ClaimStates},
			{Name: "matches", Title: "Przelewy", Kind: List},
		},
		needs: []projections.Projection{projections.Refunds()},
		rows:  refundRows,
	}
}

func stages() []string {
	return []string{string(refund.StagePrepared), string(refund.StageSubmitted), string(refund.StageReturned), string(refund.StageAccepted),
		string(refund.StagePartPaid), string(refund.StageSettled), string(refund.StageReclaimed), string(refund.StageWrittenOff)}
}

// MatchedLine is one booked line that paid (part of) a claim.
type MatchedLine struct {
	Statement    string `json:"statement"`
	Line         int    `json:"line"`
	AmountGrosze int64  `json:"amountGrosze"`
	Reason       string `json:"reason"`
}

func refundRows(ctx context.Context, q *question) ([]Row, error) {
	claims, err := standingClaims(ctx, q)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(claims))
	for _, c := range claims {
		if err := c.totals.Err(); err != nil {
			return nil, fmt.Errorf("claim %s: %w", c.Claim, err)
		}
		if !q.is("state", string(c.totals.Stage())) {
			continue
		}
		matches := []MatchedLine{}
		for _, f := range c.Facts {
			if f.Kind == projections.FactReceived && !q.cut(f.On) {
				matches = append(matches, MatchedLine{f.Statement, f.Line, int64(f.Amount), f.Reason})
			}
		}
		t := c.totals
		rows = append(rows, Row{c.Claim, c.Agreement, c.Month, int64(t.Claimed), int64(t.Accepted), int64(t.Received),
			int64(t.Outstanding()), string(t.Stage()), matches})
	}
	return rows, nil
}

// standingClaim is a claim as of the question's day.
type standingClaim struct {
	projections.RefundClaim
	totals refund.Totals
}

// lastDay is that of the last thing said of the claim.
func (c standingClaim) lastDay() domain.Date {
	last := c.Submitted
	for _, f := range c.Facts {
		last = max(last, f.On)
	}
	return last
}

// standingClaims are the claims submitted by then, ordered by agreement and
// claim.
func standingClaims(ctx context.Context, q *question) ([]standingClaim, error) {
	var parts []string
	if a := q.params["agreement"]; a != "" {
		parts = []string{domain.Escape(a)}
	}
	items, err := projections.RefundClaims().Every(ctx, q.view(projections.Refunds()), parts...)
	if err != nil {
		return nil, err
	}
	claims := make([]standingClaim, 0, len(items))
	for _, it := range items {
		totals, err := it.Row.AsOf(q.asOf)
		if err != nil {
			return nil, err
		}
		if c := (standingClaim{it.Row, totals}); c.totals.Submitted {
			claims = append(claims, c)
		}
	}
	return claims, nil
}

// filedClaims are the claims as refund.Stand takes them.
func filedClaims(claims []standingClaim) []refund.Filed {
	filed := make([]refund.Filed, 0, len(claims))
	for _, c := range claims {
		f := refund.Filed{About: c.About, Corrects: c.Corrects}
		switch {
		case c.totals.IsReturned:
			f.Latest = refund.OutcomeReturned
		case c.totals.Decided:
			f.Latest = refund.OutcomeAccepted
		}
		filed = append(filed, f)
	}
	return filed
}
