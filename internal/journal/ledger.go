package journal

import "slices"

// Ledger is the table of every event type of the ledger, with how it is put right; each
// noun's stand in a file of its own. A line is added for a new type and never removed; a
// replaced version stays as an Upcast.
func Ledger() (*Table, error) {
	t, err := NewTable(slices.Concat(
		ofParticipants(),
		ofAssistants(),
		ofAgreements(),
		ofContracts(),
		ofParticipations(),
		ofAttendance(),
		ofAssistance(),
		ofSessions(),
		ofPayments(),
		ofRefunds(),
		ofStatements(),
		ofBudgets(),
		ofTheLists(),
		ofDurability(),
		ofStreet(),
		ofProgrammes(),
		ofFindings(),
		ofErasures(),
		ofIntake(),
		ofAccounts(),
	)...)
	if err != nil {
		return nil, err
	}
	return t.withCategories(ledgerCategories()...), nil
}
