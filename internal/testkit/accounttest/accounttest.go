// Package accounttest sets up a ledger in which there is an account a role, each opened, with a
// password and an authenticator. It is imported by tests alone.
package accounttest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/password"
	"ksiega/internal/testkit/ledgertest"
)

// Password is everybody's.
const Password = "siedem kotow na plocie"

// Office is a ledger with an account a role.
type Office struct {
	*ledgertest.Ledger

	Accounts *commands.Accounts
	Hasher   *password.Hasher // cheap
	Clock    *Clock
	Members  map[access.Role]Member
}

// Member is an account, and what its owner knows.
type Member struct {
	ID, Login, Name  string
	Grant            account.Grant
	Password, Secret string // the secret is shared with an authenticator
	Recovery         []string
}

// Clock is a clock that tests set. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the instant that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Pass lets time pass.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Open starts a ledger with an account a role that ends with the test. Its clock stands still.
func Open(t testing.TB) *Office {
	t.Helper()
	o := &Office{Ledger: ledgertest.Open(t), Hasher: password.NewHasher(password.Cheap()), Clock: &Clock{now: ledgertest.Now()}}
	o.Ledger.Ledger.Now = o.Clock.Now
	o.Accounts = o.Ledger.Ledger.Accounts()
	var err error
	if o.Members, err = Fill(t.Context(), o.Accounts, o.Hasher); err != nil {
		t.Fatalf("make accounts: %v", err)
	}
	return o
}

// OpenSample is Open of a ledger in which there are the accounts of a sample alone, all with
// Password and without an authenticator. Over closes them.
func OpenSample(t testing.TB) (o *Office, over func()) {
	t.Helper()
	o = &Office{Ledger: ledgertest.Open(t), Hasher: password.NewHasher(password.Cheap()), Clock: &Clock{now: ledgertest.Now()}, Members: map[access.Role]Member{}}
	o.Ledger.Ledger.Now = o.Clock.Now
	o.Accounts = o.Ledger.Ledger.Accounts()
	var closed atomic.Bool
	o.Ledger.Ledger.Sample = func(context.Context) error {
		if closed.Load() {
			return commands.ErrSampleOver
		}
		return nil
	}
	var all []commands.SampleAccount
	for _, m := range people() {
		of := commands.SampleAccount{Login: m.Login, Name: m.Name, Form: "k", Grant: m.Grant}
		m.ID, m.Password = of.ID(), Password
		all, o.Members[m.Grant.Role] = append(all, of), m
	}
	hash, err := o.Hasher.Hash(t.Context(), Password)
	if err == nil {
		err = o.Accounts.FoundSample(t.Context(), Shell(), hash, all, commands.SampleRequest{Of: access.Outreach, Grant: account.Grant{Role: access.Caseworker, Worker: "W2"}, Reason: "też sprawy"})
	}
	if err != nil {
		t.Fatalf("make accounts: %v", err)
	}
	return o, func() { closed.Store(true) }
}

// Shell is a user of the machine before there are accounts.
func Shell() commands.Origin {
	return commands.Origin{Who: access.By("root", access.CommandLine, access.Administrator)}
}

// Fill makes an account a role in a ledger that has none. The director's is the last, so that
// nobody has to be asked for the others.
func Fill(ctx context.Context, a *commands.Accounts, h *password.Hasher) (map[access.Role]Member, error) {
	members := map[access.Role]Member{}
	for _, m := range people() {
		by := Shell()
		if first, ok := members[access.Administrator]; ok {
			by = As(first)
		}
		if err := join(ctx, a, h, by, &m); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Login, err)
		}
		members[m.Grant.Role] = m
	}
	return members, nil
}

func people() []Member {
	return []Member{
		{Login: "beata.wzorowa", Name: "Beata Wzorowa", Grant: account.Grant{Role: access.Administrator}},
		{Login: "kinga.wzorowa", Name: "Kinga Wzorowa", Grant: account.Grant{Role: access.Caseworker, Worker: "W1"}},
		{Login: "igor.pomocny", Name: "Igor Pomocny", Grant: account.Grant{Role: access.Assistant, Assistant: "A1"}},
		{Login: "olga.terenowa", Name: "Olga Terenowa", Grant: account.Grant{Role: access.Outreach, Worker: "W2"}},
		{Login: "marta.przykladna", Name: "Marta Przykładna", Grant: account.Grant{Role: access.Coordinator, Every: true}},
		{Login: "feliks.liczny", Name: "Feliks Liczny", Grant: account.Grant{Role: access.Finance}},
		{Login: "adam.sprawdzony", Name: "Adam Sprawdzony", Grant: account.Grant{Role: access.Auditor, Every: true,
			From: domain.NewDate(2018, 1, 1), Until: domain.NewDate(2030, 12, 31)}},
		{Login: "daria.ostrozna", Name: "Daria Ostrożna", Grant: account.Grant{Role: access.Officer}},
		{Login: "antoni.rozwazny", Name: "Antoni Rozważny", Grant: account.Grant{Role: access.Director}},
	}
}

// join makes an account and opens it, as its owner does.
func join(ctx context.Context, a *commands.Accounts, h *password.Hasher, by commands.Origin, m *Member) error {
	code, err := a.Add(ctx, by, commands.AddAccount{Login: m.Login, Name: m.Name, Grants: []account.Grant{m.Grant}})
	if err != nil {
		return err
	}
	m.ID, m.Password, m.Secret = code.Account, Password, password.NewSecret()
	known, ok, err := a.ByLogin(ctx, m.Login)
	if err != nil || !ok || !password.Same(known.Code, password.Digest(password.Typed(code.Code))) {
		return fmt.Errorf("the code that was told is not the one that is kept: %v, %w", ok, err)
	}
	hash, err := h.Hash(ctx, m.Password)
	if err != nil {
		return err
	}
	if _, err := a.Open(ctx, As(*m), m.ID, known.Renewing, hash); err != nil {
		return err
	}
	m.Recovery, _, err = a.SetFactor(ctx, As(*m), m.ID, m.Secret)
	return err
}

// As is what a member does on the command line.
func As(m Member) commands.Origin {
	who := access.By(m.ID, access.CommandLine, m.Grant.Role)
	who.Account = m.ID
	return commands.Origin{Who: who}
}

// As is what the member of a role does on the command line.
func (o *Office) As(role access.Role) commands.Origin { return As(o.Members[role]) }

// Code is what the authenticator of a member shows.
func (o *Office) Code(role access.Role) string {
	return password.CodeAt(o.Members[role].Secret, password.StepAt(o.Clock.Now()))
}
