package fold

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// Tx is what a fold works on: the rows its Keys and Then named and those it wrote.
type Tx struct {
	cells map[Key]*cell
	// named are the rows that the event being folded may read: those of Keys and Then in
	// their order, then those it wrote. Few, so that they are walked through.
	named []namedCell
	// touched lists cells that came to be without a row, so that a Tx that
	// lives long can forget those that still have none.
	touched []Key
	// fields are those of the parts of tables of which one was ever named whole; some
	// may have gone, and one may be there twice.
	fields map[string]map[string][]string
	// looking: Then is at work, which changes nothing.
	looking bool
	// base is the rows that a fold goes on over; nil where it began before the first event.
	base *baseRows
	// kept: rows were kept, if only those of the base, so that it counts which were deleted.
	kept bool
	// all: a row without a cell is not there, since no store and no base has others.
	all bool
	// unit is Stage.Unit; units are those that were changed since they were taken, some
	// more than once.
	unit  func(Key) (Key, bool)
	units []Key
	taken uint32 // how often they were
}

type namedCell struct {
	key  Key
	cell *cell // nil for a whole part
}

func newTx(second *Stage) *Tx {
	tx := &Tx{cells: map[Key]*cell{}}
	if second != nil {
		tx.unit = second.Unit
	}
	return tx
}

// takeUnits are the units that were changed, sorted; those changed from here on are
// others.
func (tx *Tx) takeUnits() []Key {
	units := tx.units
	tx.units, tx.taken = nil, tx.taken+1
	slices.SortFunc(units, compareKeys)
	return slices.Compact(units)
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Field, b.Field))
}

// Named is the i-th key that Keys and Then named for the event being folded.
func (tx *Tx) Named(i int) Key { return tx.named[i].key }

// find is the row of a key if the event may read it, or nil.
func (tx *Tx) find(k Key) *cell {
	whole := false
	for i := range tx.named {
		n := &tx.named[i]
		if n.key == k {
			return n.cell
		}
		whole = whole || n.cell == nil && n.key.Place() == k.Place()
	}
	if whole {
		return tx.admit(k)
	}
	return nil
}

func (tx *Tx) mustFind(k Key) *cell {
	c := tx.find(k)
	if c == nil {
		panic(fmt.Errorf("the fold reads a row of table %s that Keys did not name for this event", k.Table))
	}
	return c
}

func (tx *Tx) written(k Key) *cell {
	c := tx.find(k)
	if c == nil {
		c = tx.admit(k)
		tx.named = append(tx.named, namedCell{k, c})
	}
	tx.change(k, c)
	return c
}

func (tx *Tx) change(k Key, c *cell) {
	if tx.looking {
		panic("Then changes a row")
	}
	c.dirty, c.kept = true, false
	if tx.unit != nil && c.noted <= tx.taken {
		c.noted = tx.taken + 1
		if unit, ok := tx.unit(k); ok {
			tx.units = append(tx.units, unit)
		}
	}
}

// begin makes the rows that Keys named readable, and no others.
func (tx *Tx) begin(keys []Key) {
	for i, k := range keys {
		switch {
		case i == len(tx.named):
			tx.named = append(tx.named, tx.open(k))
		case tx.named[i].key != k: // neighbours often concern the same things
			tx.named[i] = tx.open(k)
		}
	}
	tx.named = tx.named[:len(keys)]
}

// name makes more rows readable.
func (tx *Tx) name(keys []Key) {
	for _, k := range keys {
		tx.named = append(tx.named, tx.open(k))
	}
}

func (tx *Tx) open(k Key) namedCell {
	if k.Field == Whole {
		if tx.base != nil {
			tx.base.load(tx, k.Place())
		}
		return namedCell{k, nil}
	}
	return namedCell{k, tx.admit(k)}
}

func (tx *Tx) admit(k Key) *cell {
	c := tx.cells[k]
	if c == nil {
		c = &cell{}
		if tx.base != nil {
			c.raw = tx.base.row(k)
			c.live = c.raw != ""
			c.kept = c.live
		}
		tx.put(k, c)
	}
	if !c.live {
		tx.touched = append(tx.touched, k)
	}
	return c
}

func (tx *Tx) put(k Key, c *cell) {
	tx.cells[k] = c
	if parts := tx.fields[k.Table]; parts != nil {
		parts[k.Part] = append(parts[k.Part], k.Field)
	}
}

// part is the rows of a part that was named whole, by field.
func (tx *Tx) part(at Place) iter.Seq2[string, *cell] {
	if !slices.ContainsFunc(tx.named, func(n namedCell) bool { return n.cell == nil && n.key.Place() == at }) {
		panic(fmt.Errorf("the fold reads a part of table %s that Keys did not name whole for this event", at.Table))
	}
	parts := tx.fields[at.Table]
	if parts == nil {
		parts = map[string][]string{}
		for k := range tx.cells {
			if k.Table == at.Table {
				parts[k.Part] = append(parts[k.Part], k.Field)
			}
		}
		if tx.fields == nil {
			tx.fields = map[string]map[string][]string{}
		}
		tx.fields[at.Table] = parts
	}
	fields := parts[at.Part]
	slices.Sort(fields)
	fields = slices.DeleteFunc(slices.Compact(fields), func(field string) bool { return tx.cells[Key{at.Table, at.Part, field}] == nil })
	if parts[at.Part] = fields; len(fields) == 0 {
		delete(parts, at.Part)
	}
	return func(yield func(string, *cell) bool) {
		for _, field := range slices.Clone(fields) {
			if c := tx.cells[Key{at.Table, at.Part, field}]; c.live && !yield(field, c) {
				return
			}
		}
	}
}

// forget drops cells that have no row, unless they say so of one that the base has or
// that was kept.
func (tx *Tx) forget() {
	for _, k := range tx.touched {
		if c := tx.cells[k]; c != nil && !c.live && (!tx.kept || !c.dirty) {
			delete(tx.cells, k)
		}
	}
	clear(tx.named)
	tx.named, tx.touched = tx.named[:0], tx.touched[:0]
}
