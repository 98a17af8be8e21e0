package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/domain/sheet"
	"ksiega/internal/journal"
)

// days is the sheet of an agreement's month: its referrals that are in force in it, or of which
// something was entered, as commands take them.
func (q sheetQuestion) days(ctx context.Context) (*Sheet, error) {
	under, err := q.under(ctx)
	if err != nil {
		return nil, err
	}
	r, err := q.rules(ctx)
	if err != nil {
		return nil, err
	}
	found := make([]*sheetPart, len(under.Referrals))
	err = together(ctx, len(found), func(ctx context.Context, i int) error {
		p, err := q.referral(ctx, under, r.statutes, under.Referrals[i].Contract)
		found[i] = p
		return err
	})
	if err != nil {
		return nil, err
	}
	var parts []sheetPart
	for _, p := range found {
		if p != nil {
			parts = append(parts, *p)
		}
	}
	s, err := q.sheetOf(ctx, parts)
	if err == nil && len(s.Rows) == 0 && !q.reaches(domain.Ref{Kind: domain.RefAgreement, ID: q.Agreement}) {
		err = ErrUnknown.At("agreement").With("%s", "agreement")
	}
	if err == nil {
		s.From, s.To = under.Terms.From, under.Terms.To
	}
	return s, err
}

// referral is what a referral has of the month; nil where that is nothing.
func (q sheetQuestion) referral(ctx context.Context, under agreement.State, statutes programme.Statutes, number string) (*sheetPart, error) {
	signed, err := journal.Load(ctx, q.reader.opts.Journal, domain.Stream("contract", number), contract.Decider())
	of := signed.State
	if err != nil || of.Terms.Agreement != q.Agreement {
		return nil, err
	}
	about := attendance.About{Contract: of.Terms.Contract, Participant: of.Terms.Participant, Agreement: of.Terms.Agreement, Programme: of.Terms.Programme}
	p := &sheetPart{refs: about.Refs(), by: map[string]bool{}, SheetRow: SheetRow{Contract: about.Contract, Participant: about.Participant, Programme: about.Programme,
		Stream: domain.Stream("attendance", number)}}
	at := map[domain.Date]lastEvent{}
	done, err := journal.LoadEach(ctx, q.reader.opts.Journal, p.Stream, attendance.Decider(), func(r *journal.Recorded) {
		day, entry := attendance.DayOf(r.Event)
		if entry {
			at[day] = lastOf(r)
		}
		if m, to := attendance.MonthOf(r.Event); entry && day.Month() == q.Month || m == q.Month && to == sheet.HandedOver {
			p.by[r.Meta.Actor] = true
		}
	})
	if err != nil {
		return nil, err
	}
	from, to := max(of.Terms.From, under.Terms.From), min(of.Terms.To, under.Terms.To)
	is := done.State.Sheet(q.Month)
	if about := done.State.Entered(about, q.Month); about.Days == 0 && is.Step == sheet.Open && (from > q.Month.Last() || to < q.Month.First()) {
		return nil, nil
	}
	p.revision, p.Step = done.Revision, is.Step
	if err := q.told(ctx, p, of, is); err != nil {
		return nil, err
	}
	for day := q.Month.First(); day <= q.Month.Last(); day++ {
		c, err := q.dayOf(ctx, p, about, done.State, day)
		if err != nil {
			return nil, err
		}
		c.Open = day.Within(from, to) && !of.Rests(day)
		c.since(at[day], q.who.May(access.Replay))
		p.Cells = append(p.Cells, c)
	}
	p.limits(of, under, statutes, done.State, q.Month)
	return p, nil
}

// told are the texts of a part that are not a day's.
func (q sheetQuestion) told(ctx context.Context, p *sheetPart, of contract.State, is sheet.State) (err error) {
	if p.Name, err = q.named(ctx, p, p.Participant); err != nil {
		return err
	}
	on := of.On(q.Month.Last())
	if p.Place, err = q.opens(ctx, p, access.Support, of.Terms.Seal("place"), on.Place); err != nil {
		return err
	}
	p.Reason, err = q.opens(ctx, p, access.Remark, attendance.ReasonSeal(q.Agreement, q.Month, "reason"), is.Reason)
	return err
}

// dayOf is what stands of a day.
func (q sheetQuestion) dayOf(ctx context.Context, p *sheetPart, about attendance.About, s attendance.State, day domain.Date) (c SheetCell, err error) {
	c.Date = day
	v, stands := s.Day(day)
	if !stands {
		return c, nil
	}
	e := SheetEntry{Minutes: v.Minutes, Away: !v.Worked(), Excused: v.Excused}
	if e.Absence, err = q.opens(ctx, p, access.Health, about.SealOf(day, "absence"), v.Absence); err != nil {
		return c, err
	}
	e.Place, err = q.opens(ctx, p, access.Support, about.SealOf(day, "place"), v.Place)
	c.Entries = []SheetEntry{e}
	return c, err
}

// limits are the caps of a referral's weeks that meet the month, whole, and of the month.
func (p *sheetPart) limits(of contract.State, under agreement.State, statutes programme.Statutes, s attendance.State, month domain.Month) {
	used := func(first, last domain.Date) (sum domain.Minutes) {
		for day := first; day <= last; day++ {
			v, _ := s.Day(day)
			sum += v.Minutes
		}
		return sum
	}
	for monday := month.First().Monday(); monday <= month.Last(); monday = monday.Add(7) {
		day := max(monday, month.First())
		figures, _ := statutes.On(day)
		limit, _ := attendance.Weekly(of.On(day).Weekly, figures.Under(under.Terms.Regime))
		p.Weeks = append(p.Weeks, SheetCap{monday, monday.Add(6), used(monday, monday.Add(6)), limit})
	}
	p.Month = SheetCap{month.First(), month.Last(), used(month.First(), month.Last()), under.Terms.MonthlyCap}
}
