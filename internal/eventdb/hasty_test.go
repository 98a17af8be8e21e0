package eventdb

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// withoutTables is a disk on which there may be room for what is written over, but none for new tables.
func withoutTables(disk vfs.FS, full *atomic.Bool) vfs.FS {
	return injected(disk, errorfs.InjectorFunc(func(o errorfs.Op) error {
		if full.Load() && o.Kind == errorfs.OpFileWrite && strings.HasSuffix(o.Path, ".sst") {
			return syscall.ENOSPC
		}
		return nil
	}))
}

// TestNoRoomToOpen: a journal that cannot be moved into tables is an error, and all is there once there is room.
func TestNoRoomToOpen(t *testing.T) {
	t.Parallel()
	live := vfs.NewCrashableMem()
	l := &ledger{acked: map[string]uint64{}}
	small(3)(t, openNode(t, memOptions(t, live)), l)
	disk, full := live.CrashClone(vfs.CrashCloneCfg{}), &atomic.Bool{}
	full.Store(true)
	n, err := Open(memOptions(t, withoutTables(disk, full)))
	if err == nil {
		err = n.Close()
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("opened without room: %v", err)
	}
	checkWhole(t, openNode(t, memOptions(t, disk)), l.snapshot())
}

// TestNoRoomToClose fills the memory of a node that cannot make tables until the writer waits for room: it still closes,
// and nothing acknowledged is lost.
func TestNoRoomToClose(t *testing.T) {
	t.Parallel()
	disk, full := vfs.NewMem(), &atomic.Bool{}
	n, err := Open(memOptions(t, withoutTables(disk, full)))
	if err != nil {
		t.Fatal(err)
	}
	full.Store(true)
	data, acked := make([]byte, 3<<20), uint64(0)
	ctx, cancel := context.WithCancel(testContext(t))
	waiting := make(chan struct{})
	go func() {
		defer close(waiting)
		for i := 1; ; i++ {
			out := n.change(&op{ctx: ctx, stream: "s", expect: expectation{kind: expectAny},
				events: []proposed{{id: [16]byte{byte(i), byte(i >> 8), 1}, typ: "t", data: data}}})
			if out.err != nil {
				return
			}
			atomic.StoreUint64(&acked, out.pos)
		}
	}()
	for still := uint64(0); atomic.LoadUint64(&acked) == 0 || atomic.LoadUint64(&acked) != still; time.Sleep(300 * time.Millisecond) {
		still = atomic.LoadUint64(&acked)
	}
	err = n.Close()
	cancel()
	<-waiting
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("closed without room: %v", err)
	}
	full.Store(false)
	m := openNode(t, memOptions(t, disk))
	if last, err := m.Last(); err != nil || last < acked {
		t.Errorf("the log ends at %d, %v; %d was acknowledged", last, err, acked)
	}
}

// TestHastyOnlyAboutFlushes: a compaction that fails keeps nobody from opening or closing, a flush that fails does, and only
// then.
func TestHastyOnlyAboutFlushes(t *testing.T) {
	t.Parallel()
	flush, compaction := errors.New("flush"), errors.New("compaction")
	for _, hasty := range []bool{true, false} {
		l := &storeLogger{disk: &faultFS{FS: vfs.NewMem()}, trouble: make(chan error, 1)}
		l.hasty.Store(hasty)
		l.background(compaction)
		l.flushed(pebble.FlushInfo{})
		l.flushed(pebble.FlushInfo{Err: flush})
		l.background(compaction)
		if err := l.disk.failed(); err != nil {
			t.Errorf("hasty %v, after a compaction: %v", hasty, err)
		}
		l.background(flush)
		if err := l.disk.failed(); errors.Is(err, flush) != hasty {
			t.Errorf("hasty %v, after a flush: %v", hasty, err)
		}
	}
}
