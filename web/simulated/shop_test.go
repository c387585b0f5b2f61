package simulated_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"redial/web/simulated"
)

// hook stands where Redial is: it records what the shop sends and answers
// what the test says.
func hook(t *testing.T, answer http.HandlerFunc) (url string, received func() (string, http.Header)) {
	t.Helper()
	var body atomic.Value
	var header atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			data, _ := io.ReadAll(r.Body)
			body.Store(string(data))
			header.Store(r.Header.Clone())
		}
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/hooks/order-request", func() (string, http.Header) {
		return body.Load().(string), header.Load().(http.Header)
	}
}

const basket = `{"customer":" Ada Sorensen ","email":"ada@example.com","quantities":{"LAMP-01":2,"CLOCK-04":1,"CHAIR-02":0}}`

func TestShopSync(t *testing.T) {
	t.Parallel()
	address, received := hook(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Redial-Execution-Id", "01J")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status":"confirmed","order":"SO-5001"}`)
	})
	b := start(t, simulated.Options{Hook: address})
	got := b.do(call{"POST", "/acme/shop/orders", basket, nil})
	got.want(t, 200, map[string]any{
		"orderId": "A-2001", "pending": false, "answer.status": "200", "answer.body": `{"status":"confirmed","order":"SO-5001"}`,
		"answer.headers.0.name": "Content-Type", "answer.headers.1.name": "Redial-Execution-Id", "answer.headers.1.value": "01J",
	})
	body, header := received()
	wanted := `{"orderId":"A-2001","customer":"Ada Sorensen","email":"ada@example.com","lines":[{"sku":"LAMP-01","name":"Desk lamp, brass","quantity":2,"price":89},{"sku":"CLOCK-04","name":"Station clock","quantity":1,"price":56.25}]}`
	if body != wanted {
		t.Errorf("the trigger receives\n%s\nwant\n%s", body, wanted)
	}
	if header.Get("Content-Type") != "application/json" || header.Get("Idempotency-Key") == "" {
		t.Errorf("headers are %v", header)
	}
	if placed := b.services.Placements(); len(placed) != 1 || placed[0].Status != "confirmed" {
		t.Errorf("the shop remembers %+v", placed)
	}
}

func TestShopAsync(t *testing.T) {
	t.Parallel()
	var ready atomic.Bool
	address, _ := hook(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Redial-Execution-Id", "01J")
		switch {
		case r.Method == http.MethodPost:
			w.Header().Set("Location", "/executions/01J")
			w.WriteHeader(http.StatusAccepted)
			_ = json.NewEncoder(w).Encode(map[string]string{"executionId": "01J", "responseUrl": "/executions/01J/response"})
		case r.URL.Path != "/executions/01J/response":
			http.NotFound(w, r)
		case !ready.Load():
			w.Header().Set("Redial-Answer", "pending")
			w.Header().Set("Retry-After", "2")
			w.WriteHeader(http.StatusAccepted)
		default:
			w.Header().Set("Redial-Answer", "final")
			_, _ = io.WriteString(w, `{"status":"back-ordered"}`)
		}
	})
	b := start(t, simulated.Options{})
	b.services.SetHook(address)
	b.do(call{"POST", "/acme/shop/orders", basket, nil}).want(t, 200, map[string]any{"pending": true, "answer.status": "202", "orderId": "A-2001"})
	poll := call{"GET", "/acme/shop/orders/A-2001/answer", "", nil}
	b.do(poll).want(t, 200, map[string]any{"pending": true, "retryMs": "2000"})
	ready.Store(true)
	b.do(poll).want(t, 200, map[string]any{"pending": false, "answer.status": "200", "answer.body": `{"status":"back-ordered"}`})
	ready.Store(false)
	b.do(poll).want(t, 200, map[string]any{"pending": false}) // it is remembered
	if placed := b.services.Placements(); placed[0].Status != "back-ordered" || placed[0].First.Status != 202 || placed[0].Final.Status != 200 {
		t.Errorf("the shop remembers %+v", placed[0])
	}
	// The API can tell about an order that has no order number yet.
	b.do(call{"POST", "/acme/orders/A-2001/status", `{"status":"back-ordered","message":"In March"}`, acmeKey}).
		want(t, 200, map[string]any{"orderId": "A-2001", "id": nil})
	if placed := b.services.Placements(); placed[0].Note != "In March" {
		t.Errorf("the note is %q", placed[0].Note)
	}
}

func TestShopShowsFailure(t *testing.T) {
	t.Parallel()
	address, _ := hook(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, `{"title":"An outside service failed"}`)
	})
	b := start(t, simulated.Options{Hook: address})
	b.do(call{"POST", "/acme/shop/orders", basket, nil}).want(t, 200, map[string]any{"answer.status": "502", "pending": false})
	b.services.SetHook("http://127.0.0.1:1/hooks/order-request")
	b.do(call{"POST", "/acme/shop/orders", basket, nil}).want(t, 200, map[string]any{"answer.status": "0", "answer.error": "~127.0.0.1:1"})
	for _, placed := range b.services.Placements() {
		if placed.Status != simulated.PlacementFailed {
			t.Errorf("%s is %s", placed.Request.OrderID, placed.Status)
		}
	}
}

func TestShopChecksTheForm(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	post := func(body string) call { return call{"POST", "/acme/shop/orders", body, nil} }
	run(t, b, []scenario{
		{"no customer", post(`{"email":"a@example.com","quantities":{"LAMP-01":1}}`), 422, map[string]any{"field": "customer"}},
		{"no email", post(`{"customer":"A","email":"a","quantities":{"LAMP-01":1}}`), 422, map[string]any{"field": "email"}},
		{"nothing chosen", post(`{"customer":"A","email":"a@example.com","quantities":{"NOPE":1}}`), 422, map[string]any{"field": "quantities"}},
		{"negative", post(`{"customer":"A","email":"a@example.com","quantities":{"LAMP-01":-1}}`), 422, map[string]any{"field": "quantities"}},
		{"not JSON", post(`{`), 400, nil},
		{"content type", call{"POST", "/acme/shop/orders", "a=1", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 415, nil},
		{"no hook yet", post(`{"customer":"A","email":"a@example.com","quantities":{"LAMP-01":1}}`), 502, map[string]any{"message": "~hook URL"}},
		{"no such order", call{"GET", "/acme/shop/orders/A-1/answer", "", nil}, 404, nil},
	})
}

// TestShopHoldsTheLineItself leaves the page while the hook is at work; the
// shop gets the answer all the same.
func TestShopHoldsTheLineItself(t *testing.T) {
	t.Parallel()
	called, left := make(chan struct{}), make(chan struct{})
	address, _ := hook(t, func(w http.ResponseWriter, _ *http.Request) {
		close(called)
		<-left
		_, _ = io.WriteString(w, `{"status":"confirmed"}`)
	})
	b := start(t, simulated.Options{Hook: address})
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	request := b.request(call{"POST", "/acme/shop/orders", basket, nil}).WithContext(ctx)
	go func() {
		_, err := b.send(request)
		gone <- err
	}()
	<-called
	leave()
	if err := <-gone; err == nil {
		t.Error("the page got an answer after it had left")
	}
	close(left)
	b.until(func() bool { return b.services.Placements()[0].Status == "confirmed" })
}
