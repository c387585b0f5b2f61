package command_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

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
	// Callers are outsiders: they learn of the step, and not where its service stands.
	// Those who build the flow do.
	const said = "127.0.0.1:1 could not be reached: it refused the connection"
	status := p.call(t, http.MethodGet, "/executions/"+a.id(t), nil).wants(t, http.StatusOK)
	for _, told := range []string{a.get(t, "detail"), status.get(t, "error.message")} {
		if told != "The step “ask” failed: the service that it calls could not be reached." {
			t.Errorf("a caller is told %q", told)
		}
	}
	if whole := p.api(t, http.MethodGet, "/api/executions/"+a.id(t), nil); whole.get(t, "error.message") != said {
		t.Errorf("the execution is %s", whole)
	}
	// Addresses that are not public are out of reach, and that does not pass.
	p.publish(t, asking("private", "http://10.0.0.1/", "", ""))
	private := p.hook(t, "private", nil).wantsProblem(t, http.StatusInternalServerError, "flow-failed")
	if private.get(t, "retryable") != "false" || !strings.Contains(private.get(t, "detail"), "--allow-private-egress") || strings.Contains(private.get(t, "detail"), "10.0.0.1") {
		t.Errorf("the problem is %s", private)
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
