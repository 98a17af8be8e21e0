package httpapi

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"ksiega/cmd/ksiega/session"
	"ksiega/queries"
)

type correlationKey struct{}

// correlation names one request in answers and logs.
func correlation(ctx context.Context) string {
	id, _ := ctx.Value(correlationKey{}).(string)
	return id
}

// observe names the request, logs one line about it without its query, and
// turns a panic into an answer.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.Now()
		id := rand.Text()
		r = r.WithContext(context.WithValue(r.Context(), correlationKey{}, id))
		seen := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		secure(seen.Header())
		if s.Origin.TLS() { // for a year nobody comes in clear again
			seen.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		seen.Header().Set("X-Correlation-Id", id)
		defer func() {
			failure := recover()
			if failure != nil && failure != http.ErrAbortHandler { //nolint:errorlint // recover gives the value itself
				// The value may quote what was being handled; the stack does not.
				s.Log.Error("a request failed", "correlation", id, "stack", string(debug.Stack()))
				if seen.Status() == 0 {
					s.write(seen, r, problem(codeInternal, ""))
				}
			}
			s.Log.Info("request", "method", method(r), "route", route(r), "status", seen.Status(),
				"durationMs", s.Now().Sub(start).Milliseconds(), "correlation", id)
			if failure == http.ErrAbortHandler { //nolint:errorlint // as above
				panic(failure)
			}
		}()
		next.ServeHTTP(seen, r)
	})
}

// method is one that there is; any other may say anything.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect:
		return r.Method
	}
	return "other"
}

// route is the pattern of the address, also where nobody came as far as it; none of an
// address that there is not, which may say anything.
func route(r *http.Request) string {
	rc := chi.RouteContext(r.Context())
	if rc == nil || rc.Routes == nil {
		return "none"
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if p := rc.Routes.Find(chi.NewRouteContext(), method, r.URL.Path); p != "" {
			return p
		}
	}
	return "none"
}

// guard bounds how much is in hand at once, and for how
// long; who asks, the gate has settled.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, p := s.readable(r)
		if p != nil {
			s.write(w, r, p)
			return
		}
		if r.URL.Path != "/healthz" {
			select {
			case s.slots <- struct{}{}:
				defer func() { <-s.slots }()
			default:
				s.write(w, r, problem(codeUnavailable, "Ponów za chwilę: zapytań jest naraz zbyt wiele."))
				return
			}
		}
		ctx, cancel := context.WithTimeout(r.Context(), requestBound)
		defer cancel()
		r = r.WithContext(ctx)
		read := *r.URL
		read.RawQuery, r.URL = query, &read
		next.ServeHTTP(w, r)
	})
}

// readable is what an address asks in the one way in which everybody behind reads it, or
// why not all of it can be read: what is passed over might have narrowed the question.
func (s *server) readable(r *http.Request) (string, *Problem) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "", problem(codeMalformed, "Popraw adres: nie da się odczytać tego, co stoi po znaku zapytania.")
	}
	for name, values := range query {
		if len(values) > 1 {
			return "", s.problemOf(r.Context(), queries.ErrTwice.At(short(name)).With("%s", short(name))).ofQuery()
		}
	}
	return query.Encode(), nil
}

// requestBound is how long one answer may take.
const requestBound = 2 * time.Minute

// audience is whom an address is for.
func audience(path string) session.Audience {
	switch {
	case path == "/healthz":
		return session.Probes
	case path == pathEntrance, path == pathStep, path == pathFactor, path == pathOnce, path == "/favicon.svg", strings.HasPrefix(path, "/assets/"):
		return session.Entrance
	case strings.HasPrefix(path, "/api/v1/commands/"), path == "/api/v1/events", strings.HasPrefix(path, "/api/v1/streams/"):
		return session.Known
	case path == "/", strings.HasPrefix(path, "/reports/"), path == "/api/v1/reports", strings.HasPrefix(path, "/api/v1/reports/"):
		return session.Visitors
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if to, found := placesFor()[first]; found {
		return to
	}
	return session.Anybody
}

// placesFor says of the pages where people work, by the first part of their addresses,
// whom each is for.
func placesFor() map[string]session.Audience {
	return map[string]session.Audience{
		"klawisze": session.Anybody, "wzory": session.Anybody,
		"konto": session.Known, "konta": session.Known, "decyzje": session.Known, "rejestr": session.Known,
		"osoby": session.Known, "umowy": session.Known, "ustalenia": session.Known, "polecenia": session.Known, "zapisy": session.Known, "moment": session.Known,
		"obecnosci": session.Known, "wizyty": session.Known, "zajecia": session.Known, "miesiace": session.Known,
	}
}

// secure sets what every answer carries.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; manifest-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
}
