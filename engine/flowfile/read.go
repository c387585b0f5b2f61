package flowfile

import (
	"fmt"
	"slices"
	"strings"

	"redial/engine/flow"
)

// Keys of a flow file, in the order in which it is written.
var (
	flowKeys = []string{
		"redial", "slug", "name", "description", "mode", "deadline", "on_deadline", "on_disconnect",
		"callers_choose", "concurrency", "callback", "config", "trigger", "steps", "edges",
	}
	triggerKeys  = []string{"uses", "with", "at"}
	callbackKeys = []string{"url", "hosts", "secret"}
	bodyKeys     = []string{"steps", "edges"}
	stepKeys     = []string{
		"name", "note", "uses", "connection", "with", "do", "timeout", "retry", "on_error", "disabled", "at",
	}
	retryKeys = []string{"attempts", "pause", "factor", "jitter"}
)

// usesEach names the one built-in step whose fields hold an inner graph.
const usesEach = "each"

// flowReader turns nodes into a flow. Every value that does not fit is
// reported and left out.
type flowReader struct {
	*report
	ids   map[string]bool
	count struct{ steps, edges int } // inner ones too
}

func readFlow(r *report, root *node) (*flow.Flow, error) {
	fr := &flowReader{report: r, ids: map[string]bool{}}
	f := &flow.Flow{Settings: flow.DefaultSettings()}
	var err error
	fr.fields(root, "a flow", flowKeys, func(v field) {
		if e := fr.flowField(f, v); e != nil && err == nil {
			err = e
		}
	})
	if err != nil {
		return nil, err
	}
	fr.require(root, "redial", "the key redial is missing; a flow file begins with redial: 1")
	fr.require(root, "slug", "the key slug is missing; it names the flow in its URLs, for example slug: order-request")
	fr.require(root, "trigger", "the key trigger is missing; it says what starts the flow, for example trigger: {uses: webhook}")
	for _, p := range f.Settings.Problems() {
		name, inner, _ := strings.Cut(p.Path, ".")
		setting, found := root.get(name)
		if !found {
			continue
		}
		fr.name(name)
		fr.addWithin(setting.node, inner, p)
		fr.up()
	}
	return f, nil
}

// addWithin reports a problem of a field of a setting, or of the setting where
// the field is missing.
func (r *flowReader) addWithin(setting *node, field string, p flow.Problem) {
	inner, found := setting.get(field)
	if !found {
		r.add(p.Severity, setting.start, p.Code, p.Message)
		return
	}
	r.name(field)
	r.add(p.Severity, inner.node.start, p.Code, p.Message)
	r.up()
}

func (r *flowReader) flowField(f *flow.Flow, v field) error {
	n := v.node
	switch v.name {
	case "redial":
		if n.value != int64(flow.FormatVersion) {
			r.error(n.start, flow.CodeInvalidValue,
				"redial is %s; this program reads version %d of the format, so write redial: %d",
				n.describe(), flow.FormatVersion, flow.FormatVersion)
		}
	case "slug":
		r.text(n, &f.Slug)
		if s, isText := n.value.(string); isText && !flow.ValidSlug(s) {
			r.error(n.start, flow.CodeInvalidValue,
				"the slug %q may hold only lower-case letters a-z, digits and hyphens, 1 to 64 of them", shorten(s))
		}
	case "name":
		r.text(n, &f.Name)
	case "description":
		r.text(n, &f.Description)
	case "mode":
		r.text(n, (*string)(&f.Settings.Mode))
	case "deadline":
		r.duration(n, &f.Settings.Deadline)
	case "on_deadline":
		r.text(n, (*string)(&f.Settings.OnDeadline))
	case "on_disconnect":
		r.text(n, (*string)(&f.Settings.OnDisconnect))
	case "callers_choose":
		r.boolean(n, &f.Settings.CallersChoose)
	case "concurrency":
		r.integer(n, &f.Settings.Concurrency)
	case "callback":
		f.Settings.Callback = r.callback(n)
	case "config":
		r.object(n, &f.Config)
	case "trigger":
		r.trigger(n, &f.Trigger)
	case "steps":
		return r.steps(n, &f.Body)
	case "edges":
		return r.edgeList(n, &f.Body)
	}
	return nil
}

