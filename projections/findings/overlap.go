package findings

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// SessionEvents are the events of a session itself: they are behind whatever it meets, beside
// those of who was there.
type SessionEvents func(session string) []position.Position

// ParticipantOverlaps are the pairs of what took a participant's time that meet, of one
// programme; and those of two, which are doubly funded. A visit is named by its assistant, who
// has one at a time, which a contract need not.
func ParticipantOverlaps(m PersonMonth, of SessionEvents) (overlaps, funded Days) {
	for a, b := range m.Meetings() {
		f := participantOverlap(m, m.Of(a).Participant, a, b, of)
		if f.Kind == finding.DoubleFunding {
			funded.Found = append(funded.Found, f)
		} else {
			overlaps.Found = append(overlaps.Found, f)
		}
	}
	return overlaps, funded
}

// MergedOverlaps are both of somebody who goes on under one id, between what took their time
// under one and under another.
func MergedOverlaps(m PersonMonth, kept string, of SessionEvents) (row Days) {
	for a, b := range m.Meetings() {
		if m.Of(a).Participant != m.Of(b).Participant {
			row.Found = append(row.Found, participantOverlap(m, kept, a, b, of))
		}
	}
	return row
}

func participantOverlap(m PersonMonth, who string, a, b Entry, events SessionEvents) Found {
	of, with := m.Of(a), m.Of(b)
	kind, programmes := finding.ParticipantOverlap, []string(nil)
	if of.Programme != with.Programme {
		kind, programmes = finding.DoubleFunding, []string{of.Programme, with.Programme}
	}
	f := overlap(m, kind, who, a, b, at(of.by(), a.From), at(with.by(), b.From), events)
	f.Subjects = append(f.Subjects, programmes...)
	return f
}

// AssistantOverlaps are the pairs of visits and sessions in an assistant's time that meet.
func AssistantOverlaps(m PersonMonth, events SessionEvents) (row Days) {
	for a, b := range m.Meetings() {
		of, with := m.Of(a), m.Of(b)
		row.Found = append(row.Found, overlap(m, finding.AssistantOverlap, of.Assistant, a, b, at(of.Of, a.From), at(with.Of, b.From), events))
	}
	return row
}

func overlap(m PersonMonth, kind finding.Kind, who string, a, b Entry, first, second string, events SessionEvents) Found {
	of, with := m.Of(a), m.Of(b)
	f := Found{ID: finding.ID(kind, who, a.Date.String(), first, second), Kind: kind,
		Subjects: []string{of.Participant, with.Participant, of.Assistant, with.Assistant, of.Of, with.Of},
		From:     a.Date, To: a.Date, Minutes: domain.Minutes(min(a.To, b.To) - b.From),
		Events: append(m.Events(a), m.Events(b)...)}
	for _, p := range []Parties{of, with} {
		if p.Participant != "" {
			f.People = append(f.People, p.Participant)
		}
		if p.Noun == NounSession {
			f.Sessions, f.Events = append(f.Sessions, p.Of), append(f.Events, events(p.Of)...)
			f.After = a.Date - 1 // what is planned for a day counts from it on
		}
	}
	return f
}

// MeetingSessions are those that meet something else of the month, each once, in order.
func (m *PersonMonth) MeetingSessions() (ids []string) {
	for a, b := range m.Meetings() {
		for _, p := range []Parties{m.Of(a), m.Of(b)} {
			if p.Noun == NounSession {
				ids = append(ids, p.Of)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// by is who a participant's time was spent with: an assistant, or a session.
func (p Parties) by() string {
	if p.Noun == NounSession {
		return p.Of
	}
	return p.Assistant
}

func at(id string, from domain.TimeOfDay) string { return id + "@" + Clock(from) }
