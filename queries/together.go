package queries

import (
	"context"
	"slices"

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

// splits says whether some people are among those of whom anything may lie under several ids.
func (s sameness) splits(people []string) bool {
	several := s.several()
	return slices.ContainsFunc(people, func(id string) bool { return several[s.kept(id)] != nil })
}

// timeOf is the time of all ids of a person, as one person's, in the months of some days; 0
// is all.
func (q *question) timeOf(ctx context.Context, kept string, ids []string, first, last domain.Date) (all []findings.PersonMonth, err error) {
	for _, id := range ids {
		months, err := participantTime(ctx, q.view(projections.Assistance()), domain.Escape(id), first, last)
		if err != nil {
			return nil, err
		}
		for _, m := range months {
			m.Parties = slices.Clone(m.Parties)
			for i := range m.Parties {
				m.Parties[i].Participant = kept
			}
			all = append(all, m)
		}
	}
	return all, nil
}

// cappedTogether puts what people with several ids have over caps of programmes in the place of
// what was found of each id.
func (q *question) cappedTogether(ctx context.Context, all []findings.Found) ([]findings.Found, error) {
	one, err := q.merged(ctx)
	if err != nil || len(one) == 0 {
		return all, err
	}
	all = slices.DeleteFunc(all, func(f findings.Found) bool {
		return f.Rule != nil && f.Rule.Per == cap.Participant && one.splits(f.People)
	})
	editions, err := cappedProgrammes(ctx, q, cap.Participant)
	if err != nil || len(editions) == 0 {
		return all, err
	}
	for kept, ids := range one.several() {
		months, err := q.timeOf(ctx, kept, ids, 0, 0)
		if err != nil {
			return nil, err
		}
		counted := findings.Capped{Per: cap.Participant, Subject: kept, Visits: findings.CappedVisits(editions, months...)}
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

// weeksTogether are the weeks of work of people with several ids, under several referrals.
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
		var keys []rowKey
		for _, y := range years {
			if one.kept(y.Participant) != kept {
				continue
			}
			for _, c := range y.Under {
				keys = append(keys, keyOf(c.Agreement, c.Month, c.Contract))
			}
		}
		details, err := rowsAt(ctx, q.view(projections.Settlement()), projections.SettlementDetails(), keys)
		if err != nil {
			return nil, err
		}
		weeks := map[domain.Date][]projections.SharedDay{}
		for _, k := range keys {
			d := details[k]
			for _, day := range d.Days {
				if monday := day.Date.Monday(); day.Minutes > 0 {
					weeks[monday] = append(weeks[monday], projections.SharedDay{Contract: d.Contract, Date: day.Date, Minutes: day.Minutes,
						Statute: d.Rates[day.Rates].Statute, Event: day.Event})
				}
			}
		}
		of := projections.SharedWeeks{Participant: kept}
		for monday, days := range weeks {
			of.Weeks = append(of.Weeks, projections.SharedWeek{Monday: monday, Days: days})
		}
		all = append(all, of)
	}
	return all, nil
}
