package contract

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/listing"
)

// Command is what can be asked of a contract.
type Command interface{ contract() }

// Draft records terms before they are signed.
type Draft struct {
	Terms Terms
	On    domain.Date
}

// Sign records a signed contract, corrects its terms, or takes it back. Checked are the
// entries of its list under which nothing was found to stand.
type Sign struct {
	Terms Terms
	domain.Amend
	Checked listing.Checked
}

// List asks something of the contract's list of what stands on it, or of what it stands on.
// What is entered names who the contract is with and under what, as it was decided on:
// where that is not so any more it is to be decided anew.
type List struct {
	listing.Command
	Of Parties
}

// Parties are whom or what the records under a contract name with it; an empty one they do
// not name.
type Parties struct{ Participant, Programme, Agreement string }

// of says whether a contract is of these.
func (p Parties) of(t Terms) bool {
	same := func(named, is string) bool { return named == "" || named == is }
	return same(p.Participant, t.Participant) && same(p.Programme, t.Programme) && same(p.Agreement, t.Agreement)
}

// Change names the day and reason of a change in a contract's life.
type Change struct {
	On     domain.Date
	Reason domain.Sealed
}

func (c Change) change() Change { return c }

// Amend changes terms from a day on; zero fields stay.
type Amend struct {
	Change
	To        domain.Date
	Weekly    domain.Minutes
	Rate      domain.HourlyRate
	Assistant string
}

// Suspend lets the contract rest from a day on.
type Suspend struct {
	Change
	Until domain.Date
}

// Resume ends a suspension.
type Resume struct{ Change }

// RecordBreach records that a party did not keep to the contract.
type RecordBreach struct{ Change }

// Terminate ends the contract early.
type Terminate struct{ Change }

// Complete closes a contract that was carried out.
type Complete struct{ Change }

func (Draft) contract()        {}
func (Sign) contract()         {}
func (List) contract()         {}
func (Amend) contract()        {}
func (Suspend) contract()      {}
func (Resume) contract()       {}
func (RecordBreach) contract() {}
func (Terminate) contract()    {}
func (Complete) contract()     {}

// Refusals.
var (
	ErrUnknown      = domain.Refusal(domain.CodeNotFound, "no such contract is recorded").At("contract")
	ErrKind         = domain.Refusal(domain.CodeInvalid, "no such kind of contract").At("kind")
	ErrPeriod       = domain.Refusal(domain.CodeInvalid, "the contract ends before it starts").At("to")
	ErrNegative     = domain.Refusal(domain.CodeInvalid, "hours or rate are negative")
	ErrNoAgreement  = domain.Refusal(domain.CodeInvalid, "a referral needs an agreement (porozumienie)").At("agreement")
	ErrNotSigned    = domain.Refusal(domain.CodeRule, "the contract is not signed").At("number")
	ErrEnded        = domain.Refusal(domain.CodeRule, "the contract has ended").At("on")
	ErrSuspended    = domain.Refusal(domain.CodeRule, "the contract is suspended already").At("on")
	ErrNotSuspended = domain.Refusal(domain.CodeRule, "the contract is not suspended").At("on")
	ErrBeforeStart  = domain.Refusal(domain.CodeInvalid, "the change lies before the contract's first day").At("on")
	ErrNoDay        = domain.Refusal(domain.CodeInvalid, "the change has no day").At("on")
)

// Decider of contracts.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: Evolve,
		Events: slices.Concat(domain.Types(Drafted{}, Signed{}, Amended{}, Suspended{}, Resumed{}, Breached{}, Terminated{}, Completed{}, TermsCorrected{},
			Withdrawn{}, ChangeWithdrawn{}), listing.Types(), listing.Closing())}
}

