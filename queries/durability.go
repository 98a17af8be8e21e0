package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/durability"
	"ksiega/projections"
)

func durabilityReport() *Report {
	return &Report{
		Name: "durability", Title: "Trwałość projektów",
		Doc:    "Miejsca obiecane i gotowe na każdy dzień okresu trwałości, przerwy, zapytania i usługi, na dzień (bez dnia: na dziś).",
		Params: []Param{{Name: "project", Doc: "projekt", Kind: Text}},
		Columns: []Column{
			{Name: "project", Title: "Projekt", Kind: Text},
			{Name: "from", Title: "Od", Kind: Date},
			{Name: "to", Title: "Do", Kind: Date},
			{Name: "promised", Title: "Miejsca obiecane", Kind: Integer, Sum: true},
			{Name: "requiredDays", Title: "Dni wymagane", Kind: Integer, Sum: true},
			{Name: "readyDays", Title: "Dni gotowości", Kind: Integer, Sum: true},
			{Name: "gapDays", Title: "Dni przerw", Kind: Integer, Sum: true},
			{Name: "gaps", Title: "Przerwy", Kind: List},
			{Name: "requests", Title: "Zapytania", Kind: Integer, Sum: true},
			{Name: "started", Title: "Rozpoczęte", Kind: Integer, Sum: true},
			{Name: "refused", Title: "Odmowy", Kind: Integer, Sum: true},
			{Name: "deliveredMinutes", Title: "Udzielone usługi", Kind: Minutes, Sum: true},
		},
		needs: []projections.Projection{projections.Durability()},
		rows:  durabilityRows,
	}
}

func durabilityRows(ctx context.Context, q *question) ([]Row, error) {
	projects, err := obligations(ctx, q)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(projects))
	for _, p := range projects {
		o := p.Obligation
		ready, required, gaps := durability.Gaps(o, p.Levels(q.asOf), q.day())
		if gaps == nil {
			gaps = []durability.Gap{}
		}
		requests, started, refused, err := demand(ctx, q, p)
		if err != nil {
			return nil, err
		}
		minutes, err := deliveredMinutes(ctx, q, o)
		if err != nil {
			return nil, err
		}
		rows = append(rows, Row{o.Project, o.From, o.To, int64(o.Places), int64(required), int64(ready), int64(required - ready), gaps,
			int64(requests), int64(started), int64(refused), int64(minutes)})
	}
	return rows, nil
}

// obligations are the projects with an obligation.
func obligations(ctx context.Context, q *question) ([]projections.DurabilityProject, error) {
	items, err := projections.DurabilityProjects().All(ctx, q.view(projections.Durability()), projections.DurabilityPart)
	if err != nil {
		return nil, err
	}
	var projects []projections.DurabilityProject
	for _, it := range items {
		if !it.Row.Event.IsZero() && q.is("project", it.Row.Obligation.Project) {
			projects = append(projects, it.Row)
		}
	}
	return projects, nil
}

func demand(ctx context.Context, q *question, p projections.DurabilityProject) (requests, started, refused int, err error) {
	if q.asOf == 0 {
		return p.Requests, p.Started, p.Refused, nil
	}
	facts, err := projections.DurabilityFacts().All(ctx, q.view(projections.Durability()), domain.Escape(p.Obligation.Project))
	if err != nil {
		return 0, 0, 0, err
	}
	for _, it := range facts {
		if q.cut(it.Row.Date) {
			continue
		}
		switch it.Row.Type {
		case durability.TypeServiceRequested:
			requests++
		case durability.TypeServiceStarted:
			started++
		case durability.TypeServiceRefused:
			refused++
		}
	}
	return requests, started, refused, nil
}

// deliveredMinutes are the visits of the project's programme on the days of the
// obligation so far, eligible or not.
func deliveredMinutes(ctx context.Context, q *question, o durability.Obligation) (sum domain.Minutes, err error) {
	months, err := projections.DeliveredMonths().All(ctx, q.view(projections.Durability()), domain.Escape(o.Project))
	if err != nil {
		return 0, err
	}
	for _, it := range months {
		sum += it.Row.Between(o.From, min(o.To, q.day()))
	}
	return sum, nil
}
