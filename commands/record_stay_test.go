package commands_test

import (
	"errors"
	"slices"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// standingStays are somebody's stays, in clear.
func standingStays(t *testing.T, l *ledgertest.Ledger, id string) []string {
	t.Helper()
	var stand []participant.StayRecorded
	err := l.Log.ReadStream(t.Context(), participant.Stream(id), 0, func(r *journal.Recorded) error {
		switch e := r.Event.(type) {
		case participant.StayRecorded:
			stand = append(stand, e)
		case participant.StayWithdrawn:
			stand = slices.DeleteFunc(stand, func(was participant.StayRecorded) bool { return was.Stay == e.Stay })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range stand {
		seal := e.Seal("kind")
		clear, _ := l.Vault.Open(t.Context(), seal.Subject.Subject(), "kind", seal.Scope.String(), string(e.Kind))
		said = append(said, clear+" "+e.From.String()+".."+e.To.String())
	}
	return said
}

// Who may not see stays amends the only one of a day, and none of several: whichever kind they
// name, the refusal is the same one, and all of them stand.
func TestStaysOfADayOfOneWhoMayNotSee(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n"})
	accepted(t, l, sheet{"pobyty_1.csv", "uczestnik;rodzaj;od;do\nU1;dps;01.03.2024;\nU1;szpital;01.03.2024;\nU1;dps;02.04.2024;\n"})
	blind := commands.Origin{Who: access.By("k", access.API, access.Token)}
	day := domain.NewDate(2024, 3, 1)
	before := standingStays(t, l, "U1")
	for _, kind := range participant.StayKinds() {
		for want, amend := range map[*domain.Error][]commands.Amendment{
			participant.ErrSeveralStays: {{Correct: true, Reason: "wypis"}, {Withdraw: true, Reason: "pomyłka"}},
			domain.ErrRecorded:          {{}},
		} {
			for _, a := range amend {
				if _, err := l.RecordStay(t.Context(), blind, commands.RecordStay{Participant: "U1", Kind: string(kind), From: day, To: day + 9, Amendment: a}); !errors.Is(err, want) {
					t.Errorf("%s, %+v: %v, want %v", kind, a, err, want)
				}
			}
		}
	}
	if after := standingStays(t, l, "U1"); !slices.Equal(after, before) {
		t.Errorf("%v stand, not %v", after, before)
	}
	if s := l.Import(t, "pobyty_2.csv", "uczestnik;rodzaj;od;do\nU1;dps;01.03.2024;\n"); s.Known != 1 {
		t.Errorf("the care home: accepted %d: %s", s.Accepted, reasons(s))
	}
	// The only one of its day.
	april := domain.NewDate(2024, 4, 2)
	if _, err := l.RecordStay(t.Context(), blind, commands.RecordStay{Participant: "U1", Kind: "dps", From: april, To: april + 9, Amendment: commands.Amendment{Correct: true, Reason: "wypis"}}); err != nil {
		t.Error(err)
	}
	if got, want := standingStays(t, l, "U1"), append(slices.Clone(before[:2]), "dps "+april.String()+".."+(april+9).String()); !slices.Equal(got, want) {
		t.Errorf("%v stand, not %v", got, want)
	}
}
