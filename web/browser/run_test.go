package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// slowly makes services take so long that what runs can be seen running.
func (p *program) slowly(t testing.TB, services ...string) {
	t.Helper()
	knobs := make(map[string]any)
	for _, service := range services {
		knobs[service] = map[string]any{"latency": "400ms"}
	}
	p.control(t, map[string]any{"services": knobs})
}

// recordStatuses notes in the page which status each card of the canvas gets,
// from now on.
const recordStatuses = `window.statuses = [];
	new MutationObserver((changes) => {
		for (const { target } of changes) statuses.push(target.dataset.step + " " + (target.dataset.status ?? "none"));
	}).observe(document.querySelector("flow-canvas"), { subtree: true, attributeFilter: ["data-status"] });`

// cardHas is a condition: a card has a status.
func cardHas(step, status string) string {
	return fmt.Sprintf(`document.querySelector("li[data-step=%s]")?.dataset.status === %q`, step, status)
}

// onCanvas is a condition: the canvas can be used.
const onCanvas = `document.querySelector("flow-canvas")?.dataset.view === "canvas"`

// openFlow opens the page of a flow and waits for its canvas.
func (tb *tab) openFlow(p *program, slug string) {
	tb.t.Helper()
	tb.open(p.base + "/flows/" + slug)
	tb.wait("the canvas", onCanvas)
}

func TestOrderMovesOnTheCanvas(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.slowly(t, "acme", "quickbooks", "ses")
	page := p.signedIn(t)
	page.openFlow(p, "order-request")
	evaluate[any](page, recordStatuses+`undefined`)
	shop := page.v.tab()
	shop.placeOrder(p)
	shop.see("200 OK")
	page.wait("the order to have ended on the canvas", cardHas("confirmed", "succeeded"))
	page.picture("flow-ran")
	seen := evaluate[[]string](page, `statuses`)
	for _, want := range []string{"check_inventory running", "check_inventory succeeded", "create_invoice running", "create_invoice succeeded", "confirmed succeeded"} {
		if !slices.Contains(seen, want) {
			t.Errorf("the canvas has never shown %q; it has shown %q", want, seen)
		}
	}
	page.wait("the path that was not taken", cardHas("warehouse_mail", "skipped"))
}

func TestToggleChangesWhatCallersGet(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.slowly(t, "quickbooks")
	page := p.signedIn(t)
	page.openFlow(p, "order-request")
	page.element("radio", "Async").click()
	page.element("button", "Undo").click()
	page.modeIs("sync")
	page.element("radio", "Async").click()
	page.modeIs("async")
	page.picture("flow-toggled")
	shop := page.v.tab()
	shop.placeOrder(p)
	shop.see("202 Accepted")
	shop.see("Final answer")
	shop.see("200 OK")
	shop.picture("shop-async")

	page.element("radio", "Sync").click()
	page.modeIs("sync")
	shop.placeOrder(p)
	shop.wait("an answer without a 202", `document.querySelector("#answer").innerText.includes("200 OK") && !document.querySelector("#answer").innerText.includes("202")`)
}

// modeIs waits until a change of the mode has come to its end.
func (tb *tab) modeIs(mode string) {
	tb.t.Helper()
	tb.wait("the mode to be "+mode, fmt.Sprintf(`document.querySelector("#flow-page").dataset.mode === %q && !document.querySelector("#mode").hasAttribute("aria-busy")`, mode))
}

func TestSafeTestCallsNoServiceWithAnEffect(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.signedIn(t)
	page.openFlow(p, "order-request")
	page.element("button", "Test").click()
	page.wait("the test to have ended", cardHas("confirmed", "succeeded"))
	page.see("Safe test")
	page.wait("what a caller would have been told", `document.querySelector("#run-answer").innerText.includes("confirmed") && document.querySelector("#run-answer .answer").innerText === "200"`)
	page.wait("its status among the latest", `document.querySelector("#run-latest li").innerText.includes("test · 200 · ")`)
	page.picture("flow-tested")
	for _, service := range []string{"acme", "quickbooks", "ses"} {
		for _, call := range p.calls(t, service) {
			if call.Method != http.MethodGet {
				t.Errorf("a safe test has called %s: %s %s", service, call.Method, call.Path)
			}
		}
	}
	page.element("checkbox", "For real").click()
	page.element("button", "Test").click()
	page.element("button", "Run for real").click()
	page.see("Test for real")
	page.wait("the real test to have ended", cardHas("confirmed", "succeeded"))
	if len(p.calls(t, "quickbooks")) == 0 || len(p.calls(t, "ses")) == 0 {
		t.Error("a test for real has called nobody")
	}
}

func TestPayloadDecidesThePath(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.signedIn(t)
	page.openFlow(p, "order-request")
	page.element("button", "Run").click()
	page.v.watch.expect(http.StatusUnprocessableEntity)
	body := page.elementLike("textbox", "^Body")
	body.fill(`{"orderId": "A-1", "n": 1.0e400, "empty": [], "list": [1, "a,{b}"]}`)
	page.element("button", "Format").click()
	page.wait("the body on lines, with what it had", `document.querySelector("#payload-body").value === '{\n  "orderId": "A-1",\n  "n": 1.0e400,\n  "empty": [],\n  "list": [\n    1,\n    "a,{b}"\n  ]\n}'`)
	body.fill(`{"orderId": "A-1"}`)
	page.element("button", "Test").click()
	page.see("The trigger refuses this call")
	body.fill(jsonText(map[string]any{
		"orderId": "A-1", "customer": "Ada", "email": "ada@example.com",
		"lines": []any{map[string]any{"sku": "CLOCK-04", "quantity": 1, "price": 56.25}},
	}))
	page.element("button", "Run the test").click()
	page.wait("the other path", cardHas("back_ordered", "succeeded"))
	page.wait("the first path to be passed over", cardHas("confirmed", "skipped"))
}

