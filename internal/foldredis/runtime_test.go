package foldredis

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
	"ksiega/internal/testkit/redistest"
)

// TestThreeWaysAgree: rebuilt = live, whatever the batches and however often
// they come = known at every position.
func TestThreeWaysAgree(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		rapid.Check(t, func(rt *rapid.T) {
			ctx, l := t.Context(), toyHistory(rt)
			events, p := l.all(), toyCounters(1)
			live := freshStore(t, c)
			foldtest.Must(t, live.Begin(ctx, p))
			after := journal.Position{}
			for _, b := range foldtest.Batches(rt, events) {
				if rapid.IntRange(0, 5).Draw(rt, "restart") == 0 {
					// What it saw without changing a row comes again.
					live, after = NewStore[*journal.Recorded](c, live.prefix), position.Of(0)
					b.Events = events[:b.Through.Number()/10]
				}
				for range rapid.IntRange(1, 2).Draw(rt, "times") {
					foldtest.Must(t, live.Apply(ctx, p, after, b))
				}
				after = b.Through
				rows, stands := storeDump(t, live, p)
				known := foldtest.KnownAt(t, l.open(t), p, b.Through.Bound())
				foldtest.SameDump(rt, fmt.Sprint("live at ", stands), rows, foldtest.Dump(t, known))
			}
			want := folded(t, p, events)
			foldtest.ComesBack(rt, want, toyRows)
			foldtest.ComesBack(rt, want, toySums)
			foldtest.ComesBack(rt, want, toyTrail)
			rebuilt := freshStore(t, c)
			foldtest.Must(t, Rebuild(ctx, rebuilt, l.open(t), nil, p))
			rows, _ := storeDump(t, rebuilt, p)
			foldtest.SameDump(rt, "rebuilt", rows, foldtest.Dump(t, want))
			sameItems(rt, rebuilt, p, want)
			if len(events) > 0 {
				sameItems(rt, live, p, want)
			}
		})
	})
}

// TestThreeWaysAgreeInTwoSteps: also where the rows that an event touches are told by
// rows that others have changed, and are whole parts. A row that Redis has lost of
// such a part is no part without it.
func TestThreeWaysAgreeInTwoSteps(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		rapid.Check(t, func(rt *rapid.T) {
			ctx, log, p := t.Context(), foldtest.Sayings(rt), foldtest.Leaders()
			prefix := freshStore(t, c).prefix
			live := NewStore[*foldtest.Said](c, prefix)
			foldtest.Must(t, live.Begin(ctx, p))
			dump := func(s *Store[*foldtest.Said]) (dump map[fold.Key]string) {
				foldtest.Must(t, s.Read(ctx, func(views map[string]fold.View) error {
					dump = foldtest.Dump(t, views[p.Name])
					return nil
				}, p))
				return dump
			}
			after := position.Position{}
			for _, b := range foldtest.Batches(rt, log) {
				for range rapid.IntRange(1, 2).Draw(rt, "times") {
					foldtest.Must(t, live.Apply(ctx, p, after, b))
				}
				after = b.Through
				foldtest.SameDump(rt, fmt.Sprint("live at ", after), dump(live), foldtest.Dump(t, foldtest.KnownAt(t, log, p, after.Bound())))
			}
			rebuilt := NewStore[*foldtest.Said](c, prefix+"-rebuilt")
			foldtest.Must(t, Rebuild(ctx, rebuilt, log, nil, p))
			foldtest.SameDump(rt, "rebuilt", dump(rebuilt), dump(live))

			m, err := live.load(ctx, &p)
			foldtest.Must(t, err)
			part := live.names(p.Name).generation(m.number).rows(fold.Place{Table: foldtest.Members.Name, Part: "x"})
			lacking, err := c.HKeys(ctx, part).Result()
			foldtest.Must(t, err)
			for _, field := range lacking[:min(1, len(lacking))] {
				foldtest.Must(t, c.HDel(ctx, part, field).Err())
				foldtest.Must(t, c.HSet(ctx, part, "another", "{}").Err()) // as many as before
				err := live.Apply(ctx, p, after, fold.Batch[*foldtest.Said]{Events: []*foldtest.Said{{At: position.Of(1 << 20), Who: "new", Team: "x"}}})
				if !errors.Is(err, ErrLost) {
					rt.Fatalf("folded over what is left: %v", err)
				}
			}
		})
	})
}

