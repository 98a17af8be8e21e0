package contract

import (
	"slices"

	"ksiega/domain"
)

// TermsCorrected says what a contract's terms, or those of its draft, should have been from
// the beginning.
type TermsCorrected struct {
	Before Terms         `json:"before"`
	After  Terms         `json:"after"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Withdrawn says that a contract, or its draft, should not have been entered, with its terms.
type Withdrawn struct {
	Terms
	Reason domain.Sealed `json:"reason,omitzero"`
}

// ChangeWithdrawn says that the changes of one kind and day should not have been entered;
// its Reason says why. Kind is their event's type without a version.
type ChangeWithdrawn struct {
	Life
	Kind string `json:"kind"`
}

// Names of the events, for ever.
func (TermsCorrected) EventType() string  { return "contract.terms-corrected.v2" }
func (Withdrawn) EventType() string       { return "contract.withdrawn.v2" }
func (ChangeWithdrawn) EventType() string { return "contract.change-withdrawn.v1" }

// OccurredOn is the day of signing.
func (e TermsCorrected) OccurredOn() domain.Date { return e.After.Concluded }

// Seal is that of the terms as corrected.
func (e TermsCorrected) Seal(field string) domain.Seal { return e.After.Seal(field) }

// Refs names the parties, before and after.
func (e TermsCorrected) Refs() []domain.Ref {
	refs := e.After.Refs()
	for _, r := range e.Before.Refs() {
		if !slices.Contains(refs, r) {
			refs = append(refs, r)
		}
	}
	return refs
}

// Withdrawn are the terms of a contract that was withdrawn, and only that.
func (s State) Withdrawn() (Terms, bool) {
	return s.withdrawn, s.withdrawn.Contract != "" && s.stage == ""
}

// Left are agreements that the contract belonged to before it was corrected or withdrawn.
func (s State) Left() []string {
	return slices.DeleteFunc(slices.Clone(s.left), func(number string) bool { return number == "" })
}

// moved says whether terms differ in whom or what records under a contract name with it.
func moved(a, b Terms) bool {
	return a.Kind != b.Kind || a.Programme != b.Programme || a.Participant != b.Participant || a.Agreement != b.Agreement
}

// Stands says what of the contract stands on a participant, an assistant or an agreement.
func (s State) Stands(on domain.Ref) domain.Thing {
	if s.stage == "" {
		return domain.Thing{}
	}
	if slices.Contains(s.First.Refs(), on) {
		return domain.Thing{Noun: domain.AContract, Name: s.First.Contract}
	}
	for _, e := range s.changes {
		switch e := e.(type) {
		case Amended:
			if on == (domain.Ref{Kind: domain.RefAssistant, ID: e.Assistant}) {
				return domain.Thing{Noun: domain.AnAnnex, Name: s.First.Contract, On: e.On}
			}
		case Substituted:
			if on == e.substitutes() {
				return domain.Thing{Noun: domain.ASubstitution, Name: s.First.Contract, On: e.On}
			}
		}
	}
	return domain.Thing{}
}

// Moves says whether a correction would differ from what is recorded in whom or what the
// records under the contract name.
func (s State) Moves(t Terms) bool { return s.Exists() && moved(s.First, t) }

// sign decides over the terms of a contract. A draft is corrected and taken back like what
// was signed; without a correction it is signed, by whatever terms, of the same parties.
func sign(s State, c Sign) ([]domain.Event, error) {
	if err := check(c.Terms); err != nil && !c.Withdraw {
		return nil, err
	}
	if s.stage == StatusDrafted && !c.Correct && !c.Withdraw && !moved(s.First, c.Terms) {
		if c.Unlisted != nil {
			return nil, c.Unlisted
		}
		return []domain.Event{Signed{c.Terms}}, nil
	}
	field := domain.Differing(s.First, c.Terms)
	return c.Decide(domain.Recorded{What: "contract " + c.Terms.Contract, Standing: domain.StandingOf(s.stage != "", s.withdrawn.Contract != ""),
		Same: field == "", Differs: field, Refuse: func(step domain.Step) error { return s.standsOn(step, c) },
		Entered: Signed{c.Terms}, Corrected: TermsCorrected{s.First, c.Terms, c.Reason}, Withdrawn: Withdrawn{s.First, c.Reason}})
}

// standsOn refuses a kind of contract that its programme does not list, and to take away, or to change, what something stands on: other records, as
// its list has them, or changes of the contract.
func (s State) standsOn(step domain.Step, c Sign) error {
	if c.Unlisted != nil && (step == domain.Enter || step == domain.Replace && (s.First.Kind != c.Terms.Kind || s.First.Programme != c.Terms.Programme)) {
		return c.Unlisted
	}
	if step == domain.Enter {
		return nil
	}
	if step == domain.TakeAway || moved(s.First, c.Terms) {
		if err := s.List.Overtaken(c.Checked); err != nil {
			return err
		}
	}
	for _, e := range s.changes {
		if step == domain.TakeAway || e.OccurredOn() < c.Terms.From {
			return domain.Thing{Noun: domain.AChange, On: e.OccurredOn()}.Refuse()
		}
	}
	for _, f := range s.facts.stand {
		if step == domain.TakeAway || moved(s.First, c.Terms) || f.OccurredOn() < c.Terms.Concluded && f.identity().fact != factTask {
			return f.identity().thing().Refuse()
		}
	}
	if step == domain.TakeAway {
		return nil
	}
	after := Evolve(s, TermsCorrected{s.First, c.Terms, ""})
	if err := after.aidStands(); err != nil {
		return err
	}
	return after.leavesOut(s.Terms.To)
}

// record enters a change, or replaces or takes away the one of its kind and day. Earlier
// builds took several of one day: they go together, and the last is what holds.
func (s State) record(c Record) ([]domain.Event, error) {
	event, err := s.own(c.Change)
	if err == nil && !c.Withdraw {
		err = s.says(event, c.Wordless)
	}
	if err != nil {
		return nil, err
	}
	kind, on := domain.Fact(event.EventType()), event.OccurredOn()
	was, stands := s.changed(kind, on)
	differs, alike := "", event
	if stands {
		// What the contract was when the change was entered is no part of what a row says.
		was = was.with(s.life(on, was.Of().Reason))
		if c.Alike != nil {
			alike = c.Alike.with(s.life(on, c.Alike.Of().Reason))
		}
		differs = domain.Differing(was, alike)
	}
	if _, ok := event.(Decided); ok && differs == "number" {
		differs = "decisionNumber" // as refusals call it: the contract has a number too
	}
	withdrawn := ChangeWithdrawn{s.life(on, c.Reason), kind}
	return c.Decide(domain.Recorded{What: kind + " of " + on.String(), Standing: domain.StandingOf(stands, s.goneChanges[dated{kind, on}]), Same: differs == "", Differs: differs,
		Closes: stands && closes(was, alike), Refuse: func(step domain.Step) error { return s.allows(step, withdrawn, event) },
		Entered: event, Withdrawn: withdrawn})
}

// changed is the change of a kind and day that holds.
func (s State) changed(kind string, on domain.Date) (was Change, stands bool) {
	for _, e := range s.changes {
		if IsOf(e, kind, on) {
			was, stands = e, true
		}
	}
	return was, stands
}

// allows says what is to be said against a step: the change may not stand beside the others,
// or one rests on what is taken away.
func (s State) allows(step domain.Step, withdrawn ChangeWithdrawn, event Change) error {
	after := s
	if step != domain.Enter {
		after = Evolve(after, withdrawn)
	}
	if step != domain.TakeAway {
		if err := after.allow(event); err != nil {
			return err
		}
		after = Evolve(after, event)
	}
	for _, e := range after.changes {
		switch e := e.(type) {
		case Resumed:
			if !after.resumes(e) {
				return domain.Thing{Noun: domain.AResumption, On: e.On}.Refuse()
			}
		case Decided:
			if !after.breached(e.On) {
				return domain.Thing{Noun: domain.ADecision, Name: e.Number, On: e.On}.Refuse()
			}
		}
	}
	if err := after.aidStands(); err != nil {
		return err
	}
	return after.leavesOut(s.Terms.To)
}

// closes says whether a change says no more than when another one of its kind and day ended.
func closes(was, is Change) bool {
	switch is := is.(type) {
	case Suspended:
		return domain.Closes(was.(Suspended), is, func(e *Suspended) *domain.Date { return &e.Until })
	case Substituted:
		return domain.Closes(was.(Substituted), is, func(e *Substituted) *domain.Date { return &e.Until })
	}
	return false
}

// resumes says whether a suspension is there that a day ends.
func (s State) resumes(r Resumed) bool {
	return slices.ContainsFunc(s.changes, func(e Change) bool {
		p, ok := e.(Suspended)
		return ok && p.On <= r.On && (p.Until == 0 || p.Until >= r.On-1)
	})
}

// dated is the identity of a change.
type dated struct {
	kind string
	on   domain.Date
}

// IsOf says whether a change is of a kind, which is its fact, and of a day.
func IsOf(e Change, kind string, on domain.Date) bool {
	return domain.Fact(e.EventType()) == kind && e.OccurredOn() == on
}
