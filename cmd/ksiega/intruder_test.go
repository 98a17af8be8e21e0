package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/control"
	"ksiega/domain/access"
)

// Over the control door sealed texts are shown for a reason that can be read, to whom the
// question was read as it was put; and a reading is recorded of it.
func TestTheControlDoorRevealsForAReasonOnly(t *testing.T) {
	t.Parallel()
	door := sampled(t, "", false)
	for _, c := range []struct{ name, query, role, reason, want string }{
		{"no reason", "reveal=true", "coordinator", "", "403"},
		{"spaces", "reveal=true", "coordinator", " \n\t", "403"},
		{"nothing that can be seen", "reveal=true", "coordinator", "\u200b\u00a0", "403"},
		{"a role without the right", "reveal=true", "administrator", "kontrola", "403"},
		{"two roles in one word", "reveal=true", "administrator,coordinator", "kontrola", "403"},
		{"a role of nobody who is asked", "reveal=true", "automat", "kontrola", "403"},
		{"an address that can't be read", "reveal=true&participant=U%zz", "coordinator", "kontrola", "400"},
		{"one of two people", "reveal=true&participant=U001&participant=U002", "coordinator", "kontrola", "400"},
		{"a word that is none", "reveal=tak&participant=U001", "coordinator", "kontrola", "400"},
		{"two things", "reveal=true&participant=U001&contract=S%2F1", "coordinator", "kontrola", "400"},
		{"all in order", "reveal=true&participant=U001", "coordinator", "kontrola", "200"},
	} {
		resp := bare(t, door.HTTP, http.MethodPost, "/control/replay?"+c.query, c.role, c.reason)
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if !strings.HasPrefix(resp.Status, c.want) || c.want == "200" != bytes.Contains(body, []byte("firstName")) {
			t.Errorf("%s: %s %.300s", c.name, resp.Status, body)
		}
	}
	var read bytes.Buffer
	if err := replayed(t.Context(), door, url.Values{"type": {"intake.personal-data-read.*"}}, "", &read); err != nil || strings.Count(read.String(), "U001") == 0 || strings.Count(read.String(), "\n") != 1 {
		t.Errorf("%v, %s", err, &read)
	}
}

// bare is a request as somebody writes it who has no client of ours.
func bare(t *testing.T, c *http.Client, method, target, role, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://ksiega"+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Ksiega-Build", build())
	r.Header.Set("Ksiega-Role", role)
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// The control door has no other addresses of the web's, and asks the build and the ledger
// of everybody.
func TestTheControlDoorHasItsOwnAddresses(t *testing.T) {
	t.Parallel()
	door := sampled(t, "", false)
	for _, c := range []struct {
		method, target string
		status         int
	}{
		{http.MethodGet, "/api/v1/events", http.StatusNotFound}, {http.MethodGet, "/", http.StatusNotFound}, {http.MethodGet, "/metrics", http.StatusNotFound},
		{http.MethodGet, "/control/erase", http.StatusMethodNotAllowed}, {http.MethodPost, "/control/backup", http.StatusMethodNotAllowed},
		{http.MethodPost, "/control/erase", http.StatusForbidden}, {http.MethodPost, "/control/verify?x=1&x=2", http.StatusBadRequest}, {http.MethodPost, "/control/import", http.StatusForbidden}, {http.MethodGet, "/api/v1/reports/refunds?asOf=2001-01-01%25", http.StatusUnprocessableEntity},
		{http.MethodGet, "/api/v1/reports/refunds?asOf=2001-01-01%", http.StatusBadRequest}, {http.MethodPost, "/api/v1/commands/register-participant", http.StatusUnsupportedMediaType},
	} {
		resp := bare(t, door.HTTP, c.method, c.target, "auditor", "")
		_ = resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%s %s: %s", c.method, c.target, resp.Status)
		}
	}
	for _, header := range []string{"Ksiega-Build", "Ksiega-Ledger"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://ksiega/api/v1/reports/refunds", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Ksiega-Build", build())
		r.Header.Set("Ksiega-Role", "finance")
		r.Header.Set(header, "another")
		resp, err := door.HTTP.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusPreconditionFailed {
			t.Errorf("another %s: %s", header, resp.Status)
		}
	}
}

// Whoever is refused, or answered before what they send was read, is answered on the same
// connection again.
func TestTheControlDoorAnswersAgain(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(control.New(control.Options{Build: "b", API: http.NotFoundHandler(), Shown: func(err error) error { return err },
		Who: func(_ context.Context, user, role string) (access.Who, error) {
			return access.By(user, access.CommandLine, access.Role(role)), nil
		},
		Operations: map[string]control.Operation{"verify": func(*http.Request, *control.Notes) error { return nil },
			"rebuild": func(*http.Request, *control.Notes) error { return errors.New("failed") },
			"doctor":  func(_ *http.Request, n *control.Notes) error { return n.Line(1) }}}))
	var said bytes.Buffer
	server.Config.ErrorLog = log.New(&said, "", 0)
	server.Start()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(c)
	for i, asked := range []struct {
		operation, role string
		status          int
	}{
		{"verify", "visitor", http.StatusForbidden}, {"verify", "finance", http.StatusOK}, {"rebuild", "finance", http.StatusInternalServerError}, {"doctor", "finance", http.StatusOK},
		{"verify", "finance", http.StatusOK},
	} {
		body := strings.Repeat("x", 100<<(i*3))
		_, err := fmt.Fprintf(c, "POST /control/%s HTTP/1.1\r\nHost: ksiega\r\nKsiega-Build: b\r\nKsiega-Role: %s\r\nContent-Length: %d\r\n\r\n%s", asked.operation, asked.role, len(body), body)
		if err != nil {
			t.Fatal(asked, err)
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(asked, err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != asked.status {
			t.Errorf("%v: %s, %v", asked, resp.Status, err)
		}
	}
	_ = c.Close()
	server.Close()
	if said.Len() > 0 {
		t.Error(said.String())
	}
}
