package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/journal"
	"ksiega/internal/password"
)

// What the owner of an account does at the door. Whether they are the owner is proved before
// any of it, by whoever stands there.

// own is what an owner changes in an account. Under a key of its own, since of what is told
// once nothing can be answered as done before.
func (a *Accounts) own(ctx context.Context, o Origin, e domain.Event, kept account.Kept) (journal.Result, error) {
	o.Key = a.ledger.draw()
	r, err := a.settle(ctx, o, account.Own{Event: e, Kept: kept})
	return r, a.ledger.counted(o, err)
}

// Open sets a password by the code of a request. Hash is the password as it is kept.
func (a *Accounts) Open(ctx context.Context, o Origin, id string, request int, hash string) (journal.Result, error) {
	about, seal := account.About{Account: id}, a.ledger.sealer(ctx)
	c := account.Open{Account: id, Request: request, Password: seal.text(about.Seal("password"), hash), Now: a.ledger.Now()}
	if seal.err != nil {
		return journal.Result{}, a.ledger.counted(o, seal.err)
	}
	r, err := a.settle(ctx, o, c)
	return r, a.ledger.counted(o, err)
}

// ChangePassword takes another password, as it is kept.
func (a *Accounts) ChangePassword(ctx context.Context, o Origin, id, hash string) (journal.Result, error) {
	e, seal := account.PasswordChanged{About: account.About{Account: id}, EndsSessions: true}, a.ledger.sealer(ctx)
	e.Password = seal.text(e.Seal("password"), hash)
	if seal.err != nil {
		return journal.Result{}, a.ledger.counted(o, seal.err)
	}
	return a.own(ctx, o, e, account.Kept{})
}

// Rehash keeps the password that was proved in a hash that costs more, unless another was taken
// meanwhile. Nobody is signed out.
func (a *Accounts) Rehash(ctx context.Context, o Origin, id, hash string, kept account.Kept) (journal.Result, error) {
	e, seal := account.PasswordChanged{About: account.About{Account: id}}, a.ledger.sealer(ctx)
	e.Password = seal.text(e.Seal("password"), hash)
	if seal.err != nil {
		return journal.Result{}, a.ledger.counted(o, seal.err)
	}
	return a.own(ctx, o, e, kept)
}

// RecoveryCodes is how many there are.
const RecoveryCodes = 10

// SetFactor shares a secret with an authenticator, and answers the codes that take its place,
// which are told once.
func (a *Accounts) SetFactor(ctx context.Context, o Origin, id, secret string) (codes []string, r journal.Result, err error) {
	e, seal := account.FactorSet{About: account.About{Account: id}}, a.ledger.sealer(ctx)
	codes, digests := recoveryCodes()
	e.Secret, e.Recovery = seal.text(e.Seal("secret"), secret), seal.text(e.Seal("recovery"), digests)
	if seal.err != nil {
		return nil, r, a.ledger.counted(o, seal.err)
	}
	r, err = a.own(ctx, o, e, account.Kept{})
	return codes, r, err
}

// IssueRecovery gives other codes in the place of those there are.
func (a *Accounts) IssueRecovery(ctx context.Context, o Origin, id string) (codes []string, r journal.Result, err error) {
	e, seal := account.RecoveryIssued{About: account.About{Account: id}}, a.ledger.sealer(ctx)
	codes, digests := recoveryCodes()
	if e.Recovery = seal.text(e.Seal("recovery"), digests); seal.err != nil {
		return nil, r, a.ledger.counted(o, seal.err)
	}
	r, err = a.own(ctx, o, e, account.Kept{})
	return codes, r, err
}

func recoveryCodes() (codes []string, digests string) {
	var all []string
	for range RecoveryCodes {
		code := password.NewCode(password.RecoveryLen)
		codes, all = append(codes, password.Grouped(code)), append(all, password.Digest(code))
	}
	return codes, strings.Join(all, ",")
}

// EndSessions signs an account out everywhere.
func (a *Accounts) EndSessions(ctx context.Context, o Origin, id string) (journal.Result, error) {
	return a.own(ctx, o, account.SessionsEnded{About: account.About{Account: id}}, account.Kept{})
}

// SignIn says that somebody signed in: by a step of their authenticator, a recovery code (by
// its number) or a device that is remembered. A step or a code that was used is refused, also
// by another server at the same moment.
type SignIn struct {
	Account  string
	Step     int64
	Recovery int
	Kept     account.Kept // of the Secrets that the recovery code was found among
	Factor   account.Factor
	Device   string // the beginning of the digest of the device's cookie
}

// SignIn carries the command out.
func (a *Accounts) SignIn(ctx context.Context, o Origin, c SignIn) (journal.Result, error) {
	about, today := account.About{Account: c.Account}, a.ledger.Today()
	month := today.Month()
	o.Key = a.ledger.draw() // else two at one moment record one event, and both are let in
	if c.Factor == account.ByRecovery {
		if _, err := a.own(ctx, o, account.RecoveryUsed{About: about, Number: c.Recovery}, c.Kept); err != nil {
			return journal.Result{}, err
		}
	}
	in := account.SignIn{SignedIn: account.SignedIn{About: about, On: today, Step: c.Step, Factor: c.Factor, Device: c.Device}}
	if c.Factor == account.ByStep {
		month = domain.DateOf(password.TimeOf(c.Step).In(a.ledger.Zone)).Month()
	}
	r, err := execute[account.SignIns, account.Attempt](ctx, a.ledger, account.SigninStream(c.Account, month), account.SigninDecider(), in, o)
	return r, a.ledger.counted(o, err)
}

