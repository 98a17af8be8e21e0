package eventdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

const memDir = "/node" // data directory inside a file system in memory

// memOptions open a node whose store lies in memory; its socket must lie on disk.
func memOptions(t testing.TB, fs vfs.FS) Options {
	return Options{AnyClock: true, Dir: memDir, FS: fs, Socket: filepath.Join(t.TempDir(), "s")}
}

// ledger makes appends whose events name the append and its size, and remembers which were acknowledged.
type ledger struct {
	mu    sync.Mutex
	acked map[string]uint64 // append → position answered
}

func (l *ledger) snapshot() map[string]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]uint64{}
	for k, v := range l.acked {
		out[k] = v
	}
	return out
}

// sizes are how many events each append of a writer has.
func sizes(writer, count int) []int {
	rng := rand.New(rand.NewPCG(uint64(writer), 7))
	out := make([]int, count)
	for i := range out {
		out[i] = 1 + rng.IntN(20)
	}
	return out
}

// write appends to its own stream, under the exact revision, until the node stops or count appends are done.
func (l *ledger) write(ctx context.Context, n *Node, writer, count int) error {
	stream, last := fmt.Sprintf("writer-%d", writer), int64(noRevision)
	for i, size := range sizes(writer, count) {
		o := &op{ctx: ctx, stream: stream, expect: expectation{expectRevision, uint64(last)}}
		if last == noRevision {
			o.expect = expectation{kind: expectNoStream}
		}
		name := fmt.Sprintf("%d/%d", writer, i)
		for k := range size {
			var id [16]byte
			binary.BigEndian.PutUint64(id[:], uint64(writer)<<32|uint64(i)+1)
			binary.BigEndian.PutUint64(id[8:], uint64(k)+1)
			o.events = append(o.events, proposed{id: id, typ: "t", data: fmt.Appendf(nil, "%s/%d/%d", name, k, size)})
		}
		out := n.change(o)
		if out.err != nil {
			return out.err
		}
		if out.verdict != write || out.rev != last+int64(size) {
			return fmt.Errorf("append %s: %+v", name, out)
		}
		last = out.rev
		l.mu.Lock()
		l.acked[name] = out.pos
		l.mu.Unlock()
	}
	return nil
}

