package account_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/testkit/given"
)

const today = domain.Date(740_000)

func now() time.Time { return today.Time().Add(9 * time.Hour) }

func about(id string) account.About { return account.About{Account: id} }

func created(id string) account.Created {
	return account.Created{About: about(id), Login: domain.Sealed("login-" + id), Name: domain.Sealed("name-" + id)}
}

func grant(role access.Role) account.Grant {
	switch role {
	case access.Caseworker, access.Outreach:
		return account.Grant{Role: role, Worker: "W1"}
	case access.Assistant:
		return account.Grant{Role: role, Assistant: "A1"}
	case access.Coordinator:
		return account.Grant{Role: role, Every: true}
	case access.Auditor:
		return account.Grant{Role: role, Agreements: []string{"P/1"}, From: today, Until: today + 30}
	}
	return account.Grant{Role: role}
}

func decided(id string, n int, by account.Decision) account.RequestDecided {
	return account.RequestDecided{About: about(id), Request: n, Allowed: true, By: by, At: account.Stamp(now())}
}

// member is an account that somebody uses, with roles.
func member(id string, roles ...access.Role) []domain.Event {
	events := []domain.Event{created(id), account.ResetRequested{About: about(id), Request: 1, Code: "digest"}, decided(id, 1, account.ByNobody),
		account.Opened{About: about(id), Request: 1, Password: "hash"}}
	for i, r := range roles {
		events = append(events, account.GrantRequested{About: about(id), Request: i + 2, Grant: grant(r)}, decided(id, i+2, account.ByNobody))
	}
	return events
}

func ask(r account.Request) account.Ask { return account.Ask{Request: r, Today: today, Now: now()} }

func askGrant(id, by string, g account.Grant) account.Ask {
	return ask(account.Request{Account: id, By: by, Grant: &g})
}

func TestTheFirstAccounts(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	create := account.Create{Created: created("K1"), Typed: "b.wzorowa"}
	given.Given(t, d).When(create).Refuse(account.ErrFirst) // who would make the others?
	run := member("K0", access.Administrator)
	create.By = "K0"
	given.Given(t, d, run...).When(create).Then(create.Created)
	create.By = "" // whoever keeps the machine, where somebody administers
	given.Given(t, d, run...).When(create).Refuse(account.ErrAdministered)
	create.By = "K0"
	given.Given(t, d, create.Created).When(create).Then()
	other := create
	other.Name = "else"
	given.Given(t, d, create.Created).When(other).Refuse(account.ErrThere)
	for login, want := range map[string]error{"": account.ErrLogin, "ab": account.ErrLogin, "Ala": account.ErrLogin, ".kot": account.ErrLogin, "żaba": account.ErrLogin, "a b c": account.ErrLogin, "a/b/c": account.ErrLogin} {
		create.Typed = login
		given.Given(t, d).When(create).Refuse(want)
	}
	create.Typed, create.Taken = "b.wzorowa", true
	given.Given(t, d).When(create).Refuse(account.ErrTaken)
	create.Taken, create.Name = false, ""
	given.Given(t, d).When(create).Refuse(account.ErrNoName)

	create.Taken, create.Name = false, "name-K1"
	whole := create
	whole.Code, whole.Grants, whole.Today, whole.Now = "digest", []account.Grant{grant(access.Finance), grant(access.Coordinator)}, today, now()
	given.Given(t, d).When(whole).Refuse(account.ErrFirst)
	given.Given(t, d, run...).When(whole).Then(created("K1"), account.ResetRequested{About: about("K1"), Request: 1, Code: "digest", By: "K0"}, decided("K1", 1, account.ByNobody),
		account.GrantRequested{About: about("K1"), Request: 2, Grant: grant(access.Finance), By: "K0"}, decided("K1", 2, account.ByNobody),
		account.GrantRequested{About: about("K1"), Request: 3, Grant: grant(access.Coordinator), By: "K0"}, decided("K1", 3, account.ByNobody))
	first := whole
	first.By, first.Grants = "", []account.Grant{grant(access.Administrator)}
	for _, history := range [][]domain.Event{nil, {created("K0")}, append(slices.Clone(run), account.Disabled{About: about("K0"), ForGood: true})} { // nobody administers
		given.Given(t, d, history...).When(first).Then(created("K1"), account.ResetRequested{About: about("K1"), Request: 1, Code: "digest"}, decided("K1", 1, account.ByNobody),
			account.GrantRequested{About: about("K1"), Request: 2, Grant: grant(access.Administrator)}, decided("K1", 2, account.ByNobody))
	}
	whole.By = "K2"
	given.Given(t, d, slices.Concat(member("K3", access.Director), member("K2", access.Administrator))...).When(whole).Then(created("K1"), account.ResetRequested{About: about("K1"), Request: 1, Code: "digest", By: "K2"},
		account.GrantRequested{About: about("K1"), Request: 2, Grant: grant(access.Finance), By: "K2"}, account.GrantRequested{About: about("K1"), Request: 3, Grant: grant(access.Coordinator), By: "K2"})
	whole.Grants = append(whole.Grants, grant(access.Auditor)) // which joins no other
	given.Given(t, d, run...).When(whole).Refuse(account.ErrJoins)

	// Nobody is there to ask: what is asked for takes effect, and says so.
	g := grant(access.Administrator)
	given.Given(t, d, created("K1")).When(askGrant("K1", "", g)).
		Then(account.GrantRequested{About: about("K1"), Request: 1, Grant: g}, decided("K1", 1, account.ByNobody))
	given.Given(t, d).When(askGrant("K1", "", g)).Refuse(account.ErrUnknown)
	s := d.Fold(append(member("K1", access.Administrator), member("K2", access.Coordinator)...)...)
	if n := len(s.Unacknowledged()); n != 4 {
		t.Errorf("%d stand on the officer's page", n)
	}
	if a, _ := s.Account("K1"); !a.Usable() || a.Session != 2 || len(a.Grants(today)) != 1 {
		t.Errorf("the administrator is %+v", a)
	}
}

