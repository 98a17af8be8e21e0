package commands_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/intake"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/vault"
)

func eraseOne(t *testing.T, l *ledgertest.Ledger, of domain.Ref) {
	t.Helper()
	erase := commands.EraseSubject{Kind: of.Kind, ID: of.ID, On: domain.NewDate(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"}
	taken(t)(l.EraseSubject(t.Context(), commands.Origin{Who: access.By("iod", "cli", "dpo")}, erase))
}

// A registration sent again under its key after the person's erasure is answered as before:
// one key is one decision. It brings nothing back, and whoever sends what he guesses learns
// no more by it than he learns of anybody.
func TestARegistrationIsSentAgainAfterTheErasure(t *testing.T) {
	t.Parallel()
	person, assistant := domain.Ref{Kind: domain.RefParticipant, ID: "U1"}, domain.Ref{Kind: domain.RefAssistant, ID: "A1"}
	for _, sees := range []bool{true, false} {
		l := ledgertest.Open(t)
		who := ledgertest.Actor
		if !sees {
			who = program("")
		}
		send := func(by commands.Origin, key string, c commands.RegisterParticipant) (commands.Result, error) {
			by.Key = key
			return commands.Once(t.Context(), l.Ledger, by, c, l.RegisterParticipant)
		}
		employ := func(last string) (commands.Result, error) {
			by := who
			by.Key = "a"
			return commands.Once(t.Context(), l.Ledger, by, commands.RegisterAssistant{ID: "A1", FirstName: "Ewa", LastName: last}, l.RegisterAssistant)
		}
		typed := commands.RegisterParticipant{ID: "U1", FirstName: "Zofia", LastName: "Kos", PESEL: "44051401359"}
		first, err := send(who, "k", typed)
		taken(t)(first, err)
		employed, err := employ("Lis")
		taken(t)(employed, err)
		eraseOne(t, l, person)
		eraseOne(t, l, assistant)

		if again, err := send(who, "k", typed); err != nil || again.Position != first.Position || again.Events != 0 {
			t.Errorf("sees people %t: sent again: %+v, %v", sees, again, err)
		}
		if again, err := employ("Lis"); err != nil || again.Position != employed.Position || again.Events != 0 {
			t.Errorf("sees people %t: an assistant sent again: %+v, %v", sees, again, err)
		}
		guess := typed
		guess.PESEL, guess.LastName = "", "Nowak"
		again, err := send(who, "k", guess)
		if sees && !errors.Is(err, intake.ErrKeyReused) || !sees && (err != nil || again.Position != first.Position) {
			t.Errorf("sees people %t: a guess under the key: %+v, %v", sees, again, err)
		}
		other := who
		other.Actor += "2"
		for _, c := range []commands.RegisterParticipant{typed, guess} { // right or wrong
			if _, err := send(other, "k", c); !errors.Is(err, erasure.ErrErasedPerson) {
				t.Errorf("sees people %t: somebody else under a key of that name: %v", sees, err)
			}
			if _, err := send(who, "k2", c); !errors.Is(err, erasure.ErrErasedPerson) {
				t.Errorf("sees people %t: under another key: %v", sees, err)
			}
		}
		if found := l.Vault.FindPESEL("44051401359"); len(found) != 0 {
			t.Errorf("sees people %t: found are %v", sees, found)
		}
		if _, err := l.Vault.Seal(t.Context(), person.Subject(), "x", "", "x"); !errors.Is(err, vault.ErrErased) {
			t.Errorf("sees people %t: the key: %v", sees, err)
		}
	}
}

// What was cut short between a registration and the index is completed under its key.
func TestARegistrationIsIndexedUnderItsKey(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	typed := commands.RegisterParticipant{ID: "U1", FirstName: "Zofia", LastName: "Kos", PESEL: "44051401359"}
	lost := cut(l, 1, true) // the key is bound, the person recorded
	if _, err := commands.Once(t.Context(), lost, keyed("k"), typed, lost.RegisterParticipant); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	if found := l.Vault.FindPESEL(typed.PESEL); len(found) != 0 {
		t.Fatalf("found are %v", found)
	}
	taken(t)(commands.Once(t.Context(), l.Ledger, keyed("k"), typed, l.RegisterParticipant))
	if found := l.Vault.FindPESEL(typed.PESEL); len(found) != 1 {
		t.Errorf("found are %v", found)
	}
}

// Whoever corrects the registration of somebody who was erased is told what can be done:
// it is withdrawn without a reason, by every door.
func TestTheRegistrationOfTheErasedIsOnlyWithdrawn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of                       domain.Ref
		enter, correct, withdraw string
	}{
		{domain.Ref{Kind: domain.RefParticipant, ID: "U1"}, "uczestnicy.csv;id;imie;nazwisko\nU1;Zofia;Kos\n",
			"uczestnicy_2.csv;id;imie;nazwisko;gospodarstwo;korekta;powod\nU1;Zofia;Nowak;;tak;x\nU1;Zofia;Kos;;tak;\nU1;Zofia;Kos;;;\n", "uczestnicy_3.csv;id;imie;nazwisko;wycofanie;powod\nU1;;;tak;\n"},
		{domain.Ref{Kind: domain.RefAssistant, ID: "A1"}, "asystenci.csv;id;imie;nazwisko\nA1;Ewa;Lis\n",
			"asystenci_2.csv;id;imie;nazwisko;zatrudnienie;korekta;powod\nA1;Ewa;Nowak;;tak;x\nA1;Ewa;Lis;;tak;\nA1;Ewa;Lis;etat;;\n", "asystenci_3.csv;id;imie;nazwisko;wycofanie;powod\nA1;;;tak;\n"},
	} {
		l := ledgertest.Open(t)
		file := func(f string) commands.Summary {
			name, rows, _ := strings.Cut(f, ";")
			return l.Import(t, name, rows)
		}
		if s := file(c.enter); s.Accepted != 1 {
			t.Fatal(reasons(s))
		}
		eraseOne(t, l, c.of)
		s := file(c.correct)
		if s.Refused != 3 {
			t.Errorf("%v: %+v", c.of, s)
		}
		for _, r := range s.RefusedRows {
			if why := r.Why[0]; !errors.Is(why.Refusal, erasure.ErrErasedPerson) && !errors.Is(why.Refusal, commands.ErrTwice) {
				t.Errorf("%v: row %d: %v", c.of, r.Row, why.Refusal)
			}
		}
		if s := file(c.withdraw); s.Accepted != 1 {
			t.Errorf("%v: withdrawn: %s", c.of, reasons(s))
		}
	}
	l := ledgertest.Open(t)
	taken(t)(l.RegisterParticipant(context.Background(), ledgertest.Actor, commands.RegisterParticipant{ID: "U1", FirstName: "Zofia", LastName: "Kos"}))
	eraseOne(t, l, domain.Ref{Kind: domain.RefParticipant, ID: "U1"})
	for _, c := range []commands.RegisterParticipant{{ID: "U1", FirstName: "Zofia", LastName: "Nowak"}, {ID: "U1", Household: "G1"}} {
		c.Amendment = commands.Amendment{Correct: true}
		if _, err := l.RegisterParticipant(t.Context(), ledgertest.Actor, c); !errors.Is(err, erasure.ErrErasedPerson) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
