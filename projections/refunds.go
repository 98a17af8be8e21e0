package projections

import (
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/erasure"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// RefundClaim is one claim with its amounts as they stand and, for asOf, the
// dated facts that led to them in the order of recording.
type RefundClaim struct {
	refund.About
	Submitted domain.Date   `json:"submitted"`
	Computed  domain.Grosze `json:"computed"`
	Given     bool          `json:"given"`
	Corrects  string        `json:"corrects"`
	Totals    refund.Totals `json:"totals"`
	Facts     []RefundFact  `json:"facts"`
}

// FactKind is a kind of RefundFact.
type FactKind string

// The kinds of facts of a claim.
const (
	FactSubmitted  FactKind = "submitted"
	FactAccepted   FactKind = "accepted"
	FactReturned   FactKind = "returned"
	FactReclaimed  FactKind = "reclaimed"
	FactReceived   FactKind = "received"
	FactWrittenOff FactKind = "written-off"
)

// RefundFact is one event of a claim; Statement, Line and Reason belong to
// money received.
type RefundFact struct {
	Kind      FactKind         `json:"kind"`
	On        domain.Date      `json:"on"`
	Amount    domain.Grosze    `json:"amount"`
	All       bool             `json:"all"` // that was paid is asked back
	Statement string           `json:"statement"`
	Line      int              `json:"line"`
	Reason    string           `json:"reason"` // a code
	Event     journal.Position `json:"event"`  // position
}

// event is the fact as refund.Totals reads it.
func (f RefundFact) event() (domain.Event, error) {
	switch f.Kind {
	case FactSubmitted:
		return refund.Submitted{Claimed: f.Amount}, nil
	case FactAccepted:
		return refund.Accepted{On: f.On, Amount: f.Amount}, nil
	case FactReturned:
		return refund.Returned{On: f.On}, nil
	case FactReclaimed:
		return refund.Reclaimed{Amount: f.Amount, All: f.All}, nil
	case FactReceived:
		return refund.Received{Amount: f.Amount}, nil
	case FactWrittenOff:
		return refund.WrittenOff{}, nil
	}
	return nil, fmt.Errorf("a claim's row holds a fact %q", f.Kind)
}

// AsOf are the claim's totals by a day, inclusive; 0 is as they stand.
func (c RefundClaim) AsOf(asOf domain.Date) (refund.Totals, error) {
	if asOf == 0 {
		return c.Totals, nil
	}
	return c.total(asOf)
}

func (c RefundClaim) total(asOf domain.Date) (t refund.Totals, err error) {
	for _, f := range c.Facts {
		if asOf != 0 && f.On > asOf {
			continue
		}
		e, err := f.event()
		if err != nil {
			return refund.Totals{}, err
		}
		t = t.Add(e)
	}
	return t, nil
}

// BankLine is one booked line of a bank statement.
type BankLine struct {
	Statement string           `json:"statement"`
	Line      int              `json:"line"`
	Date      domain.Date      `json:"date"`
	Amount    domain.Grosze    `json:"amount"`
	Title     domain.Sealed    `json:"title"`
	Claim     string           `json:"claim"`  // that it is matched to
	Paid      []BankPayment    `json:"paid"`   // the claims that have its money: one, but for what two servers and a loss of power leave
	Undone    bool             `json:"undone"` // somebody undid a match of it
	Event     journal.Position `json:"event"`
}

// BankPayment is that a claim has the money of a line.
type BankPayment struct {
	Claim     string           `json:"claim"`
	Agreement string           `json:"agreement"`
	On        domain.Date      `json:"on"`
	Amount    domain.Grosze    `json:"amount"`
	Event     journal.Position `json:"event"`
}

func (p BankPayment) of(claim string) bool { return p.Claim == claim }

// Settled says that the claim which the line is matched to has its money.
func (l BankLine) Settled() bool {
	return l.Claim != "" && slices.ContainsFunc(l.Paid, func(p BankPayment) bool { return p.of(l.Claim) })
}

// RefundClaims holds a part an agreement and a field a claim.
func RefundClaims() fold.Table[RefundClaim] { return fold.Table[RefundClaim]{Name: "claims"} }

// BankLines holds a part a statement and a field a line.
func BankLines() fold.Table[BankLine] { return fold.Table[BankLine]{Name: "lines"} }

// BankStatement says how much of a statement is recorded: a long one comes in several
// appends, and one that was cut short is no statement yet.
type BankStatement struct {
	Lines  int `json:"lines"`  // that it was said to have
	Booked int `json:"booked"` // the last of them that is there
}

// Whole says whether the statement is recorded to its end.
func (s BankStatement) Whole() bool { return s.Booked >= s.Lines }

// BankStatements holds a part and a row a statement.
func BankStatements() fold.Table[BankStatement] { return fold.Table[BankStatement]{Name: "statements"} }

// StatementField is the field of the only row of a part of BankStatements.
const StatementField = "of"

// UnmatchedLines are the BankLines that no claim has the money of, a part a month of
// booking; those with a Claim were cut short between the statement and the claim. A
// booking of 0.00 pays nothing. A match carries the date of the booking, so that asOf
// cuts both alike.
func UnmatchedLines() fold.Table[BankLine] { return fold.Table[BankLine]{Name: "unmatched"} }

// Refunds folds claims and bank statements.
func Refunds() Projection {
	return Projection{Name: "refunds", Version: 11, Retroactive: erases, Keys: refundKeys, Fold: foldRefunds, Second: differenceStage(),
		Want: oneOf(agreement.ClaimAnswered{}, refund.Submitted{}, refund.Accepted{}, refund.Returned{}, refund.Reclaimed{}, refund.Received{},
			refund.ReceiptUndone{}, refund.WrittenOff{}, refund.Withdrawn{}, refund.DecisionWithdrawn{}, refund.WriteOffWithdrawn{}, agreement.AnswerWithdrawn{}, statement.Received{}, statement.LineBooked{}, statement.LineMatched{}, statement.MatchUndone{},
			erasure.Ordered{})}
}

// LineField is the field of a line in BankLines.
func LineField(n int) string { return fmt.Sprintf("%06d", n) }

func refundKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	line := func(statement string, n int) fold.Key { return BankLines().Key(domain.Escape(statement), LineField(n)) }
	whole := func(statement string) fold.Key { return BankStatements().Key(domain.Escape(statement), StatementField) }
	claim := func(a refund.About) fold.Key {
		return RefundClaims().Key(domain.Escape(a.Agreement), domain.Escape(a.Claim))
	}
	switch e := r.Event.(type) {
	case statement.Received:
		return append(keys, whole(e.Statement))
	case statement.LineBooked:
		return append(keys, whole(e.Statement), erasedKey(statementRef(e.Statement)))
	case erasure.Ordered:
		return erasedLineKeys(keys, e)
	case statement.LineMatched:
		return append(keys, line(e.Statement, e.Line))
	case statement.MatchUndone:
		return append(keys, line(e.Statement, e.Line))
	case refund.Received:
		return append(keys, claim(e.About), line(e.Statement, e.Line))
	case refund.ReceiptUndone:
		return append(keys, claim(e.About), line(e.Statement, e.Line))
	}
	if a, ok := claimAbout(r); ok {
		return append(keys, claim(a))
	}
	return keys
}

