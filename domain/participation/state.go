package participation

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/listing"
)

// State is one person's participation in a programme as its stream tells it.
type State struct {
	programme, participant string

	facts map[identity]Fact
	gone  map[identity]bool // what was withdrawn
	list  listing.State
}

// identity is what makes a fact the same fact, whatever it says.
type identity struct {
	kind string // its event's type, without a version
	date domain.Date
}

func identityOf(f Fact) identity { return identity{domain.Fact(f.EventType()), f.OccurredOn()} }

// Stands is what stands on the participant, if anything does.
func (s State) Stands(on domain.Ref) domain.Thing {
	if len(s.facts) == 0 || on != (domain.Ref{Kind: domain.RefParticipant, ID: s.participant}) {
		return domain.Thing{}
	}
	return domain.Thing{Noun: domain.AParticipation, Name: s.participant + ", " + s.programme}
}

// order is the order of facts, and of those of a day: somebody may be enrolled and leave on
// one.
func order(a, b Fact) int {
	rank := func(f Fact) int {
		switch f.(type) {
		case Nominated:
			return 1
		case Assessed:
			return 2
		case Enrolled:
			return 3
		case OutcomeRecorded:
			return 4
		}
		return 5 // Left
	}
	return cmp.Or(cmp.Compare(a.OccurredOn(), b.OccurredOn()), cmp.Compare(rank(a), rank(b)))
}

// amiss is the first fact, in their order, that can't stand beside those before it, and since
// when somebody is enrolled then, 0 where they are not; nil where all can.
func (s State) amiss() (at Fact, since domain.Date) {
	var all []Fact
	for _, f := range s.facts {
		all = append(all, f)
	}
	slices.SortFunc(all, order)
	open, ever, ended := domain.Date(0), false, domain.Date(0)
	for _, f := range all {
		switch f := f.(type) {
		case Enrolled:
			if open != 0 || ever && f.Date <= ended {
				return f, open
			}
			open, ever = f.Date, true
		case Left:
			if open == 0 {
				return f, 0
			}
			open, ended = 0, f.Date
		case OutcomeRecorded:
			if !ever {
				return f, 0
			}
		}
	}
	return nil, 0
}

func evolve(s State, e domain.Event) State {
	if s.facts == nil {
		s.facts, s.gone = map[identity]Fact{}, map[identity]bool{}
	}
	switch e := e.(type) {
	case FactWithdrawn:
		of := identity{e.Kind, e.Date}
		delete(s.facts, of)
		s.gone[of] = true
	case Fact:
		s.programme, s.participant = e.Of().Programme, e.Of().Participant
		s.facts[identityOf(e)] = e
	default:
		s.list, _ = s.list.Evolve(e)
	}
	return s
}
