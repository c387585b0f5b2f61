package command_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shop answers in several ways, which only its document tells.
const shop = `redial: 1
slug: shop
name: Shop
trigger:
  uses: webhook
  with:
    schema:
      type: object
      required: [sku, quantity]
      properties:
        sku: {type: string, examples: [LAMP-01]}
        quantity: {$ref: "#/$defs/count"}
      $defs: {count: {type: integer, minimum: 1}}
steps:
  stock:
    uses: branch
    with: {paths: [{name: none, when: 'trigger.body.sku == "NONE"'}, {name: some}]}
  sorry: {uses: respond, with: {status: 409, body: {why: "no {{ trigger.body.sku }} left"}}}
  confirm:
    uses: respond
    with:
      headers: {X-Note: "{{ trigger.query.note }}"}
      body: {status: confirmed, left: "{{ 10 - trigger.body.quantity }}"}
edges: [trigger -> stock, stock.none -> sorry, stock.some -> confirm]
`

// client is where the tools are that make callers of flows.
const clientTools = "../../.ci/client"

// tool runs a tool of callers in a folder and returns what it prints.
func tool(t *testing.T, dir, stdin, program string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, arguments...)
	command.Dir, command.Stdin = dir, strings.NewReader(stdin)
	command.Env = append(os.Environ(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var errors bytes.Buffer
	command.Stderr = &errors
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s %v: %v; `make setup` installs what is needed\n%s%s", program, arguments, err, output, errors.String())
	}
	return strings.TrimSpace(string(output))
}

// lint is what a validator says about OpenAPI documents, by their names; of those
// without faults nothing.
func lint(t *testing.T, documents map[string]string) map[string]any {
	t.Helper()
	faults, _ := decode(t, []byte(tool(t, clientTools, jsonText(t, documents), "node", "lint.js"))).(map[string]any)
	return faults
}

// described are flows that are described in every way there is.
var described = map[string]string{
	"shop": shop,
	"methods": `redial: 1
slug: methods
name: "quote \" <b>&amp;</b> {{ x }}"
description: "several\nlines"
deadline: 1m
on_deadline: fail
callers_choose: false
trigger: {uses: webhook, with: {methods: [GET, HEAD, POST, PUT, PATCH, DELETE]}}
steps:
  answer:
    uses: respond
    with:
      status: "{{ number(trigger.query.status) }}"
      headers: {Content-Type: "{{ trigger.headers.wanted }}", X-Path: "{{ trigger.path }}"}
      body: "{{ trigger.body }}"
edges: [trigger -> answer]
`,
	"types": `redial: 1
slug: types
mode: async
callback: {url: "https://shop.example.com/secret-path", hosts: [shop.example.com], secret: signer}
trigger:
  uses: webhook
  with:
    types: [application/json, application/x-www-form-urlencoded, text/csv, application/vnd.order+json]
    max_body: 2048
    schema:
      $defs:
        node: {type: object, properties: {next: {$ref: "#/$defs/node"}, "$ref": {type: string}, odd~name/x: {$ref: "#/$defs/a~1b"}}}
        a/b: {enum: [1, null, two]}
      $ref: "#/$defs/node"
steps:
  which:
    uses: branch
    with: {paths: [{name: csv, when: trigger.body.next != null}, {name: none, when: trigger.query.none == "1"}, {name: rest}]}
  csv: {uses: respond, with: {headers: {Content-Type: text/csv}, body: "a,b"}}
  none: {uses: respond, with: {status: 204}}
  stop: {uses: fail, with: {status: 418, message: No tea}}
edges: [trigger -> which, which.csv -> csv, which.none -> none, which.rest -> stop]
`,
	"whole": `redial: 1
slug: whole
trigger: {uses: webhook, with: {schema: true}}
steps:
  first: {uses: respond, with: {status: 202, body: {own: [1, "{{ trigger.body.a }}", null, {deep: [true]}]}}}
edges: [trigger -> first]
`,
	"silent": "redial: 1\nslug: silent\nmode: async\ncallers_choose: false\ntrigger: {uses: webhook}\n",
}

