package attendance

import (
	"ksiega/domain"
	"ksiega/domain/sheet"
)

// TurnMonth has a month of the referral handed over, returned or approved, as part of its
// agreement's sheet; package sheet decides.
type TurnMonth struct {
	About
	Month domain.Month
	sheet.Turn
}

func (TurnMonth) attendance() {}

// Entered is what a month held when it became what the event says.
type Entered struct {
	About
	Month   domain.Month   `json:"month"`
	Days    int            `json:"days"` // with hours or an absence
	Minutes domain.Minutes `json:"minutes"`
}

// MonthHandedOver says that whoever enters the days of a month has entered all.
type MonthHandedOver struct{ Entered }

// MonthReturned says that a month is to be entered further, or anew, and why.
type MonthReturned struct {
	Entered
	Reason domain.Sealed `json:"reason,omitzero"`
}

// MonthApproved says that the days of a month are as they should be: they are changed by
// corrections alone from then on, see sheet.ErrApproved. Alone: by somebody who entered
// some of them, since the centre has no other.
type MonthApproved struct {
	Entered
	Alone bool `json:"alone,omitzero"`
}

// Names of the events, for ever.
func (MonthHandedOver) EventType() string { return "attendance.month-handed-over.v1" }
func (MonthReturned) EventType() string   { return "attendance.month-returned.v1" }
func (MonthApproved) EventType() string   { return "attendance.month-approved.v1" }

// OccurredOn is the day of recording: it says nothing of the days themselves.
func (e Entered) OccurredOn() domain.Date { return 0 }

// Seal is how the reason of a return is sealed: by the agreement's key, as that of one sheet.
func (e Entered) Seal(field string) domain.Seal { return ReasonSeal(e.Agreement, e.Month, field) }

// ReasonSeal is how a text about a month of an agreement is sealed.
func ReasonSeal(agreement string, month domain.Month, field string) domain.Seal {
	of := domain.Ref{Kind: domain.RefAgreement, ID: agreement}
	return domain.Seal{Subject: of, Field: field, Scope: domain.Scope{Of: of, Month: month}}
}

// MonthOf is the month that an event hands over, returns or approves.
func MonthOf(e domain.Event) (month domain.Month, to sheet.Step) {
	switch e := e.(type) {
	case MonthHandedOver:
		return e.Month, sheet.HandedOver
	case MonthReturned:
		return e.Month, sheet.Returned
	case MonthApproved:
		return e.Month, sheet.Approved
	}
	return 0, sheet.Open
}

// Sheet is what became of a month.
func (s State) Sheet(m domain.Month) sheet.State { return s.months[m] }

// Entered is what a month holds.
func (s State) Entered(a About, m domain.Month) Entered {
	e := Entered{About: a, Month: m}
	for d := m.First(); d <= m.Last(); d++ {
		if v, ok := s.days[d]; ok {
			e.Days, e.Minutes = e.Days+1, e.Minutes+v.Minutes // of days of 24 hours at most
		}
	}
	return e
}

func (s State) turn(c TurnMonth) ([]domain.Event, error) {
	turns, err := s.months[c.Month].Decide(c.Month, c.Turn)
	if err != nil || !turns {
		return nil, err
	}
	is := s.Entered(c.About, c.Month)
	switch c.To {
	case sheet.HandedOver:
		return []domain.Event{MonthHandedOver{is}}, nil
	case sheet.Returned:
		return []domain.Event{MonthReturned{is, c.Reason}}, nil
	default:
		return []domain.Event{MonthApproved{is, c.Alone}}, nil
	}
}

// approved is the first month that is approved, 0 where none is.
func (s State) approved() (first domain.Month) {
	for m, is := range s.months {
		if is.Step == sheet.Approved && (first == 0 || m < first) {
			first = m
		}
	}
	return first
}

// turned puts what became of a month in the place of what was.
func (s *State) turned(m domain.Month, is sheet.State) {
	if s.months == nil {
		s.months = map[domain.Month]sheet.State{}
	}
	if is == (sheet.State{}) {
		delete(s.months, m)
		return
	}
	s.months[m] = is
}