// sameItems: a query gets the same from Redis as from memory.
func sameItems(rt *rapid.T, s *toyStore, p toyModel, m *fold.Memory[*journal.Recorded]) {
	ctx := context.Background()
	err := s.Read(ctx, func(views map[string]fold.View) error {
		v := views[p.Name]
		partsR, err := toyRows.Parts(ctx, v)
		partsM, err2 := toyRows.Parts(ctx, m)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		if len(partsR) != len(partsM) || len(partsR) > 0 && !reflect.DeepEqual(partsR, partsM) {
			rt.Fatalf("parts %v and %v", partsR, partsM)
		}
		itemsR, err := toyRows.Every(ctx, v)
		itemsM, err2 := toyRows.Every(ctx, m)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		if !reflect.DeepEqual(itemsR, itemsM) {
			rt.Fatalf("items %v and %v", itemsR, itemsM)
		}
		for _, item := range itemsM {
			row, ok, err := toyRows.Find(ctx, v, item.Part, item.Field)
			if err != nil || !ok || !reflect.DeepEqual(row, item.Row) {
				rt.Fatalf("found %v, %v, %v", row, ok, err)
			}
		}
		if _, ok, err := toyRows.Find(ctx, v, "no", "such"); ok || err != nil {
			rt.Fatalf("found what is not there: %v", err)
		}
		return fold.Compare(ctx, v, m, func(d fold.Difference) error {
			rt.Fatalf("differs: %v", d)
			return nil
		})
	}, p)
	if err != nil {
		rt.Fatal(err)
	}
}

func TestManyRowsAndParts(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		for i := range 3000 {
			l.add(toyCounted{"wide", strconv.Itoa(i), 1}, toyCounted{"g" + strconv.Itoa(i), "x", 1})
		}
		want := foldtest.Dump(t, folded(t, p, l.all()))
		live := freshStore(t, c)
		foldtest.Must(t, live.Begin(ctx, p))
		foldtest.Must(t, live.Apply(ctx, p, position.Of(0), toyBatchOf{Events: l.all(), Through: position.Of(1 << 20)}))
		rows, stands := storeDump(t, live, p)
		foldtest.SameDump(t, "live", rows, want)
		if stands != position.Of(1<<20) {
			t.Errorf("stands at %d", stands)
		}
		foldtest.Must(t, Rebuild(ctx, live, l.open(t), nil, p))
		rows, _ = storeDump(t, live, p)
		foldtest.SameDump(t, "rebuilt", rows, want)
		if left := generationsIn(keysUnder(ctx, c, live.prefix)); len(left) != 1 {
			t.Fatalf("generations %v are left", left)
		}
	})
}

func TestTwoWritersNeverBothWin(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		for i := range 300 {
			l.add(toyCounted{"g", strconv.Itoa(i % 7), 1}, toyMoved{"g", strconv.Itoa(i % 5), strconv.Itoa(i % 3)})
		}
		events, first := l.all(), freshStore(t, c)
		foldtest.Must(t, first.Begin(ctx, p))
		var writers sync.WaitGroup
		for w := range 3 {
			s := NewStore[*journal.Recorded](c, first.prefix)
			writers.Go(func() {
				after := journal.Position{}
				for size := 1 + w; len(events) > 0 && int(after.Number()/10) < len(events); {
					from := int(after.Number() / 10)
					b := toyBatchOf{Events: events[from:min(from+size, len(events))]}
					b.Through = b.Events[len(b.Events)-1].Position
					err := s.Apply(ctx, p, after, b)
					if errors.Is(err, ErrContended) {
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					after = b.Through
				}
			})
		}
		writers.Wait()
		rows, stands := storeDump(t, first, p)
		foldtest.SameDump(t, "three writers", rows, foldtest.Dump(t, folded(t, p, events)))
		if stands != events[len(events)-1].Position {
			t.Errorf("stands at %d", stands)
		}
	})
}

func TestReadersSeeOnePosition(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		for i := range 400 {
			l.add(toyCounted{"g", strconv.Itoa(i % 9), 1})
		}
		s := freshStore(t, c)
		foldtest.Must(t, s.Begin(ctx, p))
		var writer sync.WaitGroup
		writer.Go(func() {
			after := journal.Position{}
			for _, r := range l.all() {
				if err := s.Apply(ctx, p, after, toyBatchOf{Events: []*journal.Recorded{r}, Through: r.Position}); err != nil {
					t.Error(err)
					return
				}
				after = r.Position
			}
			if err := Rebuild(ctx, s, l.open(t), nil, p); err != nil {
				t.Error(err)
			}
		})
		var seen [3]int64
		for last := uint64(0); last < 4000 && !t.Failed(); {
			foldtest.Must(t, s.Read(ctx, func(views map[string]fold.View) error {
				v := views["counters"]
				items, err := toyRows.All(ctx, v, "g")
				if err != nil {
					return err
				}
				sum, _, err := toySums.Find(ctx, v, "g", "sum")
				if err != nil {
					return err
				}
				total := int64(0)
				for _, item := range items {
					total += item.Row.N
				}
				// What an attempt saw counts only if it is the last.
				last = v.Position().Number()
				seen = [3]int64{total, sum.N, int64(last / 10)}
				return nil
			}, p))
			if seen[0] != seen[1] || seen[0] != seen[2] {
				t.Fatalf("rows add up to %d, the sum is %d, the position says %d", seen[0], seen[1], seen[2])
			}
		}
		writer.Wait()
	})
}

