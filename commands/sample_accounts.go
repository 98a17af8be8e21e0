package commands

import (
	"context"
	"errors"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

// ErrSampleOver refuses the sample's accounts, whose password everybody is told, in a ledger
// that holds more than the sample, and wherever nobody says that it does not.
var ErrSampleOver = domain.Refusal(domain.CodeDenied, "the accounts of the sample let nobody in: the ledger holds more than that")

// SampleAccount is an account that the sample comes with: one a role, each with a name that is
// invented.
type SampleAccount struct {
	Login, Name, Form string
	Grant             account.Grant
}

// ID is that of the account, in every ledger the same.
func (c SampleAccount) ID() string { return "K-wzor-" + string(c.Grant.Role) }

// SampleRequest is a role that the sample's administrator has asked for of one of them.
type SampleRequest struct {
	Of     access.Role
	Grant  account.Grant
	Reason string
}

// FoundSample makes the accounts of the sample that there are not yet, all opened with the
// password of a hash, where there are no others. The first is the administrator's, who makes
// those behind it, and the director's the last, so that nobody has to be asked for one; then
// something is asked for, which waits for the director.
func (a *Accounts) FoundSample(ctx context.Context, o Origin, hash string, all []SampleAccount, waits SampleRequest) error {
	made := false
	for _, c := range all {
		s, err := a.Now(ctx)
		if err != nil {
			return err
		}
		if len(s.Staff()) > 0 {
			return nil
		}
		if _, there := s.Account(c.ID()); !there {
			if err := a.foundOne(ctx, o, hash, c); err != nil {
				return err
			}
			made = true
		}
		if c.Grant.Role == access.Administrator {
			o.Who = access.Who{Actor: c.ID(), Account: c.ID(), Grants: []access.Grant{{Role: access.Administrator}}, Door: o.Door}
		}
	}
	if !made {
		return nil
	}
	_, err := a.AskGrant(ctx, o, SampleAccount{Grant: account.Grant{Role: waits.Of}}.ID(), waits.Grant, waits.Reason)
	return err
}

func (a *Accounts) foundOne(ctx context.Context, o Origin, hash string, c SampleAccount) error {
	created, seal := account.Created{About: account.About{Account: c.ID()}, Sample: true}, a.ledger.sealer(ctx)
	created.Login, created.Name, created.Form = seal.text(created.Seal("login"), Login(c.Login)), seal.text(created.Seal("name"), fullName(c.Name)), seal.text(created.Seal("form"), c.Form)
	cmd := account.Create{Created: created, Typed: Login(c.Login), Password: seal.text(created.Seal("password"), hash), Grants: []account.Grant{c.Grant},
		By: o.Account, Today: a.ledger.Today(), Now: a.ledger.Now()}
	if seal.err != nil {
		return seal.err
	}
	_, err := a.decide(ctx, o, access.AddAccount, cmd)
	return err
}

// SampleOver is ErrSampleOver where the sample's accounts let nobody in.
func (a *Accounts) SampleOver(ctx context.Context) error {
	if a.ledger.Sample == nil {
		return ErrSampleOver
	}
	return a.ledger.Sample(ctx)
}

// usable says whether somebody is let in by an account.
func (a *Accounts) usable(ctx context.Context, of account.Account) (bool, error) {
	if !of.Usable() || !of.Sample {
		return of.Usable(), nil
	}
	err := a.SampleOver(ctx)
	if errors.Is(err, ErrSampleOver) {
		return false, nil
	}
	return err == nil, err
}

// Exist says whether there is an account by which somebody may come in: one of the centre's own,
// or those of the sample, for as long as these let somebody in.
func (a *Accounts) Exist(ctx context.Context) (bool, error) {
	s, err := a.Now(ctx)
	if err != nil || len(s.Staff()) > 0 || len(s.Accounts()) == 0 {
		return len(s.Staff()) > 0, err
	}
	err = a.SampleOver(ctx)
	if errors.Is(err, ErrSampleOver) {
		return false, nil
	}
	return err == nil, err
}

// OfSample are the accounts of the sample that let in whoever chooses one, which everybody may
// know of.
func (a *Accounts) OfSample(ctx context.Context) ([]KnownAccount, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return nil, err
	}
	var all []KnownAccount
	for _, of := range s.Accounts() {
		usable, err := a.usable(ctx, of)
		if err != nil {
			return nil, err
		}
		if !usable || !of.Common {
			continue
		}
		owner, err := a.Owner(ctx, of.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, KnownAccount{Account: of, Whose: owner})
	}
	return all, nil
}
