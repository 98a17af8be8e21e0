package findings

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/internal/position"
)

// Whatever is put into a month and taken out of it again, it is as if only what stands had
// ever come, in whichever order; it comes back from its numbers as it was; and what meets
// is what a look at each pair finds.
func TestPersonMonth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(t, what) }
		type identity struct {
			date      domain.Date
			from      domain.TimeOfDay
			of        string
			assistant string
			noun      Noun
		}
		type entry struct {
			Entry
			Parties
		}
		stands, events := map[identity]entry{}, map[identity][]position.Position{}
		var m PersonMonth
		for n := range num("changes", 30) {
			of := Parties{Noun: []Noun{NounVisit, NounSession}[num("noun", 2)], Of: []string{"C1", "C2"}[num("of", 2)], Programme: "p",
				Edition: num("edition", 2), Assistant: []string{"A1", ""}[num("assistant", 2)], Participant: "U1"}
			e := Entry{Event: position.Of(uint64(64 * (n + 1))), Date: domain.NewDate(2018, 5, 14).Add(num("day", 2)), From: domain.TimeOfDay(600 + 30*num("from", 3))}
			e.To, e.Minutes = e.From+domain.TimeOfDay(30+30*num("length", 3)), domain.Minutes(num("minutes", 200))
			id, gone := identity{e.Date, e.From, of.Of, of.Assistant, of.Noun}, num("gone", 3) == 0
			m.Change(e, of, gone)
			if gone {
				delete(stands, id)
				delete(events, id)
			} else {
				stands[id], events[id] = entry{e, of}, append(events[id], e.Event)
			}
		}
		raw, err := json.Marshal(m, json.Deterministic(true), json.OmitZeroStructFields(true))
		if err != nil {
			t.Fatal(err)
		}
		var back PersonMonth
		if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back.normal(), m.normal()) {
			t.Fatalf("%s came back as %+v, %v", raw, back, err)
		}
		if len(m.Entries) != len(stands) {
			t.Fatalf("%d entries, not %d", len(m.Entries), len(stands))
		}
		named := map[Parties]bool{}
		for _, e := range m.Entries {
			of := m.Of(e)
			id := identity{e.Date, e.From, of.Of, of.Assistant, of.Noun}
			want := stands[id]
			if named[of] = true; of != want.Parties || e.To != want.To || e.Minutes != want.Minutes || !slices.Equal(m.Events(e), events[id]) {
				t.Fatalf("%+v of %+v, not %+v", e, of, want)
			}
		}
		if len(named) != len(m.Parties) || !slices.IsSortedFunc(m.Entries, func(a, b Entry) int {
			return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.From, b.From))
		}) {
			t.Fatalf("%+v", m)
		}
		met := 0
		for a, b := range m.Meetings() {
			if met++; a.Date != b.Date || a.From > b.From || b.From >= a.To {
				t.Fatalf("%+v meets %+v", a, b)
			}
		}
		for i, a := range m.Entries {
			for _, b := range m.Entries[i+1:] {
				if a.Date == b.Date && a.From < b.To && b.From < a.To {
					met--
				}
			}
		}
		if met != 0 {
			t.Fatalf("%d pairs too many", met)
		}
	})
}

// normal has none where there is nothing.
func (m PersonMonth) normal() PersonMonth {
	if len(m.Entries) == 0 {
		m.Entries = nil
	}
	if len(m.Parties) == 0 {
		m.Parties = nil
	}
	return m
}

// Bytes that are no entry, and one of parties that the row does not name, are refused; so are
// some that are left over, and fewer than there ought to be.
func TestPersonMonthRefuses(t *testing.T) {
	t.Parallel()
	one := func(index int32) []byte {
		return WriteTimed(1, func(int) Timed { return Timed{17_000, 480, 540, 60, index, position.Of(64)} })
	}
	whole := one(0)
	for what, packed := range map[string][]byte{"short": whole[:len(whole)-1], "more": append(one(0), 0), "many": {200, 200, 3}, "no number": {255}, "none": {0, 0},
		"past the parties": one(1), "before them": one(-1)} {
		raw, err := json.Marshal(personMonth{Entries: packed, Parties: []Parties{{Of: "C1"}}})
		if err != nil {
			t.Fatal(err)
		}
		var m PersonMonth
		if err := json.Unmarshal(raw, &m); err == nil {
			t.Errorf("%s: %s is %+v", what, raw, m)
		}
	}
	var m PersonMonth
	for _, raw := range []string{`[]`, `{"entries":"?"}`, `{"entries":[1]}`} {
		if err := json.Unmarshal([]byte(raw), &m); err == nil {
			t.Errorf("%s is %+v", raw, m)
		}
	}
}

// A pattern comes back from its bytes as it was; of visits that are not as many as its
// patterns have, it does not.
func TestPatternComesBack(t *testing.T) {
	t.Parallel()
	var visits []Alike
	for i := range 2*Many + 3 {
		at := position.Of(uint64(64 * (i + 1)))
		visits = append(visits, Alike{Assistant: []string{"A1", "A2"}[i%2], Participant: "U1", Date: domain.NewDate(2024, 3, 1).Add(i), From: domain.TimeOfDay(480 + 60*(i/(Many+1))), To: 600, Minutes: 60,
			Events: func() []position.Position { return []position.Position{position.Of(1), at}[i%2:] }})
	}
	p := PatternOf("T/1", domain.NewDate(2024, 3, 1).Month(), visits)
	if len(p.Alike) != 2 || len(p.Replaced) == 0 {
		t.Fatalf("%+v", p)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back Pattern
	if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back, p) {
		t.Fatalf("%s is %+v, %v", raw, back, err)
	}
	for _, alike := range [][]int{{len(p.Visits) + 1}, {len(p.Visits) - 1}, {-1, len(p.Visits) + 1}} {
		wrong := p
		wrong.Alike = alike
		if raw, err = json.Marshal(wrong); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &back); err == nil {
			t.Errorf("%v is taken", alike)
		}
	}
}

// What is found of a day is found from that day on, or once the day that it waits for is
// over.
func TestDays(t *testing.T) {
	t.Parallel()
	d := Days{Found: []Found{{ID: "past", From: 100}, {ID: "planned", From: 200, After: 199}}}
	for _, c := range []struct {
		asOf, today domain.Date
		want        []string
	}{
		{0, 199, []string{"past"}}, {0, 200, []string{"past", "planned"}}, {99, 300, nil}, {100, 300, []string{"past"}},
		{199, 300, []string{"past"}}, {200, 300, []string{"past", "planned"}},
	} {
		var got []string
		for _, f := range d.On(c.asOf, c.today).Found {
			got = append(got, f.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("as of %d on %d: %v, not %v", c.asOf, c.today, got, c.want)
		}
	}
}
