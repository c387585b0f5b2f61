package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// hostileTexts are what careless or wicked people type, or bring in by files.
var hostileTexts = []struct{ name, text string }{
	{"markup", `<img src=x onerror="document.title='broken'"><script>throw 1</script></textarea>'"&amp;`},
	{"right-to-left", "\u202eesrever\u2066 \u05e9\u05dc\u05d5\u05dd \u200f"},
	{"endless", strings.Repeat("M", 10_000)},
	{"prototype", "__proto__"},
	{"constructor", "constructor"},
	{"method", "toString"},
}

// hostileFlow has a text in every place of a flow file that takes any.
func hostileFlow(slug, text string) map[string]any {
	literal := jsonText(text)
	return map[string]any{
		"redial": 1, "slug": slug, "name": text, "description": text,
		"config": map[string]any{"plain": text, text: text, "deep": map[string]any{text: text}},
		"trigger": map[string]any{"uses": "webhook", "with": map[string]any{"schema": map[string]any{
			"type": "object", "properties": map[string]any{text: map[string]any{"type": "string", "description": text, "examples": []any{text}}},
		}}},
		"steps": map[string]any{
			"first": map[string]any{"name": text, "note": text, "uses": "transform", "with": map[string]any{"set": map[string]any{
				text: text, "value": "{{ " + literal + " }}", "rows": "{{ map(trigger.body.lines, {" + literal + ": .name}) }}",
			}}},
			"way": map[string]any{"name": text, "uses": "branch", "with": map[string]any{"paths": []any{
				map[string]any{"name": "odd", "when": "trigger.body.name == " + literal}, map[string]any{"name": text, "when": text},
			}}},
			"mail":    map[string]any{"name": text, "uses": "ses/send-email", "connection": text, "with": map[string]any{"from": text, "to": []any{text}, "subject": text, "text": text, text: text}},
			"unknown": map[string]any{"name": text, "uses": text, "with": map[string]any{"a": text}},
			"answer":  map[string]any{"uses": "respond", "with": map[string]any{"headers": map[string]any{text: text}, "body": map[string]any{text: text}}},
		},
		"edges": []string{"trigger -> first", "first -> way", "way.odd -> mail", "mail -> unknown", "unknown -> answer", "answer -> " + text, "way." + text + " -> answer"},
	}
}

// hostileComponent is a manifest with a text wherever a component tells of itself.
func hostileComponent(name, text string) map[string]any {
	return map[string]any{
		"component": 1, "name": name, "title": text, "help": text, "icon": "blocks", "tint": "#7048e8",
		"connection": map[string]any{"base": "https://hostile.example"},
		"actions": map[string]any{"act": map[string]any{
			"title": text, "help": text, "effect": "safe",
			"request": map[string]any{"method": "GET", "path": "/"},
		}},
	}
}

