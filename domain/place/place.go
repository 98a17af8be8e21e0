// Package place decides about counts of people at places where they stay.
//
//	place-<programme>-<place>
//	    place.counted.v1           so many were there on a day
//	    place.count-corrected.v1   it was another number, category or study
//	    place.count-withdrawn.v1   it should not have been recorded
//
// A place is counted once a day. It stops at the number: how many a study counted, night by
// night, is for reports.
package place

import "ksiega/domain"

// About names a count.
type About struct {
	Programme string      `json:"programme"`
	Place     string      `json:"place"`
	Date      domain.Date `json:"date"`
}

// Count is what was counted: how many people, at what kind of place, for which study.
type Count struct {
	People   int    `json:"people"`
	Category string `json:"category,omitzero"`
	Study    string `json:"study,omitzero"`
}

// Counted says how many people were at a place.
type Counted struct {
	About
	Count
}

// CountCorrected says what was counted in the place of what was recorded.
type CountCorrected struct {
	About
	Before Count         `json:"before"`
	After  Count         `json:"after"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// CountWithdrawn takes a count away.
type CountWithdrawn struct {
	About
	Was    Count         `json:"was"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (Counted) EventType() string        { return "place.counted.v1" }
func (CountCorrected) EventType() string { return "place.count-corrected.v1" }
func (CountWithdrawn) EventType() string { return "place.count-withdrawn.v1" }

// OccurredOn is the day of the count.
func (a About) OccurredOn() domain.Date { return a.Date }

// Refs are the programme and the place.
func (a About) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: a.Programme}, domain.Ref{Kind: domain.RefPlace, ID: a.Place})
}

func (a About) names(c Count) []domain.Name {
	return []domain.Name{{Field: "place", ID: a.Place, Stream: true}, {Field: "category", ID: c.Category}, {Field: "study", ID: c.Study}}
}

// Names are those of the place, which the stream is named by, of its category and the study.
func (e Counted) Names() []domain.Name { return e.names(e.Count) }

// Names are those of the category and the study.
func (e CountCorrected) Names() []domain.Name { return e.names(e.After) }

// Seal is how a text about a count is sealed: by the programme's key.
func (a About) Seal(field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefProgramme, ID: a.Programme}, Field: field,
		Scope: domain.Scope{Of: domain.Ref{Kind: domain.RefPlace, ID: a.Place}, Day: a.Date}}
}

// Stream is where the counts of a place are kept.
func Stream(programme, place string) string { return domain.Stream("place", programme, place) }

// Record records a count, or replaces or takes back what is recorded of it.
type Record struct {
	About
	Count
	domain.Amend
}

// Refusals of this package.
var (
	ErrPeople = domain.Refusal(domain.CodeInvalid, "a number of people is not negative").At("people")
	ErrOther  = domain.Refusal(domain.CodeInvalid, "the stream belongs to another place").At("place")
)

// State is the counts of a place, by their days.
type State struct {
	programme, place string
	stands           map[domain.Date]Count
	gone             map[domain.Date]bool
}

// Decider decides on the stream of one place. Evolve changes the maps of the state it is
// given.
func Decider() domain.Decider[State, Record] {
	return domain.Decider[State, Record]{Decide: decide, Evolve: evolve, Events: domain.Types(Counted{}, CountCorrected{}, CountWithdrawn{})}
}

func decide(s State, c Record) ([]domain.Event, error) {
	switch {
	case c.Programme == "":
		return nil, domain.ErrNoID.At("programme")
	case c.Place == "":
		return nil, domain.ErrNoID.At("place")
	case s.place != "" && (s.place != c.Place || s.programme != c.Programme):
		return nil, ErrOther
	case c.Date == 0:
		return nil, domain.ErrNoDay.At("date")
	case c.People < 0:
		return nil, ErrPeople
	}
	if err := domain.CheckCount(c.People); err != nil {
		return nil, domain.At("people", err)
	}
	was, stands := s.stands[c.Date]
	return c.Decide(domain.Recorded{What: "place " + c.Place + ", " + c.Date.String(), Standing: domain.StandingOf(stands, s.gone[c.Date]),
		Same: was == c.Count, Differs: domain.Differing(was, c.Count), Entered: Counted{c.About, c.Count},
		Corrected: CountCorrected{c.About, was, c.Count, c.Reason}, Withdrawn: CountWithdrawn{c.About, was, c.Reason}})
}

func evolve(s State, e domain.Event) State {
	if s.stands == nil {
		s.stands, s.gone = map[domain.Date]Count{}, map[domain.Date]bool{}
	}
	switch e := e.(type) {
	case Counted:
		s.programme, s.place, s.stands[e.Date] = e.Programme, e.Place, e.Count
	case CountCorrected:
		s.stands[e.Date] = e.After
	case CountWithdrawn:
		delete(s.stands, e.Date)
		s.gone[e.Date] = true
	}
	return s
}
