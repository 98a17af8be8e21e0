package queries_test

import (
	"slices"
	"testing"

	"ksiega/domain"
	"ksiega/domain/account"
	"ksiega/domain/erasure"
	"ksiega/domain/statement"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// Whoever has an account is found by name where others wrote of them. What they sign in with is
// no text, and another's account is never erased along.
func TestWhatIsWrittenAboutWhoeverHasAnAccount(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	created := func(id, name string) account.Created {
		return account.Created{About: account.About{Account: id}, Login: "kinga.wzorowa", Name: domain.Sealed(name)}
	}
	inWords(t, l, created("K-1", "Kinga Wzorowa-Nowak"), created("K-2", "Kinga Inna"),
		account.PasswordChanged{About: account.About{Account: "K-2"}, Password: "Kinga Wzorowa-Nowak"},
		account.Disabled{About: account.About{Account: "K-2"}, Reason: "zastąpi Kinga Wzorowa Nowak"},
		statement.LineBooked{Statement: "W/1", Line: 1, Date: day(2018, 5, 2), Amount: 810, Title: "delegacja Wzorowa-Nowak Kinga"},
		statement.LineBooked{Statement: "W/2", Line: 1, Date: day(2018, 5, 2), Amount: 810, Title: "Kinga"})
	along, left, err := queries.Mentions(t.Context(), l.Journal, l.Vault, domain.Ref{Kind: domain.RefAccount, ID: "K-1"})
	must(t, err)
	if want := []domain.Ref{{Kind: domain.RefStatement, ID: "W/1"}}; !slices.Equal(along, want) {
		t.Errorf("along go %v, not %v", along, want)
	}
	if want := []erasure.Left{{Kind: domain.RefAccount, ID: "K-2", Field: "reason", Texts: 1, Of: 1}}; !slices.Equal(left, want) {
		t.Errorf("left are %v, not %v", left, want)
	}
}
