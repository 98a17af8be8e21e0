package street

import (
	"ksiega/domain"
	"ksiega/domain/listing"
)

// Refusals of this package.
var (
	ErrUnknown     = domain.Refusal(domain.CodeNotFound, "nobody is recorded by this pseudonym").At("pseudonym")
	ErrNoPseudonym = domain.Refusal(domain.CodeInvalid, "the pseudonym is missing").At("pseudonym")
	ErrOther       = domain.Refusal(domain.CodeInvalid, "the stream belongs to somebody else")
)

// Command is what can be asked of somebody's stream.
type Command interface{ street() }

// Name gives somebody a pseudonym; who has one keeps it.
type Name struct {
	About
	Pseudonym domain.Sealed
}

// Identify says who somebody is, or takes that back. Was is who it was when the command was
// prepared, with whose key the reason is sealed.
type Identify struct {
	About
	Identity
	domain.Amend
	Was string
}

// List closes the stream under a participant.
type List struct{ listing.Command }

func (Name) street()     {}
func (Identify) street() {}
func (List) street()     {}

// State is somebody of the street; the zero State is nobody.
type State struct {
	About
	Identity Identity // the zero Identity: nobody said

	gone bool // an identity was withdrawn
	list listing.State
}

// Exists says whether anybody has a pseudonym.
func (s State) Exists() bool { return s.Street != "" }

// Stands is what of the stream stands on a participant, if anything does.
func (s State) Stands(on domain.Ref) domain.Thing {
	if on.Kind == domain.RefParticipant && s.Identity.Participant == on.ID {
		return domain.Thing{Noun: domain.AnIdentity, On: s.Identity.Date}
	}
	return domain.Thing{}
}

// Decider decides on the stream of one person.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: append(domain.Types(Named{}, Identified{}, IdentityWithdrawn{}), listing.Closing()...)}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case Name:
		return name(s, c)
	case Identify:
		return identify(s, c)
	case List:
		return s.list.Decide(c.Command, nil, s.Stands)
	}
	return nil, domain.UnknownCommand(cmd)
}

func name(s State, c Name) ([]domain.Event, error) {
	switch {
	case c.Street == "":
		return nil, domain.ErrNoID
	case s.Exists() && s.About != c.About:
		return nil, ErrOther
	case s.Exists():
		return nil, nil
	case c.Pseudonym == "":
		return nil, ErrNoPseudonym
	}
	return []domain.Event{Named(c)}, nil
}

func identify(s State, c Identify) ([]domain.Event, error) {
	switch {
	case !s.Exists():
		return nil, ErrUnknown
	case s.About != c.About:
		return nil, ErrOther
	case c.Withdraw:
	case c.Participant == "":
		return nil, domain.ErrNoID.At("participant")
	case c.Date == 0:
		return nil, domain.ErrNoDay.At("date")
	}
	stands := s.Identity != (Identity{})
	differs := domain.Differing(s.Identity, c.Identity)
	return c.Decide(domain.Recorded{What: "identity of a pseudonym", Standing: domain.StandingOf(stands, s.gone), Same: differs == "", Differs: differs,
		Refuse: func(step domain.Step) error {
			// The reason is sealed with the key of who it was when the command was prepared.
			if step != domain.Enter && c.Was != s.Identity.Participant {
				return domain.ErrOvertaken.With("who somebody is")
			}
			return nil
		},
		Entered: Identified{c.About, c.Identity}, Withdrawn: IdentityWithdrawn{c.About, s.Identity, c.Reason}})
}

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case Named:
		s.About = e.About
	case Identified:
		s.Identity = e.Identity
	case IdentityWithdrawn:
		s.Identity, s.gone = Identity{}, true
	default:
		s.list, _ = s.list.Evolve(e)
	}
	return s
}
