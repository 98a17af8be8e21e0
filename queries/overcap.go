package queries

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"time"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/domain/finding"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// overCaps are what no single referral shows: a person's hours of a week and days
// of a year, and the hours and people of an agreement, over all referrals. Each
// referral's own caps were kept when its hours were entered.
func overCaps(ctx context.Context, q *question) ([]found, error) {
	r, err := q.rules(ctx)
	if err != nil {
		return nil, err
	}
	weeks, err := overWeeks(ctx, q, r)
	if err != nil {
		return nil, err
	}
	years, err := overYears(ctx, q, r)
	if err != nil {
		return nil, err
	}
	hours, err := overHours(ctx, q)
	if err != nil {
		return nil, err
	}
	people, err := overPeople(ctx, q)
	return slices.Concat(weeks, years, hours, people), err
}

// overWeeks: the hours of a week are more than the statute allows.
func overWeeks(ctx context.Context, q *question, r rules) ([]found, error) {
	view := q.view(projections.Settlement())
	parts, err := projections.SharedYears().Parts(ctx, view)
	if err != nil {
		return nil, err
	}
	parts = slices.DeleteFunc(parts, func(part string) bool {
		year, err := strconv.Atoi(part)
		return err != nil || !q.touches(domain.NewDate(year, time.January, 1), domain.NewDate(year, time.December, 31)+6)
	})
	if len(parts) == 0 {
		return nil, nil
	}
	items, err := projections.SharedYears().Every(ctx, view, parts...)
	if err != nil {
		return nil, err
	}
	var all []found
	for _, it := range items {
		for _, w := range it.Row.Weeks {
			f, over, err := overWeek(q, r, it.Row.Participant, w)
			if err != nil {
				return nil, err
			}
			if over {
				all = append(all, f)
			}
		}
	}
	return all, nil
}

func overWeek(q *question, r rules, participant string, w projections.SharedWeek) (f found, over bool, err error) {
	var entries []cap.Entry
	var named []int // editions of the statute
	var contracts []string
	for _, day := range w.Days {
		if q.cut(day.Date) {
			continue
		}
		entries = append(entries, cap.Entry{On: day.Date, Amount: int64(day.Minutes)})
		named, contracts, f.events = append(named, day.Statute), append(contracts, day.Contract), append(f.events, day.Event)
	}
	of, capped := r.statute(w.Monday, named).Cap(programme.OldRegime, cap.Participant, cap.Week, cap.Minutes)
	left, err := of.Left(w.Monday, slices.Values(entries))
	slices.Sort(contracts)
	if contracts = slices.Compact(contracts); err != nil || !capped || left >= 0 || len(contracts) < 2 {
		return f, false, err
	}
	f.id, f.kind = finding.ID(finding.OverCap, participant, w.Monday.String()), finding.OverCap
	f.subjects, f.people = append([]string{participant}, contracts...), []string{participant}
	f.from, f.to, f.minutes = w.Monday, w.Monday.Add(6), domain.Minutes(-left)
	return f, true, nil
}

// overHours: more hours than an agreement has in all. A read model says of which
// agreements; what that comes to as of a day, their own months.
func overHours(ctx context.Context, q *question) ([]found, error) {
	view := q.view(projections.Settlement())
	items, err := projections.OverHoursAgreements().Every(ctx, view)
	if err != nil {
		return nil, err
	}
	var all []found
	for _, it := range items {
		a, _, err := projections.SettlementAgreements().Find(ctx, view, it.Field, projections.AgreementField)
		if err != nil {
			return nil, err
		}
		f, over, err := overHoursOf(ctx, q, a)
		if err != nil {
			return nil, err
		}
		if over {
			all = append(all, f)
		}
	}
	return all, nil
}

func overHoursOf(ctx context.Context, q *question, a projections.SettlementAgreement) (f found, over bool, err error) {
	// A cap on all hours counts all of them, whatever the question is limited to.
	whole := *q
	whole.params, whole.from, whole.to, whole.month = map[string]string{"agreement": a.Agreement}, 0, 0, 0
	months, _, err := settledMonths(ctx, &whole)
	if err != nil {
		return f, false, err
	}
	var worked []cap.Entry
	for _, m := range months {
		worked = append(worked, cap.Entry{On: m.Month.First(), Amount: int64(m.Minutes)})
	}
	for _, t := range (agreement.Terms{TotalCap: a.TotalCap}).Caps() {
		left, err := t.Left(a.From, slices.Values(worked))
		if err != nil {
			return f, false, uncountable(ErrHoursSum.With("hours of agreement %s", a.Agreement), err)
		}
		if left >= 0 {
			continue
		}
		f = found{id: finding.ID(finding.OverCap, a.Agreement, "hours"), kind: finding.OverCap, subjects: []string{a.Agreement},
			from: a.From, to: a.To, minutes: domain.Minutes(-left)}
		f.events, err = workEvents(ctx, q, months, a)
		return f, true, err
	}
	return f, false, nil
}

