package command_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"
)

// repeated checks that an answer is that of another call with the same key.
func (a answer) repeated(t *testing.T, of answer) answer {
	t.Helper()
	a.wants(t, of.status).wantsHeader(t, "Idempotency-Replayed", "true").wantsHeader(t, "Redial-Execution-Id", of.id(t))
	if string(a.body) != string(of.body) {
		t.Errorf("the answer was %q and is %q now", of.body, a.body)
	}
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Security-Policy", "X-Content-Type-Options"} {
		a.wantsHeader(t, name, of.header.Get(name))
	}
	return a
}

func TestRepeatGetsTheStoredAnswer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "", ""))
	go func() { (<-o.arrivals).reply(200, `{"name":"Jürgen","n":9007199254740993}`) }()
	first := p.hook(t, "ask", `{"a":1}`, "Idempotency-Key", "order-1").wants(t, http.StatusOK).wantsHeader(t, "Idempotency-Replayed", "")
	p.hook(t, "ask", `{"a":1}`, "Idempotency-Key", "order-1").repeated(t, first)
	p.hook(t, "ask", `{"a":1}`, "Idempotency-Key", `"order-1"`).repeated(t, first)
	p.hook(t, "ask", `{"a":1}`, "Idempotency-Key", "order-1", "Prefer", "respond-async").repeated(t, first)
	p.api(t, http.MethodPatch, "/api/flows/ask", map[string]any{"mode": "async"}).wants(t, http.StatusOK)
	p.hook(t, "ask", `{"a":1}`, "Idempotency-Key", "order-1").repeated(t, first)
	p.kill(t)
	p = serveProcess(t, dir)
	p.hook(t, "ask", `{"a":1}`, "Idempotency-Key", "order-1").repeated(t, first)
	o.quiet(t)
}

func TestAnotherCallWithTheKeyIsRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, echo)
	p.publish(t, mirror)
	const at = "/hooks/echo/eu?a=1"
	json := []string{"Content-Type", "application/json", "Idempotency-Key", "k"}
	first := p.call(t, http.MethodPost, at, `{"a":1}`, json...).wants(t, http.StatusOK)
	for name, tc := range map[string]struct{ method, path, body string }{
		"body":             {http.MethodPost, at, `{"a": 1}`},
		"method":           {http.MethodPut, at, `{"a":1}`},
		"path":             {http.MethodPost, "/hooks/echo/us?a=1", `{"a":1}`},
		"path, escaped":    {http.MethodPost, "/hooks/echo/e%75?a=1", `{"a":1}`},
		"query":            {http.MethodPost, "/hooks/echo/eu?a=2", `{"a":1}`},
		"part of the body": {http.MethodPost, "/hooks/echo/eu?a=1%7B", `"a":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.call(t, tc.method, tc.path, tc.body, json...).wantsProblem(t, http.StatusUnprocessableEntity, "key-reused").wantsHeader(t, "Redial-Execution-Id", "")
		})
	}
	p.call(t, http.MethodPost, at, `{"a":1}`, append(json, "X-Other", "header")...).repeated(t, first)
	// Keys belong to a flow, and capitals count.
	p.call(t, http.MethodPost, "/hooks/mirror", `{"a":1}`, json...).wants(t, http.StatusOK).wantsHeader(t, "Idempotency-Replayed", "")
	p.call(t, http.MethodPost, at, `{"a":1}`, "Content-Type", "application/json", "Idempotency-Key", "K").wants(t, http.StatusOK).wantsHeader(t, "Idempotency-Replayed", "")
}

func TestKeysAreRead(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	long := strings.Repeat("k", 255)
	for name, tc := range map[string]struct {
		headers []string
		as      string // the key that the call can be found by; empty: it is refused
	}{
		"bare":                 {[]string{"8e03978e-40d5-43e8-bc93-6894a57f9324"}, "8e03978e-40d5-43e8-bc93-6894a57f9324"},
		"quoted":               {[]string{`"quoted"`}, "quoted"},
		"with escapes":         {[]string{`"a\"b\\c"`}, `a"b\c`},
		"quote in the middle":  {[]string{`x"y`}, `x"y`},
		"longest":              {[]string{long}, long},
		"longest, quoted":      {[]string{`"Q` + long[1:] + `"`}, "Q" + long[1:]},
		"too long":             {[]string{long + "k"}, ""},
		"empty":                {[]string{""}, ""},
		"empty, quoted":        {[]string{`""`}, ""},
		"with a space":         {[]string{"a b"}, ""},
		"with a space, quoted": {[]string{`"a b"`}, ""},
		"with a tab":           {[]string{"a\tb"}, ""},
		"no ASCII":             {[]string{"ü"}, ""},
		"open quotation mark":  {[]string{`"abc`}, ""},
		"something behind":     {[]string{`"abc"d`}, ""},
		"unknown escape":       {[]string{`"a\b"`}, ""},
		"escape of nothing":    {[]string{`"a\`}, ""},
		"two of them":          {[]string{"a", "a"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			headers := []string{"Content-Type", "application/json"}
			for _, value := range tc.headers {
				headers = append(headers, "Idempotency-Key", value)
			}
			a := p.call(t, http.MethodPost, "/hooks/mirror", `{}`, headers...)
			if tc.as == "" {
				a.wantsProblem(t, http.StatusBadRequest, "bad-request")
				return
			}
			a.wants(t, http.StatusOK)
			found := p.call(t, http.MethodGet, "/executions?flow=mirror&idempotency-key="+url.QueryEscape(tc.as), nil).wants(t, http.StatusOK)
			if found.get(t, "executionId") != a.id(t) || found.get(t, "status") != "succeeded" {
				t.Errorf("found is %s", found)
			}
		})
	}
	p.call(t, http.MethodGet, "/executions?flow=mirror&idempotency-key=nobodys", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	p.call(t, http.MethodGet, "/executions?flow=echo&idempotency-key=quoted", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	p.call(t, http.MethodGet, "/executions?flow=mirror&idempotency-key=", nil).wantsProblem(t, http.StatusBadRequest, "bad-request")
	p.call(t, http.MethodGet, "/executions?idempotency-key=quoted", nil).wantsProblem(t, http.StatusBadRequest, "bad-request")
	p.call(t, http.MethodGet, "/executions?flow=mirror", nil).wants(t, http.StatusUnauthorized)
}

// A call that was refused has not used its key up.
func TestRefusedCallLeavesItsKey(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, strict)
	p.hook(t, "strict", `{"a":`, "Idempotency-Key", "k").wantsProblem(t, http.StatusBadRequest, "unreadable-body")
	first := p.hook(t, "strict", `{"a":1}`, "Idempotency-Key", "k").wants(t, http.StatusOK)
	// What was taken once is not refused later.
	p.publish(t, strings.Replace(strict, "    max_body: 64\n", "    max_body: 64\n    schema: {type: array}\n", 1))
	p.hook(t, "strict", `{"a":1}`, "Idempotency-Key", "k").repeated(t, first)
	p.hook(t, "strict", `{"a":1}`, "Idempotency-Key", "l").wantsProblem(t, http.StatusUnprocessableEntity, "invalid-body")
}

func TestAHundredCallsWithOneKeyAreOneExecution(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"sync", "async"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p := serve(t, t.TempDir())
			o := newOutside(t)
			p.publish(t, asking("ask", o.url, "mode: "+mode+"\n", ", method: POST"))
			const calls = 100
			answers := make(chan answer, calls)
			for range calls {
				go func() {
					a, err := p.try(t, http.MethodPost, "/hooks/ask", `{"a":1}`, "Content-Type", "application/json", "Idempotency-Key", "k")
					if err != nil {
						t.Error(err)
					}
					answers <- a
				}()
			}
			o.next(t).reply(200, `{"n":9007199254740993}`)
			first := <-answers
			for range calls - 1 {
				a := <-answers
				if a.id(t) != first.id(t) {
					t.Fatalf("there are two executions: %s and %s", first.id(t), a.id(t))
				}
				if mode == "sync" && (a.status != http.StatusOK || string(a.body) != string(first.body)) {
					t.Errorf("one answer is %s, another %s", first, a)
				}
			}
			p.finished(t, first.id(t))
			o.quiet(t)
			if items := p.api(t, http.MethodGet, "/api/executions", nil).list(t, "items"); len(items) != 1 {
				t.Errorf("there are %d executions", len(items))
			}
			p.call(t, http.MethodGet, "/executions/"+first.id(t)+"/response", nil).wants(t, http.StatusOK).wantsBody(t, `{"n":9007199254740993}`)
		})
	}
}

// A repeat while the first call is under way gets what that one gets.
func TestRepeatJoinsTheExecutionInProgress(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "on_disconnect: cancel\n", ", method: POST"))
	first := p.callAndHold(t, "ask", `{}`, "Idempotency-Key", "k")
	call := o.next(t)
	id := p.call(t, http.MethodGet, "/executions?flow=ask&idempotency-key=k", nil).wants(t, http.StatusOK).get(t, "executionId")
	joined := make(chan answer, 1)
	go func() {
		a, err := p.try(t, http.MethodPost, "/hooks/ask", `{}`, "Content-Type", "application/json", "Idempotency-Key", "k")
		if err != nil {
			t.Error(err)
		}
		joined <- a
	}()
	letGo := p.hook(t, "ask", `{}`, "Idempotency-Key", "k", "Prefer", "respond-async")
	if p.wantsHandOver(t, letGo); letGo.id(t) != id {
		t.Errorf("the execution is %s, not %s", letGo.id(t), id)
	}
	short := p.hook(t, "ask", `{}`, "Idempotency-Key", "k", "Prefer", "wait=1")
	p.wantsHandOver(t, short)
	// One hangs up, and the other still waits: nothing is canceled.
	first.leave()
	p.awaitHangUp(t, id, "cancel")
	call.reply(200, `{"a":1}`)
	a := (<-joined).wants(t, http.StatusOK).wantsBody(t, `{"a":1}`).wantsHeader(t, "Redial-Execution-Id", id)
	p.finished(t, id)
	p.hook(t, "ask", `{}`, "Idempotency-Key", "k").repeated(t, a)
	o.quiet(t)
}

// A kill -9 in the middle of a keyed call: the repeat after the restart joins the
// same execution.
func TestRepeatAfterAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "", ", method: POST, effect: keyed"))
	p.callAndHold(t, "ask", `{}`, "Idempotency-Key", "k")
	cut := o.next(t)
	id := p.call(t, http.MethodGet, "/executions?flow=ask&idempotency-key=k", nil).wants(t, http.StatusOK).get(t, "executionId")
	p.kill(t)
	p = serveProcess(t, dir)
	again := o.next(t)
	if again.key != cut.key {
		t.Errorf("the key of the call was %q and is %q now", cut.key, again.key)
	}
	go again.reply(200, `{"a":1}`)
	p.hook(t, "ask", `{}`, "Idempotency-Key", "k").wants(t, http.StatusOK).wantsBody(t, `{"a":1}`).wantsHeader(t, "Redial-Execution-Id", id)
	o.quiet(t)
}

// Behind a proxy that cuts every call off, the key alone brings the result.
func TestKeyBringsTheResultThroughAProxyThatCutsOff(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "", ""))
	target, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusGatewayTimeout) }
	proxy.Transport = &http.Transport{ResponseHeaderTimeout: time.Second}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	var a answer
	for attempt := 1; ; attempt++ {
		a = p.call(t, http.MethodPost, front.URL+"/hooks/ask", `{"a":1}`, "Content-Type", "application/json", "Idempotency-Key", "k")
		if a.status != http.StatusGatewayTimeout {
			break
		}
		if attempt == 3 { // the flow takes as long as three calls
			o.next(t).reply(200, `{"done":true}`)
		}
	}
	a.wants(t, http.StatusOK).wantsBody(t, `{"done":true}`)
	o.quiet(t)
	if items := p.api(t, http.MethodGet, "/api/executions", nil).list(t, "items"); len(items) != 1 {
		t.Errorf("there are %d executions", len(items))
	}
	p.awaitHangUp(t, a.id(t), "continue")
}

// What a caller gets after a hand-over is what it would have got on the line,
// also by its key.
func TestKeyBringsTheAnswerAfterAHandOver(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "deadline: 100ms\n", ""))
	a := p.hook(t, "ask", `{}`, "Idempotency-Key", "k")
	response := p.wantsHandOver(t, a)
	o.next(t).reply(200, `{"text":"Größe","n":1.50}`)
	later := p.call(t, http.MethodGet, response, nil, "Prefer", "wait=30").wants(t, http.StatusOK)
	p.hook(t, "ask", `{}`, "Idempotency-Key", "k").repeated(t, later)
	p.hook(t, "ask", fmt.Sprintf(`{"n":%d}`, 1), "Idempotency-Key", "k").wantsProblem(t, http.StatusUnprocessableEntity, "key-reused")
}
