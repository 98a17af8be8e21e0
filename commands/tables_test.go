package commands_test

import (
	"context"
	"testing"

	"ksiega/commands"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// sent is a command with what carries it out. Each noun tells its own in tables_<noun>_test.go.
type sent struct {
	request     commands.Request
	do          func(context.Context, *commands.Ledger, commands.Origin) error
	onceRefused func(*testing.T, *ledgertest.Ledger, commands.Origin) error
}

func sentBy[R commands.Request](r R, do func(*commands.Ledger, context.Context, commands.Origin, R) (journal.Result, error)) sent {
	return sent{
		request: r,
		do: func(ctx context.Context, l *commands.Ledger, o commands.Origin) error {
			_, err := do(l, ctx, o, r)
			return err
		},
		onceRefused: func(t *testing.T, l *ledgertest.Ledger, o commands.Origin) error {
			t.Helper()
			return onceRefused(t, l.Ledger, o, r, func(ctx context.Context, o commands.Origin, r R) (journal.Result, error) {
				return do(l.Ledger, ctx, o, r)
			})
		},
	}
}

func takenBack(reason string) commands.Amendment {
	return commands.Amendment{Withdraw: true, Reason: reason}
}
