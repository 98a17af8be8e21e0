package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ksiega/internal/testkit/browsertest"
)

func TestPatternsAreForWhoeverMakesPages(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for role, want := range map[string]int{"administrator": http.StatusOK, "coordinator": http.StatusNotFound, "director": http.StatusNotFound, "": http.StatusNotFound} {
		d.role = role
		if w := d.get("/wzory", "Accept", "text/html"); w.Code != want {
			t.Errorf("%s: %d", role, w.Code)
		}
		if w := d.get("/klawisze", "Accept", "text/html"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<kbd>Alt</kbd> <kbd>M</kbd>") {
			t.Errorf("%s: %d %s", role, w.Code, w.Body)
		}
	}
}

// Keys lead to their list and to the search, where nothing is typed and nobody has turned them
// off.
func TestSingleKeysInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	b := browsertest.Open(t, d.acting("coordinator"))
	at := func() string { return browsertest.Eval[string](b, `location.pathname`) }
	opens(t, b, "/osoby")
	b.Do(chromedp.KeyEvent("/"))
	if id := browsertest.Eval[string](b, `document.activeElement.id`); id != "szukaj" {
		t.Fatalf("/ leads to %q", id)
	}
	b.Do(chromedp.KeyEvent("?"))
	if typed := browsertest.Eval[string](b, `document.activeElement.value`); !strings.HasSuffix(typed, "?") || at() != "/osoby" {
		t.Errorf("%q is typed, at %s", typed, at())
	}
	opens(t, b, "/umowy")
	b.Do(chromedp.KeyEvent("?"), chromedp.WaitVisible(chromedp.CSS("[data-single-keys] input")))
	if at() != "/klawisze" {
		t.Fatalf("? leads to %s", at())
	}
	b.Do(chromedp.Click(chromedp.CSS("[data-single-keys] input")))
	opens(t, b, "/umowy")
	b.Do(chromedp.KeyEvent("?"), chromedp.KeyEvent(kb.Tab))
	if at() != "/umowy" {
		t.Error("? works though it was turned off")
	}
}

func TestPagesAboutPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	b := browsertest.Open(t, d.acting("administrator"))
	all := map[string]string{"keys": "/klawisze", "patterns": "/wzory"}
	for name, path := range all {
		looks(t, b, name, path)
	}
	b.Media("", "dark", false)
	for name, path := range all {
		looks(t, b, "dark-"+name, path)
	}
	b.Media("", "light", false)
	b.Size(320, 640)
	for name, path := range all {
		looks(t, b, "narrow-"+name, path)
		if wide := browsertest.Eval[int](b, `document.documentElement.scrollWidth`); wide > 320 {
			t.Errorf("%s: %d wide", path, wide)
		}
	}
}
