package pebblelog

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// Pebble reads its journals and its manifest up to the first piece that makes no sense, and takes that for the end, as a
// loss of power leaves it. Damage looks the same, and would silently cost what comes after it. So before Pebble opens a
// store, these files are read here, by the same rules; and where they end, what lies behind is searched for a proof that
// the place had been on the disk, whole. See inspect.go for what follows from it.
//
// Both kinds of files are a row of blocks of 32 KiB, the last of which may be shorter. A record is one chunk, or several in
// neighbouring blocks; none crosses the end of a block, where fewer bytes than a header needs stay zero. Numbers are
// little-endian:
//
//	checksum(4) length(2) type(1)                               payload   manifest
//	checksum(4) length(2) type(1) number of journal(4)          payload   journal, before store format 1 was complete
//	checksum(4) length(2) type(1) number of journal(4) synced(8) payload  journal
//
// The types count through whole, first, middle and last of a record, once for each format. `synced` is how far the file
// was on the disk when the chunk was made, at least: Pebble counts too little where a commit is longer than the rest of
// its block. A journal that was closed ends with a header of length and checksum 0 and the number of the next one. Files
// of old journals are written over from their beginning; what was in them has lower numbers.
const (
	logBlock     = 32 << 10
	plainHeader  = 7
	numberHeader = 11
	syncedHeader = 19
	numberedFull = 5 // type of the mark at the end of a closed journal

	batchHead = 12 // sequence number(8) and count(4) of a commit, which a record of a journal begins with
	headKept  = 80 // bytes that are kept of the beginning of a record
)

// A receipt is the first entry of a commit, or the only one. It changes nothing; it says that all commits with a sequence
// number below its own word had been synced when it was written, and so what of the journal was acknowledged before it. It
// is found among bytes that are somebody's data, or what is left of a commit, so it is signed: a hash of the store's Secret,
// which nobody else knows, and the word.
const (
	receiptMark = "ksiega: synced below "
	receiptSize = len(receiptMark) + 8 + 16
)

// Secret is a store's; it stands in the witness. The zero one is that of no store.
type Secret [16]byte

func (s Secret) sign(word []byte) []byte {
	var b [16 + 8]byte
	copy(b[copy(b[:], s[:]):], word)
	sum := sha256.Sum256(b[:])
	return sum[:16]
}

const kindLogData = 3 // what Pebble calls an entry of a commit that stands only in the journal

// AppendReceipt appends one that says that what lies below a sequence number had been synced.
func AppendReceipt(dst []byte, s Secret, below uint64) []byte {
	dst = binary.BigEndian.AppendUint64(append(dst, receiptMark...), below)
	return append(dst, s.sign(dst[len(dst)-8:])...)
}

// parseReceipt reads the beginning of a record of a journal.
func parseReceipt(record []byte, s Secret) (below uint64, ok bool) {
	if s == (Secret{}) || len(record) < batchHead+2+receiptSize || record[batchHead] != kindLogData || record[batchHead+1] != byte(receiptSize) {
		return 0, false
	}
	receipt := record[batchHead+2:][:receiptSize]
	mark, word, signature := receipt[:len(receiptMark)], receipt[len(receiptMark):][:8], receipt[len(receiptMark)+8:]
	return binary.BigEndian.Uint64(word), string(mark) == receiptMark && bytes.Equal(signature, s.sign(word))
}

type chunkPart uint8

const (
	wholePart chunkPart = iota
	firstPart
	middlePart
	lastPart
)

// logChunk is one that is as it was written.
type logChunk struct {
	part    chunkPart
	plain   bool   // has no number
	synced  uint64 // 0 if the format does not say it
	payload []byte
	size    int // with the header
}

func (c *logChunk) begins() bool { return c.part == wholePart || c.part == firstPart }
func (c *logChunk) ends() bool   { return c.part == wholePart || c.part == lastPart }

