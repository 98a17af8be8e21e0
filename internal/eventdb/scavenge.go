package eventdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// A scavenge removes the events that metadata or a tombstone hide for good from readers of their stream, in two steps.
//
// First, stream by stream and in commits of at most cutEvents events, the writer takes the event out of the log, out of
// its stream's index and out of the index of ids, raises the floor of the stream's head, and leaves a stub. A commit that
// is on disk is whole; a scavenge that breaks off in between is taken up by the next one.
//
// Then the bytes go. Once no reader holds a state from before, the removed places are deleted once more, so that nothing
// older stands above that deletion; memory is flushed, everything is compacted, old log files are emptied (see reuse.go),
// and the scavenge waits until the tables from before are deleted, and for good. Key keyUnswept stands from the first commit
// of the first step to the end of the second. What the file system and the disk do with the blocks of deleted files is
// beyond it.
//
// A stub is a record as in the log, at `g pos`, with id, stream, revision, type and time, but without metadata; as data it
// keeps only what its links need: nothing, or for a link its own address, or for a soft delete the bare fact.

const (
	cutEvents = 2048    // removed in one commit
	cutBytes  = 1 << 20 // or about this much written
	cutTries  = 5       // when the stream is changed meanwhile
	headsRead = 4096    // heads looked at with one iterator
	pollFiles = 5 * time.Millisecond
)

// ErrBusy is returned when a scavenge or a backup of the node is under way already.
var ErrBusy = errors.New("a scavenge or a backup is under way")

// ScavengeResult is what a scavenge did.
type ScavengeResult struct {
	Streams     uint64 // that lost events
	Events      uint64 // removed
	BytesBefore uint64 // length of all files of the store
	BytesAfter  uint64
}

// cut is a run of events to be removed from the beginning of a stream.
type cut struct {
	was    head // of the stream when the cut was planned
	floor  int64
	events int
	swept  bool // nothing is cut: the bytes of the ones before are gone
	batch  *pebble.Batch
}

// Scavenge removes, for good and from the disk, all events of tombstoned streams but the tombstone; all events of streams
// that are soft deleted; events before $tb, beyond $maxCount and older than $maxAge; and all metadata but the last of each
// stream. Positions and revisions are not used again, links in the index streams stay and lead to nothing. The ids of
// removed events are forgotten: an append that repeats them is decided as if they had never been written, as by the real
// server (under an exact revision that is a wrong version, under any they are written).
//
// The node serves meanwhile; a read sees a stream as it was or as it is. The end waits for calls of Scan that began
// before, so it must not be called from within one. progress, if not nil, is told after every stream how many have been looked at. ErrBusy: a scavenge or a
// backup runs already. After an error, or a crash, the events removed so far are gone for readers, perhaps not yet from
// the disk; the next scavenge sees to it.
func (n *Node) Scavenge(ctx context.Context, progress func(done, total uint64)) (res ScavengeResult, err error) {
	if n.opts.ReadOnly {
		return res, errors.New("eventdb: the node is read-only")
	}
	if !n.upkeep.TryLock() {
		return res, fmt.Errorf("eventdb: %w", ErrBusy)
	}
	defer n.upkeep.Unlock()
	acquired, err := n.acquire() // the store stays open until it is given back
	if err != nil {
		return res, fmt.Errorf("eventdb: scavenge: %w", err)
	}
	n.readers.Add(1)
	n.release(acquired)
	defer n.readers.Done()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-n.stop:
			cancel(errStopped)
		case <-ctx.Done():
		}
	}()
	defer n.storeFailed(&err)
	s := scavenger{n: n, now: ticksOf(n.clock()), progress: progress}
	if res.BytesBefore, err = n.store.size(); err == nil {
		err = s.run(ctx)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	res.Streams, res.Events = s.streams, s.events
	if err == nil {
		res.BytesAfter, err = n.store.size()
	}
	if err != nil {
		err = fmt.Errorf("eventdb: scavenge: %w", err)
	}
	return res, err
}

// storeFailed turns the panic of a store that failed into an error and stops the node. It is deferred itself.
func (n *Node) storeFailed(into *error) {
	if r := recover(); r != nil { //nolint:revive // deferred, not called
		err, ok := r.(error)
		if !ok || !errors.Is(err, errStoreFatal) {
			panic(r)
		}
		n.fail(err)
		*into = err
	}
}

type scavenger struct {
	n               *Node
	now             int64 // ticks
	progress        func(done, total uint64)
	streams, events uint64
}

