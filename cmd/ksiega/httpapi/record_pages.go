package httpapi

import (
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/commands"
)

// recordPath is the address of what stands of whatever is recorded at a position.
func recordPath(position string) string { return "/zapisy/" + url.PathEscape(position) }

// looking is whoever looks at something, and records nothing yet.
func (s *server) looking(r *http.Request) commands.Origin { return origin(r.Context(), "", nil) }

// recordPage leads from where something is recorded to the form that puts it right, filled with
// what stands of it today.
func (s *server) recordPage(w http.ResponseWriter, r *http.Request) {
	e, err := s.Reader.EventAt(r.Context(), chi.URLParam(r, "position"))
	if err != nil {
		s.write(w, r, problem(codeNotFound, "Wróć na stronę, z której przychodzisz: pod tą pozycją nie ma zapisu."))
		return
	}
	name := string(s.Ledger.CommandOf(e))
	i := slices.IndexFunc(s.forms, func(f commandForm) bool { return f.name == name })
	if i < 0 {
		s.write(w, r, problem(codeNotFound, "Wróć na stronę, z której przychodzisz: tego zapisu nie poprawia się formularzem."))
		return
	}
	is, err := s.forms[i].stands(r.Context(), s.Ledger, s.looking(r), e)
	if err == nil && is.Typed == nil {
		err = problem(codeNotFound, "Wróć na stronę, z której przychodzisz: tego zapisu nie poprawia się formularzem.")
	}
	s.showStanding(w, r, s.forms[i], is, err)
}

// showStanding shows a form filled with what stands. Whose texts are in it is recorded before.
func (s *server) showStanding(w http.ResponseWriter, r *http.Request, f commandForm, is commands.Standing, err error) {
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	way := r.URL.Query().Get(fieldAmend)
	if ways := f.amends(); len(ways) > 0 && !is.Withdrawn {
		if !slices.ContainsFunc(ways, func(c pages.Choice) bool { return c.Value == way }) {
			way = ways[0].Value
		}
		is.Typed[way] = "tak"
	}
	page, err := s.formShown(r, f, is.Typed, url.Values{fieldRecord: {is.Position}}, s.newForm(r, is.Seen))
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	for _, of := range page.shown {
		if !slices.Contains(is.Subjects, of) {
			is.Subjects = append(is.Subjects, of)
		}
	}
	if r.Method != http.MethodHead {
		err = s.noteRead(r.Context(), commands.NoteReading{What: "record", Filters: map[string]string{"position": is.Position}, Subjects: is.Subjects})
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	page.Withdrawn, page.Veiled = is.Withdrawn, is.Veiled
	if r.URL.Query().Has(paramSaved) {
		page.Saved = "Zapisano."
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.CommandForm(w, s.visit(r), page.CommandForm) })
}

// amending leads to a form that is filled with what stands of a thing, told by one field, for
// whoever may send it.
func (s *server) amending(r *http.Request, title, field, value, name string) (all []pages.Link) {
	for _, link := range s.links(r, field, value, name) {
		all = append(all, pages.Link{Title: title, Href: link.Href + "&" + fieldAmend + "=korekta"})
	}
	return all
}
