package httpapi

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/account"
	"ksiega/internal/password"
)

// What people do at the entrance once: set a password by a code, set up what shows codes.

func (s *server) oncePage(w http.ResponseWriter, r *http.Request) {
	s.gate(w, r, http.StatusOK, s.onceForm(s.Desk.Entries.Token(w, r), url.Values{}, nil, nil))
}

// onceForm asks for a code that was told, and the password that somebody takes.
func (s *server) onceForm(token string, form url.Values, why map[string]string, notes []pages.Note) pages.Gate {
	return pages.Gate{Title: "Ustaw hasło kodem", Notes: notes,
		Lead: "Kod daje administrator przy zakładaniu konta albo odnawianiu dostępu. Działa raz, przez godzinę.",
		Form: &pages.GateForm{Action: pathOnce, Submit: "Ustaw hasło", Hidden: s.carried(token, form), Fields: []pages.Field{
			{ID: "login", Name: "login", Label: "Login", Value: form.Get("login"), Autocomplete: "username", Exact: true, Required: true},
			{ID: "kod", Name: "kod", Label: "Kod od administratora", Value: form.Get("kod"), Exact: true, Required: true, Error: why["kod"], Hint: "16 znaków; kreski i wielkość liter nie mają znaczenia."},
			{ID: "haslo", Name: "haslo", Label: "Nowe hasło", Type: "password", Autocomplete: "new-password", Required: true, Error: why["haslo"],
				Hint: "Najmniej 12 znaków. Najlepiej kilka niezwiązanych słów."},
			{ID: "powtorz", Name: "powtorz", Label: "Nowe hasło jeszcze raz", Type: "password", Autocomplete: "new-password", Required: true, Error: why["powtorz"]},
		}},
		Links: []pages.GateLink{{Title: "Mam już hasło", Href: pathEntrance}}}
}

const wrongOnce = "Login albo kod się nie zgadza, kod był już użyty albo minęła jego godzina. Popraw go albo poproś administratora o nowy."

// refusedPassword says why a password is not taken; "" where it is.
func refusedPassword(typed, again string, of commands.Owner) map[string]string {
	err := password.Check(typed, of.Login, of.Name, "Księga")
	switch {
	case errors.Is(err, password.ErrShort):
		return map[string]string{"haslo": "To hasło ma mniej niż 12 znaków. Wpisz dłuższe, na przykład kilka słów."}
	case errors.Is(err, password.ErrLong):
		return map[string]string{"haslo": "To hasło ma ponad 256 znaków. Wpisz krótsze."}
	case errors.Is(err, password.ErrCommon):
		return map[string]string{"haslo": "To hasło jest na listach haseł, które wyciekły, albo tylko coś powtarza. Wymyśl inne, na przykład kilka niezwiązanych słów."}
	case errors.Is(err, password.ErrOwn):
		return map[string]string{"haslo": "To hasło jest niewiele więcej niż Twoim loginem albo nazwiskiem. Wymyśl inne."}
	case err != nil:
		return map[string]string{"haslo": "Wymyśl inne hasło."}
	case typed != again:
		return map[string]string{"powtorz": "Oba hasła się różnią. Wpisz w obu polach to samo."}
	}
	return nil
}

func (s *server) once(w http.ResponseWriter, r *http.Request, form url.Values) {
	ctx, slowly, token := r.Context(), s.slowly(r.Context()), s.Desk.Entries.Token(w, r)
	again := func(status int, why map[string]string, notes []pages.Note) {
		s.gate(w, r, status, s.onceForm(token, form, why, notes))
	}
	login := commands.Login(form.Get("login"))
	of, known, err := s.accounts.ByLogin(ctx, login)
	counts := []session.Counted{session.OfLogin(login, "once"), session.OfAddress(s.address(r))}
	var wait time.Duration
	if err == nil {
		wait, err = s.Desk.Tries.Take(ctx, counts...)
	}
	if err != nil {
		s.write(w, r, s.problemOf(ctx, err))
		return
	}
	if wait > 0 {
		s.counted(outcomeWait)
		w.Header().Set("Retry-After", fmt.Sprint(int(wait/time.Second)+1))
		again(http.StatusTooManyRequests, map[string]string{"kod": waits(wait)}, nil)
		return
	}
	if !known || of.Renewing == 0 || !password.Same(of.Code, password.Digest(password.Typed(form.Get("kod")))) {
		s.refused(r, of.Member, known, account.WrongCode)
		slowly()
		again(http.StatusUnprocessableEntity, map[string]string{"kod": wrongOnce}, nil)
		return
	}
	s.right(ctx, counts...)
	owner, err := s.accounts.Owner(ctx, of.ID)
	if err != nil {
		s.write(w, r, s.problemOf(ctx, err))
		return
	}
	if why := refusedPassword(form.Get("haslo"), form.Get("powtorz"), owner); why != nil {
		again(http.StatusUnprocessableEntity, why, nil)
		return
	}
	s.open(w, r, form, of, again)
}

