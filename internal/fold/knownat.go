package fold

import (
	"context"
	"slices"

	"ksiega/internal/position"
)

// KnownAt is projections as they were known at a bound, by name, folded by one reading
// of the log. What a retroactive event said later, such as that something was erased,
// holds in them too: nobody is told any more what was known before it. With a keeper,
// who may be nil, it goes on from what was kept; see FromKept.
func KnownAt[E Event](ctx context.Context, log Log[E], keep Keeper, until position.Bound, ps ...Projection[E]) (map[string]View, error) {
	memories, err := foldAll(ctx, log, keep, until, ps)
	if err != nil || until.IsZero() || len(memories) == 0 {
		return viewsOf(memories), err
	}
	defer func() {
		for _, m := range memories {
			KeptOf[E](keep).Settle(m)
		}
	}()
	if after, some := quiet(ctx, keep, memories); some {
		err = log.Scan(ctx, Range{After: after, Want: anyOf(ps, (*Projection[E]).retroactive)}, func(b Batch[E]) error {
			return foldEach(memories, b, (*Memory[E]).withdraw)
		})
	}
	return viewsOf(memories), err
}

// quiet is up to where no retroactive event stands after the memories, as far as that is
// known; false where none of them takes any.
func quiet[E Event](ctx context.Context, keep Keeper, memories []*Memory[E]) (least position.Position, some bool) {
	for _, m := range memories {
		if m.p.Retroactive == nil {
			continue
		}
		at := m.position
		if keep != nil {
			at = at.Later(keep.Quiet(ctx, m.p.Name, m.p.Version, m.position))
		}
		if !some || least.After(at) {
			least, some = at, true
		}
	}
	return least, some
}

// RetroactiveSince says whether the log has an event after a position that holds for
// every earlier moment too, and up to where it looked.
func RetroactiveSince[E Event](ctx context.Context, log Log[E], after position.Position, ps ...Projection[E]) (found bool, through position.Position, err error) {
	through = after
	if !slices.ContainsFunc(ps, func(p Projection[E]) bool { return p.Retroactive != nil }) {
		return false, through, nil
	}
	err = log.Scan(ctx, Range{After: after, Want: anyOf(ps, (*Projection[E]).retroactive)}, func(b Batch[E]) error {
		found, through = found || len(b.Events) > 0, b.Through
		return nil
	})
	return found, through, err
}

// FoldedTo is a projection as it was at a bound, what a later event took back still in
// it: what a read model that stands there holds.
func FoldedTo[E Event](ctx context.Context, log Log[E], until position.Bound, p Projection[E]) (View, error) {
	memories, err := foldAll(ctx, log, nil, until, []Projection[E]{p})
	if err != nil {
		return nil, err
	}
	return memories[0], nil
}

// Latest is projections at the end of the log, by name, folded from the log, with a
// keeper from what was kept; see FromKept.
func Latest[E Event](ctx context.Context, log Log[E], keep Keeper, ps ...Projection[E]) (map[string]View, error) {
	memories, err := foldAll(ctx, log, keep, position.Bound{}, ps)
	return viewsOf(memories), err
}

func viewsOf[E Event](memories []*Memory[E]) map[string]View {
	views := make(map[string]View, len(memories))
	for _, m := range memories {
		views[m.p.Name] = m
	}
	return views
}

func foldAll[E Event](ctx context.Context, log Log[E], keep Keeper, until position.Bound, ps []Projection[E]) ([]*Memory[E], error) {
	k := KeptOf[E](keep)
	memories, after := make([]*Memory[E], len(ps)), position.Position{}
	for i, p := range ps {
		memories[i] = k.Begin(ctx, p, until)
		if at := memories[i].position; i == 0 || after.After(at) {
			after = at
		}
	}
	err := log.Scan(ctx, Range{After: after, Until: until, Want: WantAny(ps)}, func(b Batch[E]) error {
		if err := foldEach(memories, b, (*Memory[E]).Fold); err != nil {
			return err
		}
		for _, m := range memories {
			k.Offer(ctx, m)
		}
		return nil
	})
	for _, m := range memories {
		if err == nil {
			err = m.ready()
		}
	}
	for _, m := range memories {
		k.Settle(m)
	}
	if err != nil {
		return nil, err
	}
	return memories, nil
}

func foldEach[E Event](memories []*Memory[E], b Batch[E], step func(*Memory[E], Batch[E]) error) error {
	for _, m := range memories {
		if err := step(m, b); err != nil {
			return err
		}
	}
	return nil
}

// WantAny wants what any of the projections does.
func WantAny[E Event](ps []Projection[E]) func(string) bool {
	return anyOf(ps, (*Projection[E]).Wants)
}

func anyOf[E Event](ps []Projection[E], wants func(*Projection[E], string) bool) func(string) bool {
	return func(eventType string) bool {
		return slices.ContainsFunc(ps, func(p Projection[E]) bool { return wants(&p, eventType) })
	}
}
