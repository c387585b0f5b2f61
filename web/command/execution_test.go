package command_test

import (
	"context"
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

func TestAnswerAfterTheDeadlineIsTheOneOnTheLine(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "", ""))
	const said = `{"name":"Jürgen","n":9007199254740993,"list":[1.50,null]}`
	go func() { (<-o.arrivals).reply(200, said) }()
	onTheLine := p.hook(t, "ask", nil).wants(t, http.StatusOK)

	p.api(t, http.MethodPatch, "/api/flows/ask", map[string]any{"deadline": "50ms"}).wants(t, http.StatusOK)
	a := p.hook(t, "ask", nil)
	response := p.wantsHandOver(t, a)
	p.call(t, http.MethodGet, response, nil).wants(t, http.StatusAccepted).wantsHeader(t, "Redial-Answer", "pending")
	o.next(t).reply(200, said)
	p.finished(t, a.id(t))
	later := p.call(t, http.MethodGet, response, nil).wants(t, http.StatusOK).wantsHeader(t, "Redial-Answer", "final")
	if string(later.body) != string(onTheLine.body) {
		t.Errorf("on the line it was %q, later %q", onTheLine.body, later.body)
	}
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Security-Policy", "X-Content-Type-Options"} {
		later.wantsHeader(t, name, onTheLine.header.Get(name))
	}
}

func TestDeadlineMayFailTheCall(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "deadline: 50ms\non_deadline: fail\n", ""))
	a := p.hook(t, "ask", nil).wantsProblem(t, http.StatusGatewayTimeout, "deadline")
	if a.get(t, "executionId") != a.id(t) {
		t.Errorf("the problem is %s", a)
	}
	o.next(t).reply(200, `{"late":true}`)
	p.finished(t, a.id(t))
	p.call(t, http.MethodGet, "/executions/"+a.id(t)+"/response", nil).wants(t, http.StatusOK).wantsBody(t, `{"late":true}`)
}

func TestTooSlowServiceIsTold(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, strings.Replace(asking("ask", o.url, "", ""), "    uses: http\n", "    uses: http\n    timeout: 50ms\n", 1))
	a := p.hook(t, "ask", nil).wantsProblem(t, http.StatusGatewayTimeout, "service-too-slow")
	if a.get(t, "step") != "ask" || a.get(t, "retryable") != "true" || a.get(t, "executionId") != a.id(t) {
		t.Errorf("the problem is %s", a)
	}
	o.next(t).isLeft(t)
}

func TestServiceThatIsNotThere(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, asking("ask", "http://127.0.0.1:1/", "", ""))
	a := p.hook(t, "ask", nil).wantsProblem(t, http.StatusBadGateway, "service-failed")
	if a.get(t, "retryable") != "true" {
		t.Errorf("the problem is %s", a)
	}
	// Addresses that are not public are out of reach, and that does not pass.
	p.publish(t, asking("private", "http://10.0.0.1/", "", ""))
	private := p.hook(t, "private", nil).wantsProblem(t, http.StatusInternalServerError, "flow-failed")
	if private.get(t, "retryable") != "false" || !strings.Contains(private.get(t, "detail"), "--allow-private-egress") {
		t.Errorf("the problem is %s", private)
	}
}

func TestCancelAbortsTheCallUnderWay(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "mode: async\n", ""))
	a := p.hook(t, "ask", nil)
	call := o.next(t)
	canceled := p.call(t, http.MethodPost, a.get(t, "cancelUrl"), nil).wants(t, http.StatusOK)
	if canceled.get(t, "status") != "canceled" || canceled.get(t, "executionId") != a.id(t) {
		t.Errorf("cancel answers %s", canceled)
	}
	call.isLeft(t)
	p.call(t, http.MethodPost, a.get(t, "cancelUrl"), nil).wantsProblem(t, http.StatusConflict, "conflict")
	p.call(t, http.MethodGet, a.get(t, "responseUrl"), nil).wantsProblem(t, http.StatusConflict, "canceled").
		wantsHeader(t, "Redial-Answer", "final")
	p.api(t, http.MethodPost, "/api/executions/"+a.id(t)+"/cancel", nil).wantsProblem(t, http.StatusConflict, "conflict")
	if got := names(t, p.finished(t, a.id(t))); got[len(got)-1] != "execution.finished canceled" {
		t.Errorf("the events are %q", got)
	}
}