func decide(s State, c Command) ([]domain.Event, error) {
	switch c := c.(type) {
	case Draft:
		return draft(s, c)
	case Sign:
		return sign(s, c)
	case List:
		if s.Exists() && !c.Of.of(s.First) {
			return nil, domain.ErrOvertaken.With("contract %s", s.First.Contract)
		}
		return s.List.Decide(c.Command, ErrUnknown.Unless(s.Exists()), s.Stands)
	}
	switch s.stage {
	case "":
		return nil, ErrUnknown
	case StatusDrafted:
		return nil, ErrNotSigned
	}
	if c, ok := c.(AmendChange); ok {
		return amendChange(s, c)
	}
	event, err := change(s, c)
	if err != nil {
		return nil, err
	}
	if rest, open := s.closes(event); open {
		return []domain.Event{rest, event}, nil
	}
	// Recorded already, and nothing that is true since took its effect away: an annex
	// that another of its day replaced is a new one.
	if slices.Contains(s.changes, event) && s.sameLife(Evolve(s, event)) {
		return nil, nil
	}
	if err := s.allow(event); err != nil {
		return nil, err
	}
	return []domain.Event{event}, nil
}

func draft(s State, c Draft) ([]domain.Event, error) {
	if err := check(c.Terms); err != nil {
		return nil, err
	}
	if s.stage == "" {
		return []domain.Event{Drafted{c.Terms, c.On}}, nil
	}
	if s.stage == StatusDrafted && s.Terms == c.Terms {
		return nil, nil
	}
	return nil, domain.ErrDiffers.At(domain.Differing(s.Terms, c.Terms)).With("contract %s", c.Terms.Contract)
}

func check(t Terms) error {
	switch t.Kind {
	case Social, Tripartite, Independence:
	case Referral:
		if t.Agreement == "" {
			return ErrNoAgreement
		}
	default:
		return ErrKind
	}
	if t.To < t.From {
		return ErrPeriod
	}
	return checkFigures(t.Weekly, t.Rate)
}

func checkFigures(weekly domain.Minutes, rate domain.HourlyRate) error {
	switch {
	case weekly < 0:
		return ErrNegative.At("weeklyMinutes")
	case rate < 0:
		return ErrNegative.At("rateGrosze")
	}
	return domain.Together(domain.At("weeklyMinutes", weekly.Check()), domain.At("rateGrosze", domain.CheckRate(rate)))
}

// life is what every change of the contract carries.
func (s State) life(c Change) Life {
	return Life{Contract: s.Terms.Contract, Participant: s.Terms.Participant, Programme: s.Terms.Programme, Agreement: s.Terms.Agreement, On: c.On, Reason: c.Reason}
}

// change makes the event that a command asks for.
func change(s State, c Command) (domain.Event, error) {
	of, ok := c.(interface{ change() Change })
	if !ok {
		return nil, domain.UnknownCommand(c)
	}
	l := s.life(of.change())
	switch {
	case l.On == 0:
		return nil, ErrNoDay
	case l.On < s.Terms.From:
		return nil, ErrBeforeStart.With("%s", l.On)
	}
	switch c := c.(type) {
	case Amend:
		if c.To != 0 && c.To < s.Terms.From {
			return nil, ErrPeriod
		}
		return Amended{l, c.To, c.Weekly, c.Rate, c.Assistant}, checkFigures(c.Weekly, c.Rate)
	case Suspend:
		if c.Until != 0 && c.Until < c.On {
			return nil, ErrPeriod.At("until")
		}
		return Suspended{l, c.Until}, nil
	case Resume:
		return Resumed{l}, nil
	case RecordBreach:
		return Breached{l}, nil
	case Terminate:
		return Terminated{l}, nil
	case Complete:
		return Completed{l}, nil
	}
	return nil, domain.UnknownCommand(c)
}

// Changed says whether a change of the same kind and day is recorded, for whatever
// reason.
func (s State) Changed(c Command) bool {
	event, err := change(s, c)
	return err == nil && slices.ContainsFunc(s.changes, func(e domain.Event) bool {
		return e.EventType() == event.EventType() && e.OccurredOn() == event.OccurredOn()
	})
}