// checkWhole scans a node: every append is there whole or not at all, every acknowledged one is there, positions and
// times ascend, and each stream reads back as it was scanned.
func checkWhole(t *testing.T, n *Node, acked map[string]uint64) {
	t.Helper()
	var last uint64
	var created int64
	open := map[string]int{} // events still missing of an append
	ends := map[string]uint64{}
	revisions := map[string]int64{}
	err := n.Scan(testContext(t), 0, 0, func(r Record) error {
		var writer, i, k, size int
		if _, err := fmt.Sscanf(string(r.Data), "%d/%d/%d/%d", &writer, &i, &k, &size); err != nil {
			return fmt.Errorf("event at %d: %w", r.Position, err)
		}
		name := fmt.Sprintf("%d/%d", writer, i)
		if r.Position <= last || ticksOf(r.Created) < created {
			return fmt.Errorf("position %d after %d, created %v", r.Position, last, r.Created)
		}
		if k == 0 {
			open[name] = size
		}
		if open[name] != size-k {
			return fmt.Errorf("event %s comes out of order", r.Data)
		}
		if open[name]--; open[name] == 0 {
			delete(open, name)
			ends[name] = r.Position
		}
		if int64(r.Revision) != revisions[r.Stream] {
			return fmt.Errorf("%s: revision %d, want %d", r.Stream, r.Revision, revisions[r.Stream])
		}
		revisions[r.Stream]++
		last, created = r.Position, ticksOf(r.Created)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(open) > 0 {
		t.Errorf("appends that are not whole: %v", open)
	}
	for name, pos := range acked {
		if ends[name] != pos {
			t.Errorf("append %s was acknowledged at %d, and ends at %d", name, pos, ends[name])
		}
	}
	v, err := n.acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer n.release(v)
	for stream, count := range revisions {
		seen, err := v.look(stream, 0)
		if err != nil || seen.head.last != count-1 {
			t.Errorf("%s ends at %d, want %d (%v)", stream, seen.head.last, count-1, err)
		}
		var c chunk
		q := query{left: 1 << 40}
		for next, done := int64(0), false; !done; {
			c.reset()
			if next, done, err = v.readStream(&c, &q, stream, next, count-1); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCrash takes the power away at random write points: what was acknowledged is there, and appends are whole.
func TestCrash(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 1))
			disk := vfs.NewCrashableMem()
			l := &ledger{acked: map[string]uint64{}}
			type crash struct {
				fs    *vfs.MemFS
				acked map[string]uint64
			}
			var crashes []crash
			var taking sync.Mutex
			var next atomic.Int64
			next.Store(40 + rng.Int64N(40))
			point := errorfs.InjectorFunc(func(o errorfs.Op) error {
				if o.Kind.ReadOrWrite() == errorfs.OpIsWrite && next.Add(-1) == 0 {
					taking.Lock()
					defer taking.Unlock()
					// Acknowledged is read before the clone is taken: what is acknowledged in between may be missing from it.
					acked := l.snapshot()
					cfg := vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rand.New(rand.NewPCG(rng.Uint64(), 3))}
					crashes = append(crashes, crash{disk.CrashClone(cfg), acked})
					next.Store(20 + rng.Int64N(120))
				}
				return nil
			})
			n := openNode(t, memOptions(t, injected(disk, point)))
			var wg sync.WaitGroup
			for w := range 4 {
				wg.Go(func() {
					if err := l.write(testContext(t), n, w, 60); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			checkWhole(t, n, l.snapshot())
			taking.Lock()
			defer taking.Unlock()
			if len(crashes) == 0 {
				t.Fatal("no crash was taken")
			}
			for _, c := range crashes[:min(len(crashes), 6)] {
				again := openNode(t, memOptions(t, c.fs))
				checkWhole(t, again, c.acked)
				// The log goes on where it ended.
				more := &ledger{acked: map[string]uint64{}}
				if err := more.write(testContext(t), again, 99, 3); err != nil {
					t.Error(err)
				}
				for name, pos := range c.acked {
					more.acked[name] = pos
				}
				checkWhole(t, again, more.snapshot())
			}
		})
	}
}

// TestCommitFails lets the disk fail: the node stops, acknowledges nothing further, and what it acknowledged is there.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sync", "write"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			disk := vfs.NewCrashableMem()
			var broken atomic.Bool
			failing := errors.New("the disk is gone")
			fs := injected(disk, errorfs.InjectorFunc(func(o errorfs.Op) error {
				sync := o.Kind == errorfs.OpFileSync || o.Kind == errorfs.OpFileSyncData || o.Kind == errorfs.OpFileSyncTo
				if broken.Load() && strings.HasSuffix(o.Path, ".log") && (sync && kind == "sync" || o.Kind == errorfs.OpFileWrite && kind == "write") {
					return failing
				}
				return nil
			}))
			n, err := Open(memOptions(t, fs))
			if err != nil {
				t.Fatal(err)
			}
			l := &ledger{acked: map[string]uint64{}}
			if err := l.write(testContext(t), n, 1, 5); err != nil {
				t.Fatal(err)
			}
			broken.Store(true)
			if err := l.write(testContext(t), n, 2, 5); !errors.Is(err, errStopped) {
				t.Errorf("append to a broken disk: %v", err)
			}
			<-n.Done()
			if n.Err() == nil {
				t.Error("the node does not say why it stopped")
			}
			if err := l.write(testContext(t), n, 3, 1); !errors.Is(err, errStopped) {
				t.Errorf("append after the failure: %v", err)
			}
			if err := n.Scan(testContext(t), 0, 0, func(Record) error { return nil }); !errors.Is(err, errStopped) {
				t.Errorf("scan after the failure: %v", err)
			}
			crashed := disk.CrashClone(vfs.CrashCloneCfg{})
			_ = n.Close() // a store that failed may fail to close
			checkWhole(t, openNode(t, memOptions(t, crashed)), l.snapshot())
		})
	}
}
