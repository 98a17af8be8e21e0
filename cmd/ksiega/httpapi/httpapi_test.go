package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

var noon = time.Date(2019, 8, 1, 10, 0, 0, 0, time.UTC)

// token is what requests of these tests carry, unless they say otherwise.
const token = "a token of tests"

// door is the handler of one test with the ledger behind it.
type door struct {
	t       testing.TB
	ledger  *ledgertest.Ledger
	handler http.Handler
	log     *bytes.Buffer
	role    string // of somebody known who asks; "" is whoever holds the token
}

func open(t testing.TB, change func(*httpapi.Options)) *door {
	t.Helper()
	l := ledgertest.Open(t)
	return over(t, l, change)
}

func over(t testing.TB, l *ledgertest.Ledger, change func(*httpapi.Options)) *door {
	t.Helper()
	d := &door{t: t, ledger: l, log: &bytes.Buffer{}}
	now := func() time.Time { return noon }
	o := httpapi.Options{Ledger: l.Ledger, Now: now, Version: "test", Gate: session.Gate{Token: token, Hosts: []string{"127.0.0.1"}},
		Reader: queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: now, Zone: l.Zone}),
		Log:    slog.New(slog.NewTextHandler(d.log, nil))}
	if change != nil {
		change(&o)
	}
	h, err := httpapi.New(o)
	if err != nil {
		t.Fatal(err)
	}
	d.handler = h
	return d
}

