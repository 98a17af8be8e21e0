package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/projections"
	"ksiega/queries"
)

// An answer comes in a form that is asked for, or is not given: then nothing is done.
func TestAcceptIsHonoured(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	for _, c := range []struct{ target, accept, want string }{
		{"/api/v1/reports/refunds", "", "application/json"},
		{"/api/v1/reports/refunds", "*/*", "application/json"},
		{"/api/v1/reports/refunds", "text/csv", "text/csv"},
		{"/api/v1/reports/refunds", "text/csv;q=0.9, application/json;q=0.8", "text/csv"},
		{"/api/v1/reports/refunds", "text/*, application/json;q=0.1", "text/csv"},
		{"/api/v1/reports/refunds", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"},
		{"/api/v1/reports/refunds", "text/csv;q=0, */*;q=0.1", "application/json"},
		{"/api/v1/reports/refunds?format=csv", "text/html, */*;q=0.5", "text/csv"},
		{"/api/v1/reports/refunds", "application/pdf", ""},
		{"/api/v1/reports/refunds", "application/json;q=0", ""},
		{"/api/v1/reports/refunds", "nonsense", ""},
		{"/api/v1/reports/refunds?format=csv", "application/json", ""},
		{"/api/v1/reports", "text/csv", ""},
		{"/api/v1/events", "text/html", ""},
		{"/api/v1/events", "application/*", "application/json"},
		{"/", "application/json", ""},
		{"/", "text/html;level=1", "text/html"},
		{"/openapi.json", "application/json", "application/json"},
		{"/openapi.json", "", "application/openapi+json"},
		{"/openapi.json", "image/png", ""},
		{"/healthz", "text/plain", "text/plain"},
		{"/healthz", "image/png", ""},
		{stylesheet(t), "text/css,*/*;q=0.1", "text/css"},
	} {
		w := d.get(c.target, "Accept", c.accept)
		if c.want == "" {
			if p := refused(t, w, http.StatusNotAcceptable, "not-acceptable"); !strings.Contains(p.Detail, "/") {
				t.Errorf("%s, %s: %+v", c.target, c.accept, p)
			}
			continue
		}
		if media, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";"); w.Code != http.StatusOK || media != c.want {
			t.Errorf("%s, %s: %d %s", c.target, c.accept, w.Code, w.Header().Get("Content-Type"))
		}
	}
	before := len(decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=1000")).Events)
	refused(t, d.command("register-participant", "other", person, "Accept", "text/html"), http.StatusNotAcceptable, "not-acceptable")
	if after := len(decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=1000")).Events); after != before {
		t.Errorf("%d events were recorded", after-before)
	}
}

// Whoever takes gzip gets it, of the same bytes.
func TestAnswersAreCompressed(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	for _, target := range []string{"/api/v1/reports/refunds?format=csv", "/openapi.json", "/", stylesheet(t), "/api/v1/events"} {
		plain, w := d.get(target), d.get(target, "Accept-Encoding", "gzip")
		if w.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" || !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%s: %v and %v", target, w.Header(), plain.Header())
			continue
		}
		in, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, plain.Body.Bytes()) {
			t.Errorf("%s: %v, %d bytes of %d", target, err, len(got), plain.Body.Len())
		}
	}
}

// Every address says which methods it takes, HEAD is GET without a body, and neither
// does anything.
func TestOptionsAndHead(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) { o.Metrics = http.NotFoundHandler() })
	cycle(d)
	for target, allow := range map[string]string{
		"/": "GET, HEAD, OPTIONS", "/reports/refunds": "GET, HEAD, OPTIONS", "/docs": "GET, HEAD, OPTIONS", "/healthz": "GET, HEAD, OPTIONS",
		"/openapi.json": "GET, HEAD, OPTIONS", "/api/v1/reports": "GET, HEAD, OPTIONS", "/api/v1/reports/refunds": "GET, HEAD, OPTIONS",
		"/api/v1/events": "GET, HEAD, OPTIONS", "/api/v1/streams/x/events": "GET, HEAD, OPTIONS", "/metrics": "GET, HEAD, OPTIONS",
		"/api/v1/commands/log-visit": "POST, OPTIONS",
	} {
		w := d.do(request(http.MethodOptions, target, ""))
		if w.Code != http.StatusNoContent || w.Header().Get("Allow") != allow || w.Body.Len() != 0 {
			t.Errorf("OPTIONS %s: %d %s", target, w.Code, w.Header().Get("Allow"))
		}
		head, get := d.do(request(http.MethodHead, target, "")), d.get(target)
		if head.Code != get.Code || head.Header().Get("Content-Type") != get.Header().Get("Content-Type") || head.Header().Get("Allow") != get.Header().Get("Allow") ||
			head.Header().Get("ETag") != get.Header().Get("ETag") {
			t.Errorf("HEAD %s: %d %v, GET: %d %v", target, head.Code, head.Header(), get.Code, get.Header())
		}
	}
	refused(t, d.do(request(http.MethodOptions, "/nowhere", "")), http.StatusNotFound, "not-found")
	refused(t, d.do(request(http.MethodOptions, "/api/v1/events", "", "Authorization", "")), http.StatusUnauthorized, "unauthorized")
}

