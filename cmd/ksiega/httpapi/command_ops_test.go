package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/httpapi"
)

// A request that is refused may be mended under its key; one that was accepted is it.
func TestARefusedCommandLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.role = "coordinator"
	mended := strings.Replace(person, "02070803628", "02070803629", 1)
	for range 2 {
		if w := d.command("register-participant", "k", mended); w.Code != http.StatusUnprocessableEntity {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	first := accepted(t, d.command("register-participant", "k", person))
	if again := accepted(t, d.command("register-participant", "k", person)); first.Events == 0 || again.Events != 0 {
		t.Errorf("%+v, then %+v", first, again)
	}
	refused(t, d.command("register-participant", "k", mended), http.StatusConflict, "idempotency-key-reused")
}

func TestCommandIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	after := 0
	d := open(t, func(o *httpapi.Options) { o.After = func(context.Context) { after++ } })
	d.role = "coordinator"
	w := d.command("register-participant", "k1", person)
	first := accepted(t, w)
	if first.Events != 1 || first.Revision != 0 || first.Position == "" || w.Header().Get("ETag") != `"0"` || after != 1 {
		t.Errorf("%+v %v %v", first, w.Header(), after)
	}
	again := accepted(t, d.command("register-participant", "k1", person))
	if again.Events != 0 || again.Position != first.Position || after != 1 {
		t.Errorf("again: %+v, after %v", again, after)
	}
	// The same request, written differently.
	reordered := `{ "lastName":"Sekretna", "firstName":"Zofia", "id":"U1","birthDate":"1902-07-08","pesel":"02070803628"}`
	if r := accepted(t, d.command("register-participant", "k1", reordered)); r.Events != 0 {
		t.Errorf("reordered: %+v", r)
	}
	if r := accepted(t, d.command("register-participant", "k2", person)); r.Events != 0 {
		t.Errorf("already true: %+v", r)
	}
	other := strings.Replace(person, "Zofia", "Anna", 1)
	refused(t, d.command("register-participant", "k1", other), http.StatusConflict, "idempotency-key-reused")
	refused(t, d.command("register-assistant", "k1", `{"id":"A1","firstName":"x","lastName":"y"}`), http.StatusConflict, "idempotency-key-reused")
	refused(t, d.command("register-participant", "k3", other), http.StatusConflict, "differs")
}

func TestWhatIsNoCommandIsRefused(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	const path = "/api/v1/commands/register-participant"
	post := func(headers ...string) *http.Request { return request(http.MethodPost, path, person, headers...) }
	refused(t, d.do(post("Content-Type", "application/json")), http.StatusBadRequest, "idempotency-key-missing")
	for _, ct := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", "application/merge-patch+json"} {
		refused(t, d.do(post("Content-Type", ct, "Idempotency-Key", "k")), http.StatusUnsupportedMediaType, "not-json")
	}
	for _, key := range []string{"with space", strings.Repeat("k", 201), "zażółć"} {
		refused(t, d.command("register-participant", key, person), http.StatusBadRequest, "malformed")
	}
	for _, match := range []string{"3", `W/"3"`, `"x"`, "*", `"1","2"`, `"-2"`} {
		refused(t, d.command("register-participant", "k", person, "If-Match", match), http.StatusBadRequest, "malformed")
	}
	for _, body := range []string{"", "{", `{"id":"U1",}`, `{"id":"U1","id":"U2","firstName":"a","lastName":"b"}`} {
		refused(t, d.command("register-participant", "k", body), http.StatusBadRequest, "malformed")
	}
	big := `{"id":"U1","firstName":"` + strings.Repeat("a", 70<<10) + `","lastName":"b"}`
	refused(t, d.command("register-participant", "k", big), http.StatusRequestEntityTooLarge, "too-large")
	refused(t, d.command("no-such", "k", person), http.StatusNotFound, "not-found")
	refused(t, d.get(path), http.StatusMethodNotAllowed, "method-not-allowed")
	accepted(t, d.do(post("Content-Type", "application/json; charset=utf-8", "Idempotency-Key", "k")))
}

