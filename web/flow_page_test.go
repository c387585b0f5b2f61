package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// order checks its body, decides, and calls out.
const order = `redial: 1
slug: order
name: Order
trigger:
  uses: webhook
  with:
    schema:
      type: object
      required: [quantity]
      properties:
        sku: {type: string, examples: [LAMP-01]}
        quantity: {type: integer, minimum: 1, default: 5}
steps:
  enough:
    name: Enough?
    uses: branch
    with: {paths: [{name: few, when: trigger.body.quantity <= 2}, {name: many}]}
  tell:
    name: Tell the warehouse
    uses: http
    timeout: 3s
    retry: {attempts: 2, pause: 1ms}
    on_error: continue
    with: {method: POST, url: "http://127.0.0.1:1/tell", body: "{{ trigger.body }}"}
  answer: {uses: respond, with: {body: {got: "{{ trigger.body.quantity }}"}}}
edges: [trigger -> enough, enough.few -> answer, enough.many -> tell, tell -> answer]
`

func TestFlowPage(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "order", order)
	page := p.shows(t, "/flows/order")
	wantsText(t, page, "<title>Order · Redial</title>", "Published version 1", "Enough?", "Tell the warehouse",
		r.url+"/hooks/order", "Callers hold the line for the answer, 25 s at most, then get a 202.",
		"Nobody has called it in the last 24 hours.", "These steps really call out: Tell the warehouse.", "Nothing has run yet.",
		"&#34;sku&#34;: &#34;LAMP-01&#34;", "!Not published", `id="publish-blocked" hidden`)

	step := p.shows(t, "/flows/order?step=tell")
	wantsText(t, step, "What it does", `value="http://127.0.0.1:1/tell"`, `value="3s"`, `value="1ms"`, "Go on, with the error as the output")
	wantsText(t, p.shows(t, "/flows/order/steps/enough", asFragment...), "Enough?", "Branch", "trigger.body.quantity &lt;= 2", "!<html")
	wantsText(t, p.shows(t, "/flows/order/steps/trigger", asFragment...), "Webhook", "minimum")
	if a := p.get(t, "/flows/order/steps/nothing", asFragment...); a.status != http.StatusNotFound {
		t.Errorf("a step that is not there: %d", a.status)
	}
	if a := p.get(t, "/flows/nothing"); a.status != http.StatusNotFound || !strings.Contains(a.body, "Nothing there") {
		t.Errorf("a flow that is not there: %d", a.status)
	}
}

func TestFlowPageOfADraft(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	source := fmt.Sprintf("redial: 1\nslug: odd\nname: %q\ntrigger: {uses: manual}\nsteps: {a: {uses: nothing/there, name: %q, note: %q, with: {x: %q}}}\n",
		hostile, hostile, hostile, hostile)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/odd", source)
	page := p.shows(t, "/flows/odd?step=a")
	wantsText(t, page, hostileShown...)
	wantsText(t, page, "Not published", "There is no component", "problems have to be solved first", "This flow has no URL", "!/hooks/odd")

	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/empty", "redial: 1\nslug: empty\ntrigger: {uses: webhook}\nsteps: {}\n")
	wantsText(t, p.shows(t, "/flows/empty"), "Or begin with a template", "callers get 404 until it is")
}

func TestFlowPageWantsSomebodySignedIn(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "order", order)
	stranger, p := r.stranger(t), r.signIn(t)
	for _, path := range []string{"", "/state", "/calling", "/history", "/steps/tell", "/samples", "/samples/schema", "/capture"} {
		if a := stranger.get(t, "/flows/order"+path); a.status != http.StatusUnauthorized {
			t.Errorf("GET %s: got %d", path, a.status)
		}
	}
	for path, method := range map[string]string{"/payload": http.MethodPut, "/runs": http.MethodPost, "/capture": http.MethodPost} {
		body := strings.NewReader(`{"method": "POST", "body": "{}"}`)
		if a := stranger.do(t, method, "/flows/order"+path, "application/json", body); a.status != http.StatusUnauthorized {
			t.Errorf("%s %s: got %d", method, path, a.status)
		}
		body = strings.NewReader(`{"method": "POST", "body": "{}"}`)
		if a := p.do(t, method, "/flows/order"+path, "application/json", body, "Origin", "https://evil.example"); a.status != http.StatusForbidden {
			t.Errorf("%s %s from elsewhere: got %d", method, path, a.status)
		}
	}
}

