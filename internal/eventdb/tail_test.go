package eventdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	pebblerecord "github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// numbered calls pebblerecord.NewReader, whose type of a number has no name outside Pebble.
func numbered[N ~uint64](newReader func(io.Reader, N) *pebblerecord.Reader, r io.Reader, number uint64) *pebblerecord.Reader {
	return newReader(r, N(number))
}

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

// logFile is a journal, number 7, or a manifest in the making.
type logFile struct {
	bytes.Buffer
	plain  bool
	synced byte // of the chunks from now on
}

// put adds a record.
func (f *logFile) put(payload []byte) {
	header := syncedHeader
	if f.plain {
		header = plainHeader
	}
	for first := true; first || len(payload) > 0; first = false {
		part := payload[:min(len(payload), logBlock-f.Len()%logBlock-header)]
		payload = payload[len(part):]
		typ := byte(4)
		switch {
		case first && len(payload) == 0:
			typ = 1
		case first:
			typ = 2
		case len(payload) > 0:
			typ = 3
		}
		if !f.plain {
			typ += 8
		}
		f.Write(chunkOf(typ, 7, f.synced, part))
		if left := logBlock - f.Len()%logBlock; left < header {
			f.Write(make([]byte, left))
		}
	}
}

// commit adds one of an empty journal's commits; rest does not matter.
func (f *logFile) commit(first, count byte, rest []byte) {
	f.put(append([]byte{first, 0, 0, 0, 0, 0, 0, 0, count, 0, 0, 0}, rest...))
}

func (f *logFile) receipt(at, below byte) {
	f.commit(at, 0, appendReceipt([]byte{kindLogData, byte(receiptSize)}, ours, uint64(below)))
}

// chunkOf makes a chunk with its number and with where the file was synced to, as far as its type has them.
func chunkOf(typ, number, synced byte, payload []byte) []byte {
	b := []byte{0, 0, 0, 0, byte(len(payload)), byte(len(payload) >> 8), typ}
	if typ > 4 {
		b = append(b, number, 0, 0, 0)
	}
	if typ > 8 {
		b = append(b, synced, 0, 0, 0, 0, 0, 0, 0)
	}
	b = append(b, payload...)
	binary.LittleEndian.PutUint32(b, checksumOf(b[6:]))
	return b
}

var endMark = []byte{0, 0, 0, 0, 0, 0, numberedFull, 8, 0, 0, 0}

// TestReceiptAcrossBlocks has receipts begin at the end of a block and end in the next one.
func TestReceiptAcrossBlocks(t *testing.T) {
	t.Parallel()
	split := 0
	for room := range syncedHeader + batchHead + 2 + receiptSize + 3 {
		var f logFile
		f.commit(10, 5, []byte("kept"))
		damaged := f.Len()
		f.commit(15, 5, make([]byte, logBlock-damaged-2*syncedHeader-batchHead-room))
		at := f.Len()
		f.receipt(20, 20)
		if at/logBlock != (f.Len()-1)/logBlock {
			split++
		}
		b := slices.Clone(f.Bytes())
		whole := readTail(t, "7.log", b)
		if whole.state != tailReading || whole.next != 20 || whole.at != int64(len(b)) {
			t.Fatalf("room %d: %+v", room, whole)
		}
		if got := readTail(t, "7.log", flipped(b, damaged+20)); !got.proof || got.at != int64(damaged) || got.next != 15 {
			t.Errorf("room %d: the receipt is not seen: %+v", room, got)
		}
		if got := readTail(t, "7.log", flipped(b, at+20)); got.proof || got.state != tailBroken {
			t.Errorf("room %d: a torn receipt: %+v", room, got)
		}
		f.Truncate(at)
		f.receipt(20, 15)
		if got := readTail(t, "7.log", flipped(f.Bytes(), damaged+20)); got.proof {
			t.Errorf("room %d: a receipt for what is there is a proof", room)
		}
	}
	if split < 10 {
		t.Errorf("only %d receipts were split", split)
	}
}

