package pages

import (
	"testing"

	"ksiega/internal/report"
)

// Of what a finding is about only its participants are told by name: a contract may be numbered
// as somebody is.
func TestNamesStandBesideParticipantsAlone(t *testing.T) {
	t.Parallel()
	visit := Visit{Named: func(_ report.Reference, id string) string {
		return map[string]string{"U1": "Anna Kos", "U2": "Jan Lis"}[id]
	}}
	if got := visit.beside("U1; U2; P/1", "U1"); got != "Anna Kos (U1); U2; P/1" {
		t.Errorf("%q", got)
	}
}
