package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"ksiega/internal/sessionredis"
)

// How long a session lasts.
const (
	Idle  = 20 * time.Minute // that nobody uses
	Whole = 10 * time.Hour   // however much it is used
	// touch is how much later than it was used a session may say so: not every picture of a
	// page is worth a write.
	touch = 10 * time.Second
)

// Signed is how somebody has signed in.
type Signed struct {
	Account string
	Number  int    // of the account's sessions, when they did
	Factor  string // what they proved beside the password
	Began   time.Time
	Seen    time.Time
	Token   string // forms of the session carry it
}

// Sessions are those of whoever has signed in.
type Sessions struct {
	cookies Cookies
	manager *scs.SessionManager
	now     func() time.Time
}

// NewSessions keeps sessions in a store.
func NewSessions(store *sessionredis.Store, cookies Cookies, now func() time.Time) *Sessions {
	m := scs.New()
	m.Store, m.Lifetime, m.IdleTimeout, m.HashTokenInStore = sessionredis.Sessions{Store: store}, Whole, Idle, true
	return &Sessions{cookies: cookies, manager: m, now: now}
}

// What is kept of a session.
const (
	keptAccount = "account"
	keptNumber  = "number"
	keptFactor  = "factor"
	keptBegan   = "began"
	keptSeen    = "seen"
	keptToken   = "token"
)

// Begin signs somebody in: under a token that nobody has seen, whatever their browser showed
// until now. It answers how they have.
func (s *Sessions) Begin(ctx context.Context, w http.ResponseWriter, of Signed) (Signed, error) {
	ctx, err := s.manager.Load(sessionredis.Begin(ctx), "")
	if err != nil {
		return of, fmt.Errorf("begin a session: %w", err)
	}
	of.Began, of.Seen, of.Token = s.now(), s.now(), rand.Text()
	for key, value := range map[string]any{keptAccount: of.Account, keptNumber: of.Number, keptFactor: of.Factor, keptBegan: of.Began.Unix(), keptSeen: of.Seen.Unix(), keptToken: of.Token} {
		s.manager.Put(ctx, key, value)
	}
	token, _, err := s.manager.Commit(ctx)
	if err != nil {
		return of, fmt.Errorf("begin a session: %w", err)
	}
	s.cookies.set(w, sessionCookie, token, 0)
	return of, nil
}

// find is the session of a token, which is used by that; ErrEnded where there is none.
func (s *Sessions) find(ctx context.Context, token string) (Signed, error) {
	ctx, err := s.manager.Load(ctx, token)
	if err != nil {
		return Signed{}, fmt.Errorf("find a session: %w", err)
	}
	of := Signed{Account: s.manager.GetString(ctx, keptAccount), Number: s.manager.GetInt(ctx, keptNumber), Factor: s.manager.GetString(ctx, keptFactor),
		Token: s.manager.GetString(ctx, keptToken), Began: time.Unix(s.manager.GetInt64(ctx, keptBegan), 0), Seen: time.Unix(s.manager.GetInt64(ctx, keptSeen), 0)}
	now := s.now()
	if of.Account == "" || of.Token == "" || now.Sub(of.Seen) >= Idle || now.Sub(of.Began) >= Whole {
		return Signed{}, ErrEnded
	}
	if now.Sub(of.Seen) < touch {
		return of, nil
	}
	of.Seen = now
	s.manager.Put(ctx, keptSeen, now.Unix())
	switch _, _, err := s.manager.Commit(ctx); {
	case errors.Is(err, sessionredis.ErrEnded):
		return Signed{}, ErrEnded
	case err != nil:
		return Signed{}, fmt.Errorf("keep a session: %w", err)
	}
	return of, nil
}

// End signs whoever sends a request out, in this browser.
func (s *Sessions) End(w http.ResponseWriter, r *http.Request) error {
	token := s.cookies.shown(r, sessionCookie)
	s.cookies.drop(w, sessionCookie)
	if token == "" {
		return nil
	}
	ctx, err := s.manager.Load(r.Context(), token)
	if err == nil {
		err = s.manager.Destroy(ctx)
	}
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}
