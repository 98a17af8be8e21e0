package eventdb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// TestNodeClient lets the official Node client, another implementation and the one that appends in batches, do all that
// it can. testdata/nodeclient/check.js says what is expected.
func TestNodeClient(t *testing.T) {
	t.Parallel()
	dir := installNodeClient(t)
	plain := openNode(t, Options{TCP: &TCPOptions{Listen: "127.0.0.1:0", Insecure: true}})
	secure, certFile := openSecure(t, Options{})
	closing := map[string]*closingNode{"closing-plain": {}, "closing-secure": {}}
	c := closing["closing-plain"]
	c.node = openNode(t, Options{FS: c.fs(), TCP: &TCPOptions{Listen: "127.0.0.1:0", Insecure: true}})
	c = closing["closing-secure"]
	var closingCert string
	c.node, closingCert = openSecure(t, Options{FS: c.fs()})
	t.Cleanup(func() {
		for _, c := range closing {
			c.open() // before the node is closed
		}
	})
	config, err := json.Marshal(map[string]any{"plain": plain.TCPAddress(), "secure": secure.TCPAddress(), "ca": certFile,
		"writer": "admin:changeit", "reader": "reader:changeit", "closing": []map[string]string{
			{"name": "closing-plain", "address": closing["closing-plain"].node.TCPAddress(), "query": "tls=false"},
			{"name": "closing-secure", "address": c.node.TCPAddress(), "query": "tlsCAFile=" + url.QueryEscape(closingCert), "user": "admin:changeit"},
		}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := converse(t, dir, 55*time.Second, func(question string) error {
		verb, name, _ := strings.Cut(question, " ")
		c, ok := closing[name]
		if !ok {
			return fmt.Errorf("no node for %q", question)
		}
		return c.do(testContext(t), verb)
	}, "node", "check.js", string(config))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// closingNode is a node that closes while a write to its journal does not come to an end.
type closingNode struct {
	node   *Node
	disk   gate
	writes chan struct{} // holds one after a write to the journal has begun
	open   func()
	closed chan error
}

func (c *closingNode) fs() vfs.FS {
	c.writes, c.closed, c.open = make(chan struct{}, 1), make(chan error, 1), func() {}
	return errorfs.Wrap(c.disk.fs(), errorfs.InjectorFunc(func(o errorfs.Op) error {
		if o.Kind.ReadOrWrite() == errorfs.OpIsWrite && strings.HasSuffix(o.Path, ".log") {
			select {
			case c.writes <- struct{}{}:
			default:
			}
		}
		return nil
	}))
}

func (c *closingNode) do(ctx context.Context, verb string) error {
	switch verb {
	case "shut":
		c.open = c.disk.shut()
		select { // what was written before
		case <-c.writes:
		default:
		}
		return nil
	case "close":
		select {
		case <-c.writes:
		case <-ctx.Done():
			return errors.New("nothing is being written")
		}
		go func() { c.closed <- c.node.Close() }()
		return nil
	case "open":
		c.open()
		return <-c.closed
	}
	return fmt.Errorf("nobody knows how to %s a node", verb)
}

// installNodeClient puts the client of the lock file into a directory that ends with the test. Without npm, node or a
// registry it skips the test.
func installNodeClient(t *testing.T) (dir string) {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s on PATH", program)
		}
	}
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "nodeclient"))); err != nil {
		t.Fatal(err)
	}
	out, err := runIn(t, dir, 2*time.Minute, "npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	if err != nil && regexp.MustCompile(`ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network`).Match(out) {
		t.Skipf("no npm registry within reach: %s", out)
	}
	if err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}

// runIn runs a program in a directory and gives back all that it printed.
func runIn(t *testing.T, dir string, limit time.Duration, name string, args ...string) ([]byte, error) {
	t.Helper()
	return converse(t, dir, limit, func(string) error { return nil }, name, args...)
}

// converse is runIn of a program that asks: what follows "? " on a line is done, and answered with a line.
func converse(t *testing.T, dir string, limit time.Duration, do func(question string) error, name string, args ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	printed, print := io.Pipe()
	cmd.Stdout, cmd.Stderr = print, print
	var out bytes.Buffer
	var failed error
	var listening sync.WaitGroup
	listening.Go(func() {
		lines := bufio.NewScanner(printed)
		for lines.Scan() {
			out.Write(append(lines.Bytes(), '\n'))
			question, asks := strings.CutPrefix(lines.Text(), "? ")
			if !asks {
				continue
			}
			if err := do(question); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", question, err))
			}
			_, err := io.WriteString(in, "done\n")
			failed = errors.Join(failed, err)
		}
		_, _ = io.Copy(&out, printed) // after a line that is too long
	})
	err = cmd.Run()
	_ = print.Close()
	listening.Wait()
	return out.Bytes(), errors.Join(err, failed)
}
