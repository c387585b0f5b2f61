package engine_test

import (
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

const secretKey = "acme-key-5f1e"

// connect makes a connection to Acme that leads to the world's service.
func (w *world) connect() {
	w.t.Helper()
	err := w.store.PutConnection(w.t.Context(), store.Connection{
		Name: "acme", Component: "acme",
		Fields: map[string]any{"api_key": secretKey, "base_url": w.service.server.URL},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

const stockFlow = `
steps:
  stock: {uses: acme/check-inventory, connection: acme, with: {sku: "{{ trigger.body.sku }}"}}
  end: {uses: respond, with: {body: "{{ steps.stock }}"}}
edges: [trigger -> stock, stock -> end]
`

func TestActions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect()
	w.service.script(`GET /inventory/LAMP-01 -> 200 => {"sku": "LAMP-01", "available": 3, "warehouse": "north"}`)
	h := w.run(stockFlow, `{"sku": "LAMP-01"}`)
	if got := object(t, w.answer(h)); got["available"] != int64(3) {
		t.Errorf("the answer is %v", got)
	}
	w.checkSecret(h.ID, "X-Api-Key")
}

// An http step may sign in with the connection of a component.
func TestHTTPStepsSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect()
	w.service.script(`GET /any -> 401 => {"you_sent": "` + secretKey + `"}`)
	h := w.run(`
steps: {call: {uses: http, connection: acme, with: {url: "http://service/any"}}}
edges: [trigger -> call]`, "")
	if failure := w.failure(h); failure.Status != 401 || strings.Contains(failure.Message, secretKey) {
		t.Errorf("the failure is %+v", failure)
	}
	w.checkSecret(h.ID, "X-Api-Key")
}

// checkSecret makes sure that the secret went to the service, and nowhere else.
func (w *world) checkSecret(id, header string) {
	w.t.Helper()
	w.ended(id)
	if got := w.service.calls()[0].Header.Get(header); got != secretKey {
		w.t.Errorf("the service got the key %q", got)
	}
	data, err := flow.EncodeEvents(w.events(id))
	if err != nil {
		w.t.Fatal(err)
	}
	if strings.Contains(string(data), secretKey) || strings.Contains(w.log.String(), secretKey) {
		w.t.Errorf("the secret is in the journal or in the log:\n%s", data)
	}
}

// A safe test performs nothing that has an effect, and puts out the example of
// the action instead, unless what the step gives could not be sent.
func TestSafeTestsPerformNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect()
	p := w.publish(`
steps:
  look: {uses: http, with: {url: "http://service/look"}}
  post: {uses: http, with: {method: POST, url: "http://service/post"}}
  order: {uses: acme/create-order, connection: acme, with: {customer: Ada, lines: [{sku: LAMP-01, quantity: 1}]}}
  nobody: {uses: acme/create-order, connection: acme, on_error: continue, with: {customer: "{{ trigger.body.customer }}", lines: [{sku: LAMP-01, quantity: 1}]}}
  end: {uses: respond, with: {body: {ran: "{{ ran('order') }}", status: "{{ steps.post.status }}", nobody: "{{ steps.nobody.error }}"}}}
edges: [trigger -> look, look -> post, post -> order, order -> nobody, nobody -> end]`)
	h, err := w.engine.Start(t.Context(), engine.StartRequest{
		Flow: "test", VersionID: p.Version.ID, Settings: p.Settings, Mode: flow.Sync,
		Test: true, Safe: true, Request: request(t, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	compareText(t, "answer", w.answer(h), `{"nobody": {"code": "invalid_input", "message": "the field customer of acme/create-order: a value is required", "status": null}, "ran": true, "status": 200}`)
	if record := w.ended(h.ID); !record.Test {
		t.Errorf("the record has %+v", record)
	}
	compareLines(t, "calls", w.service.lines(), "GET /look")
	simulated := ""
	for _, e := range w.events(h.ID) {
		if e.Simulated {
			simulated += e.Step + " "
		}
	}
	if simulated != "post order " {
		t.Errorf("simulated are %s", simulated)
	}
}
