package engine

import (
	"context"
	"fmt"

	"redial/engine/component"
	"redial/engine/core"
	"redial/engine/flow"
	"redial/engine/step"
)

// Cancel ends an execution: calls under way are aborted, nothing new starts. It
// returns when the end is durable. ErrNotFound; an *Error with ErrorConflict
// for one that has ended already, or does so before the cancel can take effect.
func (e *Engine) Cancel(ctx context.Context, id string) error {
	r, err := e.underWay(ctx, id)
	if err != nil {
		return err
	}
	r.mailbox.put((*run).cancel)
	if err := r.handle.Ended(ctx); err != nil {
		return err
	}
	record, err := e.options.Journal.Execution(ctx, id)
	if err != nil {
		return err
	}
	if record.Status != flow.Canceled {
		return endedAlready(record)
	}
	return nil
}

// cancel aborts the calls under way; core.Next asks for the end once they have
// come back.
func (r *run) cancel() {
	r.state.Cancel()
	r.abortCalls(errCanceled)
	for _, ref := range r.state.Attention() {
		r.finishStep(ref, nil, flow.DefaultPort, canceledCall(component.Unsafe))
	}
}

// HangUp records that a caller has gone who was kept waiting for an execution.
// Where its settings say so and nobody else waits, that cancels it. It does not
// wait for either. An execution that is not under way here is left alone: it has
// come to its end at the same moment.
func (e *Engine) HangUp(id string, last bool) {
	r := e.find(id)
	if r == nil {
		return
	}
	r.mailbox.put(func(r *run) {
		r.record.HungUpAt, r.changed = r.engine.now(), true
		if last && r.record.Settings.OnDisconnect == flow.CancelOnDisconnect {
			r.cancel()
		}
	})
}

func endedAlready(record *flow.Execution) error {
	return &Error{Code: ErrorConflict, Message: fmt.Sprintf("execution %s has ended already: it is %s", record.ID, record.Status)}
}

// underWay finds the run of an execution that has not ended.
func (e *Engine) underWay(ctx context.Context, id string) (*run, error) {
	// A run outlives its execution by a moment.
	if r := e.find(id); r != nil && !r.handle.ended.reached() {
		return r, nil
	}
	record, err := e.options.Journal.Execution(ctx, id)
	if err != nil {
		return nil, err
	}
	if record.Status.Ended() {
		return nil, endedAlready(record)
	}
	return nil, &Error{Code: ErrorConflict, Message: fmt.Sprintf("execution %s is not under way on this server", id)}
}

// Decision is what a person makes of a step whose outcome is unknown.
type Decision string

// The decisions of the public contract.
const (
	DecideRetry Decision = "retry" // make the call again
	DecideSkip  Decision = "skip"  // go on as if the step were disabled: its output is null
	DecideFail  Decision = "fail"  // the step has failed; its on_error applies
)

// Decide settles a step that needs attention, and returns once that is durable.
// ErrNotFound; an *Error for an unknown decision or a step that needs none.
func (e *Engine) Decide(ctx context.Context, id, stepID string, iteration []int, decision Decision) error {
	if decision != DecideRetry && decision != DecideSkip && decision != DecideFail {
		return &Error{Code: ErrorInvalid, Message: fmt.Sprintf("the decision is %q; it is one of retry, skip, fail", decision)}
	}
	r, err := e.underWay(ctx, id)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	r.mailbox.put(func(r *run) {
		ref, ok := r.state.Find(stepID, iteration)
		if !ok || !ref.Undecided() {
			done <- &Error{Code: ErrorConflict, Message: fmt.Sprintf("step %q of execution %s needs no decision", stepID, id)}
			return
		}
		if decision == DecideRetry && r.isStopping() {
			done <- ErrStopping
			return
		}
		r.forcePlace()
		r.decide(ref, decision)
		r.onceStored(func() { done <- nil })
	})
	select {
	case err := <-done:
		return err
	case <-r.handle.ended.done:
		return r.handle.ended.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *run) decide(ref core.Ref, decision Decision) {
	if ref.Held() {
		r.state.Redo(ref)
		if decision == DecideRetry {
			return // it is due, and runs like any other
		}
		r.start(ref, &flow.Event{}) // only what has begun can be skipped by a person
	}
	switch decision {
	case DecideRetry:
		_, attempt, _, _ := ref.Begun()
		r.state.Redo(ref)
		r.start(ref, &flow.Event{Attempt: attempt + 1, Input: r.inputs[ref]})
		switch runner := r.program.steps[ref.ID()].compiled.Runner.(type) {
		case step.Caller:
			r.call(ref, runner, runner.Effect() == component.Lookup)
		case step.Evaluator:
			r.evaluate(ref, runner)
		}
	case DecideSkip:
		r.emitStep(ref, &flow.Event{Type: flow.StepFinished, Outcome: flow.StepSkipped, Passed: true})
	case DecideFail:
		r.finishStep(ref, nil, flow.DefaultPort, &flow.Failure{
			Code: flow.FailedUnknown, Message: "The call was cut off, and it was decided that it has failed: outcome unknown.",
		})
	}
}

// onceStored runs f when the events so far are durable.
func (r *run) onceStored(f func()) { r.gated = append(r.gated, f) }
