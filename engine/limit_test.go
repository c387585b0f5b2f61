package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
)

// limited is a world in which executions have limits.
func limited(t *testing.T, limits engine.Limits) *world {
	t.Helper()
	w := newWorld(t)
	w.stop()
	w.limits = limits
	w.open()
	return w
}

// Whatever an execution may use up, it fails for good where it would use more, at a
// step that is named, whatever that step does about errors.
func TestLimitsEndAnExecution(t *testing.T) {
	t.Parallel()
	const rounds = `
steps:
  every:
    uses: each
    on_error: continue
    with: {items: "[1, 2, 3, 4]", on_item_error: continue, concurrency: 2}
    do:
      steps:
        a: {uses: transform, on_error: continue, with: {set: {n: "{{ item }}"}}}
        b: {uses: transform, on_error: continue, with: {set: {n: "{{ steps.a.n }}"}}}
      edges: [a -> b]
  end: {uses: respond}
edges: [trigger -> every, every -> end]`
	for name, tc := range map[string]struct {
		limits  engine.Limits
		source  string
		code    flow.FailureCode
		step    string
		message string
	}{
		"steps": {engine.Limits{Steps: 4}, rounds, flow.FailedSteps, "b", "step b was not begun: the execution has begun 4 steps"},
		"steps of a chain": {engine.Limits{Steps: 2}, `
steps: {a: {uses: transform, with: {set: {n: 1}}}, b: {uses: transform, with: {set: {n: 1}}}, c: {uses: transform, with: {set: {n: 1}}}}
edges: [trigger -> a, a -> b, b -> c]`, flow.FailedSteps, "c", "2 steps"},
		"attempts are steps": {engine.Limits{Steps: 3}, `
steps: {a: {uses: http, retry: {attempts: 9, pause: 1ms}, with: {url: "http://service/down"}}}
edges: [trigger -> a]`, flow.FailedSteps, "a", "3 steps"},
		"rounds of all": {engine.Limits{TotalRounds: 7}, `
steps:
  one: {uses: each, with: {items: "[1, 2, 3, 4]"}, do: {steps: {x: {uses: transform, with: {set: {n: 1}}}}}}
  two: {uses: each, on_error: continue, with: {items: "[1, 2, 3, 4]"}, do: {steps: {y: {uses: transform, with: {set: {n: 1}}}}}}
edges: [trigger -> one, one -> two]`, flow.FailedRounds, "two", "step two would run 4 rounds, after 4 of this execution; all together may run 7"},
		"rounds of one": {engine.Limits{Rounds: 3}, strings.Replace(rounds, "    on_error: continue\n", "", 1), flow.FailedRounds, "every", "the list has 4 items; at most 3 rounds are run"},
		"outputs of all": {engine.Limits{Outputs: 5000}, `
steps:
  a: {uses: transform, with: {set: {text: "{{ trigger.body.text }}"}}}
  b: {uses: transform, with: {set: {text: "{{ trigger.body.text }}"}}}
  c: {uses: transform, on_error: continue, with: {set: {n: 1}}}
edges: [trigger -> a, a -> b, b -> c]`, flow.FailedOutputs, "c", "has 8,024 bytes, and may have 5,000 bytes"},
		"output of one": {engine.Limits{Output: 3000}, `
steps: {a: {uses: transform, with: {set: {text: "{{ trigger.body.text }}"}}}}
edges: [trigger -> a]`, flow.FailedOutput, "a", "step a puts out 4,012 bytes; at most 3,000 bytes are kept"},
		"input of one": {engine.Limits{Output: 3000}, `
steps: {a: {uses: http, with: {method: POST, url: "http://service/a", body: "{{ trigger.body.text }}"}}}
edges: [trigger -> a]`, flow.FailedOutput, "a", "step a takes in 4,"},
		"attempts": {engine.Limits{Attempts: 2}, `
steps: {a: {uses: http, retry: {attempts: 9, pause: 1ms}, with: {url: "http://service/down"}}}
edges: [trigger -> a]`, flow.FailedAttempts, "a", "step a was tried 2 times"},
		"nesting": {engine.Limits{Nesting: 2}, `
slug: itself
steps: {a: {uses: flow, with: {slug: itself}}}
edges: [trigger -> a]`, flow.FailedNesting, "a", "more than 2 deep"},
		"answer": {engine.Limits{}, `
steps: {a: {uses: respond, with: {body: "{{ join(map([1,2,3,4,5,6,7,8,9,10,11], trigger.body.mega), '') }}"}}}
edges: [trigger -> a]`, flow.FailedAnswer, "a", "at most 10485760 are sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := limited(t, tc.limits)
			w.service.script(strings.Repeat("GET /down -> 503\n", 9))
			mega := ""
			if name == "answer" {
				mega = strings.Repeat("m", 1<<20)
			}
			h := w.run(tc.source, fmt.Sprintf(`{"text": %q, "mega": %q}`, strings.Repeat("x", 4000), mega))
			failure := w.failure(h)
			if failure.Code != tc.code || failure.Step != tc.step || failure.Retryable || !strings.Contains(failure.Message, tc.message) {
				t.Errorf("the failure is %+v", failure)
			}
			record := w.ended(h.ID)
			if record.Status != flow.Failed || record.Failure == nil || record.Failure.Code != tc.code {
				t.Errorf("the record is %+v, %+v\n%s", record, record.Failure, w.history(h.ID))
			}
			if handle, _, err := w.engine.Reopen(t.Context(), h.ID); handle != nil || err != nil {
				t.Errorf("it goes on again: %v", err)
			}
		})
	}
}

