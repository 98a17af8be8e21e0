package projections

import (
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/participant"
	"ksiega/domain/participation"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

// peopleEvent draws what is recorded of a participant, of a few.
func peopleEvent(num func(string, int) int, word func(string) string, day domain.Date) domain.Event {
	person := participant.Person{Participant: word("person"), FirstName: "v2.f", LastName: "v2.l"}
	if num("told", 2) == 0 {
		person.Disability, person.LabourStatus, person.Household, person.CarerFor = "v2.d", "v2.s", word("household"), word("cared for")
	}
	status := participant.Status{Participant: person.Participant, Kind: participant.StatusKinds()[num("kind", 2)], From: day}
	stay := participant.Stay{Participant: person.Participant, Entry: num("entry", 3) + 1, From: day}
	merge := participant.Merge{Participant: person.Participant, Into: word("into"), Date: day}
	about := participation.About{Programme: word("programme"), Participant: person.Participant, Date: day}
	entry := participation.Entry{About: about, Edition: 1}
	assigned := participant.Assignment{Participant: person.Participant, Worker: word("worker"), From: day}
	switch num("people", 20) {
	case 16, 17:
		return participant.Assigned{Assignment: assigned, To: []domain.Date{0, day.Add(3)}[num("to", 2)]}
	case 18:
		return participant.AssignmentWithdrawn{Assignment: assigned, Reason: "x"}
	case 10, 11:
		return participation.Enrolled{Entry: entry, Group: "v2.g"}
	case 12:
		return participation.Left{Entry: entry, Value: "v2.v"}
	case 13:
		return participation.OutcomeRecorded{Entry: entry, Value: "v2.o"}
	case 14:
		return participation.Assessed{Entry: entry, Value: "v2.a"}
	case 15:
		return participation.FactWithdrawn{About: about, Kind: []string{Enrolled, Left, CameTo, Assessed}[num("fact", 4)], Reason: "x"}
	case 0:
		return participant.Corrected{Person: person, Reason: "x"}
	case 1:
		return participant.Withdrawn{Participant: person.Participant, Reason: "x"}
	case 2, 3:
		return participant.StatusRecorded{Status: status, Value: "v2.v", To: []domain.Date{0, day.Add(3)}[num("to", 2)]}
	case 4:
		return participant.StatusWithdrawn{Status: status, Reason: "x"}
	case 5, 6:
		return participant.StayRecorded{Stay: stay, Kind: "v2.k", To: []domain.Date{0, day.Add(3)}[num("to", 2)]}
	case 7:
		return participant.StayWithdrawn{Stay: stay, Reason: "x"}
	case 8:
		return participant.Merged{Merge: merge, Reason: "v2.r"}
	case 9:
		return participant.MergeWithdrawn{Merge: merge, Reason: "x"}
	}
	return participant.Registered{Person: person}
}

// TestWithdrawnPeopleLeaveNothing: somebody who was registered, corrected, given a status and a
// stay, merged, and taken out of the register again, leaves every row as if nobody had spoken
// of them.
func TestWithdrawnPeopleLeaveNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		day := domain.NewDate(2018, 12, 27).Add(num("day", 9))
		who := participant.Person{Participant: "never", FirstName: "v2.f", LastName: "v2.l", Household: "a", Disability: "v2.d"}
		moved := who
		moved.Household = []string{"", "b/1 ł"}[num("moved", 2)]
		status := participant.Status{Participant: "never", Kind: participant.Disability, From: day}
		stay := participant.Stay{Participant: "never", Entry: 1, From: day}
		ofWorker := participant.Assignment{Participant: "never", Worker: "a", From: day}
		merge := participant.Merge{Participant: "never", Into: "a", Date: day}
		about := participation.About{Programme: "a", Participant: "never", Date: day}
		took := participation.Enrolled{Entry: participation.Entry{About: about, Edition: 1}, Group: "v2.g"}
		history := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.Event {
			return peopleEvent(func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) },
				func(what string) string { return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(rt, what) }, day)
		}), 0, 40).Draw(rt, "history")
		events, mine := woven(rt, history, participant.Registered{Person: who}, participant.StatusRecorded{Status: status, Value: "v2.v"},
			participant.StayRecorded{Stay: stay, Kind: "v2.k"}, participant.Assigned{Assignment: ofWorker}, took, participant.Corrected{Person: moved, Reason: "x"}, participant.Merged{Merge: merge, Reason: "v2.r"},
			participant.StatusWithdrawn{Status: status, Reason: "x"}, participant.MergeWithdrawn{Merge: merge, Reason: "x"}, participant.StayWithdrawn{Stay: stay, Reason: "x"},
			participant.AssignmentWithdrawn{Assignment: ofWorker, Reason: "x"},
			participation.FactWithdrawn{About: about, Kind: Enrolled, Reason: "x"}, participant.Withdrawn{Participant: "never", Reason: "x"})
		recorded := recordedOf(t, events)
		var without []*journal.Recorded
		for i, r := range recorded {
			if !mine[i] {
				without = append(without, r)
			}
		}
		for _, p := range []Projection{People(), Participations()} {
			foldtest.SameDump(rt, p.Name, foldtest.Dump(t, folded(t, p, recorded)), foldtest.Dump(t, folded(t, p, without)))
		}
	})
}
