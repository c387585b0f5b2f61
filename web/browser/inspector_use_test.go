package browser

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// invoicing is a flow whose step has fields that QuickBooks knows values of.
const invoicing = `redial: 1
slug: invoicing
trigger: {uses: webhook}
steps:
  invoice: {uses: quickbooks/create-invoice, connection: quickbooks, with: {customer_id: "", lines: [{amount: 1}]}}
edges: [trigger -> invoice]
`

func TestFormOffersValuesOfTheService(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, "PUT", "/api/flows/invoicing", invoicing, nil)
	page := p.signedIn(t)
	page.openForm(p, "invoicing", "invoice")

	p.control(t, map[string]any{"services": map[string]any{"quickbooks": map[string]any{"fault": "error"}}})
	page.v.watch.expect(502)
	page.element("button", "Choose Customer from the service").click()
	page.wait("what went wrong", inField("with.customer_id", `.querySelector("[data-part=choices] .problem")?.textContent.length > 10`))
	p.control(t, map[string]any{"services": map[string]any{"quickbooks": map[string]any{"fault": "none"}}})
	page.element("button", "Try again").click()
	page.element("combobox", "Find a value of the service").fill("sorensen")
	page.wait("one that is found", `document.querySelectorAll(".service-choices [role=option]").length === 1`)
	page.press("\r")
	page.wait("the value in the field", inField("with.customer_id", `.querySelector("[data-as]").value === "2"`))
	page.saved()
	page.wait("what the service calls it, with the value", inField("with.customer_id", `?.querySelector(".chosen")?.innerText.match(/S.rensen.*\s2$/)`))
	if got := p.fields(t, "invoicing", "invoice")["customer_id"]; got != "2" {
		t.Errorf("the customer is %v, as text 2 is wanted", got)
	}

	page.wait("the field to have the focus", `document.activeElement.matches(".cm-content")`)
	page.settle()

	// By the keyboard, in a list; Escape gives the focus back.
	page.element("button", "Choose Item from the service").click()
	page.wait("the list", `document.activeElement.matches(".service-choices input")`)
	page.press(kb.Escape)
	page.wait("the focus on the button", `document.activeElement.dataset.action === "choices" && !document.querySelector(".service-choices")`)
	page.press("\r")
	page.wait("the list", `document.activeElement.matches(".service-choices input")`)
	page.press(kb.ArrowDown)
	first := evaluate[string](page, `document.querySelector(".service-choices [aria-selected=true] .palette-of").textContent`)
	page.press("\r")
	page.wait("the value in the field", inField("with.lines[0].item_id", fmt.Sprintf(`.querySelector("[data-as]").value === %q`, first)))
	page.picture("inspector-choices")
}

