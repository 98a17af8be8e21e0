package main

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"ksiega/cmd/ksiega/control"
	"ksiega/commands"
	"ksiega/domain/account"
	"ksiega/internal/journal"
)

// What the control door is asked about accounts: a body an operation. Account is an id, or a
// login of whoever may see logins. No body holds a password.
type (
	addingAccount struct {
		Login, Name, Form string
		Grants            []account.Grant
	}
	correctingAccount struct{ Account, Login, Name, Form, Reason string }
	resettingAccount  struct {
		Account string
		Factor  bool
	}
	switchingAccount struct {
		Account  string
		Disabled bool
		Reason   string
	}
	// askingForAccount has one of Grant, Token and End set.
	askingForAccount struct {
		Account string
		Grant   *account.Grant
		Token   *account.Token
		Name    string // of the token
		End     int    // the number of the request
		Reason  string
	}
	linkingAccount  struct{ Account, OSUser string }
	decidingRequest struct {
		Account string
		Request int
		Allowed bool
		Reason  string
	}
	// ownAccount asks about the account of whoever asks, and about nothing but that where
	// neither Issue nor Revoke is set. Account is whose token it is, "" one's own.
	ownAccount struct {
		Account string
		Issue   *account.Token
		Name    string
		Request int
		Revoke  string
		Reason  string
	}
)

// accountAnswer is what the door answers.
type accountAnswer struct {
	Account string
	// Code is shown once, as Shown is, which is a token. Waits: a director decides first.
	Code  string    `json:",omitempty"`
	Shown string    `json:",omitempty"`
	Until time.Time `json:",omitzero"`
	Waits bool      `json:",omitempty"`
	// Number is that of the request that was made; 0 where it was there already.
	Number int
	First  bool             `json:",omitempty"` // there was none before
	Mine   *commands.Listed `json:",omitempty"`
}

// accountOperations are those of the control door over accounts.
func (p *process) accountOperations() map[string]control.Operation {
	return map[string]control.Operation{"list-accounts": p.listAccounts, "add-account": p.addAccount, "correct-account": p.correctAccount,
		"reset-account": p.resetAccount, "switch-account": p.switchAccount, "ask-for-account": p.askForAccount, "link-account": p.linkAccount,
		"decide-request": p.decideRequest, "acknowledge-request": p.acknowledge, "own-account": p.ownAccount}
}

// maxAccountBody bounds what is asked about accounts.
const maxAccountBody = 1 << 16

// of reads what is asked about an account, and finds whose it is.
func (p *process) of(r *http.Request, body any, given *string) error {
	if err := json.NewDecoder(io.LimitReader(r.Body, maxAccountBody)).Decode(body); err != nil {
		return control.Usage{Err: err}
	}
	if given == nil {
		return nil
	}
	id, err := p.accounts.Find(r.Context(), origin(r), *given)
	*given = id
	return err
}

func (p *process) listAccounts(r *http.Request, n *control.Notes) error {
	all, err := p.accounts.Show(r.Context(), origin(r))
	for _, l := range all {
		err = n.Line(l)
	}
	return err
}

// told answers with a code; of one that is to be allowed first the hour runs from then.
func (p *process) told(r *http.Request, n *control.Notes, code commands.Code, err error) error {
	if err != nil {
		return err
	}
	s, err := p.accounts.Now(r.Context())
	if err != nil {
		return err
	}
	a := accountAnswer{Account: code.Account, Code: code.Code, Waits: code.Waits, Number: code.Request, First: len(s.Staff()) == 1}
	if !code.Waits {
		a.Until = p.ledger.Now().Add(commands.CodeFor)
	}
	return n.Line(a)
}

func (p *process) addAccount(r *http.Request, n *control.Notes) error {
	var c addingAccount
	if err := p.of(r, &c, nil); err != nil {
		return err
	}
	code, err := p.accounts.Add(r.Context(), origin(r), commands.AddAccount{Login: c.Login, Name: c.Name, Form: c.Form, Grants: c.Grants})
	return p.told(r, n, code, err)
}