func TestFailedStepTellsItsCause(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.control(t, map[string]any{"services": map[string]any{"quickbooks": map[string]any{"fault": "error"}}})
	page := p.signedIn(t)
	page.openFlow(p, "order-request")
	evaluate[any](page, `(() => { // an answer that does not come is asked for again
		const real = window.fetch;
		window.fetch = (path, options) => {
			if (window.missed || !String(path).endsWith("/answer")) return real(path, options);
			window.missed = true;
			return Promise.reject(new TypeError("Failed to fetch"));
		};
	})()`)
	shop := page.v.tab()
	shop.placeOrder(p)
	shop.see("502 Bad Gateway")
	page.wait("the step to have failed", cardHas("create_invoice", "failed"))
	page.wait("what the caller was told", `window.missed && document.querySelector("#run-answer .answer")?.innerText === "502"`)
	page.element("button", "Show all").click()
	page.elementLike("link", "^Create the invoice").click()
	page.wait("the step in the inspector", `!document.querySelector("#inspector").hidden && document.querySelector("#inspector").innerText.includes("500")`)
	page.picture("flow-failed")

	var list struct {
		Items []struct {
			ID string `json:"executionId"`
		} `json:"items"`
	}
	p.api(t, http.MethodGet, "/api/executions", nil, &list)
	page.open(p.base + "/executions/" + list.Items[0].ID)
	page.see("Why it failed")
	page.elementLike("button", "^Open Create the invoice").click()
	page.wait("the step beside the canvas", `!document.querySelector("#detail").hidden && document.querySelector("#detail").innerText.includes("500")`)
	page.picture("execution-step")
	if text := page.text(); strings.Contains(text, "quickbooks-demo") {
		t.Error("the page shows a secret")
	}
	page.element("button", "Close the step").click()
	page.wait("what the caller was told", `document.querySelector("#overview .answer")?.innerText === "502" && document.querySelector("#overview").innerText.includes("service-failed")`)

	// Its caller may repeat the call, so it stays; one that nobody waits for goes.
	remove := func() {
		t.Helper()
		page.element("button", "Delete the execution").click()
		page.see("gone for good")
	}
	remove()
	page.element("button", "Keep it").click()
	page.wait("the question to be gone", `!document.querySelector("#delete-execution").open`)
	remove()
	page.v.watch.expect(http.StatusConflict)
	page.clickAt(page.on("#delete-execution [data-action=delete]"))
	page.see("the caller may repeat its call by its key")
	owed := list.Items[0].ID
	p.api(t, http.MethodPatch, "/api/flows/order-request", map[string]any{"mode": "async"}, nil)
	page.open(p.base + "/executions/" + p.order(t, "A-1", "LAMP-01"))
	page.see("Why it failed")
	remove()
	page.clickAt(page.on("#delete-execution [data-action=delete]"))
	page.wait("the list without it", fmt.Sprintf(`location.pathname === "/executions" && document.querySelectorAll("#rows tr").length === 1 && document.querySelector("#x-%s")`, owed))
}

// keyedOrder orders with a key and returns the status of the answer.
func (p *program) keyedOrder(t *testing.T, key string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/hooks/order-request", strings.NewReader(
		`{"orderId":"7","customer":"Ada Sorensen","email":"ada.sorensen@example.com","lines":[{"sku":"LAMP-01","quantity":1,"price":89}]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestOpenPagesFollowAnExecutionThatHeals(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.control(t, map[string]any{"services": map[string]any{"quickbooks": map[string]any{"fault": "error"}}})
	flow := p.signedIn(t)
	flow.openFlow(p, "order-request")
	if status := p.keyedOrder(t, "heals"); status != http.StatusBadGateway {
		t.Fatalf("the order is answered %d while QuickBooks is down", status)
	}
	flow.wait("the step to have failed", cardHas("create_invoice", "failed"))
	var list struct {
		Items []struct {
			ID string `json:"executionId"`
		} `json:"items"`
	}
	p.api(t, http.MethodGet, "/api/executions", nil, &list)
	page := flow.v.tab()
	page.open(p.base + "/executions/" + list.Items[0].ID)
	page.see("Why it failed")
	page.wait("the failed step", cardHas("create_invoice", "failed"))

	p.control(t, map[string]any{"services": map[string]any{"quickbooks": map[string]any{"fault": "none"}}})
	if status := p.keyedOrder(t, "heals"); status != http.StatusOK {
		t.Fatalf("the repeat of the order is answered %d", status)
	}
	for what, tb := range map[string]*tab{"the flow's page": flow, "the execution's page": page} {
		tb.wait(what+" to show the answer", cardHas("confirmed", "succeeded"))
		tb.wait(what+" to show that the step went well", cardHas("create_invoice", "succeeded"))
	}
	page.wait("the status of the execution", `document.querySelector("#head").dataset.status === "succeeded"`)
	p.followsTheOneThatRuns(t, flow)
}
