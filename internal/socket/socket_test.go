package socket

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const name = "control.sock"

// answering serves a directory's socket: each greeted line comes back.
func answering(t *testing.T, dir string) *Listener {
	t.Helper()
	l, err := Listen(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		greeted := l.Greeted()
		for {
			c, err := greeted.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				if line, err := bufio.NewReader(c).ReadString('\n'); err == nil {
					uid, ok := User(c)
					_, _ = fmt.Fprintf(c, "%v %d %s", ok, uid, line)
				}
			}()
		}
	}()
	return l
}

func ask(t *testing.T, dir string) (string, error) {
	t.Helper()
	c, err := Dial(context.Background(), dir, name)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, "well?\n"); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), nil
}

func long(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", maxPath))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestADirectoryIsServedAndReached(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{t.TempDir(), long(t)} {
		if _, err := ask(t, dir); !errors.Is(err, ErrNobody) {
			t.Errorf("before: %v", err)
		}
		l := answering(t, dir)
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(dir, link); err != nil {
			t.Fatal(err)
		}
		for _, way := range []string{dir, link} {
			if got, err := ask(t, way); err != nil || got != fmt.Sprintf("true %d well?\n", os.Geteuid()) {
				t.Errorf("%s: %q, %v", way, got, err)
			}
		}
		if info, err := os.Stat(l.Path()); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		if err := errors.Join(l.Close(), l.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(l.Path()); !os.IsNotExist(err) {
			t.Errorf("left behind: %v", err)
		}
		if _, err := ask(t, dir); !errors.Is(err, ErrNobody) {
			t.Errorf("after: %v", err)
		}
	}
	if _, err := ask(t, filepath.Join(t.TempDir(), "nowhere")); !errors.Is(err, ErrNobody) {
		t.Errorf("no directory: %v", err)
	}
}

// A server that was killed leaves its socket; the next one takes its place.
func TestWhatAKilledServerLeftIsReplaced(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{t.TempDir(), long(t)} {
		dead, err := Listen(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		_ = dead.Listener.Close() // the kernel's end of it; the name stays
		if _, err := ask(t, dir); !errors.Is(err, ErrNobody) {
			t.Errorf("a dead socket: %v", err)
		}
		answering(t, dir)
		if got, err := ask(t, dir); err != nil || !strings.Contains(got, "well?") {
			t.Errorf("%q, %v", got, err)
		}
		// What it closes late is no longer its own.
		if err := dead.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := ask(t, dir); err != nil {
			t.Errorf("the successor's socket is gone: %v", err)
		}
	}
}

// A copy that holds the original's socket, by a link of either kind, speaks to
// nobody through it, and taking its place leaves the original served.
func TestACopyDoesNotReachTheOriginal(t *testing.T) {
	t.Parallel()
	for kind, link := range map[string]func(old, new string) error{"hard": os.Link, "symbolic": os.Symlink} {
		original, copied := t.TempDir(), t.TempDir()
		l := answering(t, original)
		if err := link(l.Path(), filepath.Join(copied, name)); err != nil {
			t.Fatal(err)
		}
		if got, err := ask(t, copied); !errors.Is(err, ErrForeign) {
			t.Errorf("%s link: %q, %v", kind, got, err)
		}
		answering(t, copied)
		for _, dir := range []string{original, copied} {
			if _, err := ask(t, dir); err != nil {
				t.Errorf("%s link, %s: %v", kind, dir, err)
			}
		}
	}
}

// planted is a socket of somebody who only listens; heard is all he was told.
func planted(t *testing.T, path, says string) (heard func() string) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	all := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			all <- err.Error()
			return
		}
		_, _ = io.WriteString(c, says)
		b, _ := io.ReadAll(c)
		all <- string(b)
	}()
	t.Cleanup(func() { _ = l.Close() })
	return func() string { return <-all }
}

func TestAPlantedSocketIsToldNothing(t *testing.T) {
	t.Parallel()
	for _, says := range []string{"", "HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat(" ", 100), "ksiega 0000000000000001:0000000000000002\n"} {
		dir := t.TempDir()
		heard := planted(t, filepath.Join(dir, name), says)
		if got, err := ask(t, dir); !errors.Is(err, ErrForeign) {
			t.Errorf("%q: %q, %v", says, got, err)
		}
		if got := heard(); got != "" {
			t.Errorf("%q was told %q", says, got)
		}
	}
}

