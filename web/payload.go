package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"redial/engine/flow"
)

// payload is the call that a test run pretends to be, as people edit it.
type payload struct {
	Method  string `json:"method"`
	Path    string `json:"path"`
	Query   []pair `json:"query"`
	Headers []pair `json:"headers"`
	// Body is JSON text as it was typed; empty: none. It is kept even where it
	// is not JSON (yet).
	Body string `json:"body"`
}

// pair is a name and a value; names may come more than once.
type pair [2]string

// Bounds of a payload.
const (
	maxPayload = 4 << 20 // bytes
	maxPairs   = 200
)

// payloadMethods are what a webhook can take.
var payloadMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

func readPayload(data []byte) (*payload, error) {
	p := &payload{}
	if err := json.Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("reading a test payload: %w", err)
	}
	return p, nil
}

// check says what cannot be kept of a payload.
func (p *payload) check() error {
	switch {
	case !slices.Contains(payloadMethods, p.Method):
		return fmt.Errorf("%.20q is no method that a webhook takes; use GET, HEAD, POST, PUT, PATCH or DELETE", p.Method)
	case p.Path != "" && !strings.HasPrefix(p.Path, "/"):
		return errors.New("the path has to begin with a slash")
	case len(p.Query) > maxPairs || len(p.Headers) > maxPairs:
		return fmt.Errorf("there are more than %d query or header fields", maxPairs)
	}
	return nil
}

// setBody writes a value as the body.
func (p *payload) setBody(value any) {
	if value == nil {
		p.Body = ""
		return
	}
	compact, err := flow.EncodeJSON(value)
	if err != nil {
		return // a value that came from JSON can be written as such
	}
	var indented bytes.Buffer
	if json.Indent(&indented, compact, "", "  ") == nil {
		p.Body = indented.String()
	}
}

// request is the call that a flow's expressions see.
func (p *payload) request() (*flow.Request, error) {
	request := &flow.Request{
		Method: p.Method, Path: p.Path, Query: multiple(p.Query, false), Headers: multiple(p.Headers, true),
		ReceivedAt: time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00"),
	}
	if request.Path == "" {
		request.Path = "/"
	}
	if strings.TrimSpace(p.Body) != "" {
		value, err := flow.DecodeJSON([]byte(p.Body))
		if err != nil {
			return nil, fmt.Errorf("the body is not JSON: %w", err)
		}
		request.Body = value
	}
	return request, nil
}

// multiple are fields as expressions see them: header fields of one name are
// joined, query fields are a list.
func multiple(fields []pair, headers bool) map[string]any {
	values := map[string]any{}
	for _, f := range fields {
		name, value := f[0], f[1]
		if headers {
			name = strings.ToLower(strings.TrimSpace(name))
		}
		if name == "" {
			continue
		}
		switch before := values[name].(type) {
		case nil:
			values[name] = value
		case string:
			if headers {
				values[name] = before + ", " + value
			} else {
				values[name] = []any{before, value}
			}
		case []any:
			values[name] = append(before, value)
		}
	}
	return values
}

// requestPayload is a call that was made, to be made again in a test. What
// belonged to the line alone is left out.
func requestPayload(request *flow.Request) *payload {
	p := &payload{Method: request.Method, Path: request.Path, Query: pairs(request.Query), Headers: pairs(request.Headers)}
	p.Headers = slices.DeleteFunc(p.Headers, func(h pair) bool { return slices.Contains(lineHeaders, h[0]) })
	p.setBody(request.Body)
	return p
}

// lineHeaders say how a message was sent, not what it is.
var lineHeaders = []string{"accept-encoding", "connection", "content-length", "host", "transfer-encoding"}
