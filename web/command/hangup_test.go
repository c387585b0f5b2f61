package command_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// caller is somebody who holds the line and may hang up.
type caller struct {
	hangUp context.CancelFunc
	gone   chan struct{}
}

// callAndHold calls a flow from a connection of its own.
func (p *program) callAndHold(t *testing.T, slug, body string, headers ...string) *caller {
	t.Helper()
	ctx, hangUp := context.WithCancel(t.Context())
	c := &caller{hangUp, make(chan struct{})}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/hooks/"+slug, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	go func() {
		defer close(c.gone)
		if response, err := p.client.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}()
	return c
}

func (c *caller) leave() {
	c.hangUp()
	<-c.gone
}

// awaitHangUp waits until an execution knows that its caller has gone.
func (p *program) awaitHangUp(t *testing.T, id, effect string) {
	t.Helper()
	eventually(t, "the hang-up is recorded", func() bool {
		return p.call(t, http.MethodGet, "/executions/"+id, nil).get(t, "hangUp.effect") == effect
	})
}

func TestHangUpIsRecorded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ settings, effect, body string }{
		"the execution goes on":        {"", "continue", `{"a":1}`},
		"without a body":               {"", "continue", ""},
		"with a large body":            {"", "continue", `"` + strings.Repeat("x", 1<<20) + `"`},
		"the execution is canceled":    {"on_disconnect: cancel\n", "cancel", `{"a":1}`},
		"canceled, without a body":     {"on_disconnect: cancel\n", "cancel", ""},
		"canceled, with a deadline on": {"on_disconnect: cancel\ndeadline: 10m\n", "cancel", `{"a":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := serve(t, t.TempDir())
			o := newOutside(t)
			p.publish(t, asking("ask", o.url, tc.settings, ""))
			viewer := p.watch(t, "/flows/ask/live")
			c := p.callAndHold(t, "ask", tc.body)
			call := o.next(t)
			id := viewer.until(t, "execution.started")[0].get(t, "execution")
			c.leave()
			p.awaitHangUp(t, id, tc.effect)
			if tc.effect == "cancel" {
				call.isLeft(t)
				p.awaitStatus(t, id, "canceled")
				p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wantsProblem(t, http.StatusConflict, "canceled")
				return
			}
			call.reply(200, `{"a":1}`)
			p.finished(t, id)
			p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusOK).wantsBody(t, `{"a":1}`)
			p.awaitHangUp(t, id, tc.effect)
		})
	}
}

// Who was handed over has not hung up.
func TestHandOverIsNoHangUp(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "deadline: 50ms\non_disconnect: cancel\n", ""))
	address := strings.TrimPrefix(p.base, "http://")
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "POST /hooks/ask HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", address); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		t.Fatalf("the status is %d", response.StatusCode)
	}
	_ = conn.Close()
	id := response.Header.Get("Redial-Execution-Id")
	o.next(t).reply(200, `{}`)
	p.finished(t, id)
	if a := p.call(t, http.MethodGet, "/executions/"+id, nil); a.get(t, "status") != "succeeded" || a.get(t, "hangUp") != "" {
		t.Errorf("the execution is %s", a)
	}
}
