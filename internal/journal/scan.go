package journal

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

// A Batch is a stretch of the log, in order. It covers every event up to and
// including Through, also those that are not the ledger's own.
type Batch struct {
	Events  []Recorded
	Through uint64
	// CaughtUp: there was nothing after Through when it was read.
	CaughtUp bool
}

// A batch ends with the first of these; a handful of batches may be in flight.
const (
	batchEvents  = 512
	batchSkipped = 16 * batchEvents
	batchBytes   = 4 << 20
)

// ScanOptions bound a scan of the log.
type ScanOptions struct {
	After uint64 // events after this position; 0 = from the start
	Until uint64 // up to and including this position; 0 = to the end
	// Want says which types to decode and hand over; nil = all. The position
	// advances over the others.
	Want func(typ string) bool
	// Wire keeps the scan on the client's connection even where the log is in
	// this process.
	Wire bool
}

// undecoded is a batch on its way through the decoders.
type undecoded struct {
	Batch
	room *room
	done chan struct{}
	err  error
}

// room is memory for the events of one batch after the other.
type room struct {
	events []Recorded
	slab   []byte // where the raw bytes lie, unless they are somebody else's
}

const slabBytes = 400 << 10 // about what a batch needs

// recycle makes room for the next batch. spoiled overwrites what was there, so
// that a test sees whether anybody has kept some of it.
func (r *room) recycle(spoiled bool) {
	if spoiled {
		for i := range r.slab {
			r.slab[i] = '#'
		}
		for i := range r.events {
			r.events[i] = Recorded{Stream: "recycled", Type: "recycled", RawData: r.slab, Meta: Meta{Actor: "recycled"}}
		}
	} else {
		clear(r.events) // the garbage collector need not wait for the next batch
	}
	r.events, r.slab = r.events[:0], r.slab[:0]
	if cap(r.slab) > 2*slabBytes {
		r.slab = nil
	}
}

// Scan hands over the log in batches until its end as the scan finds it. The
// batch is valid only during the call: its memory, also that of Events and of
// their raw bytes, is used again for another. What was decoded of an event, its
// texts and Event, may be kept. Batches are decoded beside each other and handed
// over in order.
func (j *Journal) Scan(ctx context.Context, o ScanOptions, each func(Batch) error) error {
	return j.scan(ctx, o, underRace, each)
}

