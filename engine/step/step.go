// Package step holds the built-in steps, one file each, and what every step
// has in common: how it is described, compiled and run. The actions of
// components are steps too (action.go).
//
// A step is compiled when a flow is checked or published, never per call. What
// compiles is run by the engine, through one of the small interfaces below.
// Nothing in here knows of graphs, journals or HTTP servers.
package step

import (
	"context"
	"time"

	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/trace"
)

// Kind is one sort of step, as `uses` names it.
type Kind struct {
	Uses  string
	Title string
	Help  string
	Icon  string // name of a lucide icon
	// Fields are those of `with`, in the order in which a form shows them.
	Fields []component.Field
	// Connects says that the step may name a connection.
	Connects bool
	// Action is there for the actions of components.
	Action *component.Action

	trigger bool
	ports   func(with flow.Object) Ports
	compile func(c *Compiler) Runner
	output  func(c *Compiler) *expression.Type
}

// Ports are the ends of a step that edges may leave from.
type Ports struct {
	Default bool
	Named   []string
}

// Ports are those of a step of this kind with these fields. Every step has an
// error port besides.
func (k *Kind) Ports(with flow.Object) Ports {
	if k.ports == nil {
		return Ports{Default: true}
	}
	return k.ports(with)
}

// Trigger reports whether the kind starts flows.
func (k *Kind) Trigger() bool { return k.trigger }

// Runner is a compiled step: an Evaluator, a Caller, a Waiter, a Looper or a
// Starter. It is immutable and may run in many executions at once.
type Runner any

// Evaluator is a step that has no effect outside of the execution. It runs
// within the engine and may run again after a restart.
type Evaluator interface {
	Evaluate(values *expression.Values) (Result, *flow.Failure)
}

// Result is what an Evaluator ends with.
type Result struct {
	Output any
	Port   string       // to be taken; flow.DefaultPort unless a branch says otherwise
	Answer *flow.Answer // of a respond step
}

// Caller is a step that reaches outside.
type Caller interface {
	// Effect says whether a call whose outcome is unknown may be repeated.
	Effect() component.Effect
	// Prepare evaluates the fields. The result is journalled for people to
	// read, and handed to Call; the same values give the same result.
	Prepare(values *expression.Values) (map[string]any, *flow.Failure)
	// Call makes one attempt. It ends early, with flow.FailedTimeout or
	// flow.FailedCanceled, when the context does.
	Call(ctx context.Context, call *Call) (any, *flow.Failure)
}

// Call is one attempt at reaching outside.
type Call struct {
	Input      map[string]any // from Prepare
	Connection *component.Connection
	// Key is the idempotency key: the same for all attempts at this step in
	// this round of this execution. 32 hex digits.
	Key string
	// Repeat says that an earlier attempt may have had its effect.
	Repeat bool
	Trace  trace.Context
	Now    time.Time // the step's start
	// Record is called with what goes over the wire, secrets masked.
	Record func(*flow.Exchange)
}

// Exemplar is a Caller that can show what its call might give, without making
// it.
type Exemplar interface {
	// Example is an output as it might be; ok is false if none is known.
	Example() (output any, ok bool)
}

// Judge is a Caller that knows what its call takes without making it.
type Judge interface {
	// Judge says why a call on an input from Prepare would fail before anything is
	// sent; nil: it would not.
	Judge(input map[string]any) *flow.Failure
}

// Waiter is a step that lets time pass.
type Waiter interface {
	Until(values *expression.Values) (time.Time, *flow.Failure)
}

// Looper is a step that runs its inner steps once for every item.
type Looper interface {
	Items(values *expression.Values) ([]any, *flow.Failure)
	// ItemName is the name under which inner steps read their item.
	ItemName() string
}

// Starter is a step that runs another flow.
type Starter interface {
	Child(values *expression.Values) (Child, *flow.Failure)
}

// Child is the execution that a Starter wants.
type Child struct {
	Slug string
	Body any
	Wait bool // for its answer
}
