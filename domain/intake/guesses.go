package intake

import "ksiega/domain"

// GuessesCounted says how often somebody was told that something is recorded already
// which they may not see: what it was is not kept.
type GuessesCounted struct {
	Actor string      `json:"actor"`
	Door  string      `json:"door"`
	Day   domain.Date `json:"day"`
	Count int         `json:"count"`
}

// EventType is for ever.
func (GuessesCounted) EventType() string { return "intake.guesses-counted.v1" }

// OccurredOn is the day of the guesses, which concern nothing that may be named.
func (e GuessesCounted) OccurredOn() domain.Date { return e.Day }
func (GuessesCounted) Refs() []domain.Ref        { return nil }

// Count records a sum of guesses; each is its own event.
type Count struct{ GuessesCounted }

// GuessesDecider decides about sums of guesses; its state is how many there are.
func GuessesDecider() domain.Decider[int, Count] {
	return domain.Decider[int, Count]{
		Decide: func(_ int, c Count) ([]domain.Event, error) {
			if c.Count <= 0 {
				return nil, nil
			}
			return []domain.Event{c.GuessesCounted}, nil
		},
		Evolve: func(sums int, e domain.Event) int {
			if _, ok := e.(GuessesCounted); ok {
				sums++
			}
			return sums
		},
		Events: domain.Types(GuessesCounted{}),
	}
}