func TestConditionRowsFollowTheirField(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "decide")
	when := inField("with.paths[0].when", "")
	rows := when + `.querySelectorAll("[data-group] > [data-row]")`
	has := func(row int, operator string) string {
		return fmt.Sprintf(`%s[%d].querySelector('option[value="%s"]')`, rows, row, operator)
	}
	page.wait("the comparisons of a number", has(0, "less")+` && !`+has(0, "starts_with"))
	page.wait("the comparisons of a text", has(1, "starts_with")+` && !`+has(1, "less"))

	// A row that is not filled in offers what fits, and is kept.
	page.elements("button", "^Add a row$")[0].click()
	page.wait("the new row", `document.activeElement.closest("[data-row]") === `+rows+`[2]`)
	page.wait("all comparisons", has(2, "less")+` && `+has(2, "starts_with"))
	page.wait("what there is to choose from", `document.activeElement.getAttribute("aria-expanded") === "true" || document.activeElement.matches(".cm-content") && document.querySelector(".cm-tooltip-autocomplete li") !== null`)
	if first := evaluate[string](page, `document.querySelector(".cm-tooltip-autocomplete .cm-completionLabel").textContent`); first != "trigger.body.lines" {
		t.Errorf("the first thing to choose is %s, want a field of the body", first)
	}
	page.wait("the list beside the form", `document.querySelector(".cm-tooltip-autocomplete").getBoundingClientRect().right <= `+rows+`[2].getBoundingClientRect().left`)
	page.press("trigger.body.quantity")
	// They are there as soon as they are known, also for who is at them by then.
	evaluate[any](page, rows+`[2].querySelector("[data-part=operator]").focus(), undefined`)
	page.wait("the comparisons of a number", has(2, "less")+` && !`+has(2, "starts_with"))
	if said := page.complaints(when); said != "" {
		t.Errorf("a row is called wrong before it is filled in: %s", said)
	}
	evaluate[any](page, rows+`[2].querySelector("[data-part=value]").focus(), undefined`)
	page.wait("the place of the value", `document.activeElement.matches(".cm-content")`)
	page.press("\t")
	page.wait("what is wrong", rows+`[2].querySelector("[data-part=unfilled]").checkVisibility()`)
	if said := page.complaints(when); said != "Fill in a value." {
		t.Errorf("a row without a value is told: %s", said)
	}
	tops := evaluate[[]float64](page, `[...`+rows+`[2].querySelectorAll("[data-part=operator], [data-part=value-line]")].map((part) => part.getBoundingClientRect().top)`)
	if len(tops) != 2 || tops[0] != tops[1] {
		t.Errorf("comparison and value begin at %v", tops)
	}
	page.saved()
	page.openForm(p, "everything", "decide")
	page.wait("the row as it was left", rows+`[2]?.querySelector("[data-part=field]").value === "trigger.body.quantity"`)
	if said := page.complaints(when); said != "Fill in a value." {
		t.Errorf("a row without a value is told: %s", said)
	}

	// Data are written into the box that waits for them.
	page.showData()
	evaluate[any](page, rows+`[2].querySelector(".tool[data-rows=data]").click(), undefined`)
	page.wait("the place of the data", `document.activeElement.closest("[data-part=value-line]")?.closest("[data-row]") === `+rows+`[2] && document.activeElement.matches(".cm-content")`)
	page.wait("all of its line for it", `document.activeElement.closest("[data-part=value-line]").getBoundingClientRect().width === `+rows+`[2].querySelector(".marked").getBoundingClientRect().width`)
	page.wait("the form to be up to date", calm)
	if said := page.complaints(when); said != "" {
		t.Errorf("the place of the data is called wrong before it is left: %s", said)
	}
	evaluate[any](page, `document.querySelector("#data-panel input").focus(), undefined`)
	page.pick("trigger.body.sku")
	page.wait("the data", rows+`[2].querySelector("[data-part=value]").value === "{{ trigger.body.sku }}"`)
	if field := evaluate[string](page, rows+`[2].querySelector("[data-part=field]").value`); field != "trigger.body.quantity" {
		t.Errorf("the field of the row is %s", field)
	}
	page.ctrl("a")
	page.press("1")
	page.press("\t")
	page.wait("the mark of a number", rows+`[2].dataset.kind === "number"`)
	page.wait("the form to be up to date", calm)
	page.saved()
	page.element("button", "Close the data").click()
	evaluate[any](page, rows+`[2].querySelector("[data-part=value]").focus(), undefined`)
	page.wait("the place of the value", `document.activeElement.matches(".cm-content")`)
	page.ctrl("a")
	page.press("trigger.body.limit")
	page.wait("a question", rows+`[2].textContent.includes("This is compared as text.")`)
	evaluate[any](page, rows+`[2].querySelector("[data-part=hint] button").click(), undefined`)
	page.wait("the mark of data", rows+`[2].dataset.kind === "data" && `+rows+`[2].querySelector("[data-part=value]").value === "{{ trigger.body.limit }}"`)
	page.saved()
	if first := fmt.Sprint(p.pathsOf(t)[0]); !strings.Contains(first, `and trigger.body.quantity == trigger.body.limit`) {
		t.Errorf("the condition is %s", first)
	}
	page.wait("the form to be up to date", calm)
	evaluate[any](page, rows+`[2].querySelector(".tool[data-rows=data]").click(), undefined`)
	page.wait("the mark of a text", rows+`[2].dataset.kind === "text" && `+rows+`[2].querySelector("[data-part=value]").value === "trigger.body.limit"`)
	evaluate[any](page, rows+`[2].querySelector("[data-part=value]").focus(), undefined`)
	page.wait("the place of the value", `document.activeElement.matches(".cm-content")`)
	page.ctrl("a")
	page.press("9")
	page.press("\t")
	page.wait("the mark of a number", rows+`[2].dataset.kind === "number"`)
	page.saved()
	if first := fmt.Sprint(p.pathsOf(t)[0]); !strings.Contains(first, `and trigger.body.quantity == 9`) {
		t.Errorf("the condition is %s", first)
	}

	// An expression that cannot be read has no rows; mended, it has them again.
	source := when + `.querySelector("[data-part=source] [data-as]")`
	write := func(text string) {
		evaluate[any](page, fmt.Sprintf(`(() => {
			const control = %s;
			control.value = %q;
			control.dispatchEvent(new Event("input", { bubbles: true }));
			control.dispatchEvent(new Event("change", { bubbles: true }));
		})(), undefined`, source, text))
		page.saved()
	}
	evaluate[any](page, when+`.querySelector("[data-view=source]").click(), undefined`)
	page.wait("the expression", `!`+source+`.closest("[hidden]")`)
	write("trigger.body.quantity >")
	page.wait("why there are no rows", when+`.querySelector("[data-view=rows]").disabled && `+when+`.textContent.includes("when the expression can be read")`)
	write("trigger.body.quantity > 4")
	page.wait("the rows", `!`+when+`.querySelector("[data-view=rows]").disabled`)
	evaluate[any](page, when+`.querySelector("[data-view=rows]").click(), undefined`)
	page.wait("the value in its row", rows+`[0].querySelector("[data-part=value]").value === "4" && `+rows+`.length === 1`)
}