// A client that means another directory, or greets nobody, is not listened to.
func TestAStrangeClientIsCutOff(t *testing.T) {
	t.Parallel()
	l := answering(t, t.TempDir())
	for _, says := range []string{"ksiega 0000000000000001:0000000000000002\nwell?\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n" + strings.Repeat("x", 50)} {
		c, err := net.Dial("unix", l.Path())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, says); err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(c) // a reset, as it was not heard out
		if got := string(b); strings.Contains(got, "well") || strings.Contains(got, "HTTP") {
			t.Errorf("answered %q", got)
		}
		_ = c.Close()
	}
}

// A runtime directory that is not the owner's own is no place for a socket.
func TestARuntimeDirectoryOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	spoil := map[string]func(dir string) error{
		"open":   func(dir string) error { return errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o755)) },
		"a link": func(dir string) error { return os.Symlink(t.TempDir(), dir) },
		"a file": func(dir string) error { return os.WriteFile(dir, nil, 0o600) },
	}
	if os.Geteuid() == 0 {
		spoil["another's"] = func(dir string) error { return errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, 4242, -1)) }
	}
	for what, do := range spoil {
		dir := long(t)
		h, err := homeOf(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range h.runtimes() {
			if err := do(place); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Remove(place) })
		}
		if _, err := Listen(dir, name); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: listened: %v", what, err)
		}
		if _, err := ask(t, dir); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: dialled: %v", what, err)
		}
	}
}

// asAnother runs this test binary as another user, who does what the helper test
// says to the directory.
func asAnother(t *testing.T, dir, what string) *exec.Cmd {
	t.Helper()
	binary := filepath.Join(dir, "helper")
	b, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile(binary, b, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-test.run=^TestHelper$", "-test.v")
	cmd.Env = append(os.Environ(), "SOCKET_TEST_HELPER="+what, "SOCKET_TEST_DIR="+dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 4242, Gid: 4242}}
	return cmd
}

// TestHelper is what another user does; see asAnother.
func TestHelper(t *testing.T) {
	dir := os.Getenv("SOCKET_TEST_DIR")
	switch os.Getenv("SOCKET_TEST_HELPER") {
	case "dial":
		_, err := Dial(context.Background(), dir, name)
		fmt.Printf("foreign: %v (%v)\n", errors.Is(err, ErrForeign), err)
	case "plant":
		l, err := net.Listen("unix", filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		h, err := homeOf(dir)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("planted")
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, h.hello())
		b, _ := io.ReadAll(c)
		fmt.Printf("heard %q\n", b)
	}
}

// Each side asks the kernel who the other is, though modes would let him in.
func TestAnotherUserIsNotSpokenTo(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to act as another user")
	}
	wide := func() string {
		dir, err := os.MkdirTemp("/tmp", "ksiega-socket-test-") // others may enter the whole path
		if err == nil {
			err = os.Chmod(dir, 0o777)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		return dir
	}
	dir := wide()
	if err := os.Chmod(answering(t, dir).Path(), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := asAnother(t, dir, "dial").CombinedOutput(); err != nil || !strings.Contains(string(out), "foreign: true") {
		t.Errorf("as a client: %v, %s", err, out)
	}
	dir = wide()
	cmd := asAnother(t, dir, "plant")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for line := ""; !strings.Contains(line, "planted"); {
		if line, err = lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := ask(t, dir); !errors.Is(err, ErrForeign) {
		t.Errorf("as a server: %q, %v", got, err)
	}
	rest, _ := io.ReadAll(lines)
	if !strings.Contains(string(rest), `heard ""`) {
		t.Errorf("he was told: %s", rest)
	}
	_ = cmd.Wait()
}

func TestAPlainFileIsNotTakenAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(dir, name); err == nil {
		t.Error("listened in its place")
	}
	if _, err := ListenAt(path); err == nil {
		t.Error("listened in its place")
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "kept" {
		t.Errorf("%q, %v", b, err)
	}
}
