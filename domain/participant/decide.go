package participant

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/listing"
)

// Refusals of this package.
var (
	ErrNoName     = domain.Refusal(domain.CodeInvalid, "first and last name are both needed")
	ErrOwnCarer   = domain.Refusal(domain.CodeInvalid, "a person is registered as their own carer").At("carerFor")
	ErrEmployment = domain.Refusal(domain.CodeInvalid, "unknown kind of employment").At("employment")
	ErrQualified  = domain.Refusal(domain.CodeInvalid, "unknown kind of qualification").At("qualification")
	ErrUnknown    = domain.Refusal(domain.CodeNotFound, "no such participant is recorded").At("participant")
	ErrAssistant  = domain.Refusal(domain.CodeNotFound, "no such assistant is recorded").At("assistant")
	ErrOther      = domain.Refusal(domain.CodeInvalid, "the stream belongs to another person")

	ErrStatusKind  = domain.Refusal(domain.CodeInvalid, "unknown kind of status").At("kind")
	ErrStatusValue = domain.Refusal(domain.CodeInvalid, "no value of that kind of status").At("value")
	ErrStayKind    = domain.Refusal(domain.CodeInvalid, "unknown kind of stay").At("kind")
	// ErrSeveralStays refuses to choose among stays of a day for somebody who may not see
	// which they are, whichever is asked for.
	ErrSeveralStays = domain.Refusal(domain.CodeRule, "several stays began that day: somebody who may see people has to say which is meant").At("from")
	ErrPeriod       = domain.Refusal(domain.CodeInvalid, "the last day lies before the first").At("to")
)

// Command is what can be asked of a participant's stream.
type Command interface{ participant() }

// Register enters a participant in the register, corrects what is entered, or takes it
// back. Checked are the entries of their list under which nothing was found to stand. Case,
// where it names a worker, is whose they become who are entered.
type Register struct {
	Person Person
	Case   Assignment
	domain.Amend
	Checked listing.Checked
}

// List asks something of the list of what stands on a participant, or of whom they care
// for.
type List struct{ listing.Command }

func (Register) participant() {}
func (List) participant()     {}

// AssistantCommand is what can be asked of an assistant's stream.
type AssistantCommand interface{ assistant() }

// RegisterAssistant is Register of an assistant.
type RegisterAssistant struct {
	Assistant Assistant
	domain.Amend
	Checked listing.Checked
}

// ListAssistant is List of an assistant.
type ListAssistant struct{ listing.Command }

func (RegisterAssistant) assistant() {}
func (ListAssistant) assistant()     {}

// Decider decides on the stream of one participant. Evolve changes the maps of the state it
// is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: slices.Concat(domain.Types(Registered{}, Withdrawn{}, Corrected{}, StatusRecorded{}, StatusWithdrawn{}, StayRecorded{}, StayWithdrawn{}, Merged{}, MergeWithdrawn{},
			Assigned{}, AssignmentWithdrawn{}),
			listing.Types(), listing.Closing())}
}

// AssistantDecider decides on the stream of one assistant.
func AssistantDecider() domain.Decider[AssistantState, AssistantCommand] {
	return domain.Decider[AssistantState, AssistantCommand]{Decide: decideAssistant, Evolve: evolveAssistant,
		Events: slices.Concat(domain.Types(AssistantRegistered{}, AssistantWithdrawn{}, AssistantCorrected{}), listing.Types())}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case Register:
		return register(s, c)
	case RecordStatus:
		return recordStatus(s, c)
	case RecordStay:
		return recordStay(s, c)
	case MergeInto:
		return mergeInto(s, c)
	case Assign:
		return assign(s, c)
	case List:
		return s.List.Decide(c.Command, ErrUnknown.Unless(s.Exists()), s.Stands)
	}
	return nil, domain.UnknownCommand(cmd)
}

func register(s State, c Register) ([]domain.Event, error) {
	p := c.Person
	if err := checkIDs(p); err != nil {
		return nil, err
	}
	switch {
	case s.Exists() && s.Person.Participant != p.Participant:
		return nil, ErrOther
	case c.Withdraw:
	case p.FirstName == "":
		return nil, ErrNoName.At("firstName")
	case p.LastName == "":
		return nil, ErrNoName.At("lastName")
	case p.CarerFor == p.Participant:
		return nil, ErrOwnCarer
	}
	field := domain.Differing(s.Person, p)
	events, err := c.Decide(domain.Recorded{What: "participant " + p.Participant, Standing: domain.StandingOf(s.Exists(), s.gone),
		Same: field == "", Differs: field, Refuse: domain.Taking(func() error { return s.standsOn(c.Checked) }),
		Entered: Registered{p}, Corrected: Corrected{p, c.Reason}, Withdrawn: Withdrawn{p.Participant, c.Reason}})
	return s.registering(c, events), err
}

// standsOn refuses to take somebody away on whom something stands: records elsewhere, as
// their list has them, or what is recorded of them and dated.
func (s State) standsOn(checked listing.Checked) error {
	if what := s.dated(); what.Stands() {
		return what.Refuse()
	}
	if s.merged.Into != "" {
		return domain.Thing{Noun: domain.AMerge, Name: s.Person.Participant}.Refuse()
	}
	return s.List.Overtaken(checked)
}

// checkIDs keeps a PESEL from entering an event in clear as somebody's id.
func checkIDs(p Person) error {
	_, err := domain.CheckID(p.Participant)
	all := []error{domain.At("id", err)}
	for field, id := range map[string]string{"carerFor": p.CarerFor, "household": p.Household} {
		if id != "" {
			_, err := domain.CheckID(id)
			all = append(all, domain.At(field, err))
		}
	}
	return domain.Together(all...)
}

func decideAssistant(s AssistantState, cmd AssistantCommand) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case RegisterAssistant:
		return registerAssistant(s, c)
	case ListAssistant:
		return s.List.Decide(c.Command, ErrAssistant.Unless(s.Exists()), nothing)
	}
	return nil, domain.UnknownCommand(cmd)
}

// nothing: an assistant's stream holds nothing that stands on anything.
func nothing(domain.Ref) domain.Thing { return domain.Thing{} }

func registerAssistant(s AssistantState, c RegisterAssistant) ([]domain.Event, error) {
	a := c.Assistant
	if _, err := domain.CheckID(a.ID); err != nil {
		return nil, domain.At("id", err)
	}
	switch a.Employment {
	case "", Employee, Mandate, SocialWorker:
	default:
		return nil, ErrEmployment
	}
	switch a.Qualification {
	case "", Diploma, Experience:
	default:
		return nil, ErrQualified
	}
	switch {
	case s.Exists() && s.Assistant.ID != a.ID:
		return nil, ErrOther
	case c.Withdraw:
	case a.FirstName == "":
		return nil, ErrNoName.At("firstName")
	case a.LastName == "":
		return nil, ErrNoName.At("lastName")
	}
	field := domain.Differing(s.Assistant, a)
	return c.Decide(domain.Recorded{What: "assistant " + a.ID, Standing: domain.StandingOf(s.Exists(), s.gone), Same: field == "", Differs: field,
		Refuse: domain.Taking(func() error { return s.List.Overtaken(c.Checked) }), Entered: AssistantRegistered{a}, Corrected: AssistantCorrected{a, c.Reason},
		Withdrawn: AssistantWithdrawn{a.ID, c.Reason}})
}
