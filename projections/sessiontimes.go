package projections

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/session"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// SessionTime is when a session takes place, and whose time it takes: that of whoever leads
// it, and of whoever was there.
type SessionTime struct {
	Programme string           `json:"programme"`
	Edition   int              `json:"edition"`
	Date      domain.Date      `json:"date"`
	From      domain.TimeOfDay `json:"from"`
	To        domain.TimeOfDay `json:"to"`
	Minutes   domain.Minutes   `json:"minutes"`
	Cancelled bool             `json:"cancelled"`
	Leaders   []string         `json:"leaders"`
	// Attended are those who were there, in order, and At where the last events stand that say so
	// of each.
	Attended []string           `json:"attended"`
	At       []journal.Position `json:"at"`
	Events   []journal.Position `json:"events"` // of the session itself
}

// SessionTimes holds a part a session, and one field.
func SessionTimes() fold.Table[SessionTime] { return fold.Table[SessionTime]{Name: "sessionTimes"} }

// SessionTimeField is the one field of SessionTimes.
const SessionTimeField = "time"

func sessionTime(id string) fold.Key { return SessionTimes().Key(domain.Escape(id), SessionTimeField) }

func leaderMonth(leader string, day domain.Date) fold.Key {
	return AssistantMonths().Key(monthOf(day), domain.Escape(leader))
}

func personMonth(participant string, day domain.Date) fold.Key {
	return Time().Key(domain.Escape(participant), monthOf(day))
}

// sessionTimeKeys are where an event about a session, or about who was at it, is folded;
// false for any other.
func sessionTimeKeys(keys []fold.Key, e domain.Event) ([]fold.Key, bool) {
	if p, ok := presenceIn(e); ok {
		return append(keys, sessionTime(p.Session)), true
	}
	h, ok := heldIn(e)
	if !ok {
		return keys, false
	}
	keys = append(keys, sessionTime(h.id()))
	if h.is != nil {
		for _, leader := range h.is.Leaders {
			keys = append(keys, leaderMonth(leader, h.is.Date))
		}
	}
	return keys, true
}

// sessionTimeThen are the months of those whose time a session took, and takes now.
func sessionTimeThen(tx *fold.Tx, e domain.Event) (keys []fold.Key, ok bool) {
	if p, ok := presenceIn(e); ok {
		if row, there := SessionTimes().Peek(tx, domain.Escape(p.Session), SessionTimeField); there {
			keys = append(keys, personMonth(p.Participant, row.Date))
		}
		return keys, true
	}
	h, ok := heldIn(e)
	if !ok {
		return nil, false
	}
	row, _ := SessionTimes().Peek(tx, domain.Escape(h.id()), SessionTimeField)
	for _, leader := range row.Leaders {
		keys = append(keys, leaderMonth(leader, row.Date))
	}
	for _, participant := range row.Attended {
		keys = append(keys, personMonth(participant, row.Date))
		if h.is != nil {
			keys = append(keys, personMonth(participant, h.is.Date))
		}
	}
	return keys, true
}

// foldSessionTime takes in what a session is said to be, or how somebody was at it; false
// for any other event.
func foldSessionTime(tx *fold.Tx, r *journal.Recorded) bool {
	if p, ok := presenceIn(r.Event); ok {
		attend(tx, r.Position, p)
		return true
	}
	h, ok := heldIn(r.Event)
	if !ok {
		return false
	}
	part := domain.Escape(h.id())
	was, _ := SessionTimes().Peek(tx, part, SessionTimeField)
	is := SessionTime{}
	if t := h.is; t != nil {
		is = SessionTime{Programme: t.Programme, Edition: editionIn(r.Event), Date: t.Date, From: t.From, To: t.To, Minutes: t.Minutes, Cancelled: t.Cancelled,
			Leaders: slices.Clone(t.Leaders), Attended: was.Attended, At: was.At, Events: append(slices.Clone(was.Events), r.Position)}
	}
	was.lead(tx, h.id(), false)
	is.lead(tx, h.id(), true)
	same := was.sameTime(is)
	for i := range was.Attended {
		if same {
			is.meets(tx, h.id(), i)
			continue
		}
		was.take(tx, h.id(), i, false)
		if h.is != nil {
			is.take(tx, h.id(), i, true)
		}
	}
	put(tx, SessionTimes(), part, SessionTimeField, is, h.is != nil)
	return true
}

