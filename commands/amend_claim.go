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
// completes it by one append, and then the agreement takes that in. Where money came for
// the claim in between, the claim stays, and the agreement is told. Cut short, the same
// command completes it, or whatever else amends the claim.

// amending is a claim that is to be taken back, as both its streams tell it.
type amending struct {
	claim journal.Loaded[refund.State]
	under agreement.State
	last  agreement.LastReservation
	// listed is the claim in its agreement; none once its reservation was released.
	listed agreement.ListedClaim
	joined bool // somebody else had the agreement decide it
}

// amending reads a claim under an agreement, and completes what was decided of it before
// and can't be what is asked for now.
func (l *Ledger) amending(ctx context.Context, o Origin, c WithdrawClaim, same func(agreement.ListedClaim) bool) (a amending, err error) {
	for range claimAttempts {
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
		void := a.claim.State.Void(a.last.Reserved)
		if !a.listed.Amending || void && a.listed.Next.Claim == "" || !void && same(a.listed) {
			return a, nil
		}
		a.joined = true
		if _, _, err = l.complete(ctx, o, c, a, o.withoutKey()); err != nil {
			return a, err
		}
	}
	return a, journal.ErrConflict.With("claim %s", c.Claim)
}

// withoutKey is who asks, for what comes before what is decided under the key.
func (o Origin) withoutKey() Origin {
	o.Key, o.file, o.row, o.Expected = "", "", 0, nil
	return o
}

// back is what a claim's own stream is asked for.
func (l *Ledger) back(ctx context.Context, c WithdrawClaim, of agreement.LastReservation) (refund.Withdraw, error) {
	s := l.sealer(ctx)
	cmd := refund.Withdraw{About: of.About, On: of.On, Attempt: of.Attempt}
	cmd.Reason, cmd.Wordless = s.reason(refund.SealOf(c.Claim, of.On, "reason"), c.Reason)
	return cmd, s.err
}

// complete does to a claim what its agreement has decided, as by says, and has the agreement
// hear of it.
func (l *Ledger) complete(ctx context.Context, o Origin, c WithdrawClaim, a amending, by Origin) (claim, released journal.Result, err error) {
	if !a.claim.State.Void(a.last.Reserved) {
		back, err := l.back(ctx, c, a.last)
		if err != nil {
			return claim, released, err
		}
		cmd := refund.Command(back)
		if a.listed.Next.Claim != "" {
			cmd = refund.Resubmit{Back: back, Claim: a.listed.Next}
		}
		claim, err = journal.ExecuteAt(ctx, l.Log, domain.Stream("refundclaim", c.Claim), by.Expected, veiled(o, c, refund.Decider()), cmd, l.meta(by), l.former(by)...)
		var refused *domain.Error
		if errors.As(err, &refused) && (!a.joined || errors.Is(err, domain.ErrNamed)) {
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

// keep tells an agreement that a claim stays as it is, unless somebody else amended it.
func (l *Ledger) keep(ctx context.Context, o Origin, c WithdrawClaim, a amending) error {
	s, err := journal.Load(ctx, l.Log, domain.Stream("refundclaim", c.Claim), refund.Decider())
	if err == nil && !s.State.Void(a.last.Reserved) {
		_, err = l.tell(ctx, o, c.Agreement, agreement.KeepClaim{Reserved: a.last.Reserved})
	}
	return err
}

// amend has an agreement decide that a claim is taken back, or becomes next, and the claim
// complete it. What the claim refuses the agreement never hears.
func (l *Ledger) amend(ctx context.Context, o Origin, c WithdrawClaim, a amending, next *agreement.ReserveClaim) (claim, under journal.Result, err error) {
	back, err := l.back(ctx, c, a.last)
	if err == nil {
		err = o.meets(a.claim.Revision)
	}
	if err == nil {
		_, err = veiled(o, c, refund.Decider()).Decide(a.claim.State, back)
	}
	if err != nil {
		return claim, under, err
	}
	if under, err = l.tell(ctx, o, c.Agreement, agreement.AmendClaim{Claim: c.Claim, Next: next}); err != nil {
		return claim, under, err
	}
	a.joined = under.Events == 0
	now, err := l.lookups().agreement(ctx, c.Agreement)
	if err != nil {
		return claim, under, err
	}
	if a.listed, _ = now.Claim(c.Claim); !a.listed.Amending || a.listed.Reservation() != a.last.Reserved {
		return claim, under, journal.ErrConflict.With("claim %s was amended meanwhile", c.Claim)
	}
	claim, released, err := l.complete(ctx, o, c, a, o)
	return claim, followed(under, released), err
}

// correct submits a claim anew under its agreement. Its reservation there is void once that
// is done.
func (l *Ledger) correct(ctx context.Context, o Origin, c SubmitClaim, back WithdrawClaim, a amending) (claim, under journal.Result, err error) {
	known, err := journal.Load(ctx, l.Log, domain.Stream("refundclaim", c.Number), refund.Decider())
	if err != nil {
		return claim, under, err
	}
	gone := refund.Decider().Evolve(known.State, refund.Withdrawn{About: a.last.About, On: a.last.On, Attempt: a.last.Attempt})
	next, err := l.prepareClaim(ctx, o, gone, c)
	if err != nil {
		return claim, under, err
	}
	next.Void = slices.DeleteFunc(next.Void, func(r refund.Reserved) bool { return r.Claim == c.Number })
	return l.amend(ctx, o, back, a, &next)
}