// TestProofs damages the second record of a file at its beginning and looks at what is taken for a proof that it had been
// on the disk.
func TestProofs(t *testing.T) {
	t.Parallel()
	forged := chunkOf(9, 7, 255, []byte("forged"))
	for name, c := range map[string]struct {
		first, second int // number of events of a commit
		then          func(f *logFile)
		proof         bool
	}{
		"nothing":         {5, 5, func(*logFile) {}, false},
		"unsynced commit": {5, 5, func(f *logFile) { f.synced = 44; f.commit(20, 5, nil) }, false},
		"synced commit":   {5, 5, func(f *logFile) { f.synced = 45; f.commit(20, 5, nil) }, false}, // as data may say
		"synced commit of a later block": {5, 5, func(f *logFile) {
			f.synced = 45
			f.commit(20, 5, make([]byte, 2*logBlock))
		}, true},
		"unsynced commit of a later block": {5, 5, func(f *logFile) {
			f.synced = 44
			f.commit(20, 5, make([]byte, 2*logBlock))
		}, false},
		"synced receipt":   {5, 5, func(f *logFile) { f.synced = 45; f.receipt(20, 1) }, true},
		"unsynced receipt": {5, 5, func(f *logFile) { f.synced = 44; f.receipt(20, 1) }, false},
		"receipt of another": {5, 5, func(f *logFile) {
			f.synced = 45
			f.commit(20, 0, appendReceipt([]byte{kindLogData, byte(receiptSize)}, secret{9}, 1<<50))
		}, false},
		"receipt": {5, 5, func(f *logFile) { f.receipt(20, 20) }, true},
		"receipt ahead of a commit": {5, 5, func(f *logFile) {
			f.commit(20, 5, append(appendReceipt([]byte{kindLogData, byte(receiptSize)}, ours, 20), make([]byte, 500)...))
		}, true},
		"receipt, others between":       {5, 5, func(f *logFile) { f.commit(20, 5, nil); f.receipt(25, 20) }, true},
		"receipt for the first":         {5, 5, func(f *logFile) { f.receipt(20, 15) }, false},
		"receipt of an unknown journal": {0, 5, func(f *logFile) { f.receipt(20, 20) }, false},
		"receipt after a receipt":       {5, 0, func(f *logFile) { f.receipt(15, 15) }, false},
		"long receipt":                  {5, 5, func(f *logFile) { f.commit(20, 0, make([]byte, 100)) }, false},
		"end mark":                      {5, 5, func(f *logFile) { f.Write(endMark) }, false},
		"impossible offset":             {5, 5, func(f *logFile) { f.Write(forged) }, false},
		"other journal":                 {5, 5, func(f *logFile) { f.Write(chunkOf(9, 6, 45, []byte("old"))) }, false},
		"old format":                    {5, 5, func(f *logFile) { f.Write(chunkOf(5, 7, 0, []byte("old"))) }, false},
	} {
		var f logFile
		if c.first > 0 {
			f.commit(10, byte(c.first), make([]byte, 13)) // 44 bytes
		}
		at := f.Len()
		f.commit(15, byte(c.second), []byte("gone"))
		c.then(&f)
		got := readTail(t, "7.log", flipped(f.Bytes(), at))
		if got.state != tailBroken || got.at != int64(at) || got.proof != c.proof {
			t.Errorf("%s: %+v", name, got)
		}
	}

	var closed logFile
	closed.commit(10, 5, nil)
	at := closed.Len()
	closed.Write(endMark)
	if got := readTail(t, "7.log", closed.Bytes()); got.state != tailClosed || got.at != int64(at) || got.proof {
		t.Errorf("closed: %+v", got)
	}
	closed.Write(chunkOf(9, 6, 0, []byte("old")))
	if got := readTail(t, "7.log", closed.Bytes()); got.state != tailClosed || got.proof {
		t.Errorf("closed, used again: %+v", got)
	}
	closed.commit(15, 5, nil)
	if got := readTail(t, "7.log", closed.Bytes()); got.at != int64(at) || got.proof {
		t.Errorf("closed, followed by what may be data: %+v", got)
	}
	closed.receipt(20, 1)
	if got := readTail(t, "7.log", closed.Bytes()); got.at != int64(at) || !got.proof {
		t.Errorf("closed before its end: %+v", got)
	}
	var within logFile
	within.Write(chunkOf(10, 7, 0, make([]byte, batchHead)))
	within.Write(endMark)
	if got := readTail(t, "7.log", within.Bytes()); got.state != tailBroken || got.at != syncedHeader+batchHead {
		t.Errorf("an end mark within a record: %+v", got)
	}

	var split logFile
	split.commit(10, 5, make([]byte, logBlock-3*syncedHeader-2*batchHead-20))
	at = split.Len()
	split.commit(15, 5, nil)
	split.receipt(20, 20)
	b := slices.Concat(split.Bytes()[:logBlock], []byte{0}, split.Bytes()[logBlock:])
	if whole := readTail(t, "7.log", flipped(split.Bytes(), at)); !whole.proof {
		t.Errorf("a receipt in two blocks: %+v", whole)
	}
	if got := readTail(t, "7.log", flipped(b, at)); got.proof {
		t.Errorf("two parts that do not belong together: %+v", got)
	}

	edits := logFile{plain: true}
	edits.put([]byte("edit"))
	at = edits.Len()
	edits.put(make([]byte, 3*logBlock))
	if got := readTail(t, "MANIFEST-000001", flipped(edits.Bytes(), at)); got.state != tailBroken || got.proof || got.whole != int64(at) {
		t.Errorf("the rest of a torn edit: %+v", got)
	}
	edits.put([]byte("edit"))
	if got := readTail(t, "MANIFEST-000001", flipped(edits.Bytes(), at)); !got.proof || got.whole != int64(at) {
		t.Errorf("an edit after a damaged one: %+v", got)
	}
}

