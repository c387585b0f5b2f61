package simulated_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"redial/web/simulated"
)

var acmeKey = map[string]string{"X-API-Key": simulated.DemoCredentials().AcmeAPIKey}

const acmeOrder = `{"orderId":"A-1001","customer":"Ada Sorensen","email":"ada@example.com","lines":[{"sku":"LAMP-01","name":"Desk lamp","quantity":2,"price":89.10},{"sku":"CHAIR-02","quantity":1,"price":0.05}],"invoice":"1001"}`

func TestAcme(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	run(t, b, []scenario{
		{"inventory", call{"GET", "/acme/inventory/LAMP-01", "", acmeKey}, 200, map[string]any{"sku": "LAMP-01", "available": "500", "warehouse": "Rotterdam"}},
		{"sold out is an answer", call{"GET", "/acme/inventory/CLOCK-04", "", acmeKey}, 200, map[string]any{"available": "0"}},
		{"unknown SKU with a slash", call{"GET", "/acme/inventory/A%2F1%20%C3%BC", "", acmeKey}, 404, map[string]any{"error.message": `~"A/1 ü"`}},
		{"unknown SKU", call{"GET", "/acme/inventory/NOPE", "", acmeKey}, 404, map[string]any{"error.code": "unknown_sku"}},
		{"no key", call{"GET", "/acme/inventory/LAMP-01", "", nil}, 401, map[string]any{"error.code": "unauthorized"}},
		{"wrong key", call{"POST", "/acme/orders", acmeOrder, map[string]string{"X-API-Key": "guess"}}, 401, nil},
		{"wrong method", call{"DELETE", "/acme/inventory/LAMP-01", "", acmeKey}, 405, map[string]any{"error.code": "method_not_allowed"}},
		{"unknown path", call{"GET", "/acme/nothing", "", acmeKey}, 404, map[string]any{"error.code": "not_found"}},
		{"content type", call{"POST", "/acme/orders", acmeOrder, with(acmeKey, "Content-Type", "text/plain")}, 415, nil},
		{"not JSON", call{"POST", "/acme/orders", `{"orderId"`, acmeKey}, 400, nil},
		{"two values", call{"POST", "/acme/orders", acmeOrder + acmeOrder, acmeKey}, 400, nil},
		{"unknown field", call{"POST", "/acme/orders", strings.Replace(acmeOrder, "customer", "client", 1), acmeKey}, 422, map[string]any{"error.message": `~"client"`}},
		{"field in another case", call{"POST", "/acme/orders", strings.Replace(acmeOrder, "quantity", "Quantity", 1), acmeKey}, 422, map[string]any{"error.message": `~"lines.Quantity"`}},
		{"missing field", call{"POST", "/acme/orders", `{"orderId":"A-1"}`, acmeKey}, 422, map[string]any{"error.message": "~customer is required"}},
		{"unknown status", call{"POST", "/acme/orders", strings.Replace(acmeOrder, `"invoice"`, `"status":"new","invoice"`, 1), acmeKey}, 422, map[string]any{"error.message": "~confirmed back-ordered"}},
		{"no lines", call{"POST", "/acme/orders", `{"orderId":"A","customer":"Ada","email":"a@example.com","lines":[]}`, acmeKey}, 422, map[string]any{"error.message": "~lines"}},
		{"bad email", call{"POST", "/acme/orders", strings.Replace(acmeOrder, "ada@example.com", "ada", 1), acmeKey}, 422, map[string]any{"error.message": "~email"}},
		{"quantity zero", call{"POST", "/acme/orders", strings.Replace(acmeOrder, `"quantity":2`, `"quantity":0`, 1), acmeKey}, 422, map[string]any{"error.message": "~lines[0].quantity"}},
		{"quantity as text", call{"POST", "/acme/orders", strings.Replace(acmeOrder, `"quantity":2`, `"quantity":"2"`, 1), acmeKey}, 422, nil},
		{"price that would not fit memory", call{"POST", "/acme/orders", strings.Replace(acmeOrder, "89.10", "1e999999999", 1), acmeKey}, 422, nil},
		{"price in quotes", call{"POST", "/acme/orders", strings.Replace(acmeOrder, "89.10", `"89.10"`, 1), acmeKey}, 422, nil},
		{"unknown product", call{"POST", "/acme/orders", strings.Replace(acmeOrder, "LAMP-01", "NOPE", 1), acmeKey}, 422, map[string]any{"error.code": "unknown_sku"}},
		{"not enough in stock", call{"POST", "/acme/orders", strings.Replace(acmeOrder, `"quantity":2`, `"quantity":501`, 1), acmeKey}, 409, map[string]any{"error.code": "out_of_stock", "error.message": "~501 ordered, 500 available"}},
	})
	if orders := b.services.Orders(); len(orders) != 0 {
		t.Errorf("refused calls made %d orders", len(orders))
	}
}

