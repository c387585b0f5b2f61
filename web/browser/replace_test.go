package browser

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// replaceBy takes a kind out of the list that asks for another one.
func (tb *tab) replaceBy(words string) {
	tb.t.Helper()
	tb.elementLike("combobox", "^Replace it by$").fill(words)
	tb.wait("the kind to be found", `document.querySelector("#step-menu-list [aria-selected=true]")`)
	tb.press("\r")
}

func TestFormReplacesTheStep(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "nap")
	page.element("button", "More for this step").click()
	if red, plain := page.colourOf(`#inspector-menu .danger`), page.colourOf(`#inspector-menu [data-action=replace]`); red == plain {
		t.Errorf("Delete has the colour %s, like all others", red)
	}
	page.picture("inspector-menu")
	page.element("menuitem", "Replace…").click()
	page.picture("replace")
	page.replaceBy("resp")
	page.wait("the other form", `document.querySelector('#inspector [data-path="with.status"]')`)
	page.saved()
	if uses := p.stepsOf(t, "everything")["nap"]; uses != "respond" {
		t.Errorf("the step is %s", uses)
	}
	page.wait("the keyboard to be free of the list", `!document.querySelector("#step-menu:popover-open")`)
	page.elementLike("button", "^Undo Replace").click()
	page.wait("the form of before", `document.querySelector('#inspector [data-path="with.for"]')`)
}

// colourOf is the colour of a text.
func (tb *tab) colourOf(selector string) string {
	tb.t.Helper()
	return evaluate[string](tb, `getComputedStyle(document.querySelector(`+quote(selector)+`)).color`)
}

// The trigger is replaced by what starts flows, from its card and from its form.
func TestTriggerIsReplaced(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	page := p.signedIn(t)
	page.openFlow(p, "small")
	uses := func() string {
		var file struct {
			Trigger struct {
				Uses string `json:"uses"`
			} `json:"trigger"`
		}
		p.api(t, "GET", "/api/flows/small", nil, &file)
		return file.Trigger.Uses
	}
	page.focusCard("trigger")
	page.press(kb.ContextMenu)
	page.element("menuitem", "Replace…").click()
	page.wait("the kinds of triggers", `document.querySelectorAll("#step-menu-list [role=option]").length === 3 && document.activeElement.id === "step-menu-filter"`)
	page.picture("replace-trigger")
	page.replaceBy("sched")
	page.wait("the other form", `document.querySelector("#inspector-step")?.dataset.step === "trigger" && document.querySelector("#inspector .inspector-head h2").textContent.includes("Schedule")`)
	page.saved()
	if got := uses(); got != "schedule" {
		t.Errorf("the trigger is %s", got)
	}
	page.element("button", "More for this step").click()
	page.element("menuitem", "Replace…").click()
	page.replaceBy("webh")
	page.wait("the form of before", `document.querySelector("#inspector .inspector-head h2").textContent.includes("Webhook")`)
	page.saved()
	if got := uses(); got != "webhook" {
		t.Errorf("the trigger is %s", got)
	}
}
