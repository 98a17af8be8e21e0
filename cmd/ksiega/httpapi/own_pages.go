package httpapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/password"
	"ksiega/internal/polish"
)

// The addresses of one's own account.
const (
	pathOwn         = "/konto"
	pathOwnPassword = "/konto/haslo"
	pathOwnFactor   = "/konto/aplikacja"
	pathOwnCode     = "/konto/aplikacja/kod"
	pathOwnRecovery = "/konto/kody"
	pathOwnToken    = "/konto/klucze"
	pathOwnRevoke   = "/konto/klucze/odwolaj"
	pathOwnLeave    = "/konto/wszedzie"
	pathOwnStay     = "/konto/zostan"
)

// own serves the pages of one's own account. What lets somebody in later is changed by whoever
// proves the password again: a screen that was left is not enough.
func (s *server) own(page chi.Router) {
	page.Get(pathOwn, s.ownPage)
	page.Get(pathOwnStay, func(w http.ResponseWriter, r *http.Request) { // that it was asked for is all
		s.gate(w, r, http.StatusOK, pages.Gate{Title: "Sesja trwa dalej", Lead: s.lasts(r) + " Możesz zamknąć tę kartę.", Go: &pages.GateLink{Title: "Na stronę startową", Href: "/"}})
	})
	page.Post(pathOwnPassword, s.posts(s.ownDoes("haslo", s.changePassword)))
	page.Post(pathOwnFactor, s.posts(s.ownDoes("aplikacja", s.newFactor)))
	page.Post(pathOwnCode, s.posts(s.newFactorCode))
	page.Post(pathOwnRecovery, s.posts(s.ownDoes("kody", s.newRecovery)))
	page.Post(pathOwnToken, s.posts(s.ownDoes("klucze", s.newToken)))
	page.Post(pathOwnRevoke, s.posts(s.revokeToken))
	page.Post(pathOwnLeave, s.posts(s.leaveEverywhere))
	for _, path := range []string{pathOwnPassword, pathOwnFactor, pathOwnCode, pathOwnRecovery, pathOwnToken, pathOwnRevoke, pathOwnLeave} {
		page.Get(path, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, pathOwn, http.StatusSeeOther) })
	}
}

// owner is whoever has signed in, with what they prove; an answer where nobody has.
func (s *server) owner(w http.ResponseWriter, r *http.Request) (of commands.Secrets, ok bool) {
	_, signed := session.SignedOf(r.Context())
	of, ok, err := s.accounts.Secrets(r.Context(), session.Of(r.Context()).Account)
	switch {
	case err != nil:
		s.write(w, r, s.problemOf(r.Context(), err))
		return of, false
	case !signed || !ok: // a program has no page of its own
		s.write(w, r, s.problemOf(r.Context(), access.ErrDenied))
		return of, false
	}
	return of, true
}

func (s *server) ownPage(w http.ResponseWriter, r *http.Request) {
	of, ok := s.owner(w, r)
	if !ok {
		return
	}
	var notes []pages.Note
	if said, ok := map[string]string{"haslo": "Hasło zmienione. Wszędzie indziej wylogowano.", "odwolano": "Klucz odwołany: od teraz nic nim nie można."}[r.URL.Query().Get("zrobiono")]; ok {
		notes = noted("good", said)
	}
	s.showOwn(w, r, http.StatusOK, of, "", url.Values{}, pages.Refusal{}, notes)
}

