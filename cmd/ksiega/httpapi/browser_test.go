package httpapi_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/pages"
)

// axe checks pages against WCAG; axe-core 4.14.1, its licence lies beside it.
//
//go:embed testdata/axe/axe.min.js
var axe string

// browser is a headless Chromium on the pages of one door.
type browser struct {
	ctx  context.Context
	base string

	mu     sync.Mutex
	said   []string // errors of the console, failed and foreign requests
	loaded int
}

func browse(t *testing.T, d *door) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine")
	}
	server := httptest.NewServer(d.handler)
	t.Cleanup(server.Close)
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir())}
	for _, flag := range []string{"headless", "disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-extensions", "hide-scrollbars", "disable-dev-shm-usage", "no-default-browser-check"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	bounded, cancelTime := context.WithTimeout(t.Context(), 4*time.Minute)
	allocator, cancelAllocator := chromedp.NewExecAllocator(bounded, options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); cancelAllocator(); cancelTime() })
	b := &browser{ctx: ctx, base: server.URL}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *browser) hear(event any) {
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
	case *network.EventRequestWillBeSent:
		b.loaded++
		if !strings.HasPrefix(e.Request.URL, b.base) && !strings.HasPrefix(e.Request.URL, "data:") && !strings.HasPrefix(e.Request.URL, "about:") {
			b.said = append(b.said, "asked "+e.Request.URL)
		}
	}
}

// complaints are what the browser said since the last call.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.said
	b.said = nil
	return said
}

// shoot keeps a picture of the page in the directory KSIEGA_SHOTS names.
func (b *browser) shoot(t *testing.T, name string) {
	dir := os.Getenv("KSIEGA_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}

// violation is what axe found on one page.
type violation struct {
	ID, Help string
	Nodes    []struct{ HTML, FailureSummary string }
}

// accessible runs axe for WCAG 2.1 A and AA, with its best practices.
func (b *browser) accessible(t *testing.T) []violation {
	t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[json.RawMessage](axe+";0")); err != nil {
		t.Fatalf("load axe: %v", err)
	}
	const check = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}).then(r => r.violations)`
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]violation](check, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("run axe: %v", err)
	}
	return found
}

func (b *browser) open(t *testing.T, path string) {
	t.Helper()
	response, err := chromedp.Run(b.ctx, chromedp.NavigateResponse(b.base+path))
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	if response.Status >= 400 && path != missingPage {
		t.Fatalf("open %s: %d", path, response.Status)
	}
}

const missingPage = "/reports/none"

func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) {
		o.Token, o.Visitors = "", func(context.Context) error { return nil }
		o.Status = func() []pages.ReadModel {
			return []pages.ReadModel{{Name: "settlement", Position: "41200", CaughtUp: true}, {Name: "refunds", Position: "41200", CaughtUp: true},
				{Name: "assistance", Position: "41160", Lag: 40}, {Name: "durability", Position: "12", Lag: 41188, Stopped: true},
				{Name: "findings", Position: "12", Lag: 41188, Anew: "jego wiersze są z wersji 3, ten program ma wersję 4"}}
		}
	})
	sample(t, d.ledger)
	b := browse(t, d)
	pages := map[string]string{"start": "/", "docs": "/docs", "missing": missingPage}
	for _, r := range decode[httpapi.ReportList](t, d.get("/api/v1/reports")).Reports {
		pages[r.Name] = "/reports/" + r.Name
	}
	pages["assistant-hours"] += "?month=2018-03" // all of its rows take axe long
	for name, path := range pages {
		b.complaints()
		b.open(t, path)
		b.shoot(t, name)
		for _, said := range b.complaints() {
			if path == missingPage && strings.Contains(said, "404") {
				continue
			}
			t.Errorf("%s: %s", path, said)
		}
		for _, v := range b.accessible(t) {
			t.Errorf("%s: %s (%s) at %d places, first %+v", path, v.ID, v.Help, len(v.Nodes), v.Nodes[0])
		}
	}
	if b.loaded < 2*len(pages) {
		t.Errorf("only %d requests were seen", b.loaded)
	}
	b.asks(t)
	b.prints(t)
	b.narrow(t)
}

// prints looks at a report as paper shows it.
func (b *browser) prints(t *testing.T) {
	t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	b.shoot(t, "print")
	const shown = `[".top", "form.ask", ".formats", ".bottom", "h1", "caption", "tfoot"].filter(s => getComputedStyle(document.querySelector(s)).display != "none")`
	seen, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](shown))
	if err != nil || !slices.Equal(seen, []string{"h1", "caption", "tfoot"}) {
		t.Errorf("%v: on paper %v", err, seen)
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err != nil {
		t.Fatal(err)
	}
}

// asks fills the form of a report as a person does.
func (b *browser) asks(t *testing.T) {
	t.Helper()
	b.open(t, "/reports/psu-settlement")
	err := chromedp.Do(b.ctx,
		chromedp.SetValue(chromedp.CSS("#p-month"), "2018-03"), chromedp.SetValue(chromedp.CSS("#p-asOf"), "2018-12-31"),
		chromedp.Click(chromedp.CSS("form.ask button")), chromedp.WaitVisible(chromedp.CSS(`#p-month[value="2018-03"]`)))
	if err != nil {
		t.Fatal(err)
	}
	where, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil || !strings.Contains(where, "month=2018-03") || !strings.Contains(where, "asOf=2018-12-31") {
		t.Errorf("%v: %s", err, where)
	}
	months, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`[...new Set([...document.querySelectorAll("tbody tr")].map(r => r.children[3].textContent))]`))
	if err != nil || len(months) != 1 || months[0] != "03.2018" {
		t.Errorf("%v: months %v", err, months)
	}
	b.shoot(t, "asked")
}

// narrow looks at the pages as a telephone shows them: nothing but a table's
// own region may scroll sideways (WCAG 1.4.10).
func (b *browser) narrow(t *testing.T) {
	t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(320, 640)); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"narrow-start": "/", "narrow-report": "/reports/psu-settlement", "narrow-docs": "/docs"} {
		b.open(t, path)
		b.shoot(t, name)
		wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
		if err != nil || wide > 320 {
			t.Errorf("%s: %v, %d wide", path, err, wide)
		}
	}
}
