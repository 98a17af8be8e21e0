package fold

import "fmt"

// Tx is what a fold works on: the rows its Keys named and those it wrote.
type Tx struct {
	cells map[Key]*cell
	// named are the rows that the event being folded may read: those of Keys in
	// their order, then those it wrote. Few, so that they are walked through.
	named []namedCell
	// touched lists cells that came to be without a row, so that a Tx that
	// lives long can forget those that still have none.
	touched []Key
}

type namedCell struct {
	key  Key
	cell *cell
}

func newTx() *Tx { return &Tx{cells: map[Key]*cell{}} }

// Named is the i-th key that Keys named for the event being folded.
func (tx *Tx) Named(i int) Key { return tx.named[i].key }

// find is the row of a key if the event may read it, or nil.
func (tx *Tx) find(k Key) *cell {
	for i := range tx.named {
		if tx.named[i].key == k {
			return tx.named[i].cell
		}
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
	c.dirty = true
	return c
}

// begin makes the rows that Keys named readable, and no others.
func (tx *Tx) begin(keys []Key) {
	for i, k := range keys {
		switch {
		case i == len(tx.named):
			tx.named = append(tx.named, namedCell{k, tx.admit(k)})
		case tx.named[i].key != k: // neighbours often concern the same things
			tx.named[i] = namedCell{k, tx.admit(k)}
		}
	}
	tx.named = tx.named[:len(keys)]
}

func (tx *Tx) admit(k Key) *cell {
	c := tx.cells[k]
	if c == nil {
		c = &cell{}
		tx.cells[k] = c
	}
	if !c.live {
		tx.touched = append(tx.touched, k)
	}
	return c
}

// forget drops cells that have no row.
func (tx *Tx) forget() {
	for _, k := range tx.touched {
		if c := tx.cells[k]; c != nil && !c.live {
			delete(tx.cells, k)
		}
	}
	clear(tx.named)
	tx.named, tx.touched = tx.named[:0], tx.touched[:0]
}
