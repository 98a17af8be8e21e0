package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// monthsOfVisits are the months of visits that a question may be about, to look at. Those of
// one contract, participant or assistant are found by what lies under it or took their time,
// so that a ledger of many others costs nothing.
func (q *question) monthsOfVisits(ctx context.Context) ([]projections.VisitMonth, error) {
	view := q.view(projections.Assistance())
	var keys []fold.Key
	var err error
	switch {
	case q.params["contract"] != "":
		keys, err = q.visitsUnder(ctx, view, q.params["contract"])
	case q.params["participant"] != "":
		keys, err = q.visitsTo(ctx, view, q.params["participant"])
	case q.params["assistant"] != "":
		keys, err = q.visitsBy(ctx, view, q.params["assistant"])
	default:
		return ofParts(ctx, view, projections.VisitMonths(), q.months)
	}
	if err != nil {
		return nil, err
	}
	return rowsOf(projections.VisitMonths().Some(ctx, view, keys))
}

// visitsUnder are the rows of the months of visits under a contract.
func (q *question) visitsUnder(ctx context.Context, view projections.View, contract string) (keys []fold.Key, err error) {
	under, _, err := projections.VisitedContracts().Find(ctx, view, domain.Escape(contract), projections.BeneathField)
	for _, m := range under.Months {
		if q.months(m.Part) {
			keys = append(keys, projections.VisitMonths().Key(m.Part, m.Field))
		}
	}
	return keys, err
}

// visitsTo are those of visits to a participant, under whichever id.
func (q *question) visitsTo(ctx context.Context, view projections.View, participant string) (keys []fold.Key, err error) {
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range one.ids(participant) {
		months, err := projections.Time().Look(ctx, view, domain.Escape(id))
		if err != nil {
			return nil, err
		}
		for _, it := range months {
			if q.months(it.Field) {
				keys = visitsIn(keys, it.Field, it.Row)
			}
		}
	}
	return keys, nil
}

// visitsBy are those of an assistant's visits.
func (q *question) visitsBy(ctx context.Context, view projections.View, assistant string) (keys []fold.Key, err error) {
	parts, err := projections.AssistantMonths().Parts(ctx, view)
	if err != nil {
		return nil, err
	}
	var taken []fold.Key
	for _, part := range parts {
		if q.months(part) {
			taken = append(taken, projections.AssistantMonths().Key(part, domain.Escape(assistant)))
		}
	}
	months, err := projections.AssistantMonths().Some(ctx, view, taken)
	for _, it := range months {
		keys = visitsIn(keys, it.Part, it.Row)
	}
	return keys, err
}

// visitsIn adds the rows of the visits that took somebody's time in a month, each once.
func visitsIn(keys []fold.Key, month string, taken findings.PersonMonth) []fold.Key {
	first := len(keys)
	for _, p := range taken.Parties {
		k := projections.VisitMonths().Key(month, projections.VisitField(p.Of, p.Assistant))
		if p.Noun == findings.NounVisit && !slices.Contains(keys[first:], k) {
			keys = append(keys, k)
		}
	}
	return keys
}
