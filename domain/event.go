package domain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An Event is one immutable fact. Its type name and payload are for ever: a
// change is a new version with an upcaster in the journal.
//
// DESIGN gives an event only its type. Two more questions are answered by the
// event itself so that no caller can answer them differently: the civil day it
// belongs to (the asOf axis), and what it concerns (the audit index).
type Event interface {
	// EventType is the constant name `area.fact.vN`.
	EventType() string
	// OccurredOn is the civil date in Europe/Warsaw on which the fact took
	// place; the zero Date means the day it was recorded.
	OccurredOn() Date
	// Refs names everything the event concerns, for the audit index.
	Refs() []Ref
}

// Beside says of an event that what its stream is of stays as it was: it says what
// stands on that. Whoever expects a revision of the stream does not mean such events.
type Beside interface{ Beside() }

// RefKind is a kind of thing that an event can concern.
type RefKind string

// The kinds of things an auditor can follow through the ledger.
const (
	RefParticipant RefKind = "participant"
	RefAssistant   RefKind = "assistant"
	RefContract    RefKind = "contract"
	RefAgreement   RefKind = "agreement"
	RefProgramme   RefKind = "programme"
	RefPayoutList  RefKind = "payout-list"
	RefClaim       RefKind = "claim"
	RefStatement   RefKind = "statement"
	RefSession     RefKind = "session"
	RefContact     RefKind = "contact" // somebody met in the street
	RefPlace       RefKind = "place"   // where people are counted
	RefStreet      RefKind = "street"  // whom a pseudonym names
	RefFinding     RefKind = "finding"
	RefAccess      RefKind = "access"   // readings of personal data
	RefSetting     RefKind = "setting"  // of the ledger
	RefDocument    RefKind = "document" // that money was spent by
	RefAccount     RefKind = "account"  // of whoever uses the ledger
	RefWorker      RefKind = "worker"   // of a centre, whose cases people are
)

// A Ref names one thing an event concerns, by its pseudonymous id.
type Ref struct {
	Kind RefKind
	ID   string
}

// Subject is whose key seals the texts about it: the vault's name for it. The
// kind keeps a person's id apart from that of anything else.
func (r Ref) Subject() string { return string(r.Kind) + "/" + r.ID }

// Refs builds a list of references, leaving out those with an empty id.
func Refs(pairs ...Ref) []Ref {
	kept := pairs[:0]
	for _, r := range pairs {
		if r.ID != "" {
			kept = append(kept, r)
		}
	}
	return kept
}

// Fact is the name of an event type without its version: an older version is
// read as the one that replaced it, so that whoever looks at the fact looks at
// both.
func Fact(eventType string) string {
	if i := strings.LastIndex(eventType, ".v"); i > 0 {
		return eventType[:i]
	}
	return eventType
}

// A Decider is one kind of decision: Decide says which events a command leads
// to in a state, or refuses with an *Error; Evolve folds an event that happened
// and never refuses. The zero S means that nothing happened yet. A command that
// is already true leads to no event; one that Decide has no case for is an
// UnknownCommand, never taken for one that is already true.
type Decider[S, C any] struct {
	Decide func(S, C) ([]Event, error)
	Evolve func(S, Event) S
	// Events are the types that the stream may hold. Evolve folds each of them
	// and cannot refuse another, so that whoever loads the stream does.
	Events []string
}

// Types are the names of some events' types.
func Types(samples ...Event) []string {
	types := make([]string, len(samples))
	for i, e := range samples {
		types[i] = e.EventType()
	}
	return types
}

// Knows says whether an event is one that Evolve folds.
func (d Decider[S, C]) Knows(e Event) bool { return slices.Contains(d.Events, e.EventType()) }

// ErrUnknownCommand is a mistake in the program: a decider was asked what it has
// no case for.
var ErrUnknownCommand = errors.New("the decision does not know this command")

// UnknownCommand is ErrUnknownCommand that names the command's type.
func UnknownCommand(c any) error { return fmt.Errorf("%w: %T", ErrUnknownCommand, c) }

// Fold replays history from the zero state.
func (d Decider[S, C]) Fold(history ...Event) S {
	var s S
	for _, e := range history {
		s = d.Evolve(s, e)
	}
	return s
}
