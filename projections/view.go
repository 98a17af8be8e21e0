package projections

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// View is one projection as it was after one position. Tables read it. There
// are two: over Redis (Store.Read) and in memory (Memory). It may be read from
// several goroutines.
type View interface {
	// Position of the last event that the rows take into account.
	Position() uint64

	tables(ctx context.Context) ([]string, error)
	// parts is sorted.
	parts(ctx context.Context, table string) ([]string, error)
	// rows hands over the rows of the parts, the fields of one in any order.
	rows(ctx context.Context, table string, parts []string, each func(part, field string, c *cell) error) error
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

// Difference is one row that two views hold differently; "" is no row.
type Difference struct {
	Key  Key
	A, B string // canonical JSON
}

// compareParts bounds how much of two views Compare holds at once.
const compareParts = 256

// Compare hands over every row in which two views differ, ordered by key. It
// ends with the first error of differ.
func Compare(ctx context.Context, a, b View, differ func(Difference) error) error {
	tables, err := both(a, b, func(v View) ([]string, error) { return v.tables(ctx) })
	if err != nil {
		return err
	}
	for _, table := range tables {
		parts, err := both(a, b, func(v View) ([]string, error) { return v.parts(ctx, table) })
		if err != nil {
			return err
		}
		for chunk := range slices.Chunk(parts, compareParts) {
			if err := compareChunk(ctx, a, b, table, chunk, differ); err != nil {
				return err
			}
		}
	}
	return nil
}

func compareChunk(ctx context.Context, a, b View, table string, parts []string, differ func(Difference) error) error {
	rowsA, rowsB := map[Key]string{}, map[Key]string{}
	if err := canonicalRows(ctx, a, table, parts, rowsA); err != nil {
		return err
	}
	if err := canonicalRows(ctx, b, table, parts, rowsB); err != nil {
		return err
	}
	var differing []Key
	for k, row := range rowsA {
		if rowsB[k] != row {
			differing = append(differing, k)
		}
	}
	for k := range rowsB {
		if _, ok := rowsA[k]; !ok {
			differing = append(differing, k)
		}
	}
	slices.SortFunc(differing, compareKeys)
	for _, k := range differing {
		if err := differ(Difference{Key: k, A: rowsA[k], B: rowsB[k]}); err != nil {
			return err
		}
	}
	return nil
}

// both is the sorted union of what two views list.
func both(a, b View, list func(View) ([]string, error)) ([]string, error) {
	inA, err := list(a)
	if err != nil {
		return nil, err
	}
	inB, err := list(b)
	if err != nil {
		return nil, err
	}
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(inA, inB)))), nil
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
		if err := decodeRow(raw, back.Interface()); err != nil {
			return fmt.Errorf("row %v does not decode: %w", k, err)
		}
		if !reflect.DeepEqual(back.Interface(), c.row) {
			return fmt.Errorf("row %v comes back as %+v, not %+v", k, back.Elem(), reflect.ValueOf(c.row).Elem())
		}
	}
	return nil
}
