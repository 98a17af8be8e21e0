package commands_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

// shellRoles are those in which a user of the machine acts.
func (o *office) shellRoles(user string, role access.Role) []access.Role {
	o.t.Helper()
	who, err := o.Shell(o.t.Context(), user, role)
	if err != nil {
		o.t.Fatal(err)
	}
	var roles []access.Role
	for _, g := range who.Grants {
		roles = append(roles, g.Role)
	}
	return roles
}

// Before there is an account the command line is whoever it says; from then on it is the
// account that is linked to its user of the machine, in no more than that has.
func TestTheCommandLineIsWhoseAccountItsUserIsLinkedTo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	wants := func(user string, role access.Role, want ...access.Role) {
		t.Helper()
		if got := o.shellRoles(user, role); !slices.Equal(got, want) {
			t.Errorf("%s as %q acts as %v, want %v", user, role, got, want)
		}
	}
	wants("root", "", access.Coordinator)
	wants("root", access.Officer, access.Officer)
	for _, none := range []access.Role{access.Automaton, access.Token, access.Machine, access.Visitor, "coordinator,dpo"} {
		wants("root", none)
	}

	code := o.add(shell(), "basia", access.Administrator)
	wants("root", "", access.Machine)
	wants("root", access.Coordinator, access.Machine)
	if err := o.opens("basia", code.Code); err != nil {
		t.Fatal(err)
	}
	administrator := o.as("basia", access.Administrator)
	o.member(administrator, "kinga", access.Coordinator, access.Finance)
	if _, err := o.AskLink(ctx, administrator, o.ids["kinga"], "kinga-os"); err != nil {
		t.Fatal(err)
	}
	wants("root", access.Administrator, access.Machine)
	wants("kinga-os", "", access.Coordinator, access.Finance)
	wants("kinga-os", access.Finance, access.Finance)
	if who, err := o.Shell(ctx, "kinga-os", ""); err != nil || who.Account != o.ids["kinga"] || who.Actor != o.ids["kinga"] {
		t.Errorf("she acts as %+v, %v", who, err)
	}
	for _, wider := range []access.Role{access.Officer, access.Administrator, access.Machine, access.Automaton} {
		if _, err := o.Shell(ctx, "kinga-os", wider); !errors.Is(err, commands.ErrNotYours) {
			t.Errorf("she acts as %s: %v", wider, err)
		}
	}

	if _, err := o.Switch(ctx, administrator, o.ids["kinga"], true, ""); err != nil {
		t.Fatal(err)
	}
	wants("kinga-os", access.Finance, access.Machine)
	if _, err := o.Switch(ctx, administrator, o.ids["kinga"], false, ""); err != nil {
		t.Fatal(err)
	}
	of, _ := o.state().Account(o.ids["kinga"])
	for _, r := range of.Requests() {
		if r.Link != "" {
			if _, err := o.End(ctx, administrator, of.ID, r.Number, "odeszła z działu"); err != nil {
				t.Fatal(err)
			}
		}
	}
	wants("kinga-os", "", access.Machine)
}

// state is the register.
func (o *office) state() account.State {
	o.t.Helper()
	s, err := o.Now(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// Whoever has the machine, or makes accounts, does not become somebody else by a link: that
// waits for a director, and without one the officer sees it at once.
func TestALinkToSomebodyElseIsSeen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.member(shell(), "basia", access.Administrator)
	administrator := o.as("basia", access.Administrator)
	o.member(administrator, "kinga", access.Coordinator)
	machine := commands.Origin{Who: access.By("root", access.CommandLine, access.Machine)}
	if _, err := o.AskLink(ctx, machine, o.ids["kinga"], "root"); !errors.Is(err, access.ErrUnlinked) {
		t.Errorf("a shell links itself: %v", err)
	}
	if _, err := o.AskLink(ctx, machine, o.ids["basia"], "kinga-os"); !errors.Is(err, access.ErrUnlinked) {
		t.Errorf("a shell links somebody else: %v", err)
	}
	seen := len(o.state().Unacknowledged())
	if _, err := o.AskLink(ctx, machine, o.ids["basia"], "root"); err != nil {
		t.Fatal(err)
	}
	if got := o.shellRoles("root", ""); !slices.Equal(got, []access.Role{access.Administrator}) || len(o.state().Unacknowledged()) != seen+1 {
		t.Errorf("a shell that links itself to the administrator is %v, and the officer has %d more to see", got, len(o.state().Unacknowledged())-seen)
	}
	of, _ := o.state().Account(o.ids["basia"])
	all := of.Requests()
	if _, err := o.End(ctx, administrator, of.ID, all[len(all)-1].Number, ""); err != nil {
		t.Fatal(err)
	}
	seen++
	if _, err := o.AskLink(ctx, administrator, o.ids["kinga"], "root"); err != nil {
		t.Fatal(err)
	}
	if got := o.shellRoles("root", ""); !slices.Equal(got, []access.Role{access.Coordinator}) || len(o.state().Unacknowledged()) != seen+1 {
		t.Errorf("without a director root acts as %v, and the officer has %d more to see", got, len(o.state().Unacknowledged())-seen)
	}

	o.member(administrator, "olek", access.Coordinator)
	o.member(administrator, "dorota", access.Director)
	if got := o.shellRoles("olek-os", ""); !slices.Equal(got, []access.Role{access.Machine}) {
		t.Fatal(got)
	}
	// Two shells at once: one of them is linked, once a director has said so.
	var asking sync.WaitGroup
	for _, login := range []string{"kinga", "olek"} {
		asking.Go(func() { _, _ = o.AskLink(ctx, administrator, o.ids[login], "olek-os") })
	}
	asking.Wait()
	if got := o.shellRoles("olek-os", ""); !slices.Equal(got, []access.Role{access.Machine}) {
		t.Errorf("before the director has decided it is %v", got)
	}
	var links []account.Request
	for _, r := range o.state().Pending() {
		if r.Link != "" {
			links = append(links, r)
		}
	}
	if len(links) != 1 {
		t.Fatalf("%d requests for one user of the machine", len(links))
	}
	if _, err := o.Decide(ctx, administrator, links[0].Account, links[0].Number, true, ""); err == nil {
		t.Error("the administrator decides it")
	}
	if _, err := o.Decide(ctx, o.as("dorota", access.Director), links[0].Account, links[0].Number, true, ""); err != nil {
		t.Fatal(err)
	}
	if who, err := o.Shell(ctx, "olek-os", ""); err != nil || who.Account != links[0].Account {
		t.Errorf("%+v, %v", who, err)
	}
}
