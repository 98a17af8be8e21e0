package httpapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"ksiega/domain"
	"ksiega/domain/access"
)

// observe names the request, logs one line about it without its query, and
// turns a panic into an answer.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.Now()
		c, _ := r.Context().Value(trusted{}).(caller)
		c.correlation = correlation()
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
		seen := &seenWriter{ResponseWriter: w}
		seen.Header().Set("X-Correlation-Id", c.correlation)
		defer func() {
			failure := recover()
			if failure != nil && failure != http.ErrAbortHandler { //nolint:errorlint // recover gives the value itself
				// The value may quote what was being handled; the stack does not.
				s.Log.Error("a request failed", "correlation", c.correlation, "stack", string(debug.Stack()))
				if seen.status == 0 {
					s.write(seen, r, problem(codeInternal, ""))
				}
			}
			s.Log.Info("request", "method", r.Method, "route", route(r), "status", seen.status,
				"durationMs", s.Now().Sub(start).Milliseconds(), "correlation", c.correlation)
			if failure == http.ErrAbortHandler { //nolint:errorlint // as above
				panic(failure)
			}
		}()
		next.ServeHTTP(seen, r)
	})
}

func route(r *http.Request) string {
	if rc := chi.RouteContext(r.Context()); rc != nil {
		if p := rc.RoutePattern(); p != "" && p != "/*" {
			return p
		}
	}
	return "none"
}

// seenWriter remembers the status that was sent.
type seenWriter struct {
	http.ResponseWriter
	status int
}

func (w *seenWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *seenWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *seenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// guard settles who asks and turns away those who may not.
func (s *server) guard(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		c := callerOf(r.Context())
		if c.actor == "" {
			c = s.stranger(r, c)
			if p := s.turnAway(r, crossOrigin); p != nil {
				s.turnedAway(w, r, p)
				return
			}
		}
		if p := s.refuse(c, r.URL.Path); p != nil {
			s.turnedAway(w, r, p)
			return
		}
		if r.URL.Path != "/healthz" {
			select {
			case s.slots <- struct{}{}:
				defer func() { <-s.slots }()
			default:
				s.write(w, r, problem(codeUnavailable, "too many requests at once"))
				return
			}
		}
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), callerKey{}, c), requestBound)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// turnedAway tells whoever lacks a token that one is asked for.
func (s *server) turnedAway(w http.ResponseWriter, r *http.Request, p *Problem) {
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	s.write(w, r, p)
}

const challenge = `Bearer realm="ksiega"`

// stranger is a caller whom the transport has not identified: the holder of the one
// token, which is asked of them next, or anybody.
func (s *server) stranger(r *http.Request, c caller) caller {
	c.actor, c.door = nobody, string(access.API)
	switch {
	case s.Token != "":
		c.actor, c.role = "api", string(access.Token)
	case s.Strangers != nil && rightFor(r.URL.Path) == access.Ask:
		if c.shut = s.Strangers(r.Context()); c.shut == nil {
			c.role = string(access.Visitor)
		}
	}
	return c
}

// refuse turns away whoever may not do what an address is for.
func (s *server) refuse(c caller, path string) *Problem {
	op := rightFor(path)
	if op == "" || c.who().May(op) {
		return nil
	}
	if c.shut != nil {
		return problem(codeUnauthorized, c.shut.Error())
	}
	if s.Token == "" && c.who().Door == access.API {
		return problem(codeUnauthorized, "this server has no token: start it with --token-file or KSIEGA_TOKEN")
	}
	return problem(code(domain.CodeDenied), "")
}

// rightFor is what an address is for; "" needs no right.
func rightFor(path string) access.Operation {
	switch {
	case strings.HasPrefix(path, "/api/v1/commands/"):
		return access.Record
	case path == "/api/v1/events", strings.HasPrefix(path, "/api/v1/streams/"):
		return access.Follow
	case path == "/", strings.HasPrefix(path, "/reports/"), path == "/api/v1/reports", strings.HasPrefix(path, "/api/v1/reports/"):
		return access.Ask
	}
	return ""
}

// requestBound is how long one answer may take.
const requestBound = 2 * time.Minute

func (s *server) turnAway(r *http.Request, crossOrigin *http.CrossOriginProtection) *Problem {
	if r.URL.Path == "/healthz" {
		return nil
	}
	if !s.hostAllowed(r.Host) {
		return problem(codeHost, "")
	}
	if s.Token != "" && !tokenMatches(r.Header.Get("Authorization"), s.Token) {
		return problem(codeUnauthorized, "")
	}
	if crossOrigin.Check(r) != nil || !sameOrigin(r) || !sameSite(r) {
		return problem(codeOrigin, "")
	}
	return nil
}

// sameSite turns away what a page of another site has a browser ask, also where it
// only reads: a reading of personal data is recorded under the name of whoever sits
// there. A link may lead to the pages that show nobody's.
func sameSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	}
	if r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document" {
		return false
	}
	return r.URL.Path == "/" || r.URL.Path == "/docs"
}

// hostAllowed keeps a name that somebody else points at this address (DNS
// rebinding) from being answered. The port is not compared: a tunnel changes
// it, and an attacker's page gains nothing by it, as its Origin would show.
func (s *server) hostAllowed(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if port == "" || strings.Trim(port, "0123456789") != "" {
			return false
		}
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	switch name {
	case "localhost", "127.0.0.1", "::1":
		return true
	}
	if len(s.Hosts) == 0 {
		return s.Token != ""
	}
	return slices.ContainsFunc(s.Hosts, func(allowed string) bool { return strings.EqualFold(allowed, name) })
}

// sameOrigin also asks of reading requests that an Origin, where a browser
// sends one, is our own.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

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

// secure sets what every answer carries.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
}
