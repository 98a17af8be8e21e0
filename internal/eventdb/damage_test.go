package eventdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"ksiega/internal/eventdb/pebblelog"
)

// TestReceiptWhenIdle has a node append, and then waits for the last append, and for what else was written since, to get its
// receipt on the disk.
func TestReceiptWhenIdle(t *testing.T) {
	t.Parallel()
	live := vfs.NewCrashableMem()
	n := openNode(t, memOptions(t, live))
	l := &ledger{acked: map[string]uint64{}}
	small(3)(t, n, l)
	if err := n.store.db.Delete([]byte("z"), pebble.Sync); err != nil {
		t.Fatal(err)
	}
	for ctx := testContext(t); ; {
		f := &found{disk: live.CrashClone(vfs.CrashCloneCfg{}), acked: l.snapshot(), sockets: t.TempDir()}
		journal := f.newestLog(t)
		b := readFile(t, f.disk, journal)
		if bytes.Count(b, []byte(receiptMark)) == 4 { // of the first two appends, of the last one and of all
			starts, _ := recordStarts(t, journal, b)
			for _, at := range starts[:len(starts)-2] {
				if !f.put(t, journal, flipped(b, at+30), "the record") {
					t.Errorf("damage to the record at %d of %v is not noticed", at, starts)
				}
			}
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal("no receipt")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// TestFalseEndMark turns a chunk into what Pebble takes for the mark at the end of a closed journal, without looking at its
// checksum: one bit of the number is enough.
func TestFalseEndMark(t *testing.T) {
	t.Parallel()
	f := find(t, true, small(20))
	journal := f.newestLog(t)
	b := readFile(t, f.disk, journal)
	starts, _ := recordStarts(t, journal, b)
	number, _ := pebblelog.LogNumber(path.Base(journal))
	for _, at := range starts {
		if at >= unproven(t, journal, b) {
			break
		}
		c := slices.Clone(b)
		c[at+7] = byte(number + 1)
		if cut, _ := recordStarts(t, journal, c); len(cut) >= len(starts) {
			t.Fatal("Pebble is not deceived")
		}
		if !f.put(t, journal, c, fmt.Sprintf("number at %d", at)) {
			t.Errorf("a false end at %d is not noticed", at)
		}
		clear(c[at : at+6])
		c[at+6] = endMarkType
		if !f.put(t, journal, c, fmt.Sprintf("mark at %d", at)) {
			t.Errorf("a true end mark at %d, before the end, is not noticed", at)
		}
	}
}

// TestUnfinishedJournal damages, cuts and removes a journal that has a successor: only the last one may be torn.
func TestUnfinishedJournal(t *testing.T) {
	t.Parallel()
	live := vfs.NewCrashableMem()
	var refused atomic.Bool // keeps tables from being written, so that old journals stay
	fs := errorfs.Wrap(live, errorfs.InjectorFunc(func(o errorfs.Op) error {
		if refused.Load() && strings.HasSuffix(o.Path, ".sst") && o.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			return errDiskGone
		}
		return nil
	}))
	n := openNode(t, memOptions(t, fs))
	l := &ledger{acked: map[string]uint64{}}
	flushed(120)(t, n, l)
	refused.Store(true)
	small(20)(t, n, l)
	if err := n.store.flush(testContext(t)); err == nil {
		t.Fatal("tables can be written")
	}
	if err := l.write(testContext(t), n, 2, 3); err != nil {
		t.Fatal(err)
	}
	f := &found{disk: live.CrashClone(vfs.CrashCloneCfg{}), acked: l.snapshot(), sockets: t.TempDir()}
	refused.Store(false)
	if f.open(t, f.disk.CrashClone(vfs.CrashCloneCfg{}), "as it is") {
		t.Fatal("refused as it is")
	}
	var logs []string
	for _, file := range f.files(t) {
		if _, ok := pebblelog.LogNumber(file); ok {
			logs = append(logs, path.Join(memStore, file))
		}
	}
	journal := logs[len(logs)-2]
	b := readFile(t, f.disk, journal)
	starts, end := recordStarts(t, journal, b)
	if len(starts) < 20 || journal == f.newestLog(t) {
		t.Fatalf("%s has %d records", journal, len(starts))
	}
	for at := 0; at < end; at += end / 50 {
		if !f.put(t, journal, flipped(b, at), fmt.Sprintf("flipped at %d", at)) {
			t.Errorf("flipped at %d: not noticed", at)
		}
		if !f.put(t, journal, b[:at], fmt.Sprintf("cut at %d", at)) {
			t.Errorf("cut at %d: not noticed", at)
		}
	}
	for _, at := range starts { // here Pebble sees a clean end
		if !f.put(t, journal, b[:at], fmt.Sprintf("cut at %d", at)) {
			t.Errorf("cut at %d, between two records: not noticed", at)
		}
	}
	for _, name := range []string{journal, logs[len(logs)-1]} {
		disk := f.disk.CrashClone(vfs.CrashCloneCfg{})
		if err := disk.Remove(name); err != nil {
			t.Fatal(err)
		}
		if !f.open(t, disk, "without "+name) {
			t.Errorf("nobody misses %s", name)
		}
	}
}

// TestPowerLostWhileOpening takes the power away before every write of an opening that has a journal to replay: none of
// what an interrupted opening leaves is damage.
func TestPowerLostWhileOpening(t *testing.T) {
	t.Parallel()
	for _, unsynced := range []int{0, 100} {
		f := find(t, false, flushed(120), small(10))
		disk := f.disk
		for depth := range 3 {
			var mu sync.Mutex
			var crashes []*vfs.MemFS
			fs := errorfs.Wrap(disk, errorfs.InjectorFunc(func(o errorfs.Op) error {
				if o.Kind.ReadOrWrite() == errorfs.OpIsWrite {
					mu.Lock()
					defer mu.Unlock()
					crashes = append(crashes, crashed(disk, unsynced))
				}
				return nil
			}))
			if f.open(t, fs, "with power") {
				t.Fatal("refused")
			}
			if len(crashes) < 20 {
				t.Fatalf("only %d writes", len(crashes))
			}
			for i, c := range crashes {
				again := c.CrashClone(vfs.CrashCloneCfg{})
				if f.open(t, c, fmt.Sprintf("depth %d, write %d", depth, i)) {
					t.Errorf("unsynced %d, depth %d, write %d: refused", unsynced, depth, i)
				}
				crashes[i] = again
			}
			disk = crashes[len(crashes)*(depth+1)/4]
		}
	}
}

// TestCloseWithoutRoom closes a node that cannot write tables any more: it says so and ends, and the journal has everything.
func TestCloseWithoutRoom(t *testing.T) {
	t.Parallel()
	live := vfs.NewCrashableMem()
	var full atomic.Bool
	fs := errorfs.Wrap(live, errorfs.InjectorFunc(func(o errorfs.Op) error {
		if full.Load() && strings.HasSuffix(o.Path, ".sst") && o.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			return errDiskGone
		}
		return nil
	}))
	n, err := Open(memOptions(t, fs))
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger{acked: map[string]uint64{}}
	small(10)(t, n, l)
	full.Store(true)
	closed := make(chan error, 1)
	go func() { closed <- n.Close() }()
	select {
	case err := <-closed:
		if !errors.Is(err, errDiskGone) {
			t.Errorf("closed with %v", err)
		}
	case <-testContext(t).Done():
		t.Fatal("the node does not close")
	}
	f := &found{disk: live, acked: l.snapshot(), sockets: t.TempDir()}
	if f.open(t, live, "after it") {
		t.Error("refused")
	}
}

// TestClosedJournalIsEmpty closes a node: what it held in memory is in tables, which are checked block by block.
func TestClosedJournalIsEmpty(t *testing.T) {
	t.Parallel()
	live := vfs.NewCrashableMem()
	n := openNode(t, memOptions(t, live))
	l := &ledger{acked: map[string]uint64{}}
	small(10)(t, n, l)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	f := &found{disk: live, acked: l.snapshot(), sockets: t.TempDir()}
	journal := f.newestLog(t)
	if b := readFile(t, live, journal); len(b) > 0 {
		number, _ := pebblelog.LogNumber(path.Base(journal))
		end := pebblelog.Tail{Number: uint32(number), Secret: ours}
		if err := end.Read(bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		if starts, _ := recordStarts(t, journal, b); len(starts) > 0 || end.State != pebblelog.Closed {
			t.Errorf("%d records are left in the journal, which ends in state %d", len(starts), end.State)
		}
		f.open(t, withFile(t, live, journal, nil), "with an empty journal")
	}
}

// TestDoctorOfDamage asks a doctor about what a node refuses: it says what is wrong and what to do, and changes nothing.
func TestDoctorOfDamage(t *testing.T) {
	t.Parallel()
	f := find(t, true, flushed(120), small(5))
	for name, at := range map[string]string{"journal": f.newestLog(t), "manifest": f.manifest(t)} {
		disk := withFile(t, f.disk, at, flipped(readFile(t, f.disk, at), 40))
		before := readFile(t, disk, at)
		problems, err := checkDir(context.Background(), disk, memStore, nil)
		if err != nil || len(problems) != 1 || problems[0].Advice != AdviceRestore || problems[0].Repairable ||
			!strings.Contains(problems[0].What, "the "+name+" "+path.Base(at)) || strings.Count(problems[0].String(), "restore") != 1 {
			t.Errorf("%s: %v, %v", name, problems, err)
		}
		if _, err := repairStore(context.Background(), disk, memStore, nil); !errors.Is(err, ErrNotRepairable) {
			t.Errorf("%s: repair: %v", name, err)
		}
		if string(readFile(t, disk, at)) != string(before) {
			t.Errorf("the %s was changed", name)
		}
	}
}

// forgedChunks are what a writer who knows Pebble, and the numbers of journals to come, can put into an event: chunks of
// theirs that say that all had been synced, and receipts as another store would sign them.
func forgedChunks(t *testing.T) (data []byte) {
	t.Helper()
	for number := byte(1); number < 60; number++ {
		receipt := pebblelog.AppendReceipt(nil, ours, 1<<50)
		record := append(make([]byte, batchHead), 3, byte(len(receipt))) // an entry that stands only in the journal
		data = append(data, chunkOf(number, 1, append(record, receipt...))...)
		data = append(data, chunkOf(number, 0, nil)...)
	}
	return data
}

func appendForged(t *testing.T, n *Node, i int) {
	t.Helper()
	out := n.change(&op{ctx: testContext(t), stream: "fat", expect: expectation{kind: expectAny},
		events: []proposed{{id: [16]byte{byte(i + 1)}, typ: "t", data: forgedChunks(t)}}})
	if out.err != nil {
		t.Fatal(out.err)
	}
}

// TestForgedProof: no data makes a sound store look damaged, be it in a journal that is written over, or in a commit that
// was cut short and never acknowledged.
func TestForgedProof(t *testing.T) {
	t.Parallel()
	live := vfs.NewCrashableMem()
	n := openNode(t, memOptions(t, live))
	for i := range 6 {
		appendForged(t, n, i)
		if err := n.store.flush(testContext(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, memOptions(t, live))
	l := &ledger{acked: map[string]uint64{}}
	small(3)(t, n, l)
	appendForged(t, n, 7)
	f := &found{disk: live.CrashClone(vfs.CrashCloneCfg{})}
	journal := f.newestLog(t)
	content := readFile(t, f.disk, journal)
	starts, end := recordStarts(t, journal, content)
	last := starts[len(starts)-1]
	for cut := last; cut < end; cut += (end - last) / 20 {
		m, err := Open(memOptions(t, withFile(t, f.disk, journal, content[:cut])))
		if err != nil {
			t.Fatalf("cut off at %d in the last commit, at %d to %d: %v", cut, last, end, err)
		}
		if want := slices.Max(slices.Collect(maps.Values(l.snapshot()))); m.current.edge.out(m.current.last) != want {
			t.Errorf("cut off at %d: the log ends at %d, not at %d", cut, m.current.edge.out(m.current.last), want)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}
