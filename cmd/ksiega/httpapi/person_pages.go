package httpapi

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/queries"
)

// reading serves the pages of people, contracts and findings.
func (s *server) reading(page chi.Router) {
	page.Get("/osoby", s.thingsPage("/osoby", domain.RefParticipant))
	page.Post("/osoby", s.posts(s.findThings("/osoby", domain.RefParticipant)))
	page.Get("/osoby/*", s.personPage)
	page.Get("/umowy", s.thingsPage("/umowy", domain.RefContract))
	page.Post("/umowy", s.posts(s.findThings("/umowy", domain.RefContract)))
	page.Get("/umowy/*", s.contractPage)
	page.Get("/ustalenia", s.findingsPage)
}

// maxListed bounds a list of people or contracts; a search narrows it.
const maxListed = 200

func (s *server) thingsPage(path string, kind domain.RefKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.things(w, r, path, kind, "") }
}

// findThings is a search: what is looked for may be a name, so that it stands in no address.
func (s *server) findThings(path string, kind domain.RefKind) func(http.ResponseWriter, *http.Request, url.Values) {
	return func(w http.ResponseWriter, r *http.Request, form url.Values) {
		s.things(w, r, path, kind, form.Get("szukaj"))
	}
}

func (s *server) things(w http.ResponseWriter, r *http.Request, path string, kind domain.RefKind, looked string) {
	offers, all, err := s.Reader.Offers(r.Context(), session.Of(r.Context()), kind, looked, maxListed)
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	v := pages.Things{Path: path, Typed: looked, All: all, Hidden: s.newForm(r, "")}
	for _, o := range offers {
		v.Found = append(v.Found, pages.Choice{Value: path + "/" + url.PathEscape(o.ID), Title: o.ID, Hint: o.Hint})
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Things(w, s.visit(r), v) })
}

// named is the id that the rest of an address is; slashes in it may be escaped or not.
func named(r *http.Request) string {
	id := chi.URLParam(r, "*")
	if plain, err := url.PathUnescape(id); err == nil {
		return plain
	}
	return id
}

// answers asks reports for a page, those of them that whoever asks may ask; the first has to
// be one.
func (s *server) answers(r *http.Request, asked ...queries.Request) (map[string]*queries.Answer, error) {
	all := map[string]*queries.Answer{}
	for i, req := range asked {
		name := req.Params[""]
		delete(req.Params, "")
		req.Who = session.Of(r.Context())
		if i > 0 && !req.Who.May(access.Report(name)) {
			continue
		}
		a, err := s.answer(r, name, req)
		if err != nil {
			return nil, err
		}
		all[name] = a
	}
	return all, nil
}

// asking is a request of a report by its name, with parameters.
func asking(name string, params ...string) queries.Request {
	req := queries.Request{Params: map[string]string{"": name}}
	for i := 0; i+1 < len(params); i += 2 {
		req.Params[params[i]] = params[i+1]
	}
	return req
}

func (s *server) personPage(w http.ResponseWriter, r *http.Request) {
	id := named(r)
	all, err := s.answers(r, asking("person", "participant", id), asking("contracts"), asking("caps-left", "participant", id), asking("social-contracts"), asking("material-aid"))
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	v := pages.Person{ID: id, Answers: all, Links: append(s.links(r, "uczestnik", id, "record-participation", "record-status", "record-stay", "sign-contract", "assign-case"),
		s.amending(r, "Popraw dane osoby", "id", id, "register-participant")...)}
	s.show(w, r, func(w io.Writer) error { return s.pages.Person(w, s.visit(r), v) })
}

func (s *server) contractPage(w http.ResponseWriter, r *http.Request) {
	number := named(r)
	all, err := s.answers(r, asking("contracts"), asking("caps-left"), asking("social-contracts"), asking("material-aid"))
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	v := pages.Contract{Number: number, Answers: all, Links: append(s.links(r, "umowa", number, "change-contract", "record-attendance", "log-visit", "set-task", "record-task-result", "evaluate-contract", "grant-aid", "pay-benefit"),
		s.amending(r, "Popraw warunki umowy", "numer", number, "sign-contract")...)}
	if !v.Known() {
		s.write(w, r, problem(codeNotFound, "Sprawdź numer umowy: w Twoim zakresie takiej nie ma."))
		return
	}
	life, err := s.answers(r, asking("person", "participant", v.Participant()))
	if err != nil && !errors.Is(err, access.ErrDenied) {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	v.Answers["person"] = life["person"]
	s.show(w, r, func(w io.Writer) error { return s.pages.Contract(w, s.visit(r), v) })
}

// links lead to forms in which a field is filled already, as far as somebody may send them.
func (s *server) links(r *http.Request, field, value string, names ...string) (all []pages.Link) {
	for _, name := range names {
		for _, f := range s.forms {
			if f.name == name && session.Of(r.Context()).May(access.Operation(name)) {
				all = append(all, pages.Link{Title: f.title, Href: "/polecenia/" + name + "?" + url.Values{field: {value}}.Encode()})
			}
		}
	}
	return all
}

func (s *server) findingsPage(w http.ResponseWriter, r *http.Request) {
	req := asking("findings")
	for _, key := range []string{"state", "kind"} {
		if value := strings.TrimSpace(r.URL.Query().Get(key)); value != "" {
			req.Params[key] = value
		}
	}
	state := req.Params["state"]
	all, err := s.answers(r, req)
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	v := pages.Findings{Answer: all["findings"], State: state, May: session.Of(r.Context()).May("resolve-finding"), Hidden: func() pages.Hidden { return s.newForm(r, "") }}
	s.show(w, r, func(w io.Writer) error { return s.pages.Findings(w, s.visit(r), v) })
}
