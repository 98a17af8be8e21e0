package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/report"
	"ksiega/projections"
)

func hoursReport() *Report {
	type row = visitMonth
	return declared(Report{
		Name: "assistant-hours", Title: "Godziny asystentów",
		Doc: "Czas wizyt każdego asystenta u każdego uczestnika w miesiącu; kwalifikowalny jest czas w okresie umowy, poza jej zawieszeniem, asystenta umowy lub jego zastępcy.",
		Params: []report.Param{
			asked("programme", "program", domain.RefProgramme),
			asked("assistant", "asystent", domain.RefAssistant),
			askedMonth("miesiąc"),
			askedDay("from", "od dnia wizyty"),
			askedDay("to", "do dnia włącznie"),
		},
		needs: []projections.Projection{projections.Assistance(), projections.Contracts()},
	}, report.Shape[row]{Leading: 5, Columns: []report.Column[row]{
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.Programme }),
		named("assistant", "Asystent", domain.RefAssistant, func(r row) string { return r.Assistant }),
		named("contract", "Umowa", domain.RefContract, func(r row) string { return r.Contract }),
		participants(func(r row) string { return r.Participant }),
		report.Month("month", "Miesiąc", func(r row) domain.Month { return r.Month }),
		report.Minutes("minutes", "Czas", func(r row) domain.Minutes { return r.Minutes }).Sum(),
		report.Minutes("eligibleMinutes", "Czas kwalifikowalny", func(r row) domain.Minutes { return r.eligible }).Sum(),
		report.Integer("visits", "Wizyty", func(r row) int { return r.Visits }).Sum(),
	}}, hoursRows)
}

func hoursRows(ctx context.Context, q *question) ([]visitMonth, error) {
	months, err := visitMonths(ctx, q)
	return slices.DeleteFunc(months, func(m visitMonth) bool { return m.Visits == 0 }), err
}

// visitMonth is a month of visits as far as the question goes.
type visitMonth struct {
	projections.VisitMonth
	eligible domain.Minutes
}

// visitMonths are the months that pass the parameters. Days are read only where
// a month is cut, or may hold a visit outside its contract.
func visitMonths(ctx context.Context, q *question) ([]visitMonth, error) {
	view := q.view(projections.Assistance())
	rows, err := ofParts(ctx, view, projections.VisitMonths(), q.months)
	if err != nil {
		return nil, err
	}
	passes := func(m *projections.VisitMonth) bool {
		return q.is("programme", m.Programme) && q.is("assistant", m.Assistant)
	}
	contracts := make(map[string]validity, len(rows))
	for i := range rows {
		if passes(&rows[i]) {
			contracts[rows[i].Contract] = validity{}
		}
	}
	if err := addValidity(ctx, q, contracts); err != nil {
		return nil, err
	}
	months := make([]visitMonth, 0, len(rows))
	var detailed []visitMonth
	for _, row := range rows {
		m := visitMonth{VisitMonth: row, eligible: row.Minutes}
		switch {
		case !passes(&m.VisitMonth):
		case q.within(m.First, m.Last) && !q.cut(m.Last) && contracts[m.Contract].covers(m.Assistant, m.First, m.Last):
			months = append(months, m)
		default:
			detailed = append(detailed, m)
		}
	}
	return addDetailed(ctx, q, view, months, detailed, contracts)
}

func addDetailed(ctx context.Context, q *question, view projections.View, months, detailed []visitMonth, contracts map[string]validity) ([]visitMonth, error) {
	keys := make([]rowKey, len(detailed))
	for i, m := range detailed {
		keys[i] = rowKey{m.Month.String(), projections.VisitField(m.Contract, m.Assistant)}
	}
	details, err := rowsAt(ctx, view, projections.VisitDetails(), keys)
	for i, m := range detailed {
		m.Minutes, m.Visits, m.eligible = 0, 0, 0
		for _, v := range details[keys[i]].Visits {
			if !q.between(v.Date) || q.cut(v.Date) {
				continue
			}
			m.Minutes += v.Minutes
			m.Visits++
			if contracts[m.Contract].covers(m.Assistant, v.Date, v.Date) {
				m.eligible += v.Minutes
			}
		}
		months = append(months, m)
	}
	return months, err
}

// validity is a contract as of the question's day; the zero validity is never in force.
type validity struct{ contract.State }

// addValidity fills in contracts of the question's programme (or any), named by
// number, as of its day.
func addValidity(ctx context.Context, q *question, valid map[string]validity) error {
	items, err := projections.ContractLives().Every(ctx, q.view(projections.Contracts()), q.part("programme")...)
	if err != nil {
		return err
	}
	for i := range items {
		life := &items[i].Row
		if _, asked := valid[life.Terms.Contract]; asked {
			valid[life.Terms.Contract] = validity{life.AsOf(q.asOf)}
		}
	}
	return nil
}

// covers says whether a signed contract is in force on every day of a stretch, rests on
// none, and has somebody assist on each.
func (v validity) covers(assistant string, first, last domain.Date) bool {
	if !v.Exists() || first < v.Terms.From || last > v.Terms.To || !v.AssistsThroughout(assistant, first, last) {
		return false
	}
	return !slices.ContainsFunc(v.Suspensions, func(s contract.Period) bool {
		return s.From <= last && (s.Until == 0 || s.Until >= max(first, s.From))
	})
}
