package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// WithdrawClaim takes back a claim that the labour office has not answered, or one whose
// contract-months its agreement reserved and that was never submitted, because the command
// that did so was cut short: the months and the number are free again.
type WithdrawClaim struct {
	Claim     string `json:"claim"`
	Agreement string `json:"agreement"`
	Reason    string `json:"reason"`
}

// Operation is its line in the table of rights.
func (WithdrawClaim) Operation() access.Operation { return "withdraw-claim" }

func (c WithdrawClaim) open() any { return WithdrawClaim{Claim: c.Claim, Agreement: c.Agreement} }

// WithdrawClaim carries the command out. The claim's stream hears it first and takes no
// claim by that reservation from then on; cut short between the two, the same command
// completes it, or any other that meets the reservation.
func (l *Ledger) WithdrawClaim(ctx context.Context, o Origin, c WithdrawClaim) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger) (journal.Result, error) {
		return l.byBoth(ctx, o, c, func() (claim, released journal.Result, err error) { return l.takeClaimBack(ctx, o, c) })
	})
}

func (l *Ledger) takeClaimBack(ctx context.Context, o Origin, c WithdrawClaim) (claim, released journal.Result, err error) {
	if err = domain.Together(mayID("claim", &c.Claim), mayID("agreement", &c.Agreement)); err != nil {
		return claim, released, err
	}
	under, err := l.lookups().agreement(ctx, c.Agreement)
	if err != nil {
		return claim, released, err
	}
	stream := domain.Stream("refundclaim", c.Claim)
	known, err := journal.Load(ctx, l.Log, stream, refund.Decider())
	if err != nil {
		return claim, released, err
	}
	reservation, ok := under.Reservation(c.Claim)
	if !ok && known.State.Exists() && known.State.Claim.Agreement == c.Agreement { // from before there were any
		if under, err = l.adopt(ctx, o, under, known.State); err != nil {
			return claim, released, err
		}
		reservation, ok = under.Reservation(c.Claim)
	}
	if !ok {
		return claim, released, agreement.ErrNoClaim.With("%s", c.Claim)
	}
	if on := under.Named(c.Claim); on != "" && !known.State.Void(reservation.Reserved) {
		return claim, released, domain.ErrNamed.With("%s", on)
	}
	if l.done(o, known.Keys) || o.settled {
		claim, err = journal.ExecuteAt(ctx, l.Log, stream, nil, onlyDone(o, refund.Decider()), refund.Command(refund.Withdraw{}), l.meta(o), l.former(o)...)
	} else if !known.State.Exists() || !known.State.Void(reservation.Reserved) {
		claim, err = l.withdraw(ctx, o, c, reservation)
	}
	if err == nil {
		released, err = l.releaseVoid(ctx, o, c.Agreement, c.Claim)
	}
	return claim, released, err
}

// adopt has an agreement take in the claims of a month that its stream has no reservation
// of.
func (l *Ledger) adopt(ctx context.Context, o Origin, under agreement.State, claim refund.State) (agreement.State, error) {
	t, err := l.told(ctx, under, claim.Claim.Month, claim)
	if err == nil {
		_, err = l.tell(ctx, o, under.Terms.Agreement, agreement.AdoptClaims{Recorded: t.recorded})
	}
	if err != nil {
		return under, err
	}
	return l.lookups().agreement(ctx, under.Terms.Agreement)
}

func (l *Ledger) withdraw(ctx context.Context, o Origin, c WithdrawClaim, of agreement.LastReservation) (journal.Result, error) {
	s := l.sealer(ctx)
	cmd := refund.Withdraw{About: of.About, On: of.On, Attempt: of.Attempt}
	if cmd.Reason, cmd.Wordless = s.reason(refund.SealOf(c.Claim, of.On, "reason"), c.Reason); s.err != nil {
		return journal.Result{}, s.err
	}
	return journal.ExecuteAt(ctx, l.Log, domain.Stream("refundclaim", c.Claim), o.Expected, veiled(o, c, refund.Decider()), refund.Command(cmd), l.meta(o), l.former(o)...)
}
