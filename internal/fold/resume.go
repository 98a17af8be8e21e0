package fold

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"ksiega/internal/position"
)

// Base is rows of a projection as they were after an event, which a Memory goes on
// from: they are read when they are asked for, and never change. Where they cannot be read,
// all it says is ErrBase, once its keeper has dropped them.
type Base interface {
	View
	// Last event that the rows take into account, and where the last retroactive one
	// among these stands; zero where there was none.
	Last() Last
	Took() position.Position
	// Events of the log up to there, wanted or not.
	Events() uint64
}

// KeptBase is a base as a Keeper keeps it.
type KeptBase interface {
	Base
	// Size is how many bytes it has.
	Size() int64
}

// Folded is a base that goes on, and can be kept.
type Folded interface {
	Base
	// Since is what was last kept, nil before, and the rows that are others since then,
	// sorted by key; what they were is not told.
	Since() (KeptBase, []Change, error)
}

// ErrBase: rows that a fold goes on from cannot be read; see FromKept.
var ErrBase = errors.New("the rows to go on from cannot be read")

// keptAttempts is how often something is folded from what is kept before nothing of that
// is trusted any more.
const keptAttempts = 2

// FromKept has something folded from what is kept, and read. Where rows that were kept turn
// out not to be readable, that is done anew from those which are left, and in the end from
// the first event. Whoever reads what KnownAt or Latest hand over does so in here: rows are
// read when they are asked for.
func FromKept(keep Keeper, do func(Keeper) error) error {
	for range keptAttempts {
		if err := do(keep); keep == nil || !errors.Is(err, ErrBase) {
			return err
		}
	}
	return do(nil)
}

// Keeper keeps rows of projections as they were, to go on from.
type Keeper interface {
	// Era is told to Take of what was folded from then on.
	Era() int
	// Nearest is what is kept of a projection after the latest event that stands no
	// later than a bound; nil is nothing.
	Nearest(ctx context.Context, projection string, version int, until position.Bound) KeptBase
	// Due says whether rows are worth keeping, so many events of the log after they were
	// last kept, when they had so many bytes.
	Due(events int, size int64) bool
	// Drop lets go what is kept of a projection from before an event.
	Drop(projection string, before position.Position)
	// Quiet is up to where it is known that no retroactive event stands after a position.
	Quiet(ctx context.Context, projection string, version int, after position.Position) position.Position
	// Take keeps rows, and hands over what it has kept; nil is nothing.
	Take(ctx context.Context, era int, projection string, version int, rows Folded) KeptBase
}

// Kept is a Keeper during one fold. The zero Kept has none.
type Kept[E Event] struct {
	keeper Keeper
	era    int
}

// KeptOf begins a fold with a keeper, who may be nil.
func KeptOf[E Event](keeper Keeper) Kept[E] {
	k := Kept[E]{keeper: keeper}
	if keeper != nil {
		k.era = keeper.Era()
	}
	return k
}

// Begin is a projection after what is kept of it up to a bound, or before the first event.
func (k Kept[E]) Begin(ctx context.Context, p Projection[E], until position.Bound) *Memory[E] {
	if k.keeper != nil {
		if base := k.keeper.Nearest(ctx, p.Name, p.Version, until); base != nil {
			return Resume(p, base)
		}
	}
	return NewMemory(p)
}

// Offer has the rows of a projection kept, if it is time.
func (k Kept[E]) Offer(ctx context.Context, m *Memory[E]) {
	if k.keeper == nil || m.p.Passing || !k.keeper.Due(m.covered, m.size()) {
		return
	}
	m.covered = 0
	if kept := k.keeper.Take(ctx, k.era, m.p.Name, m.p.Version, m); kept != nil {
		m.keep(kept)
	}
}

// Settle lets go what was kept from before an event that took back what may be in it.
func (k Kept[E]) Settle(m *Memory[E]) {
	if k.keeper != nil && !m.took.IsZero() {
		k.keeper.Drop(m.p.Name, m.took)
	}
}

// Resume is a projection after the last event of a base.
func Resume[E Event](p Projection[E], base KeptBase) *Memory[E] {
	m := NewMemory(p)
	m.kept, m.base, m.position, m.last, m.took, m.events = base, base, base.Position(), base.Last(), base.Took(), base.Events()
	m.tx.base, m.tx.kept, m.tx.all = &baseRows{base, map[Place]bool{}}, true, false
	return m
}

// baseRows is a base as a fold reads it: what cannot be read stops the fold.
type baseRows struct {
	base  Base
	whole map[Place]bool // parts of which every row was taken over
}

