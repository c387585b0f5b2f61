package openapi

import (
	"redial/engine/flow"
)

// callbackHeader is where a call names the address that it wants to be called
// back at.
const callbackHeader = "Redial-Callback-Url"

// callback is what a receiver of callbacks gets and answers.
func (d *Description) callback(id string) flow.Object {
	header := func(name, what string) flow.Object {
		return flow.Object{
			{Name: "name", Value: name}, {Name: "in", Value: "header"}, {Name: "required", Value: true},
			{Name: "description", Value: what}, {Name: "schema", Value: typed("string")},
		}
	}
	response := func(what string) flow.Object { return flow.Object{{Name: "description", Value: what}} }
	return flow.Object{
		{Name: "operationId", Value: id},
		{Name: "summary", Value: "The answer of an execution whose caller was let go with a 202"},
		{Name: "description", Value: "Signed as Standard Webhooks says. An attempt may reach you twice."},
		{Name: "security", Value: []any{}},
		{Name: "parameters", Value: []any{
			header("webhook-id", "The same at every attempt."),
			header("webhook-timestamp", "When the attempt was made, in seconds since 1970."),
			header("webhook-signature", "v1 and the HMAC-SHA256 of id, timestamp and body, in base64; several of them while secrets change."),
		}},
		{Name: "requestBody", Value: flow.Object{
			{Name: "required", Value: true},
			{Name: "content", Value: flow.Object{{Name: jsonType, Value: flow.Object{{Name: "schema", Value: ref("schemas", "Callback")}}}}},
		}},
		{Name: "responses", Value: flow.Object{
			{Name: "2XX", Value: response("It is delivered.")},
			{Name: "410", Value: response("It is not tried again.")},
			{Name: "default", Value: response("It is tried again with growing pauses, for a day at least. A redirect is a failure.")},
		}},
	}
}

func callbackSchema() flow.Object {
	answer := object(flow.Object{
		{Name: "status", Value: typed("integer")},
		{Name: "headers", Value: append(typed("object"), flow.Field{Name: "additionalProperties", Value: typed("string")})},
		{Name: "body", Value: flow.Object{{Name: "description", Value: "The value of a JSON body, the text of a textual one, {contentType, size, base64} of any other, null without one."}}},
	}, []any{"status", "headers", "body"})
	return object(flow.Object{
		{Name: "executionId", Value: typed("string")}, {Name: "flow", Value: typed("string")},
		{Name: "status", Value: enum(statuses...)}, {Name: "answer", Value: answer}, {Name: "test", Value: typed("boolean")},
	}, []any{"executionId", "flow", "status", "answer"})
}
