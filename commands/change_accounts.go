package commands

import (
	"context"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/journal"
	"ksiega/internal/password"
)

// CorrectAccount gives an account another login or name.
type CorrectAccount struct {
	Account, Login, Name, Form, Reason string
}

// Correct carries the command out.
func (a *Accounts) Correct(ctx context.Context, o Origin, c CorrectAccount) (journal.Result, error) {
	if err := o.Allowed(access.CorrectAccount); err != nil {
		return journal.Result{}, a.ledger.counted(o, err)
	}
	s, err := a.Now(ctx)
	if err != nil {
		return journal.Result{}, err
	}
	of, ok := s.Account(c.Account)
	if !ok {
		return journal.Result{}, a.ledger.counted(o, account.ErrUnknown.With("%s", c.Account))
	}
	if err := needGrants(c.Form, nil); err != nil {
		return journal.Result{}, a.ledger.counted(o, err)
	}
	e, seal := account.Corrected{About: account.About{Account: c.Account}}, a.ledger.sealer(ctx)
	e.Login, e.Name, e.Form = seal.text(e.Seal("login"), Login(c.Login)), seal.text(e.Seal("name"), fullName(c.Name)), seal.text(e.Seal("form"), c.Form)
	e.Reason = seal.text(e.Seal("reason"), c.Reason)
	if seal.err != nil {
		return journal.Result{}, a.ledger.counted(o, seal.err)
	}
	same, err := a.same(ctx, of, Login(c.Login), fullName(c.Name), c.Form)
	if err != nil {
		return journal.Result{}, err
	}
	return a.decide(ctx, o, access.CorrectAccount, account.Correct{Corrected: e, Typed: Login(c.Login), Same: same, By: o.Account})
}

// same says whether an account has a login, name and form already: by opening them, since what
// was sealed before a rekeying looks other than what is sealed today.
func (a *Accounts) same(ctx context.Context, of account.Account, login, name, form string) (bool, error) {
	about := account.About{Account: of.ID}
	for _, t := range []struct {
		field string
		kept  domain.Sealed
		now   string
	}{{"login", of.Login, login}, {"name", of.Name, name}, {"form", of.Form, form}} {
		was, _, err := a.ledger.Log.opened(ctx, about.Seal(t.field), t.kept)
		if err != nil || was != t.now {
			return false, err
		}
	}
	return true, nil
}

// AskGrant asks that an account may act in a role.
func (a *Accounts) AskGrant(ctx context.Context, o Origin, id string, g account.Grant, reason string) (journal.Result, error) {
	if err := needGrant(&g); err != nil {
		return journal.Result{}, a.ledger.counted(o, err)
	}
	return a.ask(ctx, o, access.AskForAccount, account.Ask{Request: account.Request{Account: id, Grant: &g}}, func(r *account.Request, seal *sealer) {
		r.Reason = seal.text(account.GrantRequested{About: account.About{Account: id}, Request: r.Number}.Seal("reason"), reason)
	})
}

// ErrOSUser refuses what is no name of a user of a machine.
var ErrOSUser = domain.Refusal(domain.CodeInvalid, "a user of the machine has a name without spaces").At("osUser")

// AskLink asks that a user of this machine acts as an account on the command line. Whoever has
// the machine and no account asks for themselves alone, and for an administrator's, who is shown
// nobody and links the others.
func (a *Accounts) AskLink(ctx context.Context, o Origin, id, osUser string) (journal.Result, error) {
	if osUser = norm.NFC.String(osUser); osUser == "" || strings.ContainsFunc(osUser, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return journal.Result{}, a.ledger.counted(o, ErrOSUser)
	}
	if !o.May(access.AskForAccount) && o.May(access.LinkAccount) {
		s, err := a.Now(ctx)
		if err != nil {
			return journal.Result{}, err
		}
		if of, _ := s.Account(id); osUser != o.Actor || !of.Administers() {
			return journal.Result{}, a.ledger.counted(o, access.ErrUnlinked.With("%s", o.Actor))
		}
	}
	return a.ask(ctx, o, access.LinkAccount, account.Ask{Request: account.Request{Account: id}, OSUser: osUser}, func(r *account.Request, seal *sealer) {
		r.Link = seal.text(account.LinkRequested{About: account.About{Account: id}, Request: r.Number}.Seal("osUser"), osUser)
	})
}

// AskToken asks for a token of another's account.
func (a *Accounts) AskToken(ctx context.Context, o Origin, id string, t account.Token, name string) (journal.Result, error) {
	if err := needLimits(&t.Programmes, &t.Agreements); err != nil {
		return journal.Result{}, a.ledger.counted(o, err)
	}
	t.Token = "T-" + a.ledger.drawID()
	return a.ask(ctx, o, access.AskForAccount, account.Ask{Request: account.Request{Account: id, Token: &t}}, func(r *account.Request, seal *sealer) {
		r.Name = seal.text(account.TokenRequested{About: account.About{Account: id}, Request: r.Number}.Seal("name"), name)
	})
}

// ask has something asked for, its texts sealed for the number that the request gets.
func (a *Accounts) ask(ctx context.Context, o Origin, op access.Operation, c account.Ask, texts func(*account.Request, *sealer)) (journal.Result, error) {
	r := &c.Request
	if err := o.Allowed(op); err != nil {
		return journal.Result{}, a.ledger.counted(o, err)
	}
	s, err := a.Now(ctx)
	if err != nil {
		return journal.Result{}, err
	}
	of, ok := s.Account(r.Account)
	if !ok {
		return journal.Result{}, a.ledger.counted(o, account.ErrUnknown.With("%s", r.Account))
	}
	r.Number, r.By = of.Next(), o.Account
	seal := a.ledger.sealer(ctx)
	if texts(r, seal); seal.err != nil {
		return journal.Result{}, a.ledger.counted(o, seal.err)
	}
	c.Today, c.Now = a.ledger.Today(), a.ledger.Now()
	return a.decide(ctx, o, op, c)
}

