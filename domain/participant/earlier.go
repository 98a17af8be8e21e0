package participant

import "ksiega/domain"

// RegisteredV1 is participant.registered.v1, with the municipality in clear.
type RegisteredV1 Registered

// Now is the registration as it is recorded today.
func (e RegisteredV1) Now() Registered {
	e.Municipality = domain.InClear(string(e.Municipality))
	return Registered(e)
}
