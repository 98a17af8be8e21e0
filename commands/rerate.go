package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
)

// rerateAll gives the days of every referral under an agreement the rates that its terms
// give them, after these were corrected: an event each to the attendance of those that
// differ. Cut short, the same correction sent again completes it. One whose days can't be
// rated, since one of them was entered in that very moment, does not keep the others from it.
func (l *Ledger) rerateAll(ctx context.Context, o Origin, number string) (last journal.Result, err error) {
	under, err := l.lookups().agreement(ctx, number)
	if err != nil {
		return last, err
	}
	var first error
	for _, r := range under.Referrals {
		rerated, err := l.rerate(ctx, o, r.Contract)
		if err != nil {
			err = fmt.Errorf("rerate referral %s: %w", r.Contract, err)
		}
		if err != nil && domain.RefusalsOf(err) == nil {
			return last, err
		}
		first, last = cmp.Or(first, err), followed(rerated, last)
	}
	return last, first
}

// rerate is rerateAll for one referral. Its attendance is told of the terms in any case, so
// that a day which was decided by earlier ones is decided anew.
func (l *Ledger) rerate(ctx context.Context, o Origin, number string) (r journal.Result, err error) {
	for range overtakenAttempts {
		if r, err = l.rerateOnce(ctx, o, number); !errors.Is(err, domain.ErrOvertaken) {
			break
		}
	}
	return r, err
}

func (l *Ledger) rerateOnce(ctx context.Context, o Origin, number string) (journal.Result, error) {
	k := l.lookups()
	referral, err := k.contract(ctx, number)
	if referral.Drafted() {
		return journal.Result{}, nil // no day is under it yet
	}
	if err != nil || referral.First.Kind != contract.Referral {
		return journal.Result{}, err
	}
	under, err := k.agreement(ctx, referral.First.Agreement)
	if err != nil {
		return journal.Result{}, err
	}
	_, cmd, err := l.rating(ctx, k, referral, under.Terms)
	if err != nil {
		return journal.Result{}, err
	}
	cmd.About = termsOf(referral.First, under.Terms, nil).About
	cmd.Seen = seen(referral, under)
	meta := l.meta(o)
	meta.Key = "" // it follows from what was decided, and is known by what it says
	return journal.Execute(ctx, l.Log, domain.Stream("attendance", number), attendance.Decider(), attendance.Command(cmd), meta)
}

// rating is what the days of a referral are to be rated by under some terms. The minimum of
// a day is the one that it was entered by, unless another law holds by the terms.
func (l *Ledger) rating(ctx context.Context, k *lookups, referral contract.State, under agreement.Terms) (attendance.State, attendance.Rerate, error) {
	sheet, err := journal.Load(ctx, l.Log, domain.Stream("attendance", referral.First.Contract), attendance.Decider())
	cmd := attendance.Rerate{}
	if err != nil {
		return sheet.State, cmd, err
	}
	statutes, err := k.statutes(ctx)
	if err != nil {
		return sheet.State, cmd, err
	}
	for _, day := range sheet.State.WorkedDays() {
		figures := enteredBy(statutes, sheet.State, day)
		terms := termsOf(referral.On(day), under, nil)
		minimum, _ := figures.MinimumRate(under.Regime, day)
		if was := sheet.State.Rates(day); programme.RegimeOfEdition(was.Edition) == under.Regime {
			minimum.Grosze, minimum.Edition = was.Minimum, was.Edition
		}
		cmd.About = terms.About
		cmd.Days = append(cmd.Days, attendance.Rating{Date: day, Terms: terms, Minimum: minimum})
	}
	return sheet.State, cmd, nil
}

// ratable refuses terms of an agreement by which a day under it can't be rated, or would
// not be allowed.
func (l *Ledger) ratable(ctx context.Context, terms agreement.Terms) error {
	k := l.lookups()
	under, err := k.agreement(ctx, terms.Agreement)
	if errors.Is(err, agreement.ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	terms.Regime = programme.RegimeOf(terms.Concluded)
	for _, r := range under.Referrals {
		referral, err := k.contract(ctx, r.Contract)
		if err != nil {
			return err
		}
		sheet, cmd, err := l.rating(ctx, k, referral, terms)
		if err == nil {
			cmd.Seen = attendance.Seen{ContractEdition: referral.Edition, AgreementEdition: under.Edition + 1}
			_, err = attendance.Decider().Decide(sheet, cmd)
		}
		if err == nil {
			err = l.daysFit(ctx, k, sheet, binding{referral, under.Terms}, binding{referral, terms})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// relist puts a referral that was corrected or withdrawn on the list of the agreement that
// it belongs to now, and off any other.
func (l *Ledger) relist(ctx context.Context, o Origin, number string) error {
	s, err := journal.Load(ctx, l.Log, domain.Stream("contract", number), contract.Decider())
	if err != nil {
		return err
	}
	for _, left := range s.State.Left() {
		if s.State.Exists() && s.State.First.Agreement == left {
			continue
		}
		if _, err := l.tell(ctx, o, left, agreement.DelistReferral{Contract: number}); err != nil {
			return err
		}
	}
	if s.State.Exists() {
		return l.completeListing(ctx, o, number)
	}
	return nil
}

// follow does what follows from a contract's terms being corrected or withdrawn, whether
// that is recorded now or was before.
func (l *Ledger) follow(ctx context.Context, o Origin, c SignContract) (journal.Result, error) {
	if err := l.relist(ctx, o, c.Number); err != nil || c.Withdraw {
		return journal.Result{}, err
	}
	return l.rerate(ctx, o, c.Number)
}
