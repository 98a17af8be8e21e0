package report

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// writeBytes is how much is gathered before it is sent.
const writeBytes = 32 << 10

// writer writes JSON and keeps the first error, after which it writes nothing.
type writer struct {
	to  *jsontext.Encoder
	err error
}

// newWriter writes text that is not UTF-8 mended.
func newWriter(w io.Writer) *writer {
	return &writer{to: jsontext.NewEncoder(w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))}
}

func (w *writer) token(t jsontext.Token) {
	if w.err == nil {
		w.err = w.to.WriteToken(t)
	}
}

func (w *writer) number(digits string) {
	if w.err == nil {
		w.err = w.to.WriteValue(jsontext.Value(digits))
	}
}

func (w *writer) text(s string) { w.token(jsontext.String(s)) }

func (w *writer) member(name, value string) {
	w.text(name)
	w.text(value)
}

// writeJSON writes one object: report or document, params, asOf, knownAt, position,
// generatedAt, day, then rows and totals, or sections. Positions are strings.
func (a Answer) writeJSON(out io.Writer) error {
	buffered := bufio.NewWriterSize(out, writeBytes)
	w := newWriter(buffered)
	w.token(jsontext.BeginObject)
	if a.Sections == nil {
		w.member("report", a.Name)
	} else {
		w.member("document", a.Name)
	}
	w.text("params")
	w.token(jsontext.BeginObject)
	for _, name := range slices.Sorted(maps.Keys(a.Params)) {
		w.member(name, a.Params[name])
	}
	w.token(jsontext.EndObject)
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
	w.token(jsontext.EndObject)
	if w.err != nil {
		return w.err
	}
	return buffered.Flush()
}

func (w *writer) sections(sections []Section) {
	w.text("sections")
	w.token(jsontext.BeginArray)
	for _, s := range sections {
		w.token(jsontext.BeginObject)
		w.member("name", s.Name)
		w.member("title", s.Title)
		w.text("texts")
		w.token(jsontext.BeginArray)
		for _, text := range s.Texts {
			w.text(text)
		}
		w.token(jsontext.EndArray)
		w.text("figures")
		w.token(jsontext.BeginObject)
		if s.Figures.Len > 0 {
			w.members(s.Figures.Fields, s.Figures.Row(0, nil))
		}
		w.token(jsontext.EndObject)
		w.text("tables")
		w.token(jsontext.BeginArray)
		for _, t := range s.Tables {
			w.token(jsontext.BeginObject)
			w.member("name", t.Name)
			w.member("title", t.Title)
			w.table(&t.Table)
			w.token(jsontext.EndObject)
		}
		w.token(jsontext.EndArray)
		w.token(jsontext.EndObject)
	}
	w.token(jsontext.EndArray)
}

// table writes the members rows and totals.
func (w *writer) table(t *Table) {
	w.text("rows")
	w.token(jsontext.BeginArray)
	var row []Value
	for i := range t.Len {
		row = t.Row(i, row)
		w.token(jsontext.BeginObject)
		w.members(t.Fields, row)
		w.token(jsontext.EndObject)
	}
	w.token(jsontext.EndArray)
	w.text("totals")
	w.token(jsontext.BeginObject)
	for _, total := range t.Totals {
		w.text(total.Name)
		w.value(&Field{Kind: total.Kind}, &Value{number: total.Value})
	}
	w.token(jsontext.EndObject)
}

func (w *writer) members(fields []Field, values []Value) {
	for i := range fields {
		w.text(fields[i].Name)
		w.value(&fields[i], &values[i])
	}
}

func (w *writer) value(f *Field, v *Value) {
	if v.none {
		w.token(jsontext.Null)
		return
	}
	switch f.Kind {
	case KindInteger, KindGrosze, KindMinutes:
		w.token(jsontext.Int(v.number))
	case KindDecimal:
		w.number(decimal(v.number, "."))
	case KindFlag:
		w.token(jsontext.Bool(v.number != 0))
	case KindList:
		w.token(jsontext.BeginArray)
		for _, item := range v.items {
			if f.plain() {
				w.value(&f.Items[0], &item[0])
				continue
			}
			w.token(jsontext.BeginObject)
			w.members(f.Items, item)
			w.token(jsontext.EndObject)
		}
		w.token(jsontext.EndArray)
	case KindObject:
		w.token(jsontext.BeginObject)
		for _, member := range v.items {
			w.text(member[0].text)
			w.value(&f.Items[1], &member[1])
		}
		w.token(jsontext.EndObject)
	default:
		w.text(v.text)
	}
}

// JSON is a value as an answer in JSON has it.
func (f *Field) JSON(v Value) (string, error) {
	var b bytes.Buffer
	w := newWriter(&b)
	w.value(f, &v)
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), w.err
}
