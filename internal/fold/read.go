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

// Memo is a View that keeps, between questions, what Tables decoded of it. Under a
// place without a part lies the list of the table's parts.
type Memo interface {
	Kept(at Place) any
	Keep(at Place, items any, bytes int)
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
	at := Place{Table: t.Name}
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
			byPart[i], ok = memo.Kept(Place{t.Name, part}).([]Item[R])
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
			memo.Keep(Place{t.Name, part}, items, bytes)
		}
	}
	return nil
}

// Find is one row.
func (t Table[R]) Find(ctx context.Context, v View, part, field string) (row R, found bool, err error) {
	k, c := Key{t.Name, part, field}, (*cell)(nil)
	if memory, ok := v.(typed); ok && memory.typed() {
		if c, err = memory.cell(k); err != nil {
			return row, false, err
		}
	} else if raw, err := v.Row(ctx, k); err != nil {
		return row, false, err
	} else if raw != "" {
		c = &cell{raw: raw, live: true}
	}
	if c == nil {
		return row, false, nil
	}
	if err := readCell(&reader{}, t.Name, c, &row); err != nil {
		var zero R
		return zero, false, err
	}
	if own := copierOf(reflect.TypeFor[R]()); c.row != nil && own != nil {
		own(reflect.ValueOf(&row).Elem())
	}
	return row, true, nil
}
