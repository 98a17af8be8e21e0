package projections

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

	"ksiega/internal/journal"
)

// TestThreeWaysAgree: rebuilt = live, whatever the batches and however often
// they come = known at every position.
func TestThreeWaysAgree(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		rapid.Check(t, func(rt *rapid.T) {
			ctx, l := t.Context(), toyHistory(rt)
			events, p := l.all(), toyCounters(1)
			live := freshStore(t, c)
			toyMust(t, live.Begin(ctx, p))
			after := journal.Position{}
			for _, b := range toyBatches(rt, events) {
				if rapid.IntRange(0, 5).Draw(rt, "restart") == 0 {
					// What it saw without changing a row comes again.
					live, after = NewStore(c, live.prefix), at(0)
					b.Events = events[:num(b.Through)/10]
				}
				for range rapid.IntRange(1, 2).Draw(rt, "times") {
					toyMust(t, live.Apply(ctx, p, after, b))
				}
				after = b.Through
				rows, position := storeDump(t, live, p)
				known, err := KnownAt(ctx, l.open(t), p, b.Through.Bound())
				toyMust(t, err)
				sameDump(rt, fmt.Sprint("live at ", position), rows, dumpOf(t, known))
			}
			want := folded(t, p, events)
			if err := CheckRows(want); err != nil {
				rt.Fatal(err)
			}
			rebuilt := freshStore(t, c)
			toyMust(t, Rebuild(ctx, rebuilt, l.open(t), nil, p))
			rows, _ := storeDump(t, rebuilt, p)
			sameDump(rt, "rebuilt", rows, dumpOf(t, want))
			sameItems(rt, rebuilt, p, want)
			if len(events) > 0 {
				sameItems(rt, live, p, want)
			}
		})
	})
}

