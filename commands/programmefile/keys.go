package programmefile

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/programme"
)

// programme reads all that a file may say.
func (r *reader) programme(root *yaml.Node) (p programme.Programme) {
	r.mapping(root, "", keys{
		"id":        text(r, &p.ID),
		"od":        r.date(&p.From),
		"name":      text(r, &p.Name),
		"source":    text(r, &p.Source),
		"organiser": text(r, &p.Organiser),
		"partners":  r.texts(&p.Partners),
		"period": func(n *yaml.Node, at string) {
			r.mapping(n, at, keys{"from": r.date(&p.Period.From), "to": r.date(&p.Period.To)})
		},
		"contracts": r.texts(&p.Contracts),
		"enrolment": r.oneOf(&p.Enrolment, "none", "required"),
		"caseload":  r.count(&p.Caseload),
		"caps":      listOf(r, &p.Caps, r.cap),
		"stays":     sortedOf(r, &p.Stays, r.stay),
		"groups":    listOf(r, &p.Groups, r.group),
		"services":  listOf(r, &p.Services, r.service),
		"budget": func(n *yaml.Node, at string) {
			r.mapping(n, at, keys{"shares": func(n *yaml.Node, at string) {
				r.mapping(n, at, keys{"ue": hundredths(r, &p.Shares.EU), "budzet": hundredths(r, &p.Shares.State), "wlasny": hundredths(r, &p.Shares.Own)})
			}})
		},
		"outcomes":     r.texts(&p.Outcomes),
		"dictionaries": sortedOf(r, &p.Dictionaries, r.dictionary),
		"indicators":   listOf(r, &p.Indicators, r.indicator),
		"durability": func(n *yaml.Node, at string) {
			r.mapping(n, at, keys{"anchor": text(r, &p.Durability.Anchor), "months": r.count(&p.Durability.Months), "places": r.count(&p.Durability.Places),
				"assistants": r.count(&p.Durability.Assistants), "service": text(r, &p.Durability.Service)}, "anchor", "months")
		},
	}, "id", "od", "name")
	return p
}

func (r *reader) cap(n *yaml.Node, at string) (t cap.Terms) {
	counted := 0
	counts := func(unit cap.Unit, limit int64) {
		t.Counts, t.Limit = unit, limit
		counted++
	}
	of := func(unit cap.Unit) value {
		return func(n *yaml.Node, at string) {
			var limit int
			r.count(&limit)(n, at)
			counts(unit, int64(limit))
		}
	}
	refused := len(r.faults)
	r.mapping(n, at, keys{
		"per":    text(r, &t.Per),
		"period": text(r, &t.Period),
		"hours":  r.minutes(func(m domain.Minutes) { counts(cap.Minutes, int64(m)) }),
		"days":   of(cap.Days),
		"people": of(cap.People),
		"over":   r.oneOf(&t.Refuse, "finding", "refuse"),
		"when": sortedOf(r, &t.When, func(fact string, n *yaml.Node, at string) cap.Condition {
			return cap.Condition{Fact: fact, Value: r.word(n, at)}
		}),
		"source": text(r, &t.Source),
	}, "per", "period", "over")
	if counted != 1 && len(r.faults) == refused {
		r.refuse(n, at, ErrOneOf)
	}
	return t
}

func (r *reader) stay(kind string, n *yaml.Node, at string) programme.Stay {
	if word := r.word(n, at); word != "eligible" && word != "" {
		r.refuse(n, at, programme.ErrWord.With("%s, not one of %s", word, "eligible"))
	}
	return programme.Stay{Kind: kind, Eligible: true}
}

func (r *reader) group(n *yaml.Node, at string) (g programme.Group) {
	r.mapping(n, at, keys{"id": text(r, &g.ID), "name": text(r, &g.Name), "target": r.count(&g.Target)}, "id")
	return g
}

func (r *reader) service(n *yaml.Node, at string) (s programme.Service) {
	r.mapping(n, at, keys{"id": text(r, &s.ID), "kind": text(r, &s.Kind), "name": text(r, &s.Name), "organiser": text(r, &s.Organiser)}, "id", "kind")
	return s
}

func (r *reader) dictionary(field string, n *yaml.Node, at string) programme.Dictionary {
	d := programme.Dictionary{Field: field}
	r.texts(&d.Words)(n, at)
	for i, word := range d.Words {
		if slices.ContainsFunc(d.Words[:i], func(other string) bool { return other != word && sheetfile.Alike(other, word) }) {
			r.refuse(n.Content[i], at, programme.ErrTwice.With("%s", word))
		}
	}
	return d
}

func (r *reader) indicator(n *yaml.Node, at string) (in programme.Indicator) {
	r.mapping(n, at, keys{
		"id": text(r, &in.ID), "name": text(r, &in.Name), "unit": text(r, &in.Unit),
		"target":  hundredths(r, &in.Target),
		"measure": text(r, &in.Measure),
		"of": func(n *yaml.Node, at string) {
			of := &in.Of
			r.mapping(n, at, keys{"kind": text(r, &of.Kind), "topic": text(r, &of.Topic), "group": text(r, &of.Group), "effect": text(r, &of.Effect),
				"outcome": text(r, &of.Outcome), "contract": text(r, &of.Contract), "state": text(r, &of.State)})
		},
		"minHours": r.minutes(func(m domain.Minutes) { in.MinMinutes = m }),
		"groups": func(n *yaml.Node, at string) {
			if word := r.word(n, at); word != "each" && word != "" {
				r.refuse(n, at, programme.ErrWord.With("%s, not one of %s", word, "each"))
			}
			in.EachGroup = true
		},
	}, "id", "unit", "measure")
	return in
}
