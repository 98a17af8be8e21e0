package participant

import "ksiega/domain"

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

// SealOf is how a field of a person's registration is sealed: by the person's
// key, never that of whom they care for.
func SealOf(participant, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: participant}, Field: field}
}

// Seal is SealOf.
func (p Person) Seal(field string) domain.Seal { return SealOf(p.Participant, field) }

// Refs names the participant and whom they care for.
func (p Person) Refs() []domain.Ref {
	return domain.Refs(
		domain.Ref{Kind: domain.RefParticipant, ID: p.Participant},
		domain.Ref{Kind: domain.RefParticipant, ID: p.CarerFor})
}

// Corrected says what a registration should have said of a participant, whole.
type Corrected struct {
	Person
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Withdrawn says that somebody should not have been entered in the register.
type Withdrawn struct {
	Participant string        `json:"participant"`
	Reason      domain.Sealed `json:"reason,omitzero"`
}

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

// AssistantWithdrawn says that an assistant should not have been entered.
type AssistantWithdrawn struct {
	ID     string        `json:"assistant"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

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

// Qualification is by what an assistant is qualified.
type Qualification string

// The qualifications of an assistant.
const (
	Diploma    Qualification = "dyplom"
	Experience Qualification = "doswiadczenie" // of six months at least
)

// Assistant is what a registration says of an assistant.
type Assistant struct {
	ID         string        `json:"assistant"`
	FirstName  domain.Sealed `json:"firstName"`
	LastName   domain.Sealed `json:"lastName"`
	Employment Employment    `json:"employment,omitzero"`
	// Qualification is by what somebody may be an assistant; "" is not said.
	Qualification Qualification `json:"qualification,omitzero"`
}

// AssistantRegistered says that an assistant was entered in the register.
type AssistantRegistered struct {
	Assistant
}

// AssistantSealOf is how a field of an assistant's registration is sealed.
func AssistantSealOf(assistant, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefAssistant, ID: assistant}, Field: field}
}

// Seal is AssistantSealOf.
func (a Assistant) Seal(field string) domain.Seal { return AssistantSealOf(a.ID, field) }

// Refs names the assistant.
func (a Assistant) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefAssistant, ID: a.ID})
}

// Names of the events, for ever.
func (Registered) EventType() string          { return "participant.registered.v2" }
func (Corrected) EventType() string           { return "participant.corrected.v1" }
func (Withdrawn) EventType() string           { return "participant.withdrawn.v1" }
func (AssistantRegistered) EventType() string { return "assistant.registered.v2" }
func (AssistantCorrected) EventType() string  { return "assistant.corrected.v2" }
func (AssistantWithdrawn) EventType() string  { return "assistant.withdrawn.v1" }

// All are of the day of their recording.
func (Person) OccurredOn() domain.Date             { return 0 }
func (Withdrawn) OccurredOn() domain.Date          { return 0 }
func (Assistant) OccurredOn() domain.Date          { return 0 }
func (AssistantWithdrawn) OccurredOn() domain.Date { return 0 }

// The names that they give: the person's or assistant's own, household and whom somebody
// cares for.
func (e Registered) Names() []domain.Name {
	return append([]domain.Name{{Field: "id", ID: e.Participant, Stream: true}}, Corrected{Person: e.Person}.Names()...)
}
func (e Corrected) Names() []domain.Name {
	return []domain.Name{{Field: "household", ID: e.Household}, {Field: "carerFor", ID: e.CarerFor}}
}
func (e AssistantRegistered) Names() []domain.Name {
	return []domain.Name{{Field: "id", ID: e.ID, Stream: true}}
}
