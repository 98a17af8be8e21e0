package httpapi_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ksiega/domain/access"
	"ksiega/internal/password"
	"ksiega/internal/testkit/accounttest"
)

// the form of a page by its address.
func (b *browser) formAt(action string, typed ...string) url.Values {
	b.t.Helper()
	_, rest, found := strings.Cut(b.page, `action="`+html.EscapeString(action)+`"`)
	if !found {
		b.t.Fatalf("no form for %s at %s: %s", action, b.at, b.page)
	}
	rest, _, _ = strings.Cut(rest, "</form>")
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(rest, -1) {
		form.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	for i := 0; i+1 < len(typed); i += 2 {
		form.Set(typed[i], typed[i+1])
	}
	return form
}

// sends fills a form of the page in and sends it.
func (b *browser) sends(action string, typed ...string) *http.Response {
	b.t.Helper()
	return b.do(http.MethodPost, action, b.formAt(action, typed...))
}

func shownCode(t *testing.T, b *browser) string {
	t.Helper()
	m := regexp.MustCompile(`<code>([0-9A-Z-]{19})</code>`).FindStringSubmatch(b.page)
	if m == nil {
		t.Fatalf("no code is shown: %s", b.page)
	}
	return m[1]
}

// An account is made, lost and restored: the administrator asks, the director decides, the owner
// sets the password by a code that was shown once.
func TestAnAccountIsMadeLostAndRestored(t *testing.T) {
	t.Parallel()
	o := enter(t)
	admin, director := o.signIn(access.Administrator), o.signIn(access.Director)
	again := func(b *browser, role access.Role) { // the others take their time
		if !b.in() {
			o.signInWith(b, role)
		}
	}
	admin.get("/konta")
	if !strings.Contains(admin.page, "Marta Przykładna") {
		t.Errorf("the list: %s", admin.page)
	}
	admin.wants(admin.sends("/konta", "name", "Zofia Nowa", "login", "Zofia Nowa", "role", "finance", "form", "k"), http.StatusUnprocessableEntity, "Podaj inny login")
	if !strings.Contains(admin.page, `value="Zofia Nowa"`) {
		t.Error("a refused form comes back empty")
	}
	admin.wants(admin.sends("/konta", "name", "Zofia Nowa", "login", "zofia.nowa", "role", "finance", "form", "k"), http.StatusOK, "Kod do ustawienia hasła")
	code := shownCode(t, admin)
	account := regexp.MustCompile(`/konta/(K-[0-9A-Z]+)`).FindStringSubmatch(admin.page)[1]
	if admin.get("/konta/" + account); strings.Contains(admin.page, code) || !strings.Contains(admin.page, "czeka na dyrektora") {
		t.Errorf("the account: %s", admin.page)
	}
	decide := func() {
		t.Helper()
		again(director, access.Director)
		for {
			director.get("/decyzje")
			m := regexp.MustCompile(`action="(/decyzje/` + account + `/\d+)"`).FindStringSubmatch(director.page)
			if m == nil {
				return
			}
			if w := director.sends(m[1], "decyzja", "tak"); w.StatusCode != http.StatusSeeOther {
				t.Fatalf("a decision: %d %s", w.StatusCode, director.page)
			}
		}
	}
	owner := o.browser()
	once := func(typed, secret string) *http.Response {
		owner.get("/wejscie/kod")
		return owner.send("login", "zofia.nowa", "kod", typed, "haslo", secret, "powtorz", secret)
	}
	owner.wants(once(code, accounttest.Password), http.StatusUnprocessableEntity, "Login albo kod się nie zgadza") // nobody has allowed it
	decide()
	owner.wants(once(code, accounttest.Password), http.StatusOK, "Ustaw aplikację")
	secret := strings.ReplaceAll(regexp.MustCompile(`gate-letters">([A-Z2-7 ]+)<`).FindStringSubmatch(owner.page)[1], " ", "")
	show := func() string { return password.CodeAt(secret, password.StepAt(o.Clock.Now())) }
	owner.wants(owner.send("kod", show()), http.StatusOK, "Kody zapasowe")
	if !owner.in() {
		t.Fatal("whoever opened the account is not in")
	}
	stranger := o.browser()
	stranger.get("/wejscie/kod")
	stranger.wants(stranger.send("login", "zofia.nowa", "kod", code, "haslo", "zupełnie inne hasło", "powtorz", "zupełnie inne hasło"), http.StatusUnprocessableEntity, "był już użyty")

	// Lost: password and telephone.
	again(admin, access.Administrator)
	admin.get("/konta/" + account)
	admin.wants(admin.sends("/konta/"+account+"/dostep", "factor", "tak"), http.StatusOK, "Najpierw musi to zatwierdzić dyrektor")
	code = shownCode(t, admin)
	if !owner.in() {
		t.Error("asking for a reset signs somebody out")
	}
	decide()
	if owner.in() {
		t.Error("a reset that was allowed signs nobody out")
	}
	o.Clock.Pass(61 * time.Minute)
	owner.wants(once(code, "nowe hasło po zgubie"), http.StatusUnprocessableEntity, "minęła jego godzina")
	again(admin, access.Administrator)
	admin.get("/konta/" + account)
	admin.sends("/konta/"+account+"/dostep", "factor", "tak")
	code = shownCode(t, admin)
	decide()
	owner.wants(once(code, "nowe hasło po zgubie"), http.StatusOK, "Ustaw aplikację")

	// Disabled.
	again(admin, access.Administrator)
	admin.get("/konta/" + account)
	if w := admin.sends("/konta/"+account+"/stan", "reason", "odejście"); w.StatusCode != http.StatusSeeOther {
		t.Fatalf("disable: %d %s", w.StatusCode, admin.page)
	}
	owner.get("/wejscie")
	owner.wants(owner.send("login", "zofia.nowa", "haslo", "nowe hasło po zgubie"), http.StatusUnprocessableEntity, "Login albo hasło się nie zgadza")
}

// Whoever has no right to accounts sees none, and changes none, by any form.
func TestAccountsAreKeptByWhoMay(t *testing.T) {
	t.Parallel()
	o := enter(t)
	victim := o.Members[access.Finance]
	for _, role := range []access.Role{access.Coordinator, access.Finance, access.Auditor, access.Caseworker, access.Director, access.Officer} {
		b := o.signIn(role)
		b.get("/konto")
		token := b.form().Get("_token")
		may := role == access.Director || role == access.Officer // they see
		for _, path := range []string{"/konta", "/konta/" + victim.ID, "/decyzje"} {
			if status := b.get(path); may != (status == http.StatusOK) || strings.Contains(b.page, victim.Login) && !may {
				t.Errorf("%s reads %s: %d", role, path, status)
			}
		}
		for path, form := range map[string]url.Values{
			"/konta":                          {"name": {"X Y"}, "login": {"x.y"}, "role": {"finance"}},
			"/konta/" + victim.ID + "/rola":   {"role": {"director"}},
			"/konta/" + victim.ID + "/dostep": {},
			"/konta/" + victim.ID + "/stan":   {"disable": {"true"}, "reason": {"x"}},
			"/decyzje/" + victim.ID + "/1":    {"decyzja": {"tak"}},
		} {
			form.Set("_token", token)
			form.Set("_key", "k")
			if role == access.Officer && strings.HasPrefix(path, "/decyzje") {
				continue // they may say that they know of it
			}
			if w := b.do(http.MethodPost, path, form); w.StatusCode < 400 || w.StatusCode >= 500 {
				t.Errorf("%s posts %s: %d", role, path, w.StatusCode)
			}
		}
	}
	// Nobody widens their own, or restores themselves.
	admin := o.signIn(access.Administrator)
	own := o.Members[access.Administrator].ID
	admin.get("/konta/" + own)
	admin.wants(admin.sends("/konta/"+own+"/rola", "role", "director", "reason", "x"), http.StatusUnprocessableEntity, "Poproś innego administratora")
	admin.wants(admin.sends("/konta/"+own+"/dostep"), http.StatusUnprocessableEntity, "Poproś innego administratora")
	admin.wants(admin.sends("/konta/"+own+"/stan", "reason", "x"), http.StatusUnprocessableEntity, "jest ostatnim")
	if m, ok, err := o.Accounts.Member(t.Context(), victim.ID); err != nil || !ok || !m.Usable || len(m.Grants) != 1 {
		t.Errorf("%+v %v", m, err)
	}
}
