package journal

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"

	"ksiega/internal/eventdb"
)

const (
	writerPassword = "a writer's password"
	readerPassword = "a reader's password"
)

// secureNode is a node with TLS and two users, of whom one may only read.
func secureNode(t *testing.T) (host, authority string) {
	t.Helper()
	dir := t.TempDir()
	users := filepath.Join(t.TempDir(), "users")
	for name, password := range map[string]string{"writer": writerPassword, "reader": readerPassword} {
		if _, err := eventdb.AddUser(users, name, password, name == "reader"); err != nil {
			t.Fatal(err)
		}
	}
	known, err := eventdb.LoadUsers(users)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := eventdb.SelfSigned(dir, []string{"127.0.0.1"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	n, err := eventdb.Open(eventdb.Options{Dir: dir, TCP: &eventdb.TCPOptions{Listen: "127.0.0.1:0", Users: known, Certificate: certificate}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	return n.TCPAddress(), filepath.Join(dir, "node.crt")
}

func plainNode(t *testing.T) (host string) {
	t.Helper()
	n, err := eventdb.Open(eventdb.Options{Dir: t.TempDir(), TCP: &eventdb.TCPOptions{Listen: "127.0.0.1:0", Insecure: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	return n.TCPAddress()
}

func addressOf(user, password, host, options string) string {
	return "esdb://" + url.UserPassword(user, password).String() + "@" + host + "?" + options
}

// What no retry can mend is told at once, with whom it concerns and never with a
// password; the journals here are as patient as a real one.
func TestWhatNoRetryMends(t *testing.T) {
	t.Parallel()
	secure, authority := secureNode(t)
	plain := plainNode(t)
	trusting := "tlsCAFile=" + url.QueryEscape(authority)
	for name, c := range map[string]struct {
		address string
		write   bool
		words   []string
	}{
		"a certificate nobody trusts":  {addressOf("writer", writerPassword, secure, ""), false, []string{secure, "certificate", "tlsCAFile"}},
		"plain against TLS":            {addressOf("writer", writerPassword, secure, "tls=false"), false, []string{secure, "speaks TLS"}},
		"TLS against plain":            {addressOf("writer", writerPassword, plain, ""), false, []string{plain, "does not speak TLS"}},
		"two nodes, TLS against plain": {addressOf("writer", writerPassword, plain+","+plain, ""), false, []string{plain, "does not speak TLS"}},
		"a wrong password":             {addressOf("writer", readerPassword, secure, trusting), false, []string{secure, `"writer"`, "password"}},
		"a user nobody knows":          {addressOf("somebody", writerPassword, secure, trusting), false, []string{secure, `"somebody"`}},
		"no user":                      {"esdb://" + secure + "?" + trusting, false, []string{secure, "names no user"}},
		"no right to write":            {addressOf("reader", readerPassword, secure, trusting), true, []string{secure, `"reader"`, "append to test-1", "lacks the right"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := openAt(t, Options{Address: c.address, Table: testTable(t)})
			start := time.Now()
			var err error
			if c.write {
				_, err = j.Append(within(t), "test-1", NoStream, decided("", counted{})...)
			} else {
				_, err = j.Head(within(t))
			}
			if !errors.Is(err, ErrRefused) || errors.Is(err, ErrUnavailable) {
				t.Fatalf("after %s: %v", time.Since(start), err)
			}
			for _, word := range c.words {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q lacks %q", err, word)
				}
			}
			for _, secret := range []string{writerPassword, readerPassword, url.QueryEscape(writerPassword), url.PathEscape(writerPassword)} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q shows a password", err)
				}
			}
		})
	}
	j := openAt(t, Options{Address: addressOf("writer", writerPassword, secure, trusting), Table: testTable(t)})
	mustAppend(t, j, "test-1", NoStream, decided("", counted{})...)
}

// A node that is not there may come.
func TestWhatMayMendIsTriedAgain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, options := range []string{"", "tls=false"} {
		j := quick(openAt(t, Options{Address: "esdb://" + gone + "?" + options, Table: testTable(t)}))
		j.bounds.patience = 100 * time.Millisecond
		if _, err := j.Head(within(t)); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%q: %v", options, err)
		}
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	secure, authority := secureNode(t)
	trusting := "tlsCAFile=" + url.QueryEscape(authority)
	lacks := func(address, prefix string) string {
		j := openAt(t, Options{Address: address, Table: testTable(t).withCategories("test", trialCategory), Prefix: prefix})
		missing, err := j.Rights(within(t))
		if err != nil {
			t.Fatal(err)
		}
		if events, _ := scan(t, j, ScanOptions{}); len(events) != 0 {
			t.Errorf("a trial is shown to readers: %v", events)
		}
		return fmt.Sprint(missing)
	}
	for _, prefix := range []string{"", "centre."} {
		if got := lacks(addressOf("writer", writerPassword, secure, trusting), prefix); got != "[]" {
			t.Errorf("a writer lacks %s", got)
		}
	}
	if got, want := lacks(addressOf("reader", readerPassword, secure, trusting), "centre."),
		`[user "reader" lacks the right to write centre.… user "reader" lacks the right to write the metadata of centre.… user "reader" lacks the right to delete centre.…]`; got != want {
		t.Errorf("a reader lacks %s\n           not %s", got, want)
	}
	j := openAt(t, Options{Address: addressOf("writer", readerPassword, secure, trusting), Table: testTable(t)})
	if _, err := j.Rights(within(t)); !errors.Is(err, ErrRefused) {
		t.Errorf("a wrong password: %v", err)
	}
}

// The embedded node has no list of who may read what, so that a stand-in refuses.
func TestNoRightToReadAll(t *testing.T) {
	s := startStandin(t)
	denied := readFails(codes.PermissionDenied)
	s.read = []func(streams.Streams_ReadServer) error{denied}
	_, refused := s.journal(t).Head(within(t))
	if !errors.Is(refused, ErrRefused) || !strings.Contains(refused.Error(), "lacks the right") {
		t.Error(refused)
	}
}
