package assistance

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/sheet"
	"ksiega/internal/testkit/given"
)

func turned(to sheet.Step) TurnMonth {
	c := TurnMonth{Assistant: "A1", Month: may14.Month(), Turn: sheet.Turn{To: to}}
	if to == sheet.Returned {
		c.Reason = "why"
	}
	return c
}

func TestAMonthOfVisitsIsHandedOverReturnedAndApproved(t *testing.T) {
	t.Parallel()
	first, second := logged("C1", may14, 600, 720), logged("C2", may14+1, 600, 660)
	is := Entered{Assistant: "A1", Month: may14.Month(), Visits: 2, Minutes: 180}
	over, approved, back := MonthHandedOver{is}, MonthApproved{Entered: is}, MonthReturned{is, "why"}
	given.Given(t, Decider()).When(turned(sheet.HandedOver)).Refuse(sheet.ErrEmpty)
	given.Given(t, Decider(), first, second).When(turned(sheet.HandedOver)).Then(over)
	given.Given(t, Decider(), first, second, over).When(turned(sheet.HandedOver)).Then()
	given.Given(t, Decider(), first, second).When(turned(sheet.Approved)).Refuse(sheet.ErrNotHandedOver)
	given.Given(t, Decider(), first, over, second).When(turned(sheet.Approved)).Refuse(sheet.ErrNotHandedOver)
	given.Given(t, Decider(), first, second, over).When(turned(sheet.Approved)).Then(approved)
	given.Given(t, Decider(), first, second, over).When(turned(sheet.Returned)).Then(back)
	given.Given(t, Decider(), first, second, over, approved).When(turned(sheet.Returned)).Then(back)
	given.Given(t, Decider(), first, second, over, approved, back).When(logging(second)).Then()
	other := turned(sheet.HandedOver)
	other.Month++
	given.Given(t, Decider(), first).When(other).Refuse(ErrOther)

	third := logged("C1", may14+2, 600, 660)
	given.Given(t, Decider(), first, second, over, approved).When(logging(third)).Refuse(sheet.ErrApproved)
	given.Given(t, Decider(), first, second, over, approved).When(logging(second)).Then()
	fix := logging(third)
	fix.Correct = true
	given.Given(t, Decider(), first, second, over, approved).When(fix).Refuse(domain.ErrNoReason)
	fix.Reason = "r"
	third.Reason = "r"
	given.Given(t, Decider(), first, second, over, approved).When(fix).Then(third)

	gone := []domain.Event{first, second, over, approved, withdrawn(first, "r"), withdrawn(second, "r")}
	s := Decider().Fold(gone...)
	if on := s.Stands(domain.Ref{Kind: domain.RefAssistant, ID: "A1"}); on.Noun != domain.AnApproval {
		t.Errorf("on the assistant stands %v", on)
	}
	if on := s.Stands(domain.Ref{Kind: domain.RefContract, ID: "C1"}); on.Stands() {
		t.Errorf("on the contract stands %v", on)
	}
}

// No accepted history changes a visit of an approved month but by a correction or a
// withdrawal, with its reason.
func TestHistoriesOfVisitSheets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Decider()
		var s State
		var history []domain.Event
		is := sheet.Open
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			var cmd Command = anyCommand(t)
			if rapid.IntRange(0, 2).Draw(t, "turn") == 0 {
				c := turned(rapid.SampledFrom([]sheet.Step{sheet.HandedOver, sheet.Returned, sheet.Approved}).Draw(t, "to"))
				cmd = c
			}
			events, err := d.Decide(s, cmd)
			if err != nil {
				continue
			}
			for _, e := range events {
				switch _, entry := VisitOf(e); {
				case entry && is == sheet.Approved && !says(e):
					t.Fatalf("%T in an approved month", e)
				case entry && is != sheet.Approved:
					is = sheet.Open
				}
				if m, to := MonthOf(e); m != 0 {
					if to == sheet.Approved && is != sheet.HandedOver {
						t.Fatalf("approved, which is %q", is)
					}
					is = to
				}
				s, history = d.Evolve(s, e), append(history, e)
			}
			if again, err := d.Decide(s, cmd); err != nil || len(again) != 0 {
				t.Fatalf("%+v sent again: %v, %v", cmd, again, err)
			}
			if s.Sheet().Step != is {
				t.Fatalf("it is %q, not %q", s.Sheet().Step, is)
			}
		}
		if !reflect.DeepEqual(s, d.Fold(history...)) {
			t.Fatal("replay gives another state")
		}
	})
}

func says(e domain.Event) bool {
	switch e := e.(type) {
	case VisitLogged:
		return e.Reason != ""
	case VisitCorrected:
		return e.Reason != ""
	case VisitWithdrawn:
		return e.Reason != ""
	}
	return false
}