// The accounts of the sample are nobody to those of a centre's own: neither administer nor direct
// the others, nor does a user of the machine act as one.
func TestTheSampleIsApart(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	invented := func(id string, by string, role access.Role) account.Create {
		e := created(id)
		e.Sample = true
		return account.Create{Created: e, Typed: "b.wzorowa", Password: "hash", By: by, Grants: []account.Grant{grant(role)}, Today: today, Now: now()}
	}
	own := account.Create{Created: created("K1"), Typed: "b.prawdziwa", Grants: []account.Grant{grant(access.Administrator)}, Today: today, Now: now()}
	sample := d.Fold(member("K9", access.Administrator, access.Director)...)
	led, err := d.Decide(sample, invented("K0", "", access.Administrator))
	if err != nil {
		t.Fatalf("the sample's first account beside a centre's own: %v", err)
	}
	history := append(led, account.Created{About: about("K5"), Login: "l", Name: "n", Sample: true}, account.GrantRequested{About: about("K5"), Request: 1, Grant: grant(access.Director)},
		decided("K5", 1, account.ByNobody), account.Opened{About: about("K5"), Password: "hash"})
	s := d.Fold(history...)
	if a, _ := s.Account("K0"); !a.Common || !a.Usable() || !a.Administers() || len(s.Staff()) != 0 || len(s.Accounts()) != 2 {
		t.Errorf("the sample's administrator is %+v", a)
	}
	given.Given(t, d, history...).When(invented("K7", "", access.Administrator)).Refuse(account.ErrAdministered)
	given.Given(t, d, history...).When(own).Then(created("K1"), account.GrantRequested{About: about("K1"), Request: 1, Grant: grant(access.Administrator)}, decided("K1", 1, account.ByNobody))
	plain := own
	plain.Password = "hash" // is for the sample alone
	given.Given(t, d, history...).When(plain).Then(created("K1"), account.GrantRequested{About: about("K1"), Request: 1, Grant: grant(access.Administrator)}, decided("K1", 1, account.ByNobody))
	both := append(slices.Clone(history), member("K1", access.Administrator)...)
	both = append(both, member("K2")...)
	given.Given(t, d, both...).When(account.Switch{Account: "K1", Disabled: true, By: "K0"}).Refuse(account.ErrLast)
	given.Given(t, d, both...).When(askGrant("K2", "K1", grant(access.Finance))).Then(account.GrantRequested{About: about("K2"), Request: 2, Grant: grant(access.Finance), By: "K1"}, decided("K2", 2, account.ByNobody))
	given.Given(t, d, append(both, account.GrantRequested{About: about("K2"), Request: 2, Grant: grant(access.Finance), By: "K1"})...).
		When(account.Decide{Account: "K2", Request: 2, Allowed: true, By: "K5", Today: today, Now: now()}).Refuse(account.ErrNoDirector)
	given.Given(t, d, history...).When(ask(account.Request{Account: "K0", Link: "user"})).Refuse(account.ErrSample)
	for name, then := range map[string][]domain.Event{
		"changed": {account.PasswordChanged{About: about("K0"), Password: "other", EndsSessions: true}},
		"opened":  {account.ResetRequested{About: about("K0"), Request: 3, Code: "c"}, decided("K0", 3, account.ByNobody), account.Opened{About: about("K0"), Request: 3, Password: "other"}},
	} {
		if a, _ := d.Fold(append(slices.Clone(history), then...)...).Account("K0"); a.Common || !a.Sample {
			t.Errorf("once its password is %s the account is %+v", name, a)
		}
	}
	if a, _ := d.Fold(append(slices.Clone(history), account.PasswordChanged{About: about("K0"), Password: "costlier"})...).Account("K0"); !a.Common {
		t.Error("hashed anew, the password is nobody's")
	}
}

