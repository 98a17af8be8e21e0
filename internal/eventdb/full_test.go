package eventdb

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// fullDisk takes so many bytes and then no more, whatever the file.
type fullDisk struct {
	vfs.FS
	left *atomic.Int64
}

type fullFile struct {
	vfs.File
	left *atomic.Int64
}

func (d fullDisk) wrap(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return fullFile{f, d.left}, nil
}

// Create is that of vfs.FS.
func (d fullDisk) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return d.wrap(d.FS.Create(name, c))
}

// OpenReadWrite is that of vfs.FS.
func (d fullDisk) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return d.wrap(d.FS.OpenReadWrite(name, c, opts...))
}

// ReuseForWrite is that of vfs.FS.
func (d fullDisk) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return d.wrap(d.FS.ReuseForWrite(old, name, c))
}

// Write takes what there is room for.
func (f fullFile) Write(p []byte) (int, error) {
	room := f.left.Add(-int64(len(p))) + int64(len(p))
	if room >= int64(len(p)) {
		return f.File.Write(p)
	}
	n, err := f.File.Write(p[:max(room, 0)])
	return n, errors.Join(err, syscall.ENOSPC)
}

// TestFullDisk fills the disk in the middle of whatever is being written. The node stops, acknowledges nothing further and
// says why; with room again it opens, with all that it has acknowledged.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	stopped := 0
	for room := int64(2000); room < 60_000; room += 2900 {
		disk := vfs.NewCrashableMem()
		var left atomic.Int64
		left.Store(room)
		opts := memOptions(t, fullDisk{disk, &left})
		l := &ledger{acked: map[string]uint64{}}
		if n, err := Open(opts); err == nil {
			var wg sync.WaitGroup
			for w := range 3 {
				wg.Go(func() {
					if err := l.write(testContext(t), n, w, 40); !errors.Is(err, errStopped) {
						t.Errorf("room for %d bytes: %v", room, err)
					}
				})
			}
			wg.Wait()
			<-n.Done()
			stopped++
			if err := n.Err(); err == nil || !strings.Contains(err.Error(), "no space left") {
				t.Errorf("room for %d bytes: stopped with %v", room, err)
			}
			left.Store(1 << 40) // room comes too late for this node
			if err := l.write(testContext(t), n, 9, 1); !errors.Is(err, errStopped) {
				t.Errorf("room for %d bytes: an append after it: %v", room, err)
			}
			_ = n.Close() // a store that failed may fail to close
		} else if !strings.Contains(err.Error(), "no space left") {
			t.Errorf("room for %d bytes: open: %v", room, err)
		}
		for _, kept := range []*vfs.MemFS{disk, disk.CrashClone(vfs.CrashCloneCfg{})} {
			again := openNode(t, memOptions(t, kept))
			checkWhole(t, again, l.snapshot())
			if err := again.Close(); err != nil {
				t.Errorf("room for %d bytes: %v", room, err)
			}
		}
	}
	if stopped == 0 {
		t.Error("no disk was large enough to begin with")
	}
}

// TestEveryWrite takes the power away before every single write of a short life: opening, appends, closing. What was not
// synced is lost, or kept. (TestCrash loses some of it at random, under load. Names of files are not lost at random here:
// Pebble counts on a directory keeping them in the order in which they were made.)
func TestEveryWrite(t *testing.T) {
	t.Parallel()
	for _, unsynced := range []int{0, 100} {
		t.Run(fmt.Sprint(unsynced), func(t *testing.T) {
			t.Parallel()
			type crash struct {
				disk  *vfs.MemFS
				acked map[string]uint64
			}
			disk := vfs.NewCrashableMem()
			l := &ledger{acked: map[string]uint64{}}
			var mu sync.Mutex
			var crashes []crash
			point := errorfs.InjectorFunc(func(o errorfs.Op) error {
				if o.Kind.ReadOrWrite() != errorfs.OpIsWrite {
					return nil
				}
				mu.Lock()
				defer mu.Unlock()
				acked := l.snapshot() // before the clone: what is acknowledged in between may be missing from it
				crashes = append(crashes, crash{disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: unsynced,
					RNG: rand.New(rand.NewPCG(uint64(len(crashes)), 5))}), acked})
				return nil
			})
			for life := range 2 {
				n := openNode(t, memOptions(t, injected(disk, point)))
				if err := l.write(testContext(t), n, life, 4); err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(n.store.db.Flush(), n.Close()); err != nil {
					t.Fatal(err)
				}
			}
			if len(crashes) < 40 {
				t.Fatalf("only %d writes", len(crashes))
			}
			sockets := t.TempDir()
			for i, c := range crashes {
				n, err := Open(Options{Dir: memDir, FS: c.disk, Socket: filepath.Join(sockets, fmt.Sprint(i))})
				if err != nil {
					t.Fatalf("power lost at write %d: %v", i, err)
				}
				checkWhole(t, n, c.acked)
				if err := n.Close(); err != nil {
					t.Errorf("power lost at write %d: %v", i, err)
				}
			}
		})
	}
}
