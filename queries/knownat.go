package queries

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"ksiega/internal/journal"
	"ksiega/projections"
)

var errFound = errors.New("found")

// resolve is the position that a knownAt or until means: the number itself, or
// of an instant the position before the first event recorded later.
func (d *Desk) resolve(ctx context.Context, text string) (uint64, error) {
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return n, nil
	}
	at, err := instant(text)
	if err != nil {
		return 0, err
	}
	after, err := d.searchFrom(ctx, at)
	if err != nil {
		return 0, err
	}
	known := after
	err = d.opts.Journal.Scan(ctx, journal.ScanOptions{After: after}, func(b journal.Batch) error {
		for i := range b.Events {
			if b.Events[i].Created.After(at) {
				known = b.Events[i].Position - 1
				return errFound
			}
		}
		known = b.Through
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return 0, err
	}
	return known, nil
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
	until uint64
	names string
	views map[string]projections.View
}

// known folds read models up to a position, or finds them folded.
func (d *Desk) known(ctx context.Context, until uint64, ps []projections.Projection) (map[string]projections.View, error) {
	names := ""
	for _, p := range ps {
		names += p.Name + " "
	}
	d.mu.Lock()
	i := slices.IndexFunc(d.earlier, func(e earlier) bool { return e.until == until && e.names == names })
	if i >= 0 {
		found := d.earlier[i]
		d.mu.Unlock()
		return found.views, nil
	}
	d.mu.Unlock()
	head, err := d.opts.Journal.Head(ctx)
	if err != nil {
		return nil, err
	}
	views, err := projections.KnownAtAll(ctx, d.opts.Journal, until, ps...)
	if err != nil || until > head {
		return views, err // what lies ahead of the log is not settled yet
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.earlier = append([]earlier{{until, names, views}}, d.earlier[:min(len(d.earlier), keptKnown-1)]...)
	return views, nil
}

// searchFrom is a position before which nothing was recorded later than at; the
// audit index knows the hour, without it the search begins at the start.
func (d *Desk) searchFrom(ctx context.Context, at time.Time) (after uint64, err error) {
	if d.opts.Store == nil {
		return 0, nil
	}
	err = d.opts.Store.Read(ctx, func(views map[string]projections.View) error {
		after, err = projections.HourBefore(ctx, views[projections.Audit().Name], at)
		return err
	}, projections.Audit())
	if errors.Is(err, projections.ErrNotBuilt) {
		return 0, nil
	}
	return after, err
}