func (s *scavenger) run(ctx context.Context) error {
	total, err := s.count()
	if err != nil {
		return err
	}
	done := uint64(0)
	for next := []byte{keyHead}; next != nil; {
		var found []candidate
		if found, next, err = s.candidates(next, &done); err != nil {
			return err
		}
		for _, c := range found {
			if err := s.stream(ctx, c.name); err != nil {
				return err
			}
			s.tell(c.at, total)
		}
		s.tell(done, total)
	}
	return s.sweep(ctx)
}

func (s *scavenger) view(fn func(v *view) error) error {
	v, err := s.n.acquire()
	if err != nil {
		return err
	}
	defer s.n.release(v)
	return fn(v)
}

func (s *scavenger) count() (total uint64, err error) {
	err = s.view(func(v *view) error {
		return each(v, keyHead, func(_, _ []byte) error { total++; return nil })
	})
	return total, err
}

func (s *scavenger) tell(done, total uint64) {
	if s.progress != nil {
		s.progress(min(done, total), total) // streams may have come since they were counted
	}
}

// candidate is a stream of which something might go.
type candidate struct {
	name string
	at   uint64 // how many have been looked at with it
}

// candidates looks at some heads from a key on; next is nil after the last. It counts on in done.
func (s *scavenger) candidates(from []byte, done *uint64) (found []candidate, next []byte, err error) {
	err = s.view(func(v *view) (err error) {
		it, err := v.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: []byte{keyHead + 1}})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, it.Close()) }()
		for ok, looked := it.First(), 0; ok; ok, looked = it.Next(), looked+1 {
			if looked == headsRead {
				next = slices.Clone(it.Key())
				break
			}
			value, err := it.ValueAndErr()
			if err != nil {
				return err
			}
			h, err := parseHead(value)
			if err != nil {
				return err
			}
			*done++
			if name := string(it.Key()[1:]); h.meta != (streamMeta{}) || h.tombstone != 0 || isMetastream(name) {
				found = append(found, candidate{name, *done})
			}
		}
		return it.Error()
	})
	return found, next, err
}

// stream removes what may go of one stream. A stream that is changed again and again is left for the next scavenge.
func (s *scavenger) stream(ctx context.Context, name string) error {
	before := s.events
	for tries := 0; tries < cutTries; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var c *cut
		err := s.view(func(v *view) (err error) {
			c, err = s.plan(v, name)
			return err
		})
		if err != nil {
			return err
		}
		if c == nil {
			break
		}
		out := s.n.change(&op{ctx: ctx, kind: opScavenge, stream: name, cut: c})
		if out.err != nil {
			return out.err
		}
		if out.verdict != write {
			tries++
			continue
		}
		s.events += uint64(c.events)
	}
	if s.events > before {
		s.streams++
	}
	return nil
}

// removable is the revision before which everything may go.
func removable(v *view, name string, now int64) (visible, int64, error) {
	seen, err := v.look(name, now)
	if err != nil || seen.head.last == noRevision || isIndexStream(name) {
		return seen, 0, err
	}
	if seen.state == streamThere {
		return seen, min(seen.first, seen.head.last+1), nil
	}
	return seen, seen.head.last + 1, nil
}

// plan is the next cut of a stream, nil when nothing may go.
func (s *scavenger) plan(v *view, name string) (c *cut, err error) {
	seen, limit, err := removable(v, name, s.now)
	if err != nil || limit <= seen.head.floor {
		return nil, err
	}
	ranges, err := newRangeWalk(v, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ranges.close()) }()
	log, err := newLogWalk(v)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.close()) }()
	c = &cut{was: seen.head, floor: seen.head.floor, batch: s.n.store.db.NewBatch()}
	for c.floor < limit && c.events < cutEvents && c.batch.Len() < cutBytes {
		pos, err := ranges.seek(c.floor)
		if err != nil {
			return nil, err
		}
		value, err := log.at(pos)
		if err == nil && value == nil {
			err = unnamed(pos)
		}
		if err != nil {
			return nil, err
		}
		var rec record
		if err := parseRecord(pos, value, &rec); err != nil {
			return nil, err
		}
		if err := errors.Join(checkPlace(&rec, name, c.floor), c.remove(&rec)); err != nil {
			return nil, err
		}
		c.floor++
		c.events++
	}
	return c, c.trimRanges(v, name)
}

// remove puts a stub in the place of an event.
func (c *cut) remove(rec *record) error {
	return errors.Join(
		c.batch.Delete(appendLogKey(nil, rec.pos), nil),
		c.batch.Delete(appendIDKey(nil, rec.id, rec.pos), nil),
		c.batch.Set(appendStubKey(nil, rec.pos), stubOf(rec), nil))
}