// Documents pass a validator, whatever the flow, and one that is broken does not.
func TestDocumentsAreValid(t *testing.T) {
	t.Parallel()
	p := demo(t)
	texts := map[string]string{}
	read := func(slug string) {
		texts[slug] = string(p.call(t, http.MethodGet, "/hooks/"+slug+"/openapi.json", nil, "Authorization", "Bearer "+apiToken).wants(t, http.StatusOK).body)
	}
	for _, item := range p.api(t, http.MethodGet, "/api/flows", nil).list(t, "items") {
		read(pick(t, item, "slug"))
	}
	if len(texts) < 2 {
		t.Fatalf("the demo has %d flows", len(texts))
	}
	p.sign(t)
	for _, source := range described {
		p.publish(t, source)
		read(slugOf(t, source))
	}
	for kind, fields := range map[string]map[string]any{
		"bearer": {"scheme": "bearer", "token": "t-123456"}, "basic": {"scheme": "basic", "username": "u", "password": "p-123456"},
		"api_key": {"scheme": "api_key", "in": "query", "name": "my key", "key": "k-123456"},
	} {
		p.api(t, http.MethodPut, "/api/connections/callers-"+strings.ReplaceAll(kind, "_", "-"), map[string]any{"component": "http", "fields": fields})
	}
	for kind, connection := range map[string]string{"bearer": "callers-bearer", "basic": "callers-basic", "api_key": "callers-api-key", "signature": "signer"} {
		slug := "for-" + strings.ReplaceAll(kind, "_", "-")
		p.publish(t, fmt.Sprintf("redial: 1\nslug: %s\ntrigger: {uses: webhook, with: {auth: {type: %s, connection: %s}}}\nsteps: {answer: {uses: respond}}\nedges: [trigger -> answer]\n", slug, kind, connection))
		read(slug)
	}
	if faults := lint(t, texts); len(faults) > 0 {
		t.Errorf("the validator says %s", jsonText(t, faults))
	}
	for slug, want := range map[string]string{
		"for-bearer": `{"scheme":"bearer","type":"http"}`, "for-basic": `{"scheme":"basic","type":"http"}`,
		"for-api-key": `{"in":"query","name":"my key","type":"apiKey"}`,
	} {
		if got := pick(t, decode(t, []byte(texts[slug])), "components.securitySchemes.caller"); got != want {
			t.Errorf("%s asks for %s", slug, got)
		}
	}
	for slug, text := range texts {
		if strings.Contains(text, "123456") || strings.Contains(text, "secret-path") || strings.Contains(text, "whsec_") {
			t.Errorf("the document of %s tells a secret", slug)
		}
	}
	broken := strings.Replace(texts["shop"], `"description"`, `"descr"`, 1)
	dangling := strings.Replace(texts["shop"], "#/components/schemas/Problem", "#/components/schemas/Nothing", 1)
	if faults := lint(t, map[string]string{"broken": broken, "dangling": dangling}); len(faults) != 2 {
		t.Errorf("of documents that are broken the validator says %v", faults)
	}
}

// A client that is generated from a document compiles, knows what the flow takes
// and answers, and works.
func TestGeneratedClientCallsTheFlow(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, shop)
	document := p.call(t, http.MethodGet, "/hooks/shop/openapi.json", nil).wants(t, http.StatusOK)
	dir := t.TempDir()
	tools, err := filepath.Abs(clientTools)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(tools, "client.ts"))
	for name, data := range map[string][]byte{"openapi.json": document.body, "client.ts": source, "package.json": []byte(`{"type":"module"}`)} {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
	}
	if err == nil {
		err = os.Symlink(filepath.Join(tools, "node_modules"), filepath.Join(dir, "node_modules"))
	}
	if err != nil {
		t.Fatal(err)
	}
	tool(t, dir, "", "node_modules/.bin/openapi-typescript", "openapi.json", "-o", "schema.d.ts")
	tool(t, dir, "", "node_modules/.bin/tsc", "--strict", "--noEmitOnError", "--target", "es2022", "--module", "nodenext", "client.ts")
	got := tool(t, dir, "", "node", "client.js", p.base)
	want := `{"left":17,"places":["/quantity"],"why":"no NONE left","later":{"left":9,"status":"confirmed"},"status":"succeeded","missing":404,"codes":[200,422,409,202],"found":true}`
	if normal(t, []byte(got)) != normal(t, []byte(want)) {
		t.Errorf("the client says\n%s\nnot\n%s", got, want)
	}
}
