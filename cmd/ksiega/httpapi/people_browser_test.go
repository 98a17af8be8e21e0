package httpapi_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"ksiega/internal/testkit/browsertest"
)

// Whoever finds somebody by keyboard alone reaches their page; the officer, who looked at them.
func TestFindingSomebodyInABrowser(t *testing.T) {
	t.Parallel()
	d := twoCases(t)
	b := browsertest.Open(t, d.acting("coordinator"))
	looks(t, b, "people-found", "/osoby")
	b.Do(chromedp.SendKeys(chromedp.CSS("#szukaj"), "sekr\r"), chromedp.WaitVisible(chromedp.CSS(`.things li:only-child a[href="/osoby/U1"]`)))
	b.Do(chromedp.SendKeys(chromedp.CSS("#pesel"), "123\r"), chromedp.WaitVisible(chromedp.CSS("#pesel-blad")))
	b.Shoot("people-refused")
	for _, v := range b.Violations() {
		t.Errorf("a refused PESEL: %s (%s) at %d places, first %+v", v.ID, v.Help, len(v.Nodes), v.Nodes[0])
	}
	looks(t, b, "person-named", "/osoby/U1")
	looks(t, b, "report-named", "/reports/contracts")
}

// The officer's log looks right wherever it is read.
func TestTheAccessLogInABrowser(t *testing.T) {
	t.Parallel()
	d := twoCases(t)
	d.get("/osoby/U1", "Accept", "text/html")
	d.from(worker("konto-2", "W1"), asForm("/osoby", "pesel", "44051401359"))
	officer := browsertest.Open(t, d.acting("dpo"))
	looks(t, officer, "access-log", "/rejestr")
	officer.Media("screen", "dark", false)
	looks(t, officer, "access-log-dark", "/rejestr?participant=U1")
	officer.Size(320, 640)
	for _, path := range []string{"/rejestr", "/osoby"} {
		looks(t, officer, "narrow-"+path[1:], path)
		if wide := browsertest.Eval[int](officer, `document.documentElement.scrollWidth`); wide > 320 {
			t.Errorf("%s: %d wide", path, wide)
		}
	}
}
