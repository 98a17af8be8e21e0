// Package contact decides about contacts of street workers.
//
//	contact-<id>
//	    contact.recorded.v1    somebody was met: when, where, why, what they need, what came of it
//	    contact.corrected.v1   what was recorded of it was wrong
//	    contact.withdrawn.v1   it should not have been recorded
//
// What is told of somebody is sealed with the key of who goes by that pseudonym, or with
// that of the contact alone where nobody said one; with another pseudonym it is sealed anew.
//
// It stops at the one contact: who came how often, and to the shelter, is counted over many.
package contact

import (
	"slices"

	"ksiega/domain"
)

// Kind is what a contact is for.
type Kind string

// The kinds of contacts; empty is not said.
const (
	Prevention   Kind = "prewencja"
	Intervention Kind = "interwencja"
	Integration  Kind = "integracja"
)

// Outcome is a code of what came of a contact. It is recorded sealed.
type Outcome string

// The outcomes; empty is not said.
const (
	NoOutcome Outcome = "brak"
	Shelter   Outcome = "schronisko"
	Work      Outcome = "praca"
	Flat      Outcome = "mieszkanie"
)

// Contact is what is recorded of one.
type Contact struct {
	Contact   string           `json:"contact"`
	Programme string           `json:"programme"`
	Street    string           `json:"street,omitzero"` // who it was; "" is somebody without a pseudonym
	Date      domain.Date      `json:"date"`
	Time      domain.TimeOfDay `json:"time"`
	Place     string           `json:"place"`
	Worker    string           `json:"worker,omitzero"`
	First     bool             `json:"first,omitzero"` // with this person, as the worker says
	Kind      Kind             `json:"kind,omitzero"`
	Cause     domain.Sealed    `json:"cause,omitzero"`
	Needs     domain.Sealed    `json:"needs,omitzero"` // several with NeedsSeparator between
	// What was done, where the person was sent, and what came of it, an Outcome.
	Intervention domain.Sealed `json:"intervention,omitzero"`
	Referral     domain.Sealed `json:"referral,omitzero"`
	Outcome      domain.Sealed `json:"outcome,omitzero"`
}

// NeedsSeparator stands between needs.
const NeedsSeparator = ","

// Recorded says that somebody was met.
type Recorded struct{ Contact }

// Key is what of a contact tells where it is counted.
type Key struct {
	Programme string      `json:"programme"`
	Street    string      `json:"street,omitzero"`
	Date      domain.Date `json:"date"`
	Place     string      `json:"place"`
}

