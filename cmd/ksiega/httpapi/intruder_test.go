package httpapi_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"ksiega/cmd/ksiega/httpapi"
)

// raw sends bytes over a connection, then nothing more, and reads the answer. Requests
// that no client would send come this way.
func raw(t *testing.T, handler http.Handler, text string) *http.Response {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	method, _, _ := strings.Cut(text, " ")
	_, err = io.WriteString(c, text)
	if err == nil && method == http.MethodPost {
		err = c.(*net.TCPConn).CloseWrite()
	}
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body = io.NopCloser(strings.NewReader(string(body)))
	return resp
}

// lines is a request with the token.
func lines(first string, headers ...string) string {
	return first + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n" + strings.Join(append(headers, "", ""), "\r\n")
}

// What is asked is answered or refused: no part of an address is passed over, so that
// another question is answered than was asked.
func TestAnAddressIsReadWholeOrRefused(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	for _, c := range []struct {
		target, code string
		status       int
	}{
		{"/api/v1/events?participant=U%zz", "malformed", http.StatusBadRequest},
		{"/api/v1/events?participant=U1;limit=1", "malformed", http.StatusBadRequest},
		{"/api/v1/events?participant=U1&participant=U404", "invalid", http.StatusUnprocessableEntity},
		{"/api/v1/events?participant=U1&%70articipant=U404", "invalid", http.StatusUnprocessableEntity},
		{"/api/v1/events?participant&limit=0", "invalid", http.StatusUnprocessableEntity}, // the limit is read behind an empty word too
		{"/api/v1/streams/participant-U1/events?until=1%", "malformed", http.StatusBadRequest},
		{"/api/v1/reports/refunds?asOf=2001-01-01;", "malformed", http.StatusBadRequest},
		{"/api/v1/reports/refunds?asOf=2001-01-01%", "malformed", http.StatusBadRequest},
		{"/api/v1/reports/refunds?asOf=2001-01-01&asOf=2019-01-01", "invalid", http.StatusUnprocessableEntity},
		{"/reports/refunds?asOf=2001-01-01%zz", "malformed", http.StatusBadRequest},
		{"/api/v1/reports?x=%", "malformed", http.StatusBadRequest},
	} {
		resp := raw(t, d.handler, lines("GET "+c.target))
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != c.status || !strings.Contains(string(body), `"code":"`+c.code+`"`) {
			t.Errorf("%s: %d %.300s", c.target, resp.StatusCode, body)
		}
	}
}

// A body that breaks off is the client's fault, and nothing is recorded of it, also where
// what came of it makes sense.
func TestABodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	post := []string{"Content-Type: application/json", "Idempotency-Key: cut"}
	for _, c := range [][]string{
		{"Content-Length: 500", "", `{"number":"P/9"`},
		{fmt.Sprint("Content-Length: ", len(agreementBody)+2), "", agreementBody},
		{"Transfer-Encoding: chunked", "", "5", `{"num`},
		{"Transfer-Encoding: chunked", "", fmt.Sprintf("%x", len(agreementBody)), agreementBody},
		{"Transfer-Encoding: chunked", "", fmt.Sprintf("%x", len(agreementBody)), agreementBody, "xyz", ""},
	} {
		resp := raw(t, d.handler, strings.TrimSuffix(lines("POST /api/v1/commands/conclude-agreement", append(post, c...)...), "\r\n\r\n"))
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), `"code":"malformed"`) {
			t.Errorf("%q: %d %s", c, resp.StatusCode, body)
		}
	}
	if n := len(decode[httpapi.EventPage](t, d.get("/api/v1/events")).Events); n != 0 {
		t.Errorf("%d events were recorded", n)
	}
}

// Two headers where one is meant are refused: who reads the other one would be let in.
func TestTwoOfOneHeader(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, header := range []string{"Origin: http://evil.example", "Sec-Fetch-Site: cross-site"} {
		name, _, _ := strings.Cut(header, ":")
		own := map[string]string{"Origin": "Origin: http://127.0.0.1", "Sec-Fetch-Site": "Sec-Fetch-Site: same-origin"}[name]
		if resp := raw(t, d.handler, lines("GET /api/v1/reports", own, header)); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s after our own: %d", header, resp.StatusCode)
		}
	}
	if resp := raw(t, d.handler, lines("GET /api/v1/reports", "Authorization: Bearer x")); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("two tokens: %d", resp.StatusCode)
	}
	for _, header := range []string{"Idempotency-Key: b", "Content-Type: text/plain", `If-Match: "4"`} {
		resp := raw(t, d.handler, lines("POST /api/v1/commands/conclude-agreement", "Idempotency-Key: a", "Content-Type: application/json", `If-Match: "-1"`, header,
			fmt.Sprint("Content-Length: ", len(agreementBody)))+agreementBody)
		if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), `"code":"malformed"`) {
			t.Errorf("%s, a second one: %d %s", header, resp.StatusCode, body)
		}
	}
}

