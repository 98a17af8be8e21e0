package journal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	jsonx "github.com/go-json-experiment/json"

	"ksiega/domain"
)

// odd is an event with a field of every kind.
type odd struct {
	Inner
	Name   string           `json:"name"`
	Kind   oddKind          `json:"kind,omitzero"`
	Secret domain.Sealed    `json:"secret,omitzero"`
	Count  int              `json:"count"`
	Sum    domain.Grosze    `json:"sum,omitzero"`
	Done   bool             `json:"done,omitzero"`
	On     domain.Date      `json:"on,omitzero"`
	In     domain.Month     `json:"in,omitzero"`
	At     domain.TimeOfDay `json:"at,omitzero"`
	Part   part             `json:"part,omitzero"`
	Small  int8             `json:"small,omitzero"`
	Many   []string         `json:"many,omitzero"`
	Maybe  *int             `json:"maybe,omitzero"`
	Loud   loud             `json:"loud,omitzero"`
}

type (
	oddKind string
	part    struct {
		Name string `json:"name"`
		N    int    `json:"n,omitzero"`
	}
	// Inner is embedded; json knows only embedded types with a name for others.
	Inner struct {
		Top string `json:"top,omitzero"`
	}
	loud string
)

func (l *loud) UnmarshalText(b []byte) error {
	*l = loud(bytes.ToUpper(b))
	return nil
}

func (odd) EventType() string       { return "test.odd.v1" }
func (odd) OccurredOn() domain.Date { return 0 }
func (odd) Refs() []domain.Ref      { return nil }

