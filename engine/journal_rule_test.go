package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

// A call that must not be repeated blindly is made only once its step.started is
// durable.
func TestCallsWithAnEffectWaitForTheJournal(t *testing.T) {
	t.Parallel()
	for _, effect := range []string{"keyed", "unsafe"} {
		t.Run(effect, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			free, held := make(chan struct{}), w.service.hold("POST /a")
			safe := w.service.hold("GET /safe")
			w.journal.rule(func(n int, _ engine.Batch) verdict {
				if n == 1 {
					return verdict{hold: free}
				}
				return verdict{}
			})
			h := w.run(`
steps:
  call: {uses: http, with: {method: POST, effect: `+effect+`, url: "http://service/a"}}
  safe: {uses: http, with: {url: "http://service/safe"}}
edges: [trigger -> call, trigger -> safe]`, "")
			receive(t, safe.arrived, "the safe call") // it need not wait
			nothing(t, held.arrived, "the call")
			close(free)
			receive(t, held.arrived, "the call")
			if index(w.events(h.ID), "call", flow.StepStarted) < 0 {
				t.Error("the call was made before its start was stored")
			}
			held.open()
			safe.open()
			w.ended(h.ID)
		})
	}
}

// The same holds for every attempt: the second is stored before it is made.
func TestSecondAttemptsWaitForTheJournal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
POST /a -> 503
POST /a -> 200`)
	held := w.service.hold("POST /a")
	h := w.run(`
steps: {call: {uses: http, retry: {attempts: 2, pause: 1ms}, with: {method: POST, effect: keyed, url: "http://service/a"}}}
edges: [trigger -> call]`, "")
	receive(t, held.arrived, "the call")
	held.open()
	receive(t, held.arrived, "the second attempt")
	started := 0
	for _, e := range w.events(h.ID) {
		if e.Step == "call" && e.Type == flow.StepStarted {
			started++
		}
	}
	if started != 2 {
		t.Errorf("%d starts are stored when the second attempt is made", started)
	}
	w.ended(h.ID)
}

func TestAnswersWaitForTheJournal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	free, arrived := make(chan struct{}), make(chan struct{}, 1)
	w.journal.rule(func(_ int, b engine.Batch) verdict {
		if !has(b, flow.ResponseStored, "") {
			return verdict{}
		}
		arrived <- struct{}{}
		return verdict{hold: free}
	})
	h := w.run(`
steps:
  look: {uses: http, with: {url: "http://service/a"}}
  end: {uses: respond, with: {body: fine}}
edges: [trigger -> look, look -> end]`, "")
	receive(t, arrived, "the batch")
	now, cancel := context.WithCancel(t.Context())
	cancel()
	if result, err := h.Wait(now); err == nil {
		t.Errorf("the caller is told %+v before it is stored", result)
	}
	close(free)
	if body := w.answer(h); body != "fine" {
		t.Errorf("the answer is %q", body)
	}
	stored, err := w.store.Answer(t.Context(), h.ID)
	if err != nil || string(stored.Body) != "fine" {
		t.Errorf("stored is %+v, %v", stored, err)
	}
}

func TestPureFlowIsOneBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	batches := make(chan engine.Batch, 10)
	w.journal.rule(func(_ int, b engine.Batch) verdict {
		batches <- b
		return verdict{}
	})
	h := w.run(pureFlow, `{"n": 1}`)
	w.ended(h.ID)
	if n := len(batches); n != 1 {
		t.Errorf("%d batches were stored", n)
	}
	b := <-batches
	if b.Request == nil || b.Answer == nil || !b.Changed || b.Execution.Status != flow.Succeeded {
		t.Errorf("the batch is %+v", b)
	}
}

// Nothing was accepted if the first batch is refused, whether it holds the whole
// execution or not.
func TestFirstBatchRefused(t *testing.T) {
	t.Parallel()
	flows := map[string]string{
		"whole":     "steps: {end: {uses: respond}}\nedges: [trigger -> end]",
		"with call": "steps: {call: {uses: http, with: {url: \"http://service/a\"}}}\nedges: [trigger -> call]",
	}
	for name, source := range flows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			held := w.service.hold("GET /a")
			w.journal.rule(func(int, engine.Batch) verdict { return verdict{fail: errDisk} })
			h := w.run(source, "")
			for what, wait := range map[string]func(context.Context) error{
				"stored": h.Stored, "ended": h.Ended,
				"decided": func(ctx context.Context) error { _, err := h.Wait(ctx); return err },
			} {
				if err := wait(w.soon()); !errors.Is(err, errDisk) {
					t.Errorf("%s: the error is %v", what, err)
				}
			}
			if _, err := w.store.Execution(t.Context(), h.ID); !errors.Is(err, engine.ErrNotFound) {
				t.Errorf("there is an execution: %v", err)
			}
			w.stop() // with the call still held: it was aborted
			held.open()
		})
	}
}

func TestLaterBatchRefusedIsRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var order []int64
	w.journal.rule(func(n int, b engine.Batch) verdict {
		if n > 1 && n < 5 {
			return verdict{fail: errDisk}
		}
		for _, e := range b.Events {
			order = append(order, e.Seq)
		}
		return verdict{}
	})
	h := w.run(`
