// Package erasure records that the sealed data about one subject were to be
// destroyed, by whose decision and on what ground (RODO art. 17).
//
// One stream `erasure-<kind>/<id>` is one subject: a person, or what a sealed
// text is about where that is no person (a bank statement's titles, a claim's
// reasons). It promises that an erasure names its ground, and where that is the
// end of retention, the day retention ended, which cannot lie ahead. How long
// something is kept (the longest of the EU rule, the agreement and the archive
// class) is the centre's to know. It stops at the order: destroying the key is
// the vault's, removing its bytes the store's.
package erasure

import (
	"slices"

	"ksiega/domain"
)

// Ground is why data are erased.
type Ground string

// The grounds.
const (
	RetentionEnded Ground = "retencja"
	Demanded       Ground = "zadanie" // by the person (RODO art. 17 ust. 1)
)

// Ordered says that the sealed data about a subject were to be destroyed. For
// every reader it takes them back, whatever day or moment they ask about; numbers
// and pseudonymous ids stay. It names the facts that rows of read models are kept
// of, since a fold finds its rows by the event. Why is its ground and where the
// centre's register says more: words about somebody who is erased would outlive them.
type Ordered struct {
	Kind          domain.RefKind `json:"kind"`
	Subject       string         `json:"subject"`
	On            domain.Date    `json:"on"`
	Ground        Ground         `json:"ground"`
	RetainedUntil domain.Date    `json:"retainedUntil,omitzero"` // the last day of retention
	Register      string         `json:"register,omitzero"`      // number of the decision in the centre's register
	// Alone: one person decided, and nobody else confirmed it.
	Alone bool `json:"alone"`
	// Reason is of orders that had no number; sealed with a key that outlives the
	// subject's.
	Reason domain.Sealed `json:"reason,omitzero"`
	Facts  []Fact        `json:"facts,omitzero"`
	// Along are subjects whose texts are all about this one and are erased too, each
	// by an order of its own.
	Along []Subject `json:"along,omitzero"`
	Left  []Left    `json:"left,omitzero"`
}

// Subject is one that goes along with another.
type Subject struct {
	Kind domain.RefKind `json:"kind"`
	ID   string         `json:"id"`
}

// Left counts texts that are about the subject and stay, since the key that they are
// sealed with seals others too: so many in one field, of so many under the key. Without
// an id they are those of so many places that they are not named one by one.
type Left struct {
	Kind  domain.RefKind `json:"kind"`
	ID    string         `json:"id"`
	Field string         `json:"field"`
	Texts int            `json:"texts"`
	Of    int            `json:"of"`
}

// Into is the field of what is left of somebody who was merged into another: all that is
// recorded of that one, whose key stays.
const Into = "into"

// Fact is one line of a bank statement and the day it was booked on; of other
// subjects no more rows are kept than the subject names.
type Fact struct {
	Line int         `json:"line"`
	Day  domain.Date `json:"day"`
}

// OrderedV2 is erasure.ordered.v2, whose reason was in words, and v1, which named no facts.
type OrderedV2 Ordered

// Now is the order as it is recorded today; one person gave each of them.
func (e OrderedV2) Now() Ordered {
	e.Alone = true
	return Ordered(e)
}

// Of is whose data were erased.
func (e Ordered) Of() domain.Ref { return domain.Ref{Kind: e.Kind, ID: e.Subject} }

// SealOf is how a text about an erasure is sealed: by the key of the reasons of
// readings, which outlives the subject's.
func SealOf(of domain.Ref, on domain.Date, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefAccess, ID: "reasons"}, Field: field, Scope: domain.Scope{Of: of, Day: on}}
}

// EventType is for ever.
func (Ordered) EventType() string { return "erasure.ordered.v3" }

// OccurredOn is the day of the order.
func (e Ordered) OccurredOn() domain.Date { return e.On }

// Seal is SealOf.
func (e Ordered) Seal(field string) domain.Seal { return SealOf(e.Of(), e.On, field) }

// Refs names the subject.
func (e Ordered) Refs() []domain.Ref {
	return domain.Refs(e.Of())
}

