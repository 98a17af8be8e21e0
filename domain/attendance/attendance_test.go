package attendance_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/programme"
	. "ksiega/internal/testkit/given"
)

func day(y, m, d int) domain.Date {
	date, err := domain.CheckedDate(y, m, d)
	if err != nil {
		panic(err)
	}
	return date
}

var (
	about = attendance.About{Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu"}
	terms = attendance.Terms{About: about, From: day(2018, 2, 8), To: day(2019, 1, 31), WeeklyCap: 600, MonthlyCap: 2400,
		RefundPercent: 60, Basis: agreement.Statutory, BaseRate: 830}
	spring = programme.Rate{Grosze: 810, Edition: "psu-2014"}
	rates  = attendance.Rates{Minimum: 810, Paid: 830, Refund: 810, Percent: 60, Edition: "psu-2014"}
)

func hours(d domain.Date, m domain.Minutes) attendance.RecordDay {
	return attendance.RecordDay{Terms: terms, Date: d, Value: attendance.Value{Minutes: m}, Minimum: spring}
}

func recorded(d domain.Date, m domain.Minutes) attendance.HoursRecorded {
	return attendance.HoursRecorded{About: about, Date: d, Minutes: m, Rates: rates}
}

func TestADayIsEnteredOnce(t *testing.T) {
	d, set := attendance.Decider(), attendance.TermsSet{Terms: terms}
	first := day(2018, 3, 5)
	Given(t, d).When(hours(first, 480)).Then(set, recorded(first, 480))
	Given(t, d, set, recorded(first, 480)).When(hours(first, 480)).Then()
	Given(t, d, set, recorded(first, 480)).When(hours(first, 300)).Refuse(domain.ErrDiffers)

	fix := hours(first, 300)
	fix.Correct = true
	Given(t, d, set, recorded(first, 480)).When(fix).Refuse(domain.ErrNoReason)
	fix.Reason = "sealed"
	Given(t, d, set, recorded(first, 480)).When(fix).Then(attendance.DayCorrected{About: about, Date: first,
		Before: attendance.Value{Minutes: 480}, After: attendance.Value{Minutes: 300}, Delta: -180, Reason: "sealed", Rates: rates})
	// A day that the sheet lacked is added, with the reason.
	added := attendance.DayCorrected{About: about, Date: first, After: attendance.Value{Minutes: 300}, Delta: 300, Reason: "sealed", Rates: rates}
	Given(t, d, set).When(fix).Then(added)
	Given(t, d, set, added).When(fix).Then()
	Given(t, d, set, added).When(hours(first, 300)).Then()
}

// A day that should not have been entered is taken back, whatever it holds, and can be
// entered again.
func TestADayIsTakenBack(t *testing.T) {
	d, set, on := attendance.Decider(), attendance.TermsSet{Terms: terms}, day(2018, 3, 5)
	out := attendance.RecordDay{Terms: terms, Date: on, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	gone := attendance.DayWithdrawn{About: about, Date: on, Before: attendance.Value{Minutes: 480}, Delta: -480, Reason: "r"}
	Given(t, d, set, recorded(on, 480)).When(out).Then(gone)
	Given(t, d, set, recorded(on, 480), gone).When(out).Then()
	Given(t, d, set).When(out).Refuse(domain.ErrNothingToWithdraw)
	Given(t, d, set, recorded(on, 480), gone).When(hours(on, 480)).Then(recorded(on, 480))
	Given(t, d, set, recorded(on, 480), gone).When(hours(on+1, 600)).Then(recorded(on+1, 600)) // the week is free again
	away := attendance.AbsenceRecorded{About: about, Date: on, Excused: true, Absence: "c1"}
	Given(t, d, set, away).When(out).Then(attendance.DayWithdrawn{About: about, Date: on, Before: attendance.Value{Excused: true, Absence: "c1"}, Reason: "r"})
	out.Reason = ""
	Given(t, d, set, recorded(on, 480)).When(out).Refuse(domain.ErrNoReason)
}

func TestRefusals(t *testing.T) {
	d, set := attendance.Decider(), attendance.TermsSet{Terms: terms}
	sick := attendance.RecordDay{Terms: terms, Date: day(2018, 3, 6), Absence: attendance.Sick, Value: attendance.Value{Absence: "c1"}}
	Given(t, d, set).When(sick).Then(attendance.AbsenceRecorded{About: about, Date: day(2018, 3, 6), Excused: true, Absence: "c1"})
	Given(t, d, set, attendance.AbsenceRecorded{About: about, Date: day(2018, 3, 6), Excused: true, Absence: "c1"}).When(sick).Then()
	away := sick
	away.Absence, away.Value.Absence = attendance.Unexcused, "c2"
	Given(t, d, set).When(away).Then(attendance.AbsenceRecorded{About: about, Date: day(2018, 3, 6), Absence: "c2"})
	Given(t, d, set, attendance.AbsenceRecorded{About: about, Date: day(2018, 3, 6), Excused: true, Absence: "c1"}).When(away).Refuse(domain.ErrDiffers)
	unsealed := sick
	unsealed.Value.Absence = ""
	Given(t, d, set).When(unsealed).Refuse(attendance.ErrAbsence)
	both := sick
	both.Value.Minutes = 60
	Given(t, d).When(both).Refuse(attendance.ErrBoth)
	other := sick
	other.Absence = "urlop"
	Given(t, d).When(other).Refuse(attendance.ErrAbsence)
	Given(t, d).When(hours(day(2018, 3, 5), 0)).Refuse(attendance.ErrNoHours)
	Given(t, d).When(hours(day(2018, 3, 5), -60)).Refuse(attendance.ErrHours)
	Given(t, d).When(hours(day(2018, 3, 5), 1441)).Refuse(attendance.ErrHours)
	Given(t, d).When(hours(day(2018, 2, 7), 60)).Refuse(attendance.ErrOutside)
	Given(t, d).When(hours(day(2019, 2, 1), 60)).Refuse(attendance.ErrOutside)
	rateless := hours(day(2018, 3, 5), 60)
	rateless.Minimum = programme.Rate{}
	Given(t, d).When(rateless).Refuse(attendance.ErrNoRate)
}

func TestTheWeekOverNewYearIsOneWeek(t *testing.T) {
	d, set := attendance.Decider(), attendance.TermsSet{Terms: terms}
	monday, thursday := day(2018, 12, 31), day(2019, 1, 3)
	Given(t, d, set, recorded(monday, 360)).When(hours(thursday, 241)).Refuse(attendance.ErrWeeklyCap)
	Given(t, d, set, recorded(monday, 360)).When(hours(thursday, 240)).Then(recorded(thursday, 240))
	Given(t, d, set, recorded(monday, 600)).When(hours(day(2019, 1, 7), 600)).Then(recorded(day(2019, 1, 7), 600))
}

func TestTheMonthlyCapBindsInAMonthOfFiveWeeks(t *testing.T) {
	d, set := attendance.Decider(), attendance.TermsSet{Terms: terms}
	history := []domain.Event{set}
	for _, n := range []int{1, 8, 15, 22} {
		history = append(history, recorded(day(2018, 10, n), 600))
	}
	Given(t, d, history...).When(hours(day(2018, 10, 29), 60)).Refuse(attendance.ErrMonthCap)
	Given(t, d, history...).When(hours(day(2018, 11, 1), 600)).Then(recorded(day(2018, 11, 1), 600))

	free := terms
	free.MonthlyCap = 0
	more := hours(day(2018, 10, 29), 60)
	more.Terms = free
	Given(t, d, history...).When(more).Then(attendance.TermsSet{Terms: free}, recorded(day(2018, 10, 29), 60))
}

func TestWorkedCases(t *testing.T) {
	for _, c := range []struct {
		minutes               domain.Minutes
		rate                  programme.Rate
		referral              domain.HourlyRate
		benefit, refund, own_ domain.Grosze
	}{
		{38 * 60, programme.Rate{Grosze: 1090, Edition: "x"}, 1500, 57000, 24852, 32148},
		{40 * 60, programme.Rate{Grosze: 3050, Edition: "x"}, 0, 122000, 73200, 48800},
		{40 * 60, programme.Rate{Grosze: 3140, Edition: "x"}, 0, 125600, 75360, 50240},
	} {
		d, s := attendance.Decider(), attendance.State{}
		tt := attendance.Terms{About: about, From: day(2018, 1, 1), To: day(2018, 12, 31), WeeklyCap: 600, RefundPercent: 60,
			Basis: agreement.Statutory, ReferralRate: c.referral}
		for left, at := c.minutes, day(2018, 10, 1); left > 0; left, at = left-min(left, 600), at.Add(7) {
			events, err := d.Decide(s, attendance.RecordDay{Terms: tt, Date: at, Value: attendance.Value{Minutes: min(left, 600)}, Minimum: c.rate})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				s = d.Evolve(s, e)
			}
		}
		if b, r, o, err := s.Month(day(2018, 10, 1).Month()).Settled(); err != nil || b != c.benefit || r != c.refund || o != c.own_ {
			t.Errorf("%s h: got %s, %s, %s", c.minutes, b, r, o)
		}
	}
}

func TestAgreedBasis(t *testing.T) {
	c := hours(day(2018, 3, 5), 60)
	c.Terms.Basis, c.Terms.ReferralRate = agreement.Agreed, 900
	want := recorded(day(2018, 3, 5), 60)
	want.Paid, want.Refund = 900, 830
	Given(t, attendance.Decider()).When(c).Then(attendance.TermsSet{Terms: c.Terms}, want)
}

// No accepted history breaks a cap, whatever is entered and corrected in
// whatever order; a naive sum over the days is the judge.
func TestNoAcceptedHistoryBreaksACap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, s := attendance.Decider(), attendance.State{}
		days := map[domain.Date]domain.Minutes{}
		for range rapid.IntRange(1, 80).Draw(t, "entries") {
			c := hours(day(2018, 12, 1).Add(rapid.IntRange(-5, 70).Draw(t, "day")), domain.Minutes(rapid.IntRange(0, 500).Draw(t, "minutes")))
			if c.Value.Minutes == 0 {
				c.Absence, c.Value.Absence = attendance.Excused, "sealed"
			}
			if rapid.Bool().Draw(t, "correct") {
				c.Correct, c.Reason = true, "sealed"
			}
			events, err := d.Decide(s, c)
			if err != nil {
				var refusal *domain.Error
				if !errors.As(err, &refusal) {
					t.Fatalf("not a refusal: %v", err)
				}
				continue
			}
			for _, e := range events {
				s = d.Evolve(s, e)
			}
			days[c.Date] = c.Value.Minutes
		}
		weeks, months := map[domain.Date]domain.Minutes{}, map[domain.Month]domain.Minutes{}
		for on, m := range days {
			weeks[on.Monday()] += m
			months[on.Month()] += m
		}
		for w, m := range weeks {
			if m > 600 {
				t.Fatalf("week of %s has %s", w, m)
			}
		}
		for mo, m := range months {
			if m > 2400 || s.Month(mo).Minutes != m {
				t.Fatalf("%s has %s, state says %s", mo, m, s.Month(mo).Minutes)
			}
		}
	})
}

