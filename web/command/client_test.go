package command_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// answer is what came back for a request, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call sends a request. The body is text, or a value that is sent as JSON, or
// nil. Headers are names and values in turn; Host is taken as such.
func (p *program) call(t testing.TB, method, path string, body any, headers ...string) answer {
	t.Helper()
	a, err := p.try(t, method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v; errors: %s", method, path, err, p.stderr)
	}
	return a
}

func (p *program) try(t testing.TB, method, path string, body any, headers ...string) (answer, error) {
	t.Helper()
	address := path
	if !strings.HasPrefix(path, "http") {
		address = p.base + path
	}
	request, err := http.NewRequestWithContext(t.Context(), method, address, bodyReader(t, body))
	if err != nil {
		return answer{}, err
	}
	if _, isText := body.(string); body != nil && !isText {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := p.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, data}, err
}

func bodyReader(t testing.TB, body any) io.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return http.NoBody
	case string:
		return strings.NewReader(b)
	case []byte:
		return bytes.NewReader(b)
	default:
		return strings.NewReader(jsonText(t, b))
	}
}

// api is a call of the management API with the token of the tests.
func (p *program) api(t testing.TB, method, path string, body any, headers ...string) answer {
	t.Helper()
	return p.call(t, method, path, body, append(headers, "Authorization", "Bearer "+apiToken)...)
}

// hook posts JSON to a flow.
func (p *program) hook(t testing.TB, slug string, body any, headers ...string) answer {
	t.Helper()
	if _, isText := body.(string); isText {
		headers = append(headers, "Content-Type", "application/json")
	}
	return p.call(t, http.MethodPost, "/hooks/"+slug, body, headers...)
}

// publish puts a flow file into the store and publishes it.
func (p *program) publish(t testing.TB, source string) {
	t.Helper()
	slug := slugOf(t, source)
	a := p.api(t, http.MethodPut, "/api/flows/"+slug, source)
	if a.status != http.StatusCreated && a.status != http.StatusOK {
		t.Fatalf("putting %s: %s", slug, a)
	}
	p.api(t, http.MethodPost, "/api/flows/"+slug+"/publish", nil).wants(t, http.StatusOK)
}

func slugOf(t testing.TB, source string) string {
	t.Helper()
	for line := range strings.Lines(source) {
		if slug, ok := strings.CutPrefix(line, "slug: "); ok {
			return strings.TrimSpace(slug)
		}
	}
	t.Fatal("the flow file has no slug")
	return ""
}

// execution is an execution as the management API shows it.
func (p *program) execution(t testing.TB, id string) answer {
	t.Helper()
	a := p.api(t, http.MethodGet, "/api/executions/"+id, nil)
	a.wants(t, http.StatusOK)
	return a
}

// awaitStatus waits until an execution has a status.
func (p *program) awaitStatus(t testing.TB, id, status string) answer {
	t.Helper()
	var a answer
	eventually(t, "execution "+id+" is "+status, func() bool {
		a = p.call(t, http.MethodGet, "/executions/"+id, nil)
		return a.get(t, "status") == status
	})
	return a
}

// eventually looks again and again until something is true.
func eventually(t testing.TB, what string, isTrue func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	timeout := time.After(patience)
	for !isTrue() {
		select {
		case <-ticker.C:
		case <-timeout:
			t.Fatalf("never came true: %s", what)
		}
	}
}

func (a answer) String() string {
	return fmt.Sprintf("%d %v\n%.2000s", a.status, a.header, a.body)
}

// wants fails the test unless the answer has a status.
func (a answer) wants(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("the answer has status %d, not %d: %s", a.status, status, a)
	}
	return a
}

// wantsHeader fails the test unless a header has a value; empty: is not there.
func (a answer) wantsHeader(t testing.TB, name, value string) answer {
	t.Helper()
	if got := strings.Join(a.header.Values(name), ", "); got != value {
		t.Errorf("the header %s is %q, not %q", name, got, value)
	}
	return a
}

// wantsProblem fails the test unless the answer is a problem of a type, as RFC
// 9457 has it.
func (a answer) wantsProblem(t testing.TB, status int, kind string) answer {
	t.Helper()
	a.wants(t, status).wantsHeader(t, "Content-Type", "application/problem+json")
	if got := a.get(t, "type"); !strings.HasSuffix(got, "/problems/"+kind) || !strings.HasPrefix(got, "http://") {
		t.Errorf("the problem's type is %s, not that of %s: %s", got, kind, a)
	}
	if got := a.get(t, "status"); got != strconv.Itoa(status) {
		t.Errorf("the problem's status is %s, not %d", got, status)
	}
	if a.get(t, "title") == "" || a.get(t, "detail") == "" {
		t.Errorf("the problem says too little: %s", a)
	}
	return a
}

// wantsBody fails the test unless the body is this JSON, whatever the order of
// its fields. Numbers are compared as they are written.
func (a answer) wantsBody(t testing.TB, want string) answer {
	t.Helper()
	if got, want := normal(t, a.body), normal(t, []byte(want)); got != want {
		t.Errorf("the body is\n%s\nnot\n%s", got, want)
	}
	return a
}

// normal is JSON text with its fields in order.
func normal(t testing.TB, text []byte) string {
	t.Helper()
	return jsonText(t, decode(t, text))
}

func jsonText(t testing.TB, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func decode(t testing.TB, text []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in %.500q", err, text)
	}
	return value
}

// get is a value of the JSON body as text: "steps.0.output.sku". What is not
// there is empty, and so is null.
func (a answer) get(t testing.TB, path string) string {
	t.Helper()
	return pick(t, decode(t, a.body), path)
}

func pick(t testing.TB, value any, path string) string {
	t.Helper()
	for name := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(v) {
				return ""
			}
			value = v[i]
		default:
			return ""
		}
	}
	switch v := value.(type) {
	case nil:
		return ""
	case map[string]any, []any:
		return jsonText(t, v)
	default:
		return fmt.Sprint(v)
	}
}

// list is a list of the JSON body.
func (a answer) list(t testing.TB, name string) []any {
	t.Helper()
	object, _ := decode(t, a.body).(map[string]any)
	list, ok := object[name].([]any)
	if !ok {
		t.Fatalf("there is no list %q in %s", name, a)
	}
	return list
}

// id is the execution that the answer belongs to.
func (a answer) id(t testing.TB) string {
	t.Helper()
	id := a.header.Get("Redial-Execution-Id")
	if id == "" {
		t.Fatalf("the answer names no execution: %s", a)
	}
	return id
}
