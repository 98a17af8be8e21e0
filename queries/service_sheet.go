package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
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

func sheetRows(ctx context.Context, q *question) ([]sheetVisit, error) {
	rows, err := sheetVisits(ctx, q)
	if err != nil {
		return nil, err
	}
	return rows, q.addPlaces(ctx, rows, manyStreams)
}

// sheetVisits are the visits without their places.
func sheetVisits(ctx context.Context, q *question) (rows []sheetVisit, err error) {
	view := q.view(projections.Assistance())
	months, err := q.monthsOfVisits(ctx)
	if err != nil {
		return nil, err
	}
	contracts, keys := map[string]*validity{}, []rowKey{}
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
	// As the report lies, so that its rows need not be sorted.
	slices.SortFunc(months, func(a, b projections.VisitMonth) int {
		return cmp.Or(report.Compare(a.Assistant, b.Assistant), report.Compare(a.Contract, b.Contract), report.Compare(a.Participant, b.Participant), cmp.Compare(a.Month, b.Month))
	})
	visits := 0
	for _, m := range months {
		visits += m.Visits
		contracts[m.Contract] = nil
		keys = append(keys, rowKey{m.Month.String(), projections.VisitField(m.Contract, m.Assistant)})
	}
	if err := addValidity(ctx, q, contracts); err != nil {
		return nil, err
	}
	details, err := rowsAt(ctx, view, projections.VisitDetails(), keys)
	if err != nil {
		return nil, err
	}
	rows = make([]sheetVisit, 0, visits)
	for i := range months {
		if rows, err = q.sheetOf(ctx, rows, &months[i], details[keys[i]], contracts[months[i].Contract]); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// sheetOf adds the visits of a month; what was done is opened once, however many have it.
func (q *question) sheetOf(ctx context.Context, rows []sheetVisit, m *projections.VisitMonth, d projections.VisitDetail, under *validity) ([]sheetVisit, error) {
	sees, done := q.seesOf(access.Visit, refsOf(m)...), make(map[int32]string, len(d.Activities))
	for _, v := range d.Visits {
		if q.cut(v.Date) {
			continue
		}
		row := sheetVisit{Visit: v, month: m, corrected: d.Corrected(v), eligible: under.covers(m.Assistant, v.Date, v.Date)}
		if sees {
			text, opened := done[v.Activity]
			if !opened {
				var err error
				if text, err = q.activity(ctx, m.Contract, v.Date, d.Activity(v)); err != nil {
					return nil, err
				}
				done[v.Activity] = text
			}
			row.activity = text
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// manyStreams take longer to read than the log does, from the first visit to the last.
const manyStreams = 4096

// addPlaces adds where visits were, for whoever may see people. That is sealed for its day, so
// that no row shares it: the last event of each visit tells, in the stream of the assistant's
// month.
func (q *question) addPlaces(ctx context.Context, rows []sheetVisit, many int) error {
	if !q.sees(access.Visit) || len(rows) == 0 {
		return nil
	}
	byEvent, streams := make([]*sheetVisit, len(rows)), some{}
	for i := range rows {
		byEvent[i] = &rows[i]
		if m := rows[i].month; i == 0 || m != rows[i-1].month {
			streams[assistance.Stream(m.Assistant, m.Month)] = true
		}
	}
	slices.SortFunc(byEvent, func(a, b *sheetVisit) int { return a.Event.Compare(b.Event) })
	add := func(r *journal.Recorded) error {
		i, asked := slices.BinarySearchFunc(byEvent, r.Position, func(row *sheetVisit, at journal.Position) int { return row.Event.Compare(at) })
		if !asked {
			return nil
		}
		visit, place := placeIn(r.Event)
		if !q.seesOf(access.Visit, refsOf(byEvent[i].month)...) {
			return nil
		}
		seal := visit.Seal("place")
		text, known, err := q.reader.opened(ctx, seal, place)
		if byEvent[i].place = text; known {
			q.shows(seal.Subject)
		}
		return err
	}
	if len(streams) > many {
		return q.eachVisit(ctx, byEvent[0].Event, byEvent[len(rows)-1].Event, add)
	}
	for _, stream := range streams.sorted() {
		if err := q.reader.opts.Journal.ReadStream(ctx, stream, 0, add); err != nil {
			return fmt.Errorf("read %s: %w", stream, err)
		}
	}
	return nil
}

// placeIn is the place that an event of a visit says.
func placeIn(e domain.Event) (assistance.Visit, domain.Sealed) {
	switch e := e.(type) {
	case assistance.VisitLogged:
		return e.Visit, e.Place
	case assistance.VisitCorrected:
		return e.Visit, e.After.Place
	}
	return assistance.Visit{}, ""
}

// eachVisit hands over what is said of visits from one event to another.
func (q *question) eachVisit(ctx context.Context, first, last journal.Position, each func(*journal.Recorded) error) error {
	logged, corrected := domain.Fact(assistance.VisitLogged{}.EventType()), domain.Fact(assistance.VisitCorrected{}.EventType())
	want := func(typ string) bool { fact := domain.Fact(typ); return fact == logged || fact == corrected }
	err := q.reader.opts.Journal.ReadAt(ctx, []journal.Position{first}, each)
	if err == nil {
		err = q.reader.opts.Journal.Each(ctx, journal.ScanOptions{After: first, Until: last.Bound(), Want: want}, each)
	}
	if err != nil {
		return fmt.Errorf("read visits: %w", err)
	}
	return nil
}

// refsOf names what a month of visits concerns.
func refsOf(m *projections.VisitMonth) []domain.Ref {
	return assistance.Visit{Assistant: m.Assistant, Contract: m.Contract, Participant: m.Participant, Programme: m.Programme}.Refs()
}
