package command_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// echo answers with what expressions see of the call.
const echo = `redial: 1
slug: echo
trigger:
  uses: webhook
  with: {methods: [GET, HEAD, POST, PUT, PATCH, DELETE]}
steps:
  seen:
    uses: transform
    with: {set: {trigger: "{{ trigger }}"}}
  answer:
    uses: respond
    with: {body: "{{ steps.seen.trigger }}"}
edges:
  - trigger -> seen
  - seen -> answer
`

// strict takes little.
const strict = `redial: 1
slug: strict
trigger:
  uses: webhook
  with:
    methods: [POST, PUT]
    types: [application/json, text/plain]
    max_body: 64
steps:
  answer:
    uses: respond
    with: {body: "{{ trigger.body }}"}
edges:
  - trigger -> answer
`

// silent ends without an answer.
const silent = `redial: 1
slug: silent
trigger: {uses: webhook}
steps:
  think:
    uses: transform
    with: {set: {a: 1}}
edges:
  - trigger -> think
`

func TestHookShowsTheCallToTheFlow(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, echo)
	for name, tc := range map[string]struct {
		method, path string
		headers      []string
		want         map[string]string
	}{
		"method and path":         {http.MethodPut, "/hooks/echo", nil, map[string]string{"method": "PUT", "path": "/"}},
		"path below the hook":     {http.MethodGet, "/hooks/echo/orders/7%2F8/lines", nil, map[string]string{"path": "/orders/7/8/lines"}},
		"slash at the end":        {http.MethodGet, "/hooks/echo/", nil, map[string]string{"path": "/"}},
		"query":                   {http.MethodGet, "/hooks/echo?a=1&b=%C3%BC&c=", nil, map[string]string{"query": `{"a":"1","b":"ü","c":""}`}},
		"repeated query":          {http.MethodGet, "/hooks/echo?a=1&a=2", nil, map[string]string{"query": `{"a":["1","2"]}`}},
		"no query":                {http.MethodGet, "/hooks/echo", nil, map[string]string{"query": "{}", "body": ""}},
		"header names":            {http.MethodGet, "/hooks/echo", []string{"X-Trace-ID", "Q"}, map[string]string{"headers.x-trace-id": "Q", "headers.X-Trace-Id": ""}},
		"repeated header":         {http.MethodGet, "/hooks/echo", []string{"X-A", "1", "X-A", "2"}, map[string]string{"headers.x-a": "1, 2"}},
		"cookies stay outside":    {http.MethodGet, "/hooks/echo", []string{"Cookie", "session=secret"}, map[string]string{"headers.cookie": ""}},
		"credentials stay out":    {http.MethodGet, "/hooks/echo", []string{"Authorization", "Bearer x"}, map[string]string{"headers.authorization": ""}},
		"any host":                {http.MethodGet, "/hooks/echo", []string{"Host", "flows.example.com"}, map[string]string{"headers.host": "flows.example.com"}},
		"any origin is let in":    {http.MethodGet, "/hooks/echo", []string{"Origin", "https://elsewhere.example"}, map[string]string{"headers.origin": "https://elsewhere.example"}},
		"query of broken escapes": {http.MethodGet, "/hooks/echo?a=%zz&b=1", nil, map[string]string{"query.b": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := p.call(t, tc.method, tc.path, nil, tc.headers...).wants(t, http.StatusOK)
			for path, want := range tc.want {
				if got := a.get(t, path); got != want {
					t.Errorf("%s is %q, not %q", path, got, want)
				}
			}
			if received, err := time.Parse(time.RFC3339, a.get(t, "receivedAt")); err != nil || time.Since(received).Abs() > time.Hour {
				t.Errorf("receivedAt is %q", a.get(t, "receivedAt"))
			}
		})
	}
}

