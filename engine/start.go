package engine

import (
	"context"
	"fmt"
	"maps"

	"redial/engine/core"
	"redial/engine/crashpoint"
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
	Safe bool
	// Part is for tests: what to run of the flow; nil: all of it. What is left
	// out may have errors.
	Part *flow.Part
	// Given is for tests: how steps end that are not run when their turn comes.
	// Those of each steps' insides end like that in every round.
	Given   map[string]flow.Given
	Request *flow.Request
	Parent  string // as in flow.Execution
	// Claim is the key of the call; nil: it has none. If another execution has it
	// already, the handle says so by a *KeyTakenError: calls that must not be
	// repeated blindly have not been made then.
	Claim *Claim
	// Awaited says that a caller holds the line: Await tells when that changes.
	Awaited bool
	// Bytes is how large the request is, about.
	Bytes int

	id     string // of a child; else a new one is made
	parent *run   // that waits for this one
	rerun  bool   // what is given is of the execution that is run again
}

// Start begins an execution. It returns when all steps up to the first call to
// the outside are done, or when it waits for its turn, and does not wait for the
// journal: Handle.Stored tells. ErrStopping; ErrFull; ErrNotFound for an unknown
// version; an *Error for a part that cannot be run, or where something is given to
// anything but a test.
func (e *Engine) Start(ctx context.Context, request StartRequest) (*Handle, error) {
	program, err := e.programs.get(ctx, request.VersionID)
	if err != nil {
		return nil, fmt.Errorf("loading version %d of flow %s: %w", request.Version, request.Flow, err)
	}
	started := flow.Event{
		Type: flow.ExecutionStarted, Mode: request.Mode, Safe: request.Safe,
		Part: request.Part, Given: request.Given,
	}
	if err := request.check(); err != nil {
		return nil, err
	}
	graph, err := program.graphOf(&started)
	if err != nil {
		return nil, err
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
	r.begunAs(&started)
	r.claim = request.Claim
	if err := e.enter(r); err != nil {
		return nil, err
	}
	r.state = core.NewState(graph)
	if err := r.enterRoom(&request); err != nil {
		e.leave(r)
		return nil, err
	}
	if !r.place.taken {
		started.Status = flow.Queued
	}
	started.At = r.record.StartedAt
	r.emit(&started)
	crashpoint.Here(crashpoint.StartUnstored)
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
		Settings: record.Settings, Mode: record.Mode, Test: record.Test, Request: request, rerun: true,
	}
	if record.Test {
		first, err := e.options.Journal.Events(ctx, id, 0, 1)
		if err != nil {
			return nil, err
		}
		if len(first) > 0 {
			// A safe test stays one, whoever repeats it, and that of a part one of
			// that part.
			start.Safe, start.Part, start.Given = first[0].Safe, first[0].Part, first[0].Given
		}
	}
	if from != "" {
		if start.Given, err = e.reusable(ctx, record, &start, from); err != nil {
			return nil, err
		}
	}
	return e.Start(ctx, start)
}

// reusable is what is given where an execution is run again from a step: how
// the steps ended that do not depend on it, beside what was given before.
func (e *Engine) reusable(ctx context.Context, record *flow.Execution, start *StartRequest, from string) (map[string]flow.Given, error) {
	program, err := e.programs.get(ctx, record.VersionID)
	if err != nil {
		return nil, err
	}
	graph, err := program.graphOf(&flow.Event{Part: start.Part, Given: start.Given})
	if err != nil {
		return nil, err
	}
	behind, ok := graph.Downstream(from)
	if !ok {
		return nil, &Error{Code: ErrorInvalid, Message: fmt.Sprintf("flow %s has no step %q outside of an each step to run again from", record.Flow, from)}
	}
	events, err := e.options.Journal.Events(ctx, record.ID, 0, 0)
	if err != nil {
		return nil, err
	}
	given := maps.Clone(start.Given)
	if given == nil {
		given = map[string]flow.Given{}
	}
	for i := range events {
		event := &events[i]
		finished := event.Type == flow.StepFinished && event.Outcome == flow.StepSucceeded && len(event.Iteration) == 0
		_, before := given[event.Step]
		if finished && !before && event.Step != from && !behind[event.Step] && !program.steps[event.Step].responds {
			given[event.Step] = flow.Given{Output: event.Output, Port: event.Port, Reused: record.ID, Simulated: event.Simulated}
		}
	}
	return given, nil
}
