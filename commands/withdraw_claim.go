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

func (WithdrawClaim) Operation() access.Operation { return "withdraw-claim" }

func (c WithdrawClaim) open() any { return WithdrawClaim{Claim: c.Claim, Agreement: c.Agreement} }

func (c *WithdrawClaim) formColumns() []column {
	return []column{
		idColumn("wniosek", "claim", &c.Claim, "numer wniosku").key(),
		idColumn("porozumienie", "agreement", &c.Agreement, "numer porozumienia").key(),
		textColumn("powod", "reason", &c.Reason, "powód wycofania").sealed(),
	}
}

// WithdrawClaim carries the command out. Its agreement decides it, so that nobody corrects
// or answers the claim any more; then the claim's stream takes no claim by that reservation
// from then on; cut short, the same command completes it.
func (l *Ledger) WithdrawClaim(ctx context.Context, o Origin, c WithdrawClaim) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		return l.byBoth(ctx, o, c, func(o Origin) (claim, released journal.Result, err error) { return l.takeClaimBack(ctx, o, c) })
	})
}

func (l *Ledger) takeClaimBack(ctx context.Context, o Origin, c WithdrawClaim) (claim, released journal.Result, err error) {
	if err = domain.Together(mayID("claim", &c.Claim), mayID("agreement", &c.Agreement)); err != nil {
		return claim, released, err
	}
	stream := domain.Stream("refundclaim", c.Claim)
	known, err := journal.Load(ctx, l.Log, stream, refund.Decider())
	if err != nil {
		return claim, released, err
	}
	if l.done(o, known.Keys) || o.settled {
		claim, err = journal.ExecuteAt(ctx, l.Log, stream, nil, onlyDone(o, refund.Decider()), refund.Command(refund.Withdraw{}), l.meta(o), l.former(o)...)
		if err == nil {
			released, err = l.releaseVoid(ctx, o, c.Agreement, c.Claim)
		}
		return claim, released, err
	}
	a, err := l.amending(ctx, o, c, func(a amending) bool { return a.listed.To == "" && a.listed.Next.Claim == "" })
	if err != nil {
		return claim, released, err
	}
	switch from := a.last.From.Agreement; {
	case from != "" && a.claim.State.Pending(a.last.Reserved):
		return l.withdrawMove(ctx, o, c, a)
	case !a.claim.State.Void(a.last.Reserved):
		return l.amend(ctx, o, c, a, agreement.AmendClaim{Claim: c.Claim})
	case !a.claim.State.Exists(): // it is withdrawn
		claim, err = l.withdraw(ctx, o, c, a.last)
	}
	if err == nil {
		released, err = l.releaseVoid(ctx, o, c.Agreement, c.Claim)
	}
	if err == nil && released.Events == 0 && a.claim.State.Exists() { // it is another agreement's by now
		err = agreement.ErrNoClaim.With("%s", c.Claim)
	}
	return claim, released, err
}

// withdrawMove gives up that a claim of another agreement is moved to this one, unless that
// one has agreed: then it is completed, and the claim is withdrawn here.
func (l *Ledger) withdrawMove(ctx context.Context, o Origin, c WithdrawClaim, a amending) (claim, released journal.Result, err error) {
	left := c
	left.Agreement = a.last.From.Agreement
	was, err := l.amending(ctx, o, left, func(amending) bool { return false })
	switch {
	case err != nil:
		return claim, released, err
	case !was.claim.State.Pending(a.last.Reserved):
		return claim, released, domain.ErrOvertaken.With("claim %s", c.Claim)
	}
	if claim, err = l.withdraw(ctx, o, c, a.last); err == nil {
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
	cmd, err := l.back(ctx, c, of, 0)
	if err != nil {
		return journal.Result{}, err
	}
	return journal.ExecuteAt(ctx, l.Log, domain.Stream("refundclaim", c.Claim), o.Expected, veiled(o, c, refund.Decider()), refund.Command(cmd), l.meta(o), l.former(o)...)
}
