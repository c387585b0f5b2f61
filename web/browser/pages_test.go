package browser

import (
	"fmt"
	"net/http"
	"testing"
)

// place is a page in one of its states. Each is looked at in the same way: by
// axe-core, for what reaches over the edge, and for pictures.
type place struct {
	name   string // of the pictures
	path   string
	of     func(*program) string // the origin
	status int                   // 200 if it is not given
	public bool                  // seen without signing in
	shows  string                // a text that tells that the state is there
	state  func(*tab)            // brings it about, after the page has opened
}

func (p *program) flows() string   { return p.base }
func (p *program) outside() string { return p.services }

// places are those that a demo has from its start, and leave no traces in it.
var places = []place{
	{name: "sign-in", path: "/", status: http.StatusUnauthorized, public: true, shows: "Sign in by a link"},
	{name: "problem", path: "/problems/service-failed", public: true, shows: "What to do"},
	{name: "flows", path: "/", shows: "Order request"},
	{name: "flows-none-found", path: "/?q=nothing+has+this+name", shows: "nothing has this name"},
	{name: "flow", path: "/flows/order-request", shows: "All available?", state: canvasReady},
	{name: "flow-step", path: "/flows/order-request?step=create_invoice", shows: "How it runs", state: canvasReady},
	{name: "flow-crms", path: "/flows/customer-from-three-crms", shows: "Salesforce", state: canvasReady},
	{name: "flow-outline", path: "/flows/order-request", shows: "All available?", state: func(tb *tab) {
		canvasReady(tb)
		tb.element("button", "Outline").click()
	}},
	{name: "flow-code", path: "/flows/order-request", shows: "All available?", state: func(tb *tab) {
		canvasReady(tb)
		tb.element("button", "URL and code").click()
		tb.element("tab", "Python").click()
		tb.see("import")
	}},
	{name: "flow-problems", path: "/flows/order-request", shows: "All available?", state: func(tb *tab) {
		canvasReady(tb)
		tb.element("button", "1 warning").click()
		tb.element("heading", "1 warning")
	}},
	{name: "flow-docs", path: "/flows/order-request/docs", public: true, shows: "When it takes longer", state: func(tb *tab) {
		tb.element("tab", "Python").click()
		tb.see("urllib.request")
	}},
	{name: "flow-history", path: "/flows/order-request", shows: "All available?", state: func(tb *tab) {
		canvasReady(tb)
		tb.element("button", "History").click()
		tb.see("Example of the demo")
	}},
	{name: "flow-test", path: "/flows/order-request", shows: "All available?", state: func(tb *tab) {
		canvasReady(tb)
		tb.element("button", "Run").click()
		tb.element("button", "Run the test")
	}},
	{name: "flow-publish", path: "/flows/order-request", shows: "All available?", state: func(tb *tab) {
		canvasReady(tb)
		tb.element("button", "Publish").click()
		tb.element("heading", "Publish Order request")
	}},
	{name: "executions-none", path: "/executions", shows: "No executions"},
	{name: "components", path: "/components", shows: "QuickBooks"},
	{name: "component", path: "/components/quickbooks", shows: "Create invoice"},
	{name: "connections", path: "/connections", shows: "hubspot"},
	{name: "connection", path: "/connections/acme", shows: "Acme"},
	{name: "services", path: "/", of: (*program).outside, public: true, shows: "Simulated services"},
	{name: "shop-empty", path: "/acme/", of: (*program).outside, public: true, shows: "No order placed"},
	{name: "quickbooks", path: "/quickbooks/", of: (*program).outside, public: true, shows: "QuickBooks"},
	{name: "mails", path: "/ses/", of: (*program).outside, public: true, shows: "Amazon SES"},
	{name: "salesforce", path: "/salesforce/", of: (*program).outside, public: true, shows: "Salesforce"},
	{name: "hubspot", path: "/hubspot/", of: (*program).outside, public: true, shows: "HubSpot"},
	{name: "pipedrive", path: "/pipedrive/", of: (*program).outside, public: true, shows: "Pipedrive"},
}

func canvasReady(tb *tab) { tb.wait("the canvas", onCanvas) }

func TestPages(t *testing.T) {
	t.Parallel()
	for _, at := range places {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			at.visit(t, sharedDemo(t))
		})
	}
}

// visit opens a page and judges it from all sides.
func (at place) visit(t *testing.T, p *program) {
	t.Helper()
	var tb *tab
	if at.public {
		tb = newVisitor(t).tab()
	} else {
		tb = p.signedIn(t)
	}
	want := http.StatusOK
	if at.status != 0 {
		want = at.status
		tb.v.watch.expect(want)
	}
	origin := (*program).flows
	if at.of != nil {
		origin = at.of
	}
	for _, s := range []size{wide, narrow} {
		tb.look(s, light)
		if status := tb.open(origin(p) + at.path); status != want {
			t.Errorf("%s has status %d, want %d", at.path, status, want)
		}
		tb.see(at.shows)
		if at.state != nil {
			at.state(tb)
		}
		for _, colours := range []scheme{light, dark} {
			tb.look(s, colours)
			tb.judge(at.name, s, colours)
		}
	}
}

// judge looks at a page in one size and one scheme of colours.
func (tb *tab) judge(name string, s size, colours scheme) {
	tb.t.Helper()
	tb.settle()
	for _, found := range tb.barriers(colours) {
		tb.t.Errorf("%s, %s, %s: %s", name, s.name, colours, found)
	}
	tb.fits(fmt.Sprintf("%s, %s, %s", name, s.name, colours))
	tb.apart(fmt.Sprintf("%s, %s, %s", name, s.name, colours))
	if s == wide || colours == light {
		tb.picture(pictureName(name, s, colours))
	}
}

// fits fails if the page can be scrolled sideways.
func (tb *tab) fits(what string) {
	tb.t.Helper()
	over := evaluate[int](tb, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
	if over > 0 {
		widest := evaluate[string](tb, `[...document.querySelectorAll("body *")]
			.filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
			.slice(0, 5).map((e) => e.outerHTML.slice(0, 150)).join("\n  ")`)
		tb.t.Errorf("%s is %d px wider than its window; over the edge reach\n  %s", what, over, widest)
	}
}

func pictureName(name string, s size, colours scheme) string {
	if s == narrow {
		name += "-narrow"
	}
	if colours == dark {
		name += "-dark"
	}
	return name
}
