package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ksiega/internal/testkit/browsertest"
)

func TestPagesOfPeopleAndContracts(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	d.role = "coordinator"
	for page, wants := range map[string][]string{
		"/osoby":       {`href="/osoby/U1"`, "1\u00a0osoba"},
		"/umowy":       {`href="/umowy/S%2F1"`, "skierowanie (PSU)"},
		"/osoby/U1":    {"<h1>Zofia Sekretna</h1>", "Identyfikator U1", `<svg class="chart"`, `href="/umowy/S%2F1"`, "Podpisano skierowanie", "/polecenia/sign-contract?uczestnik=U1", "poz.\u00a0"},
		"/umowy/S%2F1": {"<h1>Umowa S/1</h1>", `href="/osoby/U1"`, "/polecenia/change-contract?umowa=S%2F1", "10:00"},
		"/umowy/S/1":   {"<h1>Umowa S/1</h1>"},
		"/ustalenia":   {"<h1>Ustalenia</h1>"},
	} {
		w := d.get(page, "Accept", "text/html")
		for _, want := range wants {
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %q is missing: %d %s", page, want, w.Code, w.Body)
			}
		}
	}
	for _, page := range []string{"/osoby/U9", "/umowy/S%2F9"} {
		if w := d.get(page, "Accept", "text/html"); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", page, w.Code)
		}
	}
	d.role = "assistant" // who sees contracts, and nobody's life
	if w := d.get("/umowy/S%2F1", "Accept", "text/html"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<h1>Umowa S/1</h1>") {
		t.Errorf("an assistant's contract: %d %s", w.Code, w.Body)
	}
	d.role = "coordinator"
	// What is looked for may be a name: it is sent, and stands in no address.
	w := d.post("/osoby", with(d.form("/osoby"), "szukaj", "nikt"))
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), `href="/osoby/U1"`) || !strings.Contains(w.Body.String(), "Nikt nie pasuje") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// A finding is resolved on its page with the figures that are shown there.
func TestFindingResolvedInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	accepted(t, d.command("record-claim-decision", "decided", `{"claim":"W/1","date":"2018-04-20","outcome":"czesciowo","amountGrosze":1000,"reason":"ścięto"}`))
	b := browsertest.Open(t, d.acting("coordinator"))
	for name, path := range map[string]string{"person": "/osoby/U1", "people": "/osoby", "contracts-list": "/umowy", "contract": "/umowy/S%2F1", "findings-page": "/ustalenia"} {
		looks(t, b, name, path)
	}
	opens(t, b, "/ustalenia?state=open")
	before := browsertest.Eval[int](b, `document.querySelectorAll(".finding").length`)
	if before == 0 {
		t.Fatal("there is no finding")
	}
	b.Do(chromedp.Click(chromedp.CSS(".finding summary")), chromedp.WaitVisible(chromedp.CSS(".finding .btn-main")))
	b.Shoot("finding-open")
	for _, v := range b.Violations() {
		t.Errorf("an open form: %s (%s) at %d places, first %+v", v.ID, v.Help, len(v.Nodes), v.Nodes[0])
	}
	b.Do(chromedp.SendKeys(chromedp.CSS(".finding textarea"), "Urząd wyjaśnił pismem."), chromedp.SendKeys(chromedp.CSS(".finding [name=data]"), "1.5.2018"),
		chromedp.Click(chromedp.CSS(".finding .btn-main")), chromedp.WaitVisible(chromedp.CSS(".toast")))
	opens(t, b, "/ustalenia?state=open")
	if after := browsertest.Eval[int](b, `document.querySelectorAll(".finding").length`); after != before-1 {
		t.Errorf("%d findings became %d", before, after)
	}
	b.Size(320, 640)
	for _, path := range []string{"/osoby/U1", "/umowy/S%2F1", "/ustalenia"} {
		opens(t, b, path)
		if wide := browsertest.Eval[int](b, `document.documentElement.scrollWidth`); wide > 320 {
			t.Errorf("%s: %d wide", path, wide)
		}
	}
}
