package fold

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"ksiega/internal/position"
)

// ErrNotBuilt: the rows of this projection and version are not there.
var ErrNotBuilt = errors.New("the read model is not built")

// View is one projection as it was after one position. Tables read it. It may be read
// from several goroutines.
type View interface {
	// Position of the last event that the rows take into account.
	Position() position.Position

	Tables(ctx context.Context) ([]string, error)
	// Parts is sorted.
	Parts(ctx context.Context, table string) ([]string, error)
	// Rows hands over the rows of the parts, those of one together, in any order.
	Rows(ctx context.Context, table string, parts []string, each func(k Key, row string) error) error
	// Row is "" where there is none.
	Row(ctx context.Context, k Key) (string, error)
}

// Memo is a View that keeps, between questions, what Tables decoded of it: a row, under its
// key; the rows of a part, under Whole; the list of a table's parts, under a key of the table
// alone.
type Memo interface {
	Kept(at Key) any
	Keep(at Key, decoded any, bytes int)
}

// noRow is what is kept of a row that is not there.
type noRow struct{}

// Remote is a View that is asked in exchanges, for many rows at once.
type Remote interface {
	// Lookup hands over those of some rows that there are, in any order.
	Lookup(ctx context.Context, keys []Key, found func(k Key, row string)) error
}

// typed is a View whose rows need not be decoded.
type typed interface {
	typed() bool
	each(table, part string, row func(field string, c *cell)) error
	cell(k Key) (*cell, error)
}

// Item is a row with its place.
type Item[R any] struct {
	Part, Field string
	Row         R
}

