package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

// searchFor opens the command search and types.
func (tb *tab) searchFor(words string) {
	tb.t.Helper()
	tb.ctrl("k")
	tb.elementLike("combobox", "^Search steps and commands").fill(words)
}

// selected is a condition: a step is selected and its inspector is open.
func selected(step string) string {
	return fmt.Sprintf(`document.querySelector("flow-canvas").selected === %q && !document.querySelector("#inspector").hidden`, step)
}

func TestPaletteAddsByClick(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	page := p.signedIn(t)
	page.openFlow(p, "small")
	page.elementLike("option", "^Create invoice").click()
	page.wait("the step to be selected", selected("create_invoice"))
	page.saved()
	page.picture("palette")
	if edges := p.edgesOf(t, "small"); edges == "" || p.stepsOf(t, "small")["create_invoice"] != "quickbooks/create-invoice" {
		t.Errorf("the draft has the steps %v and the edges %s", p.stepsOf(t, "small"), edges)
	}
	// The next one comes after it.
	page.elementLike("combobox", "^Find a step$").fill("resp")
	page.press("\r")
	page.wait("the second step to be selected", selected("respond"))
	if edges := p.edgesOf(t, "small"); !containsEdge(edges, "create_invoice -> respond") {
		t.Errorf("the edges are %s; the second step comes after the selected one", edges)
	}
	page.open(p.base + "/flows/small")
	page.wait("the canvas", onCanvas)
	page.wait("what was used lately", `document.querySelector("#palette-list [role=group]").getAttribute("aria-label") === "Recently used"`)
}

// middleOf is where an edge has its middle in the window.
func (tb *tab) middleOf(from, to string) spot {
	tb.t.Helper()
	return evaluate[spot](tb, fmt.Sprintf(`(() => {
		const edge = document.querySelector('path.edge[data-from="%s"][data-to="%s"]');
		const at = edge.getPointAtLength(edge.getTotalLength() / 2).matrixTransform(edge.getScreenCTM());
		return {X: at.x, Y: at.y};
	})()`, from, to))
}

func TestPaletteDragsOntoAnEdge(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	page := p.signedIn(t)
	page.openFlow(p, "small")
	item, middle := page.on(`#palette-list [title^="Goes on after a span"]`), page.middleOf("total", "answer")
	page.lift(item, middle)
	page.picture("palette-dragging")
	page.mouse(input.DispatchMouseEventTypeMouseReleased, middle, 0)
	page.wait("the step to be selected", selected("wait"))
	if edges := p.edgesOf(t, "small"); !containsEdge(edges, "total -> wait") || !containsEdge(edges, "wait -> answer") || containsEdge(edges, "total -> answer") {
		t.Errorf("the edges are %s; the step stands between total and answer", edges)
	}
	page.ctrl("z")
	page.wait("the step to be gone", `!`+cardIs("wait"))
	if edges := p.edgesOf(t, "small"); !containsEdge(edges, "total -> answer") {
		t.Errorf("after one undo, the edges are %s", edges)
	}
}

func TestPaletteKeyboard(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	page := p.signedIn(t)
	page.openFlow(p, "small")

	// The command search goes to steps, adds, and runs commands.
	page.searchFor("answ")
	page.wait("the step to be found", `document.querySelector("#command-list [aria-selected=true]")?.textContent.trim().startsWith("Answer")`)
	page.press("\r")
	page.wait("the step to be open", selected("answer"))
	page.searchFor("crin")
	page.wait("beginnings of words to be found", `document.querySelector("#command-list [aria-selected=true]")?.textContent.trim().startsWith("Create invoice")`)
	page.picture("command-search")
	page.press(kb.Escape)
	page.wait("the search to be closed", `!document.querySelector("#command-search").open`)
	page.searchFor("customer three")
	page.see("Customer from three CRMs")
	page.press("\r")
	page.wait("the other flow", `location.pathname === "/flows/customer-from-three-crms"`)

	// The sheet of keys.
	page.openFlow(p, "small")
	page.press("?")
	page.element("heading", "Keyboard shortcuts")
	page.picture("shortcuts")
	page.press(kb.Escape)

	// A step is asked for after the selected card.
	page.searchFor("total")
	page.press("\r")
	page.wait("the step to be open", selected("total"))
	evaluate[any](page, `document.querySelector("li[data-step=total] .card-link").focus(), undefined`)
	page.press("a")
	page.wait("the list to have the focus", `document.activeElement.id === "step-menu-filter"`)
	page.picture("what-next")
	page.press(kb.Escape)
	page.wait("the focus to be back on the card", `document.activeElement.closest("li")?.dataset.step === "total"`)
	page.press("a")
	page.wait("the list to have the focus", `document.activeElement.id === "step-menu-filter"`)
	page.elementLike("combobox", "^What comes next\\?$").fill("wai")
	page.press("\r")
	page.wait("the step to be added", selected("wait"))
	if edges := p.edgesOf(t, "small"); !containsEdge(edges, "total -> wait") {
		t.Errorf("the edges are %s; the step comes after the one that was asked at", edges)
	}
}

