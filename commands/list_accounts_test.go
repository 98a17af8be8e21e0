package commands_test

import (
	"errors"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// Whoever decides over accounts sees whose they are, and that they did is recorded; whoever keeps
// the machine sees that they are there, and nobody else is told.
func TestAccountsAreListedToWhoeverDecidesOverThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.member(shell(), "basia", access.Administrator)
	administrator := o.as("basia", access.Administrator)
	o.member(administrator, "kinga", access.Coordinator)
	if _, err := o.AskLink(ctx, administrator, o.ids["kinga"], "kinga-os"); err != nil {
		t.Fatal(err)
	}
	machine := commands.Origin{Who: access.By("root", access.CommandLine, access.Machine)}
	readings := func() (subjects []int) {
		o.each(func(r *journal.Recorded) {
			if e, ok := r.Event.(intake.PersonalDataRead); ok && e.What == commands.ReadAccounts {
				subjects = append(subjects, len(e.Subjects))
			}
		})
		return subjects
	}

	all, err := o.Show(ctx, machine)
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	for _, l := range all {
		if l.Login+l.Name != "" || len(l.Requests) == 0 {
			t.Errorf("whoever keeps the machine is told %+v", l)
		}
		for _, r := range l.Requests {
			if r.OSUser != "" {
				t.Errorf("whoever keeps the machine is told of %s", r.OSUser)
			}
		}
	}
	if n := readings(); len(n) != 0 {
		t.Errorf("readings of nobody: %v", n)
	}
	for i, role := range []access.Role{access.Administrator, access.Director, access.Officer} {
		all, err := o.Show(ctx, o.as("basia", role))
		if err != nil || len(all) != 2 {
			t.Fatal(role, all, err)
		}
		names := all[0].Login + all[0].Name + all[1].Login + all[1].Name
		if !strings.Contains(names, "kinga") || !strings.Contains(names, "Imię basia") {
			t.Errorf("%s is told %s", role, names)
		}
		if n := readings(); len(n) != i+1 || n[i] != 2 {
			t.Errorf("after %s readings of %v", role, n)
		}
	}
	for _, role := range []access.Role{access.Coordinator, access.Caseworker, access.Auditor, access.Finance, access.Token, access.Visitor} {
		if _, err := o.Show(ctx, o.as("kinga", role)); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", role, err)
		}
	}
	mine, err := o.Mine(ctx, o.as("kinga", access.Coordinator))
	if err != nil || mine.Login != "kinga" {
		t.Errorf("her own: %+v, %v", mine, err)
	}
	if id, err := o.Find(ctx, administrator, " Kinga"); err != nil || id != o.ids["kinga"] {
		t.Errorf("by her login %q, %v", id, err)
	}
	if _, err := o.Find(ctx, machine, "kinga"); err == nil {
		t.Error("whoever keeps the machine learns which logins there are")
	}
}
