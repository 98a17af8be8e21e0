package eventdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/cockroachdb/pebble/v2"
	pebblerecord "github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
	"google.golang.org/grpc/codes"

	"ksiega/internal/eventdb/pebblelog"
)

// found is a store in memory as the disk has it when the power goes away.
type found struct {
	disk    *vfs.MemFS
	acked   map[string]uint64
	sockets string
	opens   int
}

// deed says what a node has gone through.
type deed func(t *testing.T, n *Node, l *ledger)

// small is appends of a writer of its own.
func small(count int) deed {
	return func(t *testing.T, n *Node, l *ledger) {
		t.Helper()
		if err := l.write(testContext(t), n, count, count); err != nil {
			t.Fatal(err)
		}
	}
}

// fat appends are longer than a block of the journal.
func fat(count int) deed {
	return func(t *testing.T, n *Node, l *ledger) {
		t.Helper()
		for i := range count {
			o := &op{ctx: testContext(t), stream: "fat", expect: expectation{kind: expectAny}}
			for k := range 3 {
				var id [16]byte
				binary.BigEndian.PutUint64(id[:], uint64(i)+1<<40)
				id[15] = byte(k)
				o.events = append(o.events, proposed{id: id, typ: "t", data: fmt.Appendf(nil, "7/%d/%d/3 %s", i, k, strings.Repeat("fat", 9000+i))})
			}
			out := n.change(o)
			if out.err != nil {
				t.Fatal(out.err)
			}
			l.mu.Lock()
			l.acked[fmt.Sprintf("7/%d", i)] = out.pos
			l.mu.Unlock()
		}
	}
}

