package eventdb

import (
	"runtime"
	"testing"
	"time"
)

// TestGroupWaitsForDisk: what comes while the group before is not on the disk is synced together.
func TestGroupWaitsForDisk(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{Dir: t.TempDir()})
	w := newWriter(n.store, time.Now, n.newID, n.stop, n.writer.pos, 0)
	<-w.free // the disk is busy
	built := make(chan *group, 1)
	go func() {
		defer close(built)
		g, err := w.build(groupOp(0))
		if err != nil {
			t.Error(err)
			return
		}
		built <- g
	}()
	const appends = 30
	for i := 1; i < appends; i++ {
		w.ops <- groupOp(i)
		for len(w.ops) > 0 {
			runtime.Gosched()
		}
	}
	select {
	case <-built:
		t.Fatal("a group did not wait for the one before")
	default:
	}
	w.free <- struct{}{}
	g := <-built
	if g == nil {
		return
	}
	if err := g.batch.SyncWait(); err != nil || len(g.ops) != appends {
		t.Error(len(g.ops), err)
	}
	g.view.release()
	select {
	case <-w.free:
		t.Error("the disk counts as free before the group is on it")
	default:
	}
}
