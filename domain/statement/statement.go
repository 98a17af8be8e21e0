// Package statement decides about bank statements: what the bank booked, and
// which booked line is (part of) which refund.
//
// One stream `statement-<id>` is one statement, recorded whole and only if its
// balances add up; the same statement with more lines is taken in again, its new
// lines beside those there are. A line is matched to a claim at most once; the claim's own
// stream then takes the money. What people wrote into a transfer is sealed.
package statement

import (
	"cmp"

	"ksiega/domain"
)

// MaxLines bounds one statement, for its reader and here; a larger one is no
// statement. With twelve digits each no sum of them overflows.
const MaxLines = 50_000

// Received says that a statement was taken in, or again with more lines.
type Received struct {
	Statement string        `json:"statement"`
	Account   string        `json:"account"` // of the centre
	Number    string        `json:"number"`  // as the bank numbers it
	From      domain.Date   `json:"from"`
	To        domain.Date   `json:"to"`
	Opening   domain.Grosze `json:"openingGrosze"`
	Closing   domain.Grosze `json:"closingGrosze"`
	Lines     int           `json:"lines"`
}

// LineBooked is one booking of a statement; a negative amount went out.
type LineBooked struct {
	Statement    string        `json:"statement"`
	Line         int           `json:"line"`
	Date         domain.Date   `json:"date"`
	Amount       domain.Grosze `json:"amountGrosze"`
	Title        domain.Sealed `json:"title,omitzero"`
	Counterparty domain.Sealed `json:"counterparty,omitzero"`
	Account      domain.Sealed `json:"counterpartyAccount,omitzero"`
}

// LineMatched says that a line is (part of) a claim's refund.
type LineMatched struct {
	Statement string        `json:"statement"`
	Line      int           `json:"line"`
	Claim     string        `json:"claim"`
	Date      domain.Date   `json:"date"` // of the booking
	Amount    domain.Grosze `json:"amountGrosze"`
	Reason    string        `json:"reason"` // a code, never free text
}

// MatchUndone says that a match was wrong or its claim would not take it.
type MatchUndone struct {
	Statement string      `json:"statement"`
	Line      int         `json:"line"`
	Claim     string      `json:"claim"`
	Date      domain.Date `json:"date"`
	Reason    string      `json:"reason"`
}

// EventType is for ever.
func (Received) EventType() string { return "statement.received.v1" }

// EventType is for ever.
func (LineBooked) EventType() string { return "statement.line-booked.v1" }

// EventType is for ever.
func (LineMatched) EventType() string { return "statement.line-matched.v1" }

// EventType is for ever.
func (MatchUndone) EventType() string { return "statement.match-undone.v1" }

// SealOf is how a text of a line is sealed: by the statement's own key.
func SealOf(statement string, line int, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefStatement, ID: statement}, Field: field, Scope: domain.Scope{Line: line}}
}

// Reseal covers what people wrote into the transfer.
func (e LineBooked) Reseal(by domain.Resealer) domain.Event {
	e.Title = by.Text(SealOf(e.Statement, e.Line, "title"), e.Title)
	e.Counterparty = by.Text(SealOf(e.Statement, e.Line, "counterparty"), e.Counterparty)
	e.Account = by.Text(SealOf(e.Statement, e.Line, "counterpartyAccount"), e.Account)
	return e
}

// OccurredOn is the day of the closing balance.
func (e Received) OccurredOn() domain.Date { return e.To }

// OccurredOn is the booking date.
func (e LineBooked) OccurredOn() domain.Date { return e.Date }

// OccurredOn is the booking date.
func (e LineMatched) OccurredOn() domain.Date { return e.Date }

// OccurredOn is the booking date.
func (e MatchUndone) OccurredOn() domain.Date { return e.Date }

// Refs names the statement.
func (e Received) Refs() []domain.Ref { return refs(e.Statement, "") }

// Refs names the statement.
func (e LineBooked) Refs() []domain.Ref { return refs(e.Statement, "") }

// Refs names statement and claim.
func (e LineMatched) Refs() []domain.Ref { return refs(e.Statement, e.Claim) }

// Refs names statement and claim.
func (e MatchUndone) Refs() []domain.Ref { return refs(e.Statement, e.Claim) }

func refs(statement, claim string) []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefStatement, ID: statement}, domain.Ref{Kind: domain.RefClaim, ID: claim})
}

// Command is what can be asked of a statement.
type Command interface{ statement() }

// TakeIn records a whole statement.
type TakeIn struct {
	Header Received
	Lines  []LineBooked
}

// Match names the claim that a line pays.
type Match struct {
	Line   int
	Claim  string
	Reason string
}

