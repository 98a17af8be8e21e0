package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// caseloads: on some days an assistant looks after more people than the programme's file
// allows. A read model says who.
func caseloads(ctx context.Context, q *question) (all []findings.Found, err error) {
	view := q.view(projections.Contracts())
	items, err := projections.Overloads().Every(ctx, view)
	if err != nil {
		return nil, err
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		row, _, err := projections.Caseloads().Find(ctx, view, it.Part, it.Field)
		if err != nil {
			return nil, err
		}
		editions, _, err := projections.Editions().Find(ctx, view, it.Part, projections.EditionsField)
		if err != nil {
			return nil, err
		}
		var contracts []findings.Referred
		last := domain.Date(0)
		for _, number := range row.Contracts {
			life, _, err := projections.ContractLives().Find(ctx, view, it.Part, domain.Escape(number))
			if err != nil {
				return nil, err
			}
			if !q.cut(life.Terms.Concluded) {
				of := life.LookedAfter(it.Row.Assistant, q.asOf)
				of.Participant = one.kept(of.Participant)
				contracts = append(contracts, of)
				last = max(last, life.AsOf(q.asOf).Terms.To)
			}
		}
		for _, f := range findings.Overloads(it.Row.Programme, it.Row.Assistant, editions, min(last, q.day()), contracts) {
			f.Running = f.To == q.day() && f.To < last
			all = append(all, f)
		}
	}
	return all, nil
}
