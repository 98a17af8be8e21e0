package eventdb

import (
	"fmt"
	"math"
	"sort"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
)

// view is the store as it was after a commit that is on disk. Readers hold one for a chunk, never across a send.
type view struct {
	*pebble.Snapshot
	last uint64 // last position
	edge edge
	refs atomic.Int32
}

func newView(s *pebble.Snapshot, last uint64, e edge) *view {
	v := &view{Snapshot: s, last: last, edge: e}
	v.refs.Store(1)
	return v
}

func (v *view) release() {
	if v.refs.Add(-1) == 0 {
		_ = v.Snapshot.Close() // closing a snapshot cannot fail
	}
}

// metaOf is what hides events of a stream; a metastream shows only its last event.
func metaOf(stream string, h *head) streamMeta {
	if isMetastream(stream) {
		return streamMeta{maxCount: 1}
	}
	return h.meta
}

// firstKept is the first revision that count and truncation let through.
func firstKept(last int64, m streamMeta) int64 {
	first := m.truncateBefore
	if m.maxCount > 0 {
		first = max(first, last-m.maxCount+1)
	}
	return first
}

// oldestKept is the earliest time of creation, in ticks, that $maxAge lets through.
func oldestKept(m streamMeta, now int64) int64 {
	if m.maxAge > now/1e7 {
		return 0
	}
	return now - m.maxAge*1e7
}

type streamState uint8

const (
	streamMissing streamState = iota
	streamThere
	streamGone // tombstoned
)

// visible is a stream as a reader may see it: the revisions first to head.last.
type visible struct {
	state streamState
	first int64
	head  head
}

// look finds out what of a stream may be seen at a time (in ticks).
func (v *view) look(stream string, now int64) (visible, error) {
	h, err := readHead(v, stream)
	if err != nil {
		return visible{}, err
	}
	if isMetastream(stream) {
		owner, err := readHead(v, stream[len(metaPrefix):])
		if err != nil {
			return visible{}, err
		}
		if owner.tombstone != 0 {
			return visible{state: streamGone, head: h}, nil
		}
	}
	switch {
	case h.tombstone != 0:
		return visible{state: streamGone, head: h}, nil
	case stream == streamsIndex:
		return visible{state: streamThere, head: h}, nil
	case h.last == noRevision || h.softDeleted():
		return visible{state: streamMissing, head: h}, nil
	}
	m := metaOf(stream, &h)
	out := visible{state: streamThere, first: max(firstKept(h.last, m), h.floor), head: h}
	if m.maxAge > 0 && out.first <= h.last {
		out.first, err = v.firstSince(stream, out.first, h.last, oldestKept(m, now))
	}
	return out, err
}

// firstSince is the first revision from..last created no earlier than oldest, last+1 if none. Times never decrease along
// a stream, so it halves.
func (v *view) firstSince(stream string, from, last, oldest int64) (int64, error) {
	var failed error
	n := sort.Search(int(min(last-from+1, math.MaxInt)), func(i int) bool {
		if failed != nil {
			return true
		}
		var rec record
		_, failed = v.event(stream, from+int64(i), &rec)
		return failed != nil || rec.created >= oldest
	})
	return from + int64(n), failed
}

// event reads one revision that the stream has. For an index stream that is the target of the link.
func (v *view) event(stream string, rev int64, rec *record) ([]byte, error) {
	pos, err := positionOf(v, stream, rev)
	if err != nil {
		return nil, err
	}
	read := readRecord
	if isIndexStream(stream) {
		read = readLinked
	}
	value, err := read(v, pos)
	if err != nil {
		return nil, err
	}
	return value, parseRecord(pos, value, rec)
}

// checkPlace makes sure that an index led to the event it speaks of.
func checkPlace(rec *record, stream string, rev int64) error {
	if rec.rev != rev || string(rec.stream) != stream {
		return fmt.Errorf("%w: stream index leads to another event", errDamaged)
	}
	return nil
}

// resolve finds the target of a link. isLink is false when the text is none; value is nil when there is no target to be seen.
func (v *view) resolve(text []byte, now int64, rec *record) (value []byte, isLink bool, err error) {
	stream, rev, ok := linkTarget(text)
	if !ok {
		return nil, false, nil
	}
	if rev < 0 {
		return nil, true, nil
	}
	seen, err := v.look(stream, now)
	if err != nil {
		return nil, true, err
	}
	if seen.state != streamThere || isIndexStream(stream) || rev < seen.first || rev > seen.head.last {
		return nil, true, nil
	}
	value, err = v.event(stream, rev, rec)
	if err == nil {
		err = checkPlace(rec, stream, rev)
	}
	return value, true, err
}
