package engine

import (
	"redial/engine/flow"
	"redial/engine/trace"
)

// TraceOf is the trace that an execution belongs to: that of the call that
// started it, or else one of its own. It follows from what is stored, so it is the
// same after a restart.
func TraceOf(execution string, request *flow.Request) trace.Context {
	parent, _ := request.Headers["traceparent"].(string)
	state, _ := request.Headers["tracestate"].(string)
	if found, ok := trace.Parse(parent, state); ok {
		return found
	}
	return trace.Of(execution)
}

// traceHeaders pass a trace on to a child execution.
func traceHeaders(c trace.Context) map[string]any {
	headers := map[string]any{"traceparent": c.Parent()}
	if c.State != "" {
		headers["tracestate"] = c.State
	}
	return headers
}