// crowd appends from several writers at once.
func crowd(t *testing.T, n *Node, l *ledger) {
	t.Helper()
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			if err := l.write(testContext(t), n, w, 25); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// flushed has journals used again. Those that lie ready then are longer than what a short deed makes.
func flushed(writer int) deed {
	return func(t *testing.T, n *Node, l *ledger) {
		t.Helper()
		for w := range 4 {
			if err := errors.Join(l.write(testContext(t), n, writer+w, 30), n.store.flush(testContext(t))); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// find fills a new store and takes the power away. With settled the last append has had time to get its receipt.
func find(t *testing.T, settled bool, deeds ...deed) *found {
	t.Helper()
	live := vfs.NewCrashableMem()
	l := &ledger{acked: map[string]uint64{}}
	n := openNode(t, memOptions(t, live))
	for _, f := range deeds {
		f(t, n, l)
	}
	f := &found{disk: live.CrashClone(vfs.CrashCloneCfg{}), acked: l.snapshot(), sockets: t.TempDir()}
	if settled {
		next, err := n.store.receipt(0)
		if err == nil {
			_, err = n.store.receipt(next)
		}
		if err != nil {
			t.Fatal(err)
		}
		f.disk = live.CrashClone(vfs.CrashCloneCfg{})
	}
	return f
}

func (f *found) files(t *testing.T) []string {
	t.Helper()
	names, err := f.disk.List(memStore)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// newestLog is the path of the journal that was written last.
func (f *found) newestLog(t *testing.T) (name string) {
	t.Helper()
	newest := uint64(0)
	for _, file := range f.files(t) {
		if number, ok := pebblelog.LogNumber(file); ok && number >= newest {
			newest, name = number, path.Join(memStore, file)
		}
	}
	return name
}

// manifest is the path of the one that counts.
func (f *found) manifest(t *testing.T) string {
	t.Helper()
	seen, err := pebble.Peek(memStore, f.disk)
	if err != nil || !seen.Exists {
		t.Fatalf("no manifest: %v", err)
	}
	return path.Join(memStore, path.Base(seen.ManifestFilename))
}

// open opens a disk that was tampered with: it is refused in clear words, or serves everything that was acknowledged.
func (f *found) open(t *testing.T, disk vfs.FS, what string) (refused bool) {
	t.Helper()
	f.opens++
	n, err := Open(Options{Dir: memDir, FS: disk, Socket: filepath.Join(f.sockets, fmt.Sprint(f.opens))})
	if err != nil {
		if !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), "damaged") || !strings.Contains(err.Error(), "restore") {
			t.Errorf("%s: refused with: %v", what, err)
		}
		return true
	}
	checkWhole(t, n, f.acked)
	if err := n.Close(); err != nil {
		t.Errorf("%s: close: %v", what, err)
	}
	return false
}

// put opens the store with other content of one file. A refusal changes nothing, so that only what is let in gets a disk of
// its own, and one refusal in some gets a node.
func (f *found) put(t *testing.T, name string, content []byte, what string) (refused bool) {
	t.Helper()
	overwrite(t, f.disk, name, content)
	f.opens++
	if _, err := pebblelog.Inspect(f.disk, memStore); err != nil && f.opens%16 != 0 {
		if !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), "damaged: the ") {
			t.Errorf("%s: refused with: %v", what, err)
		}
		return true
	}
	return f.open(t, f.disk.CrashClone(vfs.CrashCloneCfg{}), what)
}

// ours is the secret of the journals that tests make by hand.
var ours = pebblelog.Secret{1: 7}

// Of Pebble's journals and the receipts in them, as package pebblelog draws them.
const (
	logBlock     = 32 << 10
	syncedHeader = 19
	batchHead    = 12
	endMarkType  = 5
	receiptMark  = "ksiega: synced below "
)

// chunkOf makes a chunk of a journal, whole and with where the file was synced to.
func chunkOf(number, synced byte, payload []byte) []byte {
	b := []byte{0, 0, 0, 0, byte(len(payload)), byte(len(payload) >> 8), 9, number, 0, 0, 0, synced, 0, 0, 0, 0, 0, 0, 0}
	b = append(b, payload...)
	sum := crc32.Checksum(b[6:], castagnoli)
	binary.LittleEndian.PutUint32(b, (sum>>15|sum<<17)+0xa282ead8)
	return b
}

// numbered calls pebblerecord.NewReader, whose type of a number has no name outside Pebble.
func numbered[N ~uint64](newReader func(io.Reader, N) *pebblerecord.Reader, r io.Reader, number uint64) *pebblerecord.Reader {
	return newReader(r, N(number))
}

// unproven is where in a journal the last append begins, or the receipts behind it where there are some. Before it every
// flipped bit must be noticed.
func unproven(t *testing.T, name string, content []byte) (at int) {
	t.Helper()
	number, _ := pebblelog.LogNumber(path.Base(name))
	starts, end := recordStarts(t, name, content)
	receipts, proves := 0, false
	scan := &pebblelog.Tail{Number: uint32(number), See: func(record []byte) {
		if proves = len(record) > batchHead+2 && strings.HasPrefix(string(record[batchHead+2:]), receiptMark); proves && binary.LittleEndian.Uint32(record[8:]) == 0 { // nothing else
			receipts++
		} else {
			receipts = 0
		}
	}}
	if err := scan.Read(strings.NewReader(string(content[:end]))); err != nil {
		t.Fatal(err)
	}
	if receipts > 0 || proves {
		return starts[len(starts)-max(receipts, 1)]
	}
	return unproven(t, name, content[:starts[len(starts)-1]])
}

// recordStarts is where the records of a file begin, as Pebble reads them, and where the last one ends.
func recordStarts(t *testing.T, name string, content []byte) (starts []int, end int) {
	t.Helper()
	number, _ := pebblelog.LogNumber(path.Base(name))
	r := numbered(pebblerecord.NewReader, strings.NewReader(string(content)), number)
	for {
		at := int(r.Offset())
		rec, err := r.Next()
		if err == nil {
			_, err = io.Copy(io.Discard, rec)
		}
		if err != nil {
			return starts, at
		}
		starts = append(starts, at)
	}
}

func readFile(t *testing.T, fs vfs.FS, name string) []byte {
	t.Helper()
	f, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// withFile is a copy of the disk where one file has other content.
func withFile(t *testing.T, disk *vfs.MemFS, name string, content []byte) *vfs.MemFS {
	t.Helper()
	out := disk.CrashClone(vfs.CrashCloneCfg{})
	overwrite(t, out, name, content)
	return out
}

func overwrite(t *testing.T, disk *vfs.MemFS, name string, content []byte) {
	t.Helper()
	f, err := disk.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(slices.Clone(content)); err != nil { // under the race detector MemFS spoils what it is given
		t.Fatal(err)
	}
	dir, err := disk.OpenDir(path.Dir(name))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Sync(), f.Close(), dir.Sync(), dir.Close()); err != nil {
		t.Fatal(err)
	}
}

func flipped(b []byte, at int) []byte {
	c := slices.Clone(b)
	c[at] ^= 1 << (at % 8)
	return c
}

// TestTornTail cuts the journal off anywhere, as a crash may leave it: the node opens, what is there is a beginning of what
// was written and ends with a whole append, and the log goes on from there.
func TestTornTail(t *testing.T) {
	t.Parallel()
	for name, settled := range map[string]bool{"busy": false, "settled": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := find(t, settled, small(30))
			journal := f.newestLog(t)
			b := readFile(t, f.disk, journal)
			last := uint64(0)
			cuts := []int{len(b)}
			for at := 0; at < len(b); at += len(b)/40 + 1 {
				cuts = append(cuts, at)
			}
			slices.Sort(cuts)
			for _, at := range cuts {
				n := openNode(t, memOptions(t, withFile(t, f.disk, journal, b[:at])))
				checkWhole(t, n, nil)
				if n.writer.pos < last {
					t.Errorf("cut at %d, the log ends at %d; cut earlier, at %d", at, n.writer.pos, last)
				}
				last = n.writer.pos
				more := &ledger{acked: map[string]uint64{}}
				if err := more.write(testContext(t), n, 99, 2); err != nil {
					t.Error(err)
				}
				checkWhole(t, n, more.snapshot())
				if err := n.Close(); err != nil {
					t.Error(err)
				}
			}
			for name, pos := range f.acked {
				if pos > spacing*last {
					t.Errorf("append %s is missing from the whole journal", name)
				}
			}
		})
	}
}

