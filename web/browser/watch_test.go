package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// reportViolations turns violations of the policy into errors on the console,
// also those that the browser keeps to itself, as report-only ones.
const reportViolations = `document.addEventListener("securitypolicyviolation", (event) =>
	console.error("Content-Security-Policy: " + event.violatedDirective + " blocked " + event.blockedURI +
		" at " + event.sourceFile + ":" + event.lineNumber + " " + event.sample));`

// watch collects what pages do that no page may.
type watch struct {
	mu      sync.Mutex
	faults  []string
	refusal []int // statuses that the test provokes
	cut     bool  // the network is, on purpose
	judged  bool  // the test looks at the faults itself
}

// expect allows an answer that would be a fault.
func (w *watch) expect(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refusal = append(w.refusal, status)
}

// offline allows requests to fail from now on.
func (w *watch) offline() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
}

func (w *watch) found() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.faults)
}

func (w *watch) fault(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(w.faults, text) {
		w.faults = append(w.faults, text)
	}
}

// begin watches a tab that has loaded nothing yet.
func (w *watch) begin(ctx context.Context) error {
	if err := chromedp.Listen(ctx, w.see); err != nil {
		return err
	}
	if _, err := chromedp.Call(ctx, audits.Enable, cdp.Empty{}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: reportViolations})
	return err
}

// see judges an event. It runs in the loop that reads them, so it only notes.
func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			w.fault("a page wrote an error to the console: %s", consoleWords(e.Args))
		}
	case *runtime.EventExceptionThrown:
		w.fault("a page threw: %s", exceptionWords(e.ExceptionDetails))
	case *log.EventEntryAdded:
		// Those of the network are judged by the events of requests.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			w.fault("the browser wrote an error to the console of %s: %s", e.Entry.URL, e.Entry.Text)
		}
	case *audits.EventIssueAdded:
		if d := e.Issue.Details.ContentSecurityPolicyIssueDetails; d != nil {
			w.fault("the Content-Security-Policy was violated: %s blocked %s", d.ViolatedDirective, d.BlockedURL)
		}
	default:
		w.seeRequest(event)
	}
}

func (w *watch) seeRequest(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !staysHere(e.Request.URL) {
			w.fault("a page sends a request to another machine: %s", e.Request.URL)
		}
	case *network.EventWebSocketCreated:
		if !staysHere(e.URL) {
			w.fault("a page opens a socket to another machine: %s", e.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 && !slices.Contains(w.refusal, int(e.Response.Status)) {
			w.fault("%s was answered %d", e.Response.URL, e.Response.Status)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled && !w.cut {
			w.fault("a request failed: %s %s", e.ErrorText, e.BlockedReason)
		}
	case *network.EventWebSocketFrameError:
		if !w.cut {
			w.fault("a socket failed: %s", e.ErrorMessage)
		}
	}
}

// staysHere reports whether a URL leads to this machine, or nowhere.
func staysHere(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "data", "blob", "about":
		return true
	}
	return u.Hostname() == "127.0.0.1"
}

func consoleWords(args []*runtime.RemoteObject) string {
	var words []string
	for _, arg := range args {
		if arg.Description != "" {
			words = append(words, arg.Description)
			continue
		}
		words = append(words, strings.Trim(string(arg.Value), `"`))
	}
	return strings.Join(words, " ")
}

func exceptionWords(d *runtime.ExceptionDetails) string {
	words := d.Text
	if d.Exception != nil {
		words += " " + d.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", words, d.URL, d.LineNumber+1)
}
