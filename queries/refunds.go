package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/internal/report"
	"ksiega/projections"
)

func refundsReport() *Report {
	type row = refundRow
	return declared(Report{
		Name: "refunds", Title: "Wnioski o refundację",
		Doc: "Kwoty wnioskowane, przyjęte i otrzymane każdego wniosku, z przelewami, które je spłaciły.",
		Params: []report.Param{
			asked("agreement", "numer porozumienia", domain.RefAgreement),
			askedOf("state", "stan wniosku", claimStates()),
		},
		needs: []projections.Projection{projections.Refunds()},
	}, report.Shape[row]{Leading: 3, Columns: []report.Column[row]{
		named("claim", "Wniosek", domain.RefClaim, func(r row) string { return r.Claim }),
		named("agreement", "Porozumienie", domain.RefAgreement, func(r row) string { return r.Agreement }),
		report.Month("month", "Miesiąc", func(r row) domain.Month { return r.Month }),
		report.Grosze("claimedGrosze", "Wnioskowano", func(r row) domain.Grosze { return r.totals.Claimed }).SumOf(row.counts),
		report.Grosze("acceptedGrosze", "Przyjęto", func(r row) domain.Grosze { return r.totals.Accepted }).SumOf(row.counts),
		report.Grosze("receivedGrosze", "Otrzymano", func(r row) domain.Grosze { return r.totals.Received }).Sum(),
		report.Grosze("outstandingGrosze", "Do otrzymania", func(r row) domain.Grosze { return r.totals.Outstanding() }).SumOf(row.counts),
		report.Text("state", "Stan", func(r row) refund.Stage { return r.totals.Stage() }).In(claimStates()),
		report.List("matches", "Przelewy", func(r row) []projections.RefundFact { return r.matches },
			named("statement", "", domain.RefStatement, func(f projections.RefundFact) string { return f.Statement }),
			report.Integer("line", "poz.", func(f projections.RefundFact) int { return f.Line }),
			report.Grosze("amountGrosze", "", func(f projections.RefundFact) domain.Grosze { return f.Amount }),
			report.Text("reason", "", func(f projections.RefundFact) string { return f.Reason }).In(matchReasons())),
	}}, refundRows)
}

func claimStates() report.Words {
	return report.Words{
		{Code: string(refund.StagePrepared), Polish: "przygotowany"}, {Code: string(refund.StageSubmitted), Polish: "złożony"},
		{Code: string(refund.StageReturned), Polish: "zwrócony"}, {Code: string(refund.StageAccepted), Polish: "przyjęty"},
		{Code: string(refund.StagePartPaid), Polish: "częściowo zapłacony"}, {Code: string(refund.StageSettled), Polish: "rozliczony"},
		{Code: string(refund.StageReclaimed), Polish: "do zwrotu"}, {Code: string(refund.StageWrittenOff), Polish: "zaniechany"},
	}
}

// refundRow is a claim with the lines that paid it.
type refundRow struct {
	standingClaim
	matches []projections.RefundFact
	stands  bool
}

// counts says whether what a claim asks for is added: a returned one is not, nor is
// one beside its correction. What was received is, whichever it was received for.
func (r refundRow) counts() bool { return r.stands }

func refundRows(ctx context.Context, q *question) ([]refundRow, error) {
	claims, err := standingClaims(ctx, q)
	if err != nil {
		return nil, err
	}
	standing := refund.Stand(filedClaims(claims))
	rows := make([]refundRow, 0, len(claims))
	for _, c := range claims {
		if err := c.totals.Err(); err != nil {
			return nil, uncountable(ErrClaimSum.With("claim %s", c.Claim), err)
		}
		if !q.is("state", string(c.totals.Stage())) {
			continue
		}
		row := refundRow{standingClaim: c, stands: standing.Stands(c.Claim)}
		for _, f := range c.Facts {
			if f.Kind == projections.FactReceived && !q.cut(f.On) {
				row.matches = append(row.matches, f)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// standingClaim is a claim as of the question's day.
type standingClaim struct {
	projections.RefundClaim
	totals refund.Totals
}

// lastDay is that of the last thing said of a claim.
func lastDay(c projections.RefundClaim) domain.Date {
	last := c.Submitted
	for _, f := range c.Facts {
		last = max(last, f.On)
	}
	return last
}

// standingClaims are the claims submitted by then, ordered by agreement and
// claim.
func standingClaims(ctx context.Context, q *question) ([]standingClaim, error) {
	items, err := projections.RefundClaims().Every(ctx, q.view(projections.Refunds()), q.part("agreement")...)
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
		filed = append(filed, c.Filed(c.totals))
	}
	return filed
}
