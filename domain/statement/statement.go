// Package statement decides about bank statements: what the bank booked, and
// which booked line is (part of) which refund.
//
// One stream `statement-<id>` is one statement, recorded only if its balances add
// up; the same statement with more lines is taken in again, its new lines beside
// those there are. A long one is recorded in several appends: until its last line is
// there it is not whole, nobody may match its lines, and taking it in again goes on
// where it was cut short. A line is matched to a claim at most once; the claim's own
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
	Reason    string      `json:"reason"` // a code; what a person says stands with the claim
}

// ByPerson says that somebody undid the match, and not its claim.
func (e MatchUndone) ByPerson() bool { return e.Reason != ReasonClaimRefused }

// Why a match was undone.
const (
	ReasonClaimRefused = "claim-refused"
	ReasonByHand       = "by-hand"
)

// ReasonByClaimant is why a line was matched by whoever asked for the refund, where the centre
// allows that, see setting.OneAccountant.
const ReasonByClaimant = "by-claimant"

// SealOf is how a text of a line is sealed: by the statement's own key.
func SealOf(statement string, line int, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefStatement, ID: statement}, Field: field, Scope: domain.Scope{Line: line}}
}

// Seal is SealOf: what people wrote into the transfer is sealed.
func (e LineBooked) Seal(field string) domain.Seal { return SealOf(e.Statement, e.Line, field) }

// Names of the events, for ever.
func (Received) EventType() string    { return "statement.received.v1" }
func (LineBooked) EventType() string  { return "statement.line-booked.v1" }
func (LineMatched) EventType() string { return "statement.line-matched.v1" }
func (MatchUndone) EventType() string { return "statement.match-undone.v1" }

// The day of the closing balance, or of the booking.
func (e Received) OccurredOn() domain.Date    { return e.To }
func (e LineBooked) OccurredOn() domain.Date  { return e.Date }
func (e LineMatched) OccurredOn() domain.Date { return e.Date }
func (e MatchUndone) OccurredOn() domain.Date { return e.Date }

// Statement and claim.
func (e Received) Refs() []domain.Ref    { return refs(e.Statement, "") }
func (e LineBooked) Refs() []domain.Ref  { return refs(e.Statement, "") }
func (e LineMatched) Refs() []domain.Ref { return refs(e.Statement, e.Claim) }
func (e MatchUndone) Refs() []domain.Ref { return refs(e.Statement, e.Claim) }

// Names is the statement.
func (e Received) Names() []domain.Name {
	return []domain.Name{{Field: "statement", ID: e.Statement, Stream: true}}
}

func refs(statement, claim string) []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefStatement, ID: statement}, domain.Ref{Kind: domain.RefClaim, ID: claim})
}

// Command is what can be asked of a statement.
type Command interface{ statement() }

// TakeIn records a statement, its lines up to one of them; 0 is all.
type TakeIn struct {
	Header Received
	Lines  []LineBooked
	Upto   int
	// Figures: the statement was recorded by a build that read texts otherwise, so
	// that only days and amounts of its lines say whether it is the same.
	Figures bool
}

// Match names the claim that a line pays. An automatic one gives way to a person who
// undid a match of the line.
type Match struct {
	Line      int
	Claim     string
	Reason    string
	Automatic bool
}

// Unmatch takes a match with a claim back.
type Unmatch struct {
	Line   int
	Claim  string
	Reason string
}

func (TakeIn) statement()  {}
func (Match) statement()   {}
func (Unmatch) statement() {}

// Refusals.
var (
	ErrUnknown = domain.Refusal(domain.CodeNotFound, "no such bank statement is recorded").At("statement")
	ErrBalance = domain.Refusal(domain.CodeInvalid, "opening balance and lines do not come to the closing balance")
	ErrLines   = domain.Refusal(domain.CodeInvalid, "the lines of a statement are numbered from 1")
	ErrLong    = domain.Refusal(domain.CodeInvalid, "a statement has at most 50,000 lines")
	ErrNoLine  = domain.Refusal(domain.CodeNotFound, "the statement has no such line").At("line")
	ErrMatched = domain.Refusal(domain.CodeRule, "the line is matched to another claim").At("line")
	ErrZero    = domain.Refusal(domain.CodeRule, "a booking of 0.00 pays nothing").At("line")
	ErrPart    = domain.Refusal(domain.CodeRule, "the statement is not recorded to its end; import its file again").At("statement")
	ErrUndone  = domain.Refusal(domain.CodeRule, "somebody undid a match of the line; only a person matches it again").At("line")
)

