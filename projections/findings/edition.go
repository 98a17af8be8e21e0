package findings

import (
	"slices"

	"ksiega/domain/cap"
	"ksiega/domain/programme"
	"ksiega/internal/position"
)

// Edition is what findings ask of an edition of a programme.
type Edition struct {
	cap.Edition
	Enrolment bool              `json:"enrolment,omitzero"` // support needs a participation
	Caseload  int               `json:"caseload,omitzero"`
	Stays     []programme.Stay  `json:"stays,omitzero"`
	Event     position.Position `json:"event"`
}

// Editions are those of a programme, in the order of recording.
type Editions struct {
	All []Edition `json:"all"`
}

// Named is the edition that an entry of an event names; nil where there was none of that
// number when the event was recorded: nothing binds what was recorded before it.
func (e Editions) Named(number int, event position.Position) *Edition {
	i := slices.IndexFunc(e.All, func(of Edition) bool { return of.Number == number && !of.Event.After(event) })
	if i < 0 {
		return nil
	}
	return &e.All[i]
}

// of is the edition that support was entered under. A day of work names none: it is that of
// the day, of those that there were.
func (e Editions) of(s Support) *Edition {
	if len(s.Events) == 0 {
		return nil
	}
	if s.Work {
		known := Editions{slices.DeleteFunc(slices.Clone(e.All), func(of Edition) bool { return of.Event.After(s.Events[0]) })}
		if of, ok := known.on(s.Date); ok {
			return &of
		}
		return nil
	}
	return e.Named(s.Edition, s.Events[0])
}

// NeedsEnrolment says whether support needs a participation, by the edition that it was
// entered under.
func (e Editions) NeedsEnrolment(s Support) bool {
	of := e.of(s)
	return of != nil && of.Enrolment
}

// Eligible says whether a kind of stay takes nothing away from support, likewise.
func (e Editions) Eligible(s Support, kind string) bool {
	of := e.of(s)
	return of != nil && slices.ContainsFunc(of.Stays, func(stay programme.Stay) bool { return stay.Kind == kind && stay.Eligible })
}

// CapsOf are the editions with those of their caps that count minutes for one of some thing
// in one of some period.
func (e Editions) CapsOf(per cap.Per, period cap.Period) []cap.Edition {
	all := make([]cap.Edition, len(e.All))
	for i, of := range e.All {
		all[i] = of.Edition
		all[i].Caps = slices.DeleteFunc(slices.Clone(of.Caps), func(t cap.Terms) bool { return !t.Is(per, period, cap.Minutes) })
	}
	return all
}

// Tell says whether some edition has a cap that tells, for one of some things, in one of
// some periods.
func (e Editions) Tell(per []cap.Per, periods []cap.Period) bool {
	return slices.ContainsFunc(e.All, func(of Edition) bool { return of.tells(per, periods) })
}

func (e Edition) tells(per []cap.Per, periods []cap.Period) bool {
	return slices.ContainsFunc(e.Caps, func(t cap.Terms) bool {
		return !t.Refuse && slices.Contains(per, t.Per) && slices.Contains(periods, t.Period)
	})
}

// telling are the caps of an edition that tell, and refuse nothing.
func (e Edition) telling() cap.Edition {
	of := e.Edition
	of.Caps = slices.DeleteFunc(slices.Clone(of.Caps), func(t cap.Terms) bool { return t.Refuse })
	return of
}
