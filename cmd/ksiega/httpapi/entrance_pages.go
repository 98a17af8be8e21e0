package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/account"
	"ksiega/internal/password"
	"ksiega/internal/polish"
)

// The addresses of the entrance.
const (
	pathEntrance = "/wejscie"
	pathStep     = "/wejscie/krok"      // a code of an authenticator, or in its place
	pathFactor   = "/wejscie/aplikacja" // an authenticator is set up
	pathOnce     = "/wejscie/kod"       // a password is set by a code
	pathLeave    = "/wyjscie"
)

// What forms of the entrance carry beside what somebody typed.
const (
	entryTo     = "_do"    // where they go once they are in
	entrySecret = "_klucz" // of an authenticator that is being set up, sealed
	entryChosen = "konto"  // of the sample, whose password everybody knows
)

// entrance serves the pages at which people come in.
func (s *server) entrance(page chi.Router) {
	page.Get(pathEntrance, s.signInPage)
	page.Post(pathEntrance, s.enters(s.signIn))
	page.Get(pathOnce, s.oncePage)
	page.Post(pathOnce, s.enters(s.once))
	page.Post(pathStep, s.enters(s.step))
	page.Post(pathFactor, s.enters(s.setFactor))
	for _, path := range []string{pathStep, pathFactor} { // somebody comes back to it by their history
		page.Get(path, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, pathEntrance, http.StatusSeeOther) })
	}
	page.Post(pathLeave, s.posts(s.leave))
}

// gate answers with a page of the entrance.
func (s *server) gate(w http.ResponseWriter, r *http.Request, status int, of pages.Gate) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_ = s.pages.Gate(w, of)
	}
}

// enters reads a form of the entrance, and turns away what no page of this browser's sent.
func (s *server) enters(do func(http.ResponseWriter, *http.Request, url.Values)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		form, p := readForm(w, r)
		if p != nil {
			s.write(w, r, p)
			return
		}
		if !s.Desk.Entries.Sent(r, form.Get(formToken)) {
			s.gate(w, r, http.StatusForbidden, s.signInForm(s.Desk.Entries.Token(w, r), form, "", noted("warn",
				"Ta strona była otwarta zbyt długo albo przeglądarka nie przyjmuje ciasteczek. Włącz je dla tego adresu i zaloguj się jeszcze raz.")))
			return
		}
		do(w, r, form)
	}
}

func noted(state, text string) []pages.Note {
	role := "status"
	if state == "bad" || state == "warn" {
		role = "alert"
	}
	return []pages.Note{{State: state, Role: role, Text: text}}
}

// carried is what every form of the entrance hands on to the next.
func (s *server) carried(token string, form url.Values) []pages.Pair {
	all := []pages.Pair{{Name: formToken, Value: token}}
	if to := local(form.Get(entryTo)); to != "/" {
		all = append(all, pages.Pair{Name: entryTo, Value: to})
	}
	if late := form.Get(entryLate); late != "" {
		all = append(all, pages.Pair{Name: entryLate, Value: late})
	}
	return all
}

// local is an address of ours, the start page of what is none: a link leads nobody elsewhere
// by signing in.
func local(to string) string {
	u, err := url.Parse(to)
	bad := func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsFunc(to, bad) || len(to) > 2000 ||
		strings.HasPrefix(u.Path, pathEntrance) || strings.HasPrefix(u.Path, pathLeave) {
		return "/"
	}
	return to
}

func (s *server) signInPage(w http.ResponseWriter, r *http.Request) {
	some, err := s.accounts.Exist(r.Context())
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	var notes []pages.Note
	switch {
	case !some:
		s.gate(w, r, http.StatusOK, pages.Gate{Title: "Nie ma jeszcze kont", Notes: s.sampleOver(r.Context()),
			Lead:  "Pierwsze konto zakłada na tym komputerze ten, kto prowadzi księgę: ksiega account add.",
			Links: []pages.GateLink{{Title: "Wróć na stronę startową", Href: "/"}}})
		return
	case r.URL.Query().Has("koniec"):
		notes = noted("info", "Sesja się skończyła. Zaloguj się jeszcze raz: wrócisz tam, gdzie jesteś.")
	case r.URL.Query().Has("wyjscie"):
		notes = noted("good", "Wylogowano.")
	}
	notes = append(notes, s.sampleOver(r.Context())...)
	form := url.Values{entryTo: {r.URL.Query().Get("do")}}
	g := s.signInForm(s.Desk.Entries.Token(w, r), form, "", notes)
	if g.Other, err = s.offered(r.Context(), g.Form.Hidden); err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.gate(w, r, http.StatusOK, g)
}

