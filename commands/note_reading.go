package commands

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/finding"
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
	subjects, err := l.withoutCodes(ctx, c.Subjects)
	if err != nil {
		return journal.Result{}, err
	}
	for name, value := range c.Filters {
		if name == "stream" && tellingStream(value) {
			continue // whose it is, the subjects say
		}
		event.Filters = append(event.Filters, intake.Filter{Name: name, Value: value})
	}
	slices.SortFunc(event.Filters, func(a, b intake.Filter) int { return cmp.Compare(a.Name, b.Name) })
	if event.Many = len(subjects) > intake.MaxSubjects; !event.Many {
		for _, s := range subjects {
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

// withoutCodes are those whose texts were shown, in the place of a finding whose id tells what
// is sealed, as earlier builds recorded it, whom it is about: a reading outlives their key.
func (l *Ledger) withoutCodes(ctx context.Context, shown []domain.Ref) (refs []domain.Ref, err error) {
	for _, of := range shown {
		if of.Kind == domain.RefFinding && finding.TellsCodes(of.ID) && !finding.Hides(of.ID) {
			who, err := l.participantOf(ctx, finding.Whose(of.ID))
			if err != nil {
				return nil, err
			}
			of = domain.Ref{Kind: domain.RefParticipant, ID: who}
		}
		if of.ID != "" && !slices.Contains(refs, of) {
			refs = append(refs, of)
		}
	}
	return refs, nil
}

// tellingStream says of what a stream was asked by that it tells what is sealed.
func tellingStream(text string) bool {
	for range 3 { // as the log spells it, decoded, or encoded once more
		if id, ok := strings.CutPrefix(text, "finding-"); ok && finding.TellsCodes(id) && !finding.Hides(id) {
			return true
		}
		plain, err := url.PathUnescape(text)
		if err != nil {
			return false
		}
		text = plain
	}
	return false
}
