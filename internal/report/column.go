package report

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says what a value is.
type Kind string

// The kinds. An amount is in grosze and a time in minutes, a decimal in hundredths; a date
// is RRRR-MM-DD, a month RRRR-MM, "" where there is none. An object is a few names with a
// value each, of which not every row has the same.
const (
	KindText    Kind = "text"
	KindInteger Kind = "integer"
	KindDecimal Kind = "decimal"
	KindGrosze  Kind = "grosze"
	KindMinutes Kind = "minutes"
	KindDate    Kind = "date"
	KindMonth   Kind = "month"
	KindFlag    Kind = "flag"
	KindList    Kind = "list"
	KindObject  Kind = "object"
)

// Reference is the kind of thing that a value names; which there are is the caller's.
type Reference string

// Word is a code with the Polish word for it.
type Word struct{ Code, Polish string }

// Words are the codes that a value may be, in the order they are offered in; none
// where it may be anything, and then a text that equals a code is no code.
type Words []Word

// Say is the Polish word for a code, or the code where it has none.
func (w Words) Say(code string) string {
	for _, word := range w {
		if word.Code == code {
			return word.Polish
		}
	}
	return code
}

// Field is what is declared of a value, whatever it is read from.
type Field struct {
	Name  string // in JSON and CSV; "" of a list's items that are plain values
	Title string // Polish
	Kind  Kind
	// Refers is what the value, or each plain item, names; "" is nothing.
	Refers Reference
	Words  Words
	Items  []Field // of a list's items; of an object's members the name and the value
	// Optional: a number that a row may lack; null in JSON, empty elsewhere.
	Optional bool
	// Beneath: sentences, which a page shows under the row, over its whole width.
	Beneath bool
}

// Param is a parameter of a report.
type Param struct {
	Name, Doc string // Doc is Polish
	Kind      Kind
	Refers    Reference
	Words     Words // those it may be, or nothing; none where it may be anything
	// Several: it may be several of its words, with Separator between them.
	Several bool
	// Tells: its value tells, of whomever an answer names, what is not told in clear. Whoever
	// keeps what was asked leaves it out.
	Tells bool
}

// Separator stands between the words of a parameter that may be several.
const Separator = ","

// Choices are the values that a form offers of a parameter with words, with what people
// read: each word, or each choice of several, in the order of the words.
func (p *Param) Choices() Words {
	if !p.Several {
		return p.Words
	}
	choices := make(Words, 0, 1<<len(p.Words)-1)
	for chosen := 1; chosen < 1<<len(p.Words); chosen++ {
		var codes []string
		for i, word := range p.Words {
			if chosen&(1<<i) != 0 {
				codes = append(codes, word.Code)
			}
		}
		value := strings.Join(codes, Separator)
		choices = append(choices, Word{value, p.Say(value)})
	}
	slices.SortStableFunc(choices, func(a, b Word) int {
		return strings.Count(a.Code, Separator) - strings.Count(b.Code, Separator)
	})
	return choices
}

// Value is what a cell holds; its field says how to read it.
type Value struct {
	text   string    // text, date, month
	number int64     // integer, grosze, minutes, hundredths; of a flag 0 or 1
	items  [][]Value // list: of each item its fields; object: of each member name and value
	none   bool      // a number that there is none of
}

// Column is one field of rows R.
type Column[R any] struct {
	Field
	read func(R) Value
	// What of the column the totals hold; nil is nothing.
	sum     *sum[R]
	counted *counted[R]
}

// sum says what of a column is added.
type sum[R any] struct {
	counts func(R) bool   // nil: every row
	like   func(R) string // nil: all are alike; else there is a sum where those added are
	of     func(R) Value  // nil: the value that the row shows
}

// counted says which different values are counted, and under what name.
type counted[R any] struct {
	name, title, unit string
	values            func(R) []string
	of                Reference // what the values name; "" is nothing
	noted             bool      // people are told it below the table, of which it is no total
}

// Sum has the totals hold the sum of all rows.
func (c Column[R]) Sum() Column[R] { return c.SumOf(nil) }

// SumOf has the totals hold the sum of those rows that count.
func (c Column[R]) SumOf(counts func(R) bool) Column[R] {
	c.sum = &sum[R]{counts: counts}
	return c
}

// SumOnce has the totals hold the sum of what each row adds to the others, where rows share
// some of what they show.
func (c Column[R]) SumOnce(adds func(R) int64) Column[R] {
	c.sum = &sum[R]{of: func(r R) Value { return Value{number: adds(r)} }}
	return c
}

// SumAlike has the totals hold the sum where all rows are of one sort; of several there
// is none.
func (c Column[R]) SumAlike(sort func(R) string) Column[R] {
	c.sum = &sum[R]{like: sort}
	return c
}

// Distinct has the totals count, under a name and title of their own, how many different
// values all rows come to; "" is none. Unit stands behind the number for people.
func (c Column[R]) Distinct(name, title, unit string, values func(R) []string) Column[R] {
	return c.DistinctOf("", name, title, unit, values)
}

