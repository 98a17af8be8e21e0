package participant

import "ksiega/domain"

// RegisteredV1 is participant.registered.v1, with the municipality in clear.
type RegisteredV1 struct {
	Participant    string        `json:"participant"`
	FirstName      domain.Sealed `json:"firstName"`
	LastName       domain.Sealed `json:"lastName"`
	PESEL          domain.Sealed `json:"pesel,omitzero"`
	BirthDate      domain.Sealed `json:"birthDate,omitzero"`
	Sex            domain.Sealed `json:"sex,omitzero"`
	Disability     domain.Sealed `json:"disability,omitzero"`
	WelfareClient  domain.Sealed `json:"welfareClient,omitzero"`
	LabourStatus   domain.Sealed `json:"labourStatus,omitzero"`
	WithoutBenefit domain.Sealed `json:"withoutBenefit,omitzero"`
	Profile        domain.Sealed `json:"profile,omitzero"`
	Account        domain.Sealed `json:"account,omitzero"`
	Municipality   string        `json:"municipality,omitzero"`
	CarerFor       string        `json:"carerFor,omitzero"`
	Household      string        `json:"household,omitzero"`
}

// Now is the registration as it is recorded today.
func (e RegisteredV1) Now() Registered {
	return Registered{Person{Participant: e.Participant, FirstName: e.FirstName, LastName: e.LastName, PESEL: e.PESEL, BirthDate: e.BirthDate,
		Sex: e.Sex, Disability: e.Disability, WelfareClient: e.WelfareClient, LabourStatus: e.LabourStatus, WithoutBenefit: e.WithoutBenefit,
		Profile: e.Profile, Account: e.Account, Municipality: domain.InClear(e.Municipality), CarerFor: e.CarerFor, Household: e.Household}}
}