// Nobody is sent gzip who refuses it, nor a part of what is compressed.
func TestEncodingsAreNegotiated(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, c := range []struct{ accept, want string }{
		{"gzip", "gzip"}, {"gzip;q=0.5, identity", "gzip"}, {"br, *", "gzip"}, {"GZIP", "gzip"}, {"x-gzip", "gzip"},
		{"", ""}, {"identity", ""}, {"gzip;q=0", ""}, {"gzip; q=0.0, deflate", ""}, {"*;q=0", ""}, {"gzip;q=0, *", ""}, {"deflate", ""}, {"nogzip", ""}, {"gzip;q=x", ""},
	} {
		w := d.get("/openapi.json", "Accept-Encoding", c.accept)
		if got := w.Header().Get("Content-Encoding"); got != c.want || w.Code != http.StatusOK {
			t.Errorf("%q: %d %q", c.accept, w.Code, got)
		}
	}
	if w := d.get(stylesheet(t), "Range", "bytes=0-9", "Accept-Encoding", "gzip"); w.Code == http.StatusPartialContent && w.Header().Get("Content-Encoding") != "" {
		t.Errorf("a part: %v, %d bytes", w.Header(), w.Body.Len())
	}
}

// A header of a size that no client sends is not read to its end.
func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	refused(t, d.get("/api/v1/reports", "Accept", strings.Repeat("text/plain, ", 10000)+"application/json"), http.StatusNotAcceptable, "not-acceptable")
	if w := d.get("/", "Accept", strings.Repeat("text/plain, ", 10000)+"text/html"); w.Code != http.StatusNotAcceptable || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// A log holds no method that somebody made up, which may say anything, and tells the
// status of an answer without a body.
func TestTheLogHoldsNothingMadeUp(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	d.log.Reset()
	if resp := raw(t, d.handler, lines("JAN-KOWALSKI-44051401359 /api/v1/events")); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("%d", resp.StatusCode)
	}
	d.do(request(http.MethodHead, "/api/v1/reports/refunds", ""))
	log := d.log.String()
	if strings.Contains(log, "KOWALSKI") || !strings.Contains(log, "method=other route=/api/v1/events status=405") ||
		!strings.Contains(log, "method=HEAD route=/api/v1/reports/refunds status=200") {
		t.Error(log)
	}
}

// A tag is one, whatever list it was found in, and a list may stand on several lines.
func TestATagIsToldAsItIs(t *testing.T) {
	t.Parallel()
	day := noon
	d, runner := withModels(t, &day)
	cycle(d)
	head, err := d.ledger.Journal.Head(t.Context())
	if err == nil {
		err = runner.WaitFor(t.Context(), head.Bound())
	}
	if err != nil {
		t.Fatal(err)
	}
	const target = "/api/v1/reports/refunds"
	tag := d.get(target).Header().Get("ETag")
	r := request(http.MethodGet, target, "")
	r.Header["If-None-Match"] = []string{`"x"`, tag}
	for name, w := range map[string]*httptest.ResponseRecorder{"a list": d.get(target, "If-None-Match", `"x", `+tag+`, "<script>"`), "strong": d.get(target, "If-None-Match", strings.TrimPrefix(tag, "W/")),
		"two lines": d.do(r), "any of a list": d.get(target, "If-None-Match", `"x", *`)} {
		if w.Code != http.StatusNotModified || w.Header().Get("ETag") != tag || w.Body.Len() > 0 {
			t.Errorf("%s: %d %q", name, w.Code, w.Header().Get("ETag"))
		}
	}
}

