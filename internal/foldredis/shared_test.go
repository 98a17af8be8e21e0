package foldredis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/internal/redisdb"
	"ksiega/internal/testkit/foldtest"
	"ksiega/internal/testkit/redistest"
)

// holding tells of a log in memory what it holds.
func (l *toyLog) contains(_ context.Context, at journal.Position, id uuid.UUID) (bool, error) {
	for _, r := range l.all() {
		if r.Position == at {
			return r.ID == id, nil
		}
	}
	return false, nil
}

func (l *toyLog) store(c redis.UniversalClient, prefix, ledger string, takeOver bool) *toyStore {
	return NewStore[*journal.Recorded](c, prefix).OwnedBy(Owner{Ledger: ledger, Contains: l.contains, TakeOver: takeOver})
}

// Rows of another ledger on the same Redis are refused at start, by whoever reads
// and by whoever rebuilds, until somebody says that they may be thrown away; and
// then the other one is refused.
func TestForeignRows(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p := t.Context(), toyCounters(1)
		mine, yours := &toyLog{}, &toyLog{}
		mine.add(toyCounted{"g", "a", 1})
		yours.add(toyCounted{"g", "a", 1}) // to the last id the same
		prefix := freshStore(t, c).prefix
		a, b := mine.store(c, prefix, "a", false), yours.store(c, prefix, "b", false)
		foldtest.Must(t, Rebuild(ctx, a, mine.open(t), nil, p))
		refused := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, ErrForeign) || errors.Is(err, fold.ErrNotBuilt) {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := rowsOf(ctx, b, p)
		refused("read", err)
		refused("rebuild", Rebuild(ctx, b, yours.open(t), nil, p))
		refused("apply", b.Apply(ctx, p, position.Of(10), toyBatch(yours, 0, 1)))
		_, err = b.Stale(ctx, yours.open(t), p)
		refused("start", err)
		rows, err := rowsOf(ctx, a, p)
		foldtest.Must(t, err)
		foldtest.SameDump(t, "mine", rows, foldtest.Dump(t, folded(t, p, mine.all())))

		foldtest.Must(t, Rebuild(ctx, yours.store(c, prefix, "b", true), yours.open(t), nil, p))
		_, err = rowsOf(ctx, a, p)
		refused("read what was taken over", err)
		mine.add(toyCounted{"g", "a", 2})
		refused("apply to what was taken over", a.Apply(ctx, p, position.Of(10), toyBatch(mine, 1, 2)))
	})
}

// A copy has the same id; the event that its log went on with tells it apart.
func TestForeignCopy(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p := t.Context(), toyCounters(1)
		original, twin := &toyLog{}, &toyLog{}
		original.add(toyCounted{"g", "a", 1})
		twin.add(toyCounted{"g", "a", 1})
		prefix := freshStore(t, c).prefix
		a, b := original.store(c, prefix, "same", false), twin.store(c, prefix, "same", false)
		foldtest.Must(t, Rebuild(ctx, a, original.open(t), nil, p))
		_, err := rowsOf(ctx, b, p)
		foldtest.Must(t, err) // they are still the same
		original.add(toyCounted{"g", "a", 10})
		foldtest.Must(t, a.Apply(ctx, p, position.Of(10), toyBatch(original, 1, 2)))
		if _, err := rowsOf(ctx, b, p); !errors.Is(err, ErrForeign) {
			t.Errorf("the copy reads what it never recorded: %v", err)
		}
		twin.add(toyNoise{}, toyCounted{"g", "a", 100})
		twin.events[1].ID[0]++ // which is not what the original recorded there
		if err := b.Apply(ctx, p, position.Of(10), toyBatch(twin, 1, 3)); !errors.Is(err, ErrForeign) {
			t.Errorf("the copy writes over it: %v", err)
		}
	})
}

// Whatever single key of a read model is lost, nobody is told figures of what is
// left: readers are refused, and a runner mends it though nothing is recorded.
func TestEveryLostKeyIsMissed(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, n := t.Context(), toyCounters(1), openNode(t)
		n.record(t, toyCounted{"g", "a", 1}, toyCounted{"g", "b", 2}, toyCounted{"h", "a", 3})
		s := freshStore(t, c)
		r := startRunner(t, s, n, p)
		want := foldtest.Dump(t, latestOf(t, n, p))
		m, err := s.load(ctx, &p)
		foldtest.Must(t, err)
		var endings []string
		for _, key := range keysUnder(ctx, c, s.prefix) {
			if ending, ok := strings.CutPrefix(key, s.names(p.Name).generation(m.number).base); ok && ending != "cp" && ending != "t" {
				endings = append(endings, ending)
			}
		}
		if len(endings) < 6 {
			t.Fatalf("keys %v", endings)
		}
		for _, ending := range endings {
			for _, how := range []string{"all", "one"} {
				key := keysLike(t, s, p, ending)
				if how == "all" {
					foldtest.Must(t, c.Del(ctx, key).Err())
				} else {
					fields, err := c.HKeys(ctx, key).Result()
					foldtest.Must(t, err)
					foldtest.Must(t, c.HDel(ctx, key, fields[0]).Err())
				}
				what := how + " of " + ending + " lost"
				fresh := NewStore[*journal.Recorded](c, s.prefix) // with nothing in its cache
				if rows, err := rowsOf(ctx, fresh, p); err == nil {
					foldtest.SameDump(t, what, rows, want) // mended already
				} else if !errors.Is(err, fold.ErrNotBuilt) {
					t.Errorf("%s: %v", what, err)
				}
				untilMended(t, what, r, s, p, want)
			}
		}
		// Neither does a writer fold over what is left.
		foldtest.Must(t, c.Del(ctx, keysLike(t, s, p, "r:rows:g")).Err())
		foldtest.Must(t, r.WaitFor(ctx, n.record(t, toyCounted{"g", "a", 10}).Bound()))
		untilMended(t, "recorded over a loss", r, s, p, foldtest.Dump(t, latestOf(t, n, p)))
	})
}

