package browser

import (
	"testing"

	"github.com/chromedp/cdproto/input"
)

// next takes a kind of step from the list that asks what comes next, and waits
// until its form is open.
func (b *builder) next(title, id string) {
	b.t.Helper()
	b.push(`#step-menu-list .palette-name` + saying + title)
	b.opened(id)
}

// opened waits for the form of a step.
func (b *builder) opened(id string) {
	b.t.Helper()
	b.wait("the form of "+id, selected(id)+` && document.querySelector("#inspector-step")?.dataset.step === `+quote(id)+` && document.querySelector(".inspector-form:enabled") !== null`)
}

// seeAll closes the form, tidies up and shows the whole graph.
func (b *builder) seeAll() {
	b.t.Helper()
	b.saved()
	if evaluate[bool](b.tab, `!document.querySelector("#inspector").hidden`) {
		b.push(`#inspector [data-action=close-inspector]`)
		b.wait("the form to be closed", `document.querySelector("#inspector").hidden`)
	}
	b.push(`flow-canvas [data-action=tidy]`)
	b.saved()
	b.push(`flow-canvas [data-action=fit]`)
	b.settle()
}

// fromPalette drags a kind of step to a place.
func (b *builder) fromPalette(title, id string, to spot) {
	b.t.Helper()
	b.drag(mouseHand{b.tab}.at(`#palette-list .palette-name`+saying+title), to)
	b.opened(id)
}

// intoEdge asks for a step in the middle of an edge.
func (b *builder) intoEdge(from, to string) {
	b.t.Helper()
	b.mouse(input.DispatchMouseEventTypeMouseMoved, b.middleOf(from, to), 0)
	b.push(`.edge-tools [data-action=add-into]`)
}

// onto opens the form of a step by a click on its card.
func (b *builder) onto(id string) {
	b.t.Helper()
	b.clickAt(b.card(id))
	b.opened(id)
}

func TestFlowIsBuiltByMouse(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	b := forMouse(p.signedIn(t))
	b.push(`[data-opens="new-flow"]`)
	b.fill(`#new-flow-name`, "New flow")
	b.push(`#new-flow-form .primary`)
	b.wait("the new flow", onCanvas)
	b.onto("trigger")
	b.fillTrigger()
	b.fillSettings()

	b.seeAll()

	// The loop, and what happens in it.
	b.push(`.canvas-next ` + named("What happens first?"))
	b.next("For each", "each")
	b.fillStock()
	b.push(`[data-step=stock] [data-action=first]`)
	b.next("Check inventory", "check_inventory")
	b.fillCheckInventory()
	b.push(`.canvas-next ` + named("Add a step after Check inventory"))
	b.next("Transform", "transform")
	b.fillLineStock()
	b.seeAll()

	// The branch is dragged from the palette, and connected by a drag.
	b.fromPalette("Branch", "branch", b.card("stock").by(0, 300))
	b.seeAll()
	b.drag(b.exit("stock", ""), b.card("branch"))
	b.seeAll()
	b.onto("branch")
	b.fillInStock()
	b.seeAll()

	// An edge that is dropped on the empty canvas, and one that is split.
	b.drag(b.exit("in_stock", "back_ordered"), b.exit("in_stock", "back_ordered").by(-60, 160))
	b.next("Respond", "respond")
	b.fillBackOrdered()
	b.seeAll()
	b.intoEdge("in_stock", "back_ordered")
	b.next("Send email", "send_email")
	b.fillWarehouseMail()
	b.seeAll()

	// From the palette, connected by two clicks.
	b.fromPalette("Respond", "respond", b.exit("in_stock", "available").by(-100, -220))
	b.seeAll()
	b.clickAt(b.exit("in_stock", "available"))
	b.clickAt(b.card("respond"))
	b.seeAll()
	b.onto("respond")
	b.fillConfirmed()
	b.seeAll()

	// Onto an edge.
	b.fromPalette("Transform", "transform", b.middleOf("in_stock", "confirmed"))
	b.fillInvoicePayload()
	b.seeAll()
	b.intoEdge("invoice_payload", "confirmed")
	b.next("Create invoice", "create_invoice")
	b.fillCreateInvoice()
	b.seeAll()
	b.fromPalette("Create order", "create_order", b.middleOf("create_invoice", "confirmed"))
	b.fillCreateOrder()
	b.seeAll()
	b.intoEdge("create_order", "confirmed")
	b.next("Send email", "send_email")
	b.fillConfirmMail()
	b.seeAll()
	b.publish("Built with the mouse")
	b.push(`[popovertarget=history]`)
	b.see("Built with the mouse")
	wantOrderFlow(t, p, "new-flow")
}
