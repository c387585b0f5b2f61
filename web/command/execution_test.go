package command_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// asking is a flow that calls an outside service and answers what it says. The
// settings are further lines of the flow, the call further fields of the step.
func asking(slug, url, settings, step string) string {
	return fmt.Sprintf(`redial: 1
slug: %s
%strigger: {uses: webhook}
steps:
  ask:
    uses: http
    with: {url: %q%s}
  answer:
    uses: respond
    with: {body: "{{ steps.ask.body }}"}
edges:
  - trigger -> ask
  - ask -> answer
`, slug, settings, url, step)
}

func TestExecutionTellsWhereItStands(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "mode: async\n", ""))
	a := p.hook(t, "ask", nil)
	p.wantsHandOver(t, a)
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{16,}$`).MatchString(a.id(t)) {
		t.Errorf("the ID is %q", a.id(t))
	}
	call := o.next(t)
	path := "/executions/" + a.id(t)
	running := p.call(t, http.MethodGet, path, nil).wants(t, http.StatusOK)
	running.wantsBody(t, fmt.Sprintf(`{"executionId":%q,"flow":"ask","version":1,"mode":"async","status":"running","startedAt":%q,"endedAt":null}`,
		a.id(t), running.get(t, "startedAt")))
	pending := p.call(t, http.MethodGet, path+"/response", nil).wants(t, http.StatusAccepted)
	pending.wantsHeader(t, "Redial-Answer", "pending").wantsHeader(t, "Redial-Execution-Id", a.id(t)).wantsHeader(t, "Retry-After", "1")

	call.reply(200, `{"a":"ü"}`)
	p.finished(t, a.id(t))
	ended := p.call(t, http.MethodGet, path, nil).wants(t, http.StatusOK)
	ended.wantsBody(t, fmt.Sprintf(`{"executionId":%q,"flow":"ask","version":1,"mode":"async","status":"succeeded","startedAt":%q,"endedAt":%q,"answer":{"status":200,"at":%q}}`,
		a.id(t), running.get(t, "startedAt"), ended.get(t, "endedAt"), ended.get(t, "answer.at")))
	for _, name := range []string{"startedAt", "endedAt", "answer.at"} {
		if _, err := time.Parse(time.RFC3339, ended.get(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	final := p.call(t, http.MethodGet, path+"/response", nil).wants(t, http.StatusOK).wantsHeader(t, "Redial-Answer", "final")
	if string(final.body) != `{"a":"ü"}` {
		t.Errorf("the answer is %q", final.body)
	}
}

func TestCallersGetTheirOwnAnswers(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	failed := make(chan string, 64)
	const callers = 16
	for caller := range callers {
		go func() {
			said := ""
			for i := range 20 {
				body := fmt.Sprintf(`{"caller":%d,"call":%d}`, caller, i)
				a, err := p.try(t, http.MethodPost, "/hooks/mirror", body, "Content-Type", "application/json")
				if err != nil || a.status != http.StatusOK || !strings.Contains(string(a.body), fmt.Sprintf(`"call":%d,"caller":%d`, i, caller)) && string(a.body) != body {
					said = fmt.Sprintf("%s got %v %s", body, err, a)
				}
			}
			failed <- said
		}()
	}
	for range callers {
		if said := <-failed; said != "" {
			t.Error(said)
		}
	}
}

func TestUnknownExecutionIsNotFound(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	id := "01ARZ3NDEKTSV4RRFFQ69G5FAV"
	for _, path := range []string{"/executions/" + id, "/executions/" + id + "/response", "/executions/x%2Fy", "/executions/" + strings.Repeat("a", 5000)} {
		p.call(t, http.MethodGet, path, nil).wantsProblem(t, http.StatusNotFound, "not-found")
	}
	p.call(t, http.MethodPost, "/executions/"+id+"/cancel", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	for _, path := range []string{"", "/events", "/cancel", "/rerun", "/resume"} {
		method := http.MethodPost
		if path == "" || path == "/events" {
			method = http.MethodGet
		}
		body := map[string]any{}
		if path == "/resume" {
			body = map[string]any{"step": "a", "decision": "retry"}
		}
		p.api(t, method, "/api/executions/"+id+path, body).wantsProblem(t, http.StatusNotFound, "not-found")
	}
}

// A flow may answer and fail afterwards: the answer stands.
func TestAnswerStandsThoughTheFlowFailsLater(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, `redial: 1
slug: early
trigger: {uses: webhook}
steps:
  answer: {uses: respond, with: {status: 201, body: {thanks: true}}}
  later: {uses: http, with: {url: "`+o.url+`"}}
