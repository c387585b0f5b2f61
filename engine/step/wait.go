package step

import (
	"fmt"
	"time"

	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
)

var waitKind = &Kind{
	Uses: "wait", Title: "Wait", Icon: "hourglass",
	Help: "Goes on after a span of time, or at a point in time. Restarts do not shorten or lengthen it.",
	Fields: []component.Field{
		field("for", "For", component.KindDuration, "A duration such as 30s, 15m, 2h or 3d."),
		field("until", "Until", component.KindTemplate, "A time in RFC 3339. One that has passed does not wait."),
	},
	compile: func(c *Compiler) Runner {
		_, hasFor := c.With.Get("for")
		_, hasUntil := c.With.Get("until")
		if hasFor == hasUntil {
			c.Report(flow.CodeMissingField, "with", "Wait needs either \"for\" or \"until\"")
		}
		w := &Wait{length: c.Field("for"), until: c.Field("until"), relative: hasFor}
		if constant, ok := w.length.Constant(); ok && hasFor {
			if _, err := waitLength(constant); err != nil {
				c.Report(flow.CodeInvalidValue, "with.for", "%v", err)
			}
		}
		if constant, ok := w.until.Constant(); ok && hasUntil {
			if _, err := waitUntil(constant); err != nil {
				c.Report(flow.CodeInvalidValue, "with.until", "%v", err)
			}
		}
		return w
	},
	output: func(*Compiler) *expression.Type {
		return &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{
			"until": {Kind: expression.Text},
		}}
	},
}

// Wait lets time pass. Its output is {"until": the time it waited for}.
type Wait struct {
	length, until *Value
	relative      bool
}

// Until is when the step goes on.
func (w *Wait) Until(values *expression.Values) (time.Time, *flow.Failure) {
	if w.relative {
		value, failure := w.length.Eval(values)
		if failure != nil {
			return time.Time{}, failure
		}
		length, err := waitLength(value)
		if err != nil {
			return time.Time{}, inputFailure("with.for: %v", err)
		}
		return values.Now.Add(length), nil
	}
	value, failure := w.until.Eval(values)
	if failure != nil {
		return time.Time{}, failure
	}
	until, err := waitUntil(value)
	if err != nil {
		return time.Time{}, inputFailure("with.until: %v", err)
	}
	if until.After(values.Now.Add(time.Duration(flow.MaxDuration))) {
		return time.Time{}, inputFailure("with.until: %s is more than ten years away", shown(value))
	}
	return until, nil
}

func waitLength(value any) (time.Duration, error) {
	switch v := value.(type) {
	case string:
		d, err := flow.ParseDuration(v)
		return time.Duration(d), err
	case int64:
		return 0, fmt.Errorf("%d has no unit; write %ds for seconds", v, v)
	default:
		return 0, fmt.Errorf("%s is not a duration; write it like 500ms, 25s, 2m, 1h30m or 2d", shown(value))
	}
}

func waitUntil(value any) (time.Time, error) {
	text, _ := value.(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not a time; write it like 2026-11-22T08:00:00Z", shown(value))
	}
	return at, nil
}
