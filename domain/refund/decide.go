package refund

import (
	"fmt"
	"maps"
	"slices"

	"ksiega/domain"
)

// Command is what can be asked of a claim.
type Command interface{ refund() }

// Submit records a claim in the figures that were drawn up and reserved in its
// agreement: see Draw.
type Submit struct{ Claim Submitted }

// Block is one day of a share that the labour office would return the claim for
// (zwrot wniosku). What was recorded stays recorded, the claim is what it blocks.
type Block struct {
	Contract string
	Date     domain.Date
	Why      *domain.Error // ErrDayOff, ErrSickLeave or ErrExcused
	Note     string        // the name of the day off
}

// Outcome is what the labour office decided.
type Outcome string

// The outcomes of a decision.
const (
	OutcomeAccepted  Outcome = "przyjety"
	OutcomePartial   Outcome = "czesciowo"
	OutcomeReturned  Outcome = "zwrocony"
	OutcomeReclaimed Outcome = "zwrot"
)

// RecordDecision records the labour office's answer. Amount nil means the whole
// claim (accepted) or all that was paid (reclaimed). A demand for money back may be
// known before the transfers it is about: statements come later than letters.
type RecordDecision struct {
	On      domain.Date
	Outcome Outcome
	Amount  *domain.Grosze
	Reason  domain.Sealed
	// Told: the claim's agreement has taken the answer. A demand of the same day that
	// came in between, which the agreement knows nothing of, stands beside it.
	Told bool
}

// Receive records a booked statement line as (part of) the refund. An automatic one
// gives way to a person who undid it.
type Receive struct {
	On        domain.Date
	Statement string
	Line      int
	Amount    domain.Grosze
	Reason    string
	Automatic bool
}

// UndoReceipt says that a line did not pay the claim.
type UndoReceipt struct {
	Statement string
	Line      int
	Reason    domain.Sealed
}

// WriteOff gives up what is outstanding.
type WriteOff struct {
	On     domain.Date
	Reason domain.Sealed
	// Wordless: the claim's key is destroyed, so that no reason can be given.
	Wordless bool
}

// Withdraw takes a claim back that was reserved and never submitted.
type Withdraw struct {
	About
	On      domain.Date // on which it was to be submitted
	Attempt int         // which of its agreement's reservations
	Reason  domain.Sealed
	// Wordless: the claim's key is destroyed, so that no reason can be given.
	Wordless bool
}

func (Submit) refund()         {}
func (Withdraw) refund()       {}
func (RecordDecision) refund() {}
func (Receive) refund()        {}
func (UndoReceipt) refund()    {}
func (WriteOff) refund()       {}

// Refusals.
var (
	ErrUnknown     = domain.Refusal(domain.CodeNotFound, "no such refund claim is recorded").At("claim")
	ErrAmount      = domain.Refusal(domain.CodeInvalid, "the amount must be more than zero").At("amountGrosze")
	ErrNoAmount    = domain.Refusal(domain.CodeInvalid, "a partial acceptance needs its amount").At("amountGrosze")
	ErrOutcome     = domain.Refusal(domain.CodeInvalid, "no such outcome of a decision").At("outcome")
	ErrOverClaim   = domain.Refusal(domain.CodeRule, "more than was claimed").At("amountGrosze")
	ErrOverPaid    = domain.Refusal(domain.CodeRule, "more than is outstanding").At("line")
	ErrOverBack    = domain.Refusal(domain.CodeRule, "more than is to be paid back").At("line")
	ErrUndone      = domain.Refusal(domain.CodeRule, "somebody undid that the line pays the claim; only a person takes it again").At("line")
	ErrPaidBack    = domain.Refusal(domain.CodeRule, "more would be paid back than was received; undo the transfer back first").At("line")
	ErrBeforeClaim = domain.Refusal(domain.CodeInvalid, "earlier than the claim was submitted").At("date")
	ErrSelf        = domain.Refusal(domain.CodeInvalid, "a claim cannot correct itself").At("corrects")
	ErrDayOff      = domain.Refusal(domain.CodeRule, "hours on a day off work cannot be claimed: correct the day, or state the amount that was claimed").At("month")
	ErrExcused     = domain.Refusal(domain.CodeRule, "hours on a day on which another referral has the person excused are claimed by somebody who may see why: let them submit the claim, or state the amount that was claimed").At("month")
	ErrSickLeave   = domain.Refusal(domain.CodeRule, "hours on sick leave cannot be claimed: correct the day, or state the amount that was claimed").At("month")
	ErrNotReady    = domain.Refusal(domain.CodeRule, "nothing can be claimed of the month").At("month")
	ErrSubmitted   = domain.Refusal(domain.CodeRule, "the claim was submitted: it ends with the labour office's answer").At("claim")
	ErrNothing     = domain.Refusal(domain.CodeRule, "nothing is outstanding").At("claim")
)

