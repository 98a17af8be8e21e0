package agreement

import "ksiega/domain"

// Names is the agreement.
func (e Concluded) Names() []domain.Name {
	return []domain.Name{{Field: "number", ID: e.Agreement, Stream: true}}
}