// Corrected says what a contact was in the place of what was recorded.
type Corrected struct {
	Before Key           `json:"before"`
	After  Contact       `json:"after"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Withdrawn takes a contact away.
type Withdrawn struct {
	Contact string        `json:"contact"`
	Was     Key           `json:"was"`
	Reason  domain.Sealed `json:"reason,omitzero"`
}

// Key is the contact's.
func (c Contact) Key() Key { return Key{c.Programme, c.Street, c.Date, c.Place} }

// Names of the events, for ever.
func (Recorded) EventType() string  { return "contact.recorded.v1" }
func (Corrected) EventType() string { return "contact.corrected.v1" }
func (Withdrawn) EventType() string { return "contact.withdrawn.v1" }

// The day of the contact, or of what is replaced or taken away.
func (e Recorded) OccurredOn() domain.Date  { return e.Date }
func (e Corrected) OccurredOn() domain.Date { return e.Before.Date }
func (e Withdrawn) OccurredOn() domain.Date { return e.Was.Date }

func refs(contact string, keys ...Key) []domain.Ref {
	all := []domain.Ref{{Kind: domain.RefContact, ID: contact}}
	for _, k := range keys {
		for _, ref := range []domain.Ref{{Kind: domain.RefProgramme, ID: k.Programme}, {Kind: domain.RefStreet, ID: k.Street}, {Kind: domain.RefPlace, ID: k.Place}} {
			if !slices.Contains(all, ref) {
				all = append(all, ref)
			}
		}
	}
	return domain.Refs(all...)
}

// The contact, its programme, who it was and where; of a correction as it was and as it is.
func (e Recorded) Refs() []domain.Ref  { return refs(e.Contact.Contact, e.Key()) }
func (e Corrected) Refs() []domain.Ref { return refs(e.After.Contact, e.Before, e.After.Key()) }
func (e Withdrawn) Refs() []domain.Ref { return refs(e.Contact, e.Was) }

// Names are those of the contact, which its stream is named by, of its place and of who
// was there for the centre.
func (e Recorded) Names() []domain.Name { return e.names() }

// Names are those of the place and of who was there.
func (e Corrected) Names() []domain.Name { return e.After.names() }

func (c Contact) names() []domain.Name {
	return []domain.Name{{Field: "id", ID: c.Contact, Stream: true}, {Field: "place", ID: c.Place}, {Field: "worker", ID: c.Worker}}
}

// SealOf is how a text about a contact is sealed: by the key of who it was, or the
// contact's own.
func SealOf(contact, street, field string) domain.Seal {
	of := domain.Ref{Kind: domain.RefContact, ID: contact}
	s := domain.Seal{Subject: of, Field: field, Scope: domain.Scope{Of: of}}
	if street != "" {
		s.Subject = domain.Ref{Kind: domain.RefStreet, ID: street}
	}
	return s
}

// Each is sealed as the contact is; a reason for a correction as what it is now.
func (c Contact) Seal(field string) domain.Seal   { return SealOf(c.Contact, c.Street, field) }
func (e Corrected) Seal(field string) domain.Seal { return e.After.Seal(field) }
func (e Withdrawn) Seal(field string) domain.Seal { return SealOf(e.Contact, e.Was.Street, field) }

// Stream is where a contact is kept.
func Stream(id string) string { return domain.Stream("contact", id) }

// Record records a contact, or replaces or takes back what is recorded of it. To take one
// back its Street is who it was when the command was prepared, with whose key the reason is
// sealed.
type Record struct {
	Contact
	domain.Amend
}

// Refusals of this package.
var (
	ErrKind    = domain.Refusal(domain.CodeInvalid, "no such kind of contact").At("kind")
	ErrOutcome = domain.Refusal(domain.CodeInvalid, "no such outcome of a contact").At("outcome")
	ErrNoTime  = domain.Refusal(domain.CodeInvalid, "not a time of day").At("time")
	ErrOther   = domain.Refusal(domain.CodeInvalid, "the stream belongs to another contact").At("id")
)

// Check refuses an outcome that there is not.
func (o Outcome) Check() error {
	switch o {
	case "", NoOutcome, Shelter, Work, Flat:
		return nil
	}
	return ErrOutcome
}

// State is a contact; the zero State is none.
type State struct {
	Contact  Contact
	recorded bool
	gone     bool
}

// Stands says whether there is a contact.
func (s State) Stands() bool { return s.recorded && !s.gone }

// Decider decides on the stream of one contact.
func Decider() domain.Decider[State, Record] {
	return domain.Decider[State, Record]{Decide: decide, Evolve: evolve, Events: domain.Types(Recorded{}, Corrected{}, Withdrawn{})}
}

func decide(s State, c Record) ([]domain.Event, error) {
	switch {
	case c.Contact.Contact == "":
		return nil, domain.ErrNoID.At("id")
	case s.recorded && s.Contact.Contact != c.Contact.Contact:
		return nil, ErrOther
	}
	if !c.Withdraw {
		if err := check(c.Contact); err != nil {
			return nil, err
		}
	}
	differs := domain.Differing(s.Contact, c.Contact)
	if differs == "street" {
		differs = "pseudonym" // as whoever tells it says who it was
	}
	return c.Decide(domain.Recorded{What: "contact " + c.Contact.Contact, Standing: domain.StandingOf(s.Stands(), s.recorded), Same: differs == "", Differs: differs,
		Refuse: domain.Taking(func() error {
			if c.Street != s.Contact.Street {
				return domain.ErrOvertaken.With("contact %s", c.Contact.Contact)
			}
			return nil
		}),
		Entered:   Recorded{c.Contact},
		Corrected: Corrected{s.Contact.Key(), c.Contact, c.Reason},
		Withdrawn: Withdrawn{c.Contact.Contact, s.Contact.Key(), c.Reason}})
}

func check(c Contact) error {
	switch {
	case c.Programme == "":
		return domain.ErrNoID.At("programme")
	case c.Place == "":
		return domain.ErrNoID.At("place")
	case c.Date == 0:
		return domain.ErrNoDay.At("date")
	case c.Time < 0 || c.Time >= 24*60:
		return ErrNoTime
	}
	switch c.Kind {
	case "", Prevention, Intervention, Integration:
		return nil
	}
	return ErrKind
}

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case Recorded:
		s = State{Contact: e.Contact, recorded: true}
	case Corrected:
		s.Contact = e.After
	case Withdrawn:
		s.gone = true
	}
	return s
}
