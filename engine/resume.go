package engine

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"redial/engine/component"
	"redial/engine/core"
	"redial/engine/crashpoint"
	"redial/engine/flow"
	"redial/engine/step"
)

// Resume goes on with all executions that the journal holds unfinished: those
// that a stop or a crash cut off. One that cannot be loaded is logged and left
// as it is; the others go on. It returns how many do.
func (e *Engine) Resume(ctx context.Context) (int, error) {
	ids, err := e.options.Journal.Unfinished(ctx)
	if err != nil {
		return 0, fmt.Errorf("looking for unfinished executions: %w", err)
	}
	// All are known before the first goes on, as flow steps wait for others.
	runs := make([]*run, 0, len(ids))
	for _, r := range e.loadAll(ctx, ids) {
		if r == nil {
			continue
		}
		if err := e.enter(r); err != nil {
			for _, r := range runs {
				r.handle.fail(err)
				e.leave(r)
			}
			return 0, err
		}
		runs = append(runs, r)
	}
	crashpoint.Here(crashpoint.ResumeLoaded)
	for _, r := range runs {
		r.adopt()
	}
	e.readLimits(ctx, runs)
	runFirst(runs)
	var suspects []*run
	for _, r := range runs {
		r.handle.stored.reach(nil)
		if r.conduct == onTrial {
			suspects = append(suspects, r)
			continue
		}
		r.resume()
	}
	if len(suspects) > 0 {
		go e.tryEach(suspects)
	}
	return len(runs), nil
}

// loading is how many executions are loaded at the same time: their claims share
// commits then, and a start after a crash under load is a matter of moments.
const loading = 64

// loadAll loads executions; nil where one is under way here or cannot be loaded.
func (e *Engine) loadAll(ctx context.Context, ids []string) []*run {
	runs := make([]*run, len(ids))
	var group errgroup.Group
	group.SetLimit(loading)
	for i, id := range ids {
		group.Go(func() error {
			if e.find(id) != nil {
				return nil
			}
			r, err := e.load(ctx, id, core.Fold)
			if err != nil {
				e.options.Logger.Error("an unfinished execution cannot go on", "execution", id, "error", err)
				return nil
			}
			runs[i] = r
			return nil
		})
	}
	_ = group.Wait() // what went wrong is logged
	return runs
}

// resume lets a loaded execution go on.
func (r *run) resume() {
	canceling := r.state.Canceling() // when it was cut off
	if canceling {
		r.abortCalls(errCanceled)
	}
	switch {
	case r.conduct == held:
		r.forcePlace()
		r.holdBack()
	case r.conduct == onTrial, canceling:
		r.forcePlace()
		r.goOn()
	default:
		r.returnToRoom((*run).goOn)
	}
	if canceling {
		r.cancel()
	}
	r.begin()
	crashpoint.Here(crashpoint.ResumeGoingOn)
}

// folding makes the state of an execution out of its journal.
type folding func(*core.Graph, []flow.Event) (*core.State, error)

// load makes a run of what the journal holds.
func (e *Engine) load(ctx context.Context, id string, fold folding) (*run, error) {
	journal := e.options.Journal
	epoch, err := journal.Claim(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("claiming it: %w", err)
	}
	crashpoint.Here(crashpoint.ResumeClaimed)
	record, err := journal.Execution(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading its summary: %w", err)
	}
	request, err := journal.Request(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading its request: %w", err)
	}
	program, err := e.programs.get(ctx, record.VersionID)
	if err != nil {
		return nil, fmt.Errorf("loading its version: %w", err)
	}
	events, err := journal.Events(ctx, id, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("reading its events: %w", err)
	}
	if len(events) == 0 {
		return nil, errors.New("it has no events")
	}
	graph, err := program.graphOf(&events[0])
	if err != nil {
		return nil, fmt.Errorf("loading its version: %w", err)
	}
	r := newRun(e, program, request, *record)
	if r.state, err = fold(graph, events); err != nil {
		return nil, fmt.Errorf("folding its events: %w", err)
	}
	r.begunAs(&events[0])
	if r.conduct, err = r.conductAfter(ctx); err != nil {
		return nil, err
	}
	r.epoch, r.created, r.changed = epoch, true, false
	r.record.LastSeq, r.since = r.state.LastSeq, record.LastSeq
	if r.state.Answered {
		if r.answered, err = journal.Answer(ctx, id); err != nil && !errors.Is(err, ErrNotFound) {
			return nil, fmt.Errorf("reading its answer: %w", err)
		}
	}
	if result := r.outcome(); result != nil {
		r.handle.decide(*result)
	}
	return r, nil
}

// goOn takes up the steps that were under way.
func (r *run) goOn() {
	for _, ref := range r.state.UnderWay() {
		_, _, until, child := ref.Begun()
		switch runner := r.program.steps[ref.ID()].compiled.Runner.(type) {
		case step.Evaluator:
			r.evaluate(ref, runner)
		case step.Waiter:
			r.sleep(ref, until)
		case step.Starter:
			r.goOnWithChild(ref, runner, child)
		case step.Caller:
			r.goOnWithCall(ref, runner)
		}
	}
}

// goOnWithChild waits for the execution that a flow step has started. Where this
// one was reopened at the step, that is another attempt.
func (r *run) goOnWithChild(ref core.Ref, starter step.Starter, id string) {
	at, attempt, _, _ := ref.Begun()
	child, failure := r.wanted(ref, starter, at)
	if failure != nil {
		r.finishStep(ref, nil, flow.DefaultPort, failure)
		return
	}
	if _, pausing := ref.Pausing(); pausing {
		r.start(ref, &flow.Event{Attempt: attempt, Child: id, Input: map[string]any{"slug": child.Slug, "body": child.Body}})
	}
	r.runChild(ref, child, id)
}

// goOnWithCall repeats a call that was under way. One that paused between two
// attempts just goes on pausing. One with an unsafe effect is left to a person.
func (r *run) goOnWithCall(ref core.Ref, caller step.Caller) {
	at, attempt, until, _ := ref.Begun()
	input, failure := r.prepare(ref, caller, at)
	if failure != nil {
		r.finishStep(ref, nil, flow.DefaultPort, failure)
		return
	}
	r.inputs[ref] = input
	switch {
	case r.safe && caller.Effect() != component.Safe:
		r.simulate(ref, caller)
	case !until.IsZero():
		r.at(ref, until, func(r *run) { r.nextAttempt(ref, caller, attempt) })
	case caller.Effect() == component.Unsafe:
		r.state.Interrupt(ref)
	default:
		r.call(ref, caller, true)
	}
}
