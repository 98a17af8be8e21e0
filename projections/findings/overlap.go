package findings

import (
	"ksiega/domain"
	"ksiega/domain/finding"
)

// Overlaps are the pairs of what took a participant's time, or an assistant's, that meet.
func ParticipantOverlaps(m PersonMonth) (row Days) {
	for a, b := range m.Meetings() {
		of, with := m.Of(a), m.Of(b)
		row.Found = append(row.Found, overlap(m, finding.ParticipantOverlap, of.Participant, a, b, at(of.Assistant, a.From), at(with.Assistant, b.From)))
	}
	return row
}

// AssistantOverlaps are those in an assistant's time.
func AssistantOverlaps(m PersonMonth) (row Days) {
	for a, b := range m.Meetings() {
		of, with := m.Of(a), m.Of(b)
		row.Found = append(row.Found, overlap(m, finding.AssistantOverlap, of.Assistant, a, b, at(of.Of, a.From), at(with.Of, b.From)))
	}
	return row
}

func overlap(m PersonMonth, kind finding.Kind, who string, a, b Entry, first, second string) Found {
	of, with := m.Of(a), m.Of(b)
	return Found{ID: finding.ID(kind, who, a.Date.String(), first, second), Kind: kind,
		Subjects: []string{of.Participant, with.Participant, of.Assistant, with.Assistant, of.Of, with.Of},
		People:   []string{of.Participant, with.Participant},
		From:     a.Date, To: a.Date, Minutes: domain.Minutes(min(a.To, b.To) - b.From),
		Events: append(m.Events(a), m.Events(b)...)}
}

func at(id string, from domain.TimeOfDay) string { return id + "@" + Clock(from) }