func (r *flowReader) callback(n *node) *flow.Callback {
	if n.isNull() {
		return nil
	}
	callback := &flow.Callback{}
	r.fields(n, "a callback", callbackKeys, func(v field) {
		switch v.name {
		case "url":
			r.text(v.node, &callback.URL)
		case "hosts":
			r.list(v.node, func(item *node) {
				var host string
				if r.text(item, &host) {
					callback.Hosts = append(callback.Hosts, host)
				}
			})
		case "secret":
			r.text(v.node, &callback.Secret)
		}
	})
	return callback
}

func (r *flowReader) trigger(n *node, t *flow.Trigger) {
	r.fields(n, "a trigger", triggerKeys, func(v field) {
		switch v.name {
		case "uses":
			r.text(v.node, &t.Uses)
		case "with":
			r.object(v.node, &t.With)
		case "at":
			t.At = r.position(v.node)
		}
	})
	if n.kind == objectKind {
		r.require(n, "uses", "the trigger does not say what it uses; for example uses: webhook")
	}
}

// steps reads the steps of a body. Only going over the limits is an error.
func (r *flowReader) steps(n *node, body *flow.Body) error {
	var err error
	r.fields(n, "steps", nil, func(v field) {
		if err != nil {
			return
		}
		if !flow.ValidID(v.name) {
			r.error(v.start, flow.CodeInvalidValue, "%s", badID(v.name))
		}
		if r.ids[v.name] {
			r.error(v.start, flow.CodeDuplicateKey,
				"there is another step with the ID %s; an ID is unique in the whole flow, inner steps included", shorten(v.name))
		}
		r.ids[v.name] = true
		if r.count.steps++; r.count.steps > flow.MaxSteps {
			err = r.source.tooLarge(v.start, "the flow has more than %d steps; split it with flow steps", flow.MaxSteps)
			return
		}
		step := flow.Step{ID: v.name}
		err = r.step(v, &step)
		body.Steps = append(body.Steps, step)
	})
	return err
}

func badID(id string) string {
	if id == flow.TriggerID {
		return "the ID trigger is the trigger's own; give the step another one"
	}
	return fmt.Sprintf("the step ID %q may hold only a-z, 0-9 and _, must begin with a letter and have at most 64 characters", shorten(id))
}

func (r *flowReader) step(v field, s *flow.Step) error {
	n := v.node
	if n.kind != objectKind {
		r.error(n.start, flow.CodeInvalidValue, "a step is an object with uses, with and so on, but this is %s", n.describe())
		return nil
	}
	if uses, found := n.get("uses"); found {
		s.Uses, _ = uses.node.value.(string)
	} else {
		r.error(v.start, flow.CodeMissingField,
			"the step %s does not say what it uses; for example uses: http, or uses: acme/check-inventory", shorten(s.ID))
	}
	var err error
	r.fields(n, "a step", stepKeys, func(f field) {
		if e := r.stepField(s, f); e != nil && err == nil {
			err = e
		}
	})
	return err
}

func (r *flowReader) stepField(s *flow.Step, v field) error {
	n := v.node
	switch v.name {
	case "name":
		r.text(n, &s.Name)
	case "note":
		r.text(n, &s.Note)
	case "uses":
		r.text(n, &s.Uses)
	case "connection":
		r.text(n, &s.Connection)
	case "with":
		return r.with(n, s)
	case "do":
		return r.do(v, s)
	case "timeout":
		if r.duration(n, &s.Timeout) && s.Timeout == 0 {
			r.error(n.start, flow.CodeInvalidValue, "timeout is 0s, which leaves no time at all; leave it out for the default of 10s")
		}
	case "retry":
		s.Retry = r.retry(n)
	case "on_error":
		r.text(n, (*string)(&s.OnError))
		switch s.OnError {
		case "", flow.OnErrorFail, flow.OnErrorContinue, flow.OnErrorRoute:
		default:
			r.error(n.start, flow.CodeInvalidValue, "on_error is %q; it is fail, continue or route", shorten(string(s.OnError)))
		}
	case "disabled":
		r.boolean(n, &s.Disabled)
	case "at":
		s.At = r.position(n)
	}
	return nil
}

