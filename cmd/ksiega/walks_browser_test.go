package main

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ksiega/internal/password"
	"ksiega/internal/testkit/browsertest"
)

// walker walks the sample in a browser, as one of its people after another.
type walker struct {
	*browsertest.Browser
	t    *testing.T
	used int64 // the step of an authenticator whose code was typed last
}

// What the walks type, and nobody else: it is looked for afterwards.
const (
	walkedName     = "Wirginia"
	walkedSurname  = "Niepowtarzalska"
	walkedPESEL    = "90010112349"
	walkedAccount  = "61109010140000071219812874"
	walkedAddress  = "Zaułek Niewidoczny 7"
	walkedReason   = "przepisano z kartki pomyłkowej"
	walkedLogin    = "zofia.walczaca"
	walkedNamesake = "Zofia Walcząca"
	walkedPassword = "osiem kaczek w stawie"
)

// Each path of the working place as its role walks it on the sample, one after another on one
// server. Afterwards nothing of what was typed or shown stands anywhere in clear, and the sample
// is still only the sample.
func TestWalks(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	s := sampleServer(t, data)
	w := &walker{Browser: browsertest.At(t, s.url), t: t}
	for _, walk := range []struct {
		name string
		of   func()
	}{
		{"a month by keyboard alone", w.month}, {"a month corrected", w.corrected}, {"somebody enrolled", w.enrolled}, {"a contract to its end", w.contract},
		{"found by PESEL", w.found}, {"the presence of a group", w.presence}, {"a finding", w.finding}, {"an assistant's visits", w.visits},
		{"an account made, lost and restored", w.account}, {"what the officer sees", w.officer},
	} {
		began := time.Now()
		walk.of()
		t.Logf("%s: %v", walk.name, time.Since(began).Round(time.Millisecond))
	}
	inClear(t, s, data)
	s = sampleServer(t, data)
	if status := s.guest(t).get("/reports/refunds"); status != http.StatusOK {
		t.Errorf("after the walks a visitor gets %d", status)
	}
	if status, said := s.guest(t).chooses("marta.przykladna"); status != http.StatusSeeOther {
		t.Errorf("after the walks an account of the sample: %d %s", status, said)
	}
	end(t, s)
}

// as lets somebody of the sample in by a click, and out whoever was.
func (w *walker) as(login string) {
	w.t.Helper()
	w.leaves()
	w.Do(chromedp.Click(chromedp.CSS(`button[value="`+login+`"]`)), chromedp.WaitVisible(chromedp.CSS(".side-me")))
}

func (w *walker) leaves() {
	w.t.Helper()
	w.Go("/konto")
	if browsertest.Eval[bool](w.Browser, `!!document.querySelector('form[action="/wyjscie"]')`) {
		w.Do(chromedp.Click(chromedp.CSS(`form[action="/wyjscie"] button`)))
	}
	w.heading("Zaloguj się")
}

// opens a page that there is.
func (w *walker) opens(path string) {
	w.t.Helper()
	if status := w.Go(path); status != http.StatusOK {
		w.t.Fatalf("open %s: %d", path, status)
	}
}