// Corrected terms give days other rates, of which only those are told that differ.
func TestRerating(t *testing.T) {
	d, set, on := attendance.Decider(), attendance.TermsSet{Terms: terms}, day(2018, 3, 5)
	right := terms
	right.RefundPercent, right.ReferralRate = 50, 1000
	rating := func(date domain.Date, t attendance.Terms) attendance.Rating {
		return attendance.Rating{Date: date, Terms: t, Minimum: spring}
	}
	want := attendance.Rerated{About: about, Days: []attendance.RatedDay{{Date: on + 1, Rates: attendance.Rates{Minimum: 810, Paid: 1000, Refund: 810, Percent: 50, Edition: "psu-2014"}}}}
	ask := attendance.Rerate{About: about, Days: []attendance.Rating{rating(on, terms), rating(on+1, right), rating(on+2, right)}}
	history := []domain.Event{set, recorded(on, 120), recorded(on+1, 120)}
	Given(t, d, history...).When(ask).Then(want)
	Given(t, d, append(history, want)...).When(ask).Then()
	month := d.Fold(append(history, want)...).Month(on.Month())
	if benefit, share, _, err := month.Settled(); err != nil || benefit != 3660 || share != 1782 {
		t.Errorf("%s and %s, %v", benefit, share, err)
	}
	ask.Days[1].Minimum.Grosze = 0
	Given(t, d, history...).When(ask).Refuse(attendance.ErrNoRate)
}

