package projections

import (
	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// Patterns holds the visits of a contract's month that are all alike, whoever they are of: a
// part a month and a field a contract.
func Patterns() fold.Table[findings.Pattern] {
	return fold.Table[findings.Pattern]{Name: "patterns"}
}

// AlikeUnderKeys holds the contracts' months of which only who opens activities can tell
// whether many visits are alike, as they were sealed by several keys: since the master key
// changed, or the contract was another person's. A part a month and a field a contract.
func AlikeUnderKeys() fold.Table[noted] { return fold.Table[noted]{Name: "alikeUnderKeys"} }

// patternThen are all visits of the contract in the month of a unit.
func patternThen(tx *fold.Tx, unit fold.Key) (keys []fold.Key) {
	above := contractAbove(unit)
	known, _ := VisitedContracts().Peek(tx, above.Part, above.Field)
	for _, m := range known.Months {
		if m.Part == unit.Part {
			keys = append(keys, VisitDetails().Key(m.Part, m.Field), VisitMonths().Key(m.Part, m.Field))
		}
	}
	return keys
}

// patterns works out which visits of a contract's month are alike.
func patterns(tx *fold.Tx, unit fold.Key) {
	above := contractAbove(unit)
	known, _ := VisitedContracts().Peek(tx, above.Part, above.Field)
	var visits []findings.Alike
	var contract string
	var month domain.Month
	for _, at := range known.Months {
		if at.Part != unit.Part {
			continue
		}
		m, _ := VisitMonths().Peek(tx, at.Part, at.Field)
		d, _ := VisitDetails().Peek(tx, at.Part, at.Field)
		contract, month = m.Contract, m.Month
		visits = append(visits, m.Compared(d)...)
	}
	row := findings.PatternOf(contract, month, visits)
	put(tx, AlikeUnderKeys(), unit.Part, above.Part, noted{}, len(visits) >= findings.Many && findings.AlikeUnderKeys(visits))
	put(tx, Patterns(), unit.Part, above.Part, row, len(row.Alike) > 0)
}

// Compared are the visits of a month as they are compared with others of their contract's.
func (m VisitMonth) Compared(d VisitDetail) (all []findings.Alike) {
	for _, v := range d.Visits {
		done := d.Activity(v)
		all = append(all, findings.Alike{Contract: m.Contract, Assistant: m.Assistant, Participant: m.Participant, Date: v.Date, From: v.From, To: v.To,
			Minutes: v.Minutes, Activity: done.Text, Sealed: done.Participant, Events: func() []journal.Position { return d.Events(v) }})
	}
	return all
}
