package browser

import "testing"

// placeOrder orders what the form of Acme's shop has in it, on its page.
func (tb *tab) placeOrder(p *program) {
	tb.t.Helper()
	tb.open(p.services + "/acme/")
	tb.element("button", "Place order").click()
	tb.see("Answer of the hook")
}

func TestShopOrder(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	shop := newVisitor(t).tab()
	shop.placeOrder(p)
	shop.see("200 OK")
	shop.see("confirmed")
	shop.wait("the order to be shown as answered", `!document.querySelector("#orders").innerText.includes("Waiting for the answer")`)
	shop.picture("shop")
}
