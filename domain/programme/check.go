package programme

import (
	"fmt"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
)

func refusal(message string) *domain.Error { return domain.Refusal(domain.CodeInvalid, message) }

// Refusals of what an edition says.
var (
	ErrNIPAsID  = refusal("a NIP names whoever issues documents, and no programme").At("id")
	ErrMissing  = refusal("nothing is said where something has to be")
	ErrWord     = refusal("not one of the words that may stand here")
	ErrTwice    = refusal("stands twice")
	ErrNowhere  = refusal("names what the file does not have")
	ErrBounds   = refusal("outside what may be said")
	ErrEnds     = refusal("ends before it begins")
	ErrShares   = refusal("the shares are not 100 per cent together")
	ErrRefuse   = refusal("no one stream decides this cap, so that nothing can be refused by it: say over: finding")
	ErrWhose    = refusal("a cap for an assistant or a programme depends on nobody's facts")
	ErrNoRule   = refusal("who would not say is under no rule")
	ErrPeople   = refusal("a participant or a contract is one person")
	ErrMeasure  = refusal("only people have a least number of hours")
	ErrNoGroups = refusal("there are no groups to be counted")
)

// visit is the kind of service that an assistant's hours are; the others are kinds of
// sessions.
const visit = "visit"

func serviceKinds() []string {
	return []string{visit, "grupowe", "indywidualne", "szkolenie", "warsztat", "poradnictwo", "terapia", "grupa_wsparcia", "wydarzenie", "dyzur"}
}

func contractKinds() []string {
	return []string{string(contract.Referral), string(contract.Social), string(contract.Tripartite), string(contract.Independence)}
}

// checking gathers what can be said against an edition, each At the key that is to blame,
// as its file spells it: caps[0].hours is that of the first cap.
type checking struct{ refused domain.Refusals }

func (c *checking) say(at string, why *domain.Error) { c.refused = append(c.refused, why.At(at)) }

// unless refuses except where something holds.
func (c *checking) unless(holds bool, at string, why *domain.Error) {
	if !holds {
		c.say(at, why)
	}
}

// word refuses what is none of some words; none given is one of them only where it may be.
func (c *checking) word(at, given string, words ...string) {
	switch {
	case given == "":
		c.say(at, ErrMissing)
	case !slices.Contains(words, given):
		c.say(at, ErrWord.With("%s, not one of %s", given, strings.Join(words, ", ")))
	}
}

// once refuses what stood there before; its own word is no reason to look further.
func (c *checking) once(seen map[string]bool, at, given string) {
	c.unless(given == "" || !seen[given], at, ErrTwice.With("%s", given))
	seen[given] = true
}

// holds keeps what something is refused for.
func (c *checking) holds(at string, err error) {
	for _, r := range domain.RefusalsOf(err) {
		c.say(at, r)
	}
}

// named refuses what is no name, or that of another.
func (c *checking) named(seen map[string]bool, at, id string) {
	c.holds(at, domain.CheckNewID(id))
	c.once(seen, at, id)
}

// within refuses a figure outside its bounds, both of which it may be.
func (c *checking) within(at string, n, least, most int64) {
	c.unless(n >= least && n <= most, at, ErrBounds.With("%d, not from %d to %d", n, least, most))
}

