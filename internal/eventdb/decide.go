package eventdb

import "math"

// expectKind and expectation are what a writer believes of the stream.
type expectKind uint8

const (
	expectRevision expectKind = iota
	expectNoStream
	expectAny
	expectExists
)

type expectation struct {
	kind expectKind
	rev  uint64 // of expectRevision
}

// exact is the last revision the stream must have; for a revision that no stream can have it is never reached.
func (e expectation) exact() int64 {
	if e.kind == expectNoStream {
		return noRevision
	}
	return int64(min(e.rev, math.MaxInt64))
}

// number is the expected version as trailers spell it.
func (e expectation) number() int64 {
	switch e.kind {
	case expectNoStream:
		return -1
	case expectAny:
		return -2
	case expectExists:
		return -4
	}
	return int64(e.rev)
}

type verdict uint8

const (
	write        verdict = iota // go on
	already                     // these very events are in the stream; outcome.rev is the last of them
	wrongVersion                // the stream is not where the writer believes
	gone                        // tombstoned, or soft deleted where that matters
)

// history is what a decision may ask of a stream's past.
type history interface {
	// idAt is the event id at a revision that is not past the end.
	idAt(rev int64) ([16]byte, error)
	// firstRevision is the revision of the first event in the whole store with that id, if it stands in this stream. An id
	// that another stream had first is not known here: so it is on the real server.
	firstRevision(id [16]byte) (rev int64, known bool, err error)
}

// decideAppend settles an append of events with these ids onto a stream with that head. It looks at ids, never at data.
// hasMeta tells that metadata were written for the stream: it then counts as existing, even without events.
func decideAppend(h *head, hasMeta bool, e expectation, ids func(int) [16]byte, count int, past history) (verdict, int64, error) {
	if h.tombstone != 0 {
		return gone, 0, nil
	}
	switch e.kind {
	case expectExists:
		if h.softDeleted() {
			return gone, 0, nil
		}
		if h.last == noRevision && !hasMeta {
			return wrongVersion, 0, nil
		}
		return decideLoose(h, ids, count, past)
	case expectAny:
		return decideLoose(h, ids, count, past)
	}
	return decideExact(h, e, ids, count, past)
}

// decideLoose: the first id decides. Unknown: everything is written. Known: every one must be, and the last one answers.
func decideLoose(h *head, ids func(int) [16]byte, count int, past history) (verdict, int64, error) {
	if h.last == noRevision || count == 0 {
		return write, 0, nil
	}
	rev := int64(noRevision)
	for i := range count {
		r, known, err := past.firstRevision(ids(i))
		if err != nil {
			return 0, 0, err
		}
		if !known {
			if i == 0 {
				return write, 0, nil
			}
			return wrongVersion, 0, nil
		}
		rev = r
	}
	return already, rev, nil
}

// decideExact: at the end everything is written; before the end the ids must stand there in order.
func decideExact(h *head, e expectation, ids func(int) [16]byte, count int, past history) (verdict, int64, error) {
	expected := e.exact()
	switch {
	case expected == h.last:
		return write, 0, nil
	case expected > h.last || count == 0:
		return wrongVersion, 0, nil
	}
	for i := range count {
		rev := expected + 1 + int64(i)
		if rev > h.last {
			return wrongVersion, 0, nil
		}
		known := rev >= h.floor // what a scavenge removed is forgotten
		if known {
			id, err := past.idAt(rev)
			if err != nil {
				return 0, 0, err
			}
			known = id == ids(i)
		}
		if !known {
			if i == 0 && e.kind == expectNoStream && h.softDeleted() {
				return write, 0, nil // a soft-deleted stream may be begun anew
			}
			return wrongVersion, 0, nil
		}
	}
	return already, expected + int64(count), nil
}

// decideDelete settles a soft delete or, if forever, a tombstone.
func decideDelete(h *head, hasMeta bool, e expectation, forever bool) verdict {
	if h.tombstone != 0 {
		return gone
	}
	missing := h.last == noRevision && !hasMeta
	switch e.kind {
	case expectAny:
		if missing && !forever {
			return wrongVersion
		}
		return write
	case expectExists:
		if missing {
			return wrongVersion
		}
		if h.softDeleted() {
			return gone
		}
		return write
	}
	if e.exact() != h.last || missing && !forever {
		return wrongVersion
	}
	return write
}
