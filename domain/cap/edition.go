package cap

import (
	"iter"
	"slices"

	"ksiega/domain"
)

// Edition is the caps of one edition of a programme or of the statute.
type Edition struct {
	Programme string
	Number    int
	From      domain.Date // first day of the edition
	Own       bool        // the centre recorded it, and no build
	Whole     Stretch     // of the programme: what a cap in total counts
	Caps      []Terms
}

// Current is the edition that an entry of a day is recorded under: the newest that has
// begun by then, else the earliest there is. Of those that begin on one day the centre's
// own takes the place of any build's, whichever was recorded first, and among either the
// later numbered. False where there is none.
func Current(editions []Edition, day domain.Date) (Edition, bool) {
	var current, earliest Edition
	found, any := false, false
	for _, e := range editions {
		if !any || e.From < earliest.From || e.From == earliest.From && e.before(earliest) {
			earliest, any = e, true
		}
		if e.From <= day && (!found || e.From > current.From || e.From == current.From && e.before(current)) {
			current, found = e, true
		}
	}
	if found {
		return current, true
	}
	return earliest, any
}

// before says which of two that begin on one day counts.
func (e Edition) before(other Edition) bool {
	if e.Own != other.Own {
		return e.Own
	}
	return e.Number > other.Number
}

// Binding is the edition that a period goes by: of those that its entries name, the
// newest that has begun by the period's first day, else the earliest. So an edition
// binds periods that begin from its first day on, and never what was recorded before it.
func Binding(editions []Edition, named []int, first domain.Date) (Edition, bool) {
	return Current(slices.DeleteFunc(slices.Clone(editions), func(e Edition) bool { return !slices.Contains(named, e.Number) }), first)
}

// Bind are the rules of a programme, or of the statute, that a period goes by, the one that
// a day lies in: those of the edition that its own entries of the period name, see Binding.
// Where nothing is entered it is the one that the next entry would be under, see Current.
// Where entries name none of them it is the newest that has begun by then; of those that
// begin on one day the first that was recorded, since a later one binds only what is
// entered under it. Total begins with the programme, as the earliest of them has it.
func Bind(editions []Edition, period Period, day domain.Date, entries iter.Seq[Entry]) (rules []Rule) {
	if len(editions) == 0 {
		return nil
	}
	var named []int
	first, last := period.Of(day)
	for e := range counted(editions[0].Programme, first, last, entries) {
		named = append(named, e.Edition)
	}
	of := slices.DeleteFunc(slices.Clone(editions), func(e Edition) bool { return !slices.Contains(named, e.Number) })
	if len(of) == 0 {
		of = editions
	}
	if earliest, _ := Current(of, 0); period == Total {
		first = earliest.Whole.From
	}
	binding, ok := Binding(editions, named, first)
	switch {
	case ok:
	case named == nil:
		binding, _ = Current(editions, first)
	default:
		var recorded []Edition
		for _, e := range editions {
			if !slices.ContainsFunc(recorded, func(r Edition) bool { return r.From == e.From }) {
				recorded = append(recorded, e)
			}
		}
		binding, _ = Current(recorded, first)
	}
	for _, t := range binding.Caps {
		if t.Period == period {
			rules = append(rules, Rule{binding.Programme, binding.Number, binding.From, binding.Whole, t})
		}
	}
	return rules
}

// Least is the smallest limit that any edition has of a cap; false where none has it.
func Least(editions []Edition, per Per, period Period, counts Unit) (least int64, capped bool) {
	for _, e := range editions {
		for _, t := range e.Caps {
			if t.Is(per, period, counts) && (!capped || t.Limit < least) {
				least, capped = t.Limit, true
			}
		}
	}
	return least, capped
}
