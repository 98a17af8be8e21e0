package session

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/listing"
)

// Refusals of this package.
var (
	ErrUnknown   = domain.Refusal(domain.CodeNotFound, "no such session is recorded").At("session")
	ErrOther     = domain.Refusal(domain.CodeInvalid, "the stream belongs to another session")
	ErrKind      = domain.Refusal(domain.CodeInvalid, "no such kind of session").At("kind")
	ErrTimes     = domain.Refusal(domain.CodeInvalid, "a session must end after it starts and by 24:00").At("to")
	ErrMinutes   = domain.Refusal(domain.CodeInvalid, "the minutes of a session do not agree with its times").At("to")
	ErrHeadcount = domain.Refusal(domain.CodeInvalid, "a head-count is not negative").At("headcount")
	ErrNoTopic   = domain.Refusal(domain.CodeInvalid, "a session has a topic").At("topic")
	ErrPresence  = domain.Refusal(domain.CodeInvalid, "no such kind of presence").At("presence")
	ErrEffect    = domain.Refusal(domain.CodeInvalid, "no such effect of a session").At("effects")
	ErrNoEffect  = domain.Refusal(domain.CodeInvalid, "who was not there takes no effect away").At("effects")
	ErrCancelled = domain.Refusal(domain.CodeRule, "the session was called off").At("session")
)

// Command is what can be asked of a session.
type Command interface{ session() }

// Record records a session, says what a recorded one really is, calls it off, or takes
// back one that should not have been recorded. Edition is that of the programme on the
// session's day; Wordings are what editions of the programme make of its words, where that
// is not what was said.
type Record struct {
	Terms
	Edition  int
	Wordings []Wording
	Today    domain.Date
	domain.Amend
}

// Wording is a session's words as the dictionaries of an edition spell them, or why the
// edition takes no such session.
type Wording struct {
	Edition    int
	Topic      domain.Sealed
	Specialist domain.Sealed
	Refused    error
}

// List closes the stream under a leader or a participant.
type List struct{ listing.Command }

func (Record) session()         {}
func (RecordPresence) session() {}
func (List) session()           {}

// State is a session with its presences; the zero State is none.
type State struct {
	Terms   Terms
	Edition int // of the programme, that it was entered under

	recorded  bool
	gone      bool
	presences map[string]recorded // by participant
	list      listing.State
}

type recorded struct {
	Details
	gone bool
}

// Stands says whether there is a session.
func (s State) Stands() bool { return s.recorded && !s.gone }

// EditionOf is the edition that the session goes by once it has other terms, current
// being that of their day: the one it was entered under, while it is of its programme.
func (s State) EditionOf(t Terms, current int) int {
	if s.Stands() && s.Terms.Programme == t.Programme {
		return s.Edition
	}
	return current
}

// attended is a presence that stands, "" where there is none.
func (s State) attended() string {
	first := ""
	for participant, p := range s.presences {
		if !p.gone && (first == "" || participant < first) {
			first = participant
		}
	}
	return first
}

// StandsOn is what of the session stands on somebody, if anything does.
func (s State) StandsOn(ref domain.Ref) domain.Thing {
	what := domain.Thing{Noun: domain.ASession, Name: s.Terms.Session, On: s.Terms.Date}
	switch {
	case ref.Kind == domain.RefAssistant && s.Stands() && slices.Contains(s.Terms.Leaders, ref.ID):
		return what
	case ref.Kind != domain.RefParticipant:
	default:
		if p, known := s.presences[ref.ID]; known && !p.gone {
			what.Noun = domain.APresence
			return what
		}
	}
	return domain.Thing{}
}

// Decider decides on the stream of one session. Evolve changes the map of the state it is
// given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: append(domain.Types(Recorded{}, Corrected{}, Withdrawn{}, PresenceRecorded{}, PresenceWithdrawn{}, PresenceCorrected{}), listing.Closing()...)}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case Record:
		return record(s, c)
	case RecordPresence:
		return presence(s, c)
	case List:
		return s.list.Decide(c.Command, nil, s.StandsOn)
	}
	return nil, domain.UnknownCommand(cmd)
}

