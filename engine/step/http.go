package step

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"redial/engine/component"
	"redial/engine/content"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/outbound"
)

var httpMethods = []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}

// newHTTPKind describes the http step. Its calls go through the client; the
// catalogue knows how the connections of its components sign in.
func newHTTPKind(client *outbound.Client, catalogue *component.Catalogue) *Kind {
	return &Kind{
		Uses: "http", Title: "HTTP request", Icon: "globe", Connects: true,
		Help: "Calls any address and puts out {status, headers, body}.",
		Fields: []component.Field{
			literal(withDefault(options("method", "Method", httpMethods...), "GET")),
			required(field("url", "URL", component.KindURL, "What an expression gives is encoded, as one part of the path or one value of the query. Only where the URL begins with an expression, that is taken as it is.")),
			field("query", "Query", component.KindMap, "A field whose value is null is left out; a list repeats it."),
			field("headers", "Headers", component.KindMap, "A header whose value is null is left out."),
			field("body", "Body", component.KindJSON, "An object or a list goes out as JSON, text as text/plain, unless Content-Type is set."),
			literal(field("accept", "Accept as success", component.KindList, "Statuses outside 2xx that are no error: 404, or 4xx for all of a hundred.")),
			advanced(literal(choice("effect", "Effect",
				[2]string{string(component.Safe), "Safe: it changes nothing"},
				[2]string{string(component.Keyed), "Keyed: a repeat with the same key does nothing"},
				[2]string{string(component.Unsafe), "Unsafe: a person decides about repeats"}))),
		},
		compile: func(c *Compiler) Runner { return compileHTTP(c, client, catalogue) },
		output: func(*Compiler) *expression.Type {
			return &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{
				"status":  {Kind: expression.Integer},
				"headers": {Kind: expression.Object, Open: true},
				"body":    nil,
			}}
		},
	}
}

// HTTP calls an address.
type HTTP struct {
	client    *outbound.Client
	catalogue *component.Catalogue
	method    string
	url       *Value
	query     *Value
	headers   []header
	body      *Value
	accept    []statusRange
	effect    component.Effect
}

type statusRange struct{ from, to int }

func compileHTTP(c *Compiler, client *outbound.Client, catalogue *component.Catalogue) Runner {
	h := &HTTP{client: client, catalogue: catalogue, method: c.Choice("method", "GET", httpMethods...), body: c.Field("body"), query: c.Field("query")}
	source, given := c.With.Get("url")
	text, ok := source.(string)
	if given && (!ok || text == "") {
		c.Report(flow.CodeInvalidValue, "with.url", "url is %s; it is the text of an address", shown(source))
	}
	h.url = c.text("with.url", text, expression.URLTemplate)
	if err := checkAddress(h.url, text); err != nil {
		c.Report(flow.CodeInvalidValue, "with.url", "%v", err)
	}
	if query, given := c.With.Get("query"); given {
		if _, ok := query.(flow.Object); !ok && query != nil {
			c.Report(flow.CodeInvalidValue, "with.query", "query is %s; it is an object of names and values", shown(query))
		}
	}
	h.headers = c.headers("headers", nil)
	h.accept = c.accept()
	h.effect = component.Effect(c.Choice("effect", string(defaultEffect(h.method)),
		string(component.Safe), string(component.Keyed), string(component.Unsafe)))
	return h
}

// defaultEffect follows RFC 9110: what is idempotent may be repeated.
func defaultEffect(method string) component.Effect {
	if method == "POST" || method == "PATCH" {
		return component.Unsafe
	}
	return component.Safe
}

func (c *Compiler) accept() []statusRange {
	value, given := c.With.Get("accept")
	if !given {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	ranges := make([]statusRange, 0, len(list))
	for i, item := range list {
		r, ok := parseStatusRange(item)
		if !ok {
			c.Report(flow.CodeInvalidValue, fmt.Sprintf("with.accept[%d]", i), "%s is no status; write one such as 404, or 4xx for all of a hundred", shown(item))
		}
		ranges = append(ranges, r)
	}
	return ranges
}

func parseStatusRange(value any) (statusRange, bool) {
	switch v := value.(type) {
	case int64:
		return statusRange{int(v), int(v)}, v >= 100 && v <= 599
	case string:
		hundred, isRange := strings.CutSuffix(v, "xx")
		n, err := strconv.Atoi(hundred)
		if isRange {
			return statusRange{n * 100, n*100 + 99}, err == nil && n >= 1 && n <= 5
		}
		return statusRange{n, n}, err == nil && n >= 100 && n <= 599
	default:
		return statusRange{}, false
	}
}

// Effect says whether a call may be repeated.
func (h *HTTP) Effect() component.Effect { return h.effect }

// Prepare evaluates the fields.
func (h *HTTP) Prepare(values *expression.Values) (map[string]any, *flow.Failure) {
	address, failure := h.url.Eval(values)
	if failure != nil {
		return nil, failure
	}
	query, failure := h.query.Eval(values)
	if failure != nil {
		return nil, failure
	}
	full, err := withQuery(address, query)
	if err != nil {
		return nil, inputFailure("with.url: %v", err)
	}
	headers, failure := evalHeaders(h.headers, values)
	if failure != nil {
		return nil, failure
	}
	body, failure := h.body.Eval(values)
	if failure != nil {
		return nil, failure
	}
	input := map[string]any{"method": h.method, "url": full, "headers": headerObject(headers)}
	if body != nil {
		input["body"] = body
	}
	return input, nil
}

func headerObject(headers [][2]string) map[string]any {
	object := make(map[string]any, len(headers))
	for _, h := range headers {
		object[h[0]] = h[1]
	}
	return object
}

func parseURL(value any) (*url.URL, error) {
	text, ok := value.(string)
	if !ok {
		return nil, fmt.Errorf("the address is %s; it has to be a text", shown(value))
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, notAddress(text)
	}
	if u.User != nil {
		return nil, fmt.Errorf("the address holds a user name or a password; use a connection instead")
	}
	return u, nil
}

// checkAddress says what is wrong with an address before its expressions are
// evaluated: one that they do not open has to begin like an address, as a
// connection completes none.
func checkAddress(compiled *Value, text string) error {
	if constant, ok := compiled.Constant(); ok {
		if constant == nil || text == "" {
			return nil // of which more is said already
		}
		_, err := parseURL(constant)
		return err
	}
	head, _, _ := strings.Cut(text, "{{")
	scheme, _, found := strings.Cut(head, "://")
	if head == "" || found && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")) {
		return nil
	}
	return notAddress(text)
}

