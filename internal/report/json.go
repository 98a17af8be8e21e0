package report

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// writeBytes is how much is gathered before it is sent.
const writeBytes = 32 << 10

// writer writes JSON value by value, and keeps the first error, after which it writes
// nothing. A report may have tens of thousands of rows, so that what all of them begin with,
// the names of their fields, is written once.
type writer struct {
	to   io.Writer
	text []byte // gathered, to be sent
	next bool   // a value stands before, so that a comma comes first
	err  error
}

// send sends what was gathered.
func (w *writer) send() {
	if w.err == nil {
		_, w.err = w.to.Write(w.text)
	}
	w.text = w.text[:0]
}

// comma stands before each value but the first.
func (w *writer) comma() {
	if w.next {
		w.text = append(w.text, ',')
	}
	w.next = true
}

func (w *writer) begin(bracket byte) {
	w.comma()
	w.text, w.next = append(w.text, bracket), false
}

func (w *writer) end(bracket byte) { w.text, w.next = append(w.text, bracket), true }

// quoted is a text as JSON, mended where it is not UTF-8.
func quoted(to []byte, s string) []byte {
	to, _ = jsontext.AppendQuote(to, s) // what it fails with is mended
	return to
}

func (w *writer) say(s string) {
	w.comma()
	w.text = quoted(w.text, s)
}

// raw writes what is JSON already.
func (w *writer) raw(s string) {
	w.comma()
	w.text = append(w.text, s...)
}

// name stands before a member's value.
func (w *writer) name(s string) {
	w.say(s)
	w.text, w.next = append(w.text, ':'), false
}

func (w *writer) member(name, value string) {
	w.name(name)
	w.say(value)
}

// writeJSON writes one object: report or document, params, asOf, knownAt, position,
// generatedAt, day, then rows and totals, or sections. Positions are strings.
func (a Answer) writeJSON(out io.Writer) error {
	w := &writer{to: out, text: make([]byte, 0, writeBytes)}
	w.begin('{')
	if a.Sections == nil {
		w.member("report", a.Name)
	} else {
		w.member("document", a.Name)
	}
	w.name("params")
	w.begin('{')
	for _, name := range slices.Sorted(maps.Keys(a.Params)) {
		w.member(name, a.Params[name])
	}
	w.end('}')
	w.member("asOf", a.AsOf)
	w.member("knownAt", a.KnownAt)
	w.member("position", a.Position)
	w.member("generatedAt", a.GeneratedAt.UTC().Format(time.RFC3339Nano))
	w.member("day", a.Day)
	if a.Sections == nil {
		w.table(&a.Table)
	} else {
		w.sections(a.Sections)
	}
	w.end('}')
	w.text = append(w.text, '\n')
	w.send()
	return w.err
}

func (w *writer) sections(sections []Section) {
	w.name("sections")
	w.begin('[')
	for _, s := range sections {
		w.begin('{')
		w.member("name", s.Name)
		w.member("title", s.Title)
		w.name("texts")
		w.begin('[')
		for _, text := range s.Texts {
			w.say(text)
		}
		w.end(']')
		w.name("figures")
		w.begin('{')
		if s.Figures.Len > 0 {
			w.members(s.Figures.Fields, names(s.Figures.Fields), s.Figures.Row(0, nil))
		}
		w.end('}')
		w.name("tables")
		w.begin('[')
		for _, t := range s.Tables {
			w.begin('{')
			w.member("name", t.Name)
			w.member("title", t.Title)
			w.table(&t.Table)
			w.end('}')
		}
		w.end(']')
		w.end('}')
	}
	w.end(']')
}

// names are those of fields, as they stand before members' values.
func names(fields []Field) []string {
	all := make([]string, len(fields))
	for i := range fields {
		all[i] = string(append(quoted(nil, fields[i].Name), ':'))
	}
	return all
}

// table writes the members rows and totals.
func (w *writer) table(t *Table) {
	w.name("rows")
	w.begin('[')
	var row []Value
	named := names(t.Fields)
	for i := range t.Len {
		row = t.Row(i, row)
		w.begin('{')
		w.members(t.Fields, named, row)
		w.end('}')
		if len(w.text) > writeBytes-writeBytes/8 {
			w.send()
		}
		if w.err != nil {
			return
		}
	}
	w.end(']')
	w.name("totals")
	w.begin('{')
	for _, total := range t.Totals {
		w.name(total.Name)
		w.value(&Field{Kind: total.Kind}, &Value{number: total.Value})
	}
	w.end('}')
}

func (w *writer) members(fields []Field, named []string, values []Value) {
	for i := range fields {
		w.raw(named[i])
		w.next = false
		w.value(&fields[i], &values[i])
	}
}

func (w *writer) value(f *Field, v *Value) {
	if v.none {
		w.raw("null")
		return
	}
	switch f.Kind {
	case KindInteger, KindGrosze, KindMinutes:
		w.comma()
		w.text = strconv.AppendInt(w.text, v.number, 10)
	case KindDecimal:
		w.raw(decimal(v.number, "."))
	case KindFlag:
		w.raw(strconv.FormatBool(v.number != 0))
	case KindList:
		w.begin('[')
		named := names(f.Items)
		for _, item := range v.items {
			if f.plain() {
				w.value(&f.Items[0], &item[0])
				continue
			}
			w.begin('{')
			w.members(f.Items, named, item)
			w.end('}')
		}
		w.end(']')
	case KindObject:
		w.begin('{')
		for _, member := range v.items {
			w.name(member[0].text)
			w.value(&f.Items[1], &member[1])
		}
		w.end('}')
	default:
		w.say(v.text)
	}
}

// JSON is a value as an answer in JSON has it.
func (f *Field) JSON(v Value) (string, error) {
	var w writer
	w.value(f, &v)
	return string(w.text), w.err
}