// scan is Scan that says whether it spoils what it recycles.
func (j *Journal) scan(ctx context.Context, o ScanOptions, spoil bool, each func(Batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	decoders := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *undecoded), make(chan *undecoded, decoders+2)
	spare := make(chan *room, decoders+4)
	var readErr error
	group.Go(func() {
		defer close(ordered)
		defer close(work)
		readErr = j.collect(ctx, o, spare, func(u *undecoded) error {
			for _, c := range []chan *undecoded{work, ordered} {
				select {
				case c <- u:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
	})
	for range decoders {
		group.Go(func() { j.opts.Table.decodeAll(work) })
	}
	for u := range ordered {
		<-u.done
		if err := errors.Join(ctx.Err(), u.err); err != nil {
			return err
		}
		if err := each(u.Batch); err != nil {
			return err
		}
		if u.room == nil {
			continue
		}
		u.room.recycle(spoil)
		select {
		case spare <- u.room:
		default:
		}
	}
	return readErr
}

func (t *Table) decodeAll(work <-chan *undecoded) {
	d := t.decoder()
	defer t.decoders.Put(d)
	for u := range work {
		for i := range u.Events {
			if u.err = d.decode(&u.Events[i]); u.err != nil {
				break
			}
		}
		close(u.done)
	}
}

var errScanEnd = errors.New("end of scan")

// gatherer groups events into batches.
type gatherer struct {
	o       ScanOptions
	out     func(*undecoded) error
	through uint64
	skipped int
	bytes   int
	spare   <-chan *room
	room    *room // nil: no event yet
}

// collect reads the log and groups it into batches, in rooms that it makes or
// that come back to it.
func (j *Journal) collect(ctx context.Context, o ScanOptions, spare <-chan *room, out func(*undecoded) error) error {
	g := &gatherer{o: o, out: out, through: o.After, spare: spare}
	var err error
	if j.opts.Bulk != nil && !o.Wire {
		err = j.opts.Bulk(ctx, o.After, func(r *Recorded) error { return g.take(r, j.local(r.Stream, r.Type), true) })
	} else {
		err = j.readAll(ctx, o.After, func(r *Recorded) error { return g.take(r, r.Stream, false) })
	}
	if err != nil && !errors.Is(err, errScanEnd) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return g.flush(err == nil)
}

// take adds a copy of an event, whose stream this journal names so; copied says
// that its bytes belong to somebody else.
func (g *gatherer) take(r *Recorded, stream string, copied bool) error {
	if g.o.Until != 0 && r.Position > g.o.Until {
		return errScanEnd
	}
	g.through = r.Position
	if stream == "" || g.o.Want != nil && !g.o.Want(r.Type) {
		if g.skipped++; g.skipped >= batchSkipped {
			return g.flush(false)
		}
		return nil
	}
	if g.room == nil {
		select {
		case g.room = <-g.spare:
		default:
			g.room = &room{events: make([]Recorded, 0, batchEvents)}
		}
	}
	g.room.events = append(g.room.events, *r)
	own := &g.room.events[len(g.room.events)-1]
	own.Stream = stream
	if copied {
		own.RawMeta, own.RawData = g.room.keep(r.RawMeta), g.room.keep(r.RawData)
	}
	g.bytes += len(r.RawMeta) + len(r.RawData)
	if len(g.room.events) == batchEvents || g.bytes >= batchBytes {
		return g.flush(false)
	}
	return nil
}

// keep copies bytes into memory shared by neighbouring events.
func (r *room) keep(b []byte) []byte {
	if len(b) > cap(r.slab)-len(r.slab) {
		r.slab = make([]byte, 0, max(slabBytes, len(b)))
	}
	from := len(r.slab)
	r.slab = append(r.slab, b...)
	return r.slab[from:len(r.slab):len(r.slab)]
}

func (g *gatherer) flush(caughtUp bool) error {
	u := &undecoded{Batch: Batch{Through: g.through, CaughtUp: caughtUp}, room: g.room, done: make(chan struct{})}
	if g.room != nil {
		u.Events = g.room.events
	}
	g.skipped, g.bytes, g.room = 0, 0, nil
	return g.out(u)
}

// local is a stream's name without this journal's prefix, or "" for an event
// that readers of the log are not shown: another prefix's, the server's own, the
// vault's.
func (j *Journal) local(stream, typ string) string {
	rest, ok := strings.CutPrefix(stream, j.opts.Prefix)
	if !ok || strings.HasPrefix(rest, "$") || strings.HasPrefix(rest, vaultCategory) || strings.HasPrefix(typ, "$") {
		return ""
	}
	return rest
}

// record takes an event over from the client, its stream already renamed.
func record(e *esdb.RecordedEvent, stream string) Recorded {
	return Recorded{ID: e.EventID, Stream: stream, Type: e.EventType, Revision: e.EventNumber,
		Position: e.Position.Commit, Created: e.CreatedDate, RawMeta: e.UserMetadata, RawData: e.Data}
}

// readAll reads the log over the wire, resuming where a connection broke. The
// stream of an event that readers are not shown is empty; the event is valid
// only during the call.
func (j *Journal) readAll(ctx context.Context, after uint64, each func(*Recorded) error) error {
	var r Recorded
	return j.readLog(ctx, after, func(e *esdb.RecordedEvent) error {
		r = record(e, j.local(e.StreamID, e.EventType))
		return each(&r)
	})
}

func (j *Journal) readLog(ctx context.Context, after uint64, each func(*esdb.RecordedEvent) error) error {
	return j.persist(ctx, "read the log", func(ctx context.Context) (progress bool, err error) {
		err = j.pull(ctx, readAllFrom(after, ^uint64(0)), func(e *esdb.RecordedEvent) error {
			// $all starts with the position itself.
			if e.Position.Commit <= after {
				return nil
			}
			if err := each(e); err != nil {
				return err
			}
			after, progress = e.Position.Commit, true
			return nil
		})
		return progress, err
	})
}

func readAllFrom(from, count uint64) func(context.Context, *esdb.Client) (*esdb.ReadStream, error) {
	return func(ctx context.Context, c *esdb.Client) (*esdb.ReadStream, error) {
		return c.ReadAll(ctx, esdb.ReadAllOptions{From: allFrom(from), Direction: esdb.Forwards}, count)
	}
}

func allFrom(after uint64) esdb.AllPosition {
	if after == 0 {
		return esdb.Start{}
	}
	return esdb.Position{Commit: after, Prepare: after}
}

// Head is the position of the log's last event; 0 where there is none.
func (j *Journal) Head(ctx context.Context) (uint64, error) {
	head := uint64(0)
	err := j.persist(ctx, "read the end of the log", func(ctx context.Context) (bool, error) {
		l, err := j.acquire(ctx)
		if err != nil {
			return false, err
		}
		head, err = j.headOver(ctx, l)
		j.done(ctx, l, err)
		return false, err
	})
	return head, err
}

func (j *Journal) headOver(ctx context.Context, l *link) (head uint64, err error) {
	err = j.pullOver(ctx, l, func(ctx context.Context, c *esdb.Client) (*esdb.ReadStream, error) {
		return c.ReadAll(ctx, esdb.ReadAllOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)
	}, func(e *esdb.RecordedEvent) error {
		head = e.Position.Commit
		return nil
	})
	return head, err
}
