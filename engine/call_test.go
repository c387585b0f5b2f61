package engine_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
)

// keyOf is the idempotency key that the public contract promises.
func keyOf(execution, path, iteration string) string {
	sum := sha256.Sum256([]byte(execution + "/" + path + "/" + iteration))
	return hex.EncodeToString(sum[:])[:32]
}

func TestCallsCarryAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			h := w.run(`
steps: {call: {uses: http, with: {method: `+method+`, url: "http://service/a"}}}
edges: [trigger -> call]`, "")
			w.ended(h.ID)
			want := keyOf(h.ID, "call", "")
			if method == "GET" || method == "HEAD" || method == "OPTIONS" {
				want = ""
			}
			if got := w.service.calls()[0].Header.Get("Idempotency-Key"); got != want {
				t.Errorf("the key is %q, wanted %q", got, want)
			}
		})
	}
}

func TestKeyIsThatOfTheRoundAndEqualForAllAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
POST /0/1 -> 503
POST /0/1 -> 200 => {}`)
	h := w.run(`
steps:
  rows:
    uses: each
    with: {items: "[0, 1]", as: row}
    do:
      steps:
        cells:
          uses: each
          with: {items: "[0, 1]", as: cell}
          do: {steps: {call: {uses: http, retry: {attempts: 2, pause: 1ms}, with: {method: POST, url: "http://service/{{ row }}/{{ cell }}"}}}}
edges: [trigger -> rows]`, "")
	w.ended(h.ID)
	var got, want []string
	for _, c := range w.service.calls() {
		got = append(got, c.Line+" "+c.Header.Get("Idempotency-Key"))
	}
	for _, at := range []string{"0.0", "0.1", "0.1", "1.0", "1.1"} {
		want = append(want, "POST /"+strings.Replace(at, ".", "/", 1)+" "+keyOf(h.ID, "rows.cells.call", at))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the calls were\n%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTraceIsPassedOn(t *testing.T) {
	t.Parallel()
	const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	w := newWorld(t)
	r := request(t, "")
	r.Headers["traceparent"] = trace
	h, err := w.tryStart(w.publish(`
steps: {call: {uses: http, with: {url: "http://service/a"}}}
edges: [trigger -> call]`), r)
	if err != nil {
		t.Fatal(err)
	}
	w.ended(h.ID)
	if got := w.service.calls()[0].Header.Get("Traceparent"); got[:36] != trace[:36] || got[36:52] == trace[36:52] || got[52:] != trace[52:] {
		t.Errorf("the trace is %q", got)
	}
}

// Without a trace of the caller's the execution begins one, and its children go
// on with it.
func TestTraceIsBegunAndGoesOnInChildren(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(`
slug: child
steps: {call: {uses: http, with: {url: "http://service/child"}}}
edges: [trigger -> call]`)
	h, err := w.tryStart(w.publish(`
steps:
  call: {uses: http, with: {url: "http://service/parent"}}
  child: {uses: flow, with: {slug: child}}
edges: [trigger -> call, call -> child]`), request(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	w.ended(h.ID)
	calls := w.service.calls()
	if len(calls) != 2 {
		t.Fatalf("the service got %d calls", len(calls))
	}
	first, second := calls[0].Header.Get("Traceparent"), calls[1].Header.Get("Traceparent")
	if len(first) != 55 || len(second) != 55 || first[:36] != second[:36] || first == second {
		t.Errorf("the traces are %q and %q", first, second)
	}
}

func TestPausesGrowAndHonourRetryAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
GET /a -> 503
GET /a -> 503
GET /a -> 503
GET /b -> 429 | Retry-After: 10000
GET /c -> 503 | Retry-After: 7`)
	p := w.publish(`
steps:
  grow: {uses: http, retry: {attempts: 4, pause: 10ms, factor: 3, jitter: 0}, with: {url: "http://service/a"}}
  asked: {uses: http, retry: {attempts: 2, pause: 10ms}, with: {url: "http://service/b"}}
  long: {uses: http, retry: {attempts: 2, pause: 3h, jitter: 0}, with: {url: "http://service/c"}}
edges: [trigger -> grow, trigger -> asked, trigger -> long]`)
	h := w.start(p, "")
	w.await(h.ID, func(e flow.Event) bool { return e.Type == flow.StepRetrying && e.Attempt == 4 })
	w.awaitStep(h.ID, "asked", flow.StepRetrying)
	w.awaitStep(h.ID, "long", flow.StepRetrying)
	want := map[string]time.Duration{
		"grow 2": 10 * time.Millisecond, "grow 3": 30 * time.Millisecond, "grow 4": 90 * time.Millisecond,
		"asked 2": 10_000 * time.Second, "long 2": 3 * time.Hour,
	}
	for _, e := range w.events(h.ID) {
		if e.Type != flow.StepRetrying {
			continue
		}
		// The event is made a moment after the pause was reckoned.
		name := fmt.Sprintf("%s %d", e.Step, e.Attempt)
		if pause := e.Until.Sub(e.At).Round(time.Millisecond); pause > want[name] || pause < want[name]*9/10 {
			t.Errorf("%s: the pause is %v, wanted %v", name, pause, want[name])
		}
	}
	w.ended(h.ID) // the fourth attempt is the last, and ends the pauses of the others
}

