package fold

import "context"

// Fetch hands over the rows of keys, as a store keeps them; of a key that has no row,
// nothing.
type Fetch func(ctx context.Context, keys []Key, found func(k Key, row string)) error

// Change is what became of a row: its bytes, "" where there is none.
type Change struct {
	Key
	Before, After string
}

// Apply folds events over the rows that a store keeps, and tells which changed. It
// asks for each row once, and for every row of a Change.
func (p *Projection[E]) Apply(ctx context.Context, events []E, fetch Fetch) ([]Change, error) {
	tx, before := newTx(), map[Key]string{}
	var asked []Key
	ask := func(k Key) {
		if _, known := before[k]; !known {
			before[k] = ""
			asked = append(asked, k)
		}
	}
	keys := make([][]Key, len(events))
	for i, e := range events {
		var err error
		if keys[i], err = p.keys(e); err != nil {
			return nil, err
		}
		for _, k := range keys[i] {
			ask(k)
		}
	}
	if err := fetch(ctx, asked, func(k Key, row string) {
		before[k] = row
		tx.cells[k] = &cell{raw: row, live: true}
	}); err != nil {
		return nil, err
	}
	for i, e := range events {
		if err := p.fold(tx, e, keys[i]); err != nil {
			return nil, err
		}
	}
	// Of rows that were written or deleted unread, a store may have to know what was.
	asked = asked[:0]
	for k, c := range tx.cells {
		if c.dirty {
			ask(k)
		}
	}
	if err := fetch(ctx, asked, func(k Key, row string) { before[k] = row }); err != nil {
		return nil, err
	}
	changes, err := tx.changes(before)
	if err != nil {
		return nil, p.failure(events[len(events)-1], err, nil)
	}
	return changes, nil
}

func (tx *Tx) changes(before map[Key]string) (changes []Change, err error) {
	for k, c := range tx.cells {
		if !c.dirty {
			continue
		}
		after := ""
		if c.live {
			if after, err = c.encode(); err != nil {
				return nil, err
			}
		}
		if was := before[k]; was != after {
			changes = append(changes, Change{k, was, after})
		}
	}
	return changes, nil
}