// Decide answers a request for a director.
func (a *Accounts) Decide(ctx context.Context, o Origin, id string, request int, allowed bool, reason string) (journal.Result, error) {
	seal := a.ledger.sealer(ctx)
	words := a.words(ctx, seal, id, account.RequestDecided{About: account.About{Account: id}, Request: request}.Seal("reason"), reason)
	if seal.err != nil {
		return journal.Result{}, a.ledger.counted(o, seal.err)
	}
	return a.decide(ctx, o, access.DecideRequest, account.Decide{Account: id, Request: request, Allowed: allowed, By: o.Account, Reason: words,
		Today: a.ledger.Today(), Now: a.ledger.Now()})
}

// words seals a text about an account that there is; for another none is sealed.
func (a *Accounts) words(ctx context.Context, seal *sealer, id string, as domain.Seal, text string) domain.Sealed {
	s, err := a.Now(ctx)
	if err != nil {
		seal.err = err
		return ""
	}
	if _, ok := s.Account(id); !ok {
		return ""
	}
	return seal.text(as, text)
}

// Acknowledge says for the data-protection officer that they know of what nobody confirmed.
func (a *Accounts) Acknowledge(ctx context.Context, o Origin, id string, request int) (journal.Result, error) {
	return a.decide(ctx, o, access.Acknowledge, account.Acknowledge{Account: id, Request: request, By: o.Account})
}

// End takes a role, or a link, away.
func (a *Accounts) End(ctx context.Context, o Origin, id string, request int, reason string) (journal.Result, error) {
	seal := a.ledger.sealer(ctx)
	words := a.words(ctx, seal, id, account.GrantEnded{About: account.About{Account: id}, Request: request}.Seal("reason"), reason)
	if seal.err != nil {
		return journal.Result{}, a.ledger.counted(o, seal.err)
	}
	return a.decide(ctx, o, access.AskForAccount, account.End{Account: id, Request: request, Reason: words})
}

// Switch disables or enables an account. A disabled one ends its sessions and tokens.
func (a *Accounts) Switch(ctx context.Context, o Origin, id string, disabled bool, reason string) (journal.Result, error) {
	seal := a.ledger.sealer(ctx)
	words := a.words(ctx, seal, id, account.Disabled{About: account.About{Account: id}}.Seal("reason"), reason)
	if seal.err != nil {
		return journal.Result{}, a.ledger.counted(o, seal.err)
	}
	return a.decide(ctx, o, access.SwitchAccount, account.Switch{Account: id, Disabled: disabled, By: o.Account, Reason: words})
}

// TokenMark begins every token, so that one that leaked is known for what it is.
const TokenMark = "ksg_"

// IssuedToken is a token as it is shown, once.
type IssuedToken struct {
	Token, Shown string
	Result       journal.Result
}

// Issue makes a token for whoever asks; of a request that was allowed for another's account.
func (a *Accounts) Issue(ctx context.Context, o Origin, id string, t account.Token, name string, request int) (IssuedToken, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return IssuedToken{}, err
	}
	of, ok := s.Account(id)
	switch {
	case o.Door == access.API: // or a program would have itself another token before its own ends
		return IssuedToken{}, a.ledger.counted(o, access.ErrDenied)
	case !ok || o.Account == "":
		return IssuedToken{}, a.ledger.counted(o, account.ErrUnknown.With("%s", id))
	}
	if err := needLimits(&t.Programmes, &t.Agreements); err != nil {
		return IssuedToken{}, a.ledger.counted(o, err)
	}
	o.Key = a.ledger.draw() // what is shown is never what was shown before
	t.Token = "T-" + a.ledger.drawID()
	for _, r := range of.Requests() {
		if r.Number == request && r.Token != nil {
			t.Token = r.Token.Token
		}
	}
	secret := password.NewToken()
	e, seal := account.TokenIssued{About: account.About{Account: id}, Token: t, Request: request}, a.ledger.sealer(ctx)
	e.Name, e.Hash = seal.text(e.Seal("name"), name), seal.text(e.Seal("hash"), password.Digest(secret))
	if seal.err != nil {
		return IssuedToken{}, a.ledger.counted(o, seal.err)
	}
	r, err := a.settle(ctx, o, account.Issue{TokenIssued: e, By: o.Account, Today: a.ledger.Today()})
	return IssuedToken{Token: t.Token, Shown: TokenMark + t.Token + "_" + secret, Result: r}, a.ledger.counted(o, err)
}

// Revoke ends a token: one's own, or for an administrator anybody's.
func (a *Accounts) Revoke(ctx context.Context, o Origin, id, token, reason string) (journal.Result, error) {
	if o.Account != id || id == "" {
		if err := o.Allowed(access.AskForAccount); err != nil {
			return journal.Result{}, a.ledger.counted(o, err)
		}
	}
	seal := a.ledger.sealer(ctx)
	words := a.words(ctx, seal, id, account.TokenRevoked{About: account.About{Account: id}, Token: token}.Seal("reason"), reason)
	if seal.err != nil {
		return journal.Result{}, a.ledger.counted(o, seal.err)
	}
	r, err := a.settle(ctx, o, account.Revoke{Account: id, Token: token, Reason: words})
	return r, a.ledger.counted(o, err)
}
