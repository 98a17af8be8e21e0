package commands_test

import (
	"testing"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/accounttest"
)

// The sample's accounts are there once, and are passed over by whoever asks for a centre's own.
func TestTheSampleHasAnAccountARole(t *testing.T) {
	t.Parallel()
	o, over := accounttest.OpenSample(t)
	ctx := t.Context()
	all, err := o.Accounts.OfSample(ctx)
	if err != nil || len(all) != len(account.Grantable()) {
		t.Fatalf("%d accounts, %v", len(all), err)
	}
	if s, err := o.Accounts.Now(ctx); err != nil || len(s.Pending()) != 1 || s.Pending()[0].Account != o.Members[access.Outreach].ID {
		t.Errorf("the director decides %+v, %v", s.Pending(), err)
	}
	before := events(t, o)
	again := []commands.SampleAccount{{Login: "inny.login", Name: "Inna Osoba", Grant: account.Grant{Role: access.Administrator}}}
	if err := o.Accounts.FoundSample(ctx, accounttest.Shell(), "hash", again, commands.SampleRequest{Of: access.Finance, Grant: account.Grant{Role: access.Coordinator, Every: true}}); err != nil {
		t.Fatal(err)
	}
	if after := events(t, o); after != before {
		t.Errorf("a second start records %d events", after-before)
	}
	if who, err := o.Accounts.Shell(ctx, "root", access.Finance); err != nil || who.Actor != "root" || !who.Is(access.Finance) {
		t.Errorf("the command line is %+v, %v", who, err)
	}
	member := o.Members[access.Coordinator]
	issued, err := o.Accounts.Issue(ctx, o.As(access.Coordinator), member.ID, account.Token{Role: access.Coordinator, Until: o.Ledger.Today() + 30}, "arkusz", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Accounts.AskLink(ctx, o.As(access.Administrator), member.ID, "root"); err == nil {
		t.Error("a user of the machine acts as somebody invented")
	}
	open := func() (exist, usable, token bool) {
		t.Helper()
		m, _, err := o.Accounts.Member(ctx, member.ID)
		if err != nil {
			t.Fatal(err)
		}
		if exist, err = o.Accounts.Exist(ctx); err != nil {
			t.Fatal(err)
		}
		if _, token, err = o.Accounts.WhoByToken(ctx, issued.Shown, access.API); err != nil {
			t.Fatal(err)
		}
		return exist, m.Usable, token
	}
	if exist, usable, token := open(); !exist || !usable || !token {
		t.Errorf("the sample's accounts are closed: %v %v %v", exist, usable, token)
	}
	over()
	if exist, usable, token := open(); exist || usable || token {
		t.Errorf("the sample is over, and its accounts open: %v %v %v", exist, usable, token)
	}
	o.Ledger.Ledger.Sample = nil // a server that was started without the sample
	if exist, usable, token := open(); exist || usable || token {
		t.Errorf("nobody shows a sample, and its accounts are open: %v %v %v", exist, usable, token)
	}
}

// Who is invented makes invented people's accounts, and none once a centre has its own.
func TestTheSampleMakesNoRealAccount(t *testing.T) {
	t.Parallel()
	o, _ := accounttest.OpenSample(t)
	ctx, administrator := t.Context(), o.As(access.Administrator)
	finance := []account.Grant{{Role: access.Finance}}
	made, err := o.Accounts.Add(ctx, administrator, commands.AddAccount{Login: "nowa.osoba", Name: "Nowa Osoba", Grants: finance})
	if err != nil {
		t.Fatal(err)
	}
	if m, _, err := o.Accounts.Member(ctx, made.Account); err != nil || !m.Sample || m.Common || !made.Waits {
		t.Errorf("what the sample's administrator made is %+v, %v", m, err)
	}
	_, err = o.Accounts.Add(ctx, accounttest.Shell(), commands.AddAccount{Login: "b.nowak", Name: "Barbara Nowak", Grants: []account.Grant{{Role: access.Administrator}}})
	if err != nil {
		t.Fatalf("the first account of a centre's own: %v", err)
	}
	if _, err = o.Accounts.Add(ctx, administrator, commands.AddAccount{Login: "jeszcze.ktos", Name: "Jeszcze Ktoś", Grants: finance}); err == nil {
		t.Error("the sample's administrator makes accounts in a centre's ledger")
	}
	if _, err = o.Accounts.Decide(ctx, o.As(access.Director), made.Account, 1, true, "tak"); err == nil {
		t.Error("the sample's director decides in a centre's ledger")
	}
	if who, err := o.Accounts.Shell(ctx, "root", access.Finance); err != nil || !who.Is(access.Machine) {
		t.Errorf("the command line is %+v, %v", who, err)
	}
	before := events(t, o)
	if err := o.Accounts.FoundSample(ctx, accounttest.Shell(), "hash", []commands.SampleAccount{{Login: "dwa.razy", Name: "Dwa Razy", Grant: account.Grant{Role: "nowa"}}}, commands.SampleRequest{}); err != nil || events(t, o) != before {
		t.Errorf("the sample makes accounts beside a centre's own: %v", err)
	}
}

// events counts what is in the log.
func events(t *testing.T, o *accounttest.Office) (n int) {
	t.Helper()
	if err := o.Journal.Each(t.Context(), journal.ScanOptions{}, func(*journal.Recorded) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}