// With a director whatever widens waits, and neither who asks nor whom it is for decides.
func TestRequestsWaitForADirector(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	team := slices.Concat(member("K1", access.Administrator), member("K2", access.Director), member("K3"))
	asked := account.GrantRequested{About: about("K3"), Request: 2, Grant: grant(access.Finance), By: "K1"}
	given.Given(t, d, team...).When(askGrant("K3", "K1", grant(access.Finance))).Then(asked)
	given.Given(t, d, append(team, asked)...).When(askGrant("K3", "K1", grant(access.Finance))).Then() // it waits
	waiting := given.Given(t, d, append(slices.Clone(team), asked)...)
	answer := account.Decide{Account: "K3", Request: 2, Allowed: true, By: "K2", Today: today, Now: now()}
	waiting.When(answer).Then(decided("K3", 2, account.ByDirector))
	no := answer
	no.Allowed = false
	refused := decided("K3", 2, account.ByDirector)
	refused.Allowed = false
	waiting.When(no).Then(refused)
	for by, want := range map[string]error{"K1": account.ErrOwnRequest, "K3": account.ErrOwnRequest, "": account.ErrNoDirector, "K9": account.ErrNoDirector} {
		c := answer
		c.By = by
		waiting.When(c).Refuse(want)
	}
	done := slices.Concat(team, []domain.Event{asked, decided("K3", 2, account.ByDirector)})
	given.Given(t, d, done...).When(answer).Then()
	given.Given(t, d, done...).When(no).Refuse(account.ErrDecided)
	given.Given(t, d, done...).When(account.Acknowledge{Account: "K3", Request: 2}).Refuse(account.ErrRequest)
	// A director who asks is none to be asked; another is.
	given.Given(t, d, team...).When(askGrant("K3", "K2", grant(access.Finance))).
		Then(account.GrantRequested{About: about("K3"), Request: 2, Grant: grant(access.Finance), By: "K2"}, decided("K3", 2, account.ByNobody))
	// What waited for a director who is gone takes effect when it is asked for again, unless
	// by whom it is for.
	left := append(slices.Concat(team, member("K4", access.Administrator)), asked, account.Disabled{About: about("K2")})
	given.Given(t, d, left...).When(askGrant("K3", "K4", grant(access.Finance))).Then(decided("K3", 2, account.ByNobody))
	given.Given(t, d, left...).When(askGrant("K3", "K3", grant(access.Finance))).Refuse(account.ErrOwn)
	link := account.LinkRequested{About: about("K3"), Request: 3, OSUser: "sealed", By: "K1"}
	again := ask(account.Request{Account: "K3", By: "K4", Link: "sealed anew", Number: 4})
	again.As = 3
	given.Given(t, d, append(slices.Clone(team), asked, link)...).When(again).Then()
	given.Given(t, d, append(slices.Clone(left), link)...).When(again).Then(decided("K3", 3, account.ByNobody))
	// Nobody asks for themselves, and a director who is disabled decides nothing.
	given.Given(t, d, team...).When(askGrant("K1", "K1", grant(access.Finance))).Refuse(account.ErrOwn)
	gone := append(slices.Concat(team, member("K4", access.Director)), asked, account.Disabled{About: about("K2")})
	given.Given(t, d, gone...).When(answer).Refuse(account.ErrNoDirector)
	given.Given(t, d, append(team, account.RequestDecided{About: about("K3"), Request: 9})...).When(account.Decide{Account: "K3", Request: 9, By: "K2"}).Refuse(account.ErrRequest)
}