// stylesheet is the address of one, which changes with what it holds.
func stylesheet(t testing.TB) string {
	t.Helper()
	p, err := pages.New(pages.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for address := range p.Assets() {
		if strings.HasPrefix(address, "/assets/patterns-") {
			return address
		}
	}
	t.Fatal("the pages have no stylesheet")
	return ""
}

// sample imports the sample centres.
func sample(t testing.TB, l *ledgertest.Ledger) {
	t.Helper()
	for name, sum := range l.ImportSample(t) {
		if sum.Refused != 0 {
			t.Fatalf("import %s: %+v", name, sum)
		}
	}
}

func request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// known is a request's context that says who it is from, as the control socket does.
func known(ctx context.Context, actor, role string) context.Context {
	return session.With(ctx, access.By(actor, access.CommandLine, access.Role(role)))
}

func (d *door) do(r *http.Request) *httptest.ResponseRecorder {
	if d.role != "" {
		r = r.WithContext(known(r.Context(), "jkowalska", d.role))
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

func (d *door) get(target string, headers ...string) *httptest.ResponseRecorder {
	return d.do(request(http.MethodGet, target, "", headers...))
}

// command posts a command under a key.
func (d *door) command(name, key, body string, headers ...string) *httptest.ResponseRecorder {
	return d.do(request(http.MethodPost, "/api/v1/commands/"+name, body,
		append([]string{"Content-Type", "application/json", "Idempotency-Key", key}, headers...)...))
}

func decode[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return v
}

// refused checks a problem's status and code.
func refused(t testing.TB, w *httptest.ResponseRecorder, status int, code string) httpapi.Problem {
	t.Helper()
	p := decode[httpapi.Problem](t, w)
	if w.Code != status || p.Status != status || p.Code != code || p.Title == "" || p.Type != "urn:ksiega:problem:"+code ||
		w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d %s %s, want %d %s", w.Code, w.Header().Get("Content-Type"), w.Body, status, code)
	}
	return p
}

func accepted(t testing.TB, w *httptest.ResponseRecorder) httpapi.CommandAnswer {
	t.Helper()
	if w.Code != http.StatusOK {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	return decode[httpapi.CommandAnswer](t, w)
}

const person = `{"id":"U1","firstName":"Zofia","lastName":"Sekretna","pesel":"02070803628","birthDate":"1902-07-08"}`

func TestNewNeedsItsParts(t *testing.T) {
	t.Parallel()
	if _, err := httpapi.New(httpapi.Options{}); err == nil {
		t.Error("opened on nothing")
	}
}

func TestMachinesAreAnswered(t *testing.T) {
	t.Parallel()
	var notReady error
	d := open(t, func(o *httpapi.Options) {
		o.Ready = func() error { return notReady }
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a_metric 1\n") })
	})
	for target, want := range map[string]string{"/healthz": "ok", "/readyz": "ok", "/metrics": "a_metric", "/openapi.yaml": "openapi: 3.1.0"} {
		if w := d.get(target); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	notReady = errors.New("settlement stands still")
	w := d.get("/readyz")
	if p := refused(t, w, http.StatusServiceUnavailable, "unavailable"); p.Detail != notReady.Error() || w.Header().Get("Retry-After") == "" {
		t.Errorf("%+v %v", p, w.Header())
	}
	if w := d.get("/healthz"); w.Code != http.StatusOK {
		t.Errorf("healthz: %d", w.Code)
	}
	if w := d.do(request(http.MethodHead, "/healthz", "")); w.Code != http.StatusOK {
		t.Errorf("HEAD: %d", w.Code)
	}
	refused(t, d.get("/nowhere"), http.StatusNotFound, "not-found")
	w = d.do(request(http.MethodDelete, "/healthz", ""))
	refused(t, w, http.StatusMethodNotAllowed, "method-not-allowed")
	if got := w.Header().Values("Allow"); !slices.Equal(got, []string{"GET, HEAD, OPTIONS"}) {
		t.Errorf("Allow: %v", got)
	}
}

func TestStrangersAreTurnedAway(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, host := range []string{"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "localhost:80a", "192.168.0.1:8080"} {
		refused(t, d.get("/api/v1/reports", "Host", host), http.StatusForbidden, "host-not-allowed")
	}
	for _, host := range []string{"localhost", "localhost:9000", "LOCALHOST:1", "[::1]:8080", "127.0.0.1"} {
		if w := d.get("/api/v1/reports", "Host", host); w.Code != http.StatusOK {
			t.Errorf("%s: %d", host, w.Code)
		}
	}
	for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "http://evil.example"},
		{"Origin", "null"}, {"Origin", "http://127.0.0.1:9999"}} {
		refused(t, d.command("register-participant", "k", person, h...), http.StatusForbidden, "cross-origin")
	}
	refused(t, d.get("/api/v1/reports", "Origin", "http://evil.example"), http.StatusForbidden, "cross-origin")
	// A page of another site makes nobody read: no image, frame, script or link of it.
	for _, target := range []string{"/api/v1/reports", "/api/v1/reports/unmatched-lines", "/reports/unmatched-lines", "/api/v1/events", "/metrics", "/"} {
		for _, site := range []string{"cross-site", "same-site"} {
			w := d.get(target, "Sec-Fetch-Site", site, "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image", "Accept", "*/*")
			refused(t, w, http.StatusForbidden, "cross-origin")
		}
	}
	link := []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Accept", "*/*"}
	refused(t, d.get("/reports/unmatched-lines", link...), http.StatusForbidden, "cross-origin")
	refused(t, d.get("/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe", "Accept", "*/*"), http.StatusForbidden, "cross-origin")
	for _, target := range []string{"/", "/docs"} {
		if w := d.get(target, link...); w.Code != http.StatusOK {
			t.Errorf("a link to %s: %d", target, w.Code)
		}
	}
	accepted(t, d.command("register-participant", "k", person, "Origin", "http://127.0.0.1:8080", "Sec-Fetch-Site", "same-origin"))
}

func TestTokenIsAskedOfAllButHealth(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) { o.Token, o.Hosts = "s3cret", []string{"ksiega.mops.example"} })
	host := []string{"Host", "ksiega.mops.example:443"}
	for _, target := range []string{"/", "/readyz", "/metrics", "/docs", "/openapi.json", "/api/v1/reports", "/reports/refunds", stylesheet(t)} {
		for _, auth := range []string{"", "Bearer", "Bearer ", "Bearer S3cret", "Basic s3cret", "s3cret", "Bearer s3cretx"} {
			w := d.get(target, append(host, "Authorization", auth)...)
			refused(t, w, http.StatusUnauthorized, "unauthorized")
			if w.Header().Get("WWW-Authenticate") == "" {
				t.Error("no challenge")
			}
		}
	}
	refused(t, d.get("/", "Host", "evil.example", "Authorization", "Bearer s3cret"), http.StatusForbidden, "host-not-allowed")
	if w := d.get("/healthz", host...); w.Code != http.StatusOK {
		t.Errorf("healthz: %d", w.Code)
	}
	auth := append(host, "Authorization", "bearer s3cret")
	if w := d.get("/", auth...); w.Code != http.StatusOK {
		t.Errorf("with the token: %d %s", w.Code, w.Body)
	}
	accepted(t, d.command("register-participant", "k1", person, auth...))
	if w := d.get("/api/v1/events?actor=api", auth...); len(decode[httpapi.EventPage](t, w).Events) == 0 {
		t.Errorf("the actor is not api: %s", w.Body)
	}
}

