package hook

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
	"redial/web/callback"
	"redial/web/reply"
)

// callbackBody is what a receiver is told, as the public contract has it.
type callbackBody struct {
	Execution string         `json:"executionId"`
	Flow      string         `json:"flow"`
	Status    flow.Status    `json:"status"`
	Answer    callbackAnswer `json:"answer"`
	Test      bool           `json:"test,omitempty"`
}

// callbackAnswer is the answer, as the response URL gives it.
type callbackAnswer struct {
	Status int `json:"status"`
	// Headers are those of the flow, with names in lower case.
	Headers map[string]string `json:"headers"`
	// Body is the value of a JSON body, the text of a textual one, an object
	// {contentType, size, base64} for any other, and null for none.
	Body any `json:"body"`
}

// CallbackMessage is what the caller of an execution is told: what the response
// URL would give.
func (s *Server) CallbackMessage(ctx context.Context, c *store.Callback) (callback.Message, error) {
	record, err := s.store.Execution(ctx, c.Execution)
	if err != nil {
		return callback.Message{}, err
	}
	result, _, err := s.result(ctx, record)
	if err != nil {
		return callback.Message{}, err
	}
	body, err := encodeCallback(callbackBody{
		Execution: c.Execution, Flow: c.Flow, Status: c.Status, Answer: s.callbackAnswer(ctx, c.Execution, result),
	})
	if err != nil {
		return callback.Message{}, err
	}
	request, err := s.store.Request(ctx, c.Execution)
	if err != nil {
		return callback.Message{}, err
	}
	return callback.Message{ID: messageID(c), URL: c.URL, Body: body, Trace: engine.TraceOf(c.Execution, request)}, nil
}

// TestCallback is what a receiver is told to try it out, of an execution that
// there is not.
func TestCallback(execution, slug string) ([]byte, error) {
	return encodeCallback(callbackBody{
		Execution: execution, Flow: slug, Status: flow.Succeeded, Test: true,
		Answer: callbackAnswer{Status: http.StatusOK, Headers: map[string]string{"content-type": "application/json"}, Body: map[string]any{"test": true}},
	})
}

// messageID is the same for all attempts to say the same: receivers tell repeats
// by it.
func messageID(c *store.Callback) string {
	id := "msg_" + c.Execution
	if c.Message > 1 {
		id += "_" + strconv.Itoa(c.Message)
	}
	return id
}

func encodeCallback(body callbackBody) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(body)
	return bytes.TrimSpace(out.Bytes()), err
}

func (s *Server) callbackAnswer(ctx context.Context, execution string, result engine.Result) callbackAnswer {
	switch {
	case result.Answer != nil:
		return newCallbackAnswer(result.Answer)
	case result.Failure != nil:
		return s.problemAnswer(s.failureProblem(ctx, execution, result.Failure))
	case result.Status == flow.Canceled:
		return s.problemAnswer(canceledProblem(execution))
	default:
		return callbackAnswer{Status: http.StatusNoContent, Headers: map[string]string{}}
	}
}

func (s *Server) problemAnswer(p *reply.Problem) callbackAnswer {
	status, body := s.ProblemBody(p)
	return callbackAnswer{
		Status: status, Headers: map[string]string{"content-type": "application/problem+json"}, Body: json.RawMessage(body),
	}
}

func newCallbackAnswer(answer *flow.Answer) callbackAnswer {
	a := callbackAnswer{Status: answer.Status, Headers: make(map[string]string, len(answer.Headers))}
	for _, h := range answer.Headers {
		name := strings.ToLower(h[0])
		if before, given := a.Headers[name]; given {
			a.Headers[name] = before + ", " + h[1]
			continue
		}
		a.Headers[name] = h[1]
	}
	a.Body = callbackValue(a.Headers["content-type"], answer.Body)
	return a
}

// callbackValue is a body within JSON.
func callbackValue(contentType string, body []byte) any {
	if len(body) == 0 {
		return nil
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	isJSON := kind == "application/json" || strings.HasSuffix(kind, "+json")
	switch {
	case isJSON && utf8.Valid(body) && json.Valid(body):
		return json.RawMessage(body)
	case strings.HasPrefix(kind, "text/") && utf8.Valid(body):
		return string(body)
	}
	return map[string]any{
		"contentType": contentType, "size": len(body), "base64": base64.StdEncoding.EncodeToString(body),
	}
}
