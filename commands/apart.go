package commands

import (
	"context"
	"errors"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/domain/setting"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
)

// ErrOwnClaim refuses that somebody says which payment is for a claim that they asked for.
var ErrOwnClaim = domain.Refusal(domain.CodeRule, "whoever asks for a refund does not match its payment").At("claim")

// apart holds whoever asks for a refund from matching its payment: it gives the reason that a match of
// theirs is recorded with, and the revision of the claim that this holds at. It goes by accounts: of
// who has none nobody knows who they are. A claim that has money is not asked for anew (see
// amendClaim), so that nobody comes to have asked for what they matched.
func (l *Ledger) apart(ctx context.Context, o Origin, c MatchLine) (reason string, at *int64, err error) {
	if o.Account == "" {
		return c.Reason, nil, nil
	}
	names, err := l.names(ctx, o)
	if err != nil {
		return "", nil, err
	}
	own := false
	claim, err := journal.LoadEach(ctx, l.Log, domain.Stream("refundclaim", c.Claim), refund.Decider(), func(r *journal.Recorded) {
		if _, asks := r.Event.(refund.Submitted); asks && names[r.Meta.Actor] {
			own = true
		}
	})
	if err != nil || !own {
		return c.Reason, &claim.Revision, err
	}
	is, err := journal.Load(ctx, l.Log, setting.Stream(setting.OneAccountant), setting.Decider())
	if err != nil {
		return "", nil, err
	}
	if value, _ := is.State.On(domain.DateOf(l.Now().In(l.Zone))); value != setting.Allowed {
		return "", nil, ErrOwnClaim.With("%s", c.Claim)
	}
	return statement.ReasonByClaimant, &claim.Revision, nil
}

// matchAttempts bounds how often a claim is asked anew whose stream somebody else wrote to.
const matchAttempts = 3

// receive has a claim take the money of a line, for as long as whoever matches it may.
func (l *Ledger) receive(ctx context.Context, o Origin, c MatchLine, receive refund.Receive) (r journal.Result, err error) {
	for range matchAttempts {
		if receive.Reason, o.Expected, err = l.apart(ctx, o, c); err != nil {
			return r, err
		}
		r, err = execute(ctx, l, domain.Stream("refundclaim", c.Claim), refund.Decider(), refund.Command(receive), o)
		if o.Expected == nil || !errors.Is(err, journal.ErrConflict) {
			return r, err
		}
	}
	return r, err
}
