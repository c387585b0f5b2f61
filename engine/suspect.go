package engine

import (
	"context"
	"fmt"

	"redial/engine/core"
	"redial/engine/flow"
	"redial/engine/step"
)

// MaxUncleanResumes is how often in a row an execution is resumed although the
// process has died each time before anything more was stored of it. An execution
// that takes the process down, by the memory that it needs for instance, would
// else do so for ever, and all others with it.
const MaxUncleanResumes = 3

// isSuspect reports whether the execution may be what has taken the process
// down. One that merely waits is not: it has done nothing meanwhile.
func (r *run) isSuspect(ctx context.Context) (bool, error) {
	resumes, err := r.engine.options.Journal.Resumes(ctx, r.record.ID)
	if err != nil {
		return false, fmt.Errorf("reading how often it was resumed: %w", err)
	}
	if resumes <= MaxUncleanResumes || r.state.Status() != flow.Running {
		return false, nil
	}
	r.engine.options.Logger.Warn("an execution is held back until somebody decides about it: the server has died again and again when it went on",
		"execution", r.record.ID, "flow", r.record.Flow, "deaths", resumes)
	return true, nil
}

// holdBack is goOn for a suspect: what it would do now waits for a person to
// decide. What merely waits goes on waiting.
func (r *run) holdBack() {
	for _, ref := range r.state.UnderWay() {
		_, _, until, child := ref.Begun()
		switch runner := r.program.steps[ref.ID()].compiled.Runner.(type) {
		case step.Evaluator:
			r.state.Interrupt(ref)
		case step.Waiter:
			r.sleep(ref, until)
		case step.Starter:
			r.goOnWithChild(ref, runner, child) // which is held back itself, if need be
		case step.Caller:
			if until.IsZero() {
				r.holdCall(ref, runner)
			} else {
				r.goOnWithCall(ref, runner)
			}
		}
	}
	r.holding = true
	r.advance()
	r.holding = false
}

// holdCall leaves a call that was under way to a person, whatever its effect.
func (r *run) holdCall(ref core.Ref, caller step.Caller) {
	at, _, _, _ := ref.Begun()
	input, failure := r.prepare(ref, caller, at)
	if failure != nil {
		r.finishStep(ref, nil, flow.DefaultPort, failure)
		return
	}
	r.inputs[ref] = input
	r.state.Interrupt(ref)
}

// hold keeps a step from beginning. It is false for those that do no work of
// their own.
func (r *run) hold(ref core.Ref) bool {
	switch r.program.steps[ref.ID()].compiled.Runner.(type) {
	case step.Evaluator, step.Caller:
		r.state.Hold(ref)
		return true
	default:
		return false
	}
}
