package simulated_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"redial/web/simulated"
)

// bench is one set of services on a real socket.
type bench struct {
	t        *testing.T
	services *simulated.Services
	url      string
	client   *http.Client
}

func start(t *testing.T, options simulated.Options) *bench {
	t.Helper()
	services := simulated.New(options)
	ctx, cancel := context.WithCancel(t.Context())
	base, stop, err := services.Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// On a kept connection net/http repeats some calls by itself when the
	// connection breaks, which would hide the faults.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		stop()
		cancel()
	})
	return &bench{t, services, base, client}
}

// call is one request to a service.
type call struct {
	method, path string
	body         string
	header       map[string]string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (b *bench) request(c call) *http.Request {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), c.method, b.url+c.path, strings.NewReader(c.body))
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range c.header {
		request.Header.Set(name, value)
	}
	if c.body != "" && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

func (b *bench) do(c call) answer {
	b.t.Helper()
	got, err := b.send(b.request(c))
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

func (b *bench) send(request *http.Request) (answer, error) {
	response, err := b.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(body)}, err
}

// at reads one value out of a JSON body by a path such as Fault.Error.0.code.
func (a answer) at(t *testing.T, path string) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(a.body)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("body is not JSON: %v\n%s", err, a.body)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch now := value.(type) {
		case map[string]any:
			value = now[name]
		case []any:
			at := int(name[0] - '0')
			if at >= len(now) {
				return nil
			}
			value = now[at]
		default:
			return nil
		}
	}
	if number, ok := value.(json.Number); ok {
		return number.String()
	}
	return value
}

// want fails unless the answer has that status and, at each path, that value;
// a text that begins with ~ need only be contained.
func (a answer) want(t *testing.T, status int, values map[string]any) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d\n%s", a.status, status, a.body)
		return
	}
	for path, wanted := range values {
		got := a.at(t, path)
		if text, ok := wanted.(string); ok && strings.HasPrefix(text, "~") {
			if found, _ := got.(string); strings.Contains(found, text[1:]) {
				continue
			}
		}
		if got != wanted {
			t.Errorf("%s is %#v, want %#v\n%s", path, got, wanted, a.body)
		}
	}
}

// scenario is one call and what the service has to say to it.
type scenario struct {
	name   string
	call   call
	status int
	want   map[string]any
}

// run makes the calls one after the other: later ones see what earlier ones
// did, so they are steps of one test and no tests of their own.
func run(t *testing.T, b *bench, scenarios []scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Log(s.name)
		got := b.do(s.call)
		got.want(t, s.status, s.want)
	}
}

// with returns header and the pairs that follow, name and value in turn.
func with(header map[string]string, pairs ...string) map[string]string {
	all := make(map[string]string)
	for name, value := range header {
		all[name] = value
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}