func TestFailuresStop(t *testing.T) {
	t.Parallel()
	rows := fold.Table[toySum]{Name: "x"}
	for name, p := range map[string]toyModel{
		"returns": {Fold: func(*fold.Tx, *journal.Recorded) error { return errToy }},
		"panics":  {Fold: func(*fold.Tx, *journal.Recorded) error { panic(errToy) }},
		"unnamed": {Fold: func(tx *fold.Tx, _ *journal.Recorded) error { rows.Get(tx, "a", "b"); return nil }},
		"peeks":   {Fold: func(tx *fold.Tx, _ *journal.Recorded) error { rows.Peek(tx, "a", "b"); return nil }},
		"mistakes": {Keys: func(keys []fold.Key, _ *journal.Recorded) []fold.Key { return append(keys, rows.Key("a", "b")) },
			Fold: func(tx *fold.Tx, _ *journal.Recorded) error { fold.Table[toySum]{Name: "y"}.Nth(tx, 0); return nil }},
		"counts": {Fold: func(tx *fold.Tx, _ *journal.Recorded) error { rows.Nth(tx, 0); return nil }},
		"keys": {Keys: func(keys []fold.Key, _ *journal.Recorded) []fold.Key { panic(errToy) },
			Fold: func(*fold.Tx, *journal.Recorded) error { return nil }},
		"unencodable": {Fold: func(tx *fold.Tx, _ *journal.Recorded) error {
			fold.Table[string]{Name: "s"}.Put(tx, "a", "b", "\xff")
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
				ctx, l, s := t.Context(), &toyLog{}, freshStore(t, c)
				p := p
				p.Name, p.Version = "failing", 1
				l.add(toyCounted{"secret", "name", 1})
				foldtest.Must(t, s.Begin(ctx, p))
				err := s.Apply(ctx, p, position.Of(0), toyBatchOf{Events: l.all(), Through: position.Of(10)})
				var failure *fold.Failure
				if !errors.As(err, &failure) || failure.Position != position.Of(10) {
					t.Fatalf("stopped with %v", err)
				}
				if strings.Contains(err.Error(), "secret") {
					t.Errorf("the error tells too much: %v", err)
				}
				if rows, stands := storeDump(t, s, p); len(rows) != 0 || !stands.IsZero() {
					t.Errorf("at %d there is %v", stands, rows)
				}
				if err := Rebuild(ctx, s, l.open(t), nil, p, toyCounters(1)); !errors.As(err, &failure) {
					t.Errorf("rebuilt with %v", err)
				}
				if rows, _ := storeDump(t, s, toyCounters(1)); len(rows) != 3 {
					t.Errorf("the other projection has %d rows", len(rows))
				}
			})
		})
	}
}

func TestReadAfterNamedByAnEarlierEventOnly(t *testing.T) {
	t.Parallel()
	rows := fold.Table[toySum]{Name: "x"}
	p := toyModel{Name: "sloppy", Version: 1,
		Keys: func(keys []fold.Key, r *journal.Recorded) []fold.Key {
			if r.Position == position.Of(10) {
				return append(keys, rows.Key("a", "b"))
			}
			return keys
		},
		Fold: func(tx *fold.Tx, _ *journal.Recorded) error { rows.Get(tx, "a", "b").N++; return nil }}
	l := &toyLog{}
	l.add(toyNoise{}, toyNoise{})
	// It would work or not by where the batches are cut.
	var failure *fold.Failure
	if err := fold.NewMemory(p).Fold(toyBatchOf{Events: l.all(), Through: position.Of(20)}); !errors.As(err, &failure) || failure.Position != position.Of(20) {
		t.Fatalf("stopped with %v", err)
	}
}

