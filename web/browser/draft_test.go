package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// stepsOf are the IDs of the steps of a draft and what they use.
func (p *program) stepsOf(t testing.TB, slug string) map[string]string {
	t.Helper()
	var file struct {
		Steps map[string]struct {
			Uses string `json:"uses"`
		} `json:"steps"`
	}
	p.api(t, http.MethodGet, "/api/flows/"+slug, nil, &file)
	steps := make(map[string]string, len(file.Steps))
	for id, step := range file.Steps {
		steps[id] = step.Uses
	}
	return steps
}

// edgesOf are the edges of a draft, as the flow file writes them.
func (p *program) edgesOf(t testing.TB, slug string) string {
	t.Helper()
	var file struct {
		Edges []string `json:"edges"`
	}
	p.api(t, http.MethodGet, "/api/flows/"+slug, nil, &file)
	return strings.Join(file.Edges, ", ")
}

// small puts a flow of two steps into the store.
func (p *program) small(t testing.TB, slug string) {
	t.Helper()
	p.api(t, http.MethodPut, "/api/flows/"+slug, map[string]any{
		"redial": 1, "slug": slug, "name": "Small",
		"trigger": map[string]any{"uses": "webhook"},
		"steps": map[string]any{
			"total":  map[string]any{"name": "Total", "uses": "transform", "with": map[string]any{"set": map[string]any{"sum": "{{ 1 + 1 }}"}}},
			"answer": map[string]any{"name": "Answer", "uses": "respond", "with": map[string]any{"body": "{{ steps.total }}"}},
		},
		"edges": []string{"trigger -> total", "total -> answer"},
	}, nil)
}

// saved waits until the server has all that was done.
func (tb *tab) saved() {
	tb.t.Helper()
	tb.wait("the draft to be saved", `document.querySelector("#draft-saved").dataset.saving === "saved"`)
}

// ctrl presses a key with Ctrl.
func (tb *tab) ctrl(key string) {
	tb.t.Helper()
	tb.press(key, chromedp.KeyModifiers(chromedp.ModifierCtrl))
}

// cardIs is a condition: the canvas has a card.
func cardIs(step string) string {
	return fmt.Sprintf(`document.querySelector('flow-canvas li[data-step="%s"]')`, step)
}

func TestDraftSavesAndUndoes(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	page := p.signedIn(t)
	page.openFlow(p, "small")
	page.element("button", "Small").click()
	page.elementLike("textbox", "^Name of the flow").fill("Tiny")
	page.press("\r")
	page.saved()
	page.wait("the new name", `document.title.startsWith("Tiny") && document.querySelector("#flow-name").textContent === "Tiny"`)
	page.wait("the new name everywhere", `document.querySelector("#publish-title").textContent === "Publish Tiny" && document.querySelector("flow-canvas").ariaLabel === "Tiny"`)
	page.element("button", "Undo Rename the flow to Tiny").click()
	page.wait("the old name", `document.querySelector("#flow-name").textContent === "Small"`)
	page.open(p.base + "/flows/small")
	page.wait("the canvas", onCanvas)
	page.element("button", "Redo Rename the flow to Tiny")
	page.press("Z", chromedp.KeyModifiers(chromedp.ModifierCtrl, chromedp.ModifierShift))
	page.wait("the new name again", `document.querySelector("#flow-name").textContent === "Tiny"`)
	page.ctrl("z")
	page.wait("the old name again", `document.querySelector("#flow-name").textContent === "Small"`)
	page.ctrl("y")
	page.wait("the new name once more", `document.querySelector("#flow-name").textContent === "Tiny"`)
}

func TestOthersEditsAppear(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	ada, ben := p.signedIn(t), p.signedIn(t)
	ada.openFlow(p, "small")
	ben.openFlow(p, "small")
	ada.searchFor("Transform")
	ada.press("\r")
	ada.wait("the step", cardIs("transform"))
	ada.saved()
	evaluate[any](ben, `window.dispatchEvent(new Event("focus")), undefined`)
	ben.wait("the step of another person", cardIs("transform"))
	ben.see("added Transform")

	// Both go on: what one does is not lost to the other.
	ben.element("button", "Small").click()
	ben.elementLike("textbox", "^Name of the flow").fill("Ours")
	ben.press("\r")
	ben.saved()
	ada.element("button", "Undo Add Transform").click() // the keyboard is in the form of the new step
	ada.wait("the step to be gone", `!`+cardIs("transform"))
	ada.wait("the other one's name", `document.querySelector("#flow-name").textContent === "Ours"`)
	if steps := p.stepsOf(t, "small"); len(steps) != 2 {
		t.Errorf("the draft has the steps %v; it has the two that were there", steps)
	}
}

func TestEditsWaitForTheServer(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	page := p.signedIn(t)
	page.openFlow(p, "small")
	page.v.watch.expect(http.StatusServiceUnavailable)
	evaluate[any](page, `(() => {
		const real = window.fetch;
		window.away = true;
		window.attempts = [];
		window.fetch = (path, options) => {
			if (!String(path).endsWith("/edits") || options?.method !== "POST") return real(path, options);
			attempts.push(JSON.parse(options.body).token);
			return window.away ? Promise.reject(new TypeError("Failed to fetch")) : real(path, options);
		};
	})()`)
	page.searchFor("Transform")
	page.press("\r")
	page.see("Not saved: the server does not answer. Trying again")
	page.wait("a second attempt", `attempts.length > 1`)
	if blocked := evaluate[bool](page, `!window.dispatchEvent(new Event("beforeunload", {cancelable: true}))`); !blocked {
		t.Error("leaving the page with unsent edits is not warned of")
	}
	evaluate[any](page, `window.away = false, undefined`)
	page.wait("the step", cardIs("transform"))
	page.saved()
	if tokens := evaluate[int](page, `new Set(attempts).size`); tokens != 1 {
		t.Errorf("one edit was sent under %d tokens; a repeat must be known as one", tokens)
	}
	if blocked := evaluate[bool](page, `!window.dispatchEvent(new Event("beforeunload", {cancelable: true}))`); blocked {
		t.Error("leaving the page is warned of although everything is saved")
	}
}
