package command_test

import (
	"fmt"
	"net/http"
	"testing"
)

// SIGTERM: callers who wait get their answers, new ones are turned away, the
// exit code is 0.
func TestTerminationLetsCallersHaveTheirAnswers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "", ""))
	viewer := p.watch(t, "/flows/ask/live")
	got := make(chan answer, 1)
	go func() {
		a, err := p.try(t, http.MethodPost, "/hooks/ask", nil)
		if err != nil {
			a.body = []byte(err.Error())
		}
		got <- a
	}()
	call := o.next(t)
	p.interrupt()
	for { // until the socket closes
		if _, err := viewer.next(t); err != nil {
			break
		}
	}
	eventually(t, "no more calls are taken", func() bool {
		_, err := p.try(t, http.MethodGet, "/healthz", nil, "Connection", "close")
		return err != nil
	})
	call.reply(200, `{"in":"time"}`)
	(<-got).wants(t, http.StatusOK).wantsBody(t, `{"in":"time"}`)
	if code := p.exit(t); code != 0 {
		t.Errorf("the exit code is %d: %s", code, p.stderr)
	}
}

// SIGTERM with an async execution under way: the call may end, what comes after
// it is left for the next start.
func TestTerminationLeavesTheRestForTheNextStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o := newOutside(t)
	p.publish(t, fmt.Sprintf(`redial: 1
slug: rest
mode: async
trigger: {uses: webhook}
steps:
  first: {uses: http, with: {url: %q, method: POST}}
  second: {uses: http, with: {url: %q, method: POST}}
  pause: {uses: wait, with: {for: 1ms}}
  answer: {uses: respond, with: {body: "{{ steps.second.body }}"}}
edges: [trigger -> first, first -> second, second -> pause, pause -> answer]
`, o.url+"/first", o.url+"/second"))
	id := p.hook(t, "rest", nil).id(t)
	first := o.next(t)
	viewer := p.watch(t, "/executions/"+id+"/live?after=2")
	p.interrupt()
	for { // until the socket closes
		if _, err := viewer.next(t); err != nil {
			break
		}
	}
	eventually(t, "no more calls are taken", func() bool {
		_, err := p.try(t, http.MethodGet, "/healthz", nil, "Connection", "close")
		return err != nil
	})
	first.reply(200, `1`)
	// The engine may begin the second call before it hears of the stop; then it
	// waits for its end.
	called := o.before(t, p.ended)
	if called != nil {
		called.reply(200, `2`)
	}
	if code := p.exit(t); code != 0 {
		t.Errorf("the exit code is %d: %s", code, p.stderr)
	}

	p = serveProcess(t, dir)
	if called == nil {
		o.next(t).reply(200, `2`)
	}
	events := p.finished(t, id)
	p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusOK).wantsBody(t, `2`)
	if count := countEvents(t, events, "step.started first"); count != 1 {
		t.Errorf("the first call was made %d times", count)
	}
	o.quiet(t)
	if code := p.stop(t); code != 0 {
		t.Errorf("the exit code is %d", code)
	}
}

// In a demo the simulated services last until the last caller has got an
// answer.
func TestTerminatedDemoAnswersItsCallers(t *testing.T) {
	t.Parallel()
	p := startProcess(t, "demo", "--data", t.TempDir())
	p.findServices(t)
	p.control(t, `{"services":{"quickbooks":{"latency":"1s"}}}`)
	viewer := p.watch(t, "/flows/order-request/live")
	got := make(chan answer, 1)
	go func() {
		a, err := p.try(t, http.MethodPost, "/hooks/order-request", order("T-1", twoLamps), "Content-Type", "application/json")
		if err != nil {
			a.body = []byte(err.Error())
		}
		got <- a
	}()
	viewer.until(t, "step.started create_invoice")
	p.interrupt()
	if a := (<-got).wants(t, http.StatusOK); a.get(t, "status") != "confirmed" {
		t.Errorf("the answer is %s", a)
	}
	if code := p.exit(t); code != 0 {
		t.Errorf("the exit code is %d: %s", code, p.stderr)
	}
}
