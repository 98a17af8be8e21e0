package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/internal/journal"
)

// post sends a form as a page does.
func (d *door) post(target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	return d.do(request(http.MethodPost, target, form.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html"}, headers...)...))
}

// form is what a page's form carries unseen.
func (d *door) form(target string) url.Values {
	d.t.Helper()
	w := d.get(target, "Accept", "text/html")
	if w.Code != http.StatusOK {
		d.t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	form := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(w.Body.String(), -1) {
		form.Set(m[1], m[2])
	}
	return form
}

func with(form url.Values, pairs ...string) url.Values {
	filled := url.Values{}
	for name, values := range form {
		filled[name] = values
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		filled.Set(pairs[i], pairs[i+1])
	}
	return filled
}

// events counts what is recorded of people.
func events(d *door) (n int) {
	for _, e := range decode[httpapi.EventPage](d.t, d.get("/api/v1/events?limit=1000")).Events {
		if strings.HasPrefix(e.Type, "participant.") {
			n++
		}
	}
	return n
}

func TestFormOfACommand(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.role = "coordinator"
	const page = "/polecenia/register-participant"
	form := d.form(page)
	// A refused form comes back filled, with its key, and nothing is recorded.
	wrong := with(form, "id", "U1", "imie", "Zofia", "pesel", "123", "data_urodzenia", "31.6.1980")
	w := d.post(page, wrong)
	for _, want := range []string{`value="Zofia"`, `value="31.6.1980"`, `value="` + form.Get("_key") + `"`, `id="f-pesel-blad"`, `id="f-data_urodzenia-blad"`, `id="f-nazwisko-blad"`, "Uzupełnij to pole.", `role="alert"`} {
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
			t.Fatalf("%q is missing: %d %s", want, w.Code, w.Body)
		}
	}
	if n := events(d); n != 0 {
		t.Errorf("%d events of a refused form", n)
	}
	// A double click records once, and both are answered alike.
	right := with(form, "id", "U1", "imie", "Zofia", "nazwisko", "Sekretna", "data_urodzenia", "8.7.2002", "plec", "K")
	first := d.post(page, right)
	recorded := events(d)
	second := d.post(page, right)
	if first.Code != http.StatusSeeOther || second.Code != http.StatusSeeOther || first.Header().Get("Location") != second.Header().Get("Location") {
		t.Fatalf("%d %s, %d %s", first.Code, first.Body, second.Code, second.Body)
	}
	if n := events(d); n != recorded || n == 0 {
		t.Errorf("%d events of one form, %d of it sent twice", recorded, n)
	}
	if w := d.get(first.Header().Get("Location"), "Accept", "text/html"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `role="status"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	// The key is this form's: another content under it is refused, and what is typed stays.
	if w := d.post(page, with(right, "id", "U2")); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), `value="Sekretna"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	// What differs from what is recorded is refused, and corrected with a reason.
	other := with(d.form(page), "id", "U1", "imie", "Zofia", "nazwisko", "Jawna", "data_urodzenia", "2002-07-08", "plec", "K")
	if w := d.post(page, other); w.Code != http.StatusConflict {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := d.post(page, with(other, "_zmiana", "korekta", "powod", "pomyłka w nazwisku")); w.Code != http.StatusSeeOther {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if strings.Contains(d.log.String(), "Sekretna") || strings.Contains(d.log.String(), "Jawna") {
		t.Error("a name is in the log")
	}
}

func TestFormsAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for role, may := range map[string]bool{"coordinator": true, "auditor": false, "director": false, "finance": false, "dpo": false} {
		d.role = role
		list := d.get("/polecenia", "Accept", "text/html")
		if got := strings.Contains(list.Body.String(), "/polecenia/assign-case"); list.Code != http.StatusOK || got != may {
			t.Errorf("%s: %d, is offered to assign cases: %v", role, list.Code, got)
		}
		want := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[may]
		if w := d.get("/polecenia/assign-case", "Accept", "text/html"); w.Code != want {
			t.Errorf("%s opens the form: %d", role, w.Code)
		}
		if w := d.post("/polecenia/assign-case", url.Values{"_key": {"k"}, "_find": {"uczestnik"}, "uczestnik?": {"U"}}); w.Code != want {
			t.Errorf("%s sends the form: %d", role, w.Code)
		}
		if w := d.post("/polecenia/assign-case/szukaj/uczestnik", url.Values{"uczestnik?": {"U"}}); w.Code != want {
			t.Errorf("%s looks for people: %d", role, w.Code)
		}
	}
	if w := d.get("/polecenia/none", "Accept", "text/html"); w.Code != http.StatusNotFound {
		t.Errorf("no form: %d", w.Code)
	}
}

func TestFormsChooseByWhatThereIs(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	sample(t, d.ledger)
	d.role = "coordinator"
	const page = "/polecenia/set-task"
	form := d.form(page)
	w := d.post(page, with(form, "umowa?", "KS/001 kontrakt", "_find", "umowa", "tresc", "Rozmowa z doradcą"))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `name="umowa" type="radio" value="T/KS/001/2009"`) || !strings.Contains(w.Body.String(), "Rozmowa z doradcą") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w = d.post(page+"/szukaj/umowa", with(form, "umowa?", "nie ma takiej"), "HX-Request", "true")
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<html") || !strings.Contains(w.Body.String(), "Nic nie pasuje") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	// An address fills in ids, days and choices, and never what is sealed.
	if w := d.get(page+"?umowa=T/KS/001/2009&termin=2018-05-01", "Accept", "text/html"); !strings.Contains(w.Body.String(), `value="T/KS/001/2009" checked`) || !strings.Contains(w.Body.String(), `value="01.05.2018"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, bad := range []string{"?tresc=Rozmowa", "?powod=x", "?nieznane=1"} {
		if w := d.get(page+bad, "Accept", "text/html"); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "Rozmowa") {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

// Every command has its form, but those of months, which are whole pages; every way back of the
// ledger names the page of its command.
func TestEveryCommandHasItsForm(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	opens := func(page string) bool {
		for _, d.role = range []string{"", "coordinator", "director"} {
			if w := d.get(page, "Accept", "text/html"); w.Code == http.StatusOK {
				return true
			}
		}
		return false
	}
	listed := d.get("/polecenia", "Accept", "text/html").Body.String()
	for _, m := range regexp.MustCompile(`"/api/v1/commands/([a-z-]+)"`).FindAllStringSubmatch(d.get("/openapi.json").Body.String(), -1) {
		ofMonths := strings.HasSuffix(m[1], "-month")
		if page := "/polecenia/" + m[1]; opens(page) == ofMonths {
			t.Errorf("%s: the form opens: %v", m[1], !ofMonths)
		} else if d.role == "" && !ofMonths && !strings.Contains(listed, `"`+page+`"`) {
			t.Errorf("%s is not in the list", page)
		}
	}
	table, err := journal.Ledger()
	if err != nil {
		t.Fatal(err)
	}
	for fact, way := range table.Ways() {
		ofAccounts := strings.HasPrefix(way.Page, "/konto") || strings.HasPrefix(way.Page, "/konta") // for who has signed in
		own := way.Page == "/polecenia/"+way.Command || way.Page == "/miesiace" && strings.HasSuffix(way.Command, "-month")
		if way.Page != "" && !ofAccounts && (!own || !opens(way.Page)) {
			t.Errorf("%s is put right on the page %s", fact, way.Page)
		}
	}
}

func TestFormOfADay(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	d.role = "coordinator"
	form := d.form("/polecenia/record-attendance?umowa=S/1")
	if w := d.post("/polecenia/record-attendance", with(form, "umowa", "S/1", "umowa?", "", "data", "13.3.2018", "godziny", "2,5", "_zmiana", "", "powod", "", "miejsce", "")); w.Code != http.StatusSeeOther {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
