package step

import (
	"redial/engine/component"
	"redial/engine/flow"
)

var scheduleKind = &Kind{
	Uses: "schedule", Title: "Schedule", Icon: "clock", trigger: true,
	Help: "The flow starts at set times.",
	Fields: []component.Field{
		literal(required(field("cron", "Times", component.KindText, "Five fields: minute, hour, day of month, month, day of week."))),
		literal(withDefault(field("zone", "Time zone", component.KindText, "An IANA name such as Europe/Berlin."), "UTC")),
	},
	// A schedule that is published and never fires would be worse than none.
	compile: func(c *Compiler) Runner {
		c.Report(flow.CodeInvalidValue, "uses", "this release cannot start flows by a schedule yet; use webhook or manual")
		return nil
	},
	output: webhookType,
}
