package projections

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

// socialEvent draws what is recorded under a contract, of a few.
func socialEvent(num func(string, int) int, word func(string) string, day domain.Date) domain.Event {
	of := contract.About{Contract: word("contract"), Participant: []string{"U1", "U1", "U/2"}[num("whose", 3)], Programme: word("programme")}
	no, entry := []string{"1", "2", "10"}[num("no", 3)], num("entry", 3)+1
	switch num("social", 10) {
	case 0, 1:
		return contract.TaskSet{About: of, No: no, On: day, Side: contract.SideParticipant, Due: day.Add(num("due", 40)), Text: "v1.t"}
	case 2:
		return contract.TaskWithdrawn{About: of, No: no, On: day, Reason: "x"}
	case 3:
		return contract.TaskResultRecorded{About: of, No: no, Date: day, Result: "v1.r", Note: "v1.n"}
	case 4:
		return contract.TaskResultWithdrawn{About: of, No: no, Date: day, Reason: "x"}
	case 5:
		return contract.Evaluated{About: of, Date: day, Result: "v1.e"}
	case 6:
		return contract.EvaluationWithdrawn{About: of, Date: day, Reason: "x"}
	case 7:
		return contract.AidWithdrawn{About: of, Entry: entry, Date: day, Reason: "x"}
	}
	return contract.AidGranted{About: of, Entry: entry, Date: day, Purpose: "v1.p", Amount: domain.Grosze(num("amount", 500) + 1)}
}

// TestWithdrawnSocialFactsLeaveNothing: a place, a task with its result, an evaluation and aid
// that were recorded, corrected and withdrawn leave every row as if nobody had spoken of
// them; corrected and left standing, as if they had been right at once.
func TestWithdrawnSocialFactsLeaveNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		day := domain.NewDate(2018, 12, 27).Add(num("day", 9))
		of := contract.About{Contract: "K/never", Participant: "U1", Programme: "a"}
		life := contract.Life{Contract: of.Contract, Participant: "U1", Programme: "a", On: day}
		terms := contract.Terms{Contract: of.Contract, Kind: contract.Social, Programme: "a", Participant: "U1", Concluded: day, From: day, To: day.Add(90), Place: "v1.p", Aid: 100}
		moved := terms
		moved.Participant, moved.Programme, moved.Place = "U/2", "b/1 ł", ""
		history := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.Event {
			num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
			word := func(what string) string {
				return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(rt, what)
			}
			if num("facts", 2) == 0 {
				return contractEvent(num, word, day)
			}
			return socialEvent(num, word, day)
		}), 0, 40).Draw(rt, "history")
		task := contract.TaskSet{About: of, No: "1", On: day, Side: contract.SideCentre, Due: day, Text: "v1.t"}
		result := contract.TaskResultRecorded{About: of, No: "1", Date: day, Result: "v1.r"}
		aid := contract.AidGranted{About: of, Entry: 1, Date: day, Purpose: "v1.a", Amount: 50}
		right := aid
		right.Entry, right.Amount = 2, 70
		gone := contract.AidWithdrawn{About: of, Entry: 1, Date: day, Reason: "x"}
		events, mine := woven(rt, history, contract.Signed{Terms: terms}, task, result, aid, gone, right, contract.Evaluated{About: of, Date: day, Result: "v1.e"},
			contract.Amended{Life: life, Place: "v1.q"}, contract.TaskResultWithdrawn{About: of, No: "1", Date: day, Reason: "x"}, contract.TaskWithdrawn{About: of, No: "1", On: day, Reason: "x"},
			contract.AidWithdrawn{About: of, Entry: 2, Date: day, Reason: "x"}, contract.EvaluationWithdrawn{About: of, Date: day, Reason: "x"},
			contract.TermsCorrected{Before: terms, After: moved, Reason: "x"}, contract.ChangeWithdrawn{Life: contract.Life{Contract: of.Contract, Participant: "U/2", Programme: "b/1 ł", On: day}, Kind: "contract.amended"},
			contract.Withdrawn{Terms: moved, Reason: "x"})
		recorded := recordedOf(t, events)
		var without, always []*journal.Recorded
		for i, r := range recorded {
			if !mine[i] {
				without = append(without, r)
			}
			if mine[i] && r.Event == domain.Event(aid) || mine[i] && r.Event == domain.Event(gone) {
				continue // it was right at once
			}
			always = append(always, r)
		}
		foldtest.SameDump(rt, "never", foldtest.Dump(t, folded(t, Contracts(), recorded)), foldtest.Dump(t, folded(t, Contracts(), without)))
		until := rapid.IntRange(0, len(recorded)).Draw(rt, "until")
		for until < len(recorded) && mine[until] && (recorded[until].Event == domain.Event(gone) || recorded[until].Event == domain.Event(right)) {
			until++ // a correction is known whole
		}
		upTo := func(all []*journal.Recorded) (some []*journal.Recorded) {
			for _, r := range all {
				if until == len(recorded) || recorded[until].Position.After(r.Position) {
					some = append(some, r)
				}
			}
			return some
		}
		if slices.ContainsFunc(upTo(recorded), func(r *journal.Recorded) bool { return r.Event == domain.Event(right) }) {
			foldtest.SameDump(rt, "always", foldtest.Dump(t, folded(t, Contracts(), upTo(recorded))), foldtest.Dump(t, folded(t, Contracts(), upTo(always))))
		}
	})
}
