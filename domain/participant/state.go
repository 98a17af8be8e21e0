package participant

import "ksiega/domain"

// State is a participant as the stream tells it; the zero State is nobody.
type State struct {
	Person Person
}

// Exists says whether the participant is registered.
func (s State) Exists() bool { return s.Person.Participant != "" }

// AssistantState is an assistant as the stream tells it; the zero value is nobody.
type AssistantState struct {
	Assistant Assistant
}

// Exists says whether the assistant is registered.
func (s AssistantState) Exists() bool { return s.Assistant.ID != "" }

func evolve(s State, e domain.Event) State {
	if e, ok := e.(Registered); ok {
		s.Person = e.Person
	}
	return s
}

func evolveAssistant(s AssistantState, e domain.Event) AssistantState {
	if e, ok := e.(AssistantRegistered); ok {
		s.Assistant = e.Assistant
	}
	return s
}
