package httpapi_test

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/session"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/journal"
	"ksiega/internal/password"
	"ksiega/internal/redisdb"
	"ksiega/internal/sessionredis"
	"ksiega/internal/testkit/accounttest"
	"ksiega/queries"
)

// office is a server at which people sign in.
type office struct {
	*accounttest.Office

	t      *testing.T
	base   string
	redis  *redisdb.DB
	log    *bytes.Buffer
	mu     sync.Mutex
	counts map[string]int // outcomes
	sample string         // password
}

func enter(t *testing.T) *office {
	t.Helper()
	return at(t, accounttest.Open(t), "")
}

// enterSample is the server of a sample, until it is over.
func enterSample(t *testing.T) (o *office, over func()) {
	t.Helper()
	of, over := accounttest.OpenSample(t)
	return at(t, of, accounttest.Password), over
}

func at(t *testing.T, of *accounttest.Office, sample string) *office {
	t.Helper()
	db, err := redisdb.Open(redisdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := &office{Office: of, t: t, redis: db, log: &bytes.Buffer{}, counts: map[string]int{}, sample: sample}
	o.base = o.serve()
	return o
}

// serve starts one more server on the ledger and its Redis.
func (o *office) serve() (base string) {
	o.t.Helper()
	server := httptest.NewServer(o.handler())
	o.t.Cleanup(server.Close)
	return server.URL
}

func (o *office) handler() http.Handler {
	o.t.Helper()
	desk, err := session.NewDesk(sessionredis.New(o.redis.Client(), "ksiega", o.Clock.Now), o.Ledger.DoorKey(), session.Cookies{}, o.Clock.Now)
	if err != nil {
		o.t.Fatal(err)
	}
	options := httpapi.Options{Ledger: o.Ledger.Ledger, Now: o.Clock.Now, Version: "test", Desk: desk, Hasher: o.Hasher, SamplePassword: o.sample, Gate: session.Gate{Visitors: o.visitors()},
		Reader: queries.NewReader(queries.Options{Journal: o.Journal, Catalogue: o.Catalogue, Vault: o.Vault, Now: o.Clock.Now, Zone: o.Zone}),
		Log:    slog.New(slog.NewTextHandler(&locked{of: o}, nil)),
		SignIns: func(outcome string) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.counts[outcome]++
		}}
	h, err := httpapi.New(options)
	if err != nil {
		o.t.Fatal(err)
	}
	return h
}

// visitors are those of a sample.
func (o *office) visitors() func(context.Context) error {
	if o.sample == "" {
		return nil
	}
	return func(ctx context.Context) error { return o.Accounts.SampleOver(ctx) }
}

// locked writes the log of several servers.
type locked struct{ of *office }

// Write writes to it.
func (l *locked) Write(b []byte) (int, error) {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	return l.of.log.Write(b)
}

// browser is one, as far as cookies and forms go.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
	page string // the last one
	at   string // where it is
}

func (o *office) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return &browser{t: o.t, base: o.base, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(method, path string, form url.Values, headers ...string) *http.Response {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", b.base)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.page, b.at = string(body), path
	return w
}

func (b *browser) get(path string, headers ...string) int {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil, headers...).StatusCode
}

var (
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	action = regexp.MustCompile(`<form class="stack" method="post" action="([^"]*)"`)
)

// form is what the form of the page carries unseen, with what somebody types.
func (b *browser) form(typed ...string) url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(b.page, -1) {
		form.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	for i := 0; i+1 < len(typed); i += 2 {
		form.Set(typed[i], typed[i+1])
	}
	return form
}

// send fills the form of the page in, and sends it.
func (b *browser) send(typed ...string) *http.Response {
	b.t.Helper()
	m := action.FindStringSubmatch(b.page)
	if m == nil {
		b.t.Fatalf("no form at %s: %s", b.at, b.page)
	}
	return b.do(http.MethodPost, html.UnescapeString(m[1]), b.form(typed...))
}

// wants fails unless an answer is as it should be.
func (b *browser) wants(w *http.Response, status int, said string) {
	b.t.Helper()
	if w.StatusCode != status || !strings.Contains(html.UnescapeString(strings.ReplaceAll(b.page, "\u00a0", " ")), said) {
		b.t.Fatalf("%s answers %d, not %d with %q: %s", b.at, w.StatusCode, status, said, b.page)
	}
}

// password goes as far as the code.
func (b *browser) password(m accounttest.Member) *http.Response {
	b.t.Helper()
	if status := b.get("/wejscie"); status != http.StatusOK {
		b.t.Fatalf("the entrance answers %d: %s", status, b.page)
	}
	return b.send("login", m.Login, "haslo", m.Password)
}

// signIn signs the member of a role in.
func (o *office) signIn(role access.Role) *browser {
	o.t.Helper()
	b := o.browser()
	o.signInWith(b, role)
	return b
}

