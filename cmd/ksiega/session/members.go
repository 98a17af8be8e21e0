package session

import (
	"context"
	"net/http"
	"time"

	"ksiega/domain/access"
)

// Members are those who have accounts, as the gate asks of them at every request.
type Members struct {
	Sessions *Sessions
	// Any says whether there is an account by which somebody may come in.
	Any func(context.Context) (bool, error)
	// Member is an account as it may be acted as now; false where it may not.
	Member func(ctx context.Context, id string) (Member, bool, error)
	// ByToken is who shows a token of an account; false where it is none, or no longer good.
	ByToken func(ctx context.Context, shown string) (Shown, bool, error)
}

// Shown is who shows a token.
type Shown struct {
	Who access.Who
	// Still, where set, is asked again when they are about to be answered: why they are no
	// longer let in.
	Still func(context.Context) error
}

// Member is what holds of an account now.
type Member struct {
	Session int // whoever signed in under another number has to sign in again
	Grants  []access.Grant
	Factor  bool                        // it is not acted as without a second factor
	Still   func(context.Context) error // as in Shown
}

func (m *Members) any(ctx context.Context) (bool, error) {
	if m == nil {
		return false, nil
	}
	return m.Any(ctx)
}

// shown is the token of a session that a request shows; "" where it shows none.
func (m *Members) shown(r *http.Request) string { return m.Sessions.cookies.shown(r, sessionCookie) }

// byToken knows the programs that show a token of an account. Who shows something else is
// refused, also where a browser has signed in: what was meant would not be what is done.
func (m *Members) byToken(r *http.Request, _ Audience) (somebody, error) {
	if len(r.Header.Values("Authorization")) == 0 {
		return somebody{}, nil
	}
	shown, ok := bearer(r.Header.Get("Authorization"))
	if !ok || !single(r, "Authorization") {
		return somebody{}, ErrToken
	}
	by, ok, err := m.ByToken(r.Context(), shown)
	if err != nil || !ok {
		return somebody{}, orToken(err)
	}
	return somebody{known: true, who: by.Who, still: by.Still}, nil
}

func orToken(err error) error {
	if err == nil {
		return ErrToken
	}
	return err
}

// bySession knows who has signed in, for as long as their session and their account last.
func (m *Members) bySession(r *http.Request, _ Audience) (somebody, error) {
	shown := m.shown(r)
	if shown == "" {
		return somebody{}, nil
	}
	signed, err := m.Sessions.find(r.Context(), shown)
	if err != nil {
		return somebody{}, err
	}
	of, ok, err := m.Member(r.Context(), signed.Account)
	switch {
	case err != nil:
		return somebody{}, err
	case !ok, of.Session != signed.Number, of.Factor && signed.Factor == "":
		return somebody{}, ErrEnded
	}
	who := access.Who{Actor: signed.Account, Account: signed.Account, Grants: of.Grants, Door: access.Pages}
	return somebody{known: true, who: who, signed: &signed, still: of.Still}, nil
}

type signedKey struct{}

// SignedOf is how whoever a request is from has signed in; false where they have not.
func SignedOf(ctx context.Context) (Signed, bool) {
	s, ok := ctx.Value(signedKey{}).(Signed)
	return s, ok
}

// Ends is when a session that is used now ends: by being left, or at the latest.
func (s Signed) Ends(now time.Time) (idle, whole time.Time) {
	whole = s.Began.Add(Whole)
	if idle = now.Add(Idle); idle.After(whole) {
		idle = whole
	}
	return idle, whole
}
