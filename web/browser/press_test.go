package browser

import (
	"testing"

	"github.com/chromedp/cdproto/input"
)

// Nothing moves under a button between press and release, although the press takes
// the focus out of a control whose text is then sent and answered.
func TestFormStandsStillWhileAButtonIsPressed(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	b := forMouse(p.signedIn(t))
	b.openForm(p, "everything", "full")
	hand := mouseHand{b.tab}
	add := hand.at(inside("with.tags", `.list-control > .add`))
	evaluate[any](b.tab, `(() => {
		const real = window.fetch;
		window.answered = 0;
		window.fetch = (path, options) => real(path, options).finally(() => { if (String(path).endsWith("/edits")) answered++; });
	})()`)
	b.fill(`#inspector `+named("Name"), "Taken")
	b.mouse(input.DispatchMouseEventTypeMouseMoved, add, 0)
	b.mouse(input.DispatchMouseEventTypeMousePressed, add, 1)
	b.wait("the answer of the edit", `answered === 1`)
	ctx, cancel := b.within()
	defer cancel()
	for range 3 {
		b.nextFrame(ctx)
	}
	if evaluate[bool](b.tab, `document.querySelector("#draft-saved").dataset.saving === "saved"`) {
		t.Error("what came of the edit is shown while the button is pressed")
	}
	b.mouse(input.DispatchMouseEventTypeMouseReleased, add, 0)
	b.wait("the place of the new item", focused(control("with.tags[3]")))
	b.saved()
}
