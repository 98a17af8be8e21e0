package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
)

// entryLate is, in forms of the entrance, a form that was sent when its session was over,
// sealed: whoever typed it has it back once they are in again, and nobody else. It is never
// carried out by itself.
const entryLate = "_zalegly"

// lateForm is one.
type lateForm struct {
	Path string     `json:"path"`
	For  string     `json:"for"` // the account, as formToken names it
	Form url.Values `json:"form"`
}

const aboutLate = "late"

// turnAway answers whoever is not let in: people are led to the entrance.
func (s *server) turnAway(w http.ResponseWriter, r *http.Request, err error) {
	ended := errors.Is(err, session.ErrEnded)
	if s.Desk == nil || !ended && !errors.Is(err, session.ErrSignIn) || strings.HasPrefix(r.URL.Path, "/api/") {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	query := url.Values{}
	if ended {
		query.Set("koniec", "")
	}
	back := func(to string) string {
		if to = local(to); to != "/" {
			query.Set("do", to)
		}
		if len(query) == 0 {
			return pathEntrance
		}
		return pathEntrance + "?" + query.Encode()
	}
	if r.URL.Path == pathLeave { // they have left
		http.Redirect(w, r, pathEntrance+"?wyjscie", http.StatusSeeOther)
		return
	}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case fromScript(r):
		at, err := url.Parse(r.Header.Get("HX-Current-URL"))
		if err != nil {
			at = &url.URL{}
		}
		w.Header().Set("HX-Redirect", back(at.RequestURI()))
		w.WriteHeader(http.StatusUnauthorized)
	case preferred(r, (&Problem{}).ContentType(""), typeHTML) != typeHTML:
		s.write(w, r, s.problemOf(r.Context(), err))
	case reads:
		http.Redirect(w, r, back(r.URL.RequestURI()), http.StatusSeeOther) //nolint:gosec // an address of ours
	default:
		s.keepLate(w, r)
	}
}

// keepLate asks whoever sent a form too late to sign in, and keeps it in that page.
func (s *server) keepLate(w http.ResponseWriter, r *http.Request) {
	form, p := readForm(w, r)
	if p != nil {
		s.write(w, r, p)
		return
	}
	entry := url.Values{entryTo: {r.URL.EscapedPath()}}
	_, of, _ := strings.Cut(form.Get(formToken), ".")
	text := "Sesja się skończyła. Zaloguj się jeszcze raz."
	if b, err := json.Marshal(lateForm{Path: r.URL.EscapedPath(), For: of, Form: form}); err == nil && of != "" && local(r.URL.EscapedPath()) != "/" {
		entry = url.Values{entryLate: {s.Desk.Seals.Seal(b, aboutLate)}}
		text = "Sesja się skończyła, zanim formularz doszedł: niczego nie zapisano. Zaloguj się jeszcze raz, a wróci wypełniony."
	}
	s.gate(w, r, http.StatusUnauthorized, s.signInForm(s.Desk.Entries.Token(w, r), entry, "", noted("warn", text)))
}

// lateOf is a form that was kept for an account; false where it is another's, or none.
func (s *server) lateOf(sealed, account string) (late lateForm, ok bool) {
	b, ok := s.Desk.Seals.Open(sealed, aboutLate)
	return late, ok && json.Unmarshal(b, &late) == nil && late.For == s.Desk.Seals.Digest("form", account)
}

// onward leads whoever has just signed in to where they wanted to go, or back to the form that
// they had sent.
func (s *server) onward(w http.ResponseWriter, r *http.Request, form url.Values, signed session.Signed) {
	sealed := form.Get(entryLate)
	if sealed == "" {
		http.Redirect(w, r, local(form.Get(entryTo)), http.StatusSeeOther) //nolint:gosec // an address of ours
		return
	}
	late, ok := s.lateOf(sealed, signed.Account)
	if !ok {
		s.gate(w, r, http.StatusOK, pages.Gate{Title: "Formularz nie wróci", Lead: "Formularz, który nie doszedł, wysłał ktoś inny. Niczego z niego nie zapisano.",
			Go: &pages.GateLink{Title: "Na stronę startową", Href: "/"}})
		return
	}
	s.gate(w, r, http.StatusOK, pages.Gate{Title: "Formularz czeka", Lead: "Niczego z niego jeszcze nie zapisano. Otwórz go, sprawdź i zapisz.",
		Form:  &pages.GateForm{Action: late.Path, Submit: "Wróć do formularza", Hidden: []pages.Pair{{Name: formToken, Value: s.tokenOf(signed)}, {Name: entryLate, Value: sealed}}},
		Links: []pages.GateLink{{Title: "Zrezygnuj z niego", Href: "/"}}})
}

type lateKey struct{}

// wasLate says that a form is shown again and not carried out.
func wasLate(ctx context.Context) bool {
	late, _ := ctx.Value(lateKey{}).(bool)
	return late
}

// errLate is why a form that was sent too late comes back.
func errLate() error {
	return problem(codeInvalid, "Sesja skończyła się, zanim formularz doszedł: niczego nie zapisano. Sprawdź, co w nim jest, i zapisz jeszcze raz.")
}
