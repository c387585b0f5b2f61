package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The canvas alone: what people do to it comes out as events, which the tests
// take instead of the page's own scripts.
const takeEvents = `window.told = {edits: [], palette: [], commands: [], selected: []};
document.addEventListener("canvas-edit", ({detail}) => (window.asked ??= []).push(detail.operations), true);
for (const [type, list] of Object.entries({"canvas-edit": "edits", "canvas-palette": "palette", "canvas-command": "commands", "canvas-select": "selected"})) {
	document.addEventListener(type, (event) => { event.stopImmediatePropagation(); told[list].push(event.detail); }, true);
}`

// canvasFlow has chains to connect, a branch, a frame with steps, one without,
// and a step that nothing leads to.
var canvasFlow = map[string]any{
	"redial": 1, "slug": "drawn", "name": "Drawn",
	"trigger": map[string]any{"uses": "webhook", "at": []int{0, 0}},
	"steps": map[string]any{
		"a":    map[string]any{"name": "First", "uses": "transform", "with": set, "at": []int{320, 0}, "note": "Ask Ada before you change this."},
		"b":    map[string]any{"name": "Second", "uses": "transform", "with": set, "at": []int{640, 0}},
		"way":  map[string]any{"name": "Which way", "uses": "branch", "at": []int{320, 160}, "with": map[string]any{"paths": []any{map[string]any{"name": "yes", "when": "true"}, map[string]any{"name": "no"}}}},
		"lone": map[string]any{"name": "Alone", "uses": "transform", "with": set, "at": []int{320, 360}},
		"rounds": map[string]any{"name": "Rounds", "uses": "each", "at": []int{640, 160}, "with": map[string]any{"items": "trigger.body.lines", "do": map[string]any{
			"steps": map[string]any{
				"in1": map[string]any{"name": "Inner one", "uses": "transform", "with": set},
				"in2": map[string]any{"name": "Inner two", "uses": "transform", "with": set},
			},
			"edges": []string{"in1 -> in2"},
		}}},
		"none": map[string]any{"name": "Nothing in it", "uses": "each", "at": []int{0, 360}, "with": map[string]any{"items": "trigger.body.lines"}},
	},
	"edges": []string{"trigger -> a", "a -> b", "trigger -> way", "way.yes -> rounds"},
}

var set = map[string]any{"set": map[string]any{"n": 1}}

// roomy shows all of canvasFlow at actual size.
var roomy = size{"roomy", 1920, 1000, false}

// canvasTab shows the canvas of canvasFlow.
func canvasTab(t testing.TB) *tab {
	t.Helper()
	p := newDemo(t)
	p.api(t, "PUT", "/api/flows/drawn", canvasFlow, nil)
	tb := p.signedIn(t)
	tb.openFlow(p, "drawn")
	tb.takeCanvas()
	return tb
}

// takeCanvas takes the events of the canvas on the page.
func (tb *tab) takeCanvas() {
	tb.t.Helper()
	evaluate[any](tb, takeEvents)
	tb.look(roomy, light)
	tb.wait("all to be shown at actual size", `document.querySelector('[data-part="zoom"]').textContent === "100 %"`)
	tb.settle()
}

// spot is a place of the window.
type spot struct{ X, Y float64 }

func (s spot) by(x, y float64) spot { return spot{s.X + x, s.Y + y} }

// on is the middle of what a selector matches.
func (tb *tab) on(selector string) spot {
	tb.t.Helper()
	return evaluate[spot](tb, fmt.Sprintf(`(() => { const b = document.querySelector(%s).getBoundingClientRect(); return {X: b.left + b.width / 2, Y: b.top + b.height / 2}; })()`, quote(selector)))
}

// card is the middle of the head of a step's card.
func (tb *tab) card(step string) spot {
	tb.t.Helper()
	return tb.on(fmt.Sprintf(`[data-step="%s"] .card-head`, step))
}

func (tb *tab) exit(step, port string) spot {
	tb.t.Helper()
	return tb.on(fmt.Sprintf(`[data-step="%s"] .port-out[data-port="%s"]`, step, port))
}

