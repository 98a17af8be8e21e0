// Package session settles who a request is from.
//
// It promises: nobody is taken for somebody else. A request is from whom its
// transport has identified (With), from the holder of the one token, from an account
// that has signed in or whose token a program shows, from a visitor of a sample ledger,
// or from nobody; and what a page of another site, or a host name that is not the
// listener's, has a browser send is from nobody who may ask. As soon as there is an
// account, nobody is let in but by the ways before. A session is its account's and no
// longer good than that: it ends with the account, with what it may, with its session
// number, and by itself. It stops there: what somebody may do, domain/access says;
// whether a password is right, whoever asks the accounts does.
package session

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"ksiega/domain"
	"ksiega/domain/access"
)

// nobody is the actor of whoever nothing is known of.
const nobody = "anonim"

type whoKey struct{}

// With marks a request as coming from somebody the transport itself has identified,
// such as the control socket its peer. Neither host nor token is asked of it. Only
// code of this process can set it.
func With(ctx context.Context, who access.Who) context.Context {
	return context.WithValue(ctx, whoKey{}, who)
}

// Of is who a request is from.
func Of(ctx context.Context) access.Who {
	if who, ok := ctx.Value(whoKey{}).(access.Who); ok {
		return who
	}
	return access.By(nobody, access.API)
}

// Audience is whom an address is for.
type Audience int

// The audiences. Probes, which ask whether the process lives, carry nothing.
const (
	Probes   Audience = iota
	Entrance          // where there are accounts, everybody: one signs in there
	Anybody           // where there are accounts or a token is set, who has one, and visitors where there are any
	Visitors          // likewise; elsewhere only who is known
	Known             // only who is known
)

// What the doors answer to whoever is not let in.
const (
	CodeUnauthorized domain.Code = "unauthorized"
	CodeHost         domain.Code = "host-not-allowed"
	CodeOrigin       domain.Code = "cross-origin"
)

// The refusals.
var (
	ErrToken   = domain.Refusal(CodeUnauthorized, "the token is missing or is another")
	ErrNoToken = domain.Refusal(CodeUnauthorized, "this server has no token: start it with --token-file or KSIEGA_TOKEN")
	ErrShut    = domain.Refusal(CodeUnauthorized, "not open to visitors")
	ErrSignIn  = domain.Refusal(CodeUnauthorized, "nobody has signed in")
	ErrEnded   = domain.Refusal(CodeUnauthorized, "the session has ended")
	ErrHost    = domain.Refusal(CodeHost, "the server is not asked by this name")
	ErrPast    = domain.Refusal(CodeHost, "the server is asked past its proxy, or the proxy in clear")
	ErrOrigin  = domain.Refusal(CodeOrigin, "a page of another site asks")
)

// Gate lets requests in.
type Gate struct {
	// Token, where not empty, is asked of every request but those of probes as
	// `Authorization: Bearer`.
	Token string
	// Visitors, where set, lets anybody without a Token in to what is for visitors,
	// for as long as it does not say why not.
	Visitors func(context.Context) error
	// Members, where set, are those who have accounts.
	Members *Members
	// Hosts are host names, without port, by which the server may be asked, beside
	// those of loopback. With a Token, none means any.
	Hosts []string
	// Origin, where there is one, is the one host by which the server is asked.
	Origin Origin
	// Proxies, where there are any, are the only ones who may ask, and tell for whom.
	Proxies []netip.Prefix
	// For tells whom an address is for.
	For func(path string) Audience
	// Refuse answers whoever is not let in.
	Refuse func(http.ResponseWriter, *http.Request, error)
}

// An identity is one way in which requests show who they are from. It says nothing of
// those that show nothing of its kind, and refuses those that show it wrongly.
type identity func(*http.Request, Audience) (somebody, error)

// somebody is who a request is from, as far as one identity knows.
type somebody struct {
	known  bool
	who    access.Who
	signed *Signed // how they signed in
	// still, where set, is asked when an answer is about to be sent: why whoever asked
	// is no longer let in.
	still func(context.Context) error
}

