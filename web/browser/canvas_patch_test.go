package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patch gives the canvas a delta, in which html(step, change) is the card of a
// step after a change to its element.
func (tb *tab) patch(delta string) {
	tb.t.Helper()
	evaluate[any](tb, fmt.Sprintf(`(() => {
		const html = (step, change) => {
			const made = document.querySelector('[data-step="' + step + '"]').cloneNode(true);
			for (const styled of [made, ...made.querySelectorAll("[style]")]) styled.removeAttribute("style");
			change(made);
			return made.outerHTML;
		};
		const canvas = document.querySelector("flow-canvas");
		canvas.patch({bounds: canvas.dataset.bounds, order: null, cards: [], removed: [], edges: [], removedEdges: [], ...%s});
	})()`, delta))
}

func TestCanvasPatch(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	tb.clickAt(tb.card("a"))
	tb.focusCard("a")
	evaluate[any](tb, `(() => {
		const canvas = document.querySelector("flow-canvas");
		canvas.setStatus("a", {status: "succeeded", ms: 12});
		canvas.setMark("a", {pinned: true, stale: true});
		window.lone = document.querySelector('[data-step="lone"]');
	})()`)
	before := tb.card("a")
	tb.patch(`{cards: [{id: "a", html: html("a", (item) => { item.dataset.y = "40"; item.querySelector(".card-title").textContent = "<b>Changed</b>"; item.removeAttribute("data-status"); item.querySelector(".card-marks").remove(); })}],
		removedEdges: ["a->b"], edges: [{key: "a->lone", html: '<path class="edge" d="M552 72L320 392" data-from="a" data-to="lone" data-x="400" data-y="200"></path>'}]}`)
	if at := tb.card("a"); at != before.by(0, 40) {
		t.Errorf("the card is at %v, want %v", at, before.by(0, 40))
	}
	for what, holds := range map[string]string{
		"its title is text":                 `document.querySelector('[data-step="a"] .card-title').textContent === "<b>Changed</b>"`,
		"it keeps the focus":                `document.activeElement.closest("li")?.dataset.step === "a"`,
		"it stays selected":                 `document.querySelector('[data-step="a"]').hasAttribute("data-selected") && document.querySelector("flow-canvas").selected === "a"`,
		"it shows how it stands":            `document.querySelector('[data-step="a"]').dataset.status === "succeeded"`,
		"it keeps its marks":                `document.querySelectorAll('[data-step="a"] .card-mark').length === 2`,
		"one edge for the other":            `document.querySelector('.edge[data-from="a"]').dataset.to === "lone" && document.querySelectorAll('.edge[data-from="a"]').length === 1`,
		"the new edge is near what is":      `document.querySelector('.edge[data-from="a"]').hasAttribute("data-near")`,
		"the new edge is in SVG":            `document.querySelector('.edge[data-from="a"]') instanceof SVGPathElement`,
		"others are the elements they were": `document.querySelector('[data-step="lone"]') === window.lone`,
	} {
		if !evaluate[bool](tb, holds) {
			t.Errorf("after the patch it does not hold that %s", what)
		}
	}
	tb.patch(`{removed: ["a"], removedEdges: ["trigger->a", "a->lone"]}`)
	if got := tb.selection(); got != "" {
		t.Errorf("%q is selected after it was removed", got)
	}
	tb.wantTold("the selected step removed", "selected", `[{"step":"a","steps":["a"]},{"step":"","steps":[]}]`)
	if !evaluate[bool](tb, `document.activeElement.matches(".card-link")`) {
		t.Error("the focus is lost with the card that had it")
	}
	tb.patch(`{cards: [{id: "new", html: html("lone", (item) => { item.dataset.step = "new"; item.dataset.x = "960"; })}], order: ["trigger", "new", "b", "way", "rounds", "in1", "in2", "lone", "none"]}`)
	if got := evaluate[string](tb, `document.querySelectorAll("li.step")[1].dataset.step`); got != "new" {
		t.Errorf("the second card is %s, want new", got)
	}
	tb.drag(tb.exit("b", ""), tb.card("new"))
	tb.wantEdit("the new card takes part", `[{"op":"connect","from":"b","port":"","to":"new"}]`)
	tb.patch(`{full: true, cards: [{id: "trigger", html: html("trigger", () => {})}]}`)
	if got := evaluate[int](tb, `document.querySelectorAll("li.step").length + document.querySelectorAll(".edge").length`); got != 1 {
		t.Errorf("after a full patch %d cards and edges are there, want 1", got)
	}
	tb.element("button", "What happens first?").click()
	if got := tb.told("palette"); !strings.Contains(got, `"after":{"step":"trigger","port":""}`) {
		t.Errorf("the + of a trigger alone tells %s", got)
	}
}

