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
// of, since a fold finds its rows by the event.
type Ordered struct {
	Kind          domain.RefKind `json:"kind"`
	Subject       string         `json:"subject"`
	On            domain.Date    `json:"on"`
	Ground        Ground         `json:"ground"`
	RetainedUntil domain.Date    `json:"retainedUntil,omitzero"` // the last day of retention
	Reason        domain.Sealed  `json:"reason"`                 // sealed with a key that outlives the subject's
	Facts         []Fact         `json:"facts,omitzero"`
}

// Fact is one line of a bank statement and the day it was booked on; of other
// subjects no more rows are kept than the subject names.
type Fact struct {
	Line int         `json:"line"`
	Day  domain.Date `json:"day"`
}

// OrderedV1 is erasure.ordered.v1, which named no facts.
type OrderedV1 struct {
	Kind          domain.RefKind `json:"kind"`
	Subject       string         `json:"subject"`
	On            domain.Date    `json:"on"`
	Ground        Ground         `json:"ground"`
	RetainedUntil domain.Date    `json:"retainedUntil,omitzero"`
	Reason        domain.Sealed  `json:"reason"`
}

// Now is the order as it is recorded today.
func (e OrderedV1) Now() Ordered {
	return Ordered{Kind: e.Kind, Subject: e.Subject, On: e.On, Ground: e.Ground, RetainedUntil: e.RetainedUntil, Reason: e.Reason}
}

// Of is whose data were erased.
func (e Ordered) Of() domain.Ref { return domain.Ref{Kind: e.Kind, ID: e.Subject} }

// SealOf is how a text about an erasure is sealed: by the key of the reasons of
// readings, which outlives the subject's.
func SealOf(of domain.Ref, on domain.Date, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefAccess, ID: "reasons"}, Field: field, Scope: domain.Scope{Of: of, Day: on}}
}

// Reseal covers the reason.
func (e Ordered) Reseal(by domain.Resealer) domain.Event {
	e.Reason = by.Text(SealOf(e.Of(), e.On, "reason"), e.Reason)
	return e
}

// EventType is for ever.
func (Ordered) EventType() string { return "erasure.ordered.v2" }

// OccurredOn is the day of the order.
func (e Ordered) OccurredOn() domain.Date { return e.On }

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
	ErrNoReason  = domain.Refusal(domain.CodeInvalid, "an erasure needs a reason")
	ErrRetention = domain.Refusal(domain.CodeRule, "an erasure after retention needs its last day, and that day must be over")
	ErrErased    = domain.Refusal(domain.CodeRule, "the data about this person or thing were erased; nothing more can be recorded in words about it")
)

// Order asks for the erasure. Today is the day of the order.
type Order struct {
	Of            domain.Ref
	Today         domain.Date
	Ground        Ground
	RetainedUntil domain.Date
	Reason        domain.Sealed
	// Facts are all that rows are kept of, as they stand.
	Facts []Fact
}

// State is whether the subject's erasure was ordered, and which facts it named.
type State struct {
	Ordered bool
	named   []Fact
}

// Decider of erasures: ordered twice is ordered once, whatever the ground, unless
// facts were recorded that the first order could not name.
func Decider() domain.Decider[State, Order] {
	return domain.Decider[State, Order]{
		Decide: decide,
		Evolve: func(s State, e domain.Event) State {
			if e, ok := e.(Ordered); ok {
				s.Ordered, s.named = true, slices.Concat(s.named, e.Facts)
			}
			return s
		},
		Events: domain.Types(Ordered{}),
	}
}

func decide(s State, c Order) ([]domain.Event, error) {
	switch c.Of.Kind {
	case domain.RefParticipant, domain.RefAssistant, domain.RefStatement, domain.RefClaim, domain.RefFinding:
	default:
		return nil, ErrKind
	}
	switch {
	case c.Of.ID == "":
		return nil, domain.ErrNoID
	case c.Ground != RetentionEnded && c.Ground != Demanded:
		return nil, ErrGround
	case c.Reason == "":
		return nil, ErrNoReason
	case c.Ground == RetentionEnded && (c.RetainedUntil == 0 || c.RetainedUntil >= c.Today):
		return nil, ErrRetention
	}
	facts := slices.DeleteFunc(slices.Clone(c.Facts), func(f Fact) bool { return slices.Contains(s.named, f) })
	if s.Ordered && len(facts) == 0 {
		return nil, nil
	}
	if len(facts) == 0 {
		facts = nil
	}
	return []domain.Event{Ordered{Kind: c.Of.Kind, Subject: c.Of.ID, On: c.Today, Ground: c.Ground, RetainedUntil: c.RetainedUntil,
		Reason: c.Reason, Facts: facts}}, nil
}