edges:
  - trigger -> answer
  - answer -> later
`)
	a := p.hook(t, "early", nil).wants(t, http.StatusCreated).wantsBody(t, `{"thanks":true}`)
	running := p.call(t, http.MethodGet, "/executions/"+a.id(t), nil)
	if running.get(t, "status") != "running" || running.get(t, "answer.status") != "201" {
		t.Errorf("the execution is %s", running)
	}
	o.next(t).reply(500, `{}`)
	p.finished(t, a.id(t))
	failed := p.call(t, http.MethodGet, "/executions/"+a.id(t), nil)
	if failed.get(t, "status") != "failed" || failed.get(t, "answer.status") != "201" || failed.get(t, "error.step") != "later" {
		t.Errorf("the execution is %s", failed)
	}
	p.call(t, http.MethodGet, "/executions/"+a.id(t)+"/response", nil).wants(t, http.StatusCreated).
		wantsHeader(t, "Redial-Answer", "final").wantsBody(t, `{"thanks":true}`)
}

func TestExecutionShowsInputsAndOutputsOfItsSteps(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url+"/a", "", ", query: {q: \"{{ trigger.body.q }}\"}"))
	go func() { (<-o.arrivals).reply(200, `{"n":9223372036854775807}`) }()
	a := p.hook(t, "ask", `{"q":"ü"}`).wants(t, http.StatusOK)
	p.finished(t, a.id(t))
	x := p.execution(t, a.id(t))
	for path, want := range map[string]string{
		"executionId": a.id(t), "flow": "ask", "version": "1", "trigger.body.q": "ü", "trigger.method": "POST",
		"steps.0.step": "ask", "steps.0.status": "succeeded", "steps.0.attempts": "1",
		"steps.0.input.url": o.url + "/a?q=%C3%BC", "steps.0.output.status": "200", "steps.0.output.body.n": "9223372036854775807",
		"steps.1.step": "answer", "steps.1.output.sent": "true", "settings.mode": "sync", "settings.deadline": "25s",
	} {
		if got := x.get(t, path); got != want {
			t.Errorf("%s is %q, not %q", path, got, want)
		}
	}
}

func TestExecutionsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	p.publish(t, failing)
	var mirrors []string
	for range 5 {
		mirrors = append([]string{p.hook(t, "mirror", `{}`).id(t)}, mirrors...)
		called := time.Now().UnixMilli() // IDs sort by the millisecond
		eventually(t, "a millisecond has passed", func() bool { return time.Now().UnixMilli() > called })
	}
	failed := p.call(t, http.MethodGet, "/hooks/failing", nil).id(t)

	var listed []string
	pages := 0
	for after := ""; pages < 10; pages++ {
		a := p.api(t, http.MethodGet, "/api/executions?flow=mirror&limit=2&after="+after, nil).wants(t, http.StatusOK)
		for _, item := range a.list(t, "items") {
			listed = append(listed, pick(t, item, "executionId"))
		}
		if after = a.get(t, "next"); after == "" {
			break
		}
	}
	if !slices.Equal(listed, mirrors) || pages > 3 {
		t.Errorf("listed were %q in %d pages, not %q", listed, pages, mirrors)
	}
	for query, want := range map[string][]string{
		"":                           append([]string{failed}, mirrors...),
		"status=failed":              {failed},
		"status=succeeded":           mirrors,
		"flow=mirror&status=failed":  {},
		"flow=nobody":                {},
		"flow=failing&status=failed": {failed},
	} {
		got := []string{}
		for _, item := range p.api(t, http.MethodGet, "/api/executions?"+query, nil).list(t, "items") {
			got = append(got, pick(t, item, "executionId"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: listed were %q, not %q", query, got, want)
		}
	}
	for _, query := range []string{"limit=0", "limit=x", "limit=501", "after=%00"} {
		if a := p.api(t, http.MethodGet, "/api/executions?"+query, nil); a.status >= 500 || strings.HasPrefix(query, "limit") && a.status != http.StatusBadRequest {
			t.Errorf("%s: %s", query, a)
		}
	}
}
