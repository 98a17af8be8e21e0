package listing_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/listing"
	. "ksiega/internal/testkit/given"
)

var (
	contract = domain.Ref{Kind: domain.RefContract, ID: "S/1"}
	errNone  = domain.Refusal(domain.CodeNotFound, "no such contract")
)

const days = "attendance-S%2F1"

func at(attempt int) listing.Entry {
	return listing.Entry{Kind: contract.Kind, ID: contract.ID, Stream: days, Attempt: attempt}
}

// decider is a list alone: unknown where nothing is recorded, stands what stands in it.
func decider(unknown error, stands domain.Thing) domain.Decider[listing.State, listing.Command] {
	return domain.Decider[listing.State, listing.Command]{
		Decide: func(s listing.State, c listing.Command) ([]domain.Event, error) {
			return s.Decide(c, unknown, func(domain.Ref) domain.Thing { return stands })
		},
		Evolve: func(s listing.State, e domain.Event) listing.State {
			s, _ = s.Evolve(e)
			return s
		},
		Events: append(listing.Types(), listing.Closing()...),
	}
}

func TestListing(t *testing.T) {
	d := decider(nil, domain.Thing{})
	entered, released, again := listing.Entered{Entry: at(1)}, listing.Released{Entry: at(1)}, listing.Entered{Entry: at(2)}
	enter, release := listing.Enter{On: contract, Stream: days}, listing.Release{On: contract, Streams: []string{days, "payout-S%2F1"}}
	Given(t, d).When(enter).Then(entered)
	Given(t, d, entered).When(enter).Then()
	Given(t, d).When(release).Then()
	Given(t, d, entered).When(release).Then(released)
	Given(t, d, entered, released).When(release).Then()
	Given(t, d, entered, released).When(enter).Then(again)
	Given(t, decider(errNone, domain.Thing{})).When(enter).Refuse(errNone)
	enter.Unknown = true
	Given(t, decider(errNone, domain.Thing{})).When(enter).Then(entered)

	closed := listing.Closed{Entry: at(1)}
	Given(t, d).When(listing.Close{Entry: at(1)}).Then(closed)
	Given(t, d, closed).When(listing.Close{Entry: at(1)}).Then()
	Given(t, d, closed).When(listing.Close{Entry: at(2)}).Then(listing.Closed{Entry: at(2)})
	Given(t, decider(nil, domain.Thing{Noun: domain.ADay, On: domain.NewDate(2024, 3, 4)})).When(listing.Close{Entry: at(1)}).Refuse(domain.ErrNamed)
}

func TestOvertaken(t *testing.T) {
	d := decider(nil, domain.Thing{})
	s := d.Fold(listing.Entered{Entry: at(1)}, listing.Released{Entry: at(1)})
	looked := s.All()
	if err := s.Overtaken(looked); err != nil {
		t.Errorf("nobody came: %v", err)
	}
	if err := s.Overtaken(nil); err == nil {
		t.Error("nobody looked")
	}
	if err := d.Evolve(s, listing.Entered{Entry: at(2)}).Overtaken(looked); err == nil {
		t.Error("somebody came since")
	}
}
