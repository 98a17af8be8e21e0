package projections

import (
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/budget"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

// budgetEvent draws a plan or an expense of a few lines and documents.
func budgetEvent(num func(string, int) int, word func(string) string, day domain.Date) domain.Event {
	amount := domain.Grosze(num("amount", 50) + 1)
	line := budget.Line{Programme: word("programme"), Line: word("line"), From: day}
	if num("from", 3) == 0 {
		line.From = 0
	}
	about := budget.About{Programme: word("programme"), Document: []string{"FV/1", "fv/1", "R 2"}[num("document", 3)], Line: word("line")}
	spent := func(name string) budget.Spent {
		s := budget.Spent{Date: day.Add(num(name, 5)), Split: budget.Split{Amount: domain.Grosze(num("spent", 60) + 1)}, DocumentTotal: domain.Grosze(30 * num("total", 3))}
		s.Own = s.Amount
		if num("nip", 2) == 0 {
			s.NIP = "5260250274"
		}
		return s
	}
	switch num("budget", 6) {
	case 0:
		return budget.LinePlanned{Line: line, Split: budget.Split{Amount: amount, Own: amount}}
	case 1:
		return budget.PlanWithdrawn{Line: line, Reason: "x"}
	case 2:
		return budget.Corrected{About: about, Before: spent("before"), After: spent("after"), Reason: "x"}
	case 3:
		return budget.Withdrawn{About: about, Was: spent("was"), Reason: "x"}
	}
	return budget.Recorded{About: about, Spent: spent("recorded")}
}

// TestWithdrawnBudgetLeavesNothing: a plan that was withdrawn, and an expense that was
// corrected into another document's and withdrawn, leave every row as if nobody had spoken of
// them.
func TestWithdrawnBudgetLeavesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		day := domain.NewDate(2018, 12, 27).Add(num("day", 9))
		line := budget.Line{Programme: "a", Line: "never", From: day}
		about := budget.About{Programme: "a", Document: "FV/never", Line: "c-2"}
		first := budget.Spent{Date: day, NIP: "5260250274", Split: budget.Split{Amount: 70, Own: 70}, DocumentTotal: 30}
		second := budget.Spent{Date: day.Add(num("moved", 3)), Split: budget.Split{Amount: 50, EU: 50}}
		history := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.Event {
			return budgetEvent(func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) },
				func(what string) string { return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(rt, what) }, day)
		}), 0, 40).Draw(rt, "history")
		events, mine := woven(rt, history, budget.LinePlanned{Line: line, Split: budget.Split{Amount: 9, Own: 9}}, budget.Recorded{About: about, Spent: first},
			budget.PlanWithdrawn{Line: line, Reason: "x"}, budget.Corrected{About: about, Before: first, After: second, Reason: "x"},
			budget.Withdrawn{About: about, Was: second, Reason: "x"})
		recorded := recordedOf(t, events)
		var without []*journal.Recorded
		for i, r := range recorded {
			if !mine[i] {
				without = append(without, r)
			}
		}
		foldtest.SameDump(rt, "budget", foldtest.Dump(t, folded(t, Budget(), recorded)), foldtest.Dump(t, folded(t, Budget(), without)))
	})
}