// sameItems: a query gets the same from Redis as from memory.
func sameItems(rt *rapid.T, s *Store, p Projection, m *Memory) {
	ctx := context.Background()
	err := s.Read(ctx, func(views map[string]View) error {
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
		return Compare(ctx, v, m, func(d Difference) error {
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
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		for i := range 3000 {
			l.add(toyCounted{"wide", strconv.Itoa(i), 1}, toyCounted{"g" + strconv.Itoa(i), "x", 1})
		}
		want := dumpOf(t, folded(t, p, l.all()))
		live := freshStore(t, c)
		toyMust(t, live.Begin(ctx, p))
		toyMust(t, live.Apply(ctx, p, at(0), journal.Batch{Events: l.all(), Through: at(1 << 20)}))
		rows, position := storeDump(t, live, p)
		sameDump(t, "live", rows, want)
		if position != at(1<<20) {
			t.Errorf("stands at %d", position)
		}
		toyMust(t, Rebuild(ctx, live, l.open(t), nil, p))
		rows, _ = storeDump(t, live, p)
		sameDump(t, "rebuilt", rows, want)
		if left := generationsIn(keysUnder(ctx, c, live.prefix)); len(left) != 1 {
			t.Fatalf("generations %v are left", left)
		}
	})
}

func TestTwoWritersNeverBothWin(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		for i := range 300 {
			l.add(toyCounted{"g", strconv.Itoa(i % 7), 1}, toyMoved{"g", strconv.Itoa(i % 5), strconv.Itoa(i % 3)})
		}
		events, first := l.all(), freshStore(t, c)
		toyMust(t, first.Begin(ctx, p))
		var writers sync.WaitGroup
		for w := range 3 {
			s := NewStore(c, first.prefix)
			writers.Go(func() {
				after := journal.Position{}
				for size := 1 + w; len(events) > 0 && int(num(after)/10) < len(events); {
					from := int(num(after) / 10)
					b := journal.Batch{Events: events[from:min(from+size, len(events))]}
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
		rows, position := storeDump(t, first, p)
		sameDump(t, "three writers", rows, dumpOf(t, folded(t, p, events)))
		if position != events[len(events)-1].Position {
			t.Errorf("stands at %d", position)
		}
	})
}

func TestReadersSeeOnePosition(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		for i := range 400 {
			l.add(toyCounted{"g", strconv.Itoa(i % 9), 1})
		}
		s := freshStore(t, c)
		toyMust(t, s.Begin(ctx, p))
		var writer sync.WaitGroup
		writer.Go(func() {
			after := journal.Position{}
			for _, r := range l.all() {
				if err := s.Apply(ctx, p, after, journal.Batch{Events: []journal.Recorded{r}, Through: r.Position}); err != nil {
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
			toyMust(t, s.Read(ctx, func(views map[string]View) error {
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
				last = num(v.Position())
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
	rows := Table[toySum]{Name: "x"}
	for name, p := range map[string]Projection{
		"returns": {Fold: func(*Tx, *journal.Recorded) error { return errToy }},
		"panics":  {Fold: func(*Tx, *journal.Recorded) error { panic(errToy) }},
		"unnamed": {Fold: func(tx *Tx, _ *journal.Recorded) error { rows.Get(tx, "a", "b"); return nil }},
		"peeks":   {Fold: func(tx *Tx, _ *journal.Recorded) error { rows.Peek(tx, "a", "b"); return nil }},
		"mistakes": {Keys: func(*journal.Recorded) []Key { return []Key{rows.Key("a", "b")} },
			Fold: func(tx *Tx, _ *journal.Recorded) error { Table[toySum]{Name: "y"}.Nth(tx, 0); return nil }},
		"counts": {Fold: func(tx *Tx, _ *journal.Recorded) error { rows.Nth(tx, 0); return nil }},
		"keys": {Keys: func(*journal.Recorded) []Key { panic(errToy) },
			Fold: func(*Tx, *journal.Recorded) error { return nil }},
		"unencodable": {Fold: func(tx *Tx, _ *journal.Recorded) error {
			Table[string]{Name: "s"}.Put(tx, "a", "b", "\xff")
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
				ctx, l, s := t.Context(), &toyLog{}, freshStore(t, c)
				p := p
				p.Name, p.Version = "failing", 1
				l.add(toyCounted{"secret", "name", 1})
				toyMust(t, s.Begin(ctx, p))
				err := s.Apply(ctx, p, at(0), journal.Batch{Events: l.all(), Through: at(10)})
				var failure *Failure
				if !errors.As(err, &failure) || failure.Position != at(10) {
					t.Fatalf("stopped with %v", err)
				}
				if strings.Contains(err.Error(), "secret") {
					t.Errorf("the error tells too much: %v", err)
				}
				if rows, position := storeDump(t, s, p); len(rows) != 0 || !position.IsZero() {
					t.Errorf("at %d there is %v", position, rows)
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
	rows := Table[toySum]{Name: "x"}
	p := Projection{Name: "sloppy", Version: 1,
		Keys: func(r *journal.Recorded) []Key {
			if r.Position == at(10) {
				return []Key{rows.Key("a", "b")}
			}
			return nil
		},
		Fold: func(tx *Tx, _ *journal.Recorded) error { rows.Get(tx, "a", "b").N++; return nil }}
	l := &toyLog{}
	l.add(toyNoise{}, toyNoise{})
	// It would work or not by where the batches are cut.
	var failure *Failure
	if err := NewMemory(p).Fold(journal.Batch{Events: l.all(), Through: at(20)}); !errors.As(err, &failure) || failure.Position != at(20) {
		t.Fatalf("stopped with %v", err)
	}
}

func TestGapsAndVersions(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, l, s := t.Context(), &toyLog{}, freshStore(t, c)
		l.add(toyCounted{"g", "a", 1}, toyCounted{"g", "a", 1}, toyNoise{})
		one, two := toyCounters(1), toyCounters(2)
		if err := s.Apply(ctx, one, at(0), journal.Batch{Events: l.all(), Through: at(30)}); !errors.Is(err, ErrNotBuilt) {
			t.Fatalf("nothing is built: %v", err)
		}
		toyMust(t, s.Begin(ctx, one))
		if err := s.Apply(ctx, one, at(10), journal.Batch{Events: l.all()[1:], Through: at(30)}); !errors.Is(err, ErrGap) {
			t.Fatalf("a gap: %v", err)
		}
		toyMust(t, s.Apply(ctx, one, at(0), journal.Batch{Events: l.all(), Through: at(30)}))
		if err := s.Read(ctx, func(map[string]View) error { return nil }, two); !errors.Is(err, ErrOtherVersion) {
			t.Fatalf("another version: %v", err)
		}
		toyMust(t, Rebuild(ctx, s, l.open(t), nil, two))
		rows, _ := storeDump(t, s, two)
		sameDump(t, "version 2", rows, dumpOf(t, folded(t, two, l.all())))
		// A process that has not heard of it notices at its next write.
		old := NewStore(c, s.prefix)
		old.learn(one.Name, mark{}, mark{number: 1, stored: checkpoint{version: 1}, raw: "- 0 0 - 1 0 - -"})
		l.add(toyCounted{"g", "a", 1})
		if err := old.Apply(ctx, one, at(0), journal.Batch{Events: l.all(), Through: at(40)}); !errors.Is(err, ErrOtherVersion) {
			t.Fatalf("the old version went on: %v", err)
		}
	})
}

// TestRebuildOverTheLiveOne: what is recorded and applied while a rebuild reads
// is in the new generation before it is switched to.
func TestRebuildOverTheLiveOne(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, s := t.Context(), toyCounters(1), &toyLog{}, freshStore(t, c)
		toyMust(t, s.Begin(ctx, p))
		after, readings, other := at(0), 0, NewStore(c, s.prefix)
		l.reading = func() {
			if readings++; readings > 4 {
				return
			}
			l.add(toyCounted{"g", "a", 1}, toyNoise{})
			b := journal.Batch{Events: l.all()[num(after)/10:]}
			b.Through = b.Events[len(b.Events)-1].Position
			if err := other.Apply(ctx, p, after, b); err != nil {
				t.Error(err)
			}
			after = b.Through
		}
		before := after
		toyMust(t, Rebuild(ctx, s, l.open(t), func(position journal.Position, _ int) { before = position }, p))
		rows, position := storeDump(t, s, p)
		if after.After(position) || before.IsZero() {
			t.Errorf("stands at %d, was at %d", position, after)
		}
		sameDump(t, "switched", rows, dumpOf(t, folded(t, p, l.all())))
		l.add(toyCounted{"g", "b", 1})
		n := len(l.all())
		toyMust(t, s.Apply(ctx, p, after, journal.Batch{Events: l.all()[n-1:], Through: at(uint64(10 * n))}))
		rows, _ = storeDump(t, s, p)
		sameDump(t, "went on", rows, dumpOf(t, folded(t, p, l.all())))
	})
}

func TestRebuildOfAShorterLog(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, s := t.Context(), toyCounters(1), freshStore(t, c)
		long, short := &toyLog{}, &toyLog{}
		long.add(toyCounted{"g", "a", 1}, toyCounted{"g", "b", 1})
		short.add(toyCounted{"g", "a", 5})
		toyMust(t, Rebuild(ctx, s, long.open(t), nil, p))
		toyMust(t, Rebuild(ctx, s, short.open(t), nil, p))
		rows, position := storeDump(t, s, p)
		sameDump(t, "the restored log", rows, dumpOf(t, folded(t, p, short.all())))
		if position != at(10) {
			t.Errorf("stands at %d", position)
		}
	})
}

func TestCompareTellsEveryDifference(t *testing.T) {
	t.Parallel()
	l := &toyLog{}
	l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 1}, toyCounted{"g", "b", 1})
	a, b := folded(t, toyCounters(1), l.all()[:2]), folded(t, toyCounters(1), l.all()[1:])
	var keys []string
	toyMust(t, Compare(t.Context(), a, b, func(d Difference) error {
		if d.A == d.B {
			t.Errorf("%v is the same", d.Key)
		}
		keys = append(keys, d.Key.Table+"/"+d.Key.Part+"/"+d.Key.Field[:1])
		return nil
	}))
	if len(keys) != 4 || keys[0] != "rows/g/a" || keys[1] != "rows/g/b" || !strings.HasPrefix(keys[2], "trail/g/") {
		t.Errorf("differ: %v", keys)
	}
	if err := Compare(t.Context(), a, b, func(Difference) error { return errToy }); !errors.Is(err, errToy) {
		t.Errorf("went on with %v", err)
	}
}

func TestCheckRowsTells(t *testing.T) {
	t.Parallel()
	type odd struct{ M map[string][]int }
	m := NewMemory(Projection{Name: "odd", Version: 1, Fold: func(tx *Tx, _ *journal.Recorded) error {
		Table[odd]{Name: "odd"}.Put(tx, "a", "b", odd{map[string][]int{"x": nil}})
		return nil
	}})
	l := &toyLog{}
	l.add(toyNoise{})
	toyMust(t, m.Fold(journal.Batch{Events: l.all(), Through: at(10)}))
	if CheckRows(m) == nil {
		t.Error("a row that changes in Redis passed")
	}
}

func TestCheckRedis(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		toyMust(t, CheckRedis(t.Context(), c))
	})
	t.Run("evicting", func(t *testing.T) {
		t.Parallel()
		socket := startRedis(t)
		c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: 20})
		defer func() { _ = c.Close() }()
		toyMust(t, c.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err())
		if err := CheckRedis(t.Context(), c); !errors.Is(err, ErrEvicting) {
			t.Errorf("taken with %v", err)
		}
	})
}

// TestCompareReadsTheLists: what no list leads to, and a list that is not what
// the rows are, are differences; live lists that lost their last row are none.
func TestCompareReadsTheLists(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g[*]", "a", 1}, toyCounted{"h", "a", 1}, toyMoved{"h", "a", "b"}, toyCounted{"e", "a", 1}, toyDropped{"e", "a"})
		want := folded(t, p, l.all())
		// What a pattern would take for more than itself.
		live := NewStore(c, freshStore(t, c).prefix+":?[*]\\")
		toyMust(t, live.Begin(ctx, p))
		toyMust(t, live.Apply(ctx, p, at(0), journal.Batch{Events: l.all(), Through: at(1000)}))
		m, err := live.load(ctx, &p)
		toyMust(t, err)
		g := live.names(p.Name).generation(m.number)
		found := func() (texts []string) {
			toyMust(t, live.Read(ctx, func(views map[string]View) error {
				texts = nil
				return Compare(ctx, views[p.Name], want, func(d Difference) error {
					texts = append(texts, fmt.Sprintf("%d %v %v %v", d.Level, d.Key, d.A == Listed, d.B == Listed))
					return nil
				})
			}, p))
			return texts
		}
		if got := found(); len(got) != 0 {
			t.Fatalf("differ: %v", got)
		}
		toyMust(t, c.Del(ctx, g.parts("rows")).Err())
		toyMust(t, c.HSet(ctx, g.parts("rows"), "none", "1:0").Err())
		toyMust(t, c.HSet(ctx, g.rows("rows", "left"), "x", "{}", "y", "{}").Err())
		toyMust(t, c.HSet(ctx, live.names(p.Name).generation(10*m.number).rows("rows", "other"), "x", "{}").Err())
		sameLines(t, found(), "1 {rows g[*] } false true", "1 {rows h } false true", "0 {rows left x} false false", "0 {rows left y} false false",
			"1 {rows none } true false")
		toyMust(t, c.Del(ctx, g.tables(), g.rows("rows", "left")).Err())
		toyMust(t, c.SAdd(ctx, g.tables(), "sums", "trail", "emptied").Err())
		sameLines(t, found(), "2 {rows  } false true", "1 {rows g[*] } false true", "1 {rows h } false true", "1 {rows none } true false")
	})
}

func sameLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
