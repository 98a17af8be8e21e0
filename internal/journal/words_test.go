package journal

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
)

// wordsOf says what every text of every event is, and so why it may stand there:
//
//	id      names something pseudonymously; domain.CheckID let it in
//	code    one of a closed list that tells nothing about a person's health or status
//	hash    keyed, of something that is not recorded
//	address of a public page, without what follows its path
//	public  what a programme or a statute says of itself to everybody, or a public register
//	sealed  free text, or what identifies a person
//	status  sealed: one of a closed list that does tell of health or status
func wordsOf() map[string]string {
	all := map[string]string{}
	for _, noun := range []map[string]string{
		wordsOfPeople(),
		wordsOfAssistants(),
		wordsOfProgrammes(),
		wordsOfAgreements(),
		wordsOfContracts(),
		wordsOfParticipations(),
		wordsOfAttendance(),
		wordsOfVisits(),
		wordsOfSessions(),
		wordsOfPayments(),
		wordsOfClaims(),
		wordsOfStatements(),
		wordsOfBudgets(),
		wordsOfDurability(),
		wordsOfStreet(),
		wordsOfFindings(),
		wordsOfListing(),
		wordsOfErasures(),
		wordsOfIntake(),
		wordsOfAccounts(),
	} {
		for class, fields := range noun {
			for _, field := range strings.Fields(fields) {
				all[field] = class
			}
		}
	}
	return all
}

// textFields lists the texts of an event's type, and whether each is sealed.
func textFields(typ reflect.Type, into map[string]bool) {
	for i := range typ.NumField() {
		f := typ.Field(i)
		held := f.Type
		for held.Kind() == reflect.Slice {
			held = held.Elem()
		}
		switch held.Kind() {
		case reflect.String:
			into[typ.String()+"."+f.Name] = held == reflect.TypeFor[domain.Sealed]()
		case reflect.Struct:
			textFields(held, into)
		}
	}
}

// TestNoEventHasATextThatNobodyAnswersFor: a new text, clear or sealed, is put into
// the table with a reason, and what is free or tells of health or status is sealed.
func TestNoEventHasATextThatNobodyAnswersFor(t *testing.T) {
	t.Parallel()
	table, found := ledger(t), map[string]bool{}
	for _, name := range table.Names() {
		textFields(reflect.TypeOf(table.kinds[name].sample), found)
	}
	words := wordsOf()
	for _, field := range slices.Sorted(maps.Keys(found)) {
		class, known := words[field]
		switch sealed := class == "sealed" || class == "status"; {
		case !known:
			t.Errorf("%s: nobody says what it is", field)
		case sealed != found[field]:
			t.Errorf("%s is %s, but sealed: %t", field, class, found[field])
		}
	}
	for field := range words {
		if _, there := found[field]; !there {
			t.Errorf("%s is in no event", field)
		}
	}
}

// TestWithhold: what an older payload holds in clear is not shown, whatever else
// stands in it.
func TestWithhold(t *testing.T) {
	t.Parallel()
	table := ledger(t)
	for typ, c := range map[string][2]string{
		"participant.registered.v1":        {`{"participant":"U1","municipality":"Jan Nowak"}`, `{"municipality":"v0.","participant":"U1"}`},
		"participant.registered.v2":        {`{"municipality":"v2.x"}`, `{"municipality":"v2.x"}`},
		"attendance.absence-recorded.v1":   {`{"date":"2026-01-05","absence":"choroba"}`, `{"absence":"v0.","date":"2026-01-05"}`},
		"attendance.day-corrected.v1":      {`{"before":{"absence":"choroba"},"after":{"minutes":5}}`, `{"after":{"minutes":5},"before":{"absence":"v0."}}`},
		"durability.notice-published.v1":   {`{"url":"https://x.example/a?kto=jan#b"}`, `{"url":"https://x.example/a?v0."}`},
		"durability.readiness-declared.v1": {`{"url":"https://x.example/a"}`, `{"url":"https://x.example/a"}`},
	} {
		got, err := table.Withhold(typ, []byte(c[0]))
		if err != nil || string(got) != c[1] {
			t.Errorf("%s: %s, %v", typ, got, err)
		}
	}
	for _, bad := range []string{``, `null`, `[1]`, `{"before":7}`, `{"absence":7}`, `{"absence":""}`, `{"before":{}}`} {
		for _, typ := range []string{"attendance.day-corrected.v1", "attendance.absence-recorded.v1"} {
			if got, err := table.Withhold(typ, []byte(bad)); err == nil && strings.Contains(string(got), withheld) {
				t.Errorf("%s of %s shows %s", bad, typ, got)
			}
		}
	}
}

// TestNothingIsRecordedInClear: a text that an older event has in clear is never
// recorded anew as it is.
func TestNothingIsRecordedInClear(t *testing.T) {
	t.Parallel()
	table, err := NewTable(KindOf[noted]())
	if err != nil {
		t.Fatal(err)
	}
	j, _ := openLog(t, table)
	if _, err := j.Append(within(t), "noted-1", NoStream, decided("k", noted{Text: domain.InClear("choroba")})...); err == nil || strings.Contains(err.Error(), "choroba") {
		t.Errorf("recorded in clear: %v", err)
	}
	if _, err := j.Append(within(t), "noted-1", NoStream, decided("k", noted{Text: "v1.x"})...); err != nil {
		t.Error(err)
	}
}

type noted struct {
	Text domain.Sealed `json:"text"`
}

func (noted) EventType() string       { return "test.noted.v1" }
func (noted) OccurredOn() domain.Date { return 0 }
func (noted) Refs() []domain.Ref      { return nil }

func (noted) Seal(field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: "U1"}, Field: field}
}
