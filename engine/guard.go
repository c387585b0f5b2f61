package engine

import (
	"fmt"
	"runtime/debug"

	"redial/engine/core"
	"redial/engine/flow"
)

// guard evaluates a part of a step.
func (r *run) guard(ref core.Ref, evaluate func() *flow.Failure) (failure *flow.Failure) {
	defer r.caught(ref.ID(), &failure)
	return evaluate()
}

// caught, deferred, turns a panic into the failure of the step that met it. One
// fault of ours must not end all other executions, and again at every start.
func (r *run) caught(stepID string, failure **flow.Failure) {
	cause := recover()
	if cause == nil {
		return
	}
	r.engine.options.Logger.Error("a step panicked", "execution", r.record.ID, "flow", r.record.Flow,
		"step", stepID, "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
	*failure = &flow.Failure{Code: flow.FailedInternal, Message: "Something went wrong inside of Redial. The server's log says what; please report it."}
}
