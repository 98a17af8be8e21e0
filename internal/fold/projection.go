package fold

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/google/uuid"

	"ksiega/internal/position"
)

// Event is what the runtime needs to know of an event. It is a small value or a
// pointer; the runtime keeps none beyond the call that it was given it by.
type Event interface {
	// Mark is where the event stands, its id, and the type that it was recorded as.
	Mark() (at position.Position, id uuid.UUID, eventType string)
}

// A Batch is a stretch of the log, in order. It covers every event up to and
// including Through.
type Batch[E any] struct {
	Events  []E
	Through position.Position
	// Covered is how many events it covers, handed over or not, and Last the last that is
	// known of these; zero where only those are known that are handed over.
	Covered int
	Last    Last
	// CaughtUp: the log ended there when it was read.
	CaughtUp bool
}

// Range is which events of a log are read.
type Range struct {
	After position.Position // events after this one; zero = from the start
	Until position.Bound    // up to and including; zero = to the end
	// Want says which types are handed over; nil = all. Several goroutines ask it.
	Want func(eventType string) bool
}

// Log is where events come from.
type Log[E any] interface {
	// Scan hands over a range in batches, which are valid during the call only.
	Scan(ctx context.Context, r Range, each func(Batch[E]) error) error
}

// Key names one row, or, where Field is Whole, every row of a part. The rows of one
// Part lie together in a store and are read together.
type Key struct{ Table, Part, Field string }

// Whole is the Field of a Key that names every row of its part; none is called so.
const Whole = "*"

// Place is a part of a table.
type Place struct{ Table, Part string }

// Place is where the row lies.
func (k Key) Place() Place { return Place{k.Table, k.Part} }

// A Projection is one read model: which events it looks at, which rows each of
// them touches, and how they change.
type Projection[E Event] struct {
	Name string
	// Version is raised when the fold or a row changes; what an older version
	// wrote is then rebuilt, not read.
	Version int
	// Want says which event types the fold looks at; nil = all. Several
	// goroutines ask it.
	Want func(eventType string) bool
	// Retroactive tells, of the types that it wants, those that hold for every earlier
	// moment too; nil = none. See KnownAt.
	Retroactive func(eventType string) bool
	// Passing: rows of earlier moments are not kept; see Keeper.
	Passing bool
	// Keys appends the rows that the fold may read for an event; nil = none.
	Keys func(keys []Key, e E) []Key
	// Then names further ones, when the event's turn comes, by what stands in those of
	// Keys; nil = none. It changes no row.
	Then func(*Tx, E) []Key
	// Fold changes rows for one event. It is pure: no clock, no state of its
	// own, nothing read but the rows that Keys and Then named. It may keep the event's
	// strings, but rows must not share slices or maps with each other.
	Fold func(*Tx, E) error
	// Second works rows out anew from those that Fold has changed; nil = none.
	Second *Stage
}

// Stage is what follows once events have been folded. It is for rows that cost more than
// one event is worth: they are worked out once for each unit, however many events of a
// batch, or of a whole log, have changed it, and from rows alone.
type Stage struct {
	// Unit names what a changed row belongs to; false where nothing follows from it.
	Unit func(Key) (Key, bool)
	// Keys names the rows that the work on a unit reads.
	Keys func(unit Key) []Key
	// Then names further ones, by what stands in those of Keys; nil = none. It changes no
	// row.
	Then func(tx *Tx, unit Key) []Key
	// Work puts and deletes rows. What follows from those has its turn once all units of
	// this one have had theirs; it may be nothing that they follow from. It is pure, as Fold is.
	Work func(tx *Tx, unit Key) error
}

// rounds is how many times at most something follows from what followed.
const rounds = 8

// Wants says whether the fold looks at a type of event.
func (p *Projection[E]) Wants(eventType string) bool { return p.Want == nil || p.Want(eventType) }