// TestTornSectors loses any of the sectors of the last append, as a disk may that writes them in an order of its own: that
// is no damage, and nothing is missing that was acknowledged.
func TestTornSectors(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]deed{"new": small(20), "recycled": flushed(120)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live := vfs.NewCrashableMem()
			l := &ledger{acked: map[string]uint64{}}
			n := openNode(t, memOptions(t, live))
			first(t, n, l)
			small(5)(t, n, l)
			f := &found{disk: live.CrashClone(vfs.CrashCloneCfg{}), acked: l.snapshot(), sockets: t.TempDir()}
			journal := f.newestLog(t)
			before := readFile(t, f.disk, journal)
			_, end := recordStarts(t, journal, before)
			fat(1)(t, n, l)
			after := readFile(t, live, journal)
			before = append(before, make([]byte, max(0, len(after)-len(before)))...)
			rng := rand.New(rand.NewPCG(3, 4))
			for try := range 60 {
				torn := slices.Clone(after)
				for at := end; at < len(torn); {
					sector := min((at/512+1)*512, len(torn))
					if rng.IntN(100) < 10+try {
						copy(torn[at:sector], before[at:sector])
					}
					at = sector
				}
				if f.put(t, journal, torn, fmt.Sprintf("try %d", try)) {
					t.Errorf("try %d: a torn tail is refused", try)
				}
			}
		})
	}
}

