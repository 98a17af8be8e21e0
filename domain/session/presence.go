package session

import (
	"slices"
	"strings"

	"ksiega/domain"
)

// Presence is how somebody was at a session.
type Presence string

// The kinds of presence. Late counts in full.
const (
	Present Presence = "obecny"
	Late    Presence = "spozniony"
	Absent  Presence = "nieobecny"
	Excused Presence = "usprawiedliwiony"
)

// Presences are all of them.
func Presences() []Presence { return []Presence{Present, Late, Absent, Excused} }

// Attended says whether somebody was there.
func (p Presence) Attended() bool { return p == Present || p == Late }

// Effect is what came of a session for somebody who was there. It is recorded sealed.
type Effect string

// The effects.
const (
	Profile    Effect = "profil"     // an occupational profile was drawn up
	CV         Effect = "cv"         // a curriculum vitae was written
	Meeting    Effect = "spotkanie"  // an employer was met
	Completion Effect = "ukonczenie" // a training was completed
	Employment Effect = "zatrudnienie"
)

// Effects are all of them.
func Effects() []Effect { return []Effect{Profile, CV, Meeting, Completion, Employment} }

// WrittenEffects are effects as they are recorded before they are sealed: in the order of
// Effects, each once, so that the same ones are the same text. It refuses what is none.
func WrittenEffects(effects []Effect) (string, error) {
	for _, e := range effects {
		if !slices.Contains(Effects(), e) {
			return "", ErrEffect
		}
	}
	var written []string
	for _, e := range Effects() {
		if slices.Contains(effects, e) {
			written = append(written, string(e))
		}
	}
	return strings.Join(written, ","), nil
}

// ReadEffects are the effects that WrittenEffects wrote.
func ReadEffects(written string) []Effect {
	var effects []Effect
	for e := range strings.SplitSeq(written, ",") {
		if e != "" {
			effects = append(effects, Effect(e))
		}
	}
	return effects
}

// RecordPresence records how somebody was at a session, says what a recorded presence
// really was, or takes one back. Session may not lie after Today.
type RecordPresence struct {
	Session     string
	Participant string
	Details
	Today domain.Date
	domain.Amend
}

func presence(s State, c RecordPresence) ([]domain.Event, error) {
	switch {
	case c.Session == "" || c.Participant == "":
		return nil, domain.ErrNoID
	case !s.Stands() && !c.Withdraw:
		return nil, ErrUnknown.With("%s", c.Session)
	case s.recorded && s.Terms.Session != c.Session:
		return nil, ErrOther
	}
	was, known := s.presences[c.Participant]
	about := Attendance{Session: c.Session, Programme: s.Terms.Programme, Participant: c.Participant, Date: s.Terms.Date}
	differs := domain.Differing(was.Details, c.Details)
	return c.Decide(domain.Recorded{What: "session " + c.Session + ", participant " + c.Participant, Standing: domain.StandingOf(known && !was.gone, known),
		Same: differs == "", Differs: differs,
		Refuse: func(step domain.Step) error {
			if step == domain.TakeAway {
				return nil
			}
			return attends(s.Terms, c)
		},
		Entered:   PresenceRecorded{about, c.Details},
		Corrected: PresenceCorrected{about, was.Details, c.Details, c.Reason},
		Withdrawn: PresenceWithdrawn{about, was.Details, c.Reason}})
}

// attends refuses a presence that can't be one of a session.
func attends(t Terms, c RecordPresence) error {
	switch {
	case !slices.Contains(Presences(), c.Presence):
		return ErrPresence
	case t.Cancelled:
		return ErrCancelled.With("%s", t.Session)
	case !c.Presence.Attended() && c.Effects != "":
		return ErrNoEffect
	}
	return domain.At("session", domain.Happened(t.Date, c.Today))
}

// Effects are what came of the session for somebody, sealed by Attendance.Seal; "" is nothing.
func (s State) Effects(participant string) domain.Sealed {
	if p := s.presences[participant]; !p.gone {
		return p.Effects
	}
	return ""
}
