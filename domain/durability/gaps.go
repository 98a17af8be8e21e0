package durability

import (
	"cmp"
	"slices"

	"ksiega/domain"
)

// PlacesFrom is how many places are ready from a day on, until the next such
// statement.
type PlacesFrom struct {
	From   domain.Date `json:"from"`
	Places int         `json:"places"`
}

// A Gap is a maximal run of days, from…to inclusive, on which the same number
// of places was ready and it was less than promised.
type Gap struct {
	From     domain.Date `json:"from"`
	To       domain.Date `json:"to"`
	Ready    int         `json:"ready"`
	Promised int         `json:"promised"`
}

// Gaps compares what was promised with what was ready, over the days of the
// obligation up to asOf inclusive. Statements come in the order of recording,
// of any dates; of several on one day the last recorded holds, and before the
// first nothing is ready. The days of the gaps are required − ready days.
func Gaps(o Obligation, places []PlacesFrom, asOf domain.Date) (readyDays, requiredDays int, gaps []Gap) {
	last := min(o.To, asOf)
	if last < o.From {
		return 0, 0, nil
	}
	byDay := slices.Clone(places)
	slices.SortStableFunc(byDay, func(a, b PlacesFrom) int { return cmp.Compare(a.From, b.From) })
	since, ready := o.From, 0
	upTo := func(to domain.Date) {
		days := int(to-since) + 1
		switch n := len(gaps); {
		case days <= 0:
		case ready >= o.Places:
			readyDays += days
		case n > 0 && gaps[n-1].To == since-1 && gaps[n-1].Ready == ready:
			gaps[n-1].To = to
		default:
			gaps = append(gaps, Gap{From: since, To: to, Ready: ready, Promised: o.Places})
		}
		since = max(since, to+1)
	}
	for _, p := range byDay {
		if p.From > last {
			break
		}
		upTo(p.From - 1)
		ready = p.Places
	}
	upTo(last)
	return readyDays, int(last-o.From) + 1, gaps
}
