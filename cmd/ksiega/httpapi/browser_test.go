package httpapi_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/pages"
	"ksiega/internal/testkit/browsertest"
)

const missingPage = "/reports/none"

func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) {
		o.Token, o.Visitors = "", func(context.Context) error { return nil }
		o.Status = func() []pages.ReadModel {
			return []pages.ReadModel{{Name: "settlement", Position: "41200", CaughtUp: true}, {Name: "refunds", Position: "41200", CaughtUp: true},
				{Name: "assistance", Position: "41160", Lag: 40}, {Name: "durability", Position: "12", Lag: 41188, Stopped: true},
				{Name: "findings", Position: "12", Lag: 41188, Anew: "jego wiersze są z wersji 3, ten program ma wersję 4"}}
		}
	})
	sample(t, d.ledger)
	b := browsertest.Open(t, d.handler)
	pages := map[string]string{"start": "/", "docs": "/docs", "missing": missingPage}
	for _, r := range decode[httpapi.ReportList](t, d.get("/api/v1/reports")).Reports {
		pages[r.Name] = "/reports/" + r.Name
	}
	pages["assistant-hours"] += "?month=2018-03" // all of its rows take axe long
	for name, path := range pages {
		b.Complaints()
		opens(t, b, path)
		b.Shoot(name)
		for _, said := range b.Complaints() {
			if path == missingPage && strings.Contains(said, "404") {
				continue
			}
			t.Errorf("%s: %s", path, said)
		}
		for _, v := range b.Violations() {
			t.Errorf("%s: %s (%s) at %d places, first %+v", path, v.ID, v.Help, len(v.Nodes), v.Nodes[0])
		}
	}
	if loaded, _ := b.Loaded(); loaded < 2*len(pages) {
		t.Errorf("only %d requests were seen", loaded)
	}
	asks(t, b)
	prints(t, b)
	narrow(t, b)
}

func opens(t *testing.T, b *browsertest.Browser, path string) {
	t.Helper()
	if status := b.Go(path); status != http.StatusOK && path != missingPage {
		t.Fatalf("open %s: %d", path, status)
	}
}

// prints looks at a report as paper shows it.
func prints(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	b.Media("print", "light", false)
	b.Shoot("print")
	seen := browsertest.Eval[[]string](b, `[".top", "form.ask", ".formats", ".bottom", "h1", "caption", "tfoot"].filter(s => getComputedStyle(document.querySelector(s)).display != "none")`)
	if !slices.Equal(seen, []string{"h1", "caption", "tfoot"}) {
		t.Errorf("on paper %v", seen)
	}
	b.Media("", "light", false)
}

// asks fills the form of a report as a person does.
func asks(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	opens(t, b, "/reports/psu-settlement")
	b.Do(chromedp.SetValue(chromedp.CSS("#p-month"), "2018-03"), chromedp.SetValue(chromedp.CSS("#p-asOf"), "2018-12-31"),
		chromedp.Click(chromedp.CSS("form.ask button")), chromedp.WaitVisible(chromedp.CSS(`#p-month[value="2018-03"]`)))
	if where := browsertest.Eval[string](b, `location.href`); !strings.Contains(where, "month=2018-03") || !strings.Contains(where, "asOf=2018-12-31") {
		t.Error(where)
	}
	months := browsertest.Eval[[]string](b, `[...new Set([...document.querySelectorAll("tbody tr")].map(r => r.children[3].textContent))]`)
	if len(months) != 1 || months[0] != "03.2018" {
		t.Errorf("months %v", months)
	}
	b.Shoot("asked")
}

// narrow looks at the pages as a telephone shows them: nothing but a table's
// own region may scroll sideways (WCAG 1.4.10).
func narrow(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	b.Size(320, 640)
	for name, path := range map[string]string{"narrow-start": "/", "narrow-report": "/reports/psu-settlement", "narrow-docs": "/docs"} {
		opens(t, b, path)
		b.Shoot(name)
		if wide := browsertest.Eval[int](b, `document.documentElement.scrollWidth`); wide > 320 {
			t.Errorf("%s: %d wide", path, wide)
		}
	}
}
