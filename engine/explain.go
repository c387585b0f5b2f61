package engine

import (
	"context"
	"fmt"
	"slices"

	"redial/engine/core"
	"redial/engine/flow"
	"redial/engine/step"
)

// Explain tells in values how a step of an execution came to its result: it
// folds the journal up to the step's start and evaluates its conditions again,
// which gives the same. It says nothing about a step that decides nothing.
// ErrNotFound; an *Error for a step that was not started in that round.
func (e *Engine) Explain(ctx context.Context, id, stepID string, iteration []int) ([]step.Explanation, error) {
	record, err := e.options.Journal.Execution(ctx, id)
	if err != nil {
		return nil, err
	}
	program, err := e.programs.get(ctx, record.VersionID)
	if err != nil {
		return nil, fmt.Errorf("loading the version of execution %s: %w", id, err)
	}
	explained := program.steps[stepID]
	if explained == nil || explained.compiled == nil {
		return nil, notStarted(id, stepID)
	}
	explainer, ok := explained.compiled.Runner.(step.Explainer)
	if !ok {
		return nil, nil
	}
	events, err := e.options.Journal.Events(ctx, id, 0, 0)
	if err != nil {
		return nil, err
	}
	begun := slices.IndexFunc(events, func(event flow.Event) bool {
		return event.Type == flow.StepStarted && event.Step == stepID && slices.Equal(event.Iteration, iteration)
	})
	if begun < 0 {
		return nil, notStarted(id, stepID)
	}
	request, err := e.options.Journal.Request(ctx, id)
	if err != nil {
		return nil, err
	}
	r := newRun(e, program, request, *record)
	defer r.abortCalls(errAborted)
	graph, err := program.graphOf(&events[0])
	if err != nil {
		return nil, err
	}
	if r.state, err = core.Fold(graph, events[:begun+1]); err != nil {
		return nil, fmt.Errorf("folding the events of execution %s: %w", id, err)
	}
	for _, ref := range r.state.UnderWay() {
		if ref.ID() == stepID && slices.Equal(ref.Scope.Iteration, iteration) {
			return explainer.Explain(r.values(ref, events[begun].At)), nil
		}
	}
	return nil, notStarted(id, stepID)
}

func notStarted(id, stepID string) error {
	return &Error{Code: ErrorInvalid, Message: fmt.Sprintf("step %q was not started in this round of execution %s, so there is nothing to explain", stepID, id)}
}
