package command_test

import (
	"net/http"
	"slices"
	"testing"
)

// A service is down for the first call. The plain repeat with the key goes on at
// the step that failed.
func TestRepeatHealsAnExecution(t *testing.T) {
	t.Parallel()
	p := demo(t)
	p.control(t, `{"services":{"ses":{"fault":"down"}}}`)
	key := []string{"Idempotency-Key", "order-H-1"}
	first := p.hook(t, "order-request", order("H-1", twoLamps), key...).wantsProblem(t, http.StatusBadGateway, "service-failed")
	first.wantsHeader(t, "Redial-Resumed", "")
	still := p.hook(t, "order-request", order("H-1", twoLamps), key...).wantsProblem(t, http.StatusBadGateway, "service-failed")
	still.wantsHeader(t, "Redial-Resumed", "true").wantsHeader(t, "Redial-Execution-Id", first.id(t)).wantsHeader(t, "Idempotency-Replayed", "")
	p.control(t, `{"services":{"ses":{"fault":"none"}}}`)
	healed := p.hook(t, "order-request", order("H-1", twoLamps), key...).wants(t, http.StatusOK)
	healed.wantsHeader(t, "Redial-Resumed", "true").wantsHeader(t, "Redial-Execution-Id", first.id(t))
	if healed.get(t, "status") != "confirmed" || healed.get(t, "orderId") != "H-1" {
		t.Errorf("the answer is %s", healed)
	}
	p.hook(t, "order-request", order("H-1", twoLamps), key...).repeated(t, healed).wantsHeader(t, "Redial-Resumed", "")
	p.wantsCalls(t, "acme", "GET /inventory/LAMP-01 200", "POST /orders 201")
	p.wantsCalls(t, "ses", "POST "+mailPath+" 503", "POST "+mailPath+" 503", "POST "+mailPath+" 200")
	if got := p.received(t, "quickbooks"); !slices.Contains(got, "POST "+invoicePath+" 200") || slices.Index(got, "POST "+invoicePath+" 200") != lastIndex(got, "POST "+invoicePath+" 200") {
		t.Errorf("QuickBooks was called with %q", got)
	}
	events := p.api(t, http.MethodGet, "/api/executions/"+first.id(t)+"/events", nil).list(t, "events")
	for i, e := range events {
		if pick(t, e, "seq") != jsonText(t, i+1) {
			t.Errorf("event %d has number %s", i+1, pick(t, e, "seq"))
		}
	}
	x := p.execution(t, first.id(t))
	if x.get(t, "status") != "succeeded" || x.get(t, "error") != "" {
		t.Errorf("the execution is %s", x)
	}
}

func lastIndex(list []string, wanted string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == wanted {
			return i
		}
	}
	return -1
}

// asksTwice calls a service for something that is done, and then one that may be
// down.
func asksTwice(url, settings string) string {
	return `redial: 1
slug: twice
` + settings + `trigger: {uses: webhook}
steps:
  first: {uses: http, with: {method: POST, effect: keyed, url: "` + url + `/first"}}
  second: {uses: http, with: {method: POST, effect: keyed, url: "` + url + `/second", body: "{{ uuid() }}"}}
  answer: {uses: respond, with: {body: "{{ steps.second.body }}"}}
edges: [trigger -> first, first -> second, second -> answer]
`
}

