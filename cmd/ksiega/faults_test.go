package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/redistest"
)

// What is wrong with the machine has words of its own, each on one line, and is a
// failure, not wrong usage.
func TestEachFaultOfTheMachineHasItsOwnWords(t *testing.T) {
	t.Parallel()
	says := func(what, want string, code int, errs string) {
		t.Helper()
		if code != exitFailed || !strings.Contains(errs, want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit %d, %q", what, code, errs)
		}
	}
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))

	n := startNode(t, "--data", data)
	code, _, errs := ksiega(t, "verify", "--data", data)
	says("held", "używa katalogu danych", code, errs)
	n.stop()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `ulimit -f 200; exec "$0" "$@"`, self, "import", "--data", filepath.Join(t.TempDir(), "d"), "../../samples/starachowice/obecnosci.csv", referrals(t, 2000))
	cmd.Env = append(os.Environ(), actAsProgram+"=1")
	var out strings.Builder
	cmd.Stderr = &out
	_ = cmd.Run()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	says("full", "podnieś granicę wielkości pliku", cmd.ProcessState.ExitCode(), lines[len(lines)-1]+"\n")

	code, _, errs = ksiega(t, "serve", "--data", data, "--listen", "127.0.0.1:0", "--redis", "redis://127.0.0.1:1")
	says("no redis", "Redis nie odpowiada", code, errs)

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	code, _, errs = ksiega(t, "serve", "--data", data, "--listen", taken.Addr().String())
	if code != exitFailed || !strings.Contains(errs, "na tym słucha już ktoś inny") {
		t.Errorf("taken: exit %d, %q", code, errs)
	}
}

// A Redis that dies while the server runs is named to whoever asks, as what may
// answer again.
func TestADeadRedisIsNamed(t *testing.T) {
	t.Parallel()
	redis := redistest.Own(t)
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	s := serve(t, data, "--redis", "unix://"+redis.Socket)
	if err := redis.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for try := 0; ; try++ { // until the kernel has closed its socket
		status, body, err := get(s.url + "/api/v1/reports/contracts")
		if err != nil {
			t.Fatal(err)
		}
		if status == http.StatusServiceUnavailable && strings.Contains(body, "Redis nie odpowiada") {
			break
		}
		if try == 100 {
			t.Fatalf("%d %s", status, body)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestFaultsAreToldApart(t *testing.T) {
	t.Parallel()
	path := func(err error) error { return fmt.Errorf("write: %w", &fs.PathError{Op: "write", Path: "f", Err: err}) }
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	seen := map[string]error{}
	for _, err := range []error{eventdb.ErrInUse, path(syscall.ENOSPC), path(syscall.EFBIG), path(syscall.EROFS), path(syscall.EACCES), path(syscall.EMFILE),
		path(syscall.EADDRINUSE), dial} {
		words := faultOf(err)
		if words == "" || seen[words] != nil {
			t.Errorf("%v and %v: %q", err, seen[words], words)
		}
		seen[words] = err
		if told := inWords(err); !errors.Is(told, err) {
			t.Errorf("%v is not %v any more", told, err)
		}
	}
	for _, err := range []error{errors.New("odd"), errFound, errTold, redis.Nil, fmt.Errorf("%w: %w", control.ErrNoServer, dial), fmt.Errorf("%w (%w)", journal.ErrUnavailable, dial)} {
		if words := faultOf(err); words != "" {
			t.Errorf("%v: %q", err, words)
		}
	}
}