// A drag goes on when the card that is dragged is drawn anew meanwhile.
func TestCanvasPatchWhileDragging(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	from := tb.card("lone")
	tb.lift(from, from.by(0, 60))
	tb.patch(`{cards: [{id: "lone", html: html("lone", (item) => { item.querySelector(".card-title").textContent = "Renamed"; })}]}`)
	tb.mouse(input.DispatchMouseEventTypeMouseMoved, from.by(0, 121), 1)
	tb.mouse(input.DispatchMouseEventTypeMouseReleased, from.by(0, 121), 0)
	tb.wantEdit("the drag", `[{"op":"move","steps":{"lone":[320,480]}}]`)
	if at := tb.card("lone"); at != from.by(0, 120) {
		t.Errorf("the card is at %v, want %v", at, from.by(0, 120))
	}
}

// What the server leaves where it was goes back there, also when it does not say
// so.
func TestCanvasPatchWithoutTheMove(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	lone, b := tb.card("lone"), tb.card("b")
	tb.drag(lone, lone.by(0, 60))
	tb.drag(b, b.by(0, -60))
	tb.patch(`{}`) // of another edit
	if at := tb.card("lone"); at == lone {
		t.Error("after the answer to another edit the card is back")
	}
	tb.patch(`{}`)
	tb.answer()
	if at := tb.card("lone"); at != lone {
		t.Errorf("after the first answer the first card is at %v, want %v", at, lone)
	}
	if at := tb.card("b"); at == b {
		t.Error("after the first answer the second card is back, of which nothing is known yet")
	}
	tb.patch(`{}`)
	tb.answer()
	if at := tb.card("b"); at != b {
		t.Errorf("after the second answer the second card is at %v, want %v", at, b)
	}
}

func TestCanvasPlaces(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	place := func(at spot) string {
		return evaluate[string](tb, fmt.Sprintf(`JSON.stringify(document.querySelector("flow-canvas").place(%v, %v))`, at.X, at.Y))
	}
	for _, test := range []struct {
		at   spot
		want string
	}{
		{tb.card("lone").by(0, 120), `{"x":320,"y":480}`},
		{tb.card("in1").by(0, 48), `{"x":0,"y":48,"in":"rounds"}`},
		{tb.exit("a", "").by(44, 0), `{"x":480,"y":0,"into":{"from":"a","port":"","to":"b"}}`},
	} {
		if got := place(test.at); got != test.want {
			t.Errorf("at %v a card is placed at %s, want %s", test.at, got, test.want)
		}
	}
	tb.press(kb.Escape)
	nothing := tb.card("lone").by(400, 0)
	for range 2 {
		tb.mouse(input.DispatchMouseEventTypeMouseMoved, nothing, 0)
	}
	evaluate[any](tb, fmt.Sprintf(`document.querySelector(".canvas-view").dispatchEvent(new MouseEvent("dblclick", {bubbles: true, clientX: %v, clientY: %v}))`, nothing.X, nothing.Y))
	if got := tb.told("palette"); !strings.HasPrefix(got, `[{"at":[720,360],"clientX":`) || strings.Contains(got, "after") {
		t.Errorf("a double click tells %s", got)
	}
}

