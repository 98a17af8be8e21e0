package projections

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/domain/session"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// Session is a session as it stands, with who was at it.
type Session struct {
	Terms     session.Terms
	Edition   int              // of the programme
	Presences []Presence       // ordered by participant
	Event     journal.Position // of the last that says what the session is
}

// Presence is how somebody was at a session. Effects are sealed by session.Attendance.Seal;
// those of an erased person are gone.
type Presence struct {
	Participant string
	Presence    session.Presence
	Effects     domain.Sealed
	Event       journal.Position // of the last that says so
}

// Seal is how the effects of a presence are sealed.
func (s *Session) Seal(p Presence) domain.Seal {
	return session.Attendance{Session: s.Terms.Session, Participant: p.Participant}.Seal("effects")
}

// writtenSession is a Session as it is written: presences are many, so that each is a place
// in three lists, and those with effects are told apart.
type writtenSession struct {
	Terms   session.Terms      `json:"terms"`
	Edition int                `json:"edition"`
	Event   journal.Position   `json:"event"`
	Who     []string           `json:"who"`
	How     string             `json:"how"` // a digit each: an index of session.Presences
	Events  []journal.Position `json:"events"`
	Effects []writtenEffects   `json:"effects"`
}

type writtenEffects struct {
	At      int           `json:"at"`
	Effects domain.Sealed `json:"effects"`
}

var errPresences = errors.New("lists that are not those who were at a session")

// MarshalJSONTo writes presences as lists, which take half the room of their names.
func (s Session) MarshalJSONTo(e *jsontext.Encoder) error {
	w := writtenSession{Terms: s.Terms, Edition: s.Edition, Event: s.Event, Who: make([]string, len(s.Presences)), Events: make([]journal.Position, len(s.Presences))}
	how := make([]byte, len(s.Presences))
	for i, p := range s.Presences {
		w.Who[i], w.Events[i], how[i] = p.Participant, p.Event, '0'+byte(slices.Index(session.Presences(), p.Presence))
		if p.Effects != "" {
			w.Effects = append(w.Effects, writtenEffects{i, p.Effects})
		}
	}
	w.How = string(how)
	return json.MarshalEncode(e, w)
}

// UnmarshalJSONFrom reads what MarshalJSONTo wrote.
func (s *Session) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var w writtenSession
	if err := json.UnmarshalDecode(d, &w); err != nil {
		return err
	}
	if len(w.How) != len(w.Who) || len(w.Events) != len(w.Who) {
		return errPresences
	}
	*s = Session{Terms: w.Terms, Edition: w.Edition, Event: w.Event}
	all := session.Presences()
	if len(w.Who) > 0 {
		s.Presences = make([]Presence, len(w.Who))
	}
	for i := range s.Presences {
		how := int(w.How[i]) - '0'
		if how < 0 || how >= len(all) {
			return errPresences
		}
		s.Presences[i] = Presence{Participant: w.Who[i], Presence: all[how], Event: w.Events[i]}
	}
	for _, e := range w.Effects {
		if e.At < 0 || e.At >= len(s.Presences) {
			return errPresences
		}
		s.Presences[e.At].Effects = e.Effects
	}
	return nil
}

// SessionPlace is where the row of a session lies.
type SessionPlace struct {
	Part string `json:"part"`
}

// SessionsOf are the sessions of a programme's month on whose lists somebody is.
type SessionsOf struct {
	Sessions []string `json:"sessions"` // escaped, in order
}

// HeldSessions holds a part a programme and month, see SessionPart, and a field a session.
func HeldSessions() fold.Table[Session] { return fold.Table[Session]{Name: "sessions"} }

// SessionPlaces holds a part a session, and one field.
func SessionPlaces() fold.Table[SessionPlace] { return fold.Table[SessionPlace]{Name: "places"} }

// PresentAt holds a part a person, and a field a part of HeldSessions.
func PresentAt() fold.Table[SessionsOf] { return fold.Table[SessionsOf]{Name: "presentAt"} }

const sessionPlaceField = "place"

