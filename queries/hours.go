package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/projections"
)

func hoursReport() *Report {
	return &Report{
		Name: "assistant-hours", Title: "Godziny asystentów",
		Doc: "Czas wizyt każdego asystenta u każdego uczestnika w miesiącu; kwalifikowalny jest czas w okresie umowy i poza jej zawieszeniem.",
		Params: []Param{
			{Name: "programme", Doc: "program", Kind: Text},
			{Name: "assistant", Doc: "asystent", Kind: Text},
			{Name: "month", Doc: "miesiąc", Kind: Month},
			{Name: "from", Doc: "od dnia wizyty", Kind: Date},
			{Name: "to", Doc: "do dnia włącznie", Kind: Date},
		},
		Columns: []Column{
			{Name: "programme", Title: "Program", Kind: Text},
			{Name: "assistant", Title: "Asystent", Kind: Text},
			{Name: "contract", Title: "Umowa", Kind: Text},
			{Name: "participant", Title: "Uczestnik", Kind: Text},
			{Name: "month", Title: "Miesiąc", Kind: Month},
			{Name: "minutes", Title: "Czas", Kind: Minutes, Sum: true},
			{Name: "eligibleMinutes", Title: "Czas kwalifikowalny", Kind: Minutes, Sum: true},
			{Name: "visits", Title: "Wizyty", Kind: Integer, Sum: true},
		},
		needs: []projections.Projection{projections.Assistance(), projections.Contracts()},
		rows:  hoursRows,
	}
}

func hoursRows(ctx context.Context, q *question) ([]Row, error) {
	months, err := visitMonths(ctx, q)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(months))
	for _, m := range months {
		if m.Visits > 0 {
			rows = append(rows, Row{m.Programme, m.Assistant, m.Contract, m.Participant, m.Month, int64(m.Minutes), int64(m.eligible), int64(m.Visits)})
		}
	}
	return rows, nil
}

// visitMonth is a month of visits as far as the question goes.
type visitMonth struct {
	projections.VisitMonth
	eligible domain.Minutes
	// outside are the visits that are not eligible.
	outside []projections.Visit
}

// visitMonths are the months that pass the parameters. Days are read only where
// a month is cut, or may hold a visit outside its contract.
func visitMonths(ctx context.Context, q *question) ([]visitMonth, error) {
	view := q.view(projections.Assistance())
	parts, err := monthParts(ctx, q, projections.VisitMonths(), view)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	items, err := projections.VisitMonths().Every(ctx, view, parts...)
	if err != nil {
		return nil, err
	}
	passes := func(m *projections.VisitMonth) bool {
		return q.is("programme", m.Programme) && q.is("assistant", m.Assistant)
	}
	contracts := make(map[string]hold, len(items))
	for i := range items {
		if passes(&items[i].Row) {
			contracts[items[i].Row.Contract] = hold{}
		}
	}
	if err := addHolds(ctx, q, contracts); err != nil {
		return nil, err
	}
	months := make([]visitMonth, 0, len(items))
	var detailed []visitMonth
	for _, it := range items {
		m := visitMonth{VisitMonth: it.Row, eligible: it.Row.Minutes}
		switch {
		case !passes(&m.VisitMonth):
		case q.holds(m.First, m.Last) && !q.cut(m.Last) && contracts[m.Contract].covers(m.First, m.Last):
			months = append(months, m)
		default:
			detailed = append(detailed, m)
		}
	}
	if len(detailed) == 0 {
		return months, nil
	}
	return addDetailed(ctx, q, view, months, detailed, contracts)
}

// aFew rows are cheaper to read one by one than all of their parts.
const aFew = 8

func addDetailed(ctx context.Context, q *question, view projections.View, months, detailed []visitMonth, contracts map[string]hold) ([]visitMonth, error) {
	find := func(m visitMonth) (projections.VisitDetail, error) {
		d, _, err := projections.VisitDetails().Find(ctx, view, m.Month.String(), projections.VisitField(m.Contract, m.Assistant))
		return d, err
	}
	if len(detailed) > aFew {
		var parts []string
		for _, m := range detailed {
			parts = append(parts, m.Month.String())
		}
		items, err := projections.VisitDetails().Every(ctx, view, slices.Compact(slices.Sorted(slices.Values(parts)))...)
		if err != nil {
			return nil, err
		}
		byKey := make(map[[2]string]projections.VisitDetail, len(items))
		for _, it := range items {
			byKey[[2]string{it.Part, it.Field}] = it.Row
		}
		find = func(m visitMonth) (projections.VisitDetail, error) {
			return byKey[[2]string{m.Month.String(), projections.VisitField(m.Contract, m.Assistant)}], nil
		}
	}
	for _, m := range detailed {
		d, err := find(m)
		if err != nil {
			return nil, err
		}
		m.Minutes, m.Visits, m.eligible = 0, 0, 0
		for _, v := range d.Visits {
			if !q.between(v.Date) || q.cut(v.Date) {
				continue
			}
			m.Minutes += v.Minutes
			m.Visits++
			if contracts[m.Contract].covers(v.Date, v.Date) {
				m.eligible += v.Minutes
			} else {
				m.outside = append(m.outside, v)
			}
		}
		months = append(months, m)
	}
	return months, nil
}

// hold is when a contract holds; the zero hold is never.
type hold struct {
	exists   bool
	from, to domain.Date
	rests    []contract.Span
}

// addHolds fills in contracts of the question's programme (or any), named by
// number, as of its day.
func addHolds(ctx context.Context, q *question, holds map[string]hold) error {
	var parts []string
	if programme := q.params["programme"]; programme != "" {
		parts = []string{domain.Escape(programme)}
	}
	items, err := projections.ContractLives().Every(ctx, q.view(projections.Contracts()), parts...)
	if err != nil {
		return err
	}
	for i := range items {
		life := &items[i].Row
		if _, asked := holds[life.Terms.Contract]; asked {
			s, err := life.AsOf(q.asOf)
			if err != nil {
				return err
			}
			holds[life.Terms.Contract] = hold{s.Exists(), s.Terms.From, s.Terms.To, s.Suspensions}
		}
	}
	return nil
}

// covers says whether a signed contract holds on every day of a stretch and
// rests on none.
func (h hold) covers(first, last domain.Date) bool {
	if !h.exists || first < h.from || last > h.to {
		return false
	}
	return !slices.ContainsFunc(h.rests, func(s contract.Span) bool {
		return s.From <= last && (s.Until == 0 || s.Until >= max(first, s.From))
	})
}
