package findings

import (
	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Support is a visit, a presence at a session, or a day of work, that is held against what is
// recorded of a person. Of a day of work there is no time.
type Support struct {
	Participant string
	Programme   string
	Of          string // the contract, or the session
	Assistant   string // of a visit
	Edition     int    // of the programme, that a visit or a session names
	Work        bool
	Date        domain.Date
	From        domain.TimeOfDay
	Minutes     domain.Minutes
	Events      []position.Position
}

// place is what tells it apart, in an id: a contract with the time that a visit began.
func (s Support) place() string {
	if s.Work {
		return s.Of
	}
	return at(s.Of, s.From)
}

func (s Support) found(kind finding.Kind, id ...string) Found {
	return Found{ID: finding.ID(kind, id...), Kind: kind, Subjects: []string{s.Participant, s.Assistant, s.Of}, People: []string{s.Participant},
		From: s.Date, To: s.Date, Minutes: s.Minutes, Events: append([]position.Position(nil), s.Events...)}
}

// CountsInStay says whether a day of a stay counts: those between its first and its last day.
// Of one that goes on all later ones do.
func CountsInStay(from, to, day domain.Date) bool { return day > from && (to == 0 || day < to) }

// InStay tells of support on a day on which somebody was in a hospital or detained.
func InStay(s Support, by Code) Found {
	f := s.found(finding.Stay, s.Participant, s.Date.String(), s.place())
	f.If = []Code{by}
	return f
}

// InCareHome tells of support on a day on which somebody lived in a care home, which is paid
// for such support already.
func InCareHome(s Support, by Code) Found {
	f := s.found(finding.DoubleFunding, s.Participant, s.Date.String(), s.place(), "dps")
	f.If = []Code{by}
	return f
}

// NotRegistered tells of a day of work of somebody who was no longer unemployed.
func NotRegistered(s Support, by Code) Found {
	f := s.found(finding.NotRegistered, s.Of, s.Date.String())
	f.If = []Code{by}
	return f
}

// NotEnrolled tells of support of a programme that needs a participation, on a day of none.
func NotEnrolled(s Support) Found {
	f := s.found(finding.NotEnrolled, s.Programme, s.Participant, s.Date.String(), s.place())
	f.Subjects = append(f.Subjects, s.Programme)
	return f
}