steps:
  a: {uses: http, with: {method: POST, effect: keyed, url: "http://service/a"}}
  b: {uses: http, with: {method: POST, effect: keyed, url: "http://service/b"}}
  c: {uses: http, with: {url: "http://service/c"}}
  end: {uses: respond, with: {body: fine}}
edges: [trigger -> a, trigger -> c, a -> b, b -> end, c -> end]`, "")
	if body := w.answer(h); body != "fine" {
		t.Errorf("the answer is %q", body)
	}
	w.ended(h.ID)
	for i, seq := range order {
		if seq != int64(i+1) {
			t.Fatalf("the events were appended in the order %v", order)
		}
	}
	if events := w.events(h.ID); len(events) != len(order) {
		t.Errorf("%d events are stored, %d were appended", len(events), len(order))
	}
	for _, line := range w.service.lines() {
		if n := w.service.count(line); n != 1 {
			t.Errorf("%s was called %d times", line, n)
		}
	}
	if !strings.Contains(w.log.String(), "the journal could not be written") {
		t.Errorf("the log says %q", w.log)
	}
}

// An execution that another process has claimed is let go without a word.
func TestFencedRunGivesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("PUT /a")
	h := w.run(`
steps:
  a: {uses: http, with: {method: PUT, effect: keyed, url: "http://service/a"}}
  b: {uses: http, with: {method: PUT, url: "http://service/b"}}
edges: [trigger -> a, a -> b]`, "")
	receive(t, held.arrived, "the call")
	other := w.newEngine(newJournal(w.store))
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		other.Stop(ctx)
	}()
	if n, err := other.Resume(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	receive(t, held.arrived, "the call of the new owner")
	held.open()
	if err := h.Ended(w.soon()); !errors.Is(err, engine.ErrFenced) {
		t.Errorf("the former owner says %v", err)
	}
	next, err := other.Attach(t.Context(), h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Ended(w.soon()); err != nil {
		t.Fatal(err)
	}
	if status := w.record(h.ID).Status; status != flow.Succeeded {
		t.Errorf("the execution has %s\n%s", status, w.history(h.ID))
	}
	if strings.Contains(w.log.String(), "level=ERROR") {
		t.Errorf("the log says %s", w.log)
	}
}

// An execution that does much without ever pausing does not gather it all in
// memory.
func TestMuchWorkIsStoredInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	batches, most := 0, 0
	w.journal.rule(func(_ int, b engine.Batch) verdict {
		batches++
		most = max(most, len(b.Events))
		return verdict{}
	})
	h := w.run(`
steps:
  every:
    uses: each
    with: {items: "1..2000"}
    do: {steps: {twice: {uses: transform, with: {set: {is: "{{ item * 2 }}"}}}}}
  end: {uses: respond, with: {body: "{{ sum(map(steps.every, .is)) }}"}}
edges: [trigger -> every, every -> end]`, "")
	if body := w.answer(h); body != "4002000" {
		t.Errorf("the answer is %s", body)
	}
	w.ended(h.ID)
	if n := len(w.events(h.ID)); n != 4007 || batches < 2 || most == n {
		t.Errorf("%d events went in %d batches, %d in the largest", n, batches, most)
	}
}
