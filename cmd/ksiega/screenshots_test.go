//go:build screenshots

package main

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"ksiega/internal/testkit/browsertest"
)

// The pictures of README, in the directory that KSIEGA_SHOTS names.
func TestScreenshots(t *testing.T) {
	cmd := program(t.Context(), t, "serve", "--sample", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		url, found := strings.CutPrefix(lines.Text(), "księga: ")
		if !found {
			continue
		}
		b := browsertest.At(t, strings.TrimSpace(url))
		for name, path := range map[string]string{"start": "/", "report": "/reports/psu-settlement?month=5.2018"} {
			if status := b.Go(path); status != 200 {
				t.Fatalf("%s: %d", path, status)
			}
			b.Picture(name)
		}
		return
	}
	t.Fatal("the server did not start")
}
