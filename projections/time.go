package projections

import (
	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// Time holds what took participants' time: a part a person, whose facts are looked at
// together, and a field a month.
func Time() fold.Table[findings.PersonMonth] { return fold.Table[findings.PersonMonth]{Name: "time"} }

// AssistantMonths holds what took assistants' time, a part a month and a field an
// assistant.
func AssistantMonths() fold.Table[findings.PersonMonth] {
	return fold.Table[findings.PersonMonth]{Name: "assistantMonths"}
}

// ParticipantOverlaps holds what of one programme meets in participants' time, a part a month
// and a field a participant.
func ParticipantOverlaps() fold.Table[findings.Days] {
	return fold.Table[findings.Days]{Name: "participantOverlaps"}
}

// DoublyFunded is the same of two programmes.
func DoublyFunded() fold.Table[findings.Days] { return fold.Table[findings.Days]{Name: "doublyFunded"} }

// AssistantOverlaps is the same of assistants.
func AssistantOverlaps() fold.Table[findings.Days] {
	return fold.Table[findings.Days]{Name: "assistantOverlaps"}
}

// takeTime puts an entry into a person's month, the n-th row that Keys named, or takes it
// away.
func takeTime(tx *fold.Tx, n int, months fold.Table[findings.PersonMonth], e findings.Entry, of findings.Parties, gone bool) {
	m, k := months.Nth(tx, n), tx.Named(n)
	if m.Change(e, of, gone); len(m.Entries) == 0 {
		months.Delete(tx, k.Part, k.Field)
	}
}

// changeTime is takeTime of a row by its key.
func changeTime(tx *fold.Tx, months fold.Table[findings.PersonMonth], k fold.Key, e findings.Entry, of findings.Parties, gone bool) {
	m := months.Get(tx, k.Part, k.Field)
	if m.Change(e, of, gone); len(m.Entries) == 0 {
		months.Delete(tx, k.Part, k.Field)
	}
}

// meetingThen are the sessions that meet something else in somebody's month.
func meetingThen(tx *fold.Tx, unit fold.Key) (keys []fold.Key) {
	m, _ := timesOf(unit).table.Peek(tx, unit.Part, unit.Field)
	for _, id := range m.MeetingSessions() {
		keys = append(keys, sessionTime(id))
	}
	return keys
}

// meetingEvents are the events of those themselves.
func meetingEvents(tx *fold.Tx) findings.SessionEvents {
	return func(id string) []journal.Position {
		row, _ := SessionTimes().Peek(tx, domain.Escape(id), SessionTimeField)
		return row.Events
	}
}

// participantTime works out what follows from a participant's month.
func participantTime(tx *fold.Tx, unit fold.Key) {
	m, _ := Time().Peek(tx, unit.Part, unit.Field)
	overlaps, funded := findings.ParticipantOverlaps(m, meetingEvents(tx))
	put(tx, ParticipantOverlaps(), unit.Field, unit.Part, overlaps, len(overlaps.Found) > 0)
	put(tx, DoublyFunded(), unit.Field, unit.Part, funded, len(funded.Found) > 0)
}

// assistantTime works out what follows from an assistant's month.
func assistantTime(tx *fold.Tx, unit fold.Key) {
	m, _ := AssistantMonths().Peek(tx, unit.Part, unit.Field)
	overlaps := findings.AssistantOverlaps(m, meetingEvents(tx))
	put(tx, AssistantOverlaps(), unit.Part, unit.Field, overlaps, len(overlaps.Found) > 0)
}
