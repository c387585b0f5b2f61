package command_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// askingAtOnce asks a service, as many at once as it may.
func askingAtOnce(slug, mode string, concurrency int, service string) string {
	return fmt.Sprintf(`redial: 1
slug: %s
mode: %s
concurrency: %d
trigger: {uses: webhook}
steps:
  ask: {uses: http, timeout: 60s, with: {method: PUT, url: %q, body: "{{ trigger.body }}"}}
  answer: {uses: respond, with: {body: "{{ trigger.body }}"}}
edges: [trigger -> ask, ask -> answer]
`, slug, mode, concurrency, service)
}

// What is beyond a flow's concurrency waits in a queue that one can see, and is
// there again in order after a kill -9.
func TestQueueIsSeenAndSurvivesAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	o := newOutside(t)
	p.publish(t, askingAtOnce("queue", "async", 1, o.url))
	var ids []string
	for n := range 4 {
		ids = append(ids, p.hook(t, "queue", fmt.Sprint(n)).wants(t, http.StatusAccepted).id(t))
	}
	cut := o.next(t)
	seen := func() {
		t.Helper()
		for n, id := range ids[1:] {
			a := p.awaitStatus(t, id, "queued")
			if place := a.get(t, "queue.place"); place != fmt.Sprint(n+1) {
				t.Errorf("execution %d has place %s", n+1, place)
			}
		}
	}
	seen()
	a := p.call(t, http.MethodGet, "/executions/"+ids[2]+"/response", nil).wants(t, http.StatusAccepted)
	a.wantsHeader(t, "Redial-Answer", "pending").wantsHeader(t, "Retry-After", "1")
	p.kill(t)
	cut.isLeft(t)
	p = serveProcess(t, dir)
	first := o.next(t)
	seen()
	p.call(t, http.MethodPost, "/executions/"+ids[2]+"/cancel", nil).wants(t, http.StatusOK)
	if place := p.awaitStatus(t, ids[3], "queued").get(t, "queue.place"); place != "2" {
		t.Errorf("after a cancel the last one has place %s", place)
	}
	order := []string{first.body}
	first.reply(200, `1`)
	for range 2 {
		next := o.next(t)
		order = append(order, next.body)
		next.reply(200, `1`)
	}
	if got := strings.Join(order, " "); got != "0 1 3" {
		t.Errorf("the order is %s", got)
	}
	p.awaitStatus(t, ids[3], "succeeded")
	p.awaitStatus(t, ids[2], "canceled")
}

// A setting that is changed counts at once, and a caller who holds the line goes
// before those who do not.
func TestConcurrencyIsASetting(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, askingAtOnce("queue", "async", 1, o.url))
	p.hook(t, "queue", `0`).wants(t, http.StatusAccepted)
	first := o.next(t)
	p.hook(t, "queue", `1`).wants(t, http.StatusAccepted)
	waiting := make(chan answer, 1)
	go func() {
		a, err := p.try(t, http.MethodPost, "/hooks/queue", "2", "Content-Type", "application/json", "Prefer", "wait=20")
		if err != nil {
			t.Error(err)
		}
		waiting <- a
	}()
	eventually(t, "two wait", func() bool {
		return strings.Contains(string(p.call(t, http.MethodGet, "/metrics", nil).body), "\nredial_executions_queued 2\n")
	})
	p.api(t, http.MethodPatch, "/api/flows/queue", `{"concurrency": 2}`).wants(t, http.StatusOK)
	second := o.next(t)
	if second.body != "2" {
		t.Errorf("the second to run was %s", second.body)
	}
	second.reply(200, `1`)
	(<-waiting).wantsBody(t, `2`)
	first.reply(200, `1`)
	o.next(t).reply(200, `1`)
}

// A caller whose execution waits for its turn is handed over at the deadline like
// any other.
func TestQueuedCallersAreHandedOver(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, askingAtOnce("queue", "sync", 1, o.url))
	p.hook(t, "queue", `0`, "Prefer", "respond-async").wants(t, http.StatusAccepted)
	first := o.next(t)
	a := p.hook(t, "queue", `1`, "Prefer", "wait=1").wants(t, http.StatusAccepted)
	if status := a.get(t, "status"); status != "queued" {
		t.Errorf("it is %s", status)
	}
	first.reply(200, `1`)
	o.next(t).reply(200, `1`)
	p.awaitStatus(t, a.id(t), "succeeded")
}

