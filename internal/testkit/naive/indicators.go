package naive

import (
	"slices"
	"strings"
	"time"
)

// Asked is what an indicator of a programme's file asks.
type Asked struct {
	Measure                                       string
	Kind, Topic, Group, Effect, Outcome, Contract string
	MinHours                                      int
}

func effectsIn(r record) (effects []string) {
	for effect := range strings.SplitSeq(r.cell["efekt"], ",") {
		if effect = strings.TrimSpace(effect); effect != "" {
			effects = append(effects, effect)
		}
	}
	return effects
}

// Indicator counts by hand what an indicator comes to, in hundredths, of the days of a period.
func (b *Ledger) Indicator(programme string, from, to time.Time, of Asked) int {
	inside := func(day time.Time) bool { return !day.Before(from) && !day.After(to) && !b.later(day) }
	parts := b.Participation()
	some := func(who string, which func(Part) bool) bool {
		return slices.ContainsFunc(parts, func(p Part) bool { return p.Programme == programme && p.Participant == who && which(p) })
	}
	var t tally
	t.minutes = map[string]int{}
	for _, s := range b.Supports() {
		if s.Programme != programme || !inside(s.Day) || of.Kind != "" && of.Kind != s.Kind || of.Topic != "" && !strings.EqualFold(of.Topic, s.Topic) ||
			of.Effect != "" && !slices.Contains(s.Effects, of.Effect) ||
			of.Group != "" && !some(s.Participant, func(p Part) bool { return p.Group == of.Group && p.covers(s.Day) }) ||
			of.Outcome != "" && !some(s.Participant, func(p Part) bool { return p.Outcome == of.Outcome }) ||
			of.Contract != "" && !slices.ContainsFunc(b.Contracts(), func(c Contract) bool {
				return c.Participant == s.Participant && c.Programme == programme && c.Kind == of.Contract
			}) {
			continue
		}
		t.minutes[s.Participant] += s.Minutes
		t.all += s.Minutes
		if s.Kind == "visit" {
			t.visits++
		}
		for _, e := range s.Effects {
			if of.Effect == "" || of.Effect == e {
				t.effects++
			}
		}
	}
	return b.counted(programme, of, t, inside)
}

// tally is what the support that an indicator is narrowed to comes to.
type tally struct {
	minutes              map[string]int // by person
	effects, visits, all int
}

func (b *Ledger) counted(programme string, of Asked, t tally, inside func(time.Time) bool) int {
	switch of.Measure {
	case "people", "households":
		homes := map[string]bool{}
		for who, n := range t.minutes {
			if n < 60*of.MinHours {
				continue
			}
			home := "person " + who
			for _, r := range b.rows["uczestnicy"] {
				if r.cell["id"] == who && r.cell["gospodarstwo"] != "" && of.Measure == "households" {
					home = "home " + r.cell["gospodarstwo"]
				}
			}
			homes[home] = true
		}
		return 100 * len(homes)
	case "visits":
		return 100 * t.visits
	case "effects":
		return 100 * t.effects
	case "hours":
		return (t.all*100 + 30) / 60
	case "sessions":
		n := 0
		for _, r := range b.sessions() {
			if r.cell["program"] == programme && inside(r.date("data")) && (of.Kind == "" || of.Kind == r.cell["rodzaj"]) {
				n++
			}
		}
		return 100 * n
	case "headcount":
		n := 0
		for _, r := range b.sessions() {
			if r.cell["program"] == programme && inside(r.date("data")) && r.cell["bez_listy"] != "" {
				n += int(read(r, "bez_listy", false, parseMoney) / 100)
			}
		}
		return 100 * n
	case "outcomes":
		n := 0
		for _, p := range b.Participation() {
			if p.Programme == programme && p.OutcomeDate != "" && (of.Outcome == "" || p.Outcome == of.Outcome) {
				if day, _ := parseDate(p.OutcomeDate); inside(day) {
					n++
				}
			}
		}
		return 100 * n
	}
	panic("no such measure: " + of.Measure)
}
