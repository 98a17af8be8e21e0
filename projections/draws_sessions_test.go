package projections

import (
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/session"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

// sessionEvent draws a session, or how somebody was at it, of a few.
func sessionEvent(num func(string, int) int, word func(string) string, day domain.Date) domain.Event {
	from := domain.TimeOfDay(60 * num("from", 6))
	terms := session.Terms{Session: word("session"), Programme: word("programme"), Kind: session.Workshop, Date: day, From: from, To: from + 90, Minutes: 90,
		Leaders: []string{word("leader")}, Headcount: num("headcount", 3), Cancelled: num("cancelled", 4) == 0, Topic: "v1.t"}
	about := session.Attendance{Session: terms.Session, Programme: terms.Programme, Participant: word("participant"), Date: day}
	is := session.Details{Presence: session.Presences()[num("presence", 4)], Effects: []domain.Sealed{"", "v1.e"}[num("effects", 2)]}
	switch num("session", 8) {
	case 0:
		before := terms
		before.Programme, before.Date, before.Leaders = word("programme before"), day.Add(-num("before", 4)), []string{word("leader before")}
		return session.Corrected{Before: before, After: terms, Edition: 1, Reason: "x"}
	case 1:
		return session.Withdrawn{Before: terms, Reason: "x"}
	case 2:
		return session.PresenceCorrected{Attendance: about, After: is, Reason: "x"}
	case 3:
		return session.PresenceWithdrawn{Attendance: about, Before: is, Reason: "x"}
	case 4, 5:
		return session.PresenceRecorded{Attendance: about, Details: is}
	}
	return session.Recorded{Terms: terms}
}

// TestWithdrawnSessionsLeaveNothing: a session that was corrected, into another programme's
// month and another leader's, with who was at it, and withdrawn leaves every row as if nobody
// had spoken of it.
func TestWithdrawnSessionsLeaveNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		day := domain.NewDate(2018, 12, 27).Add(num("day", 9))
		first := session.Terms{Session: "never", Programme: "a", Kind: session.Workshop, Date: day, From: 60, To: 120, Minutes: 60, Leaders: []string{"a"}, Topic: "v1.t"}
		second := first
		second.Programme, second.Date, second.Leaders, second.From = "b/1 ł", day.Add(num("moved", 40)), []string{"c-2"}, domain.TimeOfDay(60+60*num("later", 2))
		about := session.Attendance{Session: "never", Programme: "a", Participant: "c-2", Date: day}
		is := session.Details{Presence: session.Presences()[num("presence", 4)], Effects: "v1.e"}
		history := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.Event {
			draw := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
			word := func(what string) string { return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(rt, what) }
			if draw("noun", 3) == 0 {
				return visitEvent(draw, word, day)
			}
			return sessionEvent(draw, word, day)
		}), 0, 40).Draw(rt, "history")
		events, mine := woven(rt, history, session.Recorded{Terms: first}, session.PresenceRecorded{Attendance: about, Details: is},
			session.Corrected{Before: first, After: second, Edition: 1, Reason: "x"}, session.PresenceCorrected{Attendance: about, Before: is, After: session.Details{Presence: session.Late}, Reason: "x"},
			session.PresenceWithdrawn{Attendance: about, Before: session.Details{Presence: session.Late}, Reason: "x"}, session.Withdrawn{Before: second, Reason: "x"})
		recorded := recordedOf(t, events)
		var without []*journal.Recorded
		for i, r := range recorded {
			if !mine[i] {
				without = append(without, r)
			}
		}
		for _, p := range []Projection{Sessions(), Assistance()} {
			foldtest.SameDump(rt, p.Name, foldtest.Dump(t, folded(t, p, recorded)), foldtest.Dump(t, folded(t, p, without)))
		}
	})
}
