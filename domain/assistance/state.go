package assistance

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
)

// State is one assistant's month; the zero State is a month without a visit.
type State struct {
	Assistant string
	Month     domain.Month
	// Visits are in the order of their first logging, withdrawn ones included.
	Visits []Recorded

	// What a decision asks for is kept beside the visits, so that a file of many of
	// them costs each no more than its own day: where a visit stands in Visits,
	// which visits of a day took place, what they come to, and which editions they name.
	at      map[identity]int
	days    map[domain.Date][]int
	minutes domain.Minutes
	under   map[edition]int // how many that took place name an edition
}

// edition is one of a programme's.
type edition struct {
	programme string
	number    int
}

func (r Recorded) edition() edition { return edition{r.Programme, r.Edition} }

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

// named are the editions of a visit's programme that other visits of a period name.
func (s State) named(period cap.Period, v Visit, except int) (numbers []int) {
	if period == cap.Day {
		for _, i := range s.days[v.Date] {
			if r := s.Visits[i]; i != except && r.Programme == v.Programme {
				numbers = append(numbers, r.Edition)
			}
		}
		return numbers
	}
	for e, count := range s.under {
		if except >= 0 && !s.Visits[except].Withdrawn && s.Visits[except].edition() == e {
			count--
		}
		if e.programme == v.Programme && count > 0 {
			numbers = append(numbers, e.number)
		}
	}
	return numbers
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
		s.at, s.days, s.under = map[identity]int{}, map[domain.Date][]int{}, map[edition]int{}
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
			if s.under[was.edition()]--; s.under[was.edition()] == 0 {
				delete(s.under, was.edition())
			}
			s.days[r.Date] = slices.DeleteFunc(s.days[r.Date], func(k int) bool { return k == i })
		}
		s.Visits[i] = r
	}
	if !r.Withdrawn {
		s.minutes += r.Minutes
		s.under[r.edition()]++
		s.days[r.Date] = append(s.days[r.Date], i)
	}
	return s
}
