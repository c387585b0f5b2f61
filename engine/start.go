package engine

import (
	"context"
	"fmt"

	"redial/engine/core"
	"redial/engine/flow"
)

// StartRequest says what to run.
type StartRequest struct {
	Flow      string // slug
	VersionID int64
	Version   int // number; 0: a draft under test
	Settings  flow.Settings
	Mode      flow.Mode // in effect for this call
	Test      bool
	// Safe is for tests: steps whose effect is not safe are not performed, but
	// put out an example.
	Safe    bool
	Request *flow.Request
	Parent  string // as in flow.Execution

	id    string                // of a child; else a new one is made
	reuse map[string]flow.Event // step.finished events of another execution, by step
}

// Start begins an execution. It returns when all steps up to the first call to
// the outside are done, and does not wait for the journal: Handle.Stored tells.
// ErrStopping; ErrNotFound for an unknown version.
func (e *Engine) Start(ctx context.Context, request StartRequest) (*Handle, error) {
	program, err := e.programs.get(ctx, request.VersionID)
	if err != nil {
		return nil, fmt.Errorf("loading version %d of flow %s: %w", request.Version, request.Flow, err)
	}
	id := request.id
	if id == "" {
		id = e.newID()
	}
	r := newRun(e, program, request.Request, flow.Execution{
		ID: id, Flow: request.Flow, VersionID: request.VersionID, Version: request.Version,
		Test: request.Test, Mode: request.Mode, Settings: request.Settings,
		Status: flow.Running, Parent: request.Parent, StartedAt: e.now(),
	})
	r.reuse, r.safe = request.reuse, request.Safe
	if err := e.enter(r); err != nil {
		return nil, err
	}
	r.state = core.NewState(program.graph)
	r.emit(&flow.Event{Type: flow.ExecutionStarted, Mode: request.Mode, Safe: request.Safe, At: r.record.StartedAt})
	r.begin()
	return r.handle, nil
}

// Rerun starts a new execution of the same version with the same request. If
// from names a step, the outputs of all steps that do not depend on it are
// taken over and only it and those behind it run. ErrNotFound for an unknown
// execution; an *Error for a step that is not there.
func (e *Engine) Rerun(ctx context.Context, id, from string) (*Handle, error) {
	record, err := e.options.Journal.Execution(ctx, id)
	if err != nil {
		return nil, err
	}
	request, err := e.options.Journal.Request(ctx, id)
	if err != nil {
		return nil, err
	}
	start := StartRequest{
		Flow: record.Flow, VersionID: record.VersionID, Version: record.Version,
		Settings: record.Settings, Mode: record.Mode, Test: record.Test, Request: request,
	}
	if record.Test {
		// A safe test stays one, whoever repeats it.
		first, err := e.options.Journal.Events(ctx, id, 0, 1)
		if err != nil {
			return nil, err
		}
		start.Safe = len(first) > 0 && first[0].Safe
	}
	if from != "" {
		if start.reuse, err = e.reusable(ctx, record, from); err != nil {
			return nil, err
		}
	}
	return e.Start(ctx, start)
}

// reusable are the finished steps of an execution that do not depend on a step.
func (e *Engine) reusable(ctx context.Context, record *flow.Execution, from string) (map[string]flow.Event, error) {
	program, err := e.programs.get(ctx, record.VersionID)
	if err != nil {
		return nil, err
	}
	behind, ok := program.graph.Downstream(from)
	if !ok {
		return nil, &Error{Code: ErrorInvalid, Message: fmt.Sprintf("flow %s has no step %q outside of an each step to run again from", record.Flow, from)}
	}
	events, err := e.options.Journal.Events(ctx, record.ID, 0, 0)
	if err != nil {
		return nil, err
	}
	reuse := map[string]flow.Event{}
	for _, event := range events {
		finished := event.Type == flow.StepFinished && event.Outcome == flow.StepSucceeded && len(event.Iteration) == 0
		if finished && event.Step != from && !behind[event.Step] && !program.steps[event.Step].responds {
			reuse[event.Step] = event
		}
	}
	return reuse, nil
}
