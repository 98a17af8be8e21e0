package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ksiega/internal/testkit/browsertest"
)

// acting is the handler as somebody who is known meets it in a browser.
func (d *door) acting(role string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.handler.ServeHTTP(w, r.WithContext(known(r.Context(), "jkowalska", role)))
	})
}

func TestFormsInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	b := browsertest.Open(t, d.acting("coordinator"))
	for name, path := range map[string]string{"forms": "/polecenia", "form-person": "/polecenia/register-participant", "form-contract": "/polecenia/sign-contract?numer=S/1&uczestnik=U1",
		"form-change": "/polecenia/change-contract"} {
		looks(t, b, name, path)
	}
	records := map[string]string{"record-day": record(d, "attendance.hours-recorded"), "record-contract": "/polecenia/sign-contract?numer=S/1&_zmiana=korekta",
		"record-person": "/polecenia/register-participant?id=U1&_zmiana=wycofanie"}
	for name, path := range records {
		looks(t, b, name, path)
	}
	refusesInPlace(t, b)
	byKeyboard(t, b)
	b.Media("", "dark", false)
	looks(t, b, "dark-form", "/polecenia/sign-contract")
	looks(t, b, "dark-record", records["record-contract"])
	b.Media("", "light", false)
	b.Size(320, 640)
	for name, path := range map[string]string{"narrow-forms": "/polecenia", "narrow-form": "/polecenia/sign-contract", "narrow-record": records["record-contract"]} {
		looks(t, b, name, path)
		if wide := browsertest.Eval[int](b, `document.documentElement.scrollWidth`); wide > 320 {
			t.Errorf("%s: %d wide", path, wide)
		}
	}
	b.Size(1280, 900)
	withoutScript(t, b)
}

// refusesInPlace sends a form that lacks something: it comes back as it was typed.
func refusesInPlace(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	opens(t, b, "/polecenia/record-attendance")
	b.Do(chromedp.SendKeys(chromedp.CSS("#f-data"), "31.6.2018"), chromedp.SendKeys(chromedp.CSS("#f-godziny"), "2:75"),
		chromedp.Click(chromedp.CSS(".form .btn-main")), chromedp.WaitVisible(chromedp.CSS("#f-data-blad")))
	b.Shoot("form-refused")
	if kept := browsertest.Eval[string](b, `document.querySelector("#f-data").value + "|" + document.querySelector("#f-godziny").getAttribute("aria-describedby")`); kept != "31.6.2018|f-godziny-blad" {
		t.Errorf("kept %s", kept)
	}
	for _, v := range b.Violations() {
		t.Errorf("a refused form: %s (%s) at %d places, first %+v", v.ID, v.Help, len(v.Nodes), v.Nodes[0])
	}
	b.Complaints() // of the status 422
}

// byKeyboard enters a day with nothing but keys.
func byKeyboard(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	opens(t, b, "/polecenia/record-attendance?umowa=S/1")
	b.Do(chromedp.Focus(chromedp.CSS("#f-data")), chromedp.SendKeys(chromedp.CSS("#f-data"), "13.3.2018\t"))
	if at := browsertest.Eval[string](b, `document.activeElement.id`); at != "f-godziny" {
		t.Fatalf("Tab leads to %s", at)
	}
	b.Do(chromedp.SendKeys(chromedp.CSS("#f-godziny"), "2,5\r"), chromedp.WaitVisible(chromedp.CSS(".toast")))
	b.Shoot("form-saved")
	for _, v := range b.Violations() {
		t.Errorf("a saved form: %s (%s) at %d places, first %+v", v.ID, v.Help, len(v.Nodes), v.Nodes[0])
	}
}

// withoutScript finds a contract and enters a task under it where no script runs.
func withoutScript(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	if _, err := chromedp.Call(b.Context, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	opens(t, b, "/polecenia/record-attendance")
	b.Do(chromedp.SendKeys(chromedp.CSS("#f-umowa-szukaj"), "S/1"), chromedp.SendKeys(chromedp.CSS("#f-data"), "14.3.2018"), chromedp.SendKeys(chromedp.CSS("#f-godziny"), "1:30"),
		chromedp.Click(chromedp.CSS(`#f-umowa button`)), chromedp.WaitVisible(chromedp.CSS(`input[name="umowa"]`)),
		chromedp.Click(chromedp.CSS(`input[name="umowa"]`)), chromedp.Click(chromedp.CSS(".form .btn-main")), chromedp.WaitVisible(chromedp.CSS(".toast")))
	if where, err := chromedp.Run(b.Context, chromedp.Location()); err != nil || !strings.Contains(where, "zapisano=") {
		t.Errorf("%s %v", where, err)
	}
}
