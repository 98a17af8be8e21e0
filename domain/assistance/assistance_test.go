package assistance

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/internal/testkit/given"
)

var may14 = domain.NewDate(2018, time.May, 14)

func visit(contract string, date domain.Date, from domain.TimeOfDay) Visit {
	return Visit{Assistant: "A1", Contract: contract, Participant: "U" + contract, Programme: "asystent",
		Date: date, From: from}
}

// until is the details of a visit from…to on a day without a clock change.
func until(from, to domain.TimeOfDay) Details {
	return Details{To: to, Minutes: domain.Minutes(to - from), Activity: "a1", Place: "p1"}
}

func logged(contract string, date domain.Date, from, to domain.TimeOfDay) VisitLogged {
	return VisitLogged{Visit: visit(contract, date, from), Details: until(from, to)}
}

func logging(e VisitLogged) LogVisit {
	return LogVisit{Visit: e.Visit, Details: e.Details, Editions: under(e.Caps)}
}

// under is a programme of one edition with some caps.
func under(c Caps) []cap.Edition {
	e := cap.Edition{Programme: "asystent", Number: c.Edition}
	for period, limit := range map[cap.Period]domain.Minutes{cap.Month: c.Monthly, cap.Day: c.Daily} {
		if limit != 0 {
			e.Caps = append(e.Caps, cap.Terms{Per: cap.Assistant, Period: period, Counts: cap.Minutes, Limit: int64(limit), Refuse: true})
		}
	}
	return []cap.Edition{e}
}

func corrected(e VisitLogged, after Details, reason domain.Sealed) VisitCorrected {
	return VisitCorrected{Visit: e.Visit, Before: e.Details, After: after,
		DeltaMinutes: after.Minutes - e.Minutes, Reason: reason}
}

func withdrawn(e VisitLogged, reason domain.Sealed) VisitWithdrawn {
	return VisitWithdrawn{Visit: e.Visit, Before: e.Details, DeltaMinutes: -e.Minutes, Reason: reason}
}

func TestLogVisit(t *testing.T) {
	t.Parallel()
	first := logged("C1", may14, 600, 720)
	first.Caps = Caps{Monthly: 160 * 60, Daily: 12 * 60}
	given.Given(t, Decider()).When(logging(first)).Then(first)
	given.Given(t, Decider(), first).When(logging(first)).Then()

	// Caps decide; they are no part of what was said, so other caps are no other visit.
	uncapped := logging(first)
	uncapped.Editions = under(Caps{Monthly: 60})
	given.Given(t, Decider(), first).When(uncapped).Then()

	night := logged("C1", may14, 1380, 1440)
	given.Given(t, Decider(), first).When(logging(night)).Then(night)
	midnight := logged("C1", may14.Add(1), 0, 60)
	given.Given(t, Decider(), first, night).When(logging(midnight)).Then(midnight)

	spring := logged("C1", domain.NewDate(2018, time.March, 25), 60, 240)
	spring.Minutes = 120
	given.Given(t, Decider()).When(logging(spring)).Then(spring)
}

