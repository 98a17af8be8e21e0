package queries

import (
	"context"
	"slices"
	"sync"

	"ksiega/internal/journal"
	"ksiega/projections"
)

// keptStretches is how many are remembered.
const keptStretches = 64

// stretch is the log from one event up to before the next: whatever number in there
// somebody types means what was known with the first.
type stretch struct{ from, next journal.Position }

type stretches struct {
	mu  sync.Mutex
	all []stretch // the one found last at the end
}

func (s *stretches) find(at journal.Bound) (from journal.Position, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if at.Includes(one.from) && !at.Includes(one.next) {
			return one.from, true
		}
	}
	return from, false
}

func (s *stretches) keep(found stretch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all = append(s.all, found); len(s.all) > keptStretches {
		s.all = slices.Delete(s.all, 0, 1)
	}
}

// lastAt is the position of the last event that stands no later than a bound; zero
// where there is none. It is looked for as often as read models are folded at once.
func (d *Reader) lastAt(ctx context.Context, at journal.Bound) (known journal.Position, err error) {
	if known, ok := d.stretches.find(at); ok {
		return known, nil
	}
	select {
	case d.folds.slots <- struct{}{}:
		defer func() { <-d.folds.slots }()
	case <-ctx.Done():
		return known, ctx.Err()
	}
	if known, ok := d.stretches.find(at); ok {
		return known, nil
	}
	known, err = d.indexed(ctx, func(audit projections.View) (journal.Position, error) {
		return projections.PlaceBefore(ctx, audit, at)
	})
	if err != nil {
		return known, err
	}
	err = d.opts.Journal.Each(ctx, journal.ScanOptions{After: known}, func(r *journal.Recorded) error {
		if !at.Includes(r.Position) {
			d.stretches.keep(stretch{known, r.Position})
			return journal.ErrEnough
		}
		known = r.Position
		return nil
	})
	return known, err
}
