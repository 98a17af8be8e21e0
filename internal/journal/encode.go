package journal

import (
	"encoding"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/domain"
)

// encoder writes payloads and envelopes: the very bytes that json.Marshal
// writes, in a fraction of its time. It knows the types of a table beforehand;
// what is unusual in a type or a value it leaves to json.Marshal.
type encoder struct {
	table    *Table
	payloads map[reflect.Type]writer // of events
	envelope writer
}

// writer appends a value; false says that json.Marshal must.
type writer func(dst []byte, v reflect.Value) ([]byte, bool)

func newEncoder(t *Table) *encoder {
	e := &encoder{table: t, payloads: map[reflect.Type]writer{}}
	e.envelope, _ = structWriter(reflect.TypeFor[Meta](), nil)
	if t == nil {
		return e
	}
	for _, k := range t.kinds {
		typ := reflect.TypeOf(k.sample)
		if _, written := t.kinds[k.sample.EventType()]; !written || typ.Kind() != reflect.Struct {
			continue
		}
		if w, ok := writerOf(typ, nil); ok {
			e.payloads[typ] = w
		}
	}
	return e
}

// event appends a payload; only types in the table are written.
func (e *encoder) event(dst []byte, event domain.Event) ([]byte, error) {
	if w := e.payloads[reflect.TypeOf(event)]; w != nil {
		if written, ok := w(dst, reflect.ValueOf(event)); ok {
			return written, nil
		}
	}
	b, err := e.table.encode(event)
	return append(dst, b...), err
}

// meta appends an envelope.
func (e *encoder) meta(dst []byte, m *Meta) ([]byte, error) {
	if e.envelope != nil {
		if written, ok := e.envelope(dst, reflect.ValueOf(m).Elem()); ok {
			return written, nil
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		// The encoder's own message may quote the envelope.
		return nil, errors.New("the envelope does not encode")
	}
	return append(dst, b...), nil
}

// writerOf is how values of a type are written. A type with a say of its own
// in that is left to json.Marshal, but for the civil times, and so is one that
// holds itself.
func writerOf(t reflect.Type, within []reflect.Type) (writer, bool) {
	switch t {
	case reflect.TypeFor[domain.Date]():
		return writeDate, true
	case reflect.TypeFor[domain.Month]():
		return writeMonth, true
	case reflect.TypeFor[domain.TimeOfDay]():
		return writeTimeOfDay, true
	case reflect.TypeFor[Salt]():
		return writeSalt, true
	}
	if writesItself(t) {
		return nil, false
	}
	switch t.Kind() {
	case reflect.String:
		return writeString, true
	case reflect.Bool:
		return func(dst []byte, v reflect.Value) ([]byte, bool) { return strconv.AppendBool(dst, v.Bool()), true }, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(dst []byte, v reflect.Value) ([]byte, bool) { return strconv.AppendInt(dst, v.Int(), 10), true }, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(dst []byte, v reflect.Value) ([]byte, bool) { return strconv.AppendUint(dst, v.Uint(), 10), true }, true
	case reflect.Slice:
		return sliceWriter(t, within)
	case reflect.Struct:
		return structWriter(t, within)
	}
	return nil, false
}

func writesItself(t reflect.Type) bool {
	for _, own := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.MarshalerTo](), reflect.TypeFor[encoding.TextMarshaler](),
		reflect.TypeFor[encoding.TextAppender](), reflect.TypeFor[interface{ IsZero() bool }]()} {
		if t.Implements(own) || reflect.PointerTo(t).Implements(own) {
			return true
		}
	}
	return false
}

func sliceWriter(t reflect.Type, within []reflect.Type) (writer, bool) {
	if t.Elem().Kind() == reflect.Uint8 {
		return nil, false // bytes are written as base64
	}
	element, ok := writerOf(t.Elem(), within)
	return func(dst []byte, v reflect.Value) ([]byte, bool) {
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			var ok bool
			if dst, ok = element(dst, v.Index(i)); !ok {
				return dst, false
			}
		}
		return append(dst, ']'), true
	}, ok
}

// member is a field of a struct, or of one that is embedded in it.
type member struct {
	name     string // quoted, with the colon
	index    []int
	omitZero bool
	write    writer
}

func structWriter(t reflect.Type, within []reflect.Type) (writer, bool) {
	var members []member
	ok := gather(t, nil, within, &members)
	names := map[string]bool{}
	for _, m := range members {
		ok = ok && !names[m.name]
		names[m.name] = true
	}
	return func(dst []byte, v reflect.Value) ([]byte, bool) {
		dst = append(dst, '{')
		start := len(dst)
		for i := range members {
			m := &members[i]
			field := v.Field(m.index[0])
			for _, k := range m.index[1:] {
				field = field.Field(k)
			}
			if m.omitZero && field.IsZero() {
				continue
			}
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = append(dst, m.name...)
			var ok bool
			if dst, ok = m.write(dst, field); !ok {
				return dst, false
			}
		}
		return append(dst, '}'), true
	}, ok && len(members) > 0
}

var plainName = regexp.MustCompile(`^[$A-Za-z][A-Za-z0-9]*$`)

// gather lists the members of a struct in the order in which they are written.
func gather(t reflect.Type, at []int, within []reflect.Type, members *[]member) bool {
	if slices.Contains(within, t) {
		return false
	}
	within = append(within[:len(within):len(within)], t)
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		index := append(at[:len(at):len(at)], i)
		if f.Anonymous && !tagged {
			if f.Type.Kind() != reflect.Struct || !f.IsExported() || writesItself(f.Type) || !gather(f.Type, index, within, members) {
				return false
			}
			continue
		}
		if !tagged {
			name = f.Name
		}
		if !f.IsExported() || !plainName.MatchString(name) || options != "" && options != "omitzero" {
			return false
		}
		m := member{name: `"` + name + `":`, index: index, omitZero: options != ""}
		var ok bool
		if m.write, ok = writerOf(f.Type, within); !ok {
			// An instant is nearly always left out.
			if !m.omitZero || f.Type != reflect.TypeFor[time.Time]() {
				return false
			}
			m.write = func(dst []byte, _ reflect.Value) ([]byte, bool) { return dst, false }
		}
		*members = append(*members, m)
	}
	return true
}

// writeString quotes; what needs an escape, or is not UTF-8, goes the long way.
func writeString(dst []byte, v reflect.Value) ([]byte, bool) {
	s := v.String()
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			dst, err := jsontext.AppendQuote(dst, s)
			return dst, err == nil
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"'), true
}

func writeDate(dst []byte, v reflect.Value) ([]byte, bool) {
	dst, err := domain.Date(v.Int()).AppendText(append(dst, '"'))
	return append(dst, '"'), err == nil
}

func writeMonth(dst []byte, v reflect.Value) ([]byte, bool) {
	dst = append(append(dst, '"'), domain.Month(v.Int()).String()...)
	return append(dst, '"'), true
}

func writeTimeOfDay(dst []byte, v reflect.Value) ([]byte, bool) {
	dst = append(append(dst, '"'), domain.TimeOfDay(v.Int()).String()...)
	return append(dst, '"'), true
}

func writeSalt(dst []byte, v reflect.Value) ([]byte, bool) {
	s, ok := v.Interface().(Salt)
	if !ok {
		return dst, false
	}
	dst, err := s.AppendText(append(dst, '"'))
	return append(dst, '"'), err == nil
}