// Hours in the place of hours keep the edition of the statute that those were entered under,
// and are decided by its figures: the event names the edition that its rates and caps are
// of. What is entered where no hours stand is under the edition in force.
func TestACorrectionKeepsTheFiguresOfItsEdition(t *testing.T) {
	d, set, on := attendance.Decider(), attendance.TermsSet{Terms: terms}, day(2018, 3, 5)
	was := recorded(on, 480)
	was.Editions = attendance.Editions{ProgrammeEdition: 1, StatuteEdition: 2}
	fix := hours(on, 540)
	fix.Correct, fix.Reason = true, "r"
	fix.Minimum, fix.Under = programme.Rate{Grosze: 900, Edition: "psu-2018"}, attendance.Editions{ProgrammeEdition: 3, StatuteEdition: 4}
	fix.Terms.WeeklyCap = 300
	fix.Statute = map[int]attendance.Figures{2: {Minimum: spring, WeeklyCap: 600}}
	Given(t, d, set, was).When(fix).Then(attendance.DayCorrected{About: about, Date: on, Before: attendance.Value{Minutes: 480},
		After: attendance.Value{Minutes: 540}, Delta: 60, Reason: "r", Rates: rates, Editions: was.Editions})
	over := fix
	over.Value.Minutes = 601
	Given(t, d, set, was).When(over).Refuse(attendance.ErrWeeklyCap)
	// Figures that are not known any more give way, and their edition with them.
	fix.Value.Minutes, fix.Statute = 300, nil
	newer := attendance.Rates{Minimum: 900, Paid: 900, Refund: 900, Percent: 60, Edition: "psu-2018"}
	now := attendance.TermsSet{Terms: fix.Terms}
	Given(t, d, set, was).When(fix).Then(now, attendance.DayCorrected{About: about, Date: on, Before: attendance.Value{Minutes: 480},
		After: attendance.Value{Minutes: 300}, Delta: -180, Reason: "r", Rates: newer, Editions: attendance.Editions{ProgrammeEdition: 1, StatuteEdition: 4}})
	fix.Statute = map[int]attendance.Figures{2: {Minimum: spring, WeeklyCap: 600}}
	away := attendance.AbsenceRecorded{About: about, Date: on, Absence: "a"}
	Given(t, d, set, away).When(fix).Then(now, attendance.DayCorrected{About: about, Date: on, Before: attendance.Value{Absence: "a"},
		After: attendance.Value{Minutes: 300}, Delta: 300, Reason: "r", Rates: newer, Editions: fix.Under})
}

