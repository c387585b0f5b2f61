package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// readsData is a flow whose last step reads what comes before it.
const readsData = `redial: 1
slug: reads-data
name: Reads data
trigger:
  uses: webhook
  with:
    schema:
      type: object
      required: [sku]
      properties:
        sku: {type: string, description: The item., examples: [LAMP-01]}
        order id: {type: string, examples: [A-17]}
        lines: {type: array, items: {type: object, properties: {sku: {type: string, examples: [a]}, unit price: {type: number, examples: [2.5]}}}}
steps:
  sum_up:
    name: Sum up
    uses: transform
    with: {set: {total: "{{ trigger.body.lines[0].sku }}"}}
  answer:
    name: Answer
    uses: respond
    with: {status: 200, body: "Order "}
edges: [trigger -> sum_up, sum_up -> answer]
`

// bodyField is the field of the body in the inspector, in JavaScript.
const bodyField = `document.querySelector('#inspector expression-field[data-path="with.body"]')`

// openData opens the panel of the last step, with the caret at the end of its
// body.
func openData(t *testing.T, p *program) *tab {
	t.Helper()
	p.api(t, "PUT", "/api/flows/reads-data", readsData, nil)
	tb := p.signedIn(t)
	tb.open(p.base + "/flows/reads-data?step=answer")
	canvasReady(tb)
	tb.wait("the form", `!document.querySelector("#inspector fieldset.inspector-form").disabled`)
	evaluate[bool](tb, `(`+bodyField+`.querySelector(":is(textarea, input)").focus(), true)`)
	tb.wait("the editor", ``+bodyField+`.querySelector(".cm-editor")?.contains(document.activeElement)`)
	tb.press(kb.End)
	tb.showData()
	return tb
}

// showData opens the panel by its button in the inspector.
func (tb *tab) showData() {
	tb.t.Helper()
	canvasReady(tb)
	tb.wait("the scripts", `customElements.get("expression-field") !== undefined`)
	evaluate[bool](tb, `(document.querySelector(".inspector-head [data-action=data-panel]").click(), true)`)
	tb.wait("the data", `document.querySelectorAll("#data-panel .data-source").length >= 2`)
}

// bodyIs waits for the text of the field.
func (tb *tab) bodyIs(want string) {
	tb.t.Helper()
	tb.wait("the body to be "+want, fmt.Sprintf(bodyField+`.querySelector(":is(textarea, input)").value === %s`, quote(want)))
}

// pick finds what writes an expression, in the view that is shown.
func pick(insert string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("#data-panel button[data-insert]")].find((b) => b.dataset.insert === %s && b.checkVisibility())`, quote(insert))
}

func (tb *tab) pick(insert string) {
	tb.t.Helper()
	tb.wait("the value "+insert, pick(insert)+" !== undefined")
	evaluate[bool](tb, `(`+pick(insert)+`.click(), true)`)
}

// view chooses how the data are shown.
func (tb *tab) view(name string) {
	tb.t.Helper()
	evaluate[bool](tb, fmt.Sprintf(`(document.querySelector("#data-panel button[data-view=%s]").click(), true)`, strings.ToLower(name)))
}

func TestDataPanelWritesWhatIsClicked(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	tb := openData(t, p)
	// A row that was shut stays so when the data are read again.
	const row = `document.querySelector('#data-panel [data-source="trigger"] [data-of=json] [aria-label="Fields of lines"]')`
	shut := evaluate[string](tb, row+`.ariaExpanded === "true" ? "false" : "true"`)
	evaluate[bool](tb, `(document.querySelector(".data-list").toggleAttribute("data-old"), `+row+`.click(), document.querySelector("[data-action=data-refresh]").click(), true)`)
	tb.wait("the data, read again", `document.querySelector(".data-list:not([data-old])") !== null`)
	if now := evaluate[string](tb, row+`.ariaExpanded`); now != shut {
		t.Errorf("a row that was turned to %s is %s when the data are read again", shut, now)
	}
	evaluate[bool](tb, `(`+row+`.click(), true)`)
	tb.pick(`trigger.body["order id"]`)
	tb.bodyIs(`Order {{ trigger.body["order id"] }}`)
	tb.pick(`trigger.body.lines[0]["unit price"]`)
	tb.bodyIs(`Order {{ trigger.body["order id"] }}{{ trigger.body.lines[0]["unit price"] }}`)

	// The views hold the same: the types, and lists as tables.
	tb.view("Schema")
	tb.see("The item.")
	tb.see("optional")
	tb.view("Table")
	tb.wait("the column", pick(`map(trigger.body.lines, #["unit price"])`)+" !== undefined")

	// They are remembered, and so is what was shut.
	evaluate[bool](tb, `(document.querySelector('#data-panel [data-source="trigger"] .data-source-toggle').click(), true)`)
	tb.open(p.base + "/flows/reads-data?step=answer")
	tb.showData()
	tb.wait("the table shut as before", `document.querySelector('#data-panel [data-source="trigger"] .data-source-toggle')?.getAttribute("aria-expanded") === "false" &&
		document.querySelector("#data-panel button[data-view=table]").getAttribute("aria-pressed") === "true"`)
}

