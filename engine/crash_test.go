package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
)

// orderFlow has calls of every effect, an each step, a branch and a child.
const orderFlow = `
steps:
  stock:
    uses: each
    with: {items: trigger.body.lines, as: line, concurrency: 2}
    do:
      steps:
        look: {uses: http, with: {url: "http://service/stock/{{ line.sku }}"}}
        left: {uses: transform, with: {set: {ok: "{{ steps.look.body.left >= line.quantity }}"}}}
      edges: [look -> left]
  in_stock:
    uses: branch
    with: {paths: [{name: available, when: "all(steps.stock, .ok)"}, {name: back_ordered}]}
  invoice: {uses: http, with: {method: POST, effect: keyed, url: "http://service/invoices", body: {ref: "{{ uuid() }}", at: "{{ now() }}", order: "{{ trigger.body.id }}"}}}
  number: {uses: flow, with: {slug: numbers, body: "{{ steps.invoice.body.n }}"}}
  mail: {uses: http, on_error: continue, with: {method: POST, url: "http://service/mail", body: {to: "{{ trigger.body.email }}"}}}
  confirm: {uses: respond, with: {body: {invoice: "{{ steps.invoice.body.n }}", order: "{{ steps.number.body }}"}}}
  sorry: {uses: respond, with: {body: sorry}}
  close: {uses: http, with: {method: PUT, url: "http://service/orders/{{ trigger.body.id }}", body: closed}}
edges:
  - trigger -> stock
  - stock -> in_stock
  - in_stock.available -> invoice
  - in_stock.back_ordered -> sorry
  - invoice -> number
  - number -> mail
  - mail -> confirm
  - confirm -> close
`

const numbersFlow = `
slug: numbers
steps:
  take: {uses: http, with: {method: POST, effect: keyed, url: "http://service/numbers"}}
  end: {uses: respond, with: {body: "{{ steps.take.body.n + trigger.body }}"}}
edges: [trigger -> take, take -> end]
`

const (
	orderRequest = `{"id": 17, "email": "ada@example.com", "lines": [{"sku": "a", "quantity": 2}, {"sku": "b", "quantity": 1}]}`
	orderAnswer  = `{"invoice":41,"order":1041}`
)

func orderWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.service.script(`
GET /stock/a -> 200 => {"left": 2}
GET /stock/b -> 200 => {"left": 5}
POST /invoices -> 200 => {"n": 41}
POST /numbers -> 200 => {"n": 1000}`)
	w.publish(numbersFlow)
	return w
}

// Wherever the process dies, before a batch is stored or right after: the
// execution ends with the same answer, and what was recorded as done is not
// done again.
func TestCrashAroundEveryBatch(t *testing.T) {
	t.Parallel()
	decisions := []engine.Decision{engine.DecideRetry, engine.DecideSkip, engine.DecideFail}
	for _, moment := range []string{"before", "after"} {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			for n := 1; crashAt(t, n, moment == "before", decisions[n%len(decisions)]); n++ {
				if n == 50 {
					t.Fatal("the execution does not come to its end")
				}
			}
		})
	}
}

// crashAt lets the process die at its nth append. It is false if the execution
// had ended before.
func crashAt(t *testing.T, n int, before bool, decision engine.Decision) bool {
	t.Helper()
	w := orderWorld(t)
	p := w.publish(orderFlow)
	w.journal.rule(func(count int, _ engine.Batch) verdict {
		return verdict{lose: before && count == n, die: !before && count == n}
	})
	h := w.start(p, orderRequest)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if h.Ended(context.Background()) == nil {
			return
		}
		<-w.journal.died
	}()
	receive(t, ended, "the end or the crash")
	select {
	case <-w.journal.died:
	default:
		return false
	}
	w.crash()

	w.open()
	done := finishedSteps(w.events(h.ID))
	calls := len(w.service.calls())
	w.resume()
	if before && n == 1 {
		if _, err := w.store.Execution(t.Context(), h.ID); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("crash %d: nothing was accepted, but there is an execution (%v)", n, err)
		}
		return true
	}
	w.checkEnd(h.ID, n, decision)
	for _, c := range w.service.calls()[calls:] {
		if step := stepOf(c); done[step] {
			t.Errorf("crash %d: %s was done, and is done again: %s\n%s", n, step, c.Line, w.history(h.ID))
		}
	}
	w.checkLedger(n, decision)
	w.stop()
	return true
}

