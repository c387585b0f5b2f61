package browser

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// hasty is a flow that is published and answers past its deadline; its draft may
// be spoiled.
const hasty = `redial: 1
slug: hasty
name: Hasty
deadline: 1ms
trigger: {uses: webhook}
steps:
  nap: {name: Take a nap, uses: wait, with: {for: 30ms}}
  answer: {name: Tell them, uses: respond, with: {body: "{{ trigger.body.name }}"}}
edges: [trigger -> nap, nap -> answer]
`

func TestFlowThatIsTooSlowIsMadeAsync(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, http.MethodPut, "/api/flows/hasty", hasty, nil)
	p.api(t, http.MethodPost, "/api/flows/hasty/publish", nil, nil)
	response, err := http.Post(p.base+"/hooks/hasty", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	p.awaitEnd(t, response.Header.Get("Redial-Execution-Id"))

	b := forMouse(p.signedIn(t))
	b.openFlow(p, "hasty")
	b.openSettings()
	b.see("past the deadline")
	b.see("Tell them usually takes")
	b.push(`#settings [data-action=make-async]`)
	b.modeIs("async")
	b.wait("the settings to be closed", `!document.querySelector("#settings").open`)
	var execution struct{ Mode string }
	again, err := http.Post(p.base+"/hooks/hasty", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Body.Close()
	id := again.Header.Get("Redial-Execution-Id")
	p.api(t, http.MethodGet, "/api/executions/"+id, nil, &execution)
	if again.StatusCode != http.StatusAccepted || execution.Mode != "async" {
		t.Errorf("the next call got %d and runs %s", again.StatusCode, execution.Mode)
	}
	p.awaitEnd(t, id)
	b.openSettings()
	b.wait("no advice", `document.querySelector("[data-action=make-async]") === null`)
}

func TestPublishingWithProblems(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, http.MethodPut, "/api/flows/hasty", strings.Replace(hasty, "trigger.body.name", "trigger.body.", 1), nil)
	b := forMouse(p.signedIn(t))
	b.openFlow(p, "hasty")

	// An error blocks, says where it is, and leads there.
	b.push(`#publish-button`)
	b.see("These problems have to be solved first.")
	b.wait("no way to publish", `document.querySelector("#publish-confirm").disabled && !document.querySelector("#publish-comment").checkVisibility()`)
	b.push(`#publish-blocked [data-goes-to=answer]`)
	b.opened("answer")
	b.fill(control("with.body"), "{{ trigger.body.name }}")
	b.leave()
	b.saved()

	// A warning is told and does not block.
	b.wait("the warning", `document.querySelector("#problems-button").dataset.severity === "warning"`)
	b.push(`#publish-button`)
	b.wait("the way to publish", `!document.querySelector("#publish-confirm").disabled && document.querySelector("#publish-blocked").hidden`)
	b.fill(`#publish-comment`, "Take the name")
	b.push(`#publish-confirm`)
	b.see("Version 1 is published.")
	b.push(`.toast button` + saying + `How to call it`)
	b.wait("the code for callers", `document.querySelector("#calling").matches(":popover-open")`)
	b.press(kb.Escape)
	b.push(`[popovertarget=history]`)
	b.see("Take the name")

	// What is said in passing does not cover the code, from which it comes.
	b.push(`#calling-button`)
	b.push(`#calling .calling-url [data-copy], #calling .calling-url [data-copy-from]`)
	b.wait("what is said of it beside the code", `(([toast, code]) => toast && (toast.top >= code.bottom || toast.bottom <= code.top || toast.right <= code.left || toast.left >= code.right))(
		[[...document.querySelectorAll(".toast")].at(-1), document.querySelector("#calling:popover-open")].map((item) => item?.getBoundingClientRect()))`)
}

func TestSettingsAndPublishAreNearByKeys(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	b := forKeys(p.signedIn(t))
	b.openFlow(p, "order-request")
	evaluate[any](b.tab, `document.querySelector("li[data-step=confirmed] .card-link").focus(), undefined`)
	b.press(kb.F6, chromedp.KeyModifiers(chromedp.ModifierShift))
	b.wait("the focus above the canvas", `document.activeElement.closest(".flow-actions") !== null`)
	before := *b.hand.(keyHand).tabs
	b.focus(`#settings-button`)
	b.focus(`#publish-button`)
	if presses := *b.hand.(keyHand).tabs - before; presses > 6 {
		t.Errorf("from there it takes %d presses of Tab", presses)
	}
	b.press(kb.F6)
	b.wait("the focus on the canvas", `document.activeElement.matches(".card-link")`)
	for _, command := range []struct{ name, dialog string }{{"Settings", "settings"}, {"Publish", "publish"}} {
		b.ctrl("k")
		b.wait("the search", `document.activeElement.id === "command-filter"`)
		b.insert(command.name)
		b.wait(command.name+" to be found", `document.querySelector("#command-list [aria-selected=true] .palette-name")?.textContent === `+quote(command.name))
		b.enter()
		b.wait(command.name+" to be open", `document.querySelector("#`+command.dialog+`").open`)
		b.press(kb.Escape)
		b.wait(command.name+" to be closed", `!document.querySelector("#`+command.dialog+`").open`)
	}
}
