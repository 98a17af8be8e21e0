package eventdb

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// lockedBuffer may be written to by several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestUsersFileChanges: a running node takes a changed users file; one that cannot be used changes nothing and is told
// of once.
func TestUsersFileChanges(t *testing.T) {
	t.Parallel()
	one, two := cheapHash("changeit"), cheapHash("changed!")
	path := writeUsers(t, "anna:read-write:"+one, "jan:read-only:"+one)
	u, err := LoadUsers(path)
	if err != nil {
		t.Fatal(err)
	}
	var log lockedBuffer
	u.file.log = slog.New(slog.NewTextHandler(&log, nil))
	ctx := testContext(t)
	want := func(what string, caller string, access access) {
		t.Helper()
		got, err := u.authenticate(calling(ctx, caller))
		if got != access || (err == nil) != (access != accessNone) {
			t.Errorf("%s: %s: %v, %v", what, caller, got, err)
		}
	}
	write := func(lines ...string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want("at first", "anna:changeit", accessWrite)
	want("at first", "ewa:changeit", accessNone)
	// As long as before, within the same tick of the file's clock.
	write("anna:read-write:"+two, "ewa:read-only:"+one)
	want("written over", "anna:changeit", accessNone)
	want("written over", "anna:changed!", accessWrite)
	want("written over", "ewa:changeit", accessRead)
	want("written over", "jan:changeit", accessNone)
	if _, err := AddUser(path, "jan", "a new one", false); err != nil {
		t.Fatal(err)
	}
	want("replaced", "jan:a new one", accessWrite)
	if n := strings.Count(log.String(), "read anew"); n != 2 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	for want1, spoil := range map[string]func(){
		"line 2: the role":    func() { write("anna:read-write:"+two, "ewa:admin:"+one) },
		"no user in it":       func() { write("# empty") },
		"others may read":     func() { write("eve:read-write:" + two); _ = os.Chmod(path, 0o666) },
		"no such file":        func() { _ = os.Remove(path) },
		"line 1: it is not n": func() { write("eve"); _ = os.Chmod(path, 0o600) },
	} {
		before := log.String()
		spoil()
		for range 3 {
			want(want1, "anna:changed!", accessWrite)
			want(want1, "ewa:changeit", accessRead)
			want(want1, "eve:changed!", accessNone)
		}
		said := strings.TrimPrefix(log.String(), before)
		if strings.Count(said, "\n") != 1 || !strings.Contains(said, want1) || !strings.Contains(said, "users from before stay") {
			t.Errorf("told of %q:\n%s", want1, said)
		}
	}
	_ = os.Remove(path)
	write("eve:read-only:" + two)
	want("mended", "eve:changed!", accessRead)
	want("mended", "anna:changed!", accessNone)
	for _, name := range []string{"anna", "ewa", "jan"} {
		if strings.Contains(log.String(), name) {
			t.Errorf("the log names %s:\n%s", name, log.String())
		}
	}
}

// TestVerifiedStays: who was verified before the file changed, and stands in it as before, is not verified again.
func TestVerifiedStays(t *testing.T) {
	t.Parallel()
	hash := cheapHash("changeit")
	path := writeUsers(t, "anna:read-write:"+hash)
	u, err := LoadUsers(path)
	if err != nil {
		t.Fatal(err)
	}
	u.file.log = slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(testContext(t))
	if _, err := u.authenticate(calling(ctx, "anna:changeit")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("ewa:read-only:"+hash+"\nanna:read-only:"+hash), 0o600); err != nil {
		t.Fatal(err)
	}
	for range hashesAtOnce {
		u.hashing <- struct{}{}
	}
	if got, err := u.authenticate(calling(ctx, "anna:changeit")); err != nil || got != accessRead {
		t.Errorf("%v, %v", got, err)
	}
	cancel()
	if _, err := u.authenticate(calling(ctx, "ewa:changeit")); status.Code(err) != codes.Unavailable {
		t.Error(err)
	}
}

func guessUsers(t *testing.T) *Users {
	t.Helper()
	table, err := parseUsers(strings.NewReader("anna:read-write:" + cheapHash("changeit") + "\njan:read-only:" + cheapHash("changeit")))
	if err != nil {
		t.Fatal(err)
	}
	for {
		u := newUsers()
		u.table.Store(table)
		slots := map[*guess]bool{}
		for _, name := range []string{"anna", "jan", "nobody"} {
			slots[u.guesses.of(u.mark(name, ""))] = true
		}
		if len(slots) == 3 { // else two of them would delay each other
			return u
		}
	}
}

// TestGuessing: guessing becomes slow, for a name that is there as for one that is not, and the right password is taken
// all the same.
func TestGuessing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		u := guessUsers(t)
		guesses := 0
		try := func(name, password string) (time.Duration, error) {
			if password == "" {
				guesses++
				password = fmt.Sprint("guess ", guesses)
			}
			from := time.Now()
			_, err := u.verify(t.Context(), name, password)
			return time.Since(from), err
		}
		var slow [2][]time.Duration
		for i, name := range []string{"nobody", "anna"} {
			for range 12 {
				took, err := try(name, "")
				if status.Code(err) != codes.Unauthenticated {
					t.Errorf("%s: %v", name, err)
				}
				slow[i] = append(slow[i], took)
			}
		}
		for k := range slow[0] {
			if slow[0][k] != slow[1][k] || (slow[0][k] > 0) != (k >= freeGuesses) || k > freeGuesses && slow[0][k] < slow[0][k-1] || slow[0][k] > maxGuessDelay {
				t.Fatalf("delays %v", slow)
			}
		}
		if took, err := try("anna", fmt.Sprint("guess ", guesses)); took > 0 || status.Code(err) != codes.Unauthenticated {
			t.Errorf("the same wrong password again: %v, %v", took, err)
		}
		if took, err := try("jan", "changeit"); took > 0 || err != nil {
			t.Errorf("somebody else: %v, %v", took, err)
		}
		if took, err := try("anna", "changeit"); took == 0 || took > maxGuessDelay || err != nil {
			t.Errorf("the right password: %v, %v", took, err)
		}
		for range freeGuesses {
			if took, _ := try("anna", ""); took > 0 {
				t.Errorf("after the right one: %v", took)
			}
		}
		for range 20 {
			_, _ = try("anna", "")
		}
		if took, err := try("anna", "changeit"); took > 0 || err != nil {
			t.Errorf("a password that was verified: %v, %v", took, err)
		}
		time.Sleep(guessesForget + maxGuessDelay)
		if took, _ := try("anna", ""); took > 0 {
			t.Errorf("after a while: %v", took)
		}
	})
}

