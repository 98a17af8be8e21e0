package journal

import (
	"context"
	"errors"

	"ksiega/internal/position"
)

// A batch ends with the first of these; a handful may be in flight.
const (
	batchEvents  = 512
	batchSkipped = 16 * batchEvents
	batchBytes   = 1 << 20
)

// A stretch of a log in this process is about so many batches.
const stretchBatches = 4

// reading is one scan of the log. It is cut into stretches, workers fill buffers
// with the events of each, and the buffers are taken out in order.
type reading struct {
	ScanOptions
	j       *Journal
	idle    chan *stretch // to whoever fills the next
	ordered chan *stretch // the same in order, closed when there are no more
	spare   chan *buffer
	// err and caughtUp are why there are no more.
	err      error
	caughtUp bool
}

// stretch is a part of the log that one worker reads or decodes.
type stretch struct {
	fill    func(d *decoder, out func(*buffer) error) error
	buffers chan *buffer // closed when all was read
	err     error        // why that was not all
}

func newReading(j *Journal, o ScanOptions, workers int) *reading {
	return &reading{ScanOptions: o, j: j, idle: make(chan *stretch), ordered: make(chan *stretch, workers+2),
		spare: make(chan *buffer, buffersInUse(workers))}
}

// buffersInUse bounds the buffers that a scan makes: those of the stretches that
// wait, of the one that waits to be one of them and of the one that is handed
// over; and what each worker, the divider and the reader hold.
func buffersInUse(workers int) int { return (workers+4)*stretchBatches + workers + 2 }

// divide cuts the log into stretches.
func (s *reading) divide(ctx context.Context) {
	defer close(s.ordered)
	defer close(s.idle)
	if s.j.opts.Bulk != nil && !s.Wire {
		s.err = s.divideBulk(ctx)
	} else {
		s.err = s.divideWire(ctx)
	}
	if ctx.Err() != nil {
		s.err = ctx.Err()
	}
}

