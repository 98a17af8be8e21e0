package queries

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"ksiega/internal/journal"
	"ksiega/projections"
)

var errFound = errors.New("found")

// resolve is up to where a knownAt or until goes: a number bounds by itself, an
// instant by the last event recorded before the first that was recorded later.
func (d *Desk) resolve(ctx context.Context, text string) (journal.Bound, error) {
	if bound, err := journal.ReadBound(text); err == nil {
		return bound, nil
	}
	at, err := instant(text)
	if err != nil {
		return journal.Bound{}, err
	}
	known, err := d.lastBy(ctx, at)
	return known.Bound(), err
}

// lastBy is the position of the last event before the first that was recorded
// later than an instant; zero where that is the first of all.
func (d *Desk) lastBy(ctx context.Context, at time.Time) (known journal.Position, err error) {
	known, err = d.indexed(ctx, func(audit projections.View) (journal.Position, error) {
		return projections.HourBefore(ctx, audit, at)
	})
	if err != nil {
		return known, err
	}
	err = d.opts.Journal.Scan(ctx, journal.ScanOptions{After: known}, func(b journal.Batch) error {
		for i := range b.Events {
			if b.Events[i].Created.After(at) {
				return errFound
			}
			known = b.Events[i].Position
		}
		return nil
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return known, err
}

// instant reads RFC 3339; a plus that a query string turned into a space is one.
func instant(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, strings.ReplaceAll(text, " ", "+"))
	if err != nil {
		return at, ErrKnownAt
	}
	return at, nil
}

// keptKnown is how many earlier states are kept for the next question: pages
// about one state ask several in a row.
const keptKnown = 2

// earlier is some read models as known at a position.
type earlier struct {
	until journal.Bound
	names string
	views map[string]projections.View
	// erased is up to where the views leave out what was erased.
	erased journal.Position
}

// known folds read models up to a position, or finds them folded.
func (d *Desk) known(ctx context.Context, until journal.Bound, ps []projections.Projection) (map[string]projections.View, error) {
	names := ""
	for _, p := range ps {
		names += p.Name + " "
	}
	d.mu.Lock()
	i := slices.IndexFunc(d.earlier, func(e earlier) bool { return e.until == until && e.names == names })
	var found earlier
	if i >= 0 {
		found = d.earlier[i]
	}
	d.mu.Unlock()
	if i >= 0 {
		switch erased, through, err := projections.ErasedSince(ctx, d.opts.Journal, found.erased); {
		case err != nil:
			return nil, err
		case !erased:
			d.looked(found, through)
			return found.views, nil
		}
	}
	head, err := d.opts.Journal.Head(ctx)
	if err != nil {
		return nil, err
	}
	views, err := projections.KnownAtAll(ctx, d.opts.Journal, until, ps...)
	if err != nil || !until.ReachedBy(head) {
		return views, err // what lies ahead of the log is not settled yet
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	others := slices.DeleteFunc(d.earlier, func(e earlier) bool { return e.until == until && e.names == names })
	d.earlier = append([]earlier{{until, names, views, head}}, others[:min(len(others), keptKnown-1)]...)
	return views, nil
}

// looked notes that nothing was erased up to a position, so that the next question
// looks from there.
func (d *Desk) looked(e earlier, through journal.Position) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.earlier {
		if d.earlier[i].until == e.until && d.earlier[i].names == e.names && d.earlier[i].erased == e.erased {
			d.earlier[i].erased = through
		}
	}
}

// indexed asks the audit index for a place to search from; without the index that
// is the start.
func (d *Desk) indexed(ctx context.Context, ask func(audit projections.View) (journal.Position, error)) (at journal.Position, err error) {
	if d.opts.Store == nil {
		return at, nil
	}
	err = d.opts.Store.Read(ctx, func(views map[string]projections.View) error {
		at, err = ask(views[projections.Audit().Name])
		return err
	}, projections.Audit())
	if errors.Is(err, projections.ErrNotBuilt) {
		return journal.Position{}, nil
	}
	return at, err
}
