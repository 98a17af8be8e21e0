package finding

import "ksiega/domain"

// Stream is where a finding's resolutions are kept.
func Stream(finding string) string { return domain.Stream("finding", finding) }

// Resolved says that a person settled a finding, why that is right, and by which
// figures; none in what was recorded before v2. Of a finding whose id tells what is sealed
// (TellsCodes) v3 has neither in clear: Finding is its HiddenName, and both are sealed by the
// participant's key.
type Resolved struct {
	Finding     string        `json:"finding"`
	Participant string        `json:"participant,omitzero"` // whose key hides the id
	Hidden      domain.Sealed `json:"hidden,omitzero"`      // the id
	Date        domain.Date   `json:"date,omitzero"`
	Reason      domain.Sealed `json:"reason"`
	Figures     Figures       `json:"figures,omitzero"`
	Saw         domain.Sealed `json:"saw,omitzero"` // figures, as Figures.Text has them
}

// SealOf is how a text about a finding is sealed: by the finding's own key, for
// what was said on one day.
func SealOf(finding string, on domain.Date, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefFinding, ID: finding}, Field: field, Scope: domain.Scope{Day: on}}
}

// What was said is sealed as that of its day, what is hidden by the participant's key.
func (e Resolved) Seal(field string) domain.Seal {
	if field == "reason" {
		return SealOf(e.Finding, e.Date, field)
	}
	return HiddenSeal(e.Finding, e.Participant, field)
}

func (e Reopened) Seal(field string) domain.Seal {
	if field == "reason" {
		return SealOf(e.Finding, e.Date, field)
	}
	return HiddenSeal(e.Finding, e.Participant, field)
}

// Reopened says that a resolved finding is open again, and why; v2 hides what Resolved does.
type Reopened struct {
	Finding     string        `json:"finding"`
	Participant string        `json:"participant,omitzero"`
	Hidden      domain.Sealed `json:"hidden,omitzero"`
	Date        domain.Date   `json:"date,omitzero"`
	Reason      domain.Sealed `json:"reason"`
}

// Names of the events, for ever.
func (Resolved) EventType() string { return "finding.resolved.v3" }
func (Reopened) EventType() string { return "finding.reopened.v2" }

// The day of the resolution, or of the reopening.
func (e Resolved) OccurredOn() domain.Date { return e.Date }
func (e Reopened) OccurredOn() domain.Date { return e.Date }

func (e Resolved) Refs() []domain.Ref { return refs(e.Finding, e.Participant) }
func (e Reopened) Refs() []domain.Ref { return refs(e.Finding, e.Participant) }

func refs(finding, participant string) []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefFinding, ID: finding}, domain.Ref{Kind: domain.RefParticipant, ID: participant})
}
