package browser

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What a builder fills in to get the flow of the template order-request, a step
// at a time.

// name gives the step that is open its name and its ID.
func (b *builder) name(name, id string) {
	b.t.Helper()
	b.fill(`#inspector `+named("Name"), name)
	before := evaluate[string](b.tab, `document.querySelector("#inspector .id-input").value`)
	if before == id {
		return
	}
	b.fill(`#inspector `+named("ID"), id)
	b.leave()
	b.wait("the new ID "+id, selected(id))
}

// unfold opens a part of the form, unless it is open.
func (b *builder) unfold(part string) {
	b.t.Helper()
	button := fmt.Sprintf(`#inspector [data-fold=%[1]s] > summary, #inspector [data-fold=%[1]s] > * > .fold`, quote(part))
	open := fmt.Sprintf(`((e) => e.matches("details[open] > summary, [aria-expanded=true]"))(%s)`, shown(button))
	b.wait("the part "+part, shown(button)+` !== undefined`)
	if evaluate[bool](b.tab, open) {
		return
	}
	b.push(button)
	b.wait("the part "+part+" to be open", open)
}

// entry adds a value with a name to a map.
func (b *builder) entry(of, path, name, text string) {
	b.t.Helper()
	b.fill(inside(of, `[data-as=new-key]`), name)
	b.add(inside(of, `[data-action=add-key]`))
	b.wait("the place of "+name, focused(control(path)))
	b.fill(control(path), text)
}

// item adds an item to a list.
func (b *builder) item(of string, index int, text string) {
	b.t.Helper()
	b.push(inside(of, `.list-control > .add`))
	path := fmt.Sprintf("%s[%d]", of, index)
	b.wait("the place of the item", focused(control(path)))
	b.fill(control(path), text)
}

// asJSON writes a value of any kind as JSON.
func (b *builder) asJSON(path, text string) {
	b.t.Helper()
	b.push(inside(path, `[data-action=as-json]`))
	b.wait("the place of the JSON", focused(control(path)))
	b.fill(control(path), text)
}

// express writes an expression where a form of another kind is.
func (b *builder) express(path, text string) {
	b.t.Helper()
	b.push(inside(path, `[aria-label^="Use an expression"]`))
	b.wait("the place of the expression", focused(control(path)))
	b.fill(control(path), text)
}

func (b *builder) retry(attempts, pause string) {
	b.t.Helper()
	b.unfold("settings")
	b.unfold("retry")
	b.fill(control("retry.attempts"), attempts)
	b.fill(control("retry.pause"), pause)
}

// done leaves the form, and waits until the draft has all of it.
func (b *builder) done() {
	b.t.Helper()
	b.leave()
	b.saved()
}

const orderSchema = `{
  "type": "object", "required": ["orderId", "customer", "email", "lines"],
  "properties": {
    "orderId": {"type": "string", "minLength": 1, "maxLength": 16, "examples": ["A-1001"]},
    "customer": {"type": "string", "minLength": 1},
    "email": {"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$"},
    "lines": {
      "type": "array", "minItems": 1, "maxItems": 100,
      "items": {
        "type": "object", "required": ["sku", "quantity", "price"],
        "properties": {
          "sku": {"type": "string", "minLength": 1, "examples": ["LAMP-01"]},
          "name": {"type": "string", "examples": ["Desk lamp"]},
          "quantity": {"type": "integer", "minimum": 1, "examples": [2]},
          "price": {"type": "number", "minimum": 0, "examples": [89]}
        }
      }
    }
  }
}`

func (b *builder) fillTrigger() {
	b.t.Helper()
	b.fill(control("with.schema"), orderSchema)
	b.done()
}

func (b *builder) fillStock() {
	b.t.Helper()
	b.name("Check the stock", "stock")
	b.fill(control("with.items"), "trigger.body.lines")
	b.fill(control("with.as"), "line")
	b.fill(control("with.concurrency"), "5")
	b.unfold("settings")
	b.fill(control("note"), "One question a line, five at the same time.")
	b.done()
}

func (b *builder) fillCheckInventory() {
	b.t.Helper()
	b.name("Check inventory", "check_inventory")
	b.fill(control("with.sku"), "{{ line.sku }}")
	b.unfold("settings")
	b.fill(control("timeout"), "60s")
	b.retry("3", "200ms")
	b.done()
}

func (b *builder) fillLineStock() {
	b.t.Helper()
	b.name("Compare with the order", "line_stock")
	for _, entry := range [][2]string{
		{"sku", "{{ line.sku }}"},
		{"name", "{{ line.name ?? line.sku }}"},
		{"quantity", "{{ line.quantity }}"},
		{"price", "{{ line.price }}"},
		{"available", "{{ steps.check_inventory.available }}"},
		{"missing", "{{ max(0, line.quantity - steps.check_inventory.available) }}"},
	} {
		b.entry("with.set", "with.set."+entry[0], entry[0], entry[1])
	}
	b.done()
}