func TestFieldsAreRefusedByNameNotValue(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for body, place := range map[string]string{
		`{"id":"U1","firstName":"Sekret","lastName":"S","birthDate":"08.07.1902"}`: "body.birthDate",
		`{"id":"U1","firstName":"Sekret","lastName":"S","birthDate":"1902-02-30"}`: "body.birthDate",
		`{"id":"U1","firstName":"Sekret","lastName":"S","birthDate":"1002-02-03"}`: "body.birthDate",
		`{"id":"U1","firstName":"Sekret","lastName":"S","sex":"Sekret"}`:           "body.sex",
		`{"id":"U1","firstName":["Sekret"],"lastName":"S"}`:                        "body.firstName",
		`{"id":"U1","firstName":"Sekret"}`:                                         "body.lastName",
		`{"id":"U1","firstName":"Sekret","lastName":"S","nickName":"Sekret"}`:      "body.nickName",
		`{"id":"U1","firstName":"Sekret","lastName":"S","birthdate":"1902-07-08"}`: "body.birthdate",
	} {
		w := d.command("register-participant", "k", body)
		p := refused(t, w, http.StatusUnprocessableEntity, "invalid")
		if len(p.Errors) == 0 || p.Errors[0].Location != place || strings.Contains(w.Body.String(), "Sekret") {
			t.Errorf("%s: %s", body, w.Body)
		}
	}
	visit := `{"assistant":"A1","contract":"C1","date":"2018-03-05","from":"8:70","to":"10:00"}`
	if p := refused(t, d.command("log-visit", "v", visit), http.StatusUnprocessableEntity, "invalid"); p.Errors[0].Location != "body.from" {
		t.Errorf("%+v", p)
	}
	claim := `{"number":"W1","agreement":"P1","month":"2018-13","submitted":"2018-04-05"}`
	if p := refused(t, d.command("submit-claim", "c", claim), http.StatusUnprocessableEntity, "invalid"); p.Errors[0].Location != "body.month" {
		t.Errorf("%+v", p)
	}
	places := `{"project":"asystent-aktywnosci","event":"miejsca","date":"2018-03-05","value":3}`
	sees := *d
	sees.role = "coordinator"
	accepted(t, sees.command("tell-durability", "d1", places))
	if p := refused(t, sees.command("tell-durability", "d2", strings.Replace(places, ":3}", ":4}", 1)), http.StatusConflict, "differs"); len(p.Errors) != 1 || p.Errors[0].Location != "body.value" {
		t.Errorf("%+v", p)
	}
	badPESEL := strings.Replace(person, "02070803628", "02070803629", 1)
	if w := d.command("register-participant", "p", badPESEL); strings.Contains(w.Body.String(), "02070803629") {
		t.Error(w.Body)
	} else {
		refused(t, w, http.StatusUnprocessableEntity, "invalid")
	}
}

// month of the whole cycle, by the API alone.
const (
	agreementBody  = `{"number":"P/1","concluded":"2018-02-06","from":"2018-02-08","to":"2018-12-31","refundPercent":60,"monthlyCapMinutes":2400}`
	contractBody   = `{"number":"S/1","kind":"psu","programme":"psu","participant":"U1","concluded":"2018-02-08","from":"2018-02-12","to":"2018-12-31","agreement":"P/1","weeklyMinutes":600}`
	attendanceBody = `{"contract":"S/1","date":"2018-03-05","minutes":240}`
	paymentBody    = `{"list":"L1","contract":"S/1","month":"2018-03","amountGrosze":3240,"date":"2018-04-05"}`
	claimBody      = `{"number":"W/1","agreement":"P/1","month":"2018-03","submitted":"2018-04-10"}`
)

// cycle runs a month from agreement to claim.
func cycle(d *door) {
	for _, c := range [][2]string{{"register-participant", person}, {"conclude-agreement", agreementBody}, {"sign-contract", contractBody},
		{"record-attendance", attendanceBody}, {"pay-benefit", paymentBody}, {"submit-claim", claimBody}} {
		accepted(d.t, d.command(c[0], "cycle-"+c[0], c[1]))
	}
}