// checkEnd settles the mail, if its outcome is unknown, and waits for the end.
func (w *world) checkEnd(id string, n int, decision engine.Decision) {
	t := w.t
	t.Helper()
	decided := false
	subscription := w.engine.WatchExecution(id)
	defer subscription.Close()
	for ctx := w.soon(); !w.record(id).Status.Ended(); {
		if w.record(id).Status == flow.NeedsAttention && !decided {
			decided = true
			if err := w.engine.Decide(ctx, id, "mail", nil, decision); err != nil {
				t.Fatalf("crash %d: %v", n, err)
			}
			continue
		}
		select {
		case <-subscription.C:
			subscription.Take()
		case <-ctx.Done():
			t.Fatalf("crash %d: the execution is %s\n%s", n, w.record(id).Status, w.history(id))
		}
	}
	h, err := w.engine.Attach(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if body := w.answer(h); body != orderAnswer {
		t.Errorf("crash %d: the answer is %s", n, body)
	}
	if status := w.record(id).Status; status != flow.Succeeded {
		t.Errorf("crash %d: the execution has %s\n%s", n, status, w.history(id))
	}
}

// checkLedger looks at all calls of an execution, those before the crash and
// those after it.
func (w *world) checkLedger(n int, decision engine.Decision) {
	t := w.t
	t.Helper()
	keys, bodies := map[string]string{}, map[string]string{}
	for _, c := range w.service.calls() {
		key := c.Header.Get("Idempotency-Key")
		if before, again := keys[c.Line]; again && (before != key || bodies[c.Line] != c.Body) {
			t.Errorf("crash %d: %s was repeated with another key or body:\n%s %s\n%s %s", n, c.Line, before, bodies[c.Line], key, c.Body)
		}
		keys[c.Line], bodies[c.Line] = key, c.Body
	}
	mails := w.service.count("POST /mail")
	if mails > 1 && decision != engine.DecideRetry || mails > 2 {
		t.Errorf("crash %d: %d mails were sent", n, mails)
	}
	for _, line := range []string{"GET /stock/a", "GET /stock/b", "POST /invoices", "POST /numbers", "PUT /orders/17"} {
		if count := w.service.count(line); count == 0 || count > 2 {
			t.Errorf("crash %d: %s was called %d times", n, line, count)
		}
	}
}

// finishedSteps are the calls that the journal holds as done.
func finishedSteps(events []flow.Event) map[string]bool {
	done := map[string]bool{}
	for _, e := range events {
		if e.Type == flow.StepFinished {
			done[place(e)] = true
		}
	}
	return done
}

// stepOf is the step that makes a call.
func stepOf(c call) string {
	return map[string]string{
		"GET /stock/a": "look[0]", "GET /stock/b": "look[1]", "POST /invoices": "invoice",
		"POST /mail": "mail", "PUT /orders/17": "close",
	}[c.Line]
}

func TestCrashBetweenTwoAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
POST /a -> 503
POST /a -> 200 => {"ok": true}`)
	p := w.publish(`
steps:
  call: {uses: http, retry: {attempts: 2, pause: 1ms}, with: {method: POST, url: "http://service/a"}}
  end: {uses: respond, with: {body: "{{ steps.call.body.ok }}"}}
edges: [trigger -> call, call -> end]`)
	w.journal.rule(func(_ int, b engine.Batch) verdict { return verdict{die: has(b, flow.StepRetrying, "call")} })
	h := w.start(p, "")
	receive(t, w.journal.died, "the crash")
	w.crash()
	w.restart()
	w.ended(h.ID)
	want := `execution started sync
call started
call retrying attempt 2 after service_error
call started attempt 2
call succeeded
end started
response 200
end succeeded
execution succeeded`
	if got := w.history(h.ID); got != want {
		t.Errorf("history:\n%s\nwanted:\n%s", got, want)
	}
}

func TestCrashWhileWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.publish(`
steps:
  pause: {uses: wait, with: {for: 50ms}}
  end: {uses: respond, with: {body: "{{ steps.pause.until }}"}}
edges: [trigger -> pause, pause -> end]`)
	w.journal.rule(func(_ int, b engine.Batch) verdict { return verdict{die: has(b, flow.StepStarted, "pause")} })
	h := w.start(p, "")
	receive(t, w.journal.died, "the crash")
	w.crash()
	w.open()
	until := w.events(h.ID)[1].Until
	w.resume()
	again, err := w.engine.Attach(t.Context(), h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if body := w.answer(again); body != until.UTC().Format("2006-01-02T15:04:05.999999999Z07:00") {
		t.Errorf("the step waited until %s instead of %s", body, until)
	}
}

// The cancel of two calls is cut off when one of them is recorded.
func TestCrashWhileCanceling(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := w.service.hold("POST /one"), w.service.hold("POST /two")
	p := w.publish(`
steps:
  one: {uses: http, with: {method: POST, url: "http://service/one"}}
  two: {uses: http, with: {method: POST, url: "http://service/two"}}
edges: [trigger -> one, trigger -> two]`)
	h := w.start(p, "")
	receive(t, one.arrived, "call one")
	receive(t, two.arrived, "call two")
	w.journal.rule(func(_ int, b engine.Batch) verdict {
		both := has(b, flow.ExecutionFinished, "")
		return verdict{die: !both, lose: both}
	})
	_ = w.engine.Cancel(w.soon(), h.ID) // whether it ends or not, the process dies
	receive(t, w.journal.died, "the crash")
	w.crash()
	w.open()
	recorded := strings.Contains(w.history(h.ID), "canceled")
	w.resume()
	if !recorded {
		w.awaitStatus(h.ID, flow.NeedsAttention)
		return
	}
	if record := w.ended(h.ID); record.Status != flow.Canceled {
		t.Errorf("the record has %+v", record)
	}
	for _, id := range []string{"one", "two"} {
		if !strings.Contains(w.history(h.ID), id+" failed outcome_unknown canceled") {
			t.Errorf("the call %s is not settled:\n%s", id, w.history(h.ID))
		}
	}
	if n := len(w.service.calls()); n != 2 {
		t.Errorf("there were %d calls", n)
	}
}

func TestUnsafeCallUnderWayNeedsADecision(t *testing.T) {
	t.Parallel()
	cases := map[engine.Decision]string{
		engine.DecideRetry: "mail started attempt 2\nmail succeeded\nend started\nresponse 200\nend succeeded\nexecution succeeded",
		engine.DecideSkip:  "mail skipped passed\nend started\nresponse 200\nend succeeded\nexecution succeeded",
		engine.DecideFail:  "mail failed outcome_unknown\nexecution failed",
	}
	for decision, want := range cases {
		t.Run(string(decision), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			held := w.service.hold("POST /mail")
			h := w.run(`
steps:
  mail: {uses: http, with: {method: POST, url: "http://service/mail"}}
  end: {uses: respond, with: {body: {is: "{{ steps.mail.status }}"}}}
edges: [trigger -> mail, mail -> end]`, "")
			receive(t, held.arrived, "the call")
			w.crash()
			held.open()
			if n := w.restart(); n != 1 {
				t.Errorf("%d executions go on", n)
			}
			w.awaitStatus(h.ID, flow.NeedsAttention)
			checkRefusedDecisions(w, h.ID)
			if err := w.engine.Decide(w.soon(), h.ID, "mail", nil, decision); err != nil {
				t.Fatal(err)
			}
			w.ended(h.ID)
			if got, want := w.history(h.ID), "execution started sync\nmail started\n"+want; got != want {
				t.Errorf("history:\n%s\nwanted:\n%s", got, want)
			}
			calls := map[engine.Decision]int{engine.DecideRetry: 2}[decision]
			if n := w.service.count("POST /mail"); n != max(calls, 1) {
				t.Errorf("there were %d calls", n)
			}
		})
	}
}

func checkRefusedDecisions(w *world, id string) {
	w.t.Helper()
	ctx := w.soon()
	if err := w.engine.Decide(ctx, id, "mail", nil, "perhaps"); !hasCode(err, engine.ErrorInvalid) {
		w.t.Errorf("an unknown decision: %v", err)
	}
	for _, other := range []string{"end", "nobody"} {
		if err := w.engine.Decide(ctx, id, other, nil, engine.DecideSkip); !hasCode(err, engine.ErrorConflict) {
			w.t.Errorf("a decision about %s: %v", other, err)
		}
	}
	if err := w.engine.Decide(ctx, "nobody", "mail", nil, engine.DecideSkip); !errors.Is(err, engine.ErrNotFound) {
		w.t.Errorf("a decision about an unknown execution: %v", err)
	}
}

func TestCancelSettlesWhatNeedsAttention(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("POST /mail")
	h := w.run(`
steps: {mail: {uses: http, with: {method: POST, url: "http://service/mail"}}}
edges: [trigger -> mail]`, "")
	receive(t, held.arrived, "the call")
	w.crash()
	w.restart()
	w.awaitStatus(h.ID, flow.NeedsAttention)
	if err := w.engine.Cancel(w.soon(), h.ID); err != nil {
		t.Fatal(err)
	}
	want := "execution started sync\nmail started\nmail failed outcome_unknown canceled\nexecution canceled canceled"
	if got := w.history(h.ID); got != want {
		t.Errorf("history:\n%s\nwanted:\n%s", got, want)
	}
}

func TestAnExecutionThatCannotBeLoadedDoesNotStopOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("GET /a")
	p := w.publish(`
steps: {call: {uses: http, with: {url: "http://service/a"}}}
edges: [trigger -> call]`)
	good := w.start(p, "")
	receive(t, held.arrived, "the call")
	const bad = "00000000000000000000000000"
	stored := make(chan error, 1)
	w.store.Append(engine.Batch{
		Execution: flow.Execution{ID: bad, Flow: "test", VersionID: 4711, Mode: flow.Sync, Status: flow.Running, StartedAt: time.Now()},
		Request:   request(t, ""), Changed: true,
		Events: []flow.Event{{Execution: bad, Seq: 1, Type: flow.ExecutionStarted, Mode: flow.Sync}},
	}, func(err error) { stored <- err })
	if err := receive(t, stored, "the journal's word"); err != nil {
		t.Fatal(err)
	}
	w.crash()
	held.open()
	if n := w.restart(); n != 1 {
		t.Errorf("%d executions go on", n)
	}
	w.ended(good.ID)
	if !strings.Contains(w.log.String(), bad) {
		t.Errorf("the log says nothing of it:\n%s", w.log)
	}
}