// SessionPart is the part of a programme's sessions in a month; PartOfSessions reads it.
func SessionPart(programme string, month domain.Month) string {
	return domain.Escape(programme) + "-" + month.String()
}

// PartOfSessions is the programme, escaped, and the month of a SessionPart.
func PartOfSessions(part string) (programme string, month domain.Month, err error) {
	programme, text, _ := strings.Cut(part, "-")
	month, err = domain.ParseMonth(text)
	return programme, month, err
}

// Sessions folds sessions and who was at them.
func Sessions() Projection {
	return Projection{Name: "sessions", Version: 1, Keys: sessionKeys, Then: sessionThen, Fold: foldSessions, Retroactive: erases,
		Want: oneOf(append(sessionEvents(), erasure.Ordered{})...)}
}

// held is the session that an event is about, as it was and as it is; ok is false for an
// event of a presence.
type held struct{ was, is *session.Terms }

func heldIn(e domain.Event) (h held, ok bool) {
	switch e := e.(type) {
	case session.Recorded:
		return held{nil, &e.Terms}, true
	case session.Corrected:
		return held{&e.Before, &e.After}, true
	case session.Withdrawn:
		return held{&e.Before, nil}, true
	}
	return h, false
}

// id is the session's.
func (h held) id() string {
	if h.is != nil {
		return h.is.Session
	}
	return h.was.Session
}

// editionIn is the edition that a session goes by after an event.
func editionIn(e domain.Event) int {
	switch e := e.(type) {
	case session.Recorded:
		return e.Edition
	case session.Corrected:
		return e.Edition
	}
	return 0
}

// presence is a presence as it stands after an event.
type presence struct {
	session.Attendance
	session.Details
	withdrawn bool
}

func presenceIn(e domain.Event) (presence, bool) {
	switch e := e.(type) {
	case session.PresenceRecorded:
		return presence{e.Attendance, e.Details, false}, true
	case session.PresenceCorrected:
		return presence{e.Attendance, e.After, false}, true
	case session.PresenceWithdrawn:
		return presence{e.Attendance, e.Before, true}, true
	}
	return presence{}, false
}

func sessionPlace(id string) fold.Key {
	return SessionPlaces().Key(domain.Escape(id), sessionPlaceField)
}

func sessionRow(t session.Terms) fold.Key {
	return HeldSessions().Key(SessionPart(t.Programme, t.Date.Month()), domain.Escape(t.Session))
}

// sessionKeys names the row of a session before the event and after it.
func sessionKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	if h, ok := heldIn(r.Event); ok {
		keys = append(keys, sessionPlace(h.id()))
		for _, t := range []*session.Terms{h.was, h.is} {
			if t != nil {
				keys = append(keys, sessionRow(*t))
			}
		}
		return keys
	}
	if p, ok := presenceIn(r.Event); ok {
		return append(keys, sessionPlace(p.Session), erasedKey(domain.Ref{Kind: domain.RefParticipant, ID: p.Participant}))
	}
	if e, ok := r.Event.(erasure.Ordered); ok && e.Kind == domain.RefParticipant {
		return append(keys, PresentAt().Whole(domain.Escape(e.Subject)), erasedKey(e.Of()))
	}
	return keys
}

// sessionThen names whose lists a session moves on, the row of a presence, and those of
// whoever is erased.
func sessionThen(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	if h, ok := heldIn(r.Event); ok && h.was != nil {
		k := sessionRow(*h.was)
		row, _ := HeldSessions().Peek(tx, k.Part, k.Field)
		for _, p := range row.Presences {
			keys = append(keys, PresentAt().Key(domain.Escape(p.Participant), k.Part))
			if h.is != nil {
				keys = append(keys, PresentAt().Key(domain.Escape(p.Participant), sessionRow(*h.is).Part))
			}
		}
		return keys
	}
	if p, ok := presenceIn(r.Event); ok {
		if place, there := SessionPlaces().Peek(tx, domain.Escape(p.Session), sessionPlaceField); there {
			keys = append(keys, HeldSessions().Key(place.Part, domain.Escape(p.Session)), PresentAt().Key(domain.Escape(p.Participant), place.Part))
		}
		return keys
	}
	if e, ok := r.Event.(erasure.Ordered); ok && e.Kind == domain.RefParticipant {
		for part, of := range PresentAt().Rows(tx, domain.Escape(e.Subject)) {
			for _, field := range of.Sessions {
				keys = append(keys, HeldSessions().Key(part, field))
			}
		}
	}
	return keys
}

