// Package browsertest walks the pages of a handler in a headless Chromium, as a person
// does: it opens, fills, prints and narrows them, has axe-core look for what keeps people
// out, and hears whatever the browser complains of.
//
// It promises that nothing is asked of another host unseen, and that one Chromium runs at
// a time on a machine. It is for tests alone.
package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe checks pages against WCAG; axe-core 4.14.1, its licence lies beside it.
//
//go:embed axe/axe.min.js
var axe string

// Browser is a headless Chromium on the pages of one server.
type Browser struct {
	Context context.Context // of chromedp
	Base    string          // where the server answers
	t       *testing.T

	mu     sync.Mutex
	said   []string // errors of the console, failed and foreign requests
	loaded int
	bytes  int64
}

// Open starts one on a handler; without a Chromium the test is skipped.
func Open(t *testing.T, handler http.Handler) *Browser {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return At(t, server.URL)
}

// At starts one on a server that there is.
func At(t *testing.T, base string) *Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine")
	}
	alone(t)
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir())}
	for _, flag := range []string{"headless", "disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-extensions", "hide-scrollbars", "disable-dev-shm-usage", "no-default-browser-check"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	bounded, cancelTime := context.WithTimeout(t.Context(), 4*time.Minute)
	allocator, cancelAllocator := chromedp.NewExecAllocator(bounded, options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); cancelAllocator(); cancelTime() })
	b := &Browser{Context: ctx, Base: base, t: t}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	b.Size(1280, 900)
	return b
}

// alone waits until no other test of this machine has a Chromium.
func alone(t *testing.T) {
	t.Helper()
	name := filepath.Join(os.TempDir(), fmt.Sprintf("ksiega-browser-%d.lock", os.Getuid()))
	lock, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lock.Close() }) // and so let go of
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
}

func (b *Browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.said = append(b.said, "console: "+string(e.Type))
		}
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, "exception: "+e.ExceptionDetails.Text)
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError || e.Entry.Level == cdplog.EntryLevelWarning {
			b.said = append(b.said, "log: "+e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventLoadingFinished:
		b.bytes += int64(e.EncodedDataLength)
	case *network.EventRequestWillBeSent:
		b.loaded++
		if !strings.HasPrefix(e.Request.URL, b.Base) && !strings.HasPrefix(e.Request.URL, "data:") && !strings.HasPrefix(e.Request.URL, "about:") {
			b.said = append(b.said, "asked "+e.Request.URL)
		}
	}
}

// Complaints are what the browser said since the last call.
func (b *Browser) Complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.said
	b.said = nil
	return said
}

// Loaded is how many requests were made, and how many bytes came, compressed and with
// their headers.
func (b *Browser) Loaded() (requests int, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.loaded, b.bytes
}

// Go opens the page of a path and returns its status.
func (b *Browser) Go(path string) int {
	b.t.Helper()
	response, err := chromedp.Run(b.Context, chromedp.NavigateResponse(b.Base+path))
	if err != nil {
		b.t.Fatalf("open %s: %v", path, err)
	}
	return int(response.Status)
}

// Eval is what a script comes to in the page; a promise is waited for.
func Eval[T any](b *Browser, script string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.Context, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("run %.80q: %v", script, err)
	}
	return value
}

// Shoot keeps a picture of the whole page in the directory KSIEGA_SHOTS names.
func (b *Browser) Shoot(name string) {
	b.t.Helper()
	b.keep(name, func() ([]byte, error) { return chromedp.Run(b.Context, chromedp.FullScreenshot(100)) })
}

// Picture is Shoot of what stands in the window.
func (b *Browser) Picture(name string) {
	b.t.Helper()
	b.keep(name, func() ([]byte, error) { return chromedp.Run(b.Context, chromedp.CaptureScreenshot()) })
}

func (b *Browser) keep(name string, take func() ([]byte, error)) {
	b.t.Helper()
	dir := os.Getenv("KSIEGA_SHOTS")
	if dir == "" {
		return
	}
	picture, err := take()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Violation is what axe found on one page.
type Violation struct {
	ID, Help string
	Nodes    []struct{ HTML, FailureSummary string }
}

// Violations runs axe for WCAG 2.1 A and AA, with its best practices.
func (b *Browser) Violations() []Violation {
	b.t.Helper()
	Eval[json.RawMessage](b, axe+";0")
	return Eval[[]Violation](b, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}).then(r => r.violations)`)
}

// Size is that of the window from now on.
func (b *Browser) Size(width, height int64) {
	b.t.Helper()
	if err := chromedp.Do(b.Context, chromedp.EmulateViewport(width, height)); err != nil {
		b.t.Fatal(err)
	}
}

// Media has pages be shown as a medium, "print" or "" for the screen, to who likes them
// "light" or "dark" and, where forced, in the few colours of their system.
func (b *Browser) Media(medium, scheme string, forced bool) {
	b.t.Helper()
	colours := map[bool]string{true: "active", false: "none"}[forced]
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "forced-colors", Value: colours}}
	if _, err := chromedp.Call(b.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium, Features: features}); err != nil {
		b.t.Fatal(err)
	}
}

// Do acts in the page. What is looked for while one page takes the place of another is looked
// for again: nothing was done to it then.
func (b *Browser) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, action := range actions {
		err := chromedp.Do(b.Context, action)
		for range 100 {
			if err == nil || !strings.Contains(err.Error(), "node with given id") {
				break
			}
			time.Sleep(50 * time.Millisecond)
			err = chromedp.Do(b.Context, action)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
}
