package httpapi

import (
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/domain/access"
	"ksiega/queries"
)

// show answers with a page; HEAD is not even told how long it is.
func (s *server) show(w http.ResponseWriter, r *http.Request, page func(io.Writer) error) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return
	}
	if err := page(w); err != nil { // then nothing of it is written
		s.write(w, r, s.problemOf(r.Context(), err))
	}
}

func (s *server) startPage(w http.ResponseWriter, r *http.Request) {
	who := session.Of(r.Context())
	v := pages.Start{Reports: s.reportsOf(who)}
	var err error
	v.Overview, err = s.Reader.Overview(r.Context(), who)
	switch {
	case errors.Is(err, access.ErrDenied):
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	case err != nil:
		v.Failed = s.problemOf(r.Context(), err).Title
	}
	if s.Ready != nil {
		if err := s.Ready(); err != nil {
			v.NotReady = err.Error()
		}
	}
	if s.Status != nil {
		v.Models = s.Status()
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Start(w, v) })
}

func (s *server) reportPage(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has(paramFormat) {
		s.write(w, r, problem(codeInvalid, words.Of(queries.ErrNoParam.With("%s, %s", chi.URLParam(r, "name"), paramFormat))))
		return
	}
	req, _, err := s.question(r)
	var a *queries.Answer
	if err == nil {
		a, err = s.answer(r, chi.URLParam(r, "name"), req)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Report(w, a, r.URL.Query()) })
}

func (s *server) docsPage(doc *huma.OpenAPI) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.show(w, r, func(w io.Writer) error { return s.pages.Docs(w, doc) })
	}
}
