package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/httpapi"
	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

// shells is a ledger that the command line has open, and its door.
func shells(t *testing.T) (*process, *control.Client) {
	t.Helper()
	g := &globals{Data: filepath.Join(t.TempDir(), "data")}
	p, err := openLedger(t.Context(), g, false, hooks{})
	if err != nil {
		t.Fatal(err)
	}
	api, err := httpapi.New(p.webOptions(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	door := control.Within(p.door(api), as(g), p.Close)
	t.Cleanup(func() {
		if err := door.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, door
}

// opened is the account that a code was told for, its owner having set a password.
func opened(t *testing.T, p *process, code commands.Code, err error) commands.Origin {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.accounts.Open(t.Context(), commands.Origin{}, code.Account, 1, "$argon2id$"); err != nil {
		t.Fatal(err)
	}
	s, err := p.accounts.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, _ := s.Account(code.Account)
	return commands.Origin{Who: a.Who(access.CommandLine, p.ledger.Today())}
}

// Once there is an account, the door goes by the account of whoever the kernel says is there,
// whatever they say of themselves, and asks it anew at each request.
func TestTheControlDoorKnowsAccounts(t *testing.T) {
	t.Parallel()
	p, door := shells(t)
	status := func(method, target, role, body string) int {
		t.Helper()
		resp := bare(t, door.HTTP, method, target, role, body)
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	const report, person = "/api/v1/reports/contracts", `{"id":"U1","firstName":"Zofia","lastName":"Kos"}`
	if got := status(http.MethodGet, report, "", ""); got != http.StatusOK {
		t.Fatalf("before there are accounts: %d", got)
	}
	shell := commands.Origin{Who: access.By(control.Self(), access.CommandLine, access.Administrator)}
	add := func(o commands.Origin, login string, grants ...account.Grant) commands.Origin {
		code, err := p.accounts.Add(t.Context(), o, commands.AddAccount{Login: login, Name: "Imię " + login, Grants: grants})
		return opened(t, p, code, err)
	}
	basia := add(shell, "basia", account.Grant{Role: access.Administrator})
	for _, role := range []string{"", "coordinator", "dpo", "administrator", "machine", "automat", "api"} {
		for _, c := range []struct {
			method, target string
			want           int
		}{
			{http.MethodGet, report, http.StatusForbidden}, {http.MethodPost, "/control/replay", http.StatusForbidden}, {http.MethodPost, "/control/import", http.StatusForbidden},
			{http.MethodPost, "/control/erase", http.StatusForbidden}, {http.MethodPost, "/control/scavenge", http.StatusOK},
		} {
			if got := status(c.method, c.target, role, ""); got != c.want {
				t.Errorf("%s %s as %q by whom no account is linked to: %d, want %d", c.method, c.target, role, got, c.want)
			}
		}
	}
	if err := carriedOut(t.Context(), door, "register-participant", "k1", strings.NewReader(person), io.Discard); err == nil || !strings.Contains(err.Error(), "account link") {
		t.Errorf("a command: %v", err)
	}

	kinga := add(basia, "kinga", account.Grant{Role: access.Coordinator, Every: true}, account.Grant{Role: access.Finance})
	if _, err := p.accounts.AskLink(t.Context(), basia, kinga.Account, control.Self()); err != nil {
		t.Fatal(err)
	}
	if err := carriedOut(t.Context(), door, "register-participant", "k2", strings.NewReader(person), io.Discard); err != nil {
		t.Fatal(err)
	}
	for role, want := range map[string]int{"": http.StatusOK, "finance": http.StatusOK, "dpo": http.StatusForbidden, "administrator": http.StatusForbidden} {
		if got := status(http.MethodGet, report, role, ""); got != want {
			t.Errorf("hers as %q: %d, want %d", role, got, want)
		}
	}
	var said bytes.Buffer
	if err := replayed(t.Context(), door, url.Values{"stream": {"participant-U1"}}, "", &said); err != nil || !strings.Contains(said.String(), `"actor":"`+kinga.Account) {
		t.Errorf("%v, %s", err, &said)
	}

	of, _, err := p.accounts.Linked(t.Context(), control.Self())
	if err != nil || of.ID != kinga.Account {
		t.Fatal(of, err)
	}
	now, err := p.accounts.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, _ := now.Account(kinga.Account)
	for _, r := range a.Requests() {
		if r.Link != "" {
			if _, err := p.accounts.End(t.Context(), basia, a.ID, r.Number, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := status(http.MethodGet, report, "", ""); got != http.StatusForbidden {
		t.Errorf("once the link has ended, on the same connection: %d", got)
	}
}
