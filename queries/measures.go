package queries

import (
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/domain/session"
)

// measure is what an indicator comes to, in hundredths. An erased code is in no group, effect
// or outcome; whoever it was of counts otherwise.
func (m *measured) measure(i programme.Indicator) int64 {
	const whole = 100
	switch i.Measure {
	case "people":
		return whole * int64(len(m.people(i)))
	case "households":
		return whole * int64(m.households(i))
	case "contracts":
		return whole * int64(m.contractsOf(i.Of))
	case "sessions":
		return whole * int64(m.sessionsOf(i.Of))
	case "visits":
		return whole * int64(m.count(i.Of, nounVisit))
	case "hours":
		return m.hours(i.Of)
	case "headcount":
		return whole * int64(m.headcount(i.Of))
	case "contacts":
		return whole * int64(m.count(i.Of, nounContact))
	case "effects":
		return whole * int64(m.effects(i.Of))
	case "outcomes":
		return whole * int64(m.outcomes(i.Of))
	case "aid":
		return whole * int64(m.aidGiven(i.Of))
	}
	return 0
}

// passes says whether an entry is one of those that an indicator is narrowed to.
func (m *measured) passes(e entry, of programme.Of) bool {
	some := func(which func(openTaking) bool) bool { return slices.ContainsFunc(m.taking[e.person], which) }
	switch {
	case of.Kind != "" && of.Kind != e.kind,
		of.Topic != "" && (e.noun != nounSession || !strings.EqualFold(strings.TrimSpace(of.Topic), e.topic)),
		of.Effect != "" && !slices.Contains(e.effects, session.Effect(of.Effect)),
		of.Group != "" && !some(func(t openTaking) bool { return t.group == of.Group && t.holds(e.day) }),
		of.Outcome != "" && !some(func(t openTaking) bool { return t.cameTo != 0 && t.outcome == of.Outcome }),
		of.State != "" && !some(func(t openTaking) bool { return t.state == of.State }),
		of.Contract != "" && !slices.Contains(m.under[e.person], of.Contract):
		return false
	}
	return true
}

// people are those whom anything was done for, for as long as the indicator asks, each once.
func (m *measured) people(i programme.Indicator) some {
	minutes := map[string]domain.Minutes{}
	for _, e := range m.entries {
		if e.person != "" && m.passes(e, i.Of) {
			minutes[e.person] += e.minutes
		}
	}
	all := some{}
	for who, n := range minutes {
		if n >= i.MinMinutes {
			all[who] = true
		}
	}
	return all
}

// households are those of the same people; somebody without one is one of their own.
func (m *measured) households(i programme.Indicator) int {
	type home struct{ of, who string }
	all := map[home]bool{}
	for who := range m.people(i) {
		if h := m.household[who]; h != "" {
			all[home{of: h}] = true
		} else {
			all[home{who: who}] = true
		}
	}
	return len(all)
}

// contractsOf are those signed by the day, of a kind, in a state then.
func (m *measured) contractsOf(of programme.Of) (n int) {
	for _, c := range m.contracts {
		if m.inside(c.signed) && (of.Contract == "" || of.Contract == string(c.kind)) && (of.State == "" || contract.Status(of.State) == c.status) {
			n++
		}
	}
	return n
}

// count is how many visits, or contacts, pass.
func (m *measured) count(of programme.Of, noun string) (n int) {
	for _, e := range m.entries {
		if e.noun == noun && m.passes(e, of) {
			n++
		}
	}
	return n
}

// hours is the time of support, of visits and of who was at sessions, in hundredths of hours.
func (m *measured) hours(of programme.Of) int64 {
	var minutes domain.Minutes
	for _, e := range m.entries {
		if (e.noun == nounVisit || e.noun == nounSession) && m.passes(e, of) {
			minutes += e.minutes
		}
	}
	return (int64(minutes)*100 + 30) / 60
}

// held are the sessions of a kind and topic; where an indicator asks for people of some sort,
// those that one of them was at.
func (m *measured) held(of programme.Of, each func(heldSession)) {
	ofPeople := of.Group != "" || of.Effect != "" || of.Outcome != "" || of.State != "" || of.Contract != ""
	for _, s := range m.sessions {
		if of.Kind != "" && of.Kind != s.kind || of.Topic != "" && !strings.EqualFold(strings.TrimSpace(of.Topic), s.topic) {
			continue
		}
		if !ofPeople || slices.ContainsFunc(s.entries, func(i int) bool { return m.passes(m.entries[i], of) }) {
			each(s)
		}
	}
}

func (m *measured) sessionsOf(of programme.Of) (n int) {
	m.held(of, func(heldSession) { n++ })
	return n
}

// headcount are people at sessions who are on no list.
func (m *measured) headcount(of programme.Of) (n int) {
	m.held(of, func(s heldSession) { n += s.headcount })
	return n
}

// effects are what came of sessions, each as often as it did.
func (m *measured) effects(of programme.Of) (n int) {
	for _, e := range m.entries {
		if !m.passes(e, of) {
			continue
		}
		for _, effect := range e.effects {
			if of.Effect == "" || session.Effect(of.Effect) == effect {
				n++
			}
		}
	}
	return n
}

// aidGiven is the sum of material aid.
func (m *measured) aidGiven(of programme.Of) (sum domain.Grosze) {
	for _, a := range m.aid {
		if of.Contract != "" && of.Contract != string(a.kind) {
			continue
		}
		of := of
		of.Contract = ""
		if m.passes(entry{person: a.person, day: a.day, doing: &doing{}}, of) {
			sum += a.amount
		}
	}
	return sum
}

// outcomes are the participations that came to something, or to one thing.
func (m *measured) outcomes(of programme.Of) (n int) {
	for _, taking := range m.taking {
		for _, t := range taking {
			if m.outcome(t, of) {
				n++
			}
		}
	}
	return n
}

func (m *measured) outcome(t openTaking, of programme.Of) bool {
	return t.cameTo != 0 && m.inside(t.cameTo) && (of.Outcome == "" || of.Outcome == t.outcome) && (of.Group == "" || of.Group == t.group) && (of.State == "" || of.State == t.state)
}