// A week goes by the edition of the statute that its hours name and that had begun by its
// Monday, whichever is in force on the day of an entry.
func TestAWeekGoesByOneEdition(t *testing.T) {
	wednesday := day(2018, 3, 7) // on which the second edition begins
	entry := func(on domain.Date, minutes domain.Minutes, edition int, second domain.Minutes) attendance.RecordDay {
		c := hours(on, minutes)
		c.Statute = map[int]attendance.Figures{0: {From: day(2018, 1, 1), Minimum: spring, WeeklyCap: 600}, 1: {From: wednesday, Minimum: spring, WeeklyCap: second}}
		c.Under, c.Terms.WeeklyCap = attendance.Editions{StatuteEdition: edition}, c.Statute[edition].WeeklyCap
		return c
	}
	monday := recorded(day(2018, 3, 5), 480)
	for _, second := range []domain.Minutes{300, 900} {
		for _, c := range []struct {
			entry   attendance.RecordDay
			refused error
		}{
			{entry(wednesday, 120, 1, second), nil}, // the first binds, whose hours stand on Monday
			{entry(wednesday, 121, 1, second), attendance.ErrWeeklyCap},
			{entry(wednesday+5, second, 1, second), nil},
			{entry(wednesday+5, second+1, 1, second), attendance.ErrWeeklyCap},
		} {
			given := Given(t, attendance.Decider(), attendance.TermsSet{Terms: c.entry.Terms}, monday).When(c.entry)
			if c.refused != nil {
				given.Refuse(c.refused)
				continue
			}
			now := recorded(c.entry.Date, c.entry.Value.Minutes)
			now.StatuteEdition = 1
			given.Then(now)
		}
	}
}