// A kill -9 while an execution that had failed goes on: it goes on again after the
// restart, and the repeat gets its answer.
func TestKillWhileARepeatHeals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o := newOutside(t)
	p.publish(t, asksTwice(o.url, ""))
	go func() {
		(<-o.arrivals).reply(200, `1`)
		(<-o.arrivals).reply(503, `{}`)
	}()
	first := p.hook(t, "twice", `{}`, "Idempotency-Key", "k").wantsProblem(t, http.StatusBadGateway, "service-failed")
	p.callAndHold(t, "twice", `{}`, "Idempotency-Key", "k")
	cut := o.next(t)
	p.kill(t)
	p = serveProcess(t, dir)
	again := o.next(t)
	if again.path != "/second" || again.key != cut.key || again.body != cut.body {
		t.Errorf("the call was %+v and is %+v now", cut, again)
	}
	go again.reply(200, `{"a":1}`)
	p.hook(t, "twice", `{}`, "Idempotency-Key", "k").wants(t, http.StatusOK).wantsBody(t, `{"a":1}`).wantsHeader(t, "Redial-Execution-Id", first.id(t))
	wantGapless(t, p.watch(t, "/executions/"+first.id(t)+"/live").until(t, "execution.finished succeeded"))
	o.quiet(t)
}

// Repeats at the same time have it go on once, and all are answered.
func TestManyRepeatsHealOnce(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asksTwice(o.url, ""))
	go func() {
		(<-o.arrivals).reply(200, `1`)
		(<-o.arrivals).reply(503, `{}`)
	}()
	first := p.hook(t, "twice", `{}`, "Idempotency-Key", "k").wantsProblem(t, http.StatusBadGateway, "service-failed")
	const repeats = 30
	answers := make(chan answer, repeats)
	for range repeats {
		go func() {
			a, err := p.try(t, http.MethodPost, "/hooks/twice", `{}`, "Content-Type", "application/json", "Idempotency-Key", "k")
			if err != nil {
				t.Error(err)
			}
			answers <- a
		}()
	}
	o.next(t).reply(200, `{"a":1}`)
	resumed := 0
	for range repeats {
		a := (<-answers).wants(t, http.StatusOK).wantsBody(t, `{"a":1}`).wantsHeader(t, "Redial-Execution-Id", first.id(t))
		if a.header.Get("Redial-Resumed") == "true" {
			resumed++
		}
	}
	if resumed == 0 {
		t.Error("no answer says that the execution was resumed")
	}
	o.quiet(t)
}

// An async caller gets the ID of the same execution, which goes on.
func TestRepeatHealsAnAsyncExecution(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asksTwice(o.url, "mode: async\n"))
	id := p.hook(t, "twice", `{}`, "Idempotency-Key", "k").wants(t, http.StatusAccepted).id(t)
	o.next(t).reply(200, `1`)
	o.next(t).reply(429, `{}`)
	response := "/executions/" + id + "/response"
	p.call(t, http.MethodGet, response, nil, "Prefer", "wait=30").wantsProblem(t, http.StatusBadGateway, "service-failed")
	again := p.hook(t, "twice", `{}`, "Idempotency-Key", "k")
	p.wantsHandOver(t, again)
	if again.id(t) != id || again.header.Get("Redial-Resumed") != "true" {
		t.Errorf("the answer is %s", again)
	}
	p.awaitStatus(t, id, "running")
	o.next(t).reply(200, `{"a":1}`)
	p.call(t, http.MethodGet, response, nil, "Prefer", "wait=30").wants(t, http.StatusOK).wantsBody(t, `{"a":1}`)
	o.quiet(t)
}

// What will fail again is not tried again.
func TestRepeatDoesNotHealWhatStays(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "", ", method: POST"))
	go func() { (<-o.arrivals).reply(404, `{}`) }()
	first := p.hook(t, "ask", `{}`, "Idempotency-Key", "k").wantsProblem(t, http.StatusBadGateway, "service-failed")
	p.hook(t, "ask", `{}`, "Idempotency-Key", "k").repeated(t, first).wantsHeader(t, "Redial-Resumed", "")
	// Nor is one without a key: that is another call.
	go func() { (<-o.arrivals).reply(503, `{}`) }()
	unkeyed := p.hook(t, "ask", `{}`).wantsProblem(t, http.StatusBadGateway, "service-failed")
	if unkeyed.id(t) == first.id(t) {
		t.Error("a call without a key is a repeat")
	}
	o.quiet(t)
}
