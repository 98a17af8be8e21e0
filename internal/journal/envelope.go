package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"ksiega/domain"
)

// Meta is the envelope of an event: who recorded it, why, and from where.
type Meta struct {
	Actor string `json:"actor"`
	Role  string `json:"role,omitzero"`
	// Correlation ties together what one request led to; Causation is the id
	// of the event that led to this one.
	Correlation string `json:"$correlationId,omitzero"`
	Causation   string `json:"$causationId,omitzero"`
	// Key is the idempotency key of the decision.
	Key    string `json:"idempotencyKey,omitzero"`
	Source Source `json:"source,omitzero"`
	// OccurredOn is the civil day the fact belongs to.
	OccurredOn domain.Date `json:"occurredOn,omitzero"`
	// OriginPosition and OriginCreated are filled by a migration between
	// stores and stand for the event's own position and time.
	OriginPosition uint64    `json:"originPosition,omitzero"`
	OriginCreated  time.Time `json:"originCreated,omitzero"`
	// Salt is drawn when the event is recorded; a migration keeps it.
	Salt Salt `json:"salt,omitzero"`
}

// Source is the door a fact came through.
type Source struct {
	Door string `json:"door,omitzero"` // ui, api, cli, import, automat
	File string `json:"file,omitzero"` // keyed hash of the imported file
	Row  int    `json:"row,omitzero"`
}

// Recorded is an event as the log holds it.
type Recorded struct {
	ID       uuid.UUID
	Stream   string
	Type     string
	Revision uint64
	// Position orders the log; Created is when it was recorded, in the store
	// it was first recorded in. The position in that store, if another, is
	// Meta.OriginPosition.
	Position Position
	Created  time.Time
	Meta     Meta
	RawMeta  []byte
	RawData  []byte
	// Event is the decoded payload; nil only where the reader asked not to
	// have this type decoded.
	Event domain.Event
}

// Mark is what a fold needs to know of it.
func (r *Recorded) Mark() (Position, uuid.UUID, string) { return r.Position, r.ID, r.Type }

// OccurredOn is the event's day on the asOf axis: what the envelope says, else
// the day it was recorded, in UTC.
func (r *Recorded) OccurredOn() domain.Date {
	if r.Meta.OccurredOn != 0 {
		return r.Meta.OccurredOn
	}
	return domain.DateOf(r.Created.UTC())
}

// isObject: `null` would decode as an event or envelope of nothing.
func isObject(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && b[0] == '{'
}

// eventID derives the id of an event, so that sending the same decision again
// names the same events and another decision at the same place does not. The
// store answers for ids that it knows without recording them, so that whoever's
// decision it is belongs to the id: of two people who say the same at once, one
// would be told it is recorded and leave no trace. Correlation does not belong to
// it, for a request sent again has another.
//
// Ids of earlier builds left people out. An append also states its revision:
// what such a build recorded is met as a conflict, and the decision, made anew,
// finds its key in the stream or itself already true.
func eventID(stream string, revision uint64, by *Meta, payload []byte) uuid.UUID {
	var small [1 << 10]byte // most fit, and then nothing is allocated
	b := small[:0]
	for _, part := range [...]string{stream, by.Key, by.Actor, by.Role, by.Source.Door, by.Source.File} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
		b = append(b, part...)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(by.Source.Row))
	b = binary.BigEndian.AppendUint64(b, uint64(len(payload)))
	b = append(b, payload...)
	b = binary.BigEndian.AppendUint64(b, revision)
	sum := sha256.Sum256(b)
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x80 // version 8: derived
	id[8] = id[8]&0x3f | 0x80
	return id
}
