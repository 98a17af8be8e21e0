package httpapi

import (
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/session"
	"ksiega/domain/access"
)

// helping serves the pages about the pages.
func (s *server) helping(page chi.Router) {
	page.Get("/klawisze", func(w http.ResponseWriter, r *http.Request) {
		s.show(w, r, func(w io.Writer) error { return s.pages.Keys(w, s.visit(r)) })
	})
	page.Get("/wzory", s.patternsPage)
}

// patternsPage is for whoever makes pages: of the sample, and for administrators.
func (s *server) patternsPage(w http.ResponseWriter, r *http.Request) {
	if s.SamplePassword == "" && !session.Of(r.Context()).Is(access.Administrator) {
		s.write(w, r, problem(codeNotFound, "Popraw adres: takiego nie ma."))
		return
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Patterns(w, s.visit(r)) })
}
