// Package session settles who a request is from.
//
// It promises: nobody is taken for somebody else. A request is from whom its
// transport has identified (With), from the holder of the one token, from a visitor
// of a sample ledger, or from nobody; and what a page of another site, or a host name
// that is not the listener's, has a browser send is from nobody who may ask. It stops
// there: what somebody may do, domain/access says. Signing in belongs here once there
// are accounts.
package session

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
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
	Anybody           // where a token is set, who has it
	Visitors          // they too, where there are any
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
	ErrHost    = domain.Refusal(CodeHost, "the server is not asked by this name")
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
	// Hosts are host names, without port, by which the server may be asked, beside
	// those of loopback. With a Token, none means any.
	Hosts []string
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
	known bool
	who   access.Who
	// still, where set, is asked when an answer is about to be sent: why whoever asked
	// is no longer let in.
	still func(context.Context) error
}

// identities are asked in turn; the first that knows says it.
func (g *Gate) identities() []identity {
	var all []identity
	if g.Token != "" {
		all = append(all, g.byToken)
	}
	if g.Visitors != nil && g.Token == "" {
		all = append(all, g.asVisitor)
	}
	return all
}

// Then hands on what is let in, with who it is from.
func (g *Gate) Then(next http.Handler) http.Handler {
	crossOrigin, identities := http.NewCrossOriginProtection(), g.identities()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, identified := r.Context().Value(whoKey{}).(access.Who); identified {
			next.ServeHTTP(w, r)
			return
		}
		to, of := g.For(r.URL.Path), somebody{}
		if to != Probes {
			err := g.turnedAway(r, crossOrigin)
			if err == nil {
				of, err = identify(identities, r, to)
			}
			if err != nil {
				g.Refuse(w, r, err)
				return
			}
		}
		if !of.known {
			of.who = access.By(nobody, access.API)
		}
		if of.still != nil {
			w = g.asLongAs(of.still, w, r)
		}
		next.ServeHTTP(w, r.WithContext(With(r.Context(), of.who)))
		if v, asked := w.(*unlessShut); asked && !v.begun { // an answer without a body
			v.WriteHeader(http.StatusOK)
		}
	})
}

// identify is who a request is from; ErrNoToken where it has to be somebody and is nobody
// who is known.
func identify(identities []identity, r *http.Request, to Audience) (somebody, error) {
	for _, known := range identities {
		if of, err := known(r, to); err != nil || of.known {
			return of, err
		}
	}
	if to >= Visitors {
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
	case crossOrigin.Check(r) != nil || !sameOrigin(r) || !sameSite(r):
		return ErrOrigin
	}
	return nil
}

// byToken knows who has the one token, and nobody else is let in.
func (g *Gate) byToken(r *http.Request, _ Audience) (somebody, error) {
	if !single(r, "Authorization") || !tokenMatches(r.Header.Get("Authorization"), g.Token) {
		return somebody{}, ErrToken
	}
	return somebody{known: true, who: access.By("api", access.API, access.Token)}, nil
}

// single says that a header stands at most once: of two, whoever hands a request on may
// go by the other.
func single(r *http.Request, header string) bool { return len(r.Header.Values(header)) <= 1 }

// tokenMatches compares digests, so that neither content nor length of the
// token shows in the time taken.
func tokenMatches(header, token string) bool {
	const scheme = "bearer "
	if len(header) < len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return false
	}
	given, want := sha256.Sum256([]byte(header[len(scheme):])), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(given[:], want[:]) == 1
}