// showOwn shows the page, one of its forms as it was sent.
func (s *server) showOwn(w http.ResponseWriter, r *http.Request, status int, of commands.Secrets, which string, form url.Values, why pages.Refusal, notes []pages.Note) {
	owner, err := s.accounts.Owner(r.Context(), of.ID)
	var tokens []commands.KnownToken
	if err == nil {
		tokens, err = s.accounts.Tokens(r.Context(), of.ID)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	b := pages.Board{Title: "Twoje konto", Here: pathOwn, Meta: owner.Name + ", login " + owner.Login + ": " + words.Roles(session.Of(r.Context()), owner.Form) + ".", Notes: notes}
	if of.Common {
		b.Notes = append(b.Notes, noted("info", "To konto przykładowe. Jego hasło („"+s.SamplePassword+"”) jest znane wszystkim, więc nie można go tu zmienić.")...)
	} else {
		b.Sections = append(b.Sections, s.ownPassword())
	}
	b.Sections = append(b.Sections, s.ownFactor(of), s.ownTokens(of, tokens), pages.BoardSection{ID: "sesje", Title: "Sesje",
		Forms: []pages.Form{{ID: "wszedzie", Label: "Wyloguj wszędzie", Action: pathOwnLeave, Submit: "Wyloguj wszędzie", Groups: []pages.FieldGroup{{Hint: s.lasts(r)}}}}})
	for i := range b.Sections {
		for j := range b.Sections[i].Forms {
			f := &b.Sections[i].Forms[j]
			f.Hidden = s.newForm(r, "")
			if f.ID == which {
				refill(f, form, why)
			}
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_ = s.pages.Board(w, s.visit(r), b)
	}
}

// refill puts back what was typed into a form, but passwords, and says what is wrong with it.
func refill(f *pages.Form, form url.Values, why pages.Refusal) {
	at := false
	for g := range f.Groups {
		for i := range f.Groups[g].Fields {
			field := &f.Groups[g].Fields[i]
			if field.Type != "password" {
				field.Value, field.Chosen = form.Get(field.Name), form[field.Name]
			}
			field.Error = why.Fields[field.Name]
			at = at || field.Error != ""
		}
	}
	if text := why.Text; !at && text != "" {
		f.Refused = &pages.Note{State: "bad", Role: "alert", Text: text}
	}
}

// lasts says how long the session goes on.
func (s *server) lasts(r *http.Request) string {
	signed, _ := session.SignedOf(r.Context())
	idle, whole := signed.Ends(s.Now())
	return "Ta sesja trwa do " + idle.In(s.Ledger.Zone).Format("15:04") + ", a gdy z niej korzystasz, najdłużej do " + whole.In(s.Ledger.Zone).Format("15:04") +
		". Wylogowanie wszędzie kończy też sesje na innych komputerach i zapamiętanie kodu."
}

func proof(id string) pages.Field {
	return pages.Field{ID: id + "-obecne", Name: "obecne", Label: "Obecne hasło", Type: "password", Autocomplete: "current-password", Required: true, Width: "w-l"}
}

func (s *server) ownPassword() pages.BoardSection {
	return pages.BoardSection{ID: "sekcja-haslo", Title: "Hasło", Forms: []pages.Form{{ID: "haslo", Label: "Zmień hasło", Action: pathOwnPassword, Submit: "Zmień hasło",
		Groups: []pages.FieldGroup{{Fields: []pages.Field{proof("haslo"),
			{ID: "haslo-nowe", Name: "haslo", Label: "Nowe hasło", Type: "password", Autocomplete: "new-password", Required: true, Width: "w-l", Hint: "Najmniej 12 znaków. Najlepiej kilka niezwiązanych słów."},
			{ID: "haslo-powtorz", Name: "powtorz", Label: "Nowe hasło jeszcze raz", Type: "password", Autocomplete: "new-password", Required: true, Width: "w-l"}}}}}}}
}

func (s *server) ownFactor(of commands.Secrets) pages.BoardSection {
	section := pages.BoardSection{ID: "sekcja-aplikacja", Title: "Aplikacja z kodami"}
	if of.Factor == "" {
		section.Lines = []string{"Nie ma jej jeszcze. Z nią samo hasło nikomu nie wystarczy."}
	} else {
		left := len(of.Recovery) - len(of.Used)
		section.Lines = []string{"Ustawiona. Kodów zapasowych zostało " + polish.Count(int64(left)) + " z " + polish.Count(int64(len(of.Recovery))) + "."}
	}
	section.Forms = []pages.Form{{ID: "aplikacja", Label: "Ustaw nową aplikację", Action: pathOwnFactor, Submit: "Ustaw nową aplikację", Groups: []pages.FieldGroup{{Fields: []pages.Field{proof("aplikacja")}}}}}
	if of.Factor != "" {
		section.Forms = append(section.Forms, pages.Form{ID: "kody", Label: "Wydaj nowe kody zapasowe", Action: pathOwnRecovery, Submit: "Wydaj nowe kody zapasowe",
			Groups: []pages.FieldGroup{{Fields: []pages.Field{proof("kody")}}}})
	}
	return section
}

// bearable are the grants that a program may be given of an account: each role with its limits.
func bearable(grants []account.Grant) []account.Grant {
	return slices.DeleteFunc(slices.Clone(grants), func(g account.Grant) bool { return g.Role == access.Administrator || g.Role == access.Officer })
}

// borneBy is the grant that was chosen of those; false where there is none.
func borneBy(grants []account.Grant, said string) (account.Grant, bool) {
	all := bearable(grants)
	i := slices.IndexFunc(all, func(g account.Grant) bool { return grantSaid(g, "") == said })
	if i < 0 {
		return account.Grant{}, false
	}
	return all[i], true
}

func (s *server) ownTokens(of commands.Secrets, tokens []commands.KnownToken) pages.BoardSection {
	section := pages.BoardSection{ID: "sekcja-klucze", Title: "Klucze programów", Lines: []string{"Program z kluczem działa w imieniu tego konta, w jednej roli i najwyżej tak daleko jak ono. Klucz widać raz, przy wydaniu."}}
	table := pages.Table{Label: "Wydane klucze", Fits: true, Columns: []pages.Column{{Title: "Nazwa"}, {Title: "Rola"}, {Title: "Wolno"}, {Title: "Do dnia"}, {Title: "Stan"}},
		Empty: pages.Empty{Title: "Nie ma kluczy.", Text: " Pierwszy wydasz poniżej."}}
	var good []pages.Choice
	for _, t := range tokens {
		may, chip := "czytać", pages.Chip{State: "good", Text: "działa"}
		if t.Records {
			may = "czytać i zapisywać"
		}
		switch {
		case t.Revoked:
			chip = pages.Chip{State: "bad", Text: "odwołany"}
		case t.Until < s.Ledger.Today():
			chip = pages.Chip{State: "warn", Text: "po terminie"}
		default:
			good = append(good, pages.Choice{Value: t.Token.Token, Title: t.Name})
		}
		table.Rows = append(table.Rows, pages.Row{Cells: []pages.Cell{{Text: t.Name}, {Text: words.Role(t.Role, "")}, {Text: may}, {Text: polish.Day(t.Until.String())}, {Chip: &chip}}})
	}
	section.Table = &table
	if len(good) > 0 {
		section.Forms = append(section.Forms, pages.Form{ID: "odwolaj", Label: "Odwołaj klucz", Action: pathOwnRevoke, Submit: "Odwołaj klucz", Groups: []pages.FieldGroup{{Fields: []pages.Field{
			{ID: "odwolaj-klucz", Name: "klucz", Label: "Klucz", Choices: good}, {ID: "odwolaj-powod", Name: "powod", Label: "Powód", Required: true, Width: "w-l"}}}}})
	}
	var roles []pages.Choice
	for _, g := range bearable(of.Grants) {
		roles = append(roles, pages.Choice{Value: grantSaid(g, ""), Title: grantSaid(g, "")})
	}
	if len(roles) > 0 {
		section.Forms = append(section.Forms, pages.Form{ID: "klucze", Label: "Wydaj klucz", Action: pathOwnToken, Submit: "Wydaj klucz", Groups: []pages.FieldGroup{{Fields: []pages.Field{
			{ID: "klucz-nazwa", Name: "nazwa", Label: "Nazwa programu", Required: true, Width: "w-l"}, {ID: "klucz-rola", Name: "rola", Label: "W jakiej roli", Kind: "radios", Choices: roles, Value: roles[0].Value},
			{ID: "klucz-zapis", Name: "zapis", Kind: "check", Label: "Może też zapisywać"},
			{ID: "klucz-do", Name: "do", Label: "Działa do dnia", Required: true, Width: "w-date", Placeholder: "31.12.2026", Hint: "Najdłużej rok."}, proof("klucze")}}}})
	}
	return section
}

// ownDoes serves a form of one's own account that has to prove the password.
func (s *server) ownDoes(which string, do func(http.ResponseWriter, *http.Request, url.Values, commands.Secrets, func(error))) func(http.ResponseWriter, *http.Request, url.Values) {
	return func(w http.ResponseWriter, r *http.Request, form url.Values) {
		of, ok := s.owner(w, r)
		if !ok {
			return
		}
		again := func(err error) {
			p := s.problemOf(r.Context(), err)
			for name, values := range p.GetHeaders() {
				w.Header()[name] = values
			}
			s.showOwn(w, r, p.Status, of, which, form, refusalOf(p), nil)
		}
		switch {
		case wasLate(r.Context()):
			again(errLate())
			return
		case of.Common && which == "haslo":
			again(problem(codeInvalid, "Zostaw to hasło: konto jest przykładowe, więc zna je każdy i nikt go tu nie zmienia."))
			return
		}
		if err := s.provesAgain(r, of, form.Get("obecne")); err != nil {
			again(err)
			return
		}
		do(w, r, form, of, again)
	}
}

// wrongAt is what is wrong with a field of a form, in words.
func wrongAt(field, said string) *Problem {
	p := problem(codeInvalid, said)
	p.Errors = []FieldProblem{{Location: "body." + field, Message: said}}
	return p
}

// provesAgain says why whoever has signed in does not prove the password.
func (s *server) provesAgain(r *http.Request, of commands.Secrets, typed string) error {
	ctx, counts := r.Context(), session.OfCode(of.ID, "own")
	wait, err := s.Desk.Tries.Take(ctx, counts)
	switch {
	case err != nil:
		return err
	case wait > 0:
		p := wrongAt("obecne", waits(wait))
		p.Status, p.retryAfter = http.StatusTooManyRequests, int(wait/time.Second)+1
		return p
	}
	ok, _, err := s.proves(ctx, of, true, typed)
	switch {
	case errors.Is(err, password.ErrBusy):
		s.Desk.Tries.Undo(ctx, counts)
		return problem(codeUnavailable, tooBusy)
	case err != nil:
		return err
	case !ok:
		return wrongAt("obecne", "Hasło się nie zgadza. Sprawdź Caps Lock i wpisz jeszcze raz.")
	}
	s.right(ctx, counts)
	return nil
}

// renewed signs somebody in anew in this browser, after what they did has ended all of their
// sessions.
func (s *server) renewed(w http.ResponseWriter, r *http.Request, factor string) error {
	ctx := context.WithoutCancel(r.Context())
	if err := s.Desk.Sessions.End(w, r); err != nil {
		return err
	}
	m, ok, err := s.accounts.Member(ctx, session.Of(ctx).Account)
	if err != nil || !ok {
		return err
	}
	_, err = s.Desk.Sessions.Begin(ctx, w, session.Signed{Account: m.ID, Number: m.Session, Factor: factor})
	return err
}

func (s *server) changePassword(w http.ResponseWriter, r *http.Request, form url.Values, of commands.Secrets, again func(error)) {
	ctx := r.Context()
	owner, err := s.accounts.Owner(ctx, of.ID)
	if err != nil {
		again(err)
		return
	}
	for field, said := range refusedPassword(form.Get("haslo"), form.Get("powtorz"), owner) {
		again(wrongAt(field, said))
		return
	}
	hash, err := s.Hasher.Hash(ctx, form.Get("haslo"))
	if errors.Is(err, password.ErrBusy) {
		err = problem(codeUnavailable, tooBusy)
	}
	if err == nil {
		_, err = s.accounts.ChangePassword(ctx, as(r, of.Member), of.ID, hash)
	}
	if err != nil {
		again(err)
		return
	}
	signed, _ := session.SignedOf(ctx)
	if err := s.renewed(w, r, signed.Factor); err != nil {
		s.write(w, r, s.problemOf(ctx, err))
		return
	}
	http.Redirect(w, r, pathOwn+"?zrobiono=haslo", http.StatusSeeOther)
}

// ownFactorForm shows the secret of another authenticator.
func (s *server) ownFactorForm(r *http.Request, of commands.Secrets, secret, why string) pages.Gate {
	g := s.factorForm(r, s.token(r), url.Values{}, of.ID, secret, why, nil)
	g.Title, g.Form.Action, g.Form.Submit, g.Hints = "Ustaw nową aplikację", pathOwnCode, "Sprawdź i ustaw", []string{"Dopóki nie wpiszesz kodu z nowej, działa poprzednia. Potem wylogujemy Cię wszędzie indziej."}
	g.Links = []pages.GateLink{{Title: "Zrezygnuj", Href: pathOwn}}
	return g
}

func (s *server) newFactor(w http.ResponseWriter, r *http.Request, _ url.Values, of commands.Secrets, _ func(error)) {
	s.gate(w, r, http.StatusOK, s.ownFactorForm(r, of, password.NewSecret(), ""))
}

// newFactorCode takes an authenticator that shows the right code. That its secret was sealed
// says that the password was proved.
func (s *server) newFactorCode(w http.ResponseWriter, r *http.Request, form url.Values) {
	of, ok := s.owner(w, r)
	if !ok {
		return
	}
	secret, opened := s.Desk.Seals.Open(form.Get(entrySecret), aboutFactor(of.ID))
	if !opened || wasLate(r.Context()) {
		http.Redirect(w, r, pathOwn, http.StatusSeeOther)
		return
	}
	if _, right := password.Step(string(secret), form.Get("kod"), s.Now()); !right {
		s.gate(w, r, http.StatusUnprocessableEntity, s.ownFactorForm(r, of, string(secret), wrongCode))
		return
	}
	codes, _, err := s.accounts.SetFactor(r.Context(), as(r, of.Member), of.ID, string(secret))
	if err == nil {
		err = s.renewed(w, r, string(account.ByStep))
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.gate(w, r, http.StatusOK, s.recoveryShown(codes, pathOwn))
}

func (s *server) newRecovery(w http.ResponseWriter, r *http.Request, _ url.Values, of commands.Secrets, again func(error)) {
	codes, _, err := s.accounts.IssueRecovery(r.Context(), as(r, of.Member), of.ID)
	if err != nil {
		again(err)
		return
	}
	s.gate(w, r, http.StatusOK, s.recoveryShown(codes, pathOwn))
}

func (s *server) newToken(w http.ResponseWriter, r *http.Request, form url.Values, of commands.Secrets, again func(error)) {
	until, err := domain.ParseDate(polish.ReadDay(form.Get("do")))
	if err != nil {
		again(wrongAt("do", "Wpisz dzień, na przykład 31.12.2026."))
		return
	}
	if domain.Blank(form.Get("nazwa")) {
		again(wrongAt("nazwa", "Wpisz nazwę programu, po której poznasz klucz na liście."))
		return
	}
	g, chosen := borneBy(of.Grants, form.Get("rola"))
	if !chosen {
		again(wrongAt("rola", "Wybierz jedną z ról, które masz dzisiaj."))
		return
	}
	t := account.Token{Role: g.Role, Programmes: g.Programmes, Agreements: g.Agreements, Records: form.Get("zapis") != "", Until: until}
	issued, err := s.accounts.Issue(r.Context(), as(r, of.Member), of.ID, t, form.Get("nazwa"), 0)
	if err != nil {
		again(err)
		return
	}
	s.gate(w, r, http.StatusOK, pages.Gate{Title: "Nowy klucz programu", Lead: "Skopiuj go teraz do programu: drugi raz go nie zobaczysz.",
		Codes: &pages.GateCodes{Label: "Klucz", Codes: []string{issued.Shown}}, Go: &pages.GateLink{Title: "Mam go, dalej", Href: pathOwn},
		Hints: []string{"Program wysyła go w nagłówku Authorization: Bearer. Kto go ma, działa w Twoim imieniu; odwołasz go na stronie konta."}})
}

func (s *server) revokeToken(w http.ResponseWriter, r *http.Request, form url.Values) {
	of, ok := s.owner(w, r)
	if !ok {
		return
	}
	err := error(nil)
	if wasLate(r.Context()) {
		err = errLate()
	} else {
		_, err = s.accounts.Revoke(r.Context(), as(r, of.Member), of.ID, form.Get("klucz"), form.Get("powod"))
	}
	if err != nil {
		p := s.problemOf(r.Context(), err)
		s.showOwn(w, r, p.Status, of, "odwolaj", form, refusalOf(p), nil)
		return
	}
	http.Redirect(w, r, pathOwn+"?zrobiono=odwolano", http.StatusSeeOther)
}

func (s *server) leaveEverywhere(w http.ResponseWriter, r *http.Request, _ url.Values) {
	of, ok := s.owner(w, r)
	if !ok {
		return
	}
	_, err := s.accounts.EndSessions(r.Context(), as(r, of.Member), of.ID)
	if err == nil {
		err = s.Desk.Sessions.End(w, r)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	http.Redirect(w, r, pathEntrance+"?wyjscie", http.StatusSeeOther)
}
