package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/durability"
	"ksiega/internal/fold"
	"ksiega/internal/report"
	"ksiega/projections"
)

func durabilityReport() *Report {
	type row = durabilityRow
	type gap = durability.Gap
	return declared(Report{
		Name: "durability", Title: "Trwałość projektów",
		Doc: "Miejsca obiecane i gotowe na każdy dzień okresu trwałości, przerwy, zapytania i usługi, na dzień (bez dnia: na dziś). " +
			"W sumie usług wizyta, którą wykazuje kilka zobowiązań, jest raz.",
		Params: []report.Param{asked("project", "projekt", domain.RefProgramme)},
		needs:  []projections.Projection{projections.Durability()},
	}, report.Shape[row]{Leading: 1, Columns: []report.Column[row]{
		named("project", "Projekt", domain.RefProgramme, func(r row) string { return r.Project }),
		report.Date("from", "Od", func(r row) domain.Date { return r.From }),
		report.Date("to", "Do", func(r row) domain.Date { return r.To }),
		report.Integer("promised", "Miejsca obiecane", func(r row) int { return r.Places }).Sum(),
		report.Integer("requiredDays", "Dni wymagane", func(r row) int { return r.required }).Sum(),
		report.Integer("readyDays", "Dni gotowości", func(r row) int { return r.ready }).Sum(),
		report.Integer("gapDays", "Dni przerw", func(r row) int { return r.required - r.ready }).Sum(),
		report.List("gaps", "Przerwy", func(r row) []gap { return r.gaps },
			report.Date("from", "od", func(g gap) domain.Date { return g.From }),
			report.Date("to", "do", func(g gap) domain.Date { return g.To }),
			report.Integer("ready", "gotowe:", func(g gap) int { return g.Ready }),
			report.Integer("promised", "obiecane:", func(g gap) int { return g.Promised })),
		report.Integer("requests", "Zapytania", func(r row) int { return r.requests }).Sum(),
		report.Integer("started", "Rozpoczęte", func(r row) int { return r.started }).Sum(),
		report.Integer("refused", "Odmowy", func(r row) int { return r.refused }).Sum(),
		report.Minutes("deliveredMinutes", "Udzielone usługi", func(r row) domain.Minutes { return r.delivered }).
			SumOnce(func(r row) int64 { return int64(r.added) }),
		report.Integer("noticeDaysMissing", "Dni bez ogłoszenia", func(r row) int { return r.unannounced }).Sum(),
	}}, durabilityRows)
}

// durabilityRow is an obligation and what came of it by the day of the answer.
type durabilityRow struct {
	durability.Obligation
	required, ready            int // days
	gaps                       []durability.Gap
	requests, started, refused int
	delivered, added           domain.Minutes // added: of no row before it
	unannounced                int            // required days before the first notice
}

func durabilityRows(ctx context.Context, q *question) ([]durabilityRow, error) {
	projects, err := obligations(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, told := make([]durabilityRow, 0, len(projects)), map[string][]durability.Obligation{}
	for _, p := range projects {
		row := durabilityRow{Obligation: p.Obligation}
		row.ready, row.required, row.gaps = durability.Gaps(p.Obligation, p.Levels(q.asOf), q.day())
		facts, err := projections.DurabilityFacts().All(ctx, q.view(projections.Durability()), domain.Escape(p.Obligation.Project))
		if err != nil {
			return nil, err
		}
		row.come(q, facts)
		if err := row.deliver(ctx, q, told); err != nil {
			return nil, err
		}
		rows = append(rows, row)
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

// come counts what came by the day of the answer.
func (r *durabilityRow) come(q *question, facts []fold.Item[projections.DurabilityFact]) {
	noticed := min(r.To, q.day()) + 1
	for _, it := range facts {
		if q.cut(it.Row.Date) {
			continue
		}
		switch it.Row.Type {
		case durability.TypeServiceRequested:
			r.requests++
		case durability.TypeServiceStarted:
			r.started++
		case durability.TypeServiceRefused:
			r.refused++
		case durability.TypeNoticePublished:
			noticed = min(noticed, it.Row.Date)
		}
	}
	r.unannounced = max(0, int(noticed-r.From))
}

// deliver counts the visits of the project's programme, and of the one that its file says
// goes on after it, on the days of the obligation so far, eligible or not. Obligations of
// both share them: told are those that a programme's visits were counted for, and what none
// of them has is added.
func (r *durabilityRow) deliver(ctx context.Context, q *question, told map[string][]durability.Obligation) error {
	programmes := []string{r.Project}
	editions, err := q.programme(ctx, r.Project)
	if err != nil {
		return err
	}
	if e, ok := editions.On(r.From); ok && e.Durability.Service != "" && e.Durability.Service != r.Project {
		programmes = append(programmes, e.Durability.Service)
	}
	for _, id := range programmes {
		months, err := projections.DeliveredMonths().All(ctx, q.view(projections.Durability()), domain.Escape(id))
		if err != nil {
			return err
		}
		for _, it := range months {
			minutes := it.Row.Between(r.From, min(r.To, q.day()))
			r.delivered, r.added = r.delivered+minutes, r.added+minutes
			for _, d := range it.Row.Days {
				on := func(o durability.Obligation) bool { return d.Date >= o.From && d.Date <= min(o.To, q.day()) }
				if on(r.Obligation) && slices.ContainsFunc(told[id], on) {
					r.added -= d.Minutes
				}
			}
		}
		told[id] = append(told[id], r.Obligation)
	}
	return nil
}
