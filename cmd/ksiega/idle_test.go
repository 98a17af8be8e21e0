package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// serveWithFiles is serve in a process that may open few files.
func serveWithFiles(t *testing.T, data string, files int) *serving {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, files), self,
		"serve", "--data", data, "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), actAsProgram+"=1", "KSIEGA_TOKEN="+testToken)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(line, "księga: ")
	if err != nil || !ok {
		_ = cmd.Wait()
		t.Fatalf("the server did not start: %v\n%s", err, errs.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return &serving{cmd: cmd, url: strings.TrimSpace(url)}
}

// Clients that ask nothing, or never end what they ask, take nothing from those who
// do, and no file from the store.
func TestIdleConnectionsKeepNobodyOut(t *testing.T) {
	t.Parallel()
	const files = 256
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	s := serveWithFiles(t, data, files)
	address := strings.TrimPrefix(s.url, "http://")
	for i := range 3 * files {
		c, err := net.DialTimeout("tcp", address, 20*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		switch i % 3 {
		case 0: // half a request
			_, _ = io.WriteString(c, "GET /api/v1/reports/refunds HTTP/1.1\r\nHost: ")
		case 1: // a whole one, and then nothing
			_, _ = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		} // nothing at all
	}
	status, answer, err := s.command("record-attendance", "k", map[string]any{"contract": "S/0", "date": "2018-03-05", "minutes": 60})
	if err != nil || status != http.StatusOK {
		t.Fatal(status, answer, err)
	}
	status, body, err := get(s.url + "/metrics")
	if err != nil || status != http.StatusOK {
		t.Fatal(status, body, err)
	}
	for line := range strings.Lines(body) {
		if n, ok := strings.CutPrefix(line, "process_open_fds "); ok {
			if open, err := strconv.Atoi(strings.TrimSpace(n)); err != nil || open > files*3/4 {
				t.Errorf("%s files are open, of %d: %v", strings.TrimSpace(n), files, err)
			}
		}
	}
	must(t, exitDone, "rebuild", "--data", data) // through the control door
	must(t, exitDone, "verify", "--data", data)
	end(t, s)
}

// Bodies of which the rest does not come keep nobody out either, whoever sends them
// and wherever to, also where each that is cut comes again.
func TestHalfBodiesKeepNobodyOut(t *testing.T) {
	t.Parallel()
	const files, attackers = 256, 300
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	s := serveWithFiles(t, data, files)
	address := strings.TrimPrefix(s.url, "http://")
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	begun := make(chan struct{}, attackers)
	for i := range attackers {
		all.Go(func() { attack(ctx, address, i, begun) })
	}
	t.Cleanup(all.Wait)
	t.Cleanup(stop)
	for range attackers {
		<-begun
	}
	for i := range 5 {
		http.DefaultClient.CloseIdleConnections() // one that is kept may be cut as it is used
		status, answer, err := s.command("record-attendance", fmt.Sprint("k", i), map[string]any{"contract": "S/0", "date": fmt.Sprintf("2018-03-%02d", 5+i), "minutes": 60})
		if err != nil || status != http.StatusOK {
			t.Fatal(status, answer, err)
		}
	}
	stop()
	all.Wait()
	must(t, exitDone, "verify", "--data", data)
	end(t, s)
}

// attack sends half a body, again whenever it is cut; begun is told of the first.
func attack(ctx context.Context, address string, kind int, begun chan<- struct{}) {
	head := "POST /api/v1/commands/record-attendance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	halves := []string{
		head + "Content-Length: 1000\r\n\r\n{", // by whom it would not be taken
		head + "Authorization: Bearer " + testToken + "\r\nIdempotency-Key: half\r\nContent-Length: 1000\r\n\r\n{",
		head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{",
		"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{", // where none is taken
	}
	for first := true; ctx.Err() == nil; first = false {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			_, _ = io.WriteString(c, halves[kind%len(halves)])
			context.AfterFunc(ctx, func() { _ = c.Close() })
		}
		if first {
			begun <- struct{}{}
		}
		if err == nil {
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
		}
	}
}
