package assistance

import "ksiega/domain"

// Events as earlier versions recorded them, which named no edition.
type (
	// VisitLoggedV1 is assistance.visit-logged.v1.
	VisitLoggedV1 struct {
		Visit
		Details
		CapsV1
		Reason domain.Sealed `json:"reason,omitzero"`
	}
	// VisitCorrectedV1 is assistance.visit-corrected.v1.
	VisitCorrectedV1 struct {
		Visit
		Before       Details        `json:"before"`
		After        Details        `json:"after"`
		DeltaMinutes domain.Minutes `json:"deltaMinutes"`
		CapsV1
		Reason domain.Sealed `json:"reason"`
	}
	// CapsV1 are the limits in force for a visit.
	CapsV1 struct {
		Monthly domain.Minutes `json:"monthlyCapMinutes,omitzero"`
		Daily   domain.Minutes `json:"dailyCapMinutes,omitzero"`
	}
)

func (c CapsV1) now() Caps { return Caps{Monthly: c.Monthly, Daily: c.Daily} }

// Now is the event as it is recorded today.
func (e VisitLoggedV1) Now() VisitLogged {
	return VisitLogged{Visit: e.Visit, Details: e.Details, Caps: e.now(), Reason: e.Reason}
}

// Now is the event as it is recorded today.
func (e VisitCorrectedV1) Now() VisitCorrected {
	return VisitCorrected{Visit: e.Visit, Before: e.Before, After: e.After, DeltaMinutes: e.DeltaMinutes, Caps: e.now(), Reason: e.Reason}
}