func TestLogVisitRefuses(t *testing.T) {
	t.Parallel()
	first := logged("C1", may14, 600, 720)
	for name, c := range map[string]struct {
		change func(*LogVisit)
		want   error
	}{
		"no assistant":     {func(c *LogVisit) { c.Assistant = "" }, domain.ErrNoID},
		"no contract":      {func(c *LogVisit) { c.Contract = "" }, domain.ErrNoID},
		"no participant":   {func(c *LogVisit) { c.Participant = "" }, domain.ErrNoID},
		"no programme":     {func(c *LogVisit) { c.Programme = "" }, domain.ErrNoID},
		"no date":          {func(c *LogVisit) { c.Date = 0 }, domain.ErrNoID},
		"of no length":     {func(c *LogVisit) { c.From, c.To = 800, 800 }, ErrTimes},
		"over midnight":    {func(c *LogVisit) { c.From, c.To = 1380, 60 }, ErrTimes},
		"past 24:00":       {func(c *LogVisit) { c.From, c.To = 1380, 1441 }, ErrTimes},
		"before 0:00":      {func(c *LogVisit) { c.From, c.To = -1, 60 }, ErrTimes},
		"no minutes":       {func(c *LogVisit) { c.From, c.To, c.Minutes = 800, 830, 0 }, ErrMinutes},
		"negative minutes": {func(c *LogVisit) { c.From, c.To, c.Minutes = 800, 830, -10 }, ErrMinutes},
		"too many minutes": {func(c *LogVisit) { c.From, c.To, c.Minutes = 800, 830, 91 }, ErrMinutes},
		"other month":      {func(c *LogVisit) { c.Date = may14.Add(31) }, ErrOther},
		"other assistant":  {func(c *LogVisit) { c.Assistant = "A2" }, ErrOther},
		"other end":        {func(c *LogVisit) { c.To, c.Minutes = 719, 119 }, domain.ErrDiffers},
		"other minutes":    {func(c *LogVisit) { c.Minutes = 119 }, domain.ErrDiffers},
		"other activity":   {func(c *LogVisit) { c.Activity = "a2" }, domain.ErrDiffers},
		"other place":      {func(c *LogVisit) { c.Place = "" }, domain.ErrDiffers},
		"other person":     {func(c *LogVisit) { c.Participant = "U2" }, domain.ErrDiffers},
		"other programme":  {func(c *LogVisit) { c.Programme = "x" }, domain.ErrDiffers},
		"same start":       {func(c *LogVisit) { c.Contract = "C2" }, ErrOverlap},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := logging(first)
			c.change(&cmd)
			given.Given(t, Decider(), first).When(cmd).Refuse(c.want)
		})
	}
}

func TestOverlap(t *testing.T) {
	t.Parallel()
	first := logged("C1", may14, 600, 720)
	for _, c := range []struct {
		from, to domain.TimeOfDay
		overlaps bool
	}{
		{540, 600, false}, {720, 780, false}, {540, 601, true}, {719, 780, true}, {630, 660, true}, {540, 780, true},
	} {
		second := logged("C2", may14, c.from, c.to)
		o := given.Given(t, Decider(), first).When(logging(second))
		if c.overlaps {
			o.Refuse(ErrOverlap)
		} else {
			o.Then(second)
		}
	}
	nextDay := logged("C2", may14.Add(1), 600, 720)
	given.Given(t, Decider(), first).When(logging(nextDay)).Then(nextDay)
	again := logged("C2", may14, 600, 720)
	given.Given(t, Decider(), first, withdrawn(first, "r")).When(logging(again)).Then(again)
}

func TestCaps(t *testing.T) {
	t.Parallel()
	first := logged("C1", may14, 600, 720)
	second := logged("C2", may14, 720, 780)
	for _, c := range []struct {
		caps Caps
		want error
	}{
		{Caps{}, nil}, {Caps{Daily: 180}, nil}, {Caps{Monthly: 180}, nil},
		{Caps{Daily: 179}, ErrOverDailyCap}, {Caps{Monthly: 179}, ErrOverMonthlyCap}, {Caps{Monthly: -1}, ErrOverMonthlyCap},
	} {
		second.Caps = c.caps
		o := given.Given(t, Decider(), first).When(logging(second))
		if c.want != nil {
			o.Refuse(c.want)
		} else {
			o.Then(second)
		}
	}
	nextDay := logged("C2", may14.Add(1), 720, 780)
	nextDay.Caps = Caps{Daily: 60}
	given.Given(t, Decider(), first).When(logging(nextDay)).Then(nextDay)
	nextDay.Caps = Caps{Monthly: 60}
	given.Given(t, Decider(), first).When(logging(nextDay)).Refuse(ErrOverMonthlyCap)
	given.Given(t, Decider(), first, withdrawn(first, "r")).When(logging(nextDay)).Then(nextDay)
}

