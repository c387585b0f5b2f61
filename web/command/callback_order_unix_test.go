//go:build unix

package command_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// silentCaller is a caller who does not read what comes. The kernel keeps it.
type silentCaller struct{ *net.TCPConn }

// callSilently sends a call and reads nothing of its answer.
func callSilently(t *testing.T, p *program, slug, body string) silentCaller {
	t.Helper()
	host := strings.TrimPrefix(p.base, "http://")
	line, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	if err := line.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(line, "POST /hooks/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", slug, host, len(body), body)
	if err != nil {
		t.Fatal(err)
	}
	return silentCaller{line.(*net.TCPConn)}
}

// arrived is what has come so far. It is neither waited for nor taken.
func (c silentCaller) arrived() ([]byte, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	buffer, size := make([]byte, 64<<10), 0
	var failure error
	err = raw.Control(func(fd uintptr) {
		size, _, failure = syscall.Recvfrom(int(fd), buffer, syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	if err == nil {
		err = failure
	}
	return buffer[:max(size, 0)], err
}

// When a callback comes in, the whole 202 of its call has come to the caller, who reads
// it later. What is there is looked at while the callback waits for its answer.
func TestCallbackNeverPrecedesThe202(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.sign(t)
	var mu sync.Mutex
	callers := map[string]silentCaller{} // by what they send
	reports := make(chan error, 1000)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			mu.Lock()
			caller, known := callers[pick(t, decode(t, body), "answer.body")]
			mu.Unlock()
			if !known {
				reports <- fmt.Errorf("nobody has made the call of %s", body)
				return
			}
			err = whole202(caller, pick(t, decode(t, body), "executionId"))
		}
		reports <- err
	}))
	t.Cleanup(receiver.Close)
	for mode, steps := range map[string]string{
		"async": "steps: {answer: {uses: respond, with: {body: \"{{ trigger.body }}\"}}}\nedges: [trigger -> answer]\n",
		"sync": "deadline: 20ms\nsteps: {pause: {uses: wait, with: {for: 20ms}}, answer: {uses: respond, with: {body: \"{{ trigger.body }}\"}}}\n" +
			"edges: [trigger -> pause, pause -> answer]\n",
	} {
		p.publish(t, fmt.Sprintf("redial: 1\nslug: order-%s\nmode: %s\ncallback: {url: %q, secret: signer}\ntrigger: {uses: webhook}\n%s", mode, mode, receiver.URL, steps))
	}
	const calls = 40
	for n := range calls {
		mu.Lock() // who calls is known before anybody is called back
		name := fmt.Sprintf("caller %d", n)
		callers[name] = callSilently(t, p, "order-async", fmt.Sprintf("%q", name))
		mu.Unlock()
	}
	for n := range calls {
		if err := <-reports; err != nil {
			t.Errorf("callback %d: %v", n, err)
		}
	}
	// At the deadline either the answer comes or the 202, and then a callback.
	for n := range calls {
		mu.Lock()
		name := fmt.Sprintf("patient caller %d", n)
		callers[name] = callSilently(t, p, "order-sync", fmt.Sprintf("%q", name))
		mu.Unlock()
	}
	var ended []any
	eventually(t, "all have ended", func() bool {
		ended = p.api(t, http.MethodGet, "/api/executions?flow=order-sync&status=succeeded&limit=100", nil).list(t, "items")
		return len(ended) == calls
	})
	let := 0
	for _, one := range ended {
		id := pick(t, one, "executionId")
		if p.execution(t, id).get(t, "callback.state") == "" {
			continue // who got the answer
		}
		let++
		p.awaitCallback(t, id, "delivered")
		if err := <-reports; err != nil {
			t.Errorf("at the deadline: %v", err)
		}
	}
	if let == 0 {
		t.Error("nobody was let go at the deadline")
	}
}

// whole202 reports what is missing of the 202 that an execution's caller gets.
func whole202(caller silentCaller, id string) error {
	data, err := caller.arrived()
	if err != nil {
		return fmt.Errorf("nothing has come to the caller: %w", err)
	}
	a, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(data)), nil)
	if err != nil {
		return fmt.Errorf("a part has come to the caller: %w: %q", err, data)
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != http.StatusAccepted || !bytes.Contains(body, []byte(id)) {
		return fmt.Errorf("the caller has %s: %q, %w", a.Status, body, err)
	}
	return nil
}
