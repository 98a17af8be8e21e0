package projections

// All are the read models, in the order of their names.
func All() []Projection {
	return []Projection{Assistance(), Audit(), Budget(), Contracts(), Durability(), Findings(), Outreach(), Participations(), People(), Refunds(), Sessions(), Settlement()}
}
