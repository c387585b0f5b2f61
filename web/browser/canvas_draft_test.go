package browser

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What people do on the canvas, and the flow file that comes of it.

// drawing shows a flow at actual size.
func (p *program) drawing(t testing.TB, flow map[string]any) *tab {
	t.Helper()
	slug, _ := flow["slug"].(string)
	p.api(t, http.MethodPut, "/api/flows/"+slug, flow, nil)
	page := p.signedIn(t)
	page.look(roomy, light)
	page.openFlow(p, slug)
	page.wait("all to be shown at actual size", `document.querySelector('[data-part="zoom"]').textContent === "100 %"`)
	page.settle()
	return page
}

// place is where the draft puts a step; steps of frames are found too.
func (p *program) place(t testing.TB, slug, step string) [2]float64 {
	t.Helper()
	var file map[string]any
	p.api(t, http.MethodGet, "/api/flows/"+slug, nil, &file)
	var at [2]float64
	var find func(body map[string]any)
	find = func(body map[string]any) {
		steps, _ := body["steps"].(map[string]any)
		for id, value := range steps {
			object, _ := value.(map[string]any)
			if pair, ok := object["at"].([]any); ok && id == step {
				at = [2]float64{pair[0].(float64), pair[1].(float64)}
			}
			with, _ := object["with"].(map[string]any)
			inner, _ := with["do"].(map[string]any)
			find(inner)
		}
	}
	find(file)
	return at
}

// undone takes back what the button of undo names, and waits for what is then.
func (tb *tab) undone(label, what, condition string) {
	tb.t.Helper()
	tb.saved()
	tb.element("button", "Undo "+label).click()
	tb.wait(what, condition)
	tb.saved()
}

func TestDraggedCardsSnapAndPan(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.drawing(t, canvasFlow)
	from := page.card("lone")
	page.lift(from, from.by(3, 61))
	page.wait("a guide", `document.querySelector(".canvas-guides")?.getAttribute("d").startsWith("M320 ")`)
	page.mouse(input.DispatchMouseEventTypeMouseReleased, from.by(3, 61), 0)
	page.saved()
	page.wait("no guide", `!document.querySelector(".canvas-guides")`)
	if at := p.place(t, "drawn", "lone"); at[0] != 320 {
		t.Errorf("the card is at %v; it snaps to 320", at)
	}

	// At the border of the canvas, the canvas follows.
	start := p.place(t, "drawn", "lone")
	from = page.card("lone")
	border := evaluate[spot](page, `(({left, bottom}) => ({X: left + 260, Y: bottom - 4}))(document.querySelector(".canvas-view").getBoundingClientRect())`)
	const sight = `document.querySelector('[data-part="layer"]').style.transform`
	before := evaluate[string](page, sight)
	page.lift(from, border)
	page.wait("the canvas to follow", fmt.Sprintf(`Number(/, (-?[\d.]+)px/.exec(%s)[1]) < Number(/, (-?[\d.]+)px/.exec(%s)[1]) - 40`, sight, quote(before)))
	page.mouse(input.DispatchMouseEventTypeMouseReleased, border, 0)
	page.saved()
	if at := p.place(t, "drawn", "lone"); at[1] < start[1]+border.Y-from.Y+36 {
		t.Errorf("the card was dragged from %v to %v; the canvas has moved under it", start, at)
	}
}

// dropFile drops a file on the canvas, as from a folder.
func (tb *tab) dropFile(name, text string) {
	tb.t.Helper()
	path := filepath.Join(tb.t.TempDir(), name)
	tb.must("writing a file", os.WriteFile(path, []byte(text), 0o600))
	ctx, cancel := tb.within()
	defer cancel()
	at := tb.on(".canvas-view")
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{path}, DragOperationsMask: 1}
	for _, kind := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop} {
		_, err := chromedp.Call(ctx, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: at.X, Y: at.Y + 120, Data: data})
		tb.must("dropping a file", err)
	}
}

func TestFlowFileIsDropped(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	page := p.signedIn(t)
	page.openFlow(p, "small")
	const file = "redial: 1\nslug: other\nname: Other\ntrigger: {uses: webhook}\nsteps:\n  pause: {uses: wait, with: {for: 1s}}\n  done: {uses: respond}\nedges: [trigger -> pause, pause -> done]\n"
	page.dropFile("other.yaml", file)
	page.elementLike("heading", "^Take over other.yaml")
	page.picture("drop-file")
	page.element("button", "Add its steps").click()
	page.wait("its steps", cardIs("pause")+` && `+cardIs("done"))
	page.saved()
	if edges := p.edgesOf(t, "small"); edges != "trigger -> total, total -> answer, pause -> done" {
		t.Errorf("the edges are %s", edges)
	}
	page.undone("Paste 2 steps", "its steps to be gone", `!`+cardIs("pause"))

	page.dropFile("other.yaml", file)
	page.elementLike("heading", "^Take over other.yaml")
	page.element("button", "Replace the flow").click()
	page.wait("the other flow", cardIs("pause")+` && !`+cardIs("total"))
	page.undone("Begin with Other", "the flow as it was", cardIs("total")+` && !`+cardIs("pause"))
	if edges := p.edgesOf(t, "small"); edges != "trigger -> total, total -> answer" {
		t.Errorf("after undo the edges are %s", edges)
	}

	page.v.watch.expect(http.StatusUnprocessableEntity)
	page.dropFile("words.txt", "no flow at all")
	page.see("The text is no flow file")
}