// refundFact is the fact of a claim that an event tells; one without a kind is none.
func refundFact(r *journal.Recorded) RefundFact {
	f := RefundFact{On: r.OccurredOn(), Event: r.Position}
	switch e := r.Event.(type) {
	case refund.Submitted:
		f.Kind, f.Amount = FactSubmitted, e.Claimed
	case refund.Accepted:
		f.Kind, f.Amount = FactAccepted, e.Amount
	case refund.Returned:
		f.Kind = FactReturned
	case agreement.ClaimAnswered:
		if e.Outcome == refund.OutcomeReturned {
			// Its contract-months are free from here on, and nothing is owed for them.
			f.Kind = FactReturned
		}
	case refund.Reclaimed:
		f.Kind, f.Amount, f.All = FactReclaimed, e.Amount, e.All
	case refund.Received:
		f.Kind, f.Amount, f.Statement, f.Line, f.Reason = FactReceived, e.Amount, e.Statement, e.Line, e.Reason
	case refund.WrittenOff:
		f.Kind = FactWrittenOff
	}
	return f
}

func foldRefunds(tx *fold.Tx, r *journal.Recorded) error {
	switch e := r.Event.(type) {
	case statement.Received:
		BankStatements().Get(tx, domain.Escape(e.Statement), StatementField).Lines = e.Lines
	case statement.LineBooked:
		BankStatements().Get(tx, domain.Escape(e.Statement), StatementField).Booked = e.Line
		line := BankLine{Statement: e.Statement, Line: e.Line, Date: e.Date, Amount: e.Amount, Event: r.Position,
			Title: kept(tx, statementRef(e.Statement), e.Title)}
		BankLines().Put(tx, domain.Escape(e.Statement), LineField(e.Line), line)
		unmatched(tx, line)
	case statement.LineMatched:
		change(tx, e.Statement, e.Line, func(l *BankLine) { l.Claim = e.Claim })
	case statement.MatchUndone:
		change(tx, e.Statement, e.Line, func(l *BankLine) { l.Claim, l.Undone = "", l.Undone || e.ByPerson() })
	case erasure.Ordered:
		eraseLines(tx, e, r)
	case refund.Received:
		change(tx, e.Statement, e.Line, func(l *BankLine) {
			if !slices.ContainsFunc(l.Paid, func(p BankPayment) bool { return p.of(e.Claim) }) {
				l.Paid = append(l.Paid, BankPayment{e.Claim, e.Agreement, r.OccurredOn(), e.Amount, r.Position})
			}
		})
		return foldClaim(tx, r)
	case refund.ReceiptUndone:
		change(tx, e.Statement, e.Line, func(l *BankLine) {
			l.Paid = without(l.Paid, func(p BankPayment) bool { return p.of(e.Claim) })
			l.Undone = true
		})
		c := RefundClaims().Get(tx, domain.Escape(e.Agreement), domain.Escape(e.Claim))
		c.Facts = without(c.Facts, func(f RefundFact) bool {
			return f.Kind == FactReceived && f.Statement == e.Statement && f.Line == e.Line
		})
		return c.add()
	case refund.Withdrawn, refund.DecisionWithdrawn, refund.WriteOffWithdrawn, agreement.AnswerWithdrawn:
		return unfoldClaim(tx, r)
	default:
		return foldClaim(tx, r)
	}
	return nil
}