func latestOf(t *testing.T, n *toyNode, p toyModel) fold.View {
	t.Helper()
	views, err := fold.Latest(t.Context(), n.Log, nil, p)
	foldtest.Must(t, err)
	return views[p.Name]
}

func untilMended(t *testing.T, what string, r *toyRunner, s *toyStore, p toyModel, want map[fold.Key]string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		rows, err := rowsOf(ctx, s, p)
		if err == nil {
			foldtest.SameDump(t, what, rows, want)
			return
		}
		if !errors.Is(err, fold.ErrNotBuilt) && !errors.Is(err, ErrContended) {
			t.Fatalf("%s: %v", what, err)
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not mended: %v; %v", what, err, r.Status())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// One row asked for by itself is missed too.
func TestALostRowIsNoAnswer(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"g", "b", 2}, toyCounted{"h", "a", 3})
		s := freshStore(t, c)
		foldtest.Must(t, Rebuild(ctx, s, l.open(t), nil, p))
		find := func(part, field string) (there bool, err error) {
			err = s.Read(ctx, func(v map[string]fold.View) (err error) {
				_, there, err = toyRows.Find(ctx, v[p.Name], part, field)
				return err
			}, p)
			return there, err
		}
		for at, want := range map[[2]string]bool{{"g", "a"}: true, {"g", "z"}: false, {"z", "a"}: false} {
			if there, err := find(at[0], at[1]); there != want || err != nil {
				t.Errorf("%v: %t, %v", at, there, err)
			}
		}
		foldtest.Must(t, c.Del(ctx, keysLike(t, s, p, "r:rows:g")).Err())
		if there, err := find("g", "a"); !there || err != nil {
			t.Errorf("a row that is kept: %t, %v", there, err)
		}
		if _, err := find("g", "b"); !errors.Is(err, ErrLost) {
			t.Errorf("a lost row: %v", err)
		}
		foldtest.Must(t, Rebuild(ctx, s, l.open(t), nil, p))
		foldtest.Must(t, c.Del(ctx, keysLike(t, s, p, "p:rows")).Err())
		if _, err := find("z", "a"); !errors.Is(err, ErrLost) {
			t.Errorf("a row that a lost list would name: %v", err)
		}
	})
}

// What the build before kept is of another format: built anew, and taken away.
func TestRowsOfTheBuildBefore(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, n := t.Context(), toyCounters(1), openNode(t)
		n.record(t, toyCounted{"g", "a", 1})
		s := freshStore(t, c).OwnedBy(Owner{Ledger: "a", Contains: n.Contains})
		names := s.names(p.Name)
		old := names.generation(7)
		foldtest.Must(t, c.Set(ctx, names.current(), 7, 0).Err())
		foldtest.Must(t, c.Set(ctx, names.counter(), 7, 0).Err())
		foldtest.Must(t, c.HSet(ctx, names.generations(), "7", stateLive).Err())
		foldtest.Must(t, c.Set(ctx, old.checkpoint(), fmt.Sprintf("10 10 %s 1 77", uuid.New()), 0).Err())
		foldtest.Must(t, c.SAdd(ctx, old.tables(), "rows").Err())
		foldtest.Must(t, c.SAdd(ctx, old.parts("rows"), "g").Err())
		foldtest.Must(t, c.HSet(ctx, old.rows(fold.Place{Table: "rows", Part: "g"}), "a", `{"N":9}`).Err())
		r := startRunner(t, s, n, p)
		rows, err := rowsOf(ctx, s, p)
		foldtest.Must(t, err)
		foldtest.SameDump(t, "after an upgrade", rows, foldtest.Dump(t, latestOf(t, n, p)))
		for _, key := range keysUnder(ctx, c, s.prefix) {
			if strings.Contains(key, ":g7:") {
				t.Errorf("%s is left", key)
			}
		}
		r.Stop()
	})
}