func TestWhichRolesJoin(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	may := func(a, b access.Role) bool {
		s := d.Fold(member("K1", a)...)
		_, err := d.Decide(s, askGrant("K1", "", grant(b)))
		return err == nil
	}
	together := map[string]bool{}
	for _, a := range account.Grantable() {
		for _, b := range account.Grantable() {
			if may(a, b) != may(b, a) {
				t.Errorf("%s and %s join in one order", a, b)
			}
			together[fmt.Sprint(a, " ", b)] = may(a, b)
		}
	}
	for _, pair := range []string{"coordinator caseworker", "finance coordinator", "assistant caseworker", "administrator director", "director coordinator"} {
		if !together[pair] {
			t.Errorf("%s do not join", pair)
		}
	}
	for _, pair := range []string{"administrator coordinator", "administrator caseworker", "administrator finance", "administrator assistant", "administrator outreach",
		"administrator auditor", "administrator dpo", "dpo director", "dpo caseworker", "auditor finance", "auditor director"} {
		if together[pair] {
			t.Errorf("%s join", pair)
		}
	}
}

func TestGrantsAreLimitedAsTheirRoleIs(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	for _, c := range []struct {
		g    account.Grant
		want error
	}{
		{account.Grant{Role: "stranger"}, account.ErrRole},
		{account.Grant{Role: access.Token}, account.ErrRole},
		{account.Grant{Role: access.Automaton}, account.ErrRole},
		{account.Grant{Role: access.Caseworker}, account.ErrLimits},
		{account.Grant{Role: access.Caseworker, Worker: "W", Programmes: []string{"a", "b"}}, nil},
		{account.Grant{Role: access.Caseworker, Worker: "W", Programmes: []string{"b", "a"}}, account.ErrLimits},
		{account.Grant{Role: access.Assistant, Worker: "W"}, account.ErrLimits},
		{account.Grant{Role: access.Coordinator}, account.ErrLimits},
		{account.Grant{Role: access.Coordinator, Every: true, Programmes: []string{"a"}}, account.ErrLimits},
		{account.Grant{Role: access.Coordinator, Programmes: []string{"a"}, From: today, Until: today - 1}, account.ErrPeriod},
		{account.Grant{Role: access.Auditor, Every: true}, account.ErrPeriod},
		{account.Grant{Role: access.Auditor, From: today, Until: today}, account.ErrLimits},
		{account.Grant{Role: access.Auditor, Every: true, From: today, Until: today}, nil},
		{account.Grant{Role: access.Finance}, nil},
		{account.Grant{Role: access.Director, Programmes: []string{"a"}}, account.ErrLimits},
		{account.Grant{Role: access.Administrator, Until: today}, account.ErrPeriod},
	} {
		_, err := d.Decide(d.Fold(created("K1")), askGrant("K1", "", c.g))
		if got := fmt.Sprint(err); (c.want == nil) != (err == nil) || c.want != nil && !is(err, c.want) {
			t.Errorf("%+v: %s, want %v", c.g, got, c.want)
		}
	}
	s := d.Fold(created("K1"), account.GrantRequested{About: about("K1"), Request: 1, Grant: account.Grant{Role: access.Auditor, Every: true, From: 10, Until: 20}}, decided("K1", 1, account.ByNobody))
	a, _ := s.Account("K1")
	for day, want := range map[domain.Date]int{9: 0, 10: 1, 20: 1, 21: 0} {
		if n := len(a.Grants(day)); n != want {
			t.Errorf("on day %d %d grants", day, n)
		}
	}
}