func TestStartPageSaysWhatTheLedgerHolds(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) {
		o.Ready = func() error { return errors.New("refunds are behind") }
		o.Status = func() []pages.ReadModel { return []pages.ReadModel{{Name: "refunds", Position: "7", Lag: 1234}} }
	})
	if w := d.get("/"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Dziennik jest pusty") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	cycle(d)
	w := d.get("/")
	for _, want := range []string{`<html lang="pl">`, `<dt>Uczestnicy</dt><dd class="figure">1</dd>`,
		`<dt>Wnioski</dt><dd class="figure">1</dd>`, "z\u00a0dni 06.02–10.04.2018", "refunds are behind", "nadrabia", "1\u00a0234",
		`href="/reports/psu-settlement"`, `href="/api/v1/reports/refunds?format=csv"`, `href="/docs"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q is missing in %s", want, w.Body)
		}
	}
	if w := d.get("/reports/none", "Accept", "text/html"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "<h1>Nie ma tego w księdze</h1>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	refused(t, d.get("/reports/refunds?colour=red"), http.StatusUnprocessableEntity, "invalid")
	refused(t, d.get("/reports/refunds?format=csv"), http.StatusUnprocessableEntity, "invalid")
}

func TestAnswersAreHardened(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, target := range []string{"/", "/docs", "/api/v1/reports", "/nowhere", stylesheet(t)} {
		h := d.get(target).Header()
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(h.Get("Content-Security-Policy"), "unsafe") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" || h.Get("X-Correlation-Id") == "" ||
			h.Get("Referrer-Policy") == "" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", target, h)
		}
	}
}

func TestLogHoldsNoQuery(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.get("/api/v1/events?participant=ZOFIA")
	d.get("/reports/refunds?agreement=ZOFIA")
	d.get("/ZOFIA")
	d.command("register-participant", "k", person)
	d.command("register-participant", "k2", strings.Replace(person, `"id":"U1"`, `"id":7`, 1))
	log := d.log.String()
	for _, secret := range []string{"ZOFIA", "Zofia", "Sekretna", "02070803628"} {
		if strings.Contains(log, secret) {
			t.Errorf("%s in the log:\n%s", secret, log)
		}
	}
	for _, want := range []string{"route=/api/v1/events", "route=/reports/{name}", "route=none", "status=404", "method=POST", "durationMs="} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is not in the log:\n%s", want, log)
		}
	}
}

func TestPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) {
		o.Metrics = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(fmt.Sprint("Zofia ", 1)) })
	})
	refused(t, d.get("/metrics"), http.StatusInternalServerError, "internal")
	if log := d.log.String(); strings.Contains(log, "Zofia") || !strings.Contains(log, "stack=") {
		t.Error(log)
	}
}

func TestControlSocketHasItsOwnActor(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) { o.Token = "s3cret" })
	r := request(http.MethodPost, "/api/v1/commands/register-participant", person, "Host", "control", "Content-Type", "application/json", "Idempotency-Key", "k")
	accepted(t, d.do(r.WithContext(known(r.Context(), "jkowalska", "coordinator"))))
	r = request(http.MethodGet, "/api/v1/events?actor=jkowalska", "", "Host", "control")
	if w := d.do(r.WithContext(known(r.Context(), "jkowalska", "coordinator"))); len(decode[httpapi.EventPage](t, w).Events) == 0 {
		t.Errorf("%s", w.Body)
	}
}
