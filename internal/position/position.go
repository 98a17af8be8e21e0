// Package position says where an event stands in a log. Engines that read a log
// share it, so that none of them needs another for that alone.
//
// A Position is opaque: a log makes it of an event, and everybody else compares it
// with another, keeps it and hands it back as a place to read on from; a store refuses
// to be read from a number that it gave to no event. A Bound is a number to compare
// positions with. It stops at comparing: what stands at a position is for the log.
package position

import (
	"cmp"
	"encoding/binary"
	"errors"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Position is where an event stands. The zero Position stands before the first event.
type Position struct{ n uint64 }

// Of is the position that a store gave to an event: it is for whoever reads the
// store, and Number for what the store is asked.
func Of(n uint64) Position { return Position{n} }

// Number is what Of was given.
func (p Position) Number() uint64 { return p.n }

var errPosition = errors.New("not a position")

// Read reads what String wrote of an event's position: a checkpoint, or a
// cursor. What a person typed is a Bound.
func Read(text string) (Position, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return Position{}, errPosition
	}
	return Position{n}, nil
}

// IsZero tells the Position before the first event.
func (p Position) IsZero() bool { return p.n == 0 }

// Compare is negative where p stands before q, and positive where it stands after.
func (p Position) Compare(q Position) int { return cmp.Compare(p.n, q.n) }

// After tells whether p stands after q.
func (p Position) After(q Position) bool { return p.n > q.n }

// Later is the later of two.
func (p Position) Later(q Position) Position { return Position{max(p.n, q.n)} }

func (p Position) String() string { return strconv.FormatUint(p.n, 10) }

// Gauge is the position as metrics show it, and nobody reads it back.
func (p Position) Gauge() float64 { return float64(p.n) }

// MarshalJSONTo writes a number, as rows hold it.
func (p Position) MarshalJSONTo(e *jsontext.Encoder) error { return e.WriteToken(jsontext.Uint(p.n)) }

// UnmarshalJSONFrom reads what MarshalJSONTo wrote.
func (p *Position) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	if v.Kind() != '0' {
		return errPosition
	}
	*p, err = Read(string(v)) // which takes no memory: rows are full of them
	return err
}

// Pack appends a position to ascending ones, of which last is the one before: few
// bytes, which Unpack reads.
func (p Position) Pack(packed []byte, last Position) []byte {
	return binary.AppendUvarint(packed, p.n-last.n)
}

// Unpack takes the position that follows last off what Pack wrote.
func Unpack(packed []byte, last Position) (p Position, rest []byte, ok bool) {
	step, n := binary.Uvarint(packed)
	if n <= 0 {
		return p, packed, false
	}
	return Position{last.n + step}, packed[n:], true
}

// A Bound is a number to compare positions with, often one that a person typed,
// whether or not an event stands there. The zero Bound is none.
type Bound struct {
	n   uint64
	set bool
}

// ReadBound reads a number that was typed.
func ReadBound(text string) (Bound, error) {
	p, err := Read(text)
	if err != nil {
		return Bound{}, err
	}
	return p.Bound(), nil
}

// Bound is p as a bound.
func (p Position) Bound() Bound { return Bound{p.n, true} }

// Number is the bound's; 0 where there is none.
func (b Bound) Number() uint64 { return b.n }

// IsZero tells that there is no bound.
func (b Bound) IsZero() bool { return !b.set }

// Includes tells whether p stands no later than b.
func (b Bound) Includes(p Position) bool { return !b.set || p.n <= b.n }

// ReachedBy tells whether p stands no earlier than b.
func (b Bound) ReachedBy(p Position) bool { return !b.set || p.n >= b.n }

func (b Bound) String() string {
	if !b.set {
		return ""
	}
	return Position{b.n}.String()
}
