package contract

import (
	"slices"

	"ksiega/domain"
)

// Command is what can be asked of a contract.
type Command interface{ contract() }

// Draft records terms before they are signed.
type Draft struct {
	Terms Terms
	On    domain.Date
}

// Sign records a signed contract.
type Sign struct{ Terms Terms }

// Change names the day and reason of a change in a contract's life.
type Change struct {
	On     domain.Date
	Reason domain.Sealed
}

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
func (Amend) contract()        {}
func (Suspend) contract()      {}
func (Resume) contract()       {}
func (RecordBreach) contract() {}
func (Terminate) contract()    {}
func (Complete) contract()     {}

// Refusals.
var (
	ErrUnknown      = domain.Refusal(domain.CodeNotFound, "no such contract is recorded")
	ErrKind         = domain.Refusal(domain.CodeInvalid, "no such kind of contract")
	ErrPeriod       = domain.Refusal(domain.CodeInvalid, "the contract ends before it starts")
	ErrNegative     = domain.Refusal(domain.CodeInvalid, "hours or rate are negative")
	ErrNoAgreement  = domain.Refusal(domain.CodeInvalid, "a referral needs an agreement (porozumienie)")
	ErrNotSigned    = domain.Refusal(domain.CodeRule, "the contract is not signed")
	ErrEnded        = domain.Refusal(domain.CodeRule, "the contract has ended")
	ErrSuspended    = domain.Refusal(domain.CodeRule, "the contract is suspended already")
	ErrNotSuspended = domain.Refusal(domain.CodeRule, "the contract is not suspended")
	ErrBeforeStart  = domain.Refusal(domain.CodeInvalid, "the change lies before the contract's first day")
	ErrNoDay        = domain.Refusal(domain.CodeInvalid, "the change has no day")
)

// Status is where a contract stands.
type Status string

// The statuses of a contract.
const (
	StatusDrafted    Status = "drafted"
	StatusSigned     Status = "signed"
	StatusSuspended  Status = "suspended"
	StatusBreached   Status = "breached"
	StatusTerminated Status = "terminated"
	StatusCompleted  Status = "completed"
)

// Ended says whether nothing can follow.
func (s Status) Ended() bool { return s == StatusTerminated || s == StatusCompleted }

// State is a contract as its stream tells it; without a status there is none.
type State struct {
	Terms  Terms // with every amendment applied
	First  Terms // as signed
	Status Status
	// Suspensions lists when it rested; an open one has no Until.
	Suspensions []Span
	changes     []domain.Event
}

// Span is a stretch of days, both inclusive; a zero Until is open.
type Span struct {
	From  domain.Date `json:"from"`
	Until domain.Date `json:"until,omitzero"`
}

// Holds says whether a day lies in the span.
func (s Span) Holds(d domain.Date) bool { return d.Within(s.From, s.Until) }

// On is what binds on a day: the terms as signed with the amendments that took
// effect by then. The period is that of the whole life.
func (s State) On(day domain.Date) Terms {
	t := s.First
	for _, e := range s.changes {
		if a, ok := e.(Amended); ok && a.Life.On <= day {
			t = a.apply(t)
		}
	}
	t.From, t.To = s.Terms.From, s.Terms.To
	return t
}

// Rests says whether the contract is suspended on a day.
func (s State) Rests(day domain.Date) bool {
	return slices.ContainsFunc(s.Suspensions, func(p Span) bool { return p.Holds(day) })
}

// Exists says whether the contract was signed.
func (s State) Exists() bool { return s.Status != "" && s.Status != StatusDrafted }

// Decider of contracts.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: Evolve,
		Events: domain.Types(Drafted{}, Signed{}, Amended{}, Suspended{}, Resumed{}, Breached{}, Terminated{}, Completed{})}
}

