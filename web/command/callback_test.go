package command_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"redial/engine/signature"
)

const callbackSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// sign makes the connection that signs the callbacks of the tests.
func (p *program) sign(t *testing.T) {
	t.Helper()
	p.api(t, http.MethodPut, "/api/connections/signer", map[string]any{
		"component": "signature", "fields": map[string]any{"scheme": "standard", "secret": callbackSecret},
	})
}

// callbacks is a receiver of callbacks whose signatures are right.
type callbacks struct {
	url  string
	got  chan answer // the status is not set
	code chan int    // what to answer; 200 unless there is something
}

func newCallbacks(t *testing.T) *callbacks {
	t.Helper()
	key, err := signature.NewKey(signature.Standard, callbackSecret)
	if err != nil {
		t.Fatal(err)
	}
	c := &callbacks{got: make(chan answer, 100), code: make(chan int, 100)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if err := key.Verify(r.Header, body, time.Now()); err != nil || r.Method != http.MethodPost {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		select {
		case code := <-c.code:
			w.WriteHeader(code)
		default:
		}
		c.got <- answer{header: r.Header, body: body}
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func (c *callbacks) next(t *testing.T) answer {
	t.Helper()
	select {
	case a := <-c.got:
		return a
	case <-time.After(patience):
		t.Fatal("nobody was called back")
		return answer{}
	}
}

func (c *callbacks) quiet(t *testing.T) {
	t.Helper()
	select {
	case a := <-c.got:
		t.Errorf("somebody was called back: %s", a.body)
	default:
	}
}

// callingBack asks a service and calls back.
func callingBack(mode, service, callback string) string {
	return fmt.Sprintf(`redial: 1
slug: calling-back
mode: %s
deadline: 50ms
callback: %s
trigger: {uses: webhook}
steps:
  ask: {uses: http, with: {url: %q}}
  answer: {uses: respond, with: {status: 201, headers: {X-Order: "7"}, body: "{{ steps.ask.body }}"}}
edges: [trigger -> ask, ask -> answer]
`, mode, callback, service)
}

// awaitCallback waits until a callback has a state.
func (p *program) awaitCallback(t *testing.T, id, state string) answer {
	t.Helper()
	var a answer
	eventually(t, "the callback of "+id+" is "+state, func() bool {
		a = p.execution(t, id)
		return a.get(t, "callback.state") == state
	})
	return a
}

// Whoever was let go with a 202, at once or at the deadline, is called back.
func TestCallersWhoWereLetGoAreCalledBack(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"async", "sync"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p := serve(t, t.TempDir())
			o, c := newOutside(t), newCallbacks(t)
			p.sign(t)
			p.publish(t, callingBack(mode, o.url, fmt.Sprintf(`{url: %q, secret: signer}`, c.url+"/in?a=1")))
			id := p.hook(t, "calling-back", `{}`).wants(t, http.StatusAccepted).id(t)
			c.quiet(t)
			o.next(t).reply(200, `{"n":9007199254740993}`)
			got := c.next(t)
			got.wantsHeader(t, "Webhook-Id", "msg_"+id).wantsHeader(t, "Content-Type", "application/json")
			status := p.awaitCallback(t, id, "delivered").get(t, "status")
			if status != "succeeded" {
				t.Errorf("the execution is %s", status)
			}
			if told := got.get(t, "status"); told != "running" && told != "succeeded" {
				t.Errorf("the receiver was told the status %s", told)
			}
			if got.get(t, "executionId") != id || got.get(t, "flow") != "calling-back" {
				t.Errorf("the callback is %s", got.body)
			}
			if want := `{"body":{"n":9007199254740993},"headers":{"content-type":"application/json","x-order":"7"},"status":201}`; got.get(t, "answer") != want {
				t.Errorf("the answer is %s", got.get(t, "answer"))
			}
			log := p.execution(t, id)
			if log.get(t, "callback.attempts.0.status") != "200" || log.get(t, "callback.attempts.1.status") != "" || log.get(t, "callback.url") != c.url+"/in?a=1" {
				t.Errorf("the log is %s", log.get(t, "callback"))
			}
			c.quiet(t)
		})
	}
}