// identities are asked in turn; the first that knows says it.
func (g *Gate) identities(accounts bool) []identity {
	var all []identity
	if accounts {
		all = append(all, g.Members.byToken, g.Members.bySession)
	}
	if g.Token != "" {
		all = append([]identity{g.byToken(accounts)}, all...)
	}
	if g.Visitors != nil && g.Token == "" {
		all = append(all, g.asVisitor(accounts))
	}
	return all
}

// Then hands on what is let in, with who it is from.
func (g *Gate) Then(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, identified := r.Context().Value(whoKey{}).(access.Who); identified {
			next.ServeHTTP(w, r)
			return
		}
		to, of := g.For(r.URL.Path), somebody{}
		asked, err := g.through(r)
		if err == nil {
			r = asked
		} else if to != Probes {
			g.Refuse(w, r, err)
			return
		}
		if to != Probes {
			err := g.turnedAway(r, crossOrigin)
			if err == nil {
				of, err = g.identify(r, to)
			}
			if err != nil {
				g.Refuse(w, r, err)
				return
			}
		}
		if !of.known {
			of.who = access.By(nobody, access.API)
		}
		ctx := With(r.Context(), of.who)
		if of.signed != nil {
			ctx = context.WithValue(ctx, signedKey{}, *of.signed)
		}
		if of.still != nil {
			w = g.asLongAs(of.still, w, r)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
		if v, asked := w.(*unlessShut); asked && !v.begun { // an answer without a body
			v.WriteHeader(http.StatusOK)
		}
	})
}

// identify is who a request is from; an error where it has to be somebody and is nobody
// who is known.
func (g *Gate) identify(r *http.Request, to Audience) (somebody, error) {
	accounts, err := g.Members.any(r.Context())
	switch {
	case err != nil:
		return somebody{}, err
	case accounts && to == Entrance:
		return somebody{}, nil
	}
	ended := false
	for _, known := range g.identities(accounts) {
		of, err := known(r, to)
		if errors.Is(err, ErrEnded) { // whoever had one may be somebody else still
			ended = true
			continue
		}
		if err != nil || of.known {
			return of, err
		}
	}
	switch {
	case accounts && to == Anybody && g.Token == "" && g.Visitors != nil && g.Visitors(r.Context()) == nil: // a sample on loopback
		return somebody{}, nil
	case ended:
		return somebody{}, ErrEnded
	case accounts:
		return somebody{}, ErrSignIn
	case to >= Visitors:
		return somebody{}, ErrNoToken
	}
	return somebody{}, nil
}

// turnedAway says what is wrong with where a request comes from, whoever it is from.
func (g *Gate) turnedAway(r *http.Request, crossOrigin *http.CrossOriginProtection) error {
	switch {
	case !g.hostAllowed(r.Host):
		return ErrHost
	case !single(r, "Origin") || !single(r, "Sec-Fetch-Site"):
		return ErrOrigin
	case crossOrigin.Check(r) != nil || !g.sameOrigin(r) || !sameSite(r):
		return ErrOrigin
	}
	return nil
}

// byToken knows who has the one token. Where there are accounts, whoever shows another or
// none may be one of them; else nobody is let in.
func (g *Gate) byToken(accounts bool) identity {
	return func(r *http.Request, _ Audience) (somebody, error) {
		header := r.Header.Get("Authorization")
		if single(r, "Authorization") && tokenMatches(header, g.Token) {
			return somebody{known: true, who: access.By("api", access.API, access.Token)}, nil
		}
		if accounts {
			return somebody{}, nil
		}
		return somebody{}, ErrToken
	}
}

// single says that a header stands at most once: of two, whoever hands a request on may
// go by the other.
func single(r *http.Request, header string) bool { return len(r.Header.Values(header)) <= 1 }

// bearer is the token that a header shows.
func bearer(header string) (string, bool) {
	const scheme = "bearer "
	if len(header) < len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", false
	}
	return header[len(scheme):], true
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// tokenMatches compares digests, so that neither content nor length of the
// token shows in the time taken.
func tokenMatches(header, token string) bool {
	shown, ok := bearer(header)
	if !ok {
		return false
	}
	given, want := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(given[:], want[:]) == 1
}
