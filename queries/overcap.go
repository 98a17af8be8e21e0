package queries

import (
	"context"
	"slices"
	"strconv"
	"time"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// overCaps are the months and weeks of referrals that the read model found over their
// caps; and what no single referral shows: a person's hours of a week and days of a year,
// and the hours and people of an agreement, over all referrals.
func overCaps(ctx context.Context, q *question) ([]findings.Found, error) {
	all, err := foundOf(ctx, q, projections.Settlement(), projections.OverCaps())
	if err != nil {
		return nil, err
	}
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
	if err != nil {
		return nil, err
	}
	visits, err := overProgrammeCaps(ctx, q)
	return slices.Concat(all, weeks, years, hours, people, visits), err
}

// overStatute compares what is counted of a person's period with the cap of the statute
// that it goes by.
func overStatute(editions []cap.Edition, period cap.Period, counts cap.Unit, day domain.Date, counted []findings.Counted, names ...string) (f findings.Found, over bool, err error) {
	for _, rule := range cap.Bind(editions, period, day, findings.Entries(counted)) {
		if rule.Is(cap.Participant, period, counts) {
			f, over, err = findings.OverCap(rule.Terms, day, counted, names...)
			f.People = names[:1]
		}
	}
	return f, over, err
}

// overStatuteSubject is the part of the id of a finding of the statute's cap that says whose it
// is.
const overStatuteSubject = 1

// overWeeks: the hours of a week are more than the statute allows.
func overWeeks(ctx context.Context, q *question, r rules) (all []findings.Found, err error) {
	rows, err := ofYears(ctx, q, projections.SharedYears())
	if err != nil {
		return nil, err
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	together, err := q.weeksTogether(ctx, one)
	if err != nil {
		return nil, err
	}
	editions := r.statutes.CapsUnder(programme.OldRegime)
	for i, row := range slices.Concat(rows, together) {
		var found []findings.Found
		for _, w := range row.Weeks {
			var counted []findings.Counted
			for _, day := range w.Days {
				if !q.cut(day.Date) {
					counted = append(counted, findings.Counted{Entry: cap.Entry{On: day.Date, Edition: day.Statute, Amount: int64(day.Minutes)},
						Contract: day.Contract, Events: []journal.Position{day.Event}})
				}
			}
			f, over, err := overStatute(editions, cap.Week, cap.Minutes, w.Monday, counted, row.Participant, w.Monday.String())
			if err != nil {
				return nil, err
			}
			if over && len(f.Subjects) > 2 { // of several referrals
				found = append(found, f)
			}
		}
		if i < len(rows) {
			all = append(all, found...)
		} else {
			all = one.inTheirPlace(all, found, row.Participant, overStatuteSubject)
		}
	}
	return all, nil
}

// overHours: more hours than an agreement has in all. A read model says of which
// agreements; what that comes to as of a day, their own months.
func overHours(ctx context.Context, q *question) (all []findings.Found, err error) {
	view := q.view(projections.Settlement())
	items, err := projections.OverHoursAgreements().Every(ctx, view)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		a, _, err := projections.SettlementAgreements().Find(ctx, view, it.Field, projections.AgreementField)
		if err != nil {
			return nil, err
		}
		// A cap on all hours counts all of them, whatever the question is limited to.
		whole := *q
		whole.params, whole.from, whole.to, whole.month = map[string]string{"agreement": a.Agreement}, 0, 0, 0
		months, err := settledMonths(ctx, &whole)
		if err != nil {
			return nil, err
		}
		var worked []findings.Counted
		for _, m := range months {
			worked = append(worked, findings.Counted{Entry: cap.Entry{On: m.Month.First(), Amount: int64(m.Minutes)}})
		}
		for _, t := range (agreement.Terms{TotalCap: a.TotalCap}).Caps() {
			f, over, err := findings.OverCap(t, a.From, worked, a.Agreement, "hours")
			if err != nil {
				return nil, uncountable(ErrHoursSum.With("hours of agreement %s", a.Agreement), err)
			}
			if !over {
				continue
			}
			f.From, f.To = a.From, a.To
			if f.Events, err = workEvents(ctx, q, months, a); err != nil {
				return nil, err
			}
			all = append(all, f)
		}
	}
	return all, nil
}

// overPeople: on some days more people are referred than an agreement has places for. A
// read model says under which agreements.
func overPeople(ctx context.Context, q *question) (all []findings.Found, err error) {
	view := q.view(projections.Contracts())
	items, err := projections.CrowdedAgreements().Every(ctx, view)
	if err != nil {
		return nil, err
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		a, _, err := projections.SettlementAgreements().Find(ctx, q.view(projections.Settlement()), it.Field, projections.AgreementField)
		if err != nil {
			return nil, err
		}
		under, err := projections.AgreementReferrals().All(ctx, view, domain.Escape(a.Agreement))
		if err != nil {
			return nil, err
		}
		var referrals []findings.Referred
		for _, at := range under {
			life, _, err := projections.ContractLives().Find(ctx, view, domain.Escape(at.Row.Programme), domain.Escape(at.Row.Contract))
			if err != nil {
				return nil, err
			}
			r := life.Referred(q.asOf)
			r.Participant = one.kept(r.Participant)
			referrals = append(referrals, r)
		}
		for _, t := range (agreement.Terms{PersonLimit: a.PersonLimit}).Caps() {
			people, err := findings.Crowded(t, a.Agreement, a.From, min(a.To, q.day()), referrals)
			if err != nil {
				return nil, err
			}
			for _, f := range people {
				f.Running, f.Events = f.To == q.day() && f.To < a.To, append(f.Events, a.Event)
				all = append(all, f)
			}
		}
	}
	return all, nil
}

// workEvents are those of an agreement and of all hours under it.
func workEvents(ctx context.Context, q *question, months []*settledMonth, a projections.SettlementAgreement) ([]journal.Position, error) {
	var keys []rowKey
	for _, m := range months {
		if m.Agreement == a.Agreement {
			keys = append(keys, keyOf(m.Agreement, m.Month, m.Contract))
		}
	}
	details, err := rowsAt(ctx, q.view(projections.Settlement()), projections.SettlementDetails(), keys)
	if err != nil {
		return nil, err
	}
	events := []journal.Position{a.Event}
	for _, k := range keys {
		events = append(events, monthEvents(q, details[k])...)
	}
	return events, nil
}

type personYear struct {
	participant string
	year        int
}

// yearOfDays are the days of one, each under a contract.
type yearOfDays struct {
	counted []findings.Counted
	running bool // the days alone make them more
	under   some // ids
}

// yearsOfDays are by whose and when they are.
type yearsOfDays map[personYear]*yearOfDays

func (all yearsOfDays) add(one sameness, id string, c findings.Counted) *yearOfDays {
	key := personYear{one.kept(id), c.On.Year()}
	if all[key] == nil {
		all[key] = &yearOfDays{under: some{}}
	}
	all[key].under[id] = true
	c.Amount = 1
	all[key].counted = append(all[key].counted, c)
	return all[key]
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
func overYears(ctx context.Context, q *question, r rules) (all []findings.Found, err error) {
	editions := r.statutes.CapsUnder(programme.NewRegime)
	least, capped := cap.Least(editions, cap.Participant, cap.Year, cap.Days)
	if !capped {
		return nil, nil
	}
	years, err := r.countDays(ctx, q, least)
	if err != nil {
		return nil, err
	}
	for key, y := range years {
		first := domain.NewDate(key.year, time.January, 1)
		who := key.participant
		if len(y.under) == 1 {
			who = y.under.sorted()[0]
		}
		f, over, err := overStatute(editions, cap.Year, cap.Days, first, y.counted, who, strconv.Itoa(key.year))
		if err != nil {
			return nil, err
		}
		if f.Running = y.running; f.Running {
			f.Count = 0
		}
		if over {
			all = append(all, f)
		}
	}
	return all, nil
}

// workedDays are those with hours.
func workedDays(ctx context.Context, q *question, least int64) (yearsOfDays, error) {
	rows, err := ofYears(ctx, q, projections.WorkedYears())
	if err != nil {
		return nil, err
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	years, split := yearsOfDays{}, one.split()
	for _, row := range rows {
		if int64(row.NewDays()) <= least && !split[domain.Escape(row.Participant)] {
			continue
		}
		var keys []rowKey
		for _, c := range row.Under {
			if c.New {
				keys = append(keys, keyOf(c.Agreement, c.Month, c.Contract))
			}
		}
		details, err := rowsAt(ctx, q.view(projections.Settlement()), projections.SettlementDetails(), keys)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			d := details[k]
			for _, day := range d.Days {
				if day.Minutes > 0 && !q.cut(day.Date) {
					years.add(one, row.Participant, findings.Counted{Entry: cap.Entry{On: day.Date, Edition: d.Rates[day.Rates].Statute}, Contract: d.Contract, Events: []journal.Position{day.Event}})
				}
			}
		}
	}
	return years, nil
}

// ofYears are the rows of a table, whose parts are years, that meet the parameters: to look
// at. A week may reach into the year after its own.
func ofYears[R any](ctx context.Context, q *question, table fold.Table[R]) ([]R, error) {
	return ofParts(ctx, q.view(projections.Settlement()), table, func(part string) bool {
		year, err := strconv.Atoi(part)
		first := domain.NewDate(year, time.January, 1)
		return err == nil && q.touches(first, domain.NewDate(year, time.December, 31)+6) && !q.cut(first)
	})
}

// referralDays are those on which a referral of the new regime was in force, suspensions
// left out, whether or not anybody came to work on them. A read model says who may have
// more than so many in a year.
func referralDays(ctx context.Context, q *question, least int64) (yearsOfDays, error) {
	view, years := q.view(projections.Contracts()), yearsOfDays{}
	items, err := projections.ReferredParticipants().Look(ctx, view, projections.ReferredPart)
	if err != nil {
		return nil, err
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	split := one.split()
	for _, it := range items {
		if !split[it.Field] && !slices.ContainsFunc(it.Row.Years, func(y projections.ReferralYear) bool { return int64(y.Days) > least }) {
			continue
		}
		referrals, err := projections.ParticipantReferrals().All(ctx, view, it.Field)
		if err != nil {
			return nil, err
		}
		for _, of := range referrals {
			under, _, err := projections.AgreementPlaces().Find(ctx, view, domain.Escape(of.Row.Agreement), projections.AgreementField)
			if err != nil {
				return nil, err
			}
			life, _, err := projections.ContractLives().Find(ctx, view, domain.Escape(of.Row.Programme), of.Field)
			if err != nil {
				return nil, err
			}
			if under.New {
				years.addReferral(q, one, life)
			}
		}
	}
	return years, nil
}

// addReferral adds the days on which a referral was in force.
func (all yearsOfDays) addReferral(q *question, one sameness, life projections.ContractLife) {
	s := life.AsOf(q.asOf)
	if t := s.Terms; !s.Exists() || q.cut(t.Concluded) || t.Kind != contract.Referral {
		return
	}
	told := 0 // the year that its events are evidence of
	for d, last := s.Terms.From, min(s.Terms.To, q.day()); d <= last; d++ {
		if s.Rests(d) {
			continue
		}
		c := findings.Counted{Entry: cap.Entry{On: d, Edition: cap.Unnamed}, Contract: s.Terms.Contract}
		if told != d.Year() {
			told, c.Events = d.Year(), []journal.Position{life.Event}
		}
		y := all.add(one, s.Terms.Participant, c)
		y.running = y.running || d == q.day() && d < s.Terms.To && (d+1).Year() == d.Year()
	}
}
