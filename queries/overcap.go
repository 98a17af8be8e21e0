package queries

import (
	"context"
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/projections"
)

// overCaps: one person's hours of a week, over all referrals, are more than the
// statute allows. Each referral's own cap was kept when its hours were entered.
func overCaps(ctx context.Context, q *question) ([]found, error) {
	weeks, err := sharedWeeks(ctx, q)
	if err != nil {
		return nil, err
	}
	var all []found
	for key, w := range weeks {
		if w.minutes <= attendance.WeeklyLimit || len(w.contracts) < 2 {
			continue
		}
		slices.Sort(w.contracts)
		all = append(all, found{id: findingID(OverCap, key.participant, key.monday.String()), kind: OverCap,
			subjects: append([]string{key.participant}, w.contracts...), from: key.monday, to: key.monday.Add(6),
			minutes: w.minutes - attendance.WeeklyLimit, events: w.events})
	}
	return all, nil
}

type personWeek struct {
	participant string
	monday      domain.Date
}

type sharedWeek struct {
	minutes   domain.Minutes
	contracts []string
	events    []uint64
}

// sharedWeeks are the weeks of people with more than one referral.
func sharedWeeks(ctx context.Context, q *question) (map[personWeek]*sharedWeek, error) {
	view := q.view(projections.Settlement())
	months, err := projections.SettlementMonths().Every(ctx, view)
	if err != nil {
		return nil, err
	}
	referrals := map[string][]string{} // by participant
	for _, it := range months {
		if of := referrals[it.Row.Participant]; !slices.Contains(of, it.Row.Contract) {
			referrals[it.Row.Participant] = append(of, it.Row.Contract)
		}
	}
	wanted := map[[2]string]projections.SettlementMonth{}
	meant := map[string]bool{}
	for _, it := range months {
		m := it.Row
		if len(referrals[m.Participant]) < 2 || !q.touches(m.Month.First().Monday(), m.Month.Last().Monday().Add(6)) {
			continue
		}
		part := projections.SettlementDetailPart(m.Agreement, m.Month)
		wanted[[2]string{part, domain.Escape(m.Contract)}] = m
		meant[part] = true
	}
	weeks := map[personWeek]*sharedWeek{}
	if len(meant) == 0 {
		return weeks, nil
	}
	details, err := projections.SettlementDetails().Every(ctx, view, slices.Sorted(maps.Keys(meant))...)
	if err != nil {
		return nil, err
	}
	for _, it := range details {
		if m, ok := wanted[[2]string{it.Part, it.Field}]; ok {
			addWeeks(q, weeks, m, it.Row)
		}
	}
	return weeks, nil
}

func addWeeks(q *question, weeks map[personWeek]*sharedWeek, m projections.SettlementMonth, d projections.SettlementDetail) {
	for _, day := range d.Days {
		if day.Minutes == 0 || q.cut(day.Date) {
			continue
		}
		key := personWeek{m.Participant, day.Date.Monday()}
		w := weeks[key]
		if w == nil {
			w = &sharedWeek{}
			weeks[key] = w
		}
		w.minutes += day.Minutes
		w.events = append(w.events, day.Event)
		if !slices.Contains(w.contracts, m.Contract) {
			w.contracts = append(w.contracts, m.Contract)
		}
	}
}
