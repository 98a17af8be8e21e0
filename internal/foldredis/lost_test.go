package foldredis

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
)

// flushed takes a store's keys away, as when Redis loses them.
func flushed(t *testing.T, c redis.UniversalClient, s *toyStore) {
	t.Helper()
	if keys := keysUnder(t.Context(), c, s.prefix); len(keys) > 0 {
		foldtest.Must(t, c.Del(t.Context(), keys...).Err())
	}
}

// TestFlushedWhileRead: rows of one life of Redis are not taken for those of
// another, though the log's end is the same.
func TestFlushedWhileRead(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
		j, s := l.open(t), freshStore(t, c)
		foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
		first := true
		for range 2 { // and from the cache
			var rows []string
			foldtest.Must(t, s.Read(ctx, func(v map[string]fold.View) error {
				if first {
					first = false
					flushed(t, c, s)
					if _, err := toyRows.Every(ctx, v[p.Name], "g"); !errors.Is(err, errMoved) {
						t.Errorf("read while flushed: %v", err)
					}
					return usurp(ctx, c, s, j, p)
				}
				rows = namesIn(t, v[p.Name], "g")
				return nil
			}, p))
			sameLines(t, rows, "g/a=1")
		}
	})
}

// TestFlushedAtEveryStep: of a reader, whom another process has rebuilt it for,
// and of a rebuild.
func TestFlushedAtEveryStep(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, h := t.Context(), toyCounters(1), &intruder{}
		c.AddHook(h)
		for _, reads := range []bool{true, false} {
			for n := range h.steps(t) {
				l := &toyLog{}
				l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2})
				j, s := l.open(t), freshStore(t, c)
				foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
				h.set(n, func() {
					flushed(t, c, s)
					if !reads {
						l.add(toyCounted{"g", "a", 1})
					}
					foldtest.Must(t, usurp(ctx, c, s, j, p))
				})
				what := fmt.Sprintf("reads %v, flushed before command %d", reads, n)
				if reads {
					rows, err := rowsOf(ctx, s, p)
					foldtest.Must(t, err)
					foldtest.SameDump(t, what, rows, foldtest.Dump(t, folded(t, p, l.all())))
				} else if err := Rebuild(ctx, s, j, nil, p); err != nil && !errors.Is(err, ErrOvertaken) {
					t.Fatalf("%s: %v", what, err)
				}
				h.set(0, nil)
				rows, err := rowsOf(ctx, NewStore[*journal.Recorded](c, s.prefix), p)
				foldtest.Must(t, err)
				foldtest.SameDump(t, what, rows, foldtest.Dump(t, folded(t, p, l.all())))
			}
		}
	})
}

// TestSetBackUnderAWriter: nothing is folded over rows of an older image of Redis
// under the checkpoint that had been reached, also where another process has brought
// it to the same position.
func TestSetBackUnderAWriter(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"g", "a", 10}, toyCounted{"g", "a", 100})
		s := freshStore(t, c)
		foldtest.Must(t, s.Begin(ctx, p))
		foldtest.Must(t, s.Apply(ctx, p, position.Of(0), toyBatch(l, 0, 1)))
		older := imageOf(t, c, s.prefix)
		foldtest.Must(t, s.Apply(ctx, p, position.Of(10), toyBatch(l, 1, 2)))
		m := s.known(p.Name).mark
		w, err := s.prepare(ctx, &p, m, position.Of(20), toyBatch(l, 2, 3))
		foldtest.Must(t, err)
		older.setTo(t, c, s.prefix)
		if err := s.Apply(ctx, p, position.Of(20), toyBatch(l, 2, 3)); !errors.Is(err, ErrGap) {
			t.Errorf("folded: %v", err)
		}
		foldtest.Must(t, NewStore[*journal.Recorded](c, s.prefix).Apply(ctx, p, position.Of(10), toyBatch(l, 1, 2)))
		s.writing.Lock()
		err = s.commit(ctx, w)
		s.writing.Unlock()
		if !errors.Is(err, errMoved) {
			t.Fatalf("committed: %v", err)
		}
		foldtest.Must(t, s.Apply(ctx, p, position.Of(20), toyBatch(l, 2, 3)))
		wholeModel(t, "again", c, s, p, l)
	})
}

