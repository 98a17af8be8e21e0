package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ksiega/internal/testkit/browsertest"
)

// clubOf is monthOf with a club that has sessions.
func clubOf(t testing.TB) *door {
	t.Helper()
	d := monthOf(t)
	for _, f := range [][2]string{
		{"udzial.csv", "uczestnik;program;zdarzenie;data;wartosc\nU1;kis-doradztwo;przyjecie;01.03.2018;\nU2;kis-doradztwo;przyjecie;01.03.2018;\nU3;kis-doradztwo;przyjecie;01.03.2018;\nU3;kis-doradztwo;zakonczenie;01.04.2018;przerwanie\n"},
		{"zajecia.csv", "id;program;rodzaj;temat;data;od;do;bez_listy\nZ/1;kis-doradztwo;grupowe;pierwsze kroki;08.05.2018;09:00;12:00;2\nZ/2;kis-doradztwo;grupowe;rozmowa;15.05.2018;09:00;12:00;\n"},
	} {
		if s := d.ledger.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], s.RefusedRows[0].Why.Error())
		}
	}
	return d
}

const firstSteps = "/zajecia/Z%2F1"

// chosen is formOf with the choices of its radio buttons and boxes.
func chosen(t testing.TB, w *httptest.ResponseRecorder) url.Values {
	t.Helper()
	form := formOf(t, w, firstSteps)
	for _, m := range regexp.MustCompile(`<input type="radio" name="([^"]*)" value="([^"]*)" checked>`).FindAllStringSubmatch(w.Body.String(), -1) {
		form.Set(m[1], m[2])
	}
	for _, m := range regexp.MustCompile(`<input type="checkbox" name="([^"]*)" value="([^"]*)" checked>`).FindAllStringSubmatch(w.Body.String(), -1) {
		form.Add(m[1], m[2])
	}
	return form
}

// A group's presence is one form: whoever takes part is on it, each answer stands at its person.
func TestPresencesOfAGroup(t *testing.T) {
	t.Parallel()
	d := clubOf(t)
	jan, ola := d.as("jan", "caseworker"), d.as("ola", "caseworker")
	list := jan.open("/zajecia").Body.String()
	if !strings.Contains(list, "pierwsze kroki") || !strings.Contains(list, "bez listy obecności") || !strings.Contains(list, `href="/zajecia/Z%2F1"`) {
		t.Errorf("the list: %s", list)
	}
	page := jan.open(firstSteps)
	body := page.Body.String()
	if !strings.Contains(body, "Łukasz Przykładny") || !strings.Contains(body, "Józefina Wzorcowa") || strings.Contains(body, "Żelisław") {
		t.Fatalf("who may be on the list: %d %s", page.Code, body)
	}
	mine, hers := chosen(t, page), chosen(t, ola.open(firstSteps))
	mine.Set("p:U1", "obecny")
	mine["e:U1[]"] = []string{"cv"}
	mine.Set("bez_listy", "3")
	if w := jan.post(firstSteps, mine); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := jan.post(firstSteps, mine); w.Code != http.StatusSeeOther {
		t.Errorf("a double click: %d %s", w.Code, w.Body)
	}
	if got := strings.Join(eventsOf(t, d.ledger, "session-Z%2F1"), " "); got != "recorded presence-recorded corrected" {
		t.Errorf("recorded %s", got)
	}
	again := chosen(t, jan.open(firstSteps))
	if again.Get("p:U1") != "obecny" || strings.Join(again["e:U1[]"], ",") != "cv" || again.Get("bez_listy") != "3" {
		t.Errorf("shown %v", again)
	}
	hers.Set("p:U1", "nieobecny")
	hers.Set("p:U2", "spozniony")
	w := ola.post(firstSteps, hers)
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Tę obecność zmienił ktoś inny.") {
		t.Errorf("a colleague's answer: %d %s", w.Code, w.Body)
	}
	insist := chosen(t, w)
	if insist.Get("p:U1") != "nieobecny" || insist.Get("p:U2") != "spozniony" {
		t.Errorf("the form came back as %v", insist)
	}
	insist["e:U1[]"] = []string{"profil"}
	if w := ola.post(firstSteps, insist); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Nie zapisano: Łukasz Przykładny.") {
		t.Errorf("an effect of who was not there: %d", w.Code)
	}
	delete(insist, "e:U1[]")
	insist.Set("_key", "other")
	if w := ola.post(firstSteps, insist); w.Code != http.StatusSeeOther {
		t.Errorf("insisted: %d %s", w.Code, w.Body)
	}
	clear := chosen(t, jan.open(firstSteps))
	clear.Set("p:U1", "")
	clear.Set("bez_listy", "-1")
	if w := jan.post(firstSteps, clear); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Wpisz liczbę osób") {
		t.Errorf("a head-count: %d", w.Code)
	}
	if got := strings.Join(eventsOf(t, d.ledger, "session-Z%2F1"), " "); !strings.HasSuffix(got, "presence-corrected presence-withdrawn") {
		t.Errorf("recorded %s", got)
	}
	if w := d.as("x", "auditor").open(firstSteps); w.Code != http.StatusOK || strings.Contains(w.Body.String(), `type="radio"`) {
		t.Errorf("an auditor: %d", w.Code)
	}
	if w := d.as("x", "auditor").post(firstSteps, clear); w.Code == http.StatusSeeOther {
		t.Error("an auditor enters")
	}
	for _, role := range []string{"visitor", "machine"} {
		if a, b := d.as("x", role).open(firstSteps), d.as("x", role).open("/zajecia"); a.Code != http.StatusForbidden || b.Code != http.StatusForbidden {
			t.Errorf("%s: %d, %d", role, a.Code, b.Code)
		}
	}
	if w := jan.open("/zajecia/Z%2F9"); w.Code != http.StatusNotFound {
		t.Errorf("no session: %d", w.Code)
	}
}