func oddTable(t testing.TB) *Table {
	t.Helper()
	table, err := NewTable(KindOf[odd]())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestScannedForms(t *testing.T) {
	t.Parallel()
	table := oddTable(t)
	for payload, scanned := range map[string]bool{
		`{}`:                     true,
		`{"name":"a"}`:           true,
		`{"name":""}`:            true,
		`{"name":"żółć 1/2026"}`: true,
		`{"name":"a long one of ż and so that it is beyond a word, and what is remembered, by far"}`: true,
		`{"name":"1234567","kind":"12345678","top":"123456789"}`:                                     true,
		"{\"name\":\"a\x7fb\"}":                           true,
		`{"top":"t","kind":"k"}`:                          true,
		`{"kind":"k","top":"t"}`:                          true, // out of order
		`{"secret":"v1.AA","count":-7}`:                   true,
		`{"count":0,"sum":0}`:                             true,
		`{"sum":999999999999999999}`:                      true,
		`{"sum":-999999999999999999}`:                     true,
		`{"done":true}`:                                   true,
		`{"done":false}`:                                  true,
		`{"on":"2026-02-28","in":"2026-02","at":"08:05"}`: true,
		`{"on":"","in":""}`:                               true,
		`{"at":"8:05"}`:                                   true,
		`{"at":"24:00"}`:                                  true,
		`{"part":{}}`:                                     true,
		`{"part":{"n":3,"name":"x"},"name":"y"}`:          true,
		`{"name":"a","name":"b"}`:                         false, // doubled
		`{"part":{"n":1,"n":1}}`:                          false,
		`{"name":"a","other":1}`:                          false, // unknown
		`{"Name":"a"}`:                                    false,
		`{"name":"\u0061"}`:                               false, // escaped
		`{"name":"12345678\n"}`:                           false,
		`{"n\u0061me":"a"}`:                               false,
		"{\"name\":\"1234567890\x1f\"}":                   false,
		"{\"name\":\"a\xff\"}":                            false, // not UTF-8
		"{\"name\":\"12345678\xed\xa0\x80\"}":             false,
		`{"name":null}`:                                   false,
		`{"name":7}`:                                      false,
		`{"name":"a}`:                                     false,
		`{"name":"a"`:                                     false,
		`{"name":"a",}`:                                   false,
		`{"name":"a"}}`:                                   false,
		`{"name":"a"} `:                                   false,
		` {"name":"a"}`:                                   false,
		`{"name": "a"}`:                                   false,
		`{,"name":"a"}`:                                   false,
		`{"name":"a""kind":"b"}`:                          false,
		`{"count":01}`:                                    false,
		`{"count":-0}`:                                    false,
		`{"count":-}`:                                     false,
		`{"count":}`:                                      false,
		`{"count":+1}`:                                    false,
		`{"count":1.0}`:                                   false,
		`{"count":1e2}`:                                   false,
		`{"count":"1"}`:                                   false,
		`{"count":9223372036854775807}`:                   false, // fits, but is not plain
		`{"count":9223372036854775808}`:                   false,
		`{"sum":-9223372036854775808}`:                    false,
		`{"done":null}`:                                   false,
		`{"done":truer}`:                                  false,
		`{"done":"true"}`:                                 false,
		`{"on":"2026-02-30"}`:                             false,
		`{"on":"2026-02-28T00"}`:                          false,
		`{"on":"2026-02"}`:                                false,
		`{"in":"2026-02-28"}`:                             false,
		`{"in":"08:05"}`:                                  false,
		`{"at":""}`:                                       false,
		`{"at":"24:01"}`:                                  false,
		`{"on":20260228}`:                                 false,
		`{"part":null}`:                                   false,
		`{"part":[]}`:                                     false,
		`{"many":["a"]}`:                                  false, // left to the general decoder
		`{"maybe":7}`:                                     false,
		`{"small":7}`:                                     false,
		`{"loud":"a"}`:                                    false,
		`{"many":[]`:                                      false,
		`null`:                                            false,
		`[]`:                                              false,
		`""`:                                              false,
		``:                                                false,
		`{`:                                               false,
		`{"`:                                              false,
		`{"name"`:                                         false,
		`{"name":`:                                        false,
		`{"name":"`:                                       false,
		`{"top":{"top":"t"}}`:                             false,
		`{"Inner":{"top":"t"}}`:                           false,
		`{"name":"a","kind":"b","count":1,"name":"c","done":true}`: false,
	} {
		d := newDecoder(table)
		for range 2 { // what is remembered must not matter
			if got := agrees(t, d, "test.odd.v1", []byte(payload)); got != scanned {
				t.Errorf("%s: scanned is %v", payload, got)
			}
		}
	}
}

// agrees says whether a payload was scanned, and that what came of it is what
// the general decoder makes of it.
func agrees(t *testing.T, d *decoder, typ string, data []byte) bool {
	t.Helper()
	own := bytes.Clone(data)
	scanned := d.scanEvent(typ, own)
	for i := range own {
		own[i] = '#' // the bytes belong to somebody else
	}
	general, err := d.table.decodeGeneral(typ, data)
	if scanned != nil && (err != nil || !reflect.DeepEqual(scanned, general)) {
		t.Errorf("%s %q\nscanned %+v\ngeneral %+v, %v", typ, data, scanned, general, err)
	}
	either, got := d.readEvent(typ, data)
	if (got == nil) != (err == nil) || err == nil && !reflect.DeepEqual(either, general) {
		t.Errorf("%s %q: %+v, %v", typ, data, either, got)
	}
	return scanned != nil
}

// Neither what was read before nor what was half read may be seen in an event.
func TestFormsStartBlank(t *testing.T) {
	t.Parallel()
	d := newDecoder(oddTable(t))
	full := []byte(`{"top":"t","name":"n","kind":"k","secret":"s","count":1,"sum":2,"done":true,"on":"2026-02-28","in":"2026-02","at":"08:05","part":{"name":"p","n":3}}`)
	for _, next := range []string{`{}`, `{"part":{}}`, `{"name":"b","count":x`, `{"part":{"n":9},"other":1}`, `{"name":"b","done":false}`} {
		if !agrees(t, d, "test.odd.v1", full) {
			t.Fatal("not scanned")
		}
		agrees(t, d, "test.odd.v1", []byte(next))
	}
	first := d.scanEvent("test.odd.v1", full)
	d.scanEvent("test.odd.v1", []byte(`{"name":"other","count":99}`))
	if got, ok := first.(odd); !ok || got.Name != "n" || got.Count != 1 {
		t.Errorf("an event changed: %+v", first)
	}
}

func TestUnformed(t *testing.T) {
	t.Parallel()
	type named struct {
		Inner `json:"inner"`
	}
	if f := newObject(reflect.ValueOf(&named{}).Elem()); f == nil || len(f.slots) != 1 {
		t.Error("a struct with a key of its own is no object")
	}
	for _, v := range []any{new(int), new(loud), new(domain.Date),
		&struct {
			*Inner
		}{}, &struct {
			domain.Date
		}{}, &struct {
			Inner
			Top string `json:"top"`
		}{}, &struct {
			name string
		}{}, &struct {
			Name string
		}{}, &struct {
			Name string `json:"-"`
		}{}, &struct {
			Name string `json:"name,case:ignore"`
		}{}, &struct {
			N int `json:"n,string"`
		}{}, &struct {
			Name string `json:"'a b'"`
		}{}} {
		if newObject(reflect.ValueOf(v).Elem()) != nil {
			t.Errorf("%T is read as an object", v)
		}
	}
}

// Every event of the ledger is scanned as it is written, but for the few that
// hold a field of another kind.
func TestGoldensAreScanned(t *testing.T) {
	t.Parallel()
	table := ledger(t)
	files, err := fs.Glob(goldens, "testdata/events/*.json")
	if err != nil {
		t.Fatal(err)
	}
	d := newDecoder(table)
	for _, file := range files {
		data, err := goldens.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		typ, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".json"), "~")
		scanned := agrees(t, d, typ, bytes.TrimSpace(data))
		if d.last.object == nil {
			t.Errorf("%s is read as no object", typ)
			continue
		}
		var fields map[string]any
		if err := jsonx.Unmarshal(data, &fields); err != nil {
			t.Fatal(err)
		}
		left := holdsOther(d.last.object, fields)
		if scanned == left {
			t.Errorf("%s: scanned is %v", file, scanned)
		}
	}
}