func foldSessions(tx *fold.Tx, r *journal.Recorded) error {
	if h, ok := heldIn(r.Event); ok {
		foldSession(tx, r.Position, h, editionIn(r.Event))
		return nil
	}
	if p, ok := presenceIn(r.Event); ok {
		foldPresence(tx, r.Position, p)
		return nil
	}
	if e, ok := r.Event.(erasure.Ordered); ok {
		if e.Kind == domain.RefParticipant {
			eraseEffects(tx, e, r)
		}
		return nil
	}
	return unfolded(r)
}

// foldSession takes a session with those who were at it from where it was to where it is.
func foldSession(tx *fold.Tx, position journal.Position, h held, edition int) {
	var row Session
	if h.was != nil {
		k := sessionRow(*h.was)
		row, _ = HeldSessions().Peek(tx, k.Part, k.Field)
		HeldSessions().Delete(tx, k.Part, k.Field)
		SessionPlaces().Delete(tx, k.Field, sessionPlaceField)
		for _, p := range row.Presences {
			listPresence(tx, p.Participant, k, false)
		}
	}
	if h.is == nil {
		return
	}
	k := sessionRow(*h.is)
	row.Terms, row.Edition, row.Event = *h.is, edition, position
	row.Terms.Leaders, row.Presences = slices.Clone(row.Terms.Leaders), slices.Clone(row.Presences)
	HeldSessions().Put(tx, k.Part, k.Field, row)
	SessionPlaces().Put(tx, k.Field, sessionPlaceField, SessionPlace{k.Part})
	for _, p := range row.Presences {
		listPresence(tx, p.Participant, k, true)
	}
}

// listPresence says that somebody is on the list of a session, or is not.
func listPresence(tx *fold.Tx, participant string, at fold.Key, there bool) {
	part := domain.Escape(participant)
	of, _ := PresentAt().Peek(tx, part, at.Part)
	sessions, _ := entered(of.Sessions, at.Field, cmp.Compare[string], there)
	put(tx, PresentAt(), part, at.Part, SessionsOf{sessions}, len(sessions) > 0)
}

func foldPresence(tx *fold.Tx, position journal.Position, p presence) {
	field := domain.Escape(p.Session)
	place, there := SessionPlaces().Peek(tx, field, sessionPlaceField)
	if !there {
		return // nobody is at a session that is none
	}
	row := HeldSessions().Get(tx, place.Part, field)
	i, known := slices.BinarySearchFunc(row.Presences, p.Participant, func(a Presence, id string) int { return cmp.Compare(a.Participant, id) })
	is := Presence{Participant: p.Participant, Presence: p.Presence, Event: position,
		Effects: kept(tx, domain.Ref{Kind: domain.RefParticipant, ID: p.Participant}, p.Effects)}
	switch {
	case p.withdrawn && known:
		row.Presences = without(row.Presences, func(a Presence) bool { return a.Participant == p.Participant })
	case p.withdrawn:
	case known:
		row.Presences[i] = is
	default:
		row.Presences = slices.Insert(withSpare(row.Presences), i, is)
	}
	if known == p.withdrawn {
		listPresence(tx, p.Participant, HeldSessions().Key(place.Part, field), !p.withdrawn)
	}
}

// eraseEffects takes the sealed effects of somebody out of the sessions that they were at.
func eraseEffects(tx *fold.Tx, e erasure.Ordered, r *journal.Recorded) {
	erase(tx, e.Of(), r)
	for part, of := range PresentAt().Rows(tx, domain.Escape(e.Subject)) {
		for _, field := range of.Sessions {
			row := HeldSessions().Change(tx, part, field)
			if row == nil {
				continue
			}
			for i, p := range row.Presences {
				if p.Participant == e.Subject {
					row.Presences[i].Effects = ""
				}
			}
		}
	}
}
