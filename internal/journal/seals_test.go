package journal

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
)

// sealedField is a field of an event that holds a sealed text.
type sealedField struct {
	path string // of JSON names
	name string // the last of them
	v    reflect.Value
}

// sealedFields finds every sealed text of an event, however deep it lies.
func sealedFields(v reflect.Value, path, name string) []sealedField {
	if v.Type() == reflect.TypeFor[domain.Sealed]() {
		return []sealedField{{path, name, v}}
	}
	var found []sealedField
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			inner := path
			if tag != "" {
				inner += "." + tag
			}
			found = append(found, sealedFields(v.Field(i), inner, tag)...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			found = append(found, sealedFields(v.Index(i), fmt.Sprintf("%s[%d]", path, i), name)...)
		}
	}
	return found
}

// TestEveryEventSaysHowItsTextsAreSealed: no event has a sealed text that it does
// not tell of, by the name it is recorded under, and each is whose key it says.
func TestEveryEventSaysHowItsTextsAreSealed(t *testing.T) {
	t.Parallel()
	table := ledger(t)
	for _, typ := range table.Names() {
		zero := table.kinds[typ].sample
		if zero.EventType() != typ {
			continue
		}
		v := reflect.New(reflect.TypeOf(zero)).Elem()
		v.Set(reflect.ValueOf(sampleOf(t, zero)))
		want := map[domain.Sealed]string{}
		for _, f := range sealedFields(v, "", "") {
			text := domain.Sealed(f.path)
			f.v.SetString(f.path)
			want[text] = f.name
		}
		got := map[domain.Sealed]string{}
		e, _ := v.Interface().(domain.Event)
		domain.EachSeal(e, func(s domain.Seal, text domain.Sealed) {
			got[text] = s.Field
			if s.Subject.Kind == "" || s.Subject.ID == "" {
				t.Errorf("%s%s is sealed with nobody's key", typ, text)
			}
		})
		if !maps.Equal(got, want) {
			t.Errorf("%s tells of the sealed texts %v, and has %v", typ, got, want)
		}
		resealed := reflect.New(v.Type()).Elem()
		resealed.Set(reflect.ValueOf(domain.Reseal(e, func(_ domain.Seal, text domain.Sealed) domain.Sealed { return "again " + text })))
		for _, f := range sealedFields(resealed, "", "") {
			if f.v.String() != "again "+f.path {
				t.Errorf("%s%s stays as it was", typ, f.path)
			}
		}
		for _, f := range sealedFields(v, "", "") {
			if f.v.String() != f.path {
				t.Errorf("%s%s changed in the event it was taken from", typ, f.path)
			}
		}
	}
}

// TestScopesAreUnambiguous: texts are bound to what a scope is written as.
func TestScopesAreUnambiguous(t *testing.T) {
	t.Parallel()
	day, month := domain.NewDate(2026, 3, 5), domain.NewMonth(2026, 3)
	written := map[string]domain.Scope{}
	for want, s := range map[string]domain.Scope{
		"":                                      {},
		"day=2026-03-05;":                       {Day: day},
		"month=2026-03;":                        {Month: month},
		"line=7;":                               {Line: 7},
		"of=contract/S%2F1;month=2026-03;":      {Of: domain.Ref{Kind: domain.RefContract, ID: "S/1"}, Month: month},
		"of=contract/x%3Bday%3D2026%2D03%2D05;": {Of: domain.Ref{Kind: domain.RefContract, ID: "x;day=2026-03-05"}},
		"of=contract/x;day=2026-03-05;line=1;":  {Of: domain.Ref{Kind: domain.RefContract, ID: "x"}, Day: day, Line: 1},
	} {
		got := s.String()
		if got != want {
			t.Errorf("%+v is written %q, not %q", s, got, want)
		}
		if other, twice := written[got]; twice {
			t.Errorf("%+v and %+v are written alike", s, other)
		}
		written[got] = s
	}
	if len(written) != 7 {
		t.Error(slices.Collect(maps.Keys(written)))
	}
}