// fillInStock begins with a row, and goes on with an expression where rows do not
// say enough.
func (b *builder) fillInStock() {
	b.t.Helper()
	b.name("All available?", "in_stock")
	b.fill(control("with.paths[1].name"), "back_ordered")
	b.leave()
	b.wait("the name of the path", `document.querySelector('[data-step=in_stock] .card-row[data-port=back_ordered]')`)
	b.fill(control("with.paths[0].name"), "available")
	b.leave()
	b.wait("the name of the path", `document.querySelector('[data-step=in_stock] .card-row[data-port=available]')`)
	const when = "with.paths[0].when"
	b.fill(inside(when, `[data-part=field]`), "steps.stock[0].missing")
	b.take(inside(when, `[data-part=operator]`), "≤")
	b.fill(inside(when, `[data-row] [data-part=value]`), "0")
	b.leave()
	b.wait("the condition on the card", `document.querySelector('[data-step=in_stock] .card-row[data-port=available]').innerText.includes("≤ 0")`)
	b.push(inside(when, `[data-view=source]`))
	b.fill(inside(when, `[data-part=source] [data-as]`), "all(steps.stock, .missing == 0)")
	b.done()
}

func (b *builder) fillInvoicePayload() {
	b.t.Helper()
	b.name("Order to invoice", "invoice_payload")
	for _, entry := range [][2]string{
		{"doc_number", "{{ trigger.body.orderId }}-{{ execution.id[22:] }}"},
		{"lines", "{{ map(trigger.body.lines, {item_id: config.item, description: .name ?? .sku, quantity: .quantity, unit_price: .price, amount: round(.quantity * .price, 2)}) }}"},
		{"total", "{{ round(sum(trigger.body.lines, .quantity * .price), 2) }}"},
	} {
		b.entry("with.set", "with.set."+entry[0], entry[0], entry[1])
	}
	b.done()
}

func (b *builder) fillCreateInvoice() {
	b.t.Helper()
	b.name("Create the invoice", "create_invoice")
	b.fill(control("with.customer_id"), "{{ config.customer }}")
	b.fill(control("with.customer_name"), "{{ trigger.body.customer }}")
	b.express("with.lines", "{{ steps.invoice_payload.lines }}")
	b.unfold("more")
	b.item("with.email", 0, "{{ trigger.body.email }}")
	b.fill(control("with.doc_number"), "{{ steps.invoice_payload.doc_number }}")
	b.fill(control("with.memo"), "Order {{ trigger.body.orderId }} of {{ trigger.body.customer }}")
	b.unfold("settings")
	b.fill(control("timeout"), "60s")
	b.retry("3", "500ms")
	b.done()
}

func (b *builder) fillCreateOrder() {
	b.t.Helper()
	b.name("Create the order", "create_order")
	b.fill(control("with.order_id"), "{{ trigger.body.orderId }}")
	b.fill(control("with.customer"), "{{ trigger.body.customer }}")
	b.fill(control("with.email"), "{{ trigger.body.email }}")
	b.express("with.lines", "{{ trigger.body.lines }}")
	b.fill(control("with.invoice"), "{{ steps.create_invoice.doc_number }}")
	b.retry("3", "500ms")
	b.done()
}

func (b *builder) fillConfirmMail() {
	b.t.Helper()
	b.name("Confirm by mail", "confirm_mail")
	b.fill(control("with.from"), "{{ config.sender }}")
	b.item("with.to", 0, "{{ trigger.body.email }}")
	b.fill(control("with.subject"), "Your order {{ steps.create_order.id }}")
	b.fill(control("with.text"), "Dear {{ trigger.body.customer }},\n\nwe have your order {{ steps.create_order.id }} over {{ formatNumber(steps.invoice_payload.total, \"#,##0.00\", \"en\") }}. The invoice is {{ steps.create_invoice.doc_number }}.\n\nAcme")
	b.done()
}

func (b *builder) fillConfirmed() {
	b.t.Helper()
	b.name("Answer confirmed", "confirmed")
	b.fill(control("with.status"), "200")
	b.entry("with.headers", `with.headers["X-Order"]`, "X-Order", "{{ steps.create_order.id }}")
	b.asJSON("with.body", `{
  "status": "confirmed",
  "orderId": "{{ trigger.body.orderId }}",
  "orderNumber": "{{ steps.create_order.id }}",
  "invoiceNumber": "{{ steps.create_invoice.doc_number }}",
  "total": "{{ steps.invoice_payload.total }}"
}`)
	b.done()
}

func (b *builder) fillWarehouseMail() {
	b.t.Helper()
	b.name("Tell the warehouse", "warehouse_mail")
	b.fill(control("with.from"), "{{ config.sender }}")
	b.item("with.to", 0, "{{ config.warehouse }}")
	b.fill(control("with.subject"), "Back-ordered: {{ trigger.body.orderId }}")
	b.fill(control("with.text"), "Order {{ trigger.body.orderId }} of {{ trigger.body.customer }} cannot be served:\n\n{{ join(map(filter(steps.stock, .missing > 0), text(.missing) + \" x \" + .name + \" (\" + .sku + \")\"), \"\\n\") }}")
	b.done()
}

