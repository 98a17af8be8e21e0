package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"ksiega/domain"
	"ksiega/internal/position"
)

const identityEvent = "identity.given.v1"

// identity is the payload of the one event of the ledger's identity stream.
type identity struct {
	ID uuid.UUID `json:"id"`
}

// Identity is the id of the ledger, made once and recorded beside its events,
// where readers of the log are not shown it. A copy of the log has the same.
func (j *Journal) Identity(ctx context.Context) (string, error) {
	stream := domain.Stream(identityCategory, "ledger")
	for {
		id, err := j.readIdentity(ctx, stream)
		if id != "" || err != nil {
			return id, err
		}
		data, err := json.Marshal(identity{uuid.New()})
		if err != nil {
			return "", fmt.Errorf("the ledger's identity: %w", err)
		}
		// Of two that make one at once the first is read by both.
		_, err = j.write(ctx, stream, NoStream, []esdb.EventData{proposal(eventID(stream, 0, &Meta{}, data), identityEvent, data, bare)})
		if err != nil && !errors.Is(err, ErrConflict) {
			return "", fmt.Errorf("the ledger's identity: %w", err)
		}
	}
}

// Founded is where the ledger's identity stands, or zero where it has none yet. What
// stands before it was recorded by builds that knew of no identity, or by one that had
// not needed it.
func (j *Journal) Founded(ctx context.Context) (at Position, err error) {
	err = j.readStream(ctx, domain.Stream(identityCategory, "ledger"), 0, func(r *Recorded) error {
		at = r.Position
		return nil
	})
	return at, err
}

func (j *Journal) readIdentity(ctx context.Context, stream string) (string, error) {
	var found identity
	err := j.readStream(ctx, stream, 0, func(r *Recorded) error {
		if r.Type != identityEvent || json.Unmarshal(r.RawData, &found) != nil || found.ID == uuid.Nil {
			return damaged(r, "it is not the ledger's identity")
		}
		return nil
	})
	if err != nil || found.ID == uuid.Nil {
		return "", err
	}
	return found.ID.String(), nil
}

// Contains tells whether the log has an event of that id at a position, which may be
// one of another log.
func (j *Journal) Contains(ctx context.Context, at Position, id uuid.UUID) (bool, error) {
	contains := false
	err := j.persist(ctx, "look for an event", func(ctx context.Context) (bool, error) {
		err := j.pull(ctx, readAllFrom(at, 1), func(e *esdb.RecordedEvent) error {
			contains = position.Of(e.Position.Commit) == at && e.EventID == id
			return nil
		})
		if noPosition(err) {
			err = nil
		}
		return false, err
	})
	return contains, err
}

// noPosition tells that a store refused a place to read from, as it does where no
// event stands.
func noPosition(err error) bool {
	var e *esdb.Error
	return errors.As(err, &e) && e.Code() == esdb.ErrorCodeUnknown && !undiscovered(e)
}
