package intake

import "ksiega/domain"

// PersonAsked says that somebody asked by a PESEL for a person outside their limits, in a
// search or by registering them. The PESEL is not kept.
type PersonAsked struct {
	Account string      `json:"account"` // as whom they asked: their account, or whoever they are without one
	On      domain.Date `json:"on"`
	Door    string      `json:"door"`
	// Participant is whose PESEL it is; "" where it is nobody's.
	Participant string `json:"participant,omitzero"`
}

// EventType is for ever.
func (PersonAsked) EventType() string { return "intake.person-asked.v1" }

// OccurredOn is the day they asked.
func (e PersonAsked) OccurredOn() domain.Date { return e.On }

// Refs is whom they asked for, where there is somebody.
func (e PersonAsked) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefParticipant, ID: e.Participant})
}

// MaxAsked is how often an account may ask a day.
const MaxAsked = 30

// ErrAsked refuses any further question of the day, whoever it is about.
var ErrAsked = domain.Refusal(domain.CodeOften, "this account has asked for people outside its limits as often as it may a day")

// AskedStream is where the questions of an account on a day are kept: each decision sees how
// many there were, whichever server answered them.
func AskedStream(account string, on domain.Date) string {
	return domain.Stream("asked", account, on.String())
}

// Ask asks for somebody.
type Ask struct{ PersonAsked }

// AskedDecider decides on the questions of an account on a day; its state is how many there were.
func AskedDecider() domain.Decider[int, Ask] {
	return domain.Decider[int, Ask]{
		Decide: func(asked int, c Ask) ([]domain.Event, error) {
			if asked >= MaxAsked {
				return nil, ErrAsked
			}
			return []domain.Event{c.PersonAsked}, nil
		},
		Evolve: func(asked int, e domain.Event) int {
			if _, ok := e.(PersonAsked); ok {
				asked++
			}
			return asked
		},
		Events: domain.Types(PersonAsked{}),
	}
}