func (b *builder) fillBackOrdered() {
	b.t.Helper()
	b.name("Answer back-ordered", "back_ordered")
	b.fill(control("with.status"), "200")
	b.asJSON("with.body", `{
  "status": "back-ordered",
  "orderId": "{{ trigger.body.orderId }}",
  "items": "{{ map(filter(steps.stock, .missing > 0), {sku: .sku, missing: .missing, available: .available}) }}"
}`)
	b.done()
}

// fillSettings fills in what belongs to the flow as a whole.
func (b *builder) fillSettings() {
	b.t.Helper()
	b.push(`#settings-button`)
	b.fill(`#settings-name`, "Built order request")
	b.fill(`#settings-description`, "Send an order. If every line of it is in stock, it is invoiced and placed, and the answer confirms it. Else the answer says which lines are missing.")
	for i, value := range [][2]string{
		{"customer", "1"}, {"item", "1"}, {"sender", "orders@acme.example.com"}, {"warehouse", "warehouse@acme.example.com"},
	} {
		b.push(`#settings [data-action=add-config]`)
		row := fmt.Sprintf(`#config-list .config-row:nth-child(%d) `, i+1)
		b.wait("the name of the value", focused(row+`[data-part=name]`))
		b.fill(row+`[data-part=name]`, value[0])
		b.fill(row+`[data-part=value]`, value[1])
	}
	b.push(`#settings [data-closes]`)
	b.wait("the settings to be closed", `!document.querySelector("#settings").open`)
	b.saved()
}

// publish publishes the flow, with a comment.
func (b *builder) publish(comment string) {
	b.t.Helper()
	b.push(`#publish-button`)
	b.fill(`#publish-comment`, comment)
	b.push(`#publish-confirm`)
	b.see("Version 1 is published.")
}

// orders are calls of the flow, one that can be served and one that cannot.
var orders = []string{
	`{"orderId": "A-7001", "customer": "Ada", "email": "ada@example.com", "lines": [{"sku": "LAMP-01", "name": "Desk lamp", "quantity": 2, "price": 89}, {"sku": "CHAIR-02", "quantity": 1, "price": 120.5}]}`,
	`{"orderId": "A-7002", "customer": "Ben", "email": "ben@example.com", "lines": [{"sku": "LAMP-01", "quantity": 1, "price": 89}, {"sku": "CLOCK-04", "quantity": 3, "price": 45}]}`,
}

// wantOrderFlow wants a flow to be what the template is, and to answer as it does.
func wantOrderFlow(t *testing.T, p *program, slug string) {
	t.Helper()
	built, want := p.flowFile(t, slug), p.flowFile(t, "order-request")
	if got, want := jsonText(built), jsonText(want); got != want {
		t.Errorf("the flow that was built is\n%s\nwant\n%s", got, want)
	}
	for _, order := range orders {
		got, want := p.answer(t, slug, order), p.answer(t, "order-request", order)
		if got != want {
			t.Errorf("the order %s is answered\n%s\nwant\n%s", order, got, want)
		}
	}
	p.wantSent(t)
}

// flowFile is a draft without what it is called and where its cards stand.
func (p *program) flowFile(t testing.TB, slug string) map[string]any {
	t.Helper()
	var file map[string]any
	p.api(t, http.MethodGet, "/api/flows/"+slug, nil, &file)
	for _, name := range []string{"slug", "name", "revision", "publishedVersion", "problems", "at"} {
		delete(file, name)
	}
	forget(file, "at")
	sortEdges(file)
	return file
}

// forget takes a field away wherever it is.
func forget(v any, name string) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, name)
		for _, inner := range v {
			forget(inner, name)
		}
	case []any:
		for _, inner := range v {
			forget(inner, name)
		}
	}
}

// sortEdges gives edges, whose order means nothing, the same one.
func sortEdges(file map[string]any) {
	edges, _ := file["edges"].([]any)
	slices.SortFunc(edges, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
}

// ownNumber is what differs from order to order.
var ownNumber = regexp.MustCompile(`"(orderNumber|invoiceNumber)":"([^"]*)"`)

// answer is what a caller of a flow gets: its status, and its body with numbers
// that are there instead of which they are.
func (p *program) answer(t testing.TB, slug, order string) string {
	t.Helper()
	response, err := http.Post(p.base+"/hooks/"+slug, "application/json", strings.NewReader(order))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	header := ""
	if match := ownNumber.FindSubmatch(body); match != nil && response.Header.Get("X-Order") == string(match[2]) {
		header = " with the order in the header"
	}
	return fmt.Sprintf("%d%s %s", response.StatusCode, header, ownNumber.ReplaceAll(body, []byte(`"$1":"…"`)))
}

// wantSent wants the outside services to have got the same from both flows.
func (p *program) wantSent(t testing.TB) {
	t.Helper()
	for service, want := range map[string]int{"ses": 4, "quickbooks": 2} {
		sent := 0
		for _, call := range p.calls(t, service) {
			if call.Method == http.MethodPost && call.Status < 300 {
				sent++
			}
		}
		if sent != want {
			t.Errorf("%s has got %d calls of both flows, want %d", service, sent, want)
		}
	}
}
