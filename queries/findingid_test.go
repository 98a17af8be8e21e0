package queries_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/projections"
	"ksiega/queries"
)

// Two discrepancies never have one id, whatever their numbers hold; ids of numbers
// without a separator are what they always were.
func TestFindingIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		parts []string
		want  string
	}{
		{[]string{"S/1", "2018-03"}, "paid-not-worked:S/1:2018-03"},
		{[]string{"100% pewne", "2018-03"}, "paid-not-worked:100% pewne:2018-03"},
		{[]string{"S:1", "2018-03"}, "paid-not-worked:S%3A1:2018-03"},
		{[]string{"S%3A1", "2018-03"}, "paid-not-worked:S%253A1:2018-03"},
	} {
		if got := finding.ID(finding.PaidNotWorked, c.parts...); got != c.want {
			t.Errorf("%q is %s", c.parts, got)
		}
	}
	number := rapid.SliceOfN(rapid.SampledFrom([]string{"a", ":", "%", "3A", "25", "@08.00"}), 1, 6)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) []string {
			parts := make([]string, rapid.IntRange(1, 3).Draw(t, "parts"))
			for i := range parts {
				parts[i] = strings.Join(number.Draw(t, name), "")
			}
			return parts
		}
		a, b := draw("a"), draw("b")
		if same := finding.ID("k", a...) == finding.ID("k", b...); same != slices.Equal(a, b) {
			t.Fatalf("%q and %q are %s and %s", a, b, finding.ID("k", a...), finding.ID("k", b...))
		}
	})
}

// What somebody said of a finding by the id that it had before holds where it says of
// which figures.
func TestAWordOnAnEarlierID(t *testing.T) {
	t.Parallel()
	now, earlier := finding.ID(finding.PaidNotWorked, "S:1", "2018-03"), "paid-not-worked:S:1:2018-03"
	saw := projections.FindingChange{Resolved: true, Figures: finding.Figures{From: day(2018, 3, 1), Amount: 1, Subjects: []string{"S:1"}}}
	for name, c := range map[string]struct {
		said map[string]projections.FindingChange
		want bool
	}{
		"of figures":       {map[string]projections.FindingChange{earlier: saw}, true},
		"of none":          {map[string]projections.FindingChange{earlier: {Resolved: true}}, false},
		"another by now":   {map[string]projections.FindingChange{earlier: saw, now: {}}, false},
		"on nothing":       {nil, false},
		"on the id it has": {map[string]projections.FindingChange{now: {Resolved: true}}, true},
	} {
		if got := queries.WordOn(now, c.said).Resolved; got != c.want {
			t.Errorf("a word %s: %t", name, got)
		}
	}
	known := func(r domain.Ref) bool { return r.ID == "S:1" || r.ID == "A:1" }
	for _, id := range []string{now, earlier, finding.ID(finding.OutsideContract, "S:1", "2018-03-05", "A:1@08.00")} {
		if names := queries.FindingNames(id, known); len(names) == 0 || names[0].ID != "S:1" {
			t.Errorf("%s names %v", id, names)
		}
	}
}

// The ids of every kind that is found are read.
func TestEveryKindOfFindingHasForms(t *testing.T) {
	t.Parallel()
	for _, kind := range queries.FoundKinds() {
		if queries.FormsOf(kind) == 0 {
			t.Errorf("nobody can read the ids of %s", kind)
		}
	}
}