// parseChunk reads the chunk that b, the rest of a block, begins with.
func parseChunk(b []byte, number uint32) (c logChunk, ok bool) {
	if len(b) < plainHeader {
		return c, false
	}
	typ, header := b[6], plainHeader
	switch {
	case typ == 0 || typ > 12:
		return c, false
	case typ > 8:
		header = syncedHeader
	case typ > 4:
		header = numberHeader
	}
	size := header + int(binary.LittleEndian.Uint16(b[4:]))
	if size > len(b) {
		return c, false
	}
	if header >= numberHeader && binary.LittleEndian.Uint32(b[7:]) != number {
		return c, false
	}
	if checksumOf(b[6:size]) != binary.LittleEndian.Uint32(b) {
		return c, false
	}
	if header == syncedHeader {
		c.synced = binary.LittleEndian.Uint64(b[11:])
	}
	c.part, c.plain = chunkPart((typ-1)%4), header == plainHeader
	c.payload, c.size = b[header:size], size
	return c, true
}

// checksumOf is that of type, number, synced and payload.
func checksumOf(b []byte) uint32 {
	sum := crc32.Checksum(b, castagnoli())
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// isEndMark tells whether b begins with the mark at the end of a closed journal, or a chunk that Pebble takes for it.
func isEndMark(b []byte, number uint32) (like, genuine bool) {
	if len(b) < numberHeader || b[6] <= 4 || b[6] > 12 || binary.LittleEndian.Uint32(b[7:]) != number+1 {
		return false, false
	}
	return true, b[6] == numberedFull && allZero(b[:6])
}

// castagnoli is made once by the library.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func allZero(b []byte) bool {
	return len(bytes.TrimLeft(b, "\x00")) == 0
}

// State is how a file ends.
type State uint8

// The states.
const (
	Reading State = iota // nothing has been amiss; at the end of the file: it ends between two records
	Closed               // the mark at the end was met
	Broken               // something was met that is no chunk, or the file ends in the middle of a record
)

// Tail is how a file ends, or is read so far. Number, Manifest, Secret, See and Next are set before it is read.
type Tail struct {
	Number   uint32
	Manifest bool
	Secret   Secret
	State    State
	At       int64               // where it ends: the beginning of the end mark, or of what is no chunk
	Whole    int64               // end of the last record that is there
	Proof    bool                // what follows shows that a chunk had been synced at the end
	See      func(record []byte) // is shown the beginning of every record up to the end, unless nil

	// Sequence numbers below this one are in the records that were read; the caller may know them from an earlier journal.
	Next uint64

	offset int64  // of the block
	inside bool   // a record has begun and not ended
	head   []byte // beginning of the record
	// Of use while searching:
	follow int64  // where the record goes on
	synced uint64 // how far the file was on the disk when the record began
}

// Read reads a file to its end, and on from there until there is a proof.
func (t *Tail) Read(r io.Reader) error {
	buf := make([]byte, 8*logBlock)
	for {
		n, err := io.ReadFull(r, buf)
		for b := buf[:n]; len(b) > 0 && !t.Proof; b = b[min(len(b), logBlock):] {
			block := b[:min(len(b), logBlock)]
			t.block(block)
			t.offset += int64(len(block))
		}
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			if t.State == Reading {
				t.At = t.offset
				if t.inside {
					t.State = Broken
				}
			}
			return nil
		case err != nil || t.Proof:
			return err
		}
	}
}

// block reads or searches one block.
func (t *Tail) block(b []byte) {
	off := 0
	for t.State == Reading {
		rest := b[off:]
		blank := len(rest) >= plainHeader && allZero(rest[:plainHeader])
		if len(rest) < plainHeader || blank && (len(rest) < numberHeader || len(rest) < syncedHeader && allZero(rest)) {
			if len(b) == logBlock || !t.inside && (blank || len(rest) == 0) {
				return
			}
			t.stop(Broken, off)
			break
		}
		if like, genuine := isEndMark(rest, t.Number); like && !t.inside {
			if !genuine {
				t.stop(Broken, off)
				break
			}
			t.stop(Closed, off)
			off += numberHeader
			break
		}
		c, ok := parseChunk(rest, t.Number)
		if !ok {
			t.stop(Broken, off)
			break
		}
		off += c.size
		if t.inside || c.begins() { // Pebble skips the rest of a record without its beginning
			t.take(&c, t.offset+int64(off))
		}
	}
	if t.State != Reading {
		t.search(b, off)
	}
}