// unfoldClaim takes a fact of a claim away, or the claim.
func unfoldClaim(tx *fold.Tx, r *journal.Recorded) error {
	a, _ := claimAbout(r)
	part, field := domain.Escape(a.Agreement), domain.Escape(a.Claim)
	var gone FactKind
	switch e := r.Event.(type) {
	case refund.Withdrawn:
		RefundClaims().Delete(tx, part, field)
		return nil
	case refund.DecisionWithdrawn:
		gone = map[refund.Outcome]FactKind{refund.OutcomeAccepted: FactAccepted, refund.OutcomePartial: FactAccepted,
			refund.OutcomeReturned: FactReturned, refund.OutcomeReclaimed: FactReclaimed}[e.Outcome]
	case agreement.AnswerWithdrawn:
		if e.Outcome != refund.OutcomeReturned {
			return nil // told by the claim's own stream
		}
		gone = FactReturned
	case refund.WriteOffWithdrawn:
		gone = FactWrittenOff
	}
	c := RefundClaims().Change(tx, part, field)
	if c == nil {
		return nil
	}
	c.Facts = without(c.Facts, func(f RefundFact) bool { return f.Kind == gone && f.On == r.OccurredOn() })
	return c.add()
}

// add works the totals out from the facts, which are few.
func (c *RefundClaim) add() (err error) {
	c.Totals, err = c.total(0)
	return err
}

// change changes a booked line, of a statement that is recorded at all, and whether it
// stands among the unmatched.
func change(tx *fold.Tx, statement string, n int, how func(*BankLine)) {
	if _, booked := BankLines().Peek(tx, domain.Escape(statement), LineField(n)); !booked {
		return
	}
	line := BankLines().Get(tx, domain.Escape(statement), LineField(n))
	how(line)
	unmatched(tx, *line)
}

func unmatched(tx *fold.Tx, l BankLine) {
	if l.Amount == 0 || l.Settled() {
		UnmatchedLines().Delete(tx, l.Date.Month().String(), unmatchedField(l))
		return
	}
	UnmatchedLines().Put(tx, l.Date.Month().String(), unmatchedField(l), l)
}

func foldClaim(tx *fold.Tx, r *journal.Recorded) error {
	a, _ := claimAbout(r)
	f := refundFact(r)
	if _, answer := r.Event.(agreement.ClaimAnswered); answer {
		// Other answers the claim's own stream tells; and a claim may have been withdrawn meanwhile.
		if _, filed := RefundClaims().Peek(tx, domain.Escape(a.Agreement), domain.Escape(a.Claim)); f.Kind == "" || !filed {
			return nil
		}
	}
	if f.Kind == "" {
		return unfolded(r)
	}
	c := RefundClaims().Get(tx, domain.Escape(a.Agreement), domain.Escape(a.Claim))
	c.About = a
	if s, ok := r.Event.(refund.Submitted); ok {
		c.Submitted, c.Computed, c.Given, c.Corrects = s.On, s.Computed, s.Given, s.Corrects
	}
	if f.Kind == FactReturned && slices.ContainsFunc(c.Facts, func(had RefundFact) bool { return had.Kind == f.Kind && had.On == f.On }) {
		return nil // two streams tell it
	}
	c.Facts = append(c.Facts, f)
	return c.add()
}

func unmatchedField(l BankLine) string { return domain.Escape(l.Statement) + "-" + LineField(l.Line) }

func statementRef(id string) domain.Ref { return domain.Ref{Kind: domain.RefStatement, ID: id} }

func erasedLineKeys(keys []fold.Key, e erasure.Ordered) []fold.Key {
	if e.Kind != domain.RefStatement {
		return keys
	}
	keys = append(keys, erasedKey(e.Of()))
	for _, f := range e.Facts {
		keys = append(keys, BankLines().Key(domain.Escape(e.Subject), LineField(f.Line)),
			UnmatchedLines().Key(f.Day.Month().String(), unmatchedField(BankLine{Statement: e.Subject, Line: f.Line})))
	}
	return keys
}

// eraseLines takes the titles out of a statement's lines; what was booked stays.
func eraseLines(tx *fold.Tx, e erasure.Ordered, r *journal.Recorded) {
	if e.Kind != domain.RefStatement {
		return
	}
	erase(tx, e.Of(), r)
	for _, f := range e.Facts {
		if line := BankLines().Change(tx, domain.Escape(e.Subject), LineField(f.Line)); line != nil {
			line.Title = ""
		}
		if line := UnmatchedLines().Change(tx, f.Day.Month().String(), unmatchedField(BankLine{Statement: e.Subject, Line: f.Line})); line != nil {
			line.Title = ""
		}
	}
}