// until waits for what a script comes to.
func (w *walker) until(what, script string) {
	w.t.Helper()
	for range 200 {
		if browsertest.Eval[bool](w.Browser, `document.readyState === "complete" && !!(`+script+`)`) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	w.Shoot("never")
	w.t.Fatalf("%s: never at %s", what, browsertest.Eval[string](w.Browser, `location.pathname + ": " + [...document.querySelectorAll("h1, .error, .note")].map(e => e.innerText).join("; ")`))
}

func (w *walker) heading(title string) {
	w.t.Helper()
	w.until(title, `document.querySelector("h1")?.innerText.replaceAll("\u00a0", " ") === "`+title+`"`)
}

// seen has axe, the console and narrow windows look at the page as it is; in a soak each theme
// at each width.
func (w *walker) seen(name string) {
	w.t.Helper()
	for _, said := range w.Complaints() {
		if !strings.Contains(said, "the server responded with a status of 4") {
			w.t.Errorf("%s: %s", name, said)
		}
	}
	w.Shoot(name)
	w.axe(name)
	for _, size := range [][2]int64{{320, 640}, {640, 450}} { // a telephone, and 200 % of a window 1280 wide
		w.Size(size[0], size[1])
		if wide := browsertest.Eval[int64](w.Browser, `document.documentElement.scrollWidth`); wide > size[0] {
			w.t.Errorf("%s is %d px wide in a window of %d", name, wide, size[0])
			w.Shoot(name + "-wide")
		}
		w.soaked(name)
	}
	w.Size(1280, 900)
	w.soaked(name)
}

func (w *walker) axe(name string) {
	w.t.Helper()
	for _, v := range w.Violations() {
		w.t.Errorf("%s: %s (%s) at %d places, first %+v", name, v.ID, v.Help, len(v.Nodes), v.Nodes[0])
	}
}

func (w *walker) soaked(name string) {
	w.t.Helper()
	if rounds(1) == 1 {
		return
	}
	width := browsertest.Eval[string](w.Browser, `String(innerWidth)`)
	for _, scheme := range []string{"dark", "light"} {
		w.Media("", scheme, false)
		time.Sleep(300 * time.Millisecond) // colours change slowly
		w.axe(name + " " + scheme + " " + width)
	}
	w.Media("", "light", true)
	w.axe(name + " forced " + width)
	w.Media("", "light", false)
}

// plain has pages be without scripts, or with them again.
func (w *walker) plain(is bool) {
	w.t.Helper()
	if _, err := chromedp.Call(w.Context, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: is}); err != nil {
		w.t.Fatal(err)
	}
}

// keys presses them, wherever the focus is.
func (w *walker) keys(keys string) { w.Do(chromedp.KeyEvent(keys)) }

// tabs presses Tab until the focus is where a selector says, from a few fields before it.
func (w *walker) tabs(to string) {
	w.t.Helper()
	browsertest.Eval[int](w.Browser, "(() => { const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')].filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility());"+
		"const at = all.findIndex(e => e.matches(`"+to+"`)), from = all.indexOf(document.activeElement); if (at >= 0 && (at < from || at > from + 4)) all[Math.max(0, at - 3)].focus(); return at; })()")
	for range 12 {
		if browsertest.Eval[bool](w.Browser, "document.activeElement.matches(`"+to+"`)") {
			return
		}
		w.keys(kb.Tab)
	}
	w.Shoot("never")
	w.t.Fatalf("no Tab leads to %s", to)
}

// types fills fields by their ids.
func (w *walker) types(fields ...[2]string) {
	w.t.Helper()
	for _, f := range fields {
		w.Do(chromedp.SetValue(chromedp.CSS("#"+f[0]), ""), chromedp.SendKeys(chromedp.CSS("#"+f[0]), f[1]))
	}
}

func (w *walker) clicks(selectors ...string) {
	w.t.Helper()
	for _, s := range selectors {
		w.Do(chromedp.Click(chromedp.CSS(s)))
	}
}

// saves sends the form of a command and waits for what it says.
func (w *walker) saves(name string) {
	w.t.Helper()
	w.clicks("main .form .actions .btn-main")
	w.until(name+" saved", `document.querySelector("main .toast, .toast[role=status]:not(#koniec-sesji)")`)
	w.seen(name)
}

const (
	december     = "/obecnosci/PUP%2FPSU%2F1%2F2018/2018-12"
	decemberList = "/miesiace?miesiac=2018-12"
	lastDay      = `[name="c:SK/05/2018:2018-12-31"]`
	sheetIs      = `document.querySelector("#arkusz ~ .chip")?.textContent`
)

func valueIs(of, text string) string {
	return "document.querySelector(`" + of + "`)?.value === '" + text + "'"
}

