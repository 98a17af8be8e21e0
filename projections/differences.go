package projections

import (
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/internal/fold"
	"ksiega/projections/findings"
)

// Difference is what is found of a claim, or of a line of a statement.
type Difference struct{ findings.Row }

// ClaimDifferences lies under the same keys as RefundClaims; only where something is
// found as of some day.
func ClaimDifferences() fold.Table[Difference] { return fold.Table[Difference]{Name: "differences"} }

// StrayReceipts lies under the same keys as BankLines; only where something is found as
// of some day.
func StrayReceipts() fold.Table[Difference] { return fold.Table[Difference]{Name: "stray"} }

// differenceStage works out what is found of the claims for an agreement, which take each
// other's place, and of a line whose money moved.
func differenceStage() *fold.Stage {
	return &fold.Stage{
		Unit: func(k fold.Key) (fold.Key, bool) {
			if k.Table == RefundClaims().Name {
				return RefundClaims().Whole(k.Part), true
			}
			return k, k.Table == BankLines().Name
		},
		Keys: func(unit fold.Key) []fold.Key {
			if unit.Field == fold.Whole {
				return []fold.Key{unit, ClaimDifferences().Whole(unit.Part)}
			}
			return []fold.Key{unit}
		},
		Work: func(tx *fold.Tx, unit fold.Key) error {
			if unit.Field == fold.Whole {
				return differences(tx, unit.Part)
			}
			line, _ := BankLines().Peek(tx, unit.Part, unit.Field)
			row := line.stray()
			put(tx, StrayReceipts(), unit.Part, unit.Field, Difference{row}, len(row.Steps) > 0)
			return nil
		}}
}

// differences works out what is found of each claim for an agreement.
func differences(tx *fold.Tx, part string) error {
	months, rows := map[domain.Month][]RefundClaim{}, map[string]findings.Row{}
	for _, c := range RefundClaims().Rows(tx, part) {
		months[c.Month] = append(months[c.Month], c)
	}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		if err := differencesOf(months[month], rows); err != nil {
			return err
		}
	}
	for field := range ClaimDifferences().Rows(tx, part) {
		if len(rows[field].Steps) == 0 {
			ClaimDifferences().Delete(tx, part, field)
		}
	}
	for field, row := range rows {
		if len(row.Steps) > 0 {
			ClaimDifferences().Put(tx, part, field, Difference{row})
		}
	}
	return nil
}

// differencesOf compares the claims for one month of an agreement as of each day that
// something is said of any of them.
func differencesOf(claims []RefundClaim, rows map[string]findings.Row) error {
	days := map[domain.Date]bool{}
	for _, c := range claims {
		for _, f := range c.Facts {
			days[f.On] = true
		}
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		totals, filed := make([]refund.Totals, len(claims)), []refund.Filed(nil)
		for i, c := range claims {
			var err error
			if totals[i], err = c.total(day); err != nil {
				return err
			}
			if totals[i].Submitted {
				filed = append(filed, c.Filed(totals[i]))
			}
		}
		standing := refund.Stand(filed)
		for i, c := range claims {
			if !totals[i].Submitted {
				continue
			}
			step := findings.Step{From: day}
			var err error
			step.Found, err = c.moment(day, totals[i], standing.ReplacedBy(c.Claim), claims).Found()
			step.Uncountable = err != nil
			row := rows[domain.Escape(c.Claim)]
			row.Add(step)
			rows[domain.Escape(c.Claim)] = row
		}
	}
	return nil
}

// Filed is the claim with its totals of some day as refund.Stand takes it.
func (c RefundClaim) Filed(totals refund.Totals) refund.Filed {
	f := refund.Filed{About: c.About, Corrects: c.Corrects}
	switch {
	case totals.IsReturned:
		f.Latest = refund.OutcomeReturned
	case totals.Decided:
		f.Latest = refund.OutcomeAccepted
	}
	return f
}

// moment is the claim as of a day, among the others for its month.
func (c RefundClaim) moment(day domain.Date, totals refund.Totals, replacedBy string, among []RefundClaim) findings.Claim {
	m := findings.Claim{Claim: c.Claim, Agreement: c.Agreement, Given: c.Given, Stated: c.Totals.Claimed, Computed: c.Computed, Totals: totals, ReplacedBy: replacedBy}
	for _, f := range c.Facts {
		switch {
		case f.On > day:
		case f.Kind == FactSubmitted:
			m.Submitted, m.Events, m.SubmittedBy = f.On, append(m.Events, f.Event), m.SubmittedBy+1
		case f.Kind == FactAccepted:
			m.Accepted, m.Events = f.On, append(m.Events, f.Event)
		}
	}
	for _, other := range among {
		for _, f := range other.Facts {
			if other.Claim == replacedBy && f.Kind == FactSubmitted {
				m.Replacing = append(m.Replacing, f.Event)
			}
		}
	}
	return m
}

// stray is the money of a line that claims have which it is not matched to. A match
// carries the date of the booking, so that a day cuts both alike.
func (l BankLine) stray() (row findings.Row) {
	days := map[domain.Date]bool{}
	for _, p := range l.Paid {
		days[p.On] = true
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		paid := slices.DeleteFunc(slices.Clone(l.Paid), func(p BankPayment) bool { return p.On > day })
		step := findings.Step{From: day}
		if agree := l.Amount == 0 || l.Settled(); !agree || len(paid) > 1 {
			for _, p := range paid {
				if p.Claim != l.Claim {
					step.Found = append(step.Found, findings.ReceivedUnmatched(l.Statement, l.Line, l.Event,
						findings.Receipt{Claim: p.Claim, Agreement: p.Agreement, On: p.On, Amount: p.Amount, Event: p.Event}))
				}
			}
		}
		row.Add(step)
	}
	return row
}