// trimRanges takes the removed revisions out of the stream's index.
func (c *cut) trimRanges(v *view, name string) error {
	return eachIn(v, appendRangesKey(nil, name, 0), appendRangesKey(nil, name, c.floor), func(key, value []byte) error {
		ranges, err := parseRanges(nil, value)
		if err != nil {
			return err
		}
		if err := c.batch.Delete(key, nil); err != nil {
			return err
		}
		if rest := skipRanges(ranges, uint64(c.floor-rangesRevision(key))); len(rest) > 0 {
			return c.batch.Set(appendRangesKey(nil, name, c.floor), appendRanges(nil, rest), nil)
		}
		return nil
	})
}

// skipRanges is ranges without the first count positions.
func skipRanges(ranges []posRange, count uint64) []posRange {
	for len(ranges) > 0 && count >= ranges[0].run {
		count -= ranges[0].run
		ranges = ranges[1:]
	}
	if len(ranges) > 0 {
		ranges[0].pos, ranges[0].run = ranges[0].pos+count, ranges[0].run-count
	}
	return ranges
}

func stubOf(rec *record) []byte {
	stub := record{id: rec.id, stream: rec.stream, rev: rec.rev, pos: rec.pos, typ: rec.typ, created: rec.created, json: rec.json}
	switch {
	case string(rec.typ) == typeLink:
		stub.data = fmt.Appendf(nil, "%d@%s", rec.rev, rec.stream)
	case deletesStream(string(rec.stream), string(rec.typ), rec.json, rec.data):
		stub.data = withTruncateBefore(nil, deletedRevision)
	}
	return appendRecord(nil, &stub)
}

// readStub copies out what is left of the event that was removed at a position.
func readStub(r reader, pos uint64) ([]byte, error) {
	value, closer, err := r.Get(appendStubKey(nil, pos))
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, unnamed(pos)
	}
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	return slices.Clone(value), nil
}

// readLinked copies out the record at a position, or its stub.
func readLinked(r reader, pos uint64) ([]byte, error) {
	value, err := readRecord(r, pos)
	if errors.Is(err, errDamaged) {
		return readStub(r, pos)
	}
	return value, err
}

// scavenge carries out a cut, unless the stream was changed in a way that may bring events back into sight.
func (w *writer) scavenge(o *op) error {
	c := o.cut
	if c.events > 0 {
		h, err := w.head(o.stream)
		if err != nil {
			o.out = outcome{err: err}
			return nil
		}
		if h.meta != c.was.meta || h.tombstone != c.was.tombstone || h.floor != c.was.floor {
			o.out = outcome{verdict: wrongVersion, rev: h.last}
			return nil
		}
		h.floor = c.floor
		w.dirty[o.stream] = h
	}
	if err := w.batch.Apply(c.batch, nil); err != nil {
		return fmt.Errorf("write scavenge: %w", err)
	}
	mark := w.batch.Set
	if c.swept {
		mark = func(key, _ []byte, o *pebble.WriteOptions) error { return w.batch.Delete(key, o) }
	}
	if err := mark([]byte{keyUnswept}, nil, nil); err != nil {
		return fmt.Errorf("write scavenge: %w", err)
	}
	return nil
}

