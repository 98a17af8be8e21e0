package fold

import (
	"bytes"
	"context"
)

// Fetch hands over the rows of keys, as a store keeps them; of a key that has no row,
// nothing. It may hand over one twice, where a part is asked for whole.
type Fetch func(ctx context.Context, keys []Key, found func(k Key, row string)) error

// Change is what became of a row: its bytes, "" where there is none.
type Change struct {
	Key
	Before, After string
}

// Apply folds events over the rows that a store keeps, and tells which changed. It
// asks for each row once, and for every row of a Change: first for all that Keys names
// for any of the events, then for what Then names by these rows as they are, and at an
// event's turn only for what the events before it made Then name besides. So it does
// with the units of each round of the second stage.
func (p *Projection[E]) Apply(ctx context.Context, events []E, fetch Fetch) ([]Change, error) {
	a := applying[E]{tx: newTx(p.Second), fetch: fetch, before: map[Key]string{}}
	keys := make([][]Key, len(events))
	for i, e := range events {
		var err error
		if keys[i], err = p.keys(nil, e); err != nil {
			return nil, err
		}
		a.ask(keys[i])
	}
	if err := a.fetchAsked(ctx); err != nil {
		return nil, err
	}
	for i, e := range events {
		if p.Then == nil {
			break
		}
		// Whatever fails here may not fail when the event's turn has come.
		if more, err := p.then(a.tx, e, keys[i]); err == nil {
			a.ask(more)
		}
	}
	for i, e := range events {
		more, err := p.then(a.tx, e, keys[i])
		if err != nil {
			return nil, err
		}
		a.ask(more)
		if err := a.fetchAsked(ctx); err != nil {
			return nil, err
		}
		a.tx.name(more)
		if err := p.fold(a.tx, e); err != nil {
			return nil, err
		}
	}
	if err := a.second(ctx, p, events); err != nil {
		return nil, err
	}
	// Of rows that were written or deleted unread, a store may have to know what was.
	for k, c := range a.tx.cells {
		if c.dirty {
			a.ask([]Key{k})
		}
	}
	if err := a.fetchAsked(ctx); err != nil {
		return nil, err
	}
	changes, err := a.changes()
	if err != nil {
		return nil, p.failure(events[len(events)-1], err, nil)
	}
	return changes, nil
}

// applying is events being folded over what a store keeps.
type applying[E Event] struct {
	tx     *Tx
	fetch  Fetch
	asked  []Key
	before map[Key]string // of all that was asked for, also under Whole
}

// second does the second stage of what the events changed, and of what that changes.
func (a *applying[E]) second(ctx context.Context, p *Projection[E], events []E) error {
	at, id, _ := events[len(events)-1].Mark()
	last := Last{at, id}
	for rounds := 0; len(a.tx.units) > 0; rounds++ {
		err := p.again(rounds, last)
		if err == nil {
			err = a.round(ctx, p, a.tx.takeUnits(), last)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// round does the second stage of units.
func (a *applying[E]) round(ctx context.Context, p *Projection[E], units []Key, last Last) error {
	keys := make([][]Key, len(units))
	for i, unit := range units {
		keys[i] = p.Second.Keys(unit)
		a.ask(keys[i])
	}
	if err := a.fetchAsked(ctx); err != nil {
		return err
	}
	if p.Second.Then != nil {
		for i, unit := range units {
			// As with events, what fails here may not fail when the unit's turn has come.
			if more, err := p.further(a.tx, unit, keys[i], last); err == nil {
				a.ask(more)
			}
		}
	}
	for i, unit := range units {
		more, err := p.further(a.tx, unit, keys[i], last)
		if err == nil {
			a.ask(more)
			err = a.fetchAsked(ctx)
		}
		if err == nil {
			err = p.work(a.tx, unit, append(keys[i], more...), last)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *applying[E]) ask(keys []Key) {
	for _, k := range keys {
		if _, known := a.before[k]; known {
			continue
		}
		if _, whole := a.before[Key{k.Table, k.Part, Whole}]; !whole {
			a.before[k] = ""
			a.asked = append(a.asked, k)
		}
	}
}

func (a *applying[E]) fetchAsked(ctx context.Context) error {
	if len(a.asked) == 0 {
		return nil
	}
	err := a.fetch(ctx, a.asked, func(k Key, row string) {
		if a.before[k] != "" {
			return
		}
		a.before[k] = row
		switch c := a.tx.cells[k]; {
		case c == nil:
			a.tx.put(k, &cell{raw: row, live: true})
		case !c.dirty: // or else an event has written over it meanwhile
			c.raw, c.live = row, true
		}
	})
	a.asked = a.asked[:0]
	return err
}

func (a *applying[E]) changes() (changes []Change, err error) {
	var room bytes.Buffer
	for k, c := range a.tx.cells {
		if !c.dirty {
			continue
		}
		after := ""
		if c.live {
			if after, err = c.encode(&room); err != nil {
				return nil, err
			}
		}
		if was := a.before[k]; was != after {
			changes = append(changes, Change{k, was, after})
		}
	}
	return changes, nil
}
