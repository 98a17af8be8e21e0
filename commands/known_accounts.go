package commands

import (
	"context"

	"ksiega/domain/access"
	"ksiega/domain/account"
)

// KnownAccount is an account as whoever keeps accounts knows it.
type KnownAccount struct {
	account.Account

	Whose Owner
	Asked []KnownRequest // in order
}

// KnownRequest is a request with its texts opened; of a link the user of the machine.
type KnownRequest struct {
	account.Request

	Of, By       Owner // whose account it is about; who asks, empty of who has none
	Reason, User string
}

// Known are all accounts, by id, with the texts of List for whoever may see those; that they
// were shown them is recorded alike.
func (a *Accounts) Known(ctx context.Context, o Origin) ([]KnownAccount, error) {
	if err := o.Allowed(access.ListAccounts); err != nil {
		return nil, a.ledger.counted(o, err)
	}
	s, err := a.Now(ctx)
	if err != nil {
		return nil, err
	}
	if !o.SeesIn(access.ListAccounts, access.Account) {
		return nil, a.ledger.counted(o, access.ErrDenied)
	}
	owners, shown := map[string]Owner{}, []string{}
	for _, of := range s.Accounts() {
		if owners[of.ID], err = a.Owner(ctx, of.ID); err != nil {
			return nil, err
		}
		if owners[of.ID].Login != "" {
			shown = append(shown, of.ID)
		}
	}
	if err := a.noteListed(ctx, o, shown); err != nil {
		return nil, err
	}
	var all []KnownAccount
	for _, of := range s.Accounts() {
		known := KnownAccount{Account: of, Whose: owners[of.ID]}
		for _, r := range of.Requests() {
			request, err := a.knownRequest(ctx, r)
			if err != nil {
				return nil, err
			}
			request.Of, request.By = owners[r.Account], owners[r.By]
			known.Asked = append(known.Asked, request)
		}
		all = append(all, known)
	}
	return all, nil
}

func (a *Accounts) knownRequest(ctx context.Context, r account.Request) (k KnownRequest, err error) {
	k.Request = r
	about := account.About{Account: r.Account}
	if r.Grant != nil {
		k.Reason, _, err = a.ledger.Log.opened(ctx, account.GrantRequested{About: about, Request: r.Number}.Seal("reason"), r.Reason)
	}
	if err == nil && r.Link != "" {
		k.User, _, err = a.ledger.Log.opened(ctx, account.LinkRequested{About: about, Request: r.Number}.Seal("osUser"), r.Link)
	}
	return k, err
}
