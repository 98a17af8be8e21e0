package httpapi

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/report"
	"ksiega/queries"
)

// reading serves the pages of people, contracts and findings.
func (s *server) reading(page chi.Router) {
	s.finding(page)
	page.Get(pathAccess, func(w http.ResponseWriter, r *http.Request) { s.showReport(w, r, accessLog) })
	page.Get("/osoby/*", s.personPage)
	page.Get("/umowy", func(w http.ResponseWriter, r *http.Request) { s.contracts(w, r, "") })
	page.Post("/umowy", s.posts(func(w http.ResponseWriter, r *http.Request, form url.Values) { s.contracts(w, r, form.Get("szukaj")) }))
	page.Get("/umowy/*", s.contractPage)
	page.Get("/ustalenia", s.findingsPage)
}

// maxListed bounds a list of people or contracts; a search narrows it.
const maxListed = 200

func (s *server) contracts(w http.ResponseWriter, r *http.Request, looked string) {
	of, err := s.Reader.Offers(r.Context(), session.Of(r.Context()), queries.Choosing{Kind: domain.RefContract, Typed: looked, Most: maxListed})
	if err == nil && r.Method != http.MethodHead {
		err = s.noteRead(r.Context(), commands.NoteReading{What: "contracts", Subjects: of.Shown})
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	label := "Numer umowy"
	if s.namesIn(r, domain.RefContract) {
		label = "Nazwisko albo numer umowy"
	}
	v := pages.Things{Path: "/umowy", All: of.All, Named: len(of.Shown) > 0, Hidden: s.newForm(r, ""), Fields: []pages.Field{{ID: "szukaj", Name: "szukaj", Label: label, Value: looked, Width: "w-l"}}}
	for _, o := range of.Found {
		c := choiceOf(o)
		c.Value = "/umowy/" + url.PathEscape(o.ID)
		v.Found = append(v.Found, c)
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Things(w, s.visit(r), v) })
}

// idOf is the id that the rest of an address is; slashes in it may be escaped or not.
func idOf(r *http.Request) string {
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
		a, err := s.Reader.Ask(r.Context(), name, req)
		if err != nil {
			return nil, err
		}
		all[name] = a
	}
	return all, nil
}

// shownIn are those whose texts a page shows of answers: of whom it is, by each id that their life
// is told by, and whoever else is named in no row that it leaves out.
func shownIn(answers map[string]*queries.Answer, whose string) (all []domain.Ref) {
	own, others := map[string]bool{whose: true}, map[string]bool{}
	for _, id := range participantsOf(answers["person"]) {
		own[id] = true
	}
	for _, a := range answers {
		for _, id := range participantsOf(a) {
			others[id] = !own[id]
		}
	}
	for _, a := range answers {
		for _, of := range a.Shown {
			if !slices.Contains(all, of) && (of.Kind != domain.RefParticipant || !others[of.ID]) {
				all = append(all, of)
			}
		}
	}
	return all
}

// participantsOf are those whom the rows of an answer name, if there is one.
func participantsOf(a *queries.Answer) (ids []string) {
	if a == nil {
		return nil
	}
	at := slices.IndexFunc(a.Table.Fields, func(f report.Field) bool { return f.Refers == report.Reference(domain.RefParticipant) })
	for row := 0; at >= 0 && row < a.Table.Len; row++ {
		ids = append(ids, a.Table.Fields[at].Say(a.Table.Row(row, nil)[at]))
	}
	return ids
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
	id := idOf(r)
	all, err := s.answers(r, asking("person", "participant", id), asking("contracts"), asking("caps-left", "participant", id), asking("social-contracts"), asking("material-aid"))
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	v := pages.Person{ID: id, Answers: all, Links: append(s.links(r, "uczestnik", id, "record-participation", "record-status", "record-stay", "sign-contract", "assign-case"),
		s.amending(r, "Popraw dane osoby", "id", id, "register-participant")...)}
	if !v.Known() {
		s.write(w, r, problem(codeNotFound, "Sprawdź identyfikator: w Twoim zakresie takiej osoby nie ma."))
		return
	}
	names, err := s.namesOf(r, v.Asks(), commands.NoteReading{What: "person", Filters: map[string]string{"participant": id}, Subjects: shownIn(all, id)})
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Person(w, s.visitOf(r, names), v) })
}

func (s *server) contractPage(w http.ResponseWriter, r *http.Request) {
	number := idOf(r)
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
	maps.Copy(v.Answers, life) // some see the contract, and not the life
	names, err := s.namesOf(r, v.Asks(), commands.NoteReading{What: "contract", Filters: map[string]string{"contract": number}, Subjects: shownIn(v.Answers, v.Participant())})
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Contract(w, s.visitOf(r, names), v) })
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
	names, err := s.namesOf(r, v.Asks(), s.readingOf(v.Answer))
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Findings(w, s.visitOf(r, names), v) })
}
