package attendance

import (
	"cmp"
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
)

// Bound is what the entry of a day is decided by.
type Bound struct {
	Terms
	Rests bool // the referral is suspended on the day
}

// Refusals of terms under recorded days, and what is said of each day.
var (
	ErrDaysStand  = domain.Refusal(domain.CodeRule, "recorded days would not be allowed any more: correct or withdraw them first")
	ErrDayOutside = domain.Refusal(domain.CodeRule, "outside referral or agreement")
	ErrDayRests   = domain.Refusal(domain.CodeRule, "in a suspension")
	ErrWeekOver   = domain.Refusal(domain.CodeRule, "a week over its cap")
	ErrMonthOver  = domain.Refusal(domain.CodeRule, "a month over its cap")
)

// Recorded are all days that hold hours or an absence, in order.
func (s State) Recorded() []domain.Date { return slices.Sorted(maps.Keys(s.days)) }

// Stand says which recorded days stand against terms: those whose entry they would
// refuse, so that days and terms are refused alike whichever comes first. What the terms
// before refuse as well, or as much, is not held against them.
func (s State) Stand(was, is map[domain.Date]Bound) (reasons []*domain.Error) {
	for _, day := range s.Recorded() {
		before, b := was[day], is[day]
		switch {
		case !b.covers(day) && before.covers(day):
			reasons = append(reasons, ErrDayOutside.With("%s, %s", b.Contract, day))
		case b.Rests && !before.Rests:
			reasons = append(reasons, ErrDayRests.With("%s, %s", b.Contract, day))
		}
	}
	weekly, monthly := func(t Terms) domain.Minutes { return t.WeeklyCap }, func(t Terms) domain.Minutes { return t.MonthlyCap }
	for _, p := range s.exceeded(cap.Week, weekly, was, is) {
		reasons = append(reasons, ErrWeekOver.With("%s, %s: %s of %s", p.contract, p.first, p.used, p.limit))
	}
	for _, p := range s.exceeded(cap.Month, monthly, was, is) {
		reasons = append(reasons, ErrMonthOver.With("%s, %s: %s of %s", p.contract, p.first.Month(), p.used, p.limit))
	}
	return reasons
}

func (b Bound) covers(day domain.Date) bool { return day.Within(b.From, b.To) }

// exceeding is a period with more hours than its cap.
type exceeding struct {
	contract    string
	first       domain.Date
	used, limit domain.Minutes
}

// exceeded are the periods that are further over their cap than they were.
func (s State) exceeded(period cap.Period, of func(Terms) domain.Minutes, was, is map[domain.Date]Bound) (all []exceeding) {
	var days []domain.Date
	for _, day := range s.WorkedDays() {
		if n := len(days); n > 0 && !day.Within(period.Of(days[0])) {
			all = append(all, s.over(period, days, of, was, is)...)
			days = days[:0]
		}
		days = append(days, day)
	}
	return append(all, s.over(period, days, of, was, is)...)
}

func (s State) over(period cap.Period, days []domain.Date, of func(Terms) domain.Minutes, was, is map[domain.Date]Bound) []exceeding {
	if len(days) == 0 {
		return nil
	}
	used := domain.Minutes(0) // of days of 24 hours at most
	for _, day := range days {
		used += s.days[day].Minutes
	}
	limit := func(bounds map[domain.Date]Bound) domain.Minutes {
		limits := make([]domain.Minutes, len(days))
		for i, day := range days {
			limits[i] = of(bounds[day].Terms)
		}
		return cmp.Or(cap.Highest(limits), used) // 0 is no cap
	}
	now := limit(is)
	if used <= now || now >= limit(was) {
		return nil
	}
	first, _ := period.Of(days[0])
	return []exceeding{{is[days[0]].Contract, first, used, now}}
}
