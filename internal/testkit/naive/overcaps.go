package naive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// given is a visit as it stands.
type given struct {
	Visit
	participant, programme string
	edition                int // which its programme had when it was recorded
}

// given are the visits that stand. A correction leaves a visit under the edition that it was
// entered under.
func (b *Ledger) given() (all []given) {
	contracts := b.contractsByNumber()
	type one struct{ assistant, contract, date, from string }
	at := map[one]given{}
	for _, r := range b.rows["godziny"] {
		id := one{r.cell["asystent"], r.cell["umowa"], r.cell["data"], r.cell["od"]}
		was, stands := at[id]
		c := contracts[id.contract]
		v := given{participant: c.Participant, programme: c.Programme, edition: was.edition,
			Visit: Visit{Assistant: id.assistant, Contract: id.contract, Date: r.date("data"), FromMinute: read(r, "od", false, parseHours), Activity: r.cell["czynnosc"]}}
		switch {
		case r.cell["wycofanie"] == "tak":
			delete(at, id)
			continue
		case !stands:
			before := r.row
			if !b.accepted {
				before = -1
			}
			v.edition = editionOf(b.editions, b.editionsOf(c.Programme, before), v.Date)
		}
		v.ToMinute = read(r, "do", false, parseHours)
		at[id] = v
	}
	for _, v := range at {
		if !b.later(v.Date) {
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b given) int {
		return slices.Compare([]string{dayOf(a.Date), a.Contract, a.Assistant, fmt.Sprintf("%05d", a.FromMinute)}, []string{dayOf(b.Date), b.Contract, b.Assistant, fmt.Sprintf("%05d", b.FromMinute)})
	})
	return all
}

// periodOf are the first and last day of the period that a day lies in; total is of a programme.
func (e Edition) periodOf(period string, day time.Time) (first, last time.Time) {
	switch period {
	case "day":
		return day, day
	case "week":
		first, _ = parseDate(weekOf(day))
		return first, first.AddDate(0, 0, 6)
	case "month":
		first = day.AddDate(0, 0, 1-day.Day())
		return first, first.AddDate(0, 1, -1)
	case "year":
		return time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC), time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC)
	}
	return e.First, e.Last
}

// capPeriods are those that a programme's caps may have.
var capPeriods = [5]string{"day", "week", "month", "year", "total"}

// binding is the edition that a period goes by that some visits lie in, all of them: the newest
// that any was entered under and that had begun by its first day, else the earliest.
func (b *Ledger) binding(visits []given, period string, day time.Time) int {
	var named []int
	for _, v := range visits {
		if v.edition >= 0 {
			named = append(named, v.edition)
		}
	}
	earliest := editionOf(b.editions, named, time.Time{})
	if earliest < 0 {
		return -1
	}
	first, _ := b.editions[earliest].periodOf(period, day)
	return editionOf(b.editions, named, first)
}

// broken is a period in which a cap counts more than it allows.
type broken struct {
	Edition
	Cap
	first, last time.Time
	visits      []given
	excess      int64
}

// counts is what a cap counts of some visits.
func (b *Ledger) counts(c Cap, visits []given) (limit, used int64) {
	days, people := map[time.Time]bool{}, map[string]bool{}
	minutes := int64(0)
	for _, v := range visits {
		days[v.Date], people[b.kept(v.participant)] = true, true
		minutes += v.ToMinute - v.FromMinute
	}
	switch {
	case c.Days > 0:
		return c.Days, int64(len(days))
	case c.People > 0:
		return c.People, int64(len(people))
	}
	return c.Minutes, minutes
}

// subject is whose a visit is, for a cap.
func (b *Ledger) subject(per string, v given) string {
	switch per {
	case "participant":
		return b.kept(v.participant)
	case "contract":
		return v.Contract
	case "assistant":
		return v.Assistant
	}
	return v.programme
}

// broken are all periods in which more is counted than some cap of a programme allows.
func (b *Ledger) broken() (all []broken) {
	type whose struct{ programme, per, subject, period, first string }
	of := map[whose][]given{}
	for _, v := range b.given() {
		for _, per := range []string{"participant", "contract", "assistant", "programme"} {
			for _, period := range capPeriods {
				first, _ := Edition{}.periodOf(period, v.Date)
				key := whose{v.programme, per, b.subject(per, v), period, dayOf(first)}
				of[key] = append(of[key], v)
			}
		}
	}
	for key, visits := range of {
		i := b.binding(visits, key.period, visits[0].Date)
		if i < 0 {
			continue
		}
		e := b.editions[i].Edition
		for _, c := range e.Caps {
			if c.Per != key.per || c.Period != key.period {
				continue
			}
			p := broken{Edition: e, Cap: c}
			p.first, p.last = e.periodOf(key.period, visits[0].Date)
			for _, v := range visits {
				if !v.Date.Before(p.first) && !v.Date.After(p.last) {
					p.visits = append(p.visits, v)
				}
			}
			limit, used := b.counts(c, p.visits)
			if p.excess = used - limit; p.excess > 0 {
				all = append(all, p)
			}
		}
	}
	return all
}

// OverCaps are the ids of findings of programmes' caps that tell and are broken, each with
// what it is about, its days and the excess in minutes.
func (b *Ledger) OverCaps() (all []string) {
	for _, p := range b.broken() {
		if p.Refuses {
			continue
		}
		if len(p.When) > 0 {
			if is, known := b.fulfils(p.visits[0].participant, p.When, p.first, p.last); !is || !known {
				continue
			}
		}
		limit, minutes := fmt.Sprint(p.Minutes), p.excess
		if p.Days > 0 {
			limit, minutes = fmt.Sprint(p.Days, "-days"), 0
		}
		if p.People > 0 {
			limit, minutes = fmt.Sprint(p.People, "-people"), 0
		}
		contracts, people := map[string]bool{}, map[string]bool{}
		for _, v := range p.visits {
			contracts[v.Contract], people[v.participant] = true, true
		}
		subject := b.subject(p.Per, p.visits[0])
		about := append([]string{subject}, slices.Sorted(maps.Keys(contracts))...)
		switch p.Per {
		case "participant":
			if len(people) == 1 { // by the id that it is of alone
				subject = p.visits[0].participant
			}
		case "contract":
			about = []string{subject, b.kept(p.visits[0].participant)}
		case "programme":
			about = nil
		}
		id := strings.Join([]string{"over-cap", p.Programme, p.Per + "-" + p.Period, subject, dayOf(p.first), limit}, ":")
		all = append(all, fmt.Sprint(id, " ", append(about, p.Programme), " ", dayOf(p.first), " ", dayOf(p.last), " ", minutes))
	}
	slices.Sort(all)
	return all
}

// BrokenRefusals are the caps that refuse, and were broken nevertheless.
func (b *Ledger) BrokenRefusals() (all []string) {
	for _, p := range b.broken() {
		if p.Refuses {
			all = append(all, fmt.Sprint(p.Programme, " ", p.Per, "-", p.Period, " ", b.subject(p.Per, p.visits[0]), " ", dayOf(p.first), ": ", p.excess, " over ", p.Minutes))
		}
	}
	return all
}
