package queries

import (
	"context"
	"slices"
	"sync"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// Bounds on what was known earlier.
const (
	// keptFolds is how many read models as they were known are kept for the next
	// question: pages about one state ask several in a row, findings ten. Those of two
	// states have room.
	keptFolds = 24
	// foldsAtOnce is how many readings of the log are under way at once, each for
	// the read models of one question.
	foldsAtOnce = 2
)

// known are read models as they were known at earlier positions: each is folded
// once, however many ask for it at once.
type known struct {
	slots chan struct{} // one taken by each reading of the log

	mu    sync.Mutex // guards all below
	all   map[foldKey]*memory
	order []foldKey // of those folded, the one used last at the end
	count int       // folds begun
}

type foldKey struct {
	projection string
	until      journal.Bound
	whole      bool // from the first event, and from nothing that was kept
}

type memory struct {
	key  foldKey
	of   projections.Projection
	done chan struct{} // closed when view or err is there
	view projections.View
	err  error
	left bool // whoever began it went away before it was his turn
	// erased is up to where the view leaves out what was erased; guarded by known.mu.
	erased journal.Position
}

func newKnown() known {
	return known{slots: make(chan struct{}, foldsAtOnce), all: map[foldKey]*memory{}}
}

// known folds read models up to a bound, or finds them folded, or waits for whoever
// is folding them.
func (d *Reader) known(ctx context.Context, keeper fold.Keeper, until journal.Bound, ps []projections.Projection) (views map[string]projections.View, folds []*memory, err error) {
	for {
		var mine []*memory
		folds, mine = d.folds.claim(keeper, until, ps)
		if len(mine) > 0 {
			d.foldMine(ctx, keeper, until, mine)
		}
		views = make(map[string]projections.View, len(ps))
		left := false
		for i, f := range folds {
			select {
			case <-f.done:
			case <-ctx.Done():
				return nil, nil, ctx.Err()
			}
			if f.err != nil && !f.left {
				return nil, nil, f.err
			}
			left = left || f.left
			views[ps[i].Name] = f.view
		}
		if left {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			continue
		}
		// What was erased since was known at no earlier moment either.
		after := d.folds.erasedTo(folds)
		switch erased, through, err := fold.RetroactiveSince(ctx, projections.Log{Journal: d.opts.Journal}, after, ps...); {
		case err != nil:
			return nil, nil, err
		case !erased:
			d.folds.looked(folds, after, through)
			return views, folds, nil
		}
		d.folds.forget(folds)
	}
}

// claim finds the folds of read models, and begins those that nobody has.
func (k *known) claim(keeper fold.Keeper, until journal.Bound, ps []projections.Projection) (folds, mine []*memory) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range ps {
		key := foldKey{p.Name, until, keeper == nil}
		f := k.all[key]
		if f == nil {
			f = &memory{key: key, of: p, done: make(chan struct{})}
			k.all[key] = f
			mine = append(mine, f)
		} else {
			k.use(key)
		}
		folds = append(folds, f)
	}
	return folds, mine
}

// foldMine folds what was claimed. Once it has begun it goes on though whoever asked
// has gone: others may be waiting.
func (d *Reader) foldMine(ctx context.Context, keeper fold.Keeper, until journal.Bound, mine []*memory) {
	k := &d.folds
	select {
	case k.slots <- struct{}{}:
	case <-ctx.Done():
		k.settle(mine, memory{err: ctx.Err(), left: true}, nil)
		return
	}
	defer func() { <-k.slots }()
	k.mu.Lock()
	k.count += len(mine)
	k.mu.Unlock()
	ctx = context.WithoutCancel(ctx)
	head, err := d.opts.Journal.Head(ctx)
	var views map[string]projections.View
	if err == nil {
		ps := make([]projections.Projection, len(mine))
		for i, f := range mine {
			ps[i] = f.of
		}
		views, err = fold.KnownAt(ctx, projections.Log{Journal: d.opts.Journal}, keeper, until, ps...)
	}
	k.settle(mine, memory{err: err, erased: head}, views)
}

// settle tells everybody who waits what became of folds. What failed is not kept.
func (k *known) settle(mine []*memory, became memory, views map[string]projections.View) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range mine {
		f.view, f.err, f.left, f.erased = views[f.of.Name], became.err, became.left, became.erased
		if f.err != nil {
			delete(k.all, f.key)
		} else {
			k.order = append(k.order, f.key)
		}
		close(f.done)
	}
	for len(k.order) > keptFolds {
		delete(k.all, k.order[0])
		k.order = k.order[1:]
	}
}

// erasedTo is up to where all of some folds leave out what was erased.
func (k *known) erasedTo(folds []*memory) (least journal.Position) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, f := range folds {
		if i == 0 || least.After(f.erased) {
			least = f.erased
		}
	}
	return least
}

// looked notes that nothing was erased from one position to another, so that the next
// question looks from there.
func (k *known) looked(folds []*memory, after, through journal.Position) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range folds {
		if !after.After(f.erased) {
			f.erased = f.erased.Later(through)
		}
	}
}

// forget drops folds, unless somebody has begun them anew.
func (k *known) forget(folds []*memory) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range folds {
		if k.all[f.key] == f {
			delete(k.all, f.key)
			k.order = slices.DeleteFunc(k.order, func(kept foldKey) bool { return kept == f.key })
		}
	}
}

// use notes that a fold was asked for again; the caller holds k.mu.
func (k *known) use(key foldKey) {
	for i, kept := range k.order {
		if kept == key {
			k.order = append(append(k.order[:i:i], k.order[i+1:]...), key)
			return
		}
	}
}

// KeepRows folds read models on from what was last kept of them, one after another, so
// that rows are kept of the moments since; see Options.Keeper.
func (d *Reader) KeepRows(ctx context.Context) error {
	for _, p := range projections.All() {
		if p.Passing || d.opts.Keeper == nil {
			continue
		}
		if err := fold.FromKept(d.opts.Keeper, func(keeper fold.Keeper) error {
			_, err := fold.Latest(ctx, projections.Log{Journal: d.opts.Journal}, keeper, p)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
