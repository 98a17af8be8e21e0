package eventdb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// TestScavengeCrash takes the power away while a scavenge runs: the store is consistent, readers of streams see what they
// saw, and the next scavenge brings it to its end.
func TestScavengeCrash(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 5))
			disk := vfs.NewCrashableMem()
			var clones []*vfs.MemFS
			var mu sync.Mutex
			armed, left := false, 0
			point := errorfs.InjectorFunc(func(o errorfs.Op) error {
				mu.Lock()
				defer mu.Unlock()
				if !armed || o.Kind.ReadOrWrite() != errorfs.OpIsWrite {
					return nil
				}
				if left--; left < 0 && len(clones) < 8 {
					left = rng.IntN(12)
					clones = append(clones, disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rand.New(rand.NewPCG(rng.Uint64(), 3))}))
				}
				return nil
			})
			clock := &testClock{now: time.Unix(3600000, 0)}
			opts := memOptions(t, injected(disk, point))
			opts.Clock = clock.Now
			n := openNode(t, opts)
			streams := town(t, n)
			clock.advance(time.Hour)
			before := map[string][]string{}
			c := officialClient(t, n)
			for _, s := range streams {
				before[s] = seenOf(t, c, s)
			}
			mu.Lock()
			armed = true
			mu.Unlock()
			whole := scavenge(t, n)
			mu.Lock()
			armed = false
			mu.Unlock()
			if len(clones) < 5 {
				t.Fatalf("%d crashes were taken", len(clones))
			}
			for _, fs := range clones {
				opts := memOptions(t, fs)
				opts.Clock = clock.Now
				again := openNode(t, opts)
				first := checkNode(t, again)
				if len(first) > 1 || len(first) == 1 && !strings.Contains(first[0].What, "interrupted") {
					t.Errorf("check after the crash: %v", first)
				}
				c := officialClient(t, again)
				for _, s := range streams {
					if got := seenOf(t, c, s); fmt.Sprint(got) != fmt.Sprint(before[s]) {
						t.Errorf("%s:\n before %q\n after  %q", s, before[s], got)
					}
				}
				rest := scavenge(t, again)
				if rest.Events > whole.Events {
					t.Errorf("the second scavenge removed %d events of %d", rest.Events, whole.Events)
				}
				mustCheck(t, again)
				if stubs := countKeys(t, again, keyStub); stubs != whole.Events {
					t.Errorf("%d events are removed in the end, want %d", stubs, whole.Events)
				}
			}
		})
	}
}

func checkNode(t testing.TB, n *Node) []Problem {
	t.Helper()
	problems, err := checkStore(testContext(t), n.store.db, nil)
	if err != nil {
		t.Fatal(err)
	}
	return problems
}

func countKeys(t testing.TB, n *Node, kind byte) (count uint64) {
	t.Helper()
	if err := each(n.store.db, kind, func(_, _ []byte) error { count++; return nil }); err != nil {
		t.Fatal(err)
	}
	return count
}

// TestScavengeGivenUp: one that is cancelled, or whose node is closed, ends with an error; the next one brings it to its end.
func TestScavengeGivenUp(t *testing.T) {
	t.Parallel()
	clock := &testClock{now: time.Unix(3600000, 0)}
	fs := vfs.NewMem()
	opts := memOptions(t, fs)
	opts.Clock = clock.Now
	n := openNode(t, opts)
	town(t, n)
	clock.advance(time.Hour)
	ctx, cancel := context.WithCancel(testContext(t))
	first, err := n.Scavenge(ctx, func(uint64, uint64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %+v, %v", first, err)
	}
	closed := make(chan error, 1)
	var once sync.Once
	second, err := n.Scavenge(testContext(t), func(uint64, uint64) {
		once.Do(func() {
			go func() { closed <- n.Close() }()
			<-n.Done()
		})
	})
	if !errors.Is(err, errStopped) {
		t.Errorf("closed: %+v, %v", second, err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	n = openNode(t, opts)
	third := scavenge(t, n)
	if stubs := countKeys(t, n, keyStub); stubs == 0 || first.Events+second.Events+third.Events > stubs || third.Events == 0 {
		t.Errorf("removed %d, %d and %d, stubs %d", first.Events, second.Events, third.Events, stubs)
	}
	mustCheck(t, n)
}
