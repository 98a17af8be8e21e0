package foldredis

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"ksiega/domain"
	"ksiega/internal/eventdb"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
	"ksiega/internal/testkit/neighbourtest"
	"ksiega/projections"
)

// toyNode is an embedded event store with a journal.
type toyNode struct {
	projections.Log
	revision        int64
	address, prefix string
}

func openNode(t testing.TB) *toyNode {
	t.Helper()
	node, err := eventdb.Open(eventdb.Options{Dir: t.TempDir()})
	foldtest.Must(t, err)
	t.Cleanup(func() { _ = node.Close() })
	opts := journal.Options{Address: node.Address(), Table: toyTable(t),
		Bulk: &journal.Bulk{Last: node.Last, Ahead: node.Ahead, Read: func(ctx context.Context, after, until uint64, each func(uint64, *journal.Recorded) error) error {
			return node.Scan(ctx, after, until, func(r eventdb.Record) error {
				return each(r.Position, &journal.Recorded{ID: uuid.UUID(r.ID), Stream: r.Stream, Type: r.Type, Revision: r.Revision,
					Created: r.Created, RawMeta: append([]byte{}, r.Meta...), RawData: append([]byte{}, r.Data...)})
			})
		}}}
	neighbourtest.Join(t, &opts)
	j, err := journal.Open(opts)
	foldtest.Must(t, err)
	t.Cleanup(func() { _ = j.Close() })
	return &toyNode{Log: projections.Log{Journal: j}, revision: journal.NoStream, address: opts.Address, prefix: opts.Prefix}
}

func (n *toyNode) record(t testing.TB, events ...domain.Event) (position journal.Position) {
	t.Helper()
	decided := make([]journal.Decided, len(events))
	for i, e := range events {
		decided[i] = journal.Decided{Event: e, Meta: journal.Meta{Actor: "toy", Key: strconv.FormatInt(n.revision, 10)}}
	}
	w, err := n.Append(t.Context(), "toy-1", n.revision, decided...)
	foldtest.Must(t, err)
	n.revision = w.Revision
	return w.Position
}

func startRunner(t testing.TB, s *toyStore, n *toyNode, ps ...toyModel) *toyRunner {
	t.Helper()
	r := NewRunner(s, n.Log, RunnerOptions{Report: func(name string, err error) { t.Logf("report %q: %v", name, err) }}, ps...)
	foldtest.Must(t, r.Start(t.Context()))
	t.Cleanup(r.Stop)
	return r
}

func waitFor(t testing.TB, r *toyRunner, position journal.Position, names ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := r.WaitFor(ctx, position.Bound(), names...); err != nil {
		t.Fatalf("wait for %d: %v (%+v)", position, err, r.Status())
	}
}

// sameAsKnown compares Redis with the log folded in memory.
func sameAsKnown(t testing.TB, what string, s *toyStore, n *toyNode, p toyModel) {
	t.Helper()
	views, err := fold.Latest(t.Context(), n.Log, nil, p)
	foldtest.Must(t, err)
	rows, stands := storeDump(t, s, p)
	foldtest.SameDump(t, what, rows, foldtest.Dump(t, views[p.Name]))
	if stands != views[p.Name].Position() {
		t.Fatalf("%s: stands at %d, the log at %d", what, stands, views[p.Name].Position())
	}
}

func TestRunnerFollows(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, s, p, q := openNode(t), freshStore(t, c), toyCounters(1), toyNoises()
		n.record(t, toyCounted{"g", "a", 1}, toyNoise{}, toyCounted{"g", "b", 2})
		r := startRunner(t, s, n, p, q)
		sameAsKnown(t, "rebuilt at start", s, n, p)
		var last journal.Position
		for i := range 40 {
			last = n.record(t, toyCounted{"g", strconv.Itoa(i % 3), 1}, toyMoved{"g", "a", "b"})
			if i%4 == 0 {
				last = n.record(t, toyNoise{})
			}
		}
		waitFor(t, r, last, p.Name, q.Name)
		foldtest.Must(t, s.Read(t.Context(), func(views map[string]fold.View) error {
			if a, b := views[p.Name].Position(), views[q.Name].Position(); a != last || b != last {
				t.Errorf("read at %d and %d, not %d", a, b, last)
			}
			return nil
		}, p, q))
		sameAsKnown(t, "live", s, n, p)
		sameAsKnown(t, "live", s, n, q)
		for _, st := range r.Status() {
			if st.Err != nil || st.Position != last || st.Lag != 0 || st.Events == 0 {
				t.Errorf("status %+v", st)
			}
		}
		r.Stop()
		if err := r.WaitFor(t.Context(), position.Of(last.Number()+1).Bound()); !errors.Is(err, ErrStopped) {
			t.Errorf("waits for a stopped runner: %v", err)
		}
		last = n.record(t, toyCounted{"z", "z", 9})
		again := NewStore[*journal.Recorded](c, s.prefix)
		generation, err := again.load(t.Context(), &p)
		foldtest.Must(t, err)
		r = startRunner(t, again, n, p, q)
		waitFor(t, r, last)
		sameAsKnown(t, "after a restart", again, n, p)
		if now, err := again.load(t.Context(), &p); err != nil || now.number != generation.number {
			t.Errorf("rebuilt without need: %v", err)
		}
	})
}