func (o *office) signInWith(b *browser, role access.Role) {
	o.t.Helper()
	w := b.password(o.Members[role])
	if w.StatusCode == http.StatusOK {
		o.Clock.Pass(30 * time.Second) // each code is used once
		w = b.send("kod", o.Code(role))
	}
	if w.StatusCode != http.StatusSeeOther || w.Header.Get("Location") != "/" {
		o.t.Fatalf("%s signs in: %d %s", role, w.StatusCode, b.page)
	}
}

// in says whether a browser is signed in.
func (b *browser) in() bool {
	b.t.Helper()
	w := b.do(http.MethodGet, "/", nil)
	if w.StatusCode == http.StatusSeeOther && strings.HasPrefix(w.Header.Get("Location"), "/wejscie") {
		return false
	}
	if w.StatusCode != http.StatusOK && w.StatusCode != http.StatusForbidden {
		b.t.Fatalf("the start page answers %d: %s", w.StatusCode, b.page)
	}
	return true
}

// Everybody who has an account signs in by what they know and have, and is named.
func TestEverybodySignsIn(t *testing.T) {
	t.Parallel()
	o := enter(t)
	for _, role := range account.Grantable() {
		b := o.signIn(role)
		if !b.in() {
			t.Errorf("%s is not in", role)
		}
		if b.get("/docs") != http.StatusOK || !strings.Contains(b.page, o.Members[role].Name) {
			t.Errorf("%s is not named: %s", role, b.page)
		}
	}
	if o.counts["in"] != len(account.Grantable()) {
		t.Error(o.counts)
	}
}

