package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts in testdata/script are what people type and what they see. Beside
// testscript's own commands they know
//
//	exec ksiega …  the program, as a process of its own
//	serve         a server on the data directory of the script
//	get PATH      ask that server; the answer is standard output
func TestScripts(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv(actAsProgram, "1")
			e.Setenv("KSIEGA_DATA", filepath.Join(e.WorkDir, "data"))
			e.Setenv("KSIEGA_LISTEN", "127.0.0.1:0")
			bin := filepath.Join(e.WorkDir, ".bin")
			if err := os.Mkdir(bin, 0o755); err != nil {
				return err
			}
			if err := os.Symlink(self, filepath.Join(bin, "ksiega")); err != nil {
				return err
			}
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": scriptServe,
			"get":   scriptGet,
		},
	})
}

// scriptServe starts a server that ends with the script.
func scriptServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("serve can't be negated")
	}
	out, w, err := os.Pipe()
	ts.Check(err)
	self, err := os.Executable()
	ts.Check(err)
	env := append(os.Environ(), actAsProgram+"=1", "KSIEGA_DATA="+ts.Getenv("KSIEGA_DATA"), "KSIEGA_LISTEN=127.0.0.1:0",
		"KSIEGA_MASTER_KEY_FILE="+ts.Getenv("KSIEGA_MASTER_KEY_FILE"))
	p, err := os.StartProcess(self, append([]string{"ksiega", "serve"}, args...), &os.ProcAttr{Env: env, Dir: ts.Getenv("WORK"), Files: []*os.File{nil, w, w}})
	ts.Check(err)
	ts.Check(w.Close())
	ts.Defer(func() {
		_ = p.Signal(syscall.SIGTERM)
		_, _ = p.Wait()
		_ = out.Close()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "księga: "); ok {
			ts.Setenv("URL", url)
			go func() {
				for lines.Scan() { //nolint:revive // emptied so that the server never waits for a reader
				}
			}()
			return
		}
	}
	ts.Fatalf("the server did not start")
}

// scriptGet prints what the server answers; `! get` wants a refusal.
func scriptGet(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: get PATH")
	}
	status, body, err := get(ts.Getenv("URL") + args[0])
	ts.Check(err)
	_, _ = fmt.Fprintf(ts.Stdout(), "%d\n%s", status, body)
	if neg != (status >= 400) {
		ts.Fatalf("status %d: %s", status, body)
	}
}

func get(url string) (status int, body string, err error) {
	if status, body, err = getAs(url, ""); status == http.StatusUnauthorized { // the server asks for a token
		return getAs(url, testToken)
	}
	return status, body, err
}

func getAs(url, token string) (status int, body string, err error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}
