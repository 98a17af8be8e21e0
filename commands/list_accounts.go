package commands

import (
	"context"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

// Listed is an account as it is shown. Its texts are "" where they were erased, and to whom
// may not see them.
type Listed struct {
	ID       string          `json:"id"`
	Login    string          `json:"login,omitempty"`
	Name     string          `json:"name,omitempty"`
	Form     string          `json:"form,omitempty"`
	Sample   bool            `json:"sample,omitempty"`
	Opened   bool            `json:"opened,omitempty"` // somebody has set a password
	Factor   bool            `json:"factor,omitempty"` // and shares a secret with an authenticator
	Disabled bool            `json:"disabled,omitempty"`
	Erased   bool            `json:"erased,omitempty"`
	Requests []ListedRequest `json:"requests,omitempty"` // all, in order
	Tokens   []ListedToken   `json:"tokens,omitempty"`
}

// ListedRequest is what was asked for of an account, and what became of it.
type ListedRequest struct {
	Number int            `json:"number"`
	Grant  *account.Grant `json:"grant,omitempty"`
	Link   bool           `json:"link,omitempty"`
	OSUser string         `json:"osUser,omitempty"`
	Reset  bool           `json:"reset,omitempty"`
	Factor bool           `json:"factor,omitempty"` // of a reset: the second factor goes too
	Token  *account.Token `json:"token,omitempty"`
	Name   string         `json:"name,omitempty"` // of the token
	By     string         `json:"by,omitempty"`   // the account that asked; "" of who had none
	Reason string         `json:"reason,omitempty"`
	At     time.Time      `json:"at,omitzero"` // of the decision

	// Pending waits for a director, Unseen for the data-protection officer; Stands is so.
	Pending bool `json:"pending,omitempty"`
	Unseen  bool `json:"unseen,omitempty"`
	Stands  bool `json:"stands,omitempty"`
}

// ListedToken is a token of an account.
type ListedToken struct {
	account.Token

	Name    string `json:"name,omitempty"`
	Revoked bool   `json:"revoked,omitempty"`
}

// ReadAccounts is what a reading of the list of accounts is recorded as.
const ReadAccounts = "accounts"

// Show is all accounts as the command line tells them, with all that was asked for. Logins and names are for those who decide
// over accounts, and that they were shown them is recorded as any other reading is.
func (a *Accounts) Show(ctx context.Context, o Origin) ([]Listed, error) {
	if err := o.Allowed(access.ListAccounts); err != nil {
		return nil, a.ledger.counted(o, err)
	}
	s, err := a.Now(ctx)
	if err != nil {
		return nil, err
	}
	show := o.SeesIn(access.ListAccounts, access.Account)
	var all []Listed
	var shown []string
	for _, of := range s.Accounts() {
		l, err := a.listed(ctx, of, show)
		if err != nil {
			return nil, err
		}
		if l.Login != "" {
			shown = append(shown, of.ID)
		}
		all = append(all, l)
	}
	return all, a.noteListed(ctx, o, shown)
}

// noteListed records whose logins and names were shown.
func (a *Accounts) noteListed(ctx context.Context, o Origin, shown []string) error {
	if len(shown) == 0 {
		return nil
	}
	reading := NoteReading{What: ReadAccounts, On: a.ledger.Today()}
	for _, id := range shown {
		reading.Subjects = append(reading.Subjects, domain.Ref{Kind: domain.RefAccount, ID: id})
	}
	_, err := a.ledger.noteRead(ctx, o, reading)
	return err
}

// Mine is the account of whoever asks; nobody's reading, since it is their own.
func (a *Accounts) Mine(ctx context.Context, o Origin) (Listed, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return Listed{}, err
	}
	of, ok := s.Account(o.Account)
	if !ok {
		return Listed{}, a.ledger.counted(o, account.ErrUnknown.With("%s", o.Account))
	}
	return a.listed(ctx, of, true)
}

// Find is the id of an account by that, or by its login for whoever may see logins.
func (a *Accounts) Find(ctx context.Context, o Origin, given string) (string, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return "", err
	}
	if of, ok := s.Account(given); ok {
		return of.ID, nil
	}
	if o.May(access.ListAccounts) && o.SeesIn(access.ListAccounts, access.Account) {
		of, ok, err := a.ByLogin(ctx, given)
		if ok || err != nil {
			return of.ID, err
		}
	}
	return "", a.ledger.counted(o, account.ErrUnknown)
}

// listed is an account as it is shown, its texts opened where they are to be.
func (a *Accounts) listed(ctx context.Context, of account.Account, show bool) (l Listed, err error) {
	open := func(seal domain.Seal, text domain.Sealed) string {
		if !show || err != nil {
			return ""
		}
		var clear string
		clear, _, err = a.ledger.Log.opened(ctx, seal, text)
		return clear
	}
	about := account.About{Account: of.ID}
	l = Listed{ID: of.ID, Sample: of.Sample, Opened: of.Opened(), Factor: of.Secret != "", Disabled: of.Disabled, Erased: of.Erased,
		Login: open(about.Seal("login"), of.Login), Name: open(about.Seal("name"), of.Name), Form: open(about.Seal("form"), of.Form)}
	for _, r := range of.Requests() {
		is := ListedRequest{Number: r.Number, Grant: r.Grant, By: r.By, At: r.At, Pending: r.Pending(), Stands: r.Stands(), Unseen: r.Unseen(),
			OSUser: open(account.LinkRequested{About: about, Request: r.Number}.Seal("osUser"), r.Link),
			Reason: open(account.GrantRequested{About: about, Request: r.Number}.Seal("reason"), r.Reason),
			Name:   open(account.TokenRequested{About: about, Request: r.Number}.Seal("name"), r.Name)}
		is.Link, is.Token = r.Link != "", r.Token
		if r.Reset != nil {
			is.Reset, is.Factor = true, r.Reset.Factor
		}
		l.Requests = append(l.Requests, is)
	}
	for _, t := range of.Tokens() {
		name := open(account.TokenIssued{About: about, Token: t.Token}.Seal("name"), t.Name)
		l.Tokens = append(l.Tokens, ListedToken{Token: t.Token, Name: name, Revoked: t.Revoked})
	}
	return l, err
}