// Whoever looks at a sample is told nothing more once it is more than that, also not by
// an answer without a body.
func TestClosedVisitorsLearnNothingByHEAD(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	var asked atomic.Int64
	v := over(t, d.ledger, func(o *httpapi.Options) {
		o.Token, o.Visitors = "", func(context.Context) error {
			if asked.Add(1) > 1 { // somebody recorded something while the answer was worked out
				return errors.New("mixed")
			}
			return nil
		}
	})
	for _, target := range []string{"/api/v1/reports/refunds", "/api/v1/reports/refunds?format=csv", "/reports/refunds", "/", "/api/v1/reports"} {
		asked.Store(0)
		w := v.do(request(http.MethodHead, target, ""))
		if h := w.Result().Header; w.Code != http.StatusUnauthorized || h.Get("ETag")+h.Get("X-Ledger-Position")+h.Get("Content-Disposition") != "" {
			t.Errorf("HEAD %s: %d %v", target, w.Code, h)
		}
	}
}

// What HEAD answers holds nothing of the body, not even how long it is: nobody records
// that texts were shown by it.
func TestHEADDoesNotTellLengths(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	sample(t, d.ledger)
	for _, target := range []string{"/api/v1/reports/unmatched-lines", "/api/v1/reports/unmatched-lines?format=html", "/reports/unmatched-lines"} {
		for _, encoding := range []string{"", "gzip"} {
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				d.handler.ServeHTTP(w, r.WithContext(known(r.Context(), "jkowalska", "finance")))
			})
			resp := raw(t, handler, lines("HEAD "+target, "Accept-Encoding: "+encoding))
			if resp.StatusCode != http.StatusOK || resp.ContentLength > 0 {
				t.Errorf("HEAD %s: %d, %d bytes", target, resp.StatusCode, resp.ContentLength)
			}
		}
	}
}

// What came before there was a token, a name or a method of another kind is no way in.
func TestNoOtherWayIn(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	cycle(d)
	for _, c := range []struct {
		name, text string
		status     int
	}{
		{"another host in the address", lines("GET http://evil.example/api/v1/reports"), http.StatusForbidden},
		{"an address without a path", "GET http:foo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", http.StatusUnauthorized},
		{"a forwarded host", strings.Replace(lines("GET /api/v1/reports", "X-Forwarded-Host: 127.0.0.1", "Forwarded: host=127.0.0.1"), "Host: 127.0.0.1", "Host: evil.example", 1), http.StatusForbidden},
		{"another method in a header", "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nX-HTTP-Method-Override: POST\r\nX-Original-URL: /healthz\r\n\r\n", http.StatusUnauthorized},
		{"a probe's address, encoded", "GET /%68ealthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", http.StatusNotFound},
		{"an address behind a probe's", "GET /healthz/../api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", http.StatusUnauthorized},
		{"a slash too many", lines("GET /api/v1/events/"), http.StatusNotFound},
		{"an encoded slash", lines("GET /api/v1%2fevents"), http.StatusNotFound},
		{"the whole log as a stream", lines("GET /api/v1/streams/%24all/events"), http.StatusNotFound},
		{"keys", lines("GET /api/v1/streams/vault-participant%252FU1/events"), http.StatusNotFound},
		{"keys, encoded", lines("GET /api/v1/streams/%76ault-participant%2FU1/events"), http.StatusNotFound},
		{"keys, encoded twice", lines("GET /api/v1/streams/%2576ault-participant%252FU1/events"), http.StatusNotFound},
		{"the identity", lines("GET /api/v1/streams/identity-ledger/events"), http.StatusNotFound},
		{"another ledger's", lines("GET /api/v1/streams/other.agreement-P%252F1/events"), http.StatusNotFound},
	} {
		if resp := raw(t, d.handler, c.text); resp.StatusCode != c.status {
			body, _ := io.ReadAll(resp.Body)
			t.Errorf("%s: %d %.200s", c.name, resp.StatusCode, body)
		}
	}
}

// amendment is a command and its body.
type amendment struct {
	name string
	body map[string]any
}

