package httpapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ksiega/internal/testkit/browsertest"
)

// walk is somebody in a browser, who may become somebody else.
type walk struct {
	*browsertest.Browser
	t           *testing.T
	actor, role string
}

func (d *door) walk(t *testing.T, actor, role string) *walk {
	t.Helper()
	w := &walk{t: t, actor: actor, role: role}
	w.Browser = browsertest.Open(t, http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+token)
		d.handler.ServeHTTP(out, r.WithContext(known(r.Context(), w.actor, w.role)))
	}))
	return w
}

// until waits for what a script comes to.
func (w *walk) until(what, script string) {
	w.t.Helper()
	for range 400 {
		if browsertest.Eval[bool](w.Browser, script) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	w.Shoot("never")
	w.t.Fatalf("%s: never; the page says %q, the browser %q", what, browsertest.Eval[string](w.Browser, `[...document.querySelectorAll("[data-said], .note")].map(e => e.textContent).join("; ")`), w.Complaints())
}

// seen has the browser and axe look at the page as it is.
func (w *walk) seen(name string) {
	w.t.Helper()
	w.Shoot(name)
	for _, said := range w.Complaints() {
		if !strings.Contains(said, " 409 ") && !strings.Contains(said, " 422 ") && !strings.Contains(said, "beforeunload") {
			w.t.Errorf("%s: %s", name, said)
		}
	}
	for _, v := range w.Violations() {
		w.t.Errorf("%s: %s (%s) at %d places, first %+v", name, v.ID, v.Help, len(v.Nodes), v.Nodes[0])
	}
}

func inputOf(contract string, day int) string { return `[name="` + cell(contract, day) + `"]` }

func value(w *walk, contract string, day int) string {
	return browsertest.Eval[string](w.Browser, `document.querySelector('`+inputOf(contract, day)+`').value`)
}

// focus is the name of the field that has it.
func focus(w *walk) string {
	return browsertest.Eval[string](w.Browser, `document.activeElement.name || ""`)
}

// A month is entered by keyboard alone: typed, refused with what would do, changed by a colleague,
// pasted and undone.
func TestAMonthByKeyboard(t *testing.T) {
	t.Parallel()
	d := monthOf(t)
	w := d.walk(t, "jan", "caseworker")
	w.Go(mayGrid)
	w.seen("grid")
	w.Do(chromedp.Focus(chromedp.CSS(inputOf("S/1", 8))), chromedp.KeyEvent("2,5"))
	if of := browsertest.Eval[string](w.Browser, `document.querySelector("[data-row='S/1'] .meter-month b").textContent`); of != "5:00" {
		t.Errorf("the cap beside the row says %s before anything is saved", of)
	}
	w.Do(chromedp.KeyEvent(kb.Enter))
	w.until("saved", `document.querySelector('`+inputOf("S/1", 8)+`').closest("td").classList.contains("just")`)
	// Rows stand by their names: Józefina, Łukasz, Żelisław. S/3 begins on the 10th, so that Enter stays.
	w.Do(chromedp.Focus(chromedp.CSS(inputOf("S/2", 10))), chromedp.KeyEvent(kb.ArrowDown))
	if at := focus(w); at != cell("S/1", 10) {
		t.Errorf("down leads to %s", at)
	}
	w.Do(chromedp.KeyEvent(kb.ArrowRight))
	if at := focus(w); at != cell("S/1", 11) {
		t.Errorf("right leads to %s", at)
	}
	w.Do(chromedp.KeyEvent("c"), chromedp.KeyEvent(kb.Tab))
	w.until("an absence", `document.querySelector('`+inputOf("S/1", 11)+`').value === "C"`)
	w.Do(chromedp.Focus(chromedp.CSS(inputOf("S/1", 9))), chromedp.KeyEvent("6"), chromedp.KeyEvent(kb.Enter))
	w.until("a refusal", `document.querySelectorAll(".cell-note").length === 1`)
	w.seen("grid-refused")
	w.Do(chromedp.Focus(chromedp.CSS(".cell-note button")), chromedp.KeyEvent(kb.Enter))
	w.until("the nearest value", `document.querySelector('`+inputOf("S/1", 9)+`').value === "5:30" && !document.querySelector(".cell-note")`)
	if at := focus(w); at != cell("S/1", 9) {
		t.Errorf("afterwards the focus is at %s", at)
	}

	ola := d.as("ola", "caseworker")
	hers := formOf(t, ola.open(mayGrid), mayGrid)
	hers.Set(cell("S/2", 8), "3")
	ola.post(mayGrid, hers)
	w.Do(chromedp.Focus(chromedp.CSS(inputOf("S/2", 8))), chromedp.KeyEvent("3:30"), chromedp.KeyEvent(kb.Enter))
	w.until("a conflict", `document.querySelectorAll(".cell-note .note[data-state=warn] button").length === 2`)
	w.seen("grid-conflict")
	w.Do(chromedp.Focus(chromedp.CSS(".cell-note button:last-child")), chromedp.KeyEvent(kb.Enter))
	w.until("settled", `!document.querySelector(".cell-note") && document.querySelector('`+inputOf("S/2", 8)+`').value === "3:30"`)

	paste := func(contract string, day int, text string) {
		w.Do(chromedp.Focus(chromedp.CSS(inputOf(contract, day))))
		browsertest.Eval[bool](w.Browser, `(() => { const d = new DataTransfer(); d.setData("text/plain", "`+text+`"); return document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: d, bubbles: true, cancelable: true})); })()`)
	}
	paste("S/2", 14, `1\t2,5\tU\n1:15\t0:45\tN`)
	w.until("pasted", `document.querySelector('`+inputOf("S/1", 16)+`').closest("td").classList.contains("just")`)
	if a, b := value(w, "S/2", 15), value(w, "S/1", 14); a != "2:30" || b != "1:15" {
		t.Errorf("pasted %s, %s", a, b)
	}
	w.Do(chromedp.Focus(chromedp.CSS(inputOf("S/2", 20))), chromedp.KeyEvent("z", chromedp.KeyModifiers(2)))
	w.until("undone", `document.querySelector('`+inputOf("S/1", 16)+`').value === "" && document.querySelector('`+inputOf("S/2", 14)+`').value === ""`)
	paste("S/2", 21, strings.Repeat(`śmieć\tbzdura\t99\n`, 300))
	w.until("rubbish", `document.querySelectorAll("td.refused").length >= 6`)
	w.seen("grid-rubbish")
	if notes := browsertest.Eval[int](w.Browser, `document.querySelectorAll(".cell-note").length`); notes == 0 || notes > 5 {
		t.Errorf("%d sentences", notes)
	}
}

// The same month by hand, in the dark, small, enlarged, locked, and without a script.
func TestAMonthInEveryState(t *testing.T) {
	t.Parallel()
	d := monthOf(t)
	w := d.walk(t, "jan", "caseworker")
	w.Media("", "dark", false)
	w.Go(mayGrid)
	w.seen("grid-dark")
	w.Go(mayHome)
	w.seen("grid-visits")
	w.Media("", "light", false)
	wide := func(name string, most int) {
		t.Helper()
		w.seen(name)
		if is := browsertest.Eval[int](w.Browser, `document.documentElement.scrollWidth`); is > most {
			t.Errorf("%s: %d wide", name, is)
		}
	}
	w.Size(320, 640)
	w.Go(mayGrid)
	wide("grid-320", 320)
	w.Go(mayGrid + "?dzien=2018-05-11")
	wide("grid-day", 320)
	w.Do(chromedp.Focus(chromedp.CSS(inputOf("S/1", 11))), chromedp.KeyEvent("1,5"), chromedp.KeyEvent(kb.Enter))
	w.until("saved", `document.querySelector('`+inputOf("S/1", 11)+`').classList.contains("just")`)
	w.Size(640, 450) // 200 % of a window 1280 wide
	w.Go(mayGrid)
	wide("grid-zoomed", 640)
	w.Size(1280, 900)

	// Without a script a form answers in place.
	plain := formOf(t, d.as("jan", "caseworker").open(mayGrid), mayGrid)
	plain.Set(cell("S/1", 9), "9")
	refused := d.as("jan", "caseworker").post(mayGrid, plain)
	if refused.Code != http.StatusUnprocessableEntity || !strings.Contains(refused.Body.String(), "cell-note") {
		t.Errorf("%d", refused.Code)
	}
	w.Do(chromedp.Navigate(w.Base + mayGrid))
	browsertest.Eval[bool](w.Browser, `(() => { document.querySelector('`+inputOf("S/1", 9)+`').value = "9"; HTMLFormElement.prototype.submit.call(document.querySelector("form[data-grid]")); return true; })()`)
	w.until("the page again", `document.querySelector(".cell-note .note[data-state=bad]") !== null`)
	w.seen("grid-plain-refused")
	w.Do(chromedp.Click(chromedp.CSS(`button[name="_zostaw"]`)))
	w.until("put back", `!document.querySelector(".cell-note")`)

	w.Go(mayGrid)
	w.until("ready", `document.readyState === "complete"`)
	w.Do(chromedp.Click(chromedp.CSS(`button[value="przekaz"]`)))
	w.until("handed over", `!!document.querySelector("#arkusz ~ .chip")?.textContent.includes("czeka")`)
	w.seen("grid-handed-over")
	w.actor, w.role = "ala", "director"
	w.Go(mayGrid)
	w.Do(chromedp.Click(chromedp.CSS(`button[value="zatwierdz"]`)))
	w.until("approved", `!!document.querySelector("#arkusz ~ .chip")?.textContent.includes("zatwierdzony")`)
	w.actor, w.role = "jan", "caseworker"
	w.Go(mayGrid)
	w.seen("grid-locked")
	w.Go(mayGrid + "?koryguj=1")
	w.seen("grid-correcting")
	w.Media("print", "light", false)
	w.Shoot("grid-print")
}
