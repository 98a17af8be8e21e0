package queries

import (
	"context"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// Somebody who was registered under two ids has one time, and is one person under a cap. Read
// models keep and compare what lies under each id. Those who have several are few: of them it
// is put together when somebody asks, in the place of what each id comes to by itself.

// several are those of whom anything may lie under several ids: all ids of each, by the one
// that they go on under.
func (s sameness) several() map[string][]string {
	all := map[string][]string{}
	for id := range s {
		if one := s.kept(id); all[one] == nil {
			all[one] = s.ids(one)
		}
	}
	return all
}

// split are the ids, escaped, of those who have several: together they may be over what each
// is below.
func (s sameness) split() some {
	all := some{}
	for _, ids := range s.several() {
		for _, id := range ids {
			all[domain.Escape(id)] = true
		}
	}
	return all
}

// besideID is what an id of a finding says beside whose it is, which is its n-th part.
func besideID(id string, n int) string {
	parts := strings.Split(id, ":")
	if n < len(parts) {
		parts[n] = ""
	}
	return strings.Join(parts, ":")
}

// inTheirPlace puts what is found of a person under several ids together, who goes on under
// kept, in the place of what was found of each id of the same; whose finding it is, the n-th
// part of its id says.
func (s sameness) inTheirPlace(all, together []findings.Found, kept string, n int) []findings.Found {
	of := map[string]bool{}
	for _, f := range together {
		of[besideID(f.ID, n)] = true
	}
	all = slices.DeleteFunc(all, func(f findings.Found) bool {
		return of[besideID(f.ID, n)] && slices.ContainsFunc(f.People, func(id string) bool { return s.kept(id) == kept })
	})
	return append(all, together...)
}

// timeOf is the time of all ids of a person in the months of some days; 0 is all.
func (q *question) timeOf(ctx context.Context, ids []string, first, last domain.Date) (all []findings.PersonMonth, err error) {
	for _, id := range ids {
		months, err := participantTime(ctx, q.view(projections.Assistance()), domain.Escape(id), first, last)
		if err != nil {
			return nil, err
		}
		all = append(all, months...)
	}
	return all, nil
}

// cappedTogether finds what people have over caps of programmes under several ids together, in
// the place of what was found of each id: all that they were given says which edition binds.
func (q *question) cappedTogether(ctx context.Context, all []findings.Found) ([]findings.Found, error) {
	one, err := q.merged(ctx)
	if err != nil || len(one) == 0 {
		return all, err
	}
	editions, err := cappedProgrammes(ctx, q, cap.Participant)
	if err != nil || len(editions) == 0 {
		return all, err
	}
	for kept, ids := range one.several() {
		months, err := q.timeOf(ctx, ids, 0, 0)
		if err != nil {
			return nil, err
		}
		counted := findings.Capped{Per: cap.Participant, Subject: kept, Visits: findings.CappedVisits(editions, months...)}
		all = slices.DeleteFunc(all, func(f findings.Found) bool {
			return f.Rule != nil && f.Rule.Per == cap.Participant && slices.ContainsFunc(f.People, func(id string) bool { return one.kept(id) == kept })
		})
		for _, p := range counted.Over(periods(), func(domain.Date) bool { return true }) {
			found, err := p.On(q.asOf)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	return all, nil
}

// keptIn has the people of visits be those that they go on as, so that each counts once.
func (s sameness) keptIn(visits []findings.CappedVisit) []findings.CappedVisit {
	for i := range visits {
		visits[i].Person = s.kept(visits[i].Person)
	}
	return visits
}

// peopleOnce counts the people of an assistant once who have several ids, where there are too
// many of them under each: fewer, or none too many, are left.
func (q *question) peopleOnce(ctx context.Context, all []findings.Found) (left []findings.Found, err error) {
	one, err := q.merged(ctx)
	if err != nil || len(one) == 0 {
		return all, err
	}
	editions, err := cappedProgrammes(ctx, q, cap.Assistant)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.Rule == nil || !f.Rule.Is(cap.Assistant, f.Rule.Period, cap.People) {
			left = append(left, f)
			continue
		}
		months, err := assistantTime(ctx, q.view(projections.Assistance()), domain.Escape(f.Subjects[0]), f.From, f.To)
		if err != nil {
			return nil, err
		}
		counted := findings.Capped{Per: cap.Assistant, Subject: f.Subjects[0], Visits: one.keptIn(findings.CappedVisits(editions, months...))}
		for _, p := range counted.Over([]cap.Period{f.Rule.Period}, func(domain.Date) bool { return true }) {
			found, err := p.On(q.asOf)
			if err != nil {
				return nil, err
			}
			left = append(left, slices.DeleteFunc(found, func(g findings.Found) bool { return g.ID != f.ID })...)
		}
	}
	return left, nil
}

// weeksTogether are the weeks of work of people under several ids together.
func (q *question) weeksTogether(ctx context.Context, one sameness) (all []projections.SharedWeeks, err error) {
	if len(one) == 0 {
		return nil, nil
	}
	// A week may have days of a year that is not asked for.
	years, err := ofParts(ctx, q.view(projections.Settlement()), projections.WorkedYears(), func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	for kept := range one.several() {
		of, err := q.weeksOf(ctx, kept, slices.DeleteFunc(slices.Clone(years), func(y projections.WorkedYear) bool { return one.kept(y.Participant) != kept }))
		if err != nil {
			return nil, err
		}
		all = append(all, of)
	}
	return all, nil
}

// weeksOf are the weeks of somebody's years with hours under several ids.
func (q *question) weeksOf(ctx context.Context, kept string, years []projections.WorkedYear) (of projections.SharedWeeks, err error) {
	var keys []rowKey
	for _, y := range years {
		for _, c := range y.Under {
			keys = append(keys, keyOf(c.Agreement, c.Month, c.Contract))
		}
	}
	details, err := rowsAt(ctx, q.view(projections.Settlement()), projections.SettlementDetails(), keys)
	if err != nil {
		return of, err
	}
	weeks, ids := map[domain.Date][]projections.SharedDay{}, map[domain.Date]some{}
	for _, k := range keys {
		d := details[k]
		for _, day := range d.Days {
			if day.Minutes == 0 {
				continue
			}
			monday := day.Date.Monday()
			if ids[monday] == nil {
				ids[monday] = some{}
			}
			ids[monday][d.Participant] = true
			weeks[monday] = append(weeks[monday], projections.SharedDay{Contract: d.Contract, Date: day.Date, Minutes: day.Minutes,
				Statute: d.Rates[day.Rates].Statute, Event: day.Event})
		}
	}
	of.Participant = kept
	for monday, days := range weeks {
		if len(ids[monday]) > 1 {
			of.Weeks = append(of.Weeks, projections.SharedWeek{Monday: monday, Days: days})
		}
	}
	return of, nil
}