func TestEveryCommandReachesTheLedger(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	for _, c := range [][2]string{
		{"register-assistant", `{"id":"A1","firstName":"Ewa","lastName":"Nowak","employment":"etat"}`},
		{"sign-contract", `{"number":"T/1","kind":"trojstronny","programme":"asystent-aktywnosci","participant":"U1","concluded":"2018-01-02","from":"2018-01-02","to":"2019-06-30","assistant":"A1","weeklyMinutes":240}`},
		{"log-visit", `{"assistant":"A1","contract":"T/1","date":"2018-03-05","from":"08:00","to":"11:30"}`},
		{"change-contract", `{"number":"T/1","change":"suspend","on":"2018-05-01","reason":"pobyt"}`},
		{"record-claim-decision", `{"claim":"W/1","date":"2018-04-20","outcome":"czesciowo","amountGrosze":1000,"reason":"ścięto"}`},
		{"write-off-claim", `{"claim":"W/1","date":"2018-12-31","reason":"przedawnienie"}`},
		{"tell-durability", `{"project":"asystent-aktywnosci","event":"zobowiazanie","date":"2019-07-01","to":"2021-06-30","value":30}`},
		{"resolve-finding", `{"finding":"refund-difference:W/1:accepted","date":"2018-05-01","reason":"wyjaśniono","amountGrosze":944,"from":"2018-04-10","to":"2018-04-20"}`},
	} {
		if r := accepted(t, d.command(c[0], "every-"+c[0], c[1])); r.Events == 0 {
			t.Errorf("%s recorded nothing", c[0])
		}
	}
	refused(t, d.command("withdraw-claim", "w1", `{"claim":"W/9","agreement":"P/1","reason":"x"}`), http.StatusNotFound, "not-found")
	refused(t, d.command("withdraw-claim", "w2", `{"claim":"W/1","agreement":"P/1","reason":"x"}`), http.StatusUnprocessableEntity, "rule")
	refused(t, d.command("match-line", "m", `{"statement":"x/2018/1","line":1,"claim":"W/9"}`), http.StatusNotFound, "not-found")
}

// A request that was carried out is answered with that, also where it would be refused
// by now.
func TestARequestThatWouldBeRefusedToday(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	day := `{"contract":"S/1","date":"2018-03-12","minutes":60}`
	first := accepted(t, d.command("record-attendance", "d1", day))
	accepted(t, d.command("record-attendance", "w1", `{"contract":"S/1","date":"2018-03-12","withdraw":true,"reason":"pomyłka"}`))
	accepted(t, d.command("change-contract", "c1", `{"number":"S/1","change":"suspend","on":"2018-03-12","reason":"pobyt"}`))
	for range 70 { // more often than anybody may guess
		if again := accepted(t, d.command("record-attendance", "d1", day)); again.Events != 0 || again.Position != first.Position {
			t.Fatalf("%+v, then %+v", first, again)
		}
	}
	refused(t, d.command("record-attendance", "d2", day), http.StatusUnprocessableEntity, "rule")
}

func TestRefusalsOfTheDomainHaveTheirStatus(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	refused(t, d.command("record-attendance", "a1", `{"contract":"S/9","date":"2018-03-05","minutes":60}`), http.StatusNotFound, "not-found")
	refused(t, d.command("pay-benefit", "p2", strings.Replace(paymentBody, "3240", "3241", 1)), http.StatusConflict, "differs")
	refused(t, d.command("record-attendance", "a2", `{"contract":"S/1","date":"2018-03-05","minutes":60}`), http.StatusConflict, "recorded")
	refused(t, d.command("record-attendance", "a3", `{"contract":"S/1","date":"2018-03-06","minutes":480}`), http.StatusUnprocessableEntity, "rule")
	refused(t, d.command("record-attendance", "a4", `{"contract":"S/1","date":"2018-03-05","minutes":60,"correct":true}`), http.StatusUnprocessableEntity, "invalid")
}

