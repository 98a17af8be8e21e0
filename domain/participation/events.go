package participation

import "ksiega/domain"

// Stream is where a person's participation in a programme is kept.
func Stream(programme, participant string) string {
	return domain.Stream("participation", programme, participant)
}

// About says who takes part in which programme, and the day of what is said of that.
type About struct {
	Programme   string      `json:"programme"`
	Participant string      `json:"participant"`
	Date        domain.Date `json:"date"`
}

// Seal is how a text of that day is sealed: by the participant's key.
func (a About) Seal(field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: a.Participant}, Field: field,
		Scope: domain.Scope{Of: domain.Ref{Kind: domain.RefProgramme, ID: a.Programme}, Day: a.Date}}
}

// OccurredOn is the day.
func (a About) OccurredOn() domain.Date { return a.Date }

// Refs names participant and programme.
func (a About) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefParticipant, ID: a.Participant}, domain.Ref{Kind: domain.RefProgramme, ID: a.Programme})
}

// Entry is what every fact says. Edition is the programme's that it was entered under, which
// a correction keeps.
type Entry struct {
	About
	Edition int           `json:"edition"`
	Note    domain.Sealed `json:"note,omitzero"`
}

// Nominated says that somebody was put forward for a programme.
type Nominated struct{ Entry }

// Assessed says what came of looking at whether the programme is for somebody: the code of
// an Assessment.
type Assessed struct {
	Entry
	Value domain.Sealed `json:"value"`
}

// Enrolled says that somebody takes part from the day on, in a group of the programme where
// it has any.
type Enrolled struct {
	Entry
	Group domain.Sealed `json:"group,omitzero"`
}

// Left says that somebody took part through the day, and how it ended: the code of an Ending.
type Left struct {
	Entry
	Value domain.Sealed `json:"value"`
}

// OutcomeRecorded says what somebody came to: the code of one of the programme's outcomes.
type OutcomeRecorded struct {
	Entry
	Value domain.Sealed `json:"value"`
}

// FactWithdrawn says that a fact of a kind and day should not have been recorded, or not as
// it was. Kind is the fact's event type without a version.
type FactWithdrawn struct {
	About
	Kind   string        `json:"kind"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (Nominated) EventType() string       { return "participation.nominated.v1" }
func (Assessed) EventType() string        { return "participation.assessed.v1" }
func (Enrolled) EventType() string        { return "participation.enrolled.v1" }
func (Left) EventType() string            { return "participation.left.v1" }
func (OutcomeRecorded) EventType() string { return "participation.outcome-recorded.v1" }
func (FactWithdrawn) EventType() string   { return "participation.fact-withdrawn.v1" }

// Assessment is what an assessment came to.
type Assessment string

// The assessments.
const (
	Positive Assessment = "pozytywna"
	Negative Assessment = "negatywna"
)

// Ending is how somebody's participation ended.
type Ending string

// The endings.
const (
	Finished Ending = "ukonczenie"
	BrokeOff Ending = "przerwanie"
)

// Fact is an event of this package but FactWithdrawn; two are equal if all their values are.
type Fact interface {
	domain.Event
	// Of is whom and which day it is about.
	Of() About
	// under is the fact under another edition.
	under(edition int) Fact
	edition() int
}

// Of is whom and which day it is about.
func (e Entry) Of() About { return e.About }

func (e Entry) edition() int { return e.Edition }

func (e Nominated) under(edition int) Fact {
	e.Edition = edition
	return e
}

func (e Assessed) under(edition int) Fact {
	e.Edition = edition
	return e
}

func (e Enrolled) under(edition int) Fact {
	e.Edition = edition
	return e
}

func (e Left) under(edition int) Fact {
	e.Edition = edition
	return e
}

func (e OutcomeRecorded) under(edition int) Fact {
	e.Edition = edition
	return e
}
