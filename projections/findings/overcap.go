package findings

import (
	"iter"
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Counted is an entry that a cap counts, with the contract that it is under and its events.
type Counted struct {
	cap.Entry
	Contract string
	Events   []position.Position
}

// Entries are what caps count of it.
func Entries(counted []Counted) iter.Seq[cap.Entry] {
	return func(yield func(cap.Entry) bool) {
		for _, c := range counted {
			if !yield(c.Entry) {
				return
			}
		}
	}
}

// OverCap tells of the period that a day lies in, where more is counted in it than a cap
// allows. Whose period it is, and which, its id names; it is about the first of these and
// the contracts. It fails with domain.ErrUncountable.
func OverCap(of cap.Terms, day domain.Date, counted []Counted, names ...string) (f Found, over bool, err error) {
	left, err := of.Left(day, Entries(counted))
	if err != nil || left >= 0 {
		return f, false, err
	}
	f = Found{ID: finding.ID(finding.OverCap, names...), Kind: finding.OverCap}
	if f.From, f.To = of.Period.Of(day); of.Counts == cap.Minutes {
		f.Minutes = domain.Minutes(-left)
	} else {
		f.Count = int(-left)
	}
	for _, c := range counted {
		f.Subjects, f.Events = append(f.Subjects, c.Contract), append(f.Events, c.Events...)
	}
	slices.Sort(f.Subjects)
	f.Subjects = append([]string{names[0]}, slices.DeleteFunc(slices.Compact(f.Subjects), func(contract string) bool { return contract == "" })...)
	return f, true, nil
}

// Referred is somebody whom a referral puts on a place, on some days.
type Referred struct {
	Contract, Participant string
	Event                 position.Position
	On                    func(domain.Date) bool
	Turns                 []domain.Date // on which that may become another
}

// Crowded are the stretches of some days on which more people are referred under an
// agreement than it has places for.
func Crowded(places cap.Terms, agreement string, from, until domain.Date, referrals []Referred) (all []Found, err error) {
	turns := []domain.Date{from, until + 1}
	for _, r := range referrals {
		turns = append(turns, r.Turns...)
	}
	slices.Sort(turns)
	turns = slices.DeleteFunc(slices.Compact(turns), func(day domain.Date) bool { return !day.Within(from, until+1) })
	for i := range max(0, len(turns)-1) {
		day, counted := turns[i], []Counted(nil)
		for _, r := range referrals {
			if r.On(day) {
				counted = append(counted, Counted{cap.Entry{On: day, Person: r.Participant}, r.Contract, []position.Position{r.Event}})
			}
		}
		f, over, err := OverCap(places, day, counted, agreement, "people", day.String())
		if err != nil {
			return nil, err
		}
		if f.To = turns[i+1] - 1; !over {
			continue
		}
		if n := len(all); n > 0 && all[n-1].To == day-1 {
			last := &all[n-1]
			last.To, last.Count = f.To, max(last.Count, f.Count)
			last.Subjects, last.Events = append(last.Subjects, f.Subjects...), append(last.Events, f.Events...)
			continue
		}
		all = append(all, f)
	}
	return all, nil
}