// Who held the line and got the answer is not called back.
func TestCallersWhoGotTheirAnswerAreNotCalledBack(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	c := newCallbacks(t)
	p.sign(t)
	p.publish(t, fmt.Sprintf("redial: 1\nslug: quick\ncallback: {url: %q, secret: signer}\ntrigger: {uses: webhook}\nsteps: {answer: {uses: respond}}\nedges: [trigger -> answer]\n", c.url))
	id := p.hook(t, "quick", `{}`).wants(t, http.StatusOK).id(t)
	if log := p.execution(t, id); log.get(t, "callback") != "" {
		t.Errorf("there is a callback: %s", log)
	}
	p.api(t, http.MethodPost, "/api/executions/"+id+"/callback", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	c.quiet(t)
}

// A caller may be called back where the flow lists the host, and nowhere else.
func TestCallsNameTheirCallback(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	c := newCallbacks(t)
	p.sign(t)
	host := strings.TrimPrefix(c.url, "http://")
	const flow = "redial: 1\nslug: %s\nmode: async\n%strigger: {uses: webhook}\nsteps: {stop: {uses: fail, with: {status: 418, message: No tea}}}\nedges: [trigger -> stop]\n"
	p.publish(t, fmt.Sprintf(flow, "open", fmt.Sprintf("callback: {hosts: [%q], secret: signer}\n", strings.ToUpper(host))))
	p.publish(t, fmt.Sprintf(flow, "closed", ""))
	for _, address := range []string{"http://other.example/", "http://" + host + ".evil.example/", "http://evil.example@" + host + "/", "ftp://" + host, "https://localhost", "nonsense", "http://" + host + "/#a"} {
		p.hook(t, "open", `{}`, "Redial-Callback-Url", address).wantsProblem(t, http.StatusUnprocessableEntity, "callback-not-allowed").
			wantsHeader(t, "Redial-Execution-Id", "")
	}
	p.hook(t, "closed", `{}`, "Redial-Callback-Url", c.url).wantsProblem(t, http.StatusUnprocessableEntity, "callback-not-allowed")
	without := p.hook(t, "open", `{}`).wants(t, http.StatusAccepted).id(t)
	id := p.hook(t, "open", `{}`, "Redial-Callback-Url", c.url+"/mine").wants(t, http.StatusAccepted).id(t)
	got := c.next(t)
	if got.get(t, "executionId") != id || got.get(t, "status") != "failed" || got.get(t, "answer.status") != "418" || got.get(t, "answer.body.detail") != "No tea" {
		t.Errorf("the callback is %s", got.body)
	}
	p.awaitStatus(t, without, "failed")
	if log := p.execution(t, without); log.get(t, "callback") != "" {
		t.Errorf("there is a callback: %s", log)
	}
}

// A kill -9 between the 202 and the answer loses no callback and doubles none.
func TestCallbackSurvivesAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o, c := newOutside(t), newCallbacks(t)
	p.sign(t)
	p.publish(t, callingBack("sync", o.url, fmt.Sprintf(`{url: %q, secret: signer}`, c.url)))
	id := p.hook(t, "calling-back", `{}`).wants(t, http.StatusAccepted).id(t)
	cut := o.next(t)
	p.kill(t)
	cut.isLeft(t)
	c.quiet(t)
	p = serveProcess(t, dir)
	o.next(t).reply(200, `1`)
	c.next(t).wantsHeader(t, "Webhook-Id", "msg_"+id)
	p.awaitCallback(t, id, "delivered")
	p.kill(t)
	p = serveProcess(t, dir)
	p.awaitCallback(t, id, "delivered")
	c.quiet(t)
}

// An attempt that failed is made again by the next start, and by a person.
func TestCallbackIsSentAgain(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	c := newCallbacks(t)
	p.sign(t)
	p.publish(t, fmt.Sprintf("redial: 1\nslug: again\nmode: async\ncallback: {url: %q, secret: signer}\ntrigger: {uses: webhook}\n", c.url))
	c.code <- http.StatusGone
	id := p.hook(t, "again", `{}`).wants(t, http.StatusAccepted).id(t)
	first := c.next(t)
	if first.get(t, "answer") != `{"body":null,"headers":{},"status":204}` {
		t.Errorf("the callback is %s", first.body)
	}
	p.awaitCallback(t, id, "refused")
	p.api(t, http.MethodPost, "/api/executions/"+id+"/callback", nil).wants(t, http.StatusAccepted)
	c.next(t).wantsHeader(t, "Webhook-Id", first.header.Get("Webhook-Id"))
	log := p.awaitCallback(t, id, "delivered")
	if log.get(t, "callback.attempts.0.error") == "" || log.get(t, "callback.attempts.1.number") != "2" {
		t.Errorf("the log is %s", log.get(t, "callback"))
	}
	p.call(t, http.MethodPost, "/api/executions/"+id+"/callback", nil).wantsProblem(t, http.StatusUnauthorized, "unauthorized")
}

