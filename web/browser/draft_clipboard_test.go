package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// clip fires a clipboard event on the page, as a browser does for its keys, and
// returns the text that it holds then.
func (tb *tab) clip(kind, text string) string {
	tb.t.Helper()
	return evaluate[string](tb, fmt.Sprintf(`(() => {
		const data = new DataTransfer();
		if (%[2]s) data.setData("text/plain", %[2]s);
		(document.activeElement ?? document.body).dispatchEvent(new ClipboardEvent(%[1]q, {clipboardData: data, bubbles: true, cancelable: true}));
		return data.getData("text/plain");
	})()`, kind, quote(text)))
}

// copied copies the selected steps; what is copied is read ahead.
func (tb *tab) copied(kind string) string {
	tb.t.Helper()
	tb.wait("the steps to be read ahead", `performance.getEntriesByType("resource").some(({name, responseEnd}) => name.includes("/copy?") && responseEnd > 0)`)
	for range 100 {
		if text := tb.clip(kind, ""); text != "" {
			return text
		}
		ctx, cancel := tb.within()
		tb.nextFrame(ctx)
		cancel()
	}
	tb.t.Fatal("nothing was copied")
	return ""
}

func TestStepsGoThroughTheClipboard(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	p.small(t, "other")
	page := p.signedIn(t)
	page.openFlow(p, "small")
	evaluate[any](page, `Object.defineProperty(navigator, "clipboard", {value: undefined}), undefined`)
	page.clickAt(page.card("total"))
	page.wait("the inspector", selected("total"))
	page.ctrl("a")
	page.wait("all cards to be selected", `document.querySelector("flow-canvas").selection.length === 3`)
	text := page.copied("copy")
	page.wait("the trigger to be left out", `document.querySelector(".toast")?.textContent.startsWith("2 steps copied, without the trigger")`)
	if !strings.Contains(text, "uses: transform") || !strings.Contains(text, "total -> answer") {
		t.Fatalf("the copied steps are no flow file:\n%s", text)
	}

	// Into another flow, where the IDs are taken.
	page.openFlow(p, "other")
	page.clip("paste", text)
	page.wait("the pasted steps", cardIs("total_2")+` && `+cardIs("answer_2"))
	page.saved()
	if edges := p.edgesOf(t, "other"); !containsEdge(edges, "total_2 -> answer_2") {
		t.Errorf("the edges are %s; those among the pasted steps come along", edges)
	}
	page.ctrl("z")
	page.wait("the pasted steps to be gone", `!`+cardIs("total_2"))

	// Into a flow that has no steps yet: they follow its trigger, beside it.
	p.api(t, http.MethodPut, "/api/flows/nothing", map[string]any{"redial": 1, "slug": "nothing", "name": "Nothing yet", "trigger": map[string]any{"uses": "webhook"}}, nil)
	page.openFlow(p, "nothing")
	page.clip("paste", text)
	page.wait("the pasted steps", cardIs("total")+` && `+cardIs("answer"))
	page.saved()
	if edges := p.edgesOf(t, "nothing"); edges != "trigger -> total, total -> answer" {
		t.Errorf("the edges of what was empty are %s", edges)
	}
	page.wait("the step beside the trigger", `(() => {
		const [trigger, total] = ["trigger", "total"].map((step) => document.querySelector('flow-canvas li[data-step="' + step + '"] .card').getBoundingClientRect());
		return total.left > trigger.right;
	})()`)
	page.ctrl("z")
	page.wait("one undo to take all back", `!`+cardIs("total"))
	page.saved()
	page.openFlow(p, "other")

	// What is no flow file is refused, with a reason.
	page.v.watch.expect(http.StatusUnprocessableEntity)
	page.clip("paste", "just words, of no flow")
	page.wait("a reason", `document.querySelector(".toast")?.textContent.length > 10`)
	if len(p.stepsOf(t, "other")) != 2 {
		t.Errorf("the flow has the steps %v after what is no flow file", p.stepsOf(t, "other"))
	}

	// Typing is left alone.
	page.clickAt(page.on("#palette-filter"))
	page.clip("paste", text)
	page.saved()
	if len(p.stepsOf(t, "other")) != 2 {
		t.Error("text that was pasted into a field has become steps")
	}
}

func TestStepsAreCut(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	page := p.signedIn(t)
	page.openFlow(p, "small")
	page.clickAt(page.card("total"))
	if text := page.copied("cut"); !strings.Contains(text, "uses: transform") {
		t.Errorf("the cut step is no flow file:\n%s", text)
	}
	page.wait("the step to be gone", `!`+cardIs("total"))
	page.saved()
	if edges := p.edgesOf(t, "small"); edges != "trigger -> answer" {
		t.Errorf("the edges are %s; the gap is healed", edges)
	}
}
