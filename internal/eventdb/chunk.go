package eventdb

import (
	"encoding/binary"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

const (
	chunkBytes  = 256 << 10 // what is read before anything is sent
	chunkFrames = 2048
	chunkScan   = 20000 // events looked at in one go, whether they pass or not
)

// chunk is a run of answers to a reader, ready for the wire. It owns its memory: gRPC may hold on to it after sending.
type chunk struct {
	buf     []byte
	ends    []int
	scanned int
}

func (c *chunk) full() bool {
	return len(c.buf) >= chunkBytes || len(c.ends) >= chunkFrames || c.scanned >= chunkScan
}

// reset begins a new chunk of about the same size.
func (c *chunk) reset() {
	size := 1 << 10
	if len(c.buf) > 0 {
		size = min(len(c.buf)+len(c.buf)/8, chunkBytes*5/4)
	}
	c.buf, c.ends, c.scanned = make([]byte, 0, size), c.ends[:0], 0
}

func (c *chunk) frame(i int) []byte {
	start := 0
	if i > 0 {
		start = c.ends[i-1]
	}
	return c.buf[start:c.ends[i]:c.ends[i]]
}

const maxIDField = 40

// appendIDField appends the field id of a RecordedEvent in the spelling asked for.
func appendIDField(dst []byte, id [16]byte, structured bool) []byte {
	if !structured {
		dst = append(dst, 0x0a, 38, 0x12, 36)
		n := len(dst)
		dst = append(dst, "                                    "...)
		putID(dst[n:], id)
		return dst
	}
	high, low := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
	inner := 2 + uvarintLen(high) + uvarintLen(low)
	dst = append(dst, 0x0a, byte(inner+2), 0x0a, byte(inner), 0x08)
	dst = binary.AppendUvarint(dst, high)
	dst = append(dst, 0x10)
	return binary.AppendUvarint(dst, low)
}

func appendRecorded(dst []byte, tag byte, id []byte, s *stored) []byte {
	dst = append(dst, tag)
	dst = binary.AppendUvarint(dst, uint64(len(id)+s.len()))
	return s.append(append(dst, id...))
}

func recordedLen(id []byte, s *stored) int {
	n := len(id) + s.len()
	return 1 + uvarintLen(uint64(n)) + n
}

// addEvent appends ReadResp{event: {event, link, commit_position}}; event or link may be nil.
func (c *chunk) addEvent(pos uint64, structured bool, event, link *stored) {
	var eventID, linkID [maxIDField]byte
	var e, l []byte
	size := 1 + uvarintLen(pos)
	if event != nil {
		e = appendIDField(eventID[:0], event.id, structured)
		size += recordedLen(e, event)
	}
	if link != nil {
		l = appendIDField(linkID[:0], link.id, structured)
		size += recordedLen(l, link)
	}
	b := append(c.buf, 0x0a)
	b = binary.AppendUvarint(b, uint64(size))
	if event != nil {
		b = appendRecorded(b, 0x0a, e, event)
	}
	if link != nil {
		b = appendRecorded(b, 0x12, l, link)
	}
	b = append(b, 0x18)
	c.buf = binary.AppendUvarint(b, pos)
	c.ends = append(c.ends, len(c.buf))
}

// addCheckpoint appends ReadResp{checkpoint: {pos, pos}}.
func (c *chunk) addCheckpoint(pos uint64) {
	b := append(c.buf, 0x1a, byte(2+2*uvarintLen(pos)), 0x08)
	b = binary.AppendUvarint(b, pos)
	b = append(b, 0x10)
	c.buf = binary.AppendUvarint(b, pos)
	c.ends = append(c.ends, len(c.buf))
}

// query is what a reader wants of the events it is shown.
type query struct {
	filter     *filter
	resolve    bool
	structured bool
	now        int64  // ticks
	interval   uint64 // events looked at between checkpoints, 0 = none are sent
	looked     uint64 // of them since the last checkpoint, passing or not
	left       uint64 // events still wanted
	limit      uint64 // last position to be read forwards, 0 = the view's
}

// add shows one event of the log that stands in its own stream.
func (q *query) add(c *chunk, v *view, rec *record, value []byte) error {
	s, at := v.edge.stored(value), v.edge.out(rec.pos)
	q.left--
	if q.resolve && string(rec.typ) == typeLink {
		var target record
		found, isLink, err := v.resolve(rec.data, q.now, &target)
		if err != nil {
			return err
		}
		if isLink {
			c.addLink(v.edge, at, q.structured, found, &s)
			return nil
		}
	}
	c.addEvent(at, q.structured, &s, nil)
	return nil
}

func (c *chunk) addLink(e edge, pos uint64, structured bool, target []byte, link *stored) {
	if target == nil {
		c.addEvent(pos, structured, nil, link)
		return
	}
	t := e.stored(target)
	c.addEvent(pos, structured, &t, link)
}

// addIndexed shows an event of the log as the index stream links to it.
func (q *query) addIndexed(c *chunk, v *view, index string, rev int64, target *record) error {
	link := linkTo(index, rev, target, v.edge.out(target.pos))
	s := stored{id: link.id, before: appendEvent(nil, &link)}
	q.left--
	if q.resolve {
		var rec record
		found, isLink, err := v.resolve(link.data, q.now, &rec)
		if err != nil {
			return err
		}
		if isLink {
			c.addLink(v.edge, link.pos, q.structured, found, &s)
			return nil
		}
	}
	c.addEvent(link.pos, q.structured, &s, nil)
	return nil
}

// logWalk reads records by position; neighbours of the last one cost little.
type logWalk struct {
	it  *pebble.Iterator
	key []byte
	pos uint64 // where the iterator stands, 0 = nowhere
}

func newLogWalk(r reader) (*logWalk, error) {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: []byte{keyLog}, UpperBound: []byte{keyLog + 1}})
	if err != nil {
		return nil, err
	}
	return &logWalk{it: it}, nil
}

