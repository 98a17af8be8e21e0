package httpapi_test

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/pages"
	"ksiega/internal/testkit/browsertest"
)

const missingPage = "/reports/none"

// refusedPage asks for what there is not: the form comes back with what was typed.
const refusedPage = "/reports/psu-settlement?month=maj&asOf=2018-06-31"

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
	opens(t, b, "/")
	if _, bytes := b.Loaded(); bytes == 0 || bytes > 150_000 {
		t.Errorf("the first page is %d bytes", bytes)
	}
	all := map[string]string{"start": "/", "docs": "/docs", "missing": missingPage, "refused": refusedPage, "past": "/reports/refunds?asOf=31.12.2018&sort=-claimedGrosze"}
	for _, r := range decode[httpapi.ReportList](t, d.get("/api/v1/reports")).Reports {
		all[r.Name] = "/reports/" + r.Name
	}
	for name, path := range all {
		looks(t, b, name, path)
	}
	if loaded, _ := b.Loaded(); loaded < 2*len(all) {
		t.Errorf("only %d requests were seen", loaded)
	}
	b.Media("", "dark", false)
	for name, path := range map[string]string{"dark-start": "/", "dark-report": "/reports/findings", "dark-refused": refusedPage, "dark-past": all["past"]} {
		looks(t, b, name, path)
	}
	b.Media("", "light", true)
	looks(t, b, "forced", "/reports/psu-settlement")
	b.Media("", "light", false)
	asks(t, b)
	sorts(t, b)
	prints(t, b)
	narrow(t, b)
}

func opens(t *testing.T, b *browsertest.Browser, path string) {
	t.Helper()
	want := map[string]int{missingPage: http.StatusNotFound, refusedPage: http.StatusUnprocessableEntity}[path]
	if status := b.Go(path); status != cmp.Or(want, http.StatusOK) {
		t.Fatalf("open %s: %d", path, status)
	}
}

// looks opens a page and has the browser and axe complain of it.
func looks(t *testing.T, b *browsertest.Browser, name, path string) {
	t.Helper()
	b.Complaints()
	opens(t, b, path)
	b.Shoot(name)
	for _, said := range b.Complaints() {
		if !strings.Contains(said, " 404 ") && !strings.Contains(said, " 422 ") {
			t.Errorf("%s: %s", name, said)
		}
	}
	for _, v := range b.Violations() {
		t.Errorf("%s: %s (%s) at %d places, first %+v", name, v.ID, v.Help, len(v.Nodes), v.Nodes[0])
	}
}

// prints looks at a report as paper shows it.
func prints(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	opens(t, b, "/reports/psu-settlement?month=03.2018")
	b.Media("print", "dark", false)
	b.Shoot("print")
	seen := browsertest.Eval[[]string](b, `[".side", "form.filter", ".formats", ".foot", ".moment", "h1", "caption", "tfoot"].filter(s => getComputedStyle(document.querySelector(s)).display != "none")`)
	if !slices.Equal(seen, []string{".moment", "h1", "caption", "tfoot"}) {
		t.Errorf("on paper %v", seen)
	}
	if ink := browsertest.Eval[string](b, `getComputedStyle(document.body).color + getComputedStyle(document.body).backgroundColor`); ink != "rgb(0, 0, 0)rgb(255, 255, 255)" {
		t.Errorf("on paper the colours are %s", ink)
	}
	b.Media("", "light", false)
}

// asks fills the form of a report as a person does, days as they are written in Polish.
func asks(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	opens(t, b, "/reports/psu-settlement")
	b.Do(chromedp.SendKeys(chromedp.CSS("#p-month"), "3.2018"), chromedp.SendKeys(chromedp.CSS("#p-asOf"), "31.12.2018\r"),
		chromedp.WaitVisible(chromedp.CSS(`#p-month[value="03.2018"]`)))
	if where := browsertest.Eval[string](b, `location.href`); !strings.Contains(where, "month=3.2018") || !strings.Contains(where, "asOf=31.12.2018") {
		t.Error(where)
	}
	if months := column(b, 3); len(slices.Compact(months)) != 1 || months[0] != "03.2018" {
		t.Errorf("months %v", months)
	}
	if said := browsertest.Eval[string](b, `document.body.dataset.moment + document.querySelector(".moment").innerText`); !strings.HasPrefix(said, "past") || !strings.Contains(said, "31.12.2018") {
		t.Errorf("the moment is %q", said)
	}
	b.Shoot("asked")
}

// sorts has a report by a column, and by it again the other way round.
func sorts(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	opens(t, b, "/reports/contracts")
	ids := column(b, 0)
	for _, want := range []string{"ascending", "descending"} {
		opens(t, b, browsertest.Eval[string](b, `document.querySelector("thead th:nth-child(4) a").getAttribute("href")`))
		if got := column(b, 0); slices.Equal(got, ids) || browsertest.Eval[string](b, `document.querySelector("thead th:nth-child(4)").ariaSort`) != want {
			t.Errorf("%s: the rows are %v", want, got)
		}
	}
	if where := browsertest.Eval[string](b, `document.querySelector("tbody td:nth-child(3) a").getAttribute("href")`); !strings.HasPrefix(where, "/reports/indicators?programme=") {
		t.Errorf("a programme leads to %s", where)
	}
}

func column(b *browsertest.Browser, n int) []string {
	return browsertest.Eval[[]string](b, `[...document.querySelectorAll("tbody tr:not(.beneath)")].map(r => r.children[`+strconv.Itoa(n)+`].textContent)`)
}

// narrow looks at the pages as a telephone shows them: nothing but a table's
// own region may scroll sideways (WCAG 1.4.10). The menu opens without a script of ours.
func narrow(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	b.Size(320, 640)
	for name, path := range map[string]string{"narrow-start": "/", "narrow-report": "/reports/psu-settlement", "narrow-docs": "/docs", "narrow-refused": refusedPage} {
		opens(t, b, path)
		b.Shoot(name)
		if wide := browsertest.Eval[int](b, `document.documentElement.scrollWidth`); wide > 320 {
			t.Errorf("%s: %d wide", path, wide)
		}
	}
	b.Do(chromedp.Click(chromedp.CSS(".strip-menu button")), chromedp.WaitVisible(chromedp.CSS("#nawigacja .side-close")))
	b.Shoot("narrow-menu")
	for _, v := range b.Violations() {
		t.Errorf("the menu: %s (%s) at %d places, first %+v", v.ID, v.Help, len(v.Nodes), v.Nodes[0])
	}
	b.Size(640, 450) // 200 % of a window 1280 wide
	opens(t, b, "/reports/psu-settlement")
	b.Shoot("zoomed")
	if wide := browsertest.Eval[int](b, `document.documentElement.scrollWidth`); wide > 640 {
		t.Errorf("zoomed: %d wide", wide)
	}
}
