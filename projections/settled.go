package projections

import (
	"strings"

	"ksiega/internal/fold"
)

// settledStage works out what follows from what was settled: of a contract's month what
// is found, of an agreement whether it has hours left; and from what a contract's month
// comes to, what its participant works over all referrals and what claims ask in all.
func settledStage() *fold.Stage {
	return &fold.Stage{
		Unit: func(k fold.Key) (fold.Key, bool) {
			switch k.Table {
			case SettlementDetails().Name, WorkedYears().Name, ContestedMonths().Name:
				return k, true
			case SettlementMonths().Name, SettlementAgreements().Name:
				return SettlementMonths().Whole(k.Part), true
			}
			return k, false
		},
		Keys: func(unit fold.Key) []fold.Key {
			switch unit.Table {
			case WorkedYears().Name:
				return workedRows(unit)
			case ContestedMonths().Name:
				return contestedRows(unit)
			case SettlementMonths().Name:
				return []fold.Key{SettlementAgreements().Key(unit.Part, AgreementField), OverHoursAgreements().Key(OverHoursPart, unit.Part)}
			}
			under, month, _ := strings.Cut(unit.Part, "-")
			before, after := besideMonth(unit)
			return []fold.Key{unit, daysBeneath().contract(unit.Field), SettlementAgreements().Key(under, AgreementField), before, after, ContestedMonths().Key(month, under)}
		},
		Then: func(tx *fold.Tx, unit fold.Key) []fold.Key {
			switch unit.Table {
			case WorkedYears().Name:
				return workedDays(tx, unit)
			case SettlementMonths().Name:
				if a, _ := SettlementAgreements().Peek(tx, unit.Part, AgreementField); a.TotalCap > 0 {
					return []fold.Key{unit}
				}
			case SettlementDetails().Name:
				if d, _ := SettlementDetails().Peek(tx, unit.Part, unit.Field); d.Participant != "" {
					return []fold.Key{workedKey(d.Participant, d.Month)}
				}
			}
			return nil
		},
		Work: func(tx *fold.Tx, unit fold.Key) error {
			switch unit.Table {
			case WorkedYears().Name:
				workTogether(tx, unit)
			case SettlementMonths().Name:
				addUp(tx, unit.Part)
			case ContestedMonths().Name:
				claimedBeyond(tx, unit)
			default:
				return settle(tx, unit)
			}
			return nil
		}}
}
