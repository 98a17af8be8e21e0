package journal

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"ksiega/domain"
)

// The goldens are embedded, so that a compiled test binary needs no source tree.
//
// events/<type>.json is what today's build writes for a sample with every field
// set; events/<type>~<n>.json is what an earlier build wrote. None is ever
// removed. KSIEGA_GOLDEN=update writes today's, keeping what differs.
//
//go:embed testdata
var goldens embed.FS

func updating() bool { return os.Getenv("KSIEGA_GOLDEN") == "update" }

// golden compares with a file, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	want, err := goldens.ReadFile(path)
	if err == nil && bytes.Equal(want, append(bytes.Clone(got), '\n')) {
		return
	}
	if !updating() {
		t.Errorf("%s differs or is missing (KSIEGA_GOLDEN=update writes it):\n got %s\nwant %s", path, got, want)
		return
	}
	if err == nil && strings.HasPrefix(name, "events/") {
		keepOld(t, strings.TrimSuffix(path, ".json"), want)
	}
	if err := os.WriteFile(path, append(bytes.Clone(got), '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func keepOld(t *testing.T, stem string, old []byte) {
	t.Helper()
	for n := 1; n < 1000; n++ {
		f, err := os.OpenFile(stem+"~"+string(rune('0'+n/100))+string(rune('0'+n/10%10))+string(rune('0'+n%10))+".json", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			continue
		}
		if _, err := f.Write(old); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("no room beside %s", stem)
}

// sampler fills every field with a value that depends on nothing but its place.
type sampler struct{ n int64 }

func (s *sampler) fill(t *testing.T, v reflect.Value, name string) {
	t.Helper()
	s.n++
	switch v.Interface().(type) {
	case domain.Date:
		v.SetInt(int64(domain.NewDate(2026, 1, 5).Add(int(s.n))))
		return
	case domain.Month:
		v.SetInt(int64(domain.NewMonth(2026, time.Month(s.n%12+1))))
		return
	case domain.TimeOfDay:
		v.SetInt(8*60 + s.n)
		return
	case domain.Sealed:
		v.SetString("sealed:" + name)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				t.Fatalf("%s.%s would not be recorded", v.Type(), v.Type().Field(i).Name)
			}
			s.fill(t, v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		s.fill(t, v.Elem(), name)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			s.fill(t, v.Index(i), name)
		}
	case reflect.String:
		v.SetString(name + "-" + strings.Repeat("ż", int(s.n%3)) + "1/2026")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(100 + s.n)
	case reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("%s: no sample of a %s", name, v.Kind())
	}
}

func sampleOf(t *testing.T, zero domain.Event) domain.Event {
	t.Helper()
	v := reflect.New(reflect.TypeOf(zero)).Elem()
	new(sampler).fill(t, v, "")
	return v.Interface().(domain.Event)
}

func TestGoldenEvents(t *testing.T) {
	t.Parallel()
	table := ledger(t)
	name := regexp.MustCompile(`^[a-z]+(\.[a-z]+(-[a-z]+)*)+\.v[0-9]+$`)
	for _, typ := range table.Names() {
		if !name.MatchString(typ) {
			t.Errorf("%s is no name of the form area.fact.vN", typ)
		}
		zero := table.kinds[typ].sample
		if zero.EventType() != typ {
			if _, err := goldens.ReadFile("testdata/events/" + typ + ".json"); err != nil {
				t.Errorf("%s is replaced by %s, but has no golden", typ, zero.EventType())
			}
			continue
		}
		sample := sampleOf(t, zero)
		data, err := table.encode(sample)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "events/"+typ+".json", data)
		back, err := table.Decode(typ, data)
		if err != nil || !reflect.DeepEqual(back, sample) {
			t.Errorf("%s comes back as %+v, %v", typ, back, err)
		}
		var fields map[string]any
		if err := json.Unmarshal(data, &fields); err != nil {
			t.Fatal(err)
		}
		for field := range fields {
			if !regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`).MatchString(field) {
				t.Errorf("%s: field %s is not camelCase", typ, field)
			}
		}
	}
}

// TestGoldensDecode reads every golden ever committed.
func TestGoldensDecode(t *testing.T) {
	t.Parallel()
	table := ledger(t)
	files, err := fs.Glob(goldens, "testdata/events/*.json")
	if err != nil || len(files) == 0 && !updating() {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		data, err := goldens.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		typ, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".json"), "~")
		e, err := table.Decode(typ, bytes.TrimSpace(data))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if reflect.ValueOf(e).IsZero() {
			t.Errorf("%s decodes to nothing", file)
		}
		_, _ = e.OccurredOn(), e.Refs()
	}
}

func fullMeta() Meta {
	return Meta{Actor: "anna", Role: "caseworker", Correlation: "corr-1", Causation: "cause-1", Key: "import:5f6e:7",
		Source: Source{Door: "import", File: "5f6e", Row: 7}, OccurredOn: domain.NewDate(2026, 2, 28),
		OriginPosition: 1<<63 + 5, OriginCreated: time.Date(2025, 12, 31, 23, 59, 59, 123_456_700, time.UTC),
		Salt: Salt{0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff, 8, 9, 10, 11, 12, 13, 14, 15}}
}

func TestGoldenEnvelope(t *testing.T) {
	t.Parallel()
	unsalted := fullMeta()
	unsalted.Salt = Salt{}
	for name, m := range map[string]Meta{"envelope-salted.json": fullMeta(), "envelope.json": unsalted, "envelope-least.json": {Actor: "anna"}} {
		b := encodedMeta(t, m)
		golden(t, name, b)
		var back Meta
		if err := newDecoder(testTable(t)).readMeta(b, &back); err != nil || !reflect.DeepEqual(back, m) {
			t.Errorf("%s comes back as %+v, %v", name, back, err)
		}
	}
}

func TestEventIDs(t *testing.T) {
	t.Parallel()
	anna := Meta{Actor: "anna", Role: "finance", Key: "k", Source: Source{Door: "import", File: "5f6e", Row: 7}, Correlation: "c-1"}
	seen := map[string]string{}
	for name, c := range map[string]struct {
		stream   string
		revision uint64
		by       func(*Meta)
		payload  string
		same     bool // as the first
	}{
		"first":       {"contract-SK.1", 0, func(*Meta) {}, `{"a":1}`, true},
		"sent again":  {"contract-SK.1", 0, func(m *Meta) { m.Correlation, m.OccurredOn = "c-2", 5 }, `{"a":1}`, true},
		"later":       {"contract-SK.1", 1, func(*Meta) {}, `{"a":1}`, false},
		"no key":      {"contract-SK.1", 0, func(m *Meta) { m.Key = "" }, `{"a":1}`, false},
		"elsewhere":   {"contract-SK.1k", 0, func(m *Meta) { m.Key = "" }, `{"a":1}`, false},
		"other words": {"contract-SK.1", 0, func(*Meta) {}, `{"a":2}`, false},
		"other actor": {"contract-SK.1", 0, func(m *Meta) { m.Actor = "jan" }, `{"a":1}`, false},
		"other role":  {"contract-SK.1", 0, func(m *Meta) { m.Role = "director" }, `{"a":1}`, false},
		"other door":  {"contract-SK.1", 0, func(m *Meta) { m.Source.Door = "cli" }, `{"a":1}`, false},
		"other file":  {"contract-SK.1", 0, func(m *Meta) { m.Source.File = "5f6f" }, `{"a":1}`, false},
		"other row":   {"contract-SK.1", 0, func(m *Meta) { m.Source.Row = 8 }, `{"a":1}`, false},
	} {
		by := anna
		c.by(&by)
		id := eventID(c.stream, c.revision, &by, []byte(c.payload))
		if id.Version() != 8 {
			t.Errorf("%s: version %d", name, id.Version())
		}
		// For ever: a retry may be another process of this build.
		if c.same != (id.String() == "1084e727-c35d-8540-a997-b52e377a04ed") {
			t.Errorf("%s: %s", name, id)
		}
		if other, double := seen[id.String()]; double && !c.same {
			t.Errorf("%s and %s are one event", name, other)
		}
		seen[id.String()] = name
	}
}
