package domain

import (
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"
)

// Sealed is text encrypted with the key of one subject ("" is no text). Only the
// vault makes and opens it. The same text in the same Seal always gives the same
// Sealed, so that a decision can compare it unopened.
type Sealed string

// Epoch is what a sealed text says of the key, among those of its subject, that it was sealed
// with: texts of two are never equal, whatever they say.
func (s Sealed) Epoch() string {
	version, body, _ := strings.Cut(string(s), ".")
	if len(body) < 4 || version == "v1" {
		return version
	}
	of, err := base64.RawURLEncoding.DecodeString(body[:4])
	if err != nil {
		return version
	}
	return version + string(of[:2])
}

// clearMark begins a text that an older event holds in clear.
const clearMark = "v0."

// InClear is a text that an older event holds in clear, where its successor has a
// sealed one. Only upcasters make it, and it is never recorded anew.
func InClear(text string) Sealed {
	if text == "" {
		return ""
	}
	return Sealed(clearMark + text)
}

// InClear is the text itself where the event that holds it has it in clear.
func (s Sealed) InClear() (string, bool) { return strings.CutPrefix(string(s), clearMark) }

// A Seal says of a sealed text whose key seals it, what it is and which fact it
// belongs to. It is bound into the text: under any other Seal it does not open.
type Seal struct {
	// Subject is whose key it is: the person, or what the text is about where
	// that is no person. With the key gone, so is the text.
	Subject Ref
	// Field is the JSON name that the text is recorded under.
	Field string
	Scope Scope
}

// Scope is how far equal texts of one subject and field show as equal: within
// one fact, or within what a rule must compare. A zero part is left open.
type Scope struct {
	Of    Ref
	Month Month
	Day   Date
	Line  int
}

// String is unambiguous, and for ever: sealed texts are bound to it.
func (s Scope) String() string {
	b := make([]byte, 0, 64)
	add := func(name, value string) {
		if value != "" {
			b = append(append(append(append(b, name...), '='), value...), ';')
		}
	}
	if s.Of.ID != "" {
		b = append(append(append(append(append(b, "of="...), s.Of.Kind...), '/'), Escape(s.Of.ID)...), ';')
	}
	if s.Month != 0 {
		add("month", s.Month.String())
	}
	add("day", s.Day.String())
	if s.Line != 0 {
		add("line", strconv.Itoa(s.Line))
	}
	return string(b)
}

// Sealing is an event, or a part of one, that may hold sealed texts: its fields that are
// Sealed. It says itself how the text of a field, by its JSON name, is sealed; a part that
// says so as well is asked for its own. Opening, sealing and erasing ask nobody else.
type Sealing interface{ Seal(field string) Seal }

// Reseal is the event with each of its sealed texts as by gives it.
func Reseal(e Event, by func(Seal, Sealed) Sealed) Event {
	s, ok := e.(Sealing)
	if !ok {
		return e
	}
	v := reflect.New(reflect.TypeOf(e)).Elem()
	v.Set(reflect.ValueOf(e))
	eachText(s, v, func(s Seal, text reflect.Value) { text.SetString(string(by(s, Sealed(text.String())))) })
	resealed, _ := v.Interface().(Event)
	return resealed
}

// EachSeal hands over every sealed text of an event.
func EachSeal(e Event, each func(Seal, Sealed)) {
	if s, ok := e.(Sealing); ok {
		eachText(s, reflect.ValueOf(e), func(s Seal, text reflect.Value) { each(s, Sealed(text.String())) })
	}
}

// eachText hands over the texts of a struct, where there are any.
func eachText(by Sealing, of reflect.Value, each func(Seal, reflect.Value)) {
	for i := range of.NumField() {
		switch v := of.Field(i); {
		case v.Kind() == reflect.Struct:
			if itself, ok := v.Interface().(Sealing); ok {
				eachText(itself, v, each)
			} else {
				eachText(by, v, each)
			}
		case v.Type() == reflect.TypeFor[Sealed]() && v.Len() > 0:
			name, _, _ := strings.Cut(of.Type().Field(i).Tag.Get("json"), ",")
			each(by.Seal(name), v)
		}
	}
}
