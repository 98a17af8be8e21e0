package eventdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/cockroachdb/pebble/v2"
)

// spacing is how far apart positions are given out. On the real server an event's position is where it lies in a file, and
// a number in between is refused; who takes positions for numbers learns it here too.
const spacing = 64

// edge is where positions, which are dense in the store, become those that clients are given, and back. The positions up to
// old were given out dense, by a version that knew no edge, and stay what they are.
type edge struct{ old uint64 }

// out is the position that clients know an event by.
func (e edge) out(pos uint64) uint64 {
	if pos <= e.old {
		return pos
	}
	return e.old + spacing*(pos-e.old)
}

// in is the event at a position that a client names, or, where exact is false, the last one before it.
func (e edge) in(given uint64) (pos uint64, exact bool) {
	if given <= e.old {
		return given, true
	}
	beyond := given - e.old
	return e.old + beyond/spacing, beyond%spacing == 0
}

// edgeOf is the edge of a store. One from before there were any gave all its positions out as they are.
func edgeOf(r reader) (edge, error) {
	value, closer, err := r.Get([]byte{keyVersion})
	if errors.Is(err, pebble.ErrNotFound) {
		return edge{}, nil // new
	}
	if err != nil {
		return edge{}, err
	}
	defer closer.Close()
	if len(value) == 4 && binary.BigEndian.Uint32(value) < edgeVersion {
		return oldEdge(r)
	}
	return readEdge(r)
}

func oldEdge(r reader) (edge, error) {
	last, _, err := lastRecord(r)
	return edge{last}, err
}

func readEdge(r reader) (edge, error) {
	value, closer, err := r.Get([]byte{keyOld})
	if errors.Is(err, pebble.ErrNotFound) {
		return edge{}, nil
	}
	if err != nil {
		return edge{}, err
	}
	defer closer.Close()
	if len(value) != 8 {
		return edge{}, fmt.Errorf("%w: the last position of an old log", errDamaged)
	}
	return edge{binary.BigEndian.Uint64(value)}, nil
}

// keep writes the edge into a store.
func (e edge) keep(w pebble.Writer) error {
	if e.old == 0 {
		return nil
	}
	return w.Set([]byte{keyOld}, binary.BigEndian.AppendUint64(nil, e.old), nil)
}

// place finds where a client's position lies: at an event, removed or not, or past the end. after is the position of the
// last event that does not stand behind it.
func (v *view) place(given uint64) (pos, after uint64, err error) {
	pos, exact := v.edge.in(given)
	switch {
	case exact:
		return pos, pos, nil
	case pos < v.last:
		return 0, 0, invalid("No event has the position %d. $all is read from positions that events have.", given)
	}
	return pos + 1, pos, nil
}

// stored is an event as it goes onto the wire: as it lies in the log, but with the position that clients know it by.
type stored struct {
	id            [16]byte
	before, after []byte // of the positions
	pos           uint64 // 0: both stand in before
}

// stored takes apart a record that was verified.
func (e edge) stored(value []byte) stored {
	event := value[recordHeader:]
	s := stored{id: [16]byte(value[4:recordHeader]), before: event}
	w := wireReader{b: event, ok: true}
	w.bytes(0x12)
	w.uvarint(0x18)
	end := len(event) - len(w.b)
	pos := w.uvarint(0x20)
	w.uvarint(0x28)
	if w.ok && pos > e.old {
		s.before, s.pos, s.after = event[:end:end], e.out(pos), w.b
	}
	return s
}

func (s *stored) len() int {
	n := len(s.before) + len(s.after)
	if s.pos != 0 {
		n += 2 + 2*uvarintLen(s.pos)
	}
	return n
}

func (s *stored) append(dst []byte) []byte {
	dst = append(dst, s.before...)
	if s.pos != 0 {
		dst = binary.AppendUvarint(append(dst, 0x20), s.pos)
		dst = binary.AppendUvarint(append(dst, 0x28), s.pos)
	}
	return append(dst, s.after...)
}

// place is where a scan begins, behind a position.
func (n *Node) place(given uint64) (after uint64, err error) {
	v, err := n.acquire()
	if err != nil {
		return 0, err
	}
	defer n.release(v)
	_, after, err = v.place(given)
	return after, err
}

// Last is a position that no event on disk stands behind, 0 where there is none; a scavenge may have removed its event.
func (n *Node) Last() (uint64, error) {
	v, err := n.acquire()
	if err != nil {
		return 0, err
	}
	defer n.release(v)
	return v.edge.out(v.last), nil
}

// Ahead is a position up to which about so many events stand after another, for whoever reads the log in stretches.
func (n *Node) Ahead(after uint64, events int) uint64 {
	pos, _ := n.store.edge.in(after)
	return n.store.edge.out(min(pos, math.MaxUint64/spacing-uint64(events)) + uint64(events))
}
