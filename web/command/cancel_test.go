package command_test

import (
	"net/http"
	"testing"
)

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