// An operator who sets an evicting policy while it runs is heard of.
func TestPolicyIsWatched(t *testing.T) {
	t.Parallel()
	socket := redistest.Own(t).Socket
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: 20})
	t.Cleanup(func() { _ = c.Close() })
	ctx, n := t.Context(), openNode(t)
	r := NewRunner(NewStore[*journal.Recorded](c, ""), n.Log, RunnerOptions{}, toyCounters(1))
	r.every = time.Millisecond
	foldtest.Must(t, r.Start(ctx))
	t.Cleanup(r.Stop)
	for _, policy := range []string{"allkeys-lru", "noeviction"} {
		foldtest.Must(t, c.ConfigSet(ctx, "maxmemory-policy", policy).Err())
		deadline := time.Now().Add(time.Minute)
		for errors.Is(r.Status()[0].Waiting, ErrEvicting) != (policy == "allkeys-lru") {
			if time.Now().After(deadline) {
				t.Fatalf("%s: %v", policy, r.Status()[0].Waiting)
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// A cluster, and a master that moves, hold read models as one server does. While it
// moves, what it has confirmed may get lost: readers are refused then, and never
// told what is left.
func TestClusterAndSentinel(t *testing.T) {
	t.Parallel()
	life := func(t *testing.T, c redis.UniversalClient, between func() (over func() bool)) {
		ctx, p, q, n := t.Context(), toyCounters(1), toyNoises(), openNode(t)
		foldtest.Must(t, CheckRedis(ctx, c))
		n.record(t, toyCounted{"g", "a", 1}, toyNoise{}, toyCounted{"h", "b", 2})
		s := NewStore[*journal.Recorded](c, "north:ksiega").OwnedBy(Owner{Ledger: "a", Contains: n.Contains})
		r := startRunner(t, s, n, p, q)
		check := func(what string, position journal.Position) {
			t.Helper()
			foldtest.Must(t, r.WaitFor(ctx, position.Bound(), p.Name, q.Name))
			rightAtLast(t, what, s, n, p, q)
		}
		check("live", n.record(t, toyMoved{"g", "a", "c"}, toyNoise{}))
		over := between()
		check("afterwards", n.record(t, toyDropped{"h", "b"}, toyNoise{}))
		atLast(t, func() error { return r.Rebuild(ctx, nil, p, q) })
		check("rebuilt", n.record(t, toyCounted{"k", "a", 5}))
		atLast(t, func() error {
			m, err := s.load(ctx, &p)
			if err != nil {
				return err
			}
			return c.Del(ctx, s.names(p.Name).generation(m.number).rows(fold.Place{Table: "rows", Part: "g"})).Err()
		})
		check("a lost key", n.record(t, toyNoise{}))
		for end := time.Now().Add(time.Minute); !over(); {
			if check("until it is over", n.record(t, toyCounted{"g", "n", 1}, toyNoise{})); time.Now().After(end) {
				t.Fatal("it is not over")
			}
			time.Sleep(20 * time.Millisecond)
		}
		check("over", n.record(t, toyMoved{"g", "n", "m"}, toyNoise{}))
	}
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		c, err := redisdb.Dial(redistest.Cluster(t))
		foldtest.Must(t, err)
		t.Cleanup(func() { _ = c.Close() })
		life(t, c, func() func() bool { return func() bool { return true } })
	})
	t.Run("sentinel", func(t *testing.T) {
		t.Parallel()
		w := redistest.Sentinel(t)
		c, err := redisdb.Dial(w.Address)
		foldtest.Must(t, err)
		t.Cleanup(func() { _ = c.Close() })
		// The sentinel names the new master before the old one knows, which goes on
		// confirming what it will lose.
		life(t, c, func() func() bool { return w.FailOver(t) })
	})
}

// rightAtLast reads until an answer is right, by dump and by comparison; one that is
// wrong, or mixes positions, is never given.
func rightAtLast(t *testing.T, what string, s *toyStore, n *toyNode, ps ...toyModel) {
	t.Helper()
	ctx := t.Context()
	for _, p := range ps {
		want := latestOf(t, n, p)
		var got map[fold.Key]string
		atLast(t, func() error {
			return s.Read(ctx, func(v map[string]fold.View) (err error) {
				got, err = fold.Dump(ctx, v[p.Name])
				return err
			}, p)
		})
		foldtest.SameDump(t, what, got, foldtest.Dump(t, want))
		var found []fold.Difference
		atLast(t, func() error {
			return s.Read(ctx, func(v map[string]fold.View) error {
				found = nil
				return fold.Compare(ctx, v[p.Name], want, func(d fold.Difference) error {
					found = append(found, d)
					return nil
				})
			}, p)
		})
		if len(found) > 0 {
			t.Errorf("%s: %v", what, found)
		}
	}
	var positions []journal.Position
	atLast(t, func() error {
		return s.Read(ctx, func(v map[string]fold.View) error {
			positions = nil
			for _, p := range ps {
				positions = append(positions, v[p.Name].Position())
			}
			return nil
		}, ps...)
	})
	if len(slices.Compact(positions)) > 1 {
		t.Errorf("%s: not level: %v", what, positions)
	}
}
