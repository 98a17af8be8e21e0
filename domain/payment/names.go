package payment

import "ksiega/domain"

// Names is the payout list: a list is named by its payments alone.
func (e Made) Names() []domain.Name { return []domain.Name{{Field: "list", ID: e.List}} }