// overPeople: on some days more people are referred than an agreement has places for. A
// read model says under which agreements.
func overPeople(ctx context.Context, q *question) (all []found, err error) {
	items, err := projections.CrowdedAgreements().Every(ctx, q.view(projections.Contracts()))
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		a, _, err := projections.SettlementAgreements().Find(ctx, q.view(projections.Settlement()), it.Field, projections.AgreementField)
		if err != nil {
			return nil, err
		}
		for _, t := range (agreement.Terms{PersonLimit: a.PersonLimit}).Caps() {
			referrals, err := referralsUnder(ctx, q, a.Agreement)
			if err != nil {
				return nil, err
			}
			people, err := crowded(q, a, t, referrals)
			if err != nil {
				return nil, err
			}
			all = append(all, people...)
		}
	}
	return all, nil
}

// referralsUnder are the referrals under an agreement as of the question's day.
func referralsUnder(ctx context.Context, q *question, agreement string) ([]referred, error) {
	view := q.view(projections.Contracts())
	items, err := projections.AgreementReferrals().All(ctx, view, domain.Escape(agreement))
	if err != nil {
		return nil, err
	}
	var all []referred
	for _, it := range items {
		life, _, err := projections.ContractLives().Find(ctx, view, domain.Escape(it.Row.Programme), domain.Escape(it.Row.Contract))
		if err != nil {
			return nil, err
		}
		s, err := life.AsOf(q.asOf)
		if err != nil {
			return nil, err
		}
		if s.Exists() && s.Terms.Agreement == agreement {
			all = append(all, referred{s, life.Event})
		}
	}
	return all, nil
}

// workEvents are those of an agreement and of all hours under it.
func workEvents(ctx context.Context, q *question, months []*settledMonth, a projections.SettlementAgreement) ([]journal.Position, error) {
	var keys []detailKey
	for _, m := range months {
		if m.Agreement == a.Agreement {
			keys = append(keys, keyOf(m.Agreement, m.Month, m.Contract))
		}
	}
	details, err := detailsOf(ctx, q, keys)
	if err != nil {
		return nil, err
	}
	events := []journal.Position{a.Event}
	for _, k := range keys {
		events = append(events, monthEvents(q, details[k])...)
	}
	return events, nil
}

// referred is a referral as it stands, and the event that made it.
type referred struct {
	contract.State
	event journal.Position
}

// crowded are the stretches of days on which more people are referred under an
// agreement than it has places for, up to the day the answer looks from.
func crowded(q *question, a projections.SettlementAgreement, places cap.Terms, referrals []referred) ([]found, error) {
	var all []found
	var stretch *found
	for day := a.From; day <= min(a.To, q.day()); day++ {
		var people []cap.Entry
		subjects, events := []string{a.Agreement}, []journal.Position{a.Event}
		for _, s := range referrals {
			if day.Within(s.Terms.From, s.Terms.To) && !s.Rests(day) {
				people = append(people, cap.Entry{On: day, Person: s.Terms.Participant})
				subjects, events = append(subjects, s.Terms.Contract), append(events, s.event)
			}
		}
		left, err := places.Left(day, slices.Values(people))
		if err != nil {
			return nil, err
		}
		if left >= 0 {
			stretch = nil
			continue
		}
		if stretch == nil {
			all = append(all, found{id: finding.ID(finding.OverCap, a.Agreement, "people", day.String()), kind: finding.OverCap, from: day})
			stretch = &all[len(all)-1]
		}
		stretch.to, stretch.count, stretch.running = day, max(stretch.count, int(-left)), day == q.day() && day < a.To
		stretch.subjects = unique(append(stretch.subjects, subjects...))
		stretch.events = slices.Compact(slices.SortedFunc(slices.Values(append(stretch.events, events...)), journal.Position.Compare))
	}
	return all, nil
}

type personYear struct {
	participant string
	year        int
}

type yearOfDays struct {
	days      map[domain.Date]bool
	named     []int // editions of the statute that days of work name
	contracts []string
	events    []journal.Position
	running   bool // the days alone make them more
}

// yearsOfDays are by whose and when they are.
type yearsOfDays map[personYear]*yearOfDays

// of is a person's year, to add a contract's days to.
func (all yearsOfDays) of(participant string, year int, contract string) *yearOfDays {
	key := personYear{participant, year}
	y := all[key]
	if y == nil {
		y = &yearOfDays{days: map[domain.Date]bool{}}
		all[key] = y
	}
	if !slices.Contains(y.contracts, contract) {
		y.contracts = append(y.contracts, contract)
	}
	return y
}

// entries are the days as a cap counts them.
func (y *yearOfDays) entries() iter.Seq[cap.Entry] {
	return func(yield func(cap.Entry) bool) {
		for day := range y.days {
			if !yield(cap.Entry{On: day, Amount: 1}) {
				return
			}
		}
	}
}