// Time that passes while steps are under way counts, that of waits does not.
func TestLimitOfTime(t *testing.T) {
	t.Parallel()
	const source = `
steps:
  pause: {uses: wait, with: {for: 1h}}
  a: {uses: http, with: {url: "http://service/a"}}
  b: {uses: http, with: {url: "http://service/b"}}
  c: {uses: http, on_error: continue, with: {url: "http://service/c"}}
edges: [trigger -> pause, pause -> a, a -> b, b -> c]`
	clock := &shiftedClock{}
	w := clockWorld(t, clock)
	w.stop()
	w.limits = engine.Limits{Time: 15 * time.Minute}
	w.open()
	a, b := w.service.hold("GET /a"), w.service.hold("GET /b")
	h := w.run(source, "")
	w.awaitStep(h.ID, "pause", flow.StepStarted)
	clock.by.Add(int64(time.Hour))
	w.stop() // the new start looks at the clock
	w.open()
	w.resume()
	receive(t, a.arrived, "the first call")
	clock.by.Add(int64(10 * time.Minute))
	a.open()
	receive(t, b.arrived, "the second call")
	clock.by.Add(int64(10 * time.Minute))
	b.open()
	record := w.ended(h.ID)
	if record.Status != flow.Failed || record.Failure.Code != flow.FailedLength || record.Failure.Step != "c" || !strings.Contains(record.Failure.Message, "under way for 20m0s, and may be for 15m0s") {
		t.Errorf("the record is %+v, %+v\n%s", record, record.Failure, w.history(h.ID))
	}
}

// An execution that a crash cuts off comes to the same end, wherever that is.
func TestLimitsHoldOverACrash(t *testing.T) {
	t.Parallel()
	const source = `
steps:
  every:
    uses: each
    with: {items: "[1, 2, 3, 4, 5]"}
    do: {steps: {x: {uses: http, with: {method: POST, effect: keyed, url: "http://service/x/{{ item }}"}}}}
edges: [trigger -> every]`
	for n := 1; ; n++ {
		w := limited(t, engine.Limits{Steps: 4})
		p := w.publish(source)
		w.journal.rule(func(count int, _ engine.Batch) verdict { return verdict{die: count == n} })
		h := w.start(p, "")
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = h.Ended(t.Context())
		}()
		receive(t, ended, "the end or the crash")
		w.crash()
		w.open()
		before := w.record(h.ID).Status
		w.resume()
		record := w.ended(h.ID)
		if record.Status != flow.Failed || record.Failure.Code != flow.FailedSteps || record.Failure.Step != "x" || !slices.Equal(record.Failure.Iteration, []int{3}) {
			t.Fatalf("crash %d: the record is %+v, %+v\n%s", n, record, record.Failure, w.history(h.ID))
		}
		w.stop()
		if before.Ended() {
			return
		}
	}
}

// Values that grow deeper from step to step end before they cannot be read back.
func TestLimitOfDepth(t *testing.T) {
	t.Parallel()
	steps, edges := []string{`s0: {uses: transform, with: {set: {v: 1}}}`}, []string{"trigger -> s0"}
	nested := strings.Repeat("[", 40) + `"{{ steps.s%d }}"` + strings.Repeat("]", 40)
	for i := 1; i <= 30; i++ {
		steps = append(steps, fmt.Sprintf(`s%d: {uses: transform, with: {set: {v: `+nested+`}}}`, i, i-1))
		edges = append(edges, fmt.Sprintf("s%d -> s%d", i-1, i))
	}
	w := newWorld(t)
	h := w.run("\nsteps: {"+strings.Join(steps, ", ")+"}\nedges: ["+strings.Join(edges, ", ")+"]", "")
	if failure := w.failure(h); failure.Code != flow.FailedOutput || !strings.Contains(failure.Message, "nested 1") {
		t.Errorf("the failure is %+v", failure)
	}
	w.ended(h.ID)
	w.events(h.ID) // can be read
}
