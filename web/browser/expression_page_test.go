package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"redial/engine/expression"
	"redial/static"
)

// expressionPage is a page with fields for expressions and nothing else, and the
// server that they ask. The language behind it is the real one.
type expressionPage struct {
	*tab
	server *httptest.Server

	mu    sync.Mutex
	asked []string // sources that were evaluated
	hold  chan struct{}
}

// field is one <expression-field> and the control in it.
type field struct {
	path, language, value string
	rows                  int // of a textarea; 0: an input
	placeholder           string
}

func newExpressionPage(t *testing.T, fields ...field) *expressionPage {
	t.Helper()
	p := &expressionPage{}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static.Handler())
	mux.HandleFunc("GET /flows/test", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'")
		fmt.Fprint(w, expressionHTML(fields))
	})
	mux.HandleFunc("GET /functions", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<p>The functions of the language.</p><button type="button" class="button" data-insert="upper()">upper</button>`)
	})
	mux.HandleFunc("POST /flows/test/steps/confirm/complete", p.complete)
	mux.HandleFunc("POST /flows/test/steps/confirm/evaluate", p.evaluate)
	p.server = httptest.NewServer(mux)
	t.Cleanup(p.server.Close)
	p.tab = newVisitor(t).tab()
	p.open(p.server.URL + "/flows/test")
	// What the rest of the page would hear.
	evaluate[bool](p.tab, `(() => {
		window.heard = [];
		for (const type of ["input", "change", "focus", "blur"]) document.addEventListener(type, (event) => {
			if (event.target.matches?.("[data-as]")) heard.push(type + " " + event.target.value);
			else if (type === "input" || type === "change") heard.push("stray " + type);
		}, type === "focus" || type === "blur");
		return true;
	})()`)
	return p
}

func expressionHTML(fields []field) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Expressions</title><link rel="icon" href="data:,">`)
	for _, name := range []string{"redial.css", "inspector.css", "expression-field.css"} {
		fmt.Fprintf(&b, `<link rel="stylesheet" href="%s">`, static.URL(name))
	}
	fmt.Fprintf(&b, `<script type="module" src="%s"></script></head><body><main class="page" data-slug="test"><h1>Expressions</h1><div class="inspector"><div class="inspector-body"><div class="inspector-form">`, static.URL("expression-field.js"))
	for i, f := range fields {
		common := fmt.Sprintf(`class="input mono" id="f%d" data-as="text" aria-describedby="f%d-notes" placeholder="%s" autocomplete="off"`, i, i, html.EscapeString(f.placeholder))
		control := fmt.Sprintf(`<input type="text" %s value="%s">`, common, html.EscapeString(f.value))
		if f.rows > 0 {
			control = fmt.Sprintf("<textarea %s rows=\"%d\">\n%s</textarea>", common, f.rows, html.EscapeString(f.value))
		}
		fmt.Fprintf(&b, `<div class="field" data-path="%[1]s"><div class="field-head"><label for="f%[2]d" id="f%[2]d-label">%[1]s</label></div>
			<expression-field language="%[3]s" data-step="confirm" data-path="%[1]s">%[4]s</expression-field>
			<div class="field-notes" id="f%[2]d-notes"></div></div>`, f.path, i, f.language, control)
	}
	b.WriteString(`</div></div></div><button type="button" class="button" id="after">After</button></main></body></html>`)
	return b.String()
}

var expressionScope = &expression.Scope{
	Trigger: expression.TypeOf(expressionTrigger),
	Steps:   map[string]expression.StepInfo{"check": {Output: expression.TypeOf(expressionCheck), Upstream: true}},
}

var (
	expressionTrigger = map[string]any{"body": map[string]any{"name": "Ada Lovelace", "qty": int64(5), "odd key": true, "note": nil,
		"hostile": `<img src=x onerror="document.body.innerHTML=1">`}}
	expressionCheck = map[string]any{"stock": int64(2), "sku": "LAMP-01"}
)

func expressionValues() *expression.Values {
	return &expression.Values{Trigger: expressionTrigger, Step: func(string) (any, bool) { return expressionCheck, true }}
}

type expressionQuestion struct {
	Language expression.Language
	Source   string
	Offset   int
}

func (p *expressionPage) complete(w http.ResponseWriter, r *http.Request) {
	var asked expressionQuestion
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	found := expression.Complete(asked.Source, asked.Offset, asked.Language, expressionScope, expressionValues())
	items := make([]map[string]any, len(found.Items))
	for i := range found.Items {
		c := &found.Items[i]
		items[i] = map[string]any{"label": c.Label, "insert": c.Insert, "from": c.From, "caret": c.Caret, "kind": c.Kind, "type": c.Type, "help": c.Help, "example": c.Example, "refused": c.Refused}
	}
	writeJSON(w, map[string]any{"from": found.From, "to": found.To, "items": items})
}

func (p *expressionPage) evaluate(w http.ResponseWriter, r *http.Request) {
	var asked expressionQuestion
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.asked = append(p.asked, asked.Source)
	hold := p.hold
	p.mu.Unlock()
	if hold != nil && strings.Contains(asked.Source, "slow") {
		select {
		case <-hold:
		case <-r.Context().Done():
			return
		}
	}
	writeJSON(w, expressionAnswer(asked))
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // whoever asked may be gone
}

