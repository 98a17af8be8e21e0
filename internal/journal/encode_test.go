package journal

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"ksiega/domain"
)

// wild fills values with whatever a type can hold, often with zero.
type wild struct{ *rand.Rand }

func (w wild) fill(t testing.TB, v reflect.Value) {
	if w.IntN(4) == 0 {
		v.SetZero()
		return
	}
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf([]time.Time{{}, time.Time{}.Local(), time.Unix(w.Int64N(1<<33), w.Int64N(1e9)).UTC(), time.Unix(1<<50, 0)}[w.IntN(4)]))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			w.fill(t, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			w.fill(t, v.Index(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), w.IntN(4), 4))
		for i := range v.Len() {
			w.fill(t, v.Index(i))
		}
	case reflect.String:
		v.SetString(w.text())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt([]int64{w.Int64N(200_000), -w.Int64N(1000), math.MaxInt64, math.MinInt64, int64(w.Uint64())}[min(w.IntN(12), 4)%5] >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(w.Uint64() >> (64 - v.Type().Bits()))
	case reflect.Bool:
		v.SetBool(w.IntN(2) == 0)
	default:
		t.Fatalf("no value of a %s", v.Type())
	}
}

func (w wild) text() string {
	pieces := []string{"plain text 1/2026", "ż", `"`, `\`, "\n\r\t\b\f", "\x00", "\x1f", "\x7f", "<&>", "\u2028\u2029", "😀", "\ufffd", "\xff", "\xed\xa0\x80", "\xc5"}
	common := len(pieces)
	if w.IntN(3) > 0 {
		common -= 3 // UTF-8
	}
	var text []byte
	for range w.IntN(6) {
		text = append(text, pieces[w.IntN(common)]...)
	}
	return string(text)
}

// same compares what the encoder writes behind other bytes with json.Marshal.
func same(t testing.TB, write func([]byte) ([]byte, error), value any) {
	t.Helper()
	before := []byte("before")
	got, err := write(bytes.Clone(before))
	want, wantErr := json.Marshal(value, json.Deterministic(true))
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%T: %v, json.Marshal: %v", value, err, wantErr)
	}
	if err == nil && !bytes.Equal(got, append(before, want...)) {
		t.Fatalf("%T is written as\n%s\n, json.Marshal writes\n%s", value, got[len(before):], want)
	}
}

func sameForAll(t testing.TB, e *encoder, w wild) {
	t.Helper()
	for _, k := range e.table.kinds {
		v := reflect.New(reflect.TypeOf(k.sample)).Elem()
		w.fill(t, v)
		event := v.Interface().(domain.Event)
		if _, written := e.table.kinds[event.EventType()]; written {
			same(t, func(b []byte) ([]byte, error) { return e.event(b, event) }, event)
		}
	}
	var m Meta
	w.fill(t, reflect.ValueOf(&m).Elem())
	same(t, func(b []byte) ([]byte, error) { return e.meta(b, &m) }, m)
}

// TestEncoderWritesWhatMarshalWrites, for every type of the ledger.
func TestEncoderWritesWhatMarshalWrites(t *testing.T) {
	t.Parallel()
	e := newEncoder(ledger(t))
	for seed := range uint64(300) {
		sameForAll(t, e, wild{rand.New(rand.NewPCG(seed, 7))})
	}
}

func FuzzEncoder(f *testing.F) {
	table, err := Ledger()
	if err != nil {
		f.Fatal(err)
	}
	e := newEncoder(table)
	f.Add(uint64(1), uint64(2), "")
	f.Fuzz(func(t *testing.T, a, b uint64, text string) {
		sameForAll(t, e, wild{rand.New(rand.NewPCG(a, b))})
		m := Meta{Actor: text, Key: text}
		same(t, func(b []byte) ([]byte, error) { return e.meta(b, &m) }, m)
	})
}

// TestEncoderKnowsTheLedger: a type that the encoder leaves to json.Marshal is
// written many times slower.
func TestEncoderKnowsTheLedger(t *testing.T) {
	t.Parallel()
	e := newEncoder(ledger(t))
	for name, k := range e.table.kinds {
		sample := reflect.ValueOf(sampleOf(t, k.sample))
		if _, written := e.table.kinds[k.sample.EventType()]; !written {
			continue
		}
		w := e.payloads[sample.Type()]
		if w == nil {
			t.Errorf("%s: no way to write it", name)
			continue
		}
		if _, ok := w(nil, sample); !ok {
			t.Errorf("%s: the sample is left to json.Marshal", name)
		}
	}
	m := fullMeta()
	m.OriginCreated = time.Time{}
	if _, ok := e.envelope(nil, reflect.ValueOf(m)); !ok {
		t.Error("the envelope is left to json.Marshal")
	}
}

type ownText struct{ S string }

func (ownText) MarshalText() ([]byte, error) { return []byte("own"), nil }

type neverZero string

func (neverZero) IsZero() bool { return false }

// Base makes an event of what embeds it.
type Base struct{}

func (Base) EventType() string       { return "test.unusual.v1" }
func (Base) OccurredOn() domain.Date { return 0 }
func (Base) Refs() []domain.Ref      { return nil }

type (
	holds[T any] struct {
		Base
		V T `json:"v"`
	}
	mayHold[T any] struct {
		Base
		V T `json:"v,omitzero"`
	}
	tagged struct {
		Base
		V string `json:"v,omitempty"`
	}
	quotedNumber struct {
		Base
		V int `json:"v,string"`
	}
	oddName struct {
		Base
		V int `json:"'v-w'"`
	}
	unnamed struct {
		Base
		V int `json:",omitzero"`
	}
	left struct {
		Base
		V int `json:"-"`
	}
	Name   struct{ V string }
	hidden struct {
		Base
		Name
		V string
	}
	itself struct {
		Base
		V []itself
	}
	nested struct{ V ownText }
)

// TestEncoderLeavesWhatIsUnusual to json.Marshal.
func TestEncoderLeavesWhatIsUnusual(t *testing.T) {
	t.Parallel()
	text := "text"
	for _, event := range []domain.Event{
		Base{}, holds[ownText]{}, holds[[]ownText]{V: make([]ownText, 2)}, holds[nested]{}, mayHold[neverZero]{}, holds[time.Time]{},
		holds[map[string]int]{V: map[string]int{"y": 1, "x": 2}}, holds[*string]{V: &text}, holds[*string]{}, holds[[]byte]{V: []byte("bytes")},
		holds[[2]int]{}, holds[float64]{V: 1.5}, holds[any]{V: 1}, tagged{}, quotedNumber{V: 7}, oddName{V: 7}, unnamed{}, unnamed{V: 1}, left{V: 1},
		hidden{Name: Name{"a"}, V: "b"}, itself{V: []itself{{}, {}}},
	} {
		table, err := NewTable(Kind{name: event.EventType(), sample: event})
		if err != nil {
			t.Fatal(err)
		}
		e := newEncoder(table)
		if len(e.payloads) > 0 {
			t.Errorf("%T is not left to json.Marshal", event)
		}
		same(t, func(b []byte) ([]byte, error) { return e.event(b, event) }, event)
	}
	for _, event := range []domain.Event{holds[Name]{}, holds[[]Name]{V: []Name{{"a"}, {"b"}}}, holds[[]Name]{}, mayHold[[]Name]{V: []Name{}}, holds[uint64]{V: math.MaxUint64}} {
		table, err := NewTable(Kind{name: event.EventType(), sample: event})
		if err != nil {
			t.Fatal(err)
		}
		e := newEncoder(table)
		if len(e.payloads) != 1 {
			t.Errorf("%T is left to json.Marshal", event)
		}
		same(t, func(b []byte) ([]byte, error) { return e.event(b, event) }, event)
	}
}

func BenchmarkEncode(b *testing.B) {
	table, err := Ledger()
	if err != nil {
		b.Fatal(err)
	}
	e, m := newEncoder(table), Meta{Actor: "anna", Role: "caseworker", Correlation: "0a1b2c3d4e5f60718293a4b5c6d7e8f9", Key: "import:5f6e7d8c9b0a1f2e3d4c5b6a79880716:1",
		Source: Source{Door: "import", File: "5f6e7d8c9b0a1f2e3d4c5b6a79880716", Row: 1}, OccurredOn: domain.NewDate(2026, 1, 2)}
	b.ReportAllocs()
	buf := make([]byte, 0, 1<<10)
	for b.Loop() {
		if buf, err = e.meta(buf[:0], &m); err != nil {
			b.Fatal(err)
		}
	}
}