// TestGuessingAtOnce: many guesses at once get no further than one after the other, hold nothing for long, and then leave
// room for the right password. A program with an old password, which shows it again and again, delays nobody.
func TestGuessingAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		u := guessUsers(t)
		var mu sync.Mutex
		outcomes := map[codes.Code]int{}
		var wg sync.WaitGroup
		from := time.Now()
		for i := range 500 {
			wg.Go(func() {
				_, err := u.verify(t.Context(), "anna", fmt.Sprint("guess ", i))
				mu.Lock()
				defer mu.Unlock()
				outcomes[status.Code(err)]++
			})
		}
		wg.Wait()
		if outcomes[codes.Unauthenticated] > freeGuesses+10 || outcomes[codes.Unavailable] < 400 || time.Since(from) > 2*hashingDeadline {
			t.Errorf("%v in %v", outcomes, time.Since(from))
		}
		if _, err := u.verify(t.Context(), "anna", "changeit"); err != nil {
			t.Error(err)
		}
		for range 100 {
			if _, err := u.verify(t.Context(), "jan", "old one"); status.Code(err) != codes.Unauthenticated {
				t.Error(err)
			}
		}
		from = time.Now()
		if _, err := u.verify(t.Context(), "jan", "changeit"); err != nil || time.Since(from) > 0 {
			t.Errorf("%v after %v", err, time.Since(from))
		}
	})
}
