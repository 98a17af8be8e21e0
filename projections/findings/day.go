package findings

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Worked is a day of work under a referral.
type Worked struct {
	Participant, Contract, Agreement string
	Date                             domain.Date
	Minutes                          domain.Minutes
	Events                           []position.Position
}

// Outside tells of work on a day that referral and agreement do not cover: before or after
// one of them, or while the referral is suspended.
func (w Worked) Outside() Found {
	f := w.found(finding.OutsideContract, w.Date.String())
	f.From, f.To, f.Minutes, f.Events = w.Date, w.Date, w.Minutes, slices.Clone(w.Events)
	return f
}

// OverMonth tells of a month in which somebody worked more than the agreement allows one.
func (w Worked) OverMonth(month domain.Month, by domain.Minutes, events []position.Position) Found {
	f := w.found(finding.OverCap, month.String())
	f.From, f.To, f.Minutes, f.Events = month.First(), month.Last(), by, events
	return f
}

func (w Worked) found(kind finding.Kind, when string) Found {
	return Found{ID: finding.ID(kind, w.Contract, when), Kind: kind, Subjects: []string{w.Participant, w.Contract, w.Agreement}, People: []string{w.Participant}}
}
