package fold

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"

	"ksiega/internal/position"
)

// Memory is a projection folded in memory; its rows are not encoded unless somebody
// asks for bytes. It is a View between two calls of Fold.
type Memory[E Event] struct {
	p        Projection[E]
	tx       *Tx
	position position.Position
	last     Last
	base     Base              // what it goes on from; nil where it began before the first event
	kept     KeptBase          // the rows as they were last kept, the base until then; nil before
	covered  int               // events of the log since then, wanted or not
	events   uint64            // of the log up to the position, wanted or not
	took     position.Position // of the last retroactive event that was folded
	keys     []Key             // of the last event; its room is the next one's

	rooms rooms

	mu     sync.Mutex // guards all below, and the second stage
	index  map[string]map[string][]string
	failed error // the second stage
}

// Last is the last event of the log that a projection has seen, wanted or not.
type Last struct {
	Position position.Position
	ID       uuid.UUID
}

// rooms are buffers to encode rows in: parts are asked for one by one, tens of thousands
// of them.
type rooms struct{ sync.Pool }

func (r *rooms) get() *bytes.Buffer {
	if room, ok := r.Get().(*bytes.Buffer); ok {
		return room
	}
	return &bytes.Buffer{}
}

// NewMemory is a projection before the first event.
func NewMemory[E Event](p Projection[E]) *Memory[E] {
	m := &Memory[E]{p: p, tx: newTx(p.Second)}
	m.tx.all = true
	return m
}

// Fold takes the next batch; events it has already seen are passed over. After
// an error, a *Failure, the rows mean nothing.
func (m *Memory[E]) Fold(b Batch[E]) error {
	m.changed()
	if b.Through.After(m.position) {
		m.covered += b.Covered
		m.events += uint64(b.Covered)
	}
	for _, e := range b.Events {
		at, id, eventType := e.Mark()
		if !at.After(m.position) {
			continue
		}
		if m.p.Wants(eventType) {
			if err := m.fold(e); err != nil {
				return err
			}
		}
		m.last, m.position = Last{at, id}, at
	}
	if b.Last.Position.After(m.last.Position) {
		m.last = b.Last
	}
	m.position = m.position.Later(b.Through)
	m.tx.forget()
	return nil
}

func (m *Memory[E]) fold(e E) (err error) {
	defer m.p.caught(e, &err) // of rows that cannot be read
	if m.p.Retroactive != nil {
		if at, _, eventType := e.Mark(); m.p.retroactive(eventType) {
			m.took = at
		}
	}
	keys, err := m.p.keys(m.keys, e)
	if err != nil {
		return err
	}
	m.keys = keys
	more, err := m.p.then(m.tx, e, keys)
	if err != nil {
		return err
	}
	m.tx.name(more)
	return m.p.fold(m.tx, e)
}

// withdraw folds retroactive events that were recorded after the memory's position,
// and leaves it there.
func (m *Memory[E]) withdraw(b Batch[E]) error {
	m.changed()
	for _, e := range b.Events {
		at, _, eventType := e.Mark()
		if !m.p.retroactive(eventType) || !at.After(m.position) {
			continue
		}
		if err := m.fold(e); err != nil {
			return err
		}
	}
	m.tx.forget()
	return nil
}

func (m *Memory[E]) changed() {
	m.mu.Lock()
	m.index = nil
	m.mu.Unlock()
}

// Of is the projection that was folded.
func (m *Memory[E]) Of() *Projection[E] { return &m.p }

// Position of the last event folded or passed over.
func (m *Memory[E]) Position() position.Position { return m.position }

// Last event that was folded or passed over.
func (m *Memory[E]) Last() Last { return m.last }

