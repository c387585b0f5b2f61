package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestComponentPages(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	wantsText(t, p.shows(t, "/components"), "Acme", "QuickBooks", "Amazon SES", "connection only")
	wantsText(t, p.shows(t, "/components/acme"), "acme/check-inventory", `data-copy="acme/check-inventory"`, "Safe to repeat", "Repeats are recognised",
		"The item&#39;s stock keeping unit.", "required", "GET /inventory/LAMP-01", "200 OK", "&#34;warehouse&#34;: &#34;Rotterdam&#34;", "Built in", "https://api.acme.example")
	wantsText(t, p.shows(t, "/components/ses"), "Not repeated by itself", "To, Cc or Bcc: one of them is required.", "Text or HTML: one of them is required.")
	wantsText(t, p.shows(t, "/components/quickbooks", asFragment...), "quickbooks/create-invoice", "Asks before repeating", "item_id", "!<html")
	if a := p.get(t, "/components/acmee"); a.status != http.StatusNotFound || !strings.Contains(a.body, "did you mean") {
		t.Errorf("no component: got %d: %s", a.status, a.body)
	}
}

func TestComponentPageOfAHostileManifest(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	long := hostile + strings.Repeat("w", 10_000)
	manifest := fmt.Sprintf(`component: 1
name: mine
title: %q
help: %q
icon: globe
tint: "#ffffff"
connection: {base: "https://example.com", fields: {token: {title: %q, help: %q, type: string, example: %q}}}
actions:
  do: {title: %q, effect: safe, fields: {a: {title: %q, type: string, default: %q}}, request: {path: /}}
`, long, long, long, long, long, long, long, long)
	r.wants(t, http.StatusOK, http.MethodPut, "/api/components/mine", manifest)
	for _, path := range []string{"/components", "/components/mine", "/connections?new=mine", "/connections?new"} {
		wantsText(t, p.shows(t, path), hostileShown...)
	}
	wantsText(t, p.shows(t, "/components/mine"), "Added here")
}
