package queries

import (
	"context"
	"strings"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/internal/report"
	"ksiega/projections"
)

func settlementReport() *Report {
	type row = settlementRow
	return declared(Report{
		Name: "psu-settlement", Title: "Rozliczenie prac społecznie użytecznych",
		Doc: "Godziny, świadczenia, refundacja i wypłaty każdego skierowania w każdym miesiącu.",
		Params: []report.Param{
			asked("agreement", "numer porozumienia", domain.RefAgreement),
			askedMonth("miesiąc pracy"),
			askedDay("from", "od dnia; liczy się miesiąc, który ma z okresem wspólny dzień"),
			askedDay("to", "do dnia włącznie"),
		},
		needs: []projections.Projection{projections.Settlement()},
	}, report.Shape[row]{Leading: 4, Columns: []report.Column[row]{
		named("agreement", "Porozumienie", domain.RefAgreement, func(r row) string { return r.Agreement }),
		named("contract", "Skierowanie", domain.RefContract, func(r row) string { return r.Contract }),
		participants(func(r row) string { return r.Participant }),
		report.Month("month", "Miesiąc", func(r row) domain.Month { return r.Month }),
		report.Minutes("minutes", "Czas", func(r row) domain.Minutes { return r.Minutes }).Sum(),
		report.Grosze("benefitGrosze", "Świadczenie", func(r row) domain.Grosze { return r.benefit }).Sum(),
		report.Grosze("refundGrosze", "Refundacja", func(r row) domain.Grosze { return r.refunded }).Sum(),
		report.Grosze("ownGrosze", "Wkład gminy", func(r row) domain.Grosze { return r.own }).Sum(),
		report.Grosze("paidGrosze", "Wypłacono", func(r row) domain.Grosze { return r.Paid }).Sum(),
		report.Grosze("claimedGrosze", "We wniosku", func(r row) domain.Grosze { return r.Claimed }).Sum(),
	}}, settlementRows)
}

// settlementRow is a contract's month with its rounded figures.
type settlementRow struct {
	*settledMonth
	benefit, refunded, own domain.Grosze
	wrong                  error // why they can't be told
}

func (r settlementRow) uncounted() error { return r.wrong }

// settledMonth is a contract's month with what is claimed for it.
type settledMonth struct {
	projections.SettlementMonth
	Claimed domain.Grosze
}

// settled are the month's rounded figures, or which month they can't be told of.
func (m *settledMonth) settled() (benefit, refunded, own domain.Grosze, err error) {
	if benefit, refunded, own, err = m.Settled(); err != nil {
		err = uncountable(ErrMonthSum.With("month %s of contract %s", m.Month, m.Contract), err)
	}
	return benefit, refunded, own, err
}

func settlementRows(ctx context.Context, q *question) ([]settlementRow, error) {
	months, err := settledMonths(ctx, q)
	if err != nil {
		return nil, err
	}
	rows := make([]settlementRow, 0, len(months))
	for _, m := range months {
		if m.Minutes == 0 && m.Paid == 0 && m.Claimed == 0 && !m.Uncountable {
			continue
		}
		benefit, refunded, own, err := m.settled()
		rows = append(rows, settlementRow{m, benefit, refunded, own, err})
	}
	return rows, nil
}

type contractMonth struct {
	agreement, contract string
	month               domain.Month
}

// settledMonths are the months that pass the parameters, cut by asOf.
func settledMonths(ctx context.Context, q *question) ([]*settledMonth, error) {
	view := q.view(projections.Settlement())
	items, err := projections.SettlementMonths().Every(ctx, view, q.part("agreement")...)
	if err != nil {
		return nil, err
	}
	months := make([]*settledMonth, 0, len(items))
	index := make(map[contractMonth]*settledMonth, len(items))
	for _, it := range items {
		if !q.touches(it.Row.Month.First(), it.Row.Month.Last()) {
			continue
		}
		m := &settledMonth{SettlementMonth: it.Row}
		months = append(months, m)
		index[contractMonth{m.Agreement, m.Contract, m.Month}] = m
	}
	if q.asOf != 0 {
		if err := cutMonths(ctx, q, view, months); err != nil {
			return nil, err
		}
	}
	claims, err := claimsFor(ctx, q, view)
	return addClaims(q, months, index, claims), err
}

// claimsFor are the claims for the months that pass the parameters.
func claimsFor(ctx context.Context, q *question, view projections.View) ([]projections.SettlementClaim, error) {
	agreement := q.part("agreement")
	return ofParts(ctx, view, projections.SettlementClaims(), func(part string) bool {
		of, month, _ := strings.Cut(part, "-")
		m, err := domain.ParseMonth(month)
		return err == nil && q.touches(m.First(), m.Last()) && (agreement == nil || of == agreement[0])
	})
}

// cutMonths works the months out from their days, where the cut goes through.
func cutMonths(ctx context.Context, q *question, view projections.View, months []*settledMonth) error {
	var through []*settledMonth
	var keys []rowKey
	for _, m := range months {
		switch {
		case m.Last <= q.asOf:
		case m.First > q.asOf:
			m.SettlementMonth = m.AsOf(projections.SettlementDetail{}, q.asOf)
		default:
			through = append(through, m)
			keys = append(keys, keyOf(m.Agreement, m.Month, m.Contract))
		}
	}
	details, err := rowsAt(ctx, view, projections.SettlementDetails(), keys)
	for i, m := range through {
		m.SettlementMonth = m.AsOf(details[keys[i]], q.asOf)
	}
	return err
}

// addClaims adds the shares of the claims that stand.
func addClaims(q *question, months []*settledMonth, index map[contractMonth]*settledMonth, claims []projections.SettlementClaim) []*settledMonth {
	filed := make([]refund.Filed, 0, len(claims))
	for _, c := range claims {
		if f, ok := c.Filed(q.asOf); ok {
			filed = append(filed, f)
		}
	}
	stands := refund.Stand(filed)
	for _, c := range claims {
		if !stands.Stands(c.Claim) {
			continue
		}
		for _, share := range c.Shares {
			key := contractMonth{c.Agreement, share.Contract, c.Month}
			m := index[key]
			if m == nil {
				m = &settledMonth{SettlementMonth: projections.SettlementMonth{Agreement: c.Agreement, Contract: share.Contract,
					Participant: share.Participant, Month: c.Month}}
				index[key] = m
				months = append(months, m)
			}
			var err error
			m.Claimed, err = domain.Plus(m.Claimed, share.Refund)
			m.Uncountable = m.Uncountable || err != nil
		}
	}
	return months
}
