package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ksiega/cmd/ksiega/control"
)

// copied is what `cp -a` makes of a data directory and its key.
func copied(t *testing.T, data string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	for _, end := range []string{"", ".master.key"} {
		if out, err := exec.Command("cp", "-a", data+end, to+end).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return to
}

// revealed is the history of somebody with what is sealed opened.
func revealed(t *testing.T, data, participant string) string {
	t.Helper()
	code, out, errs := ksiega(t, "--role", "auditor", "replay", "--data", data, "--participant", participant, "--reveal", "--reason", "kontrola")
	if code != exitDone {
		t.Fatalf("replay: exit %d, %s", code, errs)
	}
	return out
}

// While the original is served, everything that is done with a copy is done to the
// copy: nothing in it says where the original is.
func TestACopyOfADataDirectoryCommandsNobodyElse(t *testing.T) {
	t.Parallel()
	for _, parent := range []string{"d", strings.Repeat("d", 120)} { // the latter has its socket elsewhere
		data := filepath.Join(t.TempDir(), parent)
		must(t, exitDone, "import", "--data", data, referrals(t, 2))
		s := serve(t, data)
		other := copied(t, data)

		must(t, exitDone, "--role", "dpo", "erase", "--data", other, "--participant", "U0", "--ground", "zadanie", "--register", "RODO-7/2026")
		must(t, exitDone, "import", "--data", other, writeFiles(t, map[string]string{"asystenci.csv": "id;imie;nazwisko\nA7;Jan;Kot\n"}))
		if got := revealed(t, other, "U0"); strings.Contains(got, "Wróbel") {
			t.Errorf("the copy still shows it: %s", got)
		}
		end(t, serve(t, other)) // beside the original, and then gone

		if got := revealed(t, data, "U0"); !strings.Contains(got, "Wróbel") {
			t.Errorf("the original has lost its key: %s", got)
		}
		if out := must(t, exitDone, "replay", "--data", data, "--type", "assistant.*"); out != "" {
			t.Errorf("the original was told %s", out)
		}
		must(t, exitDone, "rebuild", "--data", data) // through its server, which holds it
		end(t, s)
	}
}

// What an earlier version recorded about its socket, and anybody may write, is
// neither believed nor deleted.
func TestWhatAFileNamesIsNotDeleted(t *testing.T) {
	t.Parallel()
	data, victim := filepath.Join(t.TempDir(), "d"), filepath.Join(t.TempDir(), "victim")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	for name, content := range map[string]string{victim: "of somebody", filepath.Join(data, "control.addr"): victim + "\n", filepath.Join(data, "node.addr"): victim + "\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, data)
	must(t, exitDone, "verify", "--data", data)
	end(t, s)
	if b, err := os.ReadFile(victim); err != nil || string(b) != "of somebody" {
		t.Errorf("%q, %v", b, err)
	}
	must(t, exitDone, "doctor", "--data", data)
}

// A socket that somebody planted where the server's would be is told nothing; the
// command works on the directory itself.
func TestAPlantedControlSocketHearsNothing(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	path := filepath.Join(data, control.Socket)
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "control.addr"), []byte(path), 0o600); err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 1)
	go func() {
		var all strings.Builder
		for {
			c, err := l.Accept()
			if err != nil {
				heard <- all.String()
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"done\":true}\n                              ")
			_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
			_, _ = io.Copy(&all, c)
			_ = c.Close()
		}
	}()
	must(t, exitDone, "import", "--data", data, writeFiles(t, map[string]string{"asystenci.csv": "id;imie;nazwisko\nA7;Jan;Kot\n"}))
	_ = l.Close()
	if got := <-heard; got != "" {
		t.Errorf("it was told %q", got)
	}
	if out := must(t, exitDone, "replay", "--data", data, "--type", "assistant.*"); !strings.Contains(out, `"A7"`) {
		t.Errorf("not imported: %s", out)
	}
}

// Who commands over the socket, the kernel says, and no header.
func TestTheActorIsThePeersUser(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	s := serve(t, data)
	door, err := dial(&globals{Role: "auditor", Data: data})
	if err != nil || door == nil {
		t.Fatal(door, err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://ksiega/control/replay?participant=U0&reveal=true", strings.NewReader("kontrola"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Ksiega-Build", build())
	req.Header.Set("Ksiega-Role", "auditor")
	req.Header.Set("Ksiega-Actor", "mallory")
	resp, err := door.HTTP.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	_ = resp.Body.Close()
	door.HTTP.CloseIdleConnections()
	out := must(t, exitDone, "replay", "--data", data, "--type", "intake.personal-data-read.*")
	if strings.Contains(out, "mallory") || !strings.Contains(out, `"actor":"`+control.Self()+`"`) {
		t.Errorf("recorded %s", out)
	}
	end(t, s)
}
