package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// mostTabs bounds how often Tab is pressed on the way to something.
const mostTabs = 60

// tabTo presses Tab until an element that a selector matches has the focus.
func (tb *tab) tabTo(what, selector string) {
	tb.t.Helper()
	for range mostTabs {
		tb.press(kb.Tab)
		if evaluate[bool](tb, fmt.Sprintf(`document.activeElement.matches(%s)`, quote(selector))) {
			return
		}
	}
	tb.t.Fatalf("%d presses of Tab do not lead to %s", mostTabs, what)
}

func TestKeyboardAloneLeadsToAStep(t *testing.T) {
	t.Parallel()
	p := sharedDemo(t)
	tb := p.signedIn(t)
	tb.tabTo("the flow", `.row-link[href="/flows/order-request"]`)
	tb.press(kb.Enter)
	tb.wait("the page of the flow", onCanvas)
	tb.tabTo("a card", ".card-link")
	first := evaluate[string](tb, `document.activeElement.closest("li").dataset.step`)
	if first != "trigger" {
		t.Errorf("the first card that Tab leads to is %s, want trigger", first)
	}
	tb.press(kb.ArrowRight)
	tb.press(kb.ArrowRight)
	if here := evaluate[string](tb, `document.activeElement.closest("li").dataset.step`); here != "in_stock" {
		t.Errorf("two steps to the right of the trigger is %s, want in_stock", here)
	}
	tb.press(kb.Enter)
	tb.wait("the step in the inspector", `!document.querySelector("#inspector").hidden && document.querySelector("#inspector").innerText.includes("All available?")`)
	if outline := evaluate[string](tb, `getComputedStyle(document.activeElement.closest(".card") ?? document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineStyle`); !strings.Contains(outline, "solid") && !strings.Contains(outline, "auto") {
		t.Errorf("the card with the focus is not outlined: %s", outline)
	}
	tb.tabTo("the inspector", `#inspector *`)
	tb.press(kb.Escape)
	tb.wait("the inspector to be closed", `document.querySelector("#inspector").hidden`)
}

// Credentials of callers are made with the keys alone: what is chosen in the list, and
// among the kinds, has the focus next.
func TestKeyboardAloneMakesAConnection(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	tb := p.signedIn(t)
	tb.open(p.base + "/connections")
	tb.tabTo("New", `.side-head .button`)
	tb.press(kb.Enter)
	tb.wait("the kinds", `document.querySelector(".choice") !== null && document.activeElement.id === "detail"`)
	tb.tabTo("the credentials of callers", `.choice[href$="http:callers"]`)
	tb.press(kb.Enter)
	tb.wait("the form", `document.querySelector("#field-use")?.value === "callers" && document.activeElement.id === "detail"`)
	tb.tabTo("the name", "#connection-name")
	tb.tabTo("the kind of credentials", "#field-scheme")
	tb.press("API")
	tb.wait("the fields of a key", `document.querySelector("#field-key").checkVisibility() && !document.querySelector("#field-token").checkVisibility()`)
	tb.press("\t") // a word typed into the list has ended
	tb.tabTo("Generate", `[data-generates="field-key"]`)
	tb.press(kb.Enter)
	tb.wait("the key", `document.querySelector("#field-key-text").checkVisibility() && document.querySelector("#field-key").value.length > 40`)
	tb.tabTo("Copy", `[data-copy-from="#field-key-text"]`)
	tb.tabTo("the last button", ".connection-form .button.primary")
	tb.press(kb.Enter)
	tb.wait("the connection", `location.pathname === "/connections/callers" && document.querySelector("#field-key")?.placeholder.startsWith("Stored")`)
}
