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
	ErrNegative      = domain.Refusal(domain.CodeInvalid, "a number of places or assistants is negative").At("value")
	ErrAnchor        = domain.Refusal(domain.CodeInvalid, "unknown anchor of the durability period")
	ErrURL           = domain.Refusal(domain.CodeInvalid, "not an http or https address").At("url")
	ErrNoRequest     = domain.Refusal(domain.CodeNotFound, "no such request is recorded").At("number")
	ErrAnswered      = domain.Refusal(domain.CodeRule, "the request was already answered the other way").At("event")
	ErrBeforeRequest = domain.Refusal(domain.CodeRule, "the answer lies before the request").At("date")
	ErrOther         = domain.Refusal(domain.CodeInvalid, "the stream belongs to another project")
)

// Command is what can be asked of a project's durability.
type Command interface{ durability() }

// Each command records the event of its name.
type (
	// OpenObligation records what was promised.
	OpenObligation struct{ Obligation }
	// DeclareReadiness records a declaration of readiness.
	DeclareReadiness ReadinessDeclared
	// StatePlaces records the places ready from a day on.
	StatePlaces PlacesStated
	// StateAssistants records the assistants ready from a day on.
	StateAssistants AssistantsStated
	// PublishNotice records a public notice.
	PublishNotice NoticePublished
	// RecordInspection records an inspection.
	RecordInspection Inspected
	// RequestService records a request for the service.
	RequestService ServiceRequested
	// StartService records that a request was met.
	StartService ServiceStarted
	// RefuseService records that a request was turned down.
	RefuseService ServiceRefused
)

func (OpenObligation) durability()   {}
func (DeclareReadiness) durability() {}
func (StatePlaces) durability()      {}
func (StateAssistants) durability()  {}
func (PublishNotice) durability()    {}
func (RecordInspection) durability() {}
func (RequestService) durability()   {}
func (StartService) durability()     {}
func (RefuseService) durability()    {}

// Decider decides on the stream of one project. Evolve changes the map of the
// state it is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: domain.Types(ObligationOpened{}, ReadinessDeclared{}, PlacesStated{}, AssistantsStated{},
			NoticePublished{}, Inspected{}, ServiceRequested{}, ServiceStarted{}, ServiceRefused{})}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case OpenObligation:
		return record(s, ObligationOpened(c), checkObligation(c.Obligation))
	case DeclareReadiness:
		return record(s, ReadinessDeclared(c), checkURL(c.URL))
	case StatePlaces:
		return record(s, PlacesStated(c), checkCount(c.Places))
	case StateAssistants:
		return record(s, AssistantsStated(c), checkCount(c.Assistants))
	case PublishNotice:
		return record(s, NoticePublished(c), checkURL(c.URL))
	case RecordInspection:
		return record(s, Inspected(c), nil)
	case RequestService:
		return record(s, ServiceRequested(c), checkRequest(c.Demand))
	case StartService:
		return record(s, ServiceStarted(c), checkAnswer(s, c.Demand, TypeServiceRefused))
	case RefuseService:
		return record(s, ServiceRefused(c), checkAnswer(s, c.Demand, TypeServiceStarted))
	}
	return nil, domain.UnknownCommand(cmd)
}

// record turns a fact that passed its own check into its event, unless it is
// already recorded.
func record(s State, f fact, checked error) ([]domain.Event, error) {
	id := f.identity()
	switch {
	case f.project() == "":
		return nil, domain.ErrNoID
	case s.Project != "" && s.Project != f.project():
		return nil, ErrOther.With("%s is not %s", f.project(), s.Project)
	case f.OccurredOn() == 0 && id.kind != TypeObligationOpened:
		return nil, ErrNoDate
	case checked != nil:
		return nil, checked
	}
	switch was := s.find(id); was {
	case nil:
		return []domain.Event{f}, nil
	case f:
		return nil, nil
	}
	return nil, domain.ErrDiffers.With("project %s, %s %s %s", f.project(), id.kind, f.OccurredOn(), id.number)
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

func checkAnswer(s State, d Demand, otherAnswer string) error {
	if err := checkRequest(d); err != nil {
		return err
	}
	asked := s.find(d.of(TypeServiceRequested))
	switch {
	case asked == nil:
		return ErrNoRequest.With("%s", d.Request)
	case s.find(d.of(otherAnswer)) != nil:
		return ErrAnswered.With("%s", d.Request)
	case d.Date < asked.OccurredOn():
		return ErrBeforeRequest.With("%s of %s, answered %s", d.Request, asked.OccurredOn(), d.Date)
	}
	return nil
}
