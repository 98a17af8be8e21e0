package assistance

import (
	"errors"
	"iter"
	"reflect"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/cap"
)

var caps = Caps{Monthly: 600, Daily: 180}

func anyDetails(t *rapid.T, from domain.TimeOfDay) Details {
	length := domain.TimeOfDay(rapid.IntRange(-1, 8).Draw(t, "length") * 15)
	return Details{To: from + length, Minutes: domain.Minutes(length),
		Place: rapid.SampledFrom([]domain.Sealed{"", "p1"}).Draw(t, "place")}
}

func anyCommand(t *rapid.T) LogVisit {
	day := domain.NewDate(2018, time.May, rapid.IntRange(1, 5).Draw(t, "day"))
	from := domain.TimeOfDay(480 + 15*rapid.IntRange(0, 12).Draw(t, "from"))
	v := visit(rapid.SampledFrom([]string{"C1", "C2"}).Draw(t, "contract"), day, from)
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0, 1:
		return LogVisit{Visit: v, Details: anyDetails(t, from), Editions: under(caps), Amend: domain.Amend{Correct: true, Reason: "r"}}
	case 2:
		return LogVisit{Visit: v, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
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
	if month, day := sum(s.entries(cap.Month, first, -1)), sum(s.entries(cap.Day, first, -1)); month != 31*1440 || day != 1440 {
		t.Errorf("the month comes to %d, its first day to %d", month, day)
	}
	// Copying the month for each visit would be 150 GB.
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 1<<30 {
		t.Errorf("%d bytes were allocated", bytes)
	}
}

func sum(entries iter.Seq[cap.Entry]) (minutes int64) {
	for e := range entries {
		minutes += e.Amount
	}
	return minutes
}

// An entry that is accepted never breaks a cap of its own programme, of the edition that
// its day and month go by, whatever the assistant does in another: counted by hand, from
// the events alone, over visits that are corrected and taken back. Every visit records the
// caps that decided it, and a history replays the same.
func TestCapsOfEachProgramme(t *testing.T) {
	t.Parallel()
	limits := func(number int, from domain.Date, programme string, month, day int64) cap.Edition {
		return cap.Edition{Programme: programme, Number: number, From: from, Caps: []cap.Terms{
			{Per: cap.Assistant, Period: cap.Month, Counts: cap.Minutes, Limit: month, Refuse: true},
			{Per: cap.Assistant, Period: cap.Day, Counts: cap.Minutes, Limit: day, Refuse: true}}}
	}
	third := domain.NewDate(2018, time.May, 3)
	editions := map[string][]cap.Edition{
		"asystent": {limits(0, 1, "asystent", 400, 120), limits(1, third, "asystent", 200, 60)},
		"aoon":     {limits(0, 1, "aoon", 300, 180)},
		"mkis":     {{Programme: "mkis", From: 1}},
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Decider()
		var s State
		var history []domain.Event
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			programme := rapid.SampledFrom([]string{"asystent", "aoon", "mkis"}).Draw(t, "programme")
			cmd := anyCommand(t)
			cmd.Programme, cmd.Contract, cmd.Editions = programme, programme, editions[programme]
			events, err := d.Decide(s, cmd)
			if err != nil {
				continue
			}
			for _, e := range events {
				history = append(history, e)
				s = d.Evolve(s, e)
				if delta(e) > 0 {
					checkCaps(t, history, cmd.Visit, capsOf(e), editions[programme])
				}
			}
		}
		if !reflect.DeepEqual(s, d.Fold(history...)) {
			t.Fatal("replay gives another state")
		}
	})
}

func capsOf(e domain.Event) Caps {
	switch e := e.(type) {
	case VisitLogged:
		return e.Caps
	case VisitCorrected:
		return e.Caps
	}
	return Caps{}
}

// checkCaps adds up what stands of a visit's programme on its day and in its month.
func checkCaps(t *rapid.T, history []domain.Event, v Visit, said Caps, editions []cap.Edition) {
	type visit struct {
		minutes domain.Minutes
		edition int
	}
	stands := map[Visit]visit{}
	for _, e := range history {
		switch e := e.(type) {
		case VisitLogged:
			stands[e.Visit] = visit{e.Minutes, e.Edition}
		case VisitCorrected:
			stands[e.Visit] = visit{e.After.Minutes, e.Edition}
		case VisitWithdrawn:
			delete(stands, e.Visit)
		}
	}
	var month, day domain.Minutes
	bound := func(first domain.Date, same func(Visit) bool) (best cap.Edition) {
		best.Number = -1
		for other, is := range stands {
			if other.Programme != v.Programme || !same(other) {
				continue
			}
			e := editions[is.edition]
			if begun := best.From <= first; best.Number < 0 || e.From <= first && (!begun || e.From > best.From) || e.From > first && !begun && e.From < best.From {
				best = e
			}
		}
		return best
	}
	for other, is := range stands {
		if other.Programme == v.Programme {
			if month += is.minutes; other.Date == v.Date {
				day += is.minutes
			}
		}
	}
	ofMonth := bound(v.Date.Month().First(), func(Visit) bool { return true })
	ofDay := bound(v.Date, func(o Visit) bool { return o.Date == v.Date })
	if len(ofMonth.Caps) == 0 {
		if said.Monthly != 0 || said.Daily != 0 {
			t.Fatalf("%+v of a programme without caps", said)
		}
		return
	}
	if int64(said.Monthly) != ofMonth.Caps[0].Limit || int64(said.Daily) != ofDay.Caps[1].Limit || month > said.Monthly || day > said.Daily {
		t.Fatalf("%+v is entered at %+v, with %s that month and %s that day", v, said, month, day)
	}
}
