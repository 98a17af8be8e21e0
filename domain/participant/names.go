package participant

import "ksiega/domain"

// Names are the participant, their household and whom they care for.
func (e Registered) Names() []domain.Name {
	return []domain.Name{{Field: "id", ID: e.Participant, Stream: true}, {Field: "household", ID: e.Household}, {Field: "carerFor", ID: e.CarerFor}}
}

// Names is the assistant.
func (e AssistantRegistered) Names() []domain.Name {
	return []domain.Name{{Field: "id", ID: e.ID, Stream: true}}
}

// Names are the household and whom the person cares for.
func (e Corrected) Names() []domain.Name {
	return []domain.Name{{Field: "household", ID: e.Household}, {Field: "carerFor", ID: e.CarerFor}}
}