// holdsOther says whether a field of another kind stands in an object, or in one
// within it.
func holdsOther(f *object, fields map[string]any) bool {
	return slices.ContainsFunc(f.slots, func(s slot) bool {
		value, present := fields[strings.Trim(s.key, `":`)]
		of, within := s.to.(*object)
		inner, _ := value.(map[string]any)
		return s.to == nil && present || within && holdsOther(of, inner)
	})
}

// FuzzForms: whenever a payload is scanned, the general decoder agrees.
func FuzzForms(f *testing.F) {
	tables := []*Table{ledger(f), oddTable(f)}
	for i, typ := range tables[0].Names() {
		if data, err := goldens.ReadFile("testdata/events/" + typ + ".json"); err == nil {
			f.Add(uint8(i), bytes.TrimSpace(data), bytes.TrimSpace(data))
		}
	}
	f.Add(uint8(255), []byte(`{"name":"12345678ż","count":-7,"on":"2026-02-28","at":"8:05","part":{"n":3}}`), []byte(`{"part":{"n":1},"at":"08:05"}`))
	f.Fuzz(func(t *testing.T, kind uint8, first, second []byte) {
		table, typ := tables[1], "test.odd.v1"
		if names := tables[0].Names(); int(kind) < len(names) {
			table, typ = tables[0], names[kind]
		}
		d := newDecoder(table)
		agrees(t, d, typ, first)
		agrees(t, d, typ, second)
		agrees(t, d, typ, first)
	})
}

func TestSpecial(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		want := b == '"' || b == '\\' || b < ' ' || b >= 0x80
		for at := range 8 {
			for _, above := range []byte{'a', '!', '#', ']', '[', ' ', 0x7f, 0, 0xff} {
				word := []byte(" !#[]\x7faz")
				word[at] = byte(b)
				for i := at + 1; i < 8; i++ {
					word[i] = above
				}
				expected := slices.IndexFunc(word, func(b byte) bool { return b == '"' || b == '\\' || b < ' ' || b >= 0x80 })
				if expected < 0 {
					expected = 8
				}
				if got := special(binary.LittleEndian.Uint64(word)); got != expected || want && got != at {
					t.Fatalf("%q: %d, not %d", word, got, expected)
				}
			}
		}
	}
}

// Text that takes another's place in memory must not change what was read.
func TestRecall(t *testing.T) {
	t.Parallel()
	known := newRecall()
	kept := map[string]string{}
	buffer := make([]byte, 0, 100)
	for n := range 5000 {
		want := fmt.Sprintf("U-%05d", n%3000)
		if n%7 == 0 {
			want = strings.Repeat(want, 10)
		}
		buffer = append(buffer[:0], want...)
		kept[want] = known.text(buffer)
		date := domain.NewDate(2000, 1, 1).Add(n % 3000)
		var day domain.Date
		buffer = append(buffer[:0], date.String()...)
		if !civil(known, buffer, &day, day.UnmarshalText) || day != date {
			t.Fatalf("%s came back as %s", date, day)
		}
		var month domain.Month
		buffer = append(buffer[:0], date.Month().String()...)
		if !civil(known, buffer, &month, month.UnmarshalText) || month != date.Month() {
			t.Fatalf("%s came back as %s", date.Month(), month)
		}
	}
	for want, got := range kept {
		if got != want {
			t.Errorf("%q is %q", want, got)
		}
	}
}
