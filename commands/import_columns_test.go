package commands

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"ksiega/commands/sheetfile"
)

// sampleCell is something that a column takes.
func sampleCell(c column) string {
	if len(c.choices) > 0 {
		return c.choices[0]
	}
	return map[ValueKind]string{KindText: "słowa", KindID: "X/1", KindYesNo: "tak", KindDate: "05.03.2018", KindMonth: "2018-03", KindClock: "8:00",
		KindHours: "1:30", KindAmount: "12,50", KindPercent: "60", KindCount: "3", KindPESEL: "44051401359", KindAccount: "61109010140000071219812874"}[c.kind]
}

// Every column fills the field of the command that it names, and no two the same.
func TestColumnsFillTheFieldsThatTheyName(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		columns := k.columns
		if k.command == nil {
			continue
		}
		if !slices.ContainsFunc(columns, func(c column) bool { return c.isKey }) {
			t.Errorf("%s has no identity", k.name)
		}
		for n, c := range columns {
			if c.doc == "" || slices.ContainsFunc(columns[:n], func(b column) bool { return b.name == c.name || b.field == c.field }) {
				t.Errorf("%s, column %s: %+v", k.name, c.name, c)
			}
			before := asJSON(t, k.command)
			s, err := sheetfile.Read("x.csv", strings.NewReader(c.name+"\n"+sampleCell(c)+"\n"), sheetfile.Spec{Kind: k.name, Optional: []string{c.name}})
			if err != nil {
				t.Fatal(err)
			}
			r := s.Record(0)
			c.read(r)
			after := asJSON(t, k.command)
			if r.Err() != nil || bytes.Equal(before[c.field], after[c.field]) || len(after[c.field]) == 0 {
				t.Errorf("%s, column %s: the field %s was %s and is %s, %v", k.name, c.name, c.field, before[c.field], after[c.field], r.Err())
			}
		}
	}
}

func asJSON(t *testing.T, v any) (fields map[string]json.RawMessage) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &fields)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fields
}
