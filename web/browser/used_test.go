package browser

import (
	"net/http"
	"strings"
	"testing"
)

// used is a demo in which something has happened: an order that was confirmed,
// one that was back-ordered, and one that failed.
type used struct {
	*program
	confirmed, backOrdered, failed string // execution IDs
}

// refuse makes a call of the order flow that is refused.
func (u *used) refuse(t testing.TB) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.base+"/hooks/order-request", strings.NewReader(`{"lines":[{"sku":7}]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("the call is answered %d, %v", response.StatusCode, err)
	}
}

func useDemo(t testing.TB) *used {
	t.Helper()
	u := &used{program: newDemo(t)}
	u.api(t, http.MethodPatch, "/api/flows/order-request", map[string]any{"mode": "async"}, nil)
	u.confirmed = u.order(t, "A-3001", "LAMP-01")
	u.awaitEnd(t, u.confirmed)
	u.backOrdered = u.order(t, "A-3002", "CLOCK-04")
	u.awaitEnd(t, u.backOrdered)
	u.control(t, map[string]any{"services": map[string]any{"quickbooks": map[string]any{"fault": "error"}}})
	u.failed = u.order(t, "A-3003", "CHAIR-02")
	u.awaitEnd(t, u.failed)
	u.control(t, map[string]any{"services": map[string]any{"quickbooks": map[string]any{"fault": "none", "latency": "60s"}}})
	u.refuse(t)
	return u
}

// visitRunning looks at an order that runs for as long as that takes.
func (u *used) visitRunning(t *testing.T) {
	t.Helper()
	running := "/executions/" + u.order(t, "A-3004", "SHELF-03")
	place{name: "execution-running", path: running, shows: "Running", state: canvasReady}.visit(t, u.program)
	u.api(t, http.MethodPost, "/api"+running+"/cancel", nil, nil)
}

// places are those pages that show what has happened.
func (u *used) places() []place {
	onStep := func(tb *tab) {
		canvasReady(tb)
		tb.elementLike("button", "^Open Create the invoice").click()
		tb.see("Attempt 3")
		tb.wait("the step to have been loaded", `document.querySelector("#detail:not([aria-busy])") !== null`)
	}
	chooseRefused := func(tb *tab) {
		tb.wait("the filters", `document.querySelector("#line:not([hidden])") !== null`)
		evaluate[bool](tb, `(select => { select.value = "refused"; return select.dispatchEvent(new Event("change", { bubbles: true })) })(document.querySelector("#filters [name=status]"))`)
		tb.see("Body does not fit")
		tb.see("/lines/*/quantity")
		tb.wait("it to say no more that it is live", `document.querySelector("#line").hidden && location.search.includes("status=refused")`)
	}
	return []place{
		{name: "flows-used", path: "/", shows: "Order request"},
		{name: "executions", path: "/executions", shows: "Failed"},
		{name: "executions-failed", path: "/executions?status=failed", shows: "Failed"},
		{name: "executions-refused", path: "/executions?flow=order-request", shows: "1 call was refused in the last 24 hours", state: chooseRefused},
		{name: "execution", path: "/executions/" + u.confirmed, shows: "Succeeded", state: canvasReady},
		{name: "execution-back-ordered", path: "/executions/" + u.backOrdered, shows: "Skipped", state: canvasReady},
		{name: "execution-failed", path: "/executions/" + u.failed, shows: "Why it failed", state: onStep},
		{name: "flow-used", path: "/flows/order-request", shows: "All available?", state: func(tb *tab) {
			canvasReady(tb)
			tb.element("button", "Run").click()
			tb.see("Latest")
		}},
		{name: "shop-used", path: "/acme/", of: (*program).outside, public: true, shows: "A-3001"},
		{name: "quickbooks-used", path: "/quickbooks/", of: (*program).outside, public: true, shows: "A-3001"},
		{name: "mails-used", path: "/ses/", of: (*program).outside, public: true, shows: "warehouse@acme.example.com"},
	}
}

func TestPagesWithData(t *testing.T) {
	t.Parallel()
	u := useDemo(t)
	for _, at := range u.places() {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			at.visit(t, u.program)
		})
	}
	t.Run("execution-running", func(t *testing.T) {
		t.Parallel()
		u.visitRunning(t)
	})
}
