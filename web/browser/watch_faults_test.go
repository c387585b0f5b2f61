package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestWatchCatches holds that every fault of a page fails its test: otherwise
// all the others would prove little.
func TestWatchCatches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, page, script, want string }{
		{"nothing", `<p>Fine</p>`, `console.info("fine")`, ""},
		{"console error", "", `console.error("broken", 7)`, "wrote an error to the console: broken 7"},
		{"assertion", "", `console.assert(false, "not so")`, "not so"},
		{"exception", "", `throw new TypeError("no such thing")`, "TypeError: no such thing"},
		{"rejection", "", `Promise.reject(new Error("left alone"))`, "left alone"},
		{"inline style", `<p style="color: red">Red</p>`, "", "style-src"},
		{"inline script", `<script>window.ran = true</script>`, "", "script-src"},
		{"foreign image", `<img src="http://192.0.2.1/pixel.gif" alt="">`, "", "192.0.2.1"},
		{"foreign name", "", `fetch("https://example.com/").catch(() => {})`, "example.com"},
		{"missing image", `<img src="/missing.png" alt="">`, "", "/missing.png was answered 404"},
		{"refused call", "", `fetch("/refused")`, "/refused was answered 503"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			site := httptest.NewServer(faultySite(c.page, c.script))
			t.Cleanup(site.Close)
			tb := newVisitor(t).tab()
			tb.v.watch.judged = true
			tb.open(site.URL)
			tb.wait("the page to have done what it does", `document.body.dataset.done`)
			got := strings.Join(tb.v.watch.found(), "\n")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("the faults are %q; wanted %q", got, c.want)
			}
		})
	}
}

// faultySite is a site with one page, whose policy is strict. The page is done
// when all of its requests have come to an end.
func faultySite(page, script string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src * data:; connect-src *")
		_, _ = fmt.Fprintf(w, `<!DOCTYPE html><title>Site</title><link rel="icon" href="data:,"><body>%s<script src="/script.js"></script><script src="/last.js"></script>`, page)
	})
	scripts := map[string]string{
		"GET /script.js": script,
		"GET /last.js": `addEventListener("load", () =>
			setTimeout(() => fetch("/last.js").then(() => document.body.dataset.done = "yes")));`,
	}
	for pattern, script := range scripts {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = fmt.Fprint(w, script)
		})
	}
	mux.HandleFunc("GET /refused", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no", http.StatusServiceUnavailable)
	})
	return mux
}