// withModels is a door on read models in Redis, which say where they stand.
func withModels(t *testing.T, day *time.Time) (*door, *foldredis.Runner[*journal.Recorded]) {
	t.Helper()
	l := ledgertest.Open(t)
	db, err := redisdb.Open(redisdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	store := foldredis.NewStore[*journal.Recorded](db.Client(), "")
	runner := foldredis.NewRunner(store, projections.Log{Journal: l.Journal}, foldredis.RunnerOptions{}, projections.All()...)
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(runner.Stop)
	return over(t, l, func(o *httpapi.Options) {
		o.Reader = queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Store: store, Runner: runner, Vault: l.Vault, Now: func() time.Time { return *day }, Zone: l.Zone})
	}), runner
}

// A report that is as it was is not sent again, until something is recorded, the day is
// over or somebody else asks, whatever they have; what shows opened texts is sent and
// recorded each time.
func TestAnUnchangedReportIsNotSentAgain(t *testing.T) {
	t.Parallel()
	day := noon
	d, runner := withModels(t, &day)
	cycle(d)
	settle := func() {
		t.Helper()
		head, err := d.ledger.Journal.Head(t.Context())
		if err == nil {
			err = runner.WaitFor(context.Background(), head.Bound())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	settle()
	const target = "/api/v1/reports/psu-settlement?agreement=P/1"
	first := d.get(target)
	tag := first.Header().Get("ETag")
	if !strings.HasPrefix(tag, `W/"`) || first.Header().Get("Cache-Control") != "private, no-cache" {
		t.Fatalf("%v", first.Header())
	}
	same := func(tag string, headers ...string) bool {
		t.Helper()
		w := d.get(target, append(headers, "If-None-Match", tag)...)
		if w.Code == http.StatusNotModified {
			if w.Body.Len() != 0 || w.Header().Get("ETag") == "" || w.Header().Get("Cache-Control") != "private, no-cache" {
				t.Errorf("%v %s", w.Header(), w.Body)
			}
			return true
		}
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		return false
	}
	if !same(tag) || !same(`"x", `+tag) || !same(strings.TrimPrefix(tag, "W/")) || !same("*") || same(`"x"`) {
		t.Error("an unchanged report is sent, or another is not")
	}
	if same(tag, "Accept", "text/csv") {
		t.Error("CSV is taken for JSON")
	}
	if w := d.get(target+"&asOf=2018-03-31", "If-None-Match", tag); w.Code != http.StatusOK {
		t.Error("another question has the same tag")
	}
	d.role = "finance"
	if same(tag) {
		t.Error("somebody else is told that it is as it was")
	}
	d.role = ""
	day = day.AddDate(0, 0, 1)
	if same(tag) {
		t.Error("a new day has the same tag")
	}
	day = noon
	if refused(t, d.get(target, "If-None-Match", tag, "Authorization", "Bearer x"), http.StatusUnauthorized, "unauthorized"); !same(tag) {
		t.Error("an unchanged report is sent")
	}
	accepted(t, d.command("pay-benefit", "more", `{"list":"L9","contract":"S/1","month":"2018-03","amountGrosze":100,"date":"2018-04-06"}`))
	settle()
	if same(tag) {
		t.Error("what was recorded since is not shown")
	}
	refused(t, d.get("/api/v1/reports/psu-settlement?agreement=P/404", "If-None-Match", tag), http.StatusNotFound, "not-found")
}

func TestWhatShowsTextsIsKeptNowhere(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	sample(t, d.ledger)
	d.role = "coordinator"
	readings := func() int {
		return len(decode[httpapi.EventPage](t, d.get("/api/v1/events?type=intake.personal-data-read.*&limit=1000")).Events)
	}
	before := readings()
	for range 2 {
		w := d.get("/api/v1/reports/unmatched-lines", "If-None-Match", "*")
		if w.Code != http.StatusOK || w.Header().Get("ETag") != "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	}
	if n := readings(); n != before+2 {
		t.Errorf("%d readings", n-before)
	}
	if w := d.do(request(http.MethodHead, "/api/v1/reports/unmatched-lines", "")); w.Code != http.StatusOK || w.Body.Len() != 0 || readings() != before+2 {
		t.Errorf("HEAD: %d, %d bytes, %d readings", w.Code, w.Body.Len(), readings()-before)
	}
	for _, target := range []string{"/", "/reports/refunds", "/api/v1/reports/refunds?format=html", "/api/v1/events"} {
		if h := d.get(target).Header(); h.Get("Cache-Control") != "no-store" || h.Get("ETag") != "" {
			t.Errorf("%s: %v", target, h)
		}
	}
}

// What is turned away is logged with its route and status as well.
func TestTheLogTellsWhatWasTurnedAway(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.get("/api/v1/streams/participant-ZOFIA/events", "Authorization", "Bearer x")
	d.do(request(http.MethodPost, "/api/v1/commands/log-visit", "{}", "Authorization", ""))
	d.get("/api/v1/reports/ZOFIA")
	d.get("/ZOFIA")
	d.do(request(http.MethodDelete, "/api/v1/events", ""))
	lines := strings.Split(strings.TrimSpace(d.log.String()), "\n")
	for i, want := range []string{"method=GET route=/api/v1/streams/{stream}/events status=401", "method=POST route=/api/v1/commands/log-visit status=401",
		"method=GET route=/api/v1/reports/{name} status=404", "method=GET route=none status=404", "method=DELETE route=/api/v1/events status=405"} {
		if i >= len(lines) || !strings.Contains(lines[i], want) {
			t.Errorf("%q is not in %q", want, lines)
		}
	}
	if slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, "ZOFIA") }) {
		t.Errorf("an address is in the log: %q", lines)
	}
}
