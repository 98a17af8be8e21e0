package durability

import "ksiega/domain"

// State is a project's durability as its stream tells it.
type State struct {
	Project    string
	Obligation Obligation // the zero Obligation before one is opened
	facts      map[identity]fact
	gone       map[identity]bool // what was withdrawn
}

// A fact is an event of this package; two are equal if all their values are.
type fact interface {
	domain.Event
	identity() identity
	project() string
}

// withdrawn takes a fact of that identity away.
func (i identity) withdrawn(f fact, reason domain.Sealed) FactWithdrawn {
	return FactWithdrawn{Project: f.project(), Kind: i.kind, Date: f.OccurredOn(), Number: i.number, Reason: reason}
}

// identity is what makes a fact the same fact, whatever it says.
type identity struct {
	kind   string
	date   domain.Date
	number string
}

func (o Obligation) project() string { return o.Project }
func (s Statement) project() string  { return s.Project }
func (d Demand) project() string     { return d.Project }

func (e ObligationOpened) identity() identity  { return identity{kind: domain.Fact(e.EventType())} }
func (e ReadinessDeclared) identity() identity { return e.of(e.EventType()) }
func (e PlacesStated) identity() identity      { return e.of(e.EventType()) }
func (e AssistantsStated) identity() identity  { return e.of(e.EventType()) }
func (e NoticePublished) identity() identity   { return e.of(e.EventType()) }
func (e Inspected) identity() identity         { return e.of(e.EventType()) }
func (e ServiceRequested) identity() identity  { return e.of(e.EventType()) }
func (e ServiceStarted) identity() identity    { return e.of(e.EventType()) }
func (e ServiceRefused) identity() identity    { return e.of(e.EventType()) }

func (s Statement) of(kind string) identity { return identity{domain.Fact(kind), s.Date, s.Number} }

// of leaves the date out: a request's number is its name, and it has one answer.
func (d Demand) of(kind string) identity { return identity{kind: domain.Fact(kind), number: d.Request} }

// find is the recorded fact of an identity, or nil.
func (s State) find(id identity) fact { return s.facts[id] }

func evolve(s State, e domain.Event) State {
	if s.facts == nil {
		s.facts, s.gone = map[identity]fact{}, map[identity]bool{}
	}
	if e, ok := e.(FactWithdrawn); ok {
		delete(s.facts, e.identity())
		s.gone[e.identity()] = true
		if e.Kind == domain.Fact(TypeObligationOpened) {
			s.Obligation = Obligation{}
		}
		return s
	}
	f, ok := e.(fact)
	if !ok {
		return s
	}
	s.Project = f.project()
	s.facts[f.identity()] = f
	if o, ok := e.(ObligationOpened); ok {
		s.Obligation = o.Obligation
	}
	return s
}