// Where there are accounts, nothing but the entrance is open to who has none.
func TestNothingElseIsOpen(t *testing.T) {
	t.Parallel()
	o := enter(t)
	b := o.browser()
	for _, path := range []string{"/", "/docs", "/reports/refunds", "/reports/none", "/nowhere", "/wejscie/..", "/konto"} {
		w := b.do(http.MethodGet, path, nil)
		if w.StatusCode != http.StatusSeeOther || !strings.HasPrefix(w.Header.Get("Location"), "/wejscie") {
			t.Errorf("%s: %d to %q", path, w.StatusCode, w.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/api/v1/reports", "/api/v1/events", "/api/v1/reports/refunds"} {
		if status := b.get(path); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, path := range []string{"/readyz", "/metrics", "/openapi.json"} {
		if status := b.get(path, "Accept", "*/*"); status != http.StatusUnauthorized && status != http.StatusSeeOther {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, path := range []string{"/wejscie", "/wejscie/kod", "/healthz", stylesheet(t)} {
		if status := b.get(path, "Accept", "*/*"); status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
	}
	if w := b.do(http.MethodGet, "/reports/refunds?asOf=2018-01-01", nil, "HX-Request", "true", "HX-Current-URL", b.base+"/reports/refunds?asOf=2018-01-02"); w.StatusCode != http.StatusUnauthorized ||
		w.Header.Get("HX-Redirect") != "/wejscie?do=%2Freports%2Frefunds%3FasOf%3D2018-01-02" {
		t.Errorf("a script: %d %v", w.StatusCode, w.Header)
	}
}

// Whoever was led to the entrance is led back, and to no other site.
func TestBackToWhereTheyWanted(t *testing.T) {
	t.Parallel()
	o := enter(t)
	for to, want := range map[string]string{"/reports/refunds?asOf=2018-12-31": "/reports/refunds?asOf=2018-12-31", "https://evil.example/": "/", "//evil.example": "/", "/\\evil.example": "/",
		"/wejscie": "/", "/wyjscie": "/", "javascript:alert(1)": "/", "/%0d%0aSet-Cookie:x=y": "/%0d%0aSet-Cookie:x=y", "/\r\nSet-Cookie: x=y": "/", "": "/", "/\t/evil.example": "/"} {
		b := o.browser()
		b.get("/wejscie?do=" + url.QueryEscape(to))
		b.send("login", o.Members[access.Director].Login, "haslo", accounttest.Password)
		o.Clock.Pass(30 * time.Second)
		w := b.send("kod", o.Code(access.Director))
		if got := w.Header.Get("Location"); w.StatusCode != http.StatusSeeOther || got != want || len(w.Header.Values("Set-Cookie")) != 3 {
			t.Errorf("%q leads to %q (%d)", to, got, w.StatusCode)
		}
	}
}

// Which of login and password was wrong, or whether there is such a login at all, nobody is
// told; a refusal is an event of a known account and an hour, of others a count.
func TestWhatWasWrongIsNotTold(t *testing.T) {
	t.Parallel()
	o := enter(t)
	m := o.Members[access.Finance]
	if _, err := o.Accounts.Switch(t.Context(), o.As(access.Administrator), o.Members[access.Outreach].ID, true, "odejście"); err != nil {
		t.Fatal(err)
	}
	var answers []string
	for _, try := range [][2]string{{m.Login, "nie to hasło"}, {"nikogo.takiego", "nie to hasło"}, {o.Members[access.Outreach].Login, accounttest.Password}, {"", ""}, {m.Login, ""}} {
		b := o.browser()
		b.get("/wejscie")
		b.wants(b.send("login", try[0], "haslo", try[1]), http.StatusUnprocessableEntity, "Login albo hasło się nie zgadza")
		answers = append(answers, regexp.MustCompile(`value="[^"]*"`).ReplaceAllString(b.page, ""))
	}
	for _, other := range answers[1:] {
		if other != answers[0] {
			t.Errorf("answers differ:\n%s\n%s", answers[0], other)
		}
	}
	if o.counts["unknown-login"] != 2 || o.counts["refused"] != 3 {
		t.Error(o.counts)
	}
	if n := o.events(t, account.SigninStream(m.ID, domain.DateOf(o.Clock.Now()).Month())); n != 1 {
		t.Errorf("%d events of one hour", n)
	}
}

// Wrong tries make the next one wait, longer each time: by a login whoever asks from wherever,
// and by an address whatever login it is about. A browser that somebody has signed in with
// before is kept out by none of them, and nobody is for good.
func TestGuessersWait(t *testing.T) {
	t.Parallel()
	o := enter(t)
	m := o.Members[access.Finance]
	known := o.signIn(access.Finance)
	guess := func(login string) (status int) {
		b := o.browser()
		b.get("/wejscie")
		return b.send("login", login, "haslo", "nie to hasło").StatusCode
	}
	for range 5 {
		if status := guess(m.Login); status != http.StatusUnprocessableEntity {
			t.Fatal(status)
		}
	}
	if status := guess(m.Login); status != http.StatusTooManyRequests {
		t.Errorf("the sixth try: %d", status)
	}
	stranger := o.browser()
	stranger.wants(stranger.password(m), http.StatusTooManyRequests, "Poczekaj 1 minutę")
	o.signInWith(known, access.Finance) // passes half a minute
	o.Clock.Pass(time.Minute)
	if w := stranger.password(m); w.StatusCode != http.StatusOK {
		t.Errorf("after a minute: %d", w.StatusCode)
	}
	for i := range 5 {
		guess(strings.Repeat("x", 3+i))
	}
	for range 40 { // over many accounts, from one address
		guess("a" + password.NewID())
	}
	if status := guess("jeszcze.ktos"); status != http.StatusTooManyRequests {
		t.Errorf("many logins from one address: %d", status)
	}
	o.signInWith(known, access.Finance)
	o.Clock.Pass(16 * time.Minute)
	if status := guess("jeszcze.ktos"); status != http.StatusUnprocessableEntity {
		t.Errorf("a quarter of an hour later: %d", status)
	}
}

// Many tries at one moment are no more than many one after the other.
func TestGuessesAtOnceAreCountedEach(t *testing.T) {
	t.Parallel()
	o := enter(t)
	m := o.Members[access.Finance]
	var all sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for range 16 {
		b := o.browser()
		b.get("/wejscie")
		all.Go(func() {
			if w := b.send("login", m.Login, "haslo", "nie to"); w.StatusCode == http.StatusUnprocessableEntity {
				mu.Lock()
				defer mu.Unlock()
				looked++
			}
		})
	}
	all.Wait()
	if looked > 5 {
		t.Errorf("%d passwords were looked at", looked)
	}
}

// A code is used once, whichever server is asked, and no session begins without one.
func TestACodeIsUsedOnceOnTwoServers(t *testing.T) {
	t.Parallel()
	o := enter(t)
	second := o.serve()
	for _, field := range []string{"kod", "zapasowy"} {
		typed := o.Members[access.Coordinator].Recovery[0]
		if field == "kod" {
			o.Clock.Pass(30 * time.Second)
			typed = o.Code(access.Coordinator)
		}
		var mu sync.Mutex
		var all sync.WaitGroup
		in := 0
		for i := range 6 {
			b := o.browser()
			if i%2 == 1 {
				b.base = second
			}
			b.wants(b.password(o.Members[access.Coordinator]), http.StatusOK, "Drugi krok")
			all.Go(func() {
				w := b.send(field, typed)
				mu.Lock()
				defer mu.Unlock()
				if w.StatusCode == http.StatusSeeOther {
					in++
				}
			})
		}
		all.Wait()
		if in != 1 {
			t.Errorf("%s: %d are in by one code", field, in)
		}
		o.Clock.Pass(20 * time.Minute) // tries are forgiven
	}
}

// events counts those of a stream.
func (o *office) events(t *testing.T, stream string) (n int) {
	t.Helper()
	if err := o.Journal.ReadStream(t.Context(), stream, 0, func(*journal.Recorded) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}