// sweep takes the removed bytes off the disk.
func (s *scavenger) sweep(ctx context.Context) error {
	db := s.n.store.db
	_, closer, err := db.Get([]byte{keyUnswept})
	if errors.Is(err, pebble.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := closer.Close(); err != nil {
		return err
	}
	if err := s.outwait(ctx); err != nil {
		return err
	}
	st := s.n.store
	if err := st.fs.mark(st.dir); err != nil {
		return err
	}
	if err := s.bury(); err != nil {
		return err
	}
	// What bury wrote stands in a marked log, or in one begun since; so the flush leaves no marked log in use.
	if err := st.flush(ctx); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	if err := st.fs.empty(st.dir); err != nil {
		return err
	}
	// Twice: a table that moved down a level while the first one ran is met by the second.
	for range 2 {
		if err := db.Compact(ctx, []byte{keyLog}, []byte{keyVersion + 1}, false); err != nil {
			return fmt.Errorf("compact: %w", err)
		}
	}
	if err := s.gone(ctx); err != nil {
		return fmt.Errorf("delete tables: %w", err)
	}
	if err := syncDir(st.fs, st.dir); err != nil { // or a loss of power brings deleted files back
		return err
	}
	return s.n.change(&op{ctx: ctx, kind: opScavenge, cut: &cut{swept: true, batch: db.NewBatch()}}).err
}

// outwait waits until no reader holds a state of the store in which the removed events are still there.
func (s *scavenger) outwait(ctx context.Context) error {
	db := s.n.store.db
	mark := db.NewBatch()
	defer func() { _ = mark.Close() }()
	if err := errors.Join(mark.Set([]byte{keyUnswept}, nil, nil), db.Apply(mark, pebble.Sync)); err != nil {
		return err
	}
	// A commit without a change makes readers see a state from after the mark.
	if out := s.n.change(&op{ctx: ctx, kind: opScavenge, cut: &cut{batch: db.NewBatch()}}); out.err != nil {
		return out.err
	}
	return poll(ctx, func() (bool, error) {
		m := db.Metrics()
		return m.Snapshots.Count == 0 || m.Snapshots.EarliestSeqNum > mark.SeqNum(), nil
	})
}

// poll asks again and again until the answer is yes.
func poll(ctx context.Context, ready func() (bool, error)) error {
	tick := time.NewTicker(pollFiles)
	defer tick.Stop()
	for {
		if done, err := ready(); done || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// bury deletes every place of the log that has a stub once more.
func (s *scavenger) bury() error {
	db := s.n.store.db
	b := db.NewBatch()
	if err := b.Set([]byte{keyUnswept}, nil, nil); err != nil { // the flush that follows must have something to flush
		return err
	}
	from, to := uint64(0), uint64(0) // run of removed positions, to excluded
	put := func(next uint64) error {
		if from < to {
			if err := b.DeleteRange(appendLogKey(nil, from), appendLogKey(nil, to), nil); err != nil {
				return err
			}
		}
		from, to = next, next
		if next != math.MaxUint64 && b.Len() < cutBytes {
			return nil
		}
		err := errors.Join(db.Apply(b, pebble.Sync), b.Close())
		b = db.NewBatch()
		return err
	}
	err := s.view(func(v *view) error {
		return each(v, keyStub, func(key, _ []byte) error {
			pos := binary.BigEndian.Uint64(key[1:])
			if pos != to {
				if err := put(pos); err != nil {
					return err
				}
			}
			to = pos + 1
			return nil
		})
	})
	if err != nil {
		return err
	}
	return errors.Join(put(math.MaxUint64), b.Close())
}

// each shows every key of a kind with its value.
func each(r reader, kind byte, fn func(key, value []byte) error) error {
	return eachIn(r, []byte{kind}, []byte{kind + 1}, fn)
}

// eachIn shows every key from one on and before another with its value.
func eachIn(r reader, from, before []byte, fn func(key, value []byte) error) (err error) {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: before})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		value, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		if err := fn(it.Key(), value); err != nil {
			return err
		}
	}
	return it.Error()
}

// tables are the files of tables in the directory of the store.
func (s *scavenger) tables() ([]string, error) {
	names, err := s.n.store.fs.List(s.n.store.dir)
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, ".sst") }), err
}

// stale leaves out the tables that the store consists of.
func (s *scavenger) stale(names []string) ([]string, error) {
	levels, err := s.n.store.db.SSTables()
	if err != nil {
		return nil, err
	}
	live := map[string]bool{}
	for _, level := range levels {
		for i := range level {
			live[level[i].BackingSSTNum.String()+".sst"] = true
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return live[name] }), nil
}

// gone waits until the tables that the store no longer consists of are deleted. Pebble tries to delete a file once; where
// that failed it is done here, for the bytes of removed events may be in it.
func (s *scavenger) gone(ctx context.Context) error {
	st := s.n.store
	wanted, err := s.tables()
	if err != nil {
		return err
	}
	var dead []string // will never be part of the store again
	return poll(ctx, func() (bool, error) {
		m := st.db.Metrics()
		idle := m.Flush.NumInProgress == 0 && m.Compact.NumInProgress == 0 && m.Table.ZombieCount == 0 && m.Table.ObsoleteCount == 0
		there, err := s.tables()
		if err != nil {
			return false, err
		}
		wanted = slices.DeleteFunc(wanted, func(name string) bool { return !slices.Contains(there, name) })
		for _, name := range dead {
			if !idle || !slices.Contains(wanted, name) {
				continue
			}
			if err := st.fs.Remove(st.fs.PathJoin(st.dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return false, err
			}
		}
		// A table that was just being written when they were listed is none of them.
		if wanted, err = s.stale(wanted); err != nil {
			return false, err
		}
		if idle { // so none of them is still being written
			dead = slices.Clone(wanted)
		}
		return len(wanted) == 0, nil
	})
}
