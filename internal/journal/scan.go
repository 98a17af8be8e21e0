package journal

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	"ksiega/internal/position"
)

// A Batch is a stretch of the log, in order. It covers every event up to and
// including Through, which is an event of the ledger's own where that has a name,
// and else may be another's.
type Batch struct {
	Events  []Recorded
	Through Position
	// Covered is how many events it covers, handed over or not, but those of others
	// where the ledger has a name; Last is the last of the ledger's own among these, zero
	// where there is none.
	Covered int
	Last    Last
	// CaughtUp: the log ended there when it was read. With Until, what was
	// removed behind it, or is another's, may still count as more.
	CaughtUp bool
}

// Last is the last event of what was read.
type Last struct {
	Position Position
	ID       uuid.UUID
}

// ScanOptions bound a scan of the log.
type ScanOptions struct {
	After Position // events after this one; zero = from the start
	Until Bound    // up to and including; zero = to the end
	// Want says which types to decode and hand over; nil = all. The position
	// advances over the others. It is asked by several goroutines.
	Want func(typ string) bool
	// Raw: together with the bytes that it was recorded as, RawMeta and
	// RawData, which are nil otherwise.
	Raw bool
	// Wire keeps the scan on the client's connection even where the log is in
	// this process.
	Wire bool
}

// Scan hands over the log in batches until its end as the scan finds it. It fails
// with ErrNowhere where no event stands at After, unless that lies past the end. The
// batch is valid only during the call: its memory, also that of Events and of
// their raw bytes, is used again for another. What was decoded of an event, its
// texts and Event, may be kept. Stretches of the log are read and decoded beside
// each other and handed over in order. ErrEnough of each ends it without an error.
func (j *Journal) Scan(ctx context.Context, o ScanOptions, each func(Batch) error) error {
	if err := j.scan(ctx, o, underRace, each); !errors.Is(err, ErrEnough) {
		return err
	}
	return nil
}

// Each is Scan that hands over one event after the other.
func (j *Journal) Each(ctx context.Context, o ScanOptions, each func(*Recorded) error) error {
	return j.Scan(ctx, o, func(b Batch) error {
		for i := range b.Events {
			if err := each(&b.Events[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// scan is Scan that says whether it spoils what it recycles.
func (j *Journal) scan(ctx context.Context, o ScanOptions, spoil bool, each func(Batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	s := newReading(j, o, workers)
	group.Go(func() { s.divide(ctx) })
	for range workers {
		group.Go(func() { s.fill(ctx) })
	}
	// Only behind the last batch is it known to be the last.
	buffered := &buffer{through: o.After}
	hand := func(caughtUp bool) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(Batch{Events: buffered.events, Through: buffered.through, Covered: buffered.covered, Last: buffered.last, CaughtUp: caughtUp}); err != nil {
			return err
		}
		buffered.recycle(spoil)
		s.giveBack(buffered)
		return nil
	}
	some := false
	var why error
	for part := range s.ordered {
		for r := range part.buffers {
			if some {
				if err := hand(false); err != nil {
					return err
				}
			}
			buffered, some = r, true
		}
		if why = part.err; why != nil {
			break
		}
	}
	if why == nil {
		why = s.err
	}
	if why != nil && !some {
		return why
	}
	if err := hand(why == nil && s.caughtUp); err != nil {
		return err
	}
	return why
}

// record takes an event over from the client, its stream already renamed.
func record(e *esdb.RecordedEvent, stream string) Recorded {
	return Recorded{ID: e.EventID, Stream: stream, Type: e.EventType, Revision: e.EventNumber,
		Position: position.Of(e.Position.Commit), Created: e.CreatedDate, RawMeta: e.UserMetadata, RawData: e.Data}
}

// readAll reads the log over the wire, resuming where a connection broke. The
// stream of an event that readers are not shown is empty; the event is valid
// only during the call.
func (j *Journal) readAll(ctx context.Context, after Position, each func(*Recorded) error) error {
	var r Recorded
	return j.readLog(ctx, after, func(e *esdb.RecordedEvent) error {
		if !j.passes(e.StreamID) {
			return nil
		}
		r = record(e, j.local(e.StreamID, e.EventType))
		return each(&r)
	})
}

func (j *Journal) readLog(ctx context.Context, after Position, each func(*esdb.RecordedEvent) error) error {
	return j.persist(ctx, "read the log", func(ctx context.Context) (progress bool, err error) {
		err = j.pull(ctx, readAllFrom(after, ^uint64(0)), func(e *esdb.RecordedEvent) error {
			// $all starts with the position itself.
			at := position.Of(e.Position.Commit)
			if !at.After(after) {
				return nil
			}
			if err := each(e); err != nil {
				return err
			}
			after, progress = at, true
			return nil
		})
		return progress, misplaced(after, err)
	})
}

func readAllFrom(from Position, count uint64) opened {
	return func(ctx context.Context, c *esdb.Client) (*esdb.ReadStream, error) {
		return c.ReadAll(ctx, esdb.ReadAllOptions{From: allFrom(from), Direction: esdb.Forwards}, count)
	}
}

// ErrNowhere: no event of the store has the position that was to be read from, as
// where it was given out by another store.
var ErrNowhere = errors.New("no event of the event store has that position")

// misplaced is why a read from a position ended, ErrNowhere where the store knows
// none there: asked again it would say the same.
func misplaced(from Position, err error) error {
	if err == nil || from.IsZero() {
		return err
	}
	// The real server of today says it without a code of its own.
	unnamed := statusOf(err) == codes.Unknown && strings.Contains(err.Error(), "ReadAllResult")
	if unnamed || statusOf(err) == codes.InvalidArgument {
		return stopped{fmt.Errorf("read the log from %s: %w (%w)", from, ErrNowhere, err)}
	}
	return err
}

func allFrom(after Position) esdb.AllPosition {
	if after.IsZero() {
		return esdb.Start{}
	}
	return esdb.Position{Commit: after.Number(), Prepare: after.Number()}
}

// Head is the position of the log's last event, and of the last of its own where
// the ledger has a name; zero where there is none.
func (j *Journal) Head(ctx context.Context) (Position, error) {
	var head Position
	err := j.persist(ctx, "read the end of the log", func(ctx context.Context) (bool, error) {
		return false, j.lend(ctx, func(l *sharedClient) (err error) {
			head, err = j.ownHead(ctx, l)
			return err
		})
	})
	return head, err
}

// lastOf is the log's last event, whosever it is; zero where there is none.
func (j *Journal) lastOf(ctx context.Context, l *sharedClient) (last Recorded, err error) {
	err = j.pullOver(ctx, l, backwardsFromEnd(1), func(e *esdb.RecordedEvent) error {
		last = record(e, e.StreamID)
		return nil
	})
	return last, err
}

func backwardsFromEnd(count uint64) opened {
	return func(ctx context.Context, c *esdb.Client) (*esdb.ReadStream, error) {
		return c.ReadAll(ctx, esdb.ReadAllOptions{From: esdb.End{}, Direction: esdb.Backwards}, count)
	}
}
