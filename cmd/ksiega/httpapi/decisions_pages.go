package httpapi

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain/access"
)

const pathDecisions = "/decyzje"

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
			case knows && q.Allowed && q.Decision == "nobody" && !q.Acknowledged:
				f.Submit, f.Groups = "Przyjmij do wiadomości", []pages.FieldGroup{{Hint: hint}}
			default:
				continue
			}
			b.Sections = append(b.Sections, pages.BoardSection{ID: "prosba-" + id, Title: requestSaid(q), Forms: []pages.Form{f}})
		}
	}
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