// Refused tells that somebody was not let in by an account, once an hour.
func (a *Accounts) Refused(ctx context.Context, o Origin, id string, why account.Why) error {
	now := a.ledger.Now().In(a.ledger.Zone)
	on := domain.DateOf(now)
	e := account.Refused{About: account.About{Account: id}, On: on, Hour: account.HourOf(now), Why: why}
	_, err := execute[account.SignIns, account.Attempt](ctx, a.ledger, account.SigninStream(id, on.Month()), account.SigninDecider(), account.Refuse{Refused: e}, o)
	return err
}

// ErrNotYours refuses a role that somebody asks to act in and has not.
var ErrNotYours = domain.Refusal(domain.CodeDenied, "the account of the user of the machine has no such role today")

// Shell is who a user of this machine is on the command line. Before there is any account but the
// sample's everybody is whom they say they are, a coordinator where they say nothing; from then on
// whom the account is that is linked to them, in all its roles or in the one they ask for, and
// without one that is used, the machine's.
func (a *Accounts) Shell(ctx context.Context, osUser string, role access.Role) (access.Who, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return access.Who{}, err
	}
	if len(s.Staff()) == 0 {
		who := access.By(osUser, access.CommandLine)
		if role = cmp.Or(role, access.Coordinator); slices.Contains(account.Grantable(), role) {
			who = access.By(osUser, access.CommandLine, role)
		}
		return who, nil
	}
	of, by, err := a.linked(ctx, s, norm.NFC.String(osUser), account.Request.Stands)
	if err != nil {
		return access.Who{}, err
	}
	if by == 0 || !of.Usable() {
		return access.By(osUser, access.CommandLine, access.Machine), nil
	}
	who := of.Who(access.CommandLine, a.ledger.Today())
	if role != "" {
		who.Grants = slices.DeleteFunc(who.Grants, func(g access.Grant) bool { return g.Role != role })
		if len(who.Grants) == 0 {
			return access.Who{}, ErrNotYours.With("%s, %s", osUser, role)
		}
	}
	return who, nil
}

// Linked is the account that a user of this machine acts as, usable or not; false where there is
// none.
func (a *Accounts) Linked(ctx context.Context, osUser string) (Member, bool, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return Member{}, false, err
	}
	of, by, err := a.linked(ctx, s, norm.NFC.String(osUser), account.Request.Stands)
	if err != nil || by == 0 {
		return Member{}, false, err
	}
	m, err := a.member(ctx, of)
	return m, true, err
}

// linked is whom a user of the machine acts as, or will be once that is allowed, and the number
// of the request by which; 0 where there is none.
func (a *Accounts) linked(ctx context.Context, s account.State, osUser string, which func(account.Request) bool) (account.Account, int, error) {
	for _, of := range s.Staff() {
		for _, r := range of.Requests() {
			if r.Link == "" || !which(r) {
				continue
			}
			name, ok, err := a.ledger.Log.opened(ctx, account.LinkRequested{About: account.About{Account: of.ID}, Request: r.Number}.Seal("osUser"), r.Link)
			if err != nil {
				return account.Account{}, 0, err
			}
			if ok && name == osUser {
				return of, r.Number, nil
			}
		}
	}
	return account.Account{}, 0, nil
}

// WhoByToken is who a program acts as that shows a token; false where it is none, or allows
// nothing today.
func (a *Accounts) WhoByToken(ctx context.Context, shown string, door access.Door) (access.Who, bool, error) {
	_, t, ok, err := a.ByToken(ctx, shown)
	if err != nil || !ok {
		return access.Who{}, false, err
	}
	s, err := a.Now(ctx)
	who := s.WhoOf(t.Token, door, a.ledger.Today())
	return who, len(who.Grants) > 0, err
}

// ByToken is the account of a token and what the token may; false for whoever has none that is
// good today.
func (a *Accounts) ByToken(ctx context.Context, shown string) (Member, account.Token, bool, error) {
	rest, marked := strings.CutPrefix(shown, TokenMark)
	id, secret, cut := strings.Cut(rest, "_")
	s, err := a.Now(ctx)
	if err != nil || !marked || !cut {
		return Member{}, account.Token{}, false, err
	}
	t, ok := s.Token(id)
	if !ok {
		return Member{}, account.Token{}, false, nil
	}
	hash, known, err := a.ledger.Log.opened(ctx, account.TokenIssued{About: account.About{Account: t.Account}, Token: t.Token}.Seal("hash"), t.Hash)
	if err != nil {
		return Member{}, account.Token{}, false, err
	}
	of, _ := s.Account(t.Account)
	m, err := a.member(ctx, of)
	if good := known && password.Same(hash, password.Digest(secret)) && !t.Revoked && m.Usable && a.ledger.Today() <= t.Until; err != nil || !good {
		return Member{}, account.Token{}, false, err
	}
	return m, t.Token, true, nil
}
