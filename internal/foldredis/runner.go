package foldredis

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

// ErrStopped: the runner is not running, or not any more.
var ErrStopped = errors.New("the projections are not running")

// RunnerOptions tune a runner; the zero value is fine.
type RunnerOptions struct {
	// Progress of the rebuilds that the runner makes by itself.
	Progress Progress
	// Anew is told of each read model that the runner builds anew by itself, before it
	// does, and why; of a new log it is told none.
	Anew func(Anew)
	// Report is told, once each, of what stops a projection, of a broken
	// connection and of a lease that another holds; projection is "" where it concerns
	// all. Like the others it is called from the runner's goroutines and must not call
	// the runner.
	Report func(projection string, err error)
}

// lookEvery is how long rows that Redis lost stay lost where nothing is recorded.
const lookEvery = 2 * time.Second

// Runner feeds projections from one subscription to the log while this process has
// the lease of the Store, and says where they stand, whoever feeds them.
type Runner[E fold.Event] struct {
	store *Store[E]
	log   Log[E]
	ps    []fold.Projection[E]
	opts  RunnerOptions
	every time.Duration // between looks

	mu     sync.Mutex // guards all below
	states []runState
	// fed is what has been fed to all that run and do not ail; it moves while
	// Store.writing is held. Zero where this process does not feed.
	fed   position.Position
	live  bool          // the last batch was the end of the log
	moved chan struct{} // closed and made anew when anything above changes
	// owed is an end of the log that the others' rows must come to, asked for then.
	owed    position.Position
	since   time.Time
	waiting error
	// evicting is that Redis may drop rows.
	evicting error
	err      error // why the runner as a whole does not run
	cancel   context.CancelFunc
	done     chan struct{}
}

// Log is what a Runner follows.
type Log[E any] interface {
	fold.Log[E]
	// Follow hands over the log from a position on and goes on with what is recorded
	// later, until ctx ends or fn fails. broken is told of each break that it mends
	// by itself.
	Follow(ctx context.Context, after position.Position, broken func(error), fn func(fold.Batch[E]) error) error
	// Head is the position of the last event.
	Head(ctx context.Context) (position.Position, error)
}

type runState struct {
	err      error             // what stopped it
	unfit    error             // why it is not fed until it is mended
	anew     *Anew             // it is being built anew
	events   uint64            // folded since Start
	position position.Position // the last seen
	behind   uint64            // events that the runner was given after that
}

// NewRunner over a store and a log; the projections' names must differ.
func NewRunner[E fold.Event](s *Store[E], log Log[E], opts RunnerOptions, ps ...fold.Projection[E]) *Runner[E] {
	return &Runner[E]{store: s, log: log, opts: opts, ps: ps, states: make([]runState, len(ps)), every: lookEvery, moved: make(chan struct{}), since: time.Now(), err: ErrStopped}
}

// Start takes the lease if it is free, rebuilds the projections that Redis does not
// hold in this version, or holds of another log, and then goes on with what is
// recorded until ctx ends or Stop. Where another process has the lease, it waits
// for it and tells meanwhile where the rows stand. A fold that fails stops its own
// projection only. It is called once.
func (r *Runner[E]) Start(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	done, started := make(chan struct{}), make(chan error, 1)
	r.mu.Lock()
	r.cancel, r.done = cancel, done
	r.mu.Unlock()
	go func() {
		defer close(done)
		r.run(ctx, started)
	}()
	err := <-started
	if err != nil {
		r.Stop()
	}
	return err
}

// run feeds while this process has the lease and stands by while it has not.
func (r *Runner[E]) run(ctx context.Context, started chan<- error) {
	begun := false
	ready := func(err error) {
		if begun {
			return
		}
		if begun = true; err == nil {
			r.mu.Lock()
			r.err = nil
			r.mu.Unlock()
		}
		started <- err
	}
	for told := false; ; {
		var broken error
		err := r.store.withLease(ctx, func(leased context.Context) error {
			if err := r.begin(leased); err != nil {
				return err
			}
			ready(nil)
			told, broken = false, r.follow(leased)
			return nil
		})
		if errors.Is(err, ErrLeased) {
			if !told {
				r.report("", err)
			}
			told, err = true, r.standBy(ctx)
		}
		if ctx.Err() != nil || broken != nil || err != nil && !begun {
			r.end(ctx, broken)
			ready(errors.Join(err, ctx.Err()))
			return
		}
		if err != nil {
			r.wait(err)
		} else {
			ready(nil)
		}
		select {
		case <-ctx.Done():
		case <-time.After(standEvery):
		}
	}
}

