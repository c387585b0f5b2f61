package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"redial/store"
)

// tried is a flow in which expressions are tried: a call in, a step of a
// component with an example, steps in rounds, a branch, an end.
const tried = `redial: 1
slug: tried
name: Tried
config: {sender: shop@example.com}
trigger:
  uses: webhook
  with:
    schema:
      type: object
      required: [sku]
      properties:
        sku: {type: string, description: The item., examples: [LAMP-01]}
        order id: {type: string}
        status: {enum: [open, paid]}
        lines: {type: array, items: {type: object, properties: {sku: {type: string}, qty: {type: integer}}}}
steps:
  sum_up:
    name: Sum up
    uses: transform
    with: {set: {total: "{{ sum(trigger.body.lines, .qty) }}", odd key: "{{ trigger.body.sku }}"}}
  stock:
    uses: acme/check-inventory
    connection: acme
    on_error: continue
    with: {sku: "{{ trigger.body.sku }}"}
  lines:
    name: Each line
    uses: each
    with:
      items: trigger.body.lines
      as: line
      do:
        steps:
          inner: {uses: transform, with: {set: {a: "{{ line.sku }}"}}}
  enough:
    uses: branch
    with: {paths: [{name: few, when: steps.sum_up.total <= 2}, {name: many}]}
  totals:
    uses: each
    with:
      items: "[{left: steps.sum_up.total}]"
      do: {steps: {part: {uses: transform, with: {set: {a: "{{ item.left }}"}}}}}
  answer: {uses: respond, with: {body: "{{ steps.sum_up }}"}}
edges: [trigger -> sum_up, sum_up -> stock, stock -> lines, lines -> enough, enough.few -> answer, enough.many -> answer, sum_up -> totals]
`

// triedOut is somebody at the flow.
func triedOut(t *testing.T) *person {
	t.Helper()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/acme", `{"component": "acme", "fields": {"api_key": "a-secret-key"}}`)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/tried", tried)
	return p
}

const triedCall = `{"method": "POST", "body": "{\"sku\": \"B-2\", \"extra\": true, \"lines\": [{\"sku\": \"a\", \"qty\": 2}, {\"sku\": \"b\", \"qty\": 3}]}"}`

