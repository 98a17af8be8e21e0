package httpapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ksiega/domain/access"
	"ksiega/internal/password"
)

// A browser is asked for no code until the day's end, by one account, and no longer than its
// password is that one.
func TestABrowserIsRemembered(t *testing.T) {
	t.Parallel()
	o := enter(t)
	m := o.Members[access.Coordinator]
	b := o.browser()
	leave := func() {
		b.get("/docs")
		b.sends("/wyjscie")
	}
	remembers := func() {
		t.Helper()
		b.wants(b.password(m), http.StatusOK, "Drugi krok")
		o.Clock.Pass(30 * time.Second)
		if w := b.send("kod", o.Code(access.Coordinator), "zapamietaj", "tak"); w.StatusCode != http.StatusSeeOther {
			t.Fatal(w.StatusCode)
		}
	}
	remembers()
	leave()
	if w := b.password(m); w.StatusCode != http.StatusSeeOther || !b.in() {
		t.Errorf("a browser that is remembered: %d", w.StatusCode)
	}
	leave()
	b.wants(b.password(o.Members[access.Finance]), http.StatusOK, "Drugi krok") // a colleague at the same desk
	other := o.browser()
	other.wants(other.password(m), http.StatusOK, "Drugi krok")
	b.get("/wejscie")
	b.wants(b.send("login", m.Login, "haslo", "nie to"), http.StatusUnprocessableEntity, "Login albo hasło")
	if w := b.password(m); w.StatusCode != http.StatusSeeOther {
		t.Fatal(w.StatusCode)
	}
	changed := "zupełnie nowe długie hasło"
	b.get("/konto")
	b.wants(b.sends("/konto/haslo", "obecne", "nie to", "haslo", changed, "powtorz", changed), http.StatusUnprocessableEntity, "Hasło się nie zgadza")
	b.wants(b.sends("/konto/haslo", "obecne", m.Password, "haslo", "krótkie", "powtorz", "krótkie"), http.StatusUnprocessableEntity, "mniej niż 12 znaków")
	b.wants(b.sends("/konto/haslo", "obecne", m.Password, "haslo", changed, "powtorz", changed+"x"), http.StatusUnprocessableEntity, "Oba hasła się różnią")
	old := b.cookie("ksiega")
	if w := b.sends("/konto/haslo", "obecne", m.Password, "haslo", changed, "powtorz", changed); w.StatusCode != http.StatusSeeOther || !b.in() {
		t.Fatalf("another password: %d %s", w.StatusCode, b.page)
	}
	thief := o.browser()
	thief.plant("ksiega", old)
	if thief.in() || b.cookie("ksiega") == old {
		t.Error("the session of before the change goes on")
	}
	leave()
	m.Password = changed
	remembers()
	leave()
	o.Clock.Pass(13 * time.Hour) // it is tomorrow
	b.wants(b.password(m), http.StatusOK, "Drugi krok")
}

// Whoever has signed in sets up another authenticator and has other recovery codes, by proving
// the password again; what was shown before is good no more.
func TestAnotherAuthenticator(t *testing.T) {
	t.Parallel()
	o := enter(t)
	m := o.Members[access.Coordinator]
	b := o.signIn(access.Coordinator)
	b.get("/konto")
	b.wants(b.sends("/konto/kody", "obecne", m.Password), http.StatusOK, "drugi raz ich nie zobaczysz")
	if strings.Contains(b.page, m.Recovery[0]) {
		t.Error("the same codes again")
	}
	b.get("/konto")
	b.wants(b.sends("/konto/aplikacja", "obecne", "nie to"), http.StatusUnprocessableEntity, "Hasło się nie zgadza")
	b.wants(b.sends("/konto/aplikacja", "obecne", m.Password), http.StatusOK, "Ustaw nową aplikację")
	_, rest, _ := strings.Cut(b.page, `gate-letters">`)
	letters, _, _ := strings.Cut(rest, "<")
	secret := strings.ReplaceAll(letters, " ", "")
	b.wants(b.send("kod", o.Code(access.Coordinator)), http.StatusUnprocessableEntity, "Kod się nie zgadza") // of the old one
	b.wants(b.send("kod", password.CodeAt(secret, password.StepAt(o.Clock.Now()))), http.StatusOK, "Kody zapasowe")
	if !b.in() {
		t.Error("whoever set it up is out")
	}
	other := o.browser()
	other.wants(other.password(m), http.StatusOK, "Drugi krok")
	o.Clock.Pass(30 * time.Second)
	other.wants(other.send("kod", o.Code(access.Coordinator)), http.StatusUnprocessableEntity, "Kod się nie zgadza")
	other.wants(other.send("zapasowy", m.Recovery[0]), http.StatusUnprocessableEntity, "Kod zapasowy się nie zgadza")
	if w := other.send("kod", password.CodeAt(secret, password.StepAt(o.Clock.Now()))); w.StatusCode != http.StatusSeeOther {
		t.Errorf("the new one: %d", w.StatusCode)
	}
}
