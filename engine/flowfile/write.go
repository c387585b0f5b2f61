package flowfile

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// form gives a flow the shape of its file, common to YAML and JSON: keys in
// the order of the public contract, defaults left out.
func form(f *flow.Flow) flow.Object {
	file := flow.Object{{Name: "redial", Value: int64(flow.FormatVersion)}, {Name: "slug", Value: f.Slug}}
	file = addText(file, "name", f.Name)
	file = addText(file, "description", f.Description)
	file = addSettings(file, f.Settings)
	file = addObject(file, "config", f.Config)
	trigger := flow.Object{{Name: "uses", Value: f.Trigger.Uses}}
	trigger = addObject(trigger, "with", f.Trigger.With)
	trigger = addPosition(trigger, f.Trigger.At)
	file = append(file, flow.Field{Name: "trigger", Value: trigger})
	return append(file, bodyForm(&f.Body)...)
}

func addSettings(file flow.Object, s flow.Settings) flow.Object {
	standard := flow.DefaultSettings()
	add := func(name string, value any, isStandard bool) {
		if !isStandard {
			file = append(file, flow.Field{Name: name, Value: value})
		}
	}
	// The mode is the one setting that every reader of a flow looks for.
	add("mode", string(s.Mode), false)
	add("deadline", s.Deadline.String(), s.Deadline == standard.Deadline)
	add("on_deadline", string(s.OnDeadline), s.OnDeadline == standard.OnDeadline)
	add("on_disconnect", string(s.OnDisconnect), s.OnDisconnect == standard.OnDisconnect)
	add("callers_choose", s.CallersChoose, s.CallersChoose == standard.CallersChoose)
	add("concurrency", int64(s.Concurrency), s.Concurrency == standard.Concurrency)
	if s.Callback != nil {
		add("callback", callbackForm(s.Callback), false)
	}
	return file
}

func callbackForm(c *flow.Callback) flow.Object {
	callback := addText(flow.Object{}, "url", c.URL)
	if len(c.Hosts) > 0 {
		hosts := make([]any, len(c.Hosts))
		for i, host := range c.Hosts {
			hosts[i] = host
		}
		callback = append(callback, flow.Field{Name: "hosts", Value: hosts})
	}
	return addText(callback, "secret", c.Secret)
}

func bodyForm(b *flow.Body) flow.Object {
	body := flow.Object{}
	if len(b.Steps) > 0 {
		steps := make(flow.Object, len(b.Steps))
		for i := range b.Steps {
			steps[i] = flow.Field{Name: b.Steps[i].ID, Value: stepForm(&b.Steps[i])}
		}
		body = append(body, flow.Field{Name: "steps", Value: steps})
	}
	if len(b.Edges) > 0 {
		edges := make([]any, len(b.Edges))
		for i, edge := range b.Edges {
			edges[i] = edge.String()
		}
		body = append(body, flow.Field{Name: "edges", Value: edges})
	}
	return body
}

func stepForm(s *flow.Step) flow.Object {
	step := addText(flow.Object{}, "name", s.Name)
	step = addText(step, "note", s.Note)
	step = append(step, flow.Field{Name: "uses", Value: s.Uses})
	step = addText(step, "connection", s.Connection)
	with := s.With
	if s.Do != nil && s.Uses == usesEach {
		with = append(slices.Clone(with), flow.Field{Name: "do", Value: bodyForm(s.Do)})
	}
	step = addObject(step, "with", with)
	if s.Do != nil && s.Uses != usesEach {
		step = append(step, flow.Field{Name: "do", Value: bodyForm(s.Do)})
	}
	if s.Timeout != 0 {
		step = append(step, flow.Field{Name: "timeout", Value: s.Timeout.String()})
	}
	if s.Retry != nil {
		step = append(step, flow.Field{Name: "retry", Value: retryForm(s.Retry)})
	}
	step = addText(step, "on_error", string(s.OnError))
	if s.Disabled {
		step = append(step, flow.Field{Name: "disabled", Value: true})
	}
	return addPosition(step, s.At)
}

func retryForm(r *flow.Retry) flow.Object {
	retry := flow.Object{{Name: "attempts", Value: int64(r.Attempts)}}
	if r.Pause != 0 {
		retry = append(retry, flow.Field{Name: "pause", Value: r.Pause.String()})
	}
	if r.Factor != flow.DefaultRetryFactor {
		retry = append(retry, flow.Field{Name: "factor", Value: number(r.Factor)})
	}
	if r.Jitter != flow.DefaultRetryJitter {
		retry = append(retry, flow.Field{Name: "jitter", Value: number(r.Jitter)})
	}
	return retry
}

func addText(o flow.Object, name, text string) flow.Object {
	if text == "" {
		return o
	}
	return append(o, flow.Field{Name: name, Value: text})
}

func addObject(o flow.Object, name string, value flow.Object) flow.Object {
	if len(value) == 0 {
		return o
	}
	return append(o, flow.Field{Name: name, Value: value})
}

func addPosition(o flow.Object, at *flow.Position) flow.Object {
	if at == nil {
		return o
	}
	return append(o, flow.Field{Name: "at", Value: []any{number(at.X), number(at.Y)}})
}

// number is a measure without a needless fraction: 80, not 80.0.
func number(f float64) any {
	const exact = 1 << 53 // integers up to here are exact in a double
	if f == math.Trunc(f) && math.Abs(f) < exact && !(f == 0 && math.Signbit(f)) {
		return int64(f)
	}
	return f
}

// formatFloat writes a double so that it is read back as the same double, and
// never as an integer.
func formatFloat(f float64) (string, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "", fmt.Errorf("%v is not a number that a flow file can hold", f)
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text, nil
}

// sorted gives a plain map the order of its names.
func sorted(m map[string]any) flow.Object {
	object := make(flow.Object, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		object = append(object, flow.Field{Name: name, Value: m[name]})
	}
	return object
}
