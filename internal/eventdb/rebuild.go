package eventdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// A store that is being filled waits here, well before Pebble makes it wait (at 128 MiB, and 24 tables above one another).
const (
	pourBytes  = 80 << 20
	pourTables = 20
)

// indexBuilder writes log, stubs and indexes into an empty store. It is shown the log in its order.
type indexBuilder struct {
	ctx             context.Context
	s               *store
	b               *pebble.Batch
	chunks          map[string]*rangesChunk
	events, removed uint64
	key, buf        []byte
}

// rangesChunk is what has been collected for the next key of a stream's index.
type rangesChunk struct {
	first int64 // revision
	rangeWriter
}

// event copies an event, or a stub, as it is stored, and enters it in the indexes of ids and of its stream.
func (x *indexBuilder) event(key, value []byte, rec *record, stub bool) error {
	if err := x.set(key, value); err != nil {
		return err
	}
	x.events++
	switch {
	case rec.rev == deletedRevision:
		return x.put(string(rec.stream), deletedRevision, []posRange{{rec.pos, 1}})
	case stub:
		x.removed++
		return nil
	}
	x.key = appendIDKey(x.key[:0], rec.id, rec.pos)
	return errors.Join(x.set(x.key, nil), x.place(string(rec.stream), rec.rev, rec.pos))
}

// place enters a position into the index of a stream. Revisions and positions come in ascending order.
func (x *indexBuilder) place(stream string, rev int64, pos uint64) error {
	c := x.chunks[stream]
	if c == nil {
		c = &rangesChunk{first: rev}
		x.chunks[stream] = c
	}
	c.add(pos)
	if len(c.rangeWriter.ranges) < rangesInKey {
		return nil
	}
	// The last run may still grow; it begins the next key.
	last := len(c.rangeWriter.ranges) - 1
	rest := c.rangeWriter.ranges[last]
	if err := x.put(stream, c.first, c.rangeWriter.ranges[:last]); err != nil {
		return err
	}
	c.first += c.count - int64(rest.run)
	c.rangeWriter = rangeWriter{ranges: append(c.rangeWriter.ranges[:0], rest), count: int64(rest.run)}
	return nil
}

func (x *indexBuilder) put(stream string, rev int64, ranges []posRange) error {
	x.key = appendRangesKey(x.key[:0], stream, rev)
	x.buf = appendRanges(x.buf[:0], ranges)
	return x.set(x.key, x.buf)
}

// ranges writes what place has collected.
func (x *indexBuilder) ranges() error {
	for stream, c := range x.chunks {
		if err := x.put(stream, c.first, c.rangeWriter.ranges); err != nil {
			return err
		}
	}
	clear(x.chunks)
	return nil
}

// heads writes the head of every stream that the log speaks of. kept are those that needed the old one.
func (x *indexBuilder) heads(c *checker, old reader) (kept []string, err error) {
	for stream, t := range c.streams {
		h := head{last: t.next - 1, lastPos: t.last, tombstone: t.tombstone, floor: t.removed}
		var known bool
		if h.meta, known = c.hides(stream); !known {
			was, err := readHead(old, stream)
			switch {
			case err == nil:
				h.meta = was.meta
			case !errors.Is(err, errDamaged) && !pebble.IsCorruptionError(err):
				return nil, err
			}
			if t.tombstone == 0 {
				kept = append(kept, stream)
			}
		}
		x.buf = appendHead(x.buf[:0], &h)
		if err := x.set(appendHeadKey(nil, stream), x.buf); err != nil {
			return nil, err
		}
	}
	slices.Sort(kept)
	return kept, nil
}

// strangers copies keys that no version of the format has. The mark of an unfinished scavenge is left behind: no removed
// byte is in the new store.
func (x *indexBuilder) strangers(old reader) (err error) {
	it, err := old.NewIter(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for kind := 0; kind <= 0xff; kind++ {
		if bytes.IndexByte([]byte{keyVersion, keyLog, keyRanges, keyHead, keyID, keyStub, keyUnswept, keyOld}, byte(kind)) >= 0 {
			continue
		}
		for ok := it.SeekGE([]byte{byte(kind)}); ok && it.Key()[0] == byte(kind); ok = it.Next() {
			value, err := it.ValueAndErr()
			if err != nil {
				return err
			}
			if err := x.set(it.Key(), value); err != nil {
				return err
			}
		}
	}
	return it.Error()
}

// set writes a key, and the batch when it has grown.
func (x *indexBuilder) set(key, value []byte) error {
	if err := x.b.Set(key, value, nil); err != nil || x.b.Len() < groupBytes {
		return err
	}
	var err error
	x.b, err = x.s.pour(x.ctx, x.b)
	return err
}

// pour writes a batch of a store that is being filled and begins the next; neither lasts before the last one is synced.
// Where a table cannot be written, Pebble tries again for ever, and once its memory is full it takes nothing more, without
// a word. So there is always room left in memory, and while it is waited for a disk that fails is noticed.
func (s *store) pour(ctx context.Context, b *pebble.Batch) (*pebble.Batch, error) {
	err := poll(ctx, func() (bool, error) {
		select {
		case err := <-s.log.trouble:
			return false, fmt.Errorf("write: %w", err)
		default:
		}
		m := s.db.Metrics()
		return m.MemTable.Size < pourBytes && m.Levels[0].Sublevels < pourTables, s.disk.failed()
	})
	if err == nil {
		err = s.db.Apply(b, pebble.NoSync)
	}
	if err != nil {
		return b, err
	}
	if err = b.Close(); err == nil {
		b = s.db.NewBatch()
	}
	return b, err
}
