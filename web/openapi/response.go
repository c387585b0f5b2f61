package openapi

import (
	"slices"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// responses are those of an operation, in the order in which they were added.
// Several things may lead to one status: a respond step and a problem, say.
type responses struct {
	codes []string
	by    map[string]*response
}

func newResponses() *responses { return &responses{by: map[string]*response{}} }

func (r *responses) at(status string) *response {
	found := r.by[status]
	if found == nil {
		found = &response{}
		r.by[status] = found
		r.codes = append(r.codes, status)
	}
	return found
}

// object writes the responses by status, "default" last.
func (r *responses) object() flow.Object {
	slices.Sort(r.codes)
	object := make(flow.Object, len(r.codes))
	for i, code := range r.codes {
		object[i] = flow.Field{Name: code, Value: r.by[code].object()}
	}
	return object
}

// response is what is said of one status.
type response struct {
	reasons []string
	headers flow.Object
	bodies  []*media
	links   flow.Object
	ref     flow.Object // a problem alone, which is described once
}

// media is the bodies of one content type.
type media struct {
	kind     string
	schemas  []flow.Object
	examples flow.Object
}

func (r *response) say(reason string) {
	if !slices.Contains(r.reasons, reason) {
		r.reasons = append(r.reasons, reason)
	}
}

func (r *response) header(name string, header flow.Object) {
	if _, known := r.headers.Get(name); !known {
		r.headers = append(r.headers, flow.Field{Name: name, Value: header})
	}
}

// ofExecution adds the headers of an answer that belongs to an execution.
func (r *response) ofExecution() {
	r.header("Redial-Execution-Id", ref("headers", "ExecutionId"))
	r.header("Idempotency-Replayed", ref("headers", "IdempotencyReplayed"))
	r.header("Redial-Resumed", ref("headers", "Resumed"))
}

func (r *response) body(c Content, name string) {
	at := slices.IndexFunc(r.bodies, func(m *media) bool { return m.kind == c.Type })
	if at < 0 {
		r.bodies, at = append(r.bodies, &media{kind: c.Type}), len(r.bodies)
	}
	m := r.bodies[at]
	m.schemas = append(m.schemas, c.Schema)
	if c.Example != nil {
		m.examples = append(m.examples, flow.Field{Name: name, Value: flow.Object{{Name: "value", Value: c.Example}}})
	}
}

func (r *response) object() flow.Object {
	if r.ref != nil && len(r.bodies) == 0 && len(r.headers) == 0 {
		return r.ref
	}
	object := flow.Object{{Name: "description", Value: strings.Join(r.reasons, " ")}}
	if len(r.headers) > 0 {
		object = append(object, flow.Field{Name: "headers", Value: r.headers})
	}
	if r.ref != nil {
		r.body(problemContent(), "problem")
	}
	if len(r.bodies) > 0 {
		content := make(flow.Object, len(r.bodies))
		for i, m := range r.bodies {
			value := flow.Object{{Name: "schema", Value: anyOf(m.schemas)}}
			if len(m.examples) > 0 {
				value = append(value, flow.Field{Name: "examples", Value: m.examples})
			}
			content[i] = flow.Field{Name: m.kind, Value: value}
		}
		object = append(object, flow.Field{Name: "content", Value: content})
	}
	if len(r.links) > 0 {
		object = append(object, flow.Field{Name: "links", Value: r.links})
	}
	return object
}

// problemContent is the body of a problem.
func problemContent() Content {
	return Content{Type: problemType, Schema: ref("schemas", "Problem")}
}

const problemType = "application/problem+json"

// addProblems adds the problems that callers may get; keep, if not nil, says
// which.
func (d *Description) addProblems(r *responses, keep func(Problem) bool) {
	for _, p := range d.Problems {
		if keep != nil && !keep(p) {
			continue
		}
		to := r.at(strconv.Itoa(p.Status))
		to.say(p.Means)
		to.ref = ref("responses", problemName(p.Status))
	}
}

func problemName(status int) string { return "Problem" + strconv.Itoa(status) }

// problemResponses are the problems by status, for all operations.
func (d *Description) problemResponses() flow.Object {
	r := newResponses()
	for _, p := range d.Problems {
		to := r.at(problemName(p.Status))
		to.say(p.Means)
		c := problemContent()
		c.Example = d.problemExample(p)
		to.body(c, p.Type)
		switch p.Status {
		case 405:
			to.header("Allow", flow.Object{{Name: "description", Value: "The methods that there are."}, {Name: "schema", Value: typed("string")}})
		case 429, 503:
			to.header("Retry-After", ref("headers", "RetryAfter"))
		}
		if p.Status == 409 || p.Status >= 500 {
			to.header("Redial-Execution-Id", ref("headers", "ExecutionId"))
		}
	}
	return r.object()
}

func (d *Description) problemExample(p Problem) flow.Object {
	return flow.Object{
		{Name: "type", Value: d.Origin + "/problems/" + p.Type}, {Name: "title", Value: p.Title},
		{Name: "status", Value: int64(p.Status)}, {Name: "detail", Value: p.Means},
	}
}