// State is a claim as its stream tells it.
type State struct {
	Claim Submitted
	Totals
	decisions  map[domain.Date]domain.Event // accepted or returned
	demands    map[domain.Date]domain.Event // for money back
	received   map[booking]Received
	undone     map[booking]bool
	writtenOff WrittenOff
	withdrawn  map[string]Withdrawn // the latest by agreement
}

// booking is a line of a bank statement.
type booking struct {
	statement string
	line      int
}

// Answers are the labour office's answers, in the order of their days, without its
// demands for money back, which decide nothing.
func (s State) Answers() []Answer {
	answers := make([]Answer, 0, len(s.decisions))
	for _, on := range slices.Sorted(maps.Keys(s.decisions)) {
		a := Answer{On: on}
		switch e := s.decisions[on].(type) {
		case Accepted:
			if a.Outcome = OutcomeAccepted; e.Partial {
				a.Outcome = OutcomePartial
			}
		case Returned:
			a.Outcome = OutcomeReturned
		}
		answers = append(answers, a)
	}
	return answers
}

// Reserved is a reservation of a claim in an agreement's stream.
type Reserved struct {
	About
	Attempt int // which of the claim's, from 1
}

// Void says whether a reservation of the claim can't be completed any more: it was
// withdrawn, or its number is another claim's.
func (s State) Void(r Reserved) bool {
	if s.Exists() {
		return s.Claim.About != r.About
	}
	return s.withdrawn[r.Agreement].Attempt >= r.Attempt
}

// Exists says whether the claim was submitted.
func (s State) Exists() bool { return s.Claim.Claim != "" }

// Why nothing can be claimed of one contract; the reasons of ErrNotReady.
var (
	ErrNoHours     = domain.Refusal(domain.CodeRule, "the contract has no hours")
	ErrUnpaid      = domain.Refusal(domain.CodeRule, "the contract is not paid in full")
	ErrUncountable = domain.Refusal(domain.CodeRule, "the contract comes to more than can be counted")
	ErrNoRefund    = domain.Refusal(domain.CodeRule, "the contract has no refund")
	ErrTaken       = domain.Refusal(domain.CodeRule, "the contract is claimed already")
	ErrCutShort    = domain.Refusal(domain.CodeRule, "the contract is reserved for a claim that was cut short: send that again as it was, or withdraw it")
)

// Decider of refund claims. Evolve changes the maps of the state it is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: domain.Types(Submitted{}, Accepted{}, Returned{}, Reclaimed{}, Received{}, ReceiptUndone{}, WrittenOff{}, Withdrawn{})}
}