func TestCorrectVisit(t *testing.T) {
	t.Parallel()
	first, second := logged("C1", may14, 600, 720), logged("C2", may14, 780, 840)
	shorter, longer := until(600, 660), until(600, 780)
	fix := func(d Details, caps Caps, reason domain.Sealed) LogVisit {
		return LogVisit{Visit: first.Visit, Details: d, Editions: under(caps), Amend: domain.Amend{Correct: true, Reason: reason}}
	}
	s := given.Given(t, Decider(), first, second)
	s.When(fix(shorter, Caps{}, "r")).Then(corrected(first, shorter, "r"))
	s.When(fix(longer, Caps{}, "r")).Then(corrected(first, longer, "r"))
	s.When(fix(first.Details, Caps{}, "r")).Then()
	s.When(fix(shorter, Caps{}, "")).Refuse(domain.ErrNoReason)
	s.When(fix(until(600, 781), Caps{}, "r")).Refuse(ErrOverlap)
	s.When(fix(Details{To: 600, Minutes: 1}, Caps{}, "r")).Refuse(ErrTimes)
	s.When(fix(longer, Caps{Monthly: 239}, "r")).Refuse(ErrOverMonthlyCap)
	s.When(fix(longer, Caps{Daily: 239}, "r")).Refuse(ErrOverDailyCap)
	// 160 minutes stay over the cap of 100, yet shortening is allowed.
	s.When(fix(until(600, 700), Caps{Monthly: 100}, "r")).Then(VisitCorrected{Visit: first.Visit, Before: first.Details,
		After: until(600, 700), DeltaMinutes: -20, Caps: Caps{Monthly: 100}, Reason: "r"})

	elsewhere := first.Details
	elsewhere.Place = "p2"
	given.Given(t, Decider(), first, corrected(first, elsewhere, "r")).When(fix(elsewhere, Caps{}, "r")).Then()
	given.Given(t, Decider(), first, corrected(first, elsewhere, "r")).When(logging(first)).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), second).When(fix(shorter, Caps{}, "r")).
		Then(VisitLogged{Visit: first.Visit, Details: shorter, Reason: "r"})
	given.Given(t, Decider(), second).When(fix(shorter, Caps{}, "")).Refuse(domain.ErrNoReason)
	other := fix(shorter, Caps{}, "r")
	other.Participant = "U9"
	s.When(other).Refuse(domain.ErrDiffers)
	other.Assistant = "A9"
	s.When(other).Refuse(ErrOther)
}