// touch presses, moves and lets go one finger.
func (tb *tab) touch(kind input.DispatchTouchEventType, at ...spot) {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	points := make([]*input.TouchPoint, len(at))
	for i, p := range at {
		points[i] = &input.TouchPoint{X: p.X, Y: p.Y}
	}
	_, err := chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
	tb.must("touching", err)
	tb.nextFrame(ctx)
}

func TestCanvasByTouch(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	_, err := chromedp.Call(tb.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	tb.must("having a touch screen", err)
	tb.open(evaluate[string](tb, `location.href`))
	tb.wait("the canvas", onCanvas)
	tb.takeCanvas()
	slide := func(from, to spot) {
		t.Helper()
		tb.touch(input.DispatchTouchEventTypeTouchStart, from)
		tb.touch(input.DispatchTouchEventTypeTouchMove, from.by((to.X-from.X)/2, (to.Y-from.Y)/2))
		tb.touch(input.DispatchTouchEventTypeTouchMove, to)
		tb.touch(input.DispatchTouchEventTypeTouchEnd)
	}
	from := tb.card("lone")
	slide(from, from.by(-40, -60))
	tb.wantTold("a finger on a card that is not selected", "edits", `[]`)
	moved := tb.card("lone")
	if moved == from {
		t.Error("a finger on the canvas does not move it")
	}
	evaluate[any](tb, `document.querySelector("flow-canvas").select("lone")`)
	tb.settle()
	at := tb.card("lone")
	slide(at, at.by(0, 121))
	tb.wantEdit("a finger on a selected card", `[{"op":"move","steps":{"lone":[320,480]}}]`)
	tb.touch(input.DispatchTouchEventTypeTouchStart, tb.card("way"))
	tb.element("menuitem", "Duplicate")
	tb.touch(input.DispatchTouchEventTypeTouchEnd)
	if got := tb.selection(); got != "way" {
		t.Errorf("a long touch selects %q, want way", got)
	}
}

// On narrow screens the sheet with the step lies above the canvas: the card is
// moved into what can still be seen.
func TestCanvasShowsTheCardAboveTheSheet(t *testing.T) {
	t.Parallel()
	p := sharedDemo(t)
	tb := p.signedIn(t)
	tb.look(narrow, light)
	tb.openFlow(p, "order-request")
	evaluate[any](tb, `document.dispatchEvent(new CustomEvent("flow-show-step", {detail: {step: "confirmed"}}))`)
	tb.wait("the step", `!document.querySelector("#inspector").hidden`)
	tb.wait("the card above the sheet", `(() => {
		const card = document.querySelector('[data-step="confirmed"] .card').getBoundingClientRect();
		const view = document.querySelector(".canvas-view").getBoundingClientRect();
		return card.top >= view.top && card.bottom <= document.querySelector("#inspector").getBoundingClientRect().top && card.left >= 0;
	})()`)

	// One sheet at a time: what is opened last is what one sees.
	evaluate[any](tb, `document.querySelector("#drawer-toggle").click()`)
	tb.wait("the run panel without the step", `document.querySelector("#run-start").checkVisibility() && !document.querySelector("#inspector").checkVisibility()`)
	evaluate[any](tb, `document.querySelector("#calling [data-copy]").click()`)
	tb.wait("what is said in passing", `document.querySelector(".toast")`)
	for _, s := range []size{narrow, wide, {"tablet", 800, 600, false}} {
		tb.look(s, light)
		tb.settle()
		tb.apart("said in passing, " + s.name)
	}
	tb.look(narrow, light)
	evaluate[any](tb, `document.dispatchEvent(new CustomEvent("flow-show-step", {detail: {step: "confirm_mail"}}))`)
	tb.wait("the step without the run panel", `document.querySelector("#inspector").checkVisibility() && document.querySelector("#drawer-body").hidden`)

	// All stays in sight, until the canvas is moved.
	const all = `(() => {
		const view = document.querySelector(".canvas-view").getBoundingClientRect();
		return [...document.querySelectorAll("flow-canvas .card")].map((card) => card.getBoundingClientRect())
			.every((card) => card.width > 0 && card.left >= view.left && card.top >= view.top && card.right <= view.right && card.bottom <= view.bottom);
	})()`
	tb.look(wide, light)
	evaluate[any](tb, `document.querySelector('[data-action="close-inspector"]').click()`)
	tb.wait("no step", `document.querySelector("#inspector").hidden && document.querySelector("#drawer-body").hidden`)
	tb.element("button", "Show all").click()
	tb.wait("all cards", all)
	tb.look(size{"tablet", 800, 600, false}, light)
	evaluate[any](tb, `document.querySelector("#drawer-toggle").click()`)
	tb.wait("all cards where there is less room", `innerWidth === 800 && !document.querySelector("#drawer-body").hidden && `+all)

	tb.wait("nothing but names from afar", `document.querySelector("flow-canvas").hasAttribute("data-far") && ![...document.querySelectorAll("flow-canvas .card-summary")].some((line) => line.checkVisibility())`)

	// At every scale, what leads on from the paths of a branch can be told apart.
	tb.look(wide, light)
	tb.choose("in_stock")
	const scale = `parseInt(document.querySelector(".canvas-controls [data-action=actual]").textContent)`
	for last := 0; last < 100; {
		evaluate[any](tb, `document.querySelector(".canvas-controls [data-action=zoom-in]").click()`)
		tb.wait("a larger scale", fmt.Sprintf(`%s > %d`, scale, last))
		tb.settle()
		last = evaluate[int](tb, scale)
		tb.apart(fmt.Sprintf("a branch at %d %%", last))
	}
}

func TestCanvasFollowsARun(t *testing.T) {
	t.Parallel()
	p := sharedDemo(t)
	tb := p.signedIn(t)
	tb.look(narrow, light)
	tb.openFlow(p, "order-request")
	inSight := func(step string) string {
		return fmt.Sprintf(`(() => {
			const card = document.querySelector('[data-step="%s"] .card').getBoundingClientRect();
			return card.left >= 0 && card.top >= 0 && card.left < innerWidth && card.bottom < innerHeight;
		})()`, step)
	}
	evaluate[any](tb, `document.querySelector("flow-canvas").setStatus("confirmed", {status: "running"})`)
	tb.wait("the running step in sight", inSight("confirmed"))
	at := tb.on(".canvas-view")
	ctx, cancel := tb.within()
	defer cancel()
	_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseWheel, X: at.X, Y: at.Y, DeltaX: -30, DeltaY: -1})
	tb.must("turning the wheel", err)
	place := evaluate[string](tb, `document.querySelector('[data-part="layer"]').style.transform`)
	evaluate[any](tb, `document.querySelector("flow-canvas").setStatus("trigger", {status: "running"})`)
	tb.settle()
	if now := evaluate[string](tb, `document.querySelector('[data-part="layer"]').style.transform`); now != place {
		t.Errorf("the canvas goes from %s to %s although a person has moved it", place, now)
	}
}

func TestCanvasThatIsReadOnly(t *testing.T) {
	t.Parallel()
	tb := canvasTab(t)
	evaluate[any](tb, `document.querySelector("flow-canvas").setAttribute("data-readonly", "")`)
	from := tb.card("lone")
	tb.drag(from, from.by(0, -60))
	if at := tb.card("lone"); at != from.by(0, -60) {
		t.Errorf("dragging moves the canvas from %v to %v, want by 60", from, at)
	}
	tb.drag(tb.exit("b", ""), tb.card("lone"))
	tb.focusCard("b")
	for _, key := range []string{"d", "m", "c", "e", "a", kb.Delete} {
		tb.press(key)
	}
	for _, kind := range []string{"edits", "palette", "commands"} {
		tb.wantTold("a canvas that cannot be edited", kind, `[]`)
	}
	tb.clickAt(tb.card("b"))
	if got := tb.selection(); got != "b" {
		t.Errorf("a click selects %q, want b", got)
	}
}
