// Package given states the tests of a decider as given/when/then. It is used
// by tests alone and stops at comparing events and refusals.
package given

import (
	"errors"
	"reflect"
	"testing"

	"ksiega/domain"
)

// A Scenario is a decider with the history it has seen.
type Scenario[S, C any] struct {
	t       testing.TB
	decider domain.Decider[S, C]
	state   S
}

// An Outcome is what a command led to.
type Outcome struct {
	t      testing.TB
	events []domain.Event
	err    error
}

// Given starts a scenario with a history.
func Given[S, C any](t testing.TB, d domain.Decider[S, C], history ...domain.Event) Scenario[S, C] {
	t.Helper()
	for _, e := range history {
		if !d.Knows(e) {
			t.Fatalf("the decider does not know the event %s", e.EventType())
		}
	}
	return Scenario[S, C]{t: t, decider: d, state: d.Fold(history...)}
}

// When decides a command.
func (s Scenario[S, C]) When(cmd C) Outcome {
	s.t.Helper()
	events, err := s.decider.Decide(s.state, cmd)
	return Outcome{t: s.t, events: events, err: err}
}

// Then requires exactly these events; none means "already true".
func (o Outcome) Then(want ...domain.Event) {
	o.t.Helper()
	if o.err != nil {
		o.t.Fatalf("refused: %v", o.err)
	}
	if len(o.events) == 0 && len(want) == 0 {
		return
	}
	if !reflect.DeepEqual(o.events, want) {
		o.t.Fatalf("events differ\n got: %#v\nwant: %#v", o.events, want)
	}
}

// Refuse requires this refusal and no event.
func (o Outcome) Refuse(want error) {
	o.t.Helper()
	if !errors.Is(o.err, want) {
		o.t.Fatalf("got error %v, want refusal %v", o.err, want)
	}
	if len(o.events) != 0 {
		o.t.Fatalf("a refusal came with events %#v", o.events)
	}
}