// open sets the password of an account whose code was right, and goes on as with a password
// that was.
func (s *server) open(w http.ResponseWriter, r *http.Request, form url.Values, of commands.Secrets, again func(int, map[string]string, []pages.Note)) {
	ctx := r.Context()
	hash, err := s.Hasher.Hash(ctx, form.Get("haslo"))
	if errors.Is(err, password.ErrBusy) {
		s.counted(outcomeBusy)
		w.Header().Set("Retry-After", "5")
		again(http.StatusServiceUnavailable, nil, noted("warn", tooBusy))
		return
	}
	if err == nil {
		_, err = s.accounts.Open(ctx, as(r, of.Member), of.ID, of.Renewing, hash)
	}
	var refusal *domain.Error
	if errors.As(err, &refusal) { // somebody else has used it meanwhile, or it was taken back
		again(http.StatusUnprocessableEntity, map[string]string{"kod": words.Of(refusal)}, nil)
		return
	}
	known := false
	if err == nil {
		of, known, err = s.accounts.Secrets(ctx, of.ID)
	}
	switch {
	case err != nil:
		s.write(w, r, s.problemOf(ctx, err))
	case !known || !of.Usable || len(of.Grants) == 0:
		s.gate(w, r, http.StatusOK, s.signInForm(s.Desk.Entries.Token(w, r), form, "", noted("good", "Hasło ustawione. Zaloguj się, gdy konto dostanie rolę.")))
	default:
		s.proved(w, r, form, of)
	}
}

// issuer is how authenticators name the ledger.
const issuer = "Księga"

// secretOf is a secret as an authenticator takes it.
func secretOf(secret, name string) *pages.GateSecret {
	address := "otpauth://totp/" + url.PathEscape(issuer+":"+name) + "?" + url.Values{"secret": {secret}, "issuer": {issuer}}.Encode()
	return &pages.GateSecret{Picture: pages.Picture(address, "Kod do zeskanowania aplikacją"), Letters: inFours(secret), Link: template.URL(address)} //nolint:gosec // made here
}

// inFours is a secret as people copy it.
func inFours(secret string) string {
	grouped := ""
	for i, r := range secret {
		if i > 0 && i%4 == 0 {
			grouped += " "
		}
		grouped += string(r)
	}
	return grouped
}

func aboutFactor(id string) string { return "factor\x00" + id }

// factorForm shows a secret and asks for the code that follows from it.
func (s *server) factorForm(r *http.Request, token string, form url.Values, id, secret, why string, notes []pages.Note) pages.Gate {
	owner, _ := s.accounts.Owner(r.Context(), id) // else without a name
	hidden := append(s.carried(token, form), pages.Pair{Name: entrySecret, Value: s.Desk.Seals.Seal([]byte(secret), aboutFactor(id))})
	return pages.Gate{Title: "Ustaw aplikację, która pokazuje kody", Lead: owner.Name, Notes: notes,
		Form: &pages.GateForm{Action: pathFactor, Submit: "Sprawdź i zaloguj", Hidden: hidden, Before: secretOf(secret, owner.Login), Fields: []pages.Field{
			{ID: "kod", Name: "kod", Label: "Sześć cyfr z aplikacji", Mode: "numeric", Autocomplete: "one-time-code", Code: true, Error: why,
				Hint: "Kod zmienia się co 30 sekund. Spacja nie przeszkadza."}}},
		Hints: []string{"Ta rola widzi dane ludzi, więc samo hasło nie wystarczy. Nada się każda aplikacja z kodami jednorazowymi (TOTP), na telefonie albo komputerze."}}
}

// setFactor takes an authenticator that shows the right code, and lets its owner in. The codes
// that take its place are shown in the answer and nowhere else.
func (s *server) setFactor(w http.ResponseWriter, r *http.Request, form url.Values) {
	of, ok := s.entered(w, r, form)
	if !ok {
		return
	}
	secret, opened := s.Desk.Seals.Open(form.Get(entrySecret), aboutFactor(of.ID))
	if !opened || of.Factor != "" { // it was set meanwhile: by that one, then
		s.restart(w, r, form)
		return
	}
	step, right := password.Step(string(secret), form.Get("kod"), s.Now())
	if !right {
		s.gate(w, r, http.StatusUnprocessableEntity, s.factorForm(r, s.Desk.Entries.Token(w, r), form, of.ID, string(secret), wrongCode, nil))
		return
	}
	ctx := r.Context()
	codes, _, err := s.accounts.SetFactor(ctx, as(r, of.Member), of.ID, string(secret))
	if err == nil {
		of, ok, err = s.accounts.Secrets(ctx, of.ID)
	}
	if err == nil && ok {
		_, err = s.begin(w, r, form, of, commands.SignIn{Factor: account.ByStep, Step: step})
	}
	if err != nil {
		s.write(w, r, s.problemOf(ctx, err))
		return
	}
	s.gate(w, r, http.StatusOK, s.recoveryShown(codes, local(form.Get(entryTo))))
}

// recoveryShown shows recovery codes, once.
func (s *server) recoveryShown(codes []string, to string) pages.Gate {
	return pages.Gate{Title: "Kody zapasowe", Lead: "Gdy nie masz telefonu, każdy z nich zastąpi raz kod z aplikacji. Wydrukuj je albo przepisz: drugi raz ich nie zobaczysz.",
		Codes: &pages.GateCodes{Label: "Kody zapasowe", Codes: codes}, Go: &pages.GateLink{Title: "Mam je zapisane, dalej", Href: to},
		Hints: []string{"Trzymaj je z dala od telefonu i komputera, na przykład w szafie na dokumenty. Nowe wydasz na stronie swojego konta."}}
}
