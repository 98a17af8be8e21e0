package contract

import (
	"maps"
	"slices"

	"ksiega/domain"
)

// About is what every fact under a contract carries.
type About struct {
	Contract    string `json:"contract"`
	Participant string `json:"participant"`
	Programme   string `json:"programme"`
}

// Refs names the contract and whom it concerns.
func (a About) Refs() []domain.Ref {
	return Terms{Contract: a.Contract, Participant: a.Participant, Programme: a.Programme}.Refs()
}

// Under is what the fact carries of its contract.
func (a About) Under() About { return a }

// sealOf is how a text under the contract is sealed, of one day.
func (a About) sealOf(day domain.Date, field string) domain.Seal {
	return Terms{Contract: a.Contract, Participant: a.Participant}.SealOf(day, field)
}

// Fact is what is recorded under a contract and changes neither its terms nor its life: a
// task, its result, an evaluation, aid. It is recorded once under its identity; a correction
// withdraws it and records it anew.
type Fact interface {
	domain.Event
	Under() About
	identity() identity
	withdrawn(domain.Sealed) domain.Event
}

// identity tells a fact apart; texts in it are sealed, and compared as they would be today.
type identity struct {
	fact              string // its event's type without a version
	no                string
	on                domain.Date
	purpose, document domain.Sealed
}

// Tell records a fact, replaces the one of its identity or takes it back. Its texts are sealed
// by whose the contract is: where it is somebody else's by now, it is to be decided anew.
type Tell struct {
	Fact Fact
	domain.Amend
	// Unseen: whoever asks may not learn what aid was for, see ErrAidOfDay.
	Unseen bool
	// Spelt is what aid is for as the programme's dictionary of its day spells it, and Unlisted
	// that it is none of its words; Otherwise is how other editions spell it. What stands in
	// any of these words is meant, and is not asked what the dictionary says by now.
	Spelt     domain.Sealed
	Otherwise []domain.Sealed
	Unlisted  error
}

func (Tell) contract() {}

// Facts are the kinds of facts and of their withdrawals: a zero of each.
func Facts() []domain.Event {
	return []domain.Event{TaskSet{}, TaskWithdrawn{}, TaskResultRecorded{}, TaskResultWithdrawn{}, Evaluated{}, EvaluationWithdrawn{}, AidGranted{}, AidWithdrawn{}}
}

// facts are those of a contract as its stream tells them.
type facts struct {
	stand   []Fact // in the order of recording
	gone    map[identity]bool
	entries int // of aid, ever
}

// find is the fact of an identity.
func (f facts) find(id identity) (Fact, bool) {
	i := slices.IndexFunc(f.stand, func(e Fact) bool { return e.identity() == id })
	if i < 0 {
		return nil, false
	}
	return f.stand[i], true
}

// aidOf says whether aid of a day was ever entered, also where it was taken back.
func (f facts) aidOf(day domain.Date) bool {
	of := func(id identity) bool { return id.fact == factAid && id.on == day }
	for id := range f.gone {
		if of(id) {
			return true
		}
	}
	return slices.ContainsFunc(f.stand, func(e Fact) bool { return of(e.identity()) })
}

// evolve takes in a fact, or its withdrawal; false where an event is neither.
func (f facts) evolve(e domain.Event) (facts, bool) {
	switch e := e.(type) {
	case AidGranted:
		f.entries = max(f.entries, e.Entry)
		f.stand = append(slices.Clip(f.stand), e)
	case Fact:
		f.stand = append(slices.Clip(f.stand), e)
	case TaskWithdrawn:
		return f.without(func(was Fact) bool { return was.identity() == identity{fact: factTask, no: e.No} }), true
	case TaskResultWithdrawn:
		return f.without(func(was Fact) bool { return was.identity() == identity{fact: factResult, no: e.No, on: e.Date} }), true
	case EvaluationWithdrawn:
		return f.without(func(was Fact) bool { return was.identity() == identity{fact: factEvaluation, on: e.Date} }), true
	case AidWithdrawn:
		return f.without(func(was Fact) bool { a, ok := was.(AidGranted); return ok && a.Entry == e.Entry }), true
	default:
		return f, false
	}
	return f, true
}

func (f facts) without(which func(Fact) bool) facts {
	f.gone = maps.Clone(f.gone)
	if f.gone == nil {
		f.gone = map[identity]bool{}
	}
	for _, e := range f.stand {
		if which(e) {
			f.gone[e.identity()] = true
		}
	}
	f.stand = slices.DeleteFunc(slices.Clone(f.stand), which)
	return f
}

