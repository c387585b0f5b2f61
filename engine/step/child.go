package step

import (
	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
)

var childKind = &Kind{
	Uses: "flow", Title: "Run a flow", Icon: "workflow",
	Help: "Runs the latest published version of another flow as an execution of its own.",
	Fields: []component.Field{
		literal(required(field("slug", "Flow", component.KindFlow, "Its latest published version is run."))),
		field("body", "Body", component.KindJSON, "What the flow reads as trigger.body."),
		literal(withDefault(field("wait", "Wait for its answer", component.KindBoolean, ""), true)),
	},
	compile: func(c *Compiler) Runner {
		slug := c.Word("slug", "")
		if _, given := c.With.Get("slug"); given && !flow.ValidSlug(slug) {
			c.Report(flow.CodeInvalidValue, "with.slug", "%q is not a flow's slug; slugs are made of a-z, 0-9 and -", slug)
		}
		if c.Step.Retry != nil {
			c.Warn(flow.CodeUnknownField, "retry", "a flow is run once, whatever retry says; give its own steps retries")
		}
		return &ChildFlow{slug: slug, body: c.Field("body"), wait: c.Boolean("wait", true)}
	},
	output: func(*Compiler) *expression.Type {
		return &expression.Type{Kind: expression.Object, Open: true, Fields: map[string]*expression.Type{
			"status":  {Kind: expression.Integer, Nullable: true},
			"headers": {Kind: expression.Object, Open: true},
			"body":    nil,
		}}
	},
}

// ChildFlow runs another flow.
type ChildFlow struct {
	slug string
	body *Value
	wait bool
}

// Child is the execution to start.
func (f *ChildFlow) Child(values *expression.Values) (Child, *flow.Failure) {
	body, failure := f.body.Eval(values)
	return Child{Slug: f.slug, Body: body, Wait: f.wait}, failure
}
