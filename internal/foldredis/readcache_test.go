package foldredis

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
)

// namesIn are rows as Every gives them.
func namesIn(t *testing.T, v fold.View, parts ...string) []string {
	t.Helper()
	items, err := toyRows.Every(t.Context(), v, parts...)
	foldtest.Must(t, err)
	var all []string
	for _, it := range items {
		all = append(all, it.Part+"/"+it.Field+"="+strconv.FormatInt(it.Row.N, 10))
	}
	return all
}

func TestCacheHoldsForOneCheckpoint(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, l, s, p := t.Context(), &toyLog{}, freshStore(t, c), toyCounters(1)
		foldtest.Must(t, s.Begin(ctx, p))
		read := func(parts ...string) (all []string) {
			t.Helper()
			foldtest.Must(t, s.Read(ctx, func(views map[string]fold.View) error {
				all = namesIn(t, views[p.Name], parts...)
				return nil
			}, p))
			return all
		}
		apply := func(events ...toyCounted) {
			t.Helper()
			for _, e := range events {
				l.add(e)
			}
			all := l.all()
			foldtest.Must(t, s.Apply(ctx, p, position.Of(0), toyBatchOf{Events: all, Through: all[len(all)-1].Position}))
		}
		apply(toyCounted{"a", "x", 1}, toyCounted{"b", "y", 2})
		for range 2 {
			sameLines(t, read(), "a/x=1", "b/y=2")
			sameLines(t, read("b", "c"), "b/y=2")
		}
		// What is kept is not asked for again; a dump shows what there is.
		key := keysLike(t, s, p, "r:"+toyRows.Name+":a")
		row, err := c.HGet(ctx, key, "x").Result()
		foldtest.Must(t, err)
		foldtest.Must(t, c.HDel(ctx, key, "x").Err())
		sameLines(t, read("a"), "a/x=1")
		foldtest.Must(t, s.Read(ctx, func(views map[string]fold.View) error {
			if foldtest.Dump(t, views[p.Name].(fold.Stored).Unchecked())[toyRows.Key("a", "x")] != "" {
				t.Error("a dump is of the cache")
			}
			return nil
		}, p))
		foldtest.Must(t, c.HSet(ctx, key, "x", row).Err())

		apply(toyCounted{"a", "z", 3})
		sameLines(t, read(), "a/x=1", "a/z=3", "b/y=2")
		foldtest.Must(t, Rebuild(ctx, s, l.open(t), nil, p))
		sameLines(t, read(), "a/x=1", "a/z=3", "b/y=2")
	})
}

// keysLike is the one key of the current generation with an ending.
func keysLike(t *testing.T, s *toyStore, p toyModel, ending string) string {
	t.Helper()
	m, err := s.load(t.Context(), &p)
	foldtest.Must(t, err)
	return s.names(p.Name).generation(m.number).base + ending
}

