package participant

import "ksiega/domain"

// Refusals of this package.
var (
	ErrNoName     = domain.Refusal(domain.CodeInvalid, "first and last name are both needed")
	ErrOwnCarer   = domain.Refusal(domain.CodeInvalid, "a person is registered as their own carer").At("carerFor")
	ErrEmployment = domain.Refusal(domain.CodeInvalid, "unknown kind of employment").At("employment")
	ErrOther      = domain.Refusal(domain.CodeInvalid, "the stream belongs to another person")
)

// Command is what can be asked of a participant's stream.
type Command interface{ participant() }

// Register enters a participant in the register.
type Register struct{ Person Person }

func (Register) participant() {}

// AssistantCommand is what can be asked of an assistant's stream.
type AssistantCommand interface{ assistant() }

// RegisterAssistant enters an assistant in the register.
type RegisterAssistant struct{ Assistant Assistant }

func (RegisterAssistant) assistant() {}

// Decider decides on the stream of one participant.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: domain.Types(Registered{})}
}

// AssistantDecider decides on the stream of one assistant.
func AssistantDecider() domain.Decider[AssistantState, AssistantCommand] {
	return domain.Decider[AssistantState, AssistantCommand]{Decide: decideAssistant, Evolve: evolveAssistant,
		Events: domain.Types(AssistantRegistered{})}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	c, ok := cmd.(Register)
	if !ok {
		return nil, domain.UnknownCommand(cmd)
	}
	p := c.Person
	if err := checkIDs(p); err != nil {
		return nil, err
	}
	switch {
	case p.FirstName == "":
		return nil, ErrNoName.At("firstName")
	case p.LastName == "":
		return nil, ErrNoName.At("lastName")
	case p.CarerFor == p.Participant:
		return nil, ErrOwnCarer
	case !s.Exists():
		return []domain.Event{Registered{p}}, nil
	case s.Person.Participant != p.Participant:
		return nil, ErrOther
	}
	if field := differs(s.Person, p); field != "" {
		return nil, domain.ErrDiffers.At(field).With("participant %s, %s", p.Participant, field)
	}
	return nil, nil
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

// differs names the first field in which two registrations of a person differ.
func differs(a, b Person) string {
	for _, f := range []struct {
		name string
		same bool
	}{
		{"firstName", a.FirstName == b.FirstName},
		{"lastName", a.LastName == b.LastName},
		{"pesel", a.PESEL == b.PESEL},
		{"birthDate", a.BirthDate == b.BirthDate},
		{"sex", a.Sex == b.Sex},
		{"disability", a.Disability == b.Disability},
		{"welfareClient", a.WelfareClient == b.WelfareClient},
		{"labourStatus", a.LabourStatus == b.LabourStatus},
		{"withoutBenefit", a.WithoutBenefit == b.WithoutBenefit},
		{"profile", a.Profile == b.Profile},
		{"account", a.Account == b.Account},
		{"municipality", a.Municipality == b.Municipality},
		{"carerFor", a.CarerFor == b.CarerFor},
		{"household", a.Household == b.Household},
	} {
		if !f.same {
			return f.name
		}
	}
	return ""
}

func decideAssistant(s AssistantState, cmd AssistantCommand) ([]domain.Event, error) {
	c, ok := cmd.(RegisterAssistant)
	if !ok {
		return nil, domain.UnknownCommand(cmd)
	}
	a := c.Assistant
	if _, err := domain.CheckID(a.ID); err != nil {
		return nil, domain.At("id", err)
	}
	switch a.Employment {
	case "", Employee, Mandate, SocialWorker:
	default:
		return nil, ErrEmployment
	}
	was := s.Assistant
	field := ""
	switch {
	case a.FirstName == "":
		return nil, ErrNoName.At("firstName")
	case a.LastName == "":
		return nil, ErrNoName.At("lastName")
	case !s.Exists():
		return []domain.Event{AssistantRegistered{a}}, nil
	case was.ID != a.ID:
		return nil, ErrOther
	case was.FirstName != a.FirstName:
		field = "firstName"
	case was.LastName != a.LastName:
		field = "lastName"
	case was.Employment != a.Employment:
		field = "employment"
	default:
		return nil, nil
	}
	return nil, domain.ErrDiffers.At(field).With("assistant %s, %s", a.ID, field)
}
