package command_test

import (
	"net/http"
	"strings"
	"testing"
)

// Who calls a flow that goes over a limit is told which, by a problem of its own.
func TestCallersAreToldOfLimits(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--limits", "rounds=2, steps=3")
	p.publish(t, "redial: 1\nslug: long\ntrigger: {uses: webhook}\nsteps: {every: {uses: each, with: {items: trigger.body}, do: {steps: {one: {uses: transform, with: {set: {n: 1}}}}}}, end: {uses: respond}}\nedges: [trigger -> every, every -> end]\n")
	for body, want := range map[string]struct{ kind, detail string }{
		"[1,2,3]": {"too-many-rounds", "the list has 3 items; at most 2 rounds are run"},
		"[1,2]":   {"too-many-steps", "step end was not begun: the execution has begun 3 steps"},
	} {
		a := p.hook(t, "long", body, "Idempotency-Key", body).wantsProblem(t, http.StatusInternalServerError, want.kind)
		if a.get(t, "retryable") != "false" || !strings.Contains(a.get(t, "detail"), want.detail) {
			t.Errorf("the problem is %s", a)
		}
		again := p.hook(t, "long", body, "Idempotency-Key", body).wantsProblem(t, http.StatusInternalServerError, want.kind)
		again.wantsHeader(t, "Redial-Resumed", "").wantsHeader(t, "Redial-Execution-Id", a.id(t))
		if got := p.execution(t, a.id(t)); !strings.Contains(got.get(t, "error.message"), want.detail) {
			t.Errorf("the execution is %s", got)
		}
	}
	p.hook(t, "long", "[1]").wants(t, http.StatusOK)
}
