package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/control"
	"ksiega/domain/access"
)

// No password of an address is in what the program prints, whoever words it and
// however wrong the address is.
func TestNoPasswordOfAnAddressIsPrinted(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	where := closed.Addr().String() // nobody answers here
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "d")
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(settings, []byte("redis: redis://:taj#ne-haslo@h"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"serve", "--redis", "redis://ksiega:tajne-haslo@" + where},
		{"serve", "--redis", "redis://ksiega:tajne-haslo@" + where + "/tajne-haslo"},
		{"serve", "--redis", "redis://ksiega:tajne-haslo/x@" + where},
		{"serve", "--redis", "redis://ksiega:tajne-haslo%zz@" + where},
		{"serve", "--redis", "http://ksiega:tajne-haslo@" + where},
		{"serve", "redis://ksiega:tajne-haslo@" + where},
		{"--config", settings, "serve"},
		{"import", "--eventstore", "esdb://admin:tajne-haslo@h:port", "."},
		{"import", "--eventstore", "esdb://admin:taj ne-haslo@h:2113", "."},
		{"report", "refunds", "--eventstore", "esdb://admin:tajne-haslo@h:1?tls=tajne-haslo"},
		{"report", "refunds", "--eventstore", "http://admin:tajne-haslo@h:1"},
		{"doctor", "--eventstore", "http://admin:tajne-haslo@h:1"},
		{"verify", "--redis", "redis://ksiega:tajne-haslo@" + where},
	} {
		code, out, errs := ksiega(t, append([]string{args[0], "--data", data}, args[1:]...)...)
		if args[0] == "--config" {
			code, out, errs = ksiega(t, append(args, "--data", data)...)
		}
		if code == exitDone || errs == "" {
			t.Errorf("%v: exit %d, %q", args, code, errs)
		}
		if said := out + errs; strings.Contains(said, "haslo") || strings.Contains(said, "taj") {
			t.Errorf("%v shows the password: %s", args, said)
		}
	}
}

// The server hides its own passwords from what it tells the command line.
func TestTheControlDoorHidesTheServersSecrets(t *testing.T) {
	t.Parallel()
	g := &globals{Redis: "redis://ksiega:tajne-haslo@h:1"}
	p := &process{secrets: g.secrets()}
	w := httptest.NewRecorder()
	machine := func(_ context.Context, user, _ string) (access.Who, error) {
		return access.By(user, access.CommandLine, access.Machine), nil
	}
	door := control.New(control.Options{API: http.NotFoundHandler(), Shown: p.shown, Who: machine, Operations: map[string]control.Operation{"verify": func(*http.Request, *control.Notes) error {
		return &net.AddrError{Err: "tajne-haslo is wrong", Addr: g.Redis}
	}}})
	door.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/control/verify", nil))
	var n control.Note
	if err := json.Unmarshal(w.Body.Bytes(), &n); err != nil || !strings.Contains(n.Error, "is wrong") {
		t.Fatal(err, n)
	}
	if strings.Contains(n.Error, "haslo") {
		t.Errorf("%q shows the password", n.Error)
	}
}
