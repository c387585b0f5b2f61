package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"redial/engine/component"
	"redial/engine/core"
	"redial/engine/flow"
	"redial/engine/step"
)

// Resumes is how often the process has died with an execution since something
// was stored of it last.
type Resumes struct {
	Unclean int // after it had claimed the execution
	Tried   int // while the execution was the one on trial
}

// What becomes of an execution with which the process has died before anything
// more was stored of it. One that takes the process down, by the memory that it
// needs for instance, would else do so for ever, and all others with it.
const (
	// MaxUncleanResumes is how often in a row it is resumed like any other. After
	// that, anyone of those that were under way may be the reason. So they go on
	// one at a time, each once the one before has got something stored. With fewer,
	// a server that is killed from outside in quick succession would put more on
	// trial than it can try, as the crash campaign has shown.
	MaxUncleanResumes = 10
	// MaxTrials is how often it goes on alone. After that it is held back.
	MaxTrials = 3
)

// trialLimit is how long others wait for one on trial that gets nothing stored.
const trialLimit = 30 * time.Second

// conduct is how an execution goes on after a restart.
type conduct uint8

const (
	atOnce  conduct = iota
	onTrial         // alone, as it may be what takes the process down
	held            // not before a person has decided
)

// conductAfter says how an execution goes on. One that has nothing to do, or waited
// for its turn, has taken nothing down.
func (r *run) conductAfter(ctx context.Context) (conduct, error) {
	resumes, err := r.engine.options.Journal.Resumes(ctx, r.record.ID)
	switch {
	case err != nil:
		return atOnce, fmt.Errorf("reading how often it was resumed: %w", err)
	case r.state.Canceling() || !r.hasWork() || r.record.Status == flow.Queued:
		return atOnce, nil
	case resumes.Tried >= MaxTrials:
		r.engine.options.Logger.Warn("an execution is held back until somebody decides about it: the server has died each time it went on",
			"execution", r.record.ID, "flow", r.record.Flow, "deaths", resumes.Tried)
		return held, nil
	case resumes.Unclean > MaxUncleanResumes:
		return onTrial, nil
	default:
		return atOnce, nil
	}
}

// hasWork reports whether going on makes the execution do anything of its own at
// once. Waits and pauses do not, nor does a call that is left to a person, nor a
// flow step: what that has started is an execution of its own.
func (r *run) hasWork() bool {
	if len(core.Next(r.state)) > 0 {
		return true
	}
	return slices.ContainsFunc(r.state.UnderWay(), func(ref core.Ref) bool {
		_, _, until, _ := ref.Begun()
		switch runner := r.program.steps[ref.ID()].compiled.Runner.(type) {
		case step.Evaluator:
			return true
		case step.Caller:
			return until.IsZero() && runner.Effect() != component.Unsafe
		default:
			return false
		}
	})
}

// tryEach lets executions go on one at a time.
func (e *Engine) tryEach(suspects []*run) {
	for _, r := range suspects {
		e.try(r)
	}
}

// try lets one go on and waits until it has got something stored.
func (e *Engine) try(r *run) {
	ctx, cancel := context.WithTimeout(e.calls, trialLimit)
	defer cancel()
	progress := e.WatchExecution(r.record.ID)
	defer progress.Close()
	err := ErrStopping
	if !r.isStopping() {
		err = e.options.Journal.Try(ctx, r.record.ID)
	}
	if err != nil {
		r.handle.fail(err)
		e.leave(r) // it stays for the next start
		return
	}
	r.resume()
	select {
	case <-progress.C:
	case <-ctx.Done():
	case <-e.stopping:
	}
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