func TestWithdrawVisit(t *testing.T) {
	t.Parallel()
	first := logged("C1", may14, 600, 720)
	gone := withdrawn(first, "r")
	take := LogVisit{Visit: first.Visit, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	given.Given(t, Decider(), first).When(take).Then(gone)
	given.Given(t, Decider(), first, gone).When(take).Then()
	given.Given(t, Decider()).When(take).Refuse(domain.ErrNothingToWithdraw)
	given.Given(t, Decider(), first).When(LogVisit{Visit: first.Visit, Amend: domain.Amend{Withdraw: true}}).Refuse(domain.ErrNoReason)
	other := take
	other.Programme = "x"
	given.Given(t, Decider(), first).When(other).Refuse(domain.ErrDiffers)
	other.Date = 0
	given.Given(t, Decider(), first).When(other).Refuse(domain.ErrNoID)

	given.Given(t, Decider(), first, gone).When(logging(first)).Then(first)
	back := LogVisit{Visit: first.Visit, Details: first.Details, Amend: domain.Amend{Correct: true}}
	given.Given(t, Decider(), first, gone).When(back).Refuse(domain.ErrNoReason)
	back.Reason = "r2"
	again := first
	again.Reason = "r2"
	given.Given(t, Decider(), first, gone).When(back).Then(again)
	given.Given(t, Decider(), first, gone, again).When(logging(first)).Then()
	back.Editions = under(Caps{Daily: 119})
	given.Given(t, Decider(), first, gone).When(back).Refuse(ErrOverDailyCap)
}

// A correction keeps the edition of what it replaces; what is logged again has today's.
func TestACorrectionKeepsItsEdition(t *testing.T) {
	t.Parallel()
	first := logged("C1", may14, 0, 60)
	first.Caps = Caps{Edition: 2}
	fix := LogVisit{Visit: first.Visit, Details: Details{To: 30, Minutes: 30}, Editions: under(Caps{Edition: 5}), Amend: domain.Amend{Correct: true, Reason: "r"}}
	fixed := corrected(first, fix.Details, "r")
	fixed.Caps = Caps{Edition: 2}
	given.Given(t, Decider(), first).When(fix).Then(fixed)
	again := VisitLogged{Visit: first.Visit, Details: fix.Details, Caps: Caps{Edition: 5}, Reason: "r"}
	given.Given(t, Decider(), first, withdrawn(first, "w")).When(fix).Then(again)
}

// A month goes by the newest edition that had begun by its first day, of those that its
// visits name, and a day likewise; caps that no one month of one assistant decides, and
// those that are only found, refuse nothing.
func TestCapsOfEditions(t *testing.T) {
	t.Parallel()
	capped := func(period cap.Period, limit domain.Minutes) cap.Terms {
		return cap.Terms{Per: cap.Assistant, Period: period, Counts: cap.Minutes, Limit: int64(limit), Refuse: true}
	}
	editions := []cap.Edition{
		{Programme: "asystent", Number: 0, From: 1, Caps: []cap.Terms{capped(cap.Month, 300), capped(cap.Day, 240)}},
		{Programme: "asystent", Number: 1, From: may14 + 1, Caps: []cap.Terms{capped(cap.Month, 100), capped(cap.Day, 60)}},
		{Programme: "asystent", Number: 2, From: may14 + 40, Caps: []cap.Terms{capped(cap.Week, 1),
			{Per: cap.Participant, Period: cap.Day, Counts: cap.Minutes, Limit: 1, Refuse: true}, {Per: cap.Assistant, Period: cap.Day, Counts: cap.Minutes, Limit: 1}}},
	}
	ask := func(e VisitLogged) LogVisit { return LogVisit{Visit: e.Visit, Details: e.Details, Editions: editions} }
	first := logged("C1", may14, 600, 720)
	first.Caps = Caps{Monthly: 300, Daily: 240}
	given.Given(t, Decider()).When(ask(first)).Then(first)
	next := logged("C1", may14+1, 600, 660)
	next.Caps = Caps{Edition: 1, Monthly: 300, Daily: 60} // the month is still the old one's
	given.Given(t, Decider(), first).When(ask(next)).Then(next)
	given.Given(t, Decider(), first).When(ask(logged("C1", may14+1, 600, 661))).Refuse(ErrOverDailyCap)
	alone := logged("C1", may14+1, 600, 660)
	alone.Caps = Caps{Edition: 1, Monthly: 100, Daily: 60}
	given.Given(t, Decider()).When(ask(alone)).Then(alone)
	given.Given(t, Decider(), first, withdrawn(first, "r")).When(ask(alone)).Then(alone)
	given.Given(t, Decider(), alone).When(ask(logged("C1", may14+2, 600, 641))).Refuse(ErrOverMonthlyCap)
	later := logged("C1", may14+45, 600, 720)
	later.Caps = Caps{Edition: 2}
	given.Given(t, Decider()).When(ask(later)).Then(later)
}

// A cap counts the visits of its own programme: what an assistant does in another leaves
// it as it is, though not the hours in which they are there.
func TestACapCountsItsOwnProgramme(t *testing.T) {
	t.Parallel()
	elsewhere := logged("C9", may14, 600, 720)
	elsewhere.Programme = "aoon-2006"
	for _, caps := range []Caps{{Daily: 120}, {Monthly: 120}, {Daily: 120, Monthly: 120}} {
		own := logged("C1", may14, 720, 840)
		own.Caps = caps
		given.Given(t, Decider(), elsewhere).When(logging(own)).Then(own)
		s := given.Given(t, Decider(), elsewhere, own)
		longer := LogVisit{Visit: own.Visit, Details: until(720, 841), Editions: under(caps), Amend: domain.Amend{Correct: true, Reason: "r"}}
		want := ErrOverMonthlyCap
		if caps.Daily != 0 {
			want = ErrOverDailyCap
		}
		s.When(longer).Refuse(want)
		more := logged("C2", may14, 900, 901)
		more.Caps = caps
		s.When(logging(more)).Refuse(want)
		more.Programme = "aoon-2006"
		uncapped := LogVisit{Visit: more.Visit, Details: more.Details, Editions: []cap.Edition{{Programme: "aoon-2006"}}}
		more.Caps = Caps{}
		s.When(uncapped).Then(more)
		meets := logging(logged("C3", may14, 660, 780))
		meets.Programme = "mkis"
		s.When(meets).Refuse(ErrOverlap)
	}
	// Several of a kind all bind; one that holds under a condition is found, not refused.
	editions := under(Caps{Daily: 120})
	editions[0].Caps = append(editions[0].Caps,
		cap.Terms{Per: cap.Assistant, Period: cap.Day, Counts: cap.Minutes, Limit: 60, Refuse: true},
		cap.Terms{Per: cap.Assistant, Period: cap.Day, Counts: cap.Minutes, Limit: 1, Refuse: true, When: []cap.Condition{{Fact: "dps", Value: "tak"}}})
	hour := logged("C1", may14, 600, 660)
	hour.Caps = Caps{Daily: 60}
	given.Given(t, Decider()).When(LogVisit{Visit: hour.Visit, Details: hour.Details, Editions: editions}).Then(hour)
	given.Given(t, Decider()).When(LogVisit{Visit: hour.Visit, Details: until(600, 661), Editions: editions}).Refuse(ErrOverDailyCap)
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	first := logged("C1", may14, 0, 60)
	first.Caps = Caps{Monthly: 9600, Daily: 720}
	fixed := corrected(first, Details{To: 30, Minutes: 30}, "r")
	head := `"assistant":"A1","contract":"C1","participant":"UC1","programme":"asystent","date":"2018-05-14","from":"00:00"`
	for want, e := range map[string]domain.Event{
		`assistance.visit-logged.v2 {` + head + `,"to":"01:00","minutes":60,"activity":"a1","place":"p1",` +
			`"edition":0,"monthlyCapMinutes":9600,"dailyCapMinutes":720}`: first,
		`assistance.visit-corrected.v2 {` + head + `,"before":{"to":"01:00","minutes":60,"activity":"a1","place":"p1"},` +
			`"after":{"to":"00:30","minutes":30},"deltaMinutes":-30,"edition":0,"reason":"r"}`: fixed,
		`assistance.visit-withdrawn.v1 {` + head + `,"before":{"to":"01:00","minutes":60,"activity":"a1","place":"p1"},` +
			`"deltaMinutes":-60,"reason":"r"}`: withdrawn(first, "r"),
	} {
		b, err := json.Marshal(e)
		if got := e.EventType() + " " + string(b); err != nil || got != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
		back := reflect.New(reflect.TypeOf(e))
		if err := json.Unmarshal(b, back.Interface()); err != nil || !reflect.DeepEqual(back.Elem().Interface(), e) {
			t.Errorf("came back as %+v, %v", back.Elem(), err)
		}
		if e.OccurredOn() != may14 || len(e.Refs()) != 4 {
			t.Errorf("day %s, refs %v", e.OccurredOn(), e.Refs())
		}
	}
	if s := Stream("A-1", may14.Month()); s != "assistance-A%2D1-2018-05" {
		t.Errorf("stream %s", s)
	}
}

// What was withdrawn is as if it had never been, also where its contract is another
// person's by now.
func TestAWithdrawnVisitOfSomebodyElse(t *testing.T) {
	t.Parallel()
	was := logged("C1", may14, 600, 720)
	is := was
	is.Participant, is.Programme = "U9", "wszyscy-razem"
	history := []domain.Event{was, withdrawn(was, "r")}
	given.Given(t, Decider(), history...).When(logging(is)).Then(is)
	first := is
	first.Reason = "r2"
	given.Given(t, Decider(), history...).When(LogVisit{Visit: is.Visit, Details: is.Details, Editions: under(is.Caps), Amend: domain.Amend{Correct: true, Reason: "r2"}}).Then(first)
	given.Given(t, Decider(), history...).When(LogVisit{Visit: is.Visit, Amend: domain.Amend{Withdraw: true, Reason: "r2"}}).Then()
	given.Given(t, Decider(), was).When(logging(is)).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), was).When(LogVisit{Visit: is.Visit, Amend: domain.Amend{Withdraw: true, Reason: "r2"}}).Refuse(domain.ErrDiffers)
}