// TestReceiptOfNextJournal damages the first commit of a journal: what comes before it is known from the journal before.
func TestReceiptOfNextJournal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		below byte
		bad   bool
	}{"lost": {20, true}, "not lost": {15, false}} {
		disk := vfs.NewMem()
		if err := disk.MkdirAll(memStore, 0o700); err != nil {
			t.Fatal(err)
		}
		var second logFile
		second.commit(15, 5, nil)
		second.receipt(20, c.below)
		overwrite(t, disk, path.Join(memStore, "000007.log"), flipped(second.Bytes(), 3))
		first := chunkOf(9, 6, 0, []byte{10, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0})
		first = append(first, 0, 0, 0, 0, 0, 0, numberedFull, 7, 0, 0, 0)
		overwrite(t, disk, path.Join(memStore, "000006.log"), first)
		x := &inspection{fs: disk, dir: memStore, names: []string{"000006.log", "000007.log"}, witness: witnessed{secret: ours}}
		if err := x.journals(6); errors.Is(err, errDamaged) != c.bad || err != nil && !c.bad {
			t.Errorf("%s: %v", name, err)
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
	number, _ := logNumber(path.Base(journal))
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
		c[at+6] = numberedFull
		if !f.put(t, journal, c, fmt.Sprintf("mark at %d", at)) {
			t.Errorf("a true end mark at %d, before the end, is not noticed", at)
		}
	}
}