// begin rebuilds what cannot be trusted and puts this process's token into the
// checkpoints of the rest, so that whoever held the lease before writes nothing
// more.
func (r *Runner[E]) begin(ctx context.Context) error {
	r.mu.Lock()
	r.fed, r.live = position.Position{}, false
	r.mu.Unlock()
	var running []fold.Projection[E]
	for i := range r.ps {
		if !r.stopped(i) {
			running = append(running, r.ps[i])
		}
	}
	stale, err := r.store.Stale(ctx, r.log, running...)
	if err != nil {
		return err
	}
	if err := r.rebuild(ctx, stale...); err != nil {
		return err
	}
	after, found := position.Position{}, false
	for i := range r.ps {
		if r.stopped(i) {
			continue
		}
		if err := r.mend(ctx, i); err != nil {
			return err
		}
		if at := r.states[i].position; !found || after.After(at) {
			after, found = at, true
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fed, r.waiting = after, nil
	r.wake()
	return nil
}

// rebuild builds read models anew; a fold that fails stops its projection.
func (r *Runner[E]) rebuild(ctx context.Context, stale ...Anew) error {
	if len(stale) == 0 {
		return nil
	}
	ps, err := r.tell(ctx, stale)
	if err != nil {
		return err
	}
	failed, err := rebuild(ctx, r.store, r.log, r.opts.Progress, r.fedTo, ps)
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

// tell says what is built anew, to whoever asks how it stands too.
func (r *Runner[E]) tell(ctx context.Context, stale []Anew) (ps []fold.Projection[E], err error) {
	head, err := r.log.Head(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range stale {
		i := slices.IndexFunc(r.ps, func(p fold.Projection[E]) bool { return p.Name == a.Projection })
		ps = append(ps, r.ps[i])
		if head.IsZero() {
			continue // there is nothing to build
		}
		r.mu.Lock()
		r.states[i].anew = &a
		r.mu.Unlock()
		if r.opts.Anew != nil {
			r.opts.Anew(a)
		}
	}
	return ps, nil
}

// Rebuild is the function of that name where a Runner feeds: what is new comes as
// far as the rows that are fed beside it. It fails with ErrLeased where another
// process has the lease.
func (r *Runner[E]) Rebuild(ctx context.Context, progress Progress, ps ...fold.Projection[E]) error {
	if err := r.store.take(ctx); err != nil {
		return err
	}
	failed, err := rebuild(ctx, r.store, r.log, progress, r.fedTo, ps)
	return joined(err, failed)
}

func (r *Runner[E]) fedTo() position.Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fed
}

// Stop ends the runner and waits for it.
func (r *Runner[E]) Stop() {
	r.mu.Lock()
	cancel, done := r.cancel, r.done
	r.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
}

// end records why the runner ended.
func (r *Runner[E]) end(ctx context.Context, err error) {
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
}

// follow feeds until ctx ends, which is no error.
func (r *Runner[E]) follow(ctx context.Context) error {
	looks, enough := context.WithCancel(ctx)
	var looking sync.WaitGroup
	looking.Go(func() { r.lookAfter(looks) })
	err := r.log.Follow(ctx, r.fedTo(), func(err error) { r.report("", err) }, func(b fold.Batch[E]) error { return r.take(ctx, b) })
	enough()
	looking.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// take feeds a batch to every projection that runs.
func (r *Runner[E]) take(ctx context.Context, b fold.Batch[E]) error {
	for attempt := 1; ; attempt++ {
		err := r.feed(ctx, b)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
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
}

// feed prepares a batch for all projections side by side and commits it to all
// together. One whose rows are not as they were left is mended aside.
func (r *Runner[E]) feed(ctx context.Context, b fold.Batch[E]) error {
	r.store.writing.Lock()
	defer r.store.writing.Unlock()
	var todo []int
	for i := range r.ps {
		if r.runs(i) {
			todo = append(todo, i)
		}
	}
	works, errs, after := make([]*work[E], len(r.ps)), make([]error, len(r.ps)), r.fedTo()
	inParallel(len(todo), func(k int) {
		works[todo[k]], errs[todo[k]] = r.prepare(ctx, &r.ps[todo[k]], after, b)
	})
	todo = r.sift(todo, errs)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	ready := make([]*work[E], len(todo))
	for k, i := range todo {
		ready[k] = works[i]
	}
	committed := r.store.commitAll(ctx, ready)
	r.mu.Lock()
	for k, i := range todo {
		errs[i] = committed[k]
		if errs[i] == nil {
			r.states[i].events += uint64(works[i].events)
			r.states[i].position = works[i].to.position
		}
	}
	r.mu.Unlock()
	r.sift(todo, errs)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count(b)
	r.fed, r.live, r.waiting = r.fed.Later(b.Through), b.CaughtUp, nil
	r.wake()
	return nil
}

// prepare is Store.prepare over what this process has written.
func (r *Runner[E]) prepare(ctx context.Context, p *fold.Projection[E], after position.Position, b fold.Batch[E]) (*work[E], error) {
	m, err := r.store.mark(ctx, p)
	if err == nil && m.stored.token != r.store.token {
		err = errMoved
	}
	if err != nil {
		return nil, err
	}
	return r.store.prepare(ctx, p, m, after, b)
}

// count notes how many events of a batch each projection has not seen; the caller
// holds r.mu.
func (r *Runner[E]) count(b fold.Batch[E]) {
	for i := range r.states {
		st := &r.states[i]
		if !b.Through.After(st.position) {
			st.behind = 0
			continue
		}
		for k := range b.Events {
			if at, _, _ := b.Events[k].Mark(); at.After(st.position) {
				st.behind++
			}
		}
	}
}

// sift takes from the list, and from the errors, the projections whose fold
// failed, or whose rows a later version has taken over (to rebuild them here would
// be a fight without end), which stop, and those to be mended.
func (r *Runner[E]) sift(todo []int, errs []error) []int {
	return slices.DeleteFunc(todo, func(i int) bool {
		switch err := errs[i]; {
		case final(err):
			r.halt(i, err)
		case errors.Is(err, errMoved) || mendable(err):
			r.mu.Lock()
			r.states[i].unfit = err
			r.mu.Unlock()
			r.store.askToMend()
		default:
			return false
		}
		errs[i] = nil
		return true
	})
}

// final is what stops a projection.
func final(err error) bool {
	var failure *fold.Failure
	return errors.As(err, &failure) || later(err) || errors.Is(err, ErrForeign)
}

func mendable(err error) bool {
	return errors.Is(err, ErrGap) || errors.Is(err, fold.ErrNotBuilt) && !later(err)
}

// later says that the rows are of a later version.
func later(err error) bool { return errors.Is(err, ErrOtherVersion) && !errors.Is(err, errEarlier) }

// lookAfter mends, until ctx ends, what another process or Redis itself did to
// the rows, also while there is nothing to feed.
func (r *Runner[E]) lookAfter(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(r.every):
		case <-r.store.toMend:
		}
		r.watch(ctx)
		for i := range r.ps {
			if r.stopped(i) {
				continue
			}
			if err := r.look(ctx, i); final(err) {
				r.halt(i, err)
			}
			// Where it fails otherwise, the next look may do.
		}
	}
}

// watch looks whether Redis may still not drop rows: somebody may have set it so
// while it runs.
func (r *Runner[E]) watch(ctx context.Context) {
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
func (r *Runner[E]) look(ctx context.Context, i int) error {
	err := r.mend(ctx, i)
	if !mendable(err) {
		return err
	}
	if err := r.rebuild(ctx, anewFor(&r.ps[i], err)); err != nil || r.stopped(i) {
		return err
	}
	return r.mend(ctx, i)
}

// mend brings the rows of a projection, as Redis has them, to what was fed.
func (r *Runner[E]) mend(ctx context.Context, i int) error {
	p := &r.ps[i]
	r.store.writing.Lock()
	defer r.store.writing.Unlock()
	m, err := r.store.load(ctx, p)
	if err == nil && r.store.isLost(p.Name, m.number) {
		err = lost(p.Name, fold.Place{})
	}
	if err == nil && m.stored.token != r.store.token {
		if err = r.store.take(ctx); err == nil { // or else it is another's turn
			m, err = r.store.adopt(ctx, p)
		}
	}
	if fed := r.fedTo(); err == nil && fed.After(m.stored.position) {
		err = r.store.catchUp(ctx, r.log, p, &m, fed)
	}
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states[i].unfit, r.states[i].anew, r.states[i].position = nil, nil, m.stored.position
	r.wake()
	return nil
}

func (r *Runner[E]) stopped(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.states[i].err != nil
}

// runs says whether a projection is fed.
func (r *Runner[E]) runs(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.states[i].err == nil && r.states[i].unfit == nil
}

func (r *Runner[E]) halt(i int, cause error) {
	r.mu.Lock()
	r.states[i].err, r.states[i].anew = cause, nil
	r.wake()
	r.mu.Unlock()
	r.report(r.ps[i].Name, cause)
}

func (r *Runner[E]) wait(cause error) {
	r.mu.Lock()
	again := r.waiting != nil
	r.waiting = cause
	r.mu.Unlock()
	if !again {
		r.report("", cause)
	}
}

// wake tells waiters that something changed; the caller holds r.mu.
func (r *Runner[E]) wake() {
	close(r.moved)
	r.moved = make(chan struct{})
}

func (r *Runner[E]) report(projection string, err error) {
	if r.opts.Report != nil {
		r.opts.Report(projection, err)
	}
}
