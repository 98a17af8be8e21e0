package participant

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/listing"
)

// State is a participant as the stream tells it; the zero State is nobody.
type State struct {
	Person Person
	// List is what stands on the participant.
	List listing.State
	gone bool // it was withdrawn

	statuses     map[Status]StatusRecorded
	goneStatuses map[Status]bool
	stays        []StayRecorded // in the order of their recording
	goneStays    map[stayOf]bool
	entries      int // how many stays were ever recorded

	merged    Merged // into whom; the zero Merged is nobody
	goneMerge bool   // a merge was withdrawn

	assigned     map[Assignment]Assigned
	goneAssigned map[Assignment]bool
}

// Exists says whether the participant is registered.
func (s State) Exists() bool { return s.Person.Participant != "" }

// Stands says what of the participant stands on another: whoever is cared for is named by
// their carer, and who is kept by whom they were merged with.
func (s State) Stands(on domain.Ref) domain.Thing {
	switch {
	case on.Kind != domain.RefParticipant || on.ID == "":
	case on.ID == s.Person.CarerFor:
		return domain.Thing{Noun: domain.ACarer, Name: s.Person.Participant}
	case on.ID == s.merged.Into:
		return domain.Thing{Noun: domain.AMerge, Name: s.Person.Participant}
	}
	return domain.Thing{}
}

// On is what a participant is on a day of a kind, sealed, and how: as the status says that
// holds then, or before the first one as their registration does; "" is not known.
func (s State) On(kind StatusKind, day domain.Date) (domain.Sealed, domain.Seal) {
	var all []StatusRecorded
	for _, f := range s.statuses {
		if f.Kind == kind {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b StatusRecorded) int { return int(a.From - b.From) })
	i, before := Holding(day, len(all), func(i int) (from, to domain.Date) { return all[i].From, all[i].To })
	switch {
	case i >= 0:
		return all[i].Value, all[i].Seal("value")
	case !before:
		return "", domain.Seal{}
	}
	text, field := s.Person.Registered(kind)
	return text, s.Person.Seal(field)
}

// Registered is what a registration says of a kind of status, and in which field; "" is
// nothing.
func (p Person) Registered(kind StatusKind) (text domain.Sealed, field string) {
	switch kind {
	case LabourMarket:
		return p.LabourStatus, "labourStatus"
	case HelpProfile:
		return p.Profile, "profile"
	case Client:
		return p.WelfareClient, "welfareClient"
	case Disability:
		return p.Disability, "disability"
	}
	return "", ""
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
		s.Person, s.gone = Person{}, true
	case StatusRecorded, StatusWithdrawn:
		s = s.withStatus(e)
	case StayRecorded, StayWithdrawn:
		s = s.withStay(e)
	case Assigned, AssignmentWithdrawn:
		s = s.withAssignment(e)
	case Merged:
		s.merged = e
	case MergeWithdrawn:
		s.merged, s.goneMerge = Merged{}, true
	default:
		s.List, _ = s.List.Evolve(e)
	}
	return s
}

func (s State) withStatus(e domain.Event) State {
	if s.statuses == nil {
		s.statuses, s.goneStatuses = map[Status]StatusRecorded{}, map[Status]bool{}
	}
	switch e := e.(type) {
	case StatusRecorded:
		s.statuses[e.Status] = e
	case StatusWithdrawn:
		delete(s.statuses, e.Status)
		s.goneStatuses[e.Status] = true
	}
	return s
}

func (s State) withStay(e domain.Event) State {
	if s.goneStays == nil {
		s.goneStays = map[stayOf]bool{}
	}
	switch e := e.(type) {
	case StayRecorded:
		s.stays, s.entries = append(slices.Clip(s.stays), e), max(s.entries, e.Entry)
	case StayWithdrawn:
		s.stays = slices.DeleteFunc(slices.Clone(s.stays), func(was StayRecorded) bool {
			if was.Stay == e.Stay {
				s.goneStays[stayOf{was.From, was.Kind}] = true
			}
			return was.Stay == e.Stay
		})
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