// Check is what can be said against an edition by itself, or nothing: each refusal is At
// the key of the file that is to blame. What it names beyond itself, a programme that goes
// on after it, is for whoever can ask the ledger.
func (p Programme) Check() domain.Refusals {
	c := &checking{}
	c.named(map[string]bool{}, "id", p.ID)
	c.unless(!domain.ValidNIP(p.ID), "id", ErrNIPAsID) // findings of documents are told by the NIP, or else by the programme
	c.holds("od", domain.Happened(p.From, p.From))     // whether it has come does not matter
	c.unless(p.Name != "", "name", ErrMissing)
	partners := map[string]bool{}
	for i, partner := range p.Partners {
		c.once(partners, fmt.Sprintf("partners[%d]", i), partner)
	}
	c.unless(p.Period.To == 0 || p.Period.To >= p.Period.From, "period.to", ErrEnds)
	kinds := map[string]bool{}
	for i, kind := range p.Contracts {
		at := fmt.Sprintf("contracts[%d]", i)
		c.word(at, kind, contractKinds()...)
		c.once(kinds, at, kind)
	}
	c.within("caseload", int64(p.Caseload), 0, domain.MaxCount)
	c.caps(p.Caps)
	for _, s := range p.Stays {
		c.word("stays."+s.Kind, s.Kind, "dps")
	}
	c.listed(p)
	c.indicators(p)
	c.durability(p.Durability)
	return c.refused
}

func (c *checking) caps(caps []cap.Terms) {
	seen := map[string]bool{}
	for i, t := range caps {
		at := fmt.Sprintf("caps[%d]", i)
		c.word(at+".per", string(t.Per), string(cap.Participant), string(cap.Contract), string(cap.Assistant), string(cap.Programme))
		c.word(at+".period", string(t.Period), string(cap.Day), string(cap.Week), string(cap.Month), string(cap.Year), string(cap.Total))
		switch t.Counts {
		case cap.Minutes:
			c.within(at+".hours", t.Limit, 1, int64(domain.MaxMinutes))
		case cap.Days:
			c.within(at+".days", t.Limit, 1, domain.MaxCount)
		case cap.People:
			c.within(at+".people", t.Limit, 1, domain.MaxCount)
			c.unless(t.Per != cap.Participant && t.Per != cap.Contract, at+".people", ErrPeople)
		default:
			c.say(at, ErrMissing)
		}
		c.unless(!t.Refuse || t.Decidable(), at+".over", ErrRefuse)
		c.when(at+".when", t)
		c.once(seen, at, fmt.Sprintf("%s %s %d %s %v", t.Per, t.Period, t.Limit, t.Counts, t.When))
	}
}

func (c *checking) when(at string, t cap.Terms) {
	c.unless(len(t.When) == 0 || t.Per != cap.Assistant && t.Per != cap.Programme, at, ErrWhose)
	for _, w := range t.When {
		values := participant.StatusKind(w.Fact).Values()
		switch at := at + "." + w.Fact; {
		case values == nil:
			var kinds []string
			for _, kind := range participant.StatusKinds() {
				kinds = append(kinds, string(kind))
			}
			c.word(at, w.Fact, kinds...)
		case w.Value == participant.RefusedToSay:
			c.say(at, ErrNoRule)
		default:
			c.word(at, w.Value, slices.DeleteFunc(values, func(value string) bool { return value == participant.RefusedToSay })...)
		}
	}
}

// listed checks groups, services, shares, outcomes and dictionaries.
func (c *checking) listed(p Programme) {
	groups, services, outcomes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, g := range p.Groups {
		at := fmt.Sprintf("groups[%d]", i)
		c.named(groups, at+".id", g.ID)
		c.within(at+".target", int64(g.Target), 0, domain.MaxCount)
	}
	for i, s := range p.Services {
		at := fmt.Sprintf("services[%d]", i)
		c.named(services, at+".id", s.ID)
		c.word(at+".kind", s.Kind, serviceKinds()...)
	}
	for i, o := range p.Outcomes {
		c.named(outcomes, fmt.Sprintf("outcomes[%d]", i), o)
	}
	if s := p.Shares; s != (Shares{}) {
		c.within("budget.shares.ue", int64(s.EU), 0, hundred)
		c.within("budget.shares.budzet", int64(s.State), 0, hundred)
		c.within("budget.shares.wlasny", int64(s.Own), 0, hundred)
		c.unless(s.EU+s.State+s.Own == hundred, "budget.shares", ErrShares)
	}
	for _, d := range p.Dictionaries {
		at := "dictionaries." + d.Field
		c.word(at, d.Field, "czynnosc", "przyczyna", "potrzeby", "temat", "specjalista", "kategoria", "cel")
		c.unless(len(d.Words) > 0, at, ErrMissing)
		words := map[string]bool{}
		for i, w := range d.Words {
			c.once(words, fmt.Sprintf("%s[%d]", at, i), w)
		}
	}
}