// watchful is a runner that often looks after its rows.
func watchful(t *testing.T, s *toyStore, n *toyNode, ps ...toyModel) *toyRunner {
	t.Helper()
	r := NewRunner(s, n.Log, RunnerOptions{}, ps...)
	r.every = 10 * time.Millisecond
	foldtest.Must(t, r.Start(t.Context()))
	t.Cleanup(r.Stop)
	return r
}

// atLast waits until try says that all is well.
func atLast(t *testing.T, try func() error) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if err := try(); err == nil {
			return
		} else if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// TestFlushedAndIdle: rows that Redis lost are mended also by events that do not
// concern the projection, and where nothing is recorded at all.
func TestFlushedAndIdle(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, s, p, q := openNode(t), freshStore(t, c), toyCounters(1), toyNoises()
		n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
		r := watchful(t, s, n, p, q)
		waitFor(t, r, n.record(t, toyCounted{"g", "a", 1}), p.Name, q.Name)
		for _, noisy := range []bool{true, false} {
			flushed(t, c, s)
			atLast(t, func() error {
				if noisy {
					waitFor(t, r, n.record(t, toyNoise{}), p.Name, q.Name)
				}
				_, err := rowsOf(t.Context(), s, p)
				return err
			})
			sameAsKnown(t, "mended", s, n, p)
		}
	})
}

// TestSwitchedBehindWhatWasSeen: by another process, which cannot know that this
// one has passed over events that do not concern the projection.
func TestSwitchedBehindWhatWasSeen(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, s, p := openNode(t), freshStore(t, c), toyCounters(1)
		n.record(t, toyCounted{"g", "a", 1})
		r := watchful(t, s, n, p)
		last := n.record(t, toyNoise{})
		waitFor(t, r, last, p.Name)
		foldtest.Must(t, NewStore[*journal.Recorded](c, s.prefix).Begin(t.Context(), p))
		atLast(t, func() error {
			if _, stands := storeDump(t, s, p); last.After(stands) {
				return fmt.Errorf("it stands at %d, though %d was seen", stands, last)
			}
			return nil
		})
		sameAsKnown(t, "mended", s, n, p)
	})
}

// TestNumbersDoNotComeAgain: though Redis forgets all of them, or the last.
func TestNumbersDoNotComeAgain(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, s := t.Context(), freshStore(t, c)
		n, given := s.names("numbers"), map[uint64]bool{}
		var mu sync.Mutex
		take := func(times int) {
			for range times {
				number, err := s.claim(ctx, n)
				if errors.Is(err, ErrContended) {
					continue
				}
				mu.Lock()
				if err != nil || given[number] {
					t.Errorf("%d is given again: %v", number, err)
				}
				given[number] = true
				mu.Unlock()
			}
		}
		take(5)
		old := c.Get(ctx, n.counter()).Val()
		take(5)
		foldtest.Must(t, c.Set(ctx, n.counter(), old, 0).Err())
		take(5)
		flushed(t, c, s)
		take(5)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { take(10) })
		}
		all.Wait()
		last := uint64(0)
		for number := range maps.Keys(given) {
			last = max(last, number)
		}
		foldtest.Must(t, c.Set(ctx, n.counter(), last+1<<40, 0).Err()) // another machine's clock is ahead
		take(2)
		if !given[last+1<<40+1] {
			t.Error("a number is below one that was given before")
		}
	})
}

// TestLookDoesNotForget: what this process has passed over while Redis was asked.
func TestLookDoesNotForget(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), toyCounters(1), &toyLog{}, &intruder{}
		l.add(toyNoise{}, toyNoise{})
		s := freshStore(t, c)
		c.AddHook(h)
		foldtest.Must(t, s.Begin(ctx, p))
		foldtest.Must(t, s.Apply(ctx, p, position.Of(0), toyBatch(l, 0, 1)))
		for n := range 2 {
			h.set(n, func() { foldtest.Must(t, s.Apply(ctx, p, position.Of(10), toyBatch(l, 1, 2))) })
			if _, err := s.load(ctx, &p); err != nil {
				t.Errorf("before command %d: %v", n, err)
			}
			if m := s.known(p.Name).mark; m.stored.position != position.Of(20) {
				t.Errorf("before command %d: %d is known", n, m.stored.position)
			}
		}
	})
}
