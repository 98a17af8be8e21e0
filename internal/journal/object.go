package journal

import (
	"encoding"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"

	"ksiega/domain"
)

// An object is a struct that is filled from plain JSON again and again, by one
// goroutine. It knows the struct's fields by their keys and has a pointer to
// each, so that reflection is needed once, not for every event.
//
// It understands less than the general decoder, and says so: no key that it
// does not know or that comes twice, no value of another kind than those that
// slot.to lists. What it understands, it reads as the general decoder would.
type object struct{ slots []slot }

// slot is one field.
type slot struct {
	key string // with quotes and colon
	// to points to the field: *string, *domain.Sealed, *int, *int64, *bool,
	// *domain.Date, *domain.Month, *domain.TimeOfDay, *Salt, or it is the *object of an
	// object. nil is a field of another kind, left to the general decoder.
	to any
	// once: hardly any value comes again.
	once bool
	last string // the last text read
}

// maxSlots is how many fields a set of bits holds.
const maxSlots = 64

// newObject makes an object of a struct that can be written to; nil where the
// general decoder does more with the type than to fill in fields by name. Values
// of the keys in once are not remembered.
func newObject(v reflect.Value, once ...string) *object {
	f := &object{}
	if !f.add(v) || len(f.slots) > maxSlots {
		return nil
	}
	for i := range f.slots {
		for k := range i {
			if f.slots[k].key == f.slots[i].key {
				return nil // which of them it means is decided by depth
			}
		}
		for _, key := range once {
			f.slots[i].once = f.slots[i].once || f.slots[i].key == quoted(key)
		}
	}
	return f
}

// plainKey says whether a tag means the key as it stands there.
func plainKey(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return r != '$' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

func quoted(key string) string { return `"` + key + `":` }

// add adds the fields of a struct and of those embedded in it.
func (f *object) add(v reflect.Value) bool {
	if v.Kind() != reflect.Struct || readsItself(v.Type()) {
		return false
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		tag, tagged := field.Tag.Lookup("json")
		key, options, _ := strings.Cut(tag, ",")
		switch {
		case !field.IsExported():
			return false
		case field.Anonymous && !tagged:
			if !f.add(v.Field(i)) {
				return false
			}
		case !plainKey(key), options != "" && options != "omitzero":
			return false
		default:
			f.slots = append(f.slots, slot{key: quoted(key), to: target(v.Field(i))})
		}
	}
	return true
}

func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[json.UnmarshalerFrom]()) ||
		p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// target is slot.to of a field.
func target(v reflect.Value) any {
	p := v.Addr()
	switch p.Interface().(type) {
	case *domain.Sealed, *domain.Date, *domain.Month, *domain.TimeOfDay, *Salt:
		return p.Interface()
	}
	if readsItself(v.Type()) {
		return nil
	}
	var as reflect.Type
	switch v.Kind() {
	case reflect.Struct:
		if f := newObject(v); f != nil {
			return f
		}
		return nil
	case reflect.String:
		as = reflect.TypeFor[*string]()
	case reflect.Int:
		as = reflect.TypeFor[*int]()
	case reflect.Int64:
		as = reflect.TypeFor[*int64]()
	case reflect.Bool:
		as = reflect.TypeFor[*bool]()
	default:
		return nil
	}
	return p.Convert(as).Interface()
}

// fill reads an object. It reports whether it understood it; if not, the fields
// are half filled. Fields that do not stand there stay as they are.
func (f *object) fill(c *cursor, known *recall) bool {
	if !c.take('{') {
		return false
	}
	if c.take('}') {
		return true
	}
	seen := uint64(0)
	for next := 0; ; next++ {
		if next = f.find(c, next); next < 0 || seen>>next&1 != 0 {
			return false
		}
		seen |= 1 << next
		if !f.slots[next].read(c, known) {
			return false
		}
		if c.take('}') {
			return true
		}
		if !c.take(',') {
			return false
		}
	}
}

// find steps over a key and says which it is, or -1. They usually come in
// order.
func (f *object) find(c *cursor, next int) int {
	for range f.slots {
		if next >= len(f.slots) {
			next = 0
		}
		if c.word(f.slots[next].key) {
			return next
		}
		next++
	}
	return -1
}

func (s *slot) read(c *cursor, known *recall) bool {
	switch to := s.to.(type) {
	case *string:
		var ok bool
		*to, ok = s.text(c, known)
		return ok
	case *domain.Sealed:
		// Neighbours may share it, but hardly anybody else.
		text, ok := s.text(c, nil)
		*to = domain.Sealed(text)
		return ok
	case *int64:
		n, ok := c.number()
		*to = n
		return ok
	case *int:
		n, ok := c.number()
		*to = int(n)
		return ok && int64(*to) == n
	case *bool:
		var ok bool
		*to, ok = c.truth()
		return ok
	case *object:
		return to.fill(c, known)
	default:
		return s.readCivil(c, known)
	}
}

func (s *slot) readCivil(c *cursor, known *recall) bool {
	b, ok := c.text()
	if !ok {
		return false
	}
	switch to := s.to.(type) {
	case *Salt:
		return to.UnmarshalText(b) == nil
	case *domain.Date:
		return civil(known, b, to, to.UnmarshalText)
	case *domain.Month:
		return civil(known, b, to, to.UnmarshalText)
	case *domain.TimeOfDay:
		return civil(known, b, to, to.UnmarshalText)
	}
	return false
}

// text reads a string; known nil remembers none but the last. What the event before
// had is compared, not read.
func (s *slot) text(c *cursor, known *recall) (string, bool) {
	if !s.once && c.quoted(s.last) {
		return s.last, true
	}
	b, ok := c.text()
	switch {
	case !ok:
		return "", false
	case known == nil || s.once:
		s.last = string(b)
	default:
		s.last = known.text(b)
	}
	return s.last, true
}
