package pebblelog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pebblerecord "github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// numbered calls pebblerecord.NewReader, whose type of a number has no name outside Pebble.
func numbered[N ~uint64](newReader func(io.Reader, N) *pebblerecord.Reader, r io.Reader, number uint64) *pebblerecord.Reader {
	return newReader(r, N(number))
}

// ours is the secret of the journals that tests make by hand.
var ours = Secret{1: 7}

func readTail(t *testing.T, name string, content []byte) *Tail {
	t.Helper()
	number, ok := LogNumber(path.Base(name))
	out := &Tail{Number: uint32(number), Manifest: !ok, Secret: ours}
	if err := out.Read(strings.NewReader(string(content))); err != nil {
		t.Fatal(err)
	}
	return out
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
	f.commit(at, 0, AppendReceipt([]byte{kindLogData, byte(receiptSize)}, ours, uint64(below)))
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
		if whole.State != Reading || whole.Next != 20 || whole.At != int64(len(b)) {
			t.Fatalf("room %d: %+v", room, whole)
		}
		if got := readTail(t, "7.log", flipped(b, damaged+20)); !got.Proof || got.At != int64(damaged) || got.Next != 15 {
			t.Errorf("room %d: the receipt is not seen: %+v", room, got)
		}
		if got := readTail(t, "7.log", flipped(b, at+20)); got.Proof || got.State != Broken {
			t.Errorf("room %d: a torn receipt: %+v", room, got)
		}
		f.Truncate(at)
		f.receipt(20, 15)
		if got := readTail(t, "7.log", flipped(f.Bytes(), damaged+20)); got.Proof {
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
			f.commit(20, 0, AppendReceipt([]byte{kindLogData, byte(receiptSize)}, Secret{9}, 1<<50))
		}, false},
		"receipt": {5, 5, func(f *logFile) { f.receipt(20, 20) }, true},
		"receipt ahead of a commit": {5, 5, func(f *logFile) {
			f.commit(20, 5, append(AppendReceipt([]byte{kindLogData, byte(receiptSize)}, ours, 20), make([]byte, 500)...))
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
		if got.State != Broken || got.At != int64(at) || got.Proof != c.proof {
			t.Errorf("%s: %+v", name, got)
		}
	}

	var closed logFile
	closed.commit(10, 5, nil)
	at := closed.Len()
	closed.Write(endMark)
	if got := readTail(t, "7.log", closed.Bytes()); got.State != Closed || got.At != int64(at) || got.Proof {
		t.Errorf("closed: %+v", got)
	}
	closed.Write(chunkOf(9, 6, 0, []byte("old")))
	if got := readTail(t, "7.log", closed.Bytes()); got.State != Closed || got.Proof {
		t.Errorf("closed, used again: %+v", got)
	}
	closed.commit(15, 5, nil)
	if got := readTail(t, "7.log", closed.Bytes()); got.At != int64(at) || got.Proof {
		t.Errorf("closed, followed by what may be data: %+v", got)
	}
	closed.receipt(20, 1)
	if got := readTail(t, "7.log", closed.Bytes()); got.At != int64(at) || !got.Proof {
		t.Errorf("closed before its end: %+v", got)
	}
	var within logFile
	within.Write(chunkOf(10, 7, 0, make([]byte, batchHead)))
	within.Write(endMark)
	if got := readTail(t, "7.log", within.Bytes()); got.State != Broken || got.At != syncedHeader+batchHead {
		t.Errorf("an end mark within a record: %+v", got)
	}

	var split logFile
	split.commit(10, 5, make([]byte, logBlock-3*syncedHeader-2*batchHead-20))
	at = split.Len()
	split.commit(15, 5, nil)
	split.receipt(20, 20)
	b := slices.Concat(split.Bytes()[:logBlock], []byte{0}, split.Bytes()[logBlock:])
	if whole := readTail(t, "7.log", flipped(split.Bytes(), at)); !whole.Proof {
		t.Errorf("a receipt in two blocks: %+v", whole)
	}
	if got := readTail(t, "7.log", flipped(b, at)); got.Proof {
		t.Errorf("two parts that do not belong together: %+v", got)
	}

	edits := logFile{plain: true}
	edits.put([]byte("edit"))
	at = edits.Len()
	edits.put(make([]byte, 3*logBlock))
	if got := readTail(t, "MANIFEST-000001", flipped(edits.Bytes(), at)); got.State != Broken || got.Proof || got.Whole != int64(at) {
		t.Errorf("the rest of a torn edit: %+v", got)
	}
	edits.put([]byte("edit"))
	if got := readTail(t, "MANIFEST-000001", flipped(edits.Bytes(), at)); !got.Proof || got.Whole != int64(at) {
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
		if err := disk.MkdirAll("store", 0o700); err != nil {
			t.Fatal(err)
		}
		var second logFile
		second.commit(15, 5, nil)
		second.receipt(20, c.below)
		writeFile(t, disk, path.Join("store", "000007.log"), flipped(second.Bytes(), 3))
		first := chunkOf(9, 6, 0, []byte{10, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0})
		first = append(first, 0, 0, 0, 0, 0, 0, numberedFull, 7, 0, 0, 0)
		writeFile(t, disk, path.Join("store", "000006.log"), first)
		x := &inspection{fs: disk, dir: "store", names: []string{"000006.log", "000007.log"}, witness: Synced{Secret: ours}}
		if err := x.journals(6); errors.Is(err, ErrDamaged) != c.bad || err != nil && !c.bad {
			t.Errorf("%s: %v", name, err)
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
		log.Write(chunkOf(9, 1, byte(i), AppendReceipt(make([]byte, batchHead+2), ours, 77)))
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
			got := Tail{Number: uint32(number), Manifest: manifest, See: func(edit []byte) {
				records++
				oldestJournal(edit)
				parseReceipt(edit, ours)
			}}
			if err := got.Read(bytes.NewReader(b)); err != nil {
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
			if records != want || got.At < 0 || got.At > int64(len(b)) || got.Whole > got.At {
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
	writeFile(b, vfs.Default, name, file.Bytes())
	x := &inspection{fs: vfs.Default, dir: dir, names: []string{"000007.log"}}
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		if err := x.journals(1); err != nil {
			b.Fatal(err)
		}
	}
}

func writeFile(t testing.TB, fs vfs.FS, name string, content []byte) {
	t.Helper()
	f, err := fs.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write(slices.Clone(content)) // under the race detector MemFS spoils what it is given
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func flipped(b []byte, at int) []byte {
	c := slices.Clone(b)
	c[at] ^= 1 << (at % 8)
	return c
}
