package fold

import (
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

	mu    sync.Mutex // guards index
	index map[string]map[string][]string
}

// Last is the last event of the log that a projection has seen, wanted or not.
type Last struct {
	Position position.Position
	ID       uuid.UUID
}

// NewMemory is a projection before the first event.
func NewMemory[E Event](p Projection[E]) *Memory[E] { return &Memory[E]{p: p, tx: newTx()} }

// Fold takes the next batch; events it has already seen are passed over. After
// an error, a *Failure, the rows mean nothing.
func (m *Memory[E]) Fold(b Batch[E]) error {
	m.changed()
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
	m.position = m.position.Later(b.Through)
	m.tx.forget()
	return nil
}

func (m *Memory[E]) fold(e E) error {
	keys, err := m.p.keys(e)
	if err != nil {
		return err
	}
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

// indexed is the rows' fields by table and part, made at the first question.
func (m *Memory[E]) indexed() map[string]map[string][]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.index == nil {
		m.index = map[string]map[string][]string{}
		for k := range m.tx.cells {
			parts := m.index[k.Table]
			if parts == nil {
				parts = map[string][]string{}
				m.index[k.Table] = parts
			}
			parts[k.Part] = append(parts[k.Part], k.Field)
		}
	}
	return m.index
}

// Tables that have rows.
func (m *Memory[E]) Tables(context.Context) ([]string, error) {
	return slices.Sorted(maps.Keys(m.indexed())), nil
}

// Parts of a table that have rows.
func (m *Memory[E]) Parts(_ context.Context, table string) ([]string, error) {
	return slices.Sorted(maps.Keys(m.indexed()[table])), nil
}

// Rows are encoded anew at each call.
func (m *Memory[E]) Rows(_ context.Context, table string, parts []string, row func(Key, string) error) error {
	for _, part := range parts {
		for _, field := range m.indexed()[table][part] {
			k := Key{table, part, field}
			raw, err := m.tx.cells[k].encode()
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
func (m *Memory[E]) Row(_ context.Context, k Key) (string, error) {
	if c := m.tx.cells[k]; c != nil {
		return c.encode()
	}
	return "", nil
}

// Forget drops the rows of a part, which somebody else has now. It may be called from
// within Rows of the same part, and nothing is folded afterwards.
func (m *Memory[E]) Forget(at Place) {
	parts := m.indexed()[at.Table]
	for _, field := range parts[at.Part] {
		delete(m.tx.cells, Key{at.Table, at.Part, field})
	}
	delete(parts, at.Part)
}

func (m *Memory[E]) each(table, part string, row func(string, *cell)) {
	for _, field := range m.indexed()[table][part] {
		row(field, m.tx.cells[Key{table, part, field}])
	}
}

func (m *Memory[E]) cell(k Key) *cell { return m.tx.cells[k] }
