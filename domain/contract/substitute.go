package contract

import (
	"slices"

	"ksiega/domain"
)

// Substituted says that somebody assists in the assistant's place from a day on, until a day
// if that is known.
type Substituted struct {
	Life
	Substitute string      `json:"substitute"`
	Until      domain.Date `json:"until,omitzero"`
}

func (Substituted) EventType() string    { return "contract.substituted.v1" }
func (e Substituted) with(l Life) Change { e.Life = l; return e }
func (e Substituted) substitutes() domain.Ref {
	return domain.Ref{Kind: domain.RefAssistant, ID: e.Substitute}
}

// Refs names the contract, whom it concerns and the substitute.
func (e Substituted) Refs() []domain.Ref {
	return append(e.Life.Refs(), domain.Refs(e.substitutes())...)
}

// ErrNoSubstitute refuses a substitution by nobody.
var ErrNoSubstitute = domain.Refusal(domain.CodeInvalid, "it is not said who substitutes").At("substitute")

// Assists says whether somebody assists under the contract on a day: the assistant of the
// day's terms, or a substitute. Where the terms have none, whoever comes does.
func (s State) Assists(assistant string, day domain.Date) bool {
	return s.On(day).Assistant == "" || s.Names(assistant, day)
}

// Names says whether the day's terms, or a substitution, name somebody who assists.
func (s State) Names(assistant string, day domain.Date) bool {
	return s.On(day).Assistant == assistant || slices.ContainsFunc(s.changes, func(e Change) bool {
		sub, ok := e.(Substituted)
		return ok && sub.Substitute == assistant && day.Within(sub.On, sub.Until)
	})
}

// AssistsThroughout says whether somebody assists on every day of a stretch.
func (s State) AssistsThroughout(assistant string, first, last domain.Date) bool {
	turns := []domain.Date{first} // and the days on which it may turn
	for _, e := range s.changes {
		turns = append(turns, e.OccurredOn())
		if sub, ok := e.(Substituted); ok && sub.Until != 0 {
			turns = append(turns, sub.Until+1)
		}
	}
	return !slices.ContainsFunc(turns, func(day domain.Date) bool { return day.Within(first, last) && !s.Assists(assistant, day) })
}