// A flow without a secret to sign with cannot call back.
func TestCallbacksAreTestedAndChanged(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	c := newCallbacks(t)
	const path = "/api/flows/tested"
	p.publish(t, "redial: 1\nslug: tested\nmode: async\ntrigger: {uses: webhook}\n")
	p.api(t, http.MethodPost, path+"/callback/test", nil).wantsProblem(t, http.StatusUnprocessableEntity, "invalid")
	for _, wrong := range []string{
		`{"callback":{"url":"` + c.url + `"}}`, `{"callback":{"secret":"signer"}}`, `{"callback":{"url":"ftp://a","secret":"signer"}}`,
		`{"callback":{"hosts":["*"],"secret":"signer"}}`, `{"callback":{"hosts":"a","secret":"signer"}}`, `{"callback":{"link":"a"}}`, `{"callback":7}`,
	} {
		p.api(t, http.MethodPatch, path, wrong).wantsProblem(t, http.StatusUnprocessableEntity, "invalid")
	}
	changed := p.api(t, http.MethodPatch, path, `{"callback":{"url":"`+c.url+`","secret":"signer"}}`).wants(t, http.StatusOK)
	if changed.get(t, "callback.url") != c.url {
		t.Errorf("the change is answered with %s", changed)
	}
	p.api(t, http.MethodPost, path+"/callback/test", nil).wantsProblem(t, http.StatusUnprocessableEntity, "invalid")
	p.sign(t)
	tested := p.api(t, http.MethodPost, path+"/callback/test", nil).wants(t, http.StatusOK)
	if tested.get(t, "delivered") != "true" || tested.get(t, "listeners") != "0" || tested.get(t, "status") != "200" || c.next(t).get(t, "test") != "true" {
		t.Errorf("the test came to %s", tested)
	}
	p.hook(t, "tested", `{}`).wants(t, http.StatusAccepted)
	c.next(t)
	p.api(t, http.MethodPatch, path, `{"callback":null}`).wants(t, http.StatusOK)
	id := p.hook(t, "tested", `{}`).wants(t, http.StatusAccepted).id(t)
	if log := p.awaitStatus(t, id, "succeeded"); log.get(t, "callback") != "" {
		t.Errorf("there is a callback still: %s", log)
	}
}

// A failure that was told of, and then healed by a repeat of the call, is followed
// by the answer, as another message. One that nobody has heard of is taken back.
func TestWhatHealsIsCalledBackAgain(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o, c := newOutside(t), newCallbacks(t)
	p.sign(t)
	p.publish(t, callingBack("async", o.url, fmt.Sprintf(`{url: %q, secret: signer}`, c.url)))
	call := func(key string) string {
		return p.hook(t, "calling-back", `{}`, "Idempotency-Key", key).wants(t, http.StatusAccepted).id(t)
	}
	told := call("told")
	o.next(t).reply(503, `{}`)
	failed := c.next(t)
	failed.wantsHeader(t, "Webhook-Id", "msg_"+told)
	if failed.get(t, "status") != "failed" || failed.get(t, "answer.status") != "502" {
		t.Errorf("the failure is told as %s", failed.body)
	}
	p.awaitCallback(t, told, "delivered")
	call("told")
	o.next(t).reply(200, `1`)
	healed := c.next(t)
	healed.wantsHeader(t, "Webhook-Id", "msg_"+told+"_2")
	if healed.get(t, "answer.status") != "201" || healed.get(t, "answer.body") != "1" {
		t.Errorf("the answer is told as %s", healed.body)
	}
	p.awaitCallback(t, told, "delivered")

	c.code <- http.StatusInternalServerError
	untold := call("untold")
	o.next(t).reply(503, `{}`)
	c.next(t).wantsHeader(t, "Webhook-Id", "msg_"+untold)
	eventually(t, "the failed attempt is on record", func() bool {
		return p.execution(t, untold).get(t, "callback.attempts.0.error") != ""
	})
	call("untold")
	p.awaitCallback(t, untold, "promised")
	o.next(t).reply(200, `2`)
	c.next(t).wantsHeader(t, "Webhook-Id", "msg_"+untold+"_2")
	p.awaitCallback(t, untold, "delivered")
	c.quiet(t)
}
