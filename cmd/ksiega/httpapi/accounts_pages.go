package httpapi

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/polish"
)

const pathAccounts = "/konta"

// keeping serves the pages of whoever keeps accounts.
func (s *server) keeping(page chi.Router) {
	page.Get(pathAccounts, s.accountsPage)
	page.Post(pathAccounts, s.posts(s.addAccount))
	page.Get(pathAccounts+"/{id}", s.accountPage)
	for what, do := range map[string]func(*http.Request, commands.Origin, string, url.Values) (*commands.Code, error){
		"rola": s.askGrant, "dostep": s.resetAccount, "stan": s.switchAccount, "odbierz": s.endGrant, "popraw": s.correctAccount,
	} {
		page.Post(pathAccounts+"/{id}/"+what, s.posts(s.keeps(what, do)))
		page.Get(pathAccounts+"/{id}/"+what, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, pathAccounts+"/"+url.PathEscape(chi.URLParam(r, "id")), http.StatusSeeOther)
		})
	}
	s.deciding(page)
}

// board answers with a page of sections, one of its forms as it was sent.
func (s *server) board(w http.ResponseWriter, r *http.Request, status int, b pages.Board, which string, form url.Values, why pages.Refusal) {
	for i := range b.Sections {
		for j := range b.Sections[i].Forms {
			f := &b.Sections[i].Forms[j]
			f.Hidden = s.newForm(r, "")
			if f.ID == which && len(form) > 0 {
				f.Hidden = s.sameForm(r, form)
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

// listed are all accounts, to who may see them; else an answer.
func (s *server) listed(w http.ResponseWriter, r *http.Request) ([]commands.KnownAccount, bool) {
	all, err := s.accounts.Known(r.Context(), commands.Origin{Who: session.Of(r.Context())})
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return nil, false
	}
	order := polish.NewOrder()
	slices.SortFunc(all, func(a, b commands.KnownAccount) int { return order.Compare(a.Whose.Name, b.Whose.Name) })
	return all, true
}

// stateOf is the state of an account in words.
func (s *server) stateOf(a commands.KnownAccount) pages.Chip {
	switch {
	case a.Erased:
		return pages.Chip{State: "bad", Text: "usunięte"}
	case a.Disabled:
		return pages.Chip{State: "bad", Text: "wyłączone"}
	case !a.Opened():
		return pages.Chip{State: "warn", Text: "bez hasła"}
	case len(a.Grants(s.Ledger.Today())) == 0:
		return pages.Chip{State: "warn", Text: "bez roli"}
	}
	return pages.Chip{State: "good", Text: "działa"}
}

// grantSaid is a role with what it is limited to, in words.
func grantSaid(g account.Grant, form string) string {
	said := words.Role(g.Role, form)
	add := func(what, of string) {
		if of != "" {
			said += ", " + what + " " + of
		}
	}
	add("pracownik", g.Worker)
	add("asystent", g.Assistant)
	add("programy:", strings.Join(g.Programmes, ", "))
	add("porozumienia:", strings.Join(g.Agreements, ", "))
	if g.Every {
		said += ", wszystkie programy"
	}
	if g.From != 0 {
		add("od", polish.Day(g.From.String()))
	}
	if g.Until != 0 {
		add("do", polish.Day(g.Until.String()))
	}
	return said
}

func (s *server) accountsPage(w http.ResponseWriter, r *http.Request) {
	s.showAccounts(w, r, http.StatusOK, url.Values{}, pages.Refusal{})
}

func (s *server) showAccounts(w http.ResponseWriter, r *http.Request, status int, form url.Values, why pages.Refusal) {
	all, ok := s.listed(w, r)
	if !ok {
		return
	}
	table := pages.Table{Label: "Konta ośrodka", Columns: []pages.Column{{Title: "Kto"}, {Title: "Login"}, {Title: "Role"}, {Title: "Stan"}}, Fits: true}
	for _, a := range all {
		var roles []string
		for _, g := range a.Grants(s.Ledger.Today()) {
			roles = append(roles, grantSaid(g, a.Whose.Form))
		}
		chip, name := s.stateOf(a), a.Whose.Name
		if name == "" {
			name = a.ID
		}
		table.Rows = append(table.Rows, pages.Row{Cells: []pages.Cell{{Text: name, Href: pathAccounts + "/" + url.PathEscape(a.ID)}, {Text: a.Whose.Login}, {Lines: roles}, {Chip: &chip}}})
	}
	b := pages.Board{Title: "Konta", Here: pathAccounts, Sections: []pages.BoardSection{{ID: "lista", Title: "Kto ma konto", Beside: polish.Noun{One: "konto", Few: "konta", Many: "kont"}.Count(int64(len(all))), Table: &table}}}
	if session.Of(r.Context()).May(access.AddAccount) {
		b.Sections = append(b.Sections, pages.BoardSection{ID: "nowe", Title: "Nowe konto", Lines: []string{"Po założeniu zobaczysz raz kod, którym ta osoba ustawi hasło. O roli decyduje dyrektor, jeśli ma konto."},
			Forms: []pages.Form{{ID: "nowe-konto", Label: "Załóż konto", Action: pathAccounts, Submit: "Załóż konto", Groups: []pages.FieldGroup{
				{Fields: ownerFields("nowe", commands.Owner{})}, {Title: "Rola", Fields: grantFields("nowe")}}}}})
	}
	s.board(w, r, status, b, "nowe-konto", form, why)
}

func ownerFields(id string, of commands.Owner) []pages.Field {
	return []pages.Field{
		{ID: id + "-name", Name: "name", Label: "Imię i nazwisko", Value: of.Name, Required: true, Width: "w-l"},
		{ID: id + "-login", Name: "login", Label: "Login", Value: of.Login, Exact: true, Required: true, Width: "w-m", Hint: "Małe litery bez polskich znaków, cyfry, kropka."},
		{ID: id + "-form", Name: "form", Label: "Forma", Value: of.Form, Choices: []pages.Choice{{Value: "", Title: "bez formy"}, {Value: "k", Title: "wpisała"}, {Value: "m", Title: "wpisał"}}},
	}
}

func grantFields(id string) []pages.Field {
	var roles []pages.Choice
	for _, role := range account.Grantable() {
		roles = append(roles, pages.Choice{Value: string(role), Title: words.Role(role, "")})
	}
	return []pages.Field{
		{ID: id + "-role", Name: "role", Label: "Rola", Choices: roles},
		{ID: id + "-worker", Name: "worker", Label: "Identyfikator pracownika", Optional: true, Exact: true, Width: "w-m", Hint: "Pracownik socjalny i streetworker."},
		{ID: id + "-assistant", Name: "assistant", Label: "Identyfikator asystenta", Optional: true, Exact: true, Width: "w-m"},
		{ID: id + "-programmes", Name: "programmes", Label: "Programy", Optional: true, Exact: true, Width: "w-m", Hint: "Oddziel przecinkami."},
		{ID: id + "-agreements", Name: "agreements", Label: "Porozumienia", Optional: true, Exact: true, Width: "w-m", Hint: "Oddziel przecinkami."},
		{ID: id + "-every", Name: "every", Kind: "check", Label: "Wszystkie programy"},
		{ID: id + "-from", Name: "from", Label: "Od dnia", Optional: true, Width: "w-date"},
		{ID: id + "-until", Name: "until", Label: "Do dnia", Optional: true, Width: "w-date", Hint: "Audytor musi go mieć."},
	}
}

// grantOf is the role of a form.
func grantOf(form url.Values) (g account.Grant, err error) {
	ids := func(name string) (all []string) {
		for one := range strings.SplitSeq(form.Get(name), ",") {
			if one = strings.TrimSpace(one); one != "" {
				all = append(all, one)
			}
		}
		return all
	}
	day := func(name string) domain.Date {
		if form.Get(name) == "" {
			return 0
		}
		d, parsed := domain.ParseDate(polish.ReadDay(form.Get(name)))
		if parsed != nil && err == nil {
			err = wrongAt(name, "Wpisz dzień, na przykład 31.12.2026.")
		}
		return d
	}
	g = account.Grant{Role: access.Role(form.Get("role")), Worker: strings.TrimSpace(form.Get("worker")), Assistant: strings.TrimSpace(form.Get("assistant")), Programmes: ids("programmes"),
		Agreements: ids("agreements"), Every: form.Get("every") != "", From: day("from"), Until: day("until")}
	return g, err
}

func (s *server) addAccount(w http.ResponseWriter, r *http.Request, form url.Values) {
	o, err := formOrigin(r, form)
	var code commands.Code
	var g account.Grant
	if err == nil {
		g, err = grantOf(form)
	}
	if err == nil {
		code, err = s.accounts.Add(r.Context(), o, commands.AddAccount{Login: form.Get("login"), Name: form.Get("name"), Form: form.Get("form"), Grants: []account.Grant{g}})
	}
	if err != nil {
		p := s.problemOf(r.Context(), err)
		s.showAccounts(w, r, p.Status, form, refusalOf(p))
		return
	}
	s.codeShown(w, r, form.Get("name"), code)
}

// codeShown shows a code, once.
func (s *server) codeShown(w http.ResponseWriter, r *http.Request, name string, code commands.Code) {
	until := "Działa raz, przez godzinę od teraz."
	if code.Waits {
		until = "Najpierw musi to zatwierdzić dyrektor; potem działa raz, przez godzinę."
	}
	s.gate(w, r, http.StatusOK, pages.Gate{Title: "Kod do ustawienia hasła", Lead: name + " wpisze go razem z loginem na stronie " + pathOnce + ". " + until,
		Codes: &pages.GateCodes{Label: "Kod", Codes: []string{code.Code}}, Go: &pages.GateLink{Title: "Mam go, dalej", Href: pathAccounts + "/" + url.PathEscape(code.Account)},
		Hints: []string{"Przekaż go osobiście albo przez telefon, nie e-mailem. Drugi raz go nie zobaczysz; zawsze możesz wydać nowy."}})
}

func (s *server) accountPage(w http.ResponseWriter, r *http.Request) {
	s.showAccount(w, r, http.StatusOK, "", url.Values{}, pages.Refusal{})
}

func (s *server) showAccount(w http.ResponseWriter, r *http.Request, status int, which string, form url.Values, why pages.Refusal) {
	all, ok := s.listed(w, r)
	if !ok {
		return
	}
	i := slices.IndexFunc(all, func(a commands.KnownAccount) bool { return a.ID == chi.URLParam(r, "id") })
	if i < 0 {
		s.write(w, r, problem(codeNotFound, words.Of(account.ErrUnknown)))
		return
	}
	a, who := all[i], session.Of(r.Context())
	chip := s.stateOf(a)
	title := a.Whose.Name
	if title == "" {
		title = a.ID
	}
	b := pages.Board{Title: title, Here: pathAccounts, Meta: "login " + a.Whose.Login + ", konto " + chip.Text, Crumbs: []pages.Crumb{{Title: "Konta", Href: pathAccounts}, {Title: title}}}
	b.Sections = append(b.Sections, s.rolesOf(a, who))
	at := pathAccounts + "/" + url.PathEscape(a.ID) + "/"
	reason := func(id string) pages.Field {
		return pages.Field{ID: id, Name: "reason", Label: "Powód", Optional: true, Width: "w-l"}
	}
	one := func(id, title, submit, hint string, fields ...pages.Field) {
		b.Sections = append(b.Sections, pages.BoardSection{ID: "sekcja-" + id, Title: title, Forms: []pages.Form{{ID: id, Label: submit, Action: at + id, Submit: submit, Groups: []pages.FieldGroup{{Hint: hint, Fields: fields}}}}})
	}
	if who.May(access.ResetAccount) && !a.Disabled {
		one("dostep", "Odnowienie dostępu", "Wydaj kod", "Kod ustawia nowe hasło; dotychczasowe działa, dopóki nikt go nie użyje. Gdy zgubiono też telefon, zaznacz pole niżej.",
			pages.Field{ID: "dostep-factor", Name: "factor", Kind: "check", Label: "Aplikacja z kodami też będzie ustawiona od nowa"})
	}
	if who.May(access.SwitchAccount) && !a.Erased {
		submit, hint := "Wyłącz konto", "Wszystkie jego sesje i klucze kończą się od razu."
		if a.Disabled {
			submit, hint = "Włącz konto", "Zaloguje się dotychczasowym hasłem."
		}
		one("stan", "Wyłączenie", submit, hint, reason("stan-reason"))
		s := &b.Sections[len(b.Sections)-1].Forms[0]
		s.Kept = []pages.Pair{{Name: "disable", Value: strconv.FormatBool(!a.Disabled)}}
	}
	if who.May(access.CorrectAccount) && !a.Erased {
		one("popraw", "Login i nazwisko", "Popraw konto", "", append(ownerFields("popraw", a.Whose), pages.Field{ID: "popraw-reason", Name: "reason", Label: "Powód", Required: true, Width: "w-l"})...)
	}
	s.board(w, r, status, b, which, form, why)
}

// rolesOf are the roles of an account, and what can be done about them.
func (s *server) rolesOf(a commands.KnownAccount, who access.Who) pages.BoardSection {
	table := pages.Table{Label: "Role konta", Fits: true, Columns: []pages.Column{{Title: "Rola"}, {Title: "Stan"}, {Title: "Prosi"}}, Empty: pages.Empty{Title: "Nie ma ról.", Text: " Bez roli nikt się nie zaloguje."}}
	var held []pages.Choice
	for _, q := range a.Asked {
		if q.Grant == nil && q.Link == "" {
			continue
		}
		said := "użytkownik komputera " + q.User
		if q.Grant != nil {
			said = grantSaid(*q.Grant, a.Whose.Form)
		}
		chip := pages.Chip{State: "bad", Text: "odmówiono"}
		switch {
		case q.Pending():
			chip = pages.Chip{State: "warn", Text: "czeka na dyrektora"}
		case q.Stands():
			chip = pages.Chip{State: "good", Text: "nadana"}
			held = append(held, pages.Choice{Value: strconv.Itoa(q.Number), Title: said})
		case q.Allowed:
			chip = pages.Chip{State: "bad", Text: "odebrana"}
		}
		table.Rows = append(table.Rows, pages.Row{Cells: []pages.Cell{{Text: said}, {Chip: &chip}, {Text: q.By.Name}}})
	}
	section := pages.BoardSection{ID: "role", Title: "Role", Table: &table}
	if !who.May(access.AskForAccount) || a.Erased {
		return section
	}
	at := pathAccounts + "/" + url.PathEscape(a.ID) + "/"
	if len(held) > 0 {
		section.Forms = append(section.Forms, pages.Form{ID: "odbierz", Label: "Odbierz rolę", Action: at + "odbierz", Submit: "Odbierz rolę", Groups: []pages.FieldGroup{{Fields: []pages.Field{
			{ID: "odbierz-request", Name: "request", Label: "Rola", Choices: held}, {ID: "odbierz-reason", Name: "reason", Label: "Powód", Optional: true, Width: "w-l"}}}}})
	}
	section.Forms = append(section.Forms, pages.Form{ID: "rola", Label: "Poproś o rolę", Action: at + "rola", Submit: "Poproś o rolę", Groups: []pages.FieldGroup{
		{Fields: append(grantFields("rola"), pages.Field{ID: "rola-reason", Name: "reason", Label: "Powód", Optional: true, Width: "w-l"})}}})
	return section
}

// keeps serves a form of an account's page; a code that comes of it is shown.
func (s *server) keeps(which string, do func(*http.Request, commands.Origin, string, url.Values) (*commands.Code, error)) func(http.ResponseWriter, *http.Request, url.Values) {
	return func(w http.ResponseWriter, r *http.Request, form url.Values) {
		id := chi.URLParam(r, "id")
		o, err := formOrigin(r, form)
		var code *commands.Code
		if err == nil {
			code, err = do(r, o, id, form)
		}
		switch {
		case err != nil:
			p := s.problemOf(r.Context(), err)
			s.showAccount(w, r, p.Status, which, form, refusalOf(p))
		case code != nil:
			owner, _ := s.accounts.Owner(r.Context(), id) // else without a name
			s.codeShown(w, r, owner.Name, *code)
		default:
			s.done(w, r, pathAccounts+"/"+url.PathEscape(id))
		}
	}
}

func (s *server) askGrant(r *http.Request, o commands.Origin, id string, form url.Values) (*commands.Code, error) {
	g, err := grantOf(form)
	if err == nil {
		_, err = s.accounts.AskGrant(r.Context(), o, id, g, form.Get("reason"))
	}
	return nil, err
}

func (s *server) resetAccount(r *http.Request, o commands.Origin, id string, form url.Values) (*commands.Code, error) {
	code, err := s.accounts.Reset(r.Context(), o, id, form.Get("factor") != "")
	return &code, err
}

func (s *server) switchAccount(r *http.Request, o commands.Origin, id string, form url.Values) (*commands.Code, error) {
	_, err := s.accounts.Switch(r.Context(), o, id, form.Get("disable") == "true", form.Get("reason"))
	return nil, err
}

func (s *server) endGrant(r *http.Request, o commands.Origin, id string, form url.Values) (*commands.Code, error) {
	number, err := strconv.Atoi(form.Get("request"))
	if err == nil {
		_, err = s.accounts.End(r.Context(), o, id, number, form.Get("reason"))
	} else {
		err = wrongAt("request", "Wybierz rolę, którą odbierasz.")
	}
	return nil, err
}

func (s *server) correctAccount(r *http.Request, o commands.Origin, id string, form url.Values) (*commands.Code, error) {
	_, err := s.accounts.Correct(r.Context(), o, commands.CorrectAccount{Account: id, Login: form.Get("login"), Name: form.Get("name"), Form: form.Get("form"), Reason: form.Get("reason")})
	return nil, err
}
