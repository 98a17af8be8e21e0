package foldredis

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

// errBehind: whoever holds the lease does not feed.
var errBehind = errors.New("the process that feeds the read models is behind")

// standEvery is how often a process without the lease asks where the rows stand and
// whether the lease is free. They may stand still behind the log for two leases.
const standEvery = 200 * time.Millisecond

// Status of one projection.
type Status struct {
	Name    string
	Version int
	// Position is the last it has seen; Lag how many of the events that the runner
	// was given since Start stand after that.
	Position position.Position
	Lag      uint64
	// CaughtUp: it has seen the end of the log.
	CaughtUp bool
	// Events folded by this process since Start, rebuilds not counted.
	Events uint64
	// Err is what stopped it: a *Failure, ErrOtherVersion, or why the runner
	// ended.
	Err error
	// Anew is set while it is being built anew; nil while it is not.
	Anew *Anew
	// Waiting is what the runner is waiting out: Redis or the log does not
	// answer, rows are being mended, whoever feeds them is behind, or Redis may
	// drop rows.
	Waiting error
}

// standBy tells where the rows stand that another process feeds.
func (r *Runner[E]) standBy(ctx context.Context) error {
	head, err := r.log.Head(ctx)
	if err != nil {
		return err
	}
	live, owed := true, r.owed
	for i := range r.ps {
		if r.stopped(i) {
			continue
		}
		m, err := r.store.load(ctx, &r.ps[i])
		switch {
		case later(err):
			r.halt(i, err)
			continue
		case err != nil && !errors.Is(err, fold.ErrNotBuilt):
			return err
		}
		live = live && err == nil && !owed.After(m.stored.position)
		r.mu.Lock()
		r.states[i].position, r.states[i].behind, r.states[i].unfit = m.stored.position, 0, err
		r.mu.Unlock()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live, r.waiting = live, nil
	switch {
	case live:
		r.owed, r.since = head, time.Now()
	case time.Since(r.since) > 2*r.store.leaseFor:
		r.waiting = errBehind
	}
	r.wake()
	return nil
}

// WaitFor waits until the named projections have seen a position; without
// names, all that run. It fails with ctx's error, with what stopped a named
// projection before that position, or with ErrStopped.
func (r *Runner[E]) WaitFor(ctx context.Context, position position.Bound, names ...string) error {
	for {
		there, moved, err := r.standing(position, names)
		if there || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

func (r *Runner[E]) standing(position position.Bound, names []string) (there bool, moved <-chan struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	there = true
	for i, p := range r.ps {
		st := &r.states[i]
		if position.ReachedBy(st.position) || len(names) == 0 && st.err != nil || len(names) > 0 && !slices.Contains(names, p.Name) {
			continue
		}
		there, err = false, errors.Join(err, st.err)
	}
	if !there {
		err = errors.Join(err, r.err)
	}
	return there, r.moved, err
}

// Status of every projection, in the order they were given.
func (r *Runner[E]) Status() []Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Status, len(r.ps))
	for i, p := range r.ps {
		st := r.states[i]
		all[i] = Status{Name: p.Name, Version: p.Version, Position: st.position, CaughtUp: r.live && st.err == nil && st.unfit == nil,
			Events: st.events, Lag: st.behind, Err: errors.Join(st.err, r.err), Anew: st.anew, Waiting: cmp.Or(r.waiting, st.unfit, r.evicting)}
	}
	return all
}