func TestDataPanelByKeyboardAndSearch(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	tb := openData(t, p)
	evaluate[bool](tb, `(document.querySelector("#data-panel input").focus(), true)`)
	tb.press("order id")
	tb.wait("what was sought alone", `[...document.querySelectorAll("#data-panel .data-view[data-of=json] [data-filtered]")].filter((row) => row.checkVisibility()).length === 2`)
	// What the search has opened can be shut, and opened again.
	const lines = `[...document.querySelectorAll('#data-panel [data-source="trigger"] [data-filtered]')].some((row) => row.checkVisibility())`
	const shuts = `document.querySelector('#data-panel [data-source="trigger"] .data-source-toggle')`
	for _, open := range []string{"false", "true"} {
		evaluate[bool](tb, `(`+shuts+`.click(), true)`)
		tb.wait("the source with its rows seen: "+open, shuts+`.getAttribute("aria-expanded") === "`+open+`" && `+lines+` === `+open)
	}
	tb.press(kb.ArrowDown)
	for range 3 {
		if strings.Contains(evaluate[string](tb, `document.activeElement.dataset.insert ?? ""`), "order id") {
			break
		}
		tb.press(kb.ArrowDown)
	}
	tb.press(kb.Enter)
	tb.bodyIs(`Order {{ trigger.body["order id"] }}`)
	// Beside it the palette makes room, where the window is not that wide.
	const folded = `document.querySelector(".palette").hasAttribute("data-folded")`
	tb.wait("the palette to be folded", folded)
	evaluate[bool](tb, `(document.querySelector("#data-panel input").focus(), true)`)
	tb.press(kb.Escape)
	tb.wait("the palette to be back", `!`+folded)
	tb.wait("the panel shut and the field focused", `document.querySelector("#data-panel").hidden && `+bodyField+`.contains(document.activeElement)`)
	// From within the form, too, Escape shuts the data first, and then the form.
	tb.showData()
	evaluate[any](tb, `document.querySelector("#inspector .id-input").focus()`)
	tb.press(kb.Escape)
	tb.wait("the panel shut over the form", `document.querySelector("#data-panel").hidden && !document.querySelector("#inspector").hidden && document.activeElement.matches(".id-input")`)
	tb.press(kb.Escape)
	tb.wait("the card", `document.querySelector("#inspector").hidden && document.activeElement.matches(".card-link")`)
}

