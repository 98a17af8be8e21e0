package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/participant"
	"ksiega/domain/sheet"
	"ksiega/internal/journal"
	"ksiega/internal/polish"
	"ksiega/projections"
)

// A sheet is asked of the streams that commands decide by and of no rows: whoever enters a month
// sees what they have just entered, and hands on the positions and revisions that the next
// command is met by. Its streams are short: a referral's life, an assistant's month.

// SheetAsked names the sheet of a month, an agreement's or an assistant's.
type SheetAsked struct {
	Agreement, Assistant string
	Month                domain.Month
}

// Sheet is a month as it stands, as far as whoever asks reaches it.
type Sheet struct {
	SheetAsked
	From, To domain.Date // of the agreement
	Name     string      // of the assistant, for whoever may see it
	Rows     []SheetRow  // in Polish order of what names them
	Total    SheetCap    // of the assistant in the month; without a limit there is none
	// Seen are the streams of the sheet with their revisions, as commands.SheetOf takes them.
	Seen map[string]int64
	// Own: whoever asks entered, corrected, took back or handed over some of it.
	Own bool
	// Whole: whoever asks reaches all of it.
	Whole bool
	// Names, Codes: whoever asks sees who people are, and why they were away.
	Names, Codes bool
	// Shown are those whose sealed texts are told in clear; that they were seen is recorded
	// before they are.
	Shown []domain.Ref
}

// SheetRow is what a sheet has of one contract.
type SheetRow struct {
	Contract, Participant, Programme string
	Name, Place                      string
	Stream                           string
	Step                             sheet.Step
	Reason                           string // why the month was returned
	Cells                            []SheetCell
	Weeks                            []SheetCap
	Month                            SheetCap
}

// SheetCell is a day of a row: what stands of it, and what whoever changes it was shown.
type SheetCell struct {
	Date    domain.Date
	Open    bool // the contract is in force
	Entries []SheetEntry
	// At is where the last event of the day stands, also one that took something back. The zero
	// Position: there was none.
	At journal.Position
	// Gone is where the visits that were taken back were, by when they began.
	Gone map[domain.TimeOfDay]journal.Position
	// Saved and By are when and by whom that event was recorded; the latter for whoever may see
	// the history.
	Saved time.Time
	By    string
}

// lastEvent is the last event of something.
type lastEvent struct {
	at    journal.Position
	saved time.Time
	by    string
}

func lastOf(r *journal.Recorded) lastEvent { return lastEvent{r.Position, r.Created, r.Meta.Actor} }

// since notes the event of a day that came last.
func (c *SheetCell) since(e lastEvent, history bool) {
	if !e.at.After(c.At) {
		return
	}
	if c.At, c.Saved = e.at, e.saved; history {
		c.By = e.by
	}
}

// SheetEntry is a day's hours, an absence or a visit.
type SheetEntry struct {
	Minutes         domain.Minutes
	From, To        domain.TimeOfDay // of a visit
	Away, Excused   bool
	Absence         string // why, for whoever may see it
	Activity, Place string
	At              journal.Position
}

// SheetCap is what of a limit is used; without a limit Limit is 0.
type SheetCap struct {
	First, Last domain.Date
	Used, Limit domain.Minutes
}

// Minutes are those of the row's month.
func (r *SheetRow) Minutes() domain.Minutes { return r.Month.Used }

// Step is what became of the whole sheet, and whether some of it is elsewhere.
func (s *Sheet) Step() (step sheet.Step, partly bool) {
	steps := map[sheet.Step]bool{}
	for i := range s.Rows {
		steps[s.Rows[i].Step] = true
	}
	for _, step := range []sheet.Step{sheet.Returned, sheet.Open, sheet.HandedOver, sheet.Approved} {
		if steps[step] {
			return step, len(steps) > 1
		}
	}
	return sheet.Open, false
}

// Reason is why the sheet was returned, where whoever asks may see it.
func (s *Sheet) Reason() string {
	for i := range s.Rows {
		if s.Rows[i].Reason != "" {
			return s.Rows[i].Reason
		}
	}
	return ""
}

// Entered says whether anything of the month stands.
func (s *Sheet) Entered() bool {
	return slices.ContainsFunc(s.Rows, func(r SheetRow) bool {
		return slices.ContainsFunc(r.Cells, func(c SheetCell) bool { return len(c.Entries) > 0 })
	})
}

// sheetQuestion is a question about a sheet.
type sheetQuestion struct {
	*question
	SheetAsked
}

