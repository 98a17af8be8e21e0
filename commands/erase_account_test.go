package commands_test

import (
	"errors"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/domain/erasure"
	"ksiega/internal/testkit/accounttest"
)

func erasing(id string) commands.EraseSubject {
	return commands.EraseSubject{Kind: domain.RefAccount, ID: id, On: domain.NewDate(2026, 11, 30), Ground: "zadanie", Register: "RODO-7/2026"}
}

// With its texts an account ends: nobody signs in by it, and nobody brings it back.
func TestErasingAnAccount(t *testing.T) {
	t.Parallel()
	o := accounttest.Open(t)
	ctx, officer, administrator := t.Context(), o.As(access.Officer), o.As(access.Administrator)
	of := o.Members[access.Coordinator]
	token, err := o.Accounts.Issue(ctx, o.As(access.Coordinator), of.ID, account.Token{Role: access.Coordinator, Until: o.Today() + 30}, "arkusz", 0)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := o.Accounts.Member(ctx, of.ID)

	bare := erasing(of.ID)
	bare.Register = ""
	if _, err := o.EraseSubject(ctx, officer, bare); !errors.Is(err, erasure.ErrRegister) {
		t.Errorf("without a number: %v", err)
	}
	if m, _, _ := o.Accounts.Member(ctx, of.ID); !m.Usable {
		t.Error("what was refused has disabled the account")
	}
	if _, err := o.EraseSubject(ctx, administrator, erasing(of.ID)); !errors.Is(err, access.ErrDenied) {
		t.Errorf("an administrator: %v", err)
	}
	if _, err := o.EraseSubject(ctx, officer, erasing(o.Members[access.Administrator].ID)); !errors.Is(err, account.ErrLast) {
		t.Errorf("the last administrator: %v", err)
	}
	if _, ok, err := o.Accounts.ByLogin(ctx, o.Members[access.Administrator].Login); !ok || err != nil {
		t.Errorf("the last administrator is gone: %v", err)
	}
	for range 2 {
		if _, err := o.EraseSubject(ctx, officer, erasing(of.ID)); err != nil {
			t.Fatal(err)
		}
	}
	m, ok, err := o.Accounts.Member(ctx, of.ID)
	if err != nil || !ok || m.Usable || m.Session <= before.Session {
		t.Errorf("erased: %+v, %v, %v", m, ok, err)
	}
	if _, ok, err := o.Accounts.ByLogin(ctx, of.Login); ok || err != nil {
		t.Errorf("the login leads somewhere: %v", err)
	}
	if _, _, ok, err := o.Accounts.ByToken(ctx, token.Shown); ok || err != nil {
		t.Errorf("the token is good: %v", err)
	}
	for _, reason := range []string{"", "wróciła"} {
		if _, err := o.Accounts.Switch(ctx, administrator, of.ID, false, reason); err == nil {
			t.Errorf("an erased account is enabled, %q", reason)
		}
	}
	if _, err := o.Accounts.Reset(ctx, administrator, of.ID, true); err == nil {
		t.Error("an erased account has a code")
	}
	if _, err := o.Accounts.Add(ctx, administrator, commands.AddAccount{Login: of.Login, Name: of.Name}); err != nil {
		t.Errorf("the login is free, and is refused: %v", err)
	}
}

// A log that was brought back has the accounts as they were, and their keys are gone: the last
// administrator's too. Whoever keeps the machine makes another then, and nobody else does.
func TestAccountsWhoseKeyIsGone(t *testing.T) {
	t.Parallel()
	o := accounttest.Open(t)
	ctx, last := t.Context(), o.Members[access.Administrator]
	machine := commands.Origin{Who: access.By("root", access.CommandLine, access.Machine)}
	again := commands.AddAccount{Login: "nowa.osoba", Name: "Nowa Osoba", Grants: []account.Grant{{Role: access.Administrator}}}
	if _, err := o.Accounts.Add(ctx, machine, again); !errors.Is(err, account.ErrAdministered) {
		t.Errorf("beside an administrator: %v", err)
	}
	if err := o.Vault.Erase(ctx, domain.Ref{Kind: domain.RefAccount, ID: last.ID}.Subject()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := o.Accounts.EndErased(ctx, commands.Origin{Who: access.By("automat", access.Automatic, access.Automaton)}); err != nil {
			t.Fatal(err)
		}
	}
	if m, _, err := o.Accounts.Member(ctx, last.ID); err != nil || m.Usable {
		t.Errorf("%+v, %v", m, err)
	}
	if m, _, _ := o.Accounts.Member(ctx, o.Members[access.Finance].ID); !m.Usable {
		t.Error("another's account is disabled")
	}
	if _, err := o.Accounts.Add(ctx, machine, commands.AddAccount{Login: "inna.osoba", Name: "Inna Osoba", Grants: []account.Grant{{Role: access.Finance}}}); !errors.Is(err, account.ErrFirst) {
		t.Errorf("no administrator: %v", err)
	}
	code, err := o.Accounts.Add(ctx, machine, again)
	if err != nil || !code.Waits { // there is a director to ask
		t.Errorf("%+v, %v", code.Waits, err)
	}
}