func notAddress(text string) error {
	return fmt.Errorf("%s is no address; write one that begins with https:// or http://", shown(text))
}

// AddressHost is the host of an http step's address, with its port, where it is
// known before the step runs; empty: it is not.
func AddressHost(with flow.Object) string {
	head, _, templated := strings.Cut(with.Text("url"), "{{")
	_, behind, found := strings.Cut(head, "://")
	i := strings.IndexAny(behind, `/?#\`)
	if !found || i < 0 && templated {
		return ""
	}
	if i >= 0 {
		behind = behind[:i]
	}
	return behind
}

// withQuery is the address with the query's fields behind its own.
func withQuery(address, query any) (string, error) {
	u, err := parseURL(address)
	if err != nil {
		return "", err
	}
	fields, _ := query.(map[string]any)
	if len(fields) == 0 {
		return u.String(), nil
	}
	values := url.Values{}
	for name, value := range fields {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, item := range list {
			if item != nil {
				values.Add(name, toText(item))
			}
		}
	}
	if u.RawQuery != "" && len(values) > 0 {
		u.RawQuery += "&"
	}
	u.RawQuery += values.Encode()
	return u.String(), nil
}

// Call sends the request.
func (h *HTTP) Call(ctx context.Context, call *Call) (any, *flow.Failure) {
	request, failure := h.request(call)
	if failure != nil {
		return nil, failure
	}
	request.Record = call.Record != nil
	response, failure := h.client.Do(ctx, request)
	if response != nil && response.Exchange != nil && call.Record != nil {
		call.Record(response.Exchange)
	}
	if failure != nil {
		return nil, failure
	}
	if failure := h.refused(request.URL, response); failure != nil {
		return nil, failure
	}
	return h.output(response)
}

func (h *HTTP) request(call *Call) (outbound.Request, *flow.Failure) {
	address, _ := call.Input["url"].(string)
	request := outbound.Request{Method: h.method, URL: address, Header: http.Header{}, Trace: call.Trace}
	given, _ := call.Input["headers"].(map[string]any)
	for name, value := range given {
		request.Header.Set(name, toText(value))
	}
	body, contentType, err := content.Encode(call.Input["body"], request.Header.Get("Content-Type"))
	if err != nil {
		return request, inputFailure("with.body: %v", err)
	}
	if request.Body = body; contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, h.method) && request.Header.Get("Idempotency-Key") == "" {
		request.Header.Set("Idempotency-Key", call.Key)
	}
	var failure *flow.Failure
	if call.Connection != nil {
		request.Auth, failure = h.auth(call.Connection)
	}
	return request, failure
}

// auth makes a connection's credentials ready for a request.
func (h *HTTP) auth(connection *component.Connection) (outbound.Auth, *flow.Failure) {
	if connection.Spec != nil {
		return connection.Spec.Auth(connection)
	}
	owner, err := h.catalogue.Component(connection.Component)
	if err != nil || owner.Connection == nil {
		return nil, &flow.Failure{Code: flow.FailedConnection, Message: fmt.Sprintf("the connection %q is one of %q, which no http step can use", connection.Name, connection.Component)}
	}
	return owner.Connection.Auth(connection)
}

// refused is the failure of an answer that is neither 2xx nor accepted.
func (h *HTTP) refused(address string, response *outbound.Response) *flow.Failure {
	status := response.Status
	if status >= 200 && status <= 299 {
		return nil
	}
	for _, r := range h.accept {
		if status >= r.from && status <= r.to {
			return nil
		}
	}
	host := address
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	return outbound.StatusFailure(host, response, "")
}

func (h *HTTP) output(response *outbound.Response) (any, *flow.Failure) {
	body, err := content.Decode(response.Header.Get("Content-Type"), response.Body, content.DefaultLimits)
	if err != nil {
		return nil, &flow.Failure{
			Code: flow.FailedService, Status: response.Status,
			Message: fmt.Sprintf("the answer cannot be read: %v", err),
		}
	}
	headers := make(map[string]any, len(response.Header))
	for name, values := range response.Header {
		if name != "Set-Cookie" {
			headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	return map[string]any{"status": int64(response.Status), "headers": headers, "body": body}, nil
}

// Example is an answer without content: what the address would say is not known.
func (h *HTTP) Example() (any, bool) {
	return map[string]any{"status": int64(200), "headers": map[string]any{}, "body": nil}, true
}
