package session

import "ksiega/domain"

// Stream is where a session is kept.
func Stream(id string) string { return domain.Stream("session", id) }

// Kind is what a session is.
type Kind string

// The kinds of sessions.
const (
	Group        Kind = "grupowe"
	Individual   Kind = "indywidualne"
	Training     Kind = "szkolenie"
	Workshop     Kind = "warsztat"
	Counselling  Kind = "poradnictwo"
	Therapy      Kind = "terapia"
	SupportGroup Kind = "grupa_wsparcia"
	Happening    Kind = "wydarzenie"
	Duty         Kind = "dyzur"
)

// Kinds are all of them.
func Kinds() []Kind {
	return []Kind{Group, Individual, Training, Workshop, Counselling, Therapy, SupportGroup, Happening, Duty}
}

// Terms are what is said of a session. Minutes are real elapsed time as domain.Elapsed
// gives it. Topic, organiser and specialist are sealed for the programme.
type Terms struct {
	Session    string           `json:"session"`
	Programme  string           `json:"programme"`
	Kind       Kind             `json:"kind"`
	Date       domain.Date      `json:"date"`
	From       domain.TimeOfDay `json:"from"`
	To         domain.TimeOfDay `json:"to"`
	Minutes    domain.Minutes   `json:"minutes"`
	Leaders    []string         `json:"leaders,omitzero"`   // ids, in order, each once
	Headcount  int              `json:"headcount,omitzero"` // of people who are not enrolled
	Cancelled  bool             `json:"cancelled,omitzero"`
	Topic      domain.Sealed    `json:"topic"`
	Organiser  domain.Sealed    `json:"organiser,omitzero"`
	Specialist domain.Sealed    `json:"specialist,omitzero"`
}

// Seal is how a text about a session is sealed: by its programme's key. Equal topics show
// as equal, so that reports open the few that there are.
func (t Terms) Seal(field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefProgramme, ID: t.Programme}, Field: field}
}

// OccurredOn is the day of the session, which may be one to come.
func (t Terms) OccurredOn() domain.Date { return t.Date }

// Refs names session, programme and leaders.
func (t Terms) Refs() []domain.Ref {
	refs := []domain.Ref{{Kind: domain.RefSession, ID: t.Session}, {Kind: domain.RefProgramme, ID: t.Programme}}
	for _, l := range t.Leaders {
		refs = append(refs, domain.Ref{Kind: domain.RefAssistant, ID: l})
	}
	return domain.Refs(refs...)
}

// Recorded says that a session takes place, under which edition of its programme.
type Recorded struct {
	Terms
	Edition int `json:"edition"`
}

// Corrected says what a session really is. It keeps its edition, unless it is another
// programme's now.
type Corrected struct {
	Before  Terms         `json:"before"`
	After   Terms         `json:"after"`
	Edition int           `json:"edition"`
	Reason  domain.Sealed `json:"reason"`
}

// Withdrawn says that a session should not have been recorded.
type Withdrawn struct {
	Before Terms         `json:"before"`
	Reason domain.Sealed `json:"reason"`
}

// Attendance says who was at which session. Programme and date are the session's as they
// were when it was recorded; folds go by the session.
type Attendance struct {
	Session     string      `json:"session"`
	Programme   string      `json:"programme"`
	Participant string      `json:"participant"`
	Date        domain.Date `json:"date"`
}

// Seal is how a text about a presence is sealed: by the participant's key.
func (a Attendance) Seal(field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: a.Participant}, Field: field,
		Scope: domain.Scope{Of: domain.Ref{Kind: domain.RefSession, ID: a.Session}}}
}

// OccurredOn is the day of the session.
func (a Attendance) OccurredOn() domain.Date { return a.Date }

// Refs names participant, session and programme.
func (a Attendance) Refs() []domain.Ref {
	return domain.Refs(
		domain.Ref{Kind: domain.RefParticipant, ID: a.Participant},
		domain.Ref{Kind: domain.RefSession, ID: a.Session},
		domain.Ref{Kind: domain.RefProgramme, ID: a.Programme})
}

// Details are what a correction of a presence may change. Effects are sealed, as
// WrittenEffects gives them.
type Details struct {
	Presence Presence      `json:"presence"`
	Effects  domain.Sealed `json:"effects,omitzero"`
}

// PresenceRecorded says that somebody was at a session, or was to be.
type PresenceRecorded struct {
	Attendance
	Details
}

// PresenceCorrected says what a presence really was.
type PresenceCorrected struct {
	Attendance
	Before Details       `json:"before"`
	After  Details       `json:"after"`
	Reason domain.Sealed `json:"reason"`
}

// PresenceWithdrawn says that a presence should not have been recorded.
type PresenceWithdrawn struct {
	Attendance
	Before Details       `json:"before"`
	Reason domain.Sealed `json:"reason"`
}

// PresenceOf is whose presence an event enters, corrects or takes back.
func PresenceOf(e domain.Event) (Attendance, bool) {
	switch e := e.(type) {
	case PresenceRecorded:
		return e.Attendance, true
	case PresenceCorrected:
		return e.Attendance, true
	case PresenceWithdrawn:
		return e.Attendance, true
	}
	return Attendance{}, false
}

// Names of the events, for ever.
func (Recorded) EventType() string          { return "session.recorded.v1" }
func (Corrected) EventType() string         { return "session.corrected.v1" }
func (Withdrawn) EventType() string         { return "session.withdrawn.v1" }
func (PresenceRecorded) EventType() string  { return "session.presence-recorded.v1" }
func (PresenceCorrected) EventType() string { return "session.presence-corrected.v1" }
func (PresenceWithdrawn) EventType() string { return "session.presence-withdrawn.v1" }

// The day of the session, as it is said to be now.
func (e Corrected) OccurredOn() domain.Date { return e.After.Date }
func (e Withdrawn) OccurredOn() domain.Date { return e.Before.Date }

// Refs names what the session was of as well as what it is of.
func (e Corrected) Refs() []domain.Ref { return both(e.After.Refs(), e.Before.Refs()) }
func (e Withdrawn) Refs() []domain.Ref { return e.Before.Refs() }

func both(refs, more []domain.Ref) []domain.Ref {
	known := map[domain.Ref]bool{}
	for _, r := range refs {
		known[r] = true
	}
	for _, r := range more {
		if !known[r] {
			refs = append(refs, r)
		}
	}
	return refs
}

// Seal is that of the session as it is, for the reason.
func (e Corrected) Seal(field string) domain.Seal { return e.After.Seal(field) }
func (e Withdrawn) Seal(field string) domain.Seal { return e.Before.Seal(field) }

// Names is the session's id.
func (e Recorded) Names() []domain.Name {
	return []domain.Name{{Field: "id", ID: e.Session, Stream: true}}
}
