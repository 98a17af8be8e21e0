package journal

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	jsonx "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"ksiega/domain"
)

// tallied is what counted was before it had an author of its own.
type tallied struct {
	Who   string `json:"who"`
	Times []int  `json:"times"`
}

func upcasting(t testing.TB) *Table {
	t.Helper()
	table, err := NewTable(KindOf[counted](), Upcast("test.counted.v0", func(old tallied) counted {
		c := counted{By: old.Who}
		for _, n := range old.Times {
			c.N += n
		}
		return c
	}))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestUpcast(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, upcasting(t))
	if _, err := j.write(within(t), "tally-1", NoStream, []esdb.EventData{{EventID: uuid.New(), EventType: "test.counted.v0",
		ContentType: esdb.ContentTypeJson, Data: []byte(`{"who":"a","times":[1,2,3]}`), Metadata: []byte(`{"actor":"x"}`)}}); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, j, "tally-1", 0, decided("k", counted{By: "b", N: 1})...)
	got := read(t, j, "tally-1", 0)
	if len(got) != 2 || got[0].Type != "test.counted.v0" || got[0].Event != (counted{By: "a", N: 6}) || string(got[0].RawData) != `{"who":"a","times":[1,2,3]}` ||
		got[1].Type != "test.counted.v1" {
		t.Errorf("%+v", got)
	}
	if names := strings.Join(j.opts.Table.Names(), " "); names != "test.counted.v0 test.counted.v1" {
		t.Error(names)
	}
	_, err := j.opts.Table.Decode("test.counted.v0", []byte(`{"who":7}`))
	if err == nil || strings.Contains(err.Error(), "7") {
		t.Errorf("a damaged old payload: %v", err)
	}
}

func TestTableRefusesDoubles(t *testing.T) {
	t.Parallel()
	if _, err := NewTable(KindOf[counted](), KindOf[counted]()); err == nil {
		t.Error("a type twice")
	}
	if _, err := NewTable(KindOf[counted](), Upcast("test.counted.v1", func(tallied) counted { return counted{} })); err == nil {
		t.Error("a type and its own upcast")
	}
	if _, err := NewTable(Upcast("", func(tallied) counted { return counted{} })); err == nil {
		t.Error("a type without a name")
	}
}

// FuzzTableDecode: whatever a payload holds, decoding gives an event or an error
// that does not quote it, and what was decoded encodes and decodes again.
func FuzzTableDecode(f *testing.F) {
	table := ledger(f)
	names := table.Names()
	for i, typ := range names {
		if data, err := goldens.ReadFile("testdata/events/" + typ + ".json"); err == nil {
			f.Add(uint8(i), data)
		}
	}
	f.Add(uint8(0), []byte("null"))
	f.Add(uint8(3), []byte(`{"date":"2026-02-30"}`))
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		typ := names[int(kind)%len(names)]
		e, err := table.Decode(typ, data)
		if err != nil {
			return
		}
		_, _ = e.OccurredOn(), e.Refs()
		again, err := table.encode(e)
		if err != nil {
			return // a number beyond what is written
		}
		if _, err := table.Decode(typ, again); err != nil && json.Valid(again) {
			t.Errorf("%s: %v\n%s", typ, err, again)
		}
	})
}

// FuzzEnvelope: the scan by hand agrees with the general decoder wherever it
// takes an envelope at all.
func FuzzEnvelope(f *testing.F) {
	table := testTable(f)
	f.Add(encodedMeta(f, fullMeta()))
	f.Add(encodedMeta(f, hoursMeta(7)))
	for _, s := range []string{`{}`, `null`, `{"actor":"a","actor":"b"}`, `{"actor":"\u0041"}`, `{"actor":"ż"}`, `{"source":{"row":01}}`, `{"source":{}}`,
		`{"source":{"row":123456789}}`, `{"source":{"row":-1}}`, `{"occurredOn":""}`, `{"occurredOn":"2026-02-30"}`, `{"actor":"a",}`, `{"actor":"a"}x`, `{"actor" :"a"}`,
		`{"source":{"door":"ui","row":7},"idempotencyKey":"k"}`, `{"actor":"a","other":1}`, `{"actor":7}`, "{\"actor\":\"a\x7f\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var byHand, general Meta
		understood := newDecoder(table).scanMeta(data, &byHand)
		err := jsonx.Unmarshal(data, &general)
		if understood && (err != nil || !reflect.DeepEqual(byHand, general)) {
			t.Errorf("%s\nby hand %+v\ngeneral %+v, %v", data, byHand, general, err)
		}
		var either Meta
		if got := newDecoder(table).readMeta(data, &either); (got == nil) != (err == nil) || err == nil && !reflect.DeepEqual(either, general) {
			t.Errorf("%s: %+v, %v", data, either, got)
		}
		r := Recorded{Type: "test.counted.v1", RawMeta: data, RawData: []byte(`{}`)}
		if err := table.Complete(&r); err == nil && r.Event == nil {
			t.Error("no event and no error")
		}
	})
}

// The plain form is scanned, not left to the general decoder.
func TestEnvelopeIsScanned(t *testing.T) {
	t.Parallel()
	want := hoursMeta(7)
	want.OccurredOn, want.Causation, want.Salt = domain.NewDate(2026, 1, 5), "c", Salt{15: 1}
	var got Meta
	if b := encodedMeta(t, want); !newDecoder(testTable(t)).scanMeta(b, &got) || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v", b, got)
	}
}