// amended are corrections and withdrawals of all that holds secrets, in the words of s.
func amended(s secrets) []amendment {
	correct := func(body map[string]any) map[string]any {
		body["correct"] = true
		if _, has := body["reason"]; has {
			body["correctionReason"] = s.reason
		} else {
			body["reason"] = s.reason
		}
		return body
	}
	told := correct(s.told())
	delete(told, "correctionReason")
	told["reason"] = s.reason
	mergedAgain := s.merge()
	mergedAgain["correct"] = true
	return append([]amendment{
		{"record-programme", s.programme()},
		{"register-participant", correct(s.person())},
		{"register-assistant", correct(map[string]any{"id": "A1", "firstName": s.first, "lastName": s.last})},
		{"record-status", correct(s.status("2018-03-01", ""))},
		{"record-status", correct(s.status("2018-04-01", "2018-04-30"))},
		{"record-stay", correct(s.stayed("2018-03-01", ""))},
		{"record-stay", correct(s.stayed("2018-04-01", "2018-04-30"))},
		{"assign-case", correct(s.assigned())},
		{"merge-participants", mergedAgain},
		{"record-participation", correct(s.assessed("2018-03-01"))},
		{"record-participation", correct(s.assessed("2018-04-01"))},
		{"sign-contract", correct(s.contract("S/1", "psu"))},
		{"sign-contract", correct(s.contract("S/2", "psu"))},
		{"sign-contract", correct(s.contract("T/1", "trojstronny"))},
		{"log-visit", s.visit(true)},
		{"record-session", s.session(true)},
		{"record-presence", s.presence(true)},
		{"record-attendance", correct(s.day("2018-03-05", 240))},
		{"record-attendance", correct(s.sickDay("2018-03-06"))},
		{"record-claim-decision", correct(s.decision())},
		{"change-contract", correct(s.change("breach"))},
		{"change-contract", correct(s.change("suspend"))},
		{"tell-durability", told},
	}, s.amendedSocialContract(correct)...)
}

// Nor does it learn anything from corrections and withdrawals, the first time and again,
// with and without a reason.
func TestCorrectionsTellNothing(t *testing.T) {
	t.Parallel()
	ask := func(d *door) (questions, answers []string) {
		n := 0
		try := func(name string, body map[string]any, headers ...string) {
			n++
			text := mustJSON(t, body)
			for range 2 {
				w := d.command(name, fmt.Sprint("amend-", n), text, headers...)
				questions, answers = append(questions, name+" "+text), append(answers, fmt.Sprint(w.Code, anyTime(w.Body.String())))
			}
		}
		for _, s := range []secrets{truth(), other()} {
			for _, c := range amended(s) {
				bare := map[string]any{}
				for k, v := range c.body {
					bare[k] = v
				}
				delete(bare, "correctionReason")
				if _, own := c.body["correctionReason"]; !own {
					delete(bare, "reason")
				}
				try(c.name, bare)
				try(c.name, c.body, "If-Match", `"0"`)
				try(c.name, c.body)
				try(c.name, c.body)
			}
		}
		for _, s := range []secrets{truth(), other()} {
			for _, c := range amended(s) {
				delete(c.body, "correct")
				c.body["withdraw"] = true
				try(c.name, c.body)
				try(c.name, c.body)
			}
			try("write-off-claim", map[string]any{"claim": "W/1", "date": "2018-12-31", "reason": s.reason, "withdraw": true})
			try("resolve-finding", map[string]any{"finding": "refund-difference:W/1:accepted", "reason": s.reason, "reopen": true})
			for _, c := range amended(s) { // entered anew
				delete(c.body, "correct")
				try(c.name, c.body)
			}
		}
		for _, target := range []string{"/api/v1/events?limit=1000", "/api/v1/reports/psu-settlement", "/api/v1/reports/refunds", "/api/v1/reports/findings", "/api/v1/reports/contracts",
			"/api/v1/reports/assistant-hours", "/api/v1/reports/durability", "/api/v1/reports/unmatched-lines"} {
			questions, answers = append(questions, target), append(answers, anyTime(d.get(target).Body.String()))
		}
		return questions, answers
	}
	questions, one := ask(secretLedger(t, truth()))
	_, two := ask(secretLedger(t, other()))
	done := 0
	for i := range one {
		if strings.HasPrefix(one[i], "200") {
			done++
		}
		if one[i] != two[i] {
			t.Errorf("%s is answered\n%.1500s\nand\n%.1500s", questions[i], one[i], two[i])
		}
	}
	t.Logf("%d of %d were carried out", done, len(one))
	if done < 40 {
		for i := range one {
			t.Logf("%s\n%.300s", questions[i], one[i])
		}
		t.Error("most were refused")
	}
}