// mouse moves, presses or lets go.
func (tb *tab) mouse(kind input.DispatchMouseEventType, at spot, buttons int64, keys ...chromedp.Modifier) {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	var modifiers chromedp.Modifier
	for _, key := range keys {
		modifiers |= key
	}
	params := input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y, Buttons: buttons, Modifiers: int64(modifiers)}
	if kind != input.DispatchMouseEventTypeMouseMoved {
		params.ClickCount = 1
	}
	if kind != input.DispatchMouseEventTypeMouseMoved || buttons > 0 {
		params.Button = input.MouseButtonLeft
	}
	_, err := chromedp.Call(ctx, input.DispatchMouseEvent, params)
	tb.must("using the mouse", err)
	tb.nextFrame(ctx)
}

func (tb *tab) clickAt(at spot, keys ...chromedp.Modifier) {
	tb.t.Helper()
	tb.mouse(input.DispatchMouseEventTypeMouseMoved, at, 0, keys...)
	tb.mouse(input.DispatchMouseEventTypeMousePressed, at, 1, keys...)
	tb.mouse(input.DispatchMouseEventTypeMouseReleased, at, 0, keys...)
}

// lift presses at a place and moves on, without letting go.
func (tb *tab) lift(from spot, to ...spot) {
	tb.t.Helper()
	tb.mouse(input.DispatchMouseEventTypeMouseMoved, from, 0)
	tb.mouse(input.DispatchMouseEventTypeMousePressed, from, 1)
	for _, at := range to {
		tb.mouse(input.DispatchMouseEventTypeMouseMoved, from.by((at.X-from.X)/2, (at.Y-from.Y)/2), 1)
		tb.mouse(input.DispatchMouseEventTypeMouseMoved, at, 1)
	}
}

func (tb *tab) drag(from, to spot) {
	tb.t.Helper()
	tb.lift(from, to)
	tb.mouse(input.DispatchMouseEventTypeMouseReleased, to, 0)
}

// told is what the canvas has told of one kind, and forgets it.
func (tb *tab) told(kind string) string {
	tb.t.Helper()
	return string(evaluate[json.RawMessage](tb, fmt.Sprintf(`(() => { const all = told.%s; told.%s = []; return all; })()`, kind, kind)))
}

func (tb *tab) wantTold(what, kind, want string) {
	tb.t.Helper()
	if got := tb.told(kind); got != want {
		tb.t.Errorf("%s: the canvas tells of %s\n\t%s\nwant\n\t%s", what, kind, got, want)
	}
}

// wantEdit wants one edit with these operations.
func (tb *tab) wantEdit(what, operations string) {
	tb.t.Helper()
	tb.wantTold(what, "edits", `[{"operations":`+operations+`,"select":false}]`)
}

func (tb *tab) selection() string {
	tb.t.Helper()
	return evaluate[string](tb, `document.querySelector("flow-canvas").selection.join(" ")`)
}

func (tb *tab) focusCard(step string) {
	tb.t.Helper()
	evaluate[any](tb, fmt.Sprintf(`document.querySelector('[data-step="%s"] .card-link').focus()`, step))
}

func TestCanvasSelection(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	want := func(what, steps string) {
		t.Helper()
		if got := tb.selection(); got != steps {
			t.Errorf("%s selects %q, want %q", what, got, steps)
		}
	}
	tb.clickAt(tb.card("a"))
	want("a click", "a")
	tb.wantTold("a click", "selected", `[{"step":"a","steps":["a"]}]`)
	tb.clickAt(tb.card("b"), chromedp.ModifierShift)
	want("a click with Shift", "a b")
	tb.wantTold("a click with Shift", "selected", `[{"step":"","steps":["a","b"]}]`)
	tb.clickAt(tb.card("a"), chromedp.ModifierCtrl)
	want("a click with Ctrl on one of two", "b")
	tb.press(kb.Escape)
	want("Escape", "")
	tb.drag(tb.card("a").by(-150, -60), tb.card("b").by(20, 10))
	want("a box around two", "a b")
	tb.drag(tb.card("in1").by(-130, -45), tb.card("in1").by(30, 10))
	want("a box within a frame", "in1")
	tb.press("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	if got := evaluate[int](tb, `document.querySelector("flow-canvas").selection.length`); got != 9 {
		t.Errorf("Ctrl+A selects %d cards, want 9", got)
	}
	tb.clickAt(tb.card("a").by(0, -70))
	want("a click on the empty canvas", "")
}

