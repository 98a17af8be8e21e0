package assistance

import (
	"iter"
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/listing"
	"ksiega/domain/sheet"
)

// State is one assistant's month; the zero State is a month without a visit.
type State struct {
	Assistant string
	Month     domain.Month
	// Visits are in the order of their first logging, withdrawn ones included.
	Visits []Recorded

	// What a decision asks for is kept beside the visits, so that a file of many of
	// them costs each no more than its own day: where a visit stands in Visits,
	// which visits of a day took place, and what those of each edition come to.
	at    map[identity]int
	days  map[domain.Date][]int
	under map[edition]tally
	list  listing.State
	sheet sheet.State // what became of the month
}

// tally is how many visits there are, and what they come to.
type tally struct {
	visits  int
	minutes domain.Minutes
}

func (t tally) with(by int, minutes domain.Minutes) tally {
	return tally{t.visits + by, t.minutes + domain.Minutes(by)*minutes}
}

// Stands is a visit that stands on a contract, or on the assistant, or the month that is
// approved, which stands on the assistant.
func (s State) Stands(on domain.Ref) domain.Thing {
	for _, v := range s.Visits {
		if !v.Withdrawn && (on.Kind == domain.RefAssistant || on.ID == v.Contract) {
			return domain.Thing{Noun: domain.AVisit, Name: v.Assistant + ", " + v.Contract + ", " + v.From.String(), On: v.Date}
		}
	}
	if on.Kind == domain.RefAssistant && s.sheet.Step == sheet.Approved {
		return domain.Thing{Noun: domain.AnApproval, Name: s.Assistant + ", " + s.Month.String()}
	}
	return domain.Thing{}
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

// entries are what caps may count of the period that a day lies in, of whatever programme:
// of a day each visit, of the month what those of an edition come to. The visit at index
// except is left out (−1: none is).
func (s State) entries(period cap.Period, day domain.Date, except int) iter.Seq[cap.Entry] {
	return func(yield func(cap.Entry) bool) {
		if period == cap.Day {
			for _, i := range s.days[day] {
				if r := s.Visits[i]; i != except && !yield(cap.Entry{On: day, Programme: r.Programme, Edition: r.Edition, Amount: int64(r.Minutes)}) {
					return
				}
			}
			return
		}
		for e, t := range s.under {
			if except >= 0 && !s.Visits[except].Withdrawn && s.Visits[except].edition() == e {
				t = t.with(-1, s.Visits[except].Minutes)
			}
			if t.visits > 0 && !yield(cap.Entry{On: day, Programme: e.programme, Edition: e.number, Amount: int64(t.minutes)}) {
				return
			}
		}
	}
}

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case VisitLogged:
		return s.with(Recorded{Visit: e.Visit, Details: e.Details, Edition: e.Edition})
	case VisitCorrected:
		return s.with(Recorded{Visit: e.Visit, Details: e.After, Edition: e.Edition})
	case VisitWithdrawn:
		return s.with(Recorded{Visit: e.Visit, Details: e.Before, Withdrawn: true})
	case MonthHandedOver:
		s.sheet = sheet.State{Step: sheet.HandedOver}
	case MonthReturned:
		s.sheet = sheet.State{Step: sheet.Returned, Reason: e.Reason}
	case MonthApproved:
		s.sheet = sheet.State{Step: sheet.Approved}
	default:
		s.list, _ = s.list.Evolve(e)
	}
	return s
}

func (s State) with(r Recorded) State {
	if s.at == nil {
		s.at, s.days, s.under = map[identity]int{}, map[domain.Date][]int{}, map[edition]tally{}
	}
	s.Assistant, s.Month, s.sheet = r.Assistant, r.Date.Month(), s.sheet.Entered()
	i := s.find(r.Visit)
	if i < 0 {
		i = len(s.Visits)
		s.at[r.identity()] = i
		s.Visits = append(s.Visits, r)
	} else {
		if was := s.Visits[i]; !was.Withdrawn {
			left := s.under[was.edition()].with(-1, was.Minutes)
			if s.under[was.edition()] = left; left.visits == 0 {
				delete(s.under, was.edition())
			}
			s.days[r.Date] = slices.DeleteFunc(s.days[r.Date], func(k int) bool { return k == i })
		}
		s.Visits[i] = r
	}
	if !r.Withdrawn {
		s.under[r.edition()] = s.under[r.edition()].with(1, r.Minutes)
		s.days[r.Date] = append(s.days[r.Date], i)
	}
	return s
}
