package commands

import (
	"context"
	"errors"

	"ksiega/domain"
	"ksiega/domain/account"
	"ksiega/domain/erasure"
)

// endAccount disables an account for good before its texts are erased: nobody signs in by it any
// more, and the last administrator is not erased. Nothing is disabled by an order that will be
// refused. A key may be there of an account that was never made.
func (l *Ledger) endAccount(ctx context.Context, o Origin, order erasure.Order) error {
	if _, err := erasure.Decider().Decide(erasure.State{}, order); err != nil {
		return err
	}
	o.Key = "" // it is the order's
	_, err := l.Accounts().settle(ctx, o, account.Switch{Account: order.Of.ID, Disabled: true, ForGood: true, By: o.Account})
	if errors.Is(err, account.ErrUnknown) {
		return nil
	}
	return err
}

// EndErased disables for good the accounts whose key is gone: a log that was brought back from
// before their erasure knows of the order alone.
func (a *Accounts) EndErased(ctx context.Context, o Origin) error {
	s, err := a.Now(ctx)
	if err != nil {
		return err
	}
	for _, of := range s.Accounts() {
		if of.Erased {
			continue
		}
		erased, err := a.ledger.Vault.Erased(ctx, domain.Ref{Kind: domain.RefAccount, ID: of.ID}.Subject())
		if err == nil && erased {
			_, err = a.settle(ctx, o, account.Switch{Account: of.ID, Disabled: true, ForGood: true, Gone: true})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
