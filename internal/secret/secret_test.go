package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                                     "",
		"redis://localhost:6379/0":             "redis://localhost:6379/0",
		"redis://:tajne@h:1":                   "redis://:xxxxx@h:1",
		"redis://ksiega:tajne@h:1,h2:2":        "redis://ksiega:xxxxx@h:1,h2:2",
		"esdb://admin:p@ss/w?o#r:d@h:2113?a=b": "esdb://admin:xxxxx@h:2113?a=b",
		"esdb://token@h:2113":                  "esdb://xxxxx@h:2113",
		"esdb+discover://a:b@c":                "esdb+discover://a:xxxxx@c",
	} {
		if got := Address(address); got != want {
			t.Errorf("Address(%q) = %q, want %q", address, got, want)
		}
	}
}

// Whatever a library makes of an address, its password is not in what is shown.
func TestNoFormOfAPasswordIsShown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringMatching(`[a-zA-Z0-9@:/?#%&+ "'\\-]{6,20}`).Draw(t, "password")
		raw := "redis://ksiega:" + password + "@db.example:6379/0"
		escaped := (&url.URL{Scheme: "redis", User: url.UserPassword("ksiega", password), Host: "db.example:6379"}).String()
		for _, address := range []string{raw, escaped} {
			w := Of(address)
			_, parse := url.Parse("\x00" + address)
			said := []string{fmt.Sprint(parse), "dial " + address + ": refused", fmt.Sprintf("%q", address), "password is " + password, url.QueryEscape(password)}
			for _, s := range said {
				if shown := w.Hide(s); strings.Contains(shown, password) || strings.Contains(shown, url.QueryEscape(password)) {
					t.Fatalf("%q shows the password: %q", s, shown)
				}
			}
		}
	})
}

func TestAnErrorStaysTheSameError(t *testing.T) {
	t.Parallel()
	w := Of("", "abcd-efgh-ijkl", "redis://u:tajne@h:1")
	cause := &fs.PathError{Op: "open", Path: "redis://u:tajne@h:1", Err: fs.ErrNotExist}
	err := w.Error(fmt.Errorf("connect with abcd-efgh-ijkl: %w", cause))
	if got, want := err.Error(), "connect with xxxxx: open redis://u:xxxxx@h:1: file does not exist"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	var path *fs.PathError
	if !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &path) {
		t.Error("it is not the same error any more")
	}
	if w.Error(nil) != nil {
		t.Error("no error became one")
	}
}

func TestWriter(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	line := "redis: redis://u:tajne@h:1 does not answer\n"
	if n, err := Of().Writer(&out).Write([]byte(line)); n != len(line) || err != nil {
		t.Fatal(n, err)
	}
	if got := out.String(); got != "redis: redis://u:xxxxx@h:1 does not answer\n" {
		t.Errorf("%q", got)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	why := errors.New(`invalid port ":taj" after host`)
	if err := Unreadable("redis://u:taj/ne@h", why); strings.Contains(err.Error(), "taj") {
		t.Errorf("%v quotes a piece of the password", err)
	}
	if err := Unreadable("redis://h:x", why); !errors.Is(err, why) {
		t.Errorf("%v says less than it could", err)
	}
}
