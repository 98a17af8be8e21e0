package projections

import (
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/projections/findings"
)

// VisitedContracts holds a part a contract, and one field.
func VisitedContracts() fold.Table[Beneath] { return fold.Table[Beneath]{Name: "visited"} }

// visitsBeneath are visits under their contracts.
func visitsBeneath() beneath[VisitDetail] {
	return beneath[VisitDetail]{VisitedContracts(), VisitDetails()}
}

// Outside is what of the visits of one assistant under one contract in a month lies
// outside the contract.
type Outside struct{ findings.Row }

// OutsideVisits lies under the same keys as VisitMonths; only where something does, as of
// some day.
func OutsideVisits() fold.Table[Outside] { return fold.Table[Outside]{Name: "outside"} }

// outsideKeys are what outsideVisits reads of a month.
func outsideKeys(unit fold.Key) []fold.Key {
	return []fold.Key{unit, VisitMonths().Key(unit.Part, unit.Field), contractAbove(unit)}
}

// contractAbove is the contract of a month's visits.
func contractAbove(unit fold.Key) fold.Key {
	contract, _, _ := strings.Cut(unit.Field, "-")
	return visitsBeneath().contract(contract)
}

// outsideVisits works out what of a month's visits lies outside their contract, since
// visits or the contract have changed.
func outsideVisits(tx *fold.Tx, unit fold.Key) {
	m, _ := VisitMonths().Peek(tx, unit.Part, unit.Field)
	d, _ := VisitDetails().Peek(tx, unit.Part, unit.Field)
	known, _ := VisitedContracts().Peek(tx, contractAbove(unit).Part, BeneathField)
	row := outside(m, d, known.Life)
	put(tx, OutsideVisits(), unit.Part, unit.Field, Outside{row}, len(row.Steps) > 0)
}

// outside is which visits of a month lie outside the contract, or are of somebody who does
// not assist under it then, as of each day on which there is one or the contract changes.
func outside(m VisitMonth, d VisitDetail, life ContractLife) (row findings.Row) {
	visits := d.Visits
	periods := life.periods()
	agreed := func(p period, day domain.Date) bool { return p.covers(day) && p.Assists(m.Assistant, day) }
	inside := !slices.ContainsFunc(periods, func(p period) bool {
		return slices.ContainsFunc(visits, func(v Visit) bool { return !agreed(p, v.Date) })
	})
	if inside {
		return row
	}
	days := make([]domain.Date, 0, len(visits))
	for _, v := range visits {
		days = append(days, v.Date)
	}
	for day, known := range asOfEach(periods, days) {
		step := findings.Step{From: day}
		for _, v := range visits {
			if v.Date <= day && !agreed(known, v.Date) {
				step.Found = append(step.Found, findings.OutsideContract(m.Contract, m.Assistant, m.Participant, findings.Visit{
					Date: v.Date, From: v.From, Minutes: v.Minutes, Events: d.Events(v)}))
			}
		}
		row.Add(step)
	}
	return row
}
