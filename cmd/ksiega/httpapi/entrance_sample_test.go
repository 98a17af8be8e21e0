package httpapi_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/password"
	"ksiega/internal/testkit/accounttest"
	"ksiega/internal/testkit/browsertest"

	"github.com/chromedp/chromedp"
)

// chooses signs in as a role of the sample, by choosing it.
func (o *office) chooses(role access.Role) *browser {
	o.t.Helper()
	b := o.browser()
	b.get("/wejscie")
	if w := b.do(http.MethodPost, "/wejscie", b.form("konto", o.Members[role].Login)); w.StatusCode != http.StatusSeeOther || !b.in() {
		o.t.Fatalf("whoever chose %s: %d %s", role, w.StatusCode, b.page)
	}
	return b
}

// The accounts of the sample are offered to who chooses one, beside what visitors are shown; no
// others are let in that way.
func TestTheSamplesAccountsAreOffered(t *testing.T) {
	t.Parallel()
	o, _ := enterSample(t)
	for path, want := range map[string]int{"/reports/refunds": http.StatusOK, "/api/v1/reports/refunds": http.StatusOK, "/": http.StatusOK, "/docs": http.StatusOK,
		"/konta": http.StatusSeeOther, "/miesiace": http.StatusSeeOther, "/api/v1/events": http.StatusUnauthorized} {
		if status := o.browser().get(path); status != want {
			t.Errorf("a visitor at %s: %d", path, status)
		}
	}
	b := o.browser()
	if b.get("/"); !strings.Contains(b.page, `href="/wejscie"`) {
		t.Error("a visitor finds no entrance")
	}
	b.get("/wejscie")
	for role, m := range o.Members {
		if !strings.Contains(b.page, m.Name) || !strings.Contains(b.page, accounttest.Password) {
			t.Errorf("%s is not offered: %s", role, b.page)
		}
		o.chooses(role)
	}
	plain := enter(t)
	other := plain.browser()
	other.get("/wejscie")
	if strings.Contains(other.page, "przykład") {
		t.Errorf("accounts are offered where nothing is a sample: %s", other.page)
	}
	other.wants(other.do(http.MethodPost, "/wejscie", other.form("konto", plain.Members[access.Finance].Login)), http.StatusUnprocessableEntity, "Login albo hasło")
}

// Whoever uses an account of the sample sets up an authenticator, which is asked for from then on.
// The password stays everybody's.
func TestAnAccountOfTheSampleIsItsOwners(t *testing.T) {
	t.Parallel()
	o, _ := enterSample(t)
	b := o.chooses(access.Coordinator)
	b.get("/konto")
	b.wants(b.do(http.MethodPost, "/konto/haslo", b.form("obecne", accounttest.Password, "haslo", "zupełnie inne hasło", "powtorz", "zupełnie inne hasło")), http.StatusUnprocessableEntity, "nie można go tu zmienić")
	b.get("/konto")
	if w := b.do(http.MethodPost, "/konto/aplikacja", b.form("obecne", accounttest.Password)); w.StatusCode != http.StatusOK {
		t.Fatalf("another authenticator: %d", w.StatusCode)
	}
	secret := strings.ReplaceAll(regexp.MustCompile(`gate-letters[^>]*>([A-Z2-7 ]+)<`).FindStringSubmatch(b.page)[1], " ", "")
	b.wants(b.do(http.MethodPost, "/konto/aplikacja/kod", b.form("kod", password.CodeAt(secret, password.StepAt(o.Clock.Now())))), http.StatusOK, "Kody zapasowe")
	next := o.browser()
	next.get("/wejscie")
	next.wants(next.do(http.MethodPost, "/wejscie", next.form("konto", o.Members[access.Coordinator].Login)), http.StatusOK, "Drugi krok")
}