func (p *process) resetAccount(r *http.Request, n *control.Notes) error {
	var c resettingAccount
	if err := p.of(r, &c, &c.Account); err != nil {
		return err
	}
	code, err := p.accounts.Reset(r.Context(), origin(r), c.Account, c.Factor)
	return p.told(r, n, code, err)
}

func (p *process) correctAccount(r *http.Request, n *control.Notes) error {
	var c correctingAccount
	if err := p.of(r, &c, &c.Account); err != nil {
		return err
	}
	_, err := p.accounts.Correct(r.Context(), origin(r), commands.CorrectAccount(c))
	return err
}

func (p *process) switchAccount(r *http.Request, n *control.Notes) error {
	var c switchingAccount
	if err := p.of(r, &c, &c.Account); err != nil {
		return err
	}
	_, err := p.accounts.Switch(r.Context(), origin(r), c.Account, c.Disabled, c.Reason)
	return err
}

func (p *process) askForAccount(r *http.Request, n *control.Notes) (err error) {
	var c askingForAccount
	if err := p.of(r, &c, &c.Account); err != nil {
		return err
	}
	switch {
	case c.End != 0:
		_, err = p.accounts.End(r.Context(), origin(r), c.Account, c.End, c.Reason)
		return err
	case c.Grant != nil:
		var asked journal.Result
		asked, err = p.accounts.AskGrant(r.Context(), origin(r), c.Account, *c.Grant, c.Reason)
		return p.requested(r, n, c.Account, asked, err)
	case c.Token != nil:
		asked, err := p.accounts.AskToken(r.Context(), origin(r), c.Account, *c.Token, c.Name)
		return p.requested(r, n, c.Account, asked, err)
	}
	return control.Usage{Err: errNothingAsked}
}

func (p *process) linkAccount(r *http.Request, n *control.Notes) error {
	var c linkingAccount
	if err := p.of(r, &c, &c.Account); err != nil {
		return err
	}
	asked, err := p.accounts.AskLink(r.Context(), origin(r), c.Account, c.OSUser)
	return p.requested(r, n, c.Account, asked, err)
}

// requested answers with the request that was made last of an account, and whether it waits.
func (p *process) requested(r *http.Request, n *control.Notes, id string, asked journal.Result, err error) error {
	if err != nil {
		return err
	}
	s, err := p.accounts.Now(r.Context())
	if err != nil {
		return err
	}
	a := accountAnswer{Account: id}
	of, _ := s.Account(id)
	if all := of.Requests(); asked.Events > 0 && len(all) > 0 {
		last := all[len(all)-1]
		a.Number, a.Waits = last.Number, last.Pending()
	}
	return n.Line(a)
}

func (p *process) decideRequest(r *http.Request, n *control.Notes) error {
	var c decidingRequest
	if err := p.of(r, &c, &c.Account); err != nil {
		return err
	}
	_, err := p.accounts.Decide(r.Context(), origin(r), c.Account, c.Request, c.Allowed, c.Reason)
	return err
}

func (p *process) acknowledge(r *http.Request, n *control.Notes) error {
	var c decidingRequest
	if err := p.of(r, &c, &c.Account); err != nil {
		return err
	}
	_, err := p.accounts.Acknowledge(r.Context(), origin(r), c.Account, c.Request)
	return err
}

func (p *process) ownAccount(r *http.Request, n *control.Notes) error {
	var c ownAccount
	if err := p.of(r, &c, nil); err != nil {
		return err
	}
	o := origin(r)
	id := o.Account
	if c.Account != "" {
		var err error
		if id, err = p.accounts.Find(r.Context(), o, c.Account); err != nil {
			return err
		}
	}
	switch {
	case c.Issue != nil:
		issued, err := p.accounts.Issue(r.Context(), o, id, *c.Issue, c.Name, c.Request)
		if err != nil {
			return err
		}
		return n.Line(accountAnswer{Account: id, Shown: issued.Shown})
	case c.Revoke != "":
		_, err := p.accounts.Revoke(r.Context(), o, id, c.Revoke, c.Reason)
		return err
	}
	mine, err := p.accounts.Mine(r.Context(), o)
	if err != nil {
		return err
	}
	return n.Line(accountAnswer{Account: id, Mine: &mine})
}
