package durability

import (
	"cmp"
	"net/url"

	"ksiega/domain"
)

// Refusals of this package.
var (
	ErrPeriod        = domain.Refusal(domain.CodeInvalid, "the obligation ends before it starts, or has no dates").At("to")
	ErrNoDate        = domain.Refusal(domain.CodeInvalid, "the date is missing").At("date")
	ErrNoPlaces      = domain.Refusal(domain.CodeInvalid, "nobody says how many places were promised: neither the command nor the programme's file").At("value")
	ErrNegative      = domain.Refusal(domain.CodeInvalid, "a number of places or assistants is negative").At("value")
	ErrAnchor        = domain.Refusal(domain.CodeInvalid, "unknown anchor of the durability period")
	ErrURL           = domain.Refusal(domain.CodeInvalid, "not an http or https address").At("url")
	ErrNoRequest     = domain.Refusal(domain.CodeNotFound, "no such request is recorded").At("number")
	ErrAnswered      = domain.Refusal(domain.CodeRule, "the request was already answered the other way").At("event")
	ErrBeforeRequest = domain.Refusal(domain.CodeRule, "the answer lies before the request").At("date")
	ErrOther         = domain.Refusal(domain.CodeInvalid, "the stream belongs to another project")
)

// Record is what can be asked of a project's durability: that a fact is recorded, replaces
// what is recorded of its identity, or is taken back.
type Record struct {
	Fact Fact
	domain.Amend
	// Otherwise is what the programme's file promises, which an obligation that is recorded
	// or corrected takes where it says nothing itself. One that stands is not asked again.
	Otherwise Obligation
	// Unsaid: nothing was said of the places, not even that there are none.
	Unsaid bool
}

// Decider decides on the stream of one project. Evolve changes the map of the
// state it is given.
func Decider() domain.Decider[State, Record] {
	return domain.Decider[State, Record]{Decide: decide, Evolve: evolve,
		Events: domain.Types(ObligationOpened{}, ReadinessDeclared{}, PlacesStated{}, AssistantsStated{},
			NoticePublished{}, Inspected{}, ServiceRequested{}, ServiceStarted{}, ServiceRefused{}, FactWithdrawn{})}
}

// check refuses a fact for what it says, beside what else is recorded.
func check(s State, f Fact) error {
	switch e := f.(type) {
	case ObligationOpened:
		return checkObligation(e.Obligation)
	case ReadinessDeclared:
		return checkURL(e.URL)
	case PlacesStated:
		return checkCount(e.Places)
	case AssistantsStated:
		return checkCount(e.Assistants)
	case NoticePublished:
		return checkURL(e.URL)
	case ServiceRequested:
		return cmp.Or(checkRequest(e.Demand), checkAnswered(s, e))
	case ServiceStarted:
		return checkAnswer(s, e.Demand, TypeServiceRefused)
	case ServiceRefused:
		return checkAnswer(s, e.Demand, TypeServiceStarted)
	}
	return nil
}

// checkAnswered keeps a request before the answers to it.
func checkAnswered(s State, e ServiceRequested) error {
	if answer := s.answer(e.Demand); answer != nil && answer.OccurredOn() < e.Date {
		return ErrBeforeRequest.With("%s of %s, answered %s", e.Request, e.Date, answer.OccurredOn())
	}
	return nil
}

func decide(s State, c Record) ([]domain.Event, error) {
	f := c.Fact
	if f == nil {
		return nil, domain.UnknownCommand(f)
	}
	id := identityOf(f)
	project, _ := f.Of()
	switch {
	case project == "":
		return nil, domain.ErrNoID.At("project")
	case s.Project != "" && s.Project != project:
		return nil, ErrOther.With("%s is not %s", project, s.Project)
	case f.OccurredOn() == 0 && id.kind != domain.Fact(TypeObligationOpened):
		return nil, ErrNoDate
	}
	was := s.facts[id]
	if !c.Withdraw {
		f = c.said(was)
		if o, ok := f.(ObligationOpened); ok && c.Unsaid && o.Places == 0 && (was == nil || c.Correct) {
			return nil, ErrNoPlaces
		}
		if err := check(s, f); err != nil {
			return nil, err
		}
	}
	what := "project " + project + ", " + f.EventType() + " " + f.OccurredOn().String() + " " + id.number
	var withdrawn domain.Event
	field := ""
	if was != nil {
		withdrawn, field = id.withdrawn(was, c.Reason), askedAs(domain.Differing(was, f))
	}
	return c.Decide(domain.Recorded{What: what, Standing: domain.StandingOf(was != nil, s.gone[id]), Same: was == f, Differs: field,
		Refuse: domain.Taking(func() error {
			e, ok := was.(ServiceRequested)
			if answer := s.answer(e.Demand); ok && answer != nil {
				return domain.Thing{Noun: domain.ARequestAnswer, Name: e.Request, On: answer.OccurredOn()}.Refuse()
			}
			return nil
		}),
		Entered: f, Withdrawn: withdrawn})
}

// said is the fact with what is left unsaid of an obligation.
func (c Record) said(was Fact) Fact {
	o, ok := c.Fact.(ObligationOpened)
	if !ok {
		return c.Fact
	}
	left := c.Otherwise
	if stands, ok := was.(ObligationOpened); ok && !c.Correct {
		left = stands.Obligation
	}
	if c.Unsaid {
		o.Places = left.Places
	}
	o.To, o.Assistants, o.Anchor = cmp.Or(o.To, left.To), cmp.Or(o.Assistants, left.Assistants), cmp.Or(o.Anchor, left.Anchor)
	return o
}

// Promised is what a project promises that begins on a day: places, assistants, and its last
// day, months later.
func Promised(project string, from domain.Date, anchor Anchor, months, places, assistants int) Obligation {
	o := Obligation{Project: project, From: from, Anchor: anchor, Places: places, Assistants: assistants}
	if months > 0 {
		o.To = from.AddMonths(months) - 1
	}
	return o
}

// askedAs is what a field of a fact is called where somebody tells the fact.
func askedAs(field string) string {
	switch field {
	case "places", "assistants":
		return "value"
	case "description", "derivation", "reason":
		return "text"
	case "urlQuery":
		return "url"
	case "from":
		return "date"
	}
	return field
}

func checkObligation(o Obligation) error {
	switch {
	case o.From == 0 || o.To < o.From:
		return ErrPeriod
	case o.Places < 0 || o.Assistants < 0:
		return ErrNegative
	case o.Anchor != "" && o.Anchor != ProjectEnd && o.Anchor != FinalPayment:
		return ErrAnchor
	}
	return domain.At("value", cmp.Or(domain.CheckCount(o.Places), domain.CheckCount(o.Assistants)))
}

func checkCount(n int) error {
	if n < 0 {
		return ErrNegative
	}
	return domain.At("value", domain.CheckCount(n))
}

// checkURL accepts no address at all: not every notice is on the web.
func checkURL(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return ErrURL
	}
	return nil
}

func checkRequest(d Demand) error {
	if d.Request == "" {
		return domain.ErrNoID.At("number").With("number of the request")
	}
	return nil
}

func checkAnswer(s State, d Demand, other string) error {
	if err := checkRequest(d); err != nil {
		return err
	}
	asked := s.of(d, TypeServiceRequested)
	switch {
	case asked == nil:
		return ErrNoRequest.With("%s", d.Request)
	case s.of(d, other) != nil:
		return ErrAnswered.With("%s", d.Request)
	case d.Date < asked.OccurredOn():
		return ErrBeforeRequest.With("%s of %s, answered %s", d.Request, asked.OccurredOn(), d.Date)
	}
	return nil
}