// State is a statement as its stream tells it.
type State struct {
	Header  Received
	Lines   []LineBooked
	matched map[int]string
	undone  map[int]bool // by a person
}

// Whole says whether every line is there that the statement was said to have.
func (s State) Whole() bool { return len(s.Lines) >= s.Header.Lines }

// Claim is what a line is matched to, "" for none.
func (s State) Claim(line int) string { return s.matched[line] }

// Exists says whether the statement was taken in.
func (s State) Exists() bool { return s.Header.Statement != "" }

// Line finds a booked line.
func (s State) Line(n int) (LineBooked, bool) {
	if n < 1 || n > len(s.Lines) {
		return LineBooked{}, false
	}
	return s.Lines[n-1], true
}

// Decider of bank statements. Evolve changes the maps of the state it is given.
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
		return s.match(c)
	case Unmatch:
		line, ok := s.Line(c.Line)
		switch {
		case !ok:
			return nil, ErrNoLine
		case s.matched[c.Line] == "":
			return nil, nil
		case s.matched[c.Line] != c.Claim:
			return nil, ErrMatched
		}
		return []domain.Event{MatchUndone{line.Statement, c.Line, c.Claim, line.Date, c.Reason}}, nil
	}
	return nil, domain.UnknownCommand(c)
}

func (s State) match(c Match) ([]domain.Event, error) {
	line, ok := s.Line(c.Line)
	switch {
	case !ok:
		return nil, ErrNoLine
	case s.matched[c.Line] == c.Claim:
		return nil, nil
	case s.matched[c.Line] != "":
		return nil, ErrMatched
	case line.Amount == 0:
		return nil, ErrZero
	case !s.Whole():
		return nil, ErrPart
	case c.Automatic && s.undone[c.Line]:
		return nil, ErrUndone
	}
	return []domain.Event{LineMatched{line.Statement, c.Line, c.Claim, line.Date, line.Amount, c.Reason}}, nil
}

func takeIn(s State, c TakeIn) ([]domain.Event, error) {
	if err := cmp.Or(c.Header.Opening.Check(), c.Header.Closing.Check()); err != nil {
		return nil, err
	}
	sum := c.Header.Opening
	for i, l := range c.Lines {
		if l.Line != i+1 {
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
	switch {
	case len(c.Lines) > MaxLines:
		return nil, ErrLong
	case sum != c.Header.Closing:
		return nil, ErrBalance.With("statement %s: they come to %s, not %s", c.Header.Number, sum, c.Header.Closing)
	}
	c.Header.Lines = len(c.Lines)
	var events []domain.Event
	if !s.Exists() || c.Header.Lines > s.Header.Lines {
		events = append(events, c.Header)
	}
	if s.Exists() {
		if err := s.continuedBy(c); err != nil {
			return nil, err
		}
	}
	upto := c.Upto
	if upto == 0 {
		upto = len(c.Lines)
	}
	for _, l := range c.Lines[min(len(s.Lines), upto):upto] {
		events = append(events, l)
	}
	return events, nil
}

// continuedBy refuses a statement that is neither the recorded one nor the same
// one with more lines, as a bank exports it later in the day.
func (s State) continuedBy(c TakeIn) error {
	for i, l := range s.Lines {
		if i >= len(c.Lines) || !l.Same(c.Lines[i], c.Figures) {
			return domain.ErrDiffers.With("statement %s, line %d", c.Header.Number, l.Line)
		}
	}
	was, is := s.Header, c.Header
	if is.Lines > was.Lines {
		is.To, is.Closing, is.Lines = was.To, was.Closing, was.Lines
	}
	if c.Figures {
		is.Account = was.Account // which may be written otherwise
	}
	if was != is {
		return domain.ErrDiffers.With("statement %s", c.Header.Number)
	}
	return nil
}

// Same says whether two lines are the same booking, or one in days and amounts.
func (e LineBooked) Same(other LineBooked, figures bool) bool {
	if figures {
		return e.Line == other.Line && e.Date == other.Date && e.Amount == other.Amount
	}
	return e == other
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
		if e.ByPerson() {
			if s.undone == nil {
				s.undone = map[int]bool{}
			}
			s.undone[e.Line] = true
		}
	}
	return s
}
