package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Rows are no edit yet when the server is away: they are written when it is back.
func TestRowsAreWrittenWhenTheServerIsBack(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	b := forMouse(p.signedIn(t))
	b.openForm(p, "everything", "decide")
	b.v.watch.expect(http.StatusServiceUnavailable)
	evaluate[any](b.tab, `(() => {
		const real = window.fetch;
		window.away = () => Promise.reject(new TypeError("Failed to fetch"));
		window.attempts = 0;
		window.fetch = (path, options) => {
			if (!String(path).endsWith("/compose")) return real(path, options);
			attempts++;
			return window.away ? window.away() : real(path, options);
		};
	})()`)
	const when = "with.paths[0].when"
	b.fill(inside(when, `[data-row] [data-part=value]`), "8")
	b.wait("that it is not saved", inField(when, `.querySelector("[data-part=rows-fault]:not([hidden])")?.textContent.includes("The rows are saved as soon as it answers.")`))
	b.wait("another attempt", `attempts > 1`)
	if blocked := evaluate[bool](b.tab, `!window.dispatchEvent(new Event("beforeunload", {cancelable: true}))`); !blocked {
		t.Error("leaving the page with rows that are not saved is not warned of")
	}
	// Refused in passing, and then taken, with what is in them by then.
	evaluate[any](b.tab, `window.away = () => Promise.resolve(new Response('{"detail": "Busy."}', { status: 503 })), undefined`)
	b.wait("the refusal", inField(when, `.querySelector("[data-part=rows-fault]").textContent.startsWith("Busy.")`))
	evaluate[any](b.tab, `window.away = null, undefined`)
	b.wait("the rows to be written", inField(when, `.querySelector("[data-part=rows-fault]").hidden`))
	b.wait("the form to be up to date", calm)
	if first := fmt.Sprint(p.pathsOf(t)[0]); !strings.Contains(first, "trigger.body.quantity <= 8") {
		t.Errorf("the condition is %s", first)
	}
}

func TestMappingRowsBecomeAnExpressionAndBack(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	b := forMouse(p.signedIn(t))
	b.openForm(p, "everything", "put")
	const lines = "with.set.lines"
	draftHas := func(want string) {
		t.Helper()
		b.wait("the form to be up to date", calm)
		b.saved()
		set, _ := p.fields(t, "everything", "put")["set"].(map[string]any)
		if set["lines"] != want {
			t.Errorf("the draft has %v, want %s", set["lines"], want)
		}
	}
	row := func(n int, part string) string {
		return inside(lines, fmt.Sprintf(`[data-row]:nth-of-type(%d) [data-part=%s]`, n, part))
	}
	b.push(inside(lines, `[data-rows=add]`))
	b.wait("the place of the name", `document.activeElement.matches("`+strings.ReplaceAll(`[data-row]:nth-of-type(4) [data-part=name]`, `"`, `\"`)+`")`)
	b.insert("double")
	b.fill(row(4, "value"), "#.quantity * 2")
	b.fill(inside(lines, `[data-part=list]`), "filter(trigger.body.lines, .quantity > 0)")
	b.leave()
	draftHas(`{{ map(filter(trigger.body.lines, .quantity > 0), {sku: .sku, "item no": .number, double: #.quantity * 2}) }}`)

	// A field that is removed, and one that is wrong and mended.
	b.push(inside(lines, `[data-row]:nth-of-type(2) [data-rows=remove]`))
	b.fill(row(3, "value"), "#.quantity *")
	b.leave()
	b.wait("what is wrong", inField(lines, `.querySelector(".field-notes .problem")?.textContent.includes("#.quantity * cannot be read")`))
	draftHas(`{{ map(filter(trigger.body.lines, .quantity > 0), {"item no": .number, double: _("#.quantity *")}) }}`)
	b.fill(inside(lines, `[data-part=list]`), "x")
	b.press("\b")
	b.leave()
	b.wait("what is missing", inField(lines, `.querySelector(".field-notes .problem")?.textContent.includes("Choose the list")`))
	b.fill(inside(lines, `[data-part=list]`), "filter(trigger.body.lines, .quantity > 0)")
	b.fill(row(3, "value"), "#.quantity * 3")
	b.leave()
	draftHas(`{{ map(filter(trigger.body.lines, .quantity > 0), {"item no": .number, double: #.quantity * 3}) }}`)

	// Data of the list's first item are those of each item, and take the place of a path.
	take := func(part, data string) {
		t.Helper()
		evaluate[any](b.tab, fmt.Sprintf(`document.querySelector(%q).closest("expression-field").insert(%q)`, part, data))
		b.leave()
	}
	b.fill(inside(lines, `[data-part=list]`), "x")
	take(inside(lines, `[data-part=list]`), "trigger.body.lines[0]")
	take(row(2, "value"), "trigger.body.lines[0].sku")
	b.fill(row(3, "value"), "#.quantity * .price")
	take(row(3, "value"), "trigger.body.lines[0]")
	draftHas(`{{ map(trigger.body.lines, {"item no": .sku, double: #.quantity * #}) }}`)

	// What an expression comes to has room of its own.
	for _, part := range []string{inside(lines, `[data-part=list]`), inside("with.set.total", `[data-as]`), inside("with.set.currency", `[data-as]`)} {
		b.push(part)
		b.wait("what it comes to", `document.activeElement.closest("expression-field")?.querySelector(".expression-result")?.checkVisibility()`)
		b.apart("the form at " + part)
	}

	// As an expression, and as rows again.
	b.push(inside(lines, `[data-view=source]`))
	b.fill(inside(lines, `[data-part=source] [data-as]`), "{{ map(trigger.body.lines, {id: .sku}) }}")
	b.leave()
	b.wait("the form to be up to date", calm)
	b.push(inside(lines, `[data-view=rows]`))
	b.wait("the rows of the expression", inField(lines, `?.querySelectorAll("[data-row]").length === 1 && `+inField(lines, `.querySelector("[data-row] [data-part=name]").value === "id"`)))
	draftHas("{{ map(trigger.body.lines, {id: .sku}) }}")
}

