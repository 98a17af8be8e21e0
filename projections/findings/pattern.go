package findings

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Many visits of a contract's month that are alike are a pattern.
const Many = 10

// Alike is a visit that is compared with others of its contract's month. Events is asked
// where it is one of a pattern.
type Alike struct {
	Contract, Assistant, Participant string
	Date                             domain.Date
	From, To                         domain.TimeOfDay
	Minutes                          domain.Minutes
	Activity                         domain.Sealed
	Sealed                           string // whose key the activity is sealed by
	Events                           func() []position.Position
}

func (v Alike) compare(w Alike) int {
	return cmp.Or(cmp.Compare(v.From, w.From), cmp.Compare(v.To, w.To), cmp.Compare(v.Activity, w.Activity))
}

// Pattern tells of the visits of a contract's month of which many have the same hours and
// activity, whoever they are of, day by day. Several patterns of a month are one finding.
func Pattern(visits []Alike) (row Row) {
	slices.SortStableFunc(visits, func(a, b Alike) int {
		return cmp.Or(a.compare(b), cmp.Compare(a.Date, b.Date), cmp.Compare(a.Assistant, b.Assistant))
	})
	var patterns [][]Alike
	var days []domain.Date
	for first := 0; first < len(visits); {
		n := first + 1
		for n < len(visits) && visits[n].compare(visits[first]) == 0 {
			n++
		}
		if n-first >= Many {
			patterns = append(patterns, visits[first:n])
			for _, v := range visits[first+Many-1 : n] {
				days = append(days, v.Date)
			}
		}
		first = n
	}
	slices.Sort(days)
	for _, day := range slices.Compact(days) {
		row.Add(Step{From: day, Found: []Found{patternOn(patterns, day)}})
	}
	return row
}

// AlikeUnderKeys says whether many visits of a contract's month have the same hours, and
// activities that were sealed by several keys, which may be the same all the same.
func AlikeUnderKeys(visits []Alike) bool {
	type hours struct{ from, to domain.TimeOfDay }
	type key struct{ participant, epoch string }
	many, keys := map[hours]int{}, map[hours]key{}
	several := map[hours]bool{}
	for _, v := range visits {
		at := hours{v.From, v.To}
		if many[at]++; v.Activity == "" {
			continue
		}
		by := key{v.Sealed, v.Activity.Epoch()}
		if of, met := keys[at]; met && of != by {
			several[at] = true
		}
		keys[at] = by
	}
	for at := range several {
		if many[at] >= Many {
			return true
		}
	}
	return false
}

// patternOn is what patterns come to on a day, of which one has many visits by then.
func patternOn(patterns [][]Alike, day domain.Date) Found {
	v := patterns[0][0]
	month := v.Date.Month()
	f := Found{ID: finding.ID(finding.Pattern, v.Contract, month.String()), Kind: finding.Pattern, From: month.First(), To: month.Last()}
	var assistants []string
	for _, alike := range patterns {
		n := 0
		for n < len(alike) && alike[n].Date <= day {
			n++
		}
		if n < Many {
			continue
		}
		for _, v := range alike[:n] {
			f.Minutes, f.Count, f.Events = f.Minutes+v.Minutes, f.Count+1, append(f.Events, v.Events()...)
			f.People, assistants = append(f.People, v.Participant), append(assistants, v.Assistant)
		}
	}
	slices.Sort(f.People)
	slices.Sort(assistants)
	f.People = slices.Compact(f.People)
	f.Subjects = slices.Concat([]string{v.Contract}, f.People, slices.Compact(assistants))
	return f
}