// Noted is Distinct of what is about the whole table: people are told it in a line below the
// totals, where it is not zero.
func (c Column[R]) Noted(name, title, unit string, values func(R) []string) Column[R] {
	c = c.Distinct(name, title, unit, values)
	c.counted.noted = true
	return c
}

// DistinctOf is Distinct of values that name things of a kind.
func (c Column[R]) DistinctOf(of Reference, name, title, unit string, values func(R) []string) Column[R] {
	c.counted = &counted[R]{name, title, unit, values, of, false}
	return c
}

// Counts says whether different values of things of a kind are counted.
func (c Column[R]) Counts(of Reference) bool { return c.counted != nil && c.counted.of == of }

// To says what the column's values refer to.
func (c Column[R]) To(what Reference) Column[R] {
	c.Refers = what
	return c
}

// In gives the column's codes their words.
func (c Column[R]) In(words Words) Column[R] {
	c.Words = words
	return c
}

// Optional has a number be none in the rows where it is not there; its total adds the
// others, and is none where there are none.
func (c Column[R]) Optional(there func(R) bool) Column[R] {
	read := c.read
	c.Field.Optional = true
	c.read = func(r R) Value {
		if !there(r) {
			return Value{none: true}
		}
		return read(r)
	}
	return c
}

// Beneath has pages show sentences under the row, where they would make a column of few words.
func (c Column[R]) Beneath() Column[R] {
	c.Field.Beneath = true
	return c
}

func column[R any](name, title string, kind Kind, read func(R) Value) Column[R] {
	return Column[R]{Field: Field{Name: name, Title: title, Kind: kind}, read: read}
}

// Text is a column of texts, ids or codes.
func Text[R any, S ~string](name, title string, read func(R) S) Column[R] {
	return column(name, title, KindText, func(r R) Value { return Value{text: string(read(r))} })
}

// number is what counts, amounts and times are kept as.
type number interface{ ~int | ~int32 | ~int64 }

func numbers[R any, N number](name, title string, kind Kind, read func(R) N) Column[R] {
	return column(name, title, kind, func(r R) Value { return Value{number: int64(read(r))} })
}

// Integer is a column of counts or numbers.
func Integer[R any, N number](name, title string, read func(R) N) Column[R] {
	return numbers(name, title, KindInteger, read)
}

// Decimal is a column of numbers with two decimals, which are read as hundredths.
func Decimal[R any, N number](name, title string, read func(R) N) Column[R] {
	return numbers(name, title, KindDecimal, read)
}

// Grosze is a column of amounts.
func Grosze[R any, N number](name, title string, read func(R) N) Column[R] {
	return numbers(name, title, KindGrosze, read)
}

// Minutes is a column of times.
func Minutes[R any, N number](name, title string, read func(R) N) Column[R] {
	return numbers(name, title, KindMinutes, read)
}

// Date is a column of days, whose String is RRRR-MM-DD or "".
func Date[R any, D fmt.Stringer](name, title string, read func(R) D) Column[R] {
	return column(name, title, KindDate, func(r R) Value { return Value{text: read(r).String()} })
}

// Month is a column of months, whose String is RRRR-MM or "".
func Month[R any, M fmt.Stringer](name, title string, read func(R) M) Column[R] {
	return column(name, title, KindMonth, func(r R) Value { return Value{text: read(r).String()} })
}

// Flag is a column of yes and no.
func Flag[R any](name, title string, read func(R) bool) Column[R] {
	return column(name, title, KindFlag, func(r R) Value {
		if read(r) {
			return Value{number: 1}
		}
		return Value{}
	})
}

// List is a column of lists, whose items have columns of their own. In running text the
// title of an item's number or day stands before it; texts, amounts and times say what
// they are.
func List[R, I any](name, title string, read func(R) []I, items ...Column[I]) Column[R] {
	c := column(name, title, KindList, func(r R) Value {
		list := read(r)
		v := Value{items: make([][]Value, len(list))}
		for i, item := range list {
			v.items[i] = make([]Value, len(items))
			for k := range items {
				v.items[i][k] = items[k].read(item)
			}
		}
		return v
	})
	c.Items = fields(items)
	return c
}

// Texts is a column of lists of plain texts.
func Texts[R any, S ~string](name, title string, read func(R) []S) Column[R] {
	return List(name, title, read, Text("", "", func(s S) S { return s }))
}

// Object is a column of names with a value each, in the order that they are read in: of
// texts, or of numbers. No name may come twice.
func Object[R, M any](name, title string, read func(R) []M, of, value Column[M]) Column[R] {
	c := List(name, title, read, of, value)
	c.Kind = KindObject
	return c
}

func fields[R any](columns []Column[R]) []Field {
	all := make([]Field, len(columns))
	for i := range columns {
		all[i] = columns[i].Field
	}
	return all
}

// plain says whether a list's items are plain values.
func (f *Field) plain() bool { return len(f.Items) == 1 && f.Items[0].Name == "" }

// Numeric says whether values of the kind are numbers.
func (k Kind) Numeric() bool {
	return k == KindInteger || k == KindDecimal || k == KindGrosze || k == KindMinutes
}
