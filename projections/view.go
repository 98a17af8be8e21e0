package projections

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/internal/journal"
)

// View is one projection as it was after one position. Tables read it. There
// are two: over Redis (Store.Read) and in memory (Memory). It may be read from
// several goroutines.
type View interface {
	// Position of the last event that the rows take into account.
	Position() journal.Position

	tables(ctx context.Context) ([]string, error)
	// parts is sorted.
	parts(ctx context.Context, table string) ([]string, error)
	// rows hands over the rows of the parts, the fields of one in any order.
	rows(ctx context.Context, table string, parts []string, each func(part, field string, c *cell) error) error
	// held is every part that has rows, listed or not, by table. It may look
	// at everything there is.
	held(ctx context.Context) (map[string][]string, error)
	// unchecked is the view of what there is, also where it is less than there
	// was.
	unchecked() View
	// row is nil where there is none.
	row(ctx context.Context, k Key) (*cell, error)
}

// Dump is a whole view: every row as canonical JSON.
func Dump(ctx context.Context, v View) (map[Key]string, error) {
	dump := map[Key]string{}
	tables, err := v.tables(ctx)
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		parts, err := v.parts(ctx, table)
		if err != nil {
			return nil, err
		}
		if err := canonicalRows(ctx, v, table, parts, dump); err != nil {
			return nil, err
		}
	}
	return dump, nil
}

// Level is what a Difference is about.
type Level int

// The levels.
const (
	LevelRow   Level = iota
	LevelPart        // a part is in the list of parts of one view only
	LevelTable       // a table is in the list of tables of one view only
)

// Listed is what a Difference holds for a part or table that is listed.
const Listed = "listed"

// Difference is one row that two views hold differently, or a part or table
// that only one of them lists; "" is none. Key is filled as far as Level goes.
type Difference struct {
	Level Level
	Key   Key
	A, B  string // canonical JSON, or Listed
}

// compareParts bounds how much of two views Compare holds at once.
const compareParts = 256

// Compare hands over every difference of two views, ordered by key: of rows,
// also of those in no list, and of the lists that readers find rows by. A table
// that is listed without any part had rows once; that is no difference. It ends
// with the first error of differ.
func Compare(ctx context.Context, a, b View, differ func(Difference) error) error {
	a, b = a.unchecked(), b.unchecked()
	heldA, err := a.held(ctx)
	if err != nil {
		return err
	}
	heldB, err := b.held(ctx)
	if err != nil {
		return err
	}
	tables, err := listings(a, b, func(v View) ([]string, error) { return v.tables(ctx) })
	if err != nil {
		return err
	}
	tables.know(slices.Collect(maps.Keys(heldA)), slices.Collect(maps.Keys(heldB)))
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		parts, err := listings(a, b, func(v View) ([]string, error) { return v.parts(ctx, table) })
		if err != nil {
			return err
		}
		if in := tables[table]; in.once() && parts.any(in) {
			if err := differ(in.difference(LevelTable, Key{Table: table})); err != nil {
				return err
			}
		}
		parts.know(heldA[table], heldB[table])
		for chunk := range slices.Chunk(slices.Sorted(maps.Keys(parts)), compareParts) {
			if err := compareChunk(ctx, a, b, table, chunk, parts, differ); err != nil {
				return err
			}
		}
	}
	return nil
}

func compareChunk(ctx context.Context, a, b View, table string, parts []string, lists lists, differ func(Difference) error) error {
	rowsA, rowsB := map[Key]string{}, map[Key]string{}
	if err := canonicalRows(ctx, a, table, parts, rowsA); err != nil {
		return err
	}
	if err := canonicalRows(ctx, b, table, parts, rowsB); err != nil {
		return err
	}
	var found []Difference
	for _, part := range parts {
		if in := lists[part]; in.once() {
			found = append(found, in.difference(LevelPart, Key{Table: table, Part: part}))
		}
	}
	for k, row := range rowsA {
		if rowsB[k] != row {
			found = append(found, Difference{Key: k, A: row, B: rowsB[k]})
		}
	}
	for k, row := range rowsB {
		if _, ok := rowsA[k]; !ok {
			found = append(found, Difference{Key: k, B: row})
		}
	}
	slices.SortFunc(found, func(x, y Difference) int {
		return cmp.Or(compareKeys(x.Key, y.Key), cmp.Compare(y.Level, x.Level))
	})
	for _, d := range found {
		if err := differ(d); err != nil {
			return err
		}
	}
	return nil
}

// lists says of each name which of two views list it.
type lists map[string]listing

type listing struct{ a, b bool }

func listings(a, b View, list func(View) ([]string, error)) (lists, error) {
	inA, err := list(a)
	if err != nil {
		return nil, err
	}
	inB, err := list(b)
	if err != nil {
		return nil, err
	}
	all := make(lists, max(len(inA), len(inB)))
	for _, name := range inA {
		all[name] = listing{a: true}
	}
	for _, name := range inB {
		all[name] = listing{all[name].a, true}
	}
	return all, nil
}

// know adds names that neither view may list.
func (l lists) know(names ...[]string) {
	for _, some := range names {
		for _, name := range some {
			if _, listed := l[name]; !listed {
				l[name] = listing{}
			}
		}
	}
}

// any says whether a view that in names lists anything.
func (l lists) any(in listing) bool {
	for _, name := range l {
		if name.a && in.a || name.b && in.b {
			return true
		}
	}
	return false
}

func (in listing) once() bool { return in.a != in.b }

func (in listing) difference(level Level, k Key) Difference {
	if in.a {
		return Difference{Level: level, Key: k, A: Listed}
	}
	return Difference{Level: level, Key: k, B: Listed}
}

func canonicalRows(ctx context.Context, v View, table string, parts []string, into map[Key]string) error {
	return v.rows(ctx, table, parts, func(part, field string, c *cell) error {
		raw, err := c.encode()
		if err != nil {
			return err
		}
		value := jsontext.Value(raw)
		// Whole numbers stay as they are: a float would round large ones.
		if err := value.Canonicalize(jsontext.CanonicalizeRawInts(false)); err != nil {
			return fmt.Errorf("a row of table %s is not JSON", table)
		}
		into[Key{table, part, field}] = string(value)
		return nil
	})
}

// CheckRows refuses a row that would not come back from Redis as it is in
// memory, for example one with an empty map inside a slice or a local time. It
// is for the tests of read models.
func CheckRows(m *Memory) error {
	for k, c := range m.tx.cells {
		raw, err := c.encode()
		if err != nil {
			return err
		}
		back := reflect.New(reflect.TypeOf(c.row).Elem())
		if err := json.Unmarshal([]byte(raw), back.Interface()); err != nil {
			return fmt.Errorf("row %v does not decode: %w", k, err)
		}
		if !reflect.DeepEqual(back.Interface(), c.row) {
			return fmt.Errorf("row %v comes back as %+v, not %+v", k, back.Elem(), reflect.ValueOf(c.row).Elem())
		}
	}
	return nil
}
