package httpapi

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
)

// What forms carry beside what somebody typed.
const (
	formKey   = "_key"   // idempotency key, drawn when the form was made
	formSeen  = "_seen"  // the position that was shown of what the form changes, or the revision of its stream
	formToken = "_token" // of the session, against forms of other sites
)

// paramSaved says in the address of a page that a form led to it.
const paramSaved = "zapisano"

// A form is bounded: a grid of a month is the largest.
const (
	maxFormBytes  = 1 << 20
	maxFormFields = 10_000
)

// posts serves what a page's form sends: read whole, each key once, unless its name ends
// in [], which says that it is a list. From another site none comes so far: the gate has seen
// to the origin, and what the session drew has to stand in the form.
func (s *server) posts(do func(w http.ResponseWriter, r *http.Request, form url.Values)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		form, p := readForm(w, r)
		if p == nil && !s.drewForm(r, form.Get(formToken)) {
			p = problem(codeOrigin, "Otwórz stronę jeszcze raz i wyślij formularz z niej.")
		}
		if p != nil {
			s.write(w, r, p)
			return
		}
		form.Del(formToken)
		if sealed := form.Get(entryLate); sealed != "" && s.Desk != nil { // it comes back, and is not carried out
			late, ok := s.lateOf(sealed, session.Of(r.Context()).Account)
			if !ok || late.Path != r.URL.EscapedPath() {
				s.write(w, r, problem(codeMalformed, "Otwórz stronę jeszcze raz: formularz, który nie doszedł, jest za stary."))
				return
			}
			form, r = late.Form, r.WithContext(context.WithValue(r.Context(), lateKey{}, true))
			form.Del(formToken)
		}
		do(w, r, form)
	}
}

// drewForm says whether a form was made for whoever sends it.
func (s *server) drewForm(r *http.Request, token string) bool {
	if s.FormToken == nil {
		return true
	}
	want := s.FormToken(r)
	return want == "" || subtle.ConstantTimeCompare([]byte(want), []byte(token)) == 1
}

// token is what forms of whoever asks carry; "" where nobody has signed in.
func (s *server) token(r *http.Request) string {
	if s.FormToken == nil {
		return ""
	}
	return s.FormToken(r)
}

// newForm is what a form carries that is shown for the first time.
func (s *server) newForm(r *http.Request, seen string) pages.Hidden {
	return pages.Hidden{Key: rand.Text(), Seen: seen, Token: s.token(r)}
}

// sameForm is what a form carries that comes back refused: a second try is the same.
func (s *server) sameForm(r *http.Request, form url.Values) pages.Hidden {
	return pages.Hidden{Key: form.Get(formKey), Seen: form.Get(formSeen), Token: s.token(r)}
}

func readForm(w http.ResponseWriter, r *http.Request) (url.Values, *Problem) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := params["charset"]
	if err != nil || len(r.Header.Values("Content-Type")) > 1 || media != "application/x-www-form-urlencoded" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		p := problem(codeMediaType, "Wyślij formularz ze strony: przyjmowany jest application/x-www-form-urlencoded w UTF-8.")
		p.Title = "Tego formularza nie da się odczytać"
		return nil, p
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFormBytes))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), strings.Count(string(body), "&") >= maxFormFields:
		return nil, problem(codeTooLarge, "Wyślij formularz w częściach: w jednym mieści się najwyżej 10 000 pól i 1 MB.")
	case err != nil:
		return nil, problem(codeMalformed, "Wyślij formularz jeszcze raz: nie doszedł cały.")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, problem(codeMalformed, "Wyślij formularz jeszcze raz ze strony: tego nie da się odczytać.")
	}
	for name, values := range form {
		if len(values) > 1 && !strings.HasSuffix(name, "[]") || !typable(name) {
			return nil, problem(codeMalformed, "Wyślij formularz jeszcze raz ze strony: jedno z pól stoi w nim dwa razy.")
		}
		for i, text := range values {
			if !typable(text) {
				return nil, problem(codeMalformed, "Wpisz inaczej: w formularzu są znaki, których nie da się zapisać.")
			}
			values[i] = strings.ReplaceAll(text, "\r\n", "\n")
		}
	}
	return form, nil
}

// typable is what a person can type into a field.
func typable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	})
}

// formOrigin is who sends a form, under the key that was drawn when it was made; nobody of one that
// came too late.
func formOrigin(r *http.Request, form url.Values) (commands.Origin, error) {
	if wasLate(r.Context()) {
		return commands.Origin{}, errLate()
	}
	return cellsOrigin(r, form)
}

// cellsOrigin is formOrigin of a form of many parts, each carried out by itself: of one that came too
// late carryForm refuses each, so that each comes back as it was typed.
func cellsOrigin(r *http.Request, form url.Values) (commands.Origin, error) {
	key := form.Get(formKey)
	if !keyPattern.MatchString(key) {
		return commands.Origin{}, problem(codeMalformed, "Otwórz stronę jeszcze raz: formularz jest niepełny.")
	}
	return commands.Origin{Who: session.Of(r.Context()), Correlation: correlation(r.Context()), Key: key}, nil
}

// seenOf puts into an origin the position that was shown of what a form changes, from the
// field of that name.
func seenOf(form url.Values, name string, o *commands.Origin) error {
	if !form.Has(name) {
		return nil
	}
	if err := o.SawAt(form.Get(name)); err != nil {
		return problem(codeMalformed, "Otwórz stronę jeszcze raz: formularz jest niepełny.")
	}
	return nil
}

// done leads to the page that shows what a form has led to.
func (s *server) done(w http.ResponseWriter, r *http.Request, to string) {
	if fromScript(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // to is an address of ours
}

// again answers with the page of a form that was not carried out, filled as it was sent,
// or with why there is no page any more.
func (s *server) again(w http.ResponseWriter, r *http.Request, err error, page func(io.Writer, pages.Refusal) error) {
	p := s.problemOf(r.Context(), err)
	switch p.Status {
	case http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInternalServerError:
	default:
		s.write(w, r, p)
		return
	}
	h := w.Header()
	for name, values := range p.GetHeaders() {
		h[name] = values
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	_ = page(w, refusalOf(p))
}

// refusalOf is a problem as a form shows it: what is about a field stands at it alone.
func refusalOf(p *Problem) pages.Refusal {
	why := pages.Refusal{Title: p.Title, Text: p.Detail, Fields: map[string]string{}, Correlation: p.Correlation}
	for _, e := range p.Errors {
		_, field, _ := strings.Cut(e.Location, ".")
		if why.Fields[field] == "" {
			why.Fields[field] = e.Message
		}
	}
	return why
}

// fromScript says whether a request is htmx's, which puts the answer into the page.
func fromScript(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// partOf is the part of a page that htmx asks for by the id of what it fills; "" is the
// whole page.
func partOf(r *http.Request, parts ...string) string {
	if target := r.Header.Get("HX-Target"); fromScript(r) && slices.Contains(parts, target) {
		return target
	}
	return ""
}
