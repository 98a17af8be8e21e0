package queries_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// A list that is read on from where it ended is the list read anew, and only what came
// since is read for it.
func TestAListOfErasuresGoesOn(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	officer := commands.Origin{Who: access.By("iod", "cli", "dpo")}
	var list erasure.List
	var through journal.Position
	for i := range 3 {
		id := fmt.Sprint("U", i)
		if _, err := l.RegisterParticipant(t.Context(), commands.Origin{Who: access.By("a", "cli", "coordinator")}, commands.RegisterParticipant{ID: id, FirstName: "Anna", LastName: "Kos"}); err != nil {
			t.Fatal(err)
		}
		if _, err := l.EraseSubject(t.Context(), officer, commands.EraseSubject{Kind: domain.RefParticipant, ID: id, On: day(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"}); err != nil {
			t.Fatal(err)
		}
		before := len(list.Entries)
		since, _, err := queries.MoreErasures(t.Context(), l.Journal, erasure.List{Ledger: list.Ledger}, through, ledgertest.Now())
		if err != nil || len(since.Entries) != 1 {
			t.Errorf("%d orders since the last, %v", len(since.Entries), err)
		}
		more, at, err := queries.MoreErasures(t.Context(), l.Journal, list, through, ledgertest.Now())
		if err != nil {
			t.Fatal(err)
		}
		anew, err := queries.Erasures(t.Context(), l.Journal, ledgertest.Now())
		if err != nil || !reflect.DeepEqual(more, anew) || len(anew.Entries) != i+1 || len(list.Entries) != before {
			t.Errorf("%v, %v\n%v", err, more, anew)
		}
		list, through = more, at
	}
	nowhere, err := journal.ReadPosition("1")
	must(t, err)
	if _, _, err := queries.MoreErasures(t.Context(), l.Journal, list, nowhere, ledgertest.Now()); !errors.Is(err, journal.ErrNowhere) {
		t.Errorf("from where nothing stands: %v", err)
	}
}
