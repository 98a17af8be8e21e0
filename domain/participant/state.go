package participant

import (
	"ksiega/domain"
	"ksiega/domain/listing"
)

// State is a participant as the stream tells it; the zero State is nobody.
type State struct {
	Person Person
	// List is what stands on the participant.
	List listing.State
	gone bool // it was withdrawn
}

// Exists says whether the participant is registered.
func (s State) Exists() bool { return s.Person.Participant != "" }

// Stands says what of the participant stands on another: whoever is cared for is named by
// their carer. "" is nothing.
func (s State) Stands(on domain.Ref) string {
	if s.Person.CarerFor == "" || on != (domain.Ref{Kind: domain.RefParticipant, ID: s.Person.CarerFor}) {
		return ""
	}
	return "carer " + s.Person.Participant
}

// AssistantState is an assistant as the stream tells it; the zero value is nobody.
type AssistantState struct {
	Assistant Assistant
	// List is what stands on the assistant.
	List listing.State
	gone bool // it was withdrawn
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
		s = State{List: s.List, gone: true}
	default:
		s.List, _ = s.List.Evolve(e)
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
		s = AssistantState{List: s.List, gone: true}
	default:
		s.List, _ = s.List.Evolve(e)
	}
	return s
}
