package projections

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/journal"
)

// toyBatch is the events from one to before another.
func toyBatch(l *toyLog, from, to int) journal.Batch {
	return journal.Batch{Events: l.all()[from:to], Through: at(uint64(10 * to))}
}

// rowsOf are the rows that a reader of one projection sees.
func rowsOf(ctx context.Context, s *Store, p Projection) (rows map[Key]string, err error) {
	err = s.Read(ctx, func(views map[string]View) error {
		rows, err = Dump(ctx, views[p.Name])
		return err
	}, p)
	return rows, err
}

// wholeModel checks that there is one generation, with the rows of the log.
func wholeModel(t *testing.T, what string, c redis.UniversalClient, s *Store, p Projection, l *toyLog) {
	t.Helper()
	rows, err := rowsOf(t.Context(), NewStore(c, s.prefix), p)
	if err != nil {
		t.Fatalf("%s: %v; keys %v", what, err, keysUnder(t.Context(), c, s.prefix))
	}
	sameDump(t, what, rows, dumpOf(t, folded(t, p, l.all())))
	if left := generationsIn(keysUnder(t.Context(), c, s.prefix)); len(left) != 1 {
		t.Fatalf("%s: generations %v are left", what, left)
	}
}

// TestOlderRebuildInBetween: a rebuild that began to write before another may
// want to switch at any moment of that, and never spoils what is current.
func TestOlderRebuildInBetween(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), toyCounters(1), &toyLog{}, &intruder{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
		j := l.open(t)
		c.AddHook(h)
		for n := range h.steps(t) {
			s := freshStore(t, c)
			older := NewStore(c, s.prefix)
			toyMust(t, Rebuild(ctx, s, j, nil, p))
			m := NewMemory(p)
			toyMust(t, j.Scan(ctx, journal.ScanOptions{}, m.Fold))
			number, err := older.claim(ctx, s.names(p.Name))
			toyMust(t, err)
			built, err := older.build(ctx, m, number)
			toyMust(t, err)
			h.set(n, func() {
				if err := older.switchTo(ctx, j, &p, built, at(0)); err == nil {
					toyMust(t, older.sweep(ctx, &p))
				} else if _, undone := older.abandon(ctx, s.names(p.Name), number); undone != nil || !errors.Is(err, ErrOvertaken) {
					t.Fatal(err, undone)
				}
			})
			toyMust(t, Rebuild(ctx, s, j, nil, p))
			h.set(0, nil)
			if _, err := rowsOf(ctx, NewStore(c, s.prefix), p); err != nil {
				t.Fatalf("the older one switches before command %d: %v", n, err)
			}
			toyMust(t, Rebuild(ctx, s, j, nil, p)) // sweeps what nobody took away
			wholeModel(t, fmt.Sprintf("the older one switches before command %d", n), c, s, p, l)
		}
	})
}

func TestTwoRebuildsAtOnce(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		for i := range 1000 {
			l.add(toyCounted{"wide", fmt.Sprint(i), 1}, toyCounted{fmt.Sprint("g", i), "x", 1})
		}
		j, s := l.open(t), freshStore(t, c)
		for range 5 {
			var two sync.WaitGroup
			for range 2 {
				two.Go(func() {
					if err := Rebuild(ctx, s, j, nil, p); err != nil {
						t.Error(err)
					}
				})
			}
			two.Wait()
			toyMust(t, s.sweep(ctx, &p)) // of the slower one, where it was swept at work
			wholeModel(t, "two rebuilds", c, s, p, l)
		}
	})
}

// TestOvertakenRebuildLeavesNothing: whenever another is done first.
func TestOvertakenRebuildLeavesNothing(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), toyCounters(1), &toyLog{}, &intruder{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
		j := l.open(t)
		c.AddHook(h)
		for n := range h.steps(t) {
			s := freshStore(t, c)
			toyMust(t, Rebuild(ctx, s, j, nil, p))
			h.set(n, func() {
				toyMust(t, usurp(ctx, c, s, j, p))
			})
			toyMust(t, Rebuild(ctx, s, j, nil, p))
			h.set(0, nil)
			wholeModel(t, fmt.Sprintf("overtaken before command %d", n), c, s, p, l)
		}
	})
}

// TestSweptBuilderDies: what somebody writes to a generation that was swept, and
// does not live to take away, is found by the sweep after.
func TestSweptBuilderDies(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
		j, s := l.open(t), freshStore(t, c)
		number, err := s.claim(ctx, s.names(p.Name))
		toyMust(t, err)
		toyMust(t, Rebuild(ctx, s, j, nil, p))
		_, err = s.build(ctx, folded(t, p, l.all()), number)
		toyMust(t, err)
		toyMust(t, c.Del(ctx, s.names(p.Name).generation(number).tables()).Err())
		toyMust(t, Rebuild(ctx, s, j, nil, p))
		wholeModel(t, "swept", c, s, p, l)
	})
}