// TestUnfinishedJournal damages, cuts and removes a journal that has a successor: only the last one may be torn.
func TestUnfinishedJournal(t *testing.T) {
	t.Parallel()
	live := vfs.NewCrashableMem()
	var hold atomic.Bool // keeps tables from being written, so that old journals stay
	fs := errorfs.Wrap(live, errorfs.InjectorFunc(func(o errorfs.Op) error {
		if hold.Load() && strings.HasSuffix(o.Path, ".sst") && o.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			return errDiskGone
		}
		return nil
	}))
	n := openNode(t, memOptions(t, fs))
	l := &ledger{acked: map[string]uint64{}}
	flushed(120)(t, n, l)
	hold.Store(true)
	small(20)(t, n, l)
	if err := n.store.flush(testContext(t)); err == nil {
		t.Fatal("tables can be written")
	}
	if err := l.write(testContext(t), n, 2, 3); err != nil {
		t.Fatal(err)
	}
	f := &found{disk: live.CrashClone(vfs.CrashCloneCfg{}), acked: l.snapshot(), sockets: t.TempDir()}
	hold.Store(false)
	if f.open(t, f.disk.CrashClone(vfs.CrashCloneCfg{}), "as it is") {
		t.Fatal("refused as it is")
	}
	var logs []string
	for _, file := range f.files(t) {
		if _, ok := logNumber(file); ok {
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
		tail := readTail(t, journal, b)
		if starts, _ := recordStarts(t, journal, b); len(starts) > 0 || tail.state != tailClosed {
			t.Errorf("%d records are left in the journal, which ends in state %d", len(starts), tail.state)
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
		if err != nil || len(problems) != 1 || problems[0].Advice != adviceRestore || problems[0].Repairable ||
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

// FuzzTail reads strangers' bytes as a journal and as a manifest: nothing panics, and the readable part ends where it ends
// for Pebble.
func FuzzTail(f *testing.F) {
	var file bytes.Buffer
	w := pebblerecord.NewWriter(&file)
	for i := range 5 {
		if _, err := w.WriteRecord(bytes.Repeat([]byte("edit"), 1+i*i*900)); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(file.Bytes())
	f.Add(flipped(file.Bytes(), 30))
	var log bytes.Buffer
	for i := range 9 {
		log.Write(chunkOf(9, 1, byte(i), appendReceipt(make([]byte, batchHead+2), ours, 77)))
	}
	f.Add(log.Bytes())
	f.Add(flipped(log.Bytes(), 70))
	f.Add(append(slices.Clone(log.Bytes()), 0, 0, 0, 0, 0, 0, numberedFull, 2, 0, 0, 0))
	f.Add(append(slices.Clone(log.Bytes()), make([]byte, logBlock)...))
	f.Add(append(chunkOf(12, 1, 0, []byte("the rest of nothing")), log.Bytes()...))
	f.Add(append(chunkOf(10, 1, 0, []byte("a beginning")), log.Bytes()...))
	f.Fuzz(func(t *testing.T, b []byte) {
		for number, manifest := range map[uint64]bool{0: true, 1: false} {
			records := 0
			got := tail{number: uint32(number), manifest: manifest, see: func(edit []byte) {
				records++
				minLog(edit)
				parseReceipt(edit, ours)
			}}
			if err := got.read(bytes.NewReader(b)); err != nil {
				t.Fatal(err)
			}
			r := numbered(pebblerecord.NewReader, bytes.NewReader(b), number)
			want := 0
			for {
				rec, err := r.Next()
				if err == nil {
					_, err = io.Copy(io.Discard, rec)
				}
				if err != nil {
					break
				}
				want++
			}
			if records != want || got.at < 0 || got.at > int64(len(b)) || got.whole > got.at {
				t.Fatalf("%d records, Pebble reads %d: %+v", records, want, got)
			}
		}
		if one, ok := decodeWitness(b); ok && !bytes.Equal(one.encode(), b[:witnessSlot]) {
			t.Fatalf("%+v is written differently", one)
		}
	})
}

// BenchmarkInspect reads a journal of 64 MiB, as an opening after a loss of power does first of all.
func BenchmarkInspect(b *testing.B) {
	dir := b.TempDir()
	var file bytes.Buffer
	for file.Len() < 64<<20 {
		file.Write(chunkOf(9, 7, 0, make([]byte, logBlock/2-syncedHeader)))
	}
	name := filepath.Join(dir, "000007.log")
	if err := writeFile(vfs.Default, name, file.Bytes()); err != nil {
		b.Fatal(err)
	}
	x := &inspection{fs: vfs.Default, dir: dir, names: []string{"000007.log"}}
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		if err := x.journals(1); err != nil {
			b.Fatal(err)
		}
	}
}

func writeFile(fs vfs.FS, name string, content []byte) error {
	f, err := fs.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// forgedChunks are what a writer who knows Pebble, and the numbers of journals to come, can put into an event: chunks of
// theirs that say that all had been synced, and receipts as another store would sign them.
func forgedChunks(t *testing.T) (data []byte) {
	t.Helper()
	for number := byte(1); number < 60; number++ {
		record := append(make([]byte, batchHead), kindLogData, byte(receiptSize))
		data = append(data, chunkOf(9, number, 1, appendReceipt(record, ours, 1<<50))...)
		data = append(data, chunkOf(9, number, 0, nil)...)
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
