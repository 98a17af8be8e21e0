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

	"ksiega/domain"
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
)

// Options says where the log is.
type Options struct {
	// Address is `esdb://…`, or `unix:///…` of an embedded node.
	Address string
	Table   *Table
	// Bulk, where the log is in this process, reads it without gRPC: raw
	// events after a position, in order. Only rebuilds and known-at use it.
	Bulk func(ctx context.Context, after uint64, each func(*Recorded) error) error
	// Observe is told how long each acknowledged append took.
	Observe func(took time.Duration, events int)
	// Prefix goes before every stream name this journal writes and is asked
	// of every stream it reads: tests on a shared server keep apart by it.
	Prefix string
}

// Journal is the ledger's log. It is safe for concurrent use.
type Journal struct {
	opts   Options
	config *esdb.Configuration

	mu     sync.Mutex // guards client
	client *esdb.Client
}

// Bounds on one operation and its repetition.
const (
	operationDeadline = 10 * time.Second
	operationAttempts = 5
	maxAppendBytes    = 1 << 20
)

// Open connects to the log; the connection itself is made at first use.
func Open(opts Options) (*Journal, error) {
	j := &Journal{opts: opts}
	if strings.HasPrefix(opts.Address, "unix:") {
		j.config = &esdb.Configuration{Address: opts.Address, DisableTLS: true, MaxDiscoverAttempts: 10,
			DiscoveryInterval: 100, GossipTimeout: 5, KeepAliveInterval: 10 * time.Second, KeepAliveTimeout: 10 * time.Second}
	} else {
		config, err := esdb.ParseConnectionString(opts.Address)
		if err != nil {
			return nil, fmt.Errorf("event store address: %w", err)
		}
		j.config = config
	}
	j.config.Logger = esdb.NoopLogging()
	_, err := j.connect()
	return j, err
}

// Close ends the connection.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.client == nil {
		return nil
	}
	err := j.client.Close()
	j.client = nil
	return err
}

func (j *Journal) connect() (*esdb.Client, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.client != nil {
		return j.client, nil
	}
	client, err := esdb.NewClient(j.config)
	if err != nil {
		return nil, fmt.Errorf("connect to the event store: %w", err)
	}
	j.client = client
	return client, nil
}

// drop forgets a client that closed itself after a failed discovery.
func (j *Journal) drop(client *esdb.Client, err error) {
	var e *esdb.Error
	if !errors.As(err, &e) || e.Code() == esdb.ErrorCodeConnectionClosed || e.Code() == esdb.ErrorCodeUnknown {
		j.mu.Lock()
		if j.client == client {
			j.client = nil
		}
		j.mu.Unlock()
	}
}

// Decided is an event together with its envelope, ready to be recorded.
type Decided struct {
	Event domain.Event
	Meta  Meta
}

// Written says where an append ended.
type Written struct {
	Revision int64  // of the stream's last event
	Position uint64 // of the last event of the append
}

// Append records events at exactly the expected revision (NoStream: as the
// first). The events of one call are recorded together or not at all; more
// than 1 MiB of them is refused. An answer that is lost is asked for again with
// the same ids. It fails with ErrConflict, ErrUnavailable or ctx's error.
func (j *Journal) Append(ctx context.Context, stream string, expected int64, events ...Decided) (Written, error) {
	proposals, err := j.propose(stream, expected, events)
	if err != nil {
		return Written{}, err
	}
	return j.write(ctx, stream, expected, proposals)
}

func (j *Journal) propose(stream string, expected int64, events []Decided) ([]esdb.EventData, error) {
	proposals, size := make([]esdb.EventData, 0, len(events)), 0
	for i, d := range events {
		data, err := j.opts.Table.encode(d.Event)
		if err != nil {
			return nil, err
		}
		if d.Meta.OccurredOn == 0 {
			d.Meta.OccurredOn = d.Event.OccurredOn()
		}
		meta, err := json.Marshal(d.Meta)
		if err != nil {
			return nil, fmt.Errorf("encode envelope: %w", err)
		}
		size += len(data)
		proposals = append(proposals, esdb.EventData{
			EventID:   eventID(stream, uint64(expected+1)+uint64(i), d.Meta.Key, data),
			EventType: d.Event.EventType(), ContentType: esdb.ContentTypeJson, Data: data, Metadata: meta,
		})
	}
	if size > maxAppendBytes {
		return nil, fmt.Errorf("append to %s: %d bytes in one decision are more than the store takes (%d)", stream, size, maxAppendBytes)
	}
	return proposals, nil
}

