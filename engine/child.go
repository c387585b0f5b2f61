package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"redial/engine/content"
	"redial/engine/core"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/engine/trace"
)

// startChild begins a flow step. The child's ID is journalled before it is
// started, so a restart finds it instead of starting another.
func (r *run) startChild(ref core.Ref, starter step.Starter) {
	at := r.engine.now()
	child, failure := r.wanted(ref, starter, at)
	input := map[string]any{"slug": child.Slug, "body": child.Body}
	var size int64
	if failure == nil {
		failure = r.tooDeep(child)
	}
	if failure == nil {
		size, failure = r.fits(ref, "takes in", input)
	}
	if failure != nil {
		r.start(ref, &flow.Event{At: at})
		r.finishStep(ref, nil, flow.DefaultPort, failure)
		return
	}
	id := r.engine.newID()
	r.start(ref, &flow.Event{At: at, Child: id, Input: input, Size: size})
	r.runChild(ref, child, id)
}

// wanted is the execution that a flow step wants.
func (r *run) wanted(ref core.Ref, starter step.Starter, at time.Time) (child step.Child, failure *flow.Failure) {
	failure = r.guard(ref, func() (failure *flow.Failure) {
		child, failure = starter.Child(r.values(ref, at))
		return failure
	})
	return child, failure
}

func (r *run) runChild(ref core.Ref, child step.Child, id string) {
	timeout := time.Duration(r.program.steps[ref.ID()].def.Timeout)
	from := origin{lineage: r.lineage(), test: r.record.Test, safe: r.safe, trace: r.trace.Child()}
	if child.Wait {
		from.waits = r
	}
	at, again := ref.Since()
	r.launch(true, func(ctx context.Context) func(*run) {
		if timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, at.Add(timeout))
			defer cancel()
		}
		output, failure := r.engine.child(ctx, child, id, from, again)
		return func(r *run) { r.childEnded(ref, output, failure) }
	})
}

// origin is what a child takes over from the execution that starts it.
type origin struct {
	lineage    string
	test, safe bool
	trace      trace.Context
	waits      *run // for its end; nil: nobody does
}

// lineage is the Parent of executions that this one starts.
func (r *run) lineage() string {
	if r.record.Parent == "" {
		return r.record.ID
	}
	return r.record.Parent + "/" + r.record.ID
}

func (r *run) childEnded(ref core.Ref, output any, failure *flow.Failure) {
	if !ref.Running() || r.err != nil {
		return
	}
	if failure != nil {
		switch cause := context.Cause(r.calls); {
		case errors.Is(cause, errAborted), failure.Code == flow.FailedInternal && r.isStopping():
			return
		case errors.Is(cause, errCanceled):
			failure = &flow.Failure{Code: flow.FailedCanceled, Message: "The execution was canceled, and the flow it had started with it."}
		}
	}
	r.finishStep(ref, output, flow.DefaultPort, failure)
}

// child starts an execution, unless it was started before, and waits for its
// answer if that is wanted. One that has failed is reopened if it is asked for
// again.
func (e *Engine) child(ctx context.Context, child step.Child, id string, from origin, again bool) (any, *flow.Failure) {
	handle, err := e.attachChild(ctx, id, again)
	if errors.Is(err, ErrNotFound) {
		handle, err = e.startChildFlow(ctx, child, id, from)
	}
	if err != nil {
		return nil, childFailure(child.Slug, err)
	}
	if !child.Wait {
		if err := handle.Stored(ctx); err != nil {
			return nil, childFailure(child.Slug, err)
		}
		return map[string]any{"executionId": id, "status": nil, "headers": nil, "body": nil}, nil
	}
	result, err := handle.Wait(ctx)
	if err != nil {
		if errors.Is(context.Cause(ctx), errCanceled) {
			// A child that has ended by itself meanwhile needs no cancel.
			_ = e.Cancel(context.WithoutCancel(ctx), id)
		}
		return nil, childFailure(child.Slug, err)
	}
	return childOutput(child.Slug, id, result)
}

func (e *Engine) attachChild(ctx context.Context, id string, again bool) (*Handle, error) {
	if again {
		if handle, _, err := e.Reopen(ctx, id); handle != nil || err != nil {
			return handle, err
		}
	}
	return e.Attach(ctx, id)
}

func (e *Engine) startChildFlow(ctx context.Context, child step.Child, id string, from origin) (*Handle, error) {
	published, err := e.options.Published(ctx, child.Slug)
	if err != nil {
		return nil, err
	}
	return e.Start(ctx, StartRequest{
		id: id, parent: from.waits, Flow: child.Slug, VersionID: published.VersionID, Version: published.Number,
		Settings: published.Settings, Mode: flow.Sync, Test: from.test, Safe: from.safe, Parent: from.lineage,
		Request: &flow.Request{
			Method: "POST", Path: "/", Query: map[string]any{}, Headers: traceHeaders(from.trace),
			Body: child.Body, ReceivedAt: e.now().Format(time.RFC3339Nano),
		},
	})
}

func childFailure(slug string, err error) *flow.Failure {
	var refused *Error
	switch {
	case errors.Is(err, ErrNotFound):
		return &flow.Failure{Code: flow.FailedInput, Message: fmt.Sprintf("there is no published flow %q", slug)}
	case errors.Is(err, context.DeadlineExceeded):
		return &flow.Failure{Code: flow.FailedTimeout, Message: fmt.Sprintf("flow %s did not answer in time", slug), Retryable: true}
	case errors.As(err, &refused):
		return &flow.Failure{Code: flow.FailedLimit, Message: refused.Message}
	default:
		return &flow.Failure{Code: flow.FailedInternal, Message: fmt.Sprintf("flow %s could not be started", slug)}
	}
}

func childOutput(slug, id string, result Result) (any, *flow.Failure) {
	switch {
	case result.Answer != nil:
	case result.Failure != nil:
		return nil, &flow.Failure{
			Code: result.Failure.Code, Status: result.Failure.Status, Retryable: result.Failure.Retryable,
			Message: fmt.Sprintf("flow %s failed: %s", slug, result.Failure.Message),
		}
	case result.Status == flow.Canceled:
		return nil, &flow.Failure{Code: flow.FailedCanceled, Message: fmt.Sprintf("flow %s was canceled", slug)}
	default:
		return map[string]any{"executionId": id, "status": int64(204), "headers": map[string]any{}, "body": nil}, nil
	}
	headers, contentType := map[string]any{}, ""
	for _, h := range result.Answer.Headers {
		headers[strings.ToLower(h[0])] = h[1]
		if h[0] == "Content-Type" {
			contentType = h[1]
		}
	}
	body, err := content.Decode(contentType, result.Answer.Body, content.DefaultLimits)
	if err != nil {
		return nil, inputOfChild(slug, err)
	}
	return map[string]any{"executionId": id, "status": int64(result.Answer.Status), "headers": headers, "body": body}, nil
}

func inputOfChild(slug string, err error) *flow.Failure {
	return &flow.Failure{Code: flow.FailedInput, Message: fmt.Sprintf("the answer of flow %s cannot be read: %v", slug, err)}
}
