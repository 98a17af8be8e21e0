package assistance

import (
	"ksiega/domain"
	"ksiega/domain/sheet"
)

// TurnMonth has the month handed over, returned or approved; package sheet decides.
type TurnMonth struct {
	Assistant string
	Month     domain.Month
	sheet.Turn
}

func (TurnMonth) assistance() {}

// Entered is what the month held when it became what the event says.
type Entered struct {
	Assistant string         `json:"assistant"`
	Month     domain.Month   `json:"month"`
	Visits    int            `json:"visits"`
	Minutes   domain.Minutes `json:"minutes"`
}

// MonthHandedOver says that all visits of the month are entered.
type MonthHandedOver struct{ Entered }

// MonthReturned says that visits of the month are to be entered further, or anew, and why.
type MonthReturned struct {
	Entered
	Reason domain.Sealed `json:"reason,omitzero"`
}

// MonthApproved says that the visits of the month are as they should be: they are changed by
// corrections alone from then on, see sheet.ErrApproved. Alone: by somebody who entered
// some of them, since the centre has no other.
type MonthApproved struct {
	Entered
	Alone bool `json:"alone,omitzero"`
}

// Names of the events, for ever.
func (MonthHandedOver) EventType() string { return "assistance.month-handed-over.v1" }
func (MonthReturned) EventType() string   { return "assistance.month-returned.v1" }
func (MonthApproved) EventType() string   { return "assistance.month-approved.v1" }

// OccurredOn is the day of recording: it says nothing of the visits themselves.
func (e Entered) OccurredOn() domain.Date { return 0 }

// Refs names the assistant.
func (e Entered) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefAssistant, ID: e.Assistant})
}

// Seal is how the reason of a return is sealed: by the assistant's key.
func (e Entered) Seal(field string) domain.Seal { return ReasonSeal(e.Assistant, e.Month, field) }

// ReasonSeal is how a text about a month of an assistant is sealed.
func ReasonSeal(assistant string, month domain.Month, field string) domain.Seal {
	of := domain.Ref{Kind: domain.RefAssistant, ID: assistant}
	return domain.Seal{Subject: of, Field: field, Scope: domain.Scope{Of: of, Month: month}}
}

// MonthOf is what an event makes of the month.
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

// Sheet is what became of the month.
func (s State) Sheet() sheet.State { return s.sheet }

// Entered is what the month holds.
func (s State) Entered() Entered {
	e := Entered{Assistant: s.Assistant, Month: s.Month}
	for _, t := range s.under {
		e.Visits, e.Minutes = e.Visits+t.visits, e.Minutes+t.minutes
	}
	return e
}

// turn decides on a month that has visits, or had: of another there is nothing to hand over.
func (s State) turn(c TurnMonth) ([]domain.Event, error) {
	switch {
	case s.Assistant == "":
		return nil, sheet.ErrEmpty.With("%s", c.Month)
	case s.Assistant != c.Assistant || s.Month != c.Month:
		return nil, ErrOther.With("%s %s is not %s %s", c.Assistant, c.Month, s.Assistant, s.Month)
	}
	turns, err := s.sheet.Decide(c.Month, c.Turn)
	if err != nil || !turns {
		return nil, err
	}
	switch is := s.Entered(); c.To {
	case sheet.HandedOver:
		return []domain.Event{MonthHandedOver{is}}, nil
	case sheet.Returned:
		return []domain.Event{MonthReturned{is, c.Reason}}, nil
	default:
		return []domain.Event{MonthApproved{is, c.Alone}}, nil
	}
}