// month is entered by a caseworker and handed over, sent back by the coordinator, entered and
// handed over again, and approved by the director, nobody with anything but keys.
func (w *walker) month() {
	w.enters("kinga.opolska")
	w.tabs(`nav a[href="/miesiace"]`)
	w.keys(kb.Enter)
	w.until("months", `location.pathname === "/miesiace"`)
	w.seen("months")
	w.tabs(`main a[href^="/obecnosci/PUP%2FPSU%2F1%2F2018/2018-12"]`)
	w.keys(kb.Enter)
	w.heading("Obecności, grudzień 2018")
	w.seen("month")
	w.tabs(lastDay)
	w.keys("3" + kb.Enter)
	w.until("a day", "document.querySelector(`"+lastDay+"`).closest('td').classList.contains('just')")
	w.tabs(`[name="c:SK/05/2018:2018-12-28"], [name="c:SK/07/2018:2018-12-28"]`)
	w.keys("9" + kb.Enter)
	w.until("a refusal", `document.querySelector(".cell-note")`)
	w.seen("month-refused")
	w.keys(kb.ArrowUp)
	w.tabs(`.cell-note button:last-of-type`)
	w.keys(kb.Enter)
	w.until("put back", `!document.querySelector(".cell-note")`)
	w.turns("przekaz", "czeka")
	w.seen("month-handed-over")

	w.enters("marta.przykladna")
	w.opens(december)
	w.tabs("summary")
	w.keys(kb.Enter)
	w.tabs(`button[value="zwroc"]`)
	w.keys(kb.Enter)
	w.until("no reason", `document.querySelector("main .error, main .note[data-state=bad]")`)
	w.seen("month-no-reason")
	w.tabs("summary")
	w.keys(kb.Enter)
	w.tabs(`form[aria-label="Zwrot arkusza"] input:not([type=hidden]), form[aria-label="Zwrot arkusza"] textarea`)
	w.keys(walkedReason)
	w.tabs(`button[value="zwroc"]`)
	w.keys(kb.Enter)
	w.until("sent back", sheetIs+`.includes("zwr")`)
	w.seen("month-returned")

	w.enters("kinga.opolska")
	w.opens(december)
	w.until("the reason", `document.querySelector("main").innerText.includes("`+walkedReason+`")`)
	w.tabs(lastDay)
	w.keys("2,5" + kb.Enter)
	w.until("the day again", valueIs(lastDay, "2:30"))
	w.turns("przekaz", "czeka")
	w.enters("antoni.rozwazny")
	w.opens(december)
	w.seen("month-to-approve")
	w.turns("zatwierdz", "zatwierdzony")
	w.seen("month-approved")
}

// enters is as, by keys.
func (w *walker) enters(login string) {
	w.t.Helper()
	w.leaves()
	w.tabs(`button[value="` + login + `"]`)
	w.keys(kb.Enter)
	w.until(login, `document.querySelector(".side-me")`)
}

// turns does something with the month that is open.
func (w *walker) turns(do, is string) {
	w.t.Helper()
	w.tabs(`button[value="` + do + `"]`)
	w.keys(kb.Enter)
	w.until(do, sheetIs+`?.includes("`+is+`")`)
}

// corrected is an approved month by its caseworker, who says why.
func (w *walker) corrected() {
	w.as("kinga.opolska")
	w.opens(december)
	w.seen("month-locked")
	w.clicks(`.turns a[href*="koryguj"]`)
	w.until("cells are fields", "document.querySelector(`"+lastDay+"`)")
	w.Do(chromedp.Focus(chromedp.CSS(lastDay)))
	w.keys("2" + kb.Enter)
	w.until("no reason", `document.querySelector(".cell-note, main .error")`)
	w.seen("correction-no-reason")
	w.Do(chromedp.SendKeys(chromedp.CSS(`form.grid [name="powod"]`), walkedReason), chromedp.Focus(chromedp.CSS(lastDay)))
	w.keys("2" + kb.Enter)
	w.until("corrected", "document.querySelector(`"+lastDay+"`).closest('td').classList.contains('just')")
	w.seen("corrected")
	w.opens(december)
	w.until("still approved", sheetIs+`?.includes("zatwierdzony") && document.querySelector("main").innerText.includes("2:00")`)
}

