package browser

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestAnExpressionIsWrittenInTheDesigner types into a step of a real flow: the
// suggestions are those of its data, and the draft has what was written.
func TestAnExpressionIsWrittenInTheDesigner(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	tb := p.signedIn(t)
	tb.open(p.base + "/flows/order-request?step=check_inventory")
	const field = `document.querySelector('expression-field[data-path="with.sku"]')`
	tb.wait("the field", field+` !== null && customElements.get("expression-field") !== undefined`)
	evaluate[bool](tb, `(`+field+`.control.focus(), true)`)
	tb.wait("the editor", `document.activeElement.matches(".cm-content")`)
	tb.press(kb.End)
	tb.press("-{{trigger.body.orderI")
	tb.wait("the suggestion", `document.querySelector(".cm-tooltip-autocomplete li[aria-selected]")?.innerText.includes("orderId")`)
	tb.press("d}}")
	tb.wait("the value", field+`.querySelector(".expression-value button") !== null && `+field+`.value === "{{ line.sku }}-{{ trigger.body.orderId }}"`)
	if faults := evaluate[string](tb, field+`.querySelector(".expression-faults").innerText`); faults != "" {
		t.Errorf("a right expression is told to be wrong: %s", faults)
	}
	tb.press(kb.Tab)
	tb.saved() // what stood there before the last keys may have been kept before
	var draft struct {
		Steps map[string]struct {
			With struct {
				Do struct {
					Steps map[string]struct {
						With map[string]any `json:"with"`
					} `json:"steps"`
				} `json:"do"`
			} `json:"with"`
		} `json:"steps"`
	}
	p.api(t, http.MethodGet, "/api/flows/order-request", nil, &draft)
	var saved any
	for _, step := range draft.Steps {
		if inner, ok := step.With.Do.Steps["check_inventory"]; ok {
			saved = inner.With["sku"]
		}
	}
	if want := "{{ line.sku }}-{{ trigger.body.orderId }}"; saved != want {
		t.Errorf("the draft has %q, want %q", saved, want)
	}

	// The help of functions, searched.
	evaluate[bool](tb, `(`+field+`.control.focus(), true)`)
	tb.wait("the editor", `document.activeElement.matches(".cm-content")`)
	tb.element("button", "Functions").click()
	search := tb.element("searchbox", "Search functions")
	search.fill("pad")
	tb.wait("what was found", `[...document.querySelectorAll(".functions li:not([hidden])")].every((item) => item.innerText.toLowerCase().includes("pad"))`)
	for _, barrier := range tb.barriers(light) {
		t.Error(barrier)
	}
}
