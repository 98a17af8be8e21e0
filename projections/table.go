package projections

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"ksiega/domain"
	"ksiega/internal/journal"
)

// Key names one row. The rows of one Part lie together in one Redis hash and
// are read together.
type Key struct{ Table, Part, Field string }

// A Projection is one read model: which events it looks at, which rows each of
// them touches, and how they change.
type Projection struct {
	Name string
	// Version is raised when the fold or a row changes; what an older version
	// wrote is then rebuilt, not read.
	Version int
	// Want says which event types the fold looks at; nil = all. Several
	// goroutines ask it.
	Want func(eventType string) bool
	// Over are the facts that the fold passes over, `area.fact` or `area.*`: of
	// every type in the ledger's table a projection says either that it takes it
	// or that it does not, so that a new one is forgotten by none.
	Over []string
	// Seals: rows keep sealed texts. Erasures then take them out of every earlier state,
	// too; see KnownAt.
	Seals bool
	// Keys names every row that the fold may read for an event; nil = none.
	Keys func(*journal.Recorded) []Key
	// Fold changes rows for one event. It is pure: no clock, no state of its
	// own, nothing read but the rows that Keys named. It may keep the event's
	// strings, but rows must not share slices or maps with each other.
	Fold func(*Tx, *journal.Recorded) error
}

// oneOf wants the facts of the samples, in every version that they were recorded
// in: Want is asked about the type as recorded, which an upcaster replaces later.
func oneOf(samples ...domain.Event) func(string) bool {
	facts := make(map[string]bool, len(samples))
	for _, s := range samples {
		facts[domain.Fact(s.EventType())] = true
	}
	return func(typ string) bool { return facts[domain.Fact(typ)] }
}

// unfolded stops a fold at an event that it wants and has no case for.
func unfolded(r *journal.Recorded) error {
	return fmt.Errorf("the fold has no case for %s, read as %s", r.Type, r.Event.EventType())
}

func (p *Projection) wants(typ string) bool { return p.Want == nil || p.Want(typ) }

func (p *Projection) keys(r *journal.Recorded) []Key {
	if p.Keys == nil {
		return nil
	}
	return p.Keys(r)
}

// Table is a typed handle to the rows called Name. A row is stored as JSON
// without its zero fields, so that it must come back from JSON as it was.
type Table[R any] struct{ Name string }

// Key of one row of the table.
func (t Table[R]) Key(part, field string) Key { return Key{t.Name, part, field} }

// Get is the row, to change in place; a zero row where there was none. It panics
// where Keys did not name the row for this event, which stops the projection.
func (t Table[R]) Get(tx *Tx, part, field string) *R {
	return t.open(tx.mustFind(Key{t.Name, part, field}))
}

// Nth is Get of the i-th row that Keys named, which must be of this table.
func (t Table[R]) Nth(tx *Tx, i int) *R {
	n := &tx.named[i]
	if n.key.Table != t.Name {
		panic(fmt.Errorf("the fold reads a row of table %s as one of table %s", n.key.Table, t.Name))
	}
	return t.open(n.cell)
}

