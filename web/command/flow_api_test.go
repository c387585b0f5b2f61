package command_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestDraftIsCreatedAndReplaced(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	created := p.api(t, http.MethodPut, "/api/flows/mirror", mirror).wants(t, http.StatusCreated).wantsBody(t, `{"revision":1,"problems":[]}`)
	created.wantsHeader(t, "ETag", `"1"`)
	p.api(t, http.MethodPut, "/api/flows/mirror", strings.Replace(mirror, "body }}", "query }}", 1)).wants(t, http.StatusOK).wantsBody(t, `{"revision":2,"problems":[]}`)
	p.hook(t, "mirror", `1`).wantsProblem(t, http.StatusNotFound, "not-found")
	a := p.api(t, http.MethodGet, "/api/flows/mirror", nil).wants(t, http.StatusOK).wantsHeader(t, "ETag", `"2"`)
	for path, want := range map[string]string{
		"redial": "1", "slug": "mirror", "revision": "2", "publishedVersion": "", "problems": "[]",
		"steps.hold.uses": "transform", "steps.hold.with.set.body": "{{ trigger.query }}", "edges.0": "trigger -> hold",
	} {
		if got := a.get(t, path); got != want {
			t.Errorf("%s is %q, not %q", path, got, want)
		}
	}
	if !strings.Contains(string(a.body), `"publishedVersion"`) {
		t.Errorf("there is no publishedVersion: %s", a)
	}
}

// What GET answers can be changed and put back, as a program would do it.
func TestFlowOfTheAPIGoesBackIn(t *testing.T) {
	t.Parallel()
	p := demo(t)
	for _, slug := range []string{"order-request", "customer-from-three-crms"} {
		before := p.api(t, http.MethodGet, "/api/flows/"+slug, nil).wants(t, http.StatusOK)
		object, _ := decode(t, before.body).(map[string]any)
		for _, name := range []string{"revision", "publishedVersion", "problems"} {
			delete(object, name)
		}
		a := p.api(t, http.MethodPut, "/api/flows/"+slug, object).wants(t, http.StatusOK)
		if strings.Contains(a.get(t, "problems"), `"severity":"error"`) {
			t.Errorf("%s has problems: %s", slug, a)
		}
		after, _ := decode(t, p.api(t, http.MethodGet, "/api/flows/"+slug, nil).body).(map[string]any)
		for _, name := range []string{"revision", "publishedVersion", "problems"} {
			delete(after, name)
		}
		if got, want := jsonText(t, after), jsonText(t, object); got != want {
			t.Errorf("%s came back as\n%s\nnot\n%s", slug, got, want)
		}
	}
}

func TestDraftThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	for name, tc := range map[string]struct {
		path, source string
		status       int
		kind, detail string
	}{
		"no YAML":       {"/api/flows/a", "redial: [", 400, "unreadable-body", `line 1`},
		"no JSON":       {"/api/flows/a", `{"redial": 1,`, 400, "unreadable-body", "line 1"},
		"no object":     {"/api/flows/a", `[1]`, 400, "unreadable-body", ""},
		"empty":         {"/api/flows/a", ``, 400, "unreadable-body", ""},
		"too large":     {"/api/flows/a", "redial: 1\nslug: a\ndescription: " + strings.Repeat("x", 1<<20), 413, "body-too-large", ""},
		"another slug":  {"/api/flows/a", mirror, 422, "invalid", `"mirror"`},
		"no slug":       {"/api/flows/a", "redial: 1\n", 422, "invalid", ""},
		"slug is wrong": {"/api/flows/A", strings.Replace(mirror, "slug: mirror", "slug: A", 1), 422, "invalid", ""},
		"nested":        {"/api/flows/a", "redial: 1\nslug: a\nconfig: {a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}", 413, "body-too-large", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := p.api(t, http.MethodPut, tc.path, tc.source).wantsProblem(t, tc.status, tc.kind)
			if !strings.Contains(a.get(t, "detail"), tc.detail) {
				t.Errorf("the detail is %q", a.get(t, "detail"))
			}
		})
	}
}

