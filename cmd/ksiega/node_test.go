package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
)

// runningNode is a ksiega node as a process of its own.
type runningNode struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string // the first line it printed
	rest    *bufio.Reader
	stderr  *bytes.Buffer
	warns   string // what it says on standard error, and nothing else
}

func startNode(t *testing.T, args ...string) *runningNode {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	n := &runningNode{t: t, cmd: program(ctx, t, append([]string{"node"}, args...)...), stderr: &bytes.Buffer{}}
	n.cmd.Stderr = n.stderr
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n.rest = bufio.NewReader(out)
	line, err := n.rest.ReadString('\n')
	if err != nil {
		_ = n.cmd.Wait()
		t.Fatalf("no address: %v\n%s", err, n.stderr)
	}
	n.address = strings.TrimSuffix(line, "\n")
	return n
}

// stop ends the node as an operator does.
func (n *runningNode) stop() {
	n.t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		n.t.Fatal(err)
	}
	more, _ := n.rest.ReadString(0)
	if err := n.cmd.Wait(); err != nil || more != "" || (n.warns == "") != (n.stderr.Len() == 0) || !strings.Contains(n.stderr.String(), n.warns) {
		n.t.Errorf("stopped with %v, printed %q and %q", err, more, n.stderr)
	}
}

// eventClient connects to an address of esdb, or to the socket.
func eventClient(t *testing.T, address string) *esdb.Client {
	t.Helper()
	config := &esdb.Configuration{DisableTLS: true, GossipTimeout: 5, MaxDiscoverAttempts: 3, DiscoveryInterval: 10,
		KeepAliveInterval: 10 * time.Second, KeepAliveTimeout: 10 * time.Second}
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		config.Address = (&url.URL{Scheme: "unix", Path: path}).String()
	} else {
		var err error
		if config, err = esdb.ParseConnectionString("esdb://" + address); err != nil {
			t.Fatal(err)
		}
	}
	config.Logger = esdb.NoopLogging()
	c, err := esdb.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func appendOne(t *testing.T, c *esdb.Client) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err := c.AppendToStream(ctx, "s", esdb.AppendToStreamOptions{},
		esdb.EventData{EventID: uuid.New(), EventType: "happened", ContentType: esdb.ContentTypeJson, Data: []byte("{}")})
	return err
}

func countEvents(t *testing.T, c *esdb.Client) (count int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	r, err := c.ReadStream(ctx, "s", esdb.ReadStreamOptions{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for ; err == nil; count++ {
		_, err = r.Recv()
	}
	return count - 1
}

func isCode(err error, code esdb.ErrorCode) bool {
	var e *esdb.Error
	return errors.As(err, &e) && e.Code() == code
}

func TestNodeOnSockets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a data directory")
	n := startNode(t, "--data", dir)
	if n.address != "unix:"+filepath.Join(dir, "node.sock") {
		t.Errorf("address %q", n.address)
	}
	if err := appendOne(t, eventClient(t, n.address)); err != nil {
		t.Fatal(err)
	}
	n.stop()
	path := filepath.Join(t.TempDir(), "own.sock")
	n = startNode(t, "--data", dir, "--listen", "unix:"+path, "--read-only")
	if n.address != "unix:"+path {
		t.Errorf("address %q", n.address)
	}
	c := eventClient(t, n.address)
	if err := appendOne(t, c); !isCode(err, esdb.ErrorCodeAccessDenied) {
		t.Errorf("a read-only node appends: %v", err)
	}
	if got := countEvents(t, c); got != 1 {
		t.Errorf("%d events", got)
	}
	n.stop()
	if code, _, errs := ksiega(t, "node", "--data", filepath.Join(dir, "none"), "--read-only"); code != exitFailed || !strings.Contains(errs, "katalog danych") {
		t.Errorf("read-only without a data directory: %d, %s", code, errs)
	}
}

func TestNodeInsecure(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--insecure"}, nil} {
		t.Run(strings.Join(args, ""), func(t *testing.T) { nodeInsecure(t, args...) })
	}
}

