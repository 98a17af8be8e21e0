// Package setting decides about a ledger's settings that change what reports say.
//
//	setting-<name>   setting.changed.v1
//
// A setting binds the periods that begin while it is in force: what was told of an
// earlier one stays. The first value that is recorded holds for all time before it as
// well. It stops at the value; what it means is for whoever reads it.
package setting

import (
	"slices"

	"ksiega/domain"
)

// Name is what a setting is called.
type Name string

// YearDays says which days count towards those that one person may work in a calendar
// year.
const YearDays Name = "year-days"

// OneAccountant says whether one person of a centre may both ask for a refund and say which line
// of a statement paid it; what they match then says so.
const OneAccountant Name = "one-accountant"

// Values of OneAccountant. Where nothing is recorded nobody may.
const (
	Allowed   = "tak"
	Forbidden = "nie"
)

// Changed says that a setting has a value from a day on.
type Changed struct {
	Setting Name          `json:"setting"`
	Value   string        `json:"value"`
	From    domain.Date   `json:"from"`
	Reason  domain.Sealed `json:"reason,omitzero"`
}

// EventType is for ever.
func (Changed) EventType() string { return "setting.changed.v1" }

// OccurredOn is the day from which the value holds.
func (e Changed) OccurredOn() domain.Date { return e.From }

// Refs names the setting.
func (e Changed) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefSetting, ID: string(e.Setting)})
}

// SealOf is how the reason of a change is sealed: by the setting's own key.
func SealOf(name Name, from domain.Date) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefSetting, ID: string(name)}, Field: "reason", Scope: domain.Scope{Day: from}}
}

// Seal is SealOf: the reason is all that is sealed.
func (e Changed) Seal(string) domain.Seal { return SealOf(e.Setting, e.From) }

// Stream is where a setting's values are kept.
func Stream(name Name) string { return domain.Stream("setting", string(name)) }

// State is the values of one setting, in the order of recording.
type State struct{ changes []Changed }

// On is the value in force on a day: of those that hold from then or before the latest,
// of one day the one recorded last; before the first the earliest. False where none is
// recorded.
func (s State) On(day domain.Date) (string, bool) {
	var best *Changed
	for i, c := range s.changes {
		switch {
		case best == nil,
			best.From <= day && c.From <= day && c.From >= best.From,
			best.From > day && c.From <= best.From:
			best = &s.changes[i]
		}
	}
	if best == nil {
		return "", false
	}
	return best.Value, true
}

// Ever says whether a value was in force at any time.
func (s State) Ever(value string) bool {
	return slices.ContainsFunc(s.changes, func(c Changed) bool { return c.Value == value })
}

// Change sets a value from a day on. Without a Value it gives the setting its first one.
type Change struct {
	Setting   Name
	Value     string // "" leaves what is recorded
	Otherwise string // where neither is given nor recorded
	From      domain.Date
	Reason    domain.Sealed
}

// Decider of settings.
func Decider() domain.Decider[State, Change] {
	return domain.Decider[State, Change]{
		Decide: func(s State, c Change) ([]domain.Event, error) {
			e := Changed{Setting: c.Setting, Value: c.Value, From: c.From, Reason: c.Reason}
			is, recorded := s.On(c.From)
			switch {
			case recorded && (c.Value == "" || c.Value == is):
				return nil, nil
			case !recorded && c.Value == "":
				e.Value = c.Otherwise
			}
			return []domain.Event{e}, nil
		},
		Evolve: func(s State, e domain.Event) State {
			if e, ok := e.(Changed); ok {
				s.changes = append(slices.Clip(s.changes), e)
			}
			return s
		},
		Events: domain.Types(Changed{}),
	}
}
