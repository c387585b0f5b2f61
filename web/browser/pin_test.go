package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// marked is a condition: a card has a mark with an icon.
func marked(step, icon string) string {
	return fmt.Sprintf(`document.querySelector("li[data-step=%s] .card-mark.%s") !== null`, step, icon)
}

// choose selects a step and waits for the inspector to show it.
func (tb *tab) choose(step string) {
	tb.t.Helper()
	tb.wait("the canvas", onCanvas)
	evaluate[any](tb, fmt.Sprintf(`document.dispatchEvent(new CustomEvent("flow-show-step", { detail: { step: %q } }))`, step))
	tb.wait("the inspector of "+step, fmt.Sprintf(`document.querySelector("#inspector-step")?.dataset.step === %q && document.querySelector("#inspector .step-tools") !== null`, step))
}

// A person pins what a step put out, edits it, and goes on from there; what a
// caller gets is as it was.
func TestWorkingWithData(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.signedIn(t)
	page.openFlow(p, "order-request")
	page.element("button", "Test").click()
	page.wait("the test to have ended", cardHas("confirmed", "succeeded"))

	// The form stays chosen from step to step, once it is.
	page.choose("stock")
	page.wait("what the step did", `document.querySelector("#tab-step-run").ariaSelected === "true"`)
	page.element("tab", "Step").click()
	page.choose("in_stock")
	page.wait("the form of the next step", `document.querySelector("#tab-step-file").ariaSelected === "true" && !document.querySelector("#inspector .inspector-tabs").hidden`)
	page.element("tab", "This run").click()

	// What was told of before the pin does not take its badge away.
	page.choose("stock")
	page.wait("what it can be pinned by", `document.querySelector("#inspector .pin-part button") !== null`)
	evaluate[any](page, `(() => {
		const real = window.fetch;
		window.fetch = async (path, options) => {
			const response = await real(path, options);
			if (window.held || !String(path).includes("/stale?")) return response;
			window.held = true;
			await new Promise((go) => { window.release = go; });
			setTimeout(() => { window.released = true; });
			return response;
		};
		document.dispatchEvent(new CustomEvent("pins-changed", { detail: { step: "in_stock", pinned: false } }));
	})()`)
	page.wait("an answer to be under way", `window.held`)
	page.element("button", "Pin this output").click()
	page.wait("the badge", marked("stock", "pin"))
	evaluate[any](page, `window.release()`)
	page.wait("the answer of before", `window.released`)
	page.wait("the badge still", marked("stock", "pin"))
	page.see("Pinned output")
	page.apart("a pinned step")
	page.picture("flow-pinned")
	page.element("button", "Edit").click()
	box := page.element("textbox", "Output for tests, JSON")
	page.wait("the beginning of the value, at which one writes", `(({ value, rows, scrollTop, selectionStart, clientHeight }) => document.activeElement.id === "pin-text" &&
		rows === Math.min(24, Math.max(8, value.split("\n").length)) && clientHeight >= 18 * rows && scrollTop === 0 && selectionStart === 0)(document.querySelector("#pin-text"))`)
	box.fill(`{"items": [}`)
	page.element("button", "Pin").click()
	page.see("This is not JSON. Line 1, column 12")
	page.choose("in_stock") // what was written is there again afterwards
	page.wait("another step", `document.querySelector("#pin-text") === null`)
	page.choose("stock")
	page.wait("what was written", `document.querySelector("#pin-text")?.value === `+quote(`{"items": [}`))
	box = page.element("textbox", "Output for tests, JSON")
	box.fill(strings.Replace(pinnedText(page), `"missing": 0`, `"missing": 1`, 1))
	page.element("button", "Pin").click()
	page.wait("the pin to be stored", `document.querySelector(".pin-value")?.textContent.includes('"missing": 1')`)
	page.wait("its output to be of before the change", marked("stock", "history")+" && "+marked("confirmed", "history"))

	page.element("button", "Run more than this step").click()
	page.element("menuitem", "Run from here").click()
	page.wait("the other path", cardHas("back_ordered", "succeeded"))
	page.see("1 pinned")
	page.wait("nothing to be of before a change", `document.querySelector(".card-mark.history") === null`)

	shop := page.v.tab()
	shop.placeOrder(p)
	shop.see("200 OK")
	page.wait("the call on the canvas", cardHas("confirmed", "succeeded"))

	page.choose("stock")
	// Something happens in a run at that moment.
	evaluate[any](page, `document.addEventListener("pins-changed", () => document.dispatchEvent(new CustomEvent("flow-run")))`)
	page.element("button", "Unpin").click()
	page.wait("the badge to go", "!("+marked("stock", "pin")+")")
	page.see("Pin this output")
}

// pinnedText is what is pinned to the first step of the order flow.
func pinnedText(page *tab) string {
	page.t.Helper()
	return evaluate[string](page, `fetch("/flows/order-request/pins/stock").then((r) => r.json()).then((pin) => pin.text)`)
}

// A step with an effect is not run for real unless a person says so, twice.
func TestRunOfOneStepIsSafe(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.signedIn(t)
	page.open(p.base + "/flows/order-request?step=create_invoice") // as after a reload
	page.wait("the canvas", onCanvas)
	page.v.watch.expect(http.StatusUnprocessableEntity)
	page.element("button", "Run this step").click()
	page.see("Run Order to invoice first")
	page.element("button", "Run").click()

	page.choose("invoice_payload")
	page.element("button", "Run more than this step").click()
	page.element("menuitem", "Run up to here").click()
	page.wait("the steps before it and itself to have run", cardHas("invoice_payload", "succeeded"))
	page.see("Test of a part")
	page.choose("create_invoice")
	page.element("button", "Run this step").click()
	page.wait("the step to have ended", cardHas("create_invoice", "succeeded"))
	page.wait("no other step to have run", `[...document.querySelectorAll("li.step[data-status]")].every((card) => ["trigger", "create_invoice", "invoice_payload"].includes(card.dataset.step))`)
	for _, call := range p.calls(t, "quickbooks") {
		if call.Method != http.MethodGet {
			t.Errorf("a safe test of one step has called %s %s", call.Method, call.Path)
		}
	}
	page.see("tests send it")
	page.element("checkbox", "For real").click()
	page.element("button", "Run this step").click()
	page.see("Run the whole flow")
	page.element("button", "Run Create the invoice for real").click()
	page.wait("the invoice to be made", `document.querySelector("#run-summary").textContent.includes("1 step run, 1 reused")`)
	page.wait("the step to have ended", cardHas("create_invoice", "succeeded"))
	if len(p.calls(t, "quickbooks")) == 0 {
		t.Error("for real, nobody was called")
	}
}

// A run of a version that the draft has left behind says so, and what has changed
// since is marked.
func TestRunOfAnOlderVersion(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.signedIn(t)
	page.openFlow(p, "order-request")
	shop := page.v.tab()
	shop.placeOrder(p)
	shop.see("200 OK")
	page.wait("the call on the canvas", cardHas("confirmed", "succeeded"))
	p.api(t, http.MethodPost, "/flows/order-request/edits", map[string]any{
		"base": 1, "operations": []any{map[string]any{"op": "rename", "step": "confirm_mail", "id": "mail"}},
	}, nil)
	page.element("button", "Run").click()
	page.see("Ran version 1; the draft differs.")
	page.see("not in the draft")
}