// Once a ledger holds more than the sample nobody is in by one of its accounts: not who signed in
// before, not a program by its token, and not who chooses one on a page that is still open.
func TestTheSamplesAccountsAreClosed(t *testing.T) {
	t.Parallel()
	o, over := enterSample(t)
	in, late, half := o.chooses(access.Coordinator), o.browser(), o.browser()
	late.get("/wejscie")
	half.get("/wejscie")
	issued, err := o.Accounts.Issue(t.Context(), o.As(access.Coordinator), o.Members[access.Coordinator].ID, account.Token{Role: access.Coordinator, Records: true, Until: o.Ledger.Today() + 30}, "arkusz", 0)
	if err != nil {
		t.Fatal(err)
	}
	bearer := []string{"Authorization", "Bearer " + issued.Shown, "Accept", "application/json"}
	if status := o.browser().get("/api/v1/events", bearer...); status != http.StatusOK {
		t.Fatalf("by a token: %d", status)
	}
	over()
	for path, want := range map[string]int{"/osoby": http.StatusUnauthorized, "/reports/refunds": http.StatusUnauthorized, "/konto": http.StatusUnauthorized} {
		if status := in.get(path); status != want || strings.Contains(in.page, o.Members[access.Coordinator].Name) {
			t.Errorf("whoever had signed in at %s: %d %s", path, status, in.page)
		}
	}
	for _, path := range []string{"/api/v1/events", "/api/v1/reports/refunds"} {
		if status := o.browser().get(path, bearer...); status != http.StatusUnauthorized {
			t.Errorf("by a token at %s: %d", path, status)
		}
	}
	w := late.do(http.MethodPost, "/wejscie", late.form("konto", o.Members[access.Director].Login))
	late.wants(w, http.StatusUnprocessableEntity, "przykładowe konta nikogo nie wpuszczają")
	typed := half.form("login", o.Members[access.Finance].Login, "haslo", accounttest.Password)
	half.wants(half.do(http.MethodPost, "/wejscie", typed), http.StatusUnprocessableEntity, "przykładowe konta nikogo nie wpuszczają")
	b := o.browser()
	b.get("/wejscie")
	if strings.Contains(b.page, o.Members[access.Director].Name) || !strings.Contains(b.page, "przykładowe konta nikogo nie wpuszczają") {
		t.Errorf("the entrance of what was a sample: %s", b.page)
	}
}

// Whoever is answered when the sample is over is nobody by then.
func TestTheSampleIsOverBeforeAnAnswer(t *testing.T) {
	t.Parallel()
	o, over := enterSample(t)
	b := o.chooses(access.Coordinator)
	asked, open := 0, o.Ledger.Ledger.Sample
	o.Ledger.Ledger.Sample = func(ctx context.Context) error {
		if asked++; asked == 3 { // of the accounts there are, of the member, then before the answer
			over()
		}
		return open(ctx)
	}
	if status := b.get("/osoby"); status != http.StatusSeeOther || strings.Contains(b.page, "Osoby") {
		t.Errorf("asked %d times: %d %s", asked, status, b.page)
	}
}

// Everybody of the sample is in by a click, and has pages to go to.
func TestTheSampleInABrowser(t *testing.T) {
	t.Parallel()
	o, _ := enterSample(t)
	b := browsertest.At(t, o.base)
	b.Go("/wejscie")
	reaches(t, b, "Zaloguj się")
	clean(t, b, "entrance-sample")
	for role, m := range o.Members {
		b.Go("/wejscie")
		b.Do(chromedp.Click(chromedp.CSS(`button[value="`+m.Login+`"]`)), chromedp.WaitVisible(chromedp.CSS(".side-me")))
		me, pages := browsertest.Eval[string](b, `document.querySelector(".side-me").innerText`), browsertest.Eval[[]string](b, `[...document.querySelectorAll("nav a")].map(a => a.pathname)`)
		if !strings.Contains(me, m.Name) || len(pages) < 2 {
			t.Errorf("%s is %q, with %v", role, me, pages)
		}
		for _, said := range b.Complaints() {
			t.Errorf("%s: %s", role, said)
		}
		b.Do(chromedp.Click(chromedp.CSS(`form[action="/wyjscie"] button`)))
		reaches(t, b, "Zaloguj się")
	}
}