func TestSchemaIsMadeFromTheSample(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, http.MethodPut, "/api/flows/tuned", tuned, nil)
	b := forMouse(p.signedIn(t))
	b.openForm(p, "tuned", "trigger")
	button := inside("with.schema", `.field-tools`) + ` button` + saying + `Make from the sample`
	b.see("The sample is the body of the payload in the Run drawer.")

	// Where there is none, the button leads to where one is written.
	b.push(button)
	b.see("There is no sample yet.")
	b.wait("the payload with the focus, selected", `(({ id, value, selectionStart, selectionEnd }) => id === "payload-body" && selectionEnd - selectionStart === value.trimEnd().length)(document.activeElement)`)
	b.look(narrow, light) // where one of the two is seen at a time
	b.push(`#drawer-toggle`)
	b.wait("the form in place of the payload", `document.querySelector("#inspector").checkVisibility()`)
	b.push(button)
	b.wait("the payload in place of the form", `!document.querySelector("#inspector").checkVisibility() && document.activeElement.id === "payload-body"`)
	b.look(wide, light)
	b.wait("the form beside the payload", `document.querySelector("#inspector").checkVisibility()`)
	has := func(name string) {
		b.t.Helper()
		b.wait("the schema in its field", inField("with.schema", `?.querySelector("textarea.json")?.value.includes('`+name+`')`))
		b.saved()
	}
	b.fill(`#payload-body`, `{"before": true}`)
	b.wait("the payload to be kept", `document.querySelector("#payload-saved").textContent === "Saved"`)
	b.push(button)
	has("before")
	b.see("The schema is made from the sample.")

	// The payload is sent before it is asked for its schema.
	b.fill(`#payload-body`, `{"sku": "LAMP-01", "quantity": 2}`)
	b.push(button)
	has("quantity")
	var file struct {
		Trigger struct {
			With struct {
				Schema struct {
					Type       string
					Required   []string
					Properties map[string]struct{ Type string }
				}
			}
		}
	}
	p.api(t, http.MethodGet, "/api/flows/tuned", nil, &file)
	schema := file.Trigger.With.Schema
	if schema.Type != "object" || schema.Properties["sku"].Type != "string" || schema.Properties["quantity"].Type != "integer" || len(schema.Properties) != 2 {
		t.Errorf("the schema is %+v", schema)
	}
}

// The connection of a step is chosen among those that there are, and stays when
// another one is made and given up.
func TestFormChoosesAConnection(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	p.api(t, http.MethodPut, "/api/connections/store", map[string]any{"component": "everything", "fields": map[string]any{"api_key": "y"}}, nil)
	b := forMouse(p.signedIn(t))
	b.openForm(p, "everything", "full")
	b.take(control("connection"), "store")
	b.wait("the form to be up to date", calm)
	b.saved()
	connection := func() string {
		t.Helper()
		var file struct {
			Steps map[string]struct{ Connection string }
		}
		p.api(t, http.MethodGet, "/api/flows/everything", nil, &file)
		return file.Steps["full"].Connection
	}
	if got := connection(); got != "store" {
		t.Errorf("the step has the connection %s", got)
	}
	b.take(control("connection"), "New connection…")
	b.wait("the dialog", `document.activeElement.id === "connection-name"`)
	b.push(`.connection-dialog button` + saying + `Cancel`)
	b.wait("the choice of before", inField("connection", `?.querySelector("select").value === '"store"'`)+` && document.querySelector(".connection-dialog[open]") === null`)
	if got := connection(); got != "store" {
		t.Errorf("the step has the connection %s", got)
	}
}