// enrolled is somebody new, by the coordinator: a PESEL that is none is refused at its field.
func (w *walker) enrolled() {
	w.as("marta.przykladna")
	w.opens("/polecenia/register-participant")
	w.seen("person-form")
	w.Do(chromedp.Click(chromedp.CSS(`main .form details summary`)))
	w.types([2]string{"f-id", "P-901"}, [2]string{"f-imie", walkedName}, [2]string{"f-nazwisko", walkedSurname}, [2]string{"f-pesel", "90010112340"},
		[2]string{"f-gmina", walkedAddress}, [2]string{"f-konto", walkedAccount})
	w.clicks("main .form .actions .btn-main")
	w.until("refused", `document.querySelector("#f-pesel-blad")`)
	w.seen("person-refused")
	w.types([2]string{"f-pesel", walkedPESEL})
	w.saves("person-registered")
	w.opens("/osoby/P-901")
	w.heading(walkedName + " " + walkedSurname)
	w.seen("person")
	w.clicks(`main a[href^="/polecenia/record-participation"]`)
	w.heading("Zapisz fakt o udziale w programie")
	w.picks("program", "wszyscy-razem")
	w.clicks(`[name="zdarzenie"][value="przyjecie"]`)
	w.Do(chromedp.Click(chromedp.CSS(`main .form details summary`)))
	w.types([2]string{"f-data", "2.02.2009"}, [2]string{"f-grupa", "bezrobotni"})
	w.saves("person-enrolled")
}

// picks finds something by its name and chooses it.
func (w *walker) picks(field, text string) {
	w.t.Helper()
	radio := `[name="` + field + `"][value="` + text + `"]`
	w.types([2]string{"f-" + field + "-szukaj", text})
	w.Do(chromedp.WaitVisible(chromedp.CSS(radio)), chromedp.Click(chromedp.CSS(radio)))
}

// contract is one from its first day to its end, from the person's page.
func (w *walker) contract() {
	w.opens("/osoby/P-901")
	w.clicks(`main a[href^="/polecenia/sign-contract"]`)
	w.heading("Zapisz podpisaną umowę lub skierowanie")
	w.clicks(`[name="rodzaj"][value="socjalny"]`)
	w.picks("program", "wszyscy-razem")
	w.Do(chromedp.Click(chromedp.CSS(`main .form details summary`)))
	w.types([2]string{"f-numer", "T/KS/901/2009"}, [2]string{"f-zawarto", "3.02.2009"}, [2]string{"f-od", "3.02.2009"}, [2]string{"f-do", "1.02.2009"}, [2]string{"f-miejsce", walkedAddress})
	w.clicks(`[name="wzor"][value="2005"]`, "main .form .actions .btn-main")
	w.until("refused", `document.querySelector("main .error, main .form .note")`)
	w.seen("contract-refused")
	w.types([2]string{"f-do", "18.12.2009"})
	w.saves("contract-signed")
	for _, change := range [][3]string{{"zawieszenie", "3.08.2009", "zawieszon"}, {"wznowienie", "17.08.2009", "podpisana"}, {"zakonczenie", "30.11.2009", "zakończon"}} {
		w.opens("/umowy/T%2FKS%2F901%2F2009")
		w.clicks(`main a[href^="/polecenia/change-contract"]`)
		w.heading("Zapisz zmianę umowy")
		w.Do(chromedp.SetValue(chromedp.CSS("#f-zmiana"), change[0]))
		w.types([2]string{"f-od", change[1]})
		w.saves("contract-" + change[0])
		w.opens("/umowy/T%2FKS%2F901%2F2009")
		w.seen("contract-after-" + change[0])
	}
	w.until("ended", `document.querySelector("main").innerText.includes("zakończon")`)
}

// found is who was enrolled, by finance, by the PESEL; nobody by another.
func (w *walker) found() {
	w.as("feliks.liczny")
	w.opens("/osoby")
	w.types([2]string{"pesel", walkedPESEL + "\r"})
	w.until("found", `document.querySelector("main").innerText.includes("`+walkedSurname+`") && document.querySelectorAll(".things li").length === 1`)
	w.seen("found")
	if where := browsertest.Eval[string](w.Browser, `location.href`); strings.Contains(where, walkedPESEL) {
		w.t.Errorf("the PESEL stands in an address: %s", where)
	}
}

