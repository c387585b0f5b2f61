package component_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/trace"
)

func newClient(t testing.TB) *outbound.Client {
	t.Helper()
	client := outbound.New(outbound.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	return client
}

func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

const token = "hunter22-token"

func connect(address string) *component.Connection {
	return &component.Connection{Name: "main", Component: "shop", Fields: map[string]any{"base_url": address, "token": token}}
}

func TestPerform(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{"id":9007199254740993}`)
	})
	const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	passed, _ := trace.Parse(traceparent, "")
	var exchanges []*flow.Exchange
	output, failure := parse(t, manifest).Action("order").Perform(t.Context(), newClient(t), component.Call{
		Input:      map[string]any{"sku": "a b/ü", "price": "9007199254740993", "any": []any{nil, int64(9007199254740993)}},
		Connection: connect(server.URL + "/shop/"), Trace: passed, Now: time.Now(),
		Record: func(e *flow.Exchange) { exchanges = append(exchanges, e) },
	})
	if failure != nil {
		t.Fatal(failure)
	}
	if id := output.(map[string]any)["id"]; id != int64(9007199254740993) {
		t.Errorf("the output is %v", output)
	}
	if got.RequestURI != "/shop/orders/a%20b%2F%C3%BC" || got.Header.Get("Authorization") != "Bearer "+token || !strings.HasPrefix(got.Header.Get("Traceparent"), traceparent[:36]) {
		t.Errorf("the request was %s with %v", got.RequestURI, got.Header)
	}
	want := `{"any":[null,9007199254740993],"colour":null,"count":1,"extra":null,"gift":null,"lines":null,"note":null,"price":9007199254740993,"sku":"a b/ü","tags":null}`
	if string(body) != want {
		t.Errorf("the body was %s", body)
	}
	if len(exchanges) != 1 || http.Header(exchanges[0].Request.Header).Get("Authorization") != "Bearer [hidden]" {
		t.Errorf("the exchanges are %+v", exchanges)
	}
}

// TestPerformBeforeSending holds what goes wrong before anything is sent.
func TestPerformBeforeSending(t *testing.T) {
	t.Parallel()
	order := parse(t, manifest).Action("order")
	client := newClient(t)
	good := map[string]any{"sku": "A"}
	for name, test := range map[string]struct {
		input      map[string]any
		connection *component.Connection
		code       flow.FailureCode
		says       string
	}{
		"no input":          {nil, connect(""), flow.FailedInput, "sku"},
		"unknown field":     {map[string]any{"sku": "A", "skuu": 1}, connect(""), flow.FailedInput, "did you mean sku?"},
		"type":              {map[string]any{"sku": "A", "count": []any{}}, connect(""), flow.FailedInput, "count"},
		"parent directory":  {map[string]any{"sku": ".."}, connect("http://127.0.0.1:9"), flow.FailedExpression, ""},
		"no connection":     {good, nil, flow.FailedConnection, "needs a connection to Shop"},
		"another component": {good, &component.Connection{Name: "x", Component: "bank"}, flow.FailedConnection, "bank"},
		"no token":          {good, &component.Connection{Name: "x", Component: "shop"}, flow.FailedConnection, "token"},
		"unknown fields": {good, &component.Connection{Name: "x", Component: "shop", Fields: map[string]any{"token": token, "tokn": token}},
			flow.FailedConnection, "tokn"},
		"scheme":       {good, connect("file:///etc"), flow.FailedConnection, "https://host"},
		"user in base": {good, connect("https://" + token + "@shop.example"), flow.FailedConnection, "https://host"},
		"query":        {good, connect("https://shop.example/?a=" + token), flow.FailedConnection, "https://host"},
		"no address":   {good, connect("shop.example"), flow.FailedConnection, "https://host"},
		"not allowed":  {good, connect("http://10.0.0.1"), flow.FailedEgress, "private"},
	} {
		_, failure := order.Perform(t.Context(), client, component.Call{Input: test.input, Connection: test.connection})
		if failure == nil || failure.Code != test.code || !strings.Contains(failure.Message, test.says) || failure.Retryable {
			t.Errorf("%s: %+v, want %s saying %q", name, failure, test.code, test.says)
			continue
		}
		if strings.Contains(failure.Message, token) {
			t.Errorf("%s: the message shows the token: %s", name, failure.Message)
		}
	}
}

// TestUnsafeIsNotRepeated: the order may have been taken although no answer
// came, so another attempt is not offered; where nothing was sent, it is.
func TestUnsafeIsNotRepeated(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	silent := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done()
	})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	for _, test := range []struct {
		effect, address string
		code            flow.FailureCode
		retryable       bool
	}{
		{"unsafe", server.URL, flow.FailedUnreachable, false},
		{"unsafe", silent.URL, flow.FailedTimeout, false},
		{"unsafe", "http://" + closed.Addr().String(), flow.FailedUnreachable, true},
		{"safe", server.URL, flow.FailedUnreachable, true},
		{"safe", silent.URL, flow.FailedTimeout, true},
	} {
		action := parse(t, strings.Replace(manifest, "effect: unsafe", "effect: "+test.effect, 1)).Action("order")
		patience := time.Minute
		if test.code == flow.FailedTimeout {
			patience = time.Second // long enough for the call to be on its way
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, failure := action.Perform(ctx, newClient(t), component.Call{Input: map[string]any{"sku": "A"}, Connection: connect(test.address)})
		cancel()
		if failure == nil || failure.Code != test.code || failure.Retryable != test.retryable || !strings.HasPrefix(failure.Message, "Shop: ") {
			t.Errorf("%s %s: %+v, want %s retryable %t", test.effect, test.address, failure, test.code, test.retryable)
		}
	}
}

func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	var status int
	var contentType, body string
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{contentType}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
	order := parse(t, manifest).Action("order")
	client := newClient(t)
	for _, test := range []struct {
		name              string
		status            int
		contentType, body string
		output            string
		says              string
	}{
		{"no body", 200, "application/json", "", "<nil>", ""},
		{"text", 200, "text/plain", "hello", "hello", ""},
		{"a type of JSON", 200, "application/problem+json; charset=utf-8", `{"a":1}`, "map[a:1]", ""},
		{"JSON that says it is text", 200, "text/plain", `[1]`, "[1]", ""},
		{"text that begins like JSON", 200, "text/plain", `[1`, "[1", ""},
		{"binary", 200, "image/png", "\x89PNG\xff", "<nil>", ""},
		{"broken JSON", 200, "application/json", `{"a":`, "", "JSON that cannot be read"},
		{"deep JSON", 200, "application/json", strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), "", "JSON that cannot be read"},
		{"number out of range", 200, "application/json", `1e999`, "", "JSON that cannot be read"},
		{"error in HTML", 502, "text/html", "<html>nginx</html>", "", "Shop answered 502 Bad Gateway"},
		{"error of another shape", 400, "application/json", `{"message":{"text":["a"]}}`, "", `Shop answered 400: {"text":["a"]}`},
		{"error without a shape", 400, "application/json", `[1,2]`, "", "Shop answered 400 Bad Request"},
		{"long error", 400, "application/json", `{"message":"` + strings.Repeat("x", 100_000) + `"}`, "", "x…"},
		{"error with control characters", 400, "application/json", `{"message":"a\u0000\u001b[31m\nb"}`, "", "Shop answered 400: a[31m b"},
		{"error with the token", 400, "application/json", `{"message":"no ` + token + `"}`, "", "Shop answered 400: no [hidden]"},
		{"redirect", 302, "text/plain", "", "", "Shop answered 302 Found"},
	} {
		status, contentType, body = test.status, test.contentType, test.body
		output, failure := order.Perform(t.Context(), client, component.Call{Input: map[string]any{"sku": "A"}, Connection: connect(server.URL)})
		if test.says == "" {
			if failure != nil || fmt.Sprint(output) != test.output {
				t.Errorf("%s: %v, %v", test.name, output, failure)
			}
			continue
		}
		if failure == nil || failure.Code != flow.FailedService || failure.Status != status || !strings.Contains(failure.Message, test.says) ||
			len(failure.Message) > 1600 || strings.Contains(failure.Message, token) {
			t.Errorf("%s: %+v", test.name, failure)
		}
	}
}

const pagedManifest = `component: 1
name: shop
title: Shop
icon: store
tint: "#112233"
connection:
  base: "{{ connection.base_url }}"
  fields: {base_url: {type: string}, token: {type: string}}
  test: {request: {path: /ping}, success: response.body.pong}
actions:
  list:
    title: List
    effect: safe
    fields: {limit: {type: integer}}
    request: {path: /list, query: {cursor: "{{ cursor }}"}}
    pagination: {items: response.body.items, next: response.body.next, limit: input.limit, max_pages: 5}
    output: {value: {count: "{{ len(items) }}", more: "{{ more }}"}}
`

func TestPagesAreBounded(t *testing.T) {
	t.Parallel()
	list := parse(t, pagedManifest).Action("list")
	for name, test := range map[string]struct {
		answer func(page int64) string
		limit  any
		output string
		fails  flow.FailureCode
		pages  int64
	}{
		"no end":          {func(n int64) string { return fmt.Sprintf(`{"items":[1],"next":%d}`, n) }, nil, "map[count:5 more:true]", "", 5},
		"same page":       {func(int64) string { return `{"items":[1],"next":"x"}` }, nil, "", flow.FailedService, 2},
		"enough":          {func(n int64) string { return fmt.Sprintf(`{"items":[1,2,3],"next":%d}`, n) }, int64(4), "map[count:4 more:true]", "", 2},
		"just enough":     {func(int64) string { return `{"items":[1,2,3]}` }, int64(3), "map[count:3 more:false]", "", 1},
		"no list":         {func(int64) string { return `{"items":{"a":1}}` }, nil, "", flow.FailedService, 1},
		"null":            {func(int64) string { return `{}` }, nil, "map[count:0 more:false]", "", 1},
		"empty cursor":    {func(int64) string { return `{"items":[1],"next":""}` }, nil, "map[count:1 more:false]", "", 1},
		"too many values": {func(int64) string { return `{"items":[` + strings.Repeat("[],", 2<<20) + `[]]}` }, nil, "", flow.FailedLimit, 1},
		"too much": {func(n int64) string { return fmt.Sprintf(`{"items":["%s"],"next":%d}`, strings.Repeat("x", 4<<20), n) }, nil,
			"", flow.FailedLimit, 3},
	} {
		var pages atomic.Int64
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, test.answer(pages.Add(1))) })
		output, failure := list.Perform(t.Context(), newClient(t), component.Call{Input: map[string]any{"limit": test.limit}, Connection: connect(server.URL)})
		if pages.Load() != test.pages || (failure == nil) != (test.fails == "") || failure != nil && failure.Code != test.fails {
			t.Errorf("%s: %d pages, %+v", name, pages.Load(), failure)
		}
		if failure == nil && fmt.Sprint(output) != test.output {
			t.Errorf("%s: %v, want %s", name, output, test.output)
		}
	}
}

func TestConnectionTest(t *testing.T) {
	t.Parallel()
	body := `{"pong":true}`
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ping" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, body)
	})
	shop := parse(t, pagedManifest)
	if failure := shop.Test(t.Context(), newClient(t), connect(server.URL)); failure != nil || !shop.CanTest() {
		t.Errorf("a good connection: %+v", failure)
	}
	body = `{}`
	if failure := shop.Test(t.Context(), newClient(t), connect(server.URL)); failure == nil || failure.Code != flow.FailedService {
		t.Errorf("an answer of another shape: %+v", failure)
	}
	if failure := shop.Test(t.Context(), newClient(t), connect(server.URL+"/other")); failure == nil || failure.Status != 404 {
		t.Errorf("a bad address: %+v", failure)
	}
}

func BenchmarkPerform(b *testing.B) {
	server := serve(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":1}`) })
	order, client := parse(b, manifest).Action("order"), newClient(b)
	call := component.Call{
		Input:      map[string]any{"sku": "A", "lines": []any{map[string]any{"sku": "A", "quantity": int64(2)}}},
		Connection: connect(server.URL), Key: "0123456789abcdef0123456789abcdef",
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, failure := order.Perform(b.Context(), client, call); failure != nil {
			b.Fatal(failure)
		}
	}
}