func TestRunnerStopsWhatFails(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, s, p, q := openNode(t), freshStore(t, c), toyCounters(1), toyNoises()
		r := startRunner(t, s, n, p, q)
		good := n.record(t, toyNoise{})
		waitFor(t, r, good, q.Name)
		bad := n.record(t, toyNoise{Fail: true})
		last := n.record(t, toyNoise{}, toyCounted{"g", "a", 1})
		waitFor(t, r, last)
		if err := r.WaitFor(t.Context(), last.Bound(), q.Name); !errors.Is(err, errToy) {
			t.Errorf("waits for what stopped: %v", err)
		}
		waitFor(t, r, good, q.Name)
		sameAsKnown(t, "the other", s, n, p)
		known := foldtest.KnownAt(t, n.Log, q, good.Bound())
		rows, _ := storeDump(t, s, q)
		foldtest.SameDump(t, "the stopped", rows, foldtest.Dump(t, known))
		var failure *fold.Failure
		if st := r.Status()[1]; !errors.As(st.Err, &failure) || failure.Position != bad || st.Lag != 3 {
			t.Errorf("status %+v", st)
		}
		// It is not skipped by starting again.
		r.Stop()
		r = startRunner(t, NewStore[*journal.Recorded](c, s.prefix), n, p, q)
		if err := r.WaitFor(t.Context(), last.Bound(), q.Name); !errors.Is(err, errToy) {
			t.Errorf("went over the failure: %v", err)
		}
		waitFor(t, r, last, p.Name)
	})
}

func TestRunnerRebuildsWhatItCannotTrust(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		one, other := openNode(t), openNode(t)
		one.record(t, toyCounted{"g", "a", 1}, toyCounted{"g", "b", 1}, toyCounted{"g", "c", 1})
		other.record(t, toyCounted{"h", "x", 7}, toyCounted{"h", "y", 8}, toyCounted{"h", "z", 9}, toyNoise{})
		prefix := freshStore(t, c).prefix
		run := func(what string, n *toyNode, p toyModel) *toyStore {
			s := NewStore[*journal.Recorded](c, prefix).OwnedBy(Owner{Ledger: "toy", Contains: n.Contains, TakeOver: true})
			r := startRunner(t, s, n, p)
			sameAsKnown(t, what, s, n, p)
			r.Stop()
			return s
		}
		run("first", one, toyCounters(1))
		run("another log with an event there", other, toyCounters(1))
		s := run("a shorter log", one, toyCounters(1))
		run("another version", one, toyCounters(2))
		run("an older version", one, toyCounters(1))
		foldtest.Must(t, c.Set(t.Context(), keysLike(t, s, toyCounters(1), "cp"), "rubbish", 0).Err())
		run("a checkpoint that cannot be read", one, toyCounters(1))
	})
}

func TestRunnerMendsWhatIsLost(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, s, p, q := openNode(t), freshStore(t, c), toyCounters(1), toyNoises()
		n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
		r := startRunner(t, s, n, p, q)
		foldtest.Must(t, c.Del(t.Context(), keysUnder(t.Context(), c, s.prefix)...).Err())
		waitFor(t, r, n.record(t, toyCounted{"g", "a", 1}, toyNoise{}), p.Name, q.Name)
		sameAsKnown(t, "after a flush", s, n, p)
		sameAsKnown(t, "after a flush", s, n, q)
		// Switched, by another process, to where it was before.
		old := NewStore[*journal.Recorded](c, s.prefix)
		foldtest.Must(t, old.Begin(t.Context(), p))
		waitFor(t, r, n.record(t, toyCounted{"g", "a", 1}), p.Name)
		sameAsKnown(t, "set back", s, n, p)
		// Set back to before this version was built.
		foldtest.Must(t, old.Begin(t.Context(), toyCounters(0)))
		waitFor(t, r, n.record(t, toyCounted{"g", "a", 1}), p.Name)
		sameAsKnown(t, "an earlier version", s, n, p)
		// Taken over by a later version.
		foldtest.Must(t, old.Begin(t.Context(), toyCounters(2)))
		last := n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
		if err := r.WaitFor(t.Context(), last.Bound(), p.Name); !errors.Is(err, ErrOtherVersion) {
			t.Errorf("fights a later version: %v", err)
		}
		waitFor(t, r, last, q.Name)
	})
}

func TestTwoRunnersAndARebuild(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, s, p, q := openNode(t), freshStore(t, c), toyCounters(1), toyNoises()
		first := startRunner(t, s, n, p, q)
		second := startRunner(t, NewStore[*journal.Recorded](c, s.prefix), n, p, q)
		var rebuilds sync.WaitGroup
		rebuilds.Go(func() {
			for range 5 {
				if err := first.Rebuild(t.Context(), nil, p, q); err != nil {
					t.Error(err)
				}
			}
		})
		var last journal.Position
		for i := range 150 {
			last = n.record(t, toyCounted{"g", strconv.Itoa(i % 5), 1}, toyNoise{}, toyMoved{"g", "1", "2"})
		}
		rebuilds.Wait()
		waitFor(t, first, last, p.Name, q.Name)
		waitFor(t, second, last, p.Name, q.Name)
		sameAsKnown(t, "two runners", s, n, p)
		sameAsKnown(t, "two runners", s, n, q)
		if left := generationsIn(keysUnder(t.Context(), c, s.prefix)); len(left) > 2 {
			t.Errorf("generations %v are left", left)
		}
	})
}

func TestWaitForIsBounded(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n := openNode(t)
		r := startRunner(t, freshStore(t, c), n, toyCounters(1))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if err := r.WaitFor(ctx, position.Of(1<<40).Bound()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waited with %v", err)
		}
	})
}