// lossy loses the answer to the n-th transaction, once.
type lossy struct {
	mu   sync.Mutex
	left int
}

func (h *lossy) set(left int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left = left
}

func (h *lossy) DialHook(next redis.DialHook) redis.DialHook          { return next }
func (h *lossy) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (h *lossy) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		h.mu.Lock()
		defer h.mu.Unlock()
		if cmds[0].Name() != "multi" || h.left == 0 {
			return err
		}
		if h.left--; h.left > 0 {
			return err
		}
		for _, cmd := range cmds {
			cmd.SetErr(errCut)
		}
		return errCut
	}
}

// TestLostAnswer: of each transaction of a rebuild in turn; everything else goes
// through.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), toyCounters(1), &toyLog{}, &lossy{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
		j, s := l.open(t), freshStore(t, c)
		c.AddHook(h)
		toyMust(t, Rebuild(ctx, s, j, nil, p))
		for n := 1; n <= 4; n++ { // the lease, the number, the switch, the lease again
			h.set(n)
			err := Rebuild(ctx, s, j, nil, p)
			if h.set(0); (n <= 2) != errors.Is(err, errCut) {
				t.Errorf("transaction %d: %v", n, err)
			}
			wholeModel(t, fmt.Sprintf("transaction %d", n), c, s, p, l)
		}
	})
}

// TestRebuildStaysLevel: with the other projections that a Runner of this process
// feeds, though the log has gone on; where none does, it comes to the log's end.
func TestRebuildStaysLevel(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyNoise{})
		j, s := l.open(t), freshStore(t, c)
		toyMust(t, Rebuild(ctx, s, j, nil, p))
		l.add(toyCounted{"g", "a", 1}, toyNoise{}, toyCounted{"g", "a", 1})
		fed := at(20)
		again := func(want journal.Position, whenRead func()) {
			t.Helper()
			_, err := rebuild(ctx, s, j, func(journal.Position, int) { whenRead() }, func() journal.Position { return fed }, []Projection{p})
			toyMust(t, err)
			if _, position := storeDump(t, s, p); position != want {
				t.Errorf("it stands at %d, not %d", position, want)
			}
		}
		feed := func(to int) {
			toyMust(t, s.Apply(ctx, p, fed, toyBatch(l, int(num(fed)/10), to)))
			fed = at(uint64(10 * to))
		}
		again(at(20), func() {})
		again(at(40), func() { // a batch comes meanwhile
			if fed == at(20) {
				feed(4)
			}
		})
		fed = at(30) // another process has fed more
		again(at(50), func() {})
		fed = at(0)
		l.add(toyNoise{})
		again(at(60), func() {})
		wholeModel(t, "level", c, s, p, l)
	})
}

// TestReaderWaitsForAnotherProcess: which is between the commits of one batch;
// for one that stands still it does so once.
func TestReaderWaitsForAnotherProcess(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, q, l := t.Context(), toyCounters(1), toyNoises(), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyNoise{})
		j, s := l.open(t), freshStore(t, c)
		toyMust(t, Rebuild(ctx, s, j, nil, p, q))
		reader := NewStore(c, s.prefix)
		read := func() (a, b journal.Position) {
			toyMust(t, reader.Read(ctx, func(v map[string]View) error {
				a, b = v[p.Name].Position(), v[q.Name].Position()
				return nil
			}, p, q))
			return a, b
		}
		read()
		l.add(toyCounted{"g", "a", 1}, toyNoise{})
		toyMust(t, s.Apply(ctx, p, at(20), toyBatch(l, 2, 4)))
		h := &intruder{}
		c.AddHook(h)
		h.set(13, func() { // it has seen by then that they are not level
			toyMust(t, s.Apply(ctx, q, at(20), toyBatch(l, 2, 4)))
		})
		if a, b := read(); a != at(40) || b != at(40) {
			t.Fatalf("it sees %d and %d", a, b)
		}
		l.add(toyCounted{"g", "a", 1})
		toyMust(t, s.Apply(ctx, p, at(40), toyBatch(l, 4, 5)))
		if a, b := read(); a != at(50) || b != at(40) {
			t.Fatalf("it sees %d and %d", a, b)
		}
		if reader.known(q.Name).still.number == 0 {
			t.Error("it will wait for it again")
		}
		read()
	})
}

// strict is a projection whose fold refuses what a right history cannot hold.
func strict() Projection {
	p := toyCounters(1)
	p.Name = "strict"
	fold := p.Fold
	p.Fold = func(tx *Tx, r *journal.Recorded) error {
		if e, ok := r.Event.(toyDropped); ok {
			if _, there := toyRows.Peek(tx, e.Group, e.Name); !there {
				return fmt.Errorf("%w: %s was never counted", errToy, e.Name)
			}
		}
		return fold(tx, r)
	}
	return p
}

