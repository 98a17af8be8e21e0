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
	return Found{ID: finding.ID(finding.OutsideContract, w.Contract, w.Date.String()), Kind: finding.OutsideContract, Subjects: []string{w.Participant, w.Contract, w.Agreement},
		People: []string{w.Participant}, From: w.Date, To: w.Date, Minutes: w.Minutes, Events: slices.Clone(w.Events)}
}