func is(err, want error) bool {
	for _, r := range domain.RefusalsOf(err) {
		if r.Is(want) {
			return true
		}
	}
	return false
}

// A code sets a password once, within its hour, and the one that was allowed last.
func TestACodeWorksOnce(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	reset := func(n int, factor bool) domain.Event {
		return account.ResetRequested{About: about("K1"), Request: n, Code: domain.Sealed(fmt.Sprint("code", n)), Factor: factor}
	}
	one := []domain.Event{created("K1"), reset(1, false), decided("K1", 1, account.ByNobody)}
	open := account.Open{Account: "K1", Request: 1, Password: "hash", Now: now().Add(59 * time.Minute)}
	opened := account.Opened{About: about("K1"), Request: 1, Password: "hash"}
	given.Given(t, d, one...).When(open).Then(opened)
	given.Given(t, d, append(one, opened)...).When(open).Refuse(account.ErrCode)
	late := open
	late.Now = now().Add(time.Hour)
	given.Given(t, d, one...).When(late).Refuse(account.ErrCode)
	given.Given(t, d, append(one, account.Disabled{About: about("K1")})...).When(open).Refuse(account.ErrCode)
	given.Given(t, d, one[:2]...).When(open).Refuse(account.ErrCode) // nobody allowed it
	// A later one replaces it once it is allowed, not before.
	asked := append(slices.Clone(one), reset(2, true))
	given.Given(t, d, asked...).When(open).Then(opened)
	allowed := append(asked, decided("K1", 2, account.ByNobody))
	given.Given(t, d, allowed...).When(open).Refuse(account.ErrCode)
	again := open
	again.Request = 2
	given.Given(t, d, allowed...).When(again).Then(account.Opened{About: about("K1"), Request: 2, Password: "hash"})
	// The second factor goes only where that was asked for.
	factor := account.FactorSet{About: about("K1"), Secret: "s", Recovery: "a,b"}
	for _, with := range []bool{true, false} {
		s := d.Fold(append(slices.Clone(one), opened, factor, reset(2, with), decided("K1", 2, account.ByNobody), account.Opened{About: about("K1"), Request: 2, Password: "p"})...)
		if a, _ := s.Account("K1"); (a.Secret == "") != with || a.Session != 5 {
			t.Errorf("with %v the factor is %q and the session %d", with, a.Secret, a.Session)
		}
	}
	given.Given(t, d, one...).When(account.Own{Event: factor}).Refuse(account.ErrNotOpened)
	used := account.RecoveryUsed{About: about("K1"), Number: 1}
	uses := account.Own{Event: used, Kept: account.Kept{Recovery: "a,b"}}
	whole := append(slices.Clone(one), opened, factor)
	given.Given(t, d, whole...).When(uses).Then(used)
	given.Given(t, d, append(whole, used)...).When(uses).Refuse(account.ErrUsed)
	others := append(whole, used, account.RecoveryIssued{About: about("K1"), Recovery: "c,d"})
	given.Given(t, d, others...).When(uses).Refuse(account.ErrProof) // the first of those that are gone
	uses.Kept.Recovery = "c,d"
	given.Given(t, d, others...).When(uses).Then(used)
	// A hash that costs more signs nobody out, and never brings a password back.
	rehashed := account.PasswordChanged{About: about("K1"), Password: "hash2"}
	rehash := account.Own{Event: rehashed, Kept: account.Kept{Password: "hash"}}
	given.Given(t, d, whole...).When(rehash).Then(rehashed)
	was, _ := d.Fold(whole...).Account("K1")
	if is, _ := d.Fold(append(slices.Clone(whole), rehashed)...).Account("K1"); is.Session != was.Session || is.Password != "hash2" {
		t.Errorf("rehashed: %+v", is)
	}
	given.Given(t, d, append(slices.Clone(whole), account.PasswordChanged{About: about("K1"), Password: "other", EndsSessions: true})...).When(rehash).Refuse(account.ErrProof)
	given.Given(t, d, append(whole, account.Disabled{About: about("K1")})...).When(account.Own{Event: account.SessionsEnded{About: about("K1")}}).Refuse(account.ErrDisabled)
}

