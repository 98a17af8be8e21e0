package finding

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/internal/testkit/given"
)

var (
	monday  = domain.NewDate(2018, time.May, 14)
	tuesday = monday.Add(1)

	seen     = Figures{Amount: 8100, Minutes: 60, From: monday, To: monday, Subjects: []string{"S/1", "U1"}}
	resolved = Resolved{Finding: "f1", Date: monday, Reason: "r1", Figures: seen}
	reopened = Reopened{Finding: "f1", Date: tuesday, Reason: "r2"}
)

func resolve(finding string, on domain.Date, reason domain.Sealed, now Figures) Resolve {
	return Resolve{Finding: finding, Date: on, Reason: reason, Now: now, Seen: Seen{Amount: &now.Amount, Minutes: &now.Minutes, From: now.From, To: now.To}}
}

func reopen(finding string, on domain.Date, reason domain.Sealed, now Figures) Reopen {
	return Reopen{Finding: finding, Date: on, Reason: reason, Now: now}
}

// with is figures changed.
func with(f Figures, change func(*Figures)) Figures {
	change(&f)
	return f
}

func TestResolve(t *testing.T) {
	t.Parallel()
	given.Given(t, Decider()).When(resolve("f1", monday, "r1", seen)).Then(resolved)
	given.Given(t, Decider(), resolved).When(resolve("f1", monday, "r1", seen)).Then()
	given.Given(t, Decider(), resolved).When(resolve("f1", tuesday, "r1", seen)).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), resolved).When(resolve("f1", monday, "r2", seen)).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), resolved).When(resolve("f2", monday, "r1", seen)).Refuse(ErrOther)
	given.Given(t, Decider()).When(resolve("f1", monday, "", seen)).Refuse(ErrReason)
	given.Given(t, Decider()).When(resolve("", monday, "r1", seen)).Refuse(domain.ErrNoID)
	given.Given(t, Decider()).When(resolve("f1", 0, "r1", seen)).Then(Resolved{Finding: "f1", Reason: "r1", Figures: seen})
}

// What is not found can't be judged, whatever was said of it before.
func TestNothingIsSaidOfWhatIsNotFound(t *testing.T) {
	t.Parallel()
	for _, history := range [][]domain.Event{nil, {resolved}, {resolved, reopened}} {
		given.Given(t, Decider(), history...).When(resolve("f1", tuesday, "r1", Figures{})).Refuse(ErrUnknown)
		given.Given(t, Decider(), history...).When(reopen("f1", tuesday, "r2", Figures{})).Refuse(ErrUnknown)
	}
}

// A resolution is of the figures it saw: others may be resolved for themselves.
func TestOtherFigures(t *testing.T) {
	t.Parallel()
	more := with(seen, func(f *Figures) { f.Amount = 24300 })
	ofMore := Resolved{Finding: "f1", Date: tuesday, Reason: "r2", Figures: more}
	given.Given(t, Decider(), resolved).When(resolve("f1", tuesday, "r2", more)).Then(ofMore)
	given.Given(t, Decider(), resolved).When(resolve("f1", monday.Add(-1), "r2", more)).Refuse(ErrEarlier)
	given.Given(t, Decider(), resolved, ofMore).When(resolve("f1", tuesday, "r2", more)).Then()
	given.Given(t, Decider(), resolved, ofMore).When(resolve("f1", tuesday, "r3", seen)).Then(Resolved{Finding: "f1", Date: tuesday, Reason: "r3", Figures: seen})

	old := Resolved{Finding: "f1", Date: monday, Reason: "r1"}
	given.Given(t, Decider(), old).When(resolve("f1", monday, "r1", seen)).Then(resolved)
}

