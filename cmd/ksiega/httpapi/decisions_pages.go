package httpapi

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

const pathDecisions = "/decyzje"

// The page of who looked at whom is a report, with what its reader has to know of on top.
const (
	pathAccess = "/rejestr"
	accessLog  = "access-log"
)

// deciding serves the page of what waits for a director, and of what the data-protection
// officer has to know of.
func (s *server) deciding(page chi.Router) {
	page.Get(pathDecisions, func(w http.ResponseWriter, r *http.Request) {
		s.showDecisions(w, r, http.StatusOK, "", url.Values{}, pages.Refusal{})
	})
	page.Post(pathDecisions+"/{id}/{request}", s.posts(s.decide))
}

// requestSaid is what somebody asks for, in words.
func requestSaid(q commands.KnownRequest) string {
	of := q.Of.Name
	if of == "" {
		of = q.Account
	}
	switch {
	case q.Grant != nil:
		return of + ": rola " + grantSaid(*q.Grant, q.Of.Form)
	case q.Reset != nil && q.Reset.Factor:
		return of + ": nowe hasło i nowa aplikacja z kodami"
	case q.Reset != nil:
		return of + ": nowe hasło"
	case q.Token != nil:
		return of + ": klucz programu"
	}
	return of + ": działa jako użytkownik komputera " + q.User
}

// asksFor are what was asked for and waits for a decision, or to be known of, each with its form.
func asksFor(all []commands.KnownAccount, decides, knows bool) (sections []pages.BoardSection) {
	for _, a := range all {
		for _, q := range a.Asked {
			id := a.ID + "-" + strconv.Itoa(q.Number)
			f := pages.Form{ID: id, Label: requestSaid(q), Action: pathDecisions + "/" + url.PathEscape(a.ID) + "/" + strconv.Itoa(q.Number), Submit: "Zapisz decyzję"}
			by := q.By.Name
			if by == "" {
				by = "ktoś, kto prowadzi księgę na jej komputerze"
			}
			hint := "Prosi: " + by + "."
			if q.Reason != "" {
				hint += " Powód: " + q.Reason
			}
			switch {
			case decides && q.Pending():
				f.Groups = []pages.FieldGroup{{Hint: hint, Fields: []pages.Field{
					{ID: id + "-decyzja", Name: "decyzja", Label: "Decyzja", Kind: "radios", Choices: []pages.Choice{{Value: "tak", Title: "zgoda"}, {Value: "nie", Title: "odmowa"}}},
					{ID: id + "-powod", Name: "reason", Label: "Powód", Optional: true, Width: "w-l"}}}}
			case knows && toKnow(q.Request):
				f.Submit, f.Groups = "Przyjmij do wiadomości", []pages.FieldGroup{{Hint: hint}}
			default:
				continue
			}
			sections = append(sections, pages.BoardSection{ID: "prosba-" + id, Title: requestSaid(q), Forms: []pages.Form{f}})
		}
	}
	return sections
}

// unknowing is what happened without a director's decision and nobody has taken note of.
func (s *server) unknowing(r *http.Request) ([]pages.BoardSection, error) {
	who := session.Of(r.Context())
	if s.accounts == nil || r.Method == http.MethodHead || !who.May(access.Acknowledge) {
		return nil, nil
	}
	state, err := s.accounts.Now(r.Context())
	if err != nil || !slices.ContainsFunc(state.Accounts(), func(a account.Account) bool { return slices.ContainsFunc(a.Requests(), toKnow) }) {
		return nil, err
	}
	all, err := s.accounts.Known(r.Context(), commands.Origin{Who: who})
	sections := asksFor(all, false, true)
	for i := range sections {
		for j := range sections[i].Forms {
			sections[i].Forms[j].Hidden = s.newForm(r, "")
		}
	}
	return sections, err
}

// toKnow says of a request that the data-protection officer has to know of it still.
func toKnow(q account.Request) bool { return q.Allowed && q.Decision == "nobody" && !q.Acknowledged }

func (s *server) showDecisions(w http.ResponseWriter, r *http.Request, status int, which string, form url.Values, why pages.Refusal) {
	all, ok := s.listed(w, r)
	if !ok {
		return
	}
	who := session.Of(r.Context())
	decides, knows := who.May(access.DecideRequest), who.May(access.Acknowledge)
	b := pages.Board{Title: "Do zatwierdzenia", Here: pathDecisions, Meta: "Role, odnowienia dostępu i klucze, o które proszą administratorzy."}
	if knows {
		b.Title, b.Meta = "Do wiadomości", "Co stało się bez decyzji dyrektora, bo nie było kogo zapytać."
	}
	b.Sections = asksFor(all, decides, knows)
	if len(b.Sections) == 0 {
		b.Notes = []pages.Note{{State: "good", Text: "Nic nie czeka."}}
	}
	s.board(w, r, status, b, which, form, why)
}

func (s *server) decide(w http.ResponseWriter, r *http.Request, form url.Values) {
	id := chi.URLParam(r, "id")
	number, err := strconv.Atoi(chi.URLParam(r, "request"))
	if err != nil {
		s.write(w, r, problem(codeNotFound, "Popraw adres: takiego nie ma."))
		return
	}
	o, err := formOrigin(r, form)
	if err == nil {
		switch decision := form.Get("decyzja"); {
		case o.May(access.Acknowledge):
			_, err = s.accounts.Acknowledge(r.Context(), o, id, number)
		case decision != "tak" && decision != "nie":
			err = wrongAt("decyzja", "Wybierz zgodę albo odmowę.")
		default:
			_, err = s.accounts.Decide(r.Context(), o, id, number, decision == "tak", form.Get("reason"))
		}
	}
	if err != nil {
		p := s.problemOf(r.Context(), err)
		s.showDecisions(w, r, p.Status, id+"-"+strconv.Itoa(number), form, refusalOf(p))
		return
	}
	s.done(w, r, pathDecisions)
}