func TestExpectedRevisionBinds(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	day := `{"contract":"S/1","date":"2018-03-06","minutes":60}`
	w := d.command("record-attendance", "m1", day, "If-Match", `"0"`)
	refused(t, w, http.StatusPreconditionFailed, "revision-mismatch")
	before := decode[httpapi.EventPage](t, d.get("/api/v1/streams/attendance-S%252F1/events"))
	at := len(before.Events) - 1
	if at < 0 {
		t.Fatal("no such stream")
	}
	match := `"` + string(rune('0'+at)) + `"`
	got := accepted(t, d.command("record-attendance", "m1", day, "If-Match", match))
	if got.Events != 1 || got.Revision != int64(at+1) {
		t.Errorf("%+v", got)
	}
	// Sent again after a lost answer: done already, whatever the revision now.
	if got := accepted(t, d.command("record-attendance", "m1", day, "If-Match", match)); got.Events != 0 {
		t.Errorf("%+v", got)
	}
}

func TestStoreThatDoesNotAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) { o.Unavailable = func(error) string { return "the store sleeps" } })
	if err := d.ledger.Journal.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("gone"))
	w := d.do(request(http.MethodGet, "/api/v1/events", "").WithContext(ctx))
	if p := refused(t, w, http.StatusServiceUnavailable, "unavailable"); p.Correlation == "" || p.Detail != "the store sleeps" || w.Header().Get("Retry-After") == "" {
		t.Errorf("%+v %v", p, w.Header())
	}
}

// A finding is asked for before anything is said of it.
func TestResolvingAFinding(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	accepted(t, d.command("record-claim-decision", "answer", `{"claim":"W/1","date":"2018-04-20","outcome":"czesciowo","amountGrosze":1000}`))
	d.role = "coordinator"
	const id = "refund-difference:W/1:accepted"
	body := func(id, more string) string {
		return `{"finding":"` + id + `","date":"2018-05-01","reason":"x"` + more + `}`
	}
	for i, unknown := range []string{"refund-difference:W/1:given", "refund-difference:W/2:accepted", "no-such:W/1", "W/1"} {
		for j, more := range []string{"", `,"reopen":true`} {
			refused(t, d.command("resolve-finding", fmt.Sprint("unknown-", i, "-", j), body(unknown, more)), http.StatusNotFound, "not-found")
		}
	}
	refused(t, d.command("resolve-finding", "early", body(id, `,"reopen":true`)), http.StatusUnprocessableEntity, "rule")
	refused(t, d.command("resolve-finding", "other", body(id, `,"amountGrosze":1`)), http.StatusConflict, "conflict")
	const seen = `,"amountGrosze":944,"minutes":0,"from":"2018-04-10","to":"2018-04-20"`
	refused(t, d.command("resolve-finding", "unread", body(id, "")), http.StatusUnprocessableEntity, "invalid")
	first := accepted(t, d.command("resolve-finding", "once", body(id, seen)))
	if first.Events != 1 {
		t.Errorf("%+v", first)
	}
	if again := accepted(t, d.command("resolve-finding", "once", body(id, seen))); again.Events != 0 || again.Position != first.Position {
		t.Errorf("sent again: %+v", again)
	}
	if a := accepted(t, d.command("resolve-finding", "same", body(id, seen))); a.Events != 0 {
		t.Errorf("already so: %+v", a)
	}
	// Who may not see the reason is not told whether it is the same.
	d.role = ""
	refused(t, d.command("resolve-finding", "blind", body(id, seen)), http.StatusConflict, "recorded")
	refused(t, d.command("resolve-finding", "blind2", strings.Replace(body(id, seen), `"x"`, `"y"`, 1)), http.StatusConflict, "recorded")
}