// A reason of which nothing can be seen is none, at every command that asks for one.
func TestABlankReasonIsNone(t *testing.T) {
	t.Parallel()
	d := secretLedger(t, truth())
	d.role = "coordinator"
	blank := secrets{reason: " \t\u00a0\u200b "}
	full := truth()
	full.reason = blank.reason
	asked := []struct {
		name string
		body map[string]any
	}{
		{"pay-benefit", map[string]any{"list": "L2", "contract": "S/1", "month": "2018-04", "amountGrosze": 811, "date": "2018-05-05", "correct": true, "reason": blank.reason}},
		{"conclude-agreement", map[string]any{"number": "P/1", "concluded": "2018-02-06", "from": "2018-02-08", "to": "2018-12-31", "refundPercent": 50, "correct": true, "reason": blank.reason}},
		{"submit-claim", map[string]any{"number": "W/1", "agreement": "P/1", "withdraw": true, "reason": blank.reason}},
		{"write-off-claim", map[string]any{"claim": "W/1", "date": "2018-12-31", "withdraw": true, "reason": blank.reason}},
		{"resolve-finding", map[string]any{"finding": "refund-difference:W/1:accepted", "reopen": true, "reason": blank.reason}},
	}
	for _, c := range amended(full) {
		if c.name == "record-programme" { // which is not withdrawn
			c.body["file"] = strings.Replace(programmeFile, "Nowy", "Inny", 1)
		} else {
			delete(c.body, "correct")
			c.body["withdraw"] = true
		}
		asked = append(asked, c)
	}
	before := len(decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=1000")).Events)
	for i, c := range asked {
		w := d.command(c.name, fmt.Sprint("blank-", i), mustJSON(t, c.body))
		if w.Code == http.StatusOK || c.name != "submit-claim" && c.name != "sign-contract" && !strings.Contains(w.Body.String(), "powód") {
			t.Errorf("%s %v: %d %s", c.name, c.body, w.Code, w.Body)
		}
	}
	for _, e := range decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=1000")).Events[before:] {
		if !strings.HasPrefix(e.Type, "intake.") {
			t.Errorf("recorded: %s", e.Type)
		}
	}
}

// A command takes nothing from its address: whoever asks there for a trial gets none.
func TestACommandTakesNothingFromItsAddress(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	refused(t, d.do(request(http.MethodPost, "/api/v1/commands/conclude-agreement?dryRun=true", agreementBody, "Content-Type", "application/json", "Idempotency-Key", "k")),
		http.StatusUnprocessableEntity, "invalid")
	if n := len(decode[httpapi.EventPage](t, d.get("/api/v1/events")).Events); n != 0 {
		t.Errorf("%d events were recorded", n)
	}
}

// An auditor reads, and records nothing but that they read, by whatever command.
func TestAnAuditorRecordsNothing(t *testing.T) {
	t.Parallel()
	d := secretLedger(t, truth())
	d.role = "coordinator"
	before := len(decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=1000")).Events)
	d.role = "auditor"
	_, names, _ := strings.Cut(decode[httpapi.Problem](t, d.command("none", "k", "{}")).Detail, "Są: ")
	bodies := map[string]map[string]any{}
	for _, c := range amended(truth()) {
		bodies[c.name] = c.body
	}
	for name := range strings.SplitSeq(names, ", ") {
		body := bodies[name]
		switch name {
		case "conclude-agreement", "submit-claim":
			body = map[string]any{"number": "P/1", "agreement": "P/1"}
			if name == "conclude-agreement" {
				delete(body, "agreement")
			}
		case "pay-benefit":
			body = map[string]any{"list": "L1", "contract": "S/1", "month": "2018-03"}
		case "plan-budget":
			body = map[string]any{"programme": "psu", "line": "kursy", "amountGrosze": 1}
		case "record-expense":
			body = map[string]any{"programme": "psu", "line": "kursy", "document": "FV/1", "date": "2018-03-05", "amountGrosze": 1}
		case "record-contact":
			body = truth().contact(0)
		case "count-place":
			body = map[string]any{"place": "dworzec", "date": "2018-03-05", "people": 1}
		case "identify-pseudonym":
			body = truth().identity()
		case "withdraw-claim":
			body = truth().withdrawal()
		case "write-off-claim":
			body = truth().writtenOff()
		case "resolve-finding":
			body = truth().resolved()
		case "plan-series":
			body = truth().series()
		case "change-setting":
			body = truth().setting()
		case "hand-over-month", "return-month", "approve-month":
			body = truth().sheet()
			if name == "return-month" {
				body["reason"] = "x"
			}
		case "match-line", "unmatch-line":
			body = map[string]any{"statement": "1", "line": 1, "claim": "W/1"}
			if name == "unmatch-line" {
				body["reason"] = "x"
			}
		}
		for _, key := range []string{"a", "truth-0"} {
			refused(t, d.command(name, key, mustJSON(t, body)), http.StatusForbidden, "denied")
		}
	}
	if after := len(decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=1000")).Events); after != before {
		t.Errorf("%d events were recorded", after-before)
	}
}