// Who judges by figures that are no longer so is told.
func TestFiguresThatWereSeen(t *testing.T) {
	t.Parallel()
	amount, other, minutes, none := domain.Grosze(8100), domain.Grosze(8101), domain.Minutes(60), domain.Minutes(0)
	running := with(seen, func(f *Figures) { f.Running = true })
	for _, c := range []struct {
		seen Seen
		now  Figures
		want error
	}{
		{Seen{Amount: &amount, Minutes: &minutes, From: monday, To: monday}, seen, nil},
		{Seen{Amount: &other}, seen, ErrFigures},
		{Seen{Minutes: &none}, seen, ErrFigures},
		{Seen{From: tuesday}, seen, ErrFigures},
		{Seen{To: tuesday}, seen, ErrFigures},
		{Seen{Amount: &amount, Minutes: &minutes, From: monday, To: tuesday}, running, nil},
		{Seen{Amount: &amount, Minutes: &minutes, From: monday}, running, nil},
		{Seen{}, seen, ErrUnseen},
		{Seen{Amount: &amount, Minutes: &minutes, From: monday}, seen, ErrUnseen},
		{Seen{Amount: &amount, Minutes: &minutes, To: monday}, seen, ErrUnseen},
		{Seen{Minutes: &minutes, From: monday, To: monday}, seen, ErrUnseen},
		{Seen{Amount: &amount, From: monday, To: monday}, seen, ErrUnseen},
		{Seen{Amount: &amount, From: monday, To: monday}, with(seen, func(f *Figures) { f.Minutes = 0 }), nil},
	} {
		r := resolve("f1", monday, "r1", c.now)
		r.Seen = c.seen
		o := given.Given(t, Decider()).When(r)
		if c.want != nil {
			o.Refuse(c.want)
		} else {
			o.Then(Resolved{Finding: "f1", Date: monday, Reason: "r1", Figures: c.now})
		}
	}
	again := reopen("f1", tuesday, "r2", seen)
	again.Seen.Amount = &other
	given.Given(t, Decider(), resolved).When(again).Refuse(ErrFigures)
}

func TestReopen(t *testing.T) {
	t.Parallel()
	given.Given(t, Decider(), resolved).When(reopen("f1", tuesday, "r2", seen)).Then(reopened)
	given.Given(t, Decider(), resolved, reopened).When(reopen("f1", tuesday, "r2", seen)).Then()
	given.Given(t, Decider(), resolved, reopened).When(reopen("f1", tuesday, "r3", seen)).Refuse(domain.ErrDiffers)
	given.Given(t, Decider()).When(reopen("f1", tuesday, "r2", seen)).Refuse(ErrNotResolved)
	given.Given(t, Decider(), resolved).When(reopen("f1", monday.Add(-1), "r2", seen)).Refuse(ErrEarlier)
	given.Given(t, Decider(), resolved).When(reopen("f1", tuesday, "", seen)).Refuse(ErrReason)
	given.Given(t, Decider(), resolved).When(reopen("f2", tuesday, "r2", seen)).Refuse(ErrOther)

	again := Resolved{Finding: "f1", Date: tuesday, Reason: "r1", Figures: seen}
	given.Given(t, Decider(), resolved, reopened).When(resolve("f1", tuesday, "r1", seen)).Then(again)
	given.Given(t, Decider(), resolved, reopened).When(resolve("f1", monday, "r1", seen)).Refuse(ErrEarlier)
}

// Every figure counts, but not what grows with the days alone.
func TestSameFigures(t *testing.T) {
	t.Parallel()
	if !seen.Same(seen) || (Figures{}).Same(Figures{}) || !(Figures{}).None() || seen.None() {
		t.Error("the same figures")
	}
	for name, change := range map[string]func(*Figures){
		"amount": func(f *Figures) { f.Amount++ }, "minutes": func(f *Figures) { f.Minutes++ }, "count": func(f *Figures) { f.Count++ },
		"from": func(f *Figures) { f.From++ }, "to": func(f *Figures) { f.To++ }, "running": func(f *Figures) { f.Running = true },
		"subjects": func(f *Figures) { f.Subjects = []string{"S/1"} },
	} {
		if other := with(seen, change); seen.Same(other) {
			t.Errorf("another %s is the same", name)
		} else if ends := name == "to" || name == "running"; with(seen, func(f *Figures) { f.Running, f.Count = true, 3 }).Same(with(other, func(f *Figures) { f.Count = 3 })) != (ends || name == "count") {
			t.Errorf("another %s of what ran on", name)
		}
	}
	running := with(seen, func(f *Figures) { f.Running = true })
	if !running.Same(with(running, func(f *Figures) { f.Running, f.Count, f.To = false, 9, f.To+9 })) {
		t.Error("a count that ran on")
	}
	if with(running, func(f *Figures) { f.Count = 1 }).Same(with(running, func(f *Figures) { f.Count = 2 })) {
		t.Error("more places lack")
	}
}

