package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// kinds is a component with fields that need care.
const kinds = `component: 1
name: kinds
title: Kinds
help: Takes what is given.
icon: blocks
tint: "#7048e8"
connection:
  base: https://kinds.example
  auth: {scheme: api_key, in: header, name: X-Key, value: "{{ connection.key }}"}
  fields: {key: {title: Key, type: string, secret: true}}
actions:
  take:
    title: Take
    help: Takes it.
    summary: Take {text}
    effect: safe
    fields:
      text: {title: Text, type: string, required: true}
      password: {title: Password, type: string, secret: true}
      lines: {title: Lines, type: array, items: {type: object, properties: {sku: {type: string}, pin: {type: string, secret: true}}}}
      map: {title: Map, kind: map, type: object}
    request: {method: POST, path: /take}
    output: {value: "{{ response.body }}"}
`

func TestInspectorForm(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	if a := r.call(t, http.MethodPut, "/api/components/kinds", kinds); a.status >= 300 {
		t.Fatalf("adding a component: %d %s", a.status, a.body)
	}
	source := fmt.Sprintf(`redial: 1
slug: kinds
trigger: {uses: webhook}
steps:
  take:
    uses: kinds/take
    name: %[1]q
    with: {text: %[1]q, password: hunter2, lines: [{sku: A, pin: hunter3}], map: {%[1]q: %[1]q, "odd key": 1}, other: 1}
  mail: {uses: ses/send-email, connection: mail, with: {from: a@example.com, subject: Hello, html: "", reply_to: [Ada]}}
  inner: {uses: each, with: {items: trigger.body, do: {steps: {deep: {uses: transform, with: {set: {a: "{{ nothing }}"}}}}}}}
edges: [trigger -> take, take -> mail, mail -> inner]
`, hostile)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/kinds", source)
	form := p.shows(t, "/flows/kinds/steps/take", asFragment...)
	wantsText(t, form, hostileShown...)
	wantsText(t, form, "!hunter2", "!hunter3", `<fieldset class="inspector-form" disabled>`, `data-path="with.map[&#34;odd key&#34;]"`,
		"needs a connection", "Unknown fields", "New connection…", `data-path="with.lines[0].sku"`)
	if strings.Index(form, `data-path="connection"`) > strings.Index(form, "needs a connection") {
		t.Error("what is missing does not stand at the field")
	}
	mail := p.shows(t, "/flows/kinds/steps/mail", asFragment...)
	for path, says := range map[string]string{
		"with.to":          "<span>To, Cc or Bcc: one of them is required.",
		"with.text":        "<span>Text or HTML: one of them is required.",
		"with.reply_to[0]": "<span>Must be an email address, or Name &lt;address&gt;.",
	} {
		_, field, _ := strings.Cut(mail, `class="field" data-path="`+path+`"`)
		if field, _, _ = strings.Cut(field, `class="field" `); !strings.Contains(field, says) {
			t.Errorf("%q does not stand at the field %s", says, path)
		}
	}
	wantsText(t, p.shows(t, "/flows/kinds/steps/deep", asFragment...), `data-path="with.set.a"`, "nothing")
}

func TestRowsBecomeExpressions(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "order", order)
	for body, want := range map[string]string{
		`{"condition": {"join": "and", "groups": [[{"field": "trigger.body.quantity", "operator": "less_or_equal", "value": "2"}]]}}`: `"source":"trigger.body.quantity <= 2"`,
		`{"condition": {"join": "and", "groups": [[{"field": "a", "operator": "is", "value": ""}]]}}`:                                 `"source":"a == _"`,
		`{"mapping": {"list": "trigger.body.lines", "fields": [{"name": "sku", "value": ".sku"}]}}`:                                   `"source":"{{ map(trigger.body.lines, {sku: .sku}) }}"`,
		`{"condition": {"join": "and", "groups": [[{"field": "trigger.body.", "operator": "is", "value": "2"}]]}}`:                    `"source":"_(\"trigger.body.\") == 2"`,
		`{"mapping": {"list": "", "fields": [{"name": "sku", "value": ".sku"}]}}`:                                                     `"source":"{{ map(_, {sku: .sku}) }}"`,
		`{"mapping": {"list": "[{unitPrice: 1, b: 2}]", "fields": [{"name": "unit_price"}, {"name": "c"}]}}`:                          `{unit_price: .unitPrice, c: _}`,
		`{"mapping": {"list": "[{a: 1, b: 2}]", "fields": [{"name": "a"}, {"name": "b", "value": "1"}]}}`:                             `{a: _, b: 1}`,
		`{"mapping": {"list": "", "fields": []}}`:                                                                                     `"fault":"There is no field yet`,
		`{}`:                       "neither a condition nor a mapping",
		`[`:                        "The rows cannot be read: the JSON ends too early.",
		`{"mapping": {"list": 5}}`: "mapping.list has to be text, and is a number.",
		`{"condition": {"groups": [[{"row": 1}]]}}`: `there is no field \"row\"`,
	} {
		a := p.do(t, http.MethodPost, "/flows/order/steps/enough/compose", "application/json", strings.NewReader(body))
		if !strings.Contains(a.body, want) {
			t.Errorf("%s: got %d %s, want %s", body, a.status, a.body, want)
		}
	}
	if a := r.stranger(t).do(t, http.MethodPost, "/flows/order/steps/enough/compose", "application/json", strings.NewReader("{}")); a.status != http.StatusUnauthorized {
		t.Errorf("a stranger got %d", a.status)
	}
}
