package commands_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// A key that comes again with another PESEL changes nothing, the search included: what
// is recorded counts. Whoever may not see people is not told by a refusal whose a PESEL
// is, through whichever door.
func TestWhatIsRecordedIsFound(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	const recorded, typed = "44051401359", "02070803628"
	token := commands.Origin{Who: access.By("api", "api", "api"), Key: "k1"}
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
	finance := commands.Origin{Who: access.By("f", "cli", "api")}
	if err := register(finance, "U2", recorded); errors.Is(err, commands.ErrPESELTaken) {
		t.Error("finance is told that somebody has this PESEL")
	}
	if err := register(ledgertest.Actor, "U3", recorded); !errors.Is(err, commands.ErrPESELTaken) {
		t.Errorf("a coordinator is not: %v", err)
	}
}

// Of those who register one PESEL at the same time, two people and two files, one is
// accepted and the others are told why not.
func TestOnePESELIsRegisteredOnceAtATime(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for round, pesel := range []string{"44051401359", "02070803628"} {
		var accepted atomic.Int32
		var all sync.WaitGroup
		for n := range 4 {
			id := fmt.Sprintf("U%d-%d", round, n)
			all.Go(func() {
				if n < 2 {
					_, err := l.RegisterParticipant(t.Context(), ledgertest.Actor, commands.RegisterParticipant{ID: id, FirstName: "Anna", LastName: "Testowa", PESEL: pesel})
					if err == nil {
						accepted.Add(1)
					} else if !errors.Is(err, commands.ErrPESELTaken) {
						t.Error(err)
					}
					return
				}
				s, err := l.Ledger.Import(t.Context(), ledgertest.Actor, commands.File{Name: "uczestnicy_" + id + ".csv", Data: []byte("id;imie;nazwisko;pesel\n" + id + ";Anna;Testowa;" + pesel + "\n")}, nil)
				if err != nil || s.Accepted+s.Refused != 1 {
					t.Errorf("%+v, %v", s, err)
				}
				accepted.Add(int32(s.Accepted))
			})
		}
		all.Wait()
		if n := accepted.Load(); n != 1 || len(l.Vault.FindPESEL(pesel)) != 1 {
			t.Errorf("%d are accepted, %d are found", n, len(l.Vault.FindPESEL(pesel)))
		}
	}
}

// A registration that was cut short before its PESEL could be searched for, and was never
// sent again, is found once the ledger looks after what is left.
func TestARegistrationThatWasNeverSentAgain(t *testing.T) {
	l := ledgertest.Open(t)
	const pesel = "44051401359"
	seal := func(field, text string) domain.Sealed {
		s := participant.SealOf("U1", field)
		sealed, err := l.Vault.Seal(t.Context(), s.Subject.Subject(), s.Field, s.Scope.String(), text)
		if err != nil {
			t.Fatal(err)
		}
		return domain.Sealed(sealed)
	}
	_, err := l.Journal.Append(t.Context(), participant.Stream("U1"), journal.NoStream, journal.Decided{Meta: journal.Meta{Actor: "tester"},
		Event: participant.Registered{Person: participant.Person{Participant: "U1", FirstName: seal("firstName", "Anna"), LastName: seal("lastName", "Kos"), PESEL: seal("pesel", pesel)}}})
	if err != nil {
		t.Fatal(err)
	}
	again := ledgertest.Over(t, l.Journal, l.Dir) // started anew
	for range 2 {
		if err := again.IndexRegistered(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, err = again.RegisterParticipant(t.Context(), ledgertest.Actor, commands.RegisterParticipant{ID: "U2", FirstName: "Anna", LastName: "Kos", PESEL: pesel})
	if !errors.Is(err, commands.ErrPESELTaken) {
		t.Errorf("the PESEL of U1 for U2: %v", err)
	}
}
