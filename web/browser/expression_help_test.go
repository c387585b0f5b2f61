package browser

import (
	"net/http"
	"testing"
)

// greeter is a flow whose answer reads the call and another step.
const greeter = `redial: 1
slug: greeter
trigger: {uses: webhook}
steps:
  made: {uses: transform, with: {set: {word: "{{ trigger.body.word }}"}}}
  answer: {uses: respond, with: {body: "{{ steps.made.word }}"}}
edges: [trigger -> made, made -> answer]
`

func (b *builder) openGreeter(p *program) {
	b.t.Helper()
	p.api(b.t, http.MethodPut, "/api/flows/greeter", greeter, nil)
	b.openForm(p, "greeter", "answer")
	b.focus(control("with.body"))
	b.wait("the editor", focused(control("with.body"))+` && `+ready)
}

func TestFunctionIsWrittenWithTheCaretInIt(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	b := forMouse(p.signedIn(t))
	b.openGreeter(p)
	holds := func(text string) {
		t.Helper()
		b.wait("the text "+text, shown(control("with.body"))+`.value === `+quote(text))
	}
	b.ctrl("a")
	b.insert("Say ")
	b.push(inside("with.body", `.expression-tool`))
	b.wait("what was typed to be saved, and the form to be shown anew", calm) // the field stays meanwhile
	b.saved()
	// A search finds a function by what others call it.
	b.wait("the search", `document.activeElement.matches(".expression-functions input")`)
	b.insert("uppercase")
	b.wait("that function alone", `document.querySelectorAll(".expression-functions li:not([hidden])").length === 1`)
	b.push(`.expression-functions [data-insert="upper()"]`)
	holds("Say {{ upper() }}")
	b.press("steps.made.word")
	holds("Say {{ upper(steps.made.word) }}")
	b.done()
}

// What an expression comes to follows the data, while it is being written.
func TestExpressionIsTriedAgainWithNewData(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	b := forMouse(p.signedIn(t))
	b.openGreeter(p)
	comesTo := func(text string) {
		t.Helper()
		b.wait("the value "+text, inField("with.body", `?.querySelector(".expression-result:not([data-stale])")?.innerText.includes(`+quote(text)+`)`))
	}
	comesTo("There is no data of")
	evaluate[any](b.tab, `fetch("/flows/greeter/pins/made", { method: "PUT", body: JSON.stringify({ word: "pinned" }), headers: { "Content-Type": "application/json" } })
		.then(() => document.dispatchEvent(new CustomEvent("pins-changed", { detail: { step: "made", pinned: true } })))`)
	comesTo("pinned")
	evaluate[any](b.tab, `fetch("/flows/greeter/pins/made", { method: "DELETE" }).then(() => document.dispatchEvent(new CustomEvent("pins-changed", { detail: { step: "made", pinned: false } })))`)
	comesTo("There is no data of")

	b.push(`#test-button`)
	b.wait("the payload, of which nothing is known", `document.activeElement.id === "payload-body"`)
	b.element("button", "Run the test").click()
	comesTo("the data of the run")
}
