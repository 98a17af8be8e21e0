package queries

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/domain/finding"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// overCaps are what no single referral shows: a person's hours of a week and days
// of a year, and the hours and people of an agreement, over all referrals. Each
// referral's own caps were kept when its hours were entered.
func overCaps(ctx context.Context, q *question) ([]found, error) {
	items, err := projections.SettlementMonths().Every(ctx, q.view(projections.Settlement()))
	if err != nil {
		return nil, err
	}
	months := make([]projections.SettlementMonth, len(items))
	for i, it := range items {
		months[i] = it.Row
	}
	r, err := q.rules(ctx)
	if err != nil {
		return nil, err
	}
	weeks, err := overWeeks(ctx, q, r, months)
	if err != nil {
		return nil, err
	}
	years, err := overYears(ctx, q, r, months)
	if err != nil {
		return nil, err
	}
	agreements, err := overAgreements(ctx, q)
	return slices.Concat(weeks, years, agreements), err
}

// overWeeks: the hours of a week are more than the statute allows.
func overWeeks(ctx context.Context, q *question, r rules, months []projections.SettlementMonth) ([]found, error) {
	weeks, err := sharedWeeks(ctx, q, months)
	if err != nil {
		return nil, err
	}
	var all []found
	for key, w := range weeks {
		of, capped := r.statute(key.monday, w.named).Cap(programme.OldRegime, cap.Participant, cap.Week, cap.Minutes)
		left, err := of.Left(key.monday, slices.Values(w.entries))
		if err != nil {
			return nil, err
		}
		if !capped || left >= 0 || len(w.contracts) < 2 {
			continue
		}
		slices.Sort(w.contracts)
		all = append(all, found{id: finding.ID(finding.OverCap, key.participant, key.monday.String()), kind: finding.OverCap,
			subjects: append([]string{key.participant}, w.contracts...), people: []string{key.participant}, from: key.monday, to: key.monday.Add(6),
			minutes: domain.Minutes(-left), events: w.events})
	}
	return all, nil
}

