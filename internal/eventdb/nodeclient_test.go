package eventdb

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// TestNodeClient lets the official Node client, another implementation and the one that appends in batches, do all that
// it can. testdata/nodeclient/check.js says what is expected.
func TestNodeClient(t *testing.T) {
	t.Parallel()
	dir := installNodeClient(t)
	plain := openNode(t, Options{TCP: &TCPOptions{Listen: "127.0.0.1:0", Insecure: true}})
	secure, certFile := openSecure(t, Options{})
	config, err := json.Marshal(map[string]string{"plain": plain.TCPAddress(), "secure": secure.TCPAddress(), "ca": certFile,
		"writer": "admin:changeit", "reader": "reader:changeit"})
	if err != nil {
		t.Fatal(err)
	}
	out, err := runIn(t, dir, 45*time.Second, "node", "check.js", string(config))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
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
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.Bytes(), err
}
