package queries

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/sheet"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// SheetsOf are the sheets of a month, an agreement's or an assistant's each.
type SheetsOf struct {
	Month  domain.Month
	Sheets []SheetLine // by step, agreements first
	Money  bool        // whoever asks sees amounts
}

// SheetLine is a sheet in a list: what it comes to, and what became of it.
type SheetLine struct {
	SheetAsked
	People  int
	Minutes domain.Minutes
	Benefit domain.Grosze
	Step    sheet.Step
	Partly  bool
	Own     bool // whoever asks entered or handed over some of it
}

// sheetLine is a line while it is read: the streams that it is of, and whom they are about.
type sheetLine struct {
	SheetLine
	streams []string
	people  some
}

// Sheets answers which sheets a month has, of which something stands; the zero Month is the last
// that has any, of those until today. It fails as Sheet does.
func (d *Reader) Sheets(ctx context.Context, who access.Who, month domain.Month) (*SheetsOf, error) {
	var s *SheetsOf
	needs := []projections.Projection{projections.People(), projections.Settlement(), projections.Assistance()}
	err := d.asks(ctx, who, access.Sheet, needs, func(q *question) (err error) {
		s, err = sheetQuestion{question: q}.sheets(ctx, month)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sheets: %w", err)
	}
	return s, nil
}

func (q sheetQuestion) sheets(ctx context.Context, month domain.Month) (*SheetsOf, error) {
	settled, err := rowsOf(projections.SettlementMonths().Look(ctx, q.view(projections.Settlement())))
	if err != nil {
		return nil, err
	}
	var lines []*sheetLine
	if month == 0 {
		month, lines, err = q.lastSheets(ctx, settled)
	} else {
		lines, err = q.linesOf(ctx, settled, month)
	}
	if err != nil {
		return nil, err
	}
	s := &SheetsOf{Month: month, Money: q.who.May(access.Report("psu-settlement"))}
	for _, line := range lines {
		line.People = len(line.people)
		if err := q.steps(ctx, line); err != nil {
			return nil, err
		}
		s.Sheets = append(s.Sheets, line.SheetLine)
	}
	waits := func(l SheetLine) int {
		return slices.Index([]sheet.Step{sheet.HandedOver, sheet.Returned, sheet.Open, sheet.Approved}, l.Step)
	}
	slices.SortFunc(s.Sheets, func(a, b SheetLine) int {
		return cmp.Or(cmp.Compare(waits(a), waits(b)), cmp.Compare(a.Assistant, b.Assistant), cmp.Compare(a.Agreement, b.Agreement))
	})
	return s, nil
}

// lastSheets are those of the last month until today in which anything was worked or visited that
// whoever asks reaches; where there is none, of the last of all there are.
func (q sheetQuestion) lastSheets(ctx context.Context, settled []projections.SettlementMonth) (domain.Month, []*sheetLine, error) {
	months := map[domain.Month]bool{}
	for i := range settled {
		months[settled[i].Month] = months[settled[i].Month] || settled[i].Minutes > 0
	}
	parts, err := projections.VisitMonths().Parts(ctx, q.view(projections.Assistance()))
	if err != nil {
		return 0, nil, err
	}
	for _, part := range parts {
		if m, err := domain.ParseMonth(part); err == nil {
			months[m] = true
		}
	}
	return latest(months, q.today.Month(), func(m domain.Month) ([]*sheetLine, error) { return q.linesOf(ctx, settled, m) })
}

// latest is the last of some months until this one in which there is anything, and what there is;
// where there is nothing, the last of all.
func latest[T any](months map[domain.Month]bool, until domain.Month, in func(domain.Month) ([]T, error)) (domain.Month, []T, error) {
	maps.DeleteFunc(months, func(m domain.Month, any bool) bool { return !any || m > until })
	sorted := slices.Sorted(maps.Keys(months))
	for _, m := range slices.Backward(sorted) {
		if all, err := in(m); err != nil || len(all) > 0 {
			return m, all, err
		}
	}
	if len(sorted) > 0 {
		until = sorted[len(sorted)-1]
	}
	return until, nil, nil
}

// linesOf are the sheets of a month as far as whoever asks reaches what is in them.
func (q sheetQuestion) linesOf(ctx context.Context, settled []projections.SettlementMonth, month domain.Month) (all []*sheetLine, err error) {
	by := map[SheetAsked]*sheetLine{}
	line := func(of SheetAsked, who string) *sheetLine {
		if by[of] == nil {
			by[of] = &sheetLine{SheetLine: SheetLine{SheetAsked: of}, people: some{}}
			all = append(all, by[of])
		}
		by[of].people[who] = true
		return by[of]
	}
	for i := range settled {
		m := &settled[i]
		if m.Month != month || m.Minutes == 0 {
			continue
		}
		about := attendance.About{Contract: m.Contract, Participant: m.Participant, Agreement: m.Agreement} // its programme, the contract says
		if within, err := q.mayLearnOf(ctx, about.Refs()...); err != nil || !within {
			if err != nil {
				return nil, err
			}
			continue
		}
		l := line(SheetAsked{Agreement: m.Agreement, Month: month}, m.Participant)
		l.Minutes += m.Minutes // of days of 24 hours at most
		if benefit, _, _, err := m.Settled(); err == nil {
			l.Benefit, _ = domain.Plus(l.Benefit, benefit)
		}
		l.streams = append(l.streams, domain.Stream("attendance", m.Contract))
	}
	visits, err := rowsOf(projections.VisitMonths().Look(ctx, q.view(projections.Assistance()), month.String()))
	if err != nil {
		return nil, err
	}
	for i := range visits {
		m := &visits[i]
		within, err := q.mayLearnOf(ctx, refsOf(m)...)
		if err != nil {
			return nil, err
		}
		if within {
			l := line(SheetAsked{Assistant: m.Assistant, Month: month}, m.Participant)
			l.Minutes += m.Minutes
			l.streams = []string{assistance.Stream(m.Assistant, month)}
		}
	}
	return all, nil
}

// steps reads what became of a sheet in its streams.
func (q sheetQuestion) steps(ctx context.Context, l *sheetLine) error {
	steps, own := make([]sheet.Step, len(l.streams)), make([]bool, len(l.streams))
	mine := func(actor string) bool { return actor == q.who.Actor || q.who.Account != "" && actor == q.who.Account }
	err := together(ctx, len(l.streams), func(ctx context.Context, i int) error {
		if l.Assistant != "" {
			s, err := journal.LoadEach(ctx, q.reader.opts.Journal, l.streams[i], assistance.Decider(), func(r *journal.Recorded) { own[i] = own[i] || mine(r.Meta.Actor) })
			steps[i] = s.State.Sheet().Step
			return err
		}
		s, err := journal.LoadEach(ctx, q.reader.opts.Journal, l.streams[i], attendance.Decider(), func(r *journal.Recorded) {
			day, entry := attendance.DayOf(r.Event)
			if m, to := attendance.MonthOf(r.Event); entry && day.Month() == l.Month || m == l.Month && to == sheet.HandedOver {
				own[i] = own[i] || mine(r.Meta.Actor)
			}
		})
		steps[i] = s.State.Sheet(l.Month).Step
		return err
	})
	of := Sheet{}
	for _, step := range steps {
		of.Rows = append(of.Rows, SheetRow{Step: step})
	}
	l.Step, l.Partly = of.Step()
	l.Own = slices.Contains(own, true)
	return err
}
