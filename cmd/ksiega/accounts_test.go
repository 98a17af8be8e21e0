package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/control"
	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

// asked is an operation of the control door over accounts, and what it answers last.
func asked[A any](t *testing.T, door *control.Client, operation string, body any) (last A, err error) {
	t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	err = door.Lines(t.Context(), operation, nil, "application/json", bytes.NewReader(sent), func(line json.RawMessage) error {
		last = *new(A)
		return json.Unmarshal(line, &last)
	})
	return last, err
}

// A centre that begins with accounts: a shell makes the first one and, once its owner has set a
// password, is linked to it; what the shell could do before it can't any more, and what it asks
// for its own account, or decides, is refused.
func TestACentreBeginsWithAccounts(t *testing.T) {
	t.Parallel()
	p, door := shells(t)
	does := func(operation string, body any) accountAnswer {
		t.Helper()
		a, err := asked[accountAnswer](t, door, operation, body)
		if err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
		return a
	}
	refused := func(operation string, body any, why string) {
		t.Helper()
		if _, err := asked[accountAnswer](t, door, operation, body); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s %+v: %v, want %q", operation, body, err, why)
		}
	}
	first := map[string]any{"Login": "basia", "Name": "Barbara Nowak", "Sample": true, "Grants": []account.Grant{{Role: access.Administrator}}}
	refused("add-account", first, "Poproś kogoś z uprawnieniem") // a coordinator
	bootstrap, err := p.accounts.Add(t.Context(), commands.Origin{Who: access.By(control.Self(), access.CommandLine, access.Machine)},
		commands.AddAccount{Login: "basia", Name: "Barbara Nowak", Grants: []account.Grant{{Role: access.Administrator}}})
	basia := opened(t, p, bootstrap, err)
	refused("add-account", first, "Poproś administratora")

	refused("link-account", linkingAccount{Account: basia.Account, OSUser: "ktos-inny"}, "account link")
	if a := does("link-account", linkingAccount{Account: basia.Account, OSUser: control.Self()}); a.Waits || a.Number == 0 {
		t.Errorf("linked by %+v", a)
	}
	if l, err := asked[commands.Listed](t, door, "list-accounts", struct{}{}); err != nil || l.Login != "basia" || l.Sample {
		t.Errorf("listed %+v, %v", l, err)
	}
	refused("reset-account", resettingAccount{Account: "basia"}, "Poproś innego administratora")
	refused("ask-for-account", askingForAccount{Account: "basia", Grant: &account.Grant{Role: access.Director}}, "Poproś innego administratora")
	refused("ask-for-account", askingForAccount{Account: "basia"}, "o co prosisz")
	refused("switch-account", switchingAccount{Account: "basia", Disabled: true}, "ostatnim")
	refused("acknowledge-request", decidingRequest{Account: "basia", Request: 2}, "uprawnieniem")
	refused("own-account", ownAccount{Issue: &account.Token{Role: access.Administrator, Until: p.ledger.Today()}}, "Podaj inną rolę")

	code := does("add-account", addingAccount{Login: "dorota", Name: "Dorota Lis", Grants: []account.Grant{{Role: access.Director}}})
	opened(t, p, commands.Code{Account: code.Account}, nil)
	waits := does("add-account", addingAccount{Login: "kinga", Name: "Kinga Kos", Grants: []account.Grant{{Role: access.Coordinator, Every: true}}})
	if code.Waits || !waits.Waits || !waits.Until.IsZero() || waits.Code == "" || waits.Code == code.Code {
		t.Errorf("before there is a director %+v, then %+v", code, waits)
	}
	if a := does("link-account", linkingAccount{Account: "kinga", OSUser: "kinga-os"}); !a.Waits {
		t.Errorf("a link to somebody else: %+v", a)
	}
	refused("decide-request", decidingRequest{Account: "kinga", Request: 1, Allowed: true}, "uprawnieniem")
	refused("link-account", linkingAccount{Account: "dorota", OSUser: control.Self()}, "działa już jako inne konto")

	// The administrator, whose password is lost, and whom the shell is: the shell ends its
	// link, and then asks as the machine.
	mine, err := asked[accountAnswer](t, door, "own-account", ownAccount{})
	if err != nil || mine.Mine == nil {
		t.Fatal(mine, err)
	}
	for _, r := range mine.Mine.Requests {
		if r.Link {
			does("ask-for-account", askingForAccount{Account: "basia", End: r.Number})
		}
	}
	if lost := does("reset-account", resettingAccount{Account: basia.Account, Factor: true}); !lost.Waits || lost.Code == "" {
		t.Errorf("the director is asked, or not: %+v", lost)
	}
}
