package commands

import (
	"cmp"
	"context"
	"errors"

	"ksiega/domain"
	"ksiega/domain/access"
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

// UnmatchLine says that a booked line does not pay the claim it is matched to. That the
// claim is named keeps it from undoing what somebody else has matched since.
type UnmatchLine struct {
	Statement string `json:"statement"`
	Line      int    `json:"line"`
	Claim     string `json:"claim" doc:"The claim that it does not pay; another one's match stays"`
	Reason    string `json:"reason"`
}

func (MatchLine) Operation() access.Operation { return "match-line" }

func (c MatchLine) open() any { return c }

func (c *MatchLine) formColumns() []column {
	return []column{
		idColumn("wyciag", "statement", &c.Statement, "numer wyciągu").key(),
		countColumn("linia", "line", &c.Line, "numer linii wyciągu").key(),
		idColumn("wniosek", "claim", &c.Claim, "wniosek, za który to wpłata"),
	}
}

func (UnmatchLine) Operation() access.Operation { return "unmatch-line" }

func (c UnmatchLine) open() any {
	return UnmatchLine{Statement: c.Statement, Line: c.Line, Claim: c.Claim}
}

func (c *UnmatchLine) formColumns() []column {
	return []column{
		idColumn("wyciag", "statement", &c.Statement, "numer wyciągu").key(),
		countColumn("linia", "line", &c.Line, "numer linii wyciągu").key(),
		idColumn("wniosek", "claim", &c.Claim, "wniosek, za który to nie jest wpłata"),
		textColumn("powod", "reason", &c.Reason, "powód cofnięcia").sealed(),
	}
}

// MatchLine carries the command out. Both streams are asked before either is
// written, so that a refused try leaves nothing in either. The statement then takes
// the match first, so that no line pays two claims, and the claim takes the money; cut
// short between, the same command completes it. Where another server came between, what
// one stream took and the other would not is undone.
func (l *Ledger) MatchLine(ctx context.Context, o Origin, c MatchLine) (journal.Result, error) {
	o, err := l.allowed(ctx, o, c)
	if err != nil {
		return journal.Result{}, err
	}
	if err := domain.Together(mayID("statement", &c.Statement), mayID("claim", &c.Claim)); err != nil {
		return journal.Result{}, err
	}
	if c.Reason == "" {
		c.Reason = statement.ReasonByHand
	}
	l.Matching.Lock()
	defer l.Matching.Unlock()
	stream := domain.Stream("statement", c.Statement)
	s, err := journal.Load(ctx, l.Log, stream, statement.Decider())
	if err != nil {
		return journal.Result{}, err
	}
	if l.done(o, s.Keys) && s.State.Claim(c.Line) != c.Claim { // somebody undid it since
		return journal.Result{Position: s.Position, Revision: s.Revision}, nil
	}
	if c.Reason, _, err = l.apart(ctx, o, c); err != nil {
		return journal.Result{}, err
	}
	match := matchOf(o, c)
	receive, err := l.tryMatch(ctx, s.State, c, match)
	if err != nil {
		return journal.Result{}, err
	}
	first, err := carry(ctx, l, o, c, stream, statement.Decider(), statement.Command(match))
	if err != nil {
		return first, err
	}
	o.Expected = nil
	r, err := l.receive(ctx, o, c, receive)
	o.Key = ""
	var refusal *domain.Error
	// Somebody faster is no refusal: the same command completes the match.
	if errors.As(err, &refusal) && refusal.Code != domain.CodeConflict && first.Events > 0 {
		undo := statement.Unmatch{Line: c.Line, Claim: c.Claim, Reason: statement.ReasonClaimRefused}
		_, undone := execute(ctx, l, stream, statement.Decider(), statement.Command(undo), o)
		return r, errors.Join(err, undone)
	}
	if err != nil {
		return r, err
	}
	return followed(first, r), l.stillMatched(ctx, stream, o, c)
}

// tryMatch asks statement and claim whether they would take a match, and gives what the
// claim is to receive.
func (l *Ledger) tryMatch(ctx context.Context, s statement.State, c MatchLine, match statement.Match) (refund.Receive, error) {
	claim, err := l.claim(ctx, c.Claim)
	if err != nil {
		return refund.Receive{}, err
	}
	return receiving(s, claim, c, match)
}

// receiving is what a claim receives of a match, if both statement and claim take it.
func receiving(s statement.State, claim refund.State, c MatchLine, match statement.Match) (refund.Receive, error) {
	if _, err := statement.Decider().Decide(s, match); err != nil {
		return refund.Receive{}, err
	}
	line, _ := s.Line(c.Line)
	receive := refund.Receive{On: line.Date, Statement: c.Statement, Line: c.Line, Amount: line.Amount, Reason: c.Reason, Automatic: match.Automatic}
	_, err := refund.Decider().Decide(claim, receive)
	return receive, err
}

// stillMatched gives the money back where a match was undone before the claim had it.
func (l *Ledger) stillMatched(ctx context.Context, stream string, o Origin, matches ...MatchLine) error {
	s, err := journal.Load(ctx, l.Log, stream, statement.Decider())
	if err != nil {
		return err
	}
	var undone error
	for _, c := range matches {
		if s.State.Claim(c.Line) == c.Claim {
			continue
		}
		undone = statement.ErrUndone
		_, err := execute(ctx, l, domain.Stream("refundclaim", c.Claim), refund.Decider(), refund.Command(refund.UndoReceipt{Statement: c.Statement, Line: c.Line}), o)
		if err != nil {
			return errors.Join(undone, err)
		}
	}
	return undone
}

// UnmatchLine carries the command out. The claim gives the money back first, so that
// it never counts for two claims; then the statement's line is free. Cut short
// between, the same command completes it, and the automat leaves the line alone. Where
// another server matched the line again in between, that is undone too.
func (l *Ledger) UnmatchLine(ctx context.Context, o Origin, c UnmatchLine) (journal.Result, error) {
	o, err := l.allowed(ctx, o, c)
	if err != nil {
		return journal.Result{}, err
	}
	if err := domain.Together(mayID("statement", &c.Statement), mayID("claim", &c.Claim)); err != nil {
		return journal.Result{}, err
	}
	if c.Claim == "" {
		return journal.Result{}, domain.ErrNoID.At("claim")
	}
	l.Matching.Lock()
	defer l.Matching.Unlock()
	stream := domain.Stream("statement", c.Statement)
	s, err := journal.Load(ctx, l.Log, stream, statement.Decider())
	if err != nil {
		return journal.Result{}, err
	}
	if l.done(o, s.Keys) { // the match that stands now is another
		return journal.Result{Position: s.Position, Revision: s.Revision}, nil
	}
	line, ok := s.State.Line(c.Line)
	switch {
	case !s.State.Exists():
		return journal.Result{}, statement.ErrUnknown
	case !ok:
		return journal.Result{}, statement.ErrNoLine
	case o.Expected != nil && *o.Expected != s.Revision:
		return journal.Result{}, journal.ErrConflict.With("%s is at revision %d, not %d", stream, s.Revision, *o.Expected)
	}
	if domain.Blank(c.Reason) { // which can't be given where the claim's key is destroyed
		if erased, err := l.Vault.Erased(ctx, domain.Ref{Kind: domain.RefClaim, ID: c.Claim}.Subject()); err != nil || !erased {
			return journal.Result{}, cmp.Or(err, error(domain.ErrNoReason))
		}
		c.Reason = ""
	}
	o.Expected = nil
	claim := s.State.Claim(c.Line)
	back, done, err := l.giveBack(ctx, o, c, line, claim == c.Claim)
	switch {
	case err != nil:
		return back, err
	case claim != c.Claim && claim != "" && back.Events == 0 && !done:
		return journal.Result{}, domain.ErrDiffers.At("claim").With("statement %s, line %d, claim", c.Statement, c.Line)
	case claim != c.Claim, done:
		return followed(journal.Result{Position: s.Position, Revision: s.Revision}, back), nil
	}
	freed, err := execute(ctx, l, stream, onlyDone(o, statement.Decider()), statement.Command(statement.Unmatch{Line: c.Line, Claim: claim, Reason: statement.ReasonByHand}), o)
	if err != nil {
		return followed(freed, back), err
	}
	o.Key = ""
	err = l.stillMatched(ctx, stream, o, MatchLine{Statement: c.Statement, Line: c.Line, Claim: c.Claim})
	if errors.Is(err, statement.ErrUndone) {
		err = nil // as was asked
	}
	return followed(freed, back), err
}

// giveBack has a claim give the money of a line back, where it has it: also of a line
// that is not matched to it, as may be left where another server matched meanwhile and
// lost its power. It is done where the claim gave it back under the request's key and the
// line is not matched to it any more, or is anew.
func (l *Ledger) giveBack(ctx context.Context, o Origin, c UnmatchLine, line statement.LineBooked, matched bool) (back journal.Result, done bool, err error) {
	stream := domain.Stream("refundclaim", c.Claim)
	s, err := journal.Load(ctx, l.Log, stream, refund.Decider())
	if err != nil || !s.State.Exists() {
		return back, false, err
	}
	undo := refund.UndoReceipt{Statement: c.Statement, Line: c.Line}
	events, err := refund.Decider().Decide(s.State, undo)
	if err != nil {
		return back, false, err
	}
	if l.done(o, s.Keys) {
		return journal.Result{Position: s.Position, Revision: s.Revision}, len(events) > 0 || !matched, nil
	}
	if len(events) == 0 {
		return back, false, nil
	}
	seals := l.sealer(ctx)
	if undo.Reason = seals.text(refund.SealOf(c.Claim, line.Date, "reason"), c.Reason); seals.err != nil {
		return back, false, seals.err
	}
	back, err = execute(ctx, l, stream, onlyDone(o, refund.Decider()), refund.Command(undo), o)
	return back, false, err
}