func decide(s State, c Command) ([]domain.Event, error) {
	switch c := c.(type) {
	case Draft:
		return draft(s, c)
	case Sign:
		return sign(s, c.Terms)
	}
	if !s.Exists() {
		if s.Status == StatusDrafted {
			return nil, ErrNotSigned
		}
		return nil, ErrUnknown
	}
	event, err := change(s, c)
	if err != nil {
		return nil, err
	}
	if slices.Contains(s.changes, event) {
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
	if s.Status == "" {
		return []domain.Event{Drafted{c.Terms, c.On}}, nil
	}
	if s.Status == StatusDrafted && s.Terms == c.Terms {
		return nil, nil
	}
	return nil, domain.ErrDiffers.With("contract %s", c.Terms.Contract)
}

func sign(s State, t Terms) ([]domain.Event, error) {
	if err := check(t); err != nil {
		return nil, err
	}
	if !s.Exists() {
		return []domain.Event{Signed{t}}, nil
	}
	if field := differs(s.First, t); field != "" {
		return nil, domain.ErrDiffers.With("contract %s, %s", t.Contract, field)
	}
	return nil, nil
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
	if t.Weekly < 0 || t.Rate < 0 {
		return ErrNegative
	}
	return nil
}

func differs(a, b Terms) string {
	switch {
	case a.Kind != b.Kind:
		return "kind"
	case a.Programme != b.Programme:
		return "programme"
	case a.Participant != b.Participant:
		return "participant"
	case a.Assistant != b.Assistant:
		return "assistant"
	case a.Agreement != b.Agreement:
		return "agreement"
	case a.Concluded != b.Concluded:
		return "day of conclusion"
	case a.From != b.From || a.To != b.To:
		return "period"
	case a.Weekly != b.Weekly:
		return "weekly hours"
	case a.Rate != b.Rate:
		return "rate"
	case a.Place != b.Place:
		return "place"
	case a.Work != b.Work:
		return "kind of work"
	}
	return ""
}

// change makes the event that a command asks for.
func change(s State, c Command) (domain.Event, error) {
	life := func(c Change) (Life, error) {
		l := Life{Contract: s.Terms.Contract, Participant: s.Terms.Participant, Programme: s.Terms.Programme,
			Agreement: s.Terms.Agreement, On: c.On, Reason: c.Reason}
		switch {
		case c.On == 0:
			return l, ErrNoDay
		case c.On < s.Terms.From:
			return l, ErrBeforeStart.With("%s", c.On)
		}
		return l, nil
	}
	switch c := c.(type) {
	case Amend:
		if c.Weekly < 0 || c.Rate < 0 {
			return nil, ErrNegative
		}
		if c.To != 0 && c.To < s.Terms.From {
			return nil, ErrPeriod
		}
		l, err := life(c.Change)
		return Amended{l, c.To, c.Weekly, c.Rate, c.Assistant}, err
	case Suspend:
		if c.Until != 0 && c.Until < c.On {
			return nil, ErrPeriod
		}
		l, err := life(c.Change)
		return Suspended{l, c.Until}, err
	case Resume:
		l, err := life(c.Change)
		return Resumed{l}, err
	case RecordBreach:
		l, err := life(c.Change)
		return Breached{l}, err
	case Terminate:
		l, err := life(c.Change)
		return Terminated{l}, err
	case Complete:
		l, err := life(c.Change)
		return Completed{l}, err
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

// allow says whether an event may follow what happened so far.
func (s State) allow(e domain.Event) error {
	if s.Status.Ended() {
		return ErrEnded.With("%s", s.Status)
	}
	resting := s.Rests(e.OccurredOn())
	switch e.(type) {
	case Suspended:
		if resting {
			return ErrSuspended
		}
	case Resumed:
		if !resting {
			return ErrNotSuspended
		}
	}
	return nil
}

// Evolve folds one event of a contract's life.
func Evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case Drafted:
		s.Terms, s.First, s.Status = e.Terms, e.Terms, StatusDrafted
		return s
	case Signed:
		s.Terms, s.First, s.Status = e.Terms, e.Terms, StatusSigned
		return s
	case Amended:
		s.Terms = e.apply(s.Terms)
	case Suspended:
		s.Suspensions = append(slices.Clip(s.Suspensions), Span{e.On, e.Until})
		s.Status = StatusSuspended
	case Resumed:
		s.resume(e.On)
		s.Status = StatusSigned
	case Breached:
		s.Status = StatusBreached
	case Terminated:
		s.Status, s.Terms.To = StatusTerminated, min(s.Terms.To, e.On)
	case Completed:
		s.Status, s.Terms.To = StatusCompleted, min(s.Terms.To, e.On)
	default:
		return s
	}
	s.changes = append(slices.Clip(s.changes), e)
	return s
}

func (e Amended) apply(t Terms) Terms {
	if e.To != 0 {
		t.To = e.To
	}
	if e.Weekly != 0 {
		t.Weekly = e.Weekly
	}
	if e.Rate != 0 {
		t.Rate = e.Rate
	}
	if e.Assistant != "" {
		t.Assistant = e.Assistant
	}
	return t
}

func (s *State) resume(on domain.Date) {
	s.Suspensions = slices.Clone(s.Suspensions)
	for i, p := range s.Suspensions {
		if p.Holds(on) {
			s.Suspensions[i].Until = on - 1
		}
	}
}