// forked is a flow with a path that answers nothing yet.
var forked = map[string]any{
	"redial": 1, "slug": "forked", "name": "Forked", "mode": "sync",
	"trigger": map[string]any{"uses": "webhook", "at": []int{0, 0}},
	"steps": map[string]any{
		"a":      map[string]any{"name": "First", "uses": "transform", "with": set, "at": []int{300, 0}},
		"b":      map[string]any{"name": "Second", "uses": "transform", "with": set, "at": []int{600, 0}},
		"way":    map[string]any{"name": "Which way", "uses": "branch", "at": []int{880, 0}, "with": map[string]any{"paths": []any{map[string]any{"name": "yes", "when": "true"}, map[string]any{"name": "no"}}}},
		"answer": map[string]any{"name": "Answer", "uses": "respond", "at": []int{1160, -80}},
	},
	"edges": []string{"trigger -> a", "a -> b", "b -> way", "way.yes -> answer"},
}

const forkedEdges = "trigger -> a, a -> b, b -> way, way.yes -> answer"

func (p *program) wantEdges(t testing.TB, slug, what, want string) {
	t.Helper()
	if edges := p.edgesOf(t, slug); edges != want {
		t.Errorf("%s: the edges are %s, want %s", what, edges, want)
	}
}

func TestGhostBecomesAnAnswer(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.drawing(t, forked)
	page.clickAt(page.on(`[data-action=respond][data-port=no]`))
	page.wait("the answer to be open", selected("respond"))
	page.wait("the focus in its form", `document.activeElement.closest(".inspector-form") !== null`)
	page.saved()
	p.wantEdges(t, "forked", "the ghost", forkedEdges+", way.no -> respond")
	page.undone("Add Respond", "the ghost again", `!`+cardIs("respond")+` && document.querySelector("[data-action=respond][data-port=no]")`)
	p.wantEdges(t, "forked", "after one undo", forkedEdges)
}

func TestDroppedEdgeAsksAndIsUndone(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.drawing(t, forked)
	port := page.exit("way", "no")
	page.drag(port, port.by(40, 200))
	page.wait("the question", `document.activeElement.id === "step-menu-filter"`)
	page.elementLike("combobox", `^What comes next\?$`).fill("wait")
	page.press("\r")
	page.wait("the step to be open", selected("wait"))
	page.saved()
	p.wantEdges(t, "forked", "the dropped edge", forkedEdges+", way.no -> wait")
	if at := p.place(t, "forked", "wait"); at[0] < 900 || at[1] < 150 {
		t.Errorf("the step is at %v, not where the edge was dropped", at)
	}

	// Undo and redo outlive the page.
	page.openFlow(p, "forked")
	page.undone("Add Wait", "the step to be gone", `!`+cardIs("wait"))
	p.wantEdges(t, "forked", "after one undo", forkedEdges)
	page.openFlow(p, "forked")
	page.element("button", "Redo Add Wait").click()
	page.wait("the step again", cardIs("wait"))
	page.saved()
	p.wantEdges(t, "forked", "after redo", forkedEdges+", way.no -> wait")
}

func TestNotesAndNamesFromTheCard(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.drawing(t, forked)
	page.focusCard("b")
	page.press(kb.ContextMenu)
	page.element("menuitem", "Add note").click()
	page.wait("the place of the note", focused(control("note")))
	page.insert("Ask Ada first.")
	page.wait("the note on the card", `document.querySelector("[data-step=b] .card-note")?.title === "Ask Ada first." || document.querySelector("[data-step=b] .card-note")?.textContent.includes("Ask Ada first.")`)
	page.saved()
	page.focusCard("b")
	page.press(kb.ContextMenu)
	page.element("menuitem", "Edit note").click()
	page.wait("the note", focused(control("note")))

	// F2 leads to the name in the same way.
	page.focusCard("a")
	page.press(kb.F2)
	page.wait("the name", `document.querySelector("#inspector-step")?.dataset.step === "a" && document.activeElement.getAttribute("aria-label") === "Name"`)
	page.insert("Renamed")
	page.press(kb.Tab)
	page.saved()
	page.wait("the name on the card", `document.querySelector("[data-step=a] .card-title").textContent === "Renamed"`)
}