func record(s State, c Record) ([]domain.Event, error) {
	c.Leaders = slices.Compact(slices.Sorted(slices.Values(c.Leaders)))
	switch {
	case c.Session == "":
		return nil, domain.ErrNoID.At("id")
	case s.recorded && s.Terms.Session != c.Session:
		return nil, ErrOther
	}
	if !c.Withdraw {
		if err := check(c.Terms); err != nil {
			return nil, err
		}
	}
	edition := s.EditionOf(c.Terms, c.Edition)
	var unlisted error
	if i := slices.IndexFunc(c.Wordings, func(w Wording) bool { return w.Edition == edition }); i >= 0 {
		w := c.Wordings[i]
		if unlisted = w.Refused; unlisted == nil {
			c.Topic, c.Specialist = w.Topic, w.Specialist
		}
	}
	differs := domain.Differing(s.Terms, c.Terms)
	return c.Decide(domain.Recorded{What: "session " + c.Session, Standing: domain.StandingOf(s.Stands(), s.recorded), Same: differs == "", Differs: differs,
		Refuse: func(step domain.Step) error {
			if step != domain.TakeAway && unlisted != nil {
				return unlisted
			}
			return s.allows(step, c)
		},
		Entered:   Recorded{c.Terms, edition},
		Corrected: Corrected{s.Terms, c.Terms, edition, c.Reason},
		Withdrawn: Withdrawn{s.Terms, c.Reason}})
}

// allows refuses a step that those who were there, or are to have been, stand against.
func (s State) allows(step domain.Step, c Record) error {
	attended := s.attended()
	switch {
	case attended == "":
		return nil
	case step == domain.TakeAway:
		return domain.Thing{Noun: domain.APresence, Name: attended}.Refuse()
	case c.Cancelled:
		return domain.Thing{Noun: domain.APresence, Name: attended}.Refuse().At("cancelled")
	}
	return domain.At("date", domain.Happened(c.Date, c.Today))
}

// check refuses terms that no session has. A planned one lies ahead.
func check(t Terms) error {
	if err := domain.Happened(t.Date, max(t.Date, 1)); err != nil {
		return domain.At("date", err)
	}
	switch {
	case t.Programme == "":
		return domain.ErrNoID.At("programme")
	case slices.Contains(t.Leaders, ""):
		return domain.ErrNoID.At("leaders")
	case !slices.Contains(Kinds(), t.Kind):
		return ErrKind
	case t.From < 0 || t.To <= t.From || t.To > 1440:
		return ErrTimes.With("%s %s to %s", t.Date, t.From, t.To)
	case t.Headcount < 0:
		return ErrHeadcount
	case t.Topic == "":
		return ErrNoTopic
	}
	// A clock change makes the real time one hour longer or shorter.
	if wall := domain.Minutes(t.To - t.From); t.Minutes <= 0 || t.Minutes < wall-60 || t.Minutes > wall+60 {
		return ErrMinutes.With("%s %s to %s are not %d minutes", t.Date, t.From, t.To, t.Minutes)
	}
	return domain.At("headcount", domain.CheckCount(t.Headcount))
}

func evolve(s State, e domain.Event) State {
	if s.presences == nil {
		s.presences = map[string]recorded{}
	}
	switch e := e.(type) {
	case Recorded:
		s.Terms, s.Edition, s.recorded, s.gone = e.Terms, e.Edition, true, false
	case Corrected:
		s.Terms, s.Edition = e.After, e.Edition
	case Withdrawn:
		s.gone = true
	case PresenceRecorded:
		s.presences[e.Participant] = recorded{Details: e.Details}
	case PresenceCorrected:
		s.presences[e.Participant] = recorded{Details: e.After}
	case PresenceWithdrawn:
		s.presences[e.Participant] = recorded{Details: e.Before, gone: true}
	default:
		s.list, _ = s.list.Evolve(e)
	}
	return s
}
