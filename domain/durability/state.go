package durability

import "ksiega/domain"

// State is a project's durability as its stream tells it.
type State struct {
	Project string
	facts   map[identity]Fact
	gone    map[identity]bool // what was withdrawn
}

// Fact is an event of this package but FactWithdrawn; two are equal if all their values are.
type Fact interface {
	domain.Event
	Of() (project, number string) // "" where nothing of its kind is numbered
}

// withdrawn takes a fact of that identity away.
func (i identity) withdrawn(f Fact, reason domain.Sealed) FactWithdrawn {
	project, _ := f.Of()
	return FactWithdrawn{Project: project, Kind: i.kind, Date: f.OccurredOn(), Number: i.number, Reason: reason}
}

// identity is what makes a fact the same fact, whatever it says.
type identity struct {
	kind   string // its event's type, without a version
	date   domain.Date
	number string
}

func (o Obligation) Of() (project, number string) { return o.Project, "" }
func (s Statement) Of() (project, number string)  { return s.Project, s.Number }
func (d Demand) Of() (project, number string)     { return d.Project, d.Request }

func identityOf(f Fact) identity {
	_, number := f.Of()
	return identify(domain.Fact(f.EventType()), f.OccurredOn(), number)
}

// identify leaves the date out where it is none of the identity: the obligation stands
// once, and a request's number is its name, and it has one answer.
func identify(kind string, date domain.Date, number string) identity {
	switch kind {
	case domain.Fact(TypeObligationOpened), domain.Fact(TypeServiceRequested), domain.Fact(TypeServiceStarted), domain.Fact(TypeServiceRefused):
		date = 0
	}
	return identity{kind, date, number}
}

// of is the request of that number, or the answer to it, as typ says; nil where there is none.
func (s State) of(d Demand, typ string) Fact {
	return s.facts[identify(domain.Fact(typ), 0, d.Request)]
}

// answer is the one answer to a request, or nil.
func (s State) answer(d Demand) Fact {
	if started := s.of(d, TypeServiceStarted); started != nil {
		return started
	}
	return s.of(d, TypeServiceRefused)
}

func evolve(s State, e domain.Event) State {
	if s.facts == nil {
		s.facts, s.gone = map[identity]Fact{}, map[identity]bool{}
	}
	if e, ok := e.(FactWithdrawn); ok {
		id := identify(e.Kind, e.Date, e.Number)
		delete(s.facts, id)
		s.gone[id] = true
		return s
	}
	f, ok := e.(Fact)
	if !ok {
		return s
	}
	s.Project, _ = f.Of()
	s.facts[identityOf(f)] = f
	return s
}
