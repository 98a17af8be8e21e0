package journal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"ksiega/internal/eventdb"
)

// tail is a follower behind a gate, and what it has seen.
type tail struct {
	name   string
	g      *gate
	j      *Journal
	ended  chan error
	cancel context.CancelFunc

	mu       sync.Mutex
	seen     []string
	through  Position
	caughtUp bool
	wrong    error
}

// place names an event.
func place(r *Recorded) string { return fmt.Sprintf("%s %s/%d", r.Position, r.Stream, r.Revision) }

func (f *tail) take(batch Batch) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.through.After(batch.Through) {
		f.wrong = fmt.Errorf("through %d after %d", batch.Through, f.through)
	}
	f.through, f.caughtUp = batch.Through, f.caughtUp || batch.CaughtUp
	for i := range batch.Events {
		f.seen = append(f.seen, place(&batch.Events[i]))
	}
	return nil
}

func (f *tail) at() (Position, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.through, f.caughtUp
}

// follow starts a follower that meets a fault.
func (b *bench) follow(ctx context.Context, node *eventdb.Node, l lasting, how fault, where string) *tail {
	f := &tail{name: fmt.Sprintf("%s at %q", how, where), g: newGate(b.t, node.Address()), ended: make(chan error, 1)}
	f.g.harm(how, where, false)
	b.start(ctx, f, f.g.address(), l)
	return f
}

func (b *bench) start(ctx context.Context, f *tail, address string, l lasting) {
	var err error
	if f.j, err = b.journal(address, "", l); err != nil {
		b.t.Fatal(err)
	}
	ctx, f.cancel = context.WithCancel(ctx)
	go func() { f.ended <- f.j.Follow(ctx, Position{}, nil, f.take) }()
}

// finish ends a follower and says what it did wrong.
func (f *tail) finish(want []string) error {
	f.cancel()
	err := <-f.ended
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	err = errors.Join(err, f.wrong, f.j.Close())
	if f.g.where != "" && f.g.hits() == 0 {
		err = errors.Join(err, errNotMet)
	}
	if !slices.Equal(f.seen, want) {
		err = errors.Join(err, fmt.Errorf("saw %d events %v, not %v", len(f.seen), f.seen, want))
	}
	f.g.stop()
	if err != nil {
		return fmt.Errorf("follow, %s: %w", f.name, err)
	}
	return nil
}

// live lets followers catch up with the still log, records more, and waits until
// each of them has come to its end.
func (b *bench) live(node *eventdb.Node, tails []*tail) []string {
	direct := openAt(b.t, Options{Address: node.Address(), Table: b.table})
	all := func(what string, holds func(*tail) bool) {
		for _, f := range tails {
			eventually(b.t, f.name+": "+what, func() bool { return holds(f) })
		}
	}
	all("it catches up", func(f *tail) bool { _, caughtUp := f.at(); return caughtUp })
	var last Written
	for n := range 3 {
		last = mustAppend(b.t, direct, "tally-live", int64(n)-1, decided("k", counted{N: n})...)
		time.Sleep(5 * time.Millisecond) // so that they arrive one by one, mostly
	}
	all("it sees what is live", func(f *tail) bool { through, _ := f.at(); return !last.Position.After(through) })
	var want []string
	events, _ := scan(b.t, direct, ScanOptions{})
	for i := range events {
		want = append(want, place(&events[i]))
	}
	return want
}

func (b *bench) stillNode() *eventdb.Node {
	n := embedded(b.t, b.t.TempDir())
	if err := fillStill(within(b.t), openAt(b.t, Options{Address: n.Address(), Table: b.table})); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// TestFollowEveryStep: a follower sees every event exactly once and in order,
// whatever befalls one step of its conversation.
func TestFollowEveryStep(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, table: testTable(t)}
	ctx := within(t)
	counting := b.stillNode()
	f := b.follow(ctx, counting, calm(), noFault, "")
	if err := f.finish(b.live(counting, []*tail{f})); err != nil {
		t.Fatal(err)
	}
	steps := f.g.passed()
	if !slices.Contains(steps, "Streams/Read 1 answer 16") { // confirmation, 12 of the still log, caught up, and live
		t.Errorf("steps %q", steps)
	}
	var left []harm
	share, random := shareOf(1), rand.New(rand.NewPCG(5, 6))
	for _, how := range faults() {
		for _, where := range steps {
			if random.IntN(share) == 0 && applies(how, where) && where != "Streams/Read 1 trailers" { // there when it is ended, and then for nobody
				left = append(left, harm{how, where})
			}
		}
	}
	t.Logf("%d followers", len(left))
	for try := 0; len(left) > 0; try++ {
		left = b.befall(ctx, left, try)
		if try == 4 && len(left) > 0 {
			t.Fatalf("they never came so far: %v", left)
		}
	}
}

type harm struct {
	how   fault
	where string
}

// befall lets each harm befall a follower of its own, and says which of them a
// slow machine did not let it meet.
func (b *bench) befall(ctx context.Context, harms []harm, try int) (unmet []harm) {
	node := b.stillNode()
	var tails []*tail
	for _, h := range harms {
		tails = append(tails, b.follow(ctx, node, against(h.how, try+2), h.how, h.where))
	}
	want := b.live(node, tails)
	for i, f := range tails {
		switch err := f.finish(want); {
		case errors.Is(err, errNotMet):
			unmet = append(unmet, harms[i])
		case err != nil:
			b.t.Error(err)
		}
	}
	return unmet
}

// TestFollowUnderFire: faults one after the other, at steps that a seed chooses,
// while others write.
func TestFollowUnderFire(t *testing.T) {
	t.Parallel()
	rounds := 3
	if soak() {
		rounds = 60
	}
	for seed := range uint64(rounds) {
		b := &bench{t: t, table: testTable(t)}
		node := b.stillNode()
		f := b.follow(within(t), node, against(swallowed, 1), noFault, "")
		writer := openAt(t, Options{Address: node.Address(), Table: b.table})
		random := rand.New(rand.NewPCG(seed, 0))
		kinds := []fault{cutOff, swallowed, nobodyLeads, unavailable, delayed}
		var last Written
		for n := range 60 {
			last = mustAppend(t, writer, "tally-fire", int64(n)-1, decided("k", counted{N: n})...)
			if n%4 == 0 {
				step := fmt.Sprintf("Streams/Read 1 answer %d", 1+random.IntN(6))
				if random.IntN(3) == 0 {
					step = "ServerFeatures/GetSupportedMethods 1 answer 1"
				}
				how := kinds[random.IntN(len(kinds))]
				f.g.harm(how, step, true)
				time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
				f.g.harm(noFault, "", false)
			}
		}
		eventually(t, "the last arrives", func() bool { through, _ := f.at(); return !last.Position.After(through) })
		events, _ := scan(t, writer, ScanOptions{})
		var want []string
		for i := range events {
			want = append(want, place(&events[i]))
		}
		if err := f.finish(want); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}