// Who comes beyond the capacity is refused at once: while all that were accepted
// are held still. None of these is lost.
func TestBeyondCapacityIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--capacity", "running=2,queued=3,callers=4")
	o := newOutside(t)
	p.publish(t, askingAtOnce("busy", "async", 0, o.url))
	for n := range 5 {
		p.hook(t, "busy", fmt.Sprint(n)).wants(t, http.StatusAccepted)
	}
	held := []*arrival{o.next(t), o.next(t)}
	refused := func(headers ...string) {
		t.Helper()
		a := p.hook(t, "busy", `9`, headers...)
		a.wantsProblem(t, http.StatusServiceUnavailable, "no-capacity").wantsHeader(t, "Retry-After", "1")
		a.wantsHeader(t, "Redial-Execution-Id", "")
	}
	for range 50 {
		refused()
	}
	refuseUnread(t, p)
	var callers sync.WaitGroup
	for n := range 3 { // who holds the line has room of their own
		callers.Go(func() {
			a, err := p.try(t, http.MethodPost, "/hooks/busy", fmt.Sprint(10+n), "Prefer", "wait=20")
			if err != nil || a.status != http.StatusOK {
				t.Errorf("a caller got %v, %v", a, err)
			}
		})
	}
	eventually(t, "the callers wait", func() bool {
		return strings.Contains(string(p.call(t, http.MethodGet, "/metrics", nil).body), "\nredial_executions_queued 6\n")
	})
	refused("Prefer", "wait=20")
	for _, a := range held {
		a.reply(200, `1`)
	}
	for range 6 {
		o.next(t).reply(200, `1`)
	}
	callers.Wait()
}

// refuseUnread checks that a call is refused before its body has come.
func refuseUnread(t *testing.T, p *program) {
	t.Helper()
	line, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = line.Close() }()
	if _, err := io.WriteString(line, "POST /hooks/busy HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n["); err != nil {
		t.Fatal(err)
	}
	a, err := http.ReadResponse(bufio.NewReader(line), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	if a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("it got %s", a.Status)
	}
}

// Whoever opens connections and sends nothing, or a header bit by bit, takes no room
// from those who call.
func TestIdleConnectionsDoNotStopCallers(t *testing.T) {
	t.Parallel()
	const room = 64
	p := serve(t, t.TempDir(), "--capacity", fmt.Sprint("connections=", room))
	p.publish(t, echo)
	var idle []net.Conn
	for n := range 4 * room {
		line, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = line.Close() }()
		if n%2 == 0 {
			if _, err := io.WriteString(line, "POST /hooks/echo HTTP/1.1\r\nHost: a\r\nX-Slow: "); err != nil {
				t.Fatal(err)
			}
		}
		if idle = append(idle, line); n%room == 0 {
			p.client.CloseIdleConnections()
			p.hook(t, "echo", `1`).wants(t, http.StatusOK)
		}
	}
	p.client.CloseIdleConnections()
	p.hook(t, "echo", `1`).wants(t, http.StatusOK)
	// They were closed when others came, and not as their headers took too long.
	const before = 5 * time.Second
	for n, line := range idle[:3*room] {
		if err := line.SetReadDeadline(time.Now().Add(before)); err != nil {
			t.Fatal(err)
		}
		if _, err := line.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("idle connection %d of %d is open: %v", n, len(idle), err)
		}
	}
}