// send is a change by a script of the page.
func (p *person) send(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	return p.do(t, method, path, "application/json", strings.NewReader(body), headers...)
}

func TestToggle(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "order", order)
	for range 2 {
		r.wants(t, http.StatusOK, http.MethodPost, "/hooks/order", `{"quantity": 1}`, "Content-Type", "application/json")
	}
	r.wants(t, http.StatusOK, http.MethodPost, "/api/flows/order/test", `{"body": {"quantity": 1}}`)

	before := p.get(t, "/flows/order/state")
	wantsText(t, before.body, `"mode":"sync"`, "It changes what 2 calls of the last 24 hours would get.", `"publishable":false`)
	if a := p.get(t, "/flows/order/state", "If-None-Match", before.header.Get("ETag")); a.status != http.StatusNotModified {
		t.Errorf("nothing has changed: got %d", a.status)
	}

	changed := p.send(t, http.MethodPatch, "/api/flows/order", `{"mode": "async"}`)
	if changed.status != http.StatusOK {
		t.Fatalf("changing the mode: %d %s", changed.status, changed.body)
	}
	r.wants(t, http.StatusAccepted, http.MethodPost, "/hooks/order", `{"quantity": 1}`, "Content-Type", "application/json")
	after := p.get(t, "/flows/order/state", "If-None-Match", before.header.Get("ETag"))
	wantsText(t, after.body, `"mode":"async"`, `"version":1`, `"changed":false`, "Callers get an execution ID at once and fetch the answer.")
	wantsText(t, p.shows(t, "/flows/order/calling", asFragment...), "Callers get an execution ID at once and fetch the answer.", "-m 10", "!-m 30")

	// An undo is of this very change: another one in between stands.
	revision := fmt.Sprint(changed.field(t, "revision"))
	r.wants(t, http.StatusOK, http.MethodPatch, "/api/flows/order", `{"deadline": "40s"}`)
	if a := p.send(t, http.MethodPatch, "/api/flows/order", `{"mode": "sync"}`, "If-Match", `"`+revision+`"`); a.status != http.StatusPreconditionFailed {
		t.Errorf("undoing what was changed again: %d", a.status)
	}
	wantsText(t, p.shows(t, "/flows/order/history", asFragment...), "ada", "changed the mode from sync to async",
		"changed the deadline from 25s to 40s", "token of the environment", "published version 1")
}

func TestPublishFromThePage(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	wantsText(t, p.get(t, "/flows/order/history").body, "Nothing there")
	r.publish(t, "order", order)
	r.wants(t, http.StatusOK, http.MethodPut, "/api/flows/order", strings.Replace(order, "name: Order", "name: Orders", 1))
	wantsText(t, p.get(t, "/flows/order/state").body, `"word":"Draft has changes"`, "Callers get version 1 until the draft is published.", `"publishable":true`)
	if a := p.send(t, http.MethodPost, "/api/flows/order/publish", fmt.Sprintf(`{"comment": %q}`, "now plural <b>")); a.status != http.StatusOK {
		t.Fatalf("publishing: %d %s", a.status, a.body)
	}
	wantsText(t, p.get(t, "/flows/order/state").body, `"word":"Published version 2"`, "Nothing has changed since version 2 was published.")
	r.wants(t, http.StatusOK, http.MethodPut, "/api/flows/order", strings.Replace(order, "  with:\n", "  with:\n    auth: {type: api_key, connection: shop}\n", 1))
	wantsText(t, p.get(t, "/flows/order/state").body, "instead of version 2", "whoever sends none, or others, gets 401")
	wantsText(t, p.shows(t, "/flows/order/history", asFragment...), "published version 2", "now plural &lt;b&gt;", "ada")
}