func (t *Tail) stop(state State, off int) {
	t.State, t.At = state, t.offset+int64(off)
	t.inside = false
}

// take adds a chunk to the record that is being read; end is where the chunk ends.
func (t *Tail) take(c *logChunk, end int64) {
	if !t.inside {
		t.head = t.head[:0]
	}
	t.head = append(t.head, c.payload[:min(len(c.payload), headKept-len(t.head))]...)
	t.inside = !c.ends()
	if !t.Manifest && len(t.head) >= batchHead {
		first := binary.LittleEndian.Uint64(t.head)
		t.Next = max(t.Next, first)
		if !t.inside {
			t.Next = max(t.Next, first+uint64(binary.LittleEndian.Uint32(t.head[8:])))
		}
	}
	if !t.inside {
		t.Whole = end
		if t.See != nil {
			t.See(t.head)
		}
	}
}

// search looks for what could only be written once the end had been synced: at the chunks that later blocks begin with, and
// at every byte of a block from off on, where lengths can no longer be trusted. There only a record with a receipt counts, for
// others may stand in somebody's data; or, of a manifest, which holds no data but names, a chunk.
func (t *Tail) search(b []byte, off int) {
	if off == 0 {
		t.walk(b)
	}
	var number [4]byte
	binary.LittleEndian.PutUint32(number[:], t.Number)
	for !t.Proof && off+plainHeader <= len(b) {
		if !t.Manifest {
			at := bytes.Index(b[off+plainHeader:], number[:])
			if at < 0 {
				return
			}
			off += at
		}
		c, ok := parseChunk(b[off:], t.Number)
		at := t.offset + int64(off)
		if !ok || c.plain != t.Manifest || c.synced > uint64(at) { // no file is synced before it is written
			off++
			continue
		}
		off += c.size
		t.weigh(&c, at, at+int64(c.size))
	}
}

// walk looks at the chunks of a block from its beginning, where there is always one of this journal, or of the one before it
// in the file.
func (t *Tail) walk(b []byte) {
	for off := 0; !t.Manifest && !t.Proof; {
		c, ok := parseChunk(b[off:], t.Number)
		at := uint64(t.offset) + uint64(off)
		if !ok || c.plain || c.synced > at {
			return
		}
		t.Proof = t.State == Closed || c.synced > uint64(t.At)
		off += c.size
	}
}

// weigh decides whether a chunk behind the end is a proof.
func (t *Tail) weigh(c *logChunk, at, end int64) {
	if t.Manifest {
		// Every record of a manifest is synced before the next one begins.
		t.Proof = c.begins()
		return
	}
	// A receipt may begin at the end of one block and end in the next.
	if c.begins() {
		t.head, t.synced = t.head[:0], c.synced
	} else if at != t.follow {
		t.follow = -1
		return
	}
	t.head = append(t.head, c.payload[:min(len(c.payload), headKept-len(t.head))]...)
	t.follow = end // the parts of a record but the last one fill their blocks
	below, ok := parseReceipt(t.head, t.Secret)
	t.Proof = ok && (t.Next > 0 && below > t.Next || t.synced > uint64(t.At) || t.State == Closed)
}

// oldestJournal is the number of the oldest journal that a record of a manifest says is needed, 0 if it does not say it. It comes
// before everything that may be long.
func oldestJournal(edit []byte) uint64 {
	for {
		tag, n := binary.Uvarint(edit)
		if n <= 0 {
			return 0
		}
		value, m := binary.Uvarint(edit[n:])
		if m <= 0 {
			return 0
		}
		edit = edit[n+m:]
		switch {
		case tag == 2:
			return value
		case tag != 1 || value > uint64(len(edit)): // 1 is the name of the order of keys
			return 0
		}
		edit = edit[value:]
	}
}