func TestCallersHaveRates(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--rates", "caller=3/1h,echo=2/1h", "--trusted-proxies", "127.0.0.1/32")
	p.publish(t, echo)
	p.publish(t, silent)
	from := func(slug, address string) answer {
		t.Helper()
		return p.hook(t, slug, `1`, "X-Forwarded-For", address)
	}
	from("echo", "192.0.2.1").wants(t, http.StatusOK)
	from("echo", "192.0.2.2").wants(t, http.StatusOK)
	from("echo", "192.0.2.3").wantsProblem(t, http.StatusTooManyRequests, "too-many-calls").wantsHeader(t, "Retry-After", "1800")
	from("silent", "192.0.2.1").wants(t, http.StatusNoContent)
	from("silent", "192.0.2.1").wants(t, http.StatusNoContent)
	from("silent", "192.0.2.1").wantsProblem(t, http.StatusTooManyRequests, "too-many-calls").wantsHeader(t, "Retry-After", "1200")
	from("silent", "192.0.2.4").wants(t, http.StatusNoContent)
	p.call(t, http.MethodGet, "/problems/too-many-calls", nil).wants(t, http.StatusOK)
}

// Strangers do not use up the rate of a flow: who they are not is found out first. How
// often one may try is a matter of the address.
func TestStrangersTakeNothingFromAFlowsRate(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--rates", "caller=8/1h,flow=2/1h", "--trusted-proxies", "127.0.0.1/32")
	networks := map[string]string{"signature": "192.0.2.", "bearer": "198.51.100.", "basic": "203.0.113.", "api_key": "10.0.0."}
	p.connect(t, "sender", "signature", map[string]any{"secret": standardSecret})
	p.connect(t, "basic", "http", map[string]any{"scheme": "basic", "username": "ada", "password": "the-password"})
	p.connect(t, "api_key", "http", map[string]any{"scheme": "api_key", "name": "X-Key", "key": "the-key"})
	p.connect(t, "bearer", "http", map[string]any{"scheme": "bearer", "token": "the-token"})
	for kind, c := range map[string]struct {
		connection     string
		genuine, wrong func(n int) []string
	}{
		"signature": {"sender",
			func(n int) []string { return standard(standardKey, fmt.Sprint("msg_", n), time.Now(), `1`) },
			func(n int) []string {
				return standard("another key of this length", fmt.Sprint("bad_", n), time.Now(), `1`)
			}},
		"bearer": {"bearer",
			func(int) []string { return []string{"Authorization", "Bearer the-token"} },
			func(n int) []string { return []string{"Authorization", fmt.Sprint("Bearer guess-", n)} }},
		"basic": {"basic",
			func(int) []string { return []string{"Authorization", "Basic YWRhOnRoZS1wYXNzd29yZA=="} },
			func(int) []string { return []string{"Authorization", "Basic YWRhOmFkYQ=="} }},
		"api_key": {"api_key",
			func(int) []string { return []string{"X-Key", "the-key"} },
			func(n int) []string { return []string{"X-Key", fmt.Sprint("guess-", n)} }},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			slug := "rate-" + kind[:3]
			p.publish(t, closed(slug, kind, c.connection))
			send := func(address string, headers []string) answer {
				t.Helper()
				return p.hook(t, slug, `1`, append(headers, "X-Forwarded-For", networks[kind]+address)...)
			}
			for n := range 8 {
				send("1", c.wrong(n)).wantsProblem(t, http.StatusUnauthorized, "credentials-required")
			}
			send("1", c.wrong(8)).wantsProblem(t, http.StatusTooManyRequests, "too-many-calls").wantsHeader(t, "Retry-After", "450")
			send("2", c.genuine(1)).wants(t, http.StatusOK)
			send("2", c.genuine(2)).wants(t, http.StatusOK)
			send("2", c.genuine(3)).wantsProblem(t, http.StatusTooManyRequests, "too-many-calls").wantsHeader(t, "Retry-After", "1800")
		})
	}
}

func TestCapacityFlagsAreChecked(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--capacity", "running=0"}, {"--capacity", "running=x"}, {"--capacity", "walking=7"}, {"--capacity", "bodies=7"},
		{"--rates", "caller=7"}, {"--rates", "caller=0/1s"}, {"--rates", "caller=7/x"}, {"--rates", "Not A Slug=7/1s"},
		{"--trusted-proxies", "10.0.0.1"},
	} {
		o := run(t, "", append([]string{"serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0"}, args...)...)
		if o.code != 2 || !strings.Contains(o.stderr, args[0]) {
			t.Errorf("%v: exit code %d, %s", args, o.code, o.stderr)
		}
	}
}
