package command_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// A kill -9 in the middle of a wait step: the next start goes on waiting, until
// the time that was set and no longer.
func TestKillDuringAWait(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	p.publish(t, `redial: 1
slug: patient
mode: async
trigger: {uses: webhook}
steps:
  before: {uses: transform, with: {set: {at: "{{ now() }}"}}}
  pause: {uses: wait, with: {for: 3s}}
  answer: {uses: respond, with: {body: {before: "{{ steps.before.at }}", until: "{{ steps.pause.until }}"}}}
edges: [trigger -> before, before -> pause, pause -> answer]
`)
	id := p.hook(t, "patient", nil).wants(t, http.StatusAccepted).id(t)
	p.reached(t, id, "step.started pause")
	if got := p.awaitStatus(t, id, "waiting").get(t, "endedAt"); got != "" {
		t.Errorf("it has ended at %s", got)
	}
	before := p.api(t, http.MethodGet, "/api/executions/"+id+"/events", nil).list(t, "events")
	p.kill(t)

	p = serveProcess(t, dir)
	events := p.finished(t, id)
	for i := range before {
		if got := jsonText(t, events[i].value); got != jsonText(t, before[i]) {
			t.Errorf("event %d was %v and is %s now", i, before[i], got)
		}
	}
	if count := countEvents(t, events, "step.started pause"); count != 1 {
		t.Errorf("the wait was started %d times", count)
	}
	wantGapless(t, events)
	a := p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusOK)
	until, err := time.Parse(time.RFC3339, a.get(t, "until"))
	if err != nil {
		t.Fatal(err)
	}
	ended, err := time.Parse(time.RFC3339, events[len(events)-1].get(t, "at"))
	if err != nil || ended.Before(until) {
		t.Errorf("it ended at %v, before %v: %v", ended, until, err)
	}
}

func countEvents(t *testing.T, events []event, name string) int {
	t.Helper()
	count := 0
	for _, e := range events {
		if e.name(t) == name {
			count++
		}
	}
	return count
}

func wantGapless(t *testing.T, events []event) {
	t.Helper()
	for i, e := range events {
		if e.get(t, "seq") != fmt.Sprint(i+1) {
			t.Errorf("event %d is %s", i, e.text)
		}
	}
}

// A kill -9 in the middle of a call that may be repeated: the next start makes
// it again, with the same key where the service takes one and within the trace of its
// caller. What was done before is not done again.
func TestKillDuringARepeatableCall(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]string{
		"safe":  ", method: GET",
		"put":   ", method: PUT, body: {a: 1}",
		"keyed": ", method: POST, effect: keyed, body: {a: 1}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p := serveProcess(t, dir)
			o := newOutside(t)
			p.publish(t, fmt.Sprintf(`redial: 1
slug: two-calls
mode: async
trigger: {uses: webhook}
steps:
  first: {uses: http, with: {url: %q}}
  second: {uses: http, with: {url: %q%s}}
  answer: {uses: respond, with: {body: ["{{ steps.first.body }}", "{{ steps.second.body }}"]}}
edges: [trigger -> first, first -> second, second -> answer]
`, o.url+"/first", o.url+"/second", step))
			const trace, span = "00-4bf92f3577b34da6a3ce929d0e0e4736-", "00f067aa0ba902b7-01"
			id := p.hook(t, "two-calls", nil, "Traceparent", trace+span).wants(t, http.StatusAccepted).id(t)
			o.next(t).reply(200, `1`)
			cut := o.next(t)
			p.reached(t, id, "step.started second")
			p.kill(t)
			cut.isLeft(t)

			p = serveProcess(t, dir)
			again := o.next(t)
			if again.path != "/second" || again.key != cut.key || again.body != cut.body {
				t.Errorf("the call was %+v and is %+v now", cut, again)
			}
			for _, call := range []*arrival{cut, again} {
				if own, ok := strings.CutPrefix(call.trace, trace); !ok || own == span || len(own) != len(span) || !strings.HasSuffix(own, "-01") {
					t.Errorf("the call carries the trace %q", call.trace)
				}
			}
			if cut.trace == again.trace {
				t.Error("two attempts are one span")
			}
			if (cut.key == "") != (name == "safe") {
				t.Errorf("the key is %q", cut.key)
			}
			again.reply(200, `2`)
			wantGapless(t, p.finished(t, id))
			p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusOK).wantsBody(t, `[1,2]`)
			o.quiet(t)
		})
	}
}

