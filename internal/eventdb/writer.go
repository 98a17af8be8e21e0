package eventdb

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"google.golang.org/grpc/codes"

	"ksiega/internal/eventdb/pebblelog"
)

const (
	groupOps   = 1024    // appends decided before a commit is handed over
	groupBytes = 4 << 20 // or this much to write
	headCache  = 1 << 16 // heads kept in memory between commits
	batchKept  = 8 << 20 // memory of a commit up to this size is used again
)

var errStopped = errors.New("the node has stopped")

type opKind uint8

const (
	opAppend opKind = iota
	opDelete
	opTombstone
	opScavenge
)

// proposed is an event that somebody wants to append.
type proposed struct {
	id         [16]byte
	typ        string
	json       bool
	data, meta []byte
}

type op struct {
	ctx    context.Context
	kind   opKind
	stream string
	expect expectation
	events []proposed
	cut    *cut // of opScavenge
	out    outcome
	done   chan struct{}
}

// outcome is what the writer says of an op. Nothing of it may be told before the commit that it was decided in is on disk.
type outcome struct {
	verdict verdict
	rev     int64  // last revision: of the stream, or of the events named when already there
	pos     uint64 // position of the last event written or named; as clients know it, once it is told
	hidden  bool   // already there, but out of sight: no position
	err     error
}

// group is one commit: what is written, who waits for it, and the state once it is on disk.
type group struct {
	batch *pebble.Batch
	ops   []*op
	view  *view
	free  bool // the disk is free for it
}

// pendingStream is what the group being built adds to a stream; the store does not show it yet.
type pendingStream struct {
	first     int64 // revision of ids[0]
	ids       [][16]byte
	positions []uint64
	last      []byte // data of the last event
	isJSON    bool
}

// freshID is an event of the group being built.
type freshID struct {
	id     [16]byte
	pos    uint64
	stream string
	rev    int64
}

// writer decides every change, one after the other, in its own goroutine.
type writer struct {
	store *store
	clock func() time.Time
	ops   chan *op
	next  chan *group // to the goroutine that waits for the sync
	// free holds something while no group waits for the disk: taken to hand one over, given back when it is synced.
	free chan struct{}
	// settled is the sequence number below which that goroutine has seen all commits reach the disk.
	settled atomic.Uint64
	stop    <-chan struct{}

	pos     uint64 // last position given
	base    uint64 // last position of the group before
	created int64
	// anyClock: see Options.
	anyClock    bool
	heads       map[string]*head
	dirty       map[string]*head
	pending     map[string]*pendingStream
	fresh       []freshID        // events of the group being built
	ids         map[[16]byte]int // index into fresh of the first event with an id, for the first `known` of them
	known       int
	batch       *pebble.Batch
	indexValues indexValues
	newID       func() [16]byte
	seed        maphash.Seed // of the filters of ids

	// Memory that is used again.
	key, buf, name, typ []byte
	names               []string
	order               []idAt
}

// idAt is an entry of the id index.
type idAt struct {
	id  [16]byte
	pos uint64
}

func newWriter(s *store, clock func() time.Time, newID func() [16]byte, stop <-chan struct{}, pos uint64, created int64) *writer {
	w := &writer{
		store: s, clock: clock, newID: newID, seed: maphash.MakeSeed(), pos: pos, created: created,
		ops: make(chan *op, groupOps), next: make(chan *group, 1), free: make(chan struct{}, 1), stop: stop,
		heads: map[string]*head{}, dirty: map[string]*head{}, pending: map[string]*pendingStream{}, ids: map[[16]byte]int{}, indexValues: indexValues{last: map[string]int{}},
	}
	w.free <- struct{}{}
	return w
}

// enqueue hands an op over; ops are decided in the order in which they are handed over.
func (w *writer) enqueue(o *op) error {
	o.done = make(chan struct{})
	select {
	case <-w.stop:
		return errStopped
	default:
	}
	select {
	case w.ops <- o:
		return nil
	case <-w.stop:
		return errStopped
	case <-o.ctx.Done():
		return o.ctx.Err()
	}
}

// await waits for the outcome of an op that was handed over. When the caller's context ends first, or the node stops, the
// op may or may not be carried out: sent again with the same ids, it is not carried out twice.
func (w *writer) await(o *op) outcome {
	select {
	case <-o.done:
		return w.told(o)
	case <-w.stop:
		// The answer may have come in the same moment.
		select {
		case <-o.done:
			return w.told(o)
		default:
			return outcome{err: errStopped}
		}
	case <-o.ctx.Done():
		return outcome{err: o.ctx.Err()}
	}
}

func (w *writer) told(o *op) outcome {
	out := o.out
	out.pos = w.store.edge.out(out.pos)
	return out
}

// run builds groups until stop is closed or the store fails; fail is told why.
func (w *writer) run(fail func(error)) {
	defer close(w.next)
	defer func() {
		if r := recover(); r != nil {
			err, ok := r.(error)
			if !ok || !errors.Is(err, errStoreFatal) {
				panic(r)
			}
			fail(err)
		}
	}()
	for {
		select {
		case <-w.stop:
			return
		case first := <-w.ops:
			g, err := w.build(first)
			if err != nil {
				fail(err)
				return
			}
			w.next <- g
		}
	}
}