// sheetPart is what one stream, or one contract in it, has of a sheet, as it is read beside others.
type sheetPart struct {
	SheetRow
	refs     []domain.Ref
	revision int64
	by       map[string]bool
	shown    []domain.Ref
}

// Sheet answers what a month holds. It fails with a refusal, access.ErrDenied, or an error of
// Redis or the log.
func (d *Reader) Sheet(ctx context.Context, who access.Who, asked SheetAsked) (*Sheet, error) {
	needs := []projections.Projection{projections.People()}
	if asked.Assistant != "" {
		needs = append(needs, projections.Contracts(), projections.Assistance())
	}
	var s *Sheet
	err := d.asks(ctx, who, access.Sheet, needs, func(asking *question) (err error) {
		q := sheetQuestion{asking, asked}
		if asked.Assistant != "" {
			s, err = q.visits(ctx)
		} else {
			s, err = q.days(ctx)
		}
		if err == nil {
			s.Shown = sortedRefs(q.shown)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	return s, nil
}

// partsAtOnce bounds how many streams of a sheet are read at once.
const partsAtOnce = 16

// together works parts out side by side.
func together(ctx context.Context, n int, part func(context.Context, int) error) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(partsAtOnce)
	for i := range n {
		group.Go(func() error { return part(within, i) })
	}
	return group.Wait()
}

// sheetOf is the sheet of the parts that whoever asks reaches.
func (q sheetQuestion) sheetOf(ctx context.Context, parts []sheetPart) (*Sheet, error) {
	codes := access.Health
	if q.Assistant != "" {
		codes = access.Visit
	}
	s := &Sheet{SheetAsked: q.SheetAsked, Seen: map[string]int64{}, Whole: true, Names: q.sees(access.Name), Codes: q.sees(codes)}
	for i := range parts {
		p := &parts[i]
		within, err := q.mayLearnOf(ctx, p.refs...)
		if err != nil {
			return nil, err
		}
		if !within {
			s.Whole = false
			continue
		}
		for _, whose := range p.shown {
			q.shows(whose)
		}
		s.Seen[p.Stream] = p.revision
		s.Own = s.Own || p.by[q.who.Actor] || q.who.Account != "" && p.by[q.who.Account]
		s.Rows = append(s.Rows, p.SheetRow)
	}
	order := polish.NewOrder()
	slices.SortFunc(s.Rows, func(a, b SheetRow) int {
		return cmp.Or(order.Compare(cmp.Or(a.Name, a.Contract), cmp.Or(b.Name, b.Contract)), cmp.Compare(a.Contract, b.Contract))
	})
	return s, nil
}

// opens tells a sealed text of a part, of a class, to whoever may see it.
func (q sheetQuestion) opens(ctx context.Context, p *sheetPart, c access.Class, seal domain.Seal, sealed domain.Sealed) (string, error) {
	if len(p.refs) == 0 && !q.sees(c) || len(p.refs) > 0 && !q.seesOf(c, p.refs...) {
		return "", nil
	}
	text, known, err := q.reader.opened(ctx, seal, sealed)
	if known && !slices.Contains(p.shown, seal.Subject) {
		p.shown = append(p.shown, seal.Subject)
	}
	return text, err
}

// named tells who a participant is to whoever may see it.
func (q sheetQuestion) named(ctx context.Context, p *sheetPart, id string) (string, error) {
	if !q.seesOf(access.Name, p.refs...) {
		return "", nil
	}
	who, err := journal.Load(ctx, q.reader.opts.Journal, participant.Stream(id), participant.Decider())
	if err != nil || !who.State.Exists() {
		return "", err
	}
	of := who.State.Person
	first, err := q.opens(ctx, p, access.Name, of.Seal("firstName"), of.FirstName)
	if err != nil {
		return "", err
	}
	last, err := q.opens(ctx, p, access.Name, of.Seal("lastName"), of.LastName)
	return joined(first, last), err
}

// joined are names with a space between them.
func joined(first, last string) string {
	if first == "" || last == "" {
		return first + last
	}
	return first + " " + last
}

// under is the agreement that a sheet is of.
func (q sheetQuestion) under(ctx context.Context) (agreement.State, error) {
	s, err := journal.Load(ctx, q.reader.opts.Journal, domain.Stream("agreement", q.Agreement), agreement.Decider())
	if err == nil && !s.State.Exists() {
		err = ErrUnknown.At("agreement").With("%s", "agreement")
	}
	return s.State, err
}