func TestHostileTextsInFiles(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	for i, c := range hostileTexts {
		p.api(t, http.MethodPut, "/api/flows/hostile-"+c.name, hostileFlow("hostile-"+c.name, c.text), nil)
		if len(c.text) < 100 { // longer titles are refused
			p.api(t, http.MethodPut, fmt.Sprintf("/api/components/hostile%d", i), hostileComponent(fmt.Sprintf("hostile%d", i), c.text), nil)
		}
	}
	tb := p.signedIn(t)
	for _, c := range hostileTexts {
		pin := jsonText(map[string]any{c.text: c.text, "list": []any{map[string]any{c.text: c.text}}})
		status := evaluate[int](tb, fmt.Sprintf(`fetch("/flows/hostile-%s/pins/first", {method: "PUT", body: %s}).then((answer) => answer.status)`, c.name, quote(pin)))
		if status != http.StatusNoContent {
			t.Errorf("pinning an output is answered %d", status)
		}
		for _, step := range []string{"trigger", "way", "mail", "unknown", "answer", "first"} {
			tb.openForm(p, "hostile-"+c.name, step)
			tb.unharmed("the form of " + step + " with " + c.name)
		}
		shown := evaluate[string](tb, `document.querySelector("[data-step=first] .card-title").textContent.slice(0, 40)`)
		if start := string([]rune(c.text)[:min(len([]rune(c.text)), 40)]); shown != start {
			t.Errorf("the card is called %q, want %q", shown, start)
		}
		tb.openForm(p, "hostile-"+c.name, "answer") // which can read what is pinned
		tb.element("button", "Data").click()
		tb.wait("the data", `document.querySelector("#data-panel .data-source")`)
		tb.unharmed("the data with " + c.name)
		tb.openForm(p, "hostile-"+c.name, "first")
		evaluate[any](tb, fmt.Sprintf(`document.querySelector(%s).focus()`, quote(control("with.set.value"))))
		tb.wait("the editor", `document.activeElement.matches(".cm-content")`)
		tb.press(kb.Home)
		tb.insert("{{ trigger.body. }}")
		for range 3 {
			tb.press(kb.ArrowLeft)
		}
		tb.ctrl(" ")
		tb.wait("the suggestions", `document.querySelector(".cm-tooltip-autocomplete li")`)
		tb.unharmed("the suggestions with " + c.name)
		tb.press(kb.Escape)
		tb.press(kb.Tab) // what was typed goes to the server now, and the page can be left
		tb.saved()
		for _, id := range []string{"problems-button", "settings-button"} {
			evaluate[any](tb, fmt.Sprintf(`document.getElementById(%q).click()`, id))
			tb.wait(id+" to have opened something", `document.querySelector("#problems:popover-open li, #settings[open] #settings-name")`)
			tb.unharmed(id + " with " + c.name)
		}
		tb.press(kb.Escape)
	}
}

func TestHostileTextsAreTyped(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	for _, c := range hostileTexts {
		p.small(t, "typed-"+c.name)
	}
	b := forMouse(p.signedIn(t))
	for _, c := range hostileTexts {
		b.openForm(p, "typed-"+c.name, "total")
		b.fill(`#inspector `+named("Name"), c.text)
		b.fill(inside("with.set", `[data-as=new-key]`), c.text)
		b.leave()
		b.unfold("settings")
		b.fill(control("note"), c.text)
		b.done()
		b.fill(control("with.set.sum"), c.text)
		b.leave()
		b.saved()
		b.unharmed("the form, filled in with " + c.name)
		b.fill(`#palette-filter`, c.text)
		b.ctrl("k")
		b.wait("the search", `document.activeElement.id === "command-filter"`)
		b.insert(c.text)
		b.unharmed("the search for " + c.name)
		b.press(kb.Escape)
		b.push(`#publish-button`)
		if evaluate[bool](b.tab, `!document.querySelector("#publish-confirm").disabled`) {
			b.fill(`#publish-comment`, c.text)
			b.push(`#publish-confirm`)
			b.see("Version 1 is published.")
			b.push(`[popovertarget=history]`)
			b.wait("the history", `document.querySelector("#history .history-comment")`)
			b.unharmed("the history with " + c.name)
		}
	}
}

// unharmed wants a page that shows texts as texts, is laid out as ever, and can
// be used.
func (tb *tab) unharmed(what string) {
	tb.t.Helper()
	tb.fits(what)
	if title := evaluate[string](tb, `document.title`); title == "broken" {
		tb.t.Errorf("%s: a text was run as a script", what)
	}
	if n := evaluate[int](tb, `document.querySelectorAll("img[src=x], [onerror], body script:not([src], [type='application/json'])").length`); n > 0 {
		tb.t.Errorf("%s: %d elements come from a text", what, n)
	}
	if hidden := evaluate[bool](tb, `((b) => b.right > innerWidth + 1 || b.left < 0 || b.height === 0)(document.querySelector("#publish-button").getBoundingClientRect())`); hidden {
		tb.t.Errorf("%s: the button to publish is out of sight", what)
	}
	if wide := evaluate[string](tb, `[...document.querySelectorAll("#inspector-step, #palette-list, .flow-popover:popover-open, dialog[open]")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.id).join()`); wide != "" {
		tb.t.Errorf("%s: %s scrolls to the side", what, wide)
	}
}
