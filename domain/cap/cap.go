// Package cap is one rule for every cap: how much of something is allowed in a
// period, and what is left of it.
//
// A cap is data of a programme's edition, of the statute or of an agreement. Left is
// the one function that says what is left of one, and counted the one that says which
// entries it counts; deciders that refuse and findings that tell ask them alike. It stops
// at what it is handed: whether a cap's When is fulfilled is for whoever has the facts.
package cap

import (
	"iter"
	"slices"
	"time"

	"ksiega/domain"
)

// Per is whose entries a cap counts together.
type Per string

// The things that a cap is counted for.
const (
	Participant Per = "participant"
	Contract    Per = "contract"
	Assistant   Per = "assistant"
	Agreement   Per = "agreement"
	Programme   Per = "programme"
)

// Period is how long a cap counts before it begins anew.
type Period string

// The periods. A week is Monday to Sunday, whole even where it crosses a month; Total
// is all there is; Once counts what stands on one day at the same time.
const (
	Day   Period = "day"
	Week  Period = "week"
	Month Period = "month"
	Year  Period = "year"
	Total Period = "total"
	Once  Period = "once"
)

// Unit is what a cap counts.
type Unit string

// The units. Days and people are counted once each.
const (
	Minutes Unit = "minutes"
	Days    Unit = "days"
	People  Unit = "people"
	Grosze  Unit = "grosze"
)

// Terms are a cap as its source says it. They stand in events: their names are for ever.
type Terms struct {
	Per    Per    `json:"per"`
	Period Period `json:"period"`
	Counts Unit   `json:"counts"`
	Limit  int64  `json:"limit"`
	// Refuse: what would break it is refused, where one stream decides. Otherwise it is
	// recorded, and found.
	Refuse bool        `json:"refuse,omitzero"`
	When   []Condition `json:"when,omitzero"` // all of them; none: always
	Source string      `json:"source,omitzero"`
}

// Condition is a dated fact with the value that it has to have for a cap to bind.
type Condition struct {
	Fact  string `json:"fact"`
	Value string `json:"value"`
}

// Is says whether it is the cap of that kind, whatever its limit.
func (t Terms) Is(per Per, period Period, counts Unit) bool {
	return t.Per == per && t.Period == period && t.Counts == counts
}

// Decidable says whether one stream sees all that the cap counts, an assistant's month, and
// nothing but that: whoever decides there may refuse what would break it.
func (t Terms) Decidable() bool {
	return (t.Is(Assistant, Day, Minutes) || t.Is(Assistant, Month, Minutes)) && len(t.When) == 0
}

// Entry is one thing that a cap may count.
type Entry struct {
	On        domain.Date
	Programme string // that it is of
	Edition   int    // of the programme or the statute, that it was entered under; or Unnamed
	Person    string // counted by a cap in people
	Amount    int64  // minutes or grosze; of a cap in days, none is no day
}

// Unnamed is the Edition of what was entered under none.
const Unnamed = -1

// Rule is a cap of an edition of a programme. What the statute, an agreement or a referral
// caps is of no programme. Findings keep it: its names in JSON are those of rows.
type Rule struct {
	Programme string      `json:"programme"`
	Edition   int         `json:"edition"`
	From      domain.Date `json:"from"`           // first day of the edition
	Whole     Stretch     `json:"whole,omitzero"` // what Total is
	Terms
}

// Stretch is days, both inclusive; 0 is open.
type Stretch struct {
	From domain.Date `json:"from,omitzero"`
	To   domain.Date `json:"to,omitzero"`
}

// Of are the first and last day of the rule's period that a day lies in; a zero day is open.
// Total is the days of the programme, whatever the day.
func (r Rule) Of(day domain.Date) (first, last domain.Date) {
	if r.Period == Total {
		return r.Whole.From, r.Whole.To
	}
	return r.Period.Of(day)
}

// Same says whether two are one rule.
func (r Rule) Same(s Rule) bool {
	return r.Programme == s.Programme && r.Edition == s.Edition && r.From == s.From && r.Whole == s.Whole &&
		r.Is(s.Per, s.Period, s.Counts) && r.Limit == s.Limit && r.Refuse == s.Refuse && r.Source == s.Source && slices.Equal(r.When, s.When)
}

// Cited is what the rule stands in: its source, or else the programme, whose file says it.
func (r Rule) Cited() (source, programme string) {
	if r.Source != "" {
		return r.Source, ""
	}
	return "", r.Programme
}

// counted are the entries that caps of a programme count in a period: its own ones. A cap
// that is of no programme counts whatever it is handed.
func counted(programme string, first, last domain.Date, entries iter.Seq[Entry]) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for e := range entries {
			if e.On.Within(first, last) && (programme == "" || e.Programme == programme) && !yield(e) {
				return
			}
		}
	}
}

// Of are the first and last day of the period that a day lies in; a zero day is open.
func (p Period) Of(day domain.Date) (first, last domain.Date) {
	switch p {
	case Day, Once:
		return day, day
	case Week:
		return day.Monday(), day.Monday().Add(6)
	case Month:
		return day.Month().First(), day.Month().Last()
	case Year:
		return domain.NewDate(day.Year(), time.January, 1), domain.NewDate(day.Year(), time.December, 31)
	}
	return 0, 0
}

// Left is what a cap of no programme leaves, see Rule.Left.
func (t Terms) Left(day domain.Date, entries iter.Seq[Entry]) (int64, error) {
	return Rule{Terms: t}.Left(day, entries)
}

// Left is what a cap leaves of the period that a day lies in, after what it counts of
// some entries; less than nothing is how much it is broken by. Entries of other periods
// and of other programmes are passed over. It fails with domain.ErrUncountable.
func (r Rule) Left(day domain.Date, entries iter.Seq[Entry]) (int64, error) {
	first, last := r.Of(day)
	inside := counted(r.Programme, first, last, entries)
	var used int64
	var err error
	switch r.Counts {
	case Days:
		days := map[domain.Date]bool{}
		for e := range inside {
			if e.Amount > 0 {
				days[e.On] = true
			}
		}
		used = int64(len(days))
	case People:
		people := map[string]bool{}
		for e := range inside {
			people[e.Person] = true
		}
		used = int64(len(people))
	default:
		used, err = domain.Sum(func(yield func(int64) bool) {
			for e := range inside {
				if !yield(e.Amount) {
					return
				}
			}
		})
	}
	if err != nil {
		return 0, err
	}
	return domain.Less(r.Limit, used)
}

// Highest is the limit of a period whose days have one each, 0 being none. What is of a day
// is refused by that day's, so that the highest holds, and none where a day has none.
func Highest[N ~int64 | ~int](limits []N) (highest N) {
	if slices.Contains(limits, 0) || len(limits) == 0 {
		return 0
	}
	return slices.Max(limits)
}
