package contract

import "ksiega/domain"

// Names is the contract.
func (e Drafted) Names() []domain.Name { return e.names() }

// Names is the contract.
func (e Signed) Names() []domain.Name { return e.names() }

func (t Terms) names() []domain.Name {
	return []domain.Name{{Field: "number", ID: t.Contract, Stream: true}}
}
