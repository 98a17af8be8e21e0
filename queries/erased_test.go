package queries_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// TestWhatIsErasedWasKnownAtNoMoment: also where the state of that moment was folded
// before the erasure came and is kept, and while the key is still there. Amounts stay.
func TestWhatIsErasedWasKnownAtNoMoment(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	title := func(n int) domain.Sealed {
		seal := statement.SealOf("W/1", n, "title")
		sealed, err := l.Vault.Seal(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), "od Zofii")
		must(t, err)
		return domain.Sealed(sealed)
	}
	record(t, l, statement.LineBooked{Statement: "W/1", Line: 1, Date: day(2018, 7, 1), Amount: 600, Title: title(1)})
	reader := memoryReader(l)
	now := ask(t, reader, "unmatched-lines", queries.Request{})
	before := queries.Request{KnownAt: now.Position, AsOf: day(2018, 7, 2)}
	told := func(r queries.Request, want string) {
		t.Helper()
		for range 2 {
			a := ask(t, reader, "unmatched-lines", r)
			if a.Table.Len != 1 || rowsOf(a)[0][3] != int64(600) || rowsOf(a)[0][4] != want {
				t.Errorf("%v, not %q", rowsOf(a), want)
			}
		}
	}
	told(before, "od Zofii")
	of := domain.Ref{Kind: domain.RefStatement, ID: "W/1"}
	_, err := journal.Execute(t.Context(), l.Journal, erasure.Stream(of), erasure.Decider(), erasure.Order{Of: of, Today: day(2026, 11, 22),
		Ground: erasure.Demanded, Register: "RODO-7/2026", Facts: []erasure.Fact{{Line: 1, Day: day(2018, 7, 1)}}}, journal.Meta{Actor: "iod"})
	must(t, err)
	told(before, "")
	told(queries.Request{}, "")
	told(queries.Request{AsOf: day(2018, 7, 2)}, "")
}
