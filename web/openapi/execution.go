package openapi

import (
	"strconv"

	"redial/engine/flow"
)

// executionPaths are those at which callers look after their calls.
func (d *Description) executionPaths() flow.Object {
	id := []any{ref("parameters", "ExecutionId")}
	poll := []any{ref("parameters", "ExecutionId"), ref("parameters", "Wait")}
	return flow.Object{
		{Name: "/executions/{id}", Value: flow.Object{
			{Name: "get", Value: d.lookOperation("getExecution", "Where an execution stands", poll, d.executionFound())},
		}},
		{Name: "/executions/{id}/response", Value: flow.Object{
			{Name: "get", Value: d.lookOperation("getResponse", "The answer of an execution, as the caller would have got it", poll, d.responseResponses())},
		}},
		{Name: "/executions/{id}/cancel", Value: flow.Object{
			{Name: "post", Value: d.lookOperation("cancelExecution", "Ends an execution", id, d.executionFound(409))},
		}},
		{Name: "/executions", Value: flow.Object{
			{Name: "get", Value: d.lookOperation("findExecution", "The execution of an Idempotency-Key", d.findParameters(), d.executionFound(400))},
		}},
	}
}

func (d *Description) lookOperation(id, summary string, parameters []any, found flow.Object) flow.Object {
	return flow.Object{
		{Name: "operationId", Value: id}, {Name: "summary", Value: summary},
		{Name: "parameters", Value: parameters}, {Name: "responses", Value: found},
	}
}

func (d *Description) findParameters() []any {
	return []any{
		flow.Object{
			{Name: "name", Value: "flow"}, {Name: "in", Value: "query"}, {Name: "required", Value: true},
			{Name: "schema", Value: flow.Object{{Name: "type", Value: "string"}, {Name: "const", Value: d.Slug}}},
		},
		flow.Object{
			{Name: "name", Value: "idempotency-key"}, {Name: "in", Value: "query"}, {Name: "required", Value: true},
			{Name: "schema", Value: keySchema()},
		},
	}
}

// executionFound is what comes of asking for an execution; 404 and the given
// statuses are its problems.
func (d *Description) executionFound(problems ...int) flow.Object {
	r := newResponses()
	found := r.at("200")
	found.say("Where the execution stands.")
	found.header("Redial-Execution-Id", ref("headers", "ExecutionId"))
	found.header("Preference-Applied", ref("headers", "PreferenceApplied"))
	found.body(Content{Type: jsonType, Schema: ref("schemas", "Execution")}, "execution")
	d.addProblems(r, func(p Problem) bool { return d.ofExecutions(p, problems...) })
	return r.object()
}

func (d *Description) ofExecutions(p Problem, more ...int) bool {
	for _, status := range append(more, 404, 500) {
		if p.Status == status {
			return p.Type != "method-not-allowed"
		}
	}
	return false
}

// responseResponses are what the response URL gives: the flow's answer, or that
// there is none yet.
func (d *Description) responseResponses() flow.Object {
	r := newResponses()
	d.addAnswers(r, "")
	if !d.Silent {
		r.at("204").say("The execution ended without an answer.")
	}
	pending := r.at("202")
	pending.say("There is no answer yet.")
	pending.header("Retry-After", ref("headers", "RetryAfter"))
	pending.body(Content{Type: jsonType, Schema: ref("schemas", "Execution")}, "pending")
	for _, code := range r.codes {
		r.by[code].header("Redial-Answer", ref("headers", "Answer"))
		r.by[code].header("Redial-Execution-Id", ref("headers", "ExecutionId"))
	}
	d.addProblems(r, func(p Problem) bool {
		return d.ofExecutions(p, 409, 410, 502, 504) || p.Type == "flow-failed"
	})
	return r.object()
}

// executionLinks lead from a 202 to what can be done with its execution.
func executionLinks() flow.Object {
	link := func(operation, what string) flow.Object {
		return flow.Object{
			{Name: "operationId", Value: operation},
			{Name: "parameters", Value: flow.Object{{Name: "id", Value: "$response.body#/executionId"}}},
			{Name: "description", Value: what},
		}
	}
	return flow.Object{
		{Name: "status", Value: link("getExecution", "Where the execution stands: the statusUrl.")},
		{Name: "response", Value: link("getResponse", "The answer: the responseUrl.")},
		{Name: "cancel", Value: link("cancelExecution", "Ends the execution: the cancelUrl.")},
	}
}

// maxKey is how long an Idempotency-Key may be.
const maxKey = 255

func keySchema() flow.Object {
	return flow.Object{{Name: "type", Value: "string"}, {Name: "minLength", Value: int64(1)}, {Name: "maxLength", Value: int64(maxKey)}}
}

