package contract

import (
	"cmp"
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/listing"
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

// State is a contract as its stream tells it. What its changes come to follows from
// their days and, of one day, from the order of recording: an annex that is entered
// late takes effect on its day like any other.
type State struct {
	First Terms // as signed
	Terms Terms // with every amendment applied
	// Suspensions lists when it rested; an open one has no Until.
	Suspensions []Period

	stage   Status   // StatusDrafted, StatusSigned, or "" where there is no contract
	changes []Change // ordered as above
	// goneChanges are changes that were withdrawn, and withdrawn the terms of a contract that was.
	goneChanges map[dated]bool
	withdrawn   Terms
	left        []string // agreements that it belonged to
	facts       facts
	// List is what stands on it, and what it was found not to stand on.
	List listing.State
	// Edition counts what changed its terms or its life.
	Edition int
}

// Period is a stretch of days, both inclusive; a zero Until is open.
type Period struct {
	From  domain.Date `json:"from"`
	Until domain.Date `json:"until,omitzero"`
}

// Contains says whether a day lies in the period.
func (s Period) Contains(d domain.Date) bool { return d.Within(s.From, s.Until) }

// Drafted says whether the contract was drawn up and never signed.
func (s State) Drafted() bool { return s.stage == StatusDrafted }

// Exists says whether the contract was signed.
func (s State) Exists() bool { return s.stage == StatusSigned }

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
	return slices.ContainsFunc(s.Suspensions, func(p Period) bool { return p.Contains(day) })
}

// StatusOn is where the contract stands on a day. It is suspended while it rests and
// no longer; a breach stays one, whatever was suspended and resumed since; on its
// last day a contract that was ended has ended.
func (s State) StatusOn(day domain.Date) Status {
	if !s.Exists() {
		return s.stage
	}
	status, otherwise := StatusSigned, StatusSigned // where it does not rest
	for _, e := range s.changes {
		if e.OccurredOn() > day {
			break
		}
		switch e.(type) {
		case Suspended:
			status = StatusSuspended
		case Resumed:
			status = otherwise
		case Breached:
			status, otherwise = StatusBreached, StatusBreached
		case Terminated:
			return StatusTerminated
		case Completed:
			return StatusCompleted
		}
	}
	if status == StatusSuspended && !s.Rests(day) {
		return otherwise
	}
	return status
}

// end is the contract's last day and how it ended, where that is recorded.
func (s State) end() (domain.Date, Status) {
	for _, e := range s.changes {
		switch e.(type) {
		case Terminated:
			return e.OccurredOn(), StatusTerminated
		case Completed:
			return e.OccurredOn(), StatusCompleted
		}
	}
	return 0, ""
}

// allow says whether an event may stand beside what happened. Nothing follows a
// contract's last day, recorded or by its terms, and it ends once; what happened before
// may still be entered.
func (s State) allow(e domain.Event) error {
	_, how := s.end()
	resting := s.Rests(e.OccurredOn())
	switch e.(type) {
	case Terminated, Completed:
		if how != "" {
			return ErrEnded.With("%s", how)
		}
	case Suspended:
		if resting {
			return ErrSuspended
		}
	case Resumed:
		if !resting {
			return ErrNotSuspended
		}
	case Decided:
		if !s.breached(e.OccurredOn()) {
			return ErrNoBreach
		}
	case Amended:
		next := Evolve(s, e)
		if last, how := next.end(); how != "" && last > next.Terms.To {
			return ErrEnded.With("%s on %s, after what would be its last day", how, last)
		}
	}
	if e.OccurredOn() > s.Terms.To {
		return ErrEnded.With("its last day is %s", s.Terms.To)
	}
	return nil
}

// Evolve folds one event of a contract's life.
func Evolve(s State, e domain.Event) State {
	if list, ok := s.List.Evolve(e); ok {
		s.List = list
		return s
	}
	if facts, ok := s.facts.evolve(e); ok {
		s.facts = facts
		return s
	}
	s.Edition++
	switch e := e.(type) {
	case TermsCorrected:
		if s.First = e.After; e.Before.Agreement != e.After.Agreement {
			s.left = append(slices.Clip(s.left), e.Before.Agreement)
		}
		return s.lived()
	case Withdrawn:
		return State{withdrawn: e.Terms, left: append(slices.Clip(s.left), e.Agreement), List: s.List, Edition: s.Edition}
	case ChangeWithdrawn:
		s.changes = slices.DeleteFunc(slices.Clone(s.changes), func(c Change) bool { return IsOf(c, e.Kind, e.On) })
		s.goneChanges = maps.Clone(s.goneChanges)
		if s.goneChanges == nil {
			s.goneChanges = map[dated]bool{}
		}
		s.goneChanges[dated{e.Kind, e.On}] = true
		return s.lived()
	case Drafted:
		return State{First: e.Terms, Terms: e.Terms, stage: StatusDrafted, left: s.left, List: s.List, Edition: s.Edition}
	case Signed:
		return State{First: e.Terms, Terms: e.Terms, stage: StatusSigned, left: s.left, List: s.List, Edition: s.Edition}
	case Change:
		at, _ := slices.BinarySearchFunc(s.changes, e.OccurredOn()+1, func(e Change, day domain.Date) int {
			return cmp.Compare(e.OccurredOn(), day)
		})
		s.changes = slices.Insert(slices.Clone(s.changes), at, e)
		return s.lived()
	}
	return s
}

// lived works out anew what the changes come to.
func (s State) lived() State {
	s.Terms, s.Suspensions = s.First, nil
	for _, e := range s.changes {
		switch e := e.(type) {
		case Amended:
			s.Terms = e.apply(s.Terms)
		case Suspended:
			s.Suspensions = append(s.Suspensions, Period{e.On, e.Until})
		case Resumed:
			for i, p := range s.Suspensions {
				if p.Contains(e.On) {
					s.Suspensions[i].Until = e.On - 1
				}
			}
		}
	}
	// One that was resumed on its first day never was.
	s.Suspensions = slices.DeleteFunc(s.Suspensions, func(p Period) bool { return p.Until != 0 && p.Until < p.From })
	if last, how := s.end(); how != "" {
		s.Terms.To = min(s.Terms.To, last)
	}
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
	if e.Place != "" {
		t.Place = e.Place
	}
	if e.Work != "" {
		t.Work = e.Work
	}
	if e.Aid != 0 {
		t.Aid = e.Aid
	}
	return t
}
