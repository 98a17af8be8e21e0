package foldredis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
	"ksiega/internal/testkit/redistest"
)

// toyBatch is the events from one to before another.
func toyBatch(l *toyLog, from, to int) toyBatchOf {
	return toyBatchOf{Events: l.all()[from:to], Through: position.Of(uint64(10 * to))}
}

// rowsOf are the rows that a reader of one projection sees.
func rowsOf(ctx context.Context, s *toyStore, p toyModel) (rows map[fold.Key]string, err error) {
	err = s.Read(ctx, func(views map[string]fold.View) error {
		rows, err = fold.Dump(ctx, views[p.Name])
		return err
	}, p)
	return rows, err
}

// wholeModel checks that there is one generation, with the rows of the log.
func wholeModel(t *testing.T, what string, c redis.UniversalClient, s *toyStore, p toyModel, l *toyLog) {
	t.Helper()
	rows, err := rowsOf(t.Context(), NewStore[*journal.Recorded](c, s.prefix), p)
	if err != nil {
		t.Fatalf("%s: %v; keys %v", what, err, keysUnder(t.Context(), c, s.prefix))
	}
	foldtest.SameDump(t, what, rows, foldtest.Dump(t, folded(t, p, l.all())))
	if left := generationsIn(keysUnder(t.Context(), c, s.prefix)); len(left) != 1 {
		t.Fatalf("%s: generations %v are left", what, left)
	}
}

// TestOlderRebuildInBetween: a rebuild that began to write before another may
// want to switch at any moment of that, and never spoils what is current.
func TestOlderRebuildInBetween(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), toyCounters(1), &toyLog{}, &intruder{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
		j := l.open(t)
		c.AddHook(h)
		for n := range h.steps(t) {
			s := freshStore(t, c)
			older := NewStore[*journal.Recorded](c, s.prefix)
			foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
			m := fold.NewMemory(p)
			foldtest.Must(t, j.Scan(ctx, fold.Range{}, m.Fold))
			number, err := older.claim(ctx, s.names(p.Name))
			foldtest.Must(t, err)
			built, err := older.build(ctx, m, number)
			foldtest.Must(t, err)
			h.set(n, func() {
				if err := older.switchTo(ctx, j, &p, built, position.Of(0)); err == nil {
					foldtest.Must(t, older.sweep(ctx, &p))
				} else if _, undone := older.abandon(ctx, s.names(p.Name), number); undone != nil || !errors.Is(err, ErrOvertaken) {
					t.Fatal(err, undone)
				}
			})
			foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
			h.set(0, nil)
			if _, err := rowsOf(ctx, NewStore[*journal.Recorded](c, s.prefix), p); err != nil {
				t.Fatalf("the older one switches before command %d: %v", n, err)
			}
			foldtest.Must(t, Rebuild(ctx, s, j, nil, p)) // sweeps what nobody took away
			wholeModel(t, fmt.Sprintf("the older one switches before command %d", n), c, s, p, l)
		}
	})
}

func TestTwoRebuildsAtOnce(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
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
			foldtest.Must(t, s.sweep(ctx, &p)) // of the slower one, where it was swept at work
			wholeModel(t, "two rebuilds", c, s, p, l)
		}
	})
}

// TestOvertakenRebuildLeavesNothing: whenever another is done first.
func TestOvertakenRebuildLeavesNothing(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), toyCounters(1), &toyLog{}, &intruder{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
		j := l.open(t)
		c.AddHook(h)
		for n := range h.steps(t) {
			s := freshStore(t, c)
			foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
			h.set(n, func() {
				foldtest.Must(t, usurp(ctx, c, s, j, p))
			})
			foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
			h.set(0, nil)
			wholeModel(t, fmt.Sprintf("overtaken before command %d", n), c, s, p, l)
		}
	})
}

// TestSweptBuilderDies: what somebody writes to a generation that was swept, and
// does not live to take away, is found by the sweep after.
func TestSweptBuilderDies(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
		j, s := l.open(t), freshStore(t, c)
		number, err := s.claim(ctx, s.names(p.Name))
		foldtest.Must(t, err)
		foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
		_, err = s.build(ctx, folded(t, p, l.all()), number)
		foldtest.Must(t, err)
		foldtest.Must(t, c.Del(ctx, s.names(p.Name).generation(number).tables()).Err())
		foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
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
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), toyCounters(1), &toyLog{}, &lossy{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
		j, s := l.open(t), freshStore(t, c)
		c.AddHook(h)
		foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
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
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyNoise{})
		j, s := l.open(t), freshStore(t, c)
		foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
		l.add(toyCounted{"g", "a", 1}, toyNoise{}, toyCounted{"g", "a", 1})
		fed := position.Of(20)
		again := func(want journal.Position, whenRead func()) {
			t.Helper()
			_, err := rebuild(ctx, s, j, func(journal.Position, int) { whenRead() }, func() journal.Position { return fed }, []toyModel{p})
			foldtest.Must(t, err)
			if _, stands := storeDump(t, s, p); stands != want {
				t.Errorf("it stands at %d, not %d", stands, want)
			}
		}
		feed := func(to int) {
			foldtest.Must(t, s.Apply(ctx, p, fed, toyBatch(l, int(fed.Number()/10), to)))
			fed = position.Of(uint64(10 * to))
		}
		again(position.Of(20), func() {})
		again(position.Of(40), func() { // a batch comes meanwhile
			if fed == position.Of(20) {
				feed(4)
			}
		})
		fed = position.Of(30) // another process has fed more
		again(position.Of(50), func() {})
		fed = position.Of(0)
		l.add(toyNoise{})
		again(position.Of(60), func() {})
		wholeModel(t, "level", c, s, p, l)
	})
}

