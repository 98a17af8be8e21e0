package queries

import (
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/programme"
)

// few people are so few that a figure of them tells of each what is sealed.
const few = 5

// tellsOfFew is what the reports say of themselves that count sealed codes.
const tellsOfFew = " Kto pyta, tego zapis odczytu wymienia osoby, których kody policzono, gdy jest ich mniej niż pięć albo mniej niż pięć ma któraś z liczb."

// looked are people whose sealed codes were opened to be counted, each with whose keys these are
// sealed by.
type looked map[string]map[domain.Ref]bool

func (l looked) add(who string, whose domain.Ref) {
	if l[who] == nil {
		l[who] = map[domain.Ref]bool{}
	}
	l[who][whose] = true
}

// counted notes a look at people whose sealed codes are counted, where there are few of them,
// or some figure is of few: at all whose codes were opened for it, since a record of just those
// whom the figure counts would say who they are. Whoever asks, in whatever role, has looked;
// but for visitors, who are shown nobody that there is.
func (q *question) counted(opened looked, figures ...int) {
	look := len(opened) < few
	for _, n := range figures {
		look = look || n > 0 && n < few
	}
	if !look || q.who.Is(access.Visitor) {
		return
	}
	for _, keys := range opened {
		for whose := range keys {
			q.shows(whose)
		}
	}
}

// looks notes whom an indicator tells of that rests on sealed codes: a topic, an effect, a
// group, an outcome.
func (m *measured) looks(q *question, i programme.Indicator) {
	if !q.reaches(domain.Ref{Kind: domain.RefProgramme, ID: m.programme.ID}) {
		return
	}
	opened, counted := looked{}, some{}
	open := func(who string) { opened.add(who, domain.Ref{Kind: domain.RefParticipant, ID: who}) }
	switch {
	case i.Measure == "outcomes":
		for who, taking := range m.taking {
			for _, t := range taking {
				if t.cameTo == 0 || !m.inside(t.cameTo) {
					continue
				}
				if open(who); m.outcome(t, i.Of) {
					counted[who] = true
				}
			}
		}
	case i.Measure == "effects", i.Of.Topic != "", i.Of.Group != "", i.Of.Effect != "", i.Of.Outcome != "":
		of := i.Of
		of.Topic, of.Group, of.Effect, of.Outcome = "", "", "", ""
		for _, e := range m.entries {
			if e.person == "" || e.noun == nounContact && len(m.taking[e.person]) == 0 || !m.passes(e, of) || i.Measure == "effects" && len(e.effects) == 0 {
				continue
			}
			if open(e.person); m.passes(e, i.Of) {
				counted[e.person] = true
			}
		}
	}
	q.counted(opened, len(counted))
}