func (p *Projection[E]) retroactive(eventType string) bool {
	return p.Retroactive != nil && p.Retroactive(eventType)
}

// Failure is a fold that failed: the projection stands before this event.
type Failure struct {
	Projection string
	Position   position.Position
	Event      uuid.UUID
	Type       string
	Err        error
	// Stack is where the fold panicked; nil where it returned the error.
	Stack []byte
}

func (f *Failure) Error() string {
	return fmt.Sprintf("projection %s stopped before position %s (%s): %v", f.Projection, f.Position, f.Type, f.Err)
}

func (f *Failure) Unwrap() error { return f.Err }

func (p *Projection[E]) failure(e E, err error, stack []byte) *Failure {
	at, id, eventType := e.Mark()
	return &Failure{Projection: p.Name, Position: at, Event: id, Type: eventType, Err: err, Stack: stack}
}

// caught makes a panic over an event a Failure. It is deferred.
func (p *Projection[E]) caught(e E, err *error) {
	if stack, cause := panicked(recover()); cause != nil {
		*err = p.failure(e, cause, stack)
	}
}

func panicked(v any) (stack []byte, cause error) {
	if v == nil {
		return nil, nil
	}
	cause, ok := v.(error)
	if !ok {
		cause = fmt.Errorf("%v", v)
	}
	return debug.Stack(), fmt.Errorf("panic: %w", cause)
}

// keys is Keys, in the room of a slice that nobody needs any more.
func (p *Projection[E]) keys(room []Key, e E) (keys []Key, err error) {
	if p.Keys == nil {
		return nil, nil
	}
	defer p.caught(e, &err)
	return p.Keys(room[:0], e), nil
}

// then is Then, over the rows that keys name.
func (p *Projection[E]) then(tx *Tx, e E, keys []Key) (more []Key, err error) {
	tx.begin(keys)
	if p.Then == nil {
		return nil, nil
	}
	tx.looking = true
	defer func() { tx.looking = false }()
	defer p.caught(e, &err)
	return p.Then(tx, e), nil
}

// fold applies one event; what it may read has begun.
func (p *Projection[E]) fold(tx *Tx, e E) (err error) {
	defer p.caught(e, &err)
	if err := p.Fold(tx, e); err != nil {
		return p.failure(e, err, nil)
	}
	return nil
}

// further is what the second stage of a unit reads beside the rows that keys name; last is
// the event that the batch ended with.
func (p *Projection[E]) further(tx *Tx, unit Key, keys []Key, last Last) (more []Key, err error) {
	if p.Second.Then == nil {
		return nil, nil
	}
	tx.looking = true
	defer func() { tx.looking = false }()
	return more, p.staged(tx, keys, last, func() error {
		more = p.Second.Then(tx, unit)
		return nil
	})
}

// work does the second stage of a unit, which reads the rows that keys name.
func (p *Projection[E]) work(tx *Tx, unit Key, keys []Key, last Last) error {
	return p.staged(tx, keys, last, func() error { return p.Second.Work(tx, unit) })
}

// again fails where units have followed from others too many times.
func (p *Projection[E]) again(done int, last Last) error {
	if done < rounds {
		return nil
	}
	return &Failure{Projection: p.Name, Position: last.Position, Event: last.ID, Type: "a batch", Err: errors.New("what follows from its rows does not end")}
}

// staged does a step of the second stage; whatever fails is a Failure.
func (p *Projection[E]) staged(tx *Tx, keys []Key, last Last, step func() error) (err error) {
	fail := func(cause error, stack []byte) error {
		return &Failure{Projection: p.Name, Position: last.Position, Event: last.ID, Type: "a batch", Err: cause, Stack: stack}
	}
	defer func() {
		if stack, cause := panicked(recover()); cause != nil {
			err = fail(cause, stack)
		}
	}()
	tx.begin(keys)
	if err := step(); err != nil {
		return fail(err, nil)
	}
	return nil
}
