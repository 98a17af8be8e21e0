package commands

import (
	"context"
	"errors"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
)

// MatchLine says that a booked line of a statement pays a claim.
type MatchLine struct {
	Statement string `json:"statement"`
	Line      int    `json:"line"`
	Claim     string `json:"claim"`
	Reason    string `json:"reason,omitempty" enum:"number-in-title,by-hand," doc:"Why it is this claim; by-hand if empty"`
}

// MatchLine carries the command out. The statement takes the match first, so
// that no line pays two claims; then the claim takes the money. If the claim
// will not, the match is undone; cut short between, the same command completes
// it.
func (l *Ledger) MatchLine(ctx context.Context, o Origin, c MatchLine) (journal.Result, error) {
	if err := ids(&c.Statement, &c.Claim); err != nil {
		l.count(err)
		return journal.Result{}, err
	}
	if c.Reason == "" {
		c.Reason = "by-hand"
	}
	if _, err := l.claim(ctx, c.Claim); err != nil {
		l.count(err)
		return journal.Result{}, err
	}
	stream := domain.Stream("statement", c.Statement)
	first, err := carry(ctx, l, o, c, stream, statement.Decider(), statement.Command(statement.Match{Line: c.Line, Claim: c.Claim, Reason: c.Reason}))
	if err != nil {
		return first, err
	}
	s, err := journal.Load(ctx, l.Log, stream, statement.Decider())
	if err != nil {
		return first, err
	}
	line, ok := s.State.Line(c.Line)
	if !ok {
		return first, statement.ErrNoLine
	}
	o.Expected = nil
	r, err := execute(ctx, l, domain.Stream("refundclaim", c.Claim), refund.Decider(), refund.Command(refund.Receive{
		On: line.Date, Statement: c.Statement, Line: c.Line, Amount: line.Amount, Reason: c.Reason}), o)
	var refusal *domain.Error
	if errors.As(err, &refusal) {
		o.Key = ""
		if _, undo := execute(ctx, l, stream, statement.Decider(), statement.Command(statement.Unmatch{Line: c.Line, Reason: "claim-refused"}), o); undo != nil {
			return r, errors.Join(err, undo)
		}
	}
	return followed(first, r), err
}