// The list of months says what waits, and for whom.
func TestWhichMonthsWait(t *testing.T) {
	t.Parallel()
	d := clubOf(t)
	jan, ewa := d.as("jan", "caseworker"), d.as("ewa", "coordinator")
	body := jan.open("/miesiace").Body.String()
	if !strings.Contains(body, "Porozumienie P/1") || !strings.Contains(body, "6:30") || !strings.Contains(body, "wpisz i przekaż") || !strings.Contains(body, "w trakcie") {
		t.Errorf("entered: %s", body)
	}
	form := formOf(t, jan.open(mayGrid), mayTurn)
	form.Set("_do", "przekaz")
	jan.post(mayTurn, form)
	if body := ewa.open("/miesiace?miesiac=5.2018").Body.String(); !strings.Contains(body, "czeka na zatwierdzenie") || !strings.Contains(body, ">zatwierdź<") {
		t.Errorf("handed over: %s", body)
	}
	if body := jan.open("/miesiace").Body.String(); !strings.Contains(body, "zatwierdza koordynator lub dyrektor") {
		t.Errorf("for who may not: %s", body)
	}
	if w := d.as("x", "visitor").open("/miesiace"); w.Code != http.StatusForbidden {
		t.Errorf("a visitor: %d", w.Code)
	}
}

func TestSessionsInABrowser(t *testing.T) {
	t.Parallel()
	d := clubOf(t)
	w := d.walk(t, "jan", "caseworker")
	for name, path := range map[string]string{"sessions": "/zajecia", "session": firstSteps, "months": "/miesiace"} {
		w.Go(path)
		w.seen(name)
	}
	w.Size(320, 640)
	for name, path := range map[string]string{"sessions-320": "/zajecia", "session-320": firstSteps, "months-320": "/miesiace"} {
		w.Go(path)
		w.seen(name)
		if is := browsertest.Eval[int](w.Browser, `document.documentElement.scrollWidth`); is > 320 {
			t.Errorf("%s: %d wide", name, is)
		}
	}
}