func TestPaletteFolds(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.signedIn(t)
	page.openFlow(p, "order-request")
	page.element("button", "Hide the palette").click()
	page.element("button", "Show the palette")
	page.picture("palette-folded")
	page.openFlow(p, "order-request")
	page.element("button", "Show the palette").click()
	page.wait("the filter to have the focus", `document.activeElement.id === "palette-filter"`)
}

func TestEmptyFlowBeginsWithATemplate(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, http.MethodPut, "/api/flows/nothing", map[string]any{
		"redial": 1, "slug": "nothing", "name": "Nothing yet", "trigger": map[string]any{"uses": "webhook"},
	}, nil)
	page := p.signedIn(t)
	page.openFlow(p, "nothing")
	page.picture("flow-empty")
	const counted = `document.querySelector("#problems-button").checkVisibility()`
	if evaluate[bool](page, counted) {
		t.Error("an empty canvas is counted as a problem")
	}
	const together = `(() => {
		const [card, first, below, view] = ["li.step .card", "[data-first]", "#flow-empty", ".canvas-view"].map((it) => document.querySelector(it).getBoundingClientRect());
		return card.left >= view.left && card.top >= view.top && first.right <= view.right && below.top >= Math.max(card.bottom, first.bottom) && below.bottom <= view.bottom;
	})()`
	page.wait("the card, the question and the templates", together)
	page.clickAt(page.card("trigger"))
	page.wait("the form of the trigger", selected("trigger"))
	page.wait("all of them beside the form", together)
	page.element("button", "Run").click()
	page.wait("all of them above the run panel", together)
	page.element("button", "Run").click()
	page.look(narrow, light)
	page.wait("all of them on a narrow screen", together)
	page.look(wide, light)
	page.elementLike("button", "^Order request").click()
	page.wait("the template", cardIs("in_stock")+` || document.querySelectorAll("flow-canvas li.step").length > 5`)
	page.wait("the name to stay", `document.querySelector("#flow-name").textContent === "Nothing yet"`)
	page.wait("the offer to be gone", `!document.querySelector("#flow-empty").checkVisibility()`)
	page.ctrl("z")
	page.wait("the offer to be back", `document.querySelector("#flow-empty").checkVisibility()`)
	page.wait("no problems to be counted", `!`+counted)
	if steps := p.stepsOf(t, "nothing"); len(steps) != 0 {
		t.Errorf("one undo leaves the steps %v of the template", steps)
	}
}

// maxScripts is how much there may be in scripts for the page of a flow, in bytes as
// they are sent: those that it loads at once and those that it loads when they are
// wanted, all but the expression editor.
const maxScripts = 70 << 10

// readScripts are the scripts of a page, with those that they would load.
const readScripts = `(async () => {
	const entries = () => performance.getEntriesByType("resource").filter(({name}) => name.endsWith(".js"));
	const known = new Map(entries().map(({name}) => [name, false]));
	for (const name of known.keys()) {
		const text = await (await fetch(name)).text();
		for (const [, imported, later] of text.matchAll(/(?:from|import)\s*"(\.[^"]+\.js)"|import\("(\.[^"]+\.js)"\)/g)) {
			const url = new URL(imported ?? later, name).href;
			if (!known.has(url) && !url.includes("expression-editor")) known.set(url, true);
		}
	}
	return [...known].map(([name, later]) => ({
		name: name.replace(/.*static.[^/]*./, ""), later, size: entries().find((entry) => entry.name === name).encodedBodySize,
	}));
})()`

func TestFlowPageScriptsAreSmall(t *testing.T) {
	t.Parallel()
	page := sharedDemo(t).signedIn(t)
	page.openFlow(sharedDemo(t), "order-request")
	type script struct {
		Name  string `json:"name"`
		Size  int    `json:"size"`
		Later bool   `json:"later"`
	}
	scripts := evaluate[[]script](page, readScripts)
	sum, later := 0, 0
	for _, s := range scripts {
		sum += s.Size
		if s.Later {
			later += s.Size
		}
	}
	t.Logf("%d scripts have %d bytes, of which %d are loaded when they are wanted", len(scripts), sum, later)
	if sum > maxScripts {
		t.Errorf("the page of a flow has %d scripts of %d bytes; at most %d are allowed: %v", len(scripts), sum, maxScripts, scripts)
	}
	if later == 0 || later == sum {
		t.Errorf("of %d bytes of scripts, %d are said to be loaded when they are wanted", sum, later)
	}
}

// containsEdge reports whether an edge is in a list of them.
func containsEdge(edges, edge string) bool {
	return slices.Contains(strings.Split(edges, ", "), edge)
}
