package commands_test

import (
	"errors"
	"testing"

	"ksiega/commands"
	"ksiega/internal/ledgertest"
)

// A key that comes again with another PESEL changes nothing, the search included: what
// is recorded counts. Whoever may not see people is not told by a refusal whose a PESEL
// is, through whichever door.
func TestWhatIsRecordedIsFound(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	const recorded, typed = "44051401359", "02070803628"
	token := commands.Origin{Actor: "api", Role: "api", Door: "api", Key: "k1"}
	register := func(o commands.Origin, id, pesel string) error {
		_, err := l.RegisterParticipant(t.Context(), o, commands.RegisterParticipant{ID: id, FirstName: "Anna", LastName: "Testowa", PESEL: pesel})
		return err
	}
	for _, pesel := range []string{recorded, typed} {
		if err := register(token, "U1", pesel); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.Vault.FindPESEL(recorded); len(got) != 1 || len(l.Vault.FindPESEL(typed)) != 0 {
		t.Errorf("found %v under the PESEL that is recorded, %v under the other", got, l.Vault.FindPESEL(typed))
	}
	finance := commands.Origin{Actor: "f", Role: "finance", Door: "cli"}
	if err := register(finance, "U2", recorded); errors.Is(err, commands.ErrPESELTaken) {
		t.Error("finance is told that somebody has this PESEL")
	}
	if err := register(ledgertest.Actor, "U3", recorded); !errors.Is(err, commands.ErrPESELTaken) {
		t.Errorf("a coordinator is not: %v", err)
	}
}
