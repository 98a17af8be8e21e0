package sessionredis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Session is the kind of value that a session is.
const Session = "session"

// Sessions keeps the sessions of an scs manager.
type Sessions struct{ *Store }

var _ scs.CtxStore = Sessions{}

// ErrEnded says that a session is not kept: it was ended since the request that would keep
// it began.
var ErrEnded = errors.New("sessionredis: the session was ended")

type beginKey struct{}

// Begin says that sessions kept under it begin; others have to be there still, or a slow
// request would bring back one that was ended while it ran.
func Begin(ctx context.Context) context.Context { return context.WithValue(ctx, beginKey{}, true) }

// FindCtx finds the session of a token.
func (s Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return s.Get(ctx, Session, named(token))
}

// CommitCtx keeps the session of a token.
func (s Sessions) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	on := ifThere
	if begins, _ := ctx.Value(beginKey{}).(bool); begins {
		on = ifNone
	}
	err := s.put(ctx, s.client, Session, named(token), b, expiry, on)
	if errors.Is(err, errNot) {
		return ErrEnded
	}
	return err
}

// DeleteCtx ends the session of a token.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.Drop(ctx, Session, named(token))
}

// named is a token as it stands in a key. A manager that hashes tokens gives a digest; this
// one makes sure.
func named(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Find, Commit and Delete are for managers without a context.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (s Sessions) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete is DeleteCtx.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