func nodeInsecure(t *testing.T, args ...string) {
	t.Helper()
	n := startNode(t, append([]string{"--data", t.TempDir(), "--listen", "127.0.0.1:0"}, args...)...)
	if args == nil {
		n.warns = "każdy na tym komputerze"
	}
	if !strings.HasPrefix(n.address, "127.0.0.1:") || n.address == "127.0.0.1:0" {
		t.Errorf("address %q", n.address)
	}
	c := eventClient(t, n.address+"?tls=false")
	if err := appendOne(t, c); err != nil {
		t.Fatal(err)
	}
	// A client that follows the log does not keep the node from stopping.
	sub, err := c.SubscribeToAll(context.Background(), esdb.SubscribeToAllOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	n.stop()
}

func TestNodeWithUsers(t *testing.T) {
	t.Parallel()
	dir, users := t.TempDir(), filepath.Join(t.TempDir(), "users")
	add := func(input string, args ...string) (int, string) {
		cmd := program(context.Background(), t, append([]string{"node", "--users", users, "--add-user"}, args...)...)
		cmd.Stdin = strings.NewReader(input)
		out, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(out)
	}
	for _, c := range []struct {
		input, want string
		code        int
		args        []string
	}{
		{"short\n", "a password has 8", exitFailed, []string{"writer"}},
		{"", "a password has 8", exitFailed, []string{"writer"}},
		{"first secret\n", "użytkownik writer: dodany", exitDone, []string{"writer"}},
		{"second secret\nignored", "użytkownik writer: zmieniony", exitDone, []string{"writer"}},
		{"third secret", "użytkownik reader: dodany", exitDone, []string{"reader", "--read-only-user"}},
		{"", "podaj --add-user NAME z --users FILE", exitUsage, []string{"x", "--listen", "unix:y"}},
	} {
		if code, out := add(c.input, c.args...); code != c.code || !strings.Contains(out, c.want) {
			t.Fatalf("%q %q: %d, %s", c.args, c.input, code, out)
		}
	}
	if text, err := os.ReadFile(users); err != nil || strings.Contains(string(text), "secret") || strings.Count(string(text), "\n") != 2 {
		t.Errorf("%s, %v", text, err)
	}
	certs := []string{"--tls-self-signed", "--tls-host", "127.0.0.1,localhost"}
	for _, want := range []int{1, 2} {
		n := startNode(t, append([]string{"--data", dir, "--listen", "localhost:0", "--users", users}, certs...)...)
		query := n.address + "?tlsCAFile=" + url.QueryEscape(filepath.Join(dir, "node.crt"))
		if err := appendOne(t, eventClient(t, "writer:second%20secret@"+query)); err != nil {
			t.Fatal(err)
		}
		if got := countEvents(t, eventClient(t, "reader:third%20secret@"+query)); got != want {
			t.Errorf("%d events, want %d", got, want)
		}
		if err := appendOne(t, eventClient(t, "reader:third%20secret@"+query)); !isCode(err, esdb.ErrorCodeAccessDenied) {
			t.Errorf("the reader appends: %v", err)
		}
		if err := appendOne(t, eventClient(t, "writer:first%20secret@"+query)); !isCode(err, esdb.ErrorCodeUnauthenticated) {
			t.Errorf("the password before: %v", err)
		}
		if err := appendOne(t, eventClient(t, query)); !isCode(err, esdb.ErrorCodeAccessDenied) {
			t.Errorf("nobody appends: %v", err)
		}
		n.stop()
		certs = []string{"--tls-cert", filepath.Join(dir, "node.crt"), "--tls-key", filepath.Join(dir, "node.key")}
	}
}

func TestNodePasswordFromEnvironment(t *testing.T) {
	t.Parallel()
	cmd := program(context.Background(), t, "node", "--add-user", "anna", "--users", filepath.Join(t.TempDir(), "users"))
	cmd.Env = append(cmd.Env, "KSIEGA_NODE_PASSWORD=from the environment")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "użytkownik anna: dodany") {
		t.Errorf("%s, %v", out, err)
	}
}

func TestNodeUsage(t *testing.T) {
	t.Parallel()
	users := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(users, []byte("anna:read-only\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	both := "--users FILE oraz --tls-cert FILE i --tls-key FILE albo --tls-self-signed"
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"--listen localhost:0 --users " + users, both + "; albo --insecure", exitUsage},
		{"--listen 127.0.0.1:0 --tls-self-signed", both + "; albo --insecure", exitUsage},
		{"--listen 127.0.0.1:0 --tls-cert x --users " + users, both, exitUsage},
		{"--listen 0.0.0.0:0", both + "\n", exitUsage},
		{"--listen 0.0.0.0:0 --insecure", "0.0.0.0:0 nim nie jest", exitUsage},
		{"--listen :0 --insecure", "podaj adres pętli zwrotnej", exitUsage},
		{"--listen 127.0.0.1:0 --insecure --tls-self-signed", "wybierz jedno: --insecure albo", exitUsage},
		{"--listen :0 --tls-self-signed --users " + users, "podaj --tls-host", exitUsage},
		{"--listen 127.0.0.1:0 --tls-self-signed --tls-cert x --tls-key y --users " + users, "--tls-self-signed albo --tls-cert", exitUsage},
		{"--listen 127.0.0.1:0 --tls-host x --tls-cert x --tls-key y --users " + users, "podaj --tls-host tylko razem", exitUsage},
		{"--listen somewhere", "unix:PATH albo HOST:PORT", exitUsage},
		{"--listen 127.0.0.1:http --insecure", "unix:PATH albo HOST:PORT", exitUsage},
		{"--listen unix:", "podaj ścieżkę", exitUsage},
		{"--insecure", "tylko razem z --listen HOST:PORT", exitUsage},
		{"--listen unix:x --users " + users, "tylko razem z --listen HOST:PORT", exitUsage},
		{"--read-only-user", "tylko razem z --add-user", exitUsage},
		{"--add-user anna", "podaj --add-user NAME z --users FILE", exitUsage},
		{"--listen 127.0.0.1:0 --tls-self-signed --users " + users, "users: line 1: it is not name:role:hash", exitFailed},
		{"--listen 127.0.0.1:0 --tls-self-signed --users " + users + ".none", "users file: open", exitFailed},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		code, out, errs := ksiega(t, append([]string{"node", "--data", dir}, strings.Fields(c.args)...)...)
		if code != c.code || !strings.Contains(errs, c.want) || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: %d, %q, %q, want %q", c.args, code, out, errs, c.want)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: a data directory was made", c.args)
		}
	}
}
