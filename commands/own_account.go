package commands

import (
	"context"

	"ksiega/domain/account"
)

// KnownToken is a token as its owner knows it.
type KnownToken struct {
	account.Token

	Name    string
	Revoked bool
}

// Tokens are those of an account, in order, with the names that they were given.
func (a *Accounts) Tokens(ctx context.Context, id string) ([]KnownToken, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return nil, err
	}
	of, _ := s.Account(id)
	var all []KnownToken
	for _, t := range of.Tokens() {
		name, _, err := a.ledger.Log.opened(ctx, account.TokenIssued{About: account.About{Account: id}, Token: t.Token}.Seal("name"), t.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, KnownToken{Token: t.Token, Name: name, Revoked: t.Revoked})
	}
	return all, nil
}
