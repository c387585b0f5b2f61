package step

import (
	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
)

var transformKind = &Kind{
	Uses: "transform", Title: "Transform", Icon: "shuffle",
	Help: "Puts values together under new names. Its entries do not see each other.",
	Fields: []component.Field{
		required(field("set", "Values", component.KindMap, "Names and the values they get.")),
	},
	compile: func(c *Compiler) Runner {
		value, given := c.With.Get("set")
		if _, ok := value.(flow.Object); given && !ok {
			c.Report(flow.CodeInvalidValue, "with.set", "set is %s; it is an object of names and values", shown(value))
		}
		return &Transform{set: c.Value("with.set", value)}
	},
	output: func(c *Compiler) *expression.Type {
		value, _ := c.With.Get("set")
		// The faults were reported when the step was compiled.
		quiet := &Compiler{Scope: c.Scope}
		return quiet.Value("", value).Type()
	},
}

// Transform puts out an object of values.
type Transform struct{ set *Value }

// Evaluate makes the object.
func (t *Transform) Evaluate(values *expression.Values) (Result, *flow.Failure) {
	output, failure := t.set.Eval(values)
	return Result{Output: output}, failure
}
