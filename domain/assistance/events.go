package assistance

import "ksiega/domain"

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

// OccurredOn is the day of the visit.
func (v Visit) OccurredOn() domain.Date { return v.Date }

// Refs names assistant, contract, participant and programme.
func (v Visit) Refs() []domain.Ref {
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

// VisitCorrected says what a visit really was. DeltaMinutes is after − before.
type VisitCorrected struct {
	Visit
	Before       Details        `json:"before"`
	After        Details        `json:"after"`
	DeltaMinutes domain.Minutes `json:"deltaMinutes"`
	Caps
	Reason domain.Sealed `json:"reason"`
}

// VisitWithdrawn says that a visit should not have been recorded.
type VisitWithdrawn struct {
	Visit
	Before       Details        `json:"before"`
	DeltaMinutes domain.Minutes `json:"deltaMinutes"` // −before.minutes
	Reason       domain.Sealed  `json:"reason"`
}

// VisitOf is the visit that an event logs, corrects or takes back.
func VisitOf(e domain.Event) (Visit, bool) {
	switch e := e.(type) {
	case VisitLogged:
		return e.Visit, true
	case VisitCorrected:
		return e.Visit, true
	case VisitWithdrawn:
		return e.Visit, true
	}
	return Visit{}, false
}

// Names of the events, for ever.
func (VisitLogged) EventType() string    { return "assistance.visit-logged.v2" }
func (VisitCorrected) EventType() string { return "assistance.visit-corrected.v2" }
func (VisitWithdrawn) EventType() string { return "assistance.visit-withdrawn.v1" }
