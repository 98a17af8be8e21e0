package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"ksiega/internal/sessionredis"
)

// Entries are of browsers in which somebody is signing in, from the first page until they are
// in: under a token of their own, which each step replaces.
type Entries struct {
	store   *sessionredis.Store
	cookies Cookies
	seals   *Seals
	now     func() time.Time
}

// Entry is what somebody has proved until now.
type Entry struct {
	Account string `json:"account"`
	Number  int    `json:"number"` // of the account's sessions
	Wrong   int    `json:"wrong"`  // codes that were tried
}

const (
	entryKind = "entry"
	// entryFor is how long somebody may take from one step to the next.
	entryFor = 10 * time.Minute
	// mostWrong is how many codes may be tried before the password is asked for again.
	mostWrong = 5
)

func digested(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Token is what forms of the sign-in carry; a browser that has none yet is given one.
func (e *Entries) Token(w http.ResponseWriter, r *http.Request) string {
	cookie := e.cookies.shown(r, entryCookie)
	if cookie == "" {
		cookie = e.give(w)
	}
	return e.seals.Digest(entryKind, cookie)
}

func (e *Entries) give(w http.ResponseWriter) string {
	cookie := rand.Text()
	e.cookies.set(w, entryCookie, cookie, 0)
	return cookie
}

// Sent says whether a form comes from a page that this browser was given.
func (e *Entries) Sent(r *http.Request, token string) bool {
	cookie := e.cookies.shown(r, entryCookie)
	return cookie != "" && same(token, e.seals.Digest(entryKind, cookie))
}

// Proved keeps what somebody has proved, under a new token that it answers. What the browser
// showed until now opens nothing: it may be known to whoever gave it.
func (e *Entries) Proved(ctx context.Context, w http.ResponseWriter, r *http.Request, of Entry) (token string, err error) {
	if old := e.cookies.shown(r, entryCookie); old != "" {
		if err := e.store.Drop(ctx, entryKind, digested(old)); err != nil {
			return "", err
		}
	}
	b, err := json.Marshal(of)
	if err != nil {
		return "", fmt.Errorf("keep an entry: %w", err)
	}
	cookie := e.give(w)
	if err := e.store.Put(ctx, entryKind, digested(cookie), b, e.now().Add(entryFor)); err != nil {
		return "", err
	}
	return e.seals.Digest(entryKind, cookie), nil
}

// Found is what the browser of a request has proved; false where that is nothing, or too long
// ago.
func (e *Entries) Found(r *http.Request) (of Entry, ok bool, err error) {
	cookie := e.cookies.shown(r, entryCookie)
	if cookie == "" {
		return of, false, nil
	}
	b, ok, err := e.store.Get(r.Context(), entryKind, digested(cookie))
	if err != nil || !ok {
		return of, false, err
	}
	return of, json.Unmarshal(b, &of) == nil && of.Account != "", nil
}

// Wrong counts a code that was none; false where the password has to be asked for again.
func (e *Entries) Wrong(r *http.Request) (again bool, err error) {
	err = e.store.Change(r.Context(), entryKind, digested(e.cookies.shown(r, entryCookie)), func(was []byte) ([]byte, time.Time) {
		var of Entry
		if json.Unmarshal(was, &of) != nil {
			return nil, time.Time{}
		}
		of.Wrong++
		next, err := json.Marshal(of)
		if again = err == nil && of.Wrong < mostWrong; !again {
			return nil, time.Time{}
		}
		return next, e.now().Add(entryFor)
	})
	return again, err
}

// Over ends what somebody has proved: they are in, or gave up.
func (e *Entries) Over(w http.ResponseWriter, r *http.Request) error {
	cookie := e.cookies.shown(r, entryCookie)
	e.cookies.drop(w, entryCookie)
	if cookie == "" {
		return nil
	}
	return e.store.Drop(r.Context(), entryKind, digested(cookie))
}
