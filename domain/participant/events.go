package participant

import "ksiega/domain"

// TypeRegistered and TypeAssistantRegistered are event names, for ever.
const (
	TypeRegistered          = "participant.registered.v2"
	TypeAssistantRegistered = "assistant.registered.v1"
)

// Stream is where a participant's facts are kept.
func Stream(participant string) string { return domain.Stream("participant", participant) }

// AssistantStream is where an assistant's facts are kept.
func AssistantStream(assistant string) string { return domain.Stream("assistant", assistant) }

// Person is what a registration says of a participant. An empty field was not
// given. The sealed codes (sex, disability, labour status and its companions)
// are sealed as the text of their code.
type Person struct {
	Participant    string        `json:"participant"`
	FirstName      domain.Sealed `json:"firstName"`
	LastName       domain.Sealed `json:"lastName"`
	PESEL          domain.Sealed `json:"pesel,omitzero"`
	BirthDate      domain.Sealed `json:"birthDate,omitzero"`
	Sex            domain.Sealed `json:"sex,omitzero"`
	Disability     domain.Sealed `json:"disability,omitzero"`
	WelfareClient  domain.Sealed `json:"welfareClient,omitzero"` // client of the centre (klient OPS)
	LabourStatus   domain.Sealed `json:"labourStatus,omitzero"`
	WithoutBenefit domain.Sealed `json:"withoutBenefit,omitzero"` // unemployed without benefit
	Profile        domain.Sealed `json:"profile,omitzero"`        // profile of help of the labour office
	Account        domain.Sealed `json:"account,omitzero"`
	Municipality   domain.Sealed `json:"municipality,omitzero"` // whatever somebody typed for it
	CarerFor       string        `json:"carerFor,omitzero"`     // participant cared for
	Household      string        `json:"household,omitzero"`
}

// Registered says that a participant was entered in the register.
type Registered struct {
	Person
}

// EventType is the constant name of the event.
func (Registered) EventType() string { return TypeRegistered }

// OccurredOn is the day of recording.
func (Registered) OccurredOn() domain.Date { return 0 }

// SealOf is how a field of a person's registration is sealed: by the person's
// key, never that of whom they care for.
func SealOf(participant, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: participant}, Field: field}
}

// Seal is SealOf.
func (p Person) Seal(field string) domain.Seal { return SealOf(p.Participant, field) }

// Refs names the participant and whom they care for.
func (e Registered) Refs() []domain.Ref {
	return domain.Refs(
		domain.Ref{Kind: domain.RefParticipant, ID: e.Participant},
		domain.Ref{Kind: domain.RefParticipant, ID: e.CarerFor})
}

// Corrected says what a registration should have said of a participant, whole.
type Corrected struct {
	Person
	Reason domain.Sealed `json:"reason,omitzero"`
}

// EventType is the constant name of the event.
func (Corrected) EventType() string { return "participant.corrected.v1" }

// OccurredOn is the day of recording, as that of the registration is.
func (Corrected) OccurredOn() domain.Date { return 0 }

// Refs names the participant and whom they care for.
func (e Corrected) Refs() []domain.Ref { return Registered{e.Person}.Refs() }

// Withdrawn says that somebody should not have been entered in the register.
type Withdrawn struct {
	Participant string        `json:"participant"`
	Reason      domain.Sealed `json:"reason,omitzero"`
}

// EventType is the constant name of the event.
func (Withdrawn) EventType() string { return "participant.withdrawn.v1" }

// OccurredOn is the day of recording, as that of the registration is.
func (Withdrawn) OccurredOn() domain.Date { return 0 }

// Seal is SealOf.
func (e Withdrawn) Seal(field string) domain.Seal { return SealOf(e.Participant, field) }

// Refs names the participant.
func (e Withdrawn) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefParticipant, ID: e.Participant})
}

// AssistantCorrected says what a registration should have said of an assistant, whole.
type AssistantCorrected struct {
	Assistant
	Reason domain.Sealed `json:"reason,omitzero"`
}

// EventType is the constant name of the event.
func (AssistantCorrected) EventType() string { return "assistant.corrected.v1" }

// OccurredOn is the day of recording.
func (AssistantCorrected) OccurredOn() domain.Date { return 0 }

// Refs names the assistant.
func (e AssistantCorrected) Refs() []domain.Ref { return AssistantRegistered{e.Assistant}.Refs() }

// AssistantWithdrawn says that an assistant should not have been entered.
type AssistantWithdrawn struct {
	ID     string        `json:"assistant"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// EventType is the constant name of the event.
func (AssistantWithdrawn) EventType() string { return "assistant.withdrawn.v1" }

// OccurredOn is the day of recording.
func (AssistantWithdrawn) OccurredOn() domain.Date { return 0 }

// Seal is AssistantSealOf.
func (e AssistantWithdrawn) Seal(field string) domain.Seal { return AssistantSealOf(e.ID, field) }

// Refs names the assistant.
func (e AssistantWithdrawn) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefAssistant, ID: e.ID})
}

// Employment is how an assistant is engaged.
type Employment string

// The kinds of engagement; empty is unknown.
const (
	Employee     Employment = "etat"
	Mandate      Employment = "zlecenie"
	SocialWorker Employment = "pracownik_socjalny" // a social worker of the centre in a second role
)

// Assistant is what a registration says of an assistant.
type Assistant struct {
	ID         string        `json:"assistant"`
	FirstName  domain.Sealed `json:"firstName"`
	LastName   domain.Sealed `json:"lastName"`
	Employment Employment    `json:"employment,omitzero"`
}

// AssistantRegistered says that an assistant was entered in the register.
type AssistantRegistered struct {
	Assistant
}

// EventType is the constant name of the event.
func (AssistantRegistered) EventType() string { return TypeAssistantRegistered }

// OccurredOn is the day of recording.
func (AssistantRegistered) OccurredOn() domain.Date { return 0 }

// AssistantSealOf is how a field of an assistant's registration is sealed.
func AssistantSealOf(assistant, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefAssistant, ID: assistant}, Field: field}
}

// Seal is AssistantSealOf.
func (a Assistant) Seal(field string) domain.Seal { return AssistantSealOf(a.ID, field) }

// Refs names the assistant.
func (e AssistantRegistered) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefAssistant, ID: e.ID})
}