// Unmatch takes a match back.
type Unmatch struct {
	Line   int
	Reason string
}

func (TakeIn) statement()  {}
func (Match) statement()   {}
func (Unmatch) statement() {}

// Refusals.
var (
	ErrUnknown = domain.Refusal(domain.CodeNotFound, "no such bank statement is recorded")
	ErrBalance = domain.Refusal(domain.CodeInvalid, "opening balance and lines do not come to the closing balance")
	ErrLines   = domain.Refusal(domain.CodeInvalid, "the lines of a statement are numbered from 1 and have an amount")
	ErrNoLine  = domain.Refusal(domain.CodeNotFound, "the statement has no such line")
	ErrMatched = domain.Refusal(domain.CodeRule, "the line is matched to another claim")
)

// State is a statement as its stream tells it.
type State struct {
	Header  Received
	Lines   []LineBooked
	matched map[int]string
}

// Exists says whether the statement was taken in.
func (s State) Exists() bool { return s.Header.Statement != "" }

// Line finds a booked line.
func (s State) Line(n int) (LineBooked, bool) {
	if n < 1 || n > len(s.Lines) {
		return LineBooked{}, false
	}
	return s.Lines[n-1], true
}

// Decider of bank statements.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: domain.Types(Received{}, LineBooked{}, LineMatched{}, MatchUndone{})}
}

func decide(s State, c Command) ([]domain.Event, error) {
	if c, ok := c.(TakeIn); ok {
		return takeIn(s, c)
	}
	if !s.Exists() {
		return nil, ErrUnknown
	}
	switch c := c.(type) {
	case Match:
		line, ok := s.Line(c.Line)
		switch {
		case !ok:
			return nil, ErrNoLine
		case s.matched[c.Line] == c.Claim:
			return nil, nil
		case s.matched[c.Line] != "":
			return nil, ErrMatched
		}
		return []domain.Event{LineMatched{line.Statement, c.Line, c.Claim, line.Date, line.Amount, c.Reason}}, nil
	case Unmatch:
		line, ok := s.Line(c.Line)
		switch {
		case !ok:
			return nil, ErrNoLine
		case s.matched[c.Line] == "":
			return nil, nil
		}
		return []domain.Event{MatchUndone{line.Statement, c.Line, s.matched[c.Line], line.Date, c.Reason}}, nil
	}
	return nil, domain.UnknownCommand(c)
}

func takeIn(s State, c TakeIn) ([]domain.Event, error) {
	if err := cmp.Or(c.Header.Opening.Check(), c.Header.Closing.Check()); err != nil {
		return nil, err
	}
	sum := c.Header.Opening
	for i, l := range c.Lines {
		if l.Line != i+1 || l.Amount == 0 {
			return nil, ErrLines
		}
		err := l.Amount.Check()
		if err == nil {
			sum, err = domain.Plus(sum, l.Amount)
		}
		if err != nil {
			return nil, err
		}
	}
	if sum != c.Header.Closing {
		return nil, ErrBalance.With("statement %s: they come to %s, not %s", c.Header.Number, sum, c.Header.Closing)
	}
	c.Header.Lines = len(c.Lines)
	if s.Exists() {
		if err := s.continuedBy(c); err != nil {
			return nil, err
		}
		if len(c.Lines) == len(s.Lines) {
			return nil, nil
		}
		c.Lines = c.Lines[len(s.Lines):]
	}
	events := make([]domain.Event, 0, len(c.Lines)+1)
	events = append(events, c.Header)
	for _, l := range c.Lines {
		events = append(events, l)
	}
	return events, nil
}

// continuedBy refuses a statement that is neither the recorded one nor the same
// one with more lines, as a bank exports it later in the day.
func (s State) continuedBy(c TakeIn) error {
	for i, l := range s.Lines {
		if i >= len(c.Lines) || c.Lines[i] != l {
			return domain.ErrDiffers.With("statement %s, line %d", c.Header.Number, l.Line)
		}
	}
	was, is := s.Header, c.Header
	if len(c.Lines) > len(s.Lines) {
		is.To, is.Closing, is.Lines = was.To, was.Closing, was.Lines
	}
	if was != is {
		return domain.ErrDiffers.With("statement %s", c.Header.Number)
	}
	return nil
}

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case Received:
		s.Header = e
	case LineBooked:
		s.Lines = append(s.Lines, e)
	case LineMatched:
		if s.matched == nil {
			s.matched = map[int]string{}
		}
		s.matched[e.Line] = e.Claim
	case MatchUndone:
		delete(s.matched, e.Line)
	}
	return s
}
