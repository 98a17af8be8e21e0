package attendance_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/domain/sheet"
	. "ksiega/internal/testkit/given"
)

var march = domain.NewMonth(2018, 3)

func turn(to sheet.Step) attendance.TurnMonth {
	t := attendance.TurnMonth{About: about, Month: march, Turn: sheet.Turn{To: to}}
	if to == sheet.Returned {
		t.Reason = "why"
	}
	return t
}

func held(days int, minutes domain.Minutes) attendance.Entered {
	return attendance.Entered{About: about, Month: march, Days: days, Minutes: minutes}
}

func TestAMonthIsHandedOverReturnedAndApproved(t *testing.T) {
	t.Parallel()
	d, set := attendance.Decider(), attendance.TermsSet{Terms: terms}
	first, second := recorded(day(2018, 3, 5), 480), recorded(day(2018, 3, 12), 300)
	over := attendance.MonthHandedOver{Entered: held(2, 780)}
	Given(t, d, set, first, second).When(turn(sheet.HandedOver)).Then(over)
	Given(t, d, set, first, second, recorded(day(2018, 4, 2), 60)).When(turn(sheet.HandedOver)).Then(over)
	Given(t, d).When(turn(sheet.HandedOver)).Then(attendance.MonthHandedOver{Entered: held(0, 0)}) // of a sheet whose other referrals have days
	Given(t, d, set, first, second, over).When(turn(sheet.HandedOver)).Then()

	approved := attendance.MonthApproved{Entered: held(2, 780)}
	Given(t, d, set, first, second, over).When(turn(sheet.Approved)).Then(approved)
	alone := turn(sheet.Approved)
	alone.Alone = true
	Given(t, d, set, first, second, over).When(alone).Then(attendance.MonthApproved{Entered: held(2, 780), Alone: true})
	Given(t, d, set, first, second).When(turn(sheet.Approved)).Refuse(sheet.ErrNotHandedOver)
	Given(t, d, set, first, over, second).When(turn(sheet.Approved)).Refuse(sheet.ErrNotHandedOver) // entered since
	Given(t, d, set, first, over, recorded(day(2018, 4, 2), 60)).When(turn(sheet.Approved)).Then(attendance.MonthApproved{Entered: held(1, 480)})
	Given(t, d, set, first, second, over, approved).When(turn(sheet.Approved)).Then()
	Given(t, d, set, first, second, over, approved).When(turn(sheet.HandedOver)).Then()

	back := attendance.MonthReturned{Entered: held(2, 780), Reason: "why"}
	Given(t, d, set, first, second, over).When(turn(sheet.Returned)).Then(back)
	Given(t, d, set, first, second, over, approved).When(turn(sheet.Returned)).Then(back)
	Given(t, d, set, first, second, over, back).When(turn(sheet.Returned)).Then()
	other := turn(sheet.Returned)
	other.Reason = "another"
	Given(t, d, set, first, second, over, back).When(other).Refuse(sheet.ErrNotHandedOver)
	Given(t, d, set, first, second).When(turn(sheet.Returned)).Refuse(sheet.ErrNotHandedOver)
	Given(t, d, set, first, second, over, back).When(turn(sheet.Approved)).Refuse(sheet.ErrNotHandedOver)
	Given(t, d, set, first, second, over, back).When(turn(sheet.HandedOver)).Then(over)
	other.Reason = ""
	Given(t, d, set, first, second, over).When(other).Refuse(domain.ErrNoReason)
	other.Wordless = true
	Given(t, d, set, first, second, over).When(other).Then(attendance.MonthReturned{Entered: held(2, 780)})
	paid := turn(sheet.Returned)
	paid.Paid = true
	Given(t, d, set, first, second, over, approved).When(paid).Refuse(sheet.ErrPaid)
	Given(t, d, set, first, second, over).When(paid).Then(back) // a payment freezes nothing
	Given(t, d).When(turn("closed")).Refuse(domain.ErrUnknownCommand)
}

