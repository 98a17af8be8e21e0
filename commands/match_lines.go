package commands

import (
	"context"
	"errors"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
)

// matchesAtOnce bounds what one reading of a statement serves, and how long others who
// match wait.
const matchesAtOnce = 2000

// MatchLines carries out matches of one statement, each as MatchLine does, and says how
// many were. What is refused is passed over. The statement is read as often as for one
// match, and so is each claim, since they may have many lines.
func (l *Ledger) MatchLines(ctx context.Context, o Origin, id string, matches []MatchLine) (matched int, err error) {
	if o, err = l.mayAsk(o, MatchLine{}.Operation()); err != nil {
		return 0, err
	}
	for some := range slices.Chunk(matches, matchesAtOnce) {
		n, err := l.matchSome(ctx, o, domain.Stream("statement", id), some)
		if matched += n; err != nil {
			return matched, err
		}
	}
	return matched, nil
}

// matchSome goes the way of MatchLine with all of them at every step: both streams are
// asked, the statement takes the matches, the claims take the money, and what one took
// and the other would not is undone. Cut short, the same matches complete it.
func (l *Ledger) matchSome(ctx context.Context, o Origin, stream string, matches []MatchLine) (matched int, err error) {
	l.Matching.Lock()
	defer l.Matching.Unlock()
	tried, receives, half, err := l.tryMatches(ctx, o, stream, matches)
	if err != nil {
		return 0, err
	}
	items := make([]journal.Item[statement.Command], len(tried))
	for i, c := range tried {
		items[i] = item(l, o, statement.Command(matchOf(o, c)))
	}
	outcomes, err := journal.ExecuteAll(ctx, l.Log, stream, statement.Decider(), items)
	if errors.Is(err, journal.ErrConflict) {
		return 0, nil // somebody else is at it; the automat comes again
	}
	if err != nil {
		return 0, err
	}
	of, order := map[string][]int{}, []string{}
	for i, c := range tried {
		if l.counted(o, outcomes[i].Refused) != nil {
			continue
		}
		if of[c.Claim] == nil {
			order = append(order, c.Claim)
		}
		of[c.Claim] = append(of[c.Claim], i)
	}
	var taken []MatchLine
	var back []journal.Item[statement.Command]
	freeing := func(c MatchLine) {
		back = append(back, item(l, o, statement.Command(statement.Unmatch{Line: c.Line, Claim: c.Claim, Reason: statement.ReasonClaimRefused})))
	}
	for _, c := range half {
		freeing(c)
	}
	for _, claim := range order {
		var receipts []journal.Item[refund.Command]
		for _, i := range of[claim] {
			receipts = append(receipts, item(l, o, refund.Command(receives[i])))
		}
		received, err := journal.ExecuteAll(ctx, l.Log, domain.Stream("refundclaim", claim), refund.Decider(), receipts)
		if errors.Is(err, journal.ErrConflict) {
			continue // as above
		}
		if err != nil {
			return len(taken), err
		}
		for k, i := range of[claim] {
			switch c := tried[i]; {
			case received[k].Refused == nil:
				taken = append(taken, c)
			case outcomes[i].Events > 0:
				_ = l.counted(o, received[k].Refused)
				freeing(c)
			}
		}
	}
	if len(back) > 0 {
		if _, err := journal.ExecuteAll(ctx, l.Log, stream, statement.Decider(), back); err != nil {
			return len(taken), err
		}
	}
	err = l.stillMatched(ctx, stream, o, taken...)
	var refusal *domain.Error
	if errors.As(err, &refusal) {
		err = nil // those are free again, as somebody wanted
	}
	return len(taken), err
}

// tryMatches gives those that both sides would take, one after another, and what the
// claims are to receive; half are those that the statement took and the claim does not.
func (l *Ledger) tryMatches(ctx context.Context, o Origin, stream string, matches []MatchLine) (tried []MatchLine, receives []refund.Receive, half []MatchLine, err error) {
	s, err := journal.Load(ctx, l.Log, stream, statement.Decider())
	if err != nil {
		return nil, nil, nil, err
	}
	claims, state := map[string]refund.State{}, s.State
	for _, c := range matches {
		claim, known := claims[c.Claim]
		if !known {
			claim, err = l.claim(ctx, c.Claim)
		}
		var receive refund.Receive
		if err == nil {
			receive, err = receiving(state, claim, c, matchOf(o, c))
		}
		var refusal *domain.Error
		if errors.As(err, &refusal) {
			_ = l.counted(o, err)
			if s.State.Claim(c.Line) == c.Claim {
				half = append(half, c)
			}
			err = nil
			continue
		}
		if err != nil {
			return nil, nil, nil, err
		}
		state = after(state, statement.Decider(), statement.Command(matchOf(o, c)))
		claims[c.Claim] = after(claim, refund.Decider(), refund.Command(receive))
		tried, receives = append(tried, c), append(receives, receive)
	}
	return tried, receives, half, nil
}

// after is a state after a command that it takes.
func after[S, C any](state S, d domain.Decider[S, C], cmd C) S {
	events, _ := d.Decide(state, cmd)
	for _, e := range events {
		state = d.Evolve(state, e)
	}
	return state
}

func matchOf(o Origin, c MatchLine) statement.Match {
	return statement.Match{Line: c.Line, Claim: c.Claim, Reason: c.Reason, Automatic: o.Door == access.Automatic}
}
