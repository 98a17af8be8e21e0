package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
)

// What days are entered by may be changed after them: terms are corrected, a referral is
// amended, suspended or ended from a day that has passed. A change is refused by which
// recorded days would come to lie outside, in a suspension or over a cap, naming them, so
// that days and terms may come in either order. A day that is entered while its terms
// change lies in another stream and is not seen: that is for a finding.

// mostDays bounds how many days a refusal names.
const mostDays = 100

// binding is what binds the days of a referral.
type binding struct {
	referral contract.State
	under    agreement.Terms
}

// bounds are what each day of a sheet is bound by.
func bounds(statutes programme.Statutes, sheet attendance.State, b binding) map[domain.Date]attendance.Bound {
	days := sheet.Recorded()
	all := make(map[domain.Date]attendance.Bound, len(days))
	for _, day := range days {
		var statute []cap.Terms // that the day's week goes by
		for _, r := range cap.Bind(statutes.CapsUnder(b.under.Regime), cap.Week, day, sheet.Entries(cap.Week, day)) {
			statute = append(statute, r.Terms)
		}
		all[day] = attendance.Bound{Terms: termsOf(b.referral.On(day), b.under, statute), Rests: b.referral.Rests(day)}
	}
	return all
}

// daysFit refuses what a referral is to be bound by, where days on its sheet stand against
// it.
func (l *Ledger) daysFit(ctx context.Context, k *lookups, sheet attendance.State, was, is binding) error {
	statutes, err := k.statutes(ctx)
	if err != nil {
		return err
	}
	return daysStand(sheet.Stand(bounds(statutes, sheet, was), bounds(statutes, sheet, is)))
}

func daysStand(reasons []*domain.Error) error {
	if len(reasons) == 0 {
		return nil
	}
	more := max(0, len(reasons)-mostDays)
	reasons = reasons[:len(reasons)-more]
	refusal := attendance.ErrDaysStand.With("%s", domain.Refusals(reasons))
	refusal.Args = []any{reasons, more}
	return refusal
}

// referralFits refuses a correction or change of a contract where days that are recorded
// under it stand against it. Whatever else is to be said against it the contract says.
func (l *Ledger) referralFits(ctx context.Context, o Origin, number string, cmd contract.Command) error {
	known, err := journal.Load(ctx, l.Log, domain.Stream("contract", number), contract.Decider())
	if err != nil || known.State.First.Kind != contract.Referral || !known.State.Exists() || l.done(o, known.Keys) {
		return err
	}
	events, refused := contract.Decider().Decide(known.State, cmd)
	after := known.State
	for _, e := range events {
		after = contract.Evolve(after, e)
	}
	if refused != nil || len(events) == 0 || !after.Exists() {
		return nil //nolint:nilerr // the contract's stream says so itself
	}
	sheet, err := journal.Load(ctx, l.Log, domain.Stream("attendance", number), attendance.Decider())
	if err != nil || len(sheet.State.Recorded()) == 0 {
		return err
	}
	k := l.lookups()
	before, err := k.agreement(ctx, known.State.First.Agreement)
	if err != nil {
		return err
	}
	under, err := k.agreement(ctx, after.First.Agreement)
	if err != nil {
		return err
	}
	return l.daysFit(ctx, k, sheet.State, binding{known.State, before.Terms}, binding{after, under.Terms})
}
