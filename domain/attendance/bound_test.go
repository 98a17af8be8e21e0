package attendance_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/attendance"
)

// What was entered under terms never stands against them, however wide those before were,
// also where weeks have days with several caps and days were corrected and taken back;
// and of a day that would be refused by them one does.
func TestDaysStandAgainstWhatWouldRefuseThem(t *testing.T) {
	first := day(2018, 12, 1)
	bounds := func(caps []domain.Minutes, from, to, rest int, monthly domain.Minutes) map[domain.Date]attendance.Bound {
		all := map[domain.Date]attendance.Bound{}
		for i, weekly := range caps {
			own := terms
			own.WeeklyCap, own.MonthlyCap, own.From, own.To = weekly, monthly, first.Add(from), first.Add(to)
			all[first.Add(i)] = attendance.Bound{Terms: own, Rests: i >= rest && i < rest+5}
		}
		return all
	}
	draw := func(t *rapid.T) map[domain.Date]attendance.Bound {
		caps := rapid.SliceOfN(rapid.SampledFrom([]domain.Minutes{300, 450, 600}), 40, 40).Draw(t, "caps")
		return bounds(caps, rapid.IntRange(0, 10).Draw(t, "from"), rapid.IntRange(20, 40).Draw(t, "to"), rapid.IntRange(0, 60).Draw(t, "rest"),
			domain.Minutes(rapid.SampledFrom([]int{0, 900, 1500}).Draw(t, "monthly")))
	}
	wide := bounds(make([]domain.Minutes, 40), 0, 40, 60, 0)
	rapid.Check(t, func(t *rapid.T) {
		d, s, under := attendance.Decider(), attendance.State{}, draw(t)
		for range rapid.IntRange(1, 60).Draw(t, "entries") {
			c := hours(first.Add(rapid.IntRange(0, 39).Draw(t, "day")), domain.Minutes(rapid.IntRange(1, 400).Draw(t, "minutes")))
			switch c.Terms = under[c.Date].Terms; rapid.IntRange(0, 2).Draw(t, "amend") {
			case 1:
				c.Correct, c.Reason = true, "sealed"
			case 2:
				c.Withdraw, c.Reason = true, "sealed"
			}
			if under[c.Date].Rests && !c.Withdraw { // as the command sees to
				continue
			}
			events, err := d.Decide(s, c)
			var refusal *domain.Error
			if err != nil && !errors.As(err, &refusal) {
				t.Fatal(err)
			}
			for _, e := range events {
				s = d.Evolve(s, e)
			}
		}
		if reasons := s.Stand(wide, under); len(reasons) != 0 {
			t.Fatalf("entered under terms, and against them stand %v", reasons)
		}
		other := draw(t)
		if reasons := s.Stand(other, other); len(reasons) != 0 {
			t.Fatalf("against terms as they are stand %v", reasons)
		}
		outside := map[string]bool{}
		for _, on := range s.Recorded() {
			if b := other[on]; !on.Within(b.From, b.To) {
				outside[fmt.Sprint(on)] = true
			} else if b.Rests && !under[on].Rests {
				outside[fmt.Sprint(on)] = true
			}
		}
		told := map[string]bool{}
		for _, r := range s.Stand(under, other) {
			if r.Is(attendance.ErrDayOutside) || r.Is(attendance.ErrDayRests) {
				told[fmt.Sprint(r.Args[1])] = true
			}
		}
		if !maps.Equal(outside, told) {
			t.Fatalf("outside are %v, told %v", outside, told)
		}
	})
}
