package step

import (
	"fmt"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"redial/engine/component"
	"redial/engine/content"
	"redial/engine/expression"
	"redial/engine/flow"
)

// MaxAnswerBytes is the largest body that a flow may answer with.
const MaxAnswerBytes = 10 << 20

var respondKind = &Kind{
	Uses: "respond", Title: "Respond", Icon: "reply",
	Help: "Tells the caller the answer. The first respond step of an execution wins.",
	Fields: []component.Field{
		withDefault(field("status", "Status", component.KindInteger, "HTTP status, 200 to 599."), int64(200)),
		field("headers", "Headers", component.KindMap, "A header whose value is null is left out."),
		field("body", "Body", component.KindJSON, "An object or a list goes out as JSON, text as text/plain, unless Content-Type is set."),
	},
	compile: func(c *Compiler) Runner {
		r := &Respond{status: c.Field("status"), headers: c.headers("headers", ownHeaders), body: c.Field("body")}
		if status, ok := r.status.Constant(); ok {
			if _, failure := answerStatus(status); failure != nil {
				c.Report(flow.CodeInvalidValue, "with.status", "%s", failure.Message)
			}
		}
		return r
	},
	output: func(*Compiler) *expression.Type {
		return &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{
			"sent": {Kind: expression.Boolean},
		}}
	},
}

// Respond puts the answer of an execution together.
type Respond struct {
	status, body *Value
	headers      []header
}

// Evaluate makes the answer. The host decides whether it is the first.
func (r *Respond) Evaluate(values *expression.Values) (Result, *flow.Failure) {
	value, failure := r.status.Eval(values)
	if failure != nil {
		return Result{}, failure
	}
	status, failure := answerStatus(value)
	if failure != nil {
		return Result{}, failure
	}
	headers, failure := evalHeaders(r.headers, values)
	if failure != nil {
		return Result{}, failure
	}
	body, failure := r.body.Eval(values)
	if failure != nil {
		return Result{}, failure
	}
	answer, failure := newAnswer(status, headers, body)
	if failure != nil {
		return Result{}, failure
	}
	return Result{Answer: answer, Output: map[string]any{"sent": true}}, nil
}

// NotSent is the output of a respond step that came too late.
func NotSent() any { return map[string]any{"sent": false} }

func answerStatus(value any) (int, *flow.Failure) {
	if value == nil {
		return 200, nil
	}
	if f, ok := value.(float64); ok && f == float64(int64(f)) {
		value = int64(f)
	}
	status, ok := value.(int64)
	if !ok || status < 200 || status > 599 {
		return 0, inputFailure("status is %s; it is a whole number from 200 to 599", shown(value))
	}
	return int(status), nil
}

func newAnswer(status int, headers [][2]string, body any) (*flow.Answer, *flow.Failure) {
	given := ""
	for _, h := range headers {
		if h[0] == "Content-Type" {
			given = h[1]
		}
	}
	data, contentType, err := content.Encode(body, given)
	if err != nil {
		return nil, inputFailure("with.body: %v", err)
	}
	if len(data) > MaxAnswerBytes {
		return nil, &flow.Failure{Code: flow.FailedAnswer, Message: fmt.Sprintf(
			"with.body: the answer has %d bytes; at most %d are sent; answer with less, or with an address where the rest can be fetched", len(data), MaxAnswerBytes)}
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		return &flow.Answer{Status: status, Headers: headers}, nil
	}
	if contentType != given && contentType != "" {
		headers = append(slices.DeleteFunc(headers, isContentType), [2]string{"Content-Type", contentType})
	}
	return &flow.Answer{Status: status, Headers: headers, Body: data}, nil
}

func isContentType(header [2]string) bool { return header[0] == "Content-Type" }

// header is one compiled header field.
type header struct {
	name  string // canonical
	value *Value
}

// headers compiles an object of header fields. Names are never expressions, and
// none of the reserved ones.
func (c *Compiler) headers(name string, more []string) []header {
	value, _ := c.With.Get(name)
	if value == nil {
		return nil
	}
	object, ok := value.(flow.Object)
	if !ok {
		c.Report(flow.CodeInvalidValue, "with."+name, "%s is %s; it is an object of header names and values", name, shown(value))
		return nil
	}
	compiled := make([]header, 0, len(object))
	for _, f := range object {
		at := "with." + name + "." + f.Name
		if !validHeaderName(f.Name) {
			c.Report(flow.CodeInvalidValue, at, "%q is not the name of a header", f.Name)
			continue
		}
		canonical := textproto.CanonicalMIMEHeaderKey(f.Name)
		if slices.Contains(reservedHeaders, canonical) || slices.Contains(more, canonical) {
			c.Report(flow.CodeInvalidValue, at, "the header %s is set by Redial; remove it", canonical)
			continue
		}
		compiled = append(compiled, header{canonical, c.Value(at, f.Value)})
	}
	return compiled
}

// ownHeaders are those of an answer that would change what a browser makes of
// this server, or of its other answers.
var ownHeaders = []string{
	"Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
	"Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Access-Control-Max-Age",
	"Alt-Svc", "Clear-Site-Data", "Strict-Transport-Security",
}

// reservedHeaders belong to the transport, or would undo what the contract says
// of every answer.
var reservedHeaders = []string{
	"Connection", "Content-Length", "Host", "Keep-Alive", "Set-Cookie", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "Redial-Answer", "Redial-Execution-Id", "Redial-Resumed", "Idempotency-Replayed",
}

func validHeaderName(name string) bool {
	const symbols = "!#$%&'*+-.^_`|~"
	for _, r := range name {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		if !letter && (r < '0' || r > '9') && !strings.ContainsRune(symbols, r) {
			return false
		}
	}
	return name != ""
}

func evalHeaders(headers []header, values *expression.Values) ([][2]string, *flow.Failure) {
	var fields [][2]string
	for _, h := range headers {
		value, failure := h.value.Eval(values)
		if failure != nil {
			return nil, failure
		}
		if value == nil {
			continue
		}
		text := toText(value)
		if strings.ContainsFunc(text, isControl) {
			return nil, inputFailure("%s: the value has a line break or another control character, which no header can have", h.value.at)
		}
		fields = append(fields, [2]string{h.name, text})
	}
	return fields, nil
}

func isControl(r rune) bool { return r != '\t' && r < 0x20 || r == 0x7f }
