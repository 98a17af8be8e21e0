package projections

import (
	"cmp"
	"iter"
	"slices"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// Beneath is a contract as what is recorded under it sees it: its life, and the rows that
// lie under it, which a change of it may put outside or inside.
type Beneath struct {
	Life   ContractLife `json:"life"`
	Months []MonthPlace `json:"months"` // ordered
}

// MonthPlace is the place of a row of a month.
type MonthPlace struct {
	Part  string `json:"part"`
	Field string `json:"field"`
}

// beneath are the rows of months under contracts.
type beneath[R any] struct {
	contracts fold.Table[Beneath] // a part a contract, and one field
	months    fold.Table[R]
}

// BeneathField is the one field of a contract.
const BeneathField = "contract"

func (b beneath[R]) contract(escaped string) fold.Key {
	return b.contracts.Key(escaped, BeneathField)
}

// keys are the months that a change of their contract may put outside or inside.
func (b beneath[R]) keys(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	_, contract, ok := contractOf(r)
	if !ok {
		return nil
	}
	known, _ := b.contracts.Peek(tx, domain.Escape(contract), BeneathField)
	for _, m := range known.Months {
		keys = append(keys, b.months.Key(m.Part, m.Field))
	}
	return keys
}

// fold takes in an event of a contract's life. What lies under it is looked at anew.
func (b beneath[R]) fold(tx *fold.Tx, escaped string, r *journal.Recorded) {
	known := b.contracts.Get(tx, escaped, BeneathField)
	known.Life.take(r)
	for _, m := range known.Months {
		b.months.Change(tx, m.Part, m.Field)
	}
	b.prune(tx, escaped, known)
}

// lists is where a contract lists its months, for an event by which a month may come to
// lie under it or lie there no more: before it there are no entries of the month, or it
// takes one away.
func (b beneath[R]) lists(contract string, entries int, withdrawn bool) []fold.Key {
	if entries > 0 && !withdrawn {
		return nil
	}
	return []fold.Key{b.contract(domain.Escape(contract))}
}

// note says whether there is a row of a month under a contract, where lists named it.
func (b beneath[R]) note(tx *fold.Tx, escaped string, month MonthPlace, there bool) {
	known, _ := b.contracts.Peek(tx, escaped, BeneathField)
	months, changed := entered(known.Months, month, func(a, b MonthPlace) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Field, b.Field))
	}, there)
	if !changed {
		return
	}
	row := b.contracts.Get(tx, escaped, BeneathField)
	row.Months = months
	b.prune(tx, escaped, row)
}

// prune takes away a contract that is none and has nothing under it.
func (b beneath[R]) prune(tx *fold.Tx, escaped string, row *Beneath) {
	if len(row.Months) == 0 && row.Life.Event.IsZero() && len(row.Life.Changes) == 0 {
		b.contracts.Delete(tx, escaped, BeneathField)
	}
}

// period is a contract as it is known from a day on.
type period struct {
	from domain.Date
	contract.State
}

func (p period) covers(day domain.Date) bool {
	return p.Exists() && day >= p.Terms.From && day <= p.Terms.To && !p.Rests(day)
}

// periods are a contract as of each day on which it is another one; the first is before
// all.
func (c ContractLife) periods() (periods []period) {
	days := []domain.Date{1}
	for _, change := range c.Changes {
		days = append(days, change.OccurredOn())
	}
	slices.Sort(days)
	for _, day := range slices.Compact(days) {
		periods = append(periods, period{day, c.AsOf(day)})
	}
	return periods
}

// asOfEach are some days and those on which the contract is another one, each with the
// contract as it is known then.
func asOfEach(periods []period, days []domain.Date) iter.Seq2[domain.Date, period] {
	all := slices.Clone(days)
	for _, p := range periods {
		all = append(all, p.from)
	}
	slices.Sort(all)
	return func(yield func(domain.Date, period) bool) {
		known := periods
		for _, day := range slices.Compact(all) {
			for len(known) > 1 && known[1].from <= day {
				known = known[1:]
			}
			if !yield(day, known[0]) {
				return
			}
		}
	}
}
