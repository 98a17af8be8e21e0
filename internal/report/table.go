package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrOverflow: a total is larger than can be counted.
var ErrOverflow = errors.New("a total is too large to be counted")

// Shape declares a table of rows R.
type Shape[R any] struct {
	// Leading is how many of the columns, from the first, order the rows.
	Leading int
	Columns []Column[R]
}

// Fields are those of the columns.
func (s Shape[R]) Fields() []Field { return fields(s.Columns) }

// Sums are the totals that tables of the shape may have.
func (s Shape[R]) Sums() []Total {
	var sums, counts []Total
	for i, c := range s.Columns {
		if c.sum != nil {
			sums = append(sums, Total{Name: c.Name, Title: c.Title, Kind: c.Kind, Column: i})
		}
		if c.counted != nil {
			counts = append(counts, Total{Name: c.counted.name, Title: c.counted.title, Kind: KindInteger, Column: i, unit: c.counted.unit, noted: c.counted.noted})
		}
	}
	return append(sums, counts...)
}

// Names tells what the columns of a row name, in lists too.
func (s Shape[R]) Names(row R, each func(of Reference, id string)) {
	for i := range s.Columns {
		s.Columns[i].Field.names(s.Columns[i].read(row), each)
	}
}

func (f *Field) names(v Value, each func(Reference, string)) {
	if f.Refers != "" && v.text != "" {
		each(f.Refers, v.text)
	}
	for _, item := range v.items {
		for i, of := range f.Items {
			if f.plain() {
				of.Refers = cmp.Or(of.Refers, f.Refers)
			}
			of.names(item[i], each)
		}
	}
}

// Renamed is the shape with whatever it names of one kind by another name: in cells, also in
// lists, and where different ones are counted.
func (s Shape[R]) Renamed(of Reference, name func(string) string) Shape[R] {
	columns := slices.Clone(s.Columns)
	for i := range columns {
		c := &columns[i]
		if c.refersTo(of) {
			read, field := c.read, c.Field
			c.read = func(r R) Value { return field.renamed(read(r), of, name) }
		}
		if c.counted != nil && c.counted.of == of {
			count, values := *c.counted, c.counted.values
			count.values = func(r R) []string {
				all := slices.Clone(values(r))
				for i := range all {
					all[i] = name(all[i])
				}
				return all
			}
			c.counted = &count
		}
	}
	s.Columns = columns
	return s
}

// refersTo says whether the field, or something in its items, names things of a kind.
func (f *Field) refersTo(of Reference) bool {
	return f.Refers == of || slices.ContainsFunc(f.Items, func(item Field) bool { return item.refersTo(of) })
}

func (f *Field) renamed(v Value, of Reference, name func(string) string) Value {
	if f.Refers == of && v.text != "" {
		v.text = name(v.text)
	}
	for _, item := range v.items { // made for this reading
		for i, in := range f.Items {
			if f.plain() {
				in.Refers = cmp.Or(in.Refers, f.Refers)
			}
			item[i] = in.renamed(item[i], of, name)
		}
	}
	return v
}

// Total is one of a table's totals, with the column that it belongs to.
type Total struct {
	Name   string
	Title  string // Polish
	Kind   Kind
	Column int
	Value  int64
	unit   string
	noted  bool
}

// Table is rows under their fields, ordered and totalled.
type Table struct {
	Fields []Field
	Totals []Total
	Len    int // rows
	read   func(row int, into []Value)
}

// Row is what a row's cells hold, in the place of an earlier one's where that is given.
func (t *Table) Row(row int, into []Value) []Value {
	if len(into) != len(t.Fields) {
		into = make([]Value, len(t.Fields))
	}
	t.read(row, into)
	return into
}