// answer tells the canvas that the oldest edit it has asked for was answered.
func (tb *tab) answer() {
	tb.t.Helper()
	evaluate[any](tb, `document.querySelector("flow-canvas").answered(window.asked.shift())`)
}

func TestCanvasDrag(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	from := tb.card("lone")
	tb.lift(from, from.by(0, 62))
	tb.press(kb.Escape)
	tb.mouse(input.DispatchMouseEventTypeMouseReleased, from.by(0, 62), 0)
	tb.wantTold("a drag that Escape ends", "edits", `[]`)
	if at := tb.card("lone"); at != from {
		t.Errorf("after Escape the card is at %v, want %v", at, from)
	}
	tb.drag(from, from.by(1, 122))
	tb.wantEdit("a drag, drawn level with the cards above", `[{"op":"move","steps":{"lone":[320,484]}}]`)
	if at := tb.card("lone"); at != from.by(0, 124) {
		t.Errorf("the card stays at %v, want %v", at, from.by(0, 124))
	}
	tb.answer()
	if at := tb.card("lone"); at != from {
		t.Errorf("after the server has refused the card is at %v, want %v", at, from)
	}

	tb.clickAt(tb.card("a"))
	tb.clickAt(tb.card("b"), chromedp.ModifierShift)
	tb.drag(tb.card("b"), tb.card("b").by(43, -51))
	tb.wantEdit("two at once", `[{"op":"move","steps":{"a":[364,-52],"b":[684,-52]}}]`)
	tb.answer()

	tb.drag(tb.card("rounds"), tb.card("rounds").by(0, 101))
	tb.wantEdit("a frame takes its inner cards along", `[{"op":"move","steps":{"rounds":[640,260]}}]`)
	tb.answer()

	tb.drag(tb.card("lone"), tb.card("in1").by(0, 45))
	if got := tb.told("edits"); !strings.Contains(got, `"in":"rounds"`) {
		t.Errorf("dropped into a frame, the canvas tells %s", got)
	}
	tb.answer()
	tb.drag(tb.card("in1"), tb.card("a").by(0, -90))
	if got := tb.told("edits"); !strings.Contains(got, `"in":""`) {
		t.Errorf("dropped out of a frame, the canvas tells %s", got)
	}
	tb.answer()

	middle := tb.exit("a", "").by(44, 0)
	tb.drag(tb.card("lone"), middle)
	if got := tb.told("edits"); !strings.Contains(got, `"into":{"from":"a","port":"","to":"b"}}`) {
		t.Errorf("dropped on an edge, the canvas tells %s", got)
	}
}

func TestCanvasMovesByKeys(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	tb.focusCard("lone")
	tb.press("m")
	tb.press(kb.ArrowRight)
	tb.press(kb.ArrowRight)
	tb.press(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift))
	tb.press(kb.Enter)
	tb.wantEdit("M and arrows", `[{"op":"move","steps":{"lone":[328,400]}}]`)
	tb.wait("words for those who cannot see", `document.querySelector('[data-part="said"]').textContent === "Moved 8 right, 40 down."`)
	tb.press("m")
	tb.press(kb.ArrowUp)
	tb.press(kb.Escape)
	tb.wantTold("a move that Escape ends", "edits", `[]`)
	if got := tb.selection(); got != "lone" {
		t.Errorf("%q is selected after a move, want lone", got)
	}
}

