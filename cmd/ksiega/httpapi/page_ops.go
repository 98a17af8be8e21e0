package httpapi

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/domain/access"
	"ksiega/internal/polish"
	"ksiega/internal/report"
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

// visit is who looks at a page, and where they may go from it.
func (s *server) visit(r *http.Request) pages.Visit {
	who := session.Of(r.Context())
	return pages.Visit{Who: s.person(r), As: who, SignIn: s.signsIn(r), Reports: s.reportsOf(who), Today: s.Now()}
}

// signsIn is where somebody who is shown a page without having said who they are may do so; ""
// where there is no account.
func (s *server) signsIn(r *http.Request) string {
	who := session.Of(r.Context())
	if s.accounts == nil || len(who.Grants) > 0 && !who.Is(access.Visitor) {
		return ""
	}
	if some, err := s.accounts.Exist(r.Context()); err != nil || !some {
		return ""
	}
	return pathEntrance
}

func (s *server) startPage(w http.ResponseWriter, r *http.Request) {
	var v pages.Start
	var err error
	v.Overview, err = s.Reader.Overview(r.Context(), session.Of(r.Context()))
	switch {
	case errors.Is(err, access.ErrDenied) && session.Of(r.Context()).Account != "": // who sees a part counts no whole
		v.Part = true
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
	s.show(w, r, func(w io.Writer) error { return s.pages.Start(w, s.visit(r), v) })
}

// What the address of a report's page may say beside what the API is asked.
const (
	paramSort = "sort"
	paramPage = "page"
	allRows   = "all"
)

func (s *server) reportPage(w http.ResponseWriter, r *http.Request) {
	s.showReport(w, r, chi.URLParam(r, "name"))
}

func (s *server) showReport(w http.ResponseWriter, r *http.Request, name string) {
	declared, err := s.Reader.Report(name)
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	asked, err := s.asked(declared, r.URL.Query())
	var a *queries.Answer
	if err == nil {
		as := *r.URL // as the API is asked
		as.RawQuery = asked.Query.Encode()
		put := r.WithContext(r.Context())
		put.URL = &as
		var req queries.Request
		if req, _, err = s.question(put); err == nil {
			a, err = s.Reader.Ask(r.Context(), name, req)
		}
	}
	var names named
	if err == nil {
		names, err = s.namesOf(r, asked.Asks(a), s.readingOf(a))
	}
	if err == nil && name == accessLog {
		asked.Above, err = s.unknowing(r)
	}
	if err != nil {
		s.refuseReport(w, r, declared, asked, s.problemOf(r.Context(), err).ofQuery())
		return
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Report(w, s.visitOf(r, names), a, asked) })
}

// asked reads the address of a report's page: days and months as people type them.
func (s *server) asked(of *queries.Report, query url.Values) (pages.Asked, error) {
	asked := pages.Asked{Query: typed(of, asksOf(query), s.Ledger.Zone), Sort: query.Get(paramSort), Page: 1}
	if asked.Sort != "" && !pages.Sorts(of, asked.Sort) {
		return asked, problem(codeInvalid, "Kliknij nagłówek kolumny: w adresie nie ma takiej, według której można ułożyć wiersze (sort).")
	}
	switch text := query.Get(paramPage); text {
	case "":
	case allRows:
		asked.Page = 0
	default:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return asked, problem(codeInvalid, "Popraw adres: page to numer strony od 1 albo all.")
		}
		asked.Page = n
	}
	if query.Has(paramFormat) {
		return asked, problem(codeInvalid, words.Of(queries.ErrNoParam.With("%s, %s", of.Name, paramFormat)))
	}
	return asked, nil
}

// asksOf is what of an address the API is asked, in the form that it takes.
func asksOf(query url.Values) url.Values {
	asks := url.Values{}
	for key := range query {
		if key != paramSort && key != paramPage && key != paramFormat {
			asks.Set(key, query.Get(key))
		}
	}
	return asks
}

// typed puts what people type into the form that the API takes.
func typed(of *queries.Report, query url.Values, zone *time.Location) url.Values {
	kinds := kindsOf(of)
	for key := range query {
		switch value := query.Get(key); {
		case key == paramKnownAt:
			query.Set(key, polish.ReadMoment(value, zone))
		case kinds[key] == report.KindDate:
			query.Set(key, polish.ReadDay(value))
		case kinds[key] == report.KindMonth:
			query.Set(key, polish.ReadMonth(value))
		}
	}
	return query
}

// kindsOf are those of what a report is asked by.
func kindsOf(of *queries.Report) map[string]report.Kind {
	kinds := map[string]report.Kind{paramAsOf: report.KindDate}
	for i := range of.Params {
		kinds[of.Params[i].Name] = of.Params[i].Kind
	}
	return kinds
}

// refuseReport answers with the form again, and what is wrong beside its fields, where a
// browser asked for a report and what it asked makes no sense.
func (s *server) refuseReport(w http.ResponseWriter, r *http.Request, of *queries.Report, asked pages.Asked, p *Problem) {
	if p.Status != http.StatusUnprocessableEntity || !session.Of(r.Context()).May(access.Report(of.Name)) || preferred(r, p.ContentType(""), typeHTML) != typeHTML {
		s.write(w, r, p)
		return
	}
	why := pages.Refusal{Text: p.Detail, Fields: map[string]string{}}
	for _, e := range p.Errors {
		field := strings.TrimPrefix(e.Location, "query.")
		why.Fields[field] = e.Message
		switch kindsOf(of)[field] {
		case report.KindDate:
			why.Fields[field] = "Wpisz dzień, na przykład 5.06.2018."
		case report.KindMonth:
			why.Fields[field] = "Wpisz miesiąc, na przykład 6.2018."
		}
		why.Text = "Popraw zaznaczone pole: niczego innego nie trzeba wpisywać od nowa."
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	_ = s.pages.Refused(w, s.visit(r), of, asked, why)
}

func (s *server) docsPage(doc *huma.OpenAPI) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.show(w, r, func(w io.Writer) error { return s.pages.Docs(w, s.visit(r), doc) })
	}
}