func TestDraftMayHoldProblemsButNotBePublished(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	source := strings.Replace(mirror, "- hold -> answer", "- hold -> nobody", 1)
	a := p.api(t, http.MethodPut, "/api/flows/mirror", source).wants(t, http.StatusOK)
	if a.get(t, "problems.0.line") == "" || a.get(t, "problems.0.message") == "" || !strings.Contains(a.get(t, "problems"), "nobody") {
		t.Errorf("the problems are %s", a)
	}
	refused := p.api(t, http.MethodPost, "/api/flows/mirror/publish", nil).wantsProblem(t, http.StatusUnprocessableEntity, "flow-problems")
	if refused.get(t, "problems") != a.get(t, "problems") {
		t.Errorf("publishing says %s, putting said %s", refused, a)
	}
	p.api(t, http.MethodPost, "/api/flows/mirror/test", nil).wantsProblem(t, http.StatusUnprocessableEntity, "flow-problems")
	p.hook(t, "mirror", `"still there"`).wants(t, http.StatusOK)
	p.api(t, http.MethodPost, "/api/flows/nobody/publish", nil).wantsProblem(t, http.StatusNotFound, "not-found")
}

func TestVersionsCountUp(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.api(t, http.MethodPut, "/api/flows/mirror", mirror).wants(t, http.StatusCreated)
	p.api(t, http.MethodPost, "/api/flows/mirror/publish", nil).wants(t, http.StatusOK).wantsBody(t, `{"version":1}`)
	first := p.hook(t, "mirror", `1`).wantsBody(t, `1`)
	p.api(t, http.MethodPut, "/api/flows/mirror", strings.Replace(mirror, "trigger.body }}", "trigger.method }}", 1)).wants(t, http.StatusOK)
	p.hook(t, "mirror", `1`).wantsBody(t, `1`)
	p.api(t, http.MethodPost, "/api/flows/mirror/publish", map[string]any{"comment": "method"}).wants(t, http.StatusOK).wantsBody(t, `{"version":2}`)
	second := p.hook(t, "mirror", `1`)
	if string(second.body) != "POST" {
		t.Errorf("the answer is %s", second)
	}
	if got := p.api(t, http.MethodGet, "/api/flows/mirror", nil).get(t, "publishedVersion"); got != "2" {
		t.Errorf("published is version %s", got)
	}
	for id, want := range map[string]string{first.id(t): "1", second.id(t): "2"} {
		if got := p.call(t, http.MethodGet, "/executions/"+id, nil).get(t, "version"); got != want {
			t.Errorf("the execution is of version %s, not %s", got, want)
		}
	}
}

func TestIfMatchGuardsTheDraft(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.api(t, http.MethodPut, "/api/flows/mirror", mirror, "If-Match", `"7"`).wantsProblem(t, http.StatusPreconditionFailed, "revision")
	p.api(t, http.MethodPut, "/api/flows/mirror", mirror).wants(t, http.StatusCreated)
	changed := mirror + "name: Mirror\n"
	p.api(t, http.MethodPut, "/api/flows/mirror", changed, "If-Match", `"1"`).wants(t, http.StatusOK).wantsBody(t, `{"revision":2,"problems":[]}`)
	p.api(t, http.MethodPut, "/api/flows/mirror", mirror, "If-Match", `1`).wantsProblem(t, http.StatusPreconditionFailed, "revision")
	p.api(t, http.MethodPut, "/api/flows/mirror", mirror, "If-Match", `x`).wantsProblem(t, http.StatusBadRequest, "bad-request")
	p.api(t, http.MethodPatch, "/api/flows/mirror", map[string]any{"mode": "async"}, "If-Match", `"1"`).wantsProblem(t, http.StatusPreconditionFailed, "revision")
	p.api(t, http.MethodPatch, "/api/flows/mirror", map[string]any{"mode": "async"}, "If-Match", `"2"`).wants(t, http.StatusOK)
	p.api(t, http.MethodPut, "/api/flows/mirror", mirror).wants(t, http.StatusOK)
}

func TestSettingsChangeAtOnce(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	for name, value := range map[string]any{
		"mode": "async", "deadline": "1m", "on_deadline": "fail", "on_disconnect": "cancel", "callers_choose": false, "concurrency": 7,
	} {
		a := p.api(t, http.MethodPatch, "/api/flows/mirror", map[string]any{name: value}).wants(t, http.StatusOK)
		want := strings.Trim(jsonText(t, value), `"`)
		if a.get(t, name) != want {
			t.Errorf("%s: the answer is %s", name, a)
		}
		if got := p.api(t, http.MethodGet, "/api/flows/mirror", nil).get(t, name); got != want {
			t.Errorf("the draft has %s %q, not %q", name, got, want)
		}
	}
	a := p.hook(t, "mirror", `1`).wants(t, http.StatusAccepted)
	p.finished(t, a.id(t))
	settings := p.execution(t, a.id(t))
	for name, want := range map[string]string{
		"mode": "async", "deadline": "1m", "on_deadline": "fail", "on_disconnect": "cancel", "callers_choose": "false", "concurrency": "7",
	} {
		if got := settings.get(t, "settings."+name); got != want {
			t.Errorf("the execution began with %s %q, not %q", name, got, want)
		}
	}
	// Nothing but settings has changed: the version is the same.
	if got := p.call(t, http.MethodGet, "/executions/"+a.id(t), nil).get(t, "version"); got != "1" {
		t.Errorf("the version is %s", got)
	}
}