// with reads a step's fields. The inner graph of an each step, one of its
// fields, is taken out of them.
func (r *flowReader) with(n *node, s *flow.Step) error {
	inner, found := n.get("do")
	if s.Uses != usesEach || !found {
		r.object(n, &s.With)
		return nil
	}
	outer := *n
	outer.fields = slices.DeleteFunc(slices.Clone(n.fields), func(f field) bool { return f.name == "do" })
	r.object(&outer, &s.With)
	r.name("do")
	defer r.up()
	return r.do(inner, s)
}

func (r *flowReader) do(v field, s *flow.Step) error {
	if s.Do != nil {
		r.error(v.start, flow.CodeDuplicateKey, "the step has two inner graphs, in do and in with.do; remove one of them")
		return nil
	}
	s.Do = &flow.Body{}
	var err error
	r.fields(v.node, "do", bodyKeys, func(f field) {
		var e error
		if f.name == "steps" {
			e = r.steps(f.node, s.Do)
		} else {
			e = r.edgeList(f.node, s.Do)
		}
		if err == nil {
			err = e
		}
	})
	return err
}

func (r *flowReader) retry(n *node) *flow.Retry {
	if n.isNull() {
		return nil
	}
	retry := &flow.Retry{Factor: flow.DefaultRetryFactor, Jitter: flow.DefaultRetryJitter}
	r.fields(n, "retry", retryKeys, func(v field) {
		switch v.name {
		case "attempts":
			if r.integer(v.node, &retry.Attempts) && retry.Attempts < 1 {
				r.error(v.node.start, flow.CodeInvalidValue, "attempts is %d; it counts all attempts, the first included, so it is at least 1", retry.Attempts)
			}
		case "pause":
			r.duration(v.node, &retry.Pause)
		case "factor":
			if r.number(v.node, &retry.Factor) && retry.Factor < 1 {
				r.error(v.node.start, flow.CodeInvalidValue, "factor is %v; each pause is that many times the one before, so it is at least 1", retry.Factor)
			}
		case "jitter":
			if r.number(v.node, &retry.Jitter) && (retry.Jitter < 0 || retry.Jitter > 1) {
				r.error(v.node.start, flow.CodeInvalidValue, "jitter is %v; it is the share of a pause left to chance, from 0 to 1", retry.Jitter)
			}
		}
	})
	if n.kind == objectKind {
		r.require(n, "attempts", "retry does not say how many attempts to make; for example attempts: 3")
	}
	return retry
}

func (r *flowReader) edgeList(n *node, body *flow.Body) error {
	var err error
	var usable []*node
	r.list(n, func(item *node) {
		if err != nil {
			return
		}
		if r.count.edges++; r.count.edges > flow.MaxEdges {
			err = r.source.tooLarge(item.start, "the flow has more than %d edges", flow.MaxEdges)
			return
		}
		text, isText := item.value.(string)
		if !isText {
			r.error(item.start, flow.CodeInvalidValue, "an edge is text; %s", edgeForm)
			return
		}
		edge, problem := ParseEdge(text)
		if problem != nil {
			r.error(item.start, flow.CodeInvalidValue, "%v", problem)
			return
		}
		body.Edges = append(body.Edges, edge)
		usable = append(usable, item)
	})
	// From here on edges[2] is the third one of the flow, in paths too.
	n.items, n.found = usable, n.items
	return err
}
