package component_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"redial/engine/component"
	"redial/engine/flow"
)

const shop = `
openapi: 3.1.0
info: {title: Shop, version: "1", description: "Orders and stock.\nMore."}
servers: [{url: "https://{tenant}.shop.example/v1", variables: {tenant: {default: acme}}}]
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Shop-Key}
  schemas:
    Order:
      type: object
      required: [orderId]
      properties:
        orderId: {type: string, maxLength: 20}
        lines: {type: array, items: {type: object}}
        state: {type: string, enum: [open, paid]}
        parent: {$ref: "#/components/schemas/Order"}
        id: {type: string, readOnly: true}
  parameters:
    Trace: {name: X-Trace, in: header, schema: {type: string}}
paths:
  /orders/{orderId}:
    parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
    get:
      summary: Read an order
      parameters: [{name: with, in: query, schema: {type: string}}, {$ref: "#/components/parameters/Trace"}]
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}
  /orders:
    post:
      operationId: createOrder
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}
    put:
      operationId: upload
      requestBody: {required: true, content: {application/octet-stream: {schema: {type: string}}}}
      responses: {"204": {}}
  "/{{ connection.api_key }}":
    get: {responses: {"200": {}}}
  /broken/{missing}:
    get: {responses: {"200": {}}}
`

func TestOpenAPIBecomesComponent(t *testing.T) {
	t.Parallel()
	if !component.IsOpenAPI([]byte(shop)) || component.IsOpenAPI([]byte(manifest)) {
		t.Error("documents are told apart wrongly")
	}
	source, err := component.FromOpenAPI("shop", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	c, problems := component.Parse(source)
	if flow.HasErrors(problems) {
		t.Fatalf("the manifest has problems %v:\n%s", problems, source)
	}
	var names []string
	for _, a := range c.Actions {
		names = append(names, a.Name+" "+string(a.Effect))
	}
	if want := []string{"create-order keyed", "get-orders-order-id safe"}; !reflect.DeepEqual(names, want) {
		t.Errorf("the actions are %v, not %v", names, want)
	}
	if c.Title != "Shop" || c.Help != "Orders and stock." {
		t.Errorf("title %q, help %q", c.Title, c.Help)
	}
}

func TestOpenAPIActionCallsService(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	var body map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		data, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(data, &body); err != nil {
			t.Errorf("the body is %s", data)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"orderId":"A-1","id":"7"}`)
	}))
	defer server.Close()
	source, err := component.FromOpenAPI("shop", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	output, failure := parse(t, string(source)).Action("create-order").Perform(t.Context(), newClient(t), component.Call{
		Input:      map[string]any{"order_id": "A-1", "state": "open"},
		Connection: &component.Connection{Name: "s", Component: "shop", Fields: map[string]any{"api_key": "k-1", "base_url": server.URL + "/v1"}},
		Key:        "0123456789abcdef0123456789abcdef",
	})
	if failure != nil {
		t.Fatal(failure)
	}
	if !reflect.DeepEqual(output, map[string]any{"orderId": "A-1", "id": "7"}) {
		t.Errorf("the output is %v", output)
	}
	if seen.URL.Path != "/v1/orders" || seen.Header.Get("X-Shop-Key") != "k-1" || seen.Header.Get("Idempotency-Key") == "" {
		t.Errorf("the request was %s with %v", seen.URL, seen.Header)
	}
	if !reflect.DeepEqual(body, map[string]any{"orderId": "A-1", "state": "open"}) {
		t.Errorf("the body was %v", body)
	}
}

func TestOpenAPIThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		"openapi: 3.1.0\npaths: {}":                                                        "no operation",
		"openapi: 3.1.0\npaths: {/a: {get: {responses: {}}}}":                              "no server",
		"openapi: 3.1.0\nservers: [{url: /relative}]\npaths: {/a: {get: {responses: {}}}}": "no server",
		"openapi: [":                                     "reading",
		"openapi: 3.1.0\npaths: {/a: [1, 2]}":            "no operation",
		strings.Repeat(" ", component.MaxOpenAPIBytes+1): "at most",
	} {
		if _, err := component.FromOpenAPI("x", []byte(document)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q gives %v, not %q", document, err, want)
		}
	}
}

// A document may refer to itself in circles, and to nothing at all.
func FuzzFromOpenAPI(f *testing.F) {
	f.Add(shop)
	f.Add(`{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{"/a":{"$ref":"#/paths/~1a"}}}`)
	f.Fuzz(func(_ *testing.T, document string) {
		source, err := component.FromOpenAPI("fuzz", []byte(document))
		if err == nil {
			component.Parse(source)
		}
	})
}