// TestNoFailureOverRowsTakenAway: a fold that fails over rows that were switched
// or lost under it is no failure of the fold.
func TestNoFailureOverRowsTakenAway(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), strict(), &toyLog{}, &intruder{}
		l.add(toyCounted{"g", "a", 1}, toyDropped{"g", "a"})
		j := l.open(t)
		c.AddHook(h)
		for n := range h.steps(t) {
			s := freshStore(t, c)
			toyMust(t, s.Begin(ctx, p))
			toyMust(t, s.Apply(ctx, p, at(0), toyBatch(l, 0, 1)))
			h.set(n, func() {
				toyMust(t, usurp(ctx, c, s, j, p))
			})
			if err := s.Apply(ctx, p, at(10), toyBatch(l, 1, 2)); err != nil {
				t.Fatalf("switched before command %d: %v", n, err)
			}
			h.set(0, nil)
		}
		n, s := openNode(t), freshStore(t, c)
		r := startRunner(t, s, n, p)
		waitFor(t, r, n.record(t, toyCounted{"g", "a", 1}), p.Name)
		flushed(t, c, s)
		waitFor(t, r, n.record(t, toyDropped{"g", "a"}), p.Name)
	})
}

// TestRebuildWithoutRoom: a server that is full takes no second copy of the rows,
// and goes on with the first.
func TestRebuildWithoutRoom(t *testing.T) {
	t.Parallel()
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: startRedis(t), MaxRetries: 20})
	t.Cleanup(func() { _ = c.Close() })
	ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
	for i := range 4000 {
		l.add(toyCounted{fmt.Sprint("g", i), strings.Repeat("x", 900), 1})
	}
	j, s := l.open(t), freshStore(t, c)
	toyMust(t, Rebuild(ctx, s, j, nil, p))
	var used int64
	if _, err := fmt.Sscan(c.InfoMap(ctx, "memory").Val()["Memory"]["used_memory"], &used); err != nil {
		t.Fatal(err)
	}
	toyMust(t, c.ConfigSet(ctx, "maxmemory", fmt.Sprint(used+used/2)).Err())
	if err := Rebuild(ctx, s, j, nil, p); err == nil || !strings.Contains(err.Error(), "OOM") {
		t.Fatalf("there was room: %v", err)
	}
	l.add(toyCounted{"g", "a", 1})
	toyMust(t, NewStore(c, s.prefix).Apply(ctx, p, at(40000), toyBatch(l, 4000, 4001)))
	wholeModel(t, "without room", c, s, p, l)
}

// TestCancelledRebuild: whoever asked for it may go away before any command.
func TestCancelledRebuild(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		p, l, h := toyCounters(1), &toyLog{}, &intruder{}
		for i := range 600 {
			l.add(toyCounted{"g", fmt.Sprint(i), 1})
		}
		j, s := l.open(t), freshStore(t, c)
		toyMust(t, Rebuild(t.Context(), s, j, nil, p))
		c.AddHook(h)
		for n := range h.steps(t) {
			ctx, cancel := context.WithCancel(t.Context())
			h.set(n, cancel)
			err := Rebuild(ctx, s, j, nil, p)
			h.set(0, nil)
			if err != nil && (ctx.Err() == nil || !errors.Is(err, context.Canceled)) {
				t.Errorf("cancelled before command %d: %v", n, err)
			}
			cancel()
			wholeModel(t, fmt.Sprintf("cancelled before command %d", n), c, s, p, l)
		}
	})
}

// TestFillWhereNothingIsLeft: the batch follows on an event that the log does
// not hold any more.
func TestFillWhereNothingIsLeft(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, s := t.Context(), toyCounters(1), &toyLog{}, freshStore(t, c)
		l.add(toyCounted{"g", "a", 1})
		j := l.open(t)
		toyMust(t, Rebuild(ctx, s, j, nil, p))
		l.add(toyCounted{"g", "a", 1})
		m, err := s.load(ctx, &p)
		toyMust(t, err)
		toyMust(t, s.catchUp(ctx, j, &p, &m, at(15)))
		toyMust(t, s.Apply(ctx, p, at(15), toyBatch(l, 1, 2)))
		wholeModel(t, "filled", c, s, p, l)
	})
}

// TestTwoStart: two processes over one empty Redis.
func TestTwoStart(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, p, q := openNode(t), toyCounters(1), toyNoises()
		for range 20 {
			n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
		}
		for range 20 {
			prefix := freshStore(t, c).prefix
			var two sync.WaitGroup
			for range 2 {
				two.Go(func() {
					r := NewRunner(NewStore(c, prefix), n.Journal, RunnerOptions{}, p, q)
					if err := r.Start(t.Context()); err != nil {
						t.Error(err)
					}
					r.Stop()
				})
			}
			two.Wait()
		}
	})
}