// Table of rows, which it orders where they lie. It fails with ErrOverflow.
func (s Shape[R]) Table(rows []R) (Table, error) {
	s.order(rows)
	t := Table{Fields: s.Fields(), Len: len(rows), read: func(row int, into []Value) {
		for i := range s.Columns {
			into[i] = s.Columns[i].read(rows[row])
		}
	}}
	for _, total := range s.Sums() {
		c := &s.Columns[total.Column]
		there, err := true, error(nil)
		if c.counted != nil && total.Name == c.counted.name {
			total.Value = c.count(rows)
		} else if total.Value, there, err = c.add(rows); err != nil {
			return Table{}, fmt.Errorf("total of %s: %w", c.Name, err)
		}
		if there {
			t.Totals = append(t.Totals, total)
		}
	}
	return t, nil
}

// add is the sum of what may be added; false where that is not of one sort, or no row has it.
func (c *Column[R]) add(rows []R) (sum int64, there bool, err error) {
	has := len(rows) // rows that do not lack it
	for i, r := range rows {
		if c.sum.counts != nil && !c.sum.counts(r) {
			continue
		}
		if c.sum.like != nil && i > 0 && c.sum.like(r) != c.sum.like(rows[0]) {
			return 0, false, nil
		}
		read := c.read
		if c.sum.of != nil {
			read = c.sum.of
		}
		v := read(r)
		if v.none {
			has--
		}
		n := v.number
		if sum += n; (sum > sum-n) != (n > 0) {
			return 0, false, ErrOverflow
		}
	}
	return sum, has > 0 || len(rows) == 0, nil
}

func (c *Column[R]) count(rows []R) int64 {
	seen := map[string]bool{}
	for _, r := range rows {
		for _, value := range c.counted.values(r) {
			if value != "" {
				seen[value] = true
			}
		}
	}
	return int64(len(seen))
}

// ordered says whether rows lie by their leading columns as they come; of many, memory for
// two is enough.
func (s Shape[R]) ordered(rows []R) bool {
	last, next := make([]Value, s.Leading), make([]Value, s.Leading)
	for i, r := range rows {
		before := 0
		for k := range s.Leading {
			next[k] = s.Columns[k].read(r)
			if i > 0 && before == 0 {
				before = last[k].compare(&next[k])
			}
		}
		if before > 0 {
			return false
		}
		last, next = next, last
	}
	return true
}

// order sorts rows by their leading columns, each read once; equal ones stay as they come.
func (s Shape[R]) order(rows []R) {
	if s.ordered(rows) {
		return
	}
	keys, places := make([]Value, len(rows)*s.Leading), make([]int, len(rows))
	for i, r := range rows {
		places[i] = i
		for k := range s.Leading {
			keys[i*s.Leading+k] = s.Columns[k].read(r)
		}
	}
	slices.SortFunc(places, func(a, b int) int {
		for k := range s.Leading {
			if c := keys[a*s.Leading+k].compare(&keys[b*s.Leading+k]); c != 0 {
				return c
			}
		}
		return a - b
	})
	sorted := make([]R, len(rows))
	for i, place := range places {
		sorted[i] = rows[place]
	}
	copy(rows, sorted)
}

// compare orders values of one field; what is none comes first.
func (v *Value) compare(other *Value) int {
	if v.none != other.none {
		if v.none {
			return -1
		}
		return 1
	}
	if v.number != other.number {
		return cmp.Compare(v.number, other.number)
	}
	return Compare(v.text, other.text)
}

// Compare orders ids as people do: what they have in digits by size, so that W-9 comes
// before W-10.
func Compare(a, b string) int {
	if a == b { // as most of the leading ones are
		return 0
	}
	x, y := a, b
	for x != "" && y != "" {
		if !digit(x[0]) || !digit(y[0]) {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		var m, n string
		m, x = digits(x)
		n, y = digits(y)
		if c := cmp.Or(cmp.Compare(len(m), len(n)), strings.Compare(m, n)); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// digits are those that a text begins with, without zeros before them, and the rest.
func digits(s string) (number, rest string) {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
}
