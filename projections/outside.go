package projections

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// Visited is a contract as visits under it see it: its life, and the rows that they lie
// in, which a change of it may put outside or inside.
type Visited struct {
	Life   ContractLife   `json:"life"`
	Months []VisitedMonth `json:"months"` // ordered
}

// VisitedMonth is the place of a VisitDetail.
type VisitedMonth struct {
	Part  string `json:"part"`
	Field string `json:"field"`
}

// VisitedContracts holds a part a contract, and one field.
func VisitedContracts() fold.Table[Visited] { return fold.Table[Visited]{Name: "visited"} }

const visitedField = "contract"

func visitedContract(escaped string) fold.Key { return VisitedContracts().Key(escaped, visitedField) }

// Outside is what of the visits of one assistant under one contract in a month lies
// outside the contract.
type Outside struct{ findings.Row }

// OutsideVisits lies under the same keys as VisitMonths; only where something does, as of
// some day.
func OutsideVisits() fold.Table[Outside] { return fold.Table[Outside]{Name: "outside"} }

// visitedKeys are the visits that a change of their contract may put outside or inside.
func visitedKeys(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	_, contract, ok := contractOf(r)
	if !ok {
		return nil
	}
	known, _ := VisitedContracts().Peek(tx, domain.Escape(contract), visitedField)
	for _, m := range known.Months {
		keys = append(keys, VisitDetails().Key(m.Part, m.Field))
	}
	return keys
}

// foldVisited takes in an event of a contract's life. Its visits are looked at anew.
func foldVisited(tx *fold.Tx, escaped string, r *journal.Recorded) {
	known := VisitedContracts().Get(tx, escaped, visitedField)
	known.Life.take(r)
	for _, m := range known.Months {
		VisitDetails().Change(tx, m.Part, m.Field)
	}
}

// visit notes whether there are visits of a month under a contract.
func visit(tx *fold.Tx, escaped string, month VisitedMonth, there bool) {
	known, _ := VisitedContracts().Peek(tx, escaped, visitedField)
	i, listed := slices.BinarySearchFunc(known.Months, month, func(a, b VisitedMonth) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Field, b.Field))
	})
	if listed == there {
		return
	}
	row := VisitedContracts().Get(tx, escaped, visitedField)
	if there {
		row.Months = slices.Insert(row.Months, i, month)
		return
	}
	row.Months = without(row.Months, func(m VisitedMonth) bool { return m == month })
	if len(row.Months) == 0 && row.Life.Event.IsZero() && len(row.Life.Changes) == 0 {
		VisitedContracts().Delete(tx, escaped, visitedField)
	}
}

// outsideStage works out what of each month's visits lies outside their contract, of the
// months that visits or the contract have changed.
func outsideStage() *fold.Stage {
	of := func(unit fold.Key) fold.Key {
		contract, _, _ := strings.Cut(unit.Field, "-")
		return visitedContract(contract)
	}
	return &fold.Stage{
		Unit: func(k fold.Key) (fold.Key, bool) { return k, k.Table == VisitDetails().Name },
		Keys: func(unit fold.Key) []fold.Key {
			return []fold.Key{unit, VisitMonths().Key(unit.Part, unit.Field), of(unit)}
		},
		Work: func(tx *fold.Tx, unit fold.Key) error {
			m, _ := VisitMonths().Peek(tx, unit.Part, unit.Field)
			d, _ := VisitDetails().Peek(tx, unit.Part, unit.Field)
			known, _ := VisitedContracts().Peek(tx, of(unit).Part, visitedField)
			row, err := outside(m, d.Visits, known.Life)
			if err != nil {
				return fmt.Errorf("visits under contract %s: %w", m.Contract, err)
			}
			put(tx, OutsideVisits(), unit.Part, unit.Field, Outside{row}, len(row.Steps) > 0)
			return nil
		}}
}

// period is a contract as it is known from a day on.
type period struct {
	from domain.Date
	contract.State
}

func (p period) covers(day domain.Date) bool {
	return p.Exists() && day >= p.Terms.From && day <= p.Terms.To && !p.Rests(day)
}

// outside is which visits of a month lie outside the contract, as of each day on which
// there is one or the contract changes.
func outside(m VisitMonth, visits []Visit, life ContractLife) (row findings.Row, err error) {
	days := []domain.Date{1} // as of which the contract is another one; the first is before all
	for _, c := range life.Changes {
		days = append(days, c.On)
	}
	slices.Sort(days)
	var periods []period
	inside := true
	for _, day := range slices.Compact(days) {
		state, err := life.AsOf(day)
		if err != nil {
			return row, err
		}
		p := period{day, state}
		periods = append(periods, p)
		inside = inside && !slices.ContainsFunc(visits, func(v Visit) bool { return !p.covers(v.Date) })
	}
	if inside {
		return row, nil
	}
	for _, v := range visits {
		days = append(days, v.Date)
	}
	slices.Sort(days)
	for _, day := range slices.Compact(days) {
		for len(periods) > 1 && periods[1].from <= day {
			periods = periods[1:]
		}
		step := findings.Step{From: day}
		for _, v := range visits {
			if v.Date <= day && !periods[0].covers(v.Date) {
				step.Found = append(step.Found, findings.OutsideContract(m.Contract, m.Assistant, m.Participant, findings.Visit{
					Date: v.Date, From: v.From, Minutes: v.Minutes, Events: v.Events}))
			}
		}
		row.Add(step)
	}
	return row, nil
}
