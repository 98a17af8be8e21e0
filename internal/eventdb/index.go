package eventdb

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A value of `s name revision` tells the positions of the revisions from that one on, as pairs of uvarints
// (gap, run): the next run of ascending positions starts gap after the end of the previous run (after 0 for the first).
// The events of one append stand side by side in the log, so this is mostly a single pair.
type posRange struct {
	pos uint64
	run uint64
}

const (
	categoryPrefix = "$ce-"
	typePrefix     = "$et-"
	// streamsIndex is empty on the real server once its projections run; it is never written here.
	streamsIndex = "$streams"
)

// rangeWriter collects positions in ascending order.
type rangeWriter struct {
	ranges []posRange
	count  int64
}

func (w *rangeWriter) add(pos uint64) { w.addRun(pos, 1) }

// addRun adds so many positions from pos on.
func (w *rangeWriter) addRun(pos uint64, events int) {
	w.count += int64(events)
	if n := len(w.ranges); n > 0 && w.ranges[n-1].pos+w.ranges[n-1].run == pos {
		w.ranges[n-1].run += uint64(events)
		return
	}
	w.ranges = append(w.ranges, posRange{pos, uint64(events)})
}

// maxRanges is how many ranges a group may put into one value: who looks for a revision goes through them from the first on.
const maxRanges = 64

// indexValue is one value of the stream index to be written.
type indexValue struct {
	stream string
	rev    int64
	rangeWriter
}

// indexValues is what a group adds to the stream index. Appends that are decided together share the values of the index streams
// that they are linked into.
type indexValues struct {
	all  []indexValue
	last map[string]int // of a stream in all
}

// at is where the positions of a stream go from a revision on. It is good until the next call.
func (l *indexValues) at(stream string, rev int64) *rangeWriter {
	i, ok := l.last[stream]
	if ok {
		if x := &l.all[i]; x.rev+x.count == rev && len(x.ranges) < maxRanges {
			return &x.rangeWriter
		}
	}
	i = len(l.all)
	if i < cap(l.all) {
		l.all = l.all[:i+1]
	} else {
		l.all = append(l.all, indexValue{})
	}
	x := &l.all[i]
	x.stream, x.rev, x.count, x.ranges = stream, rev, 0, x.ranges[:0]
	l.last[stream] = i
	return &x.rangeWriter
}

// reset forgets all, but not the memory.
func (l *indexValues) reset() {
	l.all = l.all[:0]
	clear(l.last)
}

// sort puts them into the order of their keys.
func (l *indexValues) sort() {
	slices.SortFunc(l.all, func(a, b indexValue) int {
		return cmp.Or(cmp.Compare(len(a.stream), len(b.stream)), cmp.Compare(a.stream, b.stream), cmp.Compare(a.rev, b.rev))
	})
}

func appendRanges(dst []byte, ranges []posRange) []byte {
	end := uint64(0)
	for _, s := range ranges {
		dst = binary.AppendUvarint(dst, s.pos-end)
		dst = binary.AppendUvarint(dst, s.run)
		end = s.pos + s.run
	}
	return dst
}

// parseRanges appends the ranges in b to dst.
func parseRanges(dst []posRange, b []byte) ([]posRange, error) {
	end := uint64(0)
	for len(b) > 0 {
		gap, n := binary.Uvarint(b)
		if n <= 0 {
			return dst, fmt.Errorf("%w: stream index", errDamaged)
		}
		run, m := binary.Uvarint(b[n:])
		if m <= 0 || run == 0 || end+gap < end || end+gap+run < end+gap {
			return dst, fmt.Errorf("%w: stream index", errDamaged)
		}
		dst = append(dst, posRange{end + gap, run})
		end += gap + run
		b = b[n+m:]
	}
	return dst, nil
}

// isIndexStream tells whether the stream is computed from the log, and so is closed to writers.
func isIndexStream(stream string) bool {
	return strings.HasPrefix(stream, categoryPrefix) || strings.HasPrefix(stream, typePrefix) || stream == streamsIndex
}

// deletesStream tells whether the event is what ends its stream, by a soft delete or for ever.
func deletesStream(stream, typ string, isJSON bool, data []byte) bool {
	if typ == typeTombstone {
		return true
	}
	return typ == typeMetadata && isMetastream(stream) && parseMeta(isJSON, data).truncateBefore == deletedRevision
}

// categoryIndex is the category stream an event is linked into, "" for none. Of metadata only what deletes the stream is.
func categoryIndex(stream string, deletes bool) string {
	if isMetastream(stream) {
		if !deletes {
			return ""
		}
		stream = stream[len(metaPrefix):]
	}
	if strings.HasPrefix(stream, "$") {
		return ""
	}
	dash := strings.IndexByte(stream, '-')
	if dash <= 0 {
		return ""
	}
	return categoryPrefix + stream[:dash]
}

// typeIndex is the type stream an event is linked into, "" for none. Links are not linked to again.
func typeIndex(typ string, deletes bool) string {
	switch {
	case typ == typeLink:
		return ""
	case deletes:
		return typePrefix + "$deleted"
	}
	return typePrefix + typ
}

// linkTo makes the link with which an index stream points at target. It stands at its target's position, as clients know it.
func linkTo(index string, rev int64, target *record, at uint64) record {
	data := target.data
	if string(target.typ) != typeLink {
		stream := target.stream
		if strings.HasPrefix(index, typePrefix) {
			// The type streams of the real server name the stream that metadata belongs to.
			stream = bytes.TrimPrefix(stream, []byte(metaPrefix))
		}
		data = append(strconv.AppendInt(nil, target.rev, 10), '@')
		data = append(data, stream...)
	}
	// The id is a digest, so that the same link has the same id on every reading.
	h := sha256.New()
	h.Write([]byte(index))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(rev)))
	h.Write(target.id[:])
	link := record{stream: []byte(index), rev: rev, pos: at, typ: []byte(typeLink), created: target.created, data: data}
	copy(link.id[:], h.Sum(nil))
	link.id[6] = link.id[6]&0x0f | 0x80
	link.id[8] = link.id[8]&0x3f | 0x80
	link.meta = fmt.Appendf(nil, `{"$c":%d,"$p":%d,"$causedBy":"%s"}`, at, at, formatID(target.id))
	return link
}

// linkTarget reads the text of a link, "revision@stream".
func linkTarget(data []byte) (stream string, rev int64, ok bool) {
	at := bytes.IndexByte(data, '@')
	if at <= 0 {
		return "", 0, false
	}
	rev, err := strconv.ParseInt(string(data[:at]), 10, 64)
	return string(data[at+1:]), rev, err == nil
}

func formatID(id [16]byte) string {
	var b [36]byte
	putID(b[:], id)
	return string(b[:])
}

func putID(dst []byte, id [16]byte) {
	hex.Encode(dst, id[:4])
	dst[8] = '-'
	hex.Encode(dst[9:], id[4:6])
	dst[13] = '-'
	hex.Encode(dst[14:], id[6:8])
	dst[18] = '-'
	hex.Encode(dst[19:], id[8:10])
	dst[23] = '-'
	hex.Encode(dst[24:], id[10:])
}