func TestSomebodyStaysAdministrator(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	disable := func(id string) account.Switch { return account.Switch{Account: id, Disabled: true} }
	alone := member("K1", access.Administrator)
	given.Given(t, d, alone...).When(disable("K1")).Refuse(account.ErrLast)
	given.Given(t, d, alone...).When(account.End{Account: "K1", Request: 2}).Refuse(account.ErrLast)
	two := slices.Concat(alone, member("K2", access.Administrator))
	given.Given(t, d, two...).When(disable("K1")).Then(account.Disabled{About: about("K1")})
	given.Given(t, d, append(two, account.Disabled{About: about("K1")})...).When(disable("K2")).Refuse(account.ErrLast)
	// One who never set a password is nobody who could act.
	waiting := append(slices.Clone(alone), created("K2"), account.GrantRequested{About: about("K2"), Request: 1, Grant: grant(access.Administrator)}, decided("K2", 1, account.ByNobody))
	given.Given(t, d, waiting...).When(disable("K1")).Refuse(account.ErrLast)
	off := append(two, account.Disabled{About: about("K1")})
	given.Given(t, d, off...).When(account.Switch{Account: "K1", By: "K1"}).Refuse(account.ErrOwn)
	given.Given(t, d, off...).When(account.Switch{Account: "K1", By: "K2"}).Then(account.Enabled{About: about("K1")})

	// Disabled for good is so whatever it was, and nobody changes anything of it any more.
	erase := account.Switch{Account: "K1", Disabled: true, ForGood: true}
	gone := account.Disabled{About: about("K1"), ForGood: true}
	given.Given(t, d, alone...).When(erase).Refuse(account.ErrLast)
	given.Given(t, d, two...).When(erase).Then(gone)
	lost := erase
	lost.Gone = true // nobody signs in by it, whatever is refused
	given.Given(t, d, alone...).When(lost).Then(gone)
	given.Given(t, d, off...).When(erase).Then(gone)
	never := given.Given(t, d, append(slices.Clone(two), gone)...)
	never.When(erase).Then()
	never.When(disable("K1")).Then()
	never.When(account.Switch{Account: "K1", By: "K2"}).Refuse(account.ErrErased)
	never.When(askGrant("K1", "K2", grant(access.Finance))).Refuse(account.ErrErased)
	never.When(account.Correct{Corrected: account.Corrected{About: about("K1"), Name: "n", Reason: "r"}, Typed: "kot", By: "K2"}).Refuse(account.ErrErased)
	never.When(disable("K2")).Refuse(account.ErrLast)
}

func TestNobodyCorrectsTheirOwnName(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	c := account.Correct{Corrected: account.Corrected{About: about("K1"), Login: "l", Name: "n", Reason: "r"}, Typed: "kot", By: "K2"}
	team := slices.Concat(member("K1", access.Administrator), member("K2", access.Director))
	given.Given(t, d, team...).When(c).Then(c.Corrected)
	own := c
	own.By = "K1"
	given.Given(t, d, team...).When(own).Refuse(account.ErrOwn)
	c.Same = true
	given.Given(t, d, team...).When(c).Then()
	c.Same, c.Reason = false, ""
	given.Given(t, d, team...).When(c).Refuse(domain.ErrNoReason)
}