// Whatever is said in whatever order: the state is that of the last word, and a
// resolution that the state holds is never asked for twice.
func TestSaidOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, s := Decider(), State{}
		for range rapid.IntRange(1, 12).Draw(t, "words") {
			now := with(seen, func(f *Figures) { f.Amount = domain.Grosze(rapid.IntRange(1, 2).Draw(t, "amount")) })
			var c Command = resolve("f1", monday, "r", now)
			if rapid.Bool().Draw(t, "reopen") {
				c = reopen("f1", monday, "r", now)
			}
			events, err := d.Decide(s, c)
			for _, e := range events {
				s = d.Evolve(s, e)
			}
			_, resolves := c.(Resolve)
			if err == nil && (s.Resolved != resolves || resolves && !s.Figures.Same(now)) {
				t.Fatalf("%+v led to %+v", c, s)
			}
			if again, _ := d.Decide(s, c); err == nil && len(again) > 0 {
				t.Fatalf("%+v twice leads to %v", c, again)
			}
		}
	})
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]domain.Event{
		`finding.resolved.v3 {"finding":"f1","date":"2018-05-14","reason":"r1","figures":{"amountGrosze":8100,"minutes":60,` +
			`"from":"2018-05-14","to":"2018-05-14","subjects":["S/1","U1"]}}`: resolved,
		`finding.reopened.v2 {"finding":"f1","date":"2018-05-15","reason":"r2"}`: reopened,
	} {
		b, err := json.Marshal(e)
		if got := e.EventType() + " " + string(b); err != nil || got != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
		if refs := e.Refs(); len(refs) != 1 || refs[0] != (domain.Ref{Kind: domain.RefFinding, ID: "f1"}) {
			t.Errorf("refs: %v", refs)
		}
	}
	if resolved.OccurredOn() != monday || reopened.OccurredOn() != tuesday || Stream("f/1") != "finding-f%2F1" {
		t.Error("day or stream")
	}
}

// An id that tells what is sealed is recorded by another name, and what was seen under seal.
func TestWhatTellsIsHidden(t *testing.T) {
	t.Parallel()
	c := resolve(HiddenName([32]byte{0xab}), monday, "r1", seen)
	c.Participant, c.Hidden, c.Saw = "U1", "h1", "s1"
	hidden := Resolved{Finding: "sealed:klaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Participant: "U1", Hidden: "h1", Date: monday, Reason: "r1", Saw: "s1"}
	given.Given(t, Decider()).When(c).Then(hidden)
	given.Given(t, Decider(), hidden).When(c).Then()
	other := c
	other.Saw, other.Date = "s2", tuesday
	given.Given(t, Decider(), hidden).When(other).Then(Resolved{Finding: hidden.Finding, Participant: "U1", Hidden: "h1", Date: tuesday, Reason: "r1", Saw: "s2"})
	open := Reopen(c)
	open.Date, open.Reason = tuesday, "r2"
	given.Given(t, Decider(), hidden).When(open).Then(Reopened{Finding: hidden.Finding, Participant: "U1", Hidden: "h1", Date: tuesday, Reason: "r2"})
	if text, err := seen.Text(); err != nil {
		t.Error(err)
	} else if again, err := ReadFigures(text); err != nil || !again.Same(seen) {
		t.Errorf("%+v, %v", again, err)
	}
	for id, want := range map[string]domain.Ref{
		"stay:U%3A1:2018-03-05:T/1@08.00":                        {Kind: domain.RefParticipant, ID: "U:1"},
		"not-registered:S/1:2018-03-05":                          {Kind: domain.RefContract, ID: "S/1"},
		"doubled-pesel:U1:U2":                                    {Kind: domain.RefParticipant, ID: "U1"},
		"double-funding:U1:2018-03-05:T/1@08.00:dps":             {Kind: domain.RefParticipant, ID: "U1"},
		"over-cap:aoon:participant-year:U1:2024-01-01:50400":     {Kind: domain.RefParticipant, ID: "U1"},
		"over-cap:contract-day:contract-week:T/1:2024-01-01:600": {Kind: domain.RefContract, ID: "T/1"},
		"over-cap:aoon:assistant-month:A1:2024-01-01:9600":       {},
		"double-funding:U1:2018-03-05:A1@08.00:A2@08.30":         {},
		"worked-not-paid:S/1:2018-05":                            {},
		hidden.Finding:                                           {},
	} {
		if of := Whose(id); of != want {
			t.Errorf("%s: %v", id, of)
		}
	}
}
