package naive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// assists is the assistant of a contract on a day, by its terms and annexes.
func (b *Ledger) assists(c Contract, day time.Time) string {
	assistant := c.Assistant
	for _, ch := range b.changes(c.Number) {
		if by := ch.annexed("asystent"); ch.kind == "aneks" && by != "" && !day.Before(ch.from) {
			assistant = by
		}
	}
	return assistant
}

// Caseloads are the ids of findings of assistants who look after more people at once than the
// programme's file allows, each with whom it is about and its days. Today bounds them where no
// other day is asked for.
func (b *Ledger) Caseloads(today time.Time) (all []string) {
	if !b.asOf.IsZero() {
		today = b.asOf
	}
	type looks struct{ programme, assistant string }
	over := map[looks]map[string]map[string]bool{} // by day, the contracts
	contracts := b.contractsByNumber()
	for day := today.AddDate(-1, 0, 0); !day.After(today); day = day.AddDate(0, 0, 1) {
		after := map[looks]map[string]bool{}
		for _, c := range contracts {
			by := looks{c.Programme, b.assists(c, day)}
			if b.later(c.Concluded) || by.assistant == "" || !b.agreed(c, by.assistant, day) {
				continue
			}
			if after[by] == nil {
				after[by] = map[string]bool{}
			}
			after[by][c.Number] = true
		}
		for by, numbers := range after {
			people := map[string]bool{}
			for number := range numbers {
				people[b.kept(contracts[number].Participant)] = true
			}
			if e := editionOf(b.editions, b.editionsOf(by.programme, -1), day); e >= 0 && b.editions[e].Caseload > 0 && len(people) > b.editions[e].Caseload {
				if over[by] == nil {
					over[by] = map[string]map[string]bool{}
				}
				over[by][dayOf(day)] = numbers
			}
		}
	}
	for by, days := range over {
		var first, last string
		of := map[string]bool{}
		add := func() {
			people := map[string]bool{}
			for number := range of {
				people[b.kept(contracts[number].Participant)] = true
			}
			about := slices.Concat([]string{by.assistant}, slices.Sorted(maps.Keys(of)), slices.Sorted(maps.Keys(people)), []string{by.programme})
			all = append(all, fmt.Sprint(strings.Join([]string{"caseload", by.programme, by.assistant, first}, ":"), " ", about, " ", first, " ", last, " 0"))
		}
		for _, day := range slices.Sorted(maps.Keys(days)) {
			before, _ := parseDate(day)
			if last != "" && dayOf(before.AddDate(0, 0, -1)) != last {
				add()
				first, of = "", map[string]bool{}
			}
			if first == "" {
				first = day
			}
			last = day
			maps.Copy(of, days[day])
		}
		add()
	}
	slices.Sort(all)
	return all
}

// Patterns are the ids of findings of ten or more visits of one contract in a month with the
// same hours and activity, each with what it is about, its days and the minutes of all of them.
func (b *Ledger) Patterns() (all []string) {
	type alike struct {
		contract, month string
		from, to        int64
		activity        string
	}
	groups := map[alike][]given{}
	for _, v := range b.given() {
		key := alike{v.Contract, monthOf(v.Date), v.FromMinute, v.ToMinute, v.Activity}
		groups[key] = append(groups[key], v)
	}
	found := map[[2]string][]given{}
	for key, visits := range groups {
		if len(visits) >= 10 {
			of := [2]string{key.contract, key.month}
			found[of] = append(found[of], visits...)
		}
	}
	for of, visits := range found {
		minutes, assistants := int64(0), map[string]bool{}
		for _, v := range visits {
			minutes += v.ToMinute - v.FromMinute
			assistants[v.Assistant] = true
		}
		about := slices.Concat([]string{of[0], b.kept(visits[0].participant)}, slices.Sorted(maps.Keys(assistants)))
		first, last := Edition{}.periodOf("month", visits[0].Date)
		all = append(all, fmt.Sprint("pattern:", of[0], ":", of[1], " ", about, " ", dayOf(first), " ", dayOf(last), " ", minutes))
	}
	slices.Sort(all)
	return all
}
