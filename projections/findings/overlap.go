package findings

import (
	"ksiega/domain"
	"ksiega/domain/finding"
)

// ParticipantOverlaps are the pairs of what took a participant's time that meet: doubly
// funded where two programmes do. A visit is named by its assistant, who has one at a time,
// which a contract need not.
func ParticipantOverlaps(m PersonMonth) (row Days) {
	for a, b := range m.Meetings() {
		row.Found = append(row.Found, participantOverlap(m, m.Of(a).Participant, a, b))
	}
	return row
}

// MergedOverlaps are those of somebody who goes on under one id, between what took their time
// under one and under another.
func MergedOverlaps(m PersonMonth, kept string) (row Days) {
	for a, b := range m.Meetings() {
		if m.Of(a).Participant != m.Of(b).Participant {
			row.Found = append(row.Found, participantOverlap(m, kept, a, b))
		}
	}
	return row
}

func participantOverlap(m PersonMonth, who string, a, b Entry) Found {
	of, with := m.Of(a), m.Of(b)
	kind, programmes := finding.ParticipantOverlap, []string(nil)
	if of.Programme != with.Programme {
		kind, programmes = finding.DoubleFunding, []string{of.Programme, with.Programme}
	}
	f := overlap(m, kind, who, a, b, at(of.by(), a.From), at(with.by(), b.From))
	f.Subjects = append(f.Subjects, programmes...)
	return f
}

// AssistantOverlaps are the pairs of visits and sessions in an assistant's time that meet.
func AssistantOverlaps(m PersonMonth) (row Days) {
	for a, b := range m.Meetings() {
		of, with := m.Of(a), m.Of(b)
		row.Found = append(row.Found, overlap(m, finding.AssistantOverlap, of.Assistant, a, b, at(of.Of, a.From), at(with.Of, b.From)))
	}
	return row
}

func overlap(m PersonMonth, kind finding.Kind, who string, a, b Entry, first, second string) Found {
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
			f.Sessions = append(f.Sessions, p.Of)
			f.After = a.Date - 1 // what is planned for a day counts from it on
		}
	}
	return f
}

// by is who a participant's time was spent with: an assistant, or a session.
func (p Parties) by() string {
	if p.Noun == NounSession {
		return p.Of
	}
	return p.Assistant
}

func at(id string, from domain.TimeOfDay) string { return id + "@" + Clock(from) }
