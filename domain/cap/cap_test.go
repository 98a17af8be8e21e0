package cap_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/cap"
)

func date(t *testing.T, s string) domain.Date {
	t.Helper()
	d, err := domain.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLeft(t *testing.T) {
	t.Parallel()
	on := func(s string, amount int64, person string) cap.Entry {
		return cap.Entry{On: date(t, s), Amount: amount, Person: person}
	}
	// The week over New Year, and days of two months and years.
	entries := []cap.Entry{on("2025-12-28", 60, "a"), on("2025-12-29", 120, "a"), on("2025-12-31", 60, "b"), on("2026-01-01", 30, "a"),
		on("2026-01-01", 30, "b"), on("2026-01-05", 0, "c")}
	for _, c := range []struct {
		terms cap.Terms
		day   string
		want  int64
	}{
		{cap.Terms{Period: cap.Week, Counts: cap.Minutes, Limit: 240}, "2026-01-02", 0},
		{cap.Terms{Period: cap.Week, Counts: cap.Minutes, Limit: 200}, "2025-12-30", -40},
		{cap.Terms{Period: cap.Month, Counts: cap.Minutes, Limit: 240}, "2025-12-01", 0},
		{cap.Terms{Period: cap.Day, Counts: cap.Minutes, Limit: 100}, "2026-01-01", 40},
		{cap.Terms{Period: cap.Year, Counts: cap.Days, Limit: 3}, "2025-06-01", 0},
		{cap.Terms{Period: cap.Year, Counts: cap.Days, Limit: 3}, "2026-06-01", 2},
		{cap.Terms{Period: cap.Total, Counts: cap.Grosze, Limit: 1000}, "2026-06-01", 700},
		{cap.Terms{Period: cap.Once, Counts: cap.People, Limit: 1}, "2026-01-01", -1},
		{cap.Terms{Period: cap.Total, Counts: cap.People, Limit: 10}, "2026-01-01", 7},
	} {
		if got, err := c.terms.Left(date(t, c.day), slices.Values(entries)); err != nil || got != c.want {
			t.Errorf("%+v on %s: %d, %v; want %d", c.terms, c.day, got, err, c.want)
		}
	}
	huge := []cap.Entry{{Amount: math.MaxInt64}, {Amount: math.MaxInt64}}
	if _, err := (cap.Terms{Period: cap.Total, Counts: cap.Grosze}).Left(0, slices.Values(huge)); !errors.Is(err, domain.ErrUncountable) {
		t.Errorf("a sum that can't be told is %v", err)
	}
}

func TestEditionOfAPeriod(t *testing.T) {
	t.Parallel()
	editions := []cap.Edition{{Number: 0, From: date(t, "2026-02-01")}, {Number: 1, From: date(t, "2026-03-10")}, {Number: 2, From: date(t, "2026-03-10")}}
	for day, want := range map[string]int{"2026-01-01": 0, "2026-03-09": 0, "2026-03-10": 2, "2027-01-01": 2} {
		if e, ok := cap.Current(editions, date(t, day)); !ok || e.Number != want {
			t.Errorf("on %s edition %d, want %d", day, e.Number, want)
		}
	}
	for _, c := range []struct {
		named []int
		first string
		want  int
	}{
		{[]int{0, 1}, "2026-03-01", 0}, // the new one binds from the next period on
		{[]int{0, 1}, "2026-04-01", 1},
		{[]int{1, 2}, "2026-03-01", 2}, // none had begun: the earliest, as it was put right
		{[]int{0}, "2026-04-01", 0},    // never what was recorded before it
	} {
		if e, ok := cap.Binding(editions, c.named, date(t, c.first)); !ok || e.Number != c.want {
			t.Errorf("%v from %s: edition %d, want %d", c.named, c.first, e.Number, c.want)
		}
	}
	// The centre's own beats a build's of the same day, whichever came first.
	own := []cap.Edition{{Number: 0, From: date(t, "2026-02-01"), Own: true}, {Number: 1, From: date(t, "2026-02-01")}, {Number: 2, From: date(t, "2026-03-10")}}
	for day, want := range map[string]int{"2026-01-01": 0, "2026-02-01": 0, "2026-03-10": 2} {
		if e, ok := cap.Current(own, date(t, day)); !ok || e.Number != want {
			t.Errorf("on %s edition %d of a centre with its own, want %d", day, e.Number, want)
		}
	}
	if e, ok := cap.Current(append(own, cap.Edition{Number: 3, From: date(t, "2026-02-01"), Own: true}), date(t, "2026-02-02")); !ok || e.Number != 3 {
		t.Errorf("edition %d where the centre corrected its own", e.Number)
	}
	if _, ok := cap.Binding(editions, nil, 1); ok {
		t.Error("a period without entries has an edition")
	}
}

// Before anything is entered a period goes by the edition that its next entry would: the
// centre's own, in the place of the build's of the same day.
func TestBindOfACorrectedDay(t *testing.T) {
	day := domain.NewDate(2024, time.March, 4)
	limit := func(n int64) []cap.Terms {
		return []cap.Terms{{Per: cap.Assistant, Period: cap.Day, Counts: cap.Minutes, Limit: n, Refuse: true}}
	}
	all := []cap.Edition{{Programme: "p", Number: 0, From: domain.NewDate(2024, 1, 1), Caps: limit(720)},
		{Programme: "p", Number: 1, From: domain.NewDate(2024, 1, 1), Own: true, Caps: limit(480)}}
	entered, _ := cap.Current(all, day)
	rules := cap.Bind(all, cap.Day, day, slices.Values([]cap.Entry(nil)))
	if rules[0].Edition != entered.Number {
		t.Errorf("the next entry is under edition %d of %d minutes; nothing entered, the day is told to have %d by edition %d", entered.Number, entered.Caps[0].Limit, rules[0].Limit, rules[0].Edition)
	}
}