// A kill -9 in the middle of a call that must not be repeated blindly: a person
// decides.
func TestKillDuringAnUnsafeCall(t *testing.T) {
	t.Parallel()
	for decision, tc := range map[string]struct {
		calls  int
		status string
		answer string
	}{
		"retry": {1, "succeeded", `{"said":"again"}`},
		"skip":  {0, "succeeded", `{"said":null}`},
		"fail":  {0, "failed", ""},
	} {
		t.Run(decision, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p := serveProcess(t, dir)
			o := newOutside(t)
			p.publish(t, strings.Replace(asking("send", o.url, "mode: async\n", ", method: POST, body: {a: 1}"),
				`body: "{{ steps.ask.body }}"`, `body: {said: "{{ steps.ask.body }}"}`, 1))
			id := p.hook(t, "send", nil).wants(t, http.StatusAccepted).id(t)
			cut := o.next(t)
			p.kill(t)

			p = serveProcess(t, dir)
			p.awaitStatus(t, id, "needs_attention")
			o.quiet(t)
			pending := p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusAccepted)
			if pending.wantsHeader(t, "Redial-Answer", "pending"); pending.get(t, "reason") == "" {
				t.Errorf("the pending answer gives no reason: %s", pending)
			}
			if items := p.api(t, http.MethodGet, "/api/executions?status=needs_attention", nil).list(t, "items"); len(items) != 1 {
				t.Errorf("listed as in need of attention are %v", items)
			}
			p.resume(t, id, map[string]any{"step": "ask", "decision": "perhaps"}).wantsProblem(t, http.StatusUnprocessableEntity, "invalid")
			p.resume(t, id, map[string]any{"step": "answer", "decision": "retry"}).wantsProblem(t, http.StatusConflict, "conflict")
			p.resume(t, id, map[string]any{"decision": "retry"}).wantsProblem(t, http.StatusUnprocessableEntity, "invalid")

			p.resume(t, id, map[string]any{"step": "ask", "decision": decision}).wants(t, http.StatusOK)
			for range tc.calls {
				again := o.next(t)
				if again.key != cut.key || again.key == "" {
					t.Errorf("the key was %q and is %q now", cut.key, again.key)
				}
				again.reply(200, `"again"`)
			}
			wantGapless(t, p.finished(t, id))
			o.quiet(t)
			p.awaitStatus(t, id, tc.status)
			final := p.call(t, http.MethodGet, "/executions/"+id+"/response", nil)
			if tc.answer != "" {
				final.wants(t, http.StatusOK).wantsBody(t, tc.answer)
			} else if final.wantsProblem(t, http.StatusInternalServerError, "flow-failed"); final.get(t, "step") != "ask" {
				t.Errorf("the problem is %s", final)
			}
			p.resume(t, id, map[string]any{"step": "ask", "decision": decision}).wantsProblem(t, http.StatusConflict, "conflict")
		})
	}
}

func (p *program) resume(t *testing.T, id string, body map[string]any) answer {
	t.Helper()
	return p.api(t, http.MethodPost, "/api/executions/"+id+"/resume", body)
}

// An execution in need of attention may be canceled instead.
func TestAttentionEndsWithACancel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o := newOutside(t)
	p.publish(t, asking("send", o.url, "mode: async\n", ", method: POST"))
	id := p.hook(t, "send", nil).id(t)
	o.next(t)
	p.kill(t)
	p = serveProcess(t, dir)
	p.awaitStatus(t, id, "needs_attention")
	if a := p.call(t, http.MethodPost, "/executions/"+id+"/cancel", nil).wants(t, http.StatusOK); a.get(t, "status") != "canceled" {
		t.Errorf("the answer is %s", a)
	}
	if got := p.execution(t, id).get(t, "steps.0.error.code"); got != "outcome_unknown" {
		t.Errorf("the step's error is %q", got)
	}
}

// A kill -9 between two attempts: the pause goes on, and attempts are counted
// on.
func TestKillBetweenAttempts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o := newOutside(t)
	p.publish(t, strings.Replace(asking("ask", o.url, "mode: async\n", ""), "    uses: http\n", "    uses: http\n    retry: {attempts: 2, pause: 1s, jitter: 0}\n", 1))
	id := p.hook(t, "ask", nil).id(t)
	o.next(t).reply(503, `{}`)
	p.reached(t, id, "step.retrying ask")
	p.kill(t)
	p = serveProcess(t, dir)
	o.next(t).reply(503, `{}`)
	events := p.finished(t, id)
	if got := names(t, events); !slices.Contains(got, "execution.finished failed") || countEvents(t, events, "step.started ask") != 2 {
		t.Errorf("the events are %q", got)
	}
	o.quiet(t)
}

// An answer that has gone out is there after a kill -9, and so is what follows
// it.
func TestKillAfterTheAnswer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o := newOutside(t)
	p.publish(t, `redial: 1
slug: early
trigger: {uses: webhook}
steps:
  answer: {uses: respond, with: {status: 201, body: "{{ trigger.body }}"}}
  later: {uses: http, with: {url: "`+o.url+`"}}
edges: [trigger -> answer, answer -> later]
`)
	sent := p.hook(t, "early", `{"n":9007199254740993}`).wants(t, http.StatusCreated)
	o.next(t)
	p.kill(t)
	p = serveProcess(t, dir)
	stored := p.call(t, http.MethodGet, "/executions/"+sent.id(t)+"/response", nil).wants(t, http.StatusCreated)
	if string(stored.body) != string(sent.body) {
		t.Errorf("the answer was %q and is %q now", sent.body, stored.body)
	}
	o.next(t).reply(200, `{}`)
	if got := names(t, p.finished(t, sent.id(t))); got[len(got)-1] != "execution.finished succeeded" {
		t.Errorf("the events are %q", got)
	}
}

// No 202 is lost to a kill -9 under load.
func TestKillUnderLoadLosesNoPromise(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	p.publish(t, strings.Replace(mirror, "slug: mirror\n", "slug: mirror\nmode: async\n", 1))
	promised := make(chan string, 10_000)
	const callers = 8
	ended := make(chan struct{}, callers)
	for range callers {
		go func() {
			defer func() { ended <- struct{}{} }()
			for range 1000 {
				a, err := p.try(t, http.MethodPost, "/hooks/mirror", `{"a":1}`, "Content-Type", "application/json")
				if err != nil || a.status != http.StatusAccepted {
					return
				}
				promised <- a.header.Get("Redial-Execution-Id")
			}
		}()
	}
	ids := make([]string, 0, 10_000)
	for range 100 {
		ids = append(ids, <-promised)
	}
	p.kill(t)
	for range callers {
		<-ended
	}
	close(promised)
	for id := range promised {
		ids = append(ids, id)
	}
	p = serveProcess(t, dir)
	for _, id := range ids {
		p.awaitStatus(t, id, "succeeded")
		p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusOK).wantsBody(t, `{"a":1}`)
	}
}