func TestGapsAndVersions(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, l, s := t.Context(), &toyLog{}, freshStore(t, c)
		l.add(toyCounted{"g", "a", 1}, toyCounted{"g", "a", 1}, toyNoise{})
		one, two := toyCounters(1), toyCounters(2)
		if err := s.Apply(ctx, one, position.Of(0), toyBatchOf{Events: l.all(), Through: position.Of(30)}); !errors.Is(err, fold.ErrNotBuilt) {
			t.Fatalf("nothing is built: %v", err)
		}
		foldtest.Must(t, s.Begin(ctx, one))
		if err := s.Apply(ctx, one, position.Of(10), toyBatchOf{Events: l.all()[1:], Through: position.Of(30)}); !errors.Is(err, ErrGap) {
			t.Fatalf("a gap: %v", err)
		}
		foldtest.Must(t, s.Apply(ctx, one, position.Of(0), toyBatchOf{Events: l.all(), Through: position.Of(30)}))
		if err := s.Read(ctx, func(map[string]fold.View) error { return nil }, two); !errors.Is(err, ErrOtherVersion) {
			t.Fatalf("another version: %v", err)
		}
		foldtest.Must(t, Rebuild(ctx, s, l.open(t), nil, two))
		rows, _ := storeDump(t, s, two)
		foldtest.SameDump(t, "version 2", rows, foldtest.Dump(t, folded(t, two, l.all())))
		// A process that has not heard of it notices at its next write.
		old := NewStore[*journal.Recorded](c, s.prefix)
		old.learn(one.Name, mark{}, mark{number: 1, stored: checkpoint{version: 1}, raw: "- 0 0 - 1 0 - -"})
		l.add(toyCounted{"g", "a", 1})
		if err := old.Apply(ctx, one, position.Of(0), toyBatchOf{Events: l.all(), Through: position.Of(40)}); !errors.Is(err, ErrOtherVersion) {
			t.Fatalf("the old version went on: %v", err)
		}
	})
}

// TestRebuildOverTheLiveOne: what is recorded and applied while a rebuild reads
// is in the new generation before it is switched to.
func TestRebuildOverTheLiveOne(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, s := t.Context(), toyCounters(1), &toyLog{}, freshStore(t, c)
		foldtest.Must(t, s.Begin(ctx, p))
		after, readings, other := position.Of(0), 0, NewStore[*journal.Recorded](c, s.prefix)
		l.reading = func() {
			if readings++; readings > 4 {
				return
			}
			l.add(toyCounted{"g", "a", 1}, toyNoise{})
			b := toyBatchOf{Events: l.all()[after.Number()/10:]}
			b.Through = b.Events[len(b.Events)-1].Position
			if err := other.Apply(ctx, p, after, b); err != nil {
				t.Error(err)
			}
			after = b.Through
		}
		before := after
		foldtest.Must(t, Rebuild(ctx, s, l.open(t), func(at position.Position, _ int) { before = at }, p))
		rows, stands := storeDump(t, s, p)
		if after.After(stands) || before.IsZero() {
			t.Errorf("stands at %d, was at %d", stands, after)
		}
		foldtest.SameDump(t, "switched", rows, foldtest.Dump(t, folded(t, p, l.all())))
		l.add(toyCounted{"g", "b", 1})
		n := len(l.all())
		foldtest.Must(t, s.Apply(ctx, p, after, toyBatchOf{Events: l.all()[n-1:], Through: position.Of(uint64(10 * n))}))
		rows, _ = storeDump(t, s, p)
		foldtest.SameDump(t, "went on", rows, foldtest.Dump(t, folded(t, p, l.all())))
	})
}

func TestRebuildOfAShorterLog(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, s := t.Context(), toyCounters(1), freshStore(t, c)
		long, short := &toyLog{}, &toyLog{}
		long.add(toyCounted{"g", "a", 1}, toyCounted{"g", "b", 1})
		short.add(toyCounted{"g", "a", 5})
		foldtest.Must(t, Rebuild(ctx, s, long.open(t), nil, p))
		foldtest.Must(t, Rebuild(ctx, s, short.open(t), nil, p))
		rows, stands := storeDump(t, s, p)
		foldtest.SameDump(t, "the restored log", rows, foldtest.Dump(t, folded(t, p, short.all())))
		if stands != position.Of(10) {
			t.Errorf("stands at %d", stands)
		}
	})
}

