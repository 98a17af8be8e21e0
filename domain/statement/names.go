package statement

import "ksiega/domain"

// Names is the statement.
func (e Received) Names() []domain.Name {
	return []domain.Name{{Field: "statement", ID: e.Statement, Stream: true}}
}