// A draft's settings take effect when it is published, not before.
func TestSettingsOfADraftWaitForPublishing(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	source := strings.Replace(mirror, "slug: mirror\n", "slug: mirror\nmode: async\n", 1)
	p.api(t, http.MethodPut, "/api/flows/mirror", source).wants(t, http.StatusOK)
	p.hook(t, "mirror", `1`).wants(t, http.StatusOK)
	p.api(t, http.MethodPost, "/api/flows/mirror/publish", nil).wants(t, http.StatusOK)
	p.hook(t, "mirror", `1`).wants(t, http.StatusAccepted)
}

func TestWrongSettingsAreRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	for _, body := range []string{
		`{"mode":"later"}`, `{"mode":1}`, `{"mode":null}`, `{"deadline":"0s"}`, `{"deadline":"16m"}`, `{"deadline":"soon"}`, `{"deadline":5}`,
		`{"on_deadline":"x"}`, `{"on_disconnect":"x"}`, `{"callers_choose":"yes"}`, `{"concurrency":-1}`, `{"concurrency":1.5}`, `{"concurrency":"1"}`,
		`{"name":"x"}`, `{"steps":{}}`, `{"mode":"async","deadline":"never"}`,
	} {
		a := p.api(t, http.MethodPatch, "/api/flows/mirror", body)
		if a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s", body, a)
		}
	}
	for _, body := range []string{`[]`, `{"mode":`, `"async"`} {
		p.api(t, http.MethodPatch, "/api/flows/mirror", body).wantsProblem(t, http.StatusBadRequest, "bad-request")
	}
	p.hook(t, "mirror", `1`).wants(t, http.StatusOK)
	p.api(t, http.MethodPatch, "/api/flows/nobody", map[string]any{"mode": "async"}).wantsProblem(t, http.StatusNotFound, "not-found")
}

func TestDraftCanBeTriedOut(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.api(t, http.MethodPut, "/api/flows/echo", echo).wants(t, http.StatusCreated)
	body := `{"method":"PUT","path":"/a","query":{"q":"1"},"headers":{"X-Name":"ü"},"body":{"n":9007199254740993}}`
	id := p.api(t, http.MethodPost, "/api/flows/echo/test", body).wants(t, http.StatusOK).get(t, "executionId")
	p.finished(t, id)
	a := p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusOK)
	for path, want := range map[string]string{"method": "PUT", "path": "/a", "query.q": "1", "headers.x-name": "ü", "body.n": "9007199254740993"} {
		if got := a.get(t, path); got != want {
			t.Errorf("%s is %q, not %q", path, got, want)
		}
	}
	if got := p.call(t, http.MethodGet, "/executions/"+id, nil); got.get(t, "version") != "0" || got.get(t, "test") != "true" {
		t.Errorf("the execution is %s", got)
	}
	p.call(t, http.MethodGet, "/hooks/echo", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	empty := p.api(t, http.MethodPost, "/api/flows/echo/test", nil).wants(t, http.StatusOK).get(t, "executionId")
	p.finished(t, empty)
	for _, body := range []string{`{"method":1}`, `{"headers":[]}`, `{"bodi":1}`} {
		p.api(t, http.MethodPost, "/api/flows/echo/test", body).wantsProblem(t, http.StatusUnprocessableEntity, "invalid")
	}
	p.api(t, http.MethodPost, "/api/flows/nobody/test", nil).wantsProblem(t, http.StatusNotFound, "not-found")
}