// presence of a group is told by a caseworker where no script runs.
func (w *walker) presence() {
	w.as("kinga.opolska")
	w.plain(true)
	w.opens("/zajecia/KIS%2FG%2F10")
	w.Do(chromedp.Click(chromedp.CSS(`[name="p:U005"][value="usprawiedliwiony"]`)), chromedp.Click(chromedp.CSS(`[name="p:U007"][value="nieobecny"]`)),
		chromedp.Click(chromedp.CSS("main .actions .btn-main")), chromedp.WaitVisible(chromedp.CSS(`main .note, .toast:not([hidden])`)))
	w.plain(false)
	w.seen("presence-told")
	w.opens("/zajecia/KIS%2FG%2F10")
	w.until("told", `document.querySelector('[name="p:U005"][value="usprawiedliwiony"]').checked && document.querySelector('[name="p:U007"][value="nieobecny"]').checked`)
	w.seen("presence")
}

// finding is explained by the coordinator where no script runs.
func (w *walker) finding() {
	const open = "/ustalenia?state=open"
	w.as("marta.przykladna")
	w.opens(open)
	w.seen("findings")
	before := browsertest.Eval[int](w.Browser, `document.querySelectorAll(".finding").length`)
	w.plain(true)
	w.opens(open)
	w.Do(chromedp.Click(chromedp.CSS(".finding summary")), chromedp.WaitVisible(chromedp.CSS(".finding .btn-main")), chromedp.Click(chromedp.CSS(".finding .btn-main")), chromedp.WaitVisible(chromedp.CSS("main .error, main .note[data-state=bad]")))
	w.plain(false)
	w.seen("finding-refused")
	w.plain(true)
	w.opens(open)
	w.Do(chromedp.Click(chromedp.CSS(".finding summary")), chromedp.WaitVisible(chromedp.CSS(".finding .btn-main")))
	w.types([2]string{"u-0-powod", walkedReason}, [2]string{"u-0-data", "2.05.2020"})
	w.Do(chromedp.Click(chromedp.CSS(".finding .btn-main")), chromedp.WaitVisible(chromedp.CSS(`.toast:not([hidden])`)))
	w.plain(false)
	w.seen("finding-resolved")
	w.opens(open)
	if after := browsertest.Eval[int](w.Browser, `document.querySelectorAll(".finding").length`); after != before-1 {
		w.t.Errorf("%d findings became %d", before, after)
	}
}

// visits of a month are an assistant's own.
func (w *walker) visits() {
	w.as("zdzislawa.pomocna")
	w.opens("/miesiace?miesiac=2018-11")
	w.seen("visits-months")
	w.clicks(`main a[href^="/wizyty/"]`)
	w.until("visits", `document.querySelector("form.grid")`)
	w.seen("visits")
	w.turns("przekaz", "czeka")
	w.seen("visits-handed-over")
}

// code is that of an authenticator, one later than the last, as soon as it is taken.
func (w *walker) code(secret string) string {
	w.used = max(w.used+1, password.StepAt(time.Now())-1)
	for w.used > password.StepAt(time.Now())+1 {
		time.Sleep(100 * time.Millisecond)
	}
	return password.CodeAt(secret, w.used)
}

// once sets a password by a code, and an authenticator, whose secret it gives back.
func (w *walker) once(code string) (secret string) {
	w.t.Helper()
	w.leaves()
	w.opens("/wejscie/kod")
	w.keys(kb.Tab + walkedLogin + kb.Tab + code + kb.Tab + walkedPassword + kb.Tab + walkedPassword + kb.Enter)
	w.heading("Ustaw aplikację, która pokazuje kody")
	w.seen("account-factor")
	secret = strings.ReplaceAll(browsertest.Eval[string](w.Browser, `document.querySelector(".gate-letters").innerText`), " ", "")
	w.types([2]string{"kod", w.code(secret) + kb.Enter})
	w.heading("Kody zapasowe")
	w.seen("account-recovery")
	return secret
}

