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
	Why      *domain.Error // ErrDayOff, ErrSickLeave, ErrExcused or ErrNotRegistered
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
	Reason  domain.Sealed // the labour office's
	// Amend replaces or takes back what is recorded of the day; then an Outcome need not
	// be named where one alone is.
	Amend domain.Amend
	// Told: the claim's agreement has taken the answer, or given it up, so that the claim
	// does too, whatever came in between. A demand of the same day, which the agreement
	// knows nothing of, stands beside it.
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

// WriteOff gives up what is outstanding, or takes that back.
type WriteOff struct {
	On     domain.Date
	Reason domain.Sealed
	// Wordless: the claim's key is destroyed, so that no reason can be given.
	Wordless bool
	Withdraw bool
}

func (Submit) refund()         {}
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
	// ErrNotRegistered: the labour office returns a claim for hours of somebody who was no
	// longer registered as unemployed.
	ErrNotRegistered = domain.Refusal(domain.CodeRule, "hours of somebody who is recorded as no longer unemployed cannot be claimed: correct the status or the day, or state the amount that was claimed").At("month")
	ErrSickLeave     = domain.Refusal(domain.CodeRule, "hours on sick leave cannot be claimed: correct the day, or state the amount that was claimed").At("month")
	ErrNotReady      = domain.Refusal(domain.CodeRule, "nothing can be claimed of the month").At("month")
	ErrNothing       = domain.Refusal(domain.CodeRule, "nothing is outstanding").At("claim")
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
	restored   bool                 // it was taken back that the claim was written off
	facts      []domain.Event       // that Totals come of, in the order of recording
	gone       map[domain.Date]bool // days whose answers were withdrawn
	withdrawn  map[string]Withdrawn // the latest by agreement
	released   map[string]AmendmentReleased
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
		answers = append(answers, Answer{on, outcomeOf(s.decisions[on])})
	}
	return answers
}

// Withdrawals are the latest times that a claim of the number was taken back, one an
// agreement.
func (s State) Withdrawals() []Withdrawn { return slices.Collect(maps.Values(s.withdrawn)) }

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
		Events: domain.Types(Submitted{}, Accepted{}, Returned{}, Reclaimed{}, Received{}, ReceiptUndone{}, WrittenOff{}, Withdrawn{},
			DecisionWithdrawn{}, WriteOffWithdrawn{}, AmendmentReleased{})}
}