func decide(s State, c Command) ([]domain.Event, error) {
	switch c := c.(type) {
	case Submit:
		return submit(s, c)
	case Withdraw:
		return s.withdraw(c)
	}
	if !s.Exists() {
		return nil, ErrUnknown
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	switch c := c.(type) {
	case RecordDecision:
		return s.decision(c)
	case Receive:
		return s.receive(c)
	case UndoReceipt:
		return s.undo(c)
	case WriteOff:
		return s.writeOff(c)
	}
	return nil, domain.UnknownCommand(c)
}

func (s State) writeOff(c WriteOff) ([]domain.Event, error) {
	e := WrittenOff{s.Claim.About, c.On, c.Reason}
	switch {
	case c.Reason == "" && !c.Wordless:
		return nil, domain.ErrNoReason
	case s.WrittenOff && s.writtenOff == e:
		return nil, nil
	case s.WrittenOff:
		return nil, domain.ErrDiffers.With("claim %s was written off on %s", s.Claim.Claim, s.writtenOff.On)
	case s.Outstanding() <= 0:
		return nil, ErrNothing
	case c.On < s.Claim.On:
		return nil, ErrBeforeClaim
	}
	return []domain.Event{e}, nil
}

func submit(s State, c Submit) ([]domain.Event, error) {
	if !s.Exists() {
		return []domain.Event{c.Claim}, nil
	}
	var amount *domain.Grosze
	if c.Claim.Given {
		amount = &c.Claim.Claimed
	}
	return nil, s.Claim.AskedAs(c.Claim, amount)
}

func (s State) withdraw(c Withdraw) ([]domain.Event, error) {
	e := Withdrawn{c.About, c.On, c.Attempt, c.Reason}
	was := s.withdrawn[c.Agreement]
	switch {
	case c.Reason == "" && !c.Wordless:
		return nil, domain.ErrNoReason
	case s.Exists():
		return nil, ErrSubmitted
	case was == e:
		return nil, nil
	case was.Attempt >= c.Attempt:
		return nil, domain.ErrDiffers.With("withdrawal of claim %s", c.Claim)
	}
	return []domain.Event{e}, nil
}

// blocked names the first day and how many more there are.
func blocked(all []Block) error {
	first, also, more := all[0], "", len(all)-1
	if first.Note != "" {
		also = ", " + first.Note
	}
	if more > 0 {
		also += fmt.Sprintf(" (and %d more)", more)
	}
	refusal := first.Why.With("contract %s on %s%s", first.Contract, first.Date, also)
	refusal.Args = []any{first.Contract, first.Date, first.Note, more}
	return refusal
}

func (s State) decision(c RecordDecision) ([]domain.Event, error) {
	about := s.Claim.About
	var e domain.Event
	switch c.Outcome {
	case OutcomeAccepted:
		e = Accepted{About: about, On: c.On, Amount: or(c.Amount, s.Claimed), Reason: c.Reason}
	case OutcomePartial:
		if c.Amount == nil {
			return nil, ErrNoAmount
		}
		e = Accepted{About: about, On: c.On, Amount: *c.Amount, Partial: true, Reason: c.Reason}
	case OutcomeReturned:
		e = Returned{about, c.On, c.Reason}
	case OutcomeReclaimed:
		e = Reclaimed{About: about, On: c.On, Amount: or(c.Amount, 0), All: c.Amount == nil, Reason: c.Reason}
	default:
		return nil, ErrOutcome
	}
	decided, demanded := s.decisions[c.On], s.demands[c.On]
	switch {
	case decided == e, demanded == e:
		return nil, nil
	case decided != nil, demanded != nil && !c.Told:
		return nil, domain.ErrDiffers.At("date").With("decision of %s on claim %s", c.On, about.Claim)
	}
	if c.On < s.Claim.On {
		return nil, ErrBeforeClaim
	}
	switch e := e.(type) {
	case Accepted:
		if e.Amount < 0 || e.Partial && e.Amount == 0 {
			return nil, ErrAmount
		}
		if e.Amount > s.Claimed {
			return nil, ErrOverClaim.With("%s of %s", e.Amount, s.Claimed)
		}
	case Reclaimed:
		if e.Amount <= 0 && !e.All {
			return nil, ErrAmount
		}
		if asked, err := domain.Plus(s.Reclaimed, e.Amount); err != nil || asked > s.Claimed {
			return nil, ErrOverClaim.With("%s after %s, of %s", e.Amount, s.Reclaimed, s.Claimed)
		}
	}
	return []domain.Event{e}, nil
}

func or(given *domain.Grosze, otherwise domain.Grosze) domain.Grosze {
	if given != nil {
		return *given
	}
	return otherwise
}

func (s State) receive(c Receive) ([]domain.Event, error) {
	from := booking{c.Statement, c.Line}
	if was, ok := s.received[from]; ok {
		if was.Amount != c.Amount {
			return nil, domain.ErrDiffers.With("statement %s, line %d", c.Statement, c.Line)
		}
		return nil, nil
	}
	switch {
	case c.Automatic && s.undone[from]:
		return nil, ErrUndone
	case c.Amount == 0:
		return nil, ErrAmount
	case c.Amount > 0 && c.Amount > s.Takes():
		return nil, ErrOverPaid.With("%s of %s", c.Amount, s.Takes())
	case c.Amount < 0 && -c.Amount > s.ToPayBack():
		return nil, ErrOverBack.With("%s of %s", -c.Amount, s.ToPayBack())
	}
	return []domain.Event{Received{s.Claim.About, c.On, c.Statement, c.Line, c.Amount, c.Reason}}, nil
}

func (s State) undo(c UndoReceipt) ([]domain.Event, error) {
	was, ok := s.received[booking{c.Statement, c.Line}]
	if !ok {
		return nil, nil
	}
	e := ReceiptUndone{s.Claim.About, was.On, c.Statement, c.Line, was.Amount, c.Reason}
	if s.Add(e).ToPayBack() < min(s.ToPayBack(), 0) {
		return nil, ErrPaidBack
	}
	return []domain.Event{e}, nil
}

func evolve(s State, e domain.Event) State {
	s.Totals = s.Totals.Add(e)
	switch e := e.(type) {
	case Submitted:
		s.Claim = e
	case Accepted:
		s.decided(e.On, e)
	case Returned:
		s.decided(e.On, e)
	case Reclaimed:
		if s.demands == nil {
			s.demands = map[domain.Date]domain.Event{}
		}
		s.demands[e.On] = e
	case Received:
		if s.received == nil {
			s.received = map[booking]Received{}
		}
		s.received[booking{e.Statement, e.Line}] = e
	case ReceiptUndone:
		delete(s.received, booking{e.Statement, e.Line})
		if s.undone == nil {
			s.undone = map[booking]bool{}
		}
		s.undone[booking{e.Statement, e.Line}] = true
	case WrittenOff:
		s.writtenOff = e
	case Withdrawn:
		if s.withdrawn == nil {
			s.withdrawn = map[string]Withdrawn{}
		}
		s.withdrawn[e.Agreement] = e
	}
	return s
}

func (s *State) decided(on domain.Date, e domain.Event) {
	if s.decisions == nil {
		s.decisions = map[domain.Date]domain.Event{}
	}
	s.decisions[on] = e
}
