package fold

import (
	"bytes"
	"fmt"
	"iter"

	"github.com/go-json-experiment/json"
)

// Table is a typed handle to the rows called Name. A row is stored as JSON
// without its zero fields, so that it must come back from JSON as it was.
type Table[R any] struct{ Name string }

// Key of one row of the table.
func (t Table[R]) Key(part, field string) Key { return Key{t.Name, part, field} }

// Whole names every row of a part.
func (t Table[R]) Whole(part string) Key { return Key{t.Name, part, Whole} }

// Get is the row, to change in place; a zero row where there was none. It panics
// where Keys did not name the row for this event, which stops the projection.
func (t Table[R]) Get(tx *Tx, part, field string) *R {
	k := Key{t.Name, part, field}
	return t.open(tx, k, tx.mustFind(k))
}

// Nth is Get of the i-th row that Keys named, which must be a row of this table.
func (t Table[R]) Nth(tx *Tx, i int) *R {
	n := &tx.named[i]
	if n.key.Table != t.Name {
		panic(fmt.Errorf("the fold reads a row of table %s as one of table %s", n.key.Table, t.Name))
	}
	return t.open(tx, n.key, n.cell)
}

func (t Table[R]) open(tx *Tx, k Key, c *cell) *R {
	tx.change(k, c)
	if !c.live {
		row := new(R)
		c.row, c.raw, c.live = row, "", true
		return row
	}
	return cellRow[R](t.Name, c)
}

// Peek is the row to look at. It panics like Get.
func (t Table[R]) Peek(tx *Tx, part, field string) (R, bool) {
	c := tx.mustFind(Key{t.Name, part, field})
	if !c.live {
		var zero R
		return zero, false
	}
	return *cellRow[R](t.Name, c), true
}

// Rows are those of a part that was named whole, by field, to look at. It panics where
// it was not.
func (t Table[R]) Rows(tx *Tx, part string) iter.Seq2[string, R] {
	cells := tx.part(Place{t.Name, part})
	return func(yield func(string, R) bool) {
		for field, c := range cells {
			if !yield(field, *cellRow[R](t.Name, c)) {
				return
			}
		}
	}
}

// Change is the row to change in place, or nil where there is none. It panics like Get.
func (t Table[R]) Change(tx *Tx, part, field string) *R {
	k := Key{t.Name, part, field}
	c := tx.mustFind(k)
	if !c.live {
		return nil
	}
	return t.open(tx, k, c)
}

// Put writes a row over whatever was there; Keys need not name it.
func (t Table[R]) Put(tx *Tx, part, field string, row R) {
	c := tx.written(Key{t.Name, part, field})
	c.row, c.raw, c.live = &row, "", true
}

// Delete removes a row, if there is one; Keys need not name it.
func (t Table[R]) Delete(tx *Tx, part, field string) {
	k := Key{t.Name, part, field}
	if tx.all && tx.cells[k] == nil && !tx.looking {
		return // there is none
	}
	c := tx.written(k)
	c.row, c.raw, c.live = nil, "", false
	tx.touched = append(tx.touched, k)
}

// cell is one row as the runtime holds it: as a store gave it or typed.
type cell struct {
	raw   string // JSON, until somebody asks for the row
	row   any    // *R, from then on
	live  bool   // false: there is no such row
	dirty bool
	kept  bool   // the row is what Memory.kept has of it
	noted uint32 // Tx.taken + 1 where its unit is among the units, or there is none
}

// copied: the row need not be encoded, since what was kept of it is still so.
func (c *cell) copied() bool { return c.kept && c.row != nil }

// cellRow decodes in place; it panics, because only a fold calls it.
func cellRow[R any](table string, c *cell) *R {
	if c.row == nil {
		row := new(R)
		if err := readCell(&reader{}, table, c, row); err != nil {
			panic(err)
		}
		c.row, c.raw = row, ""
	}
	row, ok := c.row.(*R)
	if !ok {
		panic(fmt.Errorf("table %s holds %T, not %T", table, c.row, row))
	}
	return row
}

// reader decodes rows one after another, through one buffer.
type reader struct{ buffer []byte }

// readCell leaves the cell as it is, so that readers may share it.
func readCell[R any](r *reader, table string, c *cell, row *R) error {
	if c.row != nil {
		current, ok := c.row.(*R)
		if !ok {
			return fmt.Errorf("table %s holds %T, not %T", table, c.row, current)
		}
		*row = *current
		return nil
	}
	r.buffer = append(r.buffer[:0], c.raw...)
	if err := json.Unmarshal(r.buffer, row); err != nil {
		// The decoder's own message may quote the row.
		return fmt.Errorf("a row of table %s does not decode as %T", table, *row)
	}
	return nil
}

// encode is the row as it is stored; it is written in the room of a buffer first.
func (c *cell) encode(room *bytes.Buffer) (string, error) {
	if c.row == nil {
		return c.raw, nil
	}
	room.Reset()
	if err := json.MarshalWrite(room, c.row, json.Deterministic(true), json.OmitZeroStructFields(true)); err != nil {
		return "", fmt.Errorf("encode %T: %w", c.row, err)
	}
	return room.String(), nil
}