// TestCacheIsNotFilledByWhoeverIsOvertaken: what a writer has moved on from is
// neither read nor kept.
func TestCacheIsNotFilledByWhoeverIsOvertaken(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, l, s, p := t.Context(), &toyLog{}, freshStore(t, c), toyCounters(1)
		foldtest.Must(t, s.Begin(ctx, p))
		l.add(toyCounted{"a", "x", 1})
		foldtest.Must(t, s.Apply(ctx, p, position.Of(0), toyBatchOf{Events: l.all(), Through: position.Of(10)}))
		before, err := s.load(ctx, &p)
		foldtest.Must(t, err)
		runs := 0
		foldtest.Must(t, s.Read(ctx, func(views map[string]fold.View) error {
			if runs++; runs == 1 {
				l.add(toyCounted{"a", "y", 2})
				foldtest.Must(t, s.Apply(ctx, p, position.Of(10), toyBatchOf{Events: l.all(), Through: position.Of(20)}))
				_, err := toyRows.Every(ctx, views[p.Name], "a")
				return err
			}
			sameLines(t, namesIn(t, views[p.Name], "a"), "a/x=1", "a/y=2")
			return nil
		}, p))
		if runs != 2 {
			t.Fatalf("read %d times", runs)
		}
		if kept := s.read.get(p.Name, before, toyRows.Whole("a")); kept != nil {
			t.Errorf("kept under the earlier checkpoint: %v", kept)
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	var c readCache
	const each = readCacheBytes / 10
	check := func(most int) {
		t.Helper()
		sum, n := 0, 0
		for _, model := range c.models {
			for _, one := range model.all {
				sum, n = sum+one.bytes, n+1
			}
		}
		if sum != c.bytes || sum > readCacheBytes || n > most {
			t.Fatalf("%d parts of %d bytes, counted as %d", n, sum, c.bytes)
		}
	}
	for i := range 40 {
		name, m := "p"+strconv.Itoa(i%2), mark{number: 1}
		c.put(name, m, map[fold.Key]cached{{Table: "t", Part: strconv.Itoa(i)}: {decoded: i, bytes: each}})
		check(10)
	}
	c.put("p0", mark{number: 1}, map[fold.Key]cached{{Table: "t", Part: "large"}: {decoded: 0, bytes: readCacheBytes / 2}})
	if c.get("p0", mark{number: 1}, fold.Key{Table: "t", Part: "large"}) != nil {
		t.Error("one part may take half of the room")
	}
	for i, m := range []mark{{number: 1, stored: checkpoint{nonce: 2}}, {number: 2, stored: checkpoint{nonce: 2}}} {
		c.put("p0", m, map[fold.Key]cached{{Table: "t", Part: "a"}: {decoded: i, bytes: 1}})
		c.put("p1", m, nil)
		check(1)
		if got := c.get("p0", m, fold.Key{Table: "t", Part: "a"}); got != i {
			t.Errorf("%v, not %d", got, i)
		}
	}
	if !slices.Equal([]int{c.bytes, len(c.models)}, []int{1, 2}) {
		t.Errorf("%d bytes of %d models are left", c.bytes, len(c.models))
	}
}

// exchanges counts how often Redis is asked, however much at once.
type exchanges struct{ n atomic.Int64 }

func (e *exchanges) DialHook(next redis.DialHook) redis.DialHook { return next }

func (e *exchanges) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		e.n.Add(1)
		return next(ctx, cmd)
	}
}

func (e *exchanges) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		e.n.Add(1)
		return next(ctx, cmds)
	}
}

// However many rows a question needs, of however many parts, they are asked for at once,
// and are kept for the next one, what is not there too. A row that Redis lost is missed.
func TestSomeRowsAreOneExchange(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, l, s, p := t.Context(), &toyLog{}, freshStore(t, c), toyCounters(1)
		foldtest.Must(t, s.Begin(ctx, p))
		for _, e := range []toyCounted{{"a", "x", 1}, {"a", "y", 2}, {"b", "x", 3}, {"c", "z", 4}} {
			l.add(e)
		}
		all := l.all()
		foldtest.Must(t, s.Apply(ctx, p, position.Of(0), toyBatchOf{Events: all, Through: all[len(all)-1].Position}))
		var asked exchanges
		c.AddHook(&asked)
		keys := []fold.Key{toyRows.Key("c", "z"), toyRows.Key("a", "x"), toyRows.Key("a", "none"), toyRows.Key("b", "x"), toyRows.Key("none", "x")}
		read := func(keys ...fold.Key) (rows []string, n int64, err error) {
			t.Helper()
			err = s.Read(ctx, func(views map[string]fold.View) error {
				before := asked.n.Load()
				items, err := toyRows.Some(ctx, views[p.Name], keys)
				for _, it := range items {
					rows = append(rows, it.Part+"/"+it.Field+"="+strconv.FormatInt(it.Row.N, 10))
				}
				n = asked.n.Load() - before
				return err
			}, p)
			return rows, n, err
		}
		for _, most := range []int64{1, 0} {
			rows, n, err := read(keys...)
			foldtest.Must(t, err)
			sameLines(t, rows, "c/z=4", "a/x=1", "b/x=3")
			if n != most {
				t.Errorf("%d exchanges, not %d", n, most)
			}
		}
		foldtest.Must(t, c.HDel(ctx, keysLike(t, s, p, "r:"+toyRows.Name+":a"), "y").Err())
		if rows, _, err := read(keys...); err != nil || len(rows) != 3 {
			t.Errorf("%v, %v: what is kept is of the rows as they were", rows, err)
		}
		if rows, _, err := read(toyRows.Key("a", "y"), toyRows.Key("b", "x")); !errors.Is(err, ErrLost) {
			t.Errorf("%v, %v of a part that lost a row", rows, err)
		}
	})
}
