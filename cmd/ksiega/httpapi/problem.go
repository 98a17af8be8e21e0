package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/domain"
	"ksiega/domain/intake"
	"ksiega/queries"
)

// Problem is the answer to a request that was not carried out (RFC 9457). Code
// is stable; Title and Detail are Polish, Title follows from Code.
type Problem struct {
	Type        string         `json:"type" example:"urn:ksiega:problem:rule" doc:"urn:ksiega:problem: i kod"`
	Title       string         `json:"title" doc:"Co się stało, po polsku"`
	Status      int            `json:"status" doc:"Kod HTTP"`
	Code        string         `json:"code" doc:"Stały kod odmowy"`
	Detail      string         `json:"detail,omitempty" doc:"Co zrobić, po polsku, bez danych osobowych"`
	Correlation string         `json:"correlationId,omitempty" doc:"Pod tym numerem w dzienniku serwera"`
	Errors      []FieldProblem `json:"errors,omitempty" doc:"Pola, których dotyczy"`

	retryAfter int // seconds; 0 says nothing of it
}

// FieldProblem names a place in the request and what is wrong with it, never
// the value that stood there.
type FieldProblem struct {
	Location string `json:"location" example:"body.date"`
	Message  string `json:"message"`
}

// Error is the detail, as huma wants it.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problem details.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders says when asking again may help, or that a token is asked for.
func (p *Problem) GetHeaders() http.Header {
	if p.Status == http.StatusUnauthorized {
		return http.Header{"Www-Authenticate": {`Bearer realm="ksiega"`}}
	}
	if p.retryAfter > 0 {
		return http.Header{"Retry-After": {strconv.Itoa(p.retryAfter)}}
	}
	if p.Status == http.StatusServiceUnavailable {
		return http.Header{"Retry-After": {"1"}}
	}
	return nil
}

// tooMany says how long a caller who guesses has to wait.
func tooMany(wait time.Duration) *Problem {
	p := problem(codeTooMany, "")
	p.retryAfter = int(wait/time.Second) + 1
	return p
}

// code is a stable code of a problem.
type code string

// The codes beside those of domain.
const (
	codeInvalid       = code(domain.CodeInvalid)
	codeNotFound      = code(domain.CodeNotFound)
	codeMalformed     = code("malformed")
	codeNoKey         = code("idempotency-key-missing")
	codeKeyReused     = code("idempotency-key-reused")
	codeRevision      = code("revision-mismatch")
	codeUnauthorized  = code(session.CodeUnauthorized)
	codeHost          = code(session.CodeHost)
	codeOrigin        = code(session.CodeOrigin)
	codeMethod        = code("method-not-allowed")
	codeMediaType     = code("not-json")
	codeNotAcceptable = code("not-acceptable")
	codeTooLarge      = code("too-large")
	codeTooMany       = code(domain.CodeOften)
	codeUnavailable   = code("unavailable")
	codeBehind        = code(queries.CodeBehind)
	codeInternal      = code("internal")
)

// words are the status and the title of each code.
func (c code) words() (status int, title string) {
	type answer struct {
		status int
		title  string
	}
	a, ok := map[code]answer{
		codeInvalid:               {http.StatusUnprocessableEntity, "Żądanie jest niepoprawne"},
		codeNotFound:              {http.StatusNotFound, "Nie ma tego w księdze"},
		code(domain.CodeDiffers):  {http.StatusConflict, "Zapisano już z innymi wartościami"},
		code(domain.CodeRule):     {http.StatusUnprocessableEntity, "Reguły programu na to nie pozwalają"},
		code(domain.CodeConflict): {http.StatusConflict, "Ktoś inny zmienił to w tej samej chwili"},
		code(domain.CodeRecorded): {http.StatusConflict, "Coś już pod tym zapisano"},
		code(domain.CodeDenied):   {http.StatusForbidden, "Ta rola nie ma uprawnienia"},
		codeMalformed:             {http.StatusBadRequest, "Nie można odczytać żądania"},
		codeNoKey:                 {http.StatusBadRequest, "Brakuje nagłówka Idempotency-Key"},
		codeKeyReused:             {http.StatusConflict, "Klucz Idempotency-Key był użyty do innego żądania"},
		codeRevision:              {http.StatusPreconditionFailed, "Stan zmienił się od czasu odczytu"},
		codeUnauthorized:          {http.StatusUnauthorized, "Potrzebny jest token dostępu"},
		codeHost:                  {http.StatusForbidden, "Pod tą nazwą hosta serwer nie odpowiada"},
		codeOrigin:                {http.StatusForbidden, "Żądania z innej strony są odrzucane"},
		codeMethod:                {http.StatusMethodNotAllowed, "Ten adres nie przyjmuje tej metody"},
		codeMediaType:             {http.StatusUnsupportedMediaType, "Przyjmowany jest tylko JSON"},
		codeNotAcceptable:         {http.StatusNotAcceptable, "Takiej postaci odpowiedzi tu nie ma"},
		codeTooLarge:              {http.StatusRequestEntityTooLarge, "Żądanie jest za duże"},
		codeTooMany:               {http.StatusTooManyRequests, "Zbyt wiele prób"},
		codeUnavailable:           {http.StatusServiceUnavailable, "Księga chwilowo nie odpowiada"},
		codeBehind:                {http.StatusServiceUnavailable, "Zestawienia nie objęły jeszcze tej pozycji"},
	}[c]
	if !ok {
		return http.StatusInternalServerError, "Błąd serwera"
	}
	return a.status, a.title
}

