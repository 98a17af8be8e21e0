package queries

import (
	"context"
	"errors"
	"strings"
	"time"

	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// resolve is up to where a knownAt or until goes: a number bounds by itself, an
// instant by the last event recorded before the first that was recorded later.
func (d *Reader) resolve(ctx context.Context, text string) (journal.Bound, error) {
	if bound, err := journal.ReadBound(text); err == nil {
		return bound, nil
	}
	at, _, err := d.instant(text)
	if err != nil {
		return journal.Bound{}, err
	}
	known, _, err := d.lastBy(ctx, at)
	return known.Bound(), err
}

// lastBy is the position of the last event before the first that was recorded
// later than an instant; zero where that is the first of all. later: there is one.
func (d *Reader) lastBy(ctx context.Context, at time.Time) (known journal.Position, later bool, err error) {
	known, err = d.indexed(ctx, func(audit projections.View) (journal.Position, error) {
		return projections.HourBefore(ctx, audit, at)
	})
	if err != nil {
		return known, false, err
	}
	err = d.opts.Journal.Each(ctx, journal.ScanOptions{After: known}, func(r *journal.Recorded) error {
		if later = r.Created.After(at); later {
			return journal.ErrEnough
		}
		known = r.Position
		return nil
	})
	return known, later, err
}

// knownAt is up to where a question about an earlier state goes, always an event of
// the ledger, so that what is the same is folded once; ErrAhead where that is not
// settled yet.
func (d *Reader) knownAt(ctx context.Context, text string) (journal.Bound, error) {
	if until, err := journal.ReadBound(text); err == nil {
		head, err := d.opts.Journal.Head(ctx)
		if err == nil && !until.ReachedBy(head) {
			err = ErrAhead
		}
		if err != nil {
			return until, err
		}
		known, err := d.lastAt(ctx, until)
		return known.Bound(), err
	}
	at, begins, err := d.instant(text)
	if err != nil {
		return journal.Bound{}, err
	}
	known, later, err := d.lastBy(ctx, at)
	if err == nil && !later && begins.After(d.opts.Now()) {
		err = ErrAhead
	}
	return known.Bound(), err
}

// instant reads RFC 3339, a plus that a query string turned into a space being one,
// or a day, which is meant up to its end. begins is where the day does.
func (d *Reader) instant(text string) (at, begins time.Time, err error) {
	if day, err := domain.ParseDate(text); err == nil {
		zone := d.opts.Zone
		if zone == nil {
			zone = time.UTC
		}
		year, month, n := day.Time().Date()
		begins = time.Date(year, month, n, 0, 0, 0, 0, zone)
		return time.Date(year, month, n+1, 0, 0, 0, 0, zone).Add(-time.Nanosecond), begins, nil
	}
	at, err = time.Parse(time.RFC3339Nano, strings.ReplaceAll(text, " ", "+"))
	if err != nil {
		return at, at, ErrKnownAt
	}
	return at, at, nil
}

// indexed asks the audit index for a place to search from; without the index that
// is the start.
func (d *Reader) indexed(ctx context.Context, ask func(audit projections.View) (journal.Position, error)) (at journal.Position, err error) {
	if d.opts.Store == nil {
		return at, nil
	}
	err = d.opts.Store.Read(ctx, func(views map[string]projections.View) error {
		at, err = ask(views[projections.Audit().Name])
		return err
	}, projections.Audit())
	if errors.Is(err, fold.ErrNotBuilt) {
		return journal.Position{}, nil
	}
	return at, err
}
