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
	done chan struct{}
	err  error
}

// Scan hands over the log in batches until its end as the scan finds it. The
// batch is valid only during the call. Batches are decoded beside each other
// and handed over in order.
func (j *Journal) Scan(ctx context.Context, o ScanOptions, each func(Batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	decoders := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *undecoded), make(chan *undecoded, decoders+2)
	var readErr error
	group.Go(func() {
		defer close(ordered)
		defer close(work)
		readErr = j.collect(ctx, o, func(b Batch) error {
			u := &undecoded{Batch: b, done: make(chan struct{})}
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
		group.Go(func() {
			for u := range work {
				u.err = j.opts.Table.decodeAll(u.Events)
				close(u.done)
			}
		})
	}
	for u := range ordered {
		<-u.done
		if err := errors.Join(ctx.Err(), u.err); err != nil {
			return err
		}
		if err := each(u.Batch); err != nil {
			return err
		}
	}
	return readErr
}

func (t *Table) decodeAll(events []Recorded) error {
	for i := range events {
		if err := t.decode(&events[i]); err != nil {
			return err
		}
	}
	return nil
}

var errScanEnd = errors.New("end of scan")

// gatherer groups events into batches.
type gatherer struct {
	j       *Journal
	o       ScanOptions
	out     func(Batch) error
	b       Batch
	skipped int
	bytes   int
	slab    []byte
}

// collect reads the log and groups it into batches.
func (j *Journal) collect(ctx context.Context, o ScanOptions, out func(Batch) error) error {
	g := &gatherer{j: j, o: o, out: out, b: Batch{Through: o.After}}
	var err error
	if j.opts.Bulk != nil && !o.Wire {
		var own Recorded // one for all: take copies it
		err = j.opts.Bulk(ctx, o.After, func(r *Recorded) error {
			own = *r
			own.Stream = j.local(r.Stream, r.Type)
			return g.take(&own, true)
		})
	} else {
		err = j.readAll(ctx, o.After, func(r *Recorded) error { return g.take(r, false) })
	}
	if err != nil && !errors.Is(err, errScanEnd) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	g.b.CaughtUp = err == nil
	return g.flush()
}

// take adds an event whose stream is named as this journal names it; copied
// says that its bytes belong to somebody else.
func (g *gatherer) take(r *Recorded, copied bool) error {
	if g.o.Until != 0 && r.Position > g.o.Until {
		return errScanEnd
	}
	g.b.Through = r.Position
	if r.Stream == "" || g.o.Want != nil && !g.o.Want(r.Type) {
		if g.skipped++; g.skipped >= batchSkipped {
			return g.flush()
		}
		return nil
	}
	if copied {
		r.RawMeta, r.RawData = g.keep(r.RawMeta), g.keep(r.RawData)
	}
	if g.b.Events == nil {
		g.b.Events = make([]Recorded, 0, batchEvents)
	}
	g.b.Events = append(g.b.Events, *r)
	g.bytes += len(r.RawMeta) + len(r.RawData)
	if len(g.b.Events) == batchEvents || g.bytes >= batchBytes {
		return g.flush()
	}
	return nil
}

// keep copies bytes into memory shared by neighbouring events.
func (g *gatherer) keep(b []byte) []byte {
	if len(b) > cap(g.slab)-len(g.slab) {
		g.slab = make([]byte, 0, max(256<<10, len(b)))
	}
	from := len(g.slab)
	g.slab = append(g.slab, b...)
	return g.slab[from:len(g.slab):len(g.slab)]
}

func (g *gatherer) flush() error {
	b := g.b
	g.b, g.skipped, g.bytes = Batch{Through: b.Through}, 0, 0
	return g.out(b)
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
