package assistance

import "ksiega/domain"

// Event names, for ever.
const (
	TypeVisitLogged    = "assistance.visit-logged.v2"
	TypeVisitCorrected = "assistance.visit-corrected.v2"
	TypeVisitWithdrawn = "assistance.visit-withdrawn.v1"
)

// Stream is where the visits of an assistant in a month are kept.
func Stream(assistant string, month domain.Month) string {
	return domain.Stream("assistance", assistant) + "-" + month.String()
}

// Visit says which visit is meant and whom it concerns. Contract, Date and From
// identify it; programme and participant follow from the contract.
type Visit struct {
	Assistant   string           `json:"assistant"`
	Contract    string           `json:"contract"`
	Participant string           `json:"participant"`
	Programme   string           `json:"programme"`
	Date        domain.Date      `json:"date"`
	From        domain.TimeOfDay `json:"from"`
}

// Seal is how a text about a visit is sealed: by the participant's key. Equal
// activities show within one contract's month, where a pattern is looked for;
// anything else only within its day.
func (v Visit) Seal(field string) domain.Seal {
	s := domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: v.Participant}, Field: field,
		Scope: domain.Scope{Of: domain.Ref{Kind: domain.RefContract, ID: v.Contract}, Day: v.Date}}
	if field == "activity" {
		s.Scope.Day, s.Scope.Month = 0, v.Date.Month()
	}
	return s
}

func (v Visit) refs() []domain.Ref {
	return domain.Refs(
		domain.Ref{Kind: domain.RefAssistant, ID: v.Assistant},
		domain.Ref{Kind: domain.RefContract, ID: v.Contract},
		domain.Ref{Kind: domain.RefParticipant, ID: v.Participant},
		domain.Ref{Kind: domain.RefProgramme, ID: v.Programme})
}

// Details are what a correction may change. Minutes are real elapsed time as
// domain.Elapsed gives it; activity and place are sealed for the participant.
type Details struct {
	To       domain.TimeOfDay `json:"to"`
	Minutes  domain.Minutes   `json:"minutes"`
	Activity domain.Sealed    `json:"activity,omitzero"`
	Place    domain.Sealed    `json:"place,omitzero"`
}

// Caps are the edition of the programme that a visit was entered under, which a
// correction keeps, and the limits in force for it; 0 is none. Visits from before
// editions were recorded were entered under 0.
type Caps struct {
	Edition int            `json:"edition"`
	Monthly domain.Minutes `json:"monthlyCapMinutes,omitzero"`
	Daily   domain.Minutes `json:"dailyCapMinutes,omitzero"`
}

// VisitLogged says that a visit took place. Its Reason is set only where a
// withdrawn visit is logged again.
type VisitLogged struct {
	Visit
	Details
	Caps
	Reason domain.Sealed `json:"reason,omitzero"`
}

// EventType is the constant name of the event.
func (VisitLogged) EventType() string { return TypeVisitLogged }

// OccurredOn is the day of the visit.
func (e VisitLogged) OccurredOn() domain.Date { return e.Date }

// Refs names assistant, contract, participant and programme.
func (e VisitLogged) Refs() []domain.Ref { return e.refs() }

// VisitCorrected says what a visit really was. DeltaMinutes is after − before.
type VisitCorrected struct {
	Visit
	Before       Details        `json:"before"`
	After        Details        `json:"after"`
	DeltaMinutes domain.Minutes `json:"deltaMinutes"`
	Caps
	Reason domain.Sealed `json:"reason"`
}

// EventType is the constant name of the event.
func (VisitCorrected) EventType() string { return TypeVisitCorrected }

// OccurredOn is the day of the visit.
func (e VisitCorrected) OccurredOn() domain.Date { return e.Date }

// Refs names assistant, contract, participant and programme.
func (e VisitCorrected) Refs() []domain.Ref { return e.refs() }

// VisitWithdrawn says that a visit should not have been recorded.
type VisitWithdrawn struct {
	Visit
	Before       Details        `json:"before"`
	DeltaMinutes domain.Minutes `json:"deltaMinutes"` // −before.minutes
	Reason       domain.Sealed  `json:"reason"`
}

// EventType is the constant name of the event.
func (VisitWithdrawn) EventType() string { return TypeVisitWithdrawn }

// OccurredOn is the day of the visit.
func (e VisitWithdrawn) OccurredOn() domain.Date { return e.Date }

// Refs names assistant, contract, participant and programme.
func (e VisitWithdrawn) Refs() []domain.Ref { return e.refs() }
