package browser

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// On a Mac, keys are called and pressed as there.
func TestKeysOfAMac(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.small(t, "small")
	page := p.signedIn(t)
	agent := emulation.SetUserAgentOverrideParams{UserAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", Platform: "MacIntel"}
	_, err := chromedp.Call(page.ctx, emulation.SetUserAgentOverride, agent)
	page.must("being a Mac", err)
	page.openFlow(p, "small")
	command := func(key string) {
		t.Helper()
		page.press(key, chromedp.KeyModifiers(chromedp.ModifierMeta))
	}
	page.wait("the key of the search", `document.querySelector(".palette-search .key").textContent === "⌘K"`)
	command("k")
	page.wait("the search", `document.querySelector("#command-search").open`)
	command("k")
	page.wait("no search", `!document.querySelector("#command-search").open`)

	page.focusCard("total")
	command("d")
	page.wait("a second step", cardIs("total_2"))
	page.saved()
	const selection = `document.querySelector("flow-canvas").selection.join()`
	page.wait("the second step to be selected", selection+` === "total_2"`)
	page.focusCard("total_2")
	command("z")
	page.wait("the second step to be gone", `!`+cardIs("total_2"))
	page.wait("what was selected before it", selection+` === "total"`)
	page.press("Z", chromedp.KeyModifiers(chromedp.ModifierMeta, chromedp.ModifierShift))
	page.wait("the second step again, and selected", cardIs("total_2")+` && `+selection+` === "total_2"`)
	page.saved()
	page.focusCard("total")
	command("a")
	page.wait("all to be selected", `document.querySelector("flow-canvas").selection.length === 4`)

	page.press(kb.ContextMenu)
	page.element("menuitem", "Duplicate")
	want := "⌘D ⌘C ⌘X"
	if keys := evaluate[string](page, `[...document.querySelectorAll(".canvas-menu kbd")].map((key) => key.textContent).filter((key) => key.startsWith("⌘")).join(" ")`); keys != want {
		t.Errorf("the menu names the keys %s, want %s", keys, want)
	}
	page.picture("mac-menu")
	page.press(kb.Escape)
	page.press("?")
	page.element("heading", "Keyboard shortcuts")
	page.wait("the keys", `/⌘K.*⌘Z.*⇧⌘Z/s.test(document.querySelector("#shortcuts").innerText) && !/Ctrl/.test(document.querySelector("#shortcuts").innerText)`)
}
