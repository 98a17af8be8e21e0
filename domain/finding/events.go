package finding

import "ksiega/domain"

// Stream is where a finding's resolutions are kept.
func Stream(finding string) string { return domain.Stream("finding", finding) }

// Resolved says that a person settled a finding, why that is right, and by which
// figures; none in what was recorded before v2.
type Resolved struct {
	Finding string        `json:"finding"`
	Date    domain.Date   `json:"date,omitzero"`
	Reason  domain.Sealed `json:"reason"`
	Figures Figures       `json:"figures"`
}

// SealOf is how a text about a finding is sealed: by the finding's own key, for
// what was said on one day.
func SealOf(finding string, on domain.Date, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefFinding, ID: finding}, Field: field, Scope: domain.Scope{Day: on}}
}

// Each is sealed as what was said on its day.
func (e Resolved) Seal(field string) domain.Seal { return SealOf(e.Finding, e.Date, field) }
func (e Reopened) Seal(field string) domain.Seal { return SealOf(e.Finding, e.Date, field) }

// Reopened says that a resolved finding is open again, and why.
type Reopened struct {
	Finding string        `json:"finding"`
	Date    domain.Date   `json:"date,omitzero"`
	Reason  domain.Sealed `json:"reason"`
}

// Names of the events, for ever.
func (Resolved) EventType() string { return "finding.resolved.v2" }
func (Reopened) EventType() string { return "finding.reopened.v1" }

// The day of the resolution, or of the reopening.
func (e Resolved) OccurredOn() domain.Date { return e.Date }
func (e Reopened) OccurredOn() domain.Date { return e.Date }

func (e Resolved) Refs() []domain.Ref { return refs(e.Finding) }
func (e Reopened) Refs() []domain.Ref { return refs(e.Finding) }

func refs(finding string) []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefFinding, ID: finding})
}