func TestCancelOfAnUnsafeCallLeavesItsOutcomeUnknown(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "mode: async\n", ", method: POST"))
	a := p.hook(t, "ask", nil)
	o.next(t)
	p.api(t, http.MethodPost, "/api/executions/"+a.id(t)+"/cancel", nil).wants(t, http.StatusOK)
	steps := p.execution(t, a.id(t))
	if got := steps.get(t, "steps.0.error.code"); got != "outcome_unknown" {
		t.Errorf("the call ended with %q: %s", got, steps)
	}
}

func TestCallersWhoWaitAreToldOfACancel(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "", ""))
	viewer := p.watch(t, "/flows/ask/live")
	got := make(chan answer, 1)
	go func() {
		a, err := p.try(t, http.MethodPost, "/hooks/ask", nil)
		if err != nil {
			a.body = []byte(err.Error())
		}
		got <- a
	}()
	id := viewer.until(t, "execution.started")[0].get(t, "execution")
	o.next(t)
	p.call(t, http.MethodPost, "/executions/"+id+"/cancel", nil).wants(t, http.StatusOK)
	a := <-got
	a.wantsProblem(t, http.StatusConflict, "canceled")
	if a.get(t, "executionId") != id {
		t.Errorf("the problem is %s", a)
	}
}

// Whoever hangs up does not stop what was begun.
func TestExecutionGoesOnWhenTheCallerHangsUp(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "", ""))
	viewer := p.watch(t, "/flows/ask/live")
	ctx, hangUp := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/hooks/ask", nil)
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if response, err := p.client.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}()
	call := o.next(t)
	id := viewer.until(t, "execution.started")[0].get(t, "execution")
	hangUp()
	<-gone
	call.reply(200, `{"a":1}`)
	p.finished(t, id)
	p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusOK).wantsBody(t, `{"a":1}`)
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

func TestRerunStartsTheSameCallAgain(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	first := p.hook(t, "mirror", `{"a":9007199254740993}`)
	again := p.api(t, http.MethodPost, "/api/executions/"+first.id(t)+"/rerun", nil).wants(t, http.StatusOK).get(t, "executionId")
	if again == first.id(t) {
		t.Error("the execution is the same one")
	}
	p.finished(t, again)
	p.call(t, http.MethodGet, "/executions/"+again+"/response", nil).wants(t, http.StatusOK).wantsBody(t, `{"a":9007199254740993}`)
	for name, body := range map[string]any{
		"unknown step": map[string]any{"from": "nobody"}, "unknown field": map[string]any{"form": "hold"}, "number": map[string]any{"from": 1},
	} {
		a := p.api(t, http.MethodPost, "/api/executions/"+first.id(t)+"/rerun", body)
		if a.wantsProblem(t, http.StatusUnprocessableEntity, "invalid"); t.Failed() {
			t.Errorf("%s: %s", name, a)
		}
	}
}

func TestRerunFromAStepTakesOverWhatWasDoneBefore(t *testing.T) {
	t.Parallel()
	p := demo(t)
	p.control(t, `{"services":{"ses":{"fault":"error","times":1}}}`)
	failed := p.hook(t, "order-request", order("R-1", twoLamps)).wantsProblem(t, http.StatusBadGateway, "service-failed")
	again := p.api(t, http.MethodPost, "/api/executions/"+failed.id(t)+"/rerun", map[string]any{"from": failed.get(t, "step")}).wants(t, http.StatusOK).get(t, "executionId")
	p.finished(t, again)
	answer := p.call(t, http.MethodGet, "/executions/"+again+"/response", nil).wants(t, http.StatusOK)
	if answer.get(t, "status") != "confirmed" || answer.get(t, "orderNumber") == "" || !strings.HasPrefix(answer.get(t, "invoiceNumber"), "R-1-") {
		t.Errorf("the answer is %s", answer)
	}
	p.wantsCalls(t, "acme", "GET /inventory/LAMP-01 200", "POST /orders 201")
	p.wantsCalls(t, "quickbooks", "POST "+invoicePath+" 200")
	p.wantsCalls(t, "ses", "POST "+mailPath+" 500", "POST "+mailPath+" 200")
	if got := stepOutcomes(t, p.execution(t, again)); got["create_order"] != "succeeded" || got["warehouse_mail"] != "skipped" {
		t.Errorf("the steps are %v", got)
	}
}
