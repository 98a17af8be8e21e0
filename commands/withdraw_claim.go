package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// WithdrawClaim takes back a claim whose contract-months its agreement reserved and
// that was never submitted, because the command that did so was cut short: the months
// and the number are free again.
type WithdrawClaim struct {
	Claim     string `json:"claim"`
	Agreement string `json:"agreement"`
	Reason    string `json:"reason"`
}

// WithdrawClaim carries the command out. The claim's stream hears it first and takes no
// claim by that reservation from then on; cut short between the two, the same command
// completes it, or any other that meets the reservation.
func (l *Ledger) WithdrawClaim(ctx context.Context, o Origin, c WithdrawClaim) (journal.Result, error) {
	return l.keyless(ctx, func(ctx context.Context, l *Ledger) (journal.Result, error) { return l.withdrawClaim(ctx, o, c) })
}

func (l *Ledger) withdrawClaim(ctx context.Context, o Origin, c WithdrawClaim) (journal.Result, error) {
	if !o.Who().May(access.Record) {
		l.count(ErrMayNot)
		return journal.Result{}, ErrMayNot
	}
	claim, released, err := l.takeClaimBack(ctx, o, c)
	l.count(err)
	l.Guesses.count(o, err)
	return followed(claim, released), err
}

func (l *Ledger) takeClaimBack(ctx context.Context, o Origin, c WithdrawClaim) (claim, released journal.Result, err error) {
	if err = ids(&c.Claim, &c.Agreement); err != nil {
		return claim, released, err
	}
	under, err := l.lookups().agreement(ctx, c.Agreement)
	if err != nil {
		return claim, released, err
	}
	reservation, ok := under.Reservation(c.Claim)
	if !ok {
		return claim, released, agreement.ErrNoClaim.With("%s", c.Claim)
	}
	stream := domain.Stream("refundclaim", c.Claim)
	known, err := journal.Load(ctx, l.Log, stream, refund.Decider())
	if err != nil {
		return claim, released, err
	}
	if c.Reason == "" {
		return claim, released, domain.ErrNoReason
	}
	if known.State.Exists() && !known.State.Void(reservation.Reserved) {
		return claim, released, refund.ErrSubmitted
	}
	if !known.State.Exists() {
		s := l.sealer(ctx)
		cmd := refund.Withdraw{About: reservation.About, On: reservation.On, Attempt: reservation.Attempt,
			Reason: s.text(refund.SealOf(c.Claim, reservation.On, "reason"), c.Reason)}
		if s.err != nil {
			return claim, released, s.err
		}
		claim, err = journal.ExecuteAt(ctx, l.Log, stream, o.Expected, onlyDone(o, veiled(o, c, refund.Decider())), refund.Command(cmd), l.meta(o), l.former(o)...)
		if err != nil {
			return claim, released, err
		}
	}
	released, err = l.tell(ctx, o, c.Agreement, agreement.ReleaseClaims{Void: []refund.Reserved{reservation.Reserved}})
	return claim, released, err
}