// decided is what waits of the account that was made, by the director.
func (w *walker) decided() {
	w.t.Helper()
	w.as("antoni.rozwazny")
	w.opens("/decyzje")
	w.seen("decisions")
	form := `section:has(form):nth-of-type(` + browsertest.Eval[string](w.Browser, `String(1 + [...document.querySelectorAll("main section")].findIndex(s => s.innerText.includes("`+walkedNamesake+`")))`) + `) `
	w.clicks(form+`[name="decyzja"][value="tak"]`, form+".btn-main")
	w.until("decided", `!document.querySelector("main").innerText.includes("`+walkedNamesake+`: ")`)
}

// account is made by the administrator, its role allowed by the director, opened by its code and
// signed in to with an authenticator by keys alone; once all of it is lost, restored.
func (w *walker) account() {
	shown := func() string {
		w.heading("Kod do ustawienia hasła")
		w.seen("account-code")
		return browsertest.Eval[string](w.Browser, `document.querySelector(".gate-codes code, main code").innerText`)
	}
	w.as("beata.wzorowa")
	w.opens("/konta")
	w.seen("accounts")
	w.types([2]string{"nowe-name", walkedNamesake}, [2]string{"nowe-login", walkedLogin}, [2]string{"nowe-worker", "W1"})
	w.Do(chromedp.SetValue(chromedp.CSS("#nowe-role"), "caseworker"))
	w.clicks("#nowe-konto .actions .btn-main")
	code := shown()
	w.decided()
	secret := w.once(code)
	w.leaves()
	w.keys(kb.Tab + walkedLogin + kb.Tab + walkedPassword + kb.Enter)
	w.heading("Drugi krok: kod z aplikacji")
	w.keys(kb.Tab + w.code(secret) + kb.Enter)
	w.until("in", `document.querySelector(".side-me")?.innerText.includes("`+walkedNamesake+`")`)
	w.seen("account-in")

	w.as("beata.wzorowa")
	w.opens("/konta")
	w.opens(browsertest.Eval[string](w.Browser, `[...document.querySelectorAll('main a[href^="/konta/"]')].find(a => a.innerText.includes("`+walkedNamesake+`")).pathname`))
	w.seen("account")
	w.clicks("#dostep-factor", "#dostep .actions .btn-main")
	code = shown()
	w.decided()
	w.once(code)
}

// officer finds in the log that the coordinator looked at who was enrolled.
func (w *walker) officer() {
	w.as("daria.ostrozna")
	w.opens("/decyzje")
	w.seen("told")
	w.opens("/rejestr?participant=P-901")
	w.until("who looked", `document.querySelector("main").innerText.includes("Marta Przykładna")`)
	w.seen("access-log")
}

// inClear wants nothing of what the walks typed and the pages showed in metrics, in the log of the
// server, in a backup, in the data directory or in the history.
func inClear(t *testing.T, s *serving, data string) {
	t.Helper()
	texts := []string{walkedName, walkedSurname, walkedPESEL, walkedAccount, walkedAddress, walkedReason, walkedLogin, walkedNamesake, walkedPassword, samplePassword,
		"Błażej Umowny", "Umowny", "kinga.opolska", "Opolska", "marta.przykladna", "antoni.rozwazny", "Rozważny", "beata.wzorowa", "daria.ostrozna"}
	if status, metrics, err := get(s.url + "/metrics"); err != nil || status != http.StatusOK {
		t.Errorf("metrics: %d %v", status, err)
	} else {
		holds(t, "metrics", metrics, texts)
	}
	backup := filepath.Join(t.TempDir(), "b")
	must(t, exitDone, "backup", "--data", data, "-o", backup)
	end(t, s)
	holds(t, "the server's log", s.log.String(), texts)
	read := 0
	for _, dir := range []string{data, filepath.Dir(backup)} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			read++
			b, err := os.ReadFile(path)
			holds(t, path, string(bytes.ToValidUTF8(b, []byte("?"))), texts)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 5 {
		t.Errorf("only %d files were read", read)
	}
	holds(t, "the history", must(t, exitDone, "replay", "--data", data), texts)
}
