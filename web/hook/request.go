package hook

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"redial/engine/content"
	"redial/engine/flow"
	"redial/web/reply"
)

// readRequest reads a call as the flow sees it, if it fits the flow's trigger.
// A repeat is not read again: what was taken once is not refused later, because
// the trigger has changed.
func readRequest(r *http.Request, c *call) (*flow.Request, *reply.Problem) {
	if refusal := refuseCallback(r, c.published.Settings); refusal != nil {
		return nil, refusal
	}
	body, refusal := readBody(r, c)
	if refusal != nil {
		return nil, refusal
	}
	if c.trigger.Schema != nil {
		if violations := c.trigger.Schema.Validate(body); len(violations) > 0 {
			return nil, &reply.Problem{Type: "invalid-body", Detail: readAsForm(r, body), Violations: violations}
		}
	}
	return newRequest(r, body), nil
}

// readAsForm says that a body that does not fit was read as a form, which is what curl
// calls a body that it is not told of. Empty: it was not.
func readAsForm(r *http.Request, body any) string {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if _, isObject := body.(map[string]any); err != nil || !isObject || mediaType != "application/x-www-form-urlencoded" {
		return ""
	}
	return "The body was read as a form, as its Content-Type is " + mediaType + ", and does not fit the schema of the flow's trigger. If it is JSON, send Content-Type: application/json."
}

// readBody reads the body as the value that expressions see.
func readBody(r *http.Request, c *call) (any, *reply.Problem) {
	value, err := content.Decode(r.Header.Get("Content-Type"), c.data, content.DefaultLimits)
	c.data = nil
	if err != nil {
		return nil, unreadable(err)
	}
	return value, nil
}

// unreadable is the problem of a body that is not what it claims to be. Why may quote
// the body, so of that the place alone is kept.
func unreadable(err error) *reply.Problem {
	problem := &reply.Problem{Type: "unreadable-body", Detail: reply.Sentence(err.Error()), Kept: "The body cannot be read."}
	var fault *content.Error
	if !errors.As(err, &fault) {
		return problem
	}
	problem.Kept = "The body is not " + fault.Type
	if fault.TooLarge {
		problem.Kept = "The body goes over what is read of " + fault.Type
	}
	if fault.Line > 0 { // a byte would make a kind of its own of nearly each call
		problem.Kept += fmt.Sprintf(": line %d", fault.Line)
	}
	problem.Kept += "."
	return problem
}

// withheldHeaders do not reach the flow: cookies by contract, credentials
// because what a flow sees is journalled.
var withheldHeaders = []string{"Cookie", "Authorization", "Proxy-Authorization"}

// newRequest is the call as expressions see it.
func newRequest(r *http.Request, body any) *flow.Request {
	headers := make(map[string]any, len(r.Header)+1)
	for name, values := range r.Header {
		if !slices.Contains(withheldHeaders, name) {
			headers[strings.ToLower(name)] = readable(strings.Join(values, ", "))
		}
	}
	headers["host"] = readable(r.Host)
	return &flow.Request{
		Method: r.Method, Path: "/" + readable(r.PathValue("below")), Query: queryValue(r.URL.Query()),
		Headers: headers, Body: body,
		ReceivedAt: time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00"),
	}
}

// queryValue is a query as expressions see it: texts, and lists of texts for
// names that come more than once.
func queryValue(query map[string][]string) map[string]any {
	value := make(map[string]any, len(query))
	for name, values := range query {
		list := make([]any, len(values))
		for i := range values {
			list[i] = readable(values[i])
		}
		if name = readable(name); len(list) == 1 {
			value[name] = list[0]
		} else {
			value[name] = list
		}
	}
	return value
}

// readable is a text with U+FFFD in place of what is no UTF-8. JSON cannot hold
// that, so the flow would see another text after a restart.
func readable(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