func TestHookRefusesAndStartsNothing(t *testing.T) { //nolint:tparallel // what has started is counted after the last one
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, strict)
	p.publish(t, "redial: 1\nslug: by-hand\ntrigger: {uses: manual}\nsteps:\n  a: {uses: transform, with: {set: {b: 1}}}\nedges: [trigger -> a]\n")
	p.api(t, http.MethodPut, "/api/flows/draft", strings.Replace(echo, "slug: echo", "slug: draft", 1)).wants(t, http.StatusCreated)
	json := []string{"Content-Type", "application/json"}
	for name, tc := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
		kind               string
	}{
		"unknown flow":          {http.MethodPost, "/hooks/nobody", "", nil, 404, "not-found"},
		"unpublished flow":      {http.MethodPost, "/hooks/draft", "", nil, 404, "not-found"},
		"flow without a URL":    {http.MethodPost, "/hooks/by-hand", "", nil, 404, "not-found"},
		"slug that cannot be":   {http.MethodPost, "/hooks/A_B", "", nil, 404, "not-found"},
		"method":                {http.MethodGet, "/hooks/strict", "", nil, 405, "method-not-allowed"},
		"body too large":        {http.MethodPost, "/hooks/strict", `"` + strings.Repeat("x", 63) + `"`, json, 413, "body-too-large"},
		"content type":          {http.MethodPost, "/hooks/strict", "<a/>", []string{"Content-Type", "application/xml"}, 415, "unsupported-type"},
		"no content type":       {http.MethodPost, "/hooks/strict", "{}", []string{"Content-Type", ""}, 415, "unsupported-type"},
		"body that breaks off":  {http.MethodPost, "/hooks/strict", `{"a":`, json, 400, "unreadable-body"},
		"two values":            {http.MethodPost, "/hooks/strict", `{} {}`, json, 400, "unreadable-body"},
		"bytes that are no UTF": {http.MethodPost, "/hooks/strict", "\"\xff\"", json, 400, "unreadable-body"},
		"number out of range":   {http.MethodPost, "/hooks/strict", "1e999", json, 400, "unreadable-body"},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.call(t, tc.method, tc.path, tc.body, tc.headers...).wantsProblem(t, tc.status, tc.kind)
			a.wantsHeader(t, "Redial-Execution-Id", "")
			if tc.status == 405 {
				a.wantsHeader(t, "Allow", "POST, PUT, OPTIONS")
			}
		})
	}
	if items := p.api(t, http.MethodGet, "/api/executions", nil).list(t, "items"); len(items) > 0 {
		t.Errorf("there are executions: %v", items)
	}
}

// A body of unknown length is bounded as well.
func TestHookBoundsBodiesSentInChunks(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, strict)
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	chunk := strings.Repeat("x", 100)
	_, err = fmt.Fprintf(conn, "POST /hooks/strict HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(chunk), chunk)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("the answer has status %d", response.StatusCode)
	}
}

func TestHookWithoutRespondAnswersNoContent(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, silent)
	a := p.hook(t, "silent", `{}`).wants(t, http.StatusNoContent)
	if len(a.body) > 0 {
		t.Errorf("the body is %q", a.body)
	}
	response := p.call(t, http.MethodGet, "/executions/"+a.id(t)+"/response", nil).wants(t, http.StatusNoContent)
	response.wantsHeader(t, "Redial-Answer", "final")
}

func TestHookAnswersHEADWithHeadersAlone(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, echo)
	p.publish(t, strict)
	a := p.call(t, http.MethodHead, "/hooks/echo", nil).wants(t, http.StatusOK).wantsHeader(t, "Content-Type", "application/json")
	if len(a.body) > 0 || a.header.Get("Content-Length") == "0" {
		t.Errorf("the answer is %s", a)
	}
	a.id(t)
	p.call(t, http.MethodHead, "/hooks/strict", nil).wants(t, http.StatusMethodNotAllowed)
	p.call(t, http.MethodHead, "/hooks/nobody", nil).wants(t, http.StatusNotFound)
}

// guarded answers with a page and a cookie.
const guarded = `redial: 1
slug: guarded
trigger: {uses: webhook, with: {methods: [GET]}}
steps:
  answer:
    uses: respond
    with:
      status: 203
      headers:
        Content-Type: text/html
        X-Name: "{{ trigger.query.name }}"
        X-Missing: "{{ trigger.query.missing }}"
        Content-Security-Policy: default-src *
      body: <script>alert(1)</script>
edges:
  - trigger -> answer
`

func TestAnswersOfFlowsAreGuarded(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, guarded)
	a := p.call(t, http.MethodGet, "/hooks/guarded?name=J%C3%BCrgen", nil)
	stored := p.call(t, http.MethodGet, "/executions/"+a.id(t)+"/response", nil)
	for name, a := range map[string]answer{"hook": a, "response URL": stored} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a.wants(t, http.StatusNonAuthoritativeInfo).
				wantsHeader(t, "Content-Security-Policy", "sandbox").
				wantsHeader(t, "X-Content-Type-Options", "nosniff").
				wantsHeader(t, "Content-Type", "text/html").
				wantsHeader(t, "X-Name", "Jürgen").
				wantsHeader(t, "X-Missing", "").
				wantsHeader(t, "Set-Cookie", "")
			if string(a.body) != "<script>alert(1)</script>" {
				t.Errorf("the body is %q", a.body)
			}
		})
	}
}