// Parts lists the parts that have a row, sorted.
func (t Table[R]) Parts(ctx context.Context, v View) ([]string, error) {
	memo, ok := v.(Memo)
	if !ok {
		return v.Parts(ctx, t.Name)
	}
	at := Key{Table: t.Name}
	if parts, ok := memo.Kept(at).([]string); ok {
		return slices.Clone(parts), nil
	}
	parts, err := v.Parts(ctx, t.Name)
	if err == nil {
		memo.Keep(at, slices.Clone(parts), 32*len(parts))
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
	all, err := t.Look(ctx, v, parts...)
	for own, i := copierOf(reflect.TypeFor[R]()), 0; own != nil && i < len(all); i++ {
		own(reflect.ValueOf(&all[i].Row).Elem())
	}
	return all, err
}

// Look is Every for whoever only looks at the rows: what they refer to is others' too, so
// that nothing of it may be changed, nor appended to.
func (t Table[R]) Look(ctx context.Context, v View, parts ...string) ([]Item[R], error) {
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
	memo, _ := v.(Memo)
	for i, part := range parts {
		var ok bool
		if memo != nil {
			byPart[i], ok = memo.Kept(t.Whole(part)).([]Item[R])
		}
		if !ok {
			missing = append(missing, part)
		}
	}
	if len(missing) > 0 {
		if err := t.fetch(ctx, v, memo, parts, missing, byPart); err != nil {
			return nil, err
		}
	}
	return slices.Concat(byPart...), nil
}

// copier puts copies in the place of the slices and maps that a value shares with others.
type copier func(reflect.Value)

// copierOf makes the copier of a type once, so that many rows cost little; it is nil where
// values hold neither slices nor maps. Rows hold no pointers, which would not come back
// from JSON as they were, and nothing of their own type.
func copierOf(t reflect.Type) copier {
	switch t.Kind() {
	case reflect.Struct:
		return copyStruct(t)
	case reflect.Slice:
		each := copierOf(t.Elem())
		return func(v reflect.Value) {
			if v.IsNil() {
				return
			}
			all := reflect.MakeSlice(t, v.Len(), v.Len())
			reflect.Copy(all, v)
			v.Set(all)
			for i := 0; each != nil && i < v.Len(); i++ {
				each(v.Index(i))
			}
		}
	case reflect.Map:
		each := copierOf(t.Elem())
		return func(v reflect.Value) {
			if v.IsNil() {
				return
			}
			all := reflect.MakeMapWithSize(t, v.Len())
			for key, value := range v.Seq2() {
				one := reflect.New(t.Elem()).Elem()
				if one.Set(value); each != nil {
					each(one)
				}
				all.SetMapIndex(key, one)
			}
			v.Set(all)
		}
	}
	return nil
}

func copyStruct(t reflect.Type) copier {
	var at []int
	var each []copier
	for i := range t.NumField() {
		if c := copierOf(t.Field(i).Type); c != nil && t.Field(i).IsExported() {
			at, each = append(at, i), append(each, c)
		}
	}
	if len(at) == 0 {
		return nil
	}
	return func(v reflect.Value) {
		for n, i := range at {
			each[n](v.Field(i))
		}
	}
}

// fetch reads the missing of some parts, all sorted, each into its place.
func (t Table[R]) fetch(ctx context.Context, v View, memo Memo, parts, missing []string, byPart [][]Item[R]) error {
	type row struct {
		field string
		cell  *cell
	}
	rows := make([][]row, len(parts))
	if memory, ok := v.(typed); ok && memory.typed() {
		for _, part := range missing {
			i, _ := slices.BinarySearch(parts, part)
			if err := memory.each(t.Name, part, func(field string, c *cell) { rows[i] = append(rows[i], row{field, c}) }); err != nil {
				return err
			}
		}
	} else if err := v.Rows(ctx, t.Name, missing, func(k Key, raw string) error {
		i, _ := slices.BinarySearch(parts, k.Part)
		rows[i] = append(rows[i], row{k.Field, &cell{raw: raw, live: true}})
		return nil
	}); err != nil {
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
		if memo != nil {
			memo.Keep(t.Whole(part), items, bytes)
		}
	}
	return nil
}

// Find is one row, the caller's own.
func (t Table[R]) Find(ctx context.Context, v View, part, field string) (row R, found bool, err error) {
	items, err := t.Some(ctx, v, []Key{{t.Name, part, field}})
	if err != nil || len(items) == 0 {
		return row, false, err
	}
	if own := copierOf(reflect.TypeFor[R]()); own != nil {
		own(reflect.ValueOf(&items[0].Row).Elem())
	}
	return items[0].Row, true, nil
}

// Some are those of some rows that there are, in the order of their keys, asked for
// together: to look at, as by Look.
func (t Table[R]) Some(ctx context.Context, v View, keys []Key) ([]Item[R], error) {
	rows, missing := make([]*R, len(keys)), []int(nil)
	memory, _ := v.(typed)
	memo, _ := v.(Memo)
	for i, k := range keys {
		switch {
		case memory != nil && memory.typed():
			c, err := memory.cell(k)
			if err == nil && c != nil {
				rows[i] = new(R)
				err = readCell(&reader{}, t.Name, c, rows[i])
			}
			if err != nil {
				return nil, err
			}
		default:
			var known bool
			if rows[i], known = t.kept(memo, k); !known {
				missing = append(missing, i)
			}
		}
	}
	if len(missing) > 0 {
		if err := t.ask(ctx, v, memo, keys, missing, rows); err != nil {
			return nil, err
		}
	}
	items := make([]Item[R], 0, len(keys))
	for i, row := range rows {
		if row != nil {
			items = append(items, Item[R]{keys[i].Part, keys[i].Field, *row})
		}
	}
	return items, nil
}

// kept is a row that a memo keeps, by itself or with its part; nil where it keeps that there
// is none.
func (t Table[R]) kept(memo Memo, k Key) (row *R, known bool) {
	if memo == nil {
		return nil, false
	}
	switch kept := memo.Kept(k).(type) {
	case *R:
		return kept, true
	case noRow:
		return nil, true
	}
	part, known := memo.Kept(t.Whole(k.Part)).([]Item[R])
	if i, found := slices.BinarySearchFunc(part, k.Field, func(it Item[R], field string) int { return strings.Compare(it.Field, field) }); found {
		row = &part[i].Row
	}
	return row, known
}

// ask reads the missing of some rows, each into its place.
func (t Table[R]) ask(ctx context.Context, v View, memo Memo, keys []Key, missing []int, rows []*R) error {
	raw := make(map[Key]string, len(missing))
	if remote, ok := v.(Remote); ok {
		asked := make([]Key, len(missing))
		for n, i := range missing {
			asked[n] = keys[i]
		}
		if err := remote.Lookup(ctx, asked, func(k Key, row string) { raw[k] = row }); err != nil {
			return err
		}
	} else {
		for _, i := range missing {
			row, err := v.Row(ctx, keys[i])
			if err != nil {
				return err
			}
			raw[keys[i]] = row
		}
	}
	var read reader
	for _, i := range missing {
		k, decoded := keys[i], any(noRow{})
		if raw[k] != "" {
			rows[i] = new(R)
			if err := readCell(&read, t.Name, &cell{raw: raw[k]}, rows[i]); err != nil {
				return err
			}
			decoded = rows[i]
		}
		if memo != nil {
			memo.Keep(k, decoded, len(raw[k])+len(k.Part)+len(k.Field))
		}
	}
	return nil
}