func TestCompareTellsEveryDifference(t *testing.T) {
	t.Parallel()
	l := &toyLog{}
	l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 1}, toyCounted{"g", "b", 1})
	a, b := folded(t, toyCounters(1), l.all()[:2]), folded(t, toyCounters(1), l.all()[1:])
	var keys []string
	foldtest.Must(t, fold.Compare(t.Context(), a, b, func(d fold.Difference) error {
		if d.A == d.B {
			t.Errorf("%v is the same", d.Key)
		}
		keys = append(keys, d.Key.Table+"/"+d.Key.Part+"/"+d.Key.Field[:1])
		return nil
	}))
	if len(keys) != 4 || keys[0] != "rows/g/a" || keys[1] != "rows/g/b" || !strings.HasPrefix(keys[2], "trail/g/") {
		t.Errorf("differ: %v", keys)
	}
	if err := fold.Compare(t.Context(), a, b, func(fold.Difference) error { return errToy }); !errors.Is(err, errToy) {
		t.Errorf("went on with %v", err)
	}
}

// told is a test that was told of something.
type told bool

func (t *told) Fatalf(string, ...any) { *t = true }

func TestRowsThatDoNotComeBackAreTold(t *testing.T) {
	t.Parallel()
	type odd struct{ M map[string][]int }
	m := fold.NewMemory(toyModel{Name: "odd", Version: 1, Fold: func(tx *fold.Tx, _ *journal.Recorded) error {
		fold.Table[odd]{Name: "odd"}.Put(tx, "a", "b", odd{map[string][]int{"x": nil}})
		return nil
	}})
	l := &toyLog{}
	l.add(toyNoise{})
	foldtest.Must(t, m.Fold(toyBatchOf{Events: l.all(), Through: position.Of(10)}))
	var passed told
	foldtest.ComesBack(&passed, m, fold.Table[odd]{Name: "odd"})
	if !passed {
		t.Error("a row that changes in Redis passed")
	}
}

func TestCheckRedis(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		foldtest.Must(t, CheckRedis(t.Context(), c))
	})
	t.Run("evicting", func(t *testing.T) {
		t.Parallel()
		socket := redistest.Own(t).Socket
		c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: 20})
		defer func() { _ = c.Close() }()
		foldtest.Must(t, c.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err())
		if err := CheckRedis(t.Context(), c); !errors.Is(err, ErrEvicting) {
			t.Errorf("taken with %v", err)
		}
	})
}

// TestCompareReadsTheLists: what no list leads to, and a list that is not what
// the rows are, are differences; live lists that lost their last row are none.
func TestCompareReadsTheLists(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g[*]", "a", 1}, toyCounted{"h", "a", 1}, toyMoved{"h", "a", "b"}, toyCounted{"e", "a", 1}, toyDropped{"e", "a"})
		want := folded(t, p, l.all())
		// What a pattern would take for more than itself.
		live := NewStore[*journal.Recorded](c, freshStore(t, c).prefix+":?[*]\\")
		foldtest.Must(t, live.Begin(ctx, p))
		foldtest.Must(t, live.Apply(ctx, p, position.Of(0), toyBatchOf{Events: l.all(), Through: position.Of(1000)}))
		m, err := live.load(ctx, &p)
		foldtest.Must(t, err)
		g := live.names(p.Name).generation(m.number)
		found := func() (texts []string) {
			foldtest.Must(t, live.Read(ctx, func(views map[string]fold.View) error {
				texts = nil
				return fold.Compare(ctx, views[p.Name], want, func(d fold.Difference) error {
					texts = append(texts, fmt.Sprintf("%d %v %v %v", d.Level, d.Key, d.A == fold.Listed, d.B == fold.Listed))
					return nil
				})
			}, p))
			return texts
		}
		if got := found(); len(got) != 0 {
			t.Fatalf("differ: %v", got)
		}
		foldtest.Must(t, c.Del(ctx, g.parts("rows")).Err())
		foldtest.Must(t, c.HSet(ctx, g.parts("rows"), "none", "1:0").Err())
		foldtest.Must(t, c.HSet(ctx, g.rows(fold.Place{Table: "rows", Part: "left"}), "x", "{}", "y", "{}").Err())
		foldtest.Must(t, c.HSet(ctx, live.names(p.Name).generation(10*m.number).rows(fold.Place{Table: "rows", Part: "other"}), "x", "{}").Err())
		sameLines(t, found(), "1 {rows g[*] } false true", "1 {rows h } false true", "2 {rows left x} false false", "2 {rows left y} false false",
			"1 {rows none } true false")
		foldtest.Must(t, c.Del(ctx, g.tables(), g.rows(fold.Place{Table: "rows", Part: "left"})).Err())
		foldtest.Must(t, c.SAdd(ctx, g.tables(), "sums", "trail", "emptied").Err())
		sameLines(t, found(), "0 {rows  } false true", "1 {rows g[*] } false true", "1 {rows h } false true", "1 {rows none } true false")
	})
}

func sameLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