// TestReaderWaitsForAnotherProcess: which is between the commits of one batch;
// for one that stands still it does so once.
func TestReaderWaitsForAnotherProcess(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, q, l := t.Context(), toyCounters(1), toyNoises(), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyNoise{})
		j, s := l.open(t), freshStore(t, c)
		foldtest.Must(t, Rebuild(ctx, s, j, nil, p, q))
		reader := NewStore[*journal.Recorded](c, s.prefix)
		read := func() (a, b journal.Position) {
			foldtest.Must(t, reader.Read(ctx, func(v map[string]fold.View) error {
				a, b = v[p.Name].Position(), v[q.Name].Position()
				return nil
			}, p, q))
			return a, b
		}
		read()
		l.add(toyCounted{"g", "a", 1}, toyNoise{})
		foldtest.Must(t, s.Apply(ctx, p, position.Of(20), toyBatch(l, 2, 4)))
		h := &intruder{}
		c.AddHook(h)
		h.set(13, func() { // it has seen by then that they are not level
			foldtest.Must(t, s.Apply(ctx, q, position.Of(20), toyBatch(l, 2, 4)))
		})
		if a, b := read(); a != position.Of(40) || b != position.Of(40) {
			t.Fatalf("it sees %d and %d", a, b)
		}
		l.add(toyCounted{"g", "a", 1})
		foldtest.Must(t, s.Apply(ctx, p, position.Of(40), toyBatch(l, 4, 5)))
		if a, b := read(); a != position.Of(50) || b != position.Of(40) {
			t.Fatalf("it sees %d and %d", a, b)
		}
		if reader.known(q.Name).still.number == 0 {
			t.Error("it will wait for it again")
		}
		read()
	})
}

// strict is a projection whose fold refuses what a right history cannot hold.
func strict() toyModel {
	p := toyCounters(1)
	p.Name = "strict"
	unchecked := p.Fold
	p.Fold = func(tx *fold.Tx, r *journal.Recorded) error {
		if e, ok := r.Event.(toyDropped); ok {
			if _, there := toyRows.Peek(tx, e.Group, e.Name); !there {
				return fmt.Errorf("%w: %s was never counted", errToy, e.Name)
			}
		}
		return unchecked(tx, r)
	}
	return p
}

// TestNoFailureOverRowsTakenAway: a fold that fails over rows that were switched
// or lost under it is no failure of the fold.
func TestNoFailureOverRowsTakenAway(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), strict(), &toyLog{}, &intruder{}
		l.add(toyCounted{"g", "a", 1}, toyDropped{"g", "a"})
		j := l.open(t)
		c.AddHook(h)
		for n := range h.steps(t) {
			s := freshStore(t, c)
			foldtest.Must(t, s.Begin(ctx, p))
			foldtest.Must(t, s.Apply(ctx, p, position.Of(0), toyBatch(l, 0, 1)))
			h.set(n, func() {
				foldtest.Must(t, usurp(ctx, c, s, j, p))
			})
			if err := s.Apply(ctx, p, position.Of(10), toyBatch(l, 1, 2)); err != nil {
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
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: redistest.Own(t).Socket, MaxRetries: 20})
	t.Cleanup(func() { _ = c.Close() })
	ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
	for i := range 4000 {
		l.add(toyCounted{fmt.Sprint("g", i), strings.Repeat("x", 900), 1})
	}
	j, s := l.open(t), freshStore(t, c)
	foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
	var used int64
	if _, err := fmt.Sscan(c.InfoMap(ctx, "memory").Val()["Memory"]["used_memory"], &used); err != nil {
		t.Fatal(err)
	}
	foldtest.Must(t, c.ConfigSet(ctx, "maxmemory", fmt.Sprint(used+used/2)).Err())
	if err := Rebuild(ctx, s, j, nil, p); err == nil || !strings.Contains(err.Error(), "OOM") {
		t.Fatalf("there was room: %v", err)
	}
	l.add(toyCounted{"g", "a", 1})
	foldtest.Must(t, NewStore[*journal.Recorded](c, s.prefix).Apply(ctx, p, position.Of(40000), toyBatch(l, 4000, 4001)))
	wholeModel(t, "without room", c, s, p, l)
}

// TestCancelledRebuild: whoever asked for it may go away before any command.
func TestCancelledRebuild(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		p, l, h := toyCounters(1), &toyLog{}, &intruder{}
		for i := range 600 {
			l.add(toyCounted{"g", fmt.Sprint(i), 1})
		}
		j, s := l.open(t), freshStore(t, c)
		foldtest.Must(t, Rebuild(t.Context(), s, j, nil, p))
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
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, s := t.Context(), toyCounters(1), &toyLog{}, freshStore(t, c)
		l.add(toyCounted{"g", "a", 1})
		j := l.open(t)
		foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
		l.add(toyCounted{"g", "a", 1})
		m, err := s.load(ctx, &p)
		foldtest.Must(t, err)
		foldtest.Must(t, s.catchUp(ctx, j, &p, &m, position.Of(15)))
		foldtest.Must(t, s.Apply(ctx, p, position.Of(15), toyBatch(l, 1, 2)))
		wholeModel(t, "filled", c, s, p, l)
	})
}

// TestTwoStart: two processes over one empty Redis.
func TestTwoStart(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, p, q := openNode(t), toyCounters(1), toyNoises()
		for range 20 {
			n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
		}
		for range 20 {
			prefix := freshStore(t, c).prefix
			var two sync.WaitGroup
			for range 2 {
				two.Go(func() {
					r := NewRunner(NewStore[*journal.Recorded](c, prefix), n.Log, RunnerOptions{}, p, q)
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