// complaints are what a field says to be wrong, as it is seen.
func (tb *tab) complaints(field string) string {
	tb.t.Helper()
	return evaluate[string](tb, `[...`+field+`.querySelectorAll(".problem, .expression-faults li, .expression-notice")].filter((line) => line.checkVisibility({visibilityProperty: true})).map((line) => line.innerText.trim()).filter(Boolean).join(" ")`)
}

func (p *program) pathsOf(t *testing.T) []any {
	t.Helper()
	paths, _ := p.fields(t, "everything", "decide")["paths"].([]any)
	if len(paths) == 0 {
		t.Fatal("the branch has no paths")
	}
	return paths
}

func TestFormDragsAnItem(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "full")
	// A drag by the mouse is the browser's own; what it does is ours.
	marked := evaluate[string](page, `(() => {
		const [first, , third] = `+inField("with.tags", "")+`.querySelectorAll("li");
		const options = { bubbles: true, cancelable: true, dataTransfer: new DataTransfer() };
		first.querySelector("[data-handle]").dispatchEvent(new DragEvent("dragstart", options));
		third.dispatchEvent(new DragEvent("dragover", options));
		const { drop } = third.dataset;
		third.dispatchEvent(new DragEvent("drop", options));
		first.querySelector("[data-handle]").dispatchEvent(new DragEvent("dragend", options));
		return drop;
	})()`)
	if marked != "after" {
		t.Errorf("the place to drop is marked %q", marked)
	}
	page.wait("the item at its place", inField("with.tags", `.querySelectorAll("li")[2].querySelector("[data-as]").value === "one"`))
	page.saved()
	if got := fmt.Sprint(p.fields(t, "everything", "full")["tags"]); got != "[{{ trigger.body.sku }} three one]" {
		t.Errorf("the list is %s", got)
	}
}

func TestFormTakesAFileAndATime(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "full")
	upload := func(name, content string) {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := page.within()
		defer cancel()
		_, err := chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{
			Files: []string{path}, BackendNodeID: page.elementLike("button", "^Attachment").node,
		})
		page.must("choosing a file", err)
	}
	upload("large.txt", strings.Repeat("x", 65<<10))
	page.wait("that it is too large", inField("with.file", `.innerText.includes("larger than 64 KB")`))
	upload("note.txt", "a note")
	page.wait("the file", inField("with.file", `.innerText.includes("6 bytes")`))
	page.saved()
	if file, _ := p.fields(t, "everything", "full")["file"].(map[string]any); file["contentType"] != "text/plain" || file["base64"] != "YSBub3Rl" {
		t.Errorf("the file is %v", file)
	}

	page.element("button", "Use a value for Moment").click()
	page.wait("the control of a time", inField("with.moment", `.querySelector("input[type=datetime-local]")`))
	evaluate[any](page, `(() => {
		const control = `+inField("with.moment", `.querySelector("input")`)+`;
		control.value = "2026-01-31T09:30";
		control.dispatchEvent(new Event("input", { bubbles: true }));
		control.dispatchEvent(new Event("change", { bubbles: true }));
	})(), undefined`)
	page.saved()
	if got := p.fields(t, "everything", "full")["moment"]; got != "2026-01-31T09:30:00Z" {
		t.Errorf("the time is %v", got)
	}
}

