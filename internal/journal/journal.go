package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	"ksiega/domain"
	"ksiega/internal/position"
	"ksiega/internal/secret"
)

// NoStream is the expected revision of a stream that has no event yet.
const NoStream int64 = -1

// Errors of the journal.
var (
	// ErrConflict: the stream is not at the expected revision.
	ErrConflict = domain.Refusal(domain.CodeConflict, "the stream has changed meanwhile")
	// ErrDamaged: something recorded can't be read; never skipped.
	ErrDamaged = errors.New("the journal holds an event that cannot be read")
	// ErrUnavailable: the store did not answer within the bounds; whether an
	// append is stored is not known, sending it again is safe.
	ErrUnavailable = errors.New("the event store does not answer")
	// ErrEnough, answered to what is read, ends the reading, which then has not failed.
	ErrEnough = errors.New("enough was read")
	// ErrTooLarge: one decision has more bytes than the store takes at once.
	ErrTooLarge = domain.Refusal(domain.CodeInvalid, "one decision is larger than the event store takes at once")
)

// Options says where the log is.
type Options struct {
	// Address is `esdb://…`, or `unix:///…` of an embedded node.
	Address string
	Table   *Table
	// Bulk reads the log without gRPC, where it is in this process. Rebuilds,
	// known-at and audits use it.
	Bulk *Bulk
	// Observe is told how long each acknowledged append took.
	Observe func(took time.Duration, events int)
	// Now is the clock, which is compared with the log before anything is
	// recorded; nil is time.Now.
	Now func() time.Time
	// AnyClock records though the clock is far from the log's last event.
	AnyClock bool
	// Today is the civil day in Europe/Warsaw, for events that belong to the
	// day they are recorded; nil leaves that day to be read off `created`.
	Today func() domain.Date
	// Prefix goes before every stream name this journal writes and is asked
	// of every stream it reads: PrefixOf the ledger's name. Tests on a shared
	// server keep apart by one, too.
	Prefix string
}

// Bulk is a log in this process, read by the store's own numbers of positions.
type Bulk struct {
	// Last is a number with no event on disk beyond it, 0 for an empty log.
	Last func() (uint64, error)
	// Ahead is a number up to which about so many events stand after another: how
	// close they lie is the store's own affair.
	Ahead func(after uint64, events int) uint64
	// Read hands over the raw events after a position up to and including a number,
	// in order, each with its number, their streams named as the store names
	// them. The event and its bytes need be good only during the call. It may be
	// called by several goroutines.
	Read func(ctx context.Context, after, until uint64, each func(at uint64, r *Recorded) error) error
}

// Journal is the ledger's log. It is safe for concurrent use.
type Journal struct {
	opts   Options
	config *esdb.Configuration
	bounds bounds
	life   context.Context // ends with Close
	end    context.CancelFunc

	mu     sync.Mutex    // guards all below
	shared *sharedClient // nil until the first use and after a break
	looked lookedAt
	// wrote is when the last event was recorded, as far as is known; clocked: it was
	// asked for.
	wrote   time.Time
	clocked bool
	kept    keptRecord
}

// maxAppendBytes bounds the payloads of one append; the store sets it.
const maxAppendBytes = 1 << 20

// Open prepares a log; the connection itself is made at first use.
func Open(opts Options) (*Journal, error) {
	j := &Journal{opts: opts, bounds: defaultBounds()}
	if strings.HasPrefix(opts.Address, "unix:") {
		j.config = &esdb.Configuration{Address: opts.Address, DisableTLS: true, DiscoveryInterval: 100, GossipTimeout: 5, KeepAliveInterval: 10 * time.Second, KeepAliveTimeout: 10 * time.Second}
	} else {
		config, err := esdb.ParseConnectionString(opts.Address)
		if err != nil {
			return nil, fmt.Errorf("event store address: %w", secret.Unreadable(opts.Address, err))
		}
		j.config = config
	}
	if err := j.config.Validate(); err != nil {
		return nil, fmt.Errorf("event store address: %w", err)
	}
	j.config.Logger = esdb.NoopLogging()
	// The journal itself tries again, and no context ends the client's search.
	j.config.MaxDiscoverAttempts = 1
	j.life, j.end = context.WithCancel(context.Background())
	return j, nil
}