// ask posts a question about an expression of a step.
func (p *person) ask(t *testing.T, step, what string, question map[string]any) map[string]any {
	t.Helper()
	body, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	a := p.send(t, http.MethodPost, "/flows/tried/steps/"+step+"/"+what, string(body))
	if a.status != http.StatusOK {
		t.Fatalf("%s of %s: %d %s", what, step, a.status, a.body)
	}
	var answer map[string]any
	if err := json.Unmarshal([]byte(a.body), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// offered are the labels of a completion.
func (p *person) offered(t *testing.T, step, source string) []string {
	t.Helper()
	var labels []string
	items, _ := p.ask(t, step, "complete", map[string]any{"language": "expression", "source": source, "offset": len(source)})["items"].([]any)
	for _, item := range items {
		label, _ := item.(map[string]any)["label"].(string)
		labels = append(labels, label)
	}
	return labels
}

func TestCompleteExpression(t *testing.T) {
	t.Parallel()
	p := triedOut(t)
	for source, want := range map[string][]string{
		"trigger.body.":            {"lines", "order id", "sku", "status"},
		"steps.":                   {"stock", "sum_up", "answer"},
		"steps.stock.":             {"available", "sku", "warehouse"},
		"config.":                  {"sender"},
		`trigger.body.status == `:  {"open", "paid"},
		"lin":                      {"line", "steps.lines"},
		"line.":                    {"qty", "sku"},
		"trigger.body.lines | fil": {"filter"},
	} {
		labels := p.offered(t, "inner", source)
		for _, label := range want {
			if label == "steps.lines" {
				if slices.Contains(labels, label) {
					t.Errorf("%s: an inner step is offered its own each step: %q", source, labels)
				}
			} else if !slices.Contains(labels, label) {
				t.Errorf("%s: no %s among %q", source, label, labels)
			}
		}
	}
	// What the data have besides the schema comes with a test.
	if labels := p.offered(t, "answer", "trigger.body.ex"); slices.Contains(labels, "extra") {
		t.Errorf("extra is known before a test: %q", labels)
	}
	p.runs(t, "tried", triedCall)
	if labels := p.offered(t, "answer", "trigger.body.ex"); !slices.Contains(labels, "extra") {
		t.Errorf("extra is not known after a test: %q", labels)
	}
	// In the texts of JSON, which escape what they hold.
	source := `{"é": "\"é\" {{ trigger.body.ord`
	found := p.ask(t, "answer", "complete", map[string]any{"language": "json", "source": source + ` }}", "a": 1}`, "offset": len(source)})
	first, _ := found["items"].([]any)[0].(map[string]any)
	if first["insert"] != `[\"order id\"]` || first["from"] != float64(len(source)-len(".ord")) || found["to"] != float64(len(source)) {
		t.Errorf("in JSON %v is offered, up to %v", first, found["to"])
	}
	if labels := p.ask(t, "answer", "complete", map[string]any{"language": "json", "source": source, "offset": 2})["items"].([]any); len(labels) > 0 {
		t.Errorf("the name of a field is completed: %v", labels)
	}
	// The step's title helps to choose it.
	items := p.ask(t, "answer", "complete", map[string]any{"source": "steps.su", "offset": 8})["items"].([]any)
	if help, _ := items[0].(map[string]any)["help"].(string); !strings.HasPrefix(help, "Sum up: from the run just now.") {
		t.Errorf("help is %q", help)
	}
}

func TestEvaluateExpression(t *testing.T) {
	t.Parallel()
	p := triedOut(t)
	evaluate := func(step, language, source string) map[string]any {
		t.Helper()
		return p.ask(t, step, "evaluate", map[string]any{"language": language, "source": source, "path": "with.body"})
	}
	wants := func(name string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	// Before any run: the schema's sample, the component's example.
	e := evaluate("answer", "template", "{{ trigger.body.sku }}")
	wants("sample", e["value"], "LAMP-01")
	e = evaluate("answer", "expression", "steps.stock.available + 1")
	wants("example", e["value"], 501.0)
	wants("example data", e["dataText"], "with the example of Acme: Check inventory")
	wants("data", e["data"], "example")
	e = evaluate("answer", "expression", "steps.sum_up.total")
	wants("nothing yet", e["dataText"], "There is no data of Sum up yet: run a test, or pin an output.")
	wants("what is missing", e["missing"], true)
	if _, there := e["value"]; there {
		t.Errorf("without data there is the value %v", e["value"])
	}
	// The items of a list that is made of what has not run are not known either.
	e = evaluate("part", "template", "{{ item.left }}")
	wants("no items yet", e["dataText"], "There is no data of Sum up yet: run a test, or pin an output.")
	e = evaluate("inner", "template", "{{ line.qty }}")
	wants("items of an example", e["data"], "example")

	p.runs(t, "tried", triedCall)
	e = evaluate("answer", "expression", `steps.sum_up["odd key"]`)
	wants("run", e["value"], "B-2")
	wants("run data", e["dataText"], "with the data of the run just now")
	wants("type", e["type"], "text")
	e = evaluate("inner", "template", "{{ line.qty * 10 }}")
	wants("item", e["value"], 20.0)
	wants("item data", e["dataText"], "with the first item of Each line")

	// Conditions tell how they came about.
	e = evaluate("enough", "condition", "steps.sum_up.total <= 2 and trigger.body.missing == null")
	wants("condition", e["value"], false)
	explanation, _ := json.Marshal(e["explanation"])
	wantsText(t, string(explanation), `"source":"steps.sum_up.total"`, `"value":5`, `"text":"5"`)

	// One item of a list decides nothing about the others.
	for source, fix := range map[string]any{
		`trigger.body.lines[0].qty > 1`:                   `all(trigger.body.lines, .qty > 1)`,
		`len(trigger.body.lines[0]["sku"]) in [1, 2]`:     `all(trigger.body.lines, len(#["sku"]) in [1, 2])`,
		`all(trigger.body.lines, .qty > 1)`:               nil,
		`trigger.body.lines[trigger.body.order].qty == 1`: nil,
	} {
		e = evaluate("enough", "condition", source)
		text, _ := json.Marshal(e["faults"])
		var faults []struct {
			Code string
			Fix  struct{ Text any }
		}
		_ = json.Unmarshal(text, &faults)
		var fixed any
		for _, f := range faults {
			if f.Code == "one-item" {
				fixed = f.Fix.Text
			}
		}
		wants("the fix of "+source, fixed, fix)
	}
	row, _ := json.Marshal(p.ask(t, "enough", "evaluate", map[string]any{"source": "trigger.body.lines[0].qty", "path": "with.paths[0].when"})["faults"])
	wantsText(t, string(row), "one item of trigger.body.lines alone", "!fix")

	// Null tells where it comes from, faults what was meant.
	e = evaluate("answer", "expression", "trigger.body.sky")
	wants("null", e["value"], nil)
	wantsText(t, e["why"].(string), "There is no sky in trigger.body; did you mean sku?")
	e = evaluate("answer", "expression", "steps.sum_upp.total")
	faults, _ := json.Marshal(e["faults"])
	wantsText(t, string(faults), `"severity":"error"`, `"fix":{"end":13,"start":6,"text":"sum_up"}`)
	e = evaluate("answer", "expression", `trigger.body.sku * 2`)
	if problem, _ := e["problem"].(string); problem == "" && len(e["faults"].([]any)) == 0 {
		t.Errorf("no problem: %v", e)
	}
	// In JSON, texts hold expressions, at their places.
	e = evaluate("answer", "json", `{"to": "{{ config.sender }}", "é": [1, "n\"{{ trigger.body[\"sku\"] }}"], "{{ x }}": "{{ steps.sum_up.total }}"}`)
	wants("JSON", e["text"], `{"to":"shop@example.com","{{ x }}":5,"é":[1,"n\"B-2"]}`)
	wants("data of JSON", e["data"], "test payload")
	source := `{"é": "\u00e4 {{ steps.sum_upp.total }}"}`
	e = evaluate("answer", "json", source)
	faults, _ = json.Marshal(e["faults"])
	at := strings.Index(source, "sum_upp")
	wantsText(t, string(faults), fmt.Sprintf(`"fix":{"end":%d,"start":%d,"text":"sum_up"}`, at+len("sum_upp"), at))
	source = `["\"{{ number(\"x\") }}"]`
	e = evaluate("answer", "json", source)
	place, _ := e["at"].(map[string]any)
	wants("place in JSON", place["start"], float64(strings.Index(source, "number")))
	e = evaluate("answer", "json", `{"a": `)
	faults, _ = json.Marshal(e["faults"])
	wantsText(t, string(faults), "This is not JSON.")
	e = evaluate("answer", "template", "{{ config.sender }} {{ now() > null }}")
	wants("config", e["value"], "shop@example.com false")
}

// TestEvaluatePinned takes what is pinned before what has run.
func TestEvaluatePinned(t *testing.T) {
	t.Parallel()
	p := triedOut(t)
	p.runs(t, "tried", triedCall)
	if err := p.room.store.PutPin(t.Context(), "tried", store.Pin{Step: "sum_up", Output: []byte(`{"total": 9007199254740993}`), User: "ada"}); err != nil {
		t.Fatal(err)
	}
	e := p.ask(t, "answer", "evaluate", map[string]any{"source": "steps.sum_up.total"})
	if e["text"] != "9007199254740993" || e["data"] != "pinned" || e["dataText"] != "with the pinned output" {
		t.Errorf("%v", e)
	}
	wantsText(t, p.shows(t, "/flows/tried/steps/answer/data", asFragment...), "Pinned", "9007199254740993")
}

func TestExpressionsAreBounded(t *testing.T) {
	t.Parallel()
	p := triedOut(t)
	for _, test := range []struct {
		step, what, body string
		status           int
	}{
		{"answer", "complete", `{"source": "` + strings.Repeat("x", 70<<10) + `"}`, 413},
		{"answer", "complete", `{"source": 1}`, 400},
		{"answer", "evaluate", `nothing`, 400},
		{"answer", "evaluate", `{"language": "javascript"}`, 422},
		{"nowhere", "evaluate", `{"source": "1"}`, 404},
		{"answer", "complete", `{"source": "` + strings.Repeat("(", 60<<10) + `", "offset": 99999999}`, 200},
		{"answer", "complete", `{"source": "é{{", "offset": 1, "language": "template"}`, 200},
		{"trigger", "complete", `{"source": "", "offset": -5}`, 200},
		{"answer", "complete", `{"source": "\"\\u12\\", "offset": 4, "language": "json"}`, 200},
		{"answer", "evaluate", `{"source": "` + strings.Repeat("[", 30<<10) + `", "language": "json"}`, 200},
	} {
		if a := p.send(t, http.MethodPost, "/flows/tried/steps/"+test.step+"/"+test.what, test.body); a.status != test.status {
			t.Errorf("%s %.60s: %d %s", test.what, test.body, a.status, a.body)
		}
	}
	// A large value is shown in part.
	e := p.ask(t, "answer", "evaluate", map[string]any{"source": `map(split(repeat("a,", 50000), ","), {a: #})`})
	if text, _ := e["text"].(string); e["cut"] != true || len(text) > 32<<10 || text == "" {
		t.Errorf("cut %v, %d bytes", e["cut"], len(text))
	}
	// Others see nothing.
	if a := p.room.stranger(t).send(t, http.MethodPost, "/flows/tried/steps/answer/evaluate", `{"source": "1"}`); a.status != http.StatusUnauthorized {
		t.Errorf("a stranger gets %d", a.status)
	}
}

// TestExpressionsKeepSecrets: what a connection holds is out of reach.
func TestExpressionsKeepSecrets(t *testing.T) {
	t.Parallel()
	p := triedOut(t)
	p.runs(t, "tried", triedCall)
	for _, source := range []string{"connection.api_key", "steps.stock.connection", "config", "execution", "flow", "trigger"} {
		a := p.send(t, http.MethodPost, "/flows/tried/steps/answer/evaluate", `{"source": "`+source+`"}`)
		wantsText(t, a.body, "!a-secret-key")
	}
	wantsText(t, p.shows(t, "/flows/tried/steps/answer/data", asFragment...), "!a-secret-key")
}

func TestDataPanel(t *testing.T) {
	t.Parallel()
	p := triedOut(t)
	wantsText(t, p.shows(t, "/flows/tried/steps/answer/data", asFragment...),
		"Trigger", "Sum up", "Acme: Check inventory", "not real data", "Only the schema: it has not run yet",
		`data-insert="trigger.body[&#34;order id&#34;]"`, `data-insert="steps.stock.warehouse"`, "The item.", "optional",
		`data-insert="config.sender"`, `draggable="true"`, "open | paid")
	p.runs(t, "tried", triedCall)
	panel := p.shows(t, "/flows/tried/steps/answer/data", asFragment...)
	wantsText(t, panel, `data-insert="trigger.body.lines[1].qty"`, `data-insert="map(trigger.body.lines, .qty)"`,
		`data-insert="steps.sum_up[&#34;odd key&#34;]"`, "only in the data", "/executions/", "!inner")

	// In a round there is its item.
	wantsText(t, p.shows(t, "/flows/tried/steps/inner/data", asFragment...),
		"line, the item of the round", `data-insert="line.qty"`, `data-insert="index"`, "The first item of Each line.")

	// A step that was changed has put out something older.
	p.room.wants(t, http.StatusOK, http.MethodPut, "/api/flows/tried", strings.Replace(tried, "odd key", "other", 1))
	wantsText(t, p.shows(t, "/flows/tried/steps/answer/data", asFragment...), "stale")

	if a := p.get(t, "/flows/tried/steps/answer/data/value?source=steps.sum_up"); a.status != http.StatusOK || !strings.Contains(a.body, `"total": 5`) {
		t.Errorf("a whole value: %d %s", a.status, a.body)
	}
	for _, path := range []string{"/flows/tried/steps/answer/data/value?source=steps.none", "/flows/tried/steps/none/data", "/flows/none/steps/answer/data"} {
		if a := p.get(t, path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

func TestDataPanelShowsHostileNamesAsText(t *testing.T) {
	t.Parallel()
	p := triedOut(t)
	p.runs(t, "tried", `{"method": "POST", "body": "{\"sku\": \"<img src=x onerror=alert(1)>\", \"a\\\"><script>\": {\"__proto__\": 1}, \"`+strings.Repeat("n", 10_000)+`\": 1}"}`)
	wantsText(t, p.shows(t, "/flows/tried/steps/answer/data", asFragment...), "!<script>", "!<img", "&lt;img", "__proto__", "!"+strings.Repeat("n", 1000))
}

func TestFunctionsHelp(t *testing.T) {
	t.Parallel()
	p := triedOut(t)
	a := p.get(t, "/functions", asFragment...)
	wantsText(t, a.body, `data-insert="upper()"`, "padStart(text, length, fill?)", "Dates", "formatDate", "&#34;CAFÉ&#34;")
	if again := p.get(t, "/functions", "If-None-Match", a.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("the same again: %d", again.status)
	}
}
