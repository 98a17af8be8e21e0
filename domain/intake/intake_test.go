package intake_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/intake"
	"ksiega/internal/testkit/given"
)

// A key is free once every request that was taken under it was refused.
func TestAKeyIsFreeOnceAllWereRefused(t *testing.T) {
	t.Parallel()
	day := domain.NewDate(2026, 3, 5)
	taken, refused := intake.RequestTaken{Day: day, Request: "a"}, intake.RequestRefused{Day: day}
	take, refuse := intake.TakeRequest{RequestTaken: taken}, intake.RefuseRequest{RequestRefused: refused}
	d := intake.RequestDecider()
	given.Given(t, d).When(take).Then(taken)
	given.Given(t, d, taken).When(take).Then(taken)
	given.Given(t, d).When(refuse).Then()
	given.Given(t, d, taken).When(refuse).Then(refused)
	given.Given(t, d, taken, refused).When(refuse).Then()
	for _, c := range []struct {
		events []domain.Event
		bound  bool
	}{
		{nil, false}, {[]domain.Event{taken}, true}, {[]domain.Event{taken, refused}, false}, {[]domain.Event{taken, taken, refused}, true},
		{[]domain.Event{taken, taken, refused, refused}, false}, {[]domain.Event{taken, refused, taken}, true},
	} {
		var s intake.Taken
		for _, e := range c.events {
			s = d.Evolve(s, e)
		}
		if s.Bound() != c.bound {
			t.Errorf("%v: bound %t", c.events, s.Bound())
		}
	}
}