// countDays are the days that the setting of its first day counts, of each year that may
// have more than a number of them.
func (r rules) countDays(ctx context.Context, q *question, least int64) (yearsOfDays, error) {
	all := yearsOfDays{}
	for count, days := range map[programme.DayCount]func(context.Context, *question, int64) (yearsOfDays, error){
		programme.WorkingDays: workedDays, programme.ReferralDays: referralDays,
	} {
		if !r.ever(count) {
			continue
		}
		years, err := days(ctx, q, least)
		if err != nil {
			return nil, err
		}
		for key, y := range years {
			if r.days(domain.NewDate(key.year, time.January, 1)) == count {
				all[key] = y
			}
		}
	}
	return all, nil
}

// overYears: the days of a calendar year under the new regime are more than the
// statute allows.
func overYears(ctx context.Context, q *question, r rules) ([]found, error) {
	least, capped := r.statutes.Least(programme.NewRegime, cap.Participant, cap.Year, cap.Days)
	if !capped {
		return nil, nil
	}
	years, err := r.countDays(ctx, q, least)
	if err != nil {
		return nil, err
	}
	var all []found
	for key, y := range years {
		first := domain.NewDate(key.year, time.January, 1)
		of, capped := r.statute(first, y.named).Cap(programme.NewRegime, cap.Participant, cap.Year, cap.Days)
		left, err := of.Left(first, y.entries())
		if err != nil {
			return nil, err
		}
		if !capped || left >= 0 {
			continue
		}
		slices.Sort(y.contracts)
		f := found{id: finding.ID(finding.OverCap, key.participant, strconv.Itoa(key.year)), kind: finding.OverCap,
			subjects: append([]string{key.participant}, y.contracts...), people: []string{key.participant}, running: y.running,
			from: first, to: domain.NewDate(key.year, time.December, 31), events: y.events}
		if !y.running {
			f.count = int(-left)
		}
		all = append(all, f)
	}
	return all, nil
}

// workedDays are those with hours.
func workedDays(ctx context.Context, q *question, least int64) (yearsOfDays, error) {
	view, years := q.view(projections.Settlement()), yearsOfDays{}
	parts, err := projections.WorkedYears().Parts(ctx, view)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		year, err := strconv.Atoi(part)
		if err != nil || !q.touches(domain.NewDate(year, time.January, 1), domain.NewDate(year, time.December, 31)) {
			continue
		}
		items, err := projections.WorkedYears().All(ctx, view, part)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			if int64(it.Row.NewDays()) <= least {
				continue
			}
			if err := years.addWorked(ctx, q, it.Row, year); err != nil {
				return nil, err
			}
		}
	}
	return years, nil
}

// addWorked adds the days with hours of a person's year.
func (all yearsOfDays) addWorked(ctx context.Context, q *question, worked projections.WorkedYear, year int) error {
	var keys []detailKey
	for _, c := range worked.Under {
		if c.New {
			keys = append(keys, keyOf(c.Agreement, c.Month, c.Contract))
		}
	}
	details, err := detailsOf(ctx, q, keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		d := details[k]
		for _, day := range d.Days {
			if day.Minutes > 0 && !q.cut(day.Date) {
				y := all.of(worked.Participant, year, d.Contract)
				y.days[day.Date] = true
				y.named = append(y.named, d.Rates[day.Rates].Statute)
				y.events = append(y.events, day.Event)
			}
		}
	}
	return nil
}

// referralDays are those on which a referral was in force, suspensions left out,
// whether or not anybody came to work on them.
func referralDays(ctx context.Context, q *question, _ int64) (yearsOfDays, error) {
	agreements, err := projections.SettlementAgreements().Every(ctx, q.view(projections.Settlement()))
	if err != nil {
		return nil, err
	}
	months, err := projections.SettlementMonths().Every(ctx, q.view(projections.Settlement()))
	if err != nil {
		return nil, err
	}
	lives, err := projections.ContractLives().Every(ctx, q.view(projections.Contracts()))
	if err != nil {
		return nil, err
	}
	under, by := map[string]bool{}, map[string]bool{} // the new regime: agreements, and contracts by their hours
	for _, it := range agreements {
		under[it.Row.Agreement] = it.Row.New
	}
	for _, it := range months {
		by[it.Row.Contract] = by[it.Row.Contract] || it.Row.New
	}
	years := yearsOfDays{}
	for _, it := range lives {
		s, err := it.Row.AsOf(q.asOf)
		if err != nil {
			return nil, err
		}
		t := s.Terms
		if !s.Exists() || q.cut(t.Concluded) || t.Kind != contract.Referral || !under[t.Agreement] && !by[t.Contract] {
			continue
		}
		told := 0 // the year that its events are evidence of
		for d := t.From; d <= min(t.To, q.day()); d++ {
			if s.Rests(d) {
				continue
			}
			y := years.of(t.Participant, d.Year(), t.Contract)
			y.running = y.running || d == q.day() && (d+1).Within(t.From, t.To) && (d+1).Year() == d.Year()
			if y.days[d] = true; told != d.Year() {
				told, y.events = d.Year(), append(y.events, it.Row.Event)
			}
		}
	}
	return years, nil
}