func TestCanvasConnects(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	tb.drag(tb.exit("b", ""), tb.card("lone"))
	tb.wantEdit("a drag from a port to a card", `[{"op":"connect","from":"b","port":"","to":"lone"}]`)
	tb.clickAt(tb.exit("way", "no"))
	tb.clickAt(tb.card("lone"))
	tb.wantEdit("a click on a port and one on a card", `[{"op":"connect","from":"way","port":"no","to":"lone"}]`)

	for target, why := range map[string]string{
		"a":   "First leads to Second already. Edges cannot go in a circle.",
		"b":   "A step cannot lead to itself.",
		"in1": "Edges do not cross the border of a frame.",
	} {
		tb.lift(tb.exit("b", ""), tb.card(target))
		if got := evaluate[string](tb, `document.querySelector(".canvas-why").textContent`); got != why {
			t.Errorf("over %s it says %q, want %q", target, got, why)
		}
		tb.mouse(input.DispatchMouseEventTypeMouseReleased, tb.card(target), 0)
		tb.wantTold("dropped on "+target, "edits", `[]`)
	}

	tb.drag(tb.exit("b", ""), tb.exit("b", "").by(60, -100))
	if got := tb.told("palette"); !strings.Contains(got, `"at":[932,-100]`) || !strings.Contains(got, `"after":{"step":"b","port":""}`) {
		t.Errorf("dropped on the empty canvas, the canvas tells %s", got)
	}
	tb.drag(tb.on(`[data-step="b"] .port-in`), tb.card("way"))
	tb.wantEdit("the end of an edge moved", `[{"op":"reconnect","from":"a","port":"","to":"b","newTo":"way"}]`)

	tb.focusCard("b")
	tb.press("c")
	tb.press(kb.ArrowDown)
	tb.press(kb.ArrowLeft)
	tb.press(kb.ArrowDown)
	tb.press(kb.Enter)
	tb.wantEdit("C, arrows and Enter", `[{"op":"connect","from":"b","port":"","to":"lone"}]`)
}

func TestCanvasEdges(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	middle := tb.exit("a", "").by(44, 3)
	tb.mouse(input.DispatchMouseEventTypeMouseMoved, middle, 0)
	tb.wait("the toolbar of the edge", `!document.querySelector(".edge-tools").hidden`)
	tb.clickAt(tb.on(`[data-action="add-into"]`))
	if got := tb.told("palette"); !strings.Contains(got, `"into":{"from":"a","port":"","to":"b"}`) {
		t.Errorf("the + of an edge tells %s", got)
	}
	tb.clickAt(tb.exit("a", "").by(44, 3))
	tb.press(kb.Delete)
	tb.wantEdit("Delete with an edge chosen", `[{"op":"disconnect","from":"a","port":"","to":"b"}]`)
	tb.focusCard("trigger")
	tb.press("e")
	tb.press("e")
	tb.press(kb.Enter)
	if got := tb.told("palette"); !strings.Contains(got, `"into":{"from":"trigger","port":"","to":"way"}`) {
		t.Errorf("E twice and Enter tell %s", got)
	}
	tb.press(kb.Delete)
	tb.wantEdit("E and Delete", `[{"op":"disconnect","from":"trigger","port":"","to":"way"}]`)
}

func TestCanvasCommands(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	tb.focusCard("b")
	tb.press("a")
	if got := tb.told("palette"); !strings.Contains(got, `"after":{"step":"b","port":""}`) {
		t.Errorf("A tells %s", got)
	}
	tb.press("d")
	tb.wantEdit("D", `[{"op":"set","step":"b","path":"disabled","value":true}]`)
	tb.press("d", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	tb.wantTold("Ctrl+D", "edits", `[{"operations":[{"op":"duplicate","steps":["b"]}],"select":true}]`)
	tb.press(kb.Delete)
	tb.wantEdit("Delete", `[{"op":"remove","steps":["b"],"heal":true}]`)
	tb.press(kb.Delete, chromedp.KeyModifiers(chromedp.ModifierShift))
	tb.wantEdit("Shift+Delete", `[{"op":"remove","steps":["b"],"heal":false}]`)
	tb.element("button", "Add the first inner step").click()
	if got := tb.told("palette"); !strings.Contains(got, `"in":"none"`) {
		t.Errorf("the first place of a frame tells %s", got)
	}
	tb.element("button", "Tidy up").click()
	tb.wantEdit("Tidy up", `[{"op":"tidy"}]`)

	tb.element("button", "More for Second").click()
	tb.element("menuitem", "Rename").click()
	tb.wantTold("Rename", "commands", `[{"name":"rename","steps":["b"]}]`)
	tb.focusCard("way")
	tb.press(kb.ContextMenu)
	tb.element("menuitem", "Delete and leave the gap").click()
	tb.wantEdit("Delete and leave the gap", `[{"op":"remove","steps":["way"],"heal":false}]`)

	evaluate[any](tb, `document.querySelector("flow-canvas").setHistory({undo: "Move First", redo: null})`)
	tb.element("button", "Undo Move First").click()
	tb.wantTold("undo", "commands", `[{"name":"undo","steps":[]}]`)
}
