package component

import (
	"bytes"
	"fmt"
	"mime"
	"strings"
	"time"
	"unicode/utf8"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/outbound"
)

// faults is how a manifest says that its service reports errors.
type faults struct {
	when    *expression.Program // true: an error, whatever the status
	message *expression.Program
	code    *expression.Program
	rules   []rule
}

// rule classifies an error. The first rule that holds decides.
type rule struct {
	when      *expression.Program
	retryable *bool
	wait      flow.Duration // at least this long before the next attempt
	code      flow.FailureCode
	hint      string // what the builder can do about it
}

// reply is a service's answer, read.
type reply struct {
	response *outbound.Response
	value    map[string]any // status, headers, body: `response` in a manifest
	readable bool           // false: it claims to be JSON and is not
}

func readReply(response *outbound.Response) *reply {
	headers := make(map[string]any, len(response.Header))
	for name, values := range response.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	body, readable := readBody(response)
	return &reply{response, map[string]any{"status": int64(response.Status), "headers": headers, "body": body}, readable}
}

// maxReplyValues bounds how many values the JSON of an answer may hold. In
// memory each takes many times its bytes on the wire: "[]," becomes fifty.
const maxReplyValues = 1 << 20

// crowded estimates from above, without reading it, whether JSON has more values
// than are taken.
func crowded(body []byte) bool {
	if len(body) <= maxReplyValues {
		return false
	}
	count := 0
	for _, sign := range []string{",", "[", "{"} {
		count += bytes.Count(body, []byte(sign))
	}
	return count > maxReplyValues
}

// readBody reads JSON as a value and other text as text. What is neither is
// null: no manifest can do anything with it.
func readBody(response *outbound.Response) (body any, readable bool) {
	if len(response.Body) == 0 {
		return nil, true
	}
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	claimed := media == "application/json" || strings.HasSuffix(media, "+json") || media == "application/x-amz-json-1.1"
	if crowded(response.Body) {
		return nil, false
	}
	if first := response.Body[0]; claimed || media == "" || first == '{' || first == '[' {
		if value, err := flow.DecodeJSON(response.Body); err == nil {
			return value, true
		}
	}
	if !utf8.Valid(response.Body) {
		return nil, !claimed
	}
	return string(response.Body), !claimed
}

func (r *reply) good() bool { return r.response.Status >= 200 && r.response.Status <= 299 }

// judge decides whether an answer is a failure.
func (p *performance) judge(r *reply, success *expression.Program) *flow.Failure {
	service := p.action.Component
	values := p.answered(r)
	failed := !r.good()
	if f := service.faults; !failed && f != nil && f.when != nil {
		var err error
		if failed, err = f.when.Boolean(values); err != nil {
			return p.broken("reading the answer", err)
		}
	}
	switch {
	case failed:
		return p.serviceFailure(r, values)
	case !r.readable && crowded(r.response.Body):
		return &flow.Failure{Code: flow.FailedLimit, Status: r.response.Status, Message: fmt.Sprintf(
			"%s sent an answer with more than %d values; ask it for less at a time", service.Title, maxReplyValues)}
	case !r.readable:
		return &flow.Failure{Code: flow.FailedService, Status: r.response.Status, Message: fmt.Sprintf(
			"%s answered %d with JSON that cannot be read", service.Title, r.response.Status)}
	case success == nil:
		return nil
	}
	fine, err := success.Boolean(values)
	if err != nil {
		return p.broken("reading the answer", err)
	}
	if !fine {
		return &flow.Failure{Code: flow.FailedService, Status: r.response.Status, Message: fmt.Sprintf(
			"%s answered %d, but not with what %s gives", service.Title, r.response.Status, p.action.Uses())}
	}
	return nil
}

// serviceFailure puts an error answer into the words of the service, as its
// manifest finds them, and classifies it.
func (p *performance) serviceFailure(r *reply, values *expression.Values) *flow.Failure {
	service := p.action.Component
	f := service.faults
	if f == nil {
		f = &faults{}
	}
	detail := p.words(f.message, values)
	if code := p.words(f.code, values); code != "" && detail != "" {
		detail += " (" + code + ")"
	} else if code != "" {
		detail = code
	}
	failure := outbound.StatusFailure(service.Title, r.response, detail)
	if r.response.Status == 401 && p.call.Connection != nil {
		failure.Message += fmt.Sprintf("; check the credentials of the connection %s", p.call.Connection.Name)
	}
	for i := range f.rules {
		holds, err := f.rules[i].when.Boolean(values)
		if err != nil || !holds {
			continue
		}
		f.rules[i].apply(failure, r)
		break
	}
	return failure
}

func (r *rule) apply(failure *flow.Failure, reply *reply) {
	if r.retryable != nil {
		failure.Retryable = *r.retryable
	}
	if r.code != "" {
		failure.Code = r.code
	}
	if r.hint != "" {
		failure.Message += "; " + r.hint
	}
	asked := flow.Duration(outbound.RetryAfter(reply.response.Header, time.Now()))
	if failure.RetryAfter = max(asked, r.wait); !failure.Retryable {
		failure.RetryAfter = 0
	}
}

// words evaluates one of the expressions that find an error's text. An error
// answer that has another shape than expected is no second error.
func (p *performance) words(program *expression.Program, values *expression.Values) string {
	if program == nil {
		return ""
	}
	value, err := program.Eval(values)
	if err != nil {
		return ""
	}
	return outbound.Redact(plainText(value), p.ready.secrets)
}
