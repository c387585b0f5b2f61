package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// told is a flow whose texts mean something in HTML and in code.
const told = `redial: 1
slug: told
name: Told <script>alert(1)</script>
description: "What '\"it\"' does </pre>"
trigger:
  uses: webhook
  with:
    %s
    schema:
      type: object
      required: [name]
      properties:
        name: {type: string, examples: ["</script>'\"$HOME"], description: "<b>Whose</b>"}
        lines: {type: array, items: {type: object, properties: {count: {type: integer, minimum: 1}}}}
steps:
  answer: {uses: respond, name: "It is <i>done</i>", with: {status: 201, body: {echo: "{{ trigger.body.name }}", fixed: "</code>"}}}
edges: [trigger -> answer]
`

func TestPageForDevelopers(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "told", fmt.Sprintf(told, "methods: [POST]"))
	page := r.stranger(t).shows(t, "/flows/told/docs")
	wantsText(t, page, "Told &lt;script&gt;", "/hooks/told", "whole number", "list of objects", "required", "At least 1.", "201",
		"It is &lt;i&gt;done&lt;/i&gt;", "Idempotency-Key", "key-reused", "invalid-body", "JavaScript", "urllib.request", "/hooks/told/openapi.json", "curl -i", "The whole script",
		"!<script>alert", "!<b>Whose", "!<i>done", "!</pre></p>", "!Callbacks", "!credentials-required", "!unsupported-type")
}

func TestDocumentIsServed(t *testing.T) {
	t.Parallel()
	r := open(t)
	const path = "/hooks/told/openapi.json"
	r.wants(t, http.StatusNotFound, http.MethodGet, path, "")
	r.publish(t, "told", fmt.Sprintf(told, "cors: [https://shop.example]"))
	first := r.wants(t, http.StatusOK, http.MethodGet, path, "", "Origin", "https://shop.example")
	if first.header.Get("Content-Type") != "application/json" || first.header.Get("Access-Control-Allow-Origin") != "https://shop.example" || first.field(t, "openapi") != "3.1.0" {
		t.Errorf("the document comes with %v", first.header)
	}
	tag := first.header.Get("ETag")
	if again := r.wants(t, http.StatusNotModified, http.MethodGet, path, "", "If-None-Match", tag); again.body != "" || tag == "" {
		t.Errorf("the tag is %q, and a document that has not changed comes again: %s", tag, again.body)
	}
	if head := r.wants(t, http.StatusOK, http.MethodHead, path, ""); head.body != "" || head.header.Get("ETag") != tag {
		t.Errorf("HEAD comes with %v", head.header)
	}
	if refused := r.wants(t, http.StatusMethodNotAllowed, http.MethodPost, path, "{}"); !strings.Contains(refused.header.Get("Allow"), "GET") {
		t.Errorf("POST is answered with %v", refused.header)
	}
	// A draft changes nothing, a setting and a version do.
	r.wants(t, http.StatusOK, http.MethodPut, "/api/flows/told", strings.Replace(fmt.Sprintf(told, "cors: [https://shop.example]"), "status: 201", "status: 203", 1))
	r.wants(t, http.StatusNotModified, http.MethodGet, path, "", "If-None-Match", tag)
	r.wants(t, http.StatusOK, http.MethodPatch, "/api/flows/told", `{"mode":"async"}`)
	second := r.wants(t, http.StatusOK, http.MethodGet, path, "", "If-None-Match", tag)
	r.wants(t, http.StatusOK, http.MethodPost, "/api/flows/told/publish", "")
	third := r.wants(t, http.StatusOK, http.MethodGet, path, "", "If-None-Match", second.header.Get("ETag"))
	wantsText(t, second.body, `"201"`, `!"203"`)
	wantsText(t, third.body, `"203"`, `!"201"`)
}

// The document and the page are for those who may call the flow, or manage flows.
func TestDocumentsAreForCallers(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/callers", `{"component":"http","fields":{"scheme":"bearer","token":"the-token-of-callers"}}`)
	r.publish(t, "told", fmt.Sprintf(told, "auth: {type: bearer, connection: callers}"))
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/draft", strings.Replace(fmt.Sprintf(told, "methods: [POST]"), "slug: told", "slug: draft", 1))
	ada, stranger := r.signIn(t), r.stranger(t)
	for _, c := range []struct {
		who            *person
		slug, header   string
		document, page int
	}{
		{stranger, "told", "", 404, 401},
		{stranger, "told", "Bearer wrong", 404, 401},
		{stranger, "told", "Bearer the-token-of-callers", 200, 200},
		{stranger, "told", "Bearer " + apiToken, 200, 200},
		{ada, "told", "", 200, 200},
		{stranger, "draft", "", 404, 401},
		{ada, "draft", "", 404, 404},
		{stranger, "nobody", "", 404, 401},
		{ada, "nobody", "", 404, 404},
	} {
		document := c.who.get(t, "/hooks/"+c.slug+"/openapi.json", "Authorization", c.header)
		page := c.who.get(t, "/flows/"+c.slug+"/docs", "Authorization", c.header)
		if document.status != c.document || page.status != c.page {
			t.Errorf("%+v: the document is %d, and the page %d", c, document.status, page.status)
		}
	}
	known, unknown := stranger.get(t, "/flows/told/docs"), stranger.get(t, "/flows/nobody/docs")
	if known.body != unknown.body {
		t.Error("strangers are told which flows there are")
	}
	if page := ada.shows(t, "/flows/told/docs"); strings.Contains(page, "the-token-of-callers") {
		t.Error("the page tells the token")
	}
	wantsText(t, ada.shows(t, "/flows/told/docs"), "Authorization: Bearer TOKEN", "FLOW_CREDENTIAL", "credentials-required")
}