func (d *Description) parameters() flow.Object {
	header := func(name, what string, schema flow.Object) flow.Object {
		return flow.Object{
			{Name: "name", Value: name}, {Name: "in", Value: "header"}, {Name: "description", Value: what}, {Name: "schema", Value: schema},
		}
	}
	parameters := flow.Object{
		{Name: "IdempotencyKey", Value: header("Idempotency-Key", "Makes a repeat harmless: the very same call with the same key, within 24 hours, does not run again.", keySchema())},
		{Name: "OnDeadline", Value: header("Redial-On-Deadline", "fail: a 504 at the deadline, in place of a 202.", enum("fail"))},
		{Name: "Wait", Value: header("Prefer", "wait=N waits up to N seconds, 60 at most, until there is something to tell (RFC 7240).", example(typed("string"), "wait=60"))},
		{Name: "ExecutionId", Value: flow.Object{
			{Name: "name", Value: "id"}, {Name: "in", Value: "path"}, {Name: "required", Value: true},
			{Name: "description", Value: "The executionId of a 202, or the Redial-Execution-Id of an answer."}, {Name: "schema", Value: typed("string")},
		}},
	}
	if d.Settings.CallersChoose {
		parameters = append(parameters, flow.Field{Name: "Prefer", Value: header("Prefer",
			"respond-async: a 202 at once. wait=N: the line is held for N seconds at most (RFC 7240).", example(typed("string"), "respond-async"))})
	}
	if c := d.Settings.Callback; c != nil && len(c.Hosts) > 0 {
		parameters = append(parameters, flow.Field{Name: "CallbackUrl", Value: header(callbackHeader,
			"Where to send the answer after a 202, on a host that the flow lists.", append(typed("string"), flow.Field{Name: "format", Value: "uri"}))})
	}
	return parameters
}

// headers are those of answers.
func headers() flow.Object {
	header := func(what string, schema flow.Object) flow.Object {
		return flow.Object{{Name: "description", Value: what}, {Name: "schema", Value: schema}}
	}
	return flow.Object{
		{Name: "ExecutionId", Value: header("The execution that the answer belongs to.", typed("string"))},
		{Name: "IdempotencyReplayed", Value: header("true: the answer is that of an earlier call with the key.", enum("true"))},
		{Name: "Resumed", Value: header("true: a repeat took up an execution that had failed.", enum("true"))},
		{Name: "PreferenceApplied", Value: header("What of Prefer was applied.", typed("string"))},
		{Name: "Location", Value: header("The statusUrl.", append(typed("string"), flow.Field{Name: "format", Value: "uri"}))},
		{Name: "RetryAfter", Value: header("Seconds to wait before asking again.", typed("integer"))},
		{Name: "Answer", Value: header("pending: there is no answer yet. final: this is it.", enum("pending", "final"))},
	}
}

func enum(words ...string) flow.Object {
	values := make([]any, len(words))
	for i, word := range words {
		values[i] = word
	}
	return append(typed("string"), flow.Field{Name: "enum", Value: values})
}

func example(schema flow.Object, value any) flow.Object {
	return append(schema, flow.Field{Name: "examples", Value: []any{value}})
}

// statuses of an execution, as the public contract has them.
var statuses = []string{
	string(flow.Queued), string(flow.Running), string(flow.Waiting), string(flow.Succeeded),
	string(flow.Failed), string(flow.Canceled), string(flow.NeedsAttention),
}

func acceptedSchema() flow.Object {
	uri := append(typed("string"), flow.Field{Name: "format", Value: "uri"})
	return object(flow.Object{
		{Name: "executionId", Value: typed("string")}, {Name: "status", Value: enum(statuses...)},
		{Name: "statusUrl", Value: uri}, {Name: "responseUrl", Value: uri}, {Name: "cancelUrl", Value: uri},
	}, []any{"executionId", "status", "statusUrl", "responseUrl", "cancelUrl"})
}

func executionSchema() flow.Object {
	moment := append(typed("string"), flow.Field{Name: "format", Value: "date-time"})
	ended := flow.Object{{Name: "type", Value: []any{"string", "null"}}, {Name: "format", Value: "date-time"}}
	failure := object(flow.Object{
		{Name: "code", Value: typed("string")}, {Name: "message", Value: typed("string")}, {Name: "status", Value: typed("integer")},
		{Name: "step", Value: typed("string")}, {Name: "retryable", Value: typed("boolean")},
	}, []any{"code", "message"})
	return object(flow.Object{
		{Name: "executionId", Value: typed("string")}, {Name: "flow", Value: typed("string")}, {Name: "version", Value: typed("integer")},
		{Name: "mode", Value: enum(string(flow.Sync), string(flow.Async))}, {Name: "status", Value: enum(statuses...)},
		{Name: "startedAt", Value: moment}, {Name: "endedAt", Value: ended},
		{Name: "answer", Value: object(flow.Object{{Name: "status", Value: typed("integer")}, {Name: "at", Value: moment}}, []any{"status", "at"})},
		{Name: "error", Value: failure},
		{Name: "reason", Value: typed("string")},
	}, []any{"executionId", "flow", "version", "mode", "status", "startedAt", "endedAt"})
}

func problemSchema() flow.Object {
	violation := object(flow.Object{{Name: "pointer", Value: typed("string")}, {Name: "detail", Value: typed("string")}}, []any{"pointer", "detail"})
	return append(object(flow.Object{
		{Name: "type", Value: append(typed("string"), flow.Field{Name: "format", Value: "uri"})},
		{Name: "title", Value: typed("string")}, {Name: "status", Value: typed("integer")}, {Name: "detail", Value: typed("string")},
		{Name: "executionId", Value: typed("string")}, {Name: "step", Value: typed("string")},
		{Name: "iteration", Value: list([]flow.Object{typed("integer")})},
		{Name: "retryable", Value: typed("boolean")},
		{Name: "errors", Value: list([]flow.Object{violation})},
	}, []any{"type", "title", "status", "detail"}), flow.Field{Name: "description", Value: "A problem (RFC 9457). Its type is an address that says what it means."})
}

// StatusText is a status as people read it; "another" for one that the execution
// decides.
func StatusText(status int) string {
	if status == 0 {
		return "another"
	}
	return strconv.Itoa(status)
}
