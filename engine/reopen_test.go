package engine_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

// reopened reopens an execution that has failed.
func (w *world) reopened(id string) *engine.Handle {
	w.t.Helper()
	h, resumed, err := w.engine.Reopen(w.t.Context(), id)
	if err != nil || h == nil || !resumed {
		w.t.Fatalf("it cannot be reopened: handle %v, resumed %t, error %v\n%s", h, resumed, err, w.history(id))
	}
	return h
}

// wantCalls checks how often each address was called, and that all calls of one
// had the same key and body.
func (w *world) wantCalls(want map[string]int) {
	w.t.Helper()
	got := map[string]int{}
	first := map[string]call{}
	for _, c := range w.service.calls() {
		got[c.Line]++
		if before, again := first[c.Line]; again && (before.Body != c.Body || before.Header.Get("Idempotency-Key") != c.Header.Get("Idempotency-Key")) {
			w.t.Errorf("%s was repeated with another key or body: %q, %q", c.Line, before.Body, c.Body)
		}
		first[c.Line] = c
	}
	for line, n := range want {
		if got[line] != n {
			w.t.Errorf("%s was called %d times, wanted %d", line, got[line], n)
		}
	}
}

func wantWhole(t *testing.T, events []flow.Event) {
	t.Helper()
	for i, e := range events {
		if e.Seq != int64(i)+1 {
			t.Errorf("event %d has number %d", i+1, e.Seq)
		}
	}
}

const reopenFlow = `
steps:
  a: {uses: http, with: {method: POST, url: "http://service/a", body: "{{ now() }} {{ uuid() }}"}}
  b: {uses: http, with: {method: POST, url: "http://service/b", body: "{{ now() }} {{ uuid() }} {{ steps.a.body.id }}"}}
  c: {uses: http, retry: {attempts: 2, pause: 1ms}, with: {method: POST, url: "http://service/c"}}
  end: {uses: respond, with: {body: "{{ steps.a.body.id }} {{ steps.b.status }} {{ steps.c.status }}"}}
edges: [trigger -> a, a -> b, a -> c, b -> end, c -> end]
`

func TestReopenGoesOnAtTheStepsThatFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
POST /a -> 200 => {"id": 7}
POST /b -> 503
POST /b -> 503
POST /b -> 201
POST /c -> 503
POST /c -> 503
POST /c -> 503
POST /c -> 200`)
	h := w.run(reopenFlow, "")
	_ = w.failure(h)
	w.ended(h.ID)
	again := w.reopened(h.ID)
	if status := w.record(h.ID); again.ID != h.ID || status.Failure != nil && status.Status != flow.Failed {
		t.Errorf("the execution is %+v", status)
	}
	_ = w.failure(again) // b is not well yet
	w.ended(h.ID)
	if body := w.answer(w.reopened(h.ID)); body != "7 201 200" {
		t.Errorf("the answer is %q\n%s", body, w.history(h.ID))
	}
	record := w.ended(h.ID)
	if record.Status != flow.Succeeded || record.Failure != nil {
		t.Errorf("the execution is %+v", record)
	}
	w.wantCalls(map[string]int{"POST /a": 1, "POST /b": 3})
	events := w.events(h.ID)
	wantWhole(t, events)
	finished := 0
	for _, e := range events {
		if e.Type == flow.ExecutionFinished {
			finished++
		}
	}
	if finished != 3 {
		t.Errorf("the execution has ended %d times\n%s", finished, w.history(h.ID))
	}
	if h, resumed, err := w.engine.Reopen(t.Context(), h.ID); h != nil || resumed || err != nil {
		t.Errorf("one that has succeeded: handle %v, resumed %t, error %v", h, resumed, err)
	}
}

func TestReopenGoesOnWithinRounds(t *testing.T) {
	t.Parallel()
	for concurrency, name := range map[string]string{"1": "one by one", "3": "side by side"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.service.script(`
POST /0 -> 200 => "zero"
POST /1 -> 429
POST /1 -> 200 => "one"
POST /2 -> 200 => "two"
POST /3 -> 200 => "three"
POST /4 -> 200 => "four"`)
			h := w.run(`