// hundred is all of it, in hundredths of a per cent.
const hundred = 100_00

func (c *checking) durability(d Durability) {
	if d == (Durability{}) {
		return
	}
	c.word("durability.anchor", d.Anchor, "project-end", "final-payment")
	c.within("durability.months", int64(d.Months), 1, 1200)
	c.within("durability.places", int64(d.Places), 0, domain.MaxCount)
	c.within("durability.assistants", int64(d.Assistants), 0, domain.MaxCount)
	if d.Service != "" {
		_, err := domain.CheckID(d.Service)
		c.holds("durability.service", err)
	}
}

// indicators checks what is measured, and that what it is narrowed by stands in the file.
func (c *checking) indicators(p Programme) {
	ids := map[string]bool{}
	for i, in := range p.Indicators {
		at := fmt.Sprintf("indicators[%d]", i)
		c.named(ids, at+".id", in.ID)
		c.unless(in.Unit != "", at+".unit", ErrMissing)
		c.word(at+".measure", in.Measure, "people", "households", "contracts", "sessions", "visits", "hours", "headcount", "contacts", "effects", "outcomes", "aid")
		c.within(at+".target", in.Target, 0, int64(domain.MaxGrosze))
		c.within(at+".minHours", int64(in.MinMinutes), 0, int64(domain.MaxMinutes))
		c.unless(in.MinMinutes == 0 || in.Measure == "people", at+".minHours", ErrMeasure)
		c.unless(!in.EachGroup || len(p.Groups) > 0, at+".groups", ErrNoGroups)
		c.of(p, at+".of", in)
	}
}

func (c *checking) of(p Programme, at string, in Indicator) {
	of := in.Of
	services, groups, topics := []string{}, []string{}, []string{}
	for _, s := range p.Services {
		services = append(services, s.Kind)
	}
	for _, g := range p.Groups {
		groups = append(groups, g.ID)
	}
	for _, d := range p.Dictionaries {
		if d.Field == "temat" {
			topics = d.Words
		}
	}
	if of.Kind != "" {
		c.word(at+".kind", of.Kind, serviceKinds()...)
		c.unless(len(services) == 0 || slices.Contains(services, of.Kind), at+".kind", ErrNowhere.With("%s", of.Kind))
	}
	c.unless(of.Topic == "" || len(topics) == 0 || slices.Contains(topics, of.Topic), at+".topic", ErrNowhere.With("%s", of.Topic))
	c.unless(of.Group == "" || slices.Contains(groups, of.Group), at+".group", ErrNowhere.With("%s", of.Group))
	c.unless(of.Outcome == "" || slices.Contains(p.Outcomes, of.Outcome), at+".outcome", ErrNowhere.With("%s", of.Outcome))
	if of.Effect != "" {
		c.word(at+".effect", of.Effect, "profil", "cv", "spotkanie", "ukonczenie", "zatrudnienie")
	}
	if of.Contract != "" {
		c.word(at+".contract", of.Contract, contractKinds()...)
		c.unless(len(p.Contracts) == 0 || slices.Contains(p.Contracts, of.Contract), at+".contract", ErrNowhere.With("%s", of.Contract))
	}
	if of.State == "" {
		return
	}
	states := []string{"nominated", "assessed", "enrolled", "left"}
	if in.Measure == "contracts" {
		states = nil
		for _, s := range []contract.Status{contract.StatusDrafted, contract.StatusSigned, contract.StatusSuspended, contract.StatusBreached, contract.StatusTerminated, contract.StatusCompleted} {
			states = append(states, string(s))
		}
	}
	c.word(at+".state", of.State, states...)
}
