package queries

import (
	"context"
	"fmt"

	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/projections"
)

func serviceSheetReport() *Report {
	type row = sheetVisit
	return declared(Report{
		Name: "service-sheet", Title: "Karta realizacji usług",
		Doc: "Wizyty miesiąca do wydruku: czas, czy kwalifikowalna, czy poprawiona; czynność i miejsce dla ról, które widzą dane osób.",
		Params: []report.Param{
			asked("assistant", "asystent", domain.RefAssistant),
			askedMonth("miesiąc"),
			asked("contract", "umowa", domain.RefContract),
			asked("participant", "uczestnik", domain.RefParticipant),
		},
		needs: []projections.Projection{projections.Assistance(), projections.Contracts()},
	}, report.Shape[row]{Leading: 6, Columns: []report.Column[row]{
		named("assistant", "Asystent", domain.RefAssistant, func(r row) string { return r.month.Assistant }),
		named("contract", "Umowa", domain.RefContract, func(r row) string { return r.month.Contract }),
		participants(func(r row) string { return r.month.Participant }),
		report.Date("date", "Dzień", func(r row) domain.Date { return r.Date }),
		report.Text("from", "Od", func(r row) string { return r.From.String() }),
		report.Text("to", "Do", func(r row) string { return r.To.String() }),
		report.Minutes("minutes", "Czas", func(r row) domain.Minutes { return r.Minutes }).Sum(),
		report.Flag("eligible", "Kwalifikowalna", func(r row) bool { return r.eligible }),
		report.Text("activity", "Czynność", func(r row) string { return r.activity }),
		report.Text("place", "Miejsce", func(r row) string { return r.place }),
		report.Flag("corrected", "Poprawiona", func(r row) bool { return r.corrected }),
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.month.Programme }),
	}}, sheetRows)
}

// sheetVisit is a visit of a month.
type sheetVisit struct {
	projections.Visit
	month               *projections.VisitMonth
	eligible, corrected bool
	activity, place     string // for whoever may see people
}

func sheetRows(ctx context.Context, q *question) (rows []sheetVisit, err error) {
	view := q.view(projections.Assistance())
	months, err := q.monthsOfVisits(ctx)
	if err != nil {
		return nil, err
	}
	contracts, keys := map[string]validity{}, []rowKey{}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	whose := func(m *projections.VisitMonth) bool {
		return q.params["participant"] == "" || one.kept(q.params["participant"]) == one.kept(m.Participant)
	}
	of := months[:0:0]
	for _, m := range months {
		within, err := q.mayLearnOf(ctx, refsOf(&m)...)
		if err != nil {
			return nil, err
		}
		if within && whose(&m) && q.is("assistant", m.Assistant) && q.is("contract", m.Contract) {
			of = append(of, m)
		}
	}
	months = of
	for _, m := range months {
		contracts[m.Contract] = validity{}
		keys = append(keys, rowKey{m.Month.String(), projections.VisitField(m.Contract, m.Assistant)})
	}
	if err := addValidity(ctx, q, contracts); err != nil {
		return nil, err
	}
	details, err := rowsAt(ctx, view, projections.VisitDetails(), keys)
	if err != nil {
		return nil, err
	}
	for i := range months {
		m, d := &months[i], details[keys[i]]
		for _, v := range d.Visits {
			if q.cut(v.Date) {
				continue
			}
			row := sheetVisit{Visit: v, month: m, corrected: len(d.Events(v)) > 1, eligible: contracts[m.Contract].covers(m.Assistant, v.Date, v.Date)}
			if q.sees(domain.RefParticipant) {
				if row.activity, err = q.activity(ctx, m.Contract, v.Date, d.Activity(v)); err != nil {
					return nil, err
				}
			}
			rows = append(rows, row)
		}
	}
	return rows, q.addPlaces(ctx, rows)
}

// visitAt tells a visit from the others of an assistant's month.
type visitAt struct {
	contract string
	date     domain.Date
	from     domain.TimeOfDay
}

// addPlaces adds where visits were, for whoever may see people. That is sealed for its day, so
// that no row shares it: the streams of the assistants' months tell.
func (q *question) addPlaces(ctx context.Context, rows []sheetVisit) error {
	if !q.sees(domain.RefParticipant) {
		return nil
	}
	streams := map[string]map[visitAt]assistance.VisitLogged{}
	for i := range rows {
		r := &rows[i]
		stream := assistance.Stream(r.month.Assistant, r.month.Month)
		if streams[stream] == nil {
			said, err := q.visitsOf(ctx, stream)
			if err != nil {
				return err
			}
			streams[stream] = said
		}
		v, said := streams[stream][visitAt{r.month.Contract, r.Date, r.From}]
		if !said {
			continue
		}
		seal := v.Visit.Seal("place")
		place, known, err := q.reader.opened(ctx, seal, v.Place)
		if err != nil {
			return err
		}
		if r.place = place; known {
			q.shows(seal.Subject)
		}
	}
	return nil
}

// visitsOf are the visits that a stream tells of, as it said of them last up to the answer's
// position.
func (q *question) visitsOf(ctx context.Context, stream string) (map[visitAt]assistance.VisitLogged, error) {
	said, until := map[visitAt]assistance.VisitLogged{}, position(q.views)
	err := q.reader.opts.Journal.ReadStream(ctx, stream, 0, func(r *journal.Recorded) error {
		if r.Position.After(until) {
			return nil
		}
		switch e := r.Event.(type) {
		case assistance.VisitLogged:
			said[visitAt{e.Contract, e.Date, e.From}] = e
		case assistance.VisitCorrected:
			said[visitAt{e.Contract, e.Date, e.From}] = assistance.VisitLogged{Visit: e.Visit, Details: e.After}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", stream, err)
	}
	return said, nil
}

// refsOf names what a month of visits concerns.
func refsOf(m *projections.VisitMonth) []domain.Ref {
	return assistance.Visit{Assistant: m.Assistant, Contract: m.Contract, Participant: m.Participant, Programme: m.Programme}.Refs()
}
