package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// NoteReading records that somebody has sealed fields opened, before they are
// opened. What names the report or replay, never a person.
type NoteReading struct {
	What   string
	Reason string
	On     domain.Date
}

// ErrReading refuses to open sealed fields to a role that may not see them, or
// without a reason.
var ErrReading = domain.Refusal(domain.CodeDenied, "sealed fields are opened only with a reason, to the roles auditor, coordinator and caseworker")

// NoteReading carries the command out.
func (l *Ledger) NoteReading(ctx context.Context, o Origin, c NoteReading) (journal.Result, error) {
	if c.Reason == "" || !o.Who().May(access.Reveal) {
		l.count(ErrReading)
		return journal.Result{}, ErrReading
	}
	s := l.sealer(ctx)
	event := intake.PersonalDataRead{What: c.What, Reason: s.text(intake.ReasonSeal(), c.Reason)}
	if s.err != nil {
		return journal.Result{}, s.err
	}
	return l.noteRead(ctx, o, event, c.On)
}

// NoteReport records that a report showed sealed texts to somebody whose role may
// see them, before they get to see it.
func (l *Ledger) NoteReport(ctx context.Context, o Origin, report string, on domain.Date) (journal.Result, error) {
	return l.noteRead(ctx, o, intake.PersonalDataRead{What: "report " + report}, on)
}

func (l *Ledger) noteRead(ctx context.Context, o Origin, event intake.PersonalDataRead, on domain.Date) (journal.Result, error) {
	always := domain.Decider[struct{}, struct{}]{
		Decide: func(struct{}, struct{}) ([]domain.Event, error) { return []domain.Event{event}, nil },
		Evolve: func(s struct{}, _ domain.Event) struct{} { return s },
		Events: domain.Types(intake.PersonalDataRead{}),
	}
	return execute(ctx, l, domain.Stream("access", on.Month().String()), always, struct{}{}, o)
}
