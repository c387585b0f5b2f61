package step

import (
	"context"

	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/outbound"
)

// newActionKind makes a step of a component's action.
func newActionKind(uses string, action *component.Action, client *outbound.Client) *Kind {
	return &Kind{
		Uses: uses, Title: action.Component.Title + ": " + action.Title, Icon: action.Component.Icon, Help: action.Help,
		Fields: action.Fields, Connects: action.Component.Connection != nil, Action: action,
		compile: func(c *Compiler) Runner { return compileAction(c, action, client) },
		output:  func(*Compiler) *expression.Type { return action.Output },
	}
}

// ActionCall is a step that performs a component's action.
type ActionCall struct {
	action *component.Action
	client *outbound.Client
	input  *Value
}

func compileAction(c *Compiler, action *component.Action, client *outbound.Client) Runner {
	if action.Component.Connection != nil && c.Step.Connection == "" {
		c.Report(flow.CodeMissingField, "", "%s needs a connection; name one with \"connection\"", action.Component.Title)
	}
	for _, wrong := range action.Check(c.With) {
		at := "with"
		if wrong.Code != flow.CodeMissingField || len(wrong.Alternatives) > 0 {
			at += "." + wrong.Field
		}
		c.Report(wrong.Code, at, "%s", wrong.String())
	}
	return &ActionCall{action: action, client: client, input: c.Value("with", c.With)}
}

// Effect is that of the action.
func (a *ActionCall) Effect() component.Effect { return a.action.Effect }

// Prepare evaluates the fields.
func (a *ActionCall) Prepare(values *expression.Values) (map[string]any, *flow.Failure) {
	input, failure := a.input.Eval(values)
	if failure != nil {
		return nil, failure
	}
	fields, _ := input.(map[string]any)
	return fields, nil
}

// Judge says why the action cannot be performed on an input.
func (a *ActionCall) Judge(input map[string]any) *flow.Failure { return a.action.Judge(input) }

// Call performs the action.
func (a *ActionCall) Call(ctx context.Context, call *Call) (any, *flow.Failure) {
	return a.action.Perform(ctx, a.client, component.Call{
		Input: call.Input, Connection: call.Connection, Key: call.Key,
		Repeat: call.Repeat, Now: call.Now, Trace: call.Trace, Record: call.Record,
	})
}

// Example is the output of the first of the action's examples that succeeds.
func (a *ActionCall) Example() (any, bool) {
	for _, example := range a.action.Examples {
		if example.Failure == nil {
			return example.Output, true
		}
	}
	return nil, false
}
