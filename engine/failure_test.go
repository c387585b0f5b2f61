package engine_test

import (
	"context"
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

func TestCallerHearsOfAFailureWhileOtherCallsAreUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`GET /bad -> 404`)
	slow, bad := w.service.hold("GET /slow"), w.service.hold("GET /bad")
	h := w.run(`
steps:
  slow: {uses: http, with: {url: "http://service/slow"}}
  after_slow: {uses: http, with: {url: "http://service/never"}}
  bad: {uses: http, with: {url: "http://service/bad"}}
  join: {uses: respond}
edges: [trigger -> slow, trigger -> bad, slow -> after_slow, after_slow -> join, bad -> join]`, "")
	receive(t, slow.arrived, "the slow call")
	bad.open()
	if failure := w.failure(h); failure.Step != "bad" || failure.Status != 404 {
		t.Errorf("the failure is %+v", failure)
	}
	// The slow call has not ended, and neither has the execution.
	if status := w.record(h.ID).Status; status != flow.Running {
		t.Errorf("the execution is %s", status)
	}
	slow.open()
	if record := w.ended(h.ID); record.Status != flow.Failed || record.Failure == nil || record.Failure.Step != "bad" {
		t.Errorf("the record has %+v", record)
	}
	history := w.history(h.ID)
	if !strings.Contains(history, "slow succeeded") || strings.Contains(history, "after_slow") || w.service.count("GET /never") != 0 {
		t.Errorf("the call under way is not recorded, or something new has started:\n%s", history)
	}
}

func TestFailureAfterTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`GET /bad -> 400`)
	bad := w.service.hold("GET /bad")
	h := w.run(`
steps:
  end: {uses: respond, with: {body: fine}}
  bad: {uses: http, with: {url: "http://service/bad"}}
edges: [trigger -> end, end -> bad]`, "")
	if body := w.answer(h); body != "fine" {
		t.Errorf("the answer is %q", body)
	}
	bad.open()
	if record := w.ended(h.ID); record.Status != flow.Failed || record.AnswerStatus != 200 {
		t.Errorf("the record has %+v", record)
	}
	again, err := w.engine.Attach(t.Context(), h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if body := w.answer(again); body != "fine" {
		t.Errorf("the answer is now %q", body)
	}
}

// A step that pauses between two attempts is not under way: nothing new starts
// after a failure, so it makes no other attempt.
func TestFailureEndsPausesBetweenAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
GET /busy -> 503 | Retry-After: 3000
GET /bad -> 404`)
	bad := w.service.hold("GET /bad")
	h := w.run(`
steps:
  busy: {uses: http, retry: {attempts: 5, pause: 1ms}, with: {url: "http://service/busy"}}
  bad: {uses: http, with: {url: "http://service/bad"}}
edges: [trigger -> busy, trigger -> bad]`, "")
	w.awaitStep(h.ID, "busy", flow.StepRetrying)
	bad.open()
	if record := w.ended(h.ID); record.Status != flow.Failed || record.Failure.Step != "bad" {
		t.Errorf("the record has %+v", record)
	}
	if n := w.service.count("GET /busy"); n != 1 {
		t.Errorf("there were %d attempts", n)
	}
	if !strings.Contains(w.history(h.ID), "busy failed service_error") {
		t.Errorf("the step that paused is not settled:\n%s", w.history(h.ID))
	}
}

func TestNoAttemptIsPlannedAfterAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
GET /busy -> 503
GET /bad -> 404`)
	busy, bad := w.service.hold("GET /busy"), w.service.hold("GET /bad")
	h := w.run(`
steps:
  busy: {uses: http, retry: {attempts: 5, pause: 1ms}, with: {url: "http://service/busy"}}
  bad: {uses: http, with: {url: "http://service/bad"}}
edges: [trigger -> busy, trigger -> bad]`, "")
	receive(t, busy.arrived, "the other call")
	bad.open()
	if failure := w.failure(h); failure.Step != "bad" {
		t.Errorf("the failure is %+v", failure)
	}
	busy.open()
	w.ended(h.ID)
	if n := w.service.count("GET /busy"); n != 1 {
		t.Errorf("there were %d attempts\n%s", n, w.history(h.ID))
	}
}

func TestAWaitDoesNotHoldUpAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.run(`
steps:
  pause: {uses: wait, with: {for: 3650d}}
  stop: {uses: fail}
edges: [trigger -> pause, trigger -> stop]`, "")
	if record := w.ended(h.ID); record.Status != flow.Failed {
		t.Errorf("the record has %+v", record)
	}
}

func TestCancelAbortsCalls(t *testing.T) {
	t.Parallel()
	for method, code := range map[string]flow.FailureCode{"GET": flow.FailedCanceled, "PUT": flow.FailedCanceled, "POST": flow.FailedUnknown} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			held := w.service.hold(method + " /slow")
			h := w.run(`
steps:
  slow: {uses: http, retry: {attempts: 3, pause: 1ms}, with: {method: `+method+`, url: "http://service/slow"}}
  after: {uses: http, with: {url: "http://service/after"}}
edges: [trigger -> slow, slow -> after]`, "")
			receive(t, held.arrived, "the call")
			if err := w.engine.Cancel(w.soon(), h.ID); err != nil {
				t.Fatal(err)
			}
			result := w.result(h)
			if result.Status != flow.Canceled || result.Answer != nil || result.Failure != nil {
				t.Errorf("who waits is told %+v", result)
			}
			if record := w.record(h.ID); record.Status != flow.Canceled {
				t.Errorf("the record has %+v", record)
			}
			want := "execution started sync\nslow started\nslow failed " + string(code) + " canceled\nexecution canceled canceled"
			if got := w.history(h.ID); got != want {
				t.Errorf("history:\n%s\nwanted:\n%s", got, want)
			}
			if err := w.engine.Cancel(w.soon(), h.ID); !hasCode(err, engine.ErrorConflict) {
				t.Errorf("a second cancel says %v", err)
			}
		})
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.run(`
steps:
  pause: {uses: wait, with: {for: 3650d}}
  after: {uses: http, with: {url: "http://service/after"}}
edges: [trigger -> pause, pause -> after]`, "")
	w.awaitStatus(h.ID, flow.Waiting)
	if err := w.engine.Cancel(w.soon(), h.ID); err != nil {
		t.Fatal(err)
	}
	if record := w.record(h.ID); record.Status != flow.Canceled {
		t.Errorf("the record has %+v", record)
	}
}

func TestCancelBetweenTwoAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`GET /busy -> 503 | Retry-After: 3000`)
	h := w.run(`
steps: {busy: {uses: http, retry: {attempts: 5, pause: 1ms}, with: {url: "http://service/busy"}}}
edges: [trigger -> busy]`, "")
	w.awaitStep(h.ID, "busy", flow.StepRetrying)
	if err := w.engine.Cancel(w.soon(), h.ID); err != nil {
		t.Fatal(err)
	}
	if record := w.record(h.ID); record.Status != flow.Canceled {
		t.Errorf("the record has %+v", record)
	}
}

func TestCancelPassesOnToTheChild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("GET /slow")
	w.publish(`
slug: child
steps: {slow: {uses: http, with: {url: "http://service/slow"}}}
edges: [trigger -> slow]`)
	h := w.run(`
steps: {ask: {uses: flow, with: {slug: child}}}
edges: [trigger -> ask]`, "")
	receive(t, held.arrived, "the child's call")
	child := w.awaitStep(h.ID, "ask", flow.StepStarted).Child
	if err := w.engine.Cancel(w.soon(), h.ID); err != nil {
		t.Fatal(err)
	}
	if record := w.ended(child); record.Status != flow.Canceled || record.Parent != h.ID {
		t.Errorf("the child's record has %+v", record)
	}
}

// A cancel may come while the child is on its way into the journal.
func TestCancelPassesOnToAChildThatIsNotStoredYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stored, arrived := make(chan struct{}), make(chan string, 1)
	w.journal.rule(func(_ int, b engine.Batch) verdict {
		if b.Request != nil && b.Execution.Flow == "child" {
			arrived <- b.Execution.ID
			return verdict{hold: stored}
		}
		return verdict{}
	})
	w.publish(`
slug: child
steps: {pause: {uses: wait, with: {for: 3650d}}}
edges: [trigger -> pause]`)
	h := w.run(`
steps: {ask: {uses: flow, with: {slug: child}}}
edges: [trigger -> ask]`, "")
	child := receive(t, arrived, "the child")
	canceled := make(chan error, 1)
	go func() { canceled <- w.engine.Cancel(context.Background(), h.ID) }()
	close(stored)
	if err := receive(t, canceled, "the end of the cancel"); err != nil {
		t.Fatal(err)
	}
	if record := w.ended(child); record.Status != flow.Canceled {
		t.Errorf("the child's record has %+v", record)
	}
}

func TestAChildThatNobodyWaitsForGoesOnAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("GET /slow")
	w.publish(`
slug: child
steps: {slow: {uses: http, with: {url: "http://service/slow"}}}
edges: [trigger -> slow]`)
	h := w.run(`
steps:
  ask: {uses: flow, with: {slug: child, wait: false}}
  end: {uses: respond, with: {body: "{{ steps.ask.executionId }}"}}
edges: [trigger -> ask, ask -> end]`, "")
	child := w.answer(h)
	receive(t, held.arrived, "the child's call")
	if record := w.ended(h.ID); record.Status != flow.Succeeded {
		t.Errorf("the record has %+v", record)
	}
	held.open()
	if record := w.ended(child); record.Status != flow.Succeeded {
		t.Errorf("the child's record has %+v", record)
	}
}

func TestAChildMayBeTooSlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(`
slug: child
steps: {pause: {uses: wait, with: {for: 3650d}}}
edges: [trigger -> pause]`)
	h := w.run(`
steps: {ask: {uses: flow, timeout: 20ms, with: {slug: child}}}
edges: [trigger -> ask]`, "")
	if failure := w.failure(h); failure.Code != flow.FailedTimeout || failure.Step != "ask" {
		t.Errorf("the failure is %+v", failure)
	}
}

func TestCancelOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.engine.Cancel(t.Context(), "nobody"); err == nil || !strings.Contains(err.Error(), "not found") {
		t.Errorf("the error is %v", err)
	}
}

// A fault of ours ends one step, not the server and all other executions.
func TestAPanicIsAFailureOfItsStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connection = func(string) { panic("a fault of ours, with a secret in it") }
	h := w.run(`
steps:
  call: {uses: http, connection: any, with: {url: "http://service/a"}}
edges: [trigger -> call]`, "")
	failure := w.failure(h)
	if failure.Code != flow.FailedInternal || failure.Step != "call" || strings.Contains(failure.Message, "secret") {
		t.Errorf("the failure is %+v", failure)
	}
	w.ended(h.ID)
	if !strings.Contains(w.log.String(), "a step panicked") {
		t.Errorf("the log says %q", w.log)
	}
}
