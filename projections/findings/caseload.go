package findings

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/finding"
)

// on is the edition that goes for a day.
func (e Editions) on(day domain.Date) (Edition, bool) {
	all := make([]cap.Edition, len(e.All))
	for i, of := range e.All {
		all[i] = of.Edition
	}
	current, ok := cap.Current(all, day)
	i := slices.IndexFunc(e.All, func(of Edition) bool { return of.Number == current.Number })
	if !ok || i < 0 {
		return Edition{}, false
	}
	return e.All[i], true
}

// BoundCaseloads says whether some edition bounds how many an assistant looks after.
func (e Editions) BoundCaseloads() bool {
	return slices.ContainsFunc(e.All, func(of Edition) bool { return of.Caseload > 0 })
}

// Overloads are the stretches of days, until one (0 is all), on which an assistant looks
// after more people than the edition of the day allows.
func Overloads(programme, assistant string, editions Editions, until domain.Date, contracts []Referred) (all []Found) {
	if !editions.BoundCaseloads() {
		return nil
	}
	var turns []domain.Date
	for _, e := range editions.All {
		turns = append(turns, e.From)
	}
	for _, c := range contracts {
		turns = append(turns, c.Turns...)
	}
	if until != 0 {
		turns = slices.DeleteFunc(append(turns, until+1), func(day domain.Date) bool { return day > until+1 })
	}
	slices.Sort(turns)
	turns = slices.Compact(turns)
	for i := range max(0, len(turns)-1) {
		day, counted := turns[i], []Counted(nil)
		for _, c := range contracts {
			if c.On(day) {
				counted = append(counted, Counted{cap.Entry{On: day, Person: c.Participant}, c.Contract, nil})
			}
		}
		of, ok := editions.on(day)
		if !ok || of.Caseload == 0 {
			continue
		}
		r := cap.Rule{Programme: programme, Edition: of.Number, From: of.From,
			Terms: cap.Terms{Per: cap.Assistant, Period: cap.Once, Counts: cap.People, Limit: int64(of.Caseload)}}
		f, over, err := OverCap(r.Terms, day, counted, assistant)
		if !over || err != nil { // people can be counted
			continue
		}
		f.ID, f.Kind, f.Rule = finding.ID(finding.Caseload, programme, assistant, day.String()), finding.Caseload, &r
		f.To = turns[i+1] - 1
		if n := len(all); n > 0 && all[n-1].To == day-1 {
			last := &all[n-1]
			last.To, last.Count, last.Subjects = f.To, max(last.Count, f.Count), append(last.Subjects, f.Subjects...)
			continue
		}
		all = append(all, f)
	}
	for i := range all {
		f := &all[i]
		for _, c := range contracts {
			if slices.Contains(f.Subjects, c.Contract) {
				f.Events, f.People = append(f.Events, c.Event), append(f.People, c.Participant)
			}
		}
		slices.Sort(f.Subjects[1:])
		slices.Sort(f.People)
		f.People = slices.Compact(f.People)
		f.Subjects = slices.Concat(slices.DeleteFunc(slices.Compact(f.Subjects), func(id string) bool { return id == assistant }), f.People, []string{programme})
		f.Subjects = append([]string{assistant}, f.Subjects...)
	}
	return all
}
