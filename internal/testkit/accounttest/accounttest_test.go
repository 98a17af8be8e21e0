package accounttest_test

import (
	"testing"

	"ksiega/domain/account"
	"ksiega/internal/password"
	"ksiega/internal/testkit/accounttest"
)

// Everybody signs in with what they know.
func TestEveryRoleHasAMember(t *testing.T) {
	t.Parallel()
	o := accounttest.Open(t)
	for _, role := range account.Grantable() {
		m := o.Members[role]
		known, ok, err := o.Accounts.ByLogin(t.Context(), m.Login)
		if err != nil || !ok || !known.Usable || len(known.Grants) != 1 || known.Grants[0].Role != role {
			t.Errorf("%s: %+v, %v, %v", role, known.Member, ok, err)
			continue
		}
		if good, stale, err := o.Hasher.Proves(t.Context(), known.Password, m.Password); !good || stale || err != nil {
			t.Errorf("%s: the password is %v, stale %v, %v", role, good, stale, err)
		}
		if _, good := password.Step(known.Factor, o.Code(role), o.Clock.Now()); !good || len(m.Recovery) != len(known.Recovery) {
			t.Errorf("%s: the authenticator is another's", role)
		}
	}
	if err := password.Check(accounttest.Password, o.Members["administrator"].Login); err != nil {
		t.Error(err)
	}
}