func TestTokensMayNoMoreThanTheirAccount(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	wide := slices.Concat(member("K1", access.Coordinator), member("K2", access.Administrator))
	narrow := append(member("K1"), account.GrantRequested{About: about("K1"), Request: 2, Grant: account.Grant{Role: access.Coordinator, Programmes: []string{"a", "b"}}}, decided("K1", 2, account.ByNobody))
	issue := func(by string, token account.Token) account.Issue {
		return account.Issue{TokenIssued: account.TokenIssued{About: about("K1"), Token: token, Name: "n", Hash: "h"}, By: by, Today: today}
	}
	token := account.Token{Token: "T1", Role: access.Coordinator, Until: today + 30}
	given.Given(t, d, wide...).When(issue("K1", token)).Then(issue("K1", token).TokenIssued)
	given.Given(t, d, wide...).When(issue("K2", token)).Refuse(account.ErrRequest)
	for _, c := range []struct {
		change func(*account.Token)
		want   error
	}{
		{func(t *account.Token) { t.Role = access.Finance }, account.ErrWider},
		{func(t *account.Token) { t.Role = access.Administrator }, account.ErrRole},
		{func(t *account.Token) { t.Until = today - 1 }, account.ErrPeriod},
		{func(t *account.Token) { t.Until = today + 367 }, account.ErrPeriod},
		{func(t *account.Token) { t.Until = 0 }, account.ErrPeriod},
		{func(t *account.Token) { t.Programmes = []string{"c"} }, account.ErrWider},
		{func(t *account.Token) { t.Programmes = []string{"a", "c"} }, account.ErrWider},
		{func(t *account.Token) { t.Programmes = []string{"a"} }, nil},
		{func(t *account.Token) { t.Agreements = []string{"P/1"} }, nil}, // narrower still
	} {
		changed := token
		c.change(&changed)
		_, err := d.Decide(d.Fold(narrow...), issue("K1", changed))
		if (c.want == nil) != (err == nil) || c.want != nil && !is(err, c.want) {
			t.Errorf("%+v: %v, want %v", changed, err, c.want)
		}
	}
	// One for another's account is asked for, allowed, and made as it was asked for.
	asked := ask(account.Request{Account: "K1", By: "K2", Token: &token, Name: "n"})
	requested := account.TokenRequested{About: about("K1"), Request: 3, Token: token, Name: "n", By: "K2"}
	given.Given(t, d, wide...).When(asked).Then(requested, decided("K1", 3, account.ByNobody))
	after := append(slices.Clone(wide), requested, decided("K1", 3, account.ByNobody))
	made := issue("K2", token)
	made.Request = 3
	given.Given(t, d, after...).When(made).Then(made.TokenIssued)
	given.Given(t, d, append(after, made.TokenIssued)...).When(issueAs(made, "T2")).Refuse(account.ErrRequest)
	given.Given(t, d, append(after, made.TokenIssued)...).When(made).Refuse(account.ErrIssued) // what would be shown opens nothing
	unmade := account.TokenRevoked{About: about("K1"), Token: "T1"}
	given.Given(t, d, after...).When(account.Revoke{Account: "K1", Token: "T1"}).Then(unmade)
	given.Given(t, d, append(slices.Clone(after), unmade)...).When(account.Revoke{Account: "K1", Token: "T1"}).Then()
	given.Given(t, d, append(slices.Clone(after), unmade)...).When(made).Refuse(account.ErrRequest)
	records := made
	records.Records = true
	given.Given(t, d, after...).When(records).Refuse(account.ErrWider)
	revoked := account.TokenRevoked{About: about("K1"), Token: "T1"}
	given.Given(t, d, append(after, made.TokenIssued)...).When(account.Revoke{Account: "K1", Token: "T1"}).Then(revoked)
	given.Given(t, d, append(after, made.TokenIssued, revoked)...).When(account.Revoke{Account: "K1", Token: "T1"}).Then()
	given.Given(t, d, append(after, made.TokenIssued)...).When(account.Revoke{Account: "K2", Token: "T1"}).Refuse(account.ErrToken)
}

func issueAs(c account.Issue, id string) account.Issue {
	c.Token.Token = id
	return c
}

