package projections

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"ksiega/internal/journal"
)

// ErrStopped: the runner is not running, or not any more.
var ErrStopped = errors.New("the projections are not running")

// RunnerOptions tune a runner; the zero value is fine.
type RunnerOptions struct {
	// Progress of the rebuilds that Start makes.
	Progress Progress
	// Report is told, once each, of what stops a projection, of a broken
	// connection and of a rebuild; projection is "" where it concerns all. It
	// is called from the runner's goroutines and must not call the runner.
	Report func(projection string, err error)
}

// lookEvery is how long rows that Redis lost stay lost where nothing is recorded.
const lookEvery = 2 * time.Second

// Runner feeds projections from one subscription to the log.
type Runner struct {
	store *Store
	log   *journal.Journal
	ps    []Projection
	opts  RunnerOptions
	// mending is held while a projection is mended, so that only one does it.
	mending []sync.Mutex
	every   time.Duration // between looks

	mu      sync.Mutex // guards all below
	states  []runState
	reached journal.Position // every projection that runs has seen this
	live    bool             // the last batch was the end of the log
	moved   chan struct{}    // closed and made anew when anything above changes
	waiting error
	// evicting is that Redis may drop rows.
	evicting error
	err      error // why the runner as a whole does not run
	cancel   context.CancelFunc
	done     chan struct{}
}

type runState struct {
	err      error            // what stopped it
	events   uint64           // folded since Start
	position journal.Position // the last seen
	behind   uint64           // events that the runner was given after that
}

// Status of one projection.
type Status struct {
	Name    string
	Version int
	// Position is the last it has seen; Lag how many of the events that the runner
	// was given since Start stand after that.
	Position journal.Position
	Lag      uint64
	// CaughtUp: the runner has seen the end of the log.
	CaughtUp bool
	// Events folded since Start, rebuilds not counted.
	Events uint64
	// Err is what stopped it: a *Failure, ErrOtherVersion, or why the runner
	// ended.
	Err error
	// Waiting is what the runner is waiting out: Redis or the log does not
	// answer, another writer is in the way, or Redis may drop rows.
	Waiting error
}

// NewRunner over a store and a log; the projections' names must differ.
func NewRunner(s *Store, j *journal.Journal, opts RunnerOptions, ps ...Projection) *Runner {
	return &Runner{store: s, log: j, opts: opts, ps: ps, states: make([]runState, len(ps)),
		mending: make([]sync.Mutex, len(ps)), every: lookEvery, moved: make(chan struct{}), err: ErrStopped}
}

// Start rebuilds the projections that Redis does not hold in this version, or
// holds of another log, and then goes on with what is recorded until ctx ends
// or Stop. A fold that fails stops its own projection only. It is called once.
func (r *Runner) Start(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var stale []Projection
	for i := range r.ps {
		trusted, err := r.trusted(ctx, &r.ps[i])
		if err != nil {
			cancel()
			return err
		}
		if !trusted {
			stale = append(stale, r.ps[i])
		}
	}
	if err := r.rebuild(ctx, stale...); err != nil {
		cancel()
		return err
	}
	after, err := r.begin(ctx)
	if err != nil {
		cancel()
		return err
	}
	for i := range r.ps {
		r.store.feeding(r.ps[i].Name, !r.stopped(i))
	}
	done := make(chan struct{})
	r.mu.Lock()
	r.cancel, r.done, r.err, r.reached = cancel, done, nil, after
	r.mu.Unlock()
	go func() {
		defer close(done)
		looks, enough := context.WithCancel(ctx)
		var looking sync.WaitGroup
		looking.Go(func() { r.lookAfter(looks) })
		err := r.log.Follow(ctx, after, func(err error) { r.report("", err) }, func(b journal.Batch) error {
			err := r.take(ctx, after, b)
			after = b.Through
			return err
		})
		enough()
		looking.Wait()
		r.end(ctx, err)
	}()
	return nil
}