// Close ends the connection and every operation under way; later ones fail.
func (j *Journal) Close() error {
	j.end()
	j.mu.Lock()
	l := j.shared
	j.shared = nil
	if l != nil {
		l.gone = true
	}
	idle := l != nil && l.users == 0
	j.mu.Unlock()
	if idle {
		return l.client.Close()
	}
	return nil // the last operation closes the client
}

// Types are the types of events that the ledger can record, or has recorded.
func (j *Journal) Types() []string { return j.opts.Table.Names() }

// Decided is an event together with its envelope, ready to be recorded.
type Decided struct {
	Event domain.Event
	Meta  Meta
	// Follows: it is of one decision with the event before it, which its envelope names as
	// what led to it.
	Follows bool
}

// together are the events of one decision.
func together(events []domain.Event, meta Meta) []Decided {
	decided := make([]Decided, len(events))
	for i, e := range events {
		decided[i] = Decided{Event: e, Meta: meta, Follows: i > 0}
	}
	return decided
}

// Written says where an append ended.
type Written struct {
	Revision int64    // of the stream's last event
	Position Position // of the last event of the append
}

// Append records events at exactly the expected revision (NoStream: as the
// first). The events of one call are recorded together or not at all; more
// than 1 MiB of them is refused with ErrTooLarge. An answer that is lost is
// asked for again with the same ids. It fails with ErrConflict, ErrUnavailable
// or ctx's error.
func (j *Journal) Append(ctx context.Context, stream string, expected int64, events ...Decided) (Written, error) {
	proposals, err := j.propose(stream, expected, events)
	if err != nil {
		return Written{}, err
	}
	return j.write(ctx, stream, expected, proposals)
}

func (j *Journal) propose(stream string, expected int64, events []Decided) ([]esdb.EventData, error) {
	if expected < NoStream || len(events) == 0 {
		return nil, fmt.Errorf("append to %s: %d events at revision %d make no sense", stream, len(events), expected)
	}
	if err := j.writable(stream); err != nil {
		return nil, err
	}
	proposals, size := make([]esdb.EventData, 0, len(events)), 0
	d := j.opts.Table.decoder()
	defer j.opts.Table.decoders.Put(d)
	var meta Meta
	for i := range events {
		event := events[i].Event
		var err error
		domain.EachSeal(event, func(s domain.Seal, text domain.Sealed) {
			if _, clear := text.InClear(); clear {
				err = fmt.Errorf("append to %s: %s of %s is not sealed", stream, s.Field, event.EventType())
			}
		})
		if err != nil {
			return nil, err
		}
		data, err := j.opts.Table.encode(event)
		if err != nil {
			return nil, err
		}
		meta = events[i].Meta
		if meta.OccurredOn == 0 {
			meta.OccurredOn = event.OccurredOn()
		}
		if meta.OccurredOn == 0 && j.opts.Today != nil {
			meta.OccurredOn = j.opts.Today()
		}
		if events[i].Follows && i > 0 {
			meta.Causation = proposals[i-1].EventID.String()
		}
		if meta.Salt == (Salt{}) {
			meta.Salt = newSalt()
		}
		raw, err := json.Marshal(meta)
		if err != nil {
			// The encoder's own message may quote the envelope.
			return nil, fmt.Errorf("append to %s: the envelope of %s does not encode", stream, event.EventType())
		}
		if err := d.prove(event, data, &meta, raw); err != nil {
			return nil, fmt.Errorf("append to %s: %w", stream, err)
		}
		size += len(data)
		proposals = append(proposals, proposal(eventID(stream, uint64(expected+1)+uint64(i), &meta, data), event.EventType(), data, raw))
	}
	if size > maxAppendBytes {
		return nil, ErrTooLarge.With("%d bytes for %s, %d at most", size, stream, maxAppendBytes)
	}
	return proposals, nil
}

// bare is the envelope of what readers of the log are not shown.
const bare = "{}"