// Some headers are the server's own: a flow that sets one cannot be published.
func TestFlowsSetNoHeadersOfTheServer(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	for _, name := range []string{"Set-Cookie", "Content-Length", "Transfer-Encoding", "Connection", "Redial-Execution-Id", "Redial-Answer"} {
		source := strings.Replace(guarded, "X-Name:", name+":", 1)
		a := p.api(t, http.MethodPut, "/api/flows/guarded", source)
		if !strings.Contains(a.get(t, "problems"), name) {
			t.Errorf("nothing is said of %s: %s", name, a)
		}
		p.api(t, http.MethodPost, "/api/flows/guarded/publish", nil).wantsProblem(t, http.StatusUnprocessableEntity, "flow-problems")
	}
}

// Nor can a value break out of its header.
func TestHeadersTakeNoControlCharacters(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, guarded)
	a := p.call(t, http.MethodGet, "/hooks/guarded?name=a%0d%0aSet-Cookie:%20a=b", nil)
	a.wantsProblem(t, http.StatusInternalServerError, "flow-failed").wantsHeader(t, "Set-Cookie", "")
}

// failing ends itself.
const failing = `redial: 1
slug: failing
trigger: {uses: webhook, with: {methods: [GET]}}
steps:
  stop:
    uses: fail
    with: {status: 451, message: "Not for {{ trigger.query.who }}"}
edges:
  - trigger -> stop
`

func TestFailStepAnswersWithItsStatus(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, failing)
	a := p.call(t, http.MethodGet, "/hooks/failing?who=you", nil).wantsProblem(t, http.StatusUnavailableForLegalReasons, "flow-failed")
	if a.get(t, "detail") != "Not for you" || a.get(t, "step") != "stop" || a.get(t, "retryable") != "false" || a.get(t, "executionId") != a.id(t) {
		t.Errorf("the problem is %s", a)
	}
}

// A failure in a round of an each step names the round.
func TestFailureInARoundNamesIt(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, `redial: 1
slug: rounds
trigger: {uses: webhook}
steps:
  all:
    uses: each
    with:
      items: trigger.body
      do:
        steps:
          check: {uses: transform, with: {set: {twice: "{{ 2 * item }}"}}}
        edges: []
  answer: {uses: respond, with: {body: "{{ steps.all }}"}}
edges: [trigger -> all, all -> answer]
`)
	p.hook(t, "rounds", `[1,4611686018427387903]`).wants(t, http.StatusOK).wantsBody(t, `[{"twice":2},{"twice":9223372036854775806}]`)
	p.hook(t, "rounds", `[]`).wants(t, http.StatusOK).wantsBody(t, `[]`)
	a := p.hook(t, "rounds", `[1,4611686018427387904]`).wantsProblem(t, http.StatusInternalServerError, "flow-failed")
	if a.get(t, "step") != "check" || a.get(t, "iteration") != "[1]" || a.get(t, "retryable") != "false" {
		t.Errorf("the problem is %s", a)
	}
}

// A flow that calls another one gets its answer.
func TestFlowsCallFlows(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	p.publish(t, `redial: 1
slug: caller
trigger: {uses: webhook}
steps:
  child: {uses: flow, with: {slug: mirror, body: "{{ trigger.body }}"}}
  answer: {uses: respond, with: {status: "{{ steps.child.status }}", body: "{{ steps.child.body }}"}}
edges: [trigger -> child, child -> answer]
`)
	a := p.hook(t, "caller", `{"n":9007199254740993}`).wants(t, http.StatusOK).wantsBody(t, `{"n":9007199254740993}`)
	child := p.execution(t, a.id(t)).get(t, "steps.0.child")
	if got := p.call(t, http.MethodGet, "/executions/"+child, nil); got.get(t, "parent") != a.id(t) || got.get(t, "flow") != "mirror" {
		t.Errorf("the child is %s", got)
	}
	p.api(t, http.MethodDelete, "/api/flows/mirror", nil).wants(t, http.StatusNoContent)
	p.hook(t, "caller", `1`).wantsProblem(t, http.StatusInternalServerError, "flow-failed")
}

// What is counted in memory is stored when the server stops.
func TestRefusedCallsOutliveAStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, dir)
	p.publish(t, "redial: 1\nslug: strict\ntrigger: {uses: webhook}\nsteps: {answer: {uses: respond}}\nedges: [trigger -> answer]\n")
	for range 3 { // the first is stored at once, the others wait for a second
		p.call(t, http.MethodGet, "/hooks/strict", nil).wants(t, http.StatusMethodNotAllowed)
	}
	if code := p.stop(t); code != 0 {
		t.Fatalf("it ended with %d", code)
	}
	p = serve(t, dir)
	items := p.api(t, http.MethodGet, "/api/flows/strict/refusals", nil).wants(t, http.StatusOK).list(t, "items")
	if len(items) != 1 || !strings.Contains(jsonText(t, items[0]), `"count":3`) {
		t.Errorf("after the stop there is %s", jsonText(t, items))
	}
}
