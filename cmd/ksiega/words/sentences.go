package words

import "slices"

// sentences are those of all refusals; those of a noun stand in a file of its own.
func sentences() []sentence {
	return slices.Concat(
		ofAnything(),
		ofCells(),
		ofQuestions(),
		ofPeople(),
		ofProgrammes(),
		ofAgreements(),
		ofContracts(),
		ofParticipations(),
		ofAttendance(),
		ofVisits(),
		ofSheets(),
		ofSessions(),
		ofPayments(),
		ofClaims(),
		ofStatements(),
		ofBudgets(),
		ofDurability(),
		ofStreet(),
		ofAccounts(),
		ofFindings(),
		ofErasures(),
	)
}
