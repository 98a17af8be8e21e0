package finding

import "ksiega/domain"

// ResolvedV1 is finding.resolved.v1, which did not say by which figures.
type ResolvedV1 struct {
	Finding string        `json:"finding"`
	Date    domain.Date   `json:"date,omitzero"`
	Reason  domain.Sealed `json:"reason"`
}

// Now is the event as it is recorded today, with Figures that are none.
func (e ResolvedV1) Now() Resolved {
	return Resolved{Finding: e.Finding, Date: e.Date, Reason: e.Reason}
}