func TestDeletedFlowLeavesItsExecutions(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	id := p.hook(t, "mirror", `{"a":1}`).id(t)
	p.api(t, http.MethodDelete, "/api/flows/mirror", nil).wants(t, http.StatusNoContent)
	p.hook(t, "mirror", `1`).wantsProblem(t, http.StatusNotFound, "not-found")
	p.api(t, http.MethodGet, "/api/flows/mirror", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	p.api(t, http.MethodDelete, "/api/flows/mirror", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	if got := p.execution(t, id).get(t, "steps.0.output.body.a"); got != "1" {
		t.Errorf("the execution's output is %q", got)
	}
	p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusOK).wantsBody(t, `{"a":1}`)
	if items := p.api(t, http.MethodGet, "/api/executions?flow=mirror", nil).list(t, "items"); len(items) != 1 {
		t.Errorf("listed are %v", items)
	}
	p.finished(t, id)
	p.publish(t, mirror)
	p.hook(t, "mirror", `2`).wants(t, http.StatusOK).wantsBody(t, `2`)
}

func TestFlowsAreListedInPages(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	for _, slug := range []string{"c", "a", "b"} {
		p.publish(t, strings.Replace(mirror, "slug: mirror", "slug: "+slug, 1))
	}
	first := p.api(t, http.MethodGet, "/api/flows?limit=2", nil).wants(t, http.StatusOK)
	second := p.api(t, http.MethodGet, "/api/flows?limit=2&after="+first.get(t, "next"), nil).wants(t, http.StatusOK)
	got := first.get(t, "items.0.slug") + first.get(t, "items.1.slug") + second.get(t, "items.0.slug")
	if got != "abc" || second.get(t, "next") != "" || len(second.list(t, "items")) != 1 {
		t.Errorf("listed are %q: %s %s", got, first, second)
	}
}

func TestAPIIsNotForEverybody(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--trusted-proxies", "127.0.0.1/32")
	p.publish(t, mirror)
	id := p.hook(t, "mirror", `1`).id(t)
	for n, call := range []string{
		"GET /api/flows", "GET /api/flows/mirror", "PUT /api/flows/mirror", "PATCH /api/flows/mirror", "DELETE /api/flows/mirror",
		"POST /api/flows/mirror/publish", "POST /api/flows/mirror/test", "GET /api/executions", "GET /api/executions/" + id,
		"GET /api/executions/" + id + "/events", "POST /api/executions/" + id + "/cancel", "POST /api/executions/" + id + "/rerun",
		"POST /api/executions/" + id + "/resume", "GET /api/connections", "GET /api/connections/acme", "PUT /api/connections/acme",
		"DELETE /api/connections/acme", "GET /api/components", "PUT /api/components/a", "GET /api/", "GET /api/nothing",
	} {
		method, path, _ := strings.Cut(call, " ")
		for name, headers := range map[string][]string{
			"no token": nil, "wrong token": {"Authorization", "Bearer wrong"}, "another scheme": {"Authorization", "Basic " + apiToken},
			"token in the query": {"X-A", ""}, "empty token": {"Authorization", "Bearer "},
		} {
			a := p.call(t, method, path+"?token="+apiToken, nil,
				append(headers, "X-Forwarded-For", fmt.Sprint("192.0.2.", n))...) // each fails but a few times
			a.wantsProblem(t, http.StatusUnauthorized, "unauthorized")
			if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s with %s: WWW-Authenticate is %q", call, name, a.header.Get("WWW-Authenticate"))
			}
		}
	}
	p.api(t, http.MethodDelete, "/api/flows/mirror", nil, "Origin", "https://evil.example").wantsProblem(t, http.StatusForbidden, "forbidden-origin")
	p.api(t, http.MethodGet, "/api/nothing", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	p.hook(t, "mirror", `1`).wants(t, http.StatusOK)
}

func TestOperationsNeedNoToken(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	p.hook(t, "mirror", `1`).wants(t, http.StatusOK)
	p.hook(t, "nobody", `1`)
	p.call(t, http.MethodGet, "/healthz", nil).wants(t, http.StatusOK)
	p.call(t, http.MethodGet, "/readyz", nil).wants(t, http.StatusOK)
	metrics := string(p.call(t, http.MethodGet, "/metrics", nil).wants(t, http.StatusOK).body)
	for _, line := range []string{
		`redial_http_answers_total\{area="hook",status="200"\} 1`, `redial_hook_refusals_total\{type="not-found"\} 1`, `redial_executions_active \d`,
	} {
		if !regexp.MustCompile(line).MatchString(metrics) {
			t.Errorf("the metrics have no %s", line)
		}
	}
	p.call(t, http.MethodGet, "/nothing", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	p.call(t, http.MethodGet, "/problems/nothing", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	page := p.call(t, http.MethodGet, "/problems/deadline", nil, "Accept", "text/html").wants(t, http.StatusOK)
	if !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("the page's policy is %q", page.header.Get("Content-Security-Policy"))
	}
}