// sameTime says whether a session takes the time of those who were there as another does.
func (s *SessionTime) sameTime(t SessionTime) bool {
	return s.Programme == t.Programme && s.Edition == t.Edition && s.Date == t.Date && s.From == t.From && s.To == t.To && s.Minutes == t.Minutes && s.Cancelled == t.Cancelled
}

// attend takes in how somebody was at a session.
func attend(tx *fold.Tx, position journal.Position, p presence) {
	part := domain.Escape(p.Session)
	row, there := SessionTimes().Peek(tx, part, SessionTimeField)
	if !there {
		return // nobody is at a session that is none
	}
	i, known := slices.BinarySearch(row.Attended, p.Participant)
	switch attends := !p.withdrawn && p.Presence.Attended(); {
	case known && attends:
		row.At = slices.Clone(row.At)
		row.At[i] = position
		row.take(tx, p.Session, i, true)
	case known:
		row.take(tx, p.Session, i, false)
		row.Attended, row.At = slices.Concat(row.Attended[:i], row.Attended[i+1:]), slices.Concat(row.At[:i], row.At[i+1:])
	case attends:
		row.Attended = slices.Concat(row.Attended[:i], []string{p.Participant}, row.Attended[i:])
		row.At = slices.Concat(row.At[:i], []journal.Position{position}, row.At[i:])
		row.take(tx, p.Session, i, true)
	default:
		return
	}
	SessionTimes().Put(tx, part, SessionTimeField, row)
}

// entry is what the session takes of somebody's time.
func (s *SessionTime) entry(id string) (findings.Entry, findings.Parties) {
	return findings.Entry{Minutes: s.Minutes, Date: s.Date, From: s.From, To: s.To},
		findings.Parties{Noun: findings.NounSession, Of: id, Programme: s.Programme, Edition: s.Edition}
}

// lead puts the session into the time of whoever leads it, or takes it out.
func (s *SessionTime) lead(tx *fold.Tx, id string, there bool) {
	if s.Cancelled || len(s.Events) == 0 {
		return
	}
	e, of := s.entry(id)
	e.Event = s.Events[len(s.Events)-1]
	for _, leader := range s.Leaders {
		of.Assistant = leader
		changeTime(tx, AssistantMonths(), leaderMonth(leader, s.Date), e, of, !there)
	}
}

// take puts the session into the time of the i-th who was there, or takes it out.
func (s *SessionTime) take(tx *fold.Tx, id string, i int, there bool) {
	if s.Cancelled {
		return
	}
	e, of := s.entry(id)
	e.Event, of.Participant = s.At[i], s.Attended[i]
	changeTime(tx, Time(), personMonth(s.Attended[i], s.Date), e, of, !there)
}

// meets has what meets in the time of the i-th who was there worked out anew, where the session
// does: one more of its own events is behind it.
func (s *SessionTime) meets(tx *fold.Tx, id string, i int) {
	k := personMonth(s.Attended[i], s.Date)
	if m, _ := Time().Peek(tx, k.Part, k.Field); slices.Contains(m.MeetingSessions(), id) {
		Time().Change(tx, k.Part, k.Field)
	}
}

// sessionEvents are those of sessions and of who was at them.
func sessionEvents() []domain.Event {
	return []domain.Event{session.Recorded{}, session.Corrected{}, session.Withdrawn{}, session.PresenceRecorded{}, session.PresenceCorrected{}, session.PresenceWithdrawn{}}
}
