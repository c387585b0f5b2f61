package browser

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// after adds a kind of step after the card that has the focus, by its key, and
// waits until its form is open.
func (b *builder) after(title, id string) {
	b.t.Helper()
	b.press("a")
	b.answerWith(title, id)
}

// answerWith answers the question what comes next.
func (b *builder) answerWith(title, id string) {
	b.t.Helper()
	b.wait("what comes next to be asked", `document.activeElement.id === "step-menu-filter"`)
	b.ctrl("a")
	b.insert(title)
	b.wait(title+" to be found", `document.querySelector("#step-menu-list [aria-selected=true] .palette-name")?.textContent === `+quote(title))
	b.enter()
	b.opened(id)
}

// toCard brings the focus to a card, by the search for steps.
func (b *builder) toCard(name, id string) {
	b.t.Helper()
	b.ctrl("k")
	b.wait("the search", `document.activeElement.id === "command-filter"`)
	b.insert(name)
	b.wait(name+" to be found", `document.querySelector("#command-list [aria-selected=true] .palette-name")?.textContent === `+quote(name))
	b.enter()
	b.opened(id)
	b.wait("the focus to be in the form", `document.activeElement.closest("#inspector") !== null`)
	b.press(kb.Escape)
	b.wait("the focus to be on the card", onCard(id))
}

// addBySearch adds a kind of step by the search for commands.
func (b *builder) addBySearch(title, id string) {
	b.t.Helper()
	b.ctrl("k")
	b.wait("the search", `document.activeElement.id === "command-filter"`)
	b.insert(title)
	b.wait(title+" to be found", `document.querySelector("#command-list [aria-selected=true] .palette-name")?.textContent === `+quote(title))
	b.enter()
	b.opened(id)
}

// onCard is a condition: a card has the focus.
func onCard(id string) string {
	return `document.activeElement.matches(".card-link") && document.activeElement.closest("li").dataset.step === ` + quote(id)
}

func TestFlowIsBuiltByKeys(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	b := forKeys(p.signedIn(t))
	b.push(`[data-opens="new-flow"]`)
	b.fill(`#new-flow-name`, "New flow")
	b.push(`#new-flow-form .primary`)
	b.wait("the new flow", onCanvas)
	b.focus(`[data-step=trigger] .card-link`)
	b.wait("the focus to be on the trigger", onCard("trigger"))
	b.enter()
	b.opened("trigger")
	b.fillTrigger()
	b.fillSettings()

	// The loop, and what happens in it.
	b.toCard("Webhook", "trigger")
	b.after("For each", "each")
	b.fillStock()
	b.push(`[data-step=stock] [data-action=first]`)
	b.answerWith("Check inventory", "check_inventory")
	b.fillCheckInventory()
	b.toCard("Check inventory", "check_inventory")
	b.after("Transform", "transform")
	b.fillLineStock()

	b.toCard("Check the stock", "stock")
	b.after("Branch", "branch")
	b.fillInStock()
	b.toCard("All available?", "in_stock")
	b.after("Transform", "transform")
	b.fillInvoicePayload()
	b.toCard("Order to invoice", "invoice_payload")
	b.after("Create invoice", "create_invoice")
	b.fillCreateInvoice()
	b.toCard("Create the invoice", "create_invoice")
	b.after("Create order", "create_order")
	b.fillCreateOrder()
	b.toCard("Create the order", "create_order")
	b.after("Respond", "respond")
	b.fillConfirmed()

	// A step in an edge, which is chosen by a key.
	b.toCard("Create the order", "create_order")
	b.press("e")
	b.wait("the edge to be chosen", `document.querySelector("path.edge[data-from=create_order][data-chosen]")`)
	b.enter()
	b.answerWith("Send email", "send_email")
	b.fillConfirmMail()

	// The other path. What the search adds comes after the selected step, unless
	// it is connected by keys.
	b.toCard("All available?", "in_stock")
	b.after("Send email", "send_email")
	b.fillWarehouseMail()
	b.toCard("Tell the warehouse", "warehouse_mail")
	b.addBySearch("Respond", "respond")
	b.fillBackOrdered()
	b.toCard("Tell the warehouse", "warehouse_mail")
	b.press("e")
	b.press(kb.Delete)
	b.wait("the edge to be gone", `!document.querySelector("path.edge[data-from=warehouse_mail]")`)
	b.press("c")
	for range 3 { // whichever way the card lies
		if evaluate[bool](b.tab, `document.querySelector("[data-step=back_ordered][data-aimed=yes]") !== null`) {
			break
		}
		b.press(kb.ArrowRight)
	}
	b.enter()
	b.wait("the edge to be back", `document.querySelector("path.edge[data-from=warehouse_mail][data-to=back_ordered]")`)
	b.saved()

	b.publish("Built with keys")
	wantOrderFlow(t, p, "new-flow")
	t.Logf("%d presses of Tab", *b.hand.(keyHand).tabs)
}
