package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/budget"
	"ksiega/internal/fold"
	"ksiega/internal/report"
	"ksiega/projections"
	"ksiega/projections/findings"
)

func budgetReport() *Report {
	type row = budgetRow
	return declared(Report{
		Name: "budget", Title: "Budżet programów",
		Doc:    "Plan każdej pozycji, który obowiązuje tego dnia, i wydatki do niego, z podziałem na środki UE, budżet państwa i wkład własny.",
		Params: []report.Param{asked("programme", "program", domain.RefProgramme)},
		needs:  []projections.Projection{projections.Budget()},
	}, report.Shape[row]{Leading: 2, Columns: []report.Column[row]{
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.Programme }),
		report.Text("line", "Pozycja", func(r row) string { return r.Line }),
		report.Grosze("plannedGrosze", "Plan", func(r row) domain.Grosze { return r.planned.Amount }).Sum(),
		report.Grosze("spentGrosze", "Wydano", func(r row) domain.Grosze { return r.spent.Amount }).Sum(),
		report.Grosze("euGrosze", "w tym UE", func(r row) domain.Grosze { return r.spent.EU }).Sum(),
		report.Grosze("stateGrosze", "w tym budżet państwa", func(r row) domain.Grosze { return r.spent.State }).Sum(),
		report.Grosze("ownGrosze", "w tym wkład własny", func(r row) domain.Grosze { return r.spent.Own }).Sum(),
		report.Grosze("plannedEuGrosze", "Plan: UE", func(r row) domain.Grosze { return r.planned.EU }).Sum(),
		report.Grosze("plannedStateGrosze", "Plan: budżet państwa", func(r row) domain.Grosze { return r.planned.State }).Sum(),
		report.Grosze("plannedOwnGrosze", "Plan: wkład własny", func(r row) domain.Grosze { return r.planned.Own }).Sum(),
	}}, budgetRows)
}

// budgetRow is a line as of the day of the answer.
type budgetRow struct {
	projections.BudgetLine
	planned, spent budget.Split
}

// budgetRows are the lines of which something is planned or was spent by the day that the
// answer looks from: a plan that begins later is none yet.
func budgetRows(ctx context.Context, q *question) ([]budgetRow, error) {
	items, err := projections.BudgetLines().Every(ctx, q.view(projections.Budget()), q.part("programme")...)
	if err != nil {
		return nil, err
	}
	rows := make([]budgetRow, 0, len(items))
	for _, it := range items {
		row := budgetRow{BudgetLine: it.Row}
		var any bool
		if row.planned, row.spent, any = it.Row.On(q.day()); any {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// overBudgets are the lines on which more was spent than is planned.
func overBudgets(ctx context.Context, q *question) ([]findings.Found, error) {
	return overSpent(ctx, q, projections.LinesOverBudget())
}

// doubledDocuments are the documents of which more is put to programmes than they are for.
func doubledDocuments(ctx context.Context, q *question) ([]findings.Found, error) {
	return overSpent(ctx, q, projections.DoubledDocuments())
}

// overSpent is what the read model found by the day that the answer looks from: a plan may
// begin after it.
func overSpent(ctx context.Context, q *question, table fold.Table[projections.OverSpent]) (all []findings.Found, err error) {
	items, err := table.Every(ctx, q.view(projections.Budget()))
	for _, it := range items {
		all = append(all, it.Row.On(q.day(), q.today).Found...)
	}
	return all, err
}