// trusted says whether Redis holds a projection in this version and of this log.
func (r *Runner) trusted(ctx context.Context, p *Projection) (bool, error) {
	m, err := r.store.load(ctx, p)
	if errors.Is(err, ErrNotBuilt) || errors.Is(err, ErrForeign) && r.store.owner.TakeOver {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	head, err := r.log.Head(ctx)
	if err != nil {
		return false, err
	}
	if m.stored.position.After(head) {
		return false, nil
	}
	if m.last.position.IsZero() {
		return true, nil
	}
	same := false
	err = r.log.ReadAt(ctx, []journal.Position{m.last.position}, func(e *journal.Recorded) error {
		same = e.ID == m.last.id
		return nil
	})
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	// A log that has no such event, or cannot show it, is read from the start:
	// that either works or says what is wrong.
	return same && err == nil, nil
}

// rebuild rebuilds projections; a fold that fails stops its projection.
func (r *Runner) rebuild(ctx context.Context, ps ...Projection) error {
	if len(ps) == 0 {
		return nil
	}
	failed, err := rebuild(ctx, r.store, r.log, r.opts.Progress, ps)
	if err != nil {
		return err
	}
	for i, p := range r.ps {
		if cause := failed[p.Name]; cause != nil {
			r.halt(i, cause)
		}
	}
	return nil
}

// begin is the position that every projection that runs has seen.
func (r *Runner) begin(ctx context.Context) (after journal.Position, err error) {
	found := false
	for i := range r.ps {
		if r.stopped(i) {
			continue
		}
		m, err := r.store.load(ctx, &r.ps[i])
		if err != nil {
			return after, err
		}
		r.mu.Lock()
		r.states[i].position = m.reached
		r.mu.Unlock()
		if !found || after.After(m.reached) {
			after, found = m.reached, true
		}
	}
	return after, nil
}

// Stop ends the runner and waits for it.
func (r *Runner) Stop() {
	r.mu.Lock()
	cancel, done := r.cancel, r.done
	r.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
}

// end records why the runner ended and writes the checkpoints that are noted in
// this process only, so that the next start reads less.
func (r *Runner) end(ctx context.Context, err error) {
	if ctx.Err() != nil {
		err = nil
	}
	r.mu.Lock()
	r.err = errors.Join(ErrStopped, err)
	r.wake()
	r.mu.Unlock()
	if err != nil {
		r.report("", err)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for i := range r.ps {
		r.store.feeding(r.ps[i].Name, false)
		if !r.stopped(i) {
			// Losing it costs the next start some reading, nothing else.
			_ = r.store.settle(last, &r.ps[i])
		}
	}
}

// take feeds a batch that follows on after to every projection that runs.
func (r *Runner) take(ctx context.Context, after journal.Position, b journal.Batch) error {
	for attempt := 1; ; attempt++ {
		err := r.feed(ctx, after, b)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, journal.ErrDamaged) {
			return err
		}
		// Redis or the log does not answer: nothing is lost by waiting, and
		// readers who wait are bounded by their own deadline.
		r.wait(err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(min(attempt, 10)) * 200 * time.Millisecond):
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = nil
	r.count(b)
	r.reached, r.live = r.reached.Later(b.Through), b.CaughtUp
	r.wake()
	return nil
}

// count notes how many events of a batch each projection has not seen; the caller
// holds r.mu.
func (r *Runner) count(b journal.Batch) {
	for i := range r.states {
		st := &r.states[i]
		if !b.Through.After(st.position) {
			st.behind = 0
			continue
		}
		for k := range b.Events {
			if b.Events[k].Position.After(st.position) {
				st.behind++
			}
		}
	}
}

// feed prepares a batch for all projections side by side and commits it to all
// together; those that somebody else moved meanwhile do it again.
func (r *Runner) feed(ctx context.Context, after journal.Position, b journal.Batch) error {
	var todo []int
	for i := range r.ps {
		if !r.stopped(i) {
			todo = append(todo, i)
		}
	}
	for range storeAttempts {
		if len(todo) == 0 {
			return nil
		}
		works, errs := make([]*work, len(r.ps)), make([]error, len(r.ps))
		inParallel(len(todo), func(k int) {
			works[todo[k]], errs[todo[k]] = r.prepare(ctx, todo[k], after, b)
		})
		todo = r.sift(todo, errs)
		if err := errors.Join(errs...); err != nil {
			return err
		}
		done := make([]bool, len(r.ps))
		r.store.flush.Lock()
		inParallel(len(todo), func(k int) {
			done[todo[k]], errs[todo[k]] = r.store.commit(ctx, works[todo[k]])
		})
		r.store.flush.Unlock()
		r.tally(todo, works, done)
		if err := errors.Join(errs...); err != nil {
			return err
		}
		todo = slices.DeleteFunc(todo, func(i int) bool { return done[i] })
	}
	if len(todo) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %w", r.ps[todo[0]].Name, ErrContended)
}

// sift stops the projections whose fold failed, or whose rows a later version
// has taken over (to rebuild them here would be a fight without end), and takes them from the list.
func (r *Runner) sift(todo []int, errs []error) []int {
	return slices.DeleteFunc(todo, func(i int) bool {
		var failure *Failure
		if !errors.As(errs[i], &failure) && !later(errs[i]) && !errors.Is(errs[i], ErrForeign) {
			return false
		}
		r.halt(i, errs[i])
		errs[i] = nil
		return true
	})
}

func (r *Runner) tally(todo []int, works []*work, done []bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range todo {
		if done[i] {
			r.states[i].events += uint64(works[i].events)
			r.states[i].position = works[i].to.position
		}
	}
}

// prepare is Store.prepare that mends what can be mended first: a read model
// that is gone is rebuilt, one that was switched to an earlier position is
// brought to where the batch follows on.
func (r *Runner) prepare(ctx context.Context, i int, after journal.Position, b journal.Batch) (*work, error) {
	p := &r.ps[i]
	w, err := r.store.prepare(ctx, p, after, b)
	if !mendable(err) {
		return w, err
	}
	r.mending[i].Lock()
	defer r.mending[i].Unlock()
	if w, err = r.store.prepare(ctx, p, after, b); !mendable(err) {
		return w, err
	}
	if errors.Is(err, ErrGap) {
		err = r.fill(ctx, p, after)
	} else {
		r.report(p.Name, err)
		err = Rebuild(ctx, r.store, r.log, r.opts.Progress, *p)
	}
	if err != nil {
		return nil, err
	}
	return r.store.prepare(ctx, p, after, b)
}

func mendable(err error) bool {
	return errors.Is(err, ErrGap) || errors.Is(err, ErrNotBuilt) && !later(err)
}

// later says that the rows are of a later version.
func later(err error) bool { return errors.Is(err, ErrOtherVersion) && !errors.Is(err, errEarlier) }

func (r *Runner) fill(ctx context.Context, p *Projection, until journal.Position) error {
	m, err := r.store.mark(ctx, p)
	if err != nil {
		return err
	}
	from := m.reached
	err = r.log.Scan(ctx, journal.ScanOptions{After: from, Until: until.Bound(), Want: p.wants}, func(b journal.Batch) error {
		err := r.store.Apply(ctx, *p, from, b)
		from = b.Through
		return err
	})
	if err != nil {
		return err
	}
	// The last may have been removed from the log.
	return r.store.Apply(ctx, *p, from, journal.Batch{Through: until})
}

// lookAfter mends, until ctx ends, what another process or Redis itself did to
// the rows, also while there is nothing to feed.
func (r *Runner) lookAfter(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(r.every):
		case <-r.store.hurt:
		}
		r.watch(ctx)
		for i := range r.ps {
			if !r.stopped(i) {
				// Where it fails, the next batch waits and says so; but of a foreign
				// one there may be none.
				if err := r.look(ctx, i); errors.Is(err, ErrForeign) {
					r.halt(i, err)
				}
			}
		}
	}
}

