package main

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ksiega/internal/testkit/redistest"
)

// A server whose store hangs, and does not fail, is not ready; it is again when the
// store answers.
func TestAServerWhoseStoreHangsIsNotReady(t *testing.T) {
	t.Parallel()
	signalled := func(t *testing.T, s *serving, send func(syscall.Signal) error) {
		t.Helper()
		is := func(want int, what string) {
			t.Helper()
			for range 100 {
				status, body, err := get(s.url + "/readyz")
				if err != nil {
					t.Fatal(err)
				}
				if status == want && strings.Contains(body, what) {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
			t.Fatalf("/readyz never answered %d %s", want, what)
		}
		is(http.StatusOK, "")
		if err := send(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		is(http.StatusServiceUnavailable, "nie odpowiada")
		if status, _, err := get(s.url + "/healthz"); err != nil || status != http.StatusOK {
			t.Errorf("healthz: %d, %v", status, err)
		}
		if err := send(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		is(http.StatusOK, "")
	}
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		redis := redistest.Own(t)
		data := filepath.Join(t.TempDir(), "d")
		signalled(t, serve(t, data, "--redis", "unix://"+redis.Socket), func(s syscall.Signal) error { return redis.Process.Signal(s) })
	})
	t.Run("event store", func(t *testing.T) {
		t.Parallel()
		n := startNode(t, "--data", filepath.Join(t.TempDir(), "n"), "--listen", "127.0.0.1:0", "--insecure")
		data := filepath.Join(t.TempDir(), "d")
		signalled(t, serve(t, data, "--eventstore", "esdb://"+n.address+"?tls=false"), func(s syscall.Signal) error { return n.cmd.Process.Signal(s) })
	})
}

// However many ask while a store hangs, one question is under way, and nobody waits
// longer than its bound.
func TestAHangingStoreIsAskedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		gone := make(chan struct{})
		p := &probe{what: "the store", ask: func(context.Context) error {
			asked.Add(1)
			<-gone // heeds no context
			return nil
		}}
		began := time.Now()
		for range 10 {
			if err := p.wait(p.begin()); !errors.Is(err, errSilent) {
				t.Error(err)
			}
		}
		if took := time.Since(began); took != answerBound || asked.Load() != 1 {
			t.Errorf("asked %d times, waited %v", asked.Load(), took)
		}
		close(gone)
		synctest.Wait()
		if err := p.wait(p.begin()); err != nil || asked.Load() != 2 {
			t.Errorf("when it answers again: %v, asked %d times", err, asked.Load())
		}
	})
}