// sampleOver says where the sample's accounts were offered, and let nobody in by now.
func (s *server) sampleOver(ctx context.Context) []pages.Note {
	var over *domain.Error
	if s.SamplePassword == "" || !errors.As(s.accounts.SampleOver(ctx), &over) {
		return nil
	}
	return noted("warn", words.Of(over))
}

// offered are the accounts of the sample; nil where there are none.
func (s *server) offered(ctx context.Context, hidden []pages.Pair) (*pages.GateList, error) {
	if s.SamplePassword == "" {
		return nil, nil //nolint:nilnil // there is nothing to offer
	}
	all, err := s.accounts.OfSample(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	list := &pages.GateList{Title: "Konta ośrodka przykładowego", Hint: "Widoczne tylko przy danych przykładowych. Hasło wszystkich kont: " + s.SamplePassword, Action: pathEntrance, Name: entryChosen, Hidden: hidden}
	for _, a := range all {
		var roles []string
		for _, g := range a.Grants(s.Ledger.Today()) {
			roles = append(roles, grantSaid(g, a.Whose.Form))
		}
		list.Choices = append(list.Choices, pages.GateChoice{Value: a.Whose.Login, Title: a.Whose.Name, Code: a.Whose.Login, Hint: strings.Join(roles, "; ")})
	}
	return list, nil
}

// signInForm is the first page. Why is said at the password, of which nobody is told whether it
// was that or the login.
func (s *server) signInForm(token string, form url.Values, why string, notes []pages.Note) pages.Gate {
	return pages.Gate{Title: "Zaloguj się", Notes: notes,
		Form: &pages.GateForm{Action: pathEntrance, Submit: "Dalej", Hidden: s.carried(token, form), Fields: []pages.Field{
			{ID: "login", Name: "login", Label: "Login", Value: form.Get("login"), Autocomplete: "username", Exact: true, Required: true},
			{ID: "haslo", Name: "haslo", Label: "Hasło", Type: "password", Autocomplete: "current-password", Required: true, Error: why},
		}},
		Links: []pages.GateLink{{Title: "Mam kod do ustawienia hasła", Href: pathOnce}},
		Hints: []string{"Po 5 pomyłkach następna próba czeka minutę, potem dłużej. Nowe hasło daje kod od administratora. Każde logowanie jest zapisywane; " +
			"po 20 minutach bez ruchu księga wyloguje, najpóźniej po 10 godzinach."},
	}
}

const (
	wrongLogin = "Login albo hasło się nie zgadza. Sprawdź Caps Lock i wpisz jeszcze raz."
	wrongCode  = "Kod się nie zgadza. Wpisz ten, który aplikacja pokazuje teraz."
	tooBusy    = "Zbyt wiele osób loguje się w tej chwili. Poczekaj kilka sekund i wyślij jeszcze raz: niczego nie trzeba zmieniać."
	startAgain = "Minęło za dużo czasu albo było za dużo pomyłek. Zacznij od loginu i hasła."
)

// waits says how long.
func waits(wait time.Duration) string {
	minutes := int64((wait + time.Minute - time.Second) / time.Minute)
	if wait < time.Minute {
		return "Za dużo pomyłek. Poczekaj " + polish.Noun{One: "sekundę", Few: "sekundy", Many: "sekund"}.Count(int64(wait/time.Second)+1) + " i spróbuj jeszcze raz."
	}
	return "Za dużo pomyłek. Poczekaj " + polish.Noun{One: "minutę", Few: "minuty", Many: "minut"}.Count(minutes) + " i spróbuj jeszcze raz."
}

// An outcome of a sign-in is counted, and says of nobody who it was.
const (
	outcomeIn      = "in"
	outcomeUnknown = "unknown-login"
	outcomeWrong   = "refused"
	outcomeWait    = "delayed"
	outcomeBusy    = "busy"
)

func (s *server) counted(outcome string) {
	if s.SignIns != nil {
		s.SignIns(outcome)
	}
}

// slowly is when an answer that refuses may be sent: as late where nothing was recorded of it.
func (s *server) slowly(ctx context.Context) (wait func()) {
	if s.Slow <= 0 {
		return func() {}
	}
	late := time.NewTimer(s.Slow)
	return func() {
		defer late.Stop()
		select {
		case <-late.C:
		case <-ctx.Done():
		}
	}
}

// tried are what a try at a login counts against: where the browser is known, it alone.
func (s *server) tried(r *http.Request, login, device string) []session.Counted {
	of := []session.Counted{session.OfLogin(login, device)}
	if device == "" {
		of = append(of, session.OfAddress(s.address(r)))
	}
	return of
}

func (s *server) signIn(w http.ResponseWriter, r *http.Request, form url.Values) {
	ctx, slowly := r.Context(), s.slowly(r.Context())
	token := s.Desk.Entries.Token(w, r)
	again := func(status int, why string, notes []pages.Note) {
		s.gate(w, r, status, s.signInForm(token, form, why, notes))
	}
	if chosen := form.Get(entryChosen); chosen != "" && s.SamplePassword != "" {
		form.Set("login", chosen)
		form.Set("haslo", s.SamplePassword)
	}
	login := commands.Login(form.Get("login"))
	secrets, known, err := s.accounts.ByLogin(ctx, login)
	device := ""
	if err == nil && known {
		device, _, err = s.Desk.Devices.Known(r, secrets.ID, secrets.Session)
	}
	of := s.tried(r, login, device)
	var wait time.Duration
	if err == nil {
		wait, err = s.Desk.Tries.Take(ctx, of...)
	}
	if err != nil {
		s.write(w, r, s.problemOf(ctx, err))
		return
	}
	if wait > 0 {
		s.counted(outcomeWait)
		w.Header().Set("Retry-After", fmt.Sprint(int(wait/time.Second)+1))
		again(http.StatusTooManyRequests, waits(wait), nil)
		return
	}
	ok, stale, err := s.proves(ctx, secrets, known, form.Get("haslo"))
	switch {
	case errors.Is(err, password.ErrBusy):
		s.Desk.Tries.Undo(ctx, of...)
		s.counted(outcomeBusy)
		w.Header().Set("Retry-After", "5")
		again(http.StatusServiceUnavailable, "", noted("warn", tooBusy))
	case err != nil:
		s.write(w, r, s.problemOf(ctx, err))
	case !ok:
		s.refused(r, secrets.Member, known, why(secrets.Member))
		slowly()
		again(http.StatusUnprocessableEntity, wrongLogin, s.sampleOver(ctx))
	default:
		s.right(ctx, of...)
		if stale {
			s.rehash(r, secrets, form.Get("haslo"))
		}
		s.proved(w, r, form, secrets)
	}
}

// proves says whether a password lets somebody in. It takes the time of a hash, whoever it is.
func (s *server) proves(ctx context.Context, of commands.Secrets, known bool, typed string) (ok, stale bool, err error) {
	if !known || of.Password == "" {
		return false, false, s.Hasher.Refuse(ctx, typed)
	}
	ok, stale, err = s.Hasher.Proves(ctx, of.Password, typed)
	return ok && of.Usable && len(of.Grants) > 0, stale, err
}

// why somebody is refused whose login there is, as far as the account alone says.
func why(m commands.Member) account.Why {
	switch {
	case !m.Usable:
		return account.WasDisabled
	case len(m.Grants) == 0:
		return account.NoGrant
	}
	return account.WrongPassword
}

// refused tells the ledger of who was not let in; of a login that there is not, a metric.
func (s *server) refused(r *http.Request, m commands.Member, known bool, why account.Why) {
	if !known {
		s.counted(outcomeUnknown)
		return
	}
	s.counted(outcomeWrong)
	ctx, done := context.WithTimeout(context.WithoutCancel(r.Context()), requestBound)
	defer done()
	if err := s.accounts.Refused(ctx, as(r, m), m.ID, why); err != nil {
		s.Log.Warn("who was not let in is not recorded", "correlation", correlation(ctx), "error", err)
	}
}

// right says that tries were right. What can't be forgotten now is held against them a while.
func (s *server) right(ctx context.Context, of ...session.Counted) {
	if err := s.Desk.Tries.Right(ctx, of...); err != nil {
		s.Log.Warn("tries are not forgotten", "correlation", correlation(ctx), "error", err)
	}
}

// rehash keeps a password in a hash that costs what hashes cost by now. It can wait.
func (s *server) rehash(r *http.Request, of commands.Secrets, typed string) {
	hash, err := s.Hasher.Hash(r.Context(), typed)
	if err == nil {
		_, err = s.accounts.Rehash(r.Context(), as(r, of.Member), of.ID, hash, of.Kept)
	}
	if err != nil && !errors.Is(err, password.ErrBusy) {
		s.Log.Warn("a password is not hashed anew", "correlation", correlation(r.Context()), "error", err)
	}
}

// proved goes on where a password was right: to the code, to setting up what shows codes, or in.
func (s *server) proved(w http.ResponseWriter, r *http.Request, form url.Values, of commands.Secrets) {
	_, remembered, err := s.Desk.Devices.Known(r, of.ID, of.Session)
	switch {
	case err != nil:
	case of.Factor != "" && remembered:
		err = s.in(w, r, form, of, commands.SignIn{Factor: account.ByRemembered})
	case of.Factor == "" && !needsFactor(of.Member):
		err = s.in(w, r, form, of, commands.SignIn{})
	default:
		var token string
		token, err = s.Desk.Entries.Proved(r.Context(), w, r, session.Entry{Account: of.ID, Number: of.Session})
		if err != nil {
			break
		}
		if of.Factor == "" {
			s.gate(w, r, http.StatusOK, s.factorForm(r, token, form, of.ID, password.NewSecret(), "", nil))
			return
		}
		s.gate(w, r, http.StatusOK, s.stepForm(r, token, form, of.ID, "", nil))
		return
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
	}
}

// stepForm asks for a code.
func (s *server) stepForm(r *http.Request, token string, form url.Values, id, why string, notes []pages.Note) pages.Gate {
	g := pages.Gate{Title: "Drugi krok: kod z aplikacji", Lead: s.named(r, id), Notes: notes, Form: &pages.GateForm{Action: pathStep, Submit: "Zaloguj",
		Hidden: s.carried(token, form),
		Fields: []pages.Field{
			{ID: "kod", Name: "kod", Label: "Sześć cyfr", Mode: "numeric", Autocomplete: "one-time-code", Code: true, Hint: "Kod zmienia się co 30 sekund. Spacja nie przeszkadza."},
			{ID: "zapamietaj", Name: "zapamietaj", Kind: "check", Label: "Nie pytaj o kod na tym komputerze do końca dnia", Value: form.Get("zapamietaj")}},
		Title:  "Nie mam telefonu",
		Open:   form.Get("zapasowy") != "",
		Folded: []pages.Field{{ID: "zapasowy", Name: "zapasowy", Label: "Kod zapasowy", Exact: true, Hint: "Jeden z 10 kodów wydanych razem z aplikacją; każdy działa raz. Gdy ich nie masz, poproś administratora o nowy dostęp."}}},
		Links: []pages.GateLink{{Title: "Zaloguj się jako ktoś inny", Href: pathEntrance}}}
	if form.Get("zapasowy") != "" {
		g.Form.Folded[0].Error = why
	} else {
		g.Form.Fields[0].Error = why
	}
	return g
}

// named is whose account it is, to who has proved their password.
func (s *server) named(r *http.Request, id string) string {
	owner, err := s.accounts.Owner(r.Context(), id)
	if err != nil {
		return ""
	}
	return owner.Name
}

// entered is who has proved their password in this browser, if nothing has changed since; else
// they begin again, which is answered.
func (s *server) entered(w http.ResponseWriter, r *http.Request, form url.Values) (of commands.Secrets, ok bool) {
	entry, ok, err := s.Desk.Entries.Found(r)
	if err == nil && ok {
		if of, ok, err = s.accounts.Secrets(r.Context(), entry.Account); err == nil && ok {
			ok = of.Usable && len(of.Grants) > 0 && of.Session == entry.Number
		}
	}
	switch {
	case err != nil:
		s.write(w, r, s.problemOf(r.Context(), err))
		return of, false
	case !ok:
		s.restart(w, r, form)
		return of, false
	}
	return of, true
}

// restart leads back to the password.
func (s *server) restart(w http.ResponseWriter, r *http.Request, form url.Values) {
	s.gate(w, r, http.StatusUnprocessableEntity, s.signInForm(s.Desk.Entries.Token(w, r), form, "", noted("warn", startAgain)))
}

func (s *server) step(w http.ResponseWriter, r *http.Request, form url.Values) {
	of, ok := s.entered(w, r, form)
	if !ok {
		return
	}
	ctx, token := r.Context(), s.Desk.Entries.Token(w, r)
	device, _, err := s.Desk.Devices.Known(r, of.ID, of.Session)
	counts := []session.Counted{session.OfCode(of.ID, device)}
	var wait time.Duration
	if err == nil {
		wait, err = s.Desk.Tries.Take(ctx, counts...)
	}
	switch {
	case err != nil:
		s.write(w, r, s.problemOf(ctx, err))
		return
	case wait > 0:
		s.counted(outcomeWait)
		w.Header().Set("Retry-After", fmt.Sprint(int(wait/time.Second)+1))
		s.gate(w, r, http.StatusTooManyRequests, s.stepForm(r, token, form, of.ID, waits(wait), nil))
		return
	}
	in, found := codeOf(of, form, s.Now())
	if found {
		if err = s.in(w, r, form, of, in); err == nil {
			s.right(ctx, counts...)
			return
		}
	}
	s.wrongCode(w, r, form, of, err)
}

// codeOf is what a code that was typed proves.
func codeOf(of commands.Secrets, form url.Values, now time.Time) (commands.SignIn, bool) {
	if typed := form.Get("zapasowy"); typed != "" {
		digest := password.Digest(password.Typed(typed))
		for i, kept := range of.Recovery {
			if password.Same(kept, digest) {
				return commands.SignIn{Factor: account.ByRecovery, Recovery: i + 1, Kept: of.Kept}, true
			}
		}
		return commands.SignIn{}, false
	}
	step, ok := password.Step(of.Factor, form.Get("kod"), now)
	return commands.SignIn{Factor: account.ByStep, Step: step}, ok
}

// wrongCode asks for a code again, or for the password where too many were none. Err is why one
// that was right is not taken: it was used.
func (s *server) wrongCode(w http.ResponseWriter, r *http.Request, form url.Values, of commands.Secrets, err error) {
	said := wrongCode
	if form.Get("zapasowy") != "" {
		said = "Kod zapasowy się nie zgadza. Sprawdź go na wydruku i wpisz jeszcze raz."
	}
	var refusal *domain.Error
	switch {
	case errors.As(err, &refusal) && refusal.Code == domain.CodeRule:
		said = words.Of(refusal)
	case err != nil:
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.refused(r, of.Member, true, account.WrongCode)
	again, err := s.Desk.Entries.Wrong(r)
	switch {
	case err != nil:
		s.write(w, r, s.problemOf(r.Context(), err))
	case !again:
		s.restart(w, r, form)
	default:
		s.gate(w, r, http.StatusUnprocessableEntity, s.stepForm(r, s.Desk.Entries.Token(w, r), form, of.ID, said, nil))
	}
}

// in records that somebody is in, begins their session and leads to where they wanted to go.
func (s *server) in(w http.ResponseWriter, r *http.Request, form url.Values, of commands.Secrets, c commands.SignIn) error {
	signed, err := s.begin(w, r, form, of, c)
	if err == nil {
		s.onward(w, r, form, signed)
	}
	return err
}

// begin is in without an answer. The session begins last: whatever fails, nobody is in.
func (s *server) begin(w http.ResponseWriter, r *http.Request, form url.Values, of commands.Secrets, c commands.SignIn) (signed session.Signed, err error) {
	ctx, done := context.WithTimeout(context.WithoutCancel(r.Context()), requestBound)
	defer done()
	cookie := s.Desk.Devices.Cookie(w, r)
	c.Account, c.Device = of.ID, s.Desk.Devices.Tag(cookie)
	if _, err := s.accounts.SignIn(ctx, as(r, of.Member), c); err != nil {
		return signed, err
	}
	var until time.Time
	if form.Get("zapamietaj") != "" && (c.Factor == account.ByStep || c.Factor == account.ByRecovery) {
		until = s.dayEnds()
	}
	err = s.Desk.Devices.Remember(ctx, cookie, of.ID, of.Session, until)
	if err == nil {
		err = s.Desk.Entries.Over(w, r)
	}
	if err == nil {
		signed, err = s.Desk.Sessions.Begin(ctx, w, session.Signed{Account: of.ID, Number: of.Session, Factor: string(c.Factor)})
	}
	if err == nil {
		s.counted(outcomeIn)
	}
	return signed, err
}

// dayEnds is the end of the civil day.
func (s *server) dayEnds() time.Time {
	now := s.Now().In(s.Ledger.Zone)
	return time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, s.Ledger.Zone)
}

// leave signs out, also whoever was signed out already.
func (s *server) leave(w http.ResponseWriter, r *http.Request, _ url.Values) {
	if err := s.Desk.Sessions.End(w, r); err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	http.Redirect(w, r, pathEntrance+"?wyjscie", http.StatusSeeOther)
}
