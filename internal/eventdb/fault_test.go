package eventdb

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

var errDiskGone = errors.New("the disk is gone")

// life is what a node goes through in the tests of a disk that fails: it ends at the first error.
func life(t *testing.T, l *ledger, opts Options) (n *Node, err error) {
	if n, err = Open(opts); err != nil {
		return nil, err
	}
	ctx := testContext(t)
	for part := range 3 {
		if err := l.write(ctx, n, part, 3); err != nil {
			return n, err
		}
		if err := n.store.flush(ctx); err != nil {
			return n, err
		}
	}
	if err := n.store.db.Compact(ctx, []byte{keyLog}, []byte{keyVersion + 1}, false); err != nil {
		return n, err
	}
	return n, l.write(ctx, n, 3, 3)
}

// TestEveryWriteFails lets every single write of a short life fail, once or from then on: opening, appends, flushes, a
// compaction, closing; journals, manifests, markers, tables and directories. Nothing ends the process, nothing hangs, a
// node that has lost a write acknowledges nothing further, and what was acknowledged is there when the store is opened
// again, whatever of the last writes has reached the disk.
func TestEveryWriteFails(t *testing.T) {
	t.Parallel()
	for _, once := range []bool{true, false} {
		t.Run(fmt.Sprintf("once %v", once), func(t *testing.T) {
			t.Parallel()
			hit := map[string]int{} // kinds of files that failed
			step := 1
			if !once && !soak() {
				step = 3
			}
			for at := 1; ; at += step {
				disk := vfs.NewCrashableMem()
				var mu sync.Mutex
				writes, name := 0, ""
				fs := injected(disk, errorfs.InjectorFunc(func(o errorfs.Op) error {
					if o.Kind.ReadOrWrite() != errorfs.OpIsWrite || strings.HasSuffix(o.Path, "LOCK") {
						return nil
					}
					mu.Lock()
					defer mu.Unlock()
					if writes++; writes == at || writes > at && !once {
						if writes == at {
							name = disk.PathBase(o.Path)
						}
						return errDiskGone
					}
					return nil
				}))
				l := &ledger{acked: map[string]uint64{}}
				n, err := life(t, l, memOptions(t, fs))
				acked := l.snapshot()
				if n != nil {
					if n.store.disk.failed() != nil {
						if err := l.write(testContext(t), n, 9, 1); !errors.Is(err, errStopped) {
							t.Errorf("%s, write %d: an append after it: %v", name, at, err)
						}
						if !errors.Is(n.Err(), errDiskGone) {
							t.Errorf("%s, write %d: stopped with %v", name, at, n.Err())
						}
					}
					err = errors.Join(err, n.Close())
				}
				mu.Lock()
				reached := writes >= at
				mu.Unlock()
				if !reached {
					if err != nil {
						t.Errorf("without a failure: %v", err)
					}
					break
				}
				kind, _, _ := strings.Cut(strings.TrimLeft(name, "0123456789"), "-")
				hit[strings.SplitN(kind, ".0", 2)[0]]++
				for i, kept := range []*vfs.MemFS{disk, crashed(disk, 0), crashed(disk, 50), crashed(disk, 100)} {
					again, err := Open(memOptions(t, kept))
					if err != nil {
						t.Fatalf("%s, write %d, way %d: open: %v", name, at, i, err)
					}
					checkWhole(t, again, acked)
					mustCheck(t, again)
					if err := again.Close(); err != nil {
						t.Errorf("%s, write %d, way %d: close: %v", name, at, i, err)
					}
				}
			}
			for _, kind := range []string{".log", ".sst", "MANIFEST", "marker.manifest", storeName} {
				if hit[kind] == 0 && step == 1 {
					t.Errorf("no write to %s failed: %v", kind, hit)
				}
			}
		})
	}
}

func crashed(disk *vfs.MemFS, unsynced int) *vfs.MemFS {
	return disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: unsynced, RNG: rand.New(rand.NewPCG(7, uint64(unsynced)))})
}

// TestManifestFails lets the manifest fail in the background, in a flush and in a compaction, while several clients
// append: the node stops as when a commit fails, and every call is answered Unavailable.
func TestManifestFails(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"flush write", "flush sync", "compaction write", "compaction sync"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			within := map[bool]string{true: "flush1", false: "compact1"}[strings.HasPrefix(what, "flush")]
			disk := vfs.NewCrashableMem()
			var broken atomic.Bool
			fs := injected(disk, errorfs.InjectorFunc(func(o errorfs.Op) error {
				if !broken.Load() || !strings.HasPrefix(disk.PathBase(o.Path), "MANIFEST-") {
					return nil
				}
				if !bytes.Contains(debug.Stack(), []byte("(*DB)."+within)) {
					return nil
				}
				write := o.Kind == errorfs.OpFileWrite || o.Kind == errorfs.OpFileWriteAt
				if write == strings.HasSuffix(what, "write") && o.Kind.ReadOrWrite() == errorfs.OpIsWrite {
					return errDiskGone
				}
				return nil
			}))
			n, err := Open(memOptions(t, fs))
			if err != nil {
				t.Fatal(err)
			}
			ctx := testContext(t)
			l := &ledger{acked: map[string]uint64{}}
			for part := range 2 {
				if err := errors.Join(l.write(ctx, n, part, 5), n.store.flush(ctx)); err != nil {
					t.Fatal(err)
				}
			}
			c := officialClient(t, n)
			if got := readAllOf(t, c, "writer-1"); len(got) == 0 {
				t.Fatal("nothing is read")
			}
			broken.Store(true)
			var wg sync.WaitGroup
			for w := range 3 {
				wg.Go(func() {
					if err := l.write(ctx, n, 10+w, 1<<20); !errors.Is(err, errStopped) {
						t.Errorf("a writer ended with %v", err)
					}
				})
			}
			wg.Go(func() {
				for !n.stopped() && ctx.Err() == nil {
					// Flushes what is in memory and, the next time at the latest, compacts it.
					_ = n.store.db.Compact(ctx, []byte{keyLog}, []byte{keyVersion + 1}, false)
				}
			})
			<-n.Done()
			wg.Wait()
			acked := l.snapshot()
			if err := n.Err(); !errors.Is(err, errDiskGone) || !strings.Contains(err.Error(), "MANIFEST") {
				t.Errorf("the node stopped with %v", err)
			}
			_, err = c.AppendToStream(ctx, "s", esdb.AppendToStreamOptions{}, events("t", "{}")...)
			wantCode(t, "append", err, esdb.ErrorUnavailable)
			r, err := c.ReadAll(ctx, esdb.ReadAllOptions{}, 1)
			if err == nil {
				_, err = r.Recv()
				r.Close()
			}
			wantCode(t, "read", err, esdb.ErrorUnavailable)
			broken.Store(false) // too late for this node
			if err := l.write(ctx, n, 20, 1); !errors.Is(err, errStopped) {
				t.Errorf("append after the failure: %v", err)
			}
			crash := crashed(disk, 50)
			if err := n.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			for _, kept := range []*vfs.MemFS{crash, disk} {
				again := openNode(t, memOptions(t, kept))
				checkWhole(t, again, acked)
				mustCheck(t, again)
			}
		})
	}
}
