package assistance

import (
	"slices"

	"ksiega/domain"
)

// State is one assistant's month; the zero State is a month without a visit.
type State struct {
	Assistant string
	Month     domain.Month
	// Visits are in the order of their first logging, withdrawn ones included.
	Visits []Recorded
}

// Recorded is a visit as it stands now.
type Recorded struct {
	Visit
	Details
	Withdrawn bool
}

// find is the index of the visit with the identity of v, or −1.
func (s State) find(v Visit) int {
	return slices.IndexFunc(s.Visits, func(r Recorded) bool {
		return r.Date == v.Date && r.From == v.From && r.Contract == v.Contract
	})
}

// worked is the minutes of the month and of one day, without the visit at index
// except (−1: none is left out).
func (s State) worked(day domain.Date, except int) (month, ofDay domain.Minutes) {
	for i, r := range s.Visits {
		if r.Withdrawn || i == except {
			continue
		}
		month += r.Minutes
		if r.Date == day {
			ofDay += r.Minutes
		}
	}
	return month, ofDay
}

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case VisitLogged:
		return s.with(Recorded{Visit: e.Visit, Details: e.Details})
	case VisitCorrected:
		return s.with(Recorded{Visit: e.Visit, Details: e.After})
	case VisitWithdrawn:
		return s.with(Recorded{Visit: e.Visit, Details: e.Before, Withdrawn: true})
	}
	return s
}

// with copies, so that a state that was handed out never changes; a month holds
// some two hundred visits at most.
func (s State) with(r Recorded) State {
	s.Assistant, s.Month = r.Assistant, r.Date.Month()
	i := s.find(r.Visit)
	if i < 0 {
		s.Visits = append(slices.Clip(s.Visits), r)
		return s
	}
	s.Visits = slices.Clone(s.Visits)
	s.Visits[i] = r
	return s
}
