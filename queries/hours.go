package queries

import (
	"cmp"
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/assistance"
	"ksiega/domain/contract"
	"ksiega/internal/fold"
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
			askedOf("by", "wiersz na czynność; dla ról, które widzą dane osób", report.Words{{Code: byActivity, Polish: "czynność"}}),
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
		report.Text("activity", "Czynność", func(r row) string { return r.activity }).
			Noted("erased", "Osoby, których dane usunięto", "os.", func(r row) []string { return []string{r.erased} }),
	}}, hoursRows)
}

// byActivity has a month of visits be a row an activity.
const byActivity = "activity"

func hoursRows(ctx context.Context, q *question) ([]visitMonth, error) {
	if err := q.mayAsk("by", access.Visit); err != nil {
		return nil, err
	}
	months, err := visitMonths(ctx, q)
	if err != nil || q.params["by"] != byActivity {
		return slices.DeleteFunc(months, func(m visitMonth) bool { return m.Visits == 0 }), err
	}
	erased, err := erasedSubjects(ctx, q.view(projections.Assistance()))
	for i := range months {
		if erased[domain.Ref{Kind: domain.RefParticipant, ID: domain.Escape(months[i].Participant)}] {
			months[i].erased = months[i].Participant
		}
	}
	return months, err
}

// visitMonth is a month of visits as far as the question goes.
type visitMonth struct {
	projections.VisitMonth
	eligible domain.Minutes
	activity string // where it is asked by that
	erased   string // the participant, where that is erased
}

// visitMonths are the months that pass the parameters. Days are read only where
// a month is cut, or may hold a visit outside its contract.
func visitMonths(ctx context.Context, q *question) ([]visitMonth, error) {
	view := q.view(projections.Assistance())
	rows, err := q.monthsOfVisits(ctx)
	if err != nil {
		return nil, err
	}
	passes := func(m *projections.VisitMonth) bool {
		return q.is("programme", m.Programme) && q.is("assistant", m.Assistant)
	}
	rows = slices.DeleteFunc(rows, func(m projections.VisitMonth) bool { return !passes(&m) })
	contracts := make(map[string]*validity, len(rows))
	for i := range rows {
		contracts[rows[i].Contract] = nil
	}
	if err := addValidity(ctx, q, contracts); err != nil {
		return nil, err
	}
	months := make([]visitMonth, 0, len(rows))
	var detailed []visitMonth
	for _, row := range rows {
		m := visitMonth{VisitMonth: row, eligible: row.Minutes}
		within, err := q.mayLearnOf(ctx, refsOf(&m.VisitMonth)...)
		if err != nil {
			return nil, err
		}
		switch {
		case !within:
		case q.params["by"] != byActivity && q.within(m.First, m.Last) && !q.cut(m.Last) && contracts[m.Contract].covers(m.Assistant, m.First, m.Last):
			months = append(months, m)
		default:
			detailed = append(detailed, m)
		}
	}
	return addDetailed(ctx, q, view, months, detailed, contracts)
}

func addDetailed(ctx context.Context, q *question, view projections.View, months, detailed []visitMonth, contracts map[string]*validity) ([]visitMonth, error) {
	keys := make([]rowKey, len(detailed))
	for i, m := range detailed {
		keys[i] = rowKey{m.Month.String(), projections.VisitField(m.Contract, m.Assistant)}
	}
	details, err := rowsAt(ctx, view, projections.VisitDetails(), keys)
	for i, m := range detailed {
		m.Minutes, m.Visits, m.eligible = 0, 0, 0
		of, err := q.split(ctx, m, details[keys[i]], contracts[m.Contract])
		if err != nil {
			return nil, err
		}
		months = append(months, of...)
	}
	return months, err
}

// split is a month of the visits that pass, or one an activity where it is asked by that.
func (q *question) split(ctx context.Context, month visitMonth, d projections.VisitDetail, under *validity) ([]visitMonth, error) {
	rows, at := []visitMonth{}, map[string]int{}
	sees := q.params["by"] == byActivity && q.seesOf(access.Visit, refsOf(&month.VisitMonth)...)
	for _, v := range d.Visits {
		if !q.between(v.Date) || q.cut(v.Date) {
			continue
		}
		activity := ""
		if sees {
			var err error
			if activity, err = q.activity(ctx, month.Contract, v.Date, d.Activity(v)); err != nil {
				return nil, err
			}
		}
		n, met := at[activity]
		if !met {
			n, at[activity] = len(rows), len(rows)
			rows = append(rows, month)
			rows[n].activity = activity
		}
		rows[n].Minutes += v.Minutes
		rows[n].Visits++
		if under.covers(month.Assistant, v.Date, v.Date) {
			rows[n].eligible += v.Minutes
		}
	}
	slices.SortFunc(rows, func(a, b visitMonth) int { return cmp.Compare(a.activity, b.activity) })
	return rows, nil
}

// activity is what was done at a visit, "" where that was not said or opens no more.
func (q *question) activity(ctx context.Context, contract string, day domain.Date, a projections.Activity) (string, error) {
	seal := assistance.Visit{Contract: contract, Participant: a.Participant, Date: day}.Seal("activity")
	text, known, err := q.reader.opened(ctx, seal, a.Text)
	if known {
		q.shows(seal.Subject)
	}
	return text, err
}

// validity is a contract as of the question's day; none is never in force.
type validity struct{ contract.State }

// addValidity fills in contracts, named by number, as of the question's day: few of them by
// themselves, else those of the question's programme together.
func addValidity(ctx context.Context, q *question, valid map[string]*validity) error {
	var single []fold.Key
	if len(valid) > fewOfPart {
		items, err := projections.ContractLives().Look(ctx, q.view(projections.Contracts()), q.part("programme")...)
		if err != nil {
			return err
		}
		for i := range items {
			life := &items[i].Row
			if _, asked := valid[life.Terms.Contract]; asked {
				valid[life.Terms.Contract] = &validity{life.AsOf(q.asOf)}
			}
		}
	}
	for contract, known := range valid {
		if known == nil {
			single = append(single, projections.VisitedContracts().Key(domain.Escape(contract), projections.BeneathField))
		}
	}
	items, err := projections.VisitedContracts().Some(ctx, q.view(projections.Assistance()), single)
	for i := range items {
		life := &items[i].Row.Life
		valid[life.Terms.Contract] = &validity{life.AsOf(q.asOf)}
	}
	return err
}

// covers says whether a signed contract is in force on every day of a stretch, rests on
// none, and has somebody assist on each.
func (v *validity) covers(assistant string, first, last domain.Date) bool {
	if v == nil || !v.Exists() || first < v.Terms.From || last > v.Terms.To || !v.AssistsThroughout(assistant, first, last) {
		return false
	}
	return !slices.ContainsFunc(v.Suspensions, func(s contract.Period) bool {
		return s.From <= last && (s.Until == 0 || s.Until >= max(first, s.From))
	})
}
