package projections

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"

	"ksiega/internal/journal"
)

// Memory is a projection folded in memory; its rows are never encoded. It is a
// View between two calls of Fold.
type Memory struct {
	p        Projection
	tx       *Tx
	position journal.Position
	last     lastEvent
	events   uint64

	mu    sync.Mutex // guards index
	index map[string]map[string][]string
}

// lastEvent is the last event of the ledger that a projection has seen.
type lastEvent struct {
	position journal.Position
	id       uuid.UUID
}

// NewMemory is a projection before the first event.
func NewMemory(p Projection) *Memory { return &Memory{p: p, tx: newTx()} }

// Fold takes the next batch; events it has already seen are passed over. After
// an error, a *Failure, the rows mean nothing.
func (m *Memory) Fold(b journal.Batch) error {
	m.mu.Lock()
	m.index = nil
	m.mu.Unlock()
	for i := range b.Events {
		r := &b.Events[i]
		if !r.Position.After(m.position) {
			continue
		}
		if m.p.wants(r.Type) {
			keys, err := keysOf(&m.p, r)
			if err != nil {
				return err
			}
			if err := m.tx.fold(&m.p, r, keys); err != nil {
				return err
			}
			m.events++
		}
		m.last = lastEvent{r.Position, r.ID}
		m.position = r.Position
	}
	m.position = m.position.Later(b.Through)
	m.tx.forget()
	return nil
}

// Position of the last event folded or passed over.
func (m *Memory) Position() journal.Position { return m.position }

// indexed is the rows' fields by table and part, made at the first question.
func (m *Memory) indexed() map[string]map[string][]string {
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

func (m *Memory) tables(context.Context) ([]string, error) {
	return slices.Sorted(maps.Keys(m.indexed())), nil
}

func (m *Memory) parts(_ context.Context, table string) ([]string, error) {
	return slices.Sorted(maps.Keys(m.indexed()[table])), nil
}

func (m *Memory) rows(_ context.Context, table string, parts []string, each func(string, string, *cell) error) error {
	fields := m.indexed()[table]
	for _, part := range parts {
		for _, field := range fields[part] {
			if err := each(part, field, m.tx.cells[Key{table, part, field}]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Memory) held(context.Context) (map[string][]string, error) {
	held := map[string][]string{}
	for table, parts := range m.indexed() {
		held[table] = slices.Collect(maps.Keys(parts))
	}
	return held, nil
}

func (m *Memory) unchecked() View { return m }

func (m *Memory) row(_ context.Context, k Key) (*cell, error) { return m.tx.cells[k], nil }

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Field, b.Field))
}

// KnownAt is the projection as it was known at a bound, folded from the log, without
// what was erased since.
func KnownAt(ctx context.Context, j *journal.Journal, p Projection, until journal.Bound) (View, error) {
	views, err := KnownAtAll(ctx, j, until, p)
	if err != nil {
		return nil, err
	}
	return views[p.Name], nil
}

// KnownAtAll is KnownAt for several projections, by one reading of the log.
func KnownAtAll(ctx context.Context, j *journal.Journal, until journal.Bound, ps ...Projection) (map[string]View, error) {
	memories, err := foldAll(ctx, j, until, ps)
	if err != nil || until.IsZero() || len(memories) == 0 {
		return viewsOf(memories), err
	}
	err = j.Scan(ctx, journal.ScanOptions{After: memories[0].position, Want: withdraws}, func(b journal.Batch) error {
		for _, m := range memories {
			if err := m.withdraw(b); err != nil {
				return err
			}
		}
		return nil
	})
	return viewsOf(memories), err
}

// FoldedTo is the projection as it was at a bound, what was erased only later still in
// it: what a read model that stands there holds.
func FoldedTo(ctx context.Context, j *journal.Journal, p Projection, until journal.Bound) (View, error) {
	memories, err := foldAll(ctx, j, until, []Projection{p})
	if err != nil {
		return nil, err
	}
	return memories[0], nil
}

// Latest is the projections at the end of the log, folded from the log.
func Latest(ctx context.Context, j *journal.Journal, ps ...Projection) (map[string]View, error) {
	memories, err := foldAll(ctx, j, journal.Bound{}, ps)
	return viewsOf(memories), err
}

func viewsOf(memories []*Memory) map[string]View {
	views := make(map[string]View, len(memories))
	for _, m := range memories {
		views[m.p.Name] = m
	}
	return views
}

func foldAll(ctx context.Context, j *journal.Journal, until journal.Bound, ps []Projection) ([]*Memory, error) {
	memories := make([]*Memory, len(ps))
	for i, p := range ps {
		memories[i] = NewMemory(p)
	}
	err := j.Scan(ctx, journal.ScanOptions{Until: until, Want: wantAny(ps)}, func(b journal.Batch) error {
		for _, m := range memories {
			if err := m.Fold(b); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return memories, nil
}

func wantAny(ps []Projection) func(string) bool {
	return func(typ string) bool {
		return slices.ContainsFunc(ps, func(p Projection) bool { return p.wants(typ) })
	}
}