// Stream is where the erasure of a subject is recorded.
func Stream(of domain.Ref) string { return domain.Stream("erasure", of.Subject()) }

// Refusals.
var (
	ErrKind      = domain.Refusal(domain.CodeInvalid, "nothing of that kind can be erased")
	ErrGround    = domain.Refusal(domain.CodeInvalid, "no such ground of an erasure")
	ErrRegister  = domain.Refusal(domain.CodeInvalid, "an erasure needs the number under which the centre's register has the decision")
	ErrRetention = domain.Refusal(domain.CodeRule, "an erasure after retention needs its last day, and that day must be over")
	ErrErased    = domain.Refusal(domain.CodeRule, "the data about this person or thing were erased; nothing more can be recorded in words about it")
	// ErrErasedPerson refuses to register, or correct, a person: there is nothing but words.
	ErrErasedPerson = domain.Refusal(domain.CodeRule, "the data of this person were erased: the registration is only withdrawn, without a reason; whoever comes back is registered under a new id").At("id")
)

// Order asks for the erasure. Today is the day of the order.
type Order struct {
	Of            domain.Ref
	Today         domain.Date
	Ground        Ground
	RetainedUntil domain.Date
	Register      string
	// Facts are all that rows are kept of, as they stand.
	Facts []Fact
	// Along are all that are to go along, as far as is known.
	Along []Subject
	Left  []Left
}

// State is whether the subject's erasure was ordered, and which facts it named.
type State struct {
	Ordered bool
	named   []Fact
	// Along is whoever goes along, by whichever order.
	Along []Subject
	Left  []Left // of the last order that found any
}

// An order names so many facts, and so many that go along, at most, so that its event is
// taken by the store. What is left is for the same order once more.
const (
	mostFacts = 8000
	mostAlong = 2000
)

// Decider of erasures: ordered twice is ordered once, whatever the ground, unless
// something was recorded that the first order could not name.
func Decider() domain.Decider[State, Order] {
	return domain.Decider[State, Order]{
		Decide: decide,
		Evolve: func(s State, e domain.Event) State {
			if e, ok := e.(Ordered); ok {
				s.Ordered, s.named, s.Along = true, slices.Concat(s.named, e.Facts), slices.Concat(s.Along, e.Along)
				if e.Left != nil {
					s.Left = e.Left
				}
			}
			return s
		},
		Events: domain.Types(Ordered{}),
	}
}

func decide(s State, c Order) ([]domain.Event, error) {
	switch c.Of.Kind {
	case domain.RefParticipant, domain.RefAssistant, domain.RefStatement, domain.RefClaim, domain.RefFinding, domain.RefAccess, domain.RefStreet, domain.RefContact, domain.RefAccount:
	default:
		return nil, ErrKind
	}
	switch {
	case c.Of.ID == "":
		return nil, domain.ErrNoID.At("id")
	case c.Of == SealOf(c.Of, 0, "").Subject: // the key of what is recorded about erasures
		return nil, ErrKind
	case c.Ground != RetentionEnded && c.Ground != Demanded:
		return nil, ErrGround
	case c.Register == "":
		return nil, ErrRegister
	case c.Ground == RetentionEnded && (c.RetainedUntil == 0 || c.RetainedUntil >= c.Today):
		return nil, ErrRetention
	}
	facts := without(c.Facts, s.named, mostFacts)
	along := without(c.Along, s.Along, mostAlong)
	if s.Ordered && len(facts) == 0 && len(along) == 0 {
		return nil, nil
	}
	return []domain.Event{Ordered{Kind: c.Of.Kind, Subject: c.Of.ID, On: c.Today, Ground: c.Ground, RetainedUntil: c.RetainedUntil,
		Register: c.Register, Alone: true, Facts: facts, Along: along, Left: c.Left}}, nil
}

// without is what is in all and not in known, up to so many; nil where that is nothing.
func without[T comparable](all, known []T, most int) []T {
	had := make(map[T]bool, len(known))
	for _, v := range known {
		had[v] = true
	}
	var rest []T
	for _, v := range all {
		if !had[v] && len(rest) < most {
			rest = append(rest, v)
		}
	}
	return rest
}
