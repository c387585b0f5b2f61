package command_test

import (
	"net/http"
	"strings"
	"testing"
)

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
