package findings

import (
	"fmt"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Visit is a visit that is to be told of.
type Visit struct {
	Date    domain.Date
	From    domain.TimeOfDay
	Minutes domain.Minutes
	Events  []position.Position
}

// OutsideContract tells of a visit on a day that its contract does not cover: before or
// after its period, or while it rests.
func OutsideContract(contract, assistant, participant string, v Visit) Found {
	return Found{ID: finding.ID(finding.OutsideContract, contract, v.Date.String(), assistant+"@"+Clock(v.From)), Kind: finding.OutsideContract,
		Subjects: []string{participant, assistant, contract}, People: []string{participant},
		From: v.Date, To: v.Date, Minutes: v.Minutes, Events: append([]position.Position(nil), v.Events...)}
}

// Clock is a time of day in an id, without the colon that parts it.
func Clock(t domain.TimeOfDay) string { return fmt.Sprintf("%02d.%02d", t/60, t%60) }