func TestIndependentCallsOverlap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, c := w.service.hold("GET /a"), w.service.hold("GET /b"), w.service.hold("GET /c")
	h := w.run(`
steps:
  a: {uses: http, with: {url: "http://service/a"}}
  b: {uses: http, with: {url: "http://service/b"}}
  c: {uses: http, with: {url: "http://service/c"}}
  end: {uses: respond, with: {body: all}}
edges: [trigger -> a, trigger -> b, trigger -> c, a -> end, b -> end, c -> end]`, "")
	for _, g := range []*gate{a, b, c} {
		receive(t, g.arrived, "a call") // none of them was let go yet
	}
	a.open()
	b.open()
	c.open()
	if body := w.answer(h); body != "all" {
		t.Errorf("the answer is %q", body)
	}
	events := w.events(h.ID)
	for _, id := range []string{"a", "b", "c"} {
		for _, other := range []string{"a", "b", "c"} {
			if index(events, id, flow.StepStarted) > index(events, other, flow.StepFinished) {
				t.Errorf("%s started after %s had finished\n%s", id, other, w.history(h.ID))
			}
		}
	}
}

func TestRoundsRunAsManyAtOnceAsAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gates := make([]*gate, 5)
	for i := range gates {
		gates[i] = w.service.hold(fmt.Sprintf("GET /%d", i))
	}
	h := w.run(`
steps:
  every:
    uses: each
    with: {items: "0..4", concurrency: 2}
    do: {steps: {call: {uses: http, with: {url: "http://service/{{ item }}"}}, number: {uses: transform, with: {set: {is: "{{ item }}"}}}}, edges: [call -> number]}
  end: {uses: respond, with: {body: "{{ map(steps.every, .is) }}"}}
edges: [trigger -> every, every -> end]`, "")
	receive(t, gates[0].arrived, "call 0")
	receive(t, gates[1].arrived, "call 1")
	nothing(t, gates[2].arrived, "call 2")
	gates[1].open() // out of order
	receive(t, gates[2].arrived, "call 2")
	nothing(t, gates[3].arrived, "call 3")
	for _, g := range gates {
		g.open()
	}
	if body := w.answer(h); body != "[0,1,2,3,4]" {
		t.Errorf("the answer is %s", body)
	}
	open, most := 0, 0
	for _, e := range w.events(h.ID) {
		switch {
		case e.Step == "call" && e.Type == flow.StepStarted:
			open++
			most = max(most, open)
		case e.Step == "call" && e.Type == flow.StepFinished:
			open--
		}
	}
	if most != 2 {
		t.Errorf("%d rounds ran at once", most)
	}
}

func TestExecutionRecordsTheSettingsItBeganWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.publish(`
mode: async
deadline: 3s
on_deadline: fail
on_disconnect: cancel
steps: {end: {uses: respond, with: {body: "{{ execution.mode }} {{ flow.slug }} {{ flow.version }}"}}}
edges: [trigger -> end]`)
	h := w.start(p, "")
	if body := w.answer(h); body != "async test 1" {
		t.Errorf("the answer is %q", body)
	}
	record := w.ended(h.ID)
	if record.Settings != p.Settings || record.Mode != flow.Async || record.Settings.OnDeadline != flow.FailAtDeadline {
		t.Errorf("the record has %+v", record)
	}
	if record.StartedAt.IsZero() || record.EndedAt.Before(record.StartedAt) || record.AnsweredAt.IsZero() || record.AnswerStatus != 200 {
		t.Errorf("the record has %+v", record)
	}
}

func TestUnknownVersionStartsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.engine.Start(t.Context(), engine.StartRequest{Flow: "none", VersionID: 99, Request: request(t, "")})
	if err == nil || w.engine.Active() != 0 {
		t.Errorf("the error is %v", err)
	}
}
