package commands_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/journal"
	"ksiega/internal/password"
	"ksiega/internal/testkit/ledgertest"
)

// office is a ledger with accounts, by login.
type office struct {
	*ledgertest.Ledger
	*commands.Accounts
	t   *testing.T
	ids map[string]string
	now time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{Ledger: ledgertest.Open(t), t: t, ids: map[string]string{}, now: ledgertest.Now()}
	o.Ledger.Now = func() time.Time { return o.now }
	o.Accounts = o.Ledger.Ledger.Accounts()
	return o
}

// as is somebody who signed in.
func (o *office) as(login string, roles ...access.Role) commands.Origin {
	who := access.By(o.ids[login], access.CommandLine, roles...)
	who.Account = o.ids[login]
	return commands.Origin{Who: who}
}

// shell is a user of the machine before there are accounts.
func shell() commands.Origin {
	return commands.Origin{Who: access.By("root", access.CommandLine, access.Administrator)}
}

func (o *office) add(by commands.Origin, login string, roles ...access.Role) commands.Code {
	o.t.Helper()
	c := commands.AddAccount{Login: login, Name: "Imię " + login}
	for _, r := range roles {
		c.Grants = append(c.Grants, grantOf(r))
	}
	code, err := o.Add(o.t.Context(), by, c)
	if err != nil {
		o.t.Fatalf("add %s: %v", login, err)
	}
	o.ids[login] = code.Account
	return code
}

func grantOf(role access.Role) account.Grant {
	switch role {
	case access.Coordinator:
		return account.Grant{Role: role, Every: true}
	case access.Caseworker:
		return account.Grant{Role: role, Worker: "W1"}
	}
	return account.Grant{Role: role}
}

// opens sets a password by a code, as the door does.
func (o *office) opens(login, code string) error {
	o.t.Helper()
	s, ok, err := o.ByLogin(o.t.Context(), login)
	if err != nil {
		o.t.Fatal(err)
	}
	if !ok || !password.Same(s.Code, password.Digest(password.Typed(code))) {
		return account.ErrCode
	}
	_, err = o.Accounts.Open(o.t.Context(), o.as(login), s.ID, s.Renewing, "$argon2id$"+login)
	return err
}

// member is an account that is used.
func (o *office) member(by commands.Origin, login string, roles ...access.Role) {
	o.t.Helper()
	if err := o.opens(login, o.add(by, login, roles...).Code); err != nil {
		o.t.Fatalf("open %s: %v", login, err)
	}
}

func (o *office) roles(login string) (roles []access.Role) {
	o.t.Helper()
	m, _, err := o.Member(o.t.Context(), o.ids[login])
	if err != nil {
		o.t.Fatal(err)
	}
	for _, g := range m.Grants {
		roles = append(roles, g.Role)
	}
	return roles
}

// each hands over every event.
func (o *office) each(do func(*journal.Recorded)) {
	o.t.Helper()
	if err := o.Journal.Scan(o.t.Context(), journal.ScanOptions{Raw: true}, func(b journal.Batch) error {
		for i := range b.Events {
			do(&b.Events[i])
		}
		return nil
	}); err != nil {
		o.t.Fatal(err)
	}
}

func TestAccountsFromTheFirstOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.member(shell(), "beata.wzorowa", access.Administrator)
	administrator := o.as("beata.wzorowa", access.Administrator)
	if _, err := o.Add(ctx, administrator, commands.AddAccount{Login: " Beata.Wzorowa ", Name: "Inna"}); !errors.Is(err, account.ErrTaken) {
		t.Errorf("a login twice: %v", err)
	}
	if _, err := o.Add(ctx, administrator, commands.AddAccount{Login: "inna", Name: " \u00a0"}); !errors.Is(err, account.ErrNoName) {
		t.Errorf("nobody's account: %v", err)
	}
	o.member(administrator, "antoni.rozwazny", access.Director)

	// From now on what the administrator gives waits for the director.
	code := o.add(administrator, "kinga.wzorowa", access.Caseworker)
	if !code.Waits || o.opens("kinga.wzorowa", code.Code) == nil || len(o.roles("kinga.wzorowa")) > 0 {
		t.Error("nobody was asked")
	}
	director := o.as("antoni.rozwazny", access.Director)
	for n := 1; n <= 2; n++ {
		if _, err := o.Decide(ctx, administrator, code.Account, n, true, ""); !errors.Is(err, access.ErrDenied) {
			t.Errorf("the administrator decides: %v", err)
		}
		if _, err := o.Decide(ctx, director, code.Account, n, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.opens("kinga.wzorowa", strings.ToLower(code.Code)); err != nil || !slices.Equal(o.roles("kinga.wzorowa"), []access.Role{access.Caseworker}) {
		t.Errorf("once allowed: %v, %v", err, o.roles("kinga.wzorowa"))
	}
	if err := o.opens("kinga.wzorowa", code.Code); err == nil {
		t.Error("a code works twice")
	}
	for _, c := range []commands.AddAccount{{Login: "nowa", Name: "Nowa", Form: "x"}, {Login: "nowa", Name: "Nowa", Grants: []account.Grant{{Role: access.Caseworker, Worker: "90010112349"}}}} {
		var refusal *domain.Error
		if _, err := o.Add(ctx, administrator, c); !errors.As(err, &refusal) || refusal.Code != domain.CodeInvalid {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := o.AskGrant(ctx, administrator, o.ids["beata.wzorowa"], grantOf(access.Finance), "bo tak"); !errors.Is(err, account.ErrOwn) {
		t.Errorf("an administrator gives themselves a role: %v", err)
	}
	if _, err := o.Switch(ctx, director, o.ids["beata.wzorowa"], true, ""); !errors.Is(err, access.ErrDenied) {
		t.Errorf("a director disables: %v", err)
	}
	if _, err := o.Switch(ctx, administrator, o.ids["beata.wzorowa"], true, ""); !errors.Is(err, account.ErrLast) {
		t.Errorf("the last administrator: %v", err)
	}
}

// A code is good for an hour from when it was allowed, whatever another server knows.
func TestACodeIsGoodForAnHour(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	late := o.add(shell(), "basia", access.Administrator)
	o.now = o.now.Add(time.Hour)
	if err := o.opens("basia", late.Code); err == nil {
		t.Error("an hour later the code works")
	}
	again, err := o.Reset(t.Context(), shell(), o.ids["basia"], false)
	if err != nil {
		t.Fatal(err)
	}
	o.now = o.now.Add(59 * time.Minute)
	if err := o.opens("basia", again.Code); err != nil {
		t.Errorf("within the hour: %v", err)
	}
	second := o.Ledger.Ledger.Accounts() // another server
	m, ok, err := second.Member(t.Context(), o.ids["basia"])
	if err != nil || !ok || !m.Usable || m.Session != 3 { // two codes allowed, one used
		t.Errorf("another server knows %+v, %v, %v", m, ok, err)
	}
	if _, err := second.EndSessions(t.Context(), o.as("basia"), m.ID); err != nil {
		t.Fatal(err)
	}
	if m, _, _ := o.Member(t.Context(), m.ID); m.Session != 4 {
		t.Errorf("signed out everywhere, this server goes on with session %d", m.Session)
	}
}

// Of many who use one step of an authenticator, or one recovery code, at one moment one is
// let in.
func TestProofsWorkOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.member(shell(), "basia", access.Administrator)
	id := o.ids["basia"]
	codes, _, err := o.SetFactor(t.Context(), o.as("basia"), id, password.NewSecret())
	if err != nil || len(codes) != commands.RecoveryCodes {
		t.Fatalf("%v, %v", codes, err)
	}
	s, _, err := o.ByLogin(t.Context(), "basia")
	if err != nil || len(s.Recovery) != len(codes) || !password.Same(s.Recovery[2], password.Digest(password.Typed(codes[2]))) {
		t.Fatalf("the third recovery code is kept as another: %v", err)
	}
	shown := password.StepAt(o.now)
	for _, c := range []commands.SignIn{{Account: id, Factor: account.ByStep, Step: shown}, {Account: id, Factor: account.ByRecovery, Recovery: 3, Kept: s.Kept}} {
		var all sync.WaitGroup
		errs := make(chan error, 8)
		for range 8 {
			all.Go(func() {
				_, err := o.Ledger.Ledger.Accounts().SignIn(t.Context(), o.as("basia"), c)
				errs <- err
			})
		}
		all.Wait()
		close(errs)
		in := 0
		for err := range errs {
			if err == nil {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%s let %d in", c.Factor, in)
		}
	}
	if _, err := o.SignIn(t.Context(), o.as("basia"), commands.SignIn{Account: id, Factor: account.ByRecovery, Recovery: 4}); !errors.Is(err, account.ErrProof) {
		t.Errorf("a recovery code of nobody knows which: %v", err)
	}
	// The code of a step before midnight is known after it, where it is another month.
	midnight := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC) // 1 December in Poland
	before := commands.SignIn{Account: id, Factor: account.ByStep, Step: password.StepAt(midnight) - 1}
	o.now = midnight.Add(-5 * time.Second)
	if _, err := o.SignIn(t.Context(), o.as("basia"), before); err != nil {
		t.Error(err)
	}
	o.now = midnight.Add(5 * time.Second)
	if _, err := o.SignIn(t.Context(), o.as("basia"), before); !errors.Is(err, account.ErrStep) {
		t.Errorf("a step over midnight: %v", err)
	}
	for range 3 {
		if err := o.Refused(t.Context(), o.as("basia"), id, account.WrongPassword); err != nil {
			t.Fatal(err)
		}
	}
	refused := 0
	o.each(func(r *journal.Recorded) {
		if r.Type == "signin.refused.v1" {
			refused++
		}
	})
	if refused != 1 {
		t.Errorf("in one hour %d refusals are recorded", refused)
	}
}

func TestLinksAndTokens(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.member(shell(), "basia", access.Administrator)
	administrator := o.as("basia", access.Administrator)
	o.member(administrator, "kinga", access.Coordinator)
	o.member(administrator, "olek", access.Coordinator)
	if _, err := o.AskLink(ctx, administrator, o.ids["kinga"], "kinga-os"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.AskLink(ctx, administrator, o.ids["olek"], "kinga-os"); !errors.Is(err, account.ErrLinked) {
		t.Errorf("one user of the machine, two accounts: %v", err)
	}
	m, ok, err := o.Linked(ctx, "kinga-os")
	if err != nil || !ok || m.ID != o.ids["kinga"] {
		t.Errorf("the link leads to %+v, %v, %v", m, ok, err)
	}
	if _, ok, _ := o.Linked(ctx, "olek-os"); ok {
		t.Error("somebody else is linked")
	}

	wanted := account.Token{Role: access.Coordinator, Until: o.Ledger.Ledger.Today() + 30}
	kinga := o.as("kinga", access.Coordinator)
	issued, err := o.Issue(ctx, kinga, o.ids["kinga"], wanted, "arkusz kadr", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Issue(ctx, administrator, o.ids["kinga"], wanted, "podstawiony", 0); err == nil {
		t.Error("an administrator has a token of somebody's")
	}
	of, token, ok, err := o.ByToken(ctx, issued.Shown)
	if err != nil || !ok || of.ID != o.ids["kinga"] || token.Role != access.Coordinator {
		t.Errorf("the token is %+v of %+v, %v, %v", token, of, ok, err)
	}
	for _, other := range []string{"", "ksg_", issued.Shown + "A", issued.Shown[1:], strings.Replace(issued.Shown, "ksg_T-", "ksg_T_", 1), commands.TokenMark + issued.Token + "_" + password.NewToken()} {
		if _, _, ok, err := o.ByToken(ctx, other); ok || err != nil {
			t.Errorf("%q is a token: %v", other, err)
		}
	}
	was := o.now
	o.now = was.Add(31 * 24 * time.Hour)
	if _, _, ok, _ := o.ByToken(ctx, issued.Shown); ok {
		t.Error("after its last day the token is good")
	}
	o.now = was
	if _, err := o.Switch(ctx, administrator, o.ids["kinga"], true, "odeszła"); err != nil {
		t.Fatal(err)
	}
	if _, _, ok, _ := o.ByToken(ctx, issued.Shown); ok {
		t.Error("the token of a disabled account is good")
	}
	if _, err := o.Switch(ctx, administrator, o.ids["kinga"], false, "wróciła"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Revoke(ctx, o.as("olek", access.Coordinator), o.ids["kinga"], issued.Token, ""); !errors.Is(err, access.ErrDenied) {
		t.Errorf("somebody revokes another's: %v", err)
	}
	if _, err := o.Revoke(ctx, kinga, o.ids["kinga"], issued.Token, ""); err != nil {
		t.Fatal(err)
	}
	if _, _, ok, _ := o.ByToken(ctx, issued.Shown); ok {
		t.Error("a revoked token is good")
	}
}

// Nothing that lets somebody in, and nobody's name, stands in the events in clear.
func TestAccountsAreSealed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.member(shell(), "basia.tajna", access.Administrator)
	secret := password.NewSecret()
	codes, _, err := o.SetFactor(t.Context(), o.as("basia.tajna"), o.ids["basia.tajna"], secret)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	o.each(func(r *journal.Recorded) { fmt.Fprintln(&all, r.Stream, string(r.RawData), string(r.RawMeta)) })
	for _, word := range append(codes, "tajna", "Imię", "argon2id", secret, password.Digest(password.Typed(codes[0]))) {
		if strings.Contains(all.String(), word) {
			t.Errorf("%s stands in the events", word)
		}
	}
}