// ready does the second stage, once somebody asks for rows: so a whole log is folded
// before it is worked out what follows.
func (m *Memory[E]) ready() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for rounds := 0; m.failed == nil && len(m.tx.units) > 0; rounds++ {
		if m.failed = m.p.again(rounds, m.last); m.failed != nil {
			break
		}
		for _, unit := range m.tx.takeUnits() {
			keys := m.p.Second.Keys(unit)
			more, err := m.p.further(m.tx, unit, keys, m.last)
			if err == nil {
				err = m.p.work(m.tx, unit, append(keys, more...), m.last)
			}
			m.tx.forget() // or else what it looked for in vain is held until all units are done
			if m.failed = err; err != nil {
				break
			}
		}
	}
	return m.failed
}

// indexed is the rows' fields by table and part, made at the first question.
func (m *Memory[E]) indexed() (map[string]map[string][]string, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.index == nil {
		m.index = map[string]map[string][]string{}
		for k, c := range m.tx.cells {
			if !c.live {
				continue
			}
			parts := m.index[k.Table]
			if parts == nil {
				parts = map[string][]string{}
				m.index[k.Table] = parts
			}
			parts[k.Part] = append(parts[k.Part], k.Field)
		}
	}
	return m.index, nil
}

// Tables that have rows.
func (m *Memory[E]) Tables(ctx context.Context) ([]string, error) {
	index, err := m.indexed()
	if err != nil || m.base == nil {
		return slices.Sorted(maps.Keys(index)), err
	}
	return m.overTables(ctx, index)
}

// Parts of a table that have rows.
func (m *Memory[E]) Parts(ctx context.Context, table string) ([]string, error) {
	index, err := m.indexed()
	if err != nil || m.base == nil {
		return slices.Sorted(maps.Keys(index[table])), err
	}
	return m.overParts(ctx, index, table)
}

// Rows are encoded anew at each call, but those that did not change since they were kept.
func (m *Memory[E]) Rows(ctx context.Context, table string, parts []string, row func(Key, string) error) error {
	index, err := m.indexed()
	if err == nil && m.base != nil {
		err = m.overRows(ctx, table, parts, row)
	}
	if err != nil {
		return err
	}
	room := m.rooms.get()
	defer m.rooms.Put(room)
	for _, part := range parts {
		fields := index[table][part]
		written := m.written(ctx, Place{table, part}, fields)
		for _, field := range fields {
			k := Key{table, part, field}
			c := m.tx.cells[k]
			raw, known := written[field]
			if !known || !c.kept {
				raw, err = c.encode(room)
			}
			if err == nil {
				err = row(k, raw)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Row is encoded anew at each call.
func (m *Memory[E]) Row(ctx context.Context, k Key) (string, error) {
	if err := m.ready(); err != nil {
		return "", err
	}
	switch c := m.tx.cells[k]; {
	case c != nil && c.live:
		return c.encode(&bytes.Buffer{})
	case c == nil && m.base != nil:
		return m.base.Row(ctx, k)
	}
	return "", nil
}

// Size is how many rows it has itself, about: what follows from them is not worked out yet.
func (m *Memory[E]) Size() int { return len(m.tx.cells) }

// Events of the log up to the position, wanted or not.
func (m *Memory[E]) Events() uint64 { return m.events }

// Took is where the last retroactive event that was folded stands.
func (m *Memory[E]) Took() position.Position { return m.took }

// Forget drops the rows of a part, which somebody else has now. It may be called from
// within Rows of the same part, and nothing is folded afterwards.
func (m *Memory[E]) Forget(at Place) {
	parts := m.index[at.Table]
	for _, field := range parts[at.Part] {
		delete(m.tx.cells, Key{at.Table, at.Part, field})
	}
	delete(parts, at.Part)
}

// typed is false where rows lie in a base, which has bytes alone.
func (m *Memory[E]) typed() bool { return m.base == nil }

func (m *Memory[E]) each(table, part string, row func(string, *cell)) error {
	index, err := m.indexed()
	for _, field := range index[table][part] {
		row(field, m.tx.cells[Key{table, part, field}])
	}
	return err
}

// cell is nil where there is no row.
func (m *Memory[E]) cell(k Key) (*cell, error) {
	err := m.ready()
	if c := m.tx.cells[k]; c != nil && c.live {
		return c, err
	}
	return nil, err
}