// expressionAnswer is what an expression comes to.
func expressionAnswer(asked expressionQuestion) map[string]any {
	answer := map[string]any{"data": "last run", "faults": []any{}}
	var value any
	var err error
	var faults []expression.Fault
	switch asked.Language {
	case expression.LanguageTemplate:
		var template *expression.Template
		if template, faults = expression.CompileTemplate(asked.Source, expressionScope, expression.TextTemplate); template != nil {
			value, err = template.Eval(expressionValues())
		}
	default:
		var program *expression.Program
		if program, faults = expression.Compile(asked.Source, expressionScope); program != nil {
			explained := program.Explain(expressionValues())
			value, err = explained.Value, explained.Err
			answer["explanation"] = map[string]any{"text": explained.Text, "parts": explainedParts(explained)}
			for _, part := range explained.Parts {
				if value == nil && part.Note != "" {
					answer["why"] = part.Note
				}
			}
		}
	}
	answer["faults"] = faultsWithFixes(asked.Source, faults)
	var failed *expression.Error
	switch {
	case len(faults) > 0:
	case errors.As(err, &failed):
		answer["problem"], answer["at"] = failed.Message, map[string]int{"start": failed.Offset, "end": failed.End}
	default:
		answer["value"], answer["text"], answer["type"], answer["dataText"] = value, jsonText(value), expression.TypeOf(value).Kind.String(), "with the data of the last run"
		if text, ok := value.(string); ok {
			answer["text"] = text
		}
	}
	return answer
}

func explainedParts(explained expression.Explanation) []map[string]any {
	parts := make([]map[string]any, len(explained.Parts))
	for i, part := range explained.Parts {
		parts[i] = map[string]any{"source": part.Source, "value": part.Value, "text": jsonText(part.Value), "note": part.Note}
	}
	return parts
}

func faultsWithFixes(source string, faults []expression.Fault) []map[string]any {
	list := make([]map[string]any, len(faults))
	for i, f := range faults {
		list[i] = map[string]any{"start": f.Start, "end": f.End, "message": f.Message, "severity": "error"}
		if _, offered, found := strings.Cut(f.Message, "did you mean "); found {
			offered, _, _ = strings.Cut(offered, "?")
			at := strings.LastIndexAny(source[f.Start:f.End], ".") + 1
			list[i]["fix"] = map[string]any{"start": f.Start + at, "end": f.End, "text": strings.TrimSpace(offered)}
		}
	}
	return list
}

// enter puts the focus into a field as a script does, and waits for its editor.
func (p *expressionPage) enter(path string) {
	p.t.Helper()
	evaluate[bool](p.tab, fmt.Sprintf(`(document.querySelector('.field[data-path="%s"] [data-as]').focus(), true)`, path))
	p.wait("the editor of "+path, fmt.Sprintf(`document.activeElement.matches('expression-field[data-path="%s"] .cm-content')`, path))
}

// value is that of the control of a field.
func (p *expressionPage) value(path string) string {
	p.t.Helper()
	return evaluate[string](p.tab, fmt.Sprintf(`document.querySelector('.field[data-path="%s"] [data-as]').value`, path))
}

func (p *expressionPage) want(path, value string) {
	p.t.Helper()
	if got := p.value(path); got != value {
		p.t.Errorf("%s is %q, want %q", path, got, value)
	}
}

// heard are the events of controls since it was last asked.
func (p *expressionPage) heard() []string {
	p.t.Helper()
	return evaluate[[]string](p.tab, `heard.splice(0)`)
}

// sources are those that were evaluated until now.
func (p *expressionPage) sources() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// click presses the mouse in the middle of the first element that a selector
// finds.
func (p *expressionPage) click(selector string) { p.clickText(selector, "") }

// clickText does so with the first that holds a text.
func (p *expressionPage) clickText(selector, text string) {
	p.t.Helper()
	found := fmt.Sprintf(`[...document.querySelectorAll(%s)].find((element) => element.textContent.includes(%s))`, quote(selector), quote(text))
	p.wait(selector+" with "+text, found+" !== undefined")
	box := evaluate[map[string]float64](p.tab, `(() => { const element = `+found+`; element.scrollIntoView({block: "nearest"}); const {left, top, width, height} = element.getBoundingClientRect(); return {x: left + width / 2, y: top + height / 2}; })()`)
	ctx, cancel := p.within()
	defer cancel()
	for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMouseMoved, input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: box["x"], Y: box["y"], Button: input.MouseButtonLeft, ClickCount: 1})
		p.must("clicking on "+selector, err)
	}
}

// nextInteraction waits until a list that has just opened takes keys: for a
// moment it does not, so that nobody picks what was not there when they pressed.
func (p *expressionPage) nextInteraction() {
	p.t.Helper()
	evaluate[bool](p.tab, `new Promise((resolve) => {
		const since = performance.now();
		const look = (now) => now - since > 150 ? resolve(true) : requestAnimationFrame(look);
		requestAnimationFrame(look);
	})`)
}

// pressEnter presses Enter as a keyboard does: what the page prevents of it does
// not happen.
func (p *expressionPage) pressEnter() {
	p.t.Helper()
	ctx, cancel := p.within()
	defer cancel()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		key := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
		if kind == input.DispatchKeyEventTypeKeyDown {
			key.Text = "\r"
		}
		_, err := chromedp.Call(ctx, input.DispatchKeyEvent, key)
		p.must("pressing Enter", err)
	}
}

// selectAll goes with the key A.
var selectAll = chromedp.KeyModifiers(chromedp.ModifierCtrl)
