package projections

import (
	"fmt"
	"runtime/debug"

	"github.com/google/uuid"

	"ksiega/internal/journal"
)

// Tx is what a fold works on: the rows its Keys named and those it wrote.
type Tx struct {
	cells map[Key]*cell
	event uint64 // ordinal of the event being folded
	// touched lists cells that came to be without a row, so that a Tx that
	// lives long can forget those that still have none.
	touched []Key
}

func newTx() *Tx { return &Tx{cells: map[Key]*cell{}} }

func (tx *Tx) named(k Key) *cell {
	c := tx.cells[k]
	if c == nil || c.event != tx.event {
		panic(fmt.Errorf("the fold reads a row of table %s that Keys did not name for this event", k.Table))
	}
	return c
}

func (tx *Tx) written(k Key) *cell {
	c := tx.admit(k)
	c.dirty = true
	return c
}

// admit makes a row readable for the event being folded.
func (tx *Tx) admit(k Key) *cell {
	c := tx.cells[k]
	if c == nil {
		c = &cell{}
		tx.cells[k] = c
	}
	if !c.live {
		tx.touched = append(tx.touched, k)
	}
	c.event = tx.event
	return c
}

// forget drops cells that have no row.
func (tx *Tx) forget() {
	for _, k := range tx.touched {
		if c := tx.cells[k]; c != nil && !c.live {
			delete(tx.cells, k)
		}
	}
	tx.touched = tx.touched[:0]
}

// Failure is a fold that failed: the projection stands before this event.
type Failure struct {
	Projection string
	Position   uint64
	Event      uuid.UUID
	Type       string
	Err        error
	// Stack is where the fold panicked; nil where it returned the error.
	Stack []byte
}

func (f *Failure) Error() string {
	return fmt.Sprintf("projection %s stopped before position %d (%s): %v", f.Projection, f.Position, f.Type, f.Err)
}

func (f *Failure) Unwrap() error { return f.Err }

// fold applies one event.
func (tx *Tx) fold(p *Projection, r *journal.Recorded, keys []Key) (err error) {
	fail := func(err error, stack []byte) error {
		return &Failure{Projection: p.Name, Position: r.Position, Event: r.ID, Type: r.Type, Err: err, Stack: stack}
	}
	defer func() {
		if v := recover(); v != nil {
			cause, ok := v.(error)
			if !ok {
				cause = fmt.Errorf("%v", v)
			}
			err = fail(fmt.Errorf("panic: %w", cause), debug.Stack())
		}
	}()
	tx.event++
	for _, k := range keys {
		tx.admit(k)
	}
	if err := p.Fold(tx, r); err != nil {
		return fail(err, nil)
	}
	return nil
}

// keysOf is Projection.Keys where a panic is a Failure like any other.
func keysOf(p *Projection, r *journal.Recorded) (keys []Key, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Failure{Projection: p.Name, Position: r.Position, Event: r.ID, Type: r.Type,
				Err: fmt.Errorf("panic in Keys: %v", v), Stack: debug.Stack()}
		}
	}()
	return p.keys(r), nil
}