// build decides ops until the group is complete, and applies it to the store without waiting for the sync.
func (w *writer) build(first *op) (*group, error) {
	w.batch = w.store.db.NewBatch(pebble.WithMaxRetainedSizeBytes(batchKept))
	w.base = w.pos
	g := &group{batch: w.batch}
	if below := w.settled.Load(); below > 0 {
		w.buf = pebblelog.AppendReceipt(w.buf[:0], w.store.secret, below)
		if err := w.batch.LogData(w.buf, nil); err != nil {
			return nil, fmt.Errorf("write receipt: %w", err)
		}
	}
	for o := first; o != nil; o = w.more(g) {
		now := ticksOf(w.clock())
		if err := w.decide(o, now); err != nil {
			return nil, err
		}
		g.ops = append(g.ops, o)
	}
	if err := w.flush(); err != nil {
		return nil, err
	}
	if w.batch.Count() > 0 { // the receipt does not count
		if err := w.store.db.ApplyNoSyncWait(w.batch, pebble.Sync); err != nil {
			return nil, fmt.Errorf("apply commit: %w", err)
		}
	} else {
		g.batch = nil
	}
	g.view = newView(w.store.db.NewSnapshot(), w.pos, w.store.edge)
	clear(w.pending)
	clear(w.ids)
	w.fresh, w.known = w.fresh[:0], 0
	if len(w.heads) > headCache {
		clear(w.heads)
	}
	return g, nil
}

// more is the next op of a group. While the disk is busy with the group before, whatever comes joins this one, so that it
// is synced once for all of them; then whoever waits already. It is nil where the group is complete.
func (w *writer) more(g *group) *op {
	full := len(g.ops) >= groupOps || w.batch.Len() >= groupBytes
	if !g.free && !full {
		select {
		case o := <-w.ops:
			return o
		case <-w.free:
			g.free = true
		}
	}
	if full {
		if !g.free {
			<-w.free
		}
		return nil
	}
	select {
	case o := <-w.ops:
		return o
	default:
		return nil
	}
}

// flush writes the indexes of the group after its events and in order: Pebble takes neighbours faster.
func (w *writer) flush() error { return errors.Join(w.flushHeads(), w.flushIDs(), w.flushLinks()) }

func (w *writer) flushHeads() error {
	w.names = w.names[:0]
	for stream := range w.dirty {
		w.names = append(w.names, stream)
	}
	slices.Sort(w.names)
	for _, stream := range w.names {
		w.key, w.buf = appendHeadKey(w.key[:0], stream), appendHead(w.buf[:0], w.dirty[stream])
		if err := w.batch.Set(w.key, w.buf, nil); err != nil {
			return fmt.Errorf("write head: %w", err)
		}
	}
	clear(w.dirty)
	return nil
}

func (w *writer) flushIDs() error {
	w.order = w.order[:0]
	for i := range w.fresh {
		w.order = append(w.order, idAt{w.fresh[i].id, w.fresh[i].pos})
	}
	slices.SortFunc(w.order, func(a, b idAt) int {
		return cmp.Or(bytes.Compare(a.id[:], b.id[:]), cmp.Compare(a.pos, b.pos))
	})
	for i := range w.order {
		w.key = appendIDKey(w.key[:0], w.order[i].id, w.order[i].pos)
		if err := w.batch.Set(w.key, nil, nil); err != nil {
			return fmt.Errorf("write event id: %w", err)
		}
	}
	return nil
}

func (w *writer) flushLinks() error {
	w.indexValues.sort()
	for i := range w.indexValues.all {
		x := &w.indexValues.all[i]
		w.key, w.buf = appendRangesKey(w.key[:0], x.stream, x.rev), appendRanges(w.buf[:0], x.ranges)
		if err := w.batch.Set(w.key, w.buf, nil); err != nil {
			return fmt.Errorf("write stream index: %w", err)
		}
	}
	w.indexValues.reset()
	return nil
}

// decide settles one op. The error is one after which memory and batch can't be trusted; all others belong to the op.
func (w *writer) decide(o *op, now int64) error {
	if o.out.err = o.ctx.Err(); o.out.err != nil {
		return nil
	}
	if o.out.err = w.wrongClock(o, now); o.out.err != nil {
		return nil
	}
	if o.kind != opScavenge {
		w.created = max(w.created, now)
	}
	if o.kind == opScavenge {
		return w.scavenge(o)
	}
	plans, err := w.plan(o)
	if err != nil {
		o.out = outcome{err: err}
		return nil
	}
	for i := range plans {
		if err := w.put(&plans[i]); err != nil {
			return err
		}
		if i == 0 {
			o.out.pos = w.pos
			if o.kind == opAppend {
				o.out.rev = plans[i].head.last
			}
		}
	}
	return nil
}

const (
	clockBehind = 60 * 1e7                   // ticks
	clockAhead  = 10 * 365 * 24 * 3600 * 1e7 // ticks
)

// wrongClock is why nothing is written at a time: it lies so far from the last event's that one of them is wrong. `created`
// never goes back, so that one event of a clock years ahead would hold the time of all later ones.
func (w *writer) wrongClock(o *op, now int64) error {
	if w.anyClock || w.created == 0 || o.kind == opScavenge {
		return nil
	}
	says, last := timeOf(now).Format(time.RFC3339), timeOf(w.created).Format(time.RFC3339)
	switch {
	case now < w.created-clockBehind:
		return &refusal{codes.FailedPrecondition, fmt.Sprintf("The clock says %s, and the last event was written at %s, later than that: nothing is written.", says, last), nil}
	case now > w.created+clockAhead:
		return &refusal{codes.FailedPrecondition, fmt.Sprintf("The clock says %s, more than ten years after the last event, of %s: nothing is written.", says, last), nil}
	}
	return nil
}

// head is the head of a stream for changing: what is changed must be marked dirty.
func (w *writer) head(stream string) (*head, error) {
	if h, ok := w.heads[stream]; ok {
		return h, nil
	}
	h, err := readHead(w.store.db, stream)
	if err != nil {
		return nil, err
	}
	if h.last == noRevision {
		h.ids = &idFilter{}
	}
	w.heads[stream] = &h
	return &h, nil
}
