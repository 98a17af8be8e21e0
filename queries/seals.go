package queries

import (
	"context"
	"errors"
	"fmt"

	"ksiega/domain"
	"ksiega/internal/vault"
)

// opened is a sealed text in clear; false where it does not open: its key is
// destroyed, it is no text of ours, or nobody here can open any.
func (d *Reader) opened(ctx context.Context, seal domain.Seal, sealed domain.Sealed) (text string, known bool, err error) {
	if d.opts.Vault == nil || sealed == "" {
		return "", false, nil
	}
	text, err = d.opts.Vault.Open(ctx, seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(sealed))
	switch {
	case err == nil:
		return text, true, nil
	case errors.Is(err, vault.ErrErased), errors.Is(err, vault.ErrForged):
		return "", false, nil
	}
	return "", false, fmt.Errorf("open a sealed text: %w", err)
}