// Refusals of facts.
var (
	ErrOfSocial   = domain.Refusal(domain.CodeRule, "only a social contract has tasks and evaluations").At("contract")
	ErrBeforeSign = domain.Refusal(domain.CodeInvalid, "the day lies before the contract was concluded").At("date")
)

// tell decides over a fact.
func (s State) tell(c Tell) ([]domain.Event, error) {
	fact := c.Fact
	if fact.Under() != (About{s.First.Contract, s.First.Participant, s.First.Programme}) {
		return nil, domain.ErrOvertaken.With("contract %s", s.First.Contract)
	}
	if c.Unseen && fact.identity().fact == factAid && s.facts.aidOf(fact.OccurredOn()) {
		return nil, ErrAidOfDay
	}
	if a, ok := fact.(AidGranted); ok && c.Wordless && a.Purpose == "" {
		fact = s.unworded(a)
	} else if ok {
		fact = s.spelt(a, c)
	}
	was, stands := s.facts.find(fact.identity())
	switch f := fact.(type) {
	case AidGranted:
		f.Entry = s.facts.entries + 1
		fact = f
	case TaskSet:
		f.On = s.First.Concluded
		fact = f
	}
	differs, withdrawn := "", fact.withdrawn(c.Reason)
	if stands {
		differs, withdrawn = differing(was, fact), was.withdrawn(c.Reason)
	}
	if !c.Withdraw {
		if err := s.tells(fact); err != nil {
			return nil, err
		}
	}
	id := fact.identity()
	return c.Decide(domain.Recorded{What: id.thing().String(), Standing: domain.StandingOf(stands, s.facts.gone[id]), Same: differs == "", Differs: differs,
		Refuse: func(step domain.Step) error {
			if step == domain.Enter && c.Unlisted != nil {
				return c.Unlisted
			}
			return s.admits(step, withdrawn, fact)
		},
		Entered: fact, Withdrawn: withdrawn})
}

// differing is the first field in which two facts of an identity differ; that the decision
// gives each an entry or a day of its own says nothing.
func differing(was, is Fact) string {
	switch f := is.(type) {
	case AidGranted:
		f.Entry = was.(AidGranted).Entry
		is = f
	case TaskSet:
		f.On = was.(TaskSet).On
		is = f
	}
	return domain.Differing(was, is)
}

// thing names a fact in a refusal, without its texts.
func (id identity) thing() domain.Thing {
	nouns := map[string]domain.Noun{factTask: domain.ATask, factResult: domain.ATaskResult, factEvaluation: domain.AnEvaluation, factAid: domain.AnAid}
	return domain.Thing{Noun: nouns[id.fact], Name: id.no, On: id.on}
}

// tells is what can be said against a fact by itself.
func (s State) tells(f Fact) error {
	switch f := f.(type) {
	case TaskSet:
		return s.social(f.says(s.First))
	case TaskResultRecorded:
		_, known := s.facts.find(identity{fact: factTask, no: f.No})
		return s.social(domain.Together(ErrTask.With("%s", f.No).Unless(known), s.sinceSigned(f.Date)))
	case Evaluated:
		return s.social(s.sinceSigned(f.Date))
	case AidGranted:
		return f.says()
	}
	return nil
}

func (s State) social(err error) error {
	if s.First.Kind != Social {
		return ErrOfSocial
	}
	return err
}

func (s State) sinceSigned(day domain.Date) error {
	return ErrBeforeSign.Unless(day >= s.First.Concluded)
}

// admits says what is to be said against a step: something rests on what is taken away, or
// aid would go beyond what the contract allows.
func (s State) admits(step domain.Step, withdrawn domain.Event, fact Fact) error {
	after := s.facts
	if step != domain.Enter {
		after, _ = after.evolve(withdrawn)
	}
	if step != domain.TakeAway {
		after, _ = after.evolve(fact)
	}
	if _, ok := fact.(TaskSet); ok && step == domain.TakeAway {
		for _, e := range after.stand {
			if r, ok := e.(TaskResultRecorded); ok && r.No == fact.identity().no {
				return r.identity().thing().Refuse()
			}
		}
	}
	s.facts = after
	if against := s.overspent(); len(against) > 0 {
		return domain.Refusals(against)
	}
	return nil
}
