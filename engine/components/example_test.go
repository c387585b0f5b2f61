package components_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"redial/engine/component"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/schema"
)

// TestExamples runs every example of every component against a service on a
// real socket that gives the example's replies and compares what it is asked.
func TestExamples(t *testing.T) {
	t.Parallel()
	client := outbound.New(outbound.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	for _, c := range components.Embedded().Components() {
		for _, action := range c.Actions {
			if len(action.Examples) == 0 {
				t.Errorf("%s has no examples", action.Uses())
			}
			for _, example := range action.Examples {
				t.Run(action.Uses()+"/"+example.Name, func(t *testing.T) {
					t.Parallel()
					run(t, client, action, example)
				})
			}
		}
	}
}

func run(t *testing.T, client *outbound.Client, action *component.Action, example component.Example) {
	t.Helper()
	service := &service{exchanges: example.Exchange}
	server := httptest.NewServer(service)
	defer server.Close()

	fields := map[string]any{"base_url": server.URL + "/base"}
	maps.Copy(fields, example.Connection)
	var recorded []*flow.Exchange
	output, failure := action.Perform(t.Context(), client, component.Call{
		Input:      example.Input,
		Connection: &component.Connection{Name: "example", Component: action.Component.Name, Fields: fields},
		Key:        example.Key,
		Repeat:     example.Repeat,
		Now:        time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC),
		Record:     func(e *flow.Exchange) { recorded = append(recorded, e) },
	})
	for _, fault := range service.faults() {
		t.Error(fault)
	}
	if !reflect.DeepEqual(failure, example.Failure) {
		t.Errorf("the failure is %+v\nwant %+v", describe(failure), describe(example.Failure))
	}
	if !reflect.DeepEqual(output, example.Output) {
		t.Errorf("the output is %s\nwant %s", encode(t, output), encode(t, example.Output))
	}
	if failure == nil {
		fitsSchema(t, action, output)
	}
	hidesSecrets(t, action, fields, recorded)
}

func describe(f *flow.Failure) string {
	if f == nil {
		return "none"
	}
	return fmt.Sprintf("%+v", *f)
}

func encode(t *testing.T, value any) string {
	t.Helper()
	text, err := flow.EncodeJSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fitsSchema holds an output against the schema that the designer completes
// from.
func fitsSchema(t *testing.T, action *component.Action, output any) {
	t.Helper()
	compiled, err := schema.Compile(action.OutputSchema)
	if err != nil {
		t.Fatal(err)
	}
	for _, violation := range compiled.Validate(output) {
		t.Errorf("the output does not fit the schema at %s: %s", violation.Pointer, violation.Detail)
	}
}

// hidesSecrets looks for the connection's secrets in what people may see.
func hidesSecrets(t *testing.T, action *component.Action, fields map[string]any, exchanges []*flow.Exchange) {
	t.Helper()
	for _, field := range action.Component.Connection.Fields {
		secret, ok := fields[field.Name].(string)
		if !field.Secret || !ok {
			continue
		}
		for _, exchange := range exchanges {
			if text := encode(t, exchange); strings.Contains(text, secret) {
				t.Errorf("the exchange shows the field %s: %s", field.Name, text)
			}
		}
	}
}

// service is the other side of an example.
type service struct {
	exchanges []component.ExampleExchange

	mu    sync.Mutex
	asked int
	wrong []string
}

func (s *service) faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked != len(s.exchanges) {
		s.wrong = append(s.wrong, fmt.Sprintf("there were %d requests, want %d", s.asked, len(s.exchanges)))
	}
	return s.wrong
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.asked > len(s.exchanges) {
		s.wrong = append(s.wrong, fmt.Sprintf("one request too many: %s %s", r.Method, r.RequestURI))
		w.WriteHeader(http.StatusTeapot)
		return
	}
	exchange := s.exchanges[s.asked-1]
	s.compare(exchange.Request, r)
	s.answer(exchange.Reply, w)
}

func (s *service) compare(want component.ExampleRequest, r *http.Request) {
	wrong := func(what string, got, want any) {
		s.wrong = append(s.wrong, fmt.Sprintf("request %d: %s is\n%v\nwant\n%v", s.asked, what, got, want))
	}
	if r.Method != want.Method {
		wrong("the method", r.Method, want.Method)
	}
	if got := r.URL.EscapedPath(); got != "/base"+want.Path {
		wrong("the path", got, "/base"+want.Path)
	}
	query := url.Values{}
	for name, value := range want.Query {
		query.Set(name, fmt.Sprint(value))
	}
	if got := r.URL.Query(); got.Encode() != query.Encode() {
		wrong("the query", got, query)
	}
	for name, value := range want.Headers {
		if got := r.Header.Get(name); got != fmt.Sprint(value) {
			wrong("the header "+name, got, value)
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		wrong("reading the body", err, nil)
	}
	var got any
	if len(body) > 0 {
		if got, err = flow.DecodeJSON(body); err != nil {
			wrong("the body", string(body), "JSON")
		}
	}
	if !reflect.DeepEqual(got, want.Body) {
		wantText, _ := flow.EncodeJSON(want.Body)
		wrong("the body", string(bytes.TrimSpace(body)), string(wantText))
	}
}

func (s *service) answer(reply component.ExampleReply, w http.ResponseWriter) {
	body, isText := reply.Body.(string)
	if !isText && reply.Body != nil {
		w.Header().Set("Content-Type", "application/json")
		encoded, err := flow.EncodeJSON(reply.Body)
		if err != nil {
			s.wrong = append(s.wrong, err.Error())
		}
		body = string(encoded)
	}
	for name, value := range reply.Headers {
		w.Header().Set(name, fmt.Sprint(value))
	}
	w.WriteHeader(reply.Status)
	_, _ = io.WriteString(w, body) // the client may have gone; that shows elsewhere
}
