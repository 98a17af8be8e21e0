package foldredis

import (
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

// TestAnewIsTold: what is built anew is told before it is, with why, and is so in the
// status until it is done; what need not be is not told, and of a new log nothing.
func TestAnewIsTold(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, s, p, q := openNode(t), freshStore(t, c), toyCounters(1), toyNoises()
		var r *toyRunner
		var mu sync.Mutex
		var told []Anew
		seen := map[string]Why{} // in the status, while a rebuild reads
		start := func(p, q toyModel) {
			told, seen = nil, map[string]Why{}
			s := NewStore[*journal.Recorded](c, s.prefix).OwnedBy(s.owner)
			r = NewRunner(s, n.Log, RunnerOptions{
				Anew: func(a Anew) {
					mu.Lock()
					defer mu.Unlock()
					told = append(told, a)
				},
				Progress: func(journal.Position, int) {
					for _, st := range r.Status() {
						if st.Anew != nil {
							seen[st.Name] = st.Anew.Why
						}
					}
				}}, p, q)
			foldtest.Must(t, r.Start(t.Context()))
			t.Cleanup(r.Stop)
			for _, st := range r.Status() {
				if st.Anew != nil {
					t.Errorf("%s is still being built: %v", st.Name, st.Anew)
				}
			}
		}
		is := func(what string, want ...Anew) {
			t.Helper()
			mu.Lock()
			defer mu.Unlock()
			if len(told) != len(want) || len(seen) != len(want) {
				t.Fatalf("%s: told is %v, in the status was %v", what, told, seen)
			}
			for i, a := range told {
				if a.Err == nil || !strings.Contains(a.Err.Error(), a.Projection) {
					t.Errorf("%s: %v", what, a.Err)
				}
				if a.Err = nil; a != want[i] || seen[a.Projection] != a.Why {
					t.Errorf("%s: told is %v, in the status was %v", what, a, seen)
				}
			}
		}
		start(p, q)
		is("a new log")
		last := n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
		waitFor(t, r, last, p.Name, q.Name)
		r.Stop()
		start(p, q)
		is("nothing to build")
		r.Stop()
		next := p
		next.Version++
		start(next, q)
		is("another version", Anew{Projection: p.Name, Why: OtherVersion, Had: p.Version, Want: next.Version})
		r.Stop()
		start(p, q)
		is("an earlier version again", Anew{Projection: p.Name, Why: OtherVersion, Had: next.Version, Want: p.Version})
		r.Stop()
		number, err := c.Get(t.Context(), s.names(p.Name).current()).Uint64()
		foldtest.Must(t, err)
		checkpoint := s.names(p.Name).generation(number).checkpoint()
		foldtest.Must(t, c.Set(t.Context(), checkpoint, "7 7 id 1 2", 0).Err())
		start(p, q)
		is("another form", Anew{Projection: p.Name, Why: OtherForm, Want: p.Version})
		r.Stop()
		foldtest.Must(t, c.Del(t.Context(), s.names(q.Name).current()).Err())
		start(p, q)
		is("no rows", Anew{Projection: q.Name, Why: Missing, Want: q.Version})
		views, err := fold.Latest(t.Context(), n.Log, nil, q)
		foldtest.Must(t, err)
		rows, _ := storeDump(t, s, q)
		foldtest.SameDump(t, "built anew", rows, foldtest.Dump(t, views[q.Name]))
	})
}
