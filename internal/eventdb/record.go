package eventdb

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
	"time"

	"ksiega/internal/eventdb/pebblelog"
)

// A stored event:
//
//	checksum(4)  CRC-32C of the position (8, big-endian) and of all that follows
//	id(16)       event id
//	event        fields 2 to 8 of the protobuf message RecordedEvent, in ascending order:
//	             stream identifier, revision, prepare and commit position, metadata ("type", "created",
//	             "content-type" in this order), custom metadata and data (left out when empty)
//
// The id stands outside because clients ask for it in one of two spellings; the rest goes onto the wire as it is.
const recordHeader = 4 + 16

const (
	contentJSON   = "application/json"
	contentBinary = "application/octet-stream"
)

// errDamaged marks whatever contradicts itself on disk.
var errDamaged = pebblelog.ErrDamaged

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// record is one event. Data, meta and, after parsing, the names refer to memory owned by somebody else.
type record struct {
	id      [16]byte
	stream  []byte
	rev     int64
	pos     uint64
	typ     []byte
	created int64 // 100 ns ticks since 1970
	json    bool
	meta    []byte
	data    []byte
}

func checksum(pos uint64, body []byte) uint32 {
	// The position by hand: eight bytes handed to crc32 would go to the heap, for every event that is read.
	crc := ^uint32(0)
	for shift := 56; shift >= 0; shift -= 8 {
		crc = castagnoli[byte(crc)^byte(pos>>shift)] ^ crc>>8
	}
	return crc32.Update(^crc, castagnoli, body)
}

// appendRecord appends the stored form of r.
func appendRecord(dst []byte, r *record) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = append(dst, r.id[:]...)
	dst = appendEvent(dst, r)
	binary.BigEndian.PutUint32(dst[start:], checksum(r.pos, dst[start+4:]))
	return dst
}

func appendEvent(dst []byte, r *record) []byte {
	dst = append(dst, 0x12)
	dst = binary.AppendUvarint(dst, uint64(1+uvarintLen(uint64(len(r.stream)))+len(r.stream)))
	dst = appendBytesField(dst, 0x1a, r.stream)
	dst = append(dst, 0x18)
	dst = binary.AppendUvarint(dst, uint64(r.rev))
	dst = append(dst, 0x20)
	dst = binary.AppendUvarint(dst, r.pos)
	dst = append(dst, 0x28)
	dst = binary.AppendUvarint(dst, r.pos)
	var ticks [20]byte
	content := contentBinary
	if r.json {
		content = contentJSON
	}
	dst = appendEntry(dst, "type", r.typ)
	dst = appendEntry(dst, "created", strconv.AppendInt(ticks[:0], r.created, 10))
	dst = appendEntry(dst, "content-type", content)
	if len(r.meta) > 0 {
		dst = appendBytesField(dst, 0x3a, r.meta)
	}
	if len(r.data) > 0 {
		dst = appendBytesField(dst, 0x42, r.data)
	}
	return dst
}

func appendBytesField(dst []byte, tag byte, b []byte) []byte {
	dst = append(dst, tag)
	dst = binary.AppendUvarint(dst, uint64(len(b)))
	return append(dst, b...)
}

func appendEntry[V []byte | string](dst []byte, key string, value V) []byte {
	size := 1 + uvarintLen(uint64(len(key))) + len(key) + 1 + uvarintLen(uint64(len(value))) + len(value)
	dst = append(dst, 0x32)
	dst = binary.AppendUvarint(dst, uint64(size))
	dst = append(dst, 0x0a)
	dst = binary.AppendUvarint(dst, uint64(len(key)))
	dst = append(dst, key...)
	dst = append(dst, 0x12)
	dst = binary.AppendUvarint(dst, uint64(len(value)))
	return append(dst, value...)
}

func uvarintLen(v uint64) int {
	n := 1
	for v >= 0x80 {
		v >>= 7
		n++
	}
	return n
}

// verify checks the checksum of a stored record.
func verify(pos uint64, value []byte) error {
	if len(value) < recordHeader {
		return fmt.Errorf("%w: record %d of the log is cut short", errDamaged, pos)
	}
	if binary.BigEndian.Uint32(value) != checksum(pos, value[4:]) {
		return fmt.Errorf("%w: record %d of the log does not match its checksum", errDamaged, pos)
	}
	return nil
}

// parseRecord verifies a stored record and takes it apart without copying.
func parseRecord(pos uint64, value []byte, r *record) error {
	if err := verify(pos, value); err != nil {
		return err
	}
	copy(r.id[:], value[4:recordHeader])
	if !parseEvent(value[recordHeader:], r) || r.pos != pos {
		return fmt.Errorf("%w: record %d of the log cannot be read", errDamaged, pos)
	}
	return nil
}

// wireReader takes fields in the one order that appendEvent writes.
type wireReader struct {
	b  []byte
	ok bool
}

func (w *wireReader) uvarint(tag byte) uint64 {
	if len(w.b) < 2 || w.b[0] != tag {
		w.ok = false
		return 0
	}
	if v := w.b[1]; v < 0x80 { // nearly all are short
		w.b = w.b[2:]
		return uint64(v)
	}
	v, n := binary.Uvarint(w.b[1:])
	if n <= 0 {
		w.ok = false
		return 0
	}
	w.b = w.b[1+n:]
	return v
}

func (w *wireReader) bytes(tag byte) []byte {
	n := w.uvarint(tag)
	if !w.ok || n > uint64(len(w.b)) {
		w.ok = false
		return nil
	}
	v := w.b[:n:n]
	w.b = w.b[n:]
	return v
}

func (w *wireReader) optional(tag byte) []byte {
	if len(w.b) == 0 || w.b[0] != tag {
		return nil
	}
	return w.bytes(tag)
}

func (w *wireReader) entry(key string) []byte {
	in := wireReader{b: w.bytes(0x32), ok: w.ok}
	if string(in.bytes(0x0a)) != key {
		w.ok = false
		return nil
	}
	v := in.bytes(0x12)
	w.ok = in.ok && len(in.b) == 0
	return v
}

func parseEvent(b []byte, r *record) bool {
	w := wireReader{b: b, ok: true}
	name := wireReader{b: w.bytes(0x12), ok: w.ok}
	r.stream = name.bytes(0x1a)
	if !name.ok || len(name.b) != 0 {
		return false
	}
	rev := w.uvarint(0x18)
	prepare := w.uvarint(0x20)
	r.pos = w.uvarint(0x28)
	r.typ = w.entry("type")
	created, ok := parseTicks(w.entry("created"))
	content := w.entry("content-type")
	r.meta = w.optional(0x3a)
	r.data = w.optional(0x42)
	r.created, r.rev = created, int64(rev)
	r.json = string(content) == contentJSON
	return w.ok && ok && len(w.b) == 0 && r.rev >= 0 && prepare == r.pos && (r.json || string(content) == contentBinary)
}

func parseTicks(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var v int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	return v, true
}

func ticksOf(t time.Time) int64 {
	return max(t.Unix()*1e7+int64(t.Nanosecond())/100, 0)
}

func timeOf(ticks int64) time.Time {
	return time.Unix(ticks/1e7, ticks%1e7*100).UTC()
}
