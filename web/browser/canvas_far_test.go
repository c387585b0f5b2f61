package browser

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// drawnCards is how many cards the browser has drawn, near and in sight.
const drawnCards = `[...document.querySelectorAll("li.step .card-link")].filter((link) => link.checkVisibility({contentVisibilityAuto: true})).length`

// sizedAncestor is the tag of what holds the cards and is a container of container
// queries.
const sizedAncestor = `(() => {
	for (let at = document.querySelector("li.step"); at; at = at.parentElement)
		if (getComputedStyle(at).containerType !== "normal") return at.tagName;
	return "";
})()`

// Of a large flow only what is near is drawn, and all of it can be read out and
// come to.
func TestFarCardsAreNotDrawn(t *testing.T) {
	t.Parallel()
	const steps = 400
	p := newDemo(t)
	p.api(t, http.MethodPut, "/api/flows/large", largeFlow(steps), nil)
	tb := p.signedIn(t)
	tb.openFlow(p, "large")
	tb.wait("the cards in sight", drawnCards+` > 20`)
	tb.wait("names of far cards", fmt.Sprintf(`document.querySelectorAll("li.step[aria-label]").length + %s === %d`, drawnCards, steps+1))
	if drawn := evaluate[int](tb, drawnCards); drawn > steps/2 {
		t.Errorf("%d cards of %d are drawn", drawn, steps+1)
	}
	if within := evaluate[string](tb, sizedAncestor); within != "" {
		t.Errorf("the cards lie in %s, which is a container that is asked for its size: all cards are laid out with it before the page can be used", within)
	}
	all := func() bool {
		return tb.accessible("flow-canvas", "link")+tb.accessible("flow-canvas", "listitem") == steps+1
	}
	if !all() {
		t.Error("not all cards can be read out")
	}
	tb.clickAt(tb.on(`[data-action="outline"]`))
	if tb.accessible("flow-canvas", "listitem") > 0 {
		t.Error("cards are read out twice in the outline")
	}
	tb.clickAt(tb.on(`[data-action="outline"]`))
	tb.wait("names of far cards", fmt.Sprintf(`document.querySelectorAll("li.step[aria-label]").length + %s === %d`, drawnCards, steps+1))
	if !all() {
		t.Error("not all cards can be read out after the outline was shown")
	}
	last := fmt.Sprintf(`document.querySelector('[data-step="step_%d"] .card-link')`, steps-1)
	const isDrawn = `.checkVisibility({contentVisibilityAuto: true})`
	if evaluate[bool](tb, last+isDrawn) {
		t.Error("the last card is drawn, which is out of sight")
	}
	evaluate[any](tb, fmt.Sprintf(`document.querySelector("flow-canvas").select("step_%d")`, steps-1))
	tb.wait("the last card in sight", fmt.Sprintf(`(() => {
		const {x, y, right, bottom} = %s.getBoundingClientRect(), view = document.querySelector(".canvas-view").getBoundingClientRect();
		return %[1]s%s && x >= view.x && y >= view.y && right <= view.right && bottom <= view.bottom;
	})()`, last, isDrawn))
}

// accessible counts what has a role and a name in an element for those who have
// it read out.
func (tb *tab) accessible(selector, role string) int {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	root, err := chromedp.Call(ctx, dom.GetDocument, dom.GetDocumentParams{})
	tb.must("reading the page", err)
	found, err := chromedp.Call(ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: root.Root.NodeID, Selector: selector})
	tb.must("finding "+selector, err)
	_, err = chromedp.Call(ctx, accessibility.Enable, cdp.Empty{})
	tb.must("reading out", err)
	tree, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{NodeID: found.NodeID, Role: role})
	tb.must("reading out", err)
	count := 0
	for _, node := range tree.Nodes {
		if !node.Ignored && node.Name != nil && len(node.Name.Value) > len(`""`) {
			count++
		}
	}
	return count
}
