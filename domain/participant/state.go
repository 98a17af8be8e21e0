package participant

import "ksiega/domain"

// State is a participant as the stream tells it; the zero State is nobody.
type State struct {
	Person Person
	gone   bool // it was withdrawn
}

// Exists says whether the participant is registered.
func (s State) Exists() bool { return s.Person.Participant != "" }

// AssistantState is an assistant as the stream tells it; the zero value is nobody.
type AssistantState struct {
	Assistant Assistant
	gone      bool // it was withdrawn
}

// Exists says whether the assistant is registered.
func (s AssistantState) Exists() bool { return s.Assistant.ID != "" }

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case Registered:
		s.Person = e.Person
	case Corrected:
		s.Person = e.Person
	case Withdrawn:
		s = State{gone: true}
	}
	return s
}

func evolveAssistant(s AssistantState, e domain.Event) AssistantState {
	switch e := e.(type) {
	case AssistantRegistered:
		s.Assistant = e.Assistant
	case AssistantCorrected:
		s.Assistant = e.Assistant
	case AssistantWithdrawn:
		s = AssistantState{gone: true}
	}
	return s
}