func (t Table[R]) open(c *cell) *R {
	c.dirty = true
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

// Put writes a row over whatever was there; Keys need not name it.
func (t Table[R]) Put(tx *Tx, part, field string, row R) {
	c := tx.written(Key{t.Name, part, field})
	c.row, c.raw, c.live = &row, "", true
}

// Delete removes a row, if there is one; Keys need not name it.
func (t Table[R]) Delete(tx *Tx, part, field string) {
	c := tx.written(Key{t.Name, part, field})
	c.row, c.raw, c.live = nil, "", false
	tx.touched = append(tx.touched, Key{t.Name, part, field})
}

// Item is a row with its place.
type Item[R any] struct {
	Part, Field string
	Row         R
}

// memo keeps, between questions, what Tables decoded of a View.
type memo interface {
	cached(at place) any
	found(at place, items any, bytes int)
}

// Parts lists the parts that have a row, sorted.
func (t Table[R]) Parts(ctx context.Context, v View) ([]string, error) {
	kept, ok := v.(memo)
	if !ok {
		return v.parts(ctx, t.Name)
	}
	at := place{table: t.Name}
	if parts, ok := kept.cached(at).([]string); ok {
		return slices.Clone(parts), nil
	}
	parts, err := v.parts(ctx, t.Name)
	if err == nil {
		kept.found(at, slices.Clone(parts), 32*len(parts))
	}
	return parts, err
}

// All are the rows of one part, sorted by field.
func (t Table[R]) All(ctx context.Context, v View, part string) ([]Item[R], error) {
	return t.Every(ctx, v, part)
}

// Every are the rows of the given parts, or of all parts where none is given,
// sorted by part and field. They are the caller's own, and so is what they refer
// to: whoever filters or appends changes nobody else's.
func (t Table[R]) Every(ctx context.Context, v View, parts ...string) ([]Item[R], error) {
	if len(parts) == 0 {
		all, err := t.Parts(ctx, v)
		if err != nil || len(all) == 0 {
			return nil, err
		}
		parts = all
	} else {
		parts = slices.Compact(slices.Sorted(slices.Values(parts)))
	}
	byPart, missing := make([][]Item[R], len(parts)), []string(nil)
	kept, _ := v.(memo)
	for i, part := range parts {
		var ok bool
		if kept != nil {
			byPart[i], ok = kept.cached(place{t.Name, part}).([]Item[R])
		}
		if !ok {
			missing = append(missing, part)
		}
	}
	if len(missing) > 0 {
		if err := t.fetch(ctx, v, kept, parts, missing, byPart); err != nil {
			return nil, err
		}
	}
	all := slices.Concat(byPart...)
	for i := range all {
		own(reflect.ValueOf(&all[i].Row).Elem())
	}
	return all, nil
}

// own puts copies in the place of the slices and maps that a row shares with others.
// A slice of plain values is copied at once.
func own(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && refers(v.Type().Field(i).Type) {
				own(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		v.Set(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v))
		for i := 0; i < v.Len() && refers(v.Type().Elem()); i++ {
			own(v.Index(i))
		}
	case reflect.Map:
		if v.IsNil() {
			return
		}
		all := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			held := reflect.New(v.Type().Elem()).Elem()
			held.Set(value)
			own(held)
			all.SetMapIndex(key, held)
		}
		v.Set(all)
	}
}

// refers says whether values of a type hold slices or maps. Rows hold no pointers,
// which would not come back from JSON as they were.
func refers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		return true
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() && refers(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// fetch reads the missing of some parts, all sorted, each into its place.
func (t Table[R]) fetch(ctx context.Context, v View, kept memo, parts, missing []string, byPart [][]Item[R]) error {
	type row struct {
		field string
		cell  *cell
	}
	rows := make([][]row, len(parts))
	err := v.rows(ctx, t.Name, missing, func(part, field string, c *cell) error {
		i, _ := slices.BinarySearch(parts, part)
		rows[i] = append(rows[i], row{field, c})
		return nil
	})
	if err != nil {
		return err
	}
	var read reader
	for _, part := range missing {
		i, _ := slices.BinarySearch(parts, part)
		slices.SortFunc(rows[i], func(a, b row) int { return strings.Compare(a.field, b.field) })
		items, bytes := make([]Item[R], len(rows[i])), 0
		for k, r := range rows[i] {
			items[k].Part, items[k].Field = part, r.field
			if err := readCell(&read, t.Name, r.cell, &items[k].Row); err != nil {
				return err
			}
			bytes += len(r.cell.raw) + len(r.field)
		}
		byPart[i], rows[i] = items, nil
		if kept != nil {
			kept.found(place{t.Name, part}, items, bytes)
		}
	}
	return nil
}

// Find is one row.
func (t Table[R]) Find(ctx context.Context, v View, part, field string) (R, bool, error) {
	var zero R
	c, err := v.row(ctx, Key{t.Name, part, field})
	if err != nil || c == nil {
		return zero, false, err
	}
	var row R
	if err := readCell(&reader{}, t.Name, c, &row); err != nil {
		return zero, false, err
	}
	if c.row != nil {
		own(reflect.ValueOf(&row).Elem())
	}
	return row, true, nil
}

// cell is one row as the runtime holds it: as Redis gave it or typed.
type cell struct {
	raw   string // JSON, until somebody asks for the row
	row   any    // *R, from then on
	live  bool   // false: there is no such row
	dirty bool
	asked bool // Redis was asked for it
}

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
		held, ok := c.row.(*R)
		if !ok {
			return fmt.Errorf("table %s holds %T, not %T", table, c.row, held)
		}
		*row = *held
		return nil
	}
	r.buffer = append(r.buffer[:0], c.raw...)
	if err := json.Unmarshal(r.buffer, row); err != nil {
		// The decoder's own message may quote the row.
		return fmt.Errorf("a row of table %s does not decode as %T", table, *row)
	}
	return nil
}

// encode is the row as it is stored.
func (c *cell) encode() (string, error) {
	if c.row == nil {
		return c.raw, nil
	}
	b, err := json.Marshal(c.row, json.Deterministic(true), json.OmitZeroStructFields(true))
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", c.row, err)
	}
	return string(b), nil
}
