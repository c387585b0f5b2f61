package step

import (
	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
)

var failKind = &Kind{
	Uses: "fail", Title: "Fail", Icon: "octagon-x",
	Help: "Ends the execution as failed. Who waits gets the status and the message.",
	Fields: []component.Field{
		withDefault(field("status", "Status", component.KindInteger, "HTTP status of the problem, 400 to 599."), int64(500)),
		field("message", "Message", component.KindTemplate, "What the caller reads."),
	},
	compile: func(c *Compiler) Runner {
		f := &Fail{status: c.Field("status"), message: c.Field("message")}
		if status, ok := f.status.Constant(); ok && status != nil && !failStatus(status) {
			c.Report(flow.CodeInvalidValue, "with.status", "status is %s; it is a whole number from 400 to 599", shown(status))
		}
		return f
	},
}

// Fail ends an execution.
type Fail struct{ status, message *Value }

// Evaluate always fails.
func (f *Fail) Evaluate(values *expression.Values) (Result, *flow.Failure) {
	status, failure := f.status.Eval(values)
	if failure != nil {
		return Result{}, failure
	}
	message, failure := f.message.Eval(values)
	if failure != nil {
		return Result{}, failure
	}
	failed := &flow.Failure{Code: flow.FailedByFlow, Status: 500, Message: toText(message)}
	if failed.Message == "" {
		failed.Message = "The flow ended with an error."
	}
	if status != nil {
		if !failStatus(status) {
			return Result{}, inputFailure("with.status is %s; it is a whole number from 400 to 599", shown(status))
		}
		failed.Status = int(status.(int64))
	}
	return Result{}, failed
}

func failStatus(value any) bool {
	status, ok := value.(int64)
	return ok && status >= 400 && status <= 599
}