func TestAStepWorksOnce(t *testing.T) {
	t.Parallel()
	d := account.SigninDecider()
	in := func(step int64) account.SignedIn {
		return account.SignedIn{About: about("K1"), On: today, Step: step, Factor: account.ByStep}
	}
	given.Given(t, d).When(account.SignIn{SignedIn: in(7)}).Then(in(7))
	for _, step := range []int64{6, 7} {
		given.Given(t, d, in(7)).When(account.SignIn{SignedIn: in(step)}).Refuse(account.ErrStep)
	}
	given.Given(t, d, in(7)).When(account.SignIn{SignedIn: in(8)}).Then(in(8))
	recovered := account.SignedIn{About: about("K1"), On: today, Factor: account.ByRecovery}
	given.Given(t, d, in(7)).When(account.SignIn{SignedIn: recovered}).Then(recovered)
	no := account.Refused{About: about("K1"), On: today, Hour: account.HourOf(now()), Why: account.WrongPassword}
	given.Given(t, d).When(account.Refuse{Refused: no}).Then(no)
	given.Given(t, d, no).When(account.Refuse{Refused: no}).Then()
	next := no
	next.Hour = account.HourOf(now().Add(time.Hour))
	given.Given(t, d, no).When(account.Refuse{Refused: next}).Then(next)
}

// Whatever anybody asks: a ledger that had an administrator has one, nobody has a role by
// their own asking or deciding, a director's word stands wherever one could be asked, and no
// session number falls.
func TestNoHistoryBreaksTheRegister(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	ids := []string{"K1", "K2", "K3", "K4"}
	rapid.Check(t, func(t *rapid.T) {
		events := slices.Concat(member("K1", access.Administrator), []domain.Event{created("K2"), created("K3"), created("K4")})
		s := d.Fold(events...)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id, by := rapid.SampledFrom(ids).Draw(t, "account"), rapid.SampledFrom(append(ids, "")).Draw(t, "by")
			n := rapid.IntRange(1, 6).Draw(t, "number")
			role := rapid.SampledFrom(account.Grantable()).Draw(t, "role")
			before := d.Fold(events...)
			cmd := rapid.SampledFrom([]account.Command{
				askGrant(id, by, grant(role)),
				ask(account.Request{Account: id, By: by, Reset: &account.Reset{Code: "c", Factor: n%2 == 0}}),
				account.Decide{Account: id, Request: n, Allowed: n%3 > 0, By: by, Today: today, Now: now()},
				account.End{Account: id, Request: n},
				account.Switch{Account: id, Disabled: n%2 == 0, By: by},
				account.Open{Account: id, Request: n, Password: "hash", Now: now()},
				account.Own{Event: account.PasswordChanged{About: about(id), Password: "p", EndsSessions: true}},
			}).Draw(t, "command")
			led, err := d.Decide(s, cmd)
			if err != nil {
				continue
			}
			for _, e := range led {
				s = d.Evolve(s, e)
				events = append(events, e)
			}
			unbroken(t, before, s, cmd, led)
		}
	})
}

func unbroken(t *rapid.T, before, s account.State, cmd account.Command, led []domain.Event) {
	administrators := 0
	for _, a := range s.Accounts() {
		was, _ := before.Account(a.ID)
		if a.Session < was.Session {
			t.Fatalf("%s was at session %d, and is at %d", a.ID, was.Session, a.Session)
		}
		if a.Usable() && slices.ContainsFunc(a.Grants(today), func(g account.Grant) bool { return g.Role == access.Administrator }) {
			administrators++
		}
		for _, r := range a.Requests() {
			if r.Grant != nil && r.By == a.ID && r.By != "" {
				t.Fatalf("%s asked for a role of their own", a.ID)
			}
		}
	}
	if administrators == 0 {
		t.Fatalf("after %+v nobody administers", cmd)
	}
	for _, e := range led {
		d, ok := e.(account.RequestDecided)
		if !ok {
			continue
		}
		of, _ := s.Account(d.Account)
		r := of.Requests()[d.Request-1]
		asked := before.Directors(r.By, r.Account, today)
		switch c, isDecision := cmd.(account.Decide); {
		case d.By == account.ByNobody && len(asked) > 0:
			t.Fatalf("%v could be asked, and nobody was", asked)
		case d.By == account.ByDirector && (!isDecision || !slices.Contains(asked, c.By)):
			t.Fatalf("%+v was decided by %+v", r, cmd)
		}
	}
}