// watch looks whether Redis may still not drop rows: somebody may have set it so
// while it runs.
func (r *Runner) watch(ctx context.Context) {
	err := CheckRedis(ctx, r.store.client)
	if err != nil && !errors.Is(err, ErrEvicting) {
		return // it does not answer, which feeding finds out too
	}
	r.mu.Lock()
	news := err != nil && r.evicting == nil
	r.evicting = err
	r.mu.Unlock()
	if news {
		r.report("", err)
	}
}

// look asks Redis where a projection stands and brings it to where it was.
func (r *Runner) look(ctx context.Context, i int) error {
	if _, err := r.store.load(ctx, &r.ps[i]); err != nil && !mendable(err) {
		return err
	}
	r.mu.Lock()
	seen := r.states[i].position
	r.mu.Unlock()
	_, err := r.prepare(ctx, i, seen, journal.Batch{Through: seen})
	return err
}

// WaitFor waits until the named projections have seen a position; without
// names, all that run. It fails with ctx's error, with what stopped a named
// projection before that position, or with ErrStopped.
func (r *Runner) WaitFor(ctx context.Context, position journal.Bound, names ...string) error {
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

func (r *Runner) standing(position journal.Bound, names []string) (there bool, moved <-chan struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	there = len(names) > 0 || position.ReachedBy(r.reached)
	for i, p := range r.ps {
		st := &r.states[i]
		if slices.Contains(names, p.Name) && !position.ReachedBy(st.position) {
			there, err = false, errors.Join(err, st.err)
		}
	}
	if !there {
		err = errors.Join(err, r.err)
	}
	return there, r.moved, err
}

// Status of every projection, in the order they were given.
func (r *Runner) Status() []Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Status, len(r.ps))
	for i, p := range r.ps {
		st := r.states[i]
		all[i] = Status{Name: p.Name, Version: p.Version, Position: st.position, CaughtUp: r.live && st.err == nil,
			Events: st.events, Lag: st.behind, Err: errors.Join(st.err, r.err), Waiting: cmp.Or(r.waiting, r.evicting)}
	}
	return all
}

func (r *Runner) stopped(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.states[i].err != nil
}

func (r *Runner) halt(i int, cause error) {
	r.mu.Lock()
	r.states[i].err = cause
	r.wake()
	r.mu.Unlock()
	r.store.feeding(r.ps[i].Name, false)
	r.report(r.ps[i].Name, cause)
}

func (r *Runner) wait(cause error) {
	r.mu.Lock()
	again := r.waiting != nil
	r.waiting = cause
	r.mu.Unlock()
	if !again {
		r.report("", cause)
	}
}

// wake tells waiters that something changed; the caller holds r.mu.
func (r *Runner) wake() {
	close(r.moved)
	r.moved = make(chan struct{})
}

func (r *Runner) report(projection string, err error) {
	if r.opts.Report != nil {
		r.opts.Report(projection, err)
	}
}
