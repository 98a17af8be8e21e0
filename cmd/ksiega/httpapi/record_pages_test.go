package httpapi_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/domain"
)

// record is the page of the last event of a type.
func record(d *door, fact string) string {
	d.t.Helper()
	page := ""
	for _, e := range decode[httpapi.EventPage](d.t, d.get("/api/v1/events?limit=1000")).Events {
		if domain.Fact(e.Type) == fact {
			page = "/zapisy/" + e.Position
		}
	}
	if page == "" {
		d.t.Fatalf("there is no %s", fact)
	}
	return page
}

// filled is what a page's form would send as it stands.
func (d *door) filled(target string) url.Values {
	d.t.Helper()
	form, body := d.form(target), d.get(target, "Accept", "text/html").Body.String()
	for _, m := range regexp.MustCompile(`<input id="[^"]*" name="([^"]+)" type="text" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	for _, m := range regexp.MustCompile(`name="([^"]+)" type="(?:radio|checkbox)" value="([^"]*)" checked`).FindAllStringSubmatch(body, -1) {
		form.Add(m[1], html.UnescapeString(m[2]))
	}
	for _, m := range regexp.MustCompile(`(?s)<select id="[^"]*" name="([^"]+)".*?</select>`).FindAllStringSubmatch(body, -1) {
		if chosen := regexp.MustCompile(`<option value="([^"]*)" selected>`).FindStringSubmatch(m[0]); chosen != nil {
			form.Set(m[1], html.UnescapeString(chosen[1]))
		}
	}
	for name, value := range form {
		form[name] = []string{html.UnescapeString(value[len(value)-1])}
	}
	return form
}

// What is recorded is put right on its form, filled with what stands: whoever changes one field
// types one field and a reason, and a colleague who came between is told of.
func TestWhatIsRecordedIsPutRight(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	d.role = "coordinator"
	day := record(d, "attendance.hours-recorded")
	first := d.get(day, "Accept", "text/html").Body.String()
	for _, want := range []string{`name="_zmiana" type="radio" value="korekta" checked`, `value="4:00"`, `type="hidden" name="umowa" value="S/1"`, "05.03.2018", `name="_seen"`} {
		if !strings.Contains(first, want) {
			t.Fatalf("%q is missing: %s", want, first)
		}
	}
	mine, theirs := d.filled(day), d.filled(day)
	w := d.post("/polecenia/record-attendance", with(theirs, "godziny", "1:30", "powod", "pomyłka"))
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), day+"?zapisano=") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := d.get(w.Header().Get("Location"), "Accept", "text/html"); !strings.Contains(w.Body.String(), `value="1:30"`) || !strings.Contains(w.Body.String(), `role="status"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = d.post("/polecenia/record-attendance", with(mine, "godziny", "1:00", "powod", "inna pomyłka"))
	for _, want := range []string{"ktoś zmienił to po tym, jak to pokazano", `href="` + day + `"`, `value="1:00"`, `type="hidden" name="umowa" value="S/1"`} {
		if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q is missing: %d %s", want, w.Code, w.Body)
		}
	}
	// It is taken back by its reason alone, and recorded anew as it was.
	back := d.filled(day + "?_zmiana=wycofanie")
	if back.Get("_zmiana") != "wycofanie" {
		t.Errorf("%v", back)
	}
	if w := d.post("/polecenia/record-attendance", with(back, "powod", "nie było jej")); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := d.get(day, "Accept", "text/html"); !strings.Contains(w.Body.String(), "To wycofano.") || !strings.Contains(w.Body.String(), `value="1:30"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := d.post("/polecenia/record-attendance", d.filled(day)); w.Code != http.StatusSeeOther {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// Somebody's data are found by the id; texts in the form are a reading of them, and stand in no
// address and no log. A colleague who recorded anything of the person meanwhile is met.
func TestWhoSomebodyIsIsPutRight(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	d.role = "coordinator"
	const page = "/polecenia/register-participant?id=U1&_zmiana=korekta"
	if w := d.get("/osoby/U1", "Accept", "text/html"); !strings.Contains(html.UnescapeString(w.Body.String()), `href="`+page+`"`) || !strings.Contains(w.Body.String(), `href="/zapisy/`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	mine, theirs := d.filled(page), d.filled(page)
	if mine.Get("nazwisko") != "Sekretna" || mine.Get("id") != "U1" || mine.Get("_zmiana") != "korekta" {
		t.Fatalf("%v", mine)
	}
	read := 0
	for _, e := range decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=1000")).Events {
		if domain.Fact(e.Type) == "intake.personal-data-read" && strings.Contains(string(e.Data), `"report record"`) && strings.Contains(string(e.Data), "U1") {
			read++
		}
	}
	if read == 0 {
		t.Error("no reading is recorded")
	}
	if w := d.post("/polecenia/register-participant", with(theirs, "nazwisko", "Jawna", "powod", "pomyłka w nazwisku")); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := d.post("/polecenia/register-participant", with(mine, "nazwisko", "Tajna", "powod", "pomyłka w nazwisku")); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Otwórz to, co jest teraz zapisane") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if again := d.filled(page); again.Get("nazwisko") != "Jawna" {
		t.Errorf("%v", again)
	}
	if log := d.log.String(); strings.Contains(log, "Sekretna") || strings.Contains(log, "Jawna") || strings.Contains(log, "Tajna") {
		t.Error("a name is in the log")
	}
	for _, bad := range []string{"/zapisy/7", "/zapisy/x", "/zapisy/99999999", "/zapisy/-1"} {
		if w := d.get(bad, "Accept", "text/html"); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

// What stands is shown to whoever may put it right, and no more of it than they may see.
func TestWhatStandsIsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	of := record(d, "participant.registered")
	for _, role := range []string{"coordinator", "finance", "auditor", "director", "dpo"} {
		d.role = role
		may := strings.Contains(d.get("/polecenia", "Accept", "text/html").Body.String(), `"/polecenia/register-participant"`)
		w := d.get(of, "Accept", "text/html")
		if (w.Code == http.StatusOK) != may || may == (w.Code == http.StatusForbidden) {
			t.Errorf("%s: %d %s", role, w.Code, w.Body)
		}
		if shown := strings.Contains(w.Body.String(), "Sekretna"); shown != may {
			t.Errorf("%s sees the name: %v", role, shown)
		}
	}
	// Where somebody worked is not for everybody who enters their hours.
	d.role = "coordinator"
	accepted(t, d.command("record-attendance", "placed", `{"contract":"S/1","date":"2018-03-12","minutes":60,"place":"Ogród Sekretny"}`))
	placed, opened := record(d, "attendance.hours-recorded"), 0
	for role, veiled := range map[string]bool{"coordinator": false, "finance": true} {
		d.role = role
		w := d.get(placed, "Accept", "text/html")
		if w.Code == http.StatusOK {
			opened++
		}
		if told := strings.Contains(w.Body.String(), "Nie widzisz wszystkich pól."); w.Code == http.StatusOK && told != veiled || strings.Contains(w.Body.String(), "Ogród Sekretny") == veiled {
			t.Errorf("%s: %d, is told %v: %s", role, w.Code, told, w.Body)
		}
	}
	if opened == 0 {
		t.Error("nobody opens it")
	}
}
