package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/internal/password"
	"ksiega/queries"
)

// Options say what the door opens on. Ledger, Reader and Now are needed.
type Options struct {
	Ledger *commands.Ledger
	Reader *queries.Reader
	// Ready says why the server should not be asked yet; nil, or a nil error,
	// is ready.
	Ready func() error
	// Status of the read models, for the start page.
	Status func() []pages.ReadModel
	// Metrics answers /metrics; nil has none.
	Metrics http.Handler
	// Gate lets requests in; For and Refuse are the door's own. Without a Token the
	// listener must be on loopback, where then nobody may record anything or look into
	// the ledger but who the transport has identified.
	session.Gate
	Version string
	Now     func() time.Time
	// FormToken is what forms of whoever asks carry, so that none of another site is
	// carried out for them; "", or nil, where nobody has signed in.
	FormToken func(*http.Request) string
	// Desk is where people sign in; without one nobody does, and who has an account is
	// asked of nobody. Hasher works out their passwords; nil at the usual cost.
	Desk   *session.Desk
	Hasher *password.Hasher
	// SamplePassword is that of the sample's accounts, which are offered where one is set.
	SamplePassword string
	// SignIns counts what became of each; it may be nil.
	SignIns func(outcome string)
	// Slow is how long whoever is not let in waits for that at least, so that the time it
	// took says nothing of their login.
	Slow time.Duration
	// Address is where a request comes from, for counting tries; nil takes it from its
	// connection.
	Address func(*http.Request) string
	// After is called after a command that recorded something; it may be nil.
	After func(ctx context.Context)
	// Unavailable says of an error, in words that anybody may read, which store and
	// not the request is at fault, so that asking again may help; "" is none, and
	// nil knows none.
	Unavailable func(error) string
	// Log takes one line a request; nil is slog's default.
	Log *slog.Logger
}

// server is the door with what it was opened with.
type server struct {
	Options
	pages *pages.Pages
	forms []commandForm
	// spec is the OpenAPI document in both notations.
	specJSON, specYAML []byte
	slots              chan struct{} // one taken by each request in hand
	throttle           throttle
	accounts           *commands.Accounts // where people sign in
	commands           []string           // their names
}

// maxRequests bounds the requests in hand; more are sent away with 503.
const maxRequests = 512

var errOptions = errors.New("httpapi: Ledger, Reader and Now are needed")

// New makes the handler of the whole door.
func New(o Options) (http.Handler, error) {
	if o.Ledger == nil || o.Reader == nil || o.Now == nil {
		return nil, errOptions
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &server{Options: o, slots: make(chan struct{}, maxRequests)}
	var err error
	if s.pages, err = pages.New(pages.Options{Version: o.Version, Zone: o.Ledger.Zone}); err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	s.For, s.Refuse = audience, s.turnAway
	if o.Desk != nil {
		s.accounts = o.Ledger.Accounts()
		s.Members, s.FormToken = s.members(), s.formToken
		if s.Hasher == nil {
			s.Hasher = password.NewHasher(password.Usual())
		}
	}
	r.Use(s.observe, s.Then, s.guard, encodings, middleware.NewCompressor(5, compressed()...).Handler, middleware.GetHead)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		s.write(w, r, problem(codeNotFound, "Popraw adres: takiego nie ma."))
	})
	r.MethodNotAllowed(s.methodNotAllowed(r))
	api, err := s.describe(r)
	if err != nil {
		return nil, err
	}
	r.Post("/api/v1/commands/{name}", s.noCommand)
	page, text := r.With(s.offers(typeHTML)), r.With(s.offers(typeText))
	page.Get("/", s.startPage)
	page.Get("/reports/{name}", s.reportPage)
	s.serveMonths(r, page)
	page.Get("/docs", s.docsPage(api.OpenAPI()))
	if o.Desk != nil {
		s.entrance(page)
		s.own(page)
		s.keeping(page)
	}
	r.With(s.offers("application/openapi+json", typeJSON)).Get("/openapi.json", document(s.specJSON))
	r.With(s.offers("application/openapi+yaml", "application/yaml")).Get("/openapi.yaml", document(s.specYAML))
	for address, asset := range s.pages.Assets() {
		r.With(s.offers(asset.MediaType)).Get(address, asset.Serve)
	}
	text.Get("/healthz", s.healthz)
	text.Get("/readyz", s.readyz)
	s.recording(page)
	s.helping(page)
	if o.Metrics != nil {
		r.Method(http.MethodGet, "/metrics", o.Metrics)
	}
	return r, nil
}

// compressed are the media types that are sent as gzip where that is taken.
func compressed() []string {
	return []string{typeJSON, "application/problem+json", "application/openapi+json", "application/openapi+yaml", "text/csv", "text/css", "text/javascript", typeHTML, "image/svg+xml"}
}

// methodNotAllowed names the methods that the address does take, which OPTIONS asks for.
func (s *server) methodNotAllowed(routes chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
				allowed = append(allowed, method)
			}
		}
		if slices.Contains(allowed, http.MethodGet) {
			allowed = append(allowed, http.MethodHead)
		}
		w.Header().Set("Allow", strings.Join(append(allowed, http.MethodOptions), ", "))
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		s.write(w, r, problem(codeMethod, ""))
	}
}

func (s *server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.Ready != nil {
		if err := s.Ready(); err != nil {
			p := problem(codeUnavailable, err.Error())
			s.write(w, r, p)
			return
		}
	}
	s.healthz(w, r)
}

// document is one whose media type is settled by what was asked for.
func document(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }
}