func (w *logWalk) close() error { return w.it.Close() }

// at is the stored record at a position, nil when there is none. The bytes are good until the next call.
func (w *logWalk) at(pos uint64) ([]byte, error) {
	found := false
	switch {
	case w.pos != 0 && pos == w.pos+1:
		found = w.it.Next()
	case w.pos != 0 && pos == w.pos-1:
		found = w.it.Prev()
	default:
		w.key = appendLogKey(w.key[:0], pos)
		found = w.it.SeekGE(w.key)
	}
	if !found || binary.BigEndian.Uint64(w.it.Key()[1:]) != pos {
		w.pos = 0
		return nil, w.it.Error()
	}
	w.pos = pos
	return w.it.ValueAndErr()
}

// readAll fills c with events of the log, forwards from position next on, or backwards from just before it, and returns
// where to go on; done means that the log, or q.left, has come to its end.
func (v *view) readAll(c *chunk, q *query, next uint64, backwards bool) (at uint64, done bool, err error) {
	end := v.last + 1
	if q.limit != 0 {
		end = min(end, q.limit+1)
	}
	if backwards {
		end = min(next, end)
	} else if next >= end {
		return next, true, nil
	}
	bounds := &pebble.IterOptions{LowerBound: []byte{keyLog}, UpperBound: appendLogKey(nil, end)}
	if !backwards {
		bounds.LowerBound = appendLogKey(nil, next)
	}
	it, err := v.NewIter(bounds)
	if err != nil {
		return next, false, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	step, found := it.Next, false
	if backwards {
		step, found = it.Prev, it.Last()
	} else {
		found = it.First()
	}
	for ; found && q.left > 0; found = step() {
		pos := binary.BigEndian.Uint64(it.Key()[1:])
		value, err := it.ValueAndErr()
		if err != nil {
			return next, false, err
		}
		if err := q.addLogged(c, v, pos, value); err != nil {
			return next, false, err
		}
		if next = pos; !backwards {
			next = pos + 1
		}
		c.scanned++
		if c.full() {
			return next, q.left == 0, nil
		}
	}
	return next, true, it.Error()
}

// addLogged shows one record of $all if it passes, and counts it towards the next checkpoint.
func (q *query) addLogged(c *chunk, v *view, pos uint64, value []byte) error {
	if q.filter == nil && !q.resolve {
		if err := verify(pos, value); err != nil {
			return err
		}
		s := v.edge.stored(value)
		q.left--
		c.addEvent(v.edge.out(pos), q.structured, &s, nil)
		return nil
	}
	var rec record
	if err := parseRecord(pos, value, &rec); err != nil {
		return err
	}
	if q.filter == nil || q.filter.passes(rec.stream, rec.typ) {
		if err := q.add(c, v, &rec, value); err != nil {
			return err
		}
	}
	if q.interval == 0 {
		return nil
	}
	if q.looked++; q.looked >= q.interval {
		q.looked = 0
		c.addCheckpoint(v.edge.out(pos))
	}
	return nil
}

// readStream fills c with the revisions next to end of a stream, in the order that leads from one to the other, and
// returns the revision to go on with.
func (v *view) readStream(c *chunk, q *query, stream string, next, end int64) (at int64, done bool, err error) {
	ranges, err := newRangeWalk(v, stream)
	if err != nil {
		return next, false, err
	}
	defer func() { err = errors.Join(err, ranges.close()) }()
	log, err := newLogWalk(v)
	if err != nil {
		return next, false, err
	}
	defer func() { err = errors.Join(err, log.close()) }()
	step := int64(1)
	if end < next {
		step = -1
	}
	index := isIndexStream(stream)
	h, err := readHead(v, stream)
	if err != nil {
		return next, false, err
	}
	// A scavenge may have removed revisions since the read began.
	switch {
	case step > 0 && end < h.floor || step < 0 && next < h.floor:
		return next, true, nil
	case step > 0:
		next = max(next, h.floor)
	default:
		end = max(end, h.floor)
	}
	for q.left > 0 {
		pos, err := ranges.seek(next)
		if err != nil {
			return next, false, err
		}
		value, err := log.at(pos)
		if err == nil && value == nil && index {
			value, err = readStub(v, pos)
		} else if err == nil && value == nil {
			err = unnamed(pos)
		}
		if err != nil {
			return next, false, err
		}
		var rec record
		if err := parseRecord(pos, value, &rec); err != nil {
			return next, false, err
		}
		if index {
			err = q.addIndexed(c, v, stream, next, &rec)
		} else if err = checkPlace(&rec, stream, next); err == nil {
			err = q.add(c, v, &rec, value)
		}
		if err != nil || next == end {
			return next, true, err
		}
		next += step
		if c.full() {
			return next, q.left == 0, nil
		}
	}
	return next, true, nil
}