func (b *baseRows) row(k Key) string {
	raw, err := b.base.Row(context.Background(), k)
	if err != nil {
		panic(err)
	}
	return raw
}

// load takes over the rows of a part that nothing took the place of.
func (b *baseRows) load(tx *Tx, at Place) {
	if b.whole[at] {
		return
	}
	err := b.base.Rows(context.Background(), at.Table, []string{at.Part}, func(k Key, raw string) error {
		if tx.cells[k] == nil {
			tx.put(k, &cell{raw: raw, live: true, kept: true})
		}
		return nil
	})
	if err != nil {
		panic(err)
	}
	b.whole[at] = true
}

func (m *Memory[E]) overTables(ctx context.Context, index map[string]map[string][]string) ([]string, error) {
	tables, err := m.base.Tables(ctx)
	if err != nil {
		return nil, err
	}
	tables = sortedUnion(tables, maps.Keys(index))
	var failed error
	tables = slices.DeleteFunc(tables, func(table string) bool {
		parts, err := m.overParts(ctx, index, table)
		failed = errors.Join(failed, err)
		return err == nil && len(parts) == 0
	})
	return tables, failed
}

// overParts leaves out those of the base of which every row was deleted since.
func (m *Memory[E]) overParts(ctx context.Context, index map[string]map[string][]string, table string) ([]string, error) {
	parts, err := m.base.Parts(ctx, table)
	if err != nil {
		return nil, err
	}
	own, less := index[table], m.deletedFrom(table)
	if len(less) > 0 {
		var failed error
		parts = slices.DeleteFunc(parts, func(part string) bool {
			if len(own[part]) > 0 || !less[part] {
				return false
			}
			left := false
			err := m.overRows(ctx, table, []string{part}, func(Key, string) error {
				left = true
				return nil
			})
			failed = errors.Join(failed, err)
			return err == nil && !left
		})
		if failed != nil {
			return nil, failed
		}
	}
	return sortedUnion(parts, maps.Keys(own)), nil
}

// deletedFrom is the parts of a table that a row was deleted from.
func (m *Memory[E]) deletedFrom(table string) map[string]bool {
	parts := map[string]bool{}
	for k, c := range m.tx.cells {
		if k.Table == table && !c.live {
			parts[k.Part] = true
		}
	}
	return parts
}

// keep notes that all rows are kept as they are.
func (m *Memory[E]) keep(kept KeptBase) {
	m.kept, m.tx.kept = kept, true
	for k, c := range m.tx.cells {
		if c.kept = c.live; !c.live && m.base == nil {
			delete(m.tx.cells, k)
		}
	}
}

// Since is the rows that were put or deleted since they were last kept, and of what.
func (m *Memory[E]) Since() (KeptBase, []Change, error) {
	if err := m.ready(); err != nil || m.kept == nil {
		return nil, nil, err
	}
	var changes []Change
	var room bytes.Buffer
	for k, c := range m.tx.cells {
		if c.kept || !c.live && !c.dirty {
			continue
		}
		after := ""
		if c.live {
			var err error
			if after, err = c.encode(&room); err != nil {
				return nil, nil, err
			}
		}
		changes = append(changes, Change{Key: k, After: after})
	}
	slices.SortFunc(changes, func(a, b Change) int { return compareKeys(a.Key, b.Key) })
	return m.kept, changes, nil
}

// written is the rows of a part as they were last kept, by field, where that saves
// encoding some of them anew.
func (m *Memory[E]) written(ctx context.Context, at Place, fields []string) map[string]string {
	if !slices.ContainsFunc(fields, func(field string) bool { return m.tx.cells[Key{at.Table, at.Part, field}].copied() }) {
		return nil
	}
	rows := make(map[string]string, len(fields))
	if err := m.kept.Rows(ctx, at.Table, []string{at.Part}, func(k Key, raw string) error {
		rows[k.Field] = raw
		return nil
	}); err != nil {
		return nil // the rows are here, too
	}
	return rows
}

func (m *Memory[E]) size() int64 {
	if m.kept == nil {
		return 0
	}
	return m.kept.Size()
}

// overRows hands over the rows of the base that nothing took the place of.
func (m *Memory[E]) overRows(ctx context.Context, table string, parts []string, row func(Key, string) error) error {
	return m.base.Rows(ctx, table, parts, func(k Key, raw string) error {
		if m.tx.cells[k] != nil {
			return nil
		}
		return row(k, raw)
	})
}

func sortedUnion(sorted []string, more func(func(string) bool)) []string {
	return slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, name := range sorted {
			if !yield(name) {
				return
			}
		}
		more(yield)
	}))
}