func (j *Journal) write(ctx context.Context, stream string, expected int64, proposals []esdb.EventData) (Written, error) {
	var last error
	for attempt := range operationAttempts {
		if attempt > 0 {
			if err := pause(ctx, attempt); err != nil {
				return Written{}, err
			}
		}
		client, err := j.connect()
		if err != nil {
			return Written{}, err
		}
		deadline, start := operationDeadline, time.Now()
		result, err := client.AppendToStream(ctx, j.opts.Prefix+stream,
			esdb.AppendToStreamOptions{ExpectedRevision: expectedRevision(expected), Deadline: &deadline}, proposals...)
		if err == nil {
			if j.opts.Observe != nil {
				j.opts.Observe(time.Since(start), len(proposals))
			}
			return Written{Revision: expected + int64(len(proposals)), Position: result.CommitPosition}, nil
		}
		last = err
		switch verdict(ctx, err) {
		case final:
			return Written{}, fmt.Errorf("append to %s: %w", stream, err)
		case conflict:
			return Written{}, ErrConflict.With("%s is not at revision %d", stream, expected)
		}
		j.drop(client, err)
	}
	return Written{}, fmt.Errorf("append to %s: %w (%v)", stream, ErrUnavailable, last)
}

func expectedRevision(expected int64) esdb.ExpectedRevision {
	if expected == NoStream {
		return esdb.NoStream{}
	}
	return esdb.StreamRevision{Value: uint64(expected)}
}

type verdictKind int

const (
	again verdictKind = iota
	conflict
	final
)

// verdict says whether an operation that failed may be sent again.
func verdict(ctx context.Context, err error) verdictKind {
	if ctx.Err() != nil {
		return final
	}
	var e *esdb.Error
	if !errors.As(err, &e) {
		return again
	}
	switch e.Code() {
	case esdb.ErrorCodeWrongExpectedVersion:
		return conflict
	case esdb.ErrorUnavailable, esdb.ErrorCodeDeadlineExceeded, esdb.ErrorCodeNotLeader,
		esdb.ErrorCodeConnectionClosed, esdb.ErrorAborted, esdb.ErrorCodeUnknown:
		return again
	}
	return final
}

func pause(ctx context.Context, attempt int) error {
	t := time.NewTimer(time.Duration(attempt*attempt) * 100 * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// ReadStream hands over the events of a stream from a revision on; a stream
// that does not exist has none.
func (j *Journal) ReadStream(ctx context.Context, stream string, from uint64, each func(*Recorded) error) error {
	next := from
	for attempt := 0; ; attempt++ {
		var stopped error
		err := j.readStream(ctx, stream, next, func(r *Recorded) error {
			if err := j.opts.Table.decode(r); err != nil {
				stopped = err
				return err
			}
			if stopped = each(r); stopped != nil {
				return stopped
			}
			next = r.Revision + 1
			return nil
		})
		switch {
		case err == nil, stopped != nil:
			return err
		case attempt+1 >= operationAttempts || verdict(ctx, err) != again:
			return fmt.Errorf("read %s: %w", stream, err)
		}
		if err := pause(ctx, attempt+1); err != nil {
			return err
		}
	}
}

// readStream makes one attempt, undecoded.
func (j *Journal) readStream(ctx context.Context, stream string, from uint64, each func(*Recorded) error) error {
	client, err := j.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, err := client.ReadStream(ctx, j.opts.Prefix+stream,
		esdb.ReadStreamOptions{From: esdb.Revision(from), Direction: esdb.Forwards}, ^uint64(0))
	if err != nil {
		j.drop(client, err)
		return err
	}
	defer events.Close()
	for {
		e, err := events.Recv()
		if err != nil {
			var ee *esdb.Error
			if errors.Is(err, io.EOF) || errors.As(err, &ee) && ee.Code() == esdb.ErrorCodeResourceNotFound {
				return nil
			}
			j.drop(client, err)
			return err
		}
		r := j.record(e.Event)
		if err := each(&r); err != nil {
			return err
		}
	}
}

func (j *Journal) record(e *esdb.RecordedEvent) Recorded {
	return Recorded{ID: e.EventID, Stream: strings.TrimPrefix(e.StreamID, j.opts.Prefix), Type: e.EventType, Revision: e.EventNumber,
		Position: e.Position.Commit, Created: e.CreatedDate, RawMeta: e.UserMetadata, RawData: e.Data}
}

// ours says whether an event belongs to the ledger and may be shown to readers
// of the log.
func (j *Journal) ours(e *esdb.RecordedEvent) bool {
	return j.oursNamed(e.StreamID, e.EventType)
}

func (j *Journal) oursNamed(stream, typ string) bool {
	rest, ok := strings.CutPrefix(stream, j.opts.Prefix)
	return ok && !strings.HasPrefix(rest, "$") && !strings.HasPrefix(rest, vaultCategory) && !strings.HasPrefix(typ, "$")
}

func damaged(r *Recorded, why string) error {
	return fmt.Errorf("%w: %s, revision %d, position %d: %s", ErrDamaged, r.Stream, r.Revision, r.Position, why)
}