func TestFormSaysWhereJSONIsBroken(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "full")
	payload := inField("with.payload", `.querySelector("textarea.json")`)
	write := func(text string) {
		evaluate[any](page, payload+`.focus(), undefined`)
		page.wait("the editor", `document.activeElement.closest("expression-field[language=json] .cm-content") !== null`)
		page.ctrl("a")
		page.insert(text)
		page.press("\t\t")
	}
	write(`{"a": 1,, "b": 2}`)
	page.wait("the place of the fault", inField("with.payload", `.innerText.includes("line 1, column 9")`))
	page.wait("the control to be marked", payload+`.getAttribute("aria-invalid") === "true"`)
	page.element("switch", "Active").click()
	page.saved()
	page.wait("what was typed, after the form was shown anew", payload+`.value.includes(",,")`)
	for _, step := range []string{"put", "full"} {
		evaluate[any](page, `document.dispatchEvent(new CustomEvent("flow-show-step", { detail: { step: "`+step+`" } })), undefined`)
		page.wait("the form of "+step, `document.querySelector("#inspector-step").dataset.step === "`+step+`"`)
		if leaves := evaluate[bool](page, `window.dispatchEvent(new Event("beforeunload", { cancelable: true }))`); leaves {
			t.Errorf("the page is closed without a question while half-written JSON is there and %s is shown", step)
		}
	}
	page.wait("what was typed, after the step was left", payload+`.value.includes(",,") && `+inField("with.payload", `.innerText.includes("line 1, column 9")`))
	write(`{"a": 9007199254740993}`)
	page.wait("the fault to be gone", `!`+inField("with.payload", `.innerText.includes("line 1")`))
	page.saved()
	if leaves := evaluate[bool](page, `window.dispatchEvent(new Event("beforeunload", { cancelable: true }))`); !leaves {
		t.Error("closing the page is asked about although everything is saved")
	}
	if got := jsonText(p.fields(t, "everything", "full")["payload"]); !strings.HasPrefix(got, `{"a":900719925474099`) {
		t.Errorf("the payload is %s", got)
	}
}

func TestFormTriesAConnection(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, "PUT", "/api/flows/invoicing", invoicing, nil)
	page := p.signedIn(t)
	page.openForm(p, "invoicing", "invoice")
	page.element("button", "Edit").click()
	page.wait("the dialog", `document.querySelector(".connection-dialog[open] form")`)
	const foot = `document.querySelector(".connection-dialog button.primary").getBoundingClientRect().top`
	before := evaluate[float64](page, foot)
	page.elementLike("button", "^Test").click()
	page.wait("the answer of the service", `document.querySelector(".connection-dialog #connection-trial .notice")`)
	if said := evaluate[string](page, `document.querySelector("#connection-trial").textContent`); !strings.Contains(said, "QuickBooks") || strings.Contains(said, "failed") {
		t.Errorf("the test says %q", said)
	}
	if now := evaluate[float64](page, foot); now != before {
		t.Errorf("the button to save has gone from %v to %v under the pointer", before, now)
	}
	page.press(kb.Escape)
	page.wait("the form", `!document.querySelector(".connection-dialog[open]") && document.activeElement.closest("[data-path]")?.dataset.path === "connection"`)
}

// What a button of a form does is done to its step, whatever is opened and renamed
// until the server has answered for what came before.
func TestButtonsKeepTheirStep(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, http.MethodPut, "/api/flows/pair", `redial: 1
slug: pair
name: Pair
trigger: {uses: webhook}
steps:
  first: {uses: transform, with: {set: {a: 1, b: 2}}}
  second: {uses: transform, with: {set: {a: 1, b: 2}}}
  answer: {uses: respond, with: {body: done}}
edges: [trigger -> first, first -> second, second -> answer]
`, nil)
	page := p.signedIn(t)
	page.openForm(p, "pair", "first")
	evaluate[any](page, `(() => {
		const real = window.fetch;
		const held = new Promise((release) => { window.release = release; });
		window.fetch = async (path, options) => {
			if (String(path).endsWith("/edits") && options?.method === "POST") await held;
			return real(path, options);
		};
		const title = document.querySelector("#inspector .title-input");
		title.value = "Typed";
		title.dispatchEvent(new Event("input", { bubbles: true }));
		document.querySelector('#inspector [aria-label="Remove a"]').click();
	})()`)
	page.choose("second")
	evaluate[any](page, `window.release(), undefined`)
	page.saved()
	page.wait("the form to be up to date", calm)
	first, _ := p.fields(t, "pair", "first")["set"].(map[string]any)
	second, _ := p.fields(t, "pair", "second")["set"].(map[string]any)
	if len(first) != 1 || first["a"] != nil || len(second) != 2 {
		t.Errorf("a was removed from the first step; they set %v and %v", first, second)
	}
}
