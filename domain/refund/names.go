package refund

import "ksiega/domain"

// Names is the claim.
func (e Submitted) Names() []domain.Name {
	return []domain.Name{{Field: "number", ID: e.Claim, Stream: true}}
}
