package browser

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience bounds every wait. Nothing takes as long unless it is broken.
const patience = 40 * time.Second

// atOnce is how many visitors there are at the same time: more only take the
// processor from each other.
const atOnce = 3

var seats = make(chan struct{}, atOnce)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	closeShared()
	closeChromium()
	os.Exit(code)
}

// chromium is the one browser of all tests. It starts when it is first needed.
var (
	chromium      = sync.OnceValues(startChromium)
	closeChromium = func() {}
)

func startChromium() (context.Context, error) {
	path, err := chromiumPath()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Flag("no-sandbox", true), // containers often allow none, and all pages are ours
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "en-US"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	closeChromium = func() { cancel(); stop() }
	return ctx, chromedp.Do(ctx)
}

// chromiumPath finds the browser that .ci/setup installs: rather the one that draws
// no window around its pages.
func chromiumPath() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium; `make setup` installs it")
}

// visitor is a person at a browser of their own: cookies and all else are
// theirs alone.
type visitor struct {
	t     testing.TB
	ctx   context.Context
	watch *watch
	taken bool // the first tab is
}

// newVisitor waits for a seat, and leaves at the end of the test, which then
// tells of every fault that a page had.
func newVisitor(t testing.TB) *visitor {
	t.Helper()
	seats <- struct{}{}
	t.Cleanup(func() { <-seats })
	browser, err := chromium()
	if err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	ctx, leave := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(leave)
	v := &visitor{t: t, ctx: ctx, watch: &watch{}}
	t.Cleanup(func() {
		if v.watch.judged {
			return
		}
		for _, fault := range v.watch.found() {
			t.Error(fault)
		}
	})
	return v
}