// TestDamagedJournal flips one bit in the journal, in a dense sample of places, KSIEGA_SOAK at every place of those that are
// not long: acknowledged events would be missing, and the node refuses to open. When the last append has had its receipt that holds for all of them; before, for all but the last one.
func TestDamagedJournal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		settled bool
		deeds   []deed
	}{
		{"one append", true, []deed{small(1)}},
		{"one block", true, []deed{small(8)}},
		{"blocks", true, []deed{small(60)}},
		{"several writers", true, []deed{crowd}},
		{"long appends", true, []deed{fat(6)}},
		{"recycled", true, []deed{flushed(120), small(15)}},
		{"recycled, long appends", true, []deed{flushed(120), fat(3), small(3)}},
		{"busy", false, []deed{small(40)}},
		{"busy, long appends", false, []deed{fat(6)}},
		{"busy, recycled", false, []deed{flushed(120), small(15)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := find(t, c.settled, c.deeds...)
			journal := f.newestLog(t)
			b := readFile(t, f.disk, journal)
			starts, end := recordStarts(t, journal, b)
			if strings.HasSuffix(c.name, "recycled") && len(b) < end+100 {
				t.Fatalf("the file ends at %d with its records, at %d", len(b), end)
			}
			last := unproven(t, journal, b)
			places := map[int]bool{last - 1: true}
			for _, at := range starts {
				for k := range syncedHeader + batchHead + 1 {
					if len(starts) < 40 || (at+k)%3 == 0 {
						places[at+k] = true
					}
				}
			}
			for at := 3; at < last; at += max(last/400, 1) {
				places[at] = true
			}
			whole := soak() && last < 1<<15 // then every bit of every byte
			for at := range last {
				// The rest of a block that no header fits in is not read.
				if !whole && !places[at] || len(bytes.TrimLeft(b[at:min((at/logBlock+1)*logBlock, len(b))], "\x00")) == 0 {
					continue
				}
				for bit := range 8 {
					if !whole && bit != at%8 {
						continue
					}
					bad := slices.Clone(b)
					bad[at] ^= 1 << bit
					if !f.put(t, journal, bad, fmt.Sprintf("bit %d flipped at %d of %d", bit, at, last)) {
						t.Errorf("a flipped bit %d at %d, before %d, is not noticed", bit, at, last)
					}
				}
			}
			if !c.settled {
				return // the last append may be lost as a torn one is
			}
			for at := starts[len(starts)-1]; at < min(len(b), end+2000); at += 1 + at/end*40 {
				if f.put(t, journal, flipped(b, at), fmt.Sprintf("flipped at %d", at)) {
					t.Errorf("a flipped bit at %d, behind all that was acknowledged, is refused", at)
				}
			}
		})
	}
}

// TestDamagedManifest flips a bit anywhere in the manifest, and cuts it off anywhere: Pebble would take that for its end,
// and the events in the tables that it lists there are in no journal any more.
func TestDamagedManifest(t *testing.T) {
	t.Parallel()
	compact := func(t *testing.T, n *Node, l *ledger) {
		t.Helper()
		if err := n.store.db.Compact(testContext(t), []byte{keyLog}, []byte{keyVersion + 1}, false); err != nil {
			t.Fatal(err)
		}
	}
	for name, deeds := range map[string][]deed{
		"new":       {small(5)},
		"flushed":   {flushed(120)},
		"compacted": {flushed(120), compact, flushed(130)},
		"and more":  {flushed(120), compact, small(3)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := find(t, true, deeds...)
			manifest := f.manifest(t)
			b := readFile(t, f.disk, manifest)
			starts, end := recordStarts(t, manifest, b)
			if end != len(b) {
				t.Fatalf("the manifest has %d bytes, its records %d", len(b), end)
			}
			for at := range b {
				if !f.put(t, manifest, flipped(b, at), fmt.Sprintf("flipped at %d", at)) {
					t.Errorf("a flipped bit at %d of %d is not noticed", at, len(b))
				}
			}
			cuts := starts
			for at := 0; at < len(b); at += 7 {
				cuts = append(cuts, at)
			}
			for _, at := range cuts {
				if !f.put(t, manifest, b[:at], fmt.Sprintf("cut at %d", at)) {
					t.Errorf("a cut at %d of %d is not noticed", at, len(b))
				}
			}
			// Without the witness only the last record looks like one that was torn.
			if err := f.disk.Remove(path.Join(memStore, "synced")); err != nil {
				t.Fatal(err)
			}
			if f.put(t, manifest, b, "no witness") {
				t.Error("refused for want of a witness")
			}
			for at := range starts[len(starts)-1] {
				if !f.put(t, manifest, flipped(b, at), fmt.Sprintf("no witness, flipped at %d", at)) {
					t.Errorf("without a witness, a flipped bit at %d of %d is not noticed", at, len(b))
				}
			}
		})
	}
}

