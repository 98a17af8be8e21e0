package httpapi_test

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ksiega/internal/testkit/browsertest"
)

// What a report names leads to its page, and what it rests on to the form that puts it right,
// for whoever may open these. At another moment than now, which pages do not show, it leads to
// reports of that moment.
func TestReportsLeadOn(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	for _, c := range []struct {
		role, page string
		leads, not []string
	}{
		{"coordinator", "/reports/contracts", []string{`href="/osoby/U1"`, `href="/umowy/S%2F1"`, `href="/reports/indicators?programme=psu"`}, nil},
		{"coordinator", "/reports/contracts?asOf=2018-03-01", []string{`href="/reports/person?asOf=2018-03-01&participant=U1"`}, []string{`href="/osoby/U1"`}},
		{"coordinator", "/reports/person?participant=U1", []string{`href="/zapisy/`}, []string{`?participant=U1"`}},
		{"coordinator", "/reports/refunds", []string{`href="/reports/psu-settlement?agreement=P%2F1"`}, nil},
		{"auditor", "/reports/person?participant=U1", []string{`href="/umowy"`}, []string{`href="/zapisy/`, `href="/polecenia"`}},
		{"visitor", "/reports/contracts", []string{`href="/reports/indicators?programme=psu"`}, []string{`href="/osoby`, `href="/umowy`, `href="/ustalenia"`}},
	} {
		d.role = c.role
		w := d.get(c.page, "Accept", "text/html")
		body := html.UnescapeString(w.Body.String())
		for _, want := range c.leads {
			if w.Code != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s, %s: %s is missing: %d %s", c.role, c.page, want, w.Code, body)
			}
		}
		for _, not := range c.not {
			if strings.Contains(body, not) {
				t.Errorf("%s, %s leads to %s", c.role, c.page, not)
			}
		}
	}
}

// A report of another moment says so, and leads back; the address keeps the moment.
func TestReportsSayTheirMoment(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	for query, want := range map[string]string{"?asOf=1.03.2018": "stan na 01.03.2018, razem z", "?knownAt=1.03.2019": "było wiadomo do 01.03.2019", "?asOf=1.03.2018&knownAt=1.03.2019": "stan na 01.03.2018, tak jak było wiadomo do",
		"?asOf=1.03.2030": "stan na 01.03.2030."} {
		body := strings.ReplaceAll(html.UnescapeString(d.get("/reports/contracts"+query, "Accept", "text/html").Body.String()), "\u00a0", " ")
		for _, each := range []string{want, "To nie jest stan na dziś.", `<a href="/reports/contracts">Wróć do dziś</a>`, `name="asOf"`, `name="knownAt"`} {
			if !strings.Contains(body, each) {
				t.Errorf("%s: %q is missing: %s", query, each, body)
			}
		}
	}
	for _, query := range []string{"", "?asOf=1.08.2019"} {
		if body := d.get("/reports/contracts"+query, "Accept", "text/html").Body.String(); strings.Contains(body, "To nie jest stan na dziś.") || strings.Contains(body, "Wróć do dziś") {
			t.Errorf("%q is not of today: %s", query, body)
		}
	}
}

// No two entries of the navigation are called the same.
func TestNavigationNamesEachPageOnce(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, d.role = range []string{"coordinator", "caseworker", "finance", "auditor", "director", "dpo", "administrator", "visitor"} {
		body := d.get("/", "Accept", "text/html").Body.String()
		_, nav, _ := strings.Cut(body, `id="nawigacja"`)
		nav, _, _ = strings.Cut(nav, "</nav>")
		var titles []string
		for _, m := range regexp.MustCompile(`<li><a href="[^"]*"[^>]*>([^<]*)`).FindAllStringSubmatch(nav, -1) {
			if slices.Contains(titles, m[1]) {
				t.Errorf("%s: %q stands twice", d.role, m[1])
			}
			titles = append(titles, m[1])
		}
	}
}

func TestMomentInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	b := browsertest.Open(t, d.acting("coordinator"))
	const past = "/reports/contracts?asOf=1.03.2018&knownAt=1.03.2019"
	looks(t, b, "moment", past)
	looks(t, b, "moment-today", "/reports/contracts")
	b.Media("", "dark", false)
	looks(t, b, "dark-moment", past)
	b.Media("", "light", false)
	b.Size(320, 640)
	looks(t, b, "narrow-moment", past)
	if wide := browsertest.Eval[int](b, `document.documentElement.scrollWidth`); wide > 320 {
		t.Errorf("%d wide", wide)
	}
}