// overAgreements: more hours than the agreement has in all, or on some days more
// people referred than it has places for.
func overAgreements(ctx context.Context, q *question) ([]found, error) {
	items, err := projections.SettlementAgreements().Every(ctx, q.view(projections.Settlement()))
	if err != nil {
		return nil, err
	}
	limited := slices.DeleteFunc(items, func(it fold.Item[projections.SettlementAgreement]) bool {
		return it.Row.TotalCap == 0 && it.Row.PersonLimit == 0
	})
	if len(limited) == 0 {
		return nil, nil
	}
	var all []found
	for _, it := range limited {
		a := it.Row
		for _, t := range (agreement.Terms{TotalCap: a.TotalCap, PersonLimit: a.PersonLimit}).Caps() {
			if t.Is(cap.Agreement, cap.Once, cap.People) {
				referrals, err := referralsUnder(ctx, q, a.Agreement)
				if err != nil {
					return nil, err
				}
				people, err := crowded(q, a, t, referrals)
				if err != nil {
					return nil, err
				}
				all = append(all, people...)
				continue
			}
			// A cap on all hours counts all of them, whatever the question is limited to.
			whole := *q
			whole.params, whole.from, whole.to, whole.month = map[string]string{"agreement": a.Agreement}, 0, 0, 0
			months, _, err := settledMonths(ctx, &whole)
			if err != nil {
				return nil, err
			}
			var worked []cap.Entry
			for _, m := range months {
				worked = append(worked, cap.Entry{On: m.Month.First(), Amount: int64(m.Minutes)})
			}
			left, err := t.Left(a.From, slices.Values(worked))
			if err != nil {
				return nil, uncountable(ErrHoursSum.With("hours of agreement %s", a.Agreement), err)
			}
			if left >= 0 {
				continue
			}
			f := found{id: finding.ID(finding.OverCap, a.Agreement, "hours"), kind: finding.OverCap, subjects: []string{a.Agreement},
				from: a.From, to: a.To, minutes: domain.Minutes(-left), events: []journal.Position{a.Event}}
			if f.events, err = workEvents(ctx, q, months, a); err != nil {
				return nil, err
			}
			all = append(all, f)
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

type personWeek struct {
	participant string
	monday      domain.Date
}

type sharedWeek struct {
	entries   []cap.Entry
	named     []int // editions of the statute
	contracts []string
	events    []journal.Position
}

// sharedWeeks are the weeks of people with more than one referral.
func sharedWeeks(ctx context.Context, q *question, months []projections.SettlementMonth) (map[personWeek]*sharedWeek, error) {
	referrals := map[string][]string{} // by participant
	for _, m := range months {
		if of := referrals[m.Participant]; !slices.Contains(of, m.Contract) {
			referrals[m.Participant] = append(of, m.Contract)
		}
	}
	weeks := map[personWeek]*sharedWeek{}
	err := eachDetail(ctx, q, months, func(m projections.SettlementMonth) bool {
		return len(referrals[m.Participant]) > 1 && q.touches(m.Month.First().Monday(), m.Month.Last().Monday().Add(6))
	}, func(m projections.SettlementMonth, d projections.SettlementDetail) { addWeeks(q, weeks, m, d) })
	return weeks, err
}

// eachDetail hands over the day grain of the months that are wanted.
func eachDetail(ctx context.Context, q *question, months []projections.SettlementMonth, want func(projections.SettlementMonth) bool,
	take func(projections.SettlementMonth, projections.SettlementDetail)) error {
	wanted := map[[2]string]projections.SettlementMonth{}
	parts := map[string]bool{}
	for _, m := range months {
		if want(m) {
			part := projections.SettlementDetailPart(m.Agreement, m.Month)
			wanted[[2]string{part, domain.Escape(m.Contract)}], parts[part] = m, true
		}
	}
	if len(parts) == 0 {
		return nil
	}
	details, err := projections.SettlementDetails().Every(ctx, q.view(projections.Settlement()), slices.Sorted(maps.Keys(parts))...)
	if err != nil {
		return err
	}
	for _, it := range details {
		if m, ok := wanted[[2]string{it.Part, it.Field}]; ok {
			take(m, it.Row)
		}
	}
	return nil
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
		w.entries = append(w.entries, cap.Entry{On: day.Date, Amount: int64(day.Minutes)})
		w.named = append(w.named, d.Rates[day.Rates].Statute)
		w.events = append(w.events, day.Event)
		if !slices.Contains(w.contracts, m.Contract) {
			w.contracts = append(w.contracts, m.Contract)
		}
	}
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

// countDays are of each year the days that the setting of its first day counts.
func (r rules) countDays(ctx context.Context, q *question, months []projections.SettlementMonth) (yearsOfDays, error) {
	all := yearsOfDays{}
	for count, days := range map[programme.DayCount]func(context.Context, *question, []projections.SettlementMonth) (yearsOfDays, error){
		programme.WorkingDays: workedDays, programme.ReferralDays: referralDays,
	} {
		if !r.ever(count) {
			continue
		}
		years, err := days(ctx, q, months)
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
func overYears(ctx context.Context, q *question, r rules, months []projections.SettlementMonth) ([]found, error) {
	years, err := r.countDays(ctx, q, months)
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
func workedDays(ctx context.Context, q *question, months []projections.SettlementMonth) (yearsOfDays, error) {
	years := yearsOfDays{}
	return years, eachDetail(ctx, q, months, func(m projections.SettlementMonth) bool { return m.New },
		func(m projections.SettlementMonth, d projections.SettlementDetail) {
			for _, day := range d.Days {
				if day.Minutes > 0 && !q.cut(day.Date) {
					y := years.of(m.Participant, day.Date.Year(), m.Contract)
					y.days[day.Date] = true
					y.named = append(y.named, d.Rates[day.Rates].Statute)
					y.events = append(y.events, day.Event)
				}
			}
		})
}

// referralDays are those on which a referral was in force, suspensions left out,
// whether or not anybody came to work on them.
func referralDays(ctx context.Context, q *question, months []projections.SettlementMonth) (yearsOfDays, error) {
	agreements, err := projections.SettlementAgreements().Every(ctx, q.view(projections.Settlement()))
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
	for _, m := range months {
		by[m.Contract] = by[m.Contract] || m.New
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