// TestMissingFile takes one file away: the store is refused, or nothing is missing.
func TestMissingFile(t *testing.T) {
	t.Parallel()
	for name, deeds := range map[string][]deed{"journal": {small(5)}, "tables": {flushed(120)}, "both": {flushed(120), small(5)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := find(t, false, deeds...)
			for _, file := range f.files(t) {
				disk := f.disk.CrashClone(vfs.CrashCloneCfg{})
				if err := disk.Remove(path.Join(memStore, file)); err != nil {
					t.Fatal(err)
				}
				refused := f.open(t, disk, "without "+file)
				vital := strings.HasPrefix(file, "marker.") || path.Join(memStore, file) == f.manifest(t) ||
					path.Join(memStore, file) == f.newestLog(t) && name != "tables"
				if vital && !refused {
					t.Errorf("nobody misses %s", file)
				}
				if spare := file == "synced" || file == "LOCK" || strings.HasPrefix(file, "OPTIONS-"); spare && refused {
					t.Errorf("refused without %s", file)
				}
			}
		})
	}
}

// TestDamagedWitness flips a bit anywhere in the witness, and cuts it off: nothing depends on it while all else is sound.
func TestDamagedWitness(t *testing.T) {
	t.Parallel()
	f := find(t, true, flushed(120), small(3))
	name := path.Join(memStore, "synced")
	b := readFile(t, f.disk, name)
	for at := 0; at < len(b); at += 13 {
		if at > 150 && at < (4<<10) { // nothing stands there
			at = (4 << 10)
		} else if at > (4<<10)+150 {
			at += 97
		}
		at = min(at, len(b)-1)
		for what, content := range map[string][]byte{"flipped": flipped(b, at), "cut": b[:at]} {
			if f.put(t, name, content, fmt.Sprintf("%s at %d", what, at)) {
				t.Errorf("the witness %s at %d: refused", what, at)
			}
		}
	}
}

// TestDamagedTable flips one bit of a table: what lies in the damaged block is answered with DataLoss, the node goes on,
// and nothing false is served.
func TestDamagedTable(t *testing.T) {
	t.Parallel()
	live := vfs.NewCrashableMem()
	n := openNode(t, memOptions(t, live))
	l := &ledger{acked: map[string]uint64{}}
	if err := l.write(testContext(t), n, 1, 60); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(n.store.db.Flush(), n.Close()); err != nil {
		t.Fatal(err)
	}
	table, size := "", 0
	names, err := live.List(memStore)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if at := path.Join(memStore, name); strings.HasSuffix(name, ".sst") && len(readFile(t, live, at)) > size {
			table, size = at, len(readFile(t, live, at))
		}
	}
	b := readFile(t, live, table)
	var want []string
	for i, count := range sizes(1, 60) {
		for k := range count {
			want = append(want, fmt.Sprintf("writer-1 %d 1/%d/%d/%d", len(want), i, k, count))
		}
	}
	lost, served := 0, 0
	for at := 10; at < size; at += size / 25 {
		n, err := Open(memOptions(t, withFile(t, live, table, flipped(b, at))))
		if err != nil {
			if !errors.Is(err, errDamaged) && !pebble.IsCorruptionError(err) {
				t.Errorf("a flipped bit at %d: open: %v", at, err)
			}
			lost++
			continue
		}
		conn := dial(t, n)
		stream := everything()[0]
		stream.Options.StreamOption = subscribeStreamReq("writer-1").Options.StreamOption
		for _, req := range []*streams.ReadReq{everything()[0], stream} {
			answer := askNode(testContext(t), conn, req)
			var got []string
			for _, m := range answer.messages {
				if e := m.(*streams.ReadResp).GetEvent().GetEvent(); e != nil {
					got = append(got, fmt.Sprintf("%s %d %s", e.GetStreamIdentifier().GetStreamName(), e.GetStreamRevision(), e.GetData()))
				}
			}
			switch {
			case answer.code == codes.OK && slices.Equal(got, want):
				served++
			case answer.code == codes.DataLoss && len(got) < len(want) && slices.Equal(got, want[:len(got)]):
				lost++
			default:
				t.Errorf("a flipped bit at %d: %v after %d of %d events, or other events", at, answer.code, len(got), len(want))
			}
		}
		if n.Err() != nil {
			t.Errorf("a flipped bit at %d stops the node: %v", at, n.Err())
		}
		if err := n.Close(); err != nil {
			t.Errorf("a flipped bit at %d: close: %v", at, err)
		}
	}
	if lost == 0 || served == 0 {
		t.Errorf("damage was noticed %d times, and did no harm %d times", lost, served)
	}
}