// Whatever rubbish comes, it is said in Polish where it stands, or what to do.
func TestRubbishIsRefusedInPolish(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, c := range []struct {
		command, body string // or the address of a question
		status        int
		said          string // places and what is said of them, or the detail
	}{
		{"record-attendance", ``, 400, "Wyślij w treści żądania obiekt JSON."},
		{"record-attendance", `{`, 400, "body: Popraw zapis JSON przy bajcie 1: coś tam brakuje, jest za dużo albo stoi drugi raz."},
		{"record-attendance", `{"contract":"S/1","contract":"S/2"}`, 400, "body: Popraw zapis JSON przy bajcie 18: coś tam brakuje, jest za dużo albo stoi drugi raz."},
		{"record-attendance", `[]`, 422, "body: Wyślij obiekt JSON."},
		{"record-attendance", `{"contract":"S/1","date":"05.03.2018","minutes":"60"}`, 422, "body.date: Popraw datę: RRRR-MM-DD. body.minutes: Wpisz liczbę całkowitą."},
		{"record-attendance?x=1", `{"contract":"S/1","date":"2018-03-05","minutes":60}`, 422, "query.x: Usuń ten parametr: takiego tu nie ma."},
		{"register-participant", `{"id":"U1","firstName":" ","lastName":"Kos"}`, 422, "body.firstName: Podaj imię i nazwisko."},
		{"register-assistant", `{"id":"A1","firstName":"Ewa","lastName":"\u200b"}`, 422, "body.lastName: Podaj imię i nazwisko."},
		{"resolve-finding", `{"finding":"","reason":"x"}`, 422, "body.finding: Podaj identyfikator."},
		{"tell-durability", `{"project":"","event":"miejsca","date":"2018-03-05","value":3}`, 422, "body.project: Podaj identyfikator."},
		{"", "/api/v1/events?limit=x", 422, "query.limit: Wpisz liczbę całkowitą."},
		{"", "/api/v1/events?zle=1", 422, "query.zle: Usuń ten parametr: takiego tu nie ma."},
		{"", "/api/v1/reports?zle=1", 422, "query.zle: Usuń ten parametr: takiego tu nie ma."},
	} {
		method, address, body := http.MethodPost, "/api/v1/commands/"+c.command, c.body
		if c.command == "" {
			method, address, body = http.MethodGet, c.body, ""
		}
		w := d.do(request(method, address, body, "Content-Type", "application/json", "Idempotency-Key", "k"))
		var p httpapi.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != c.status {
			t.Errorf("%s %s: %d %s", c.command, c.body, w.Code, w.Body)
		}
		all := []string{}
		for _, e := range p.Errors {
			all = append(all, e.Location+": "+e.Message)
		}
		if len(all) == 0 {
			all = append(all, p.Detail)
		}
		if said := strings.Join(all, " "); said != c.said {
			t.Errorf("%s %s: %s", c.command, c.body, said)
		}
	}
}

// Everything that is wrong is said at once, in Polish, and where it stands in the body.
func TestAProblemNamesEveryFieldAtFault(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	p := refused(t, d.command("sign-contract", "a", `{"number":"S/1","kind":"psu","programme":"nie-ma","participant":"U9","concluded":"2099-01-01","from":"2018-01-01","to":"2018-12-31","agreement":"P/9"}`),
		http.StatusUnprocessableEntity, "invalid")
	var places []string
	for _, e := range p.Errors {
		places = append(places, e.Location)
		if !strings.Contains(p.Detail, e.Message) {
			t.Errorf("%q lacks %q", p.Detail, e.Message)
		}
	}
	if got, want := strings.Join(places, " "), "body.concluded body.programme body.participant body.agreement"; got != want {
		t.Errorf("%s, not %s: %s", got, want, p.Detail)
	}
	// What the schema asks for is told alike.
	p = refused(t, d.command("sign-contract", "s", `{"kind":"sekret","programme":1,"participant":"U9","concluded":"5.03.2018","from":"2018-01-01","x":"y"}`),
		http.StatusUnprocessableEntity, "invalid")
	told := map[string]string{}
	for _, e := range p.Errors {
		told[e.Location] = e.Message
	}
	for location, message := range map[string]string{"body.number": "Uzupełnij to pole.", "body.kind": "Wybierz jedną z wartości: psu, socjalny, trojstronny, usamodzielnianie.",
		"body.programme": "Wpisz tekst w cudzysłowie.", "body.concluded": "Popraw datę: RRRR-MM-DD.", "body.x": "Usuń to pole: żądanie takiego nie ma."} {
		if told[location] != message {
			t.Errorf("%s: %q, not %q (%v)", location, told[location], message, told)
		}
	}
	// A refusal of a field that the request does not have names none.
	p = refused(t, d.command("withdraw-claim", "b", `{"claim":"W/9","agreement":"P/9","reason":"x"}`), http.StatusNotFound, "not-found")
	if len(p.Errors) != 1 || p.Errors[0].Location != "body.agreement" || p.Detail != "Popraw numer porozumienia: takiego nie zapisano." {
		t.Errorf("%+v", p)
	}
}