func TestDataPanelIsDraggedFrom(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	tb := openData(t, p)
	// A drag by the mouse is the browser's own; what it carries is ours.
	carried := evaluate[string](tb, `(() => {
		const dataTransfer = new DataTransfer();
		`+pick("steps.sum_up")+`.dispatchEvent(new DragEvent("dragstart", { bubbles: true, dataTransfer }));
		const at = `+bodyField+`.querySelector(".cm-content").getBoundingClientRect();
		const options = { bubbles: true, cancelable: true, dataTransfer, clientX: at.right - 2, clientY: at.top + at.height / 2 };
		`+bodyField+`.dispatchEvent(new DragEvent("dragover", options));
		`+bodyField+`.querySelector(".cm-content").dispatchEvent(new DragEvent("drop", options));
		return dataTransfer.getData("text/plain");
	})()`)
	if carried != "steps.sum_up" {
		t.Errorf("the drag carries %q", carried)
	}
	tb.bodyIs("Order {{ steps.sum_up }}")

	// Where a name is written, it is a value that is called like the data.
	tb.saved()
	tb.choose("sum_up")
	tb.wait("the data of the step", `document.querySelector("#data-panel .data-list")?.dataset.step === "sum_up"`)
	evaluate[any](tb, `(() => {
		const dataTransfer = new DataTransfer(), into = document.querySelector("#inspector [data-as=new-key]");
		`+pick(`trigger.body["order id"]`)+`.dispatchEvent(new DragEvent("dragstart", { bubbles: true, dataTransfer }));
		into.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
	})()`)
	tb.wait("the new value to have the focus", `document.activeElement.closest("[data-path]")?.dataset.path === 'with.set["order id"]'`)
	tb.saved()
	if set, _ := p.fields(t, "reads-data", "sum_up")["set"].(map[string]any); set["order id"] != `{{ trigger.body["order id"] }}` {
		t.Errorf("the step sets %v", set)
	}
}

// jsonBody is the body of the last step as it is written in JSON, in JavaScript.
const jsonBody = `document.querySelector('#inspector [data-path="with.body"] textarea[data-as=json]')`

// inJSON is what has the focus while it is written.
const inJSON = `document.activeElement.closest("expression-field[language=json] .cm-content")`

// openJSON shows the body of the last step as JSON.
func openJSON(t *testing.T, p *program) *tab {
	t.Helper()
	tb := openData(t, p)
	evaluate[bool](tb, `(document.querySelector('#inspector .field[data-path="with.body"] [data-action=as-json]').click(), true)`)
	tb.wait("the JSON", inJSON+` !== null`)
	return tb
}

// jsonIs waits for the text of the JSON.
func (tb *tab) jsonIs(want string) {
	tb.t.Helper()
	tb.wait("the JSON to be "+want, fmt.Sprintf(jsonBody+`.value === %s`, quote(want)))
}

// jsonSent waits until what was written has been sent, and the form shown anew.
func (tb *tab) jsonSent() {
	tb.t.Helper()
	tb.wait("the form to be sent", `!document.querySelector("#inspector").hasAttribute("data-behind")`)
	tb.saved()
}

