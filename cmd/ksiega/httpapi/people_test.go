package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/session"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// from is a request of somebody who asks within limits.
func (d *door) from(who access.Who, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r.WithContext(session.With(r.Context(), who)))
	return w
}

func worker(account, id string) access.Who {
	who := access.By(account, access.Pages, access.Caseworker)
	who.Account = account
	return ledgertest.Limited(who, domain.Ref{Kind: domain.RefWorker, ID: id})
}

func asForm(path string, fields ...string) *http.Request {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return request(http.MethodPost, path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html")
}

// read are the readings since the last time, each as whom it lists.
func (d *door) read(seen *int) (all []string) {
	d.t.Helper()
	n := 0
	err := d.ledger.Journal.Scan(d.t.Context(), journal.ScanOptions{}, func(b journal.Batch) error {
		for i := range b.Events {
			e, ok := b.Events[i].Event.(intake.PersonalDataRead)
			if !ok {
				continue
			}
			if n++; n > *seen {
				line := e.What
				for _, s := range e.Subjects {
					line += " " + s.ID
				}
				all = append(all, line)
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	*seen = n
	return all
}

func twoCases(t *testing.T) *door {
	t.Helper()
	d := open(t, nil)
	cycle(d)
	d.role = "coordinator"
	accepted(t, d.command("register-participant", "two", `{"id":"U2","firstName":"Łucja","lastName":"Lis","pesel":"44051401359"}`))
	accepted(t, d.command("assign-case", "case-1", `{"participant":"U1","worker":"W1","from":"2018-01-01"}`))
	accepted(t, d.command("assign-case", "case-2", `{"participant":"U2","worker":"W2","from":"2018-01-01"}`))
	return d
}

// Each page that names people is one reading, which lists just them; whoever may see no names is
// shown ids, and is no reader.
func TestAPageThatNamesPeopleIsOneReading(t *testing.T) {
	t.Parallel()
	d := twoCases(t)
	seen := 0
	d.read(&seen)
	for _, c := range []struct {
		role, page, name string
		readings         []string
	}{
		{"coordinator", "/osoby", "Sekretna", []string{"report people U1 U2"}},
		{"coordinator", "/osoby/U1", "<h1>Zofia Sekretna</h1>", []string{"report person U1"}},
		{"coordinator", "/umowy/S%2F1", "Zofia Sekretna", []string{"report contract U1"}},
		{"coordinator", "/reports/contracts", "Zofia Sekretna", []string{"report contracts U1"}},
		{"coordinator", "/umowy", "Zofia Sekretna", []string{"report contracts U1"}},
		{"coordinator", "/polecenia/set-task?umowa=S/1", "Zofia Sekretna", []string{"report choices U1"}},
		{"finance", "/reports/psu-settlement", "Zofia Sekretna", []string{"report psu-settlement U1"}},
		{"director", "/reports/psu-settlement", "U1", nil},
		{"coordinator", "/api/v1/reports/contracts", "U1", nil},
		{"auditor", "/osoby/U1", "Zofia Sekretna", []string{"report person U1"}},
	} {
		d.role = c.role
		w := d.get(c.page, "Accept", "text/html, application/json;q=0.5")
		if !strings.Contains(w.Body.String(), c.name) || c.readings == nil && strings.Contains(w.Body.String(), "Sekretna") {
			t.Errorf("%s %s: %d %s", c.role, c.page, w.Code, w.Body)
		}
		if got := d.read(&seen); !slices.Equal(got, c.readings) && !strings.HasPrefix(c.page, "/api/") {
			t.Errorf("%s %s: readings %q, not %q", c.role, c.page, got, c.readings)
		}
	}
	if w := d.do(request(http.MethodHead, "/osoby", "", "Accept", "text/html")); w.Code != http.StatusOK || len(d.read(&seen)) > 0 {
		t.Errorf("HEAD is a reading: %d", w.Code)
	}
}

// tells says whether an answer names somebody; keys of forms may hold any two letters.
func tells(w *httptest.ResponseRecorder, name string) bool {
	body := w.Body.String()
	return strings.Contains(body, `"`+name+`"`) || strings.Contains(body, "/osoby/"+name) || strings.Contains(body, ">"+name) || len(name) > 2 && strings.Contains(body, name)
}

// Within limits people are found on the page and over the API alike; of somebody else's PESEL both
// tell that they are here, without a name or an id, and of one that nobody has that nobody is found.
func TestAPersonOfAnothersIsNotTold(t *testing.T) {
	t.Parallel()
	d := twoCases(t)
	own, seen := worker("konto-1", "W1"), 0
	d.read(&seen)
	for _, c := range []struct {
		by, text, has, not string
		status             int
		readings           []string
	}{
		{"szukaj", "", "Zofia Sekretna", "Lis", http.StatusOK, []string{"report people U1"}},
		{"szukaj", "sekr", "Zofia Sekretna", "Lis", http.StatusOK, []string{"report people U1"}},
		{"szukaj", "lucja", "Nikt nie pasuje", "U2", http.StatusOK, nil},
		{"pesel", "02070803628", "Zofia Sekretna", "Lis", http.StatusOK, []string{"report people U1"}},
		{"pesel", "440514 01359", "ta osoba już jest w księdze", "U2", http.StatusUnprocessableEntity, nil},
		{"pesel", "85121212345", "Nikt nie pasuje", "U2", http.StatusOK, nil},
		{"pesel", "85121212346", "Popraw PESEL", "U2", http.StatusUnprocessableEntity, nil},
	} {
		w := d.from(own, asForm("/osoby", c.by, c.text))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) || tells(w, c.not) {
			t.Errorf("%s %s: %d %s", c.by, c.text, w.Code, w.Body)
		}
		if got := d.read(&seen); !slices.Equal(got, c.readings) {
			t.Errorf("%s %s: readings %q", c.by, c.text, got)
		}
		field := map[string]string{"szukaj": "name", "pesel": "pesel"}[c.by]
		w = d.from(own, request(http.MethodPost, "/api/v1/people", mustJSON(t, map[string]string{field: c.text}), "Content-Type", "application/json"))
		if w.Code != c.status || tells(w, c.not) || strings.Contains(w.Body.String(), "Sekretna") != (c.readings != nil) {
			t.Errorf("API, %s %s: %d %s", c.by, c.text, w.Code, w.Body)
		}
		d.read(&seen)
	}
	register := func(id, pesel string) *httptest.ResponseRecorder {
		return d.from(own, request(http.MethodPost, "/api/v1/commands/register-participant", fmt.Sprintf(`{"id":%q,"firstName":"Ewa","lastName":"Nowa","pesel":%q}`, id, pesel), "Content-Type", "application/json", "Idempotency-Key", id))
	}
	if w := register("N1", "44051401359"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "koordynatora") || strings.Contains(w.Body.String(), "U2") {
		t.Errorf("registering: %d %s", w.Code, w.Body)
	}
	for range intake.MaxAsked {
		d.from(own, asForm("/osoby", "pesel", "44051401359"))
	}
	for i, pesel := range []string{"44051401359", "90010112349"} {
		for what, w := range map[string]*httptest.ResponseRecorder{"page": d.from(own, asForm("/osoby", "pesel", pesel)), "register": register(fmt.Sprint("L", i), pesel),
			"API": d.from(own, request(http.MethodPost, "/api/v1/people", `{"pesel":"`+pesel+`"}`, "Content-Type", "application/json"))} {
			if w.Code != http.StatusTooManyRequests {
				t.Errorf("after thirty, %s of %s: %d %s", what, pesel, w.Code, w.Body)
			}
		}
	}
	if log := d.log.String(); strings.Contains(log, "44051401359") || strings.Contains(log, "sekr") || strings.Contains(log, "lucja") {
		t.Errorf("the log tells what was looked for: %s", log)
	}
}

// In a form people, and what is theirs, are chosen by name: with a script or without, within limits;
// each answer is one reading of those whom it shows, and what is typed stands in no log.
func TestAFormIsFilledByName(t *testing.T) {
	t.Parallel()
	d := twoCases(t)
	own, seen := worker("konto-1", "W1"), 0
	const page = "/polecenia/record-stay"
	for _, c := range []struct {
		at, typed, find, has string
		readings             []string
	}{
		{page, "sekr", "uczestnik", `value="U1"`, []string{"report choices U1"}},
		{page, "SEKRETNA zof", "", `value="U1"`, []string{"report choices U1"}}, // by Enter
		{page + "/szukaj/uczestnik", "sekr", "", "Zofia Sekretna<small>U1", []string{"report choices U1"}},
		{page + "/szukaj/uczestnik", "lucja", "", "Nic nie pasuje", nil},
	} {
		fields := []string{"_key", "k", "uczestnik?", c.typed}
		if c.find != "" {
			fields = append(fields, "_find", c.find)
		}
		d.read(&seen)
		w := d.from(own, asForm(c.at, fields...))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), c.has) || strings.Contains(w.Body.String(), "U2") || strings.Contains(w.Body.String(), "Lis") {
			t.Errorf("%s %q: %d %s", c.at, c.typed, w.Code, w.Body)
		}
		if got := d.read(&seen); !slices.Equal(got, c.readings) {
			t.Errorf("%s %q: readings %q", c.at, c.typed, got)
		}
	}
	// Who is shown a form again is shown whom it names, too; of somebody else's person it says the id alone.
	if w := d.from(own, asForm(page, "_key", "k", "uczestnik", "U1")); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Zofia Sekretna") {
		t.Errorf("refused: %d %s", w.Code, w.Body)
	}
	if got := d.read(&seen); !slices.Equal(got, []string{"report choices U1"}) {
		t.Errorf("refused: readings %q", got)
	}
	if w := d.from(own, request(http.MethodGet, page+"?uczestnik=U2", "", "Accept", "text/html")); strings.Contains(w.Body.String(), "Lis") {
		t.Errorf("another's person: %d %s", w.Code, w.Body)
	}
	if log := d.log.String(); strings.Contains(strings.ToLower(log), "sekr") || strings.Contains(log, "lucja") {
		t.Errorf("the log tells what was looked for: %s", log)
	}
}

// Who sees no names and no PESELs finds nobody by them, over the API too.
func TestWhoFindsPeople(t *testing.T) {
	t.Parallel()
	d := twoCases(t)
	for role, want := range map[string]int{"coordinator": http.StatusOK, "caseworker": http.StatusOK, "finance": http.StatusOK, "dpo": http.StatusOK, "auditor": http.StatusOK,
		"director": http.StatusForbidden, "assistant": http.StatusForbidden, "outreach": http.StatusForbidden, "administrator": http.StatusForbidden, "": http.StatusForbidden} {
		d.role = role
		post := func(body string) *httptest.ResponseRecorder {
			return d.do(request(http.MethodPost, "/api/v1/people", body, "Content-Type", "application/json"))
		}
		if w := post(`{"name":"lis"}`); w.Code != want || want == http.StatusOK && len(decode[httpapi.PeopleFound](t, w).People) != 1 {
			t.Errorf("%s by name: %d %s", role, w.Code, w.Body)
		}
		byPESEL := want
		if role == "auditor" {
			byPESEL = http.StatusForbidden
		}
		if w := post(`{"pesel":"44051401359"}`); w.Code != byPESEL {
			t.Errorf("%s by PESEL: %d %s", role, w.Code, w.Body)
		}
		if w := d.get("/osoby", "Accept", "text/html"); w.Code != want {
			t.Errorf("%s, the page: %d", role, w.Code)
		}
	}
	for _, target := range []string{"/api/v1/people?name=lis", "/osoby?szukaj=lis"} {
		d.role = "coordinator"
		if w := d.get(target, "Accept", "text/html, application/json"); w.Code == http.StatusOK && !strings.Contains(w.Body.String(), "Sekretna") {
			t.Errorf("%s looks for a name in an address", target)
		}
	}
}

// The officer follows who saw somebody from where they are found, and nobody else is let in.
func TestTheAccessLogAsAPage(t *testing.T) {
	t.Parallel()
	d := twoCases(t)
	d.get("/osoby/U1", "Accept", "text/html")
	d.from(worker("konto-2", "W1"), asForm("/osoby", "pesel", "44051401359"))
	d.role = "dpo"
	if w := d.post("/osoby", with(d.form("/osoby"), "pesel", "02070803628")); !strings.Contains(w.Body.String(), `href="/rejestr?participant=U1"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for page, want := range map[string][]string{
		"/rejestr?participant=U1":               {"Rejestr dostępu", "jkowalska", "Historia osoby"},
		"/reports/access-log?participant=U2":    {"pytanie o PESEL", "konto-2"},
		"/api/v1/reports/access-log?format=csv": {"konto-2", "U2"},
	} {
		w := d.get(page, "Accept", "text/html, text/csv")
		for _, text := range want {
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), text) || strings.Contains(w.Body.String(), "Sekretna") || strings.Contains(w.Body.String(), "44051401359") {
				t.Errorf("%s: %q is missing: %d %s", page, text, w.Code, w.Body)
			}
		}
	}
	for _, role := range []string{"coordinator", "auditor", "director", "administrator", "finance"} {
		d.role = role
		for _, page := range []string{"/rejestr", "/api/v1/reports/access-log"} {
			if w := d.get(page, "Accept", "text/html, application/json"); w.Code != http.StatusForbidden {
				t.Errorf("%s, %s: %d", role, page, w.Code)
			}
		}
	}
}

// The page of a person, or of a contract, is a reading of who is on it, and of nobody else within
// reach, over whose number no reading would list anybody.
func TestAPageIsAReadingOfWhoIsOnIt(t *testing.T) {
	t.Parallel()
	d := twoCases(t)
	accepted(t, d.command("sign-contract", "two-signed", strings.NewReplacer("S/1", "S/2", "U1", "U2", `"weekly`, `"place":"Dom Pomocy","weekly`).Replace(contractBody)))
	seen := 0
	d.read(&seen)
	for path, want := range map[string]string{"/umowy/S%2F1": "report contract U1", "/umowy/S%2F2": "report contract U2", "/osoby/U2": "report person U2"} {
		if w := d.get(path, "Accept", "text/html"); w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
		if got := d.read(&seen); len(got) != 1 || got[0] != want {
			t.Errorf("%s is recorded as %q", path, got)
		}
	}
}
