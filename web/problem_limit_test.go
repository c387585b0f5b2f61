package web_test

import (
	"net/http"
	"strings"
	"testing"

	"redial/engine/flow"
)

// Every limit of an execution has a type of problem with a page, called like the
// failure's code.
func TestEveryLimitHasAPage(t *testing.T) {
	t.Parallel()
	r := open(t)
	for _, code := range []flow.FailureCode{
		flow.FailedSteps, flow.FailedRounds, flow.FailedAttempts, flow.FailedOutput, flow.FailedOutputs,
		flow.FailedAnswer, flow.FailedNesting, flow.FailedLength, flow.FailedUnstorable,
	} {
		name := strings.ReplaceAll(string(code), "_", "-")
		a := r.wants(t, http.StatusOK, http.MethodGet, "/problems/"+name, "")
		if means, _ := a.field(t, "means").(string); means == "" || a.field(t, "status") != 500.0 {
			t.Errorf("%s: the problem is %s", name, a.body)
		}
		page := r.wants(t, http.StatusOK, http.MethodGet, "/problems/"+name, "", "Accept", "text/html")
		if !strings.Contains(page.body, name) {
			t.Errorf("%s has no page: %s", name, page.body)
		}
	}
}
