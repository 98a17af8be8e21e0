package queries

import (
	"context"
	"fmt"

	"ksiega/domain"
	"ksiega/domain/programme"
	"ksiega/domain/setting"
	"ksiega/internal/journal"
)

// rules are the statutory figures and settings that an answer goes by. They are those of
// the log as far as the answer goes. What was first recorded holds for all that is older
// too, also for an answer about a time before its recording; where nothing is recorded,
// the build's own hold. So an answer is the same whichever build gives it, and whatever
// it was started with.
type rules struct {
	statutes programme.Statutes
	yearDays setting.State
	// otherwise holds where no setting is recorded.
	otherwise programme.DayCount
}

// rules reads what the question goes by.
func (q *question) rules(ctx context.Context) (r rules, err error) {
	opts, until := &q.reader.opts, position(q.views)
	if r.statutes, err = recordedBy(ctx, opts.Journal, until, programme.StatuteStream(), programme.StatuteDecider()); err != nil {
		return r, err
	}
	if !r.statutes.Exists() {
		r.statutes = programme.StatutesOf(opts.Catalogue.Statute())
	}
	r.otherwise = programme.WorkingDays
	if opts.DayCount != "" {
		r.otherwise = opts.DayCount
	}
	r.yearDays, err = recordedBy(ctx, opts.Journal, until, setting.Stream(setting.YearDays), setting.Decider())
	return r, err
}

// programme are the editions of one as far as the answer goes, or the build's own where none
// is recorded.
func (q *question) programme(ctx context.Context, id string) (programme.Editions, error) {
	recorded, err := recordedBy(ctx, q.reader.opts.Journal, position(q.views), programme.Stream(id), programme.Decider())
	if err != nil || recorded.Exists() {
		return recorded, err
	}
	if p, ok := q.reader.opts.Catalogue.Programme(id); ok {
		return programme.EditionsOf(p), nil
	}
	return recorded, nil
}

// days says which days of a calendar year that begins on a day count.
func (r rules) days(first domain.Date) programme.DayCount {
	if value, ok := r.yearDays.On(first); ok {
		return programme.DayCount(value)
	}
	return r.otherwise
}

// ever says whether any year is counted so.
func (r rules) ever(count programme.DayCount) bool {
	return r.yearDays.Ever(string(count)) || r.otherwise == count
}

// recordedBy folds a short stream up to a position; its first event counts however late
// it was recorded.
func recordedBy[S, C any](ctx context.Context, j *journal.Journal, until journal.Position, stream string, d domain.Decider[S, C]) (s S, err error) {
	err = j.ReadStream(ctx, stream, 0, func(r *journal.Recorded) error {
		if r.Revision == 0 || !r.Position.After(until) {
			s = d.Evolve(s, r.Event)
		}
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("read %s: %w", stream, err)
	}
	return s, nil
}

// knownProgramme tells of a programme of the build's catalogue whether it is one of the
// ledger: the log names those that are recorded, and nothing else counts once there are
// any.
func (d *Reader) knownProgramme(ctx context.Context, id string) (bool, error) {
	if _, ok := d.opts.Catalogue.Programme(id); !ok {
		return false, nil
	}
	recorded := false
	err := d.opts.Journal.ReadStream(ctx, programme.StatuteStream(), 0, func(*journal.Recorded) error {
		recorded = true
		return nil
	})
	return !recorded, err
}
