package journal

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"ksiega/domain"
)

// ErrUnreadable: what was decided would not be read back as it is, so that it was
// not recorded: a log holds for ever what nobody can read.
var ErrUnreadable = errors.New("what was to be recorded would not be read back as it is")

// prove refuses an event and its envelope that do not come back from their bytes
// as they are.
func (d *decoder) prove(event domain.Event, data []byte, m *Meta, raw []byte) error {
	var meta Meta
	if err := d.readMeta(raw, &meta); err != nil || meta != *m && !alike(reflect.ValueOf(meta), reflect.ValueOf(*m)) {
		return fmt.Errorf("%w: the envelope of a %s", ErrUnreadable, event.EventType())
	}
	back, err := d.readEvent(event.EventType(), data)
	if err != nil || !sameEvent(back, event) {
		return fmt.Errorf("%w: a %s", ErrUnreadable, event.EventType())
	}
	return nil
}

func sameEvent(a, b domain.Event) bool {
	t := reflect.TypeOf(a)
	return t == reflect.TypeOf(b) && (t.Comparable() && a == b || alike(reflect.ValueOf(a), reflect.ValueOf(b)))
}

// alike compares two values of one type as JSON does: no list is an empty list, and
// a moment is the same in another zone.
func alike(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Struct:
		if at, ok := moment(a); ok {
			bt, _ := moment(b)
			return at.Equal(bt)
		}
		for i := range a.NumField() {
			if !alike(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !alike(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for _, k := range a.MapKeys() {
			if v := b.MapIndex(k); !v.IsValid() || !alike(a.MapIndex(k), v) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		a, b = a.Elem(), b.Elem()
		return a.Type() == b.Type() && alike(a, b)
	}
	return a.Comparable() && a.Equal(b)
}

func moment(v reflect.Value) (time.Time, bool) {
	if v.Type() != reflect.TypeFor[time.Time]() || !v.CanInterface() {
		return time.Time{}, false
	}
	t, ok := v.Interface().(time.Time)
	return t, ok
}
