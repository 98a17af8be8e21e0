package journal

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How far a clock may be from the log's last event before nothing is recorded by
// it. A store's `created` never goes back: one event of a clock that was years
// ahead holds the time of all later ones for as long.
const (
	clockBehind = time.Minute
	clockAhead  = 10 * 365 * 24 * time.Hour // no ledger lies still for longer
)

// ErrClock: the clock lies so far from the log's last event that one of them is
// wrong. Options.AnyClock records all the same.
var ErrClock = errors.New("the clock cannot be right, so that nothing is recorded by it")

// clockOf judges a clock by the log's last event; zero where there is none.
func clockOf(now, last time.Time) error {
	switch {
	case last.IsZero():
	case now.Before(last.Add(-clockBehind)):
		return fmt.Errorf("%w: it says %s, and the last event was recorded at %s, later than that", ErrClock, stamp(now), stamp(last))
	case now.After(last.Add(clockAhead)):
		return fmt.Errorf("%w: it says %s, more than ten years after the last event, of %s", ErrClock, stamp(now), stamp(last))
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Clock tells whether this journal's clock may record, by the log's last event:
// ErrClock where it may not.
func (j *Journal) Clock(ctx context.Context) error {
	return j.persist(ctx, "read the end of the log", func(ctx context.Context) (bool, error) {
		return false, j.lend(ctx, func(l *sharedClient) error {
			last, err := j.lastOf(ctx, l)
			if wrong := clockOf(j.now(), last.Created); err == nil && wrong != nil {
				err = stopped{wrong}
			}
			return err
		})
	})
}

func (j *Journal) now() time.Time {
	if j.opts.Now != nil {
		return j.opts.Now()
	}
	return time.Now()
}

// mayWrite looks at the clock before a write. The log's last event is asked for
// once; from then on this journal's own writes tell.
func (j *Journal) mayWrite(ctx context.Context, l *sharedClient) (time.Time, error) {
	now := j.now()
	if j.opts.AnyClock {
		return now, nil
	}
	j.mu.Lock()
	last, known := j.wrote, j.clocked
	j.mu.Unlock()
	if !known {
		end, err := j.lastOf(ctx, l)
		if err != nil {
			return now, err
		}
		last = end.Created
		j.written(last)
	}
	if err := clockOf(now, last); err != nil {
		return now, stopped{err}
	}
	return now, nil
}

// written notes when something was written.
func (j *Journal) written(at time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.clocked = true; at.After(j.wrote) {
		j.wrote = at
	}
}