func TestAnApprovedMonthTakesCorrections(t *testing.T) {
	t.Parallel()
	d, set, on := attendance.Decider(), attendance.TermsSet{Terms: terms}, day(2018, 3, 5)
	approved := attendance.MonthApproved{Entered: held(1, 480)}
	history := []domain.Event{set, recorded(on, 480), attendance.MonthHandedOver{Entered: held(1, 480)}, approved}
	given := func() Scenario[attendance.State, attendance.Command] { return Given(t, d, history...) }
	given().When(hours(on, 480)).Then()
	given().When(hours(on, 300)).Refuse(domain.ErrDiffers)
	given().When(hours(on+1, 60)).Refuse(sheet.ErrApproved)
	given().When(hours(day(2018, 4, 2), 60)).Then(recorded(day(2018, 4, 2), 60))
	fix := hours(on+1, 60)
	fix.Correct = true
	given().When(fix).Refuse(domain.ErrNoReason)
	fix.Reason = "r"
	added := attendance.DayCorrected{About: about, Date: on + 1, After: attendance.Value{Minutes: 60}, Delta: 60, Reason: "r", Rates: rates}
	given().When(fix).Then(added)
	out := attendance.RecordDay{Terms: terms, Date: on, Amend: domain.Amend{Withdraw: true}}
	given().When(out).Refuse(domain.ErrNoReason)
	out.Reason = "r"
	gone := attendance.DayWithdrawn{About: about, Date: on, Before: attendance.Value{Minutes: 480}, Delta: -480, Reason: "r"}
	given().When(out).Then(gone)
	history = append(history, gone)
	given().When(hours(on, 480)).Refuse(sheet.ErrApproved) // a day that was taken back as well
	given().When(turn(sheet.Approved)).Then()              // it stays approved
	if s := d.Fold(history...); s.Stands(domain.Ref{}).Noun != domain.AnApproval {
		t.Errorf("what stands on the contract is %v", s.Stands(domain.Ref{}))
	}
	history = append(history, attendance.MonthReturned{Entered: held(0, 0), Reason: "why"})
	given().When(hours(on, 480)).Then(recorded(on, 480))
	if s := d.Fold(history...); s.Stands(domain.Ref{}).Stands() {
		t.Errorf("what stands on the contract is %v", s.Stands(domain.Ref{}))
	}
}

// No accepted history changes a day of an approved month but by a correction or a withdrawal,
// with its reason; whatever changes a month that was handed over has to be handed over
// again; a command sent again does nothing.
func TestHistoriesOfSheets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := attendance.Decider()
		var s attendance.State
		var history []domain.Event
		months := map[domain.Month]sheet.Step{}
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			cmd := anySheetCommand(t)
			events, err := d.Decide(s, cmd)
			if err != nil {
				continue
			}
			for _, e := range events {
				if on, entry := attendance.DayOf(e); entry {
					if months[on.Month()] == sheet.Approved && !saysWhy(e) {
						t.Fatalf("%T in an approved month", e)
					}
					if months[on.Month()] != sheet.Approved {
						months[on.Month()] = sheet.Open
					}
				}
				if m, to := attendance.MonthOf(e); m != 0 {
					if to == sheet.Approved && months[m] != sheet.HandedOver {
						t.Fatalf("%s is approved, which is %q", m, months[m])
					}
					months[m] = to
				}
				s, history = d.Evolve(s, e), append(history, e)
			}
			if again, err := d.Decide(s, cmd); err != nil || len(again) != 0 {
				t.Fatalf("%+v sent again: %v, %v", cmd, again, err)
			}
			for m, is := range months {
				if s.Sheet(m).Step != is {
					t.Fatalf("%s is %q, not %q", m, s.Sheet(m).Step, is)
				}
			}
		}
		if !reflect.DeepEqual(s, d.Fold(history...)) {
			t.Fatal("replay gives another state")
		}
	})
}

func saysWhy(e domain.Event) bool {
	switch e := e.(type) {
	case attendance.DayCorrected:
		return e.Reason != ""
	case attendance.DayWithdrawn:
		return e.Reason != ""
	}
	return false
}

func anySheetCommand(t *rapid.T) attendance.Command {
	month := march + domain.Month(rapid.IntRange(0, 1).Draw(t, "month"))
	switch kind := rapid.IntRange(0, 7).Draw(t, "kind"); kind {
	case 0, 1, 2:
		c := turn([]sheet.Step{sheet.HandedOver, sheet.Returned, sheet.Approved}[kind])
		c.Month, c.Paid = month, rapid.Bool().Draw(t, "paid")
		return c
	case 3:
		return attendance.RecordDay{Terms: terms, Date: month.First() + domain.Date(rapid.IntRange(0, 5).Draw(t, "day")), Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	default:
		c := hours(month.First()+domain.Date(rapid.IntRange(0, 5).Draw(t, "day")), domain.Minutes(rapid.IntRange(1, 3).Draw(t, "minutes")))
		if kind > 5 {
			c.Correct, c.Reason = true, "r"
		}
		return c
	}
}
