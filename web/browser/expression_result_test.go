package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func TestExpressionValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, language, source string
		want                   []string
	}{
		{"a text", "template", "Dear {{ trigger.body.name }}", []string{"text", "Dear Ada Lovelace", "with the data of the last run"}},
		{"a number keeps its type", "template", "{{ trigger.body.qty }}", []string{"whole number", "5"}},
		{"an object in a line", "expression", "steps.check", []string{"object", `{"sku":"LAMP-01","stock":2}`}},
		{"null with its reason", "expression", "trigger.body.note", []string{"null", "note is null"}},
		{"empty text", "expression", `""`, []string{"text", "empty text"}},
		{"a condition with its values", "condition", "trigger.body.qty <= steps.check.stock", []string{"true or false", "false", "trigger.body.qty → 5", "steps.check.stock → 2"}},
		{"an evaluation that fails", "expression", "number(trigger.body.name)", []string{"Ada Lovelace"}},
		{"markup is text", "expression", "trigger.body.hostile", []string{`<img src=x onerror="document.body.innerHTML=1">`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newExpressionPage(t, field{path: "x", language: c.language, rows: 2, value: c.source})
			p.enter("x")
			p.wait("the value", `document.querySelector(".expression-value").childElementCount > 0`)
			shown := evaluate[string](p.tab, `(() => {
				const copy = document.querySelector(".expression-result").cloneNode(true);
				for (const term of copy.querySelectorAll("dt")) term.append(" → ");
				return copy.textContent;
			})()`)
			for _, want := range c.want {
				if !strings.Contains(shown, want) {
					t.Errorf("%s shows %q, without %q", c.source, shown, want)
				}
			}
		})
	}
}

func TestExpressionFaultsAreMended(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t, field{path: "x", language: "template", rows: 2, value: "Größe 😀 {{ steps.check.skuu }}"})
	// What the form says already is said once.
	evaluate[bool](p.tab, `(() => {
		const line = document.createElement("p");
		line.className = "problem error";
		line.textContent = "There is no skuu in steps.check; did you mean sku?";
		document.querySelector(".field-notes").append(line);
		return true;
	})()`)
	p.enter("x")
	p.wait("the fault", `document.querySelector(".expression-faults li") !== null`)
	if under := evaluate[string](p.tab, `document.querySelector(".expression-fault").textContent`); under != "skuu" {
		t.Errorf("%q is underlined, want skuu", under)
	}
	if !evaluate[bool](p.tab, `document.activeElement.getAttribute("aria-invalid") === "true" && getComputedStyle(document.querySelector(".field-notes .problem")).visibility === "hidden"`) {
		t.Error("the field is not told to be invalid, or its fault is told twice")
	}
	p.click(".expression-fix")
	p.want("x", "Größe 😀 {{ steps.check.sku }}")
	p.see("Größe 😀 LAMP-01")
	if evaluate[bool](p.tab, `document.querySelector(".expression-fault") !== null || document.activeElement.hasAttribute("aria-invalid")`) {
		t.Error("what was mended is underlined still")
	}
}

func TestAnExpressionIsWrittenWhileTheServerIsAway(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t, field{path: "x", language: "expression", rows: 2, value: "1"})
	p.enter("x")
	p.wait("the value", `document.querySelector(".expression-value button") !== null`)
	p.v.watch.offline()
	p.server.CloseClientConnections()
	p.server.Listener.Close()
	p.press(kb.End)
	p.press(" + trigger")
	p.see("The server cannot be reached.")
	p.want("x", "1 + trigger")
}

func TestTheNewestExpressionIsEvaluated(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t, field{path: "x", language: "expression", rows: 2, value: `"slow"`})
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	p.mu.Lock()
	p.hold = hold
	p.mu.Unlock()
	p.enter("x")
	p.press(kb.End)
	p.press(" + \"er\"")
	p.press(kb.Backspace)
	p.press("ied\"")
	// The questions that are superseded never get an answer, and are in nobody's way.
	p.press("a", selectAll)
	p.press("1 + 1")
	p.wait("the newest value", `document.querySelector(".expression-value button")?.textContent === "2"`)
	asked := p.sources()
	if asked[len(asked)-1] != "1 + 1" || slices.Contains(asked, "1 +") {
		t.Errorf("%q was evaluated", asked)
	}
}

func TestExpressionFieldsAreAccessible(t *testing.T) {
	t.Parallel()
	p := newExpressionPage(t,
		field{path: "to", language: "template", value: "Dear {{ upper(trigger.body.name) + \"!\" }} {{ 1 + null }}"},
		field{path: "when", language: "condition", rows: 1, value: "trigger.body.qty <= steps.check.stock and not trigger.body.note"},
		field{path: "wrong", language: "expression", rows: 2, value: "steps.check.skuu"},
		field{path: "items", language: "expression", rows: 2, placeholder: "a list"})
	// What is told of a field moves nothing, and is one stop of Tab, whose buttons the
	// arrow keys go through.
	const tops = `[...document.querySelectorAll(".field")].map((field) => field.getBoundingClientRect().top).join()`
	before := evaluate[string](p.tab, tops)
	p.enter("to")
	p.wait("what is wrong", `document.querySelector(".expression-faults li") !== null`)
	p.press(kb.Tab)
	p.wait("what is told of the field", `document.activeElement.matches(".expression-result button")`)
	first := evaluate[string](p.tab, `document.activeElement.className`)
	p.press(kb.ArrowLeft)
	p.wait("the data", `document.activeElement.matches("[data-action=data-panel]")`)
	p.press(kb.ArrowRight)
	p.wait("the first button again", `document.activeElement.className === `+quote(first))
	if after := evaluate[string](p.tab, tops); after != before {
		t.Errorf("the fields stood at %s, and are at %s", before, after)
	}
	p.press(kb.Escape)
	p.wait("the field again", `document.activeElement.matches(".cm-content")`)
	p.press(kb.Tab)
	p.press(kb.Tab)
	p.wait("the next field", `document.activeElement.closest("expression-field")?.dataset.path === "when"`)
	for _, path := range []string{"to", "when", "wrong"} {
		p.enter(path)
		p.wait("its result", `document.querySelector('expression-field[data-path=`+path+`] .expression-result').innerText.trim() !== ""`)
	}
	p.enter("items")
	p.press("trigger.")
	p.wait("the list of suggestions", `document.querySelector(".cm-completionInfo") !== null`)
	for _, size := range []size{wide, narrow} {
		for _, colours := range []scheme{light, dark} {
			p.look(size, colours)
			p.settle()
			for _, barrier := range p.barriers(colours) {
				t.Errorf("%s, %s: %s", size.name, colours, barrier)
			}
			if wider := evaluate[bool](p.tab, `document.documentElement.scrollWidth > innerWidth`); wider {
				t.Errorf("%s: the page is wider than its window", size.name)
			}
		}
	}
	if style := evaluate[string](p.tab, `getComputedStyle(document.activeElement.closest(".expression-box")).outlineStyle`); style != "solid" {
		t.Errorf("the field with the focus is outlined %s", style)
	}
}