func problem(c code, detail string) *Problem {
	status, title := c.words()
	return &Problem{Type: "urn:ksiega:problem:" + string(c), Title: title, Status: status, Code: string(c), Detail: detail}
}

// inWords says in Polish what is wrong, and where.
func inWords(err error) *Problem {
	refusals := domain.RefusalsOf(err)
	sentences := make([]string, len(refusals))
	p := problem(code(refusals[0].Code), "")
	for i, r := range refusals {
		sentences[i] = words.Of(r)
		if r.Field != "" {
			p.Errors = append(p.Errors, FieldProblem{Location: "body." + r.Field, Message: sentences[i]})
		}
	}
	p.Detail = strings.Join(sentences, " ")
	return p
}

// ofQuery says that the fields stand in the query string.
func (p *Problem) ofQuery() *Problem {
	for i, e := range p.Errors {
		if field, ok := strings.CutPrefix(e.Location, "body."); ok {
			p.Errors[i].Location = "query." + field
		}
	}
	return p
}

// within leaves out the fields that a request does not have: one decision may serve
// several requests.
func (p *Problem) within(request any) *Problem {
	p.Errors = slices.DeleteFunc(p.Errors, func(e FieldProblem) bool {
		field, ok := strings.CutPrefix(e.Location, "body.")
		return ok && !hasField(request, field)
	})
	return p
}

func hasField(request any, field string) bool {
	return slices.ContainsFunc(reflect.VisibleFields(reflect.TypeOf(request)), func(f reflect.StructField) bool {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name == field
	})
}

// problemOf turns an error of commands or queries into its answer; what nobody
// expected is logged under the request's number and not shown.
func (s *server) problemOf(ctx context.Context, err error) *Problem {
	var told *Problem
	var refusal *domain.Error
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, intake.ErrKeyReused):
		return problem(codeKeyReused, "")
	case errors.As(err, &refusal):
		return inWords(err)
	case errors.Is(err, domain.ErrUncountable):
		return problem(code(domain.CodeRule), words.Uncountable)
	}
	c, fault := codeInternal, ""
	if s.Unavailable != nil {
		fault = s.Unavailable(err)
	}
	if fault != "" || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		c = codeUnavailable
	}
	p := problem(c, fault)
	p.Correlation = correlation(ctx)
	if !errors.Is(err, context.Canceled) {
		s.Log.Error("a request failed", "correlation", p.Correlation, "code", string(c), "error", err)
	}
	return p
}

// write answers with a problem: as JSON, or as a page where a browser asks for
// one.
func (s *server) write(w http.ResponseWriter, r *http.Request, p *Problem) {
	h := w.Header()
	for name, values := range p.GetHeaders() {
		h[name] = values
	}
	h.Del("Content-Disposition")
	if !strings.HasPrefix(r.URL.Path, "/api/") && preferred(r, p.ContentType(""), typeHTML) == typeHTML {
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(p.Status)
		_ = s.pages.Problem(w, s.visit(r), pages.Problem{Title: p.Title, Detail: p.Detail, Code: p.Code, Correlation: p.Correlation, Status: p.Status})
		return
	}
	h.Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(p)
}

// translate turns what huma refuses by itself into a Problem and leaves out the
// values it quotes.
func translate(_ huma.Context, _ string, body any) (any, error) {
	e, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	c := codeInvalid
	switch e.Status {
	case http.StatusBadRequest:
		c = codeMalformed
	case http.StatusRequestEntityTooLarge:
		c = codeTooLarge
	case http.StatusUnsupportedMediaType:
		c = codeMediaType
	case http.StatusRequestTimeout:
		c = codeMalformed
	case http.StatusInternalServerError:
		c = codeInternal
	}
	p := problem(c, "")
	p.Status = e.Status
	for _, d := range e.Errors {
		if d == nil || c == codeInternal {
			continue
		}
		said := inSchema(d.Location, d.Message)
		// A date is held to its pattern and then to the calendar: the latter says both.
		p.Errors = append(slices.DeleteFunc(p.Errors, func(e FieldProblem) bool { return e.Location == said.Location }), said)
	}
	if c == codeMalformed && len(p.Errors) == 0 && e.Status == http.StatusBadRequest {
		p.Detail = "Wyślij w treści żądania obiekt JSON."
	}
	return p, nil
}

// short bounds what an answer repeats of a request.
func short(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
