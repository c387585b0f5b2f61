package command_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestConnectionNeverShowsItsSecrets(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	const path = "/api/connections/shop"
	body := map[string]any{"component": "acme", "fields": map[string]any{"api_key": "very-secret", "base_url": "https://shop.example"}}
	for i, status := range []int{http.StatusCreated, http.StatusOK} {
		a := p.api(t, http.MethodPut, path, body).wants(t, status)
		if i == 0 && a.get(t, "name") != "shop" {
			t.Errorf("the answer is %s", a)
		}
	}
	for _, a := range []answer{p.api(t, http.MethodPut, path, body), p.api(t, http.MethodGet, path, nil), p.api(t, http.MethodGet, "/api/connections", nil)} {
		if a.wants(t, http.StatusOK); strings.Contains(string(a.body), "very-secret") {
			t.Errorf("the secret is in %s", a)
		}
	}
	a := p.api(t, http.MethodGet, path, nil)
	if a.get(t, "component") != "acme" || a.get(t, "fields") != `{"base_url":"https://shop.example"}` || a.get(t, "secrets") != `["api_key"]` {
		t.Errorf("the connection is %s", a)
	}
	p.api(t, http.MethodDelete, path, nil).wants(t, http.StatusNoContent)
	p.api(t, http.MethodGet, path, nil).wantsProblem(t, http.StatusNotFound, "not-found")
	p.api(t, http.MethodDelete, path, nil).wantsProblem(t, http.StatusNotFound, "not-found")
}

func TestConnectionIsUsedAtOnceAndItsSecretKept(t *testing.T) {
	t.Parallel()
	p := demo(t)
	path := "/api/connections/acme"
	connection := p.api(t, http.MethodGet, path, nil).wants(t, http.StatusOK)
	base := connection.get(t, "fields.base_url")
	p.api(t, http.MethodPut, path, map[string]any{"component": "acme", "fields": map[string]any{"base_url": base, "api_key": "wrong-key-of-acme"}}).wants(t, http.StatusOK)
	a := p.hook(t, "order-request", order("K-1", twoLamps)).wantsProblem(t, http.StatusBadGateway, "service-failed")
	if strings.Contains(string(a.body), "wrong-key-of-acme") || !strings.Contains(a.get(t, "detail"), "401") {
		t.Errorf("the problem is %s", a)
	}
	p.api(t, http.MethodPut, path, map[string]any{"component": "acme", "fields": map[string]any{"base_url": base, "api_key": "acme-demo-key"}}).wants(t, http.StatusOK)
	p.hook(t, "order-request", order("K-2", twoLamps)).wants(t, http.StatusOK)
	// What cannot be read back need not be sent again.
	p.api(t, http.MethodPut, path, map[string]any{"component": "acme", "fields": map[string]any{"base_url": base}}).wants(t, http.StatusOK)
	p.hook(t, "order-request", order("K-3", twoLamps)).wants(t, http.StatusOK)
	p.api(t, http.MethodDelete, path, nil).wants(t, http.StatusNoContent)
	gone := p.hook(t, "order-request", order("K-4", twoLamps)).wantsProblem(t, http.StatusInternalServerError, "flow-failed")
	if !strings.Contains(gone.get(t, "detail"), `"acme"`) {
		t.Errorf("the problem is %s", gone)
	}
}

func TestWrongConnectionsAreRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	for name, tc := range map[string]struct{ path, body string }{
		"unknown component": {"/api/connections/a", `{"component":"nobody","fields":{}}`},
		"missing secret":    {"/api/connections/a", `{"component":"acme","fields":{}}`},
		"no fields":         {"/api/connections/a", `{"component":"acme"}`},
		"wrong fields":      {"/api/connections/a", `{"component":"acme","fields":[]}`},
		"wrong type":        {"/api/connections/a", `{"component":"acme","fields":{"api_key":{}}}`},
		"unknown field":     {"/api/connections/a", `{"component":"acme","fields":{"api_key":"a","apy_key":"b"}}`},
		"unknown key":       {"/api/connections/a", `{"component":"acme","felds":{}}`},
		"name":              {"/api/connections/A%20B", `{"component":"acme","fields":{"api_key":"a"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.api(t, http.MethodPut, tc.path, tc.body).wantsProblem(t, http.StatusUnprocessableEntity, "invalid")
		})
	}
	p.api(t, http.MethodPut, "/api/connections/a", `{`).wantsProblem(t, http.StatusBadRequest, "bad-request")
	p.api(t, http.MethodPut, "/api/connections/a", strings.Repeat(" ", 2<<20)).wantsProblem(t, http.StatusRequestEntityTooLarge, "body-too-large")
}

func TestPublishingNeedsTheConnectionsOfAFlow(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	source := `redial: 1
slug: stock
trigger: {uses: webhook}
steps:
  check: {uses: acme/check-inventory, connection: shop, with: {sku: "{{ trigger.body.sku }}"}}
  answer: {uses: respond, with: {body: "{{ steps.check.available }}"}}
edges: [trigger -> check, check -> answer]
`
	a := p.api(t, http.MethodPut, "/api/flows/stock", source).wants(t, http.StatusCreated)
	if a.get(t, "problems.0.code") != "unknown_connection" || a.get(t, "problems.0.severity") != "error" {
		t.Errorf("the problems are %s", a)
	}
	p.api(t, http.MethodPut, "/api/connections/shop", `{"component":"acme","fields":{"api_key":"a"}}`).wants(t, http.StatusCreated)
	p.api(t, http.MethodPost, "/api/flows/stock/publish", nil).wants(t, http.StatusOK)
}

func TestComponentsAreListed(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	a := p.api(t, http.MethodGet, "/api/components", nil).wants(t, http.StatusOK)
	var found []string
	for _, item := range a.list(t, "items") {
		found = append(found, pick(t, item, "name"))
		if pick(t, item, "title") == "" {
			t.Errorf("a component has no title: %v", item)
		}
	}
	for _, name := range []string{"acme", "http", "hubspot", "pipedrive", "quickbooks", "salesforce", "ses"} {
		if !slices.Contains(found, name) {
			t.Errorf("there is no %s among %q", name, found)
		}
	}
}

func TestComponentIsAddedAtRunTime(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	manifest := `component: 1
name: greeter
title: Greeter
help: Says hello.
icon: globe
tint: "#336699"
connection:
  help: Where it is.
  base: "{{ connection.base_url }}"
  auth: {scheme: none}
  fields:
    base_url: {title: Address, type: string, format: uri, required: true}
actions:
  greet:
    title: Greet
    help: Says hello to somebody.
    effect: safe
    fields:
      name: {title: Name, type: string, required: true}
    request:
      path: /hello/{{ input.name }}
    output:
      value: {text: "{{ response.body.text }}"}
      schema: {type: object, properties: {text: {type: string}}}
`
	added := p.api(t, http.MethodPut, "/api/components/greeter", manifest)
	if added.status != http.StatusOK && added.status != http.StatusCreated {
		t.Fatalf("the answer is %s", added)
	}
	p.api(t, http.MethodPut, "/api/connections/greeter", map[string]any{"component": "greeter", "fields": map[string]any{"base_url": o.url}}).wants(t, http.StatusCreated)
	p.publish(t, `redial: 1
slug: greet
trigger: {uses: webhook}
steps:
  greet: {uses: greeter/greet, connection: greeter, with: {name: "{{ trigger.body.name }}"}}
  answer: {uses: respond, with: {body: "{{ steps.greet.text }}"}}
edges: [trigger -> greet, greet -> answer]
`)
	go func() { (<-o.arrivals).reply(200, `{"text":"Hello"}`) }()
	if a := p.hook(t, "greet", `{"name":"Ada"}`).wants(t, http.StatusOK); string(a.body) != "Hello" {
		t.Errorf("the answer is %s", a)
	}
	p.api(t, http.MethodPut, "/api/components/another", manifest).wantsProblem(t, http.StatusUnprocessableEntity, "invalid")
	p.api(t, http.MethodPut, "/api/components/greeter", "component: 1\nname: greeter\n").wantsProblem(t, http.StatusUnprocessableEntity, "invalid")
	acme := strings.Replace(manifest, "name: greeter", "name: acme", 1)
	if a := p.api(t, http.MethodPut, "/api/components/acme", acme); a.status != http.StatusConflict {
		t.Errorf("the built-in component was replaced: %s", a)
	}
}
