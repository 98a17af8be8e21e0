// Package foldtest is what tests of folds share: a Redis of each kind, batches cut
// anywhere, rows compared. It is imported by tests alone.
package foldtest

import (
	"context"
	"reflect"
	"testing"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"ksiega/internal/fold"
	"ksiega/internal/position"
	"ksiega/internal/redisdb"
	"ksiega/internal/testkit/redistest"
)

// Must fails the test with an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// OnEachRedis runs a test against the embedded Redis and a real one.
func OnEachRedis(t *testing.T, test func(t *testing.T, c redis.UniversalClient)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		db, err := redisdb.Open(redisdb.Options{})
		Must(t, err)
		t.Cleanup(func() { _ = db.Close() })
		test(t, db.Client())
	})
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		test(t, redistest.Any(t))
	})
}

// Dump is a whole view.
func Dump(t testing.TB, v fold.View) map[fold.Key]string {
	t.Helper()
	dump, err := fold.Dump(context.Background(), v)
	Must(t, err)
	return dump
}

// SameDump fails the test where two dumps differ.
func SameDump(t interface{ Fatalf(string, ...any) }, what string, got, want map[fold.Key]string) {
	for k, row := range want {
		if got[k] != row {
			t.Fatalf("%s: row %v is %q, not %q", what, k, got[k], row)
		}
	}
	for k := range got {
		if _, ok := want[k]; !ok {
			t.Fatalf("%s: there is a row %v", what, k)
		}
	}
}

// Batches cuts a history anywhere.
func Batches[E fold.Event](t *rapid.T, events []E) []fold.Batch[E] {
	var batches []fold.Batch[E]
	for len(events) > 0 {
		n := rapid.IntRange(1, min(len(events), 20)).Draw(t, "batch")
		// Positions that are not the ledger's own may follow.
		last, _, _ := events[n-1].Mark()
		through := position.Of(last.Number() + uint64(rapid.IntRange(0, 9).Draw(t, "beyond")))
		batches = append(batches, fold.Batch[E]{Events: events[:n], Through: through})
		events = events[n:]
	}
	return batches
}

// KnownAt is one projection as it was known at a bound.
func KnownAt[E fold.Event](t testing.TB, log fold.Log[E], p fold.Projection[E], until position.Bound) fold.View {
	t.Helper()
	views, err := fold.KnownAt(context.Background(), log, nil, until, p)
	Must(t, err)
	return views[p.Name]
}

// encoded is a view whose rows have to be decoded.
type encoded struct{ fold.View }

// ComesBack fails the test where a row of the view would not come back from a store as
// it is in memory, for example one with an empty map inside a slice or a local time.
func ComesBack[R any](t interface{ Fatalf(string, ...any) }, v fold.View, table fold.Table[R]) {
	typed, err := table.Every(context.Background(), v)
	back, failed := table.Every(context.Background(), encoded{v})
	if err != nil || failed != nil || !reflect.DeepEqual(back, typed) {
		t.Fatalf("rows of table %s come back as %+v, not %+v; %v, %v", table.Name, back, typed, err, failed)
	}
}
