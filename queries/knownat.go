package queries

import (
	"context"
	"errors"
	"strconv"
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
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return 0, ErrKnownAt
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