func TestAcmeOrderLife(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	made := b.do(call{"POST", "/acme/orders", acmeOrder, acmeKey})
	made.want(t, 201, map[string]any{
		"id": "SO-5001", "orderId": "A-1001", "status": "confirmed", "total": "178.25",
		"lines.0.price": "89.1", "invoice": "1001", "number": "SO-5001",
	})
	if got := made.header.Get("Location"); got != "/acme/orders/SO-5001" {
		t.Errorf("Location is %q", got)
	}
	run(t, b, []scenario{
		{"stock is taken", call{"GET", "/acme/inventory/LAMP-01", "", acmeKey}, 200, map[string]any{"available": "498"}},
		{"by order number", call{"GET", "/acme/orders/SO-5001", "", acmeKey}, 200, map[string]any{"customer": "Ada Sorensen"}},
		{"by the shop's ID", call{"GET", "/acme/orders/A-1001", "", acmeKey}, 200, map[string]any{"id": "SO-5001"}},
		{"unknown", call{"GET", "/acme/orders/SO-9", "", acmeKey}, 404, map[string]any{"error.code": "unknown_order"}},
		{"notify", call{"POST", "/acme/orders/SO-5001/status", `{"status":"shipped","message":"By rail"}`, acmeKey}, 200, map[string]any{"status": "shipped", "message": "By rail"}},
		{"notify twice", call{"POST", "/acme/orders/A-1001/status", `{"status":"shipped"}`, acmeKey}, 200, map[string]any{"id": "SO-5001", "message": "By rail"}},
		{"unknown status", call{"POST", "/acme/orders/SO-5001/status", `{"status":"lost"}`, acmeKey}, 422, map[string]any{"error.message": "~back-ordered"}},
		{"notify an unknown order", call{"POST", "/acme/orders/SO-9/status", `{"status":"shipped"}`, acmeKey}, 404, nil},
		{"cancel", call{"POST", "/acme/orders/SO-5001/status", `{"status":"canceled"}`, acmeKey}, 200, nil},
		{"stock is given back", call{"GET", "/acme/inventory/LAMP-01", "", acmeKey}, 200, map[string]any{"available": "500"}},
		{"back-ordered takes no stock", call{"POST", "/acme/orders", `{"customer":"Ada","status":"back-ordered","lines":[{"sku":"CLOCK-04","quantity":9,"price":1}]}`, acmeKey}, 201, map[string]any{"id": "SO-5002", "orderId": "SO-5002", "status": "back-ordered"}},
		{"canceled is final", call{"POST", "/acme/orders/SO-5001/status", `{"status":"shipped"}`, acmeKey}, 409, nil},
	})
}

func TestAcmeIdempotencyKey(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	keyed := call{"POST", "/acme/orders", acmeOrder, with(acmeKey, "Idempotency-Key", "k-1")}

	const callers = 8
	ids := make([]any, callers)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() { ids[i] = b.do(keyed).at(t, "id") })
	}
	group.Wait()
	for _, id := range ids {
		if id != "SO-5001" {
			t.Errorf("a repeat got order %v", id)
		}
	}
	quoted := keyed
	quoted.header = with(acmeKey, "Idempotency-Key", `"k-1"`)
	again := b.do(quoted)
	again.want(t, 201, map[string]any{"id": "SO-5001"})
	if again.header.Get("Idempotency-Replayed") != "true" {
		t.Error("a replayed answer does not say so")
	}
	other := keyed
	other.body = strings.Replace(acmeOrder, "A-1001", "A-1002", 1)
	b.do(other).want(t, 422, map[string]any{"error.code": "idempotency_key_reused"})
	if orders := b.services.Orders(); len(orders) != 1 {
		t.Errorf("%d orders were made, want 1", len(orders))
	}
	// Without a key each call is an order of its own: that is what shows a
	// test that a flow repeated itself.
	b.do(call{"POST", "/acme/orders", acmeOrder, acmeKey}).want(t, 201, map[string]any{"id": "SO-5002"})
}

func TestAcmeStockIsNeverOversold(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	body := `{"orderId":"A-1","customer":"C","email":"c@example.com","lines":[{"sku":"SHELF-03","quantity":1,"price":1}]}`
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() { b.do(call{"POST", "/acme/orders", body, acmeKey}) })
	}
	group.Wait()
	if orders := b.services.Orders(); len(orders) != 3 {
		t.Errorf("%d orders for a stock of 3", len(orders))
	}
	b.do(call{"GET", "/acme/inventory/SHELF-03", "", acmeKey}).want(t, 200, map[string]any{"available": "0"})
}

func TestAcmeDescribesItself(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	got := b.do(call{"GET", "/acme/openapi.json", "", nil})
	got.want(t, http.StatusOK, map[string]any{"openapi": "3.1.0"})
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal([]byte(got.body), &document); err != nil {
		t.Fatal(err)
	}
	for path, operations := range document.Paths {
		for method := range operations {
			concrete := strings.NewReplacer("{sku}", "LAMP-01", "{id}", "SO-1").Replace(path)
			answer := b.do(call{strings.ToUpper(method), "/acme" + concrete, `{}`, acmeKey})
			if answer.status == http.StatusMethodNotAllowed || (answer.status == 404 && answer.at(t, "error.code") == "not_found") {
				t.Errorf("%s %s is described and not served", method, path)
			}
		}
	}
}
