package browser

import "testing"

// designerPlaces are the states of the page on which a flow is made.
var designerPlaces = []place{
	{name: "designer-branch", path: "/flows/everything?step=decide", shows: "Else", state: formReady},
	{name: "designer-transform", path: "/flows/everything?step=put", shows: "For each item of", state: formReady},
	{name: "designer-each", path: "/flows/everything?step=again", shows: "How it runs", state: formReady},
	{name: "designer-http", path: "/flows/everything?step=call", shows: "Headers", state: formReady},
	{name: "designer-trigger", path: "/flows/everything?step=trigger", shows: "Schema of the body", state: formReady},
	{name: "designer-respond", path: "/flows/everything?step=answer", shows: "Status", state: formReady},
	{name: "designer-kinds", path: "/flows/everything?step=full", shows: "must be a whole number", state: formReady},
	{name: "designer-faults", path: "/flows/everything?step=empty", shows: "a value is required", state: formReady},
	{name: "designer-replace", path: "/flows/everything?step=put", shows: "For each item of", state: func(tb *tab) {
		formReady(tb)
		tb.element("button", "More for this step").click()
		tb.element("menuitem", "Replace…").click()
		tb.element("combobox", "Replace it by")
	}},
	{name: "designer-connection", path: "/flows/everything?step=full", shows: "Take all of it", state: func(tb *tab) {
		formReady(tb)
		tb.element("button", "Edit").click()
		tb.wait("the dialog", `document.querySelector(".connection-dialog[open] form")`)
	}},
	{name: "designer-settings", path: "/flows/everything", shows: "Enough?", state: func(tb *tab) {
		canvasReady(tb)
		evaluate[any](tb, `document.querySelector("#settings-button").click(), undefined`)
		tb.see("Config values")
	}},
	{name: "designer-data", path: "/flows/everything?step=put", shows: "For each item of", state: func(tb *tab) {
		formReady(tb)
		tb.showData()
	}},
	{name: "designer-search", path: "/flows/everything", shows: "Enough?", state: func(tb *tab) {
		canvasReady(tb)
		tb.searchFor("in")
		tb.wait("what was found", `document.querySelector("#command-list [role=option]")`)
	}},
	{name: "designer-next", path: "/flows/everything", shows: "Enough?", state: func(tb *tab) {
		canvasReady(tb)
		evaluate[any](tb, `document.querySelector("li[data-step=put] .card-link").focus(), undefined`)
		tb.press("a")
		tb.wait("the list to have the focus", `document.activeElement.id === "step-menu-filter"`)
	}},
}

func formReady(tb *tab) {
	canvasReady(tb)
	tb.wait("the form", `document.querySelector(".inspector-form:enabled")`)
	tb.inForm()
}

// inForm fails if a control reaches over the edge of the form, or lies over
// another one.
func (tb *tab) inForm() {
	tb.t.Helper()
	tb.settle()
	for _, found := range evaluate[[]string](tb, `(() => {
		const form = document.querySelector(".inspector-form").getBoundingClientRect(), found = [];
		const seen = [...document.querySelectorAll(".inspector-form :is(input:not([type=radio], [type=checkbox]), select, textarea, button)")]
			.filter((item) => item.checkVisibility() && !item.closest(".visually-hidden"));
		const boxes = seen.map((item) => item.getBoundingClientRect());
		const named = (item) => item.outerHTML.slice(0, 120);
		for (const [i, box] of boxes.entries()) {
			if (box.right > form.right + 0.5 || box.left < form.left - 8.5) found.push("over the edge reaches " + named(seen[i]));
			for (let k = i + 1; k < boxes.length; k++) {
				const over = Math.min(box.right, boxes[k].right) - Math.max(box.left, boxes[k].left);
				const down = Math.min(box.bottom, boxes[k].bottom) - Math.max(box.top, boxes[k].top);
				if (over > 0.5 && down > 0.5) found.push(named(seen[k]) + " lies over " + named(seen[i]));
			}
		}
		return found.slice(0, 10);
	})()`) {
		tb.t.Error(found)
	}
}

func TestDesignerPages(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	for _, at := range designerPlaces {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			at.visit(t, p)
		})
	}
}