func decide(s State, c Command) ([]domain.Event, error) {
	switch c := c.(type) {
	case Submit:
		return submit(s, c)
	case Withdraw:
		return s.withdraw(c)
	case Resubmit:
		return s.resubmit(c)
	case Release:
		return s.release(c), nil
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
	case c.Withdraw && !s.WrittenOff && s.restored:
		return nil, nil
	case c.Withdraw && !s.WrittenOff:
		return nil, domain.ErrNothingToWithdraw.With("claim %s", s.Claim.Claim)
	case c.Withdraw && (c.Reason != "" || c.Wordless):
		return []domain.Event{WriteOffWithdrawn{s.Claim.About, s.writtenOff.On, c.Reason}}, nil
	case c.Reason == "" && !c.Wordless:
		return nil, domain.ErrNoReason
	case s.WrittenOff && s.writtenOff == e:
		return nil, nil
	case s.WrittenOff:
		field := "reason"
		if s.writtenOff.On != c.On {
			field = "date"
		}
		return nil, domain.ErrDiffers.At(field).With("claim %s was written off on %s", s.Claim.Claim, s.writtenOff.On)
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

// named is what stands on the claim, if anything does.
func (s State) named() domain.Thing {
	for _, of := range []map[domain.Date]domain.Event{s.decisions, s.demands} {
		for _, on := range slices.Sorted(maps.Keys(of)) {
			return domain.Thing{Noun: domain.AnAnswer, On: on}
		}
	}
	if line := s.booked(); line.Stands() || !s.WrittenOff {
		return line
	}
	return domain.Thing{Noun: domain.AWriteOff, On: s.writtenOff.On}
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
	was, e := s.answered(c), domain.Event(nil)
	if !c.Amend.Withdraw {
		var err error
		if e, err = c.event(about, s.Claimed); err != nil {
			return nil, err
		}
	}
	if _, demand := was.(Reclaimed); demand && c.Told && !c.Amend.Correct && !c.Amend.Withdraw {
		was = nil // it came in between, and stands beside the answer
	}
	c.Amend.Adds = c.Told
	step, err := c.Amend.Over(domain.StandingOf(was != nil, s.gone[c.On] || c.Told && c.Amend.Withdraw), was == e, "decision of "+c.On.String()+" on claim "+about.Claim)
	if err != nil || step == domain.Keep {
		return nil, domain.DiffersAt(differs(was, e), err)
	}
	var events []domain.Event
	after := s
	if step != domain.Enter {
		events = append(events, DecisionWithdrawn{about, c.On, outcomeOf(was), c.Amend.Reason})
		after = s.without(was)
	}
	if e != nil {
		if err := after.takes(e); err != nil {
			return nil, err
		}
		events = append(events, e)
		after.Totals = after.Add(e)
	}
	// Money that came, or went back, is evidence of what it came for.
	if len(events) > 0 && step != domain.Enter && !c.Told && (after.uncovered() > max(s.uncovered(), 0) || after.ToPayBack() < min(s.ToPayBack(), 0)) {
		return nil, s.booked().Refuse()
	}
	return events, nil
}

// differs is the first field in which one answer differs from another of the same day.
func differs(was, is domain.Event) string {
	if was == nil || is == nil || outcomeOf(was) != outcomeOf(is) {
		return "outcome"
	}
	field := domain.Differing(was, is)
	if field == "all" { // no amount was given
		return "amountGrosze"
	}
	return field
}

// booked names a line that the claim has the money of.
func (s State) booked() domain.Thing {
	for line := range s.received {
		return domain.Thing{Noun: domain.ALine, Name: fmt.Sprintf("%s, %d", line.statement, line.line)}
	}
	return domain.Thing{}
}

// answered is what is recorded of the day of a decision, nil where nothing is.
func (s State) answered(c RecordDecision) domain.Event {
	decided, demanded := s.decisions[c.On], s.demands[c.On]
	if decided == nil || demanded != nil && c.Outcome == OutcomeReclaimed {
		return demanded
	}
	return decided
}

// Answered is what the labour office said on the day of a decision, as far as is recorded;
// false where nothing is.
func (s State) Answered(c RecordDecision) (Outcome, bool) {
	was := s.answered(c)
	return outcomeOf(was), was != nil
}

// without is the claim without an answer.
func (s State) without(e domain.Event) State {
	s.Totals = Totals{}.Add(s.Claim)
	for _, f := range s.facts {
		if f != e {
			s.Totals = s.Totals.Add(f)
		}
	}
	return s
}

func outcomeOf(e domain.Event) Outcome {
	switch e := e.(type) {
	case Accepted:
		if e.Partial {
			return OutcomePartial
		}
		return OutcomeAccepted
	case Returned:
		return OutcomeReturned
	}
	return OutcomeReclaimed
}

// event is what a decision records.
func (c RecordDecision) event(about About, claimed domain.Grosze) (domain.Event, error) {
	switch c.Outcome {
	case OutcomeAccepted:
		return Accepted{About: about, On: c.On, Amount: or(c.Amount, claimed), Reason: c.Reason}, nil
	case OutcomePartial:
		if c.Amount == nil {
			return nil, ErrNoAmount
		}
		return Accepted{About: about, On: c.On, Amount: *c.Amount, Partial: true, Reason: c.Reason}, nil
	case OutcomeReturned:
		return Returned{about, c.On, c.Reason}, nil
	case OutcomeReclaimed:
		return Reclaimed{About: about, On: c.On, Amount: or(c.Amount, 0), All: c.Amount == nil, Reason: c.Reason}, nil
	}
	return nil, ErrOutcome
}

// takes refuses an answer that the claim can't have.
func (s State) takes(e domain.Event) error {
	if e.OccurredOn() < s.Claim.On {
		return ErrBeforeClaim
	}
	switch e := e.(type) {
	case Accepted:
		if e.Amount < 0 || e.Partial && e.Amount == 0 {
			return ErrAmount
		}
		if e.Amount > s.Claimed {
			return ErrOverClaim.With("%s of %s", e.Amount, s.Claimed)
		}
	case Reclaimed:
		if e.Amount <= 0 && !e.All {
			return ErrAmount
		}
		if asked, err := domain.Plus(s.Reclaimed, e.Amount); err != nil || asked > s.Claimed {
			return ErrOverClaim.With("%s after %s, of %s", e.Amount, s.Reclaimed, s.Claimed)
		}
	}
	return nil
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
	if s.decisions == nil {
		s.decisions, s.demands, s.gone = map[domain.Date]domain.Event{}, map[domain.Date]domain.Event{}, map[domain.Date]bool{}
		s.received, s.undone, s.withdrawn = map[booking]Received{}, map[booking]bool{}, map[string]Withdrawn{}
		s.released = map[string]AmendmentReleased{}
	}
	switch e := e.(type) {
	case AmendmentReleased:
		s.released[e.Agreement] = e
		return s
	case Withdrawn:
		s.withdrawn[e.Agreement] = e
		if s.Claim.Agreement == e.Agreement {
			s.Claim, s.Totals, s.facts = Submitted{}, Totals{}, nil
		}
		return s
	case DecisionWithdrawn:
		of := s.decisions
		if e.Outcome == OutcomeReclaimed {
			of = s.demands
		}
		return s.take(of[e.On], func() { delete(of, e.On); s.gone[e.On] = true })
	case WriteOffWithdrawn:
		off := s.writtenOff
		s.writtenOff, s.restored = WrittenOff{}, true
		return s.take(off, func() {})
	case Submitted:
		s.Claim = e
		s.Totals = s.Totals.Add(e) // its shares make it no fact that could be compared
		return s
	case Accepted:
		s.decisions[e.On] = e
	case Returned:
		s.decisions[e.On] = e
	case Reclaimed:
		s.demands[e.On] = e
	case Received:
		s.received[booking{e.Statement, e.Line}] = e
	case ReceiptUndone:
		delete(s.received, booking{e.Statement, e.Line})
		s.undone[booking{e.Statement, e.Line}] = true
	case WrittenOff:
		s.writtenOff = e
	}
	s.Totals, s.facts = s.Totals.Add(e), append(slices.Clip(s.facts), e)
	return s
}

// take takes a fact away.
func (s State) take(fact domain.Event, also func()) State {
	s = s.without(fact)
	s.facts = slices.DeleteFunc(slices.Clone(s.facts), func(f domain.Event) bool { return f == fact })
	also()
	return s
}
