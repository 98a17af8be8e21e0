package queries

import (
	"context"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/domain/finding"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// patterns are the visits of a contract's month that are all alike. A row compares activities
// as they are sealed; the few that were sealed by several keys are opened here.
func patterns(ctx context.Context, q *question) ([]findings.Found, error) {
	all, err := foundOf(ctx, q, projections.Assistance(), projections.Patterns())
	if err != nil {
		return nil, err
	}
	view := q.view(projections.Assistance())
	months, err := projections.AlikeUnderKeys().Look(ctx, view)
	if err != nil {
		return nil, err
	}
	for _, at := range months {
		visits, err := q.comparedVisits(ctx, view, at.Part, at.Field)
		if err != nil {
			return nil, err
		}
		month := visits[0].Date.Month()
		if !q.touches(month.First(), month.Last()) {
			continue
		}
		id := finding.ID(finding.Pattern, visits[0].Contract, month.String())
		all = slices.DeleteFunc(all, func(f findings.Found) bool { return f.ID == id })
		all = append(all, findings.PatternOf(visits[0].Contract, month, visits).On(q.asOf, q.today).Found...)
	}
	return all, nil
}

// comparedVisits are the visits of a contract's month, with activities in clear.
func (q *question) comparedVisits(ctx context.Context, view projections.View, month, contract string) (visits []findings.Alike, err error) {
	rows, err := projections.VisitMonths().Look(ctx, view, month)
	if err != nil {
		return nil, err
	}
	for _, it := range rows {
		if of, _, _ := strings.Cut(it.Field, "-"); of != contract {
			continue
		}
		detail, _, err := projections.VisitDetails().Find(ctx, view, it.Part, it.Field)
		if err != nil {
			return nil, err
		}
		visits = append(visits, it.Row.Compared(detail)...)
	}
	for i, v := range visits {
		seal := assistance.Visit{Contract: v.Contract, Participant: v.Sealed, Date: v.Date}.Seal("activity")
		clear, known, err := q.reader.opened(ctx, seal, v.Activity)
		if err != nil {
			return nil, err
		}
		if known {
			visits[i].Activity = domain.Sealed(clear)
		}
	}
	return visits, nil
}