func TestDataPanelWritesIntoJSON(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	tb := openJSON(t, p)
	type keys = []string
	write := func(all ...keys) {
		t.Helper()
		for _, some := range all {
			for _, key := range some {
				tb.press(key)
			}
		}
	}
	tb.press(`a`, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	// Brackets and quotes close by themselves, and what is typed over them is there once.
	write(keys{`{"note": "Order `, kb.ArrowRight, `, "sum": `})
	tb.pick("steps.sum_up") // where a value belongs: a string of its own
	tb.jsonIs(`{"note": "Order ", "sum": "{{ steps.sum_up }}"}`)
	tb.jsonSent()
	tb.wait("the value that it has", inField("with.body", `.querySelector("[data-part=json] .expression-value button")?.textContent.includes('{"note":"Order ","sum":')`))
	tb.press(kb.Home, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	write(slices.Repeat(keys{kb.ArrowRight}, len(`{"note": "Order `)))
	// By keys: the form is behind by then, and shown anew while the focus is away.
	evaluate[bool](tb, `(`+pick(`trigger.body["order id"]`)+`.focus(), true)`)
	tb.wait("the form as it is", `!document.querySelector("#inspector").hasAttribute("data-behind")`)
	tb.press(kb.Enter)
	want := `{"note": "Order {{ trigger.body[\"order id\"] }}", "sum": "{{ steps.sum_up }}"}`
	tb.jsonIs(want)
	tb.jsonSent()
	body, _ := p.fields(t, "reads-data", "answer")["body"].(map[string]any)
	if body["note"] != `Order {{ trigger.body["order id"] }}` || body["sum"] != "{{ steps.sum_up }}" {
		t.Errorf("the draft has the body %v", body)
	}

	// Behind a value there is no place for one.
	tb.press(kb.End, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	tb.pick("steps.sum_up")
	tb.see("A value cannot stand there")
	tb.jsonIs(want)

	// What is typed gets suggestions, and what is wrong is told at its place.
	write(keys{kb.ArrowLeft, `, "skus": [{{trigger.body.sk`})
	tb.wait("the suggestion", `document.querySelector(".cm-tooltip-autocomplete .cm-completionLabel")?.textContent === "sku"`)
	write(keys{`u}}`, kb.ArrowRight, `, "{{steps.sum_upp}}`})
	tb.wait("what is wrong", `[...document.querySelectorAll(".expression-fault")].map((part) => part.textContent).join("") === "steps.sum_upp" && document.querySelector("[data-part=json] .expression-fix") !== null`)
	evaluate[bool](tb, `(document.querySelector("[data-part=json] .expression-fix").click(), true)`)
	tb.jsonIs(want[:len(want)-1] + `, "skus": ["{{ trigger.body.sku }}", "{{ steps.sum_up }}"]}`)
	tb.jsonSent()
}

func TestDataPanelIsDraggedIntoJSON(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	tb := openJSON(t, p)
	tb.press(`a`, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	tb.insert(`["Order "]`)
	tb.jsonSent()
	evaluate[bool](tb, `(() => {
		const dataTransfer = new DataTransfer(), into = document.querySelector("expression-field[language=json] .cm-content");
		`+pick(`trigger.body["order id"]`)+`.dispatchEvent(new DragEvent("dragstart", { bubbles: true, dataTransfer }));
		const text = document.createRange(), walker = document.createTreeWalker(into, NodeFilter.SHOW_TEXT);
		while (walker.nextNode() && !walker.currentNode.data.includes("Order "));
		text.selectNodeContents(walker.currentNode);
		text.setStart(walker.currentNode, walker.currentNode.data.indexOf("Order ") + 6);
		text.collapse(true);
		const { left, top, height } = text.getBoundingClientRect();
		const options = { bubbles: true, cancelable: true, dataTransfer, clientX: left, clientY: top + height / 2 };
		if (into.dispatchEvent(new DragEvent("dragover", options))) throw new Error("the field takes no drop");
		into.dispatchEvent(new DragEvent("drop", options));
		return true;
	})()`)
	tb.jsonIs(`["Order {{ trigger.body[\"order id\"] }}"]`)
	tb.jsonSent()
}

func TestDataPanelShowsANewRun(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	tb := openData(t, p)
	if shown := evaluate[bool](tb, pick("trigger.body.found")+` !== undefined`); shown {
		t.Fatal("the field is known before the run")
	}
	p.api(t, "POST", "/api/flows/reads-data/test", map[string]any{"method": "POST", "body": map[string]any{"sku": "B-9", "found": true}}, nil)
	tb.pick("trigger.body.found")
	tb.bodyIs("Order {{ trigger.body.found }}")
	tb.wait("what was put out", `document.querySelector('#data-panel [data-source="steps.sum_up"]').innerText.includes("From the run")`)
}

func TestDataPanelFitsEverywhere(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, "PUT", "/api/flows/reads-data", readsData, nil)
	tb := p.signedIn(t)
	for _, s := range []size{wide, narrow} {
		for _, colours := range []scheme{light, dark} {
			tb.look(s, colours)
			tb.open(p.base + "/flows/reads-data?step=answer")
			tb.showData()
			for _, view := range []string{"Schema", "Table", "JSON"} {
				tb.view(view)
				tb.judge("data-"+strings.ToLower(view), s, colours)
			}
		}
	}
}