// box draws one on the empty canvas, around cards.
func (tb *tab) box(first, last string) {
	tb.t.Helper()
	tb.drag(tb.card(first).by(-150, -60), tb.card(last).by(20, 10))
}

func TestSeveralAreDeletedAndTidied(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.drawing(t, forked)
	page.box("a", "b")
	page.wait("two to be selected", `document.querySelector("flow-canvas").selection.join() === "a,b"`)
	page.press(kb.Delete)
	page.wait("both to be gone", `!`+cardIs("a")+` && !`+cardIs("b"))
	page.saved()
	p.wantEdges(t, "forked", "healed", "trigger -> way, way.yes -> answer")
	page.undone("Delete 2 steps", "both again", cardIs("a")+` && `+cardIs("b"))
	p.wantEdges(t, "forked", "after one undo", forkedEdges)
	page.wait("both to be selected again", `document.querySelector("flow-canvas").selection.join() === "a,b"`)

	page.focusCard("b")
	page.press(kb.Escape)
	page.wait("nothing to be selected", `document.querySelector("flow-canvas").selection.length === 0`)
	page.drag(page.card("b"), page.card("b").by(-100, 150))
	page.saved()
	page.press(kb.Escape)
	page.settle()
	page.drag(page.card("a").by(-150, -60), page.card("b").by(150, 60))
	page.wait("two to be selected", `document.querySelector("flow-canvas").selection.join() === "a,b"`)
	page.focusCard("a")
	page.press(kb.ContextMenu)
	page.element("menuitem", "Tidy up selection").click()
	page.saved()
	page.elementLike("button", "^Undo Tidy up 2 steps$")
	places := [][2]float64{p.place(t, "forked", "a"), p.place(t, "forked", "b"), p.place(t, "forked", "way")}
	if want := [][2]float64{{300, 0}, {620, 0}, {880, 0}}; !reflect.DeepEqual(places, want) {
		t.Errorf("tidied, the cards are at %v, want %v", places, want)
	}
}

func TestCardsGoIntoFramesAndOut(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	page := p.drawing(t, canvasFlow)
	two := page.card("in2")
	page.drag(page.card("lone"), page.card("in1").by(0, 45))
	page.wait("the card in the frame", `document.querySelector("[data-step=lone]").dataset.parent === "rounds"`)
	page.saved()
	if at := page.card("in2"); at != two {
		t.Errorf("the other card in the frame went from %v to %v", two, at)
	}
	page.drag(page.card("in1"), page.card("b").by(0, -120))
	page.wait("the card out of the frame", `!document.querySelector("[data-step=in1]").dataset.parent`)
	page.saved()
	if at := page.card("in2"); at != two {
		t.Errorf("the card that stayed in the frame went from %v to %v", two, at)
	}
	inner, _ := p.fields(t, "drawn", "rounds")["do"].(map[string]any)
	if got := jsonText(inner["edges"]); got != "null" && got != "[]" {
		t.Errorf("the frame still has the edges %s", got)
	}
	if steps, _ := inner["steps"].(map[string]any); steps["lone"] == nil || steps["in1"] != nil {
		t.Errorf("the frame has the steps %v", steps)
	}
	page.undone("Move Inner one out", "the card in the frame again", `document.querySelector("[data-step=in1]").dataset.parent === "rounds"`)
	if at := page.card("in2"); at != two {
		t.Errorf("after undo the other card is at %v, want %v", at, two)
	}
}

// keysOf presses a key with Ctrl as an editing command of the browser.
func (tb *tab) keysOf(key, editing string) {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		params := input.DispatchKeyEventParams{Type: kind, Key: key, Modifiers: int64(chromedp.ModifierCtrl)}
		if kind == input.DispatchKeyEventTypeRawKeyDown {
			params.Commands = []string{editing}
		}
		_, err := chromedp.Call(ctx, input.DispatchKeyEvent, params)
		tb.must("pressing Ctrl+"+key, err)
	}
}

// The clipboard is that of the browser, not a made one.
func TestStepsGoThroughTheRealClipboard(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	p.small(t, "other")
	page := p.signedIn(t)
	page.openFlow(p, "small")
	page.clickAt(page.card("total"))
	page.wait("the inspector", selected("total"))
	page.focusCard("total")
	page.wait("the step to be read ahead", `performance.getEntriesByType("resource").some(({name, responseEnd}) => name.includes("/copy?") && responseEnd > 0)`)
	page.keysOf("c", "copy")
	page.see("1 step copied")
	page.openFlow(p, "other")
	page.keysOf("v", "paste")
	page.wait("the pasted step", cardIs("total_2"))
	page.saved()
	if uses := p.stepsOf(t, "other")["total_2"]; uses != "transform" {
		t.Errorf("the pasted step is %q", uses)
	}
}