steps:
  all:
    uses: each
    with: {items: 0..4, concurrency: `+concurrency+`}
    do:
      steps:
        before: {uses: transform, with: {set: {at: "{{ index }}"}}}
        ask: {uses: http, with: {method: POST, url: "http://service/{{ steps.before.at }}", body: "{{ uuid() }}"}}
        after: {uses: transform, with: {set: {got: "{{ steps.ask.body }}"}}}
      edges: [before -> ask, ask -> after]
  end: {uses: respond, with: {body: "{{ map(steps.all, .got) }}"}}
edges: [trigger -> all, all -> end]`, "")
			_ = w.failure(h)
			w.ended(h.ID)
			if body := w.answer(w.reopened(h.ID)); body != `["zero","one","two","three","four"]` {
				t.Errorf("the answer is %q\n%s", body, w.history(h.ID))
			}
			w.ended(h.ID)
			w.wantCalls(map[string]int{"POST /0": 1, "POST /1": 2, "POST /2": 1, "POST /3": 1, "POST /4": 1})
			wantWhole(t, w.events(h.ID))
		})
	}
}

func TestReopenReachesIntoFlowsThatTheFlowStarted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
POST /taken -> 200 => 1
POST /down -> 503
POST /down -> 200 => 2`)
	w.publish(`
slug: inner
steps:
  taken: {uses: http, with: {method: POST, url: "http://service/taken"}}
  down: {uses: http, with: {method: POST, url: "http://service/down"}}
  end: {uses: respond, with: {body: "{{ steps.taken.body + steps.down.body }}"}}
edges: [trigger -> taken, taken -> down, down -> end]`)
	h := w.run(`
steps:
  child: {uses: flow, timeout: 20s, with: {slug: inner}}
  end: {uses: respond, with: {body: "{{ steps.child.body }}"}}
edges: [trigger -> child, child -> end]`, "")
	_ = w.failure(h)
	w.ended(h.ID)
	if body := w.answer(w.reopened(h.ID)); body != "3" {
		t.Errorf("the answer is %q\n%s", body, w.history(h.ID))
	}
	w.ended(h.ID)
	w.wantCalls(map[string]int{"POST /taken": 1, "POST /down": 2})
}

// An answer that was given before the failure stands, and what was left to be
// done is done.
func TestReopenLeavesTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
POST /later -> 503
POST /later -> 200`)
	h := w.run(`
steps:
  end: {uses: respond, with: {status: 201, body: early}}
  later: {uses: http, with: {method: POST, url: "http://service/later"}}
edges: [trigger -> end, end -> later]`, "")
	w.ended(h.ID)
	again := w.reopened(h.ID)
	if body := w.answer(again); body != "early" {
		t.Errorf("the answer is %q", body)
	}
	if record := w.ended(h.ID); record.Status != flow.Succeeded || record.AnswerStatus != 201 {
		t.Errorf("the execution is %+v", record)
	}
}

func TestReopenDeclines(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"a failure that does not pass": `
steps: {a: {uses: http, with: {url: "http://service/gone"}}}
edges: [trigger -> a]`,
		"one that passes beside one that does not": `
steps:
  a: {uses: http, with: {url: "http://service/down"}}
  b: {uses: http, with: {url: "http://service/gone"}}
edges: [trigger -> a, trigger -> b]`,
		"a fail step": `
steps: {a: {uses: fail, with: {message: no}}}
edges: [trigger -> a]`,
		"a success": `
steps: {a: {uses: respond}}
edges: [trigger -> a]`,
		"a failure that the flow takes care of": `
steps:
  a: {uses: http, on_error: continue, with: {url: "http://service/down"}}
  b: {uses: fail, with: {message: no}}
edges: [trigger -> a, a -> b]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.service.script("GET /gone -> 404\nGET /down -> 503")
			down := w.service.hold("GET /down")
			down.open()
			h := w.run(source, "")
			before := w.ended(h.ID)
			if again, resumed, err := w.engine.Reopen(t.Context(), h.ID); again != nil || resumed || err != nil {
				t.Errorf("handle %v, resumed %t, error %v\n%s", again, resumed, err, w.history(h.ID))
			}
			if after := w.record(h.ID); after.LastSeq != before.LastSeq || after.Status != before.Status {
				t.Errorf("the execution was %+v and is %+v", before, after)
			}
		})
	}
	w := newWorld(t)
	if _, _, err := w.engine.Reopen(t.Context(), "nobody"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("the error is %v", err)
	}
}

func TestManyReopenAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script("POST /a -> 503\nPOST /a -> 200 => 1")
	h := w.run(`
steps:
  a: {uses: http, with: {method: POST, url: "http://service/a"}}
  end: {uses: respond, with: {body: "{{ steps.a.body }}"}}
edges: [trigger -> a, a -> end]`, "")
	w.ended(h.ID)
	gate := w.service.hold("POST /a")
	var wait sync.WaitGroup
	handles := make([]*engine.Handle, 20)
	for i := range handles {
		wait.Go(func() {
			var err error
			if handles[i], _, err = w.engine.Reopen(context.Background(), h.ID); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	gate.open()
	for _, again := range handles {
		if body := w.answer(again); body != "1" {
			t.Errorf("the answer is %q", body)
		}
	}
	w.wantCalls(map[string]int{"POST /a": 2})
}

// One whose failure is stored, but not told yet, is reopened as soon as it is.
func TestReopenOfOneThatHasJustFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script("POST /a -> 503\nPOST /a -> 200 => 1")
	stored, tell := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.journal.rule(func(_ int, b engine.Batch) (v verdict) {
		if has(b, flow.ExecutionFinished, "") {
			once.Do(func() { v = verdict{stored: stored, tell: tell} })
		}
		return v
	})
	h := w.run(`
steps:
  a: {uses: http, with: {method: POST, url: "http://service/a"}}
  end: {uses: respond, with: {body: "{{ steps.a.body }}"}}
edges: [trigger -> a, a -> end]`, "")
	<-stored
	w.journal.mu.Lock()
	w.journal.read = sync.OnceFunc(func() { close(tell) })
	w.journal.mu.Unlock()
	if body := w.answer(w.reopened(h.ID)); body != "1" {
		t.Errorf("the answer is %q", body)
	}
	w.wantCalls(map[string]int{"POST /a": 2})
}

// Wherever the process dies while an execution that had failed goes on, it ends
// the same.
func TestCrashAroundEveryBatchOfAReopening(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		if n == 30 {
			t.Fatal("the execution does not come to its end")
		}
		if !crashReopened(t, n) {
			return
		}
	}
}

func crashReopened(t *testing.T, n int) bool {
	t.Helper()
	w := newWorld(t)
	w.service.script(`
POST /a -> 200 => {"id": 7}
POST /b -> 503
POST /b -> 201`)
	h := w.run(`
steps:
  a: {uses: http, with: {method: POST, effect: keyed, url: "http://service/a"}}
  b: {uses: http, with: {method: POST, effect: keyed, url: "http://service/b", body: "{{ now() }} {{ uuid() }}"}}
  end: {uses: respond, with: {body: "{{ steps.a.body.id }} {{ steps.b.status }}"}}
edges: [trigger -> a, a -> b, b -> end]`, "")
	w.ended(h.ID)
	w.journal.mu.Lock()
	w.journal.count = 0
	w.journal.mu.Unlock()
	w.journal.rule(func(count int, _ engine.Batch) verdict {
		return verdict{die: count == n/2, lose: count == (n+1)/2 && n%2 == 1}
	})
	again := w.reopened(h.ID)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if again.Ended(context.Background()) == nil {
			return
		}
		<-w.journal.died
	}()
	receive(t, ended, "the end or the crash")
	crashed := false
	select {
	case <-w.journal.died:
		crashed = true
		w.crash()
		w.restart()
	default:
	}
	if w.record(h.ID).Status == flow.Failed { // nothing of it was stored
		w.reopened(h.ID)
	}
	handle, err := w.engine.Attach(t.Context(), h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if body := w.answer(handle); body != "7 201" {
		t.Errorf("crash %d: the answer is %q\n%s", n, body, w.history(h.ID))
	}
	w.ended(h.ID)
	events := w.events(h.ID)
	wantWhole(t, events)
	w.wantCalls(map[string]int{"POST /a": 1})
	if !slices.ContainsFunc(events, func(e flow.Event) bool { return e.Resumed }) {
		t.Errorf("crash %d: nothing says that it was reopened\n%s", n, w.history(h.ID))
	}
	w.stop()
	return crashed
}
