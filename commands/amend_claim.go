package commands

import (
	"context"
	"errors"
	"slices"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// A claim is withdrawn, or submitted anew with other values, by one decision of its
// agreement, so that nobody corrects or answers it any more; the claim's own stream
// completes it by one append, and then the agreement takes that in. Where it is to be of
// another agreement, that one keeps the months first, and the claim's one append completes
// both. Cut short, the same command completes it, or whatever else amends the claim.
//
// Where money came for the claim in between, it stays. Its own stream says so before the
// agreements hear of it, as it does of every reservation that is given up: whoever comes to
// complete what was given up is refused there.

// amending is a claim that is to be taken back, as both its streams tell it.
type amending struct {
	claim journal.Loaded[refund.State]
	under agreement.State
	last  agreement.LastReservation
	// listed is the claim in its agreement; none once its reservation was released.
	listed agreement.ListedClaim
	// next is what somebody had decided that it becomes, as the agreement tells that it
	// is of then; none where it is withdrawn.
	next agreement.ListedClaim
}

// over says that nobody can complete any more what was decided of a claim.
func (a amending) over() bool {
	return a.listed.Amending && (a.claim.State.Released(a.last.Reserved, a.listed.Amendments) || a.listed.To != "" && a.next.Submitted.Claim == "")
}

// amending reads a claim under an agreement, and completes what was decided of it before
// and can't be what is asked for now.
func (l *Ledger) amending(ctx context.Context, o Origin, c WithdrawClaim, same func(amending) bool) (a amending, err error) {
	for range claimAttempts {
		if a, err = l.amendingNow(ctx, o, c); err != nil {
			return a, err
		}
		void := a.claim.State.Void(a.last.Reserved)
		switch {
		case !a.listed.Amending || void && a.listed.Next.Claim == "" || !void && !a.over() && same(a):
			return a, nil
		case !void && a.over():
			err = l.keep(ctx, o, c, a)
		default:
			_, _, err = l.complete(ctx, o, c, a, o.withoutKey())
		}
		if err != nil {
			return a, err
		}
	}
	return a, journal.ErrConflict.With("claim %s", c.Claim)
}

func (l *Ledger) amendingNow(ctx context.Context, o Origin, c WithdrawClaim) (a amending, err error) {
	if a.under, err = l.lookups().agreement(ctx, c.Agreement); err != nil {
		return a, err
	}
	if a.claim, err = journal.Load(ctx, l.Log, domain.Stream("refundclaim", c.Claim), refund.Decider()); err != nil {
		return a, err
	}
	var ok bool
	a.last, ok = a.under.Reservation(c.Claim)
	if !ok && a.claim.State.Exists() && a.claim.State.Claim.Agreement == c.Agreement { // from before there were any
		if a.under, err = l.adopt(ctx, o, a.under, a.claim.State); err != nil {
			return a, err
		}
		a.last, ok = a.under.Reservation(c.Claim)
	}
	if !ok {
		return a, agreement.ErrNoClaim.With("%s", c.Claim)
	}
	a.listed, _ = a.under.Claim(c.Claim)
	a.next, err = l.becoming(ctx, a)
	return a, err
}

// becoming is what a claim is about to become. An agreement that it is to be moved to keeps
// months for it before its own agrees, and until nobody can complete that any more.
func (l *Ledger) becoming(ctx context.Context, a amending) (next agreement.ListedClaim, err error) {
	if a.listed.To == "" {
		next.Submitted = a.listed.Next
		return next, nil
	}
	there, err := l.lookups().agreement(ctx, a.listed.To)
	if err != nil && !errors.Is(err, agreement.ErrUnknown) {
		return next, err
	}
	if kept, _ := there.Claim(a.last.Claim); kept.From == a.last.Under() && !a.claim.State.Void(kept.Reservation()) {
		next = kept
	}
	return next, nil
}

// withoutKey is who asks, for what comes before what is decided under the key.
func (o Origin) withoutKey() Origin {
	o.Key, o.file, o.row, o.Expected = "", "", 0, nil
	return o
}

// back is what a claim's own stream is asked for.
func (l *Ledger) back(ctx context.Context, c WithdrawClaim, of agreement.LastReservation, amendment int) (refund.Withdraw, error) {
	s := l.sealer(ctx)
	cmd := refund.Withdraw{About: of.About, On: of.On, Attempt: of.Attempt, Amendment: amendment}
	cmd.Reason, cmd.Wordless = s.reason(refund.SealOf(c.Claim, of.On, "reason"), c.Reason)
	return cmd, s.err
}

// complete does to a claim what its agreement has decided, as by says, and has the agreement
// hear of it.
func (l *Ledger) complete(ctx context.Context, o Origin, c WithdrawClaim, a amending, by Origin) (claim, released journal.Result, err error) {
	if !a.claim.State.Void(a.last.Reserved) {
		back, err := l.back(ctx, c, a.last, a.listed.Amendments)
		if err != nil {
			return claim, released, err
		}
		cmd := refund.Command(back)
		if a.next.Submitted.Claim != "" {
			cmd = refund.Resubmit{Back: back, Claim: a.next.Submitted, Attempt: a.next.Attempt}
		}
		claim, err = journal.ExecuteAt(ctx, l.Log, domain.Stream("refundclaim", c.Claim), by.Expected, veiled(o, c, refund.Decider()), cmd, l.meta(by), l.former(by)...)
		var refused *domain.Error
		if errors.As(err, &refused) {
			if failed := l.keep(ctx, o, c, a); failed != nil {
				err = failed // sent again, it is refused once more
			}
		}
		if err != nil {
			return claim, released, err
		}
	}
	released, err = l.releaseVoid(ctx, o, c.Agreement, c.Claim)
	return claim, released, err
}

// keep has a claim stay as it is, unless somebody completed what its agreement decided of
// it: its own stream says so first, then the agreement, and the one that it was to be moved
// to.
func (l *Ledger) keep(ctx context.Context, o Origin, c WithdrawClaim, a amending) error {
	err := l.unmark(ctx, o, a)
	if err == nil && a.listed.To != "" {
		c.Agreement = a.listed.To
		err = l.giveUp(ctx, o, c)
	}
	return err
}

func (l *Ledger) unmark(ctx context.Context, o Origin, a amending) error {
	stream, of := domain.Stream("refundclaim", a.last.Claim), a.last
	release := refund.Release{About: of.About, On: of.On, Attempt: of.Attempt, Amendment: a.listed.Amendments}
	if _, err := journal.Execute(ctx, l.Log, stream, refund.Decider(), refund.Command(release), l.meta(o.withoutKey())); err != nil {
		return err
	}
	s, err := journal.Load(ctx, l.Log, stream, refund.Decider())
	if err == nil && !s.State.Void(of.Reserved) {
		_, err = l.tell(ctx, o, of.Agreement, agreement.KeepClaim{Reserved: of.Reserved, Amendment: a.listed.Amendments})
	}
	return err
}

// stays lets go of a claim of which nobody can complete any more what was decided: cut
// short before its agreement heard of that, it would be neither answered nor corrected.
func (l *Ledger) stays(ctx context.Context, o Origin, number, claim string) error {
	a, err := l.amendingNow(ctx, o, WithdrawClaim{Claim: claim, Agreement: number})
	if err == nil && a.over() {
		err = l.unmark(ctx, o, a)
	}
	return err
}

// giveUp has an agreement keep no months any more for a claim that was to be moved to it.
func (l *Ledger) giveUp(ctx context.Context, o Origin, c WithdrawClaim) error {
	there, err := l.lookups().agreement(ctx, c.Agreement)
	if err != nil {
		return err
	}
	kept, ok := there.Claim(c.Claim)
	if !ok || kept.From.Agreement == "" {
		return nil
	}
	stream := domain.Stream("refundclaim", c.Claim)
	s, err := journal.Load(ctx, l.Log, stream, refund.Decider())
	if err != nil {
		return err
	}
	if s.State.Pending(kept.Reservation()) {
		back, err := l.back(ctx, c, agreement.LastReservation{Reserved: kept.Reservation(), On: kept.On}, 0)
		if err == nil {
			_, err = journal.Execute(ctx, l.Log, stream, refund.Decider(), refund.Command(back), l.meta(o.withoutKey()))
		}
		if err != nil && !errors.Is(err, domain.ErrOvertaken) && !errors.Is(err, domain.ErrDiffers) { // by whoever was faster
			return err
		}
	}
	_, err = l.releaseVoid(ctx, o, c.Agreement, c.Claim)
	return err
}

// amendable refuses what the claim's own stream would refuse, before an agreement hears.
// What was decided before and cut short, and would be refused too, is given up.
func (l *Ledger) amendable(ctx context.Context, o Origin, c WithdrawClaim, a amending) error {
	back, err := l.back(ctx, c, a.last, a.listed.Amendments+1)
	if err == nil {
		err = a.claim.Meets(o.Expected)
	}
	if err == nil {
		_, err = veiled(o, c, refund.Decider()).Decide(a.claim.State, back)
	}
	if a.listed.Amending && errors.Is(err, domain.ErrNamed) {
		if failed := l.keep(ctx, o, c, a); failed != nil {
			err = failed
		}
	}
	return err
}

// amend has an agreement decide what becomes of a claim, and the claim complete it.
func (l *Ledger) amend(ctx context.Context, o Origin, c WithdrawClaim, a amending, as agreement.AmendClaim) (claim, under journal.Result, err error) {
	if err = l.amendable(ctx, o, c, a); err != nil {
		return claim, under, err
	}
	if under, err = l.tell(ctx, o, c.Agreement, as); err != nil {
		return claim, under, err
	}
	now, err := l.lookups().agreement(ctx, c.Agreement)
	if err != nil {
		return claim, under, err
	}
	if a.listed, _ = now.Claim(c.Claim); !a.listed.Amending || a.listed.To != as.To || a.listed.Reservation() != a.last.Reserved {
		return claim, under, journal.ErrConflict.With("claim %s was amended meanwhile", c.Claim)
	}
	if a.next, err = l.becoming(ctx, a); err != nil {
		return claim, under, err
	}
	if a.over() {
		if err = l.keep(ctx, o, c, a); err == nil {
			err = domain.ErrOvertaken.With("claim %s", c.Claim)
		}
		return claim, under, err
	}
	claim, released, err := l.complete(ctx, o, c, a, o)
	return claim, followed(under, released), err
}

// correct submits a claim anew under its agreement. Its reservation there is void once that
// is done.
func (l *Ledger) correct(ctx context.Context, o Origin, c SubmitClaim, back WithdrawClaim, a amending) (claim, under journal.Result, err error) {
	next, err := l.prepareAnew(ctx, o, c, a)
	if err != nil {
		return claim, under, err
	}
	return l.amend(ctx, o, back, a, agreement.AmendClaim{Claim: c.Number, Next: &next})
}

// prepareAnew prepares what a claim is submitted anew as, once it is taken back.
func (l *Ledger) prepareAnew(ctx context.Context, o Origin, c SubmitClaim, a amending) (agreement.ReserveClaim, error) {
	known, err := journal.Load(ctx, l.Log, domain.Stream("refundclaim", c.Number), refund.Decider())
	if err != nil {
		return agreement.ReserveClaim{}, err
	}
	gone := refund.Decider().Evolve(known.State, refund.Withdrawn{About: a.last.About, On: a.last.On, Attempt: a.last.Attempt})
	next, err := l.prepareClaim(ctx, o, gone, c)
	next.Void = slices.DeleteFunc(next.Void, func(r refund.Reserved) bool { return r.Claim == c.Number && !a.claim.State.Void(r) })
	return next, err
}

// move submits a claim anew under another agreement. What that is refused for is known, by
// the claim and by both agreements, before the claim hears of it.
func (l *Ledger) move(ctx context.Context, o Origin, c SubmitClaim, back WithdrawClaim, a amending) (claim, under journal.Result, err error) {
	var kept journal.Result
	as, there := agreement.AmendClaim{Claim: c.Number, To: c.Agreement}, WithdrawClaim{Claim: c.Number, Agreement: c.Agreement, Reason: c.Reason}
	if err = l.amendable(ctx, o, back, a); err == nil {
		_, err = agreement.Decider().Decide(a.under, as)
	}
	if err == nil {
		kept, err = l.keepMonths(ctx, o, c, there, a)
	}
	if err == nil {
		claim, under, err = l.amend(ctx, o, back, a, as)
	}
	var refused *domain.Error
	if errors.As(err, &refused) {
		if failed := l.giveUp(ctx, o, there); failed != nil && !errors.Is(failed, agreement.ErrUnknown) {
			err = failed
		}
	}
	return claim, followed(under, kept), err
}

// keepMonths has an agreement keep the months for a claim that is to be moved to it.
func (l *Ledger) keepMonths(ctx context.Context, o Origin, c SubmitClaim, there WithdrawClaim, a amending) (journal.Result, error) {
	under, err := l.lookups().agreement(ctx, c.Agreement)
	if err != nil {
		return journal.Result{}, err
	}
	if kept, ok := under.Claim(c.Number); ok && kept.From == a.last.Under() && a.claim.State.Pending(kept.Reservation()) {
		if kept.AskedAs(c.asked(), c.AmountGrosze) == nil {
			return journal.Result{}, nil // it was cut short
		}
		if err := l.giveUp(ctx, o, there); err != nil {
			return journal.Result{}, err
		}
	}
	next, err := l.prepareAnew(ctx, o, c, a)
	if err != nil {
		return journal.Result{}, err
	}
	next.From = a.last.Under()
	return l.tell(ctx, o, c.Agreement, next)
}
