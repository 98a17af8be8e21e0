package commands

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"ksiega/commands/sheetfile"
	"ksiega/domain/access"
	"ksiega/internal/journal"
)

// sampleCell is something that a column takes.
func sampleCell(c column) string {
	switch {
	case len(c.Choices) > 0:
		return c.Choices[0]
	case len(c.also) > 0: // what it holds depends on the column before it, of which that is the first choice
		return "miejsce=dom"
	}
	return map[ValueKind]string{KindText: "słowa", KindID: "X/1", KindIDs: "X/1, X/2", KindYesNo: "tak", KindDate: "05.03.2018", KindMonth: "2018-03", KindClock: "8:00",
		KindHours: "1:30", KindAmount: "12,50", KindPercent: "60", KindCount: "3", KindPESEL: "44051401359", KindAccount: "61109010140000071219812874", KindNIP: "5260250274"}[c.Kind]
}

// Every column fills the field of the command that it names, and no two the same.
func TestColumnsFillTheFieldsThatTheyName(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		columns := k.columns
		if k.command == nil {
			continue
		}
		if !slices.ContainsFunc(columns, func(c column) bool { return c.Key }) {
			t.Errorf("%s has no identity", k.name)
		}
		for n, c := range columns {
			if c.Doc == "" || slices.ContainsFunc(columns[:n], func(b column) bool { return b.Name == c.Name || b.Field == c.Field }) {
				t.Errorf("%s, column %s: %+v", k.name, c.Name, c)
			}
			before := asJSON(t, k.command)
			s, err := sheetfile.Parse("x.csv", []byte(c.Name+"\n"+sampleCell(c)+"\n"), sheetfile.Spec{Kind: k.name, Optional: []string{c.Name}})
			if err != nil {
				t.Fatal(err)
			}
			r := s.Record(0)
			c.read(r)
			after := asJSON(t, k.command)
			if r.Err() != nil || bytes.Equal(before[c.Field], after[c.Field]) || len(after[c.Field]) == 0 {
				t.Errorf("%s, column %s: the field %s was %s and is %s, %v", k.name, c.Name, c.Field, before[c.Field], after[c.Field], r.Err())
			}
		}
	}
}

// Every column says whether what stands in it is sealed, and those are in clear that its
// command keeps where it leaves out what is sealed.
func TestColumnsSayWhatIsSealed(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		for _, c := range k.columns {
			request, ok := k.command.(Request)
			if !ok {
				t.Fatalf("%s fills a %T", k.name, k.command)
			}
			before := asJSON(t, request.open())
			s, err := sheetfile.Parse("x.csv", []byte(c.Name+"\n"+sampleCell(c)+"\n"), sheetfile.Spec{Kind: k.name, Optional: []string{c.Name}})
			if err != nil {
				t.Fatal(err)
			}
			c.read(s.Record(0))
			kept := !bytes.Equal(before[c.Field], asJSON(t, request.open())[c.Field])
			if known := c.Secrecy == InClear || c.Secrecy == SealedText || c.Secrecy == SealedCode; !known || kept != (c.Secrecy == InClear) {
				t.Errorf("%s, column %s: it is %q, and stays where what is sealed is left out: %t", k.name, c.Name, c.Secrecy, kept)
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

// Every kind of file with an identity takes corrections and withdrawals with a reason, and
// what the table of ways back names as doors are some. Each of those kinds is the way back
// of some fact, and of every fact that the command of its rows puts right.
func TestEveryKindHasAWayBack(t *testing.T) {
	t.Parallel()
	amends, by := map[string]string{}, map[string]string{} // kinds to commands, and back
	for _, k := range kinds() {
		var fields []string
		for _, c := range k.columns {
			fields = append(fields, c.Field)
		}
		reason := "reason"
		if slices.Contains(fields, "correctionReason") { // the reason is a word of the fact itself
			reason = "correctionReason"
		}
		takes := slices.Contains(fields, "correct") && slices.Contains(fields, "withdraw") && slices.Contains(fields, reason)
		if takes != (k.name != statementKind && k.name != programmeKind) {
			t.Errorf("%s takes corrections and withdrawals: %v, in %v", k.name, takes, fields)
		}
		if takes {
			amends[k.name], by[string(k.operation)] = string(k.operation), k.name
		}
	}
	table, err := journal.Ledger()
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for fact, w := range table.Ways() {
		named[w.File] = true
		if w.File != "" && amends[w.File] == "" {
			t.Errorf("%s is put right by the file %s, which takes none", fact, w.File)
		}
		if w.Command != "" && w.File != by[w.Command] {
			t.Errorf("%s is put right by %s, and by the file %q, not by its own, %q", fact, w.Command, w.File, by[w.Command])
		}
		if w.Command != "" && !slices.Contains(access.Operations(), access.Operation(w.Command)) {
			t.Errorf("%s is put right by %s, which is no operation", fact, w.Command)
		}
	}
	for kind := range amends {
		if !named[kind] {
			t.Errorf("%s takes corrections, and is the way back of no fact", kind)
		}
	}
}
