package openapi

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"redial/designer/snippet"
	"redial/engine/flow"
)

// hookPath is the path of the hook, or of what is below it. suffix tells the
// operations of both apart.
func (d *Description) hookPath(suffix string) flow.Object {
	var path flow.Object
	for _, method := range d.Methods {
		path = append(path, flow.Field{Name: strings.ToLower(method), Value: d.hookOperation(method, suffix)})
	}
	return path
}

func (d *Description) hookOperation(method, suffix string) flow.Object {
	id := "call"
	if len(d.Methods) > 1 {
		id += method[:1] + strings.ToLower(method[1:])
	}
	operation := flow.Object{
		{Name: "operationId", Value: id + suffix},
		{Name: "summary", Value: d.Name},
		{Name: "description", Value: d.Says()},
		{Name: "parameters", Value: d.hookParameters(method, suffix != "")},
	}
	if d.Request != nil && hasBody(method) {
		operation = append(operation, flow.Field{Name: "requestBody", Value: d.requestBody()})
	}
	operation = append(operation, flow.Field{Name: "responses", Value: d.hookResponses(method)})
	if c := d.Settings.Callback; c != nil && len(c.Hosts) > 0 {
		operation = append(operation, flow.Field{Name: "callbacks", Value: flow.Object{
			{Name: "answer", Value: flow.Object{
				{Name: "{$request.header." + callbackHeader + "}", Value: flow.Object{
					{Name: "post", Value: d.callback("onAnswer" + method + suffix)},
				}},
			}},
		}})
	}
	return operation
}

// Says is what callers of the flow get, in a sentence or two.
func (d *Description) Says() string {
	deadline := snippet.Duration(time.Duration(d.Settings.Deadline))
	var says string
	switch {
	case d.Settings.Mode == flow.Async:
		says = "Answers with a 202 at once. The answer of the flow follows at the responseUrl that the 202 names."
	case d.Settings.OnDeadline == flow.FailAtDeadline:
		says = fmt.Sprintf("Holds the line for the answer, for %s at most. Then it answers with a 504, and the answer can be fetched later.", deadline)
	default:
		says = fmt.Sprintf("Holds the line for the answer, for %s at most. Then it answers with a 202, and the answer follows at the responseUrl that the 202 names.", deadline)
	}
	if d.Settings.CallersChoose {
		says += " The header Prefer chooses otherwise."
	}
	return says
}

func (d *Description) hookParameters(method string, below bool) []any {
	var list []any
	if below {
		list = append(list, flow.Object{
			{Name: "name", Value: "below"}, {Name: "in", Value: "path"}, {Name: "required", Value: true},
			{Name: "description", Value: "What the flow reads of the path. It may have slashes in it."},
			{Name: "schema", Value: typed("string")},
		})
	}
	for _, p := range d.Query {
		list = append(list, parameter(p.Name, "query"))
	}
	for _, p := range d.Headers {
		list = append(list, parameter(p.Name, "header"))
	}
	if method != http.MethodHead {
		list = append(list, ref("parameters", "IdempotencyKey"))
	}
	if d.Settings.CallersChoose {
		list = append(list, ref("parameters", "Prefer"))
	}
	list = append(list, ref("parameters", "OnDeadline"))
	if c := d.Settings.Callback; c != nil && len(c.Hosts) > 0 {
		list = append(list, ref("parameters", "CallbackUrl"))
	}
	return list
}

func parameter(name, in string) flow.Object {
	return flow.Object{
		{Name: "name", Value: name}, {Name: "in", Value: in},
		{Name: "description", Value: "Read by the flow."}, {Name: "schema", Value: typed("string")},
	}
}

func (d *Description) requestBody() flow.Object {
	r := d.Request
	content := flow.Object{}
	for _, kind := range r.Types {
		content = append(content, flow.Field{Name: kind, Value: r.media(kind)})
	}
	body := flow.Object{{Name: "content", Value: content}, {Name: "required", Value: r.Required}}
	if r.Any {
		return append(flow.Object{{Name: "description", Value: "JSON, or a body of any other content type that makes a value which fits."}}, body...)
	}
	return body
}

func (r *Request) media(kind string) flow.Object {
	schema := flow.Object{}
	switch {
	case !isJSON(kind) && kind != formTypes[0] && kind != formTypes[1]:
	case r.Schema != nil:
		schema = ref("schemas", "Request")
	}
	media := flow.Object{{Name: "schema", Value: schema}}
	if r.Example != nil && isJSON(kind) {
		media = append(media, flow.Field{Name: "example", Value: r.Example})
	}
	return media
}

func isJSON(kind string) bool { return kind == jsonType || strings.HasSuffix(kind, "+json") }

// hookResponses are all that a call may get.
func (d *Description) hookResponses(method string) flow.Object {
	r := newResponses()
	d.addAnswers(r, method)
	if d.HandsOver() {
		accepted := r.at("202")
		accepted.say("The execution goes on; its answer follows at the responseUrl.")
		accepted.header("Location", ref("headers", "Location"))
		accepted.header("Preference-Applied", ref("headers", "PreferenceApplied"))
		accepted.body(Content{Type: jsonType, Schema: ref("schemas", "Accepted")}, "accepted")
		accepted.links = executionLinks()
	}
	d.addProblems(r, nil)
	return r.object()
}

// addAnswers adds what the respond steps say.
func (d *Description) addAnswers(r *responses, method string) {
	for i := range d.Answers {
		a := &d.Answers[i]
		status := "default"
		if a.Status != 0 {
			status = strconv.Itoa(a.Status)
		}
		to := r.at(status)
		to.say(a.Title + ".")
		for _, h := range a.Headers {
			to.header(h.Name, flow.Object{{Name: "schema", Value: h.Schema}})
		}
		to.ofExecution()
		for _, body := range a.Bodies {
			if method != http.MethodHead {
				to.body(body, a.Step)
			}
		}
	}
	if d.Silent {
		none := r.at("204")
		none.say("The flow ended without an answer.")
		none.ofExecution()
	}
}
