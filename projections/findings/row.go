// Package findings is what discrepancies come to: one file a kind, or kinds that are
// found together, each a pure function of the figures of a moment; and Row, which holds
// what they were found to be as a step function of days.
//
// A read model that keeps the facts works a Row out anew whenever some of them change
// (the second stage of its fold), for all days that the facts lie on, future ones too,
// and knows no clock: a finding that holds only once a day is over says which. A query
// cuts the Row by its day. It stops at what is found: what people said of a finding is
// for projections.Findings, what it is called for queries.
package findings

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Found is one finding before anybody's word on it.
type Found struct {
	ID       string         `json:"id"`
	Kind     finding.Kind   `json:"kind"`
	Subjects []string       `json:"subjects"` // ids of people, contracts, claims and agreements
	People   []string       `json:"people"`   // those of them that are participants
	From     domain.Date    `json:"from"`
	To       domain.Date    `json:"to"`
	Amount   domain.Grosze  `json:"amount"`
	Minutes  domain.Minutes `json:"minutes"`
	Count    int            `json:"count"`   // as finding.Figures has it
	Running  bool           `json:"running"` // To is the day that the answer looks from, and no end
	// After is the day that has to be over before it is one; 0 is none.
	After domain.Date `json:"after"`
	// Events are those behind it that do not stand in the rows of the facts.
	Events   []position.Position `json:"events"`
	Sessions []string            `json:"sessions,omitzero"` // those in it
	// If are the sealed codes by which alone it is one.
	If []Code `json:"if,omitzero"`
	// Rule is the cap of a programme that is broken. What it is to be fulfilled When, whoever
	// asks looks up of the person, since that may be recorded later than what is counted.
	Rule *cap.Rule `json:"rule,omitzero"`
}

func (f Found) same(g Found) bool {
	return f.ID == g.ID && f.Amount == g.Amount && f.Minutes == g.Minutes && f.Count == g.Count && f.Running == g.Running && f.From == g.From && f.To == g.To && f.After == g.After &&
		slices.Equal(f.Subjects, g.Subjects) && slices.Equal(f.Sessions, g.Sessions) && slices.Equal(f.Events, g.Events) && slices.EqualFunc(f.If, g.If, Code.same) &&
		(f.Rule == g.Rule || f.Rule != nil && g.Rule != nil && f.Rule.Same(*g.Rule))
}

// Step is what is found from a day on, until the next step.
type Step struct {
	From  domain.Date `json:"from"`
	Found []Found     `json:"found"`
	// Uncountable: what was recorded before figures were bounded is too much to be added
	// up, so that nothing can be told.
	Uncountable bool `json:"uncountable"`
}

func (s Step) none() bool { return len(s.Found) == 0 && !s.Uncountable }

func (s Step) same(t Step) bool {
	return s.Uncountable == t.Uncountable && slices.EqualFunc(s.Found, t.Found, Found.same)
}

// Row is what is found of one thing, by days; before the first step that is nothing.
type Row struct {
	Steps []Step `json:"steps"`
}

// Add says what is found from a day on; days come in order. What could only be found
// once a day is over that the next step forestalls is left out.
func (r *Row) Add(next Step) {
	r.close(next.From)
	if n := len(r.Steps); n > 0 && r.Steps[n-1].same(next) || n == 0 && next.none() {
		return
	}
	r.Steps = append(r.Steps, next)
}

// close ends the last step on the day before another.
func (r *Row) close(next domain.Date) {
	n := len(r.Steps)
	if n == 0 {
		return
	}
	last := &r.Steps[n-1]
	if last.Found = slices.DeleteFunc(last.Found, func(f Found) bool { return f.After >= next }); len(last.Found) == 0 {
		last.Found = nil
	}
	if n == 1 && last.none() || n > 1 && r.Steps[n-2].same(*last) {
		r.Steps = r.Steps[:n-1]
	}
	if len(r.Steps) == 0 {
		r.Steps = nil
	}
}

// Open says whether anything is found at the end of all facts, perhaps once days have
// passed.
func (r Row) Open() bool { return len(r.Steps) > 0 && !r.Steps[len(r.Steps)-1].none() }

// On is what is found as of a day; 0 takes in all facts, and looks from today.
func (r Row) On(asOf, today domain.Date) (s Step) {
	for _, step := range r.Steps {
		if asOf == 0 || step.From <= asOf {
			s = step
		}
	}
	s.Found = slices.DeleteFunc(slices.Clone(s.Found), func(f Found) bool { return !f.over(asOf, today) })
	return s
}

// over says whether the day that has to be over before it is one is so. A session that has not
// taken place yet, which is today's to say, meets nothing, whatever day is asked of.
func (f Found) over(asOf, today domain.Date) bool {
	if len(f.Sessions) > 0 && f.From > today {
		return false
	}
	if asOf != 0 {
		return f.After <= asOf
	}
	return f.After == 0 || f.After < today
}

// Days is what is found of some days, each from that day on.
type Days struct {
	Found []Found `json:"found"`
}

// On is what is found as of a day, as Row.On has it.
func (d Days) On(asOf, today domain.Date) Step {
	return Step{Found: slices.DeleteFunc(slices.Clone(d.Found), func(f Found) bool { return asOf != 0 && f.From > asOf || !f.over(asOf, today) })}
}
