package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestExpressionEditorIsLoadedWhenItIsNeeded(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t, field{path: "to", language: "template", value: "Dear "}, field{path: "body", language: "template", rows: 4})
	const loaded = `performance.getEntriesByType("resource").some((entry) => entry.name.endsWith("/codemirror.js"))`
	if evaluate[bool](p.tab, loaded) {
		t.Fatal("the editor is loaded before a field is used")
	}
	// What is typed before the editor is there goes into the control, and on in
	// the editor at the same place.
	evaluate[bool](p.tab, `(() => {
		const control = document.querySelector("#f0");
		control.focus();
		control.setSelectionRange(5, 5);
		document.execCommand("insertText", false, "A");
		return true;
	})()`)
	p.wait("the editor", `document.activeElement.matches(".cm-content")`)
	p.press("da")
	p.want("to", "Dear Ada")
	if plain := evaluate[int](p.tab, `document.querySelectorAll(".cm-editor").length`); plain != 1 {
		t.Errorf("%d editors are open, want 1", plain)
	}
}

func TestExpressionEditorActsLikeItsControl(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t, field{path: "to", language: "template", value: "a"}, field{path: "body", language: "template", rows: 4})
	p.enter("to")
	p.heard()
	p.press("b")
	p.pressEnter()
	p.press("c")
	p.press(kb.Tab)
	p.wait("the next field", `document.activeElement.closest("expression-field") === null || document.activeElement.closest("[data-path=to]") === null || document.activeElement.matches("button")`)
	p.wait("the last event", `heard.at(-1)?.startsWith("blur")`)
	want := []string{"input ba", "change ba", "input bca", "change bca", "blur bca"}
	if got := p.heard(); !slices.Equal(got, want) {
		t.Errorf("the page heard %q, want %q", got, want)
	}
	p.enter("body")
	p.press("x")
	p.pressEnter()
	p.press("y")
	p.want("body", "x\ny")

	// From outside.
	p.heard()
	evaluate[bool](p.tab, `(document.querySelector("expression-field[data-path=body]").reset("from outside"), true)`)
	if shown := evaluate[string](p.tab, `document.querySelector("[data-path=body] .cm-content").innerText`); shown != "from outside" {
		t.Errorf("the editor shows %q after a reset", shown)
	}
	if got := p.heard(); len(got) > 0 {
		t.Errorf("a reset is heard as %q", got)
	}
	p.press(kb.ArrowDown)
	p.press("!")
	p.press("z", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.want("body", "from outside")
	p.press("z", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.want("body", "from outside") // not what was before the reset

	// The label leads to it, and without the element the control is what it was.
	p.click(`label[for=f0]`)
	p.wait("the field of the label", `document.activeElement.closest("expression-field")?.dataset.path === "to"`)
	evaluate[bool](p.tab, `(() => {
		const field = document.querySelector("expression-field[data-path=to]");
		window.kept = field.control;
		field.remove();
		return true;
	})()`)
	if !evaluate[bool](p.tab, `!kept.hasAttribute("aria-hidden") && kept.tabIndex === 0 && !kept.parentElement.querySelector(".cm-editor") && kept.value === "bca"`) {
		t.Error("the control of a field that was taken away is not as it was")
	}
}

func TestExpressionSuggestions(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t, field{path: "items", language: "expression", rows: 2}, field{path: "body", language: "template", rows: 4}, field{path: "to", language: "template"})
	const list = `document.querySelector(".cm-tooltip-autocomplete li") !== null`
	open := func() {
		t.Helper()
		p.wait("the list of suggestions", list)
	}
	p.enter("items")
	p.press("trigger.body.")
	p.wait("the fields of the body", `document.querySelector(".cm-tooltip-autocomplete")?.innerText.includes("odd key")`)
	if name := evaluate[string](p.tab, `document.activeElement.getAttribute("aria-labelledby") + " " + document.activeElement.getAttribute("role")`); name != "f0-label textbox" {
		t.Errorf("the editor is labelled %q", name)
	}
	if !evaluate[bool](p.tab, `document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))?.getAttribute("aria-selected") === "true"`) {
		t.Error("the chosen suggestion is not told to screen readers")
	}
	p.press(kb.Escape)
	p.wait("the list to be closed", "!("+list+")")
	p.press(" ", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	open()
	p.wait("the help of a suggestion", `document.querySelector(".cm-completionInfo") !== null`)
	p.clickText(".cm-tooltip-autocomplete li", "odd key")
	p.wait("the key in brackets", `document.querySelector("#f0").value === 'trigger.body["odd key"]'`)

	// In a template, in its expressions alone.
	p.enter("body")
	p.press("Dear tri, ")
	p.want("body", "Dear tri, ")
	p.nextInteraction()
	if evaluate[bool](p.tab, list) {
		t.Error("there are suggestions in the text of a template")
	}
	p.press("{{")
	p.want("body", "Dear tri, {{  }}")
	p.press("trigger.body.na")
	open()
	// One for a part of it takes no keys any more.
	p.wait("the suggestion for all that was typed", `document.querySelector(".cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled) li[aria-selected]")?.innerText.includes("name")`)
	p.nextInteraction()
	p.press(kb.Tab)
	p.want("body", "Dear tri, {{ trigger.body.name }}")
	p.press(kb.Tab)
	p.wait("the focus to leave", `!document.activeElement.matches(".cm-content")`)
}

func TestExpressionBrackets(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t, field{path: "items", language: "expression", rows: 2}, field{path: "body", language: "template", rows: 4})
	p.enter("items")
	p.press(`f([{"a`)
	p.want("items", `f([{"a"}])`)
	p.press(`"}])`)
	p.want("items", `f([{"a"}])`)
	if pair := evaluate[int](p.tab, `document.querySelectorAll(".expression-pair").length`); pair != 2 {
		t.Errorf("%d brackets are shown as a pair, want 2", pair)
	}
	// The braces of a template around all of it are taken off.
	p.press("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.press(`{{ trigger.body.lines }}`)
	p.want("items", `{{ trigger.body.lines }}`)
	p.enter("body")
	p.want("items", `trigger.body.lines`)
	p.press(`it's (so) "as it is`)
	p.want("body", `it's (so) "as it is`)
	p.press(` {{ {"a": 1}.a }}! {{x}}.`)
	p.want("body", `it's (so) "as it is {{ {"a": 1}.a }}! {{ x }}.`)
}

func TestExpressionsAreInserted(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t, field{path: "to", language: "template"}, field{path: "body", language: "template", value: "Dear , hi"}, field{path: "when", language: "condition", rows: 1, value: "1 < "})
	insert := func(path, text string) {
		t.Helper()
		evaluate[bool](p.tab, `document.querySelector("expression-field[data-path=`+path+`]").insert(`+quote(text)+`).then(() => true)`)
	}
	insert("to", "trigger.body.name")
	p.want("to", "{{ trigger.body.name }}")
	insert("when", "trigger.body.qty")
	p.want("when", "1 < trigger.body.qty")
	evaluate[bool](p.tab, `(() => { const control = document.querySelector("#f1"); control.focus(); control.setSelectionRange(5, 5); return true; })()`)
	insert("body", "upper(text)")
	p.want("body", "Dear {{ upper(text) }}, hi")
	p.press("trigger.body.name")
	p.want("body", "Dear {{ upper(trigger.body.name) }}, hi")

	// Dropped where the pointer is.
	evaluate[bool](p.tab, `(() => {
		const field = document.querySelector("expression-field[data-path=to]"), data = new DataTransfer();
		data.setData("text/x-redial-expression", "steps.check.sku");
		data.setData("text/plain", "steps.check.sku");
		const line = field.querySelector(".cm-line").getBoundingClientRect();
		const place = {bubbles: true, cancelable: true, dataTransfer: data, clientX: line.right - 2, clientY: line.top + 5};
		for (const type of ["dragenter", "dragover", "drop"]) field.querySelector(".cm-content").dispatchEvent(new DragEvent(type, place));
		return true;
	})()`)
	p.wait("what was dropped", `document.querySelector("#f0").value === "{{ trigger.body.name }}{{ steps.check.sku }}"`)

	// From the help of functions.
	p.enter("when")
	p.press(kb.End)
	p.press(" + ")
	p.see("the expression ends too early") // it takes room
	p.click(`expression-field[data-path=when] .expression-tool`)
	p.see("The functions of the language")
	for _, barrier := range p.barriers(light) {
		t.Error(barrier)
	}
	p.click(`.expression-functions [data-insert]`)
	p.wait("the function", `document.querySelector("#f2").value === "1 < trigger.body.qty + upper()"`)
}

func TestTooMuchTextIsRefused(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t, field{path: "body", language: "template", rows: 4, value: "kept"})
	p.enter("body")
	evaluate[bool](p.tab, `(() => {
		const data = new DataTransfer();
		data.setData("text/plain", "x".repeat(1 << 20));
		document.activeElement.dispatchEvent(new ClipboardEvent("paste", {bubbles: true, cancelable: true, clipboardData: data}));
		return true;
	})()`)
	p.see("This is too long: a field holds at most 65,536 characters. Nothing was changed.")
	p.want("body", "kept")
	p.press("!")
	p.want("body", "!kept")
	if strings.Contains(p.text(), "too long") {
		t.Error("the refusal stays after the next change")
	}
}
