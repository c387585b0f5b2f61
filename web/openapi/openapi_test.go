package openapi_test

import (
	"strings"
	"testing"

	"redial/engine/check"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/web/openapi"
)

// describe describes a flow as it would be published.
func describe(t *testing.T, source string) *openapi.Description {
	t.Helper()
	document, err := flowfile.Read([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.New(outbound.Options{})
	t.Cleanup(client.Close)
	plan, problems := check.Flow(document.Flow, step.NewLibrary(components.Embedded(), client))
	if flow.HasErrors(problems) {
		t.Fatal(problems)
	}
	return openapi.Describe(openapi.Source{
		Flow: document.Flow, Plan: plan, Version: 3, Settings: document.Flow.Settings, Origin: "https://flows.example.com",
	})
}

// at is the JSON of a part of a document: names, joined by spaces.
func at(t *testing.T, document flow.Object, path string) string {
	t.Helper()
	var value any = document
	for name := range strings.FieldsSeq(path) {
		object, _ := value.(flow.Object)
		value, _ = object.Get(name)
	}
	text, err := flow.EncodeJSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const orders = `redial: 1
slug: orders
trigger:
  uses: webhook
  with:
    schema:
      required: [n]
      properties: {n: {$ref: "#/$defs/a~1b"}, whole: {$ref: "#"}, kept: {const: {$ref: "#/x"}}}
      $defs: {a/b: {type: integer, minimum: 1}}
steps:
  big: {uses: branch, with: {paths: [{name: yes, when: 'trigger.body.n > 5 and trigger.query.force == "1"'}, {name: no}]}}
  some: {uses: respond, with: {status: 201, headers: {X-Kind: some}, body: {n: "{{ trigger.body.n }}", note: "{{ trigger.headers.note }}", fixed: [1, a]}}}
  text: {uses: respond, with: {body: "{{ trigger.path }}!"}}
edges: [trigger -> big, big.yes -> some, big.no -> text]
`

func TestDocumentIsDerived(t *testing.T) {
	t.Parallel()
	document := describe(t, orders).Document()
	const call = "paths /hooks/orders post "
	for path, want := range map[string]string{
		call + "responses 201 content application/json schema properties": `{"n":{"type":"integer","format":"int64"},"note":{},"fixed":{"type":"array","items":{"anyOf":[{"type":"integer","format":"int64","const":1},{"type":"string","const":"a"}]}}}`,
		call + "responses 201 headers X-Kind schema":                      `{"type":"string","const":"some"}`,
		call + "responses 200 content":                                    `{"text/plain":{"schema":{"type":"string"}}}`,
		call + "responses 204":                                            `null`,
		call + "responses 202 links response operationId":                 `"getResponse"`,
		call + "requestBody required":                                     `false`,
		"components schemas Request properties":                           `{"n":{"$ref":"#/components/schemas/Request.a_b"},"whole":{"$ref":"#/components/schemas/Request"},"kept":{"const":{"$ref":"#/x"}}}`,
		"components schemas Request.a_b":                                  `{"type":"integer","minimum":1}`,
		"components securitySchemes":                                      `null`,
		"info version":                                                    `"3"`,
	} {
		if got := at(t, document, path); got != want {
			t.Errorf("%s is\n%s\nnot\n%s", path, got, want)
		}
	}
	parameters := at(t, document, call+"parameters")
	for _, want := range []string{`"name":"force","in":"query"`, `"name":"Note","in":"header"`} {
		if !strings.Contains(parameters, want) {
			t.Errorf("%s is missing in %s", want, parameters)
		}
	}
	if at(t, document, "paths /hooks/orders/{below} post operationId") != `"callBelow"` {
		t.Error("what is below the URL is not described")
	}
}

// What a page says of a schema is said in words, whatever the schema refers to.
func TestFields(t *testing.T) {
	t.Parallel()
	request := describe(t, orders).Request
	var got []string
	for _, f := range openapi.Fields(request.Schema) {
		if f.Depth == 0 {
			got = append(got, f.Name+": "+f.Kind+"; "+f.Help)
		}
	}
	want := `n: whole number; At least 1.|whole: any value; |kept: any value; Always {"$ref":"#/x"}.`
	if text := strings.Join(got, "|"); text != want {
		t.Errorf("the fields are %s, not %s", text, want)
	}
	if manual := describe(t, "redial: 1\nslug: by-hand\ntrigger: {uses: manual}\n"); manual != nil {
		t.Errorf("a flow without a URL is described: %v", manual)
	}
}
