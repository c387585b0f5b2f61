package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

// unstorableFlow has steps before and behind the one whose end cannot be stored.
const unstorableFlow = `
steps:
  first: {uses: http, with: {method: POST, effect: keyed, url: "http://service/first"}}
  mail: {uses: http, with: {method: POST, url: "http://service/mail"}}
  note: {uses: transform, with: {set: {n: 1}}}
  bad: {uses: transform, on_error: continue, with: {set: {n: 2}}}
  after: {uses: http, with: {method: POST, url: "http://service/after"}}
edges: [trigger -> mail, trigger -> first, first -> note, note -> bad, bad -> after]
`

// refusing lets the journal refuse batches in which a step has ended, as a store
// does that cannot write it down. fault names the event, or does not.
func refusing(stepID string, named bool) func(int, engine.Batch) verdict {
	return func(_ int, b engine.Batch) verdict {
		for _, e := range b.Events {
			if e.Type == flow.StepFinished && e.Step == stepID && e.Outcome == flow.StepSucceeded {
				if named {
					return verdict{fail: fmt.Errorf("%w: %w", engine.ErrUnstorable, &flow.ValueError{Seq: e.Seq, Reason: errors.New("no number")})}
				}
				return verdict{fail: engine.ErrUnstorable}
			}
		}
		return verdict{}
	}
}

// What can never be stored ends the execution, once: nothing is left for the next
// start to try again. What happened before it is kept.
func TestWhatCannotBeStoredEndsTheExecution(t *testing.T) {
	t.Parallel()
	for _, named := range []bool{true, false} {
		t.Run(fmt.Sprint("named ", named), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			held := w.service.hold("POST /mail")
			p := w.publish(unstorableFlow)
			w.journal.rule(refusing("bad", named))
			h := w.start(p, "")
			failure := w.failure(h)
			if failure.Code != flow.FailedUnstorable || failure.Retryable || named && (failure.Step != "bad" || !strings.Contains(failure.Message, "what step bad has put out cannot be stored")) {
				t.Errorf("the failure is %+v", failure)
			}
			record := w.ended(h.ID)
			if record.Status != flow.Failed || record.Failure == nil || record.Failure.Code != flow.FailedUnstorable {
				t.Errorf("the record is %+v", record)
			}
			history := w.history(h.ID)
			if !strings.Contains(history, "mail failed outcome_unknown") || named && !strings.Contains(history, "first succeeded") {
				t.Errorf("the history is\n%s", history)
			}
			if n := w.service.count("POST /after"); n > 0 {
				t.Errorf("the steps behind were run %d times", n)
			}
			held.open()
			w.stop()
			if n := w.restart(); n != 0 {
				t.Errorf("the next start goes on with %d executions", n)
			}
		})
	}
}

// An execution whose only batch cannot be stored is there, and has failed.
func TestAnExecutionOfOneBatchThatCannotBeStored(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"alone":    "\nsteps: {bad: {uses: transform, with: {set: {n: 1}}}, end: {uses: respond}}\nedges: [trigger -> bad, bad -> end]\n",
		"answered": "\nsteps: {end: {uses: respond, with: {body: told}}, bad: {uses: transform, with: {set: {n: 1}}}}\nedges: [trigger -> end, end -> bad]\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.publish(source)
			w.journal.rule(refusing("bad", true))
			h := w.start(p, "")
			result := w.result(h)
			if record := w.ended(h.ID); record.Status != flow.Failed || record.Failure.Code != flow.FailedUnstorable || record.Failure.Step != "bad" {
				t.Errorf("the record is %+v", record)
			}
			if name == "answered" && (result.Answer == nil || string(result.Answer.Body) != "told") {
				t.Errorf("the caller is told %+v", result)
			}
			if name == "alone" && (result.Failure == nil || result.Failure.Code != flow.FailedUnstorable) {
				t.Errorf("the caller is told %+v", result)
			}
		})
	}
}

// Where even the end cannot be stored, whoever waits is told so.
func TestAnExecutionWhoseEndCannotBeStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.publish("\nsteps: {end: {uses: respond}}\nedges: [trigger -> end]\n")
	w.journal.rule(func(int, engine.Batch) verdict { return verdict{fail: engine.ErrUnstorable} })
	h := w.start(p, "")
	if _, err := h.Wait(w.soon()); !errors.Is(err, engine.ErrUnstorable) {
		t.Errorf("the caller is told %v", err)
	}
	if n := w.engine.Active(); n > 1 {
		t.Errorf("%d executions are under way", n)
	}
}

// A claim is part of the batch in its place.
func TestTheKeyOfWhatCannotBeStoredIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.publish("\nsteps: {bad: {uses: transform, with: {set: {n: 1}}}}\nedges: [trigger -> bad]\n")
	w.journal.rule(refusing("bad", true))
	claim := &engine.Claim{Flow: "test", Key: "k"}
	start := func() *engine.Handle {
		h, err := w.engine.Start(t.Context(), engine.StartRequest{
			Flow: "test", VersionID: p.Version.ID, Version: p.Version.Number, Settings: p.Settings, Mode: flow.Sync,
			Request: request(t, ""), Claim: claim,
		})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first := start()
	w.ended(first.ID)
	var taken *engine.KeyTakenError
	if err := start().Stored(w.soon()); !errors.As(err, &taken) || taken.Execution != first.ID {
		t.Errorf("the key belongs to %v", err)
	}
}
