package httpapi_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/password"
	"ksiega/internal/testkit/accounttest"
	"ksiega/internal/testkit/browsertest"
)

// types presses keys, wherever the focus is.
func types(b *browsertest.Browser, keys string) { b.Do(chromedp.KeyEvent(keys)) }

// reaches waits until a page with a heading is there.
func reaches(t *testing.T, b *browsertest.Browser, heading string) {
	t.Helper()
	for range 100 {
		if browsertest.Eval[string](b, `document.readyState == "complete" && document.querySelector("h1") ? document.querySelector("h1").innerText : ""`) == heading {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s is not reached: %s", heading, browsertest.Eval[string](b, `location.pathname + " " + document.body.innerText`))
}

// schemes are those in which each state is looked at: in a long test the dark too, of which the others
// look at a page of each kind.
func schemes() []string {
	if os.Getenv("KSIEGA_SOAK") != "" {
		return []string{"light", "dark"}
	}
	return []string{"light"}
}

// clean looks at the page that is shown: axe, the console, a picture, 320 px and the dark.
func clean(t *testing.T, b *browsertest.Browser, name string) {
	t.Helper()
	for _, dark := range schemes() {
		b.Media("", dark, false)
		for range 12 { // colours change slowly
			time.Sleep(50 * time.Millisecond)
			if browsertest.Eval[int](b, `document.getAnimations().length`) == 0 {
				break
			}
		}
		for _, v := range b.Violations() {
			t.Errorf("%s %s: %s (%s) at %d places, first %+v", name, dark, v.ID, v.Help, len(v.Nodes), v.Nodes[0])
		}
		b.Shoot(name + "-" + dark)
	}
	b.Media("", "light", false)
	b.Size(320, 700)
	if wide := browsertest.Eval[int](b, `document.documentElement.scrollWidth`); wide > 320 {
		t.Errorf("%s is %d px wide on a screen of 320", name, wide)
	}
	b.Shoot(name + "-320")
	b.Size(1280, 900)
	for _, said := range b.Complaints() {
		if !strings.Contains(said, "the server responded with a status of 4") {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// An account is made, opened by its code, and signed in to by keyboard alone; what is wrong is
// said beside its field; every state of the entrance is one that everybody can read.
func TestTheEntranceInABrowser(t *testing.T) {
	t.Parallel()
	o := enter(t)
	made, err := o.Accounts.Add(t.Context(), o.As(access.Administrator), commands.AddAccount{Login: "nowa.osoba", Name: "Zofia Nowa", Form: "k", Grants: []account.Grant{{Role: access.Finance}}})
	if err != nil {
		t.Fatal(err)
	}
	allowed(t, o, made.Account)
	b := browsertest.At(t, o.base)
	b.Go("/wejscie/kod")
	reaches(t, b, "Ustaw hasło kodem")
	clean(t, b, "once")
	types(b, "\tnowa.osoba\tAAAA-BBBB-CCCC-DDDD\tkrótkie\tkrótkie\r")
	b.Do(chromedp.WaitVisible(chromedp.CSS("#kod-blad")))
	clean(t, b, "once-wrong-code")
	b.Do(chromedp.SetValue(chromedp.CSS("#kod"), made.Code), chromedp.SendKeys(chromedp.CSS("#haslo"), "nowa.osoba.1"), chromedp.SendKeys(chromedp.CSS("#powtorz"), "nowa.osoba.1\r"), chromedp.WaitVisible(chromedp.CSS("#haslo-blad")))
	clean(t, b, "once-bad-password")
	b.Do(chromedp.SendKeys(chromedp.CSS("#haslo"), accounttest.Password), chromedp.SendKeys(chromedp.CSS("#powtorz"), accounttest.Password+"\r"))
	reaches(t, b, "Ustaw aplikację, która pokazuje kody")
	clean(t, b, "factor")
	secret := strings.ReplaceAll(browsertest.Eval[string](b, `document.querySelector(".gate-letters").innerText`), " ", "")
	b.Do(chromedp.SendKeys(chromedp.CSS("#kod"), "000000\r"), chromedp.WaitVisible(chromedp.CSS("#kod-blad")))
	clean(t, b, "factor-wrong-code")
	b.Do(chromedp.SendKeys(chromedp.CSS("#kod"), password.CodeAt(secret, password.StepAt(o.Clock.Now()))+"\r"))
	reaches(t, b, "Kody zapasowe")
	clean(t, b, "recovery")
	recovery := browsertest.Eval[string](b, `document.querySelector(".gate-codes code").innerText`)
	b.Go("/konto")
	reaches(t, b, "Twoje konto")
	clean(t, b, "own")
	b.Do(chromedp.SendKeys(chromedp.CSS("#haslo-obecne"), "nie to\r"), chromedp.WaitVisible(chromedp.CSS("#haslo-obecne-blad")))
	clean(t, b, "own-refused")
	b.Do(chromedp.Click(chromedp.CSS(`form[action="/wyjscie"] button`)))
	reaches(t, b, "Zaloguj się")
	clean(t, b, "entrance")
	b.Go("/reports/refunds")
	reaches(t, b, "Zaloguj się")
	types(b, "\tnowa.osoba\tnie to\r")
	b.Do(chromedp.WaitVisible(chromedp.CSS("#haslo-blad")))
	clean(t, b, "entrance-wrong")
	types(b, "\t\t"+accounttest.Password+"\r") // the login is still there
	reaches(t, b, "Drugi krok: kod z aplikacji")
	clean(t, b, "step")
	types(b, "\t111111\r")
	b.Do(chromedp.WaitVisible(chromedp.CSS("#kod-blad")))
	clean(t, b, "step-wrong")
	o.Clock.Pass(30 * time.Second)
	types(b, "\t"+password.CodeAt(secret, password.StepAt(o.Clock.Now()))+"\r")
	b.Do(chromedp.WaitVisible(chromedp.CSS(".side-me")))
	if at := browsertest.Eval[string](b, `location.pathname`); at != "/reports/refunds" {
		t.Errorf("signed in, they are at %s", at)
	}
	clean(t, b, "in")
	without(t, o, b, recovery)
}

// Accounts are kept, and what is asked for decided, on pages that everybody can read, refused
// forms too.
func TestAccountsInABrowser(t *testing.T) {
	t.Parallel()
	o := enter(t)
	b := browsertest.At(t, o.base)
	enters := func(role access.Role) {
		t.Helper()
		b.Go("/wejscie")
		o.comesIn(t, b, role)
		b.Do(chromedp.WaitVisible(chromedp.CSS(".side-me")))
	}
	enters(access.Administrator)
	b.Go("/konta")
	reaches(t, b, "Konta")
	clean(t, b, "accounts")
	b.Do(chromedp.SendKeys(chromedp.CSS("#nowe-name"), "Zofia Nowa"), chromedp.SendKeys(chromedp.CSS("#nowe-login"), "Zofia\r"), chromedp.WaitVisible(chromedp.CSS("#nowe-konto .note, #nowe-konto .error")))
	clean(t, b, "accounts-refused")
	b.Do(chromedp.SetValue(chromedp.CSS("#nowe-login"), "zofia.nowa"), chromedp.SetValue(chromedp.CSS("#nowe-role"), "finance"), chromedp.Click(chromedp.CSS("#nowe-konto .btn-main")))
	reaches(t, b, "Kod do ustawienia hasła")
	clean(t, b, "accounts-code")
	b.Do(chromedp.Click(chromedp.CSS(".btn-main")))
	reaches(t, b, "Zofia Nowa")
	clean(t, b, "account")
	b.Do(chromedp.Click(chromedp.CSS(`form[action="/wyjscie"] button`)))
	reaches(t, b, "Zaloguj się")
	enters(access.Director)
	b.Go("/decyzje")
	reaches(t, b, "Do zatwierdzenia")
	clean(t, b, "decisions")
	b.Do(chromedp.Click(chromedp.CSS("main .btn-main")), chromedp.WaitVisible(chromedp.CSS("main .error")))
	clean(t, b, "decisions-refused")
}

// without signs in without a script, by a recovery code.
func without(t *testing.T, o *office, b *browsertest.Browser, recovery string) {
	t.Helper()
	o.Clock.Pass(25 * time.Minute)
	if _, err := chromedp.Call(b.Context, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if status := b.Go("/reports/refunds"); status != http.StatusOK {
		t.Fatal(status)
	}
	b.Shoot("ended-light")
	types(b, "\tnowa.osoba\t"+accounttest.Password+"\r")
	b.Do(chromedp.WaitVisible(chromedp.CSS("#kod")), chromedp.Click(chromedp.CSS("summary")), chromedp.WaitVisible(chromedp.CSS("#zapasowy")), chromedp.SendKeys(chromedp.CSS("#zapasowy"), recovery+"\r"), chromedp.WaitVisible(chromedp.CSS(".side-me")))
	b.Shoot("in-without-script")
}

// allowed has the director allow whatever waits of an account.
func allowed(t *testing.T, o *office, id string) {
	t.Helper()
	s, err := o.Accounts.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Pending() {
		if r.Account != id {
			continue
		}
		if _, err := o.Accounts.Decide(t.Context(), o.As(access.Director), id, r.Number, true, "tak"); err != nil {
			t.Fatal(err)
		}
	}
}

// comesIn signs the member of a role in, from the page of the entrance.
func (o *office) comesIn(t *testing.T, b *browsertest.Browser, role access.Role) {
	t.Helper()
	m := o.Members[role]
	reaches(t, b, "Zaloguj się")
	types(b, "\t"+m.Login+"\t"+m.Password+"\r")
	reaches(t, b, "Drugi krok: kod z aplikacji")
	o.Clock.Pass(30 * time.Second)
	types(b, "\t"+o.Code(role)+"\r")
}

// What is typed into a month when the session is over leads to the entrance, and comes back.
func TestACellTypedTooLate(t *testing.T) {
	t.Parallel()
	o := enter(t)
	for _, f := range monthFiles() {
		o.Ledger.Import(t, f[0], f[1])
	}
	b := browsertest.At(t, o.base)
	b.Go("/wejscie")
	o.comesIn(t, b, access.Coordinator)
	b.Do(chromedp.WaitVisible(chromedp.CSS(".side-me")))
	b.Go(mayGrid)
	o.Clock.Pass(21 * time.Minute)
	b.Do(chromedp.Focus(chromedp.CSS(inputOf("S/1", 8))))
	types(b, "3,25\r")
	o.comesIn(t, b, access.Coordinator)
	reaches(t, b, "Formularz czeka")
	b.Do(chromedp.Click(chromedp.CSS("form button")))
	b.Do(chromedp.WaitReady(chromedp.CSS(inputOf("S/1", 8))))
	if value := browsertest.Eval[string](b, `document.querySelector('`+inputOf("S/1", 8)+`').value`); value != "3,25" {
		t.Errorf("it came back as %q", value)
	}
	clean(t, b, "late")
}
