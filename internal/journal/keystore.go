package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	"ksiega/domain"
	"ksiega/internal/position"
)

// keyRecordEvent is the type of every event of a vault stream; its payload is the
// vault's own record.
const keyRecordEvent = "vault.record-kept.v1"

// KeyStore keeps the vault's records, each subject's in a stream `vault-<subject>`
// of its own, which readers of the log never see.
type KeyStore struct{ j *Journal }

// KeyStore of this journal.
func (j *Journal) KeyStore() KeyStore { return KeyStore{j} }

// Sealed names the ledgers that keep keys in a store of this process, sorted; "" is the
// one without a name.
func Sealed(ctx context.Context, store *Bulk) ([]string, error) {
	names := map[string]bool{}
	last, err := store.Last()
	if err == nil {
		err = store.Read(ctx, 0, last, func(_ uint64, r *Recorded) error {
			if r.Type != keyRecordEvent {
				return nil
			}
			name, rest, named := strings.Cut(r.Stream, ".")
			switch {
			case categoryOf(r.Stream) == vaultCategory:
				names[""] = true
			case named && CheckName(name) == nil && categoryOf(rest) == vaultCategory:
				names[name] = true
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("look for ledgers: %w", err)
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// Append adds a record to a subject whose last record has a number (-1: it has
// none); it fails with ErrConflict where that is not so.
func (s KeyStore) Append(ctx context.Context, subject string, last int64, record []byte) error {
	stream := domain.Stream(vaultCategory, subject)
	id := eventID(stream, uint64(last+1), &Meta{}, record)
	w, err := s.j.write(ctx, stream, last, []esdb.EventData{proposal(id, keyRecordEvent, record, bare)})
	if err == nil {
		s.j.met(keptRecord{w.Position, stream, uint64(last + 1), id})
	}
	return err
}

// keptRecord is a record as the store has it.
type keptRecord struct {
	at     Position
	stream string
	number uint64
	id     uuid.UUID
}

// met keeps the newest record that came by.
func (j *Journal) met(k keptRecord) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if k.at.After(j.kept.at) {
		j.kept = k
	}
}

// Whole says whether the node that leads still has the newest record that came by here:
// a store that was set back to before that has not, and may be about to get others in its
// place. Of a subject that was closed it has.
func (s KeyStore) Whole(ctx context.Context) (bool, error) {
	s.j.mu.Lock()
	k := s.j.kept
	s.j.mu.Unlock()
	if k.at.IsZero() {
		return true, nil
	}
	there := false
	err := s.j.readStream(ctx, k.stream, k.number, func(r *Recorded) error {
		there = r.Revision == k.number && r.ID == k.id
		return ErrEnough
	})
	switch {
	case hasCode(err, esdb.ErrorCodeStreamDeleted):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("read vault: %w", err)
	}
	return there, nil
}

// Get hands over a subject's records with their numbers, oldest first, until fn
// fails; a subject whose stream was closed for good (a tombstone) has none, and
// what was truncated is not shown.
func (s KeyStore) Get(ctx context.Context, subject string, fn func(number int64, record []byte) error) error {
	var halt error
	err := s.j.readStream(ctx, domain.Stream(vaultCategory, subject), 0, func(r *Recorded) error {
		s.j.met(keptRecord{r.Position, r.Stream, r.Revision, r.ID})
		halt = fn(int64(r.Revision), r.RawData)
		return halt
	})
	switch {
	case halt != nil:
		return halt
	case hasCode(err, esdb.ErrorCodeStreamDeleted):
		return nil
	case err != nil:
		return fmt.Errorf("read vault: %w", err)
	}
	return nil
}

// Truncate hides a subject's records below a number for good: the store forgets
// them when it is scavenged. Truncating twice is truncating once. What else the store
// is told of the stream, such as who may read it, stays.
func (s KeyStore) Truncate(ctx context.Context, subject string, below int64) (err error) {
	const attempts = 3
	for range attempts {
		err = s.change(ctx, "truncate", subject, func(l *sharedClient, stream string, deadline *time.Duration) error {
			return s.truncate(ctx, l, stream, below, deadline)
		})
		if !errors.Is(err, ErrConflict) {
			break
		}
	}
	return err
}

// truncateBefore is the member of a stream's metadata that hides its beginning.
const truncateBefore = "$tb"

func (s KeyStore) truncate(ctx context.Context, l *sharedClient, stream string, below int64, deadline *time.Duration) error {
	meta := map[string]json.RawMessage{}
	var at esdb.ExpectedRevision = esdb.NoStream{}
	err := s.j.pullOver(ctx, l, func(ctx context.Context, c *esdb.Client) (*esdb.ReadStream, error) {
		return c.ReadStream(ctx, "$$"+stream, esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)
	}, func(e *esdb.RecordedEvent) error {
		at = esdb.Revision(e.EventNumber)
		return json.Unmarshal(e.Data, &meta)
	})
	if err != nil && (!hasCode(err, esdb.ErrorCodeResourceNotFound) || statusOf(err) == codes.NotFound) {
		return err
	}
	number := strconv.FormatInt(below, 10)
	if string(meta[truncateBefore]) == number {
		return nil
	}
	meta[truncateBefore] = json.RawMessage(number)
	data, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	_, err = l.client.AppendToStream(leading(ctx), "$$"+stream, esdb.AppendToStreamOptions{ExpectedRevision: at, Deadline: deadline},
		esdb.EventData{EventID: uuid.New(), EventType: "$metadata", ContentType: esdb.ContentTypeJson, Data: data})
	return err
}

// Close ends a subject's stream for good, with a tombstone; nothing can be
// appended to it again. Closing twice is closing once.
func (s KeyStore) Close(ctx context.Context, subject string) error {
	return s.change(ctx, "close", subject, func(l *sharedClient, stream string, deadline *time.Duration) error {
		_, err := l.client.TombstoneStream(ctx, stream, esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}, Deadline: deadline})
		if hasCode(err, esdb.ErrorCodeStreamDeleted) {
			return nil
		}
		return err
	})
}

// change writes about a subject's whole stream, as the store names it.
func (s KeyStore) change(ctx context.Context, what, subject string, write func(*sharedClient, string, *time.Duration) error) error {
	stream := domain.Stream(vaultCategory, subject)
	return s.j.persist(ctx, what+" "+stream, func(ctx context.Context) (bool, error) {
		err := s.j.change(ctx, func(l *sharedClient, deadline *time.Duration) error {
			return write(l, s.j.opts.Prefix+stream, deadline)
		})
		return err == nil, err
	})
}

// Closed says whether a subject's stream was closed for good.
func (s KeyStore) Closed(ctx context.Context, subject string) (bool, error) {
	err := s.j.readStream(ctx, domain.Stream(vaultCategory, subject), 0, func(*Recorded) error { return ErrEnough })
	switch {
	case hasCode(err, esdb.ErrorCodeStreamDeleted):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("read vault: %w", err)
	}
	return false, nil
}

// Each hands over every record of every subject with its number, in the order of
// the log, until fn fails; its error is returned as it is. It shows also what was
// truncated, and what was recorded for a subject before its stream was closed, as
// long as the store keeps it.
func (s KeyStore) Each(ctx context.Context, fn func(number int64, record []byte) error) error {
	var halt error
	each := func(stream, typ string, number uint64, data []byte) error {
		if rest, ok := s.j.own(stream); ok && categoryOf(rest) == vaultCategory && typ == keyRecordEvent {
			halt = fn(int64(number), data)
		}
		return halt
	}
	var err error
	if bulk := s.j.opts.Bulk; bulk != nil {
		var last uint64
		if last, err = bulk.Last(); err == nil {
			err = bulk.Read(ctx, 0, last, func(_ uint64, r *Recorded) error { return each(r.Stream, r.Type, r.Revision, bytes.Clone(r.RawData)) })
		}
	} else {
		err = s.j.readLog(ctx, Position{}, func(e *esdb.RecordedEvent) error {
			if rest, ok := s.j.own(e.StreamID); ok && categoryOf(rest) == vaultCategory {
				s.j.met(keptRecord{position.Of(e.Position.Commit), rest, e.EventNumber, e.EventID})
			}
			return each(e.StreamID, e.EventType, e.EventNumber, e.Data)
		})
	}
	switch {
	case halt != nil:
		return halt
	case err != nil:
		return fmt.Errorf("read vault: %w", err)
	}
	return nil
}
