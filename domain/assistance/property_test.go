package assistance

import (
	"errors"
	"reflect"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain"
)

var caps = Caps{Monthly: 600, Daily: 180}

func anyDetails(t *rapid.T, from domain.TimeOfDay) Details {
	length := domain.TimeOfDay(rapid.IntRange(-1, 8).Draw(t, "length") * 15)
	return Details{To: from + length, Minutes: domain.Minutes(length),
		Place: rapid.SampledFrom([]domain.Sealed{"", "p1"}).Draw(t, "place")}
}

func anyCommand(t *rapid.T) Command {
	day := domain.NewDate(2018, time.May, rapid.IntRange(1, 5).Draw(t, "day"))
	from := domain.TimeOfDay(480 + 15*rapid.IntRange(0, 12).Draw(t, "from"))
	v := visit(rapid.SampledFrom([]string{"C1", "C2"}).Draw(t, "contract"), day, from)
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0, 1:
		return CorrectVisit{Visit: v, Details: anyDetails(t, from), Editions: under(caps), Reason: "r"}
	case 2:
		return WithdrawVisit{Visit: v, Reason: "r"}
	}
	return LogVisit{Visit: v, Details: anyDetails(t, from), Editions: under(caps)}
}

// No accepted history overlaps or breaks a cap; a command sent twice leads to
// no event; the deltas of the events add up to the minutes of the visits.
func TestAcceptedHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Decider()
		var s State
		var history []domain.Event
		var minutes domain.Minutes
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			cmd := anyCommand(t)
			events, err := d.Decide(s, cmd)
			if err != nil {
				continue
			}
			for _, e := range events {
				minutes += delta(e)
				s, history = d.Evolve(s, e), append(history, e)
			}
			if again, err := d.Decide(s, cmd); err != nil || len(again) != 0 {
				t.Fatalf("%+v sent again: %v, %v", cmd, again, err)
			}
			if got := checkMonth(t, s); got != minutes {
				t.Fatalf("visits come to %s, deltas to %s", got, minutes)
			}
		}
		if !reflect.DeepEqual(s, d.Fold(history...)) {
			t.Fatal("replay gives another state")
		}
	})
}

func delta(e domain.Event) domain.Minutes {
	switch e := e.(type) {
	case VisitLogged:
		return e.Minutes
	case VisitCorrected:
		return e.DeltaMinutes
	case VisitWithdrawn:
		return e.DeltaMinutes
	}
	return 0
}

// checkMonth counts every quarter of an hour by hand and returns the minutes.
func checkMonth(t *rapid.T, s State) domain.Minutes {
	busy := map[[2]int]bool{}
	perDay := map[domain.Date]domain.Minutes{}
	for _, v := range s.Visits {
		if v.Withdrawn {
			continue
		}
		for at := v.From; at < v.To; at += 15 {
			slot := [2]int{int(v.Date), int(at)}
			if busy[slot] {
				t.Fatalf("two visits on %s at %s", v.Date, at)
			}
			busy[slot] = true
			perDay[v.Date] += 15
		}
	}
	var month domain.Minutes
	for day, m := range perDay {
		if m > caps.Daily {
			t.Fatalf("%s on %s", m, day)
		}
		month += m
	}
	if month > caps.Monthly {
		t.Fatalf("%s in the month", month)
	}
	return month
}

// A month whose every minute is a visit, and as many rows again that overlap: each
// costs no more than its own day.
func TestEveryMinuteOfAMonth(t *testing.T) {
	t.Parallel()
	d := Decider()
	var s State
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	first := domain.NewDate(2018, time.May, 1)
	for _, contract := range []string{"C1", "C2"} {
		for day := first; day < first+31; day++ {
			for from := range domain.TimeOfDay(1440) {
				events, err := d.Decide(s, LogVisit{Visit: visit(contract, day, from), Details: Details{To: from + 1, Minutes: 1}})
				if contract == "C1" && err != nil || contract == "C2" && !errors.Is(err, ErrOverlap) {
					t.Fatalf("%s on %s at %s: %v", contract, day, from, err)
				}
				for _, e := range events {
					s = d.Evolve(s, e)
				}
			}
		}
	}
	runtime.ReadMemStats(&after)
	if month, day := s.worked(first, -1); month != 31*1440 || day != 1440 {
		t.Errorf("the month comes to %s, its first day to %s", month, day)
	}
	// Copying the month for each visit would be 150 GB.
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 1<<30 {
		t.Errorf("%d bytes were allocated", bytes)
	}
}
