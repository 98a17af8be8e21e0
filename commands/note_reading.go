package commands

import (
	"cmp"
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// NoteReading records that somebody has sealed fields opened, before they get to
// see them: what they asked (a report or replay), what the question was limited
// to, and whose texts the answer shows. A filter must have matched something
// recorded; what somebody merely typed may name anybody.
type NoteReading struct {
	What     string
	Filters  map[string]string
	Subjects []domain.Ref
	Reason   string
	On       domain.Date
}

// ErrReading refuses to open sealed fields to a role that may not see them, or
// without a reason.
var ErrReading = domain.Refusal(domain.CodeDenied, "sealed fields are opened only with a reason, to the roles auditor, coordinator and caseworker")

// MayReveal refuses with ErrReading.
func (l *Ledger) MayReveal(o Origin, reason string) error {
	if !domain.Blank(reason) && o.May(access.Reveal) {
		return nil
	}
	return l.counted(o, ErrReading)
}

// NoteReading carries the command out.
func (l *Ledger) NoteReading(ctx context.Context, o Origin, c NoteReading) (journal.Result, error) {
	if err := l.MayReveal(o, c.Reason); err != nil {
		return journal.Result{}, err
	}
	return l.noteRead(ctx, o, c)
}

// NoteReport records that a report showed sealed texts to somebody whose role may
// see them, who need not say why.
func (l *Ledger) NoteReport(ctx context.Context, o Origin, c NoteReading) (journal.Result, error) {
	c.What, c.Reason = "report "+c.What, ""
	return l.noteRead(ctx, o, c)
}

// noteRead begins a stream of its own for the reading: nothing is decided, so
// nothing need be read, and no two readings are ever one.
func (l *Ledger) noteRead(ctx context.Context, o Origin, c NoteReading) (journal.Result, error) {
	event := intake.PersonalDataRead{Reading: l.draw(), On: c.On, What: c.What}
	for name, value := range c.Filters {
		event.Filters = append(event.Filters, intake.Filter{Name: name, Value: value})
	}
	slices.SortFunc(event.Filters, func(a, b intake.Filter) int { return cmp.Compare(a.Name, b.Name) })
	if event.Many = len(c.Subjects) > intake.MaxSubjects; !event.Many {
		for _, s := range c.Subjects {
			event.Subjects = append(event.Subjects, intake.Subject(s))
		}
	}
	s := l.sealer(ctx)
	event.Reason = s.text(intake.ReasonSeal(event.Reading), c.Reason)
	if s.err != nil {
		return journal.Result{}, s.err
	}
	w, err := l.Log.Append(ctx, intake.AccessStream(c.On, event.Reading), journal.NoStream, journal.Decided{Event: event, Meta: l.meta(o)})
	if err != nil {
		return journal.Result{}, err
	}
	return journal.Result{Position: w.Position, Revision: w.Revision, Events: 1}, nil
}