func proposal[M []byte | string](id uuid.UUID, typ string, data []byte, meta M) esdb.EventData {
	return esdb.EventData{EventID: id, EventType: typ, ContentType: esdb.ContentTypeJson, Data: data, Metadata: []byte(meta)}
}

// write appends proposals, again and with the same ids where the answer is lost.
func (j *Journal) write(ctx context.Context, stream string, expected int64, proposals []esdb.EventData) (Written, error) {
	var w Written
	err := j.persist(ctx, "append to "+stream, func(ctx context.Context) (bool, error) {
		var result *esdb.WriteResult
		var start time.Time
		err := j.change(ctx, func(l *sharedClient, deadline *time.Duration) (err error) {
			start = time.Now()
			result, err = l.client.AppendToStream(leading(ctx), j.opts.Prefix+stream,
				esdb.AppendToStreamOptions{ExpectedRevision: expectedRevision(expected), Deadline: deadline}, proposals...)
			return err
		})
		if err != nil {
			return false, err
		}
		if j.opts.Observe != nil {
			j.opts.Observe(time.Since(start), len(proposals))
		}
		w = Written{Revision: int64(result.NextExpectedVersion), Position: position.Of(result.CommitPosition)}
		return true, nil
	})
	if errors.Is(err, ErrConflict) {
		err = ErrConflict.With("%s is not at revision %d", stream, expected)
	}
	return w, err
}

// change makes one attempt at writing, where the clock may.
func (j *Journal) change(ctx context.Context, write func(l *sharedClient, deadline *time.Duration) error) error {
	return j.lend(ctx, func(l *sharedClient) error {
		now, err := j.mayWrite(ctx, l)
		if err != nil {
			return err
		}
		deadline := j.bounds.deadline
		if _, err = guarded(func() (struct{}, error) { return struct{}{}, write(l, &deadline) }); err == nil {
			j.written(now)
		}
		if errors.Is(err, io.EOF) {
			// The node ended the call before it was complete, and why is lost: a
			// small question is answered with it.
			if _, why := j.lastOf(ctx, l); why != nil {
				err = why
			}
		}
		return err
	})
}

func expectedRevision(expected int64) esdb.ExpectedRevision {
	if expected == NoStream {
		return esdb.NoStream{}
	}
	return esdb.StreamRevision{Value: uint64(expected)}
}

// ReadStream hands over the events of a stream from a revision on; a stream
// that does not exist has none. It fails with ErrUnavailable, ErrDamaged, ctx's
// error, or what each answered, unless that is ErrEnough.
func (j *Journal) ReadStream(ctx context.Context, stream string, from uint64, each func(*Recorded) error) error {
	if j.local(j.opts.Prefix+stream, "") == "" {
		return nil // another's, or none that readers are shown
	}
	return j.readStream(ctx, stream, from, func(r *Recorded) error {
		if err := j.opts.Table.Complete(r); err != nil {
			return err
		}
		return each(r)
	})
}

// readStream is ReadStream without decoding.
func (j *Journal) readStream(ctx context.Context, stream string, from uint64, each func(*Recorded) error) error {
	return j.persist(ctx, "read "+stream, func(ctx context.Context) (progress bool, err error) {
		err = j.pull(ctx, func(ctx context.Context, c *esdb.Client) (*esdb.ReadStream, error) {
			return c.ReadStream(ctx, j.opts.Prefix+stream,
				esdb.ReadStreamOptions{From: esdb.Revision(from), Direction: esdb.Forwards}, ^uint64(0))
		}, func(e *esdb.RecordedEvent) error {
			r := record(e, stream)
			if err := each(&r); err != nil {
				return err
			}
			from, progress = r.Revision+1, true
			return nil
		})
		if hasCode(err, esdb.ErrorCodeResourceNotFound) && statusOf(err) != codes.NotFound {
			err = nil // no status, so it is the answer that there is no such stream
		}
		return progress, err
	})
}

func hasCode(err error, code esdb.ErrorCode) bool {
	var e *esdb.Error
	return errors.As(err, &e) && e.Code() == code
}

func damaged(r *Recorded, why string) error {
	return fmt.Errorf("%w: %s, revision %d, position %s: %s", ErrDamaged, r.Stream, r.Revision, r.Position, why)
}
