package main

import (
	"bytes"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/domain/attendance"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// sampleServer is a server of the sample as somebody starts it who looks at it.
func sampleServer(t *testing.T, data string) *serving {
	t.Helper()
	return answering(t, program(t.Context(), t, "serve", "--data", data, "--listen", "127.0.0.1:0", "--sample"))
}

// guest is a browser at a server of the sample.
type guest struct {
	t    *testing.T
	base string
	http *http.Client
}

func (s *serving) guest(t *testing.T) *guest {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &guest{t: t, base: s.url, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (g *guest) do(method, path string, form url.Values) (int, string) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", g.base)
	}
	w, err := g.http.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return w.StatusCode, html.UnescapeString(string(body))
}

func (g *guest) get(path string) int {
	g.t.Helper()
	status, _ := g.do(http.MethodGet, path, nil)
	return status
}

var hiddenToken = regexp.MustCompile(`name="_token" value="([^"]+)"`)

// chooses an account on the page of the entrance, and says what is answered.
func (g *guest) chooses(login string) (int, string) {
	g.t.Helper()
	_, page := g.do(http.MethodGet, "/wejscie", nil)
	token := hiddenToken.FindStringSubmatch(page)
	if token == nil {
		return 0, page
	}
	return g.do(http.MethodPost, "/wejscie", url.Values{"_token": {token[1]}, "konto": {login}})
}

// The sample centres are imported once into a ledger of its own, and into no other: its people are
// invented, its reports open to anybody, and its accounts to whoever chooses one. The first row
// from elsewhere closes both.
func TestTheSampleMixesIntoNoOtherLedger(t *testing.T) {
	t.Parallel()
	own := writeFiles(t, map[string]string{"asystenci.csv": "id;imie;nazwisko\nA7;Jan;Kot\n"})
	data := filepath.Join(t.TempDir(), "sample")
	end(t, sampleServer(t, data))
	before := recorded(t, data)
	if before["account.created.v1"] != len(account.Grantable()) {
		t.Errorf("%d accounts", before["account.created.v1"])
	}
	s := sampleServer(t, data)
	worker, visitor := s.guest(t), s.guest(t)
	for _, of := range sampleAccounts(domain.DateOf(ledgertest.Now())) {
		if status, said := s.guest(t).chooses(of.Login); status != http.StatusSeeOther {
			t.Errorf("%s: %d %s", of.Login, status, said)
		}
	}
	if status, _ := worker.chooses("marta.przykladna"); status != http.StatusSeeOther || worker.get("/osoby") != http.StatusOK || visitor.get("/reports/refunds") != http.StatusOK {
		t.Error("the sample is not open")
	}
	must(t, exitDone, "report", "refunds", "--data", data) // as whom they say they are
	must(t, exitDone, "import", "--data", data, own)
	if worker.get("/osoby") != http.StatusUnauthorized || worker.get("/reports/refunds") != http.StatusUnauthorized || visitor.get("/reports/refunds") != http.StatusUnauthorized {
		t.Error("what is more than the sample is open")
	}
	if status, said := visitor.chooses("marta.przykladna"); status == http.StatusSeeOther || !strings.Contains(said, "przykładowe konta nikogo nie wpuszczają") {
		t.Errorf("whoever chooses an account then: %d %s", status, said)
	}
	end(t, s)
	hidden(t, data, s.log.Bytes())
	s = sampleServer(t, data)
	if status, _ := s.guest(t).chooses("marta.przykladna"); status == http.StatusSeeOther {
		t.Error("a restart opens what is more than the sample")
	}
	end(t, s)
	after := recorded(t, data)
	before["assistant.registered.v2"]++
	for name, n := range after { // but for who came in, and what they looked at
		if n != before[name] && !slices.Contains(slices.Concat(account.SigninDecider().Events, domain.Types(intake.PersonalDataRead{})), name) {
			t.Errorf("%d of %s, want %d", n, name, before[name])
		}
	}

	other := filepath.Join(t.TempDir(), "real")
	must(t, exitDone, "import", "--data", other, own)
	before = recorded(t, other)
	if out := must(t, exitFailed, "serve", "--sample", "--data", other, "--listen", "127.0.0.1:0"); !strings.Contains(out, "nie zaczęła się od przykładowych centrów") {
		t.Errorf("refused with %q", out)
	}
	if after := recorded(t, other); !equal(after, before) {
		t.Errorf("recorded %v, want %v", after, before)
	}
}

// hidden wants no login, name or account of the sample in clear in a data directory or a log.
func hidden(t *testing.T, data string, log []byte) {
	t.Helper()
	look := func(where string, b []byte) {
		for _, of := range sampleAccounts(domain.DateOf(ledgertest.Now())) {
			for _, text := range []string{of.Login, of.Name, strings.Fields(of.Name)[1], samplePassword} {
				if bytes.Contains(b, []byte(text)) {
					t.Errorf("%s holds %q", where, text)
				}
			}
		}
	}
	look("the log", log)
	err := filepath.WalkDir(filepath.Dir(data), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		look(path, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The sample is where whoever comes has the machine.
func TestTheSampleStaysOnLoopback(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	for _, args := range [][]string{
		{"--listen", "0.0.0.0:0"}, {"--listen", "192.0.2.1:8080"}, {"--listen", ":8080"},
		{"--listen", "127.0.0.1:0", "--origin", "https://ksiega.example", "--behind-proxy", "127.0.0.1"},
	} {
		if out := must(t, exitUsage, append([]string{"serve", "--sample", "--data", data}, args...)...); !strings.Contains(out, "pętli zwrotnej") {
			t.Errorf("%v: %s", args, out)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a ledger was made")
	}
}

// What closes the sample is whatever anybody but its own invented people brought.
func TestWhatIsTheSamplesOwn(t *testing.T) {
	t.Parallel()
	invented, real := "K-wzor-coordinator", "K-1"
	hours := attendance.HoursRecorded{}
	for name, c := range map[string]struct {
		event       domain.Event
		actor, file string
		door        access.Door
		own         bool
	}{
		"a row of the sample":            {hours, "root", "sample", access.Imported, true},
		"a row of another file":          {hours, "root", "other", access.Imported, false},
		"a row of another file, by name": {hours, invented, "other", access.Imported, false},
		"typed on the command line":      {hours, "root", "", access.CommandLine, false},
		"a user of the machine so named": {hours, invented, "", access.CommandLine, false},
		"the automat":                    {hours, "automat", "", access.Automatic, true},
		"entered by who is invented":     {hours, invented, "", access.Pages, true},
		"sent by a token of theirs":      {hours, invented, "", access.API, true},
		"a file that they bring":         {hours, invented, "other", access.Pages, false},
		"entered by somebody real":       {hours, real, "", access.Pages, false},
		"sent by the one token":          {hours, "api", "", access.API, false},
		"through no door":                {hours, "", "", "", false},
		"a reading":                      {intake.PersonalDataRead{}, "root", "", access.CommandLine, true},
		"who signed in":                  {account.SignedIn{}, invented, "", access.Pages, true},
		"a role of the sample's":         {account.GrantRequested{About: account.About{Account: invented}}, "root", "", access.CommandLine, true},
		"an account of the sample":       {account.Created{About: account.About{Account: "K-2"}, Sample: true}, invented, "", access.Pages, true},
		"an account of a centre's own":   {account.Created{About: account.About{Account: real}}, "root", "", access.CommandLine, false},
	} {
		s := &sampleOnly{files: map[string]bool{"sample": true}, invented: map[string]bool{invented: true}}
		r := &journal.Recorded{Event: c.event, Meta: journal.Meta{Actor: c.actor, Source: journal.Source{Door: string(c.door), File: c.file}}}
		if got := s.own(r); got != c.own {
			t.Errorf("%s: %v", name, got)
		}
	}
}
