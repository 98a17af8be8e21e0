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

	// What a decision asks for is kept beside the visits, so that a file of many of
	// them costs each no more than its own day: where a visit stands in Visits,
	// which visits of a day took place, and what they come to.
	at      map[identity]int
	days    map[domain.Date][]int
	minutes domain.Minutes
}

// identity is what makes a visit the same visit.
type identity struct {
	contract string
	date     domain.Date
	from     domain.TimeOfDay
}

func (v Visit) identity() identity { return identity{v.Contract, v.Date, v.From} }

// Recorded is a visit as it stands now.
type Recorded struct {
	Visit
	Details
	Edition   int // of the programme, that it was entered under
	Withdrawn bool
}

// find is the index of the visit with the identity of v, or −1.
func (s State) find(v Visit) int {
	if i, ok := s.at[v.identity()]; ok {
		return i
	}
	return -1
}

// worked is the minutes of the month and of one day, without the visit at index
// except (−1: none is left out).
func (s State) worked(day domain.Date, except int) (month, ofDay domain.Minutes) {
	month = s.minutes
	for _, i := range s.days[day] {
		if i != except {
			ofDay += s.Visits[i].Minutes
		}
	}
	if except >= 0 && !s.Visits[except].Withdrawn {
		month -= s.Visits[except].Minutes
	}
	return month, ofDay
}

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case VisitLogged:
		return s.with(Recorded{Visit: e.Visit, Details: e.Details, Edition: e.Edition})
	case VisitCorrected:
		return s.with(Recorded{Visit: e.Visit, Details: e.After, Edition: e.Edition})
	case VisitWithdrawn:
		return s.with(Recorded{Visit: e.Visit, Details: e.Before, Withdrawn: true})
	}
	return s
}

func (s State) with(r Recorded) State {
	if s.at == nil {
		s.at, s.days = map[identity]int{}, map[domain.Date][]int{}
	}
	s.Assistant, s.Month = r.Assistant, r.Date.Month()
	i := s.find(r.Visit)
	if i < 0 {
		i = len(s.Visits)
		s.at[r.identity()] = i
		s.Visits = append(s.Visits, r)
	} else {
		if was := s.Visits[i]; !was.Withdrawn {
			s.minutes -= was.Minutes
			s.days[r.Date] = slices.DeleteFunc(s.days[r.Date], func(k int) bool { return k == i })
		}
		s.Visits[i] = r
	}
	if !r.Withdrawn {
		s.minutes += r.Minutes
		s.days[r.Date] = append(s.days[r.Date], i)
	}
	return s
}