func (s *reading) add(ctx context.Context, part *stretch) error {
	part.buffers = make(chan *buffer, stretchBatches)
	for _, c := range []chan *stretch{s.idle, s.ordered} {
		select {
		case c <- part:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// fill fills the buffers of one stretch after the other.
func (s *reading) fill(ctx context.Context) {
	d := s.j.opts.Table.decoder()
	defer s.j.opts.Table.decoders.Put(d)
	for part := range s.idle {
		part.err = part.fill(d, func(r *buffer) error {
			select {
			case part.buffers <- r:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		close(part.buffers)
	}
}

// divideBulk leaves the reading to the workers, each of which decodes an event
// where it lies.
func (s *reading) divideBulk(ctx context.Context) error {
	bulk := s.j.opts.Bulk
	last, err := bulk.Last()
	if err != nil {
		return err
	}
	s.caughtUp = s.Until.Includes(position.Of(last))
	end := last
	if !s.caughtUp {
		end = s.Until.Number()
	}
	for from := s.After.Number(); from < end; {
		after, until := from, min(end, bulk.Ahead(from, stretchBatches*batchEvents))
		err := s.add(ctx, &stretch{fill: func(d *decoder, out func(*buffer) error) error {
			f := filler{reading: s, decoder: d, out: out}
			if err := bulk.Read(ctx, after, until, f.take); err != nil {
				var s stopped
				if errors.As(misplaced(position.Of(after), err), &s) {
					return s.error
				}
				return err
			}
			return f.flush()
		}})
		if err != nil {
			return err
		}
		from = until
	}
	return nil
}

// filler puts the events of a stretch into buffers.
type filler struct {
	*reading
	decoder *decoder
	out     func(*buffer) error
	buffer  *buffer // nil: nothing seen yet
}

// take decodes an event whose stream is named as the store names it and whose
// bytes belong to somebody else.
func (f *filler) take(at uint64, r *Recorded) error {
	if !f.j.passes(r.Stream) {
		return nil
	}
	r.Position = position.Of(at)
	if f.buffer == nil {
		f.buffer = f.getBuffer()
	}
	stream := f.j.local(r.Stream, r.Type)
	f.buffer.cover(r, stream)
	if stream == "" || f.Want != nil && !f.Want(r.Type) {
		return nil
	}
	own := f.buffer.add(r, stream)
	if err := f.decoder.decode(own); err != nil {
		return err
	}
	if f.buffer.bytes += len(r.RawMeta) + len(r.RawData); f.Raw {
		own.RawMeta, own.RawData = f.buffer.keep(r.RawMeta), f.buffer.keep(r.RawData)
	} else {
		own.RawMeta, own.RawData = nil, nil
	}
	if f.buffer.full() {
		return f.flush()
	}
	return nil
}

func (f *filler) flush() error {
	r := f.buffer
	if f.buffer = nil; r == nil {
		return nil
	}
	return f.out(r)
}

// divideWire reads the log itself, for it comes over one connection, and leaves
// the decoding to the workers.
func (s *reading) divideWire(ctx context.Context) error {
	var r *buffer
	skipped := 0
	flush := func() error {
		full := r
		if r, skipped = nil, 0; full == nil {
			return nil
		}
		return s.add(ctx, &stretch{fill: func(d *decoder, out func(*buffer) error) error { return s.decodeAll(d, full, out) }})
	}
	err := s.j.readAll(ctx, s.After, func(e *Recorded) error {
		if !s.Until.Includes(e.Position) {
			return errScanEnd
		}
		if r == nil {
			r = s.getBuffer()
		}
		r.cover(e, e.Stream)
		if e.Stream == "" || s.Want != nil && !s.Want(e.Type) {
			skipped++
		} else {
			r.add(e, e.Stream)
			r.bytes += len(e.RawMeta) + len(e.RawData)
		}
		if r.full() || skipped >= batchSkipped {
			return flush()
		}
		return nil
	})
	if s.caughtUp = err == nil; err != nil && !errors.Is(err, errScanEnd) {
		return err
	}
	return flush()
}

var errScanEnd = errors.New("end of scan")

func (s *reading) decodeAll(d *decoder, r *buffer, out func(*buffer) error) error {
	for i := range r.events {
		own := &r.events[i]
		if err := d.decode(own); err != nil {
			return err
		}
		if !s.Raw {
			own.RawMeta, own.RawData = nil, nil
		}
	}
	return out(r)
}

// buffer is memory for the events of one batch after the other.
type buffer struct {
	events  []Recorded
	bytes   int    // that the events were recorded as
	slab    []byte // where raw bytes lie that were somebody else's
	through Position
	covered int  // events, added or not
	last    Last // of these that readers are shown
}

const slabBytes = 400 << 10 // about what a batch needs

func (s *reading) getBuffer() *buffer {
	select {
	case r := <-s.spare:
		return r
	default:
		return &buffer{events: make([]Recorded, 0, batchEvents)}
	}
}

func (s *reading) giveBack(r *buffer) {
	select {
	case s.spare <- r:
	default:
	}
}

func (r *buffer) full() bool { return len(r.events) == batchEvents || r.bytes >= batchBytes }

// cover counts an event, whose stream this journal names so; readers are not shown one
// that has no name.
func (r *buffer) cover(e *Recorded, stream string) {
	r.through = e.Position
	if r.covered++; stream != "" {
		r.last = Last{e.Position, e.ID}
	}
}

// add adds an event, whose stream this journal names so.
func (r *buffer) add(e *Recorded, stream string) *Recorded {
	r.events = append(r.events, *e)
	own := &r.events[len(r.events)-1]
	own.Stream = stream
	return own
}

// keep copies bytes into memory shared by neighbouring events.
func (r *buffer) keep(b []byte) []byte {
	if len(b) > cap(r.slab)-len(r.slab) {
		r.slab = make([]byte, 0, max(slabBytes, len(b)))
	}
	from := len(r.slab)
	r.slab = append(r.slab, b...)
	return r.slab[from:len(r.slab):len(r.slab)]
}

// recycle makes place for the next batch. spoiled overwrites what was there, so
// that a test sees whether anybody has kept some of it.
func (r *buffer) recycle(spoiled bool) {
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
	r.events, r.slab, r.bytes, r.covered, r.last = r.events[:0], r.slab[:0], 0, 0, Last{}
	if cap(r.slab) > 2*slabBytes {
		r.slab = nil
	}
}
