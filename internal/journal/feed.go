package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

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

// batchEvents bounds a batch; a handful of batches may be in flight.
const batchEvents = 512

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

// Scan hands over the log in batches until its end as the scan finds it. The
// batch is valid only during the call.
func (j *Journal) Scan(ctx context.Context, o ScanOptions, each func(Batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	raw := make(chan Batch, 4)
	var readErr error
	go func() {
		defer close(raw)
		if j.opts.Bulk != nil && !o.Wire {
			readErr = j.collect(ctx, o, raw, func(fn func(*Recorded) error) error { return j.opts.Bulk(ctx, o.After, fn) })
		} else {
			readErr = j.collect(ctx, o, raw, func(fn func(*Recorded) error) error { return j.readAll(ctx, o.After, fn) })
		}
	}()
	decoded := make(chan Batch, 4)
	var decodeErr error
	go func() {
		defer close(decoded)
		for b := range raw {
			for i := range b.Events {
				if decodeErr = j.opts.Table.decode(&b.Events[i]); decodeErr != nil {
					return
				}
			}
			select {
			case decoded <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	for b := range decoded {
		if err := each(b); err != nil {
			cancel()
			drain(decoded)
			drain(raw)
			return err
		}
	}
	cancel()
	drain(raw)
	if decodeErr != nil {
		return decodeErr
	}
	return readErr
}

func drain(c <-chan Batch) {
	for range c { //nolint:revive // emptied so that the sender can end
	}
}

var errScanEnd = errors.New("end of scan")

// collect groups what a reader hands over into batches.
func (j *Journal) collect(ctx context.Context, o ScanOptions, out chan<- Batch, read func(func(*Recorded) error) error) error {
	b := Batch{Through: o.After}
	flush := func() error {
		select {
		case out <- b:
			b = Batch{Events: make([]Recorded, 0, batchEvents), Through: b.Through}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	skipped := 0
	err := read(func(r *Recorded) error {
		if o.Until != 0 && r.Position > o.Until {
			return errScanEnd
		}
		b.Through = r.Position
		if !j.oursNamed(j.opts.Prefix+r.Stream, r.Type) || o.Want != nil && !o.Want(r.Type) {
			skipped++
			if skipped%(16*batchEvents) == 0 {
				return flush()
			}
			return nil
		}
		b.Events = append(b.Events, *r)
		if len(b.Events) == batchEvents {
			return flush()
		}
		return nil
	})
	if err != nil && !errors.Is(err, errScanEnd) {
		return err
	}
	b.CaughtUp = err == nil
	return flush()
}

// readAll reads the log over the wire, resuming where a connection broke.
func (j *Journal) readAll(ctx context.Context, after uint64, fn func(*Recorded) error) error {
	for attempt := 1; ; attempt++ {
		var stopped error
		progress := false
		err := j.readAllOnce(ctx, after, func(r *Recorded) error {
			if stopped = fn(r); stopped != nil {
				return stopped
			}
			after, progress = r.Position, true
			return nil
		})
		if err == nil || stopped != nil {
			return err
		}
		if progress {
			attempt = 1
		}
		if attempt >= operationAttempts || verdict(ctx, err) != again {
			return fmt.Errorf("read the log: %w", err)
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

func (j *Journal) readAllOnce(ctx context.Context, after uint64, fn func(*Recorded) error) error {
	// $all starts with the position itself.
	return j.readAllFrom(ctx, after, func(r *Recorded) error {
		if r.Position <= after {
			return nil
		}
		return fn(r)
	})
}

// readAllFrom reads from a position on, the position included.
func (j *Journal) readAllFrom(ctx context.Context, from uint64, fn func(*Recorded) error) error {
	client, err := j.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, err := client.ReadAll(ctx, esdb.ReadAllOptions{From: allFrom(from), Direction: esdb.Forwards}, ^uint64(0))
	if err != nil {
		j.drop(client, err)
		return err
	}
	defer events.Close()
	for {
		e, err := events.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			j.drop(client, err)
			return err
		}
		if e.Event == nil {
			continue
		}
		r := j.foreign(e.Event)
		if err := fn(&r); err != nil {
			return err
		}
	}
}

// foreign is record for an event that need not carry this journal's prefix:
// one that does not is given a `$` name, so that it is nobody's.
func (j *Journal) foreign(e *esdb.RecordedEvent) Recorded {
	r := j.record(e)
	if !j.ours(e) && len(r.Stream) == len(e.StreamID) && j.opts.Prefix != "" {
		r.Stream = "$foreign"
	}
	return r
}

func allFrom(after uint64) esdb.AllPosition {
	if after == 0 {
		return esdb.Start{}
	}
	return esdb.Position{Commit: after, Prepare: after}
}

// Head is the position of the log's last event; 0 where there is none.
func (j *Journal) Head(ctx context.Context) (uint64, error) {
	client, err := j.connect()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, operationDeadline)
	defer cancel()
	events, err := client.ReadAll(ctx, esdb.ReadAllOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)
	if err != nil {
		j.drop(client, err)
		return 0, fmt.Errorf("read the end of the log: %w", err)
	}
	defer events.Close()
	e, err := events.Recv()
	if errors.Is(err, io.EOF) {
		return 0, nil
	}
	if err != nil {
		j.drop(client, err)
		return 0, fmt.Errorf("read the end of the log: %w", err)
	}
	return e.Event.Position.Commit, nil
}

// Follow hands over the log from a position on and goes on with what is
// recorded later, until ctx ends or fn fails. A connection that breaks is made
// again and resumed after the last batch that fn took; it gives up only with
// ctx. broken, if not nil, is told of each break.
func (j *Journal) Follow(ctx context.Context, after uint64, broken func(error), fn func(Batch) error) error {
	for attempt := 1; ; attempt++ {
		stopped := false
		err := j.followOnce(ctx, after, func(b Batch) error {
			if err := fn(b); err != nil {
				stopped = true
				return err
			}
			after, attempt = b.Through, 1
			return nil
		})
		if stopped || ctx.Err() != nil || errors.Is(err, ErrDamaged) {
			return errors.Join(ctx.Err(), err)
		}
		if broken != nil {
			broken(err)
		}
		if err := pause(ctx, min(attempt, 5)); err != nil {
			return err
		}
	}
}

type arrival struct {
	event    *esdb.RecordedEvent
	caughtUp bool
	err      error
}

func (j *Journal) followOnce(ctx context.Context, after uint64, fn func(Batch) error) error {
	client, err := j.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sub, err := client.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{From: allFrom(after)})
	if err != nil {
		j.drop(client, err)
		return err
	}
	defer func() { _ = sub.Close() }()
	arrivals := make(chan arrival, 2*batchEvents)
	go receive(ctx, sub, arrivals)
	live := false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case a := <-arrivals:
			b, err := j.gather(a, arrivals, after, &live)
			if b.Through != after || b.CaughtUp {
				if err := fn(b); err != nil {
					return err
				}
				after = b.Through
			}
			if err != nil {
				return err
			}
		}
	}
}

func receive(ctx context.Context, sub *esdb.Subscription, out chan<- arrival) {
	for {
		e := sub.Recv()
		var a arrival
		switch {
		case e.EventAppeared != nil && e.EventAppeared.Event != nil:
			a.event = e.EventAppeared.Event
		case e.CaughtUp != nil:
			a.caughtUp = true
		case e.SubscriptionDropped != nil:
			a.err = e.SubscriptionDropped.Error
		default:
			continue
		}
		select {
		case out <- a:
		case <-ctx.Done():
			return
		}
		if a.err != nil {
			return
		}
	}
}

// gather makes a batch of a first arrival and of what else is there already.
func (j *Journal) gather(a arrival, more <-chan arrival, after uint64, live *bool) (Batch, error) {
	b := Batch{Through: after}
	for {
		switch {
		case a.err != nil:
			return b, a.err
		case a.caughtUp:
			*live = true
		default:
			b.Through = a.event.Position.Commit
			if j.ours(a.event) {
				r := j.record(a.event)
				if err := j.opts.Table.decode(&r); err != nil {
					return Batch{Through: after}, err
				}
				b.Events = append(b.Events, r)
			}
		}
		if len(b.Events) >= batchEvents {
			return b, nil
		}
		select {
		case a = <-more:
		default:
			b.CaughtUp = *live
			return b, nil
		}
	}
}

// ReadAt reads the events at the given ascending positions, each once.
func (j *Journal) ReadAt(ctx context.Context, positions []uint64, each func(*Recorded) error) error {
	for len(positions) > 0 {
		rest, err := j.readRun(ctx, positions, each)
		if err != nil {
			return err
		}
		positions = rest
	}
	return nil
}

// nearby is how many unwanted events a read may pass before it is cheaper to
// start another.
const nearby = 32

var errRunEnd = errors.New("end of run")

func (j *Journal) readRun(ctx context.Context, positions []uint64, each func(*Recorded) error) ([]uint64, error) {
	deadlineCtx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	passed := 0
	err := j.readAllFrom(deadlineCtx, positions[0], func(r *Recorded) error {
		if r.Position != positions[0] {
			if passed++; passed > nearby || r.Position > positions[0] {
				return errRunEnd
			}
			return nil
		}
		passed = 0
		if err := j.opts.Table.decode(r); err != nil {
			return err
		}
		if err := each(r); err != nil {
			return err
		}
		if positions = positions[1:]; len(positions) == 0 {
			return errRunEnd
		}
		return nil
	})
	if errors.Is(err, errRunEnd) {
		if passed > 0 && len(positions) > 0 && passed <= nearby {
			return nil, fmt.Errorf("%w: no event at position %d", ErrDamaged, positions[0])
		}
		return positions, nil
	}
	if err == nil && len(positions) > 0 {
		return nil, fmt.Errorf("%w: no event at position %d", ErrDamaged, positions[0])
	}
	return positions, err
}
