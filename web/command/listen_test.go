package command_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"redial/web/command"
)

// relayed is a flow that calls back, after a service has answered.
func relayed(slug, callback string) string {
	return fmt.Sprintf("redial: 1\nslug: %s\nmode: async\ncallback: {url: %q, secret: signer}\ntrigger: {uses: webhook}\n"+
		"steps: {answer: {uses: respond, with: {status: 201, body: {heard: \"{{ trigger.body }}\"}}}}\nedges: [trigger -> answer]\n", slug, callback)
}

// listener is a running `redial listen`.
type listener struct {
	out       *transcript
	interrupt func()
	ended     chan struct{}
	code      int
}

func listen(t *testing.T, server, forward string, slugs ...string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{out: newTranscript(), interrupt: cancel, ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		args := append([]string{"listen", "--server", server, "--forward-to", forward}, slugs...)
		l.code = command.Run(ctx, args, environment(nil), strings.NewReader(""), l.out, l.out)
	}()
	t.Cleanup(func() { l.stop(t) })
	l.out.await(t, l.ended, "connected to "+server)
	return l
}

// stop interrupts the listener, which is no failure.
func (l *listener) stop(t *testing.T) {
	t.Helper()
	l.interrupt()
	<-l.ended
	if l.code != 0 {
		t.Errorf("listen ended with exit code %d: %s", l.code, l.out)
	}
}

// A callback reaches the developer's program as it reaches the receiver: the same
// bytes under the same signature, which newCallbacks checks.
func TestListenRelaysCallbacks(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	receiver, developer := newCallbacks(t), newCallbacks(t)
	p.sign(t)
	p.publish(t, relayed("mine", receiver.url))
	p.publish(t, relayed("other", receiver.url))
	l := listen(t, p.base, developer.url+"/in?a=1", "mine")
	p.hook(t, "other", `{}`).wants(t, http.StatusAccepted)
	receiver.next(t)
	developer.code <- http.StatusTeapot // the developer's answer changes nothing for the receiver
	id := p.hook(t, "mine", `{"text":"ü €","n":9007199254740993}`).wants(t, http.StatusAccepted).id(t)
	got, want := developer.next(t), receiver.next(t)
	if string(got.body) != string(want.body) || got.get(t, "executionId") != id {
		t.Errorf("relayed is %s\nand delivered %s", got.body, want.body)
	}
	for _, name := range []string{"Content-Type", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"} {
		got.wantsHeader(t, name, want.header.Get(name))
	}
	p.awaitCallback(t, id, "delivered")
	line := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d  mine  ` + id + `  418  \d+ ms$`)
	eventually(t, "the callback is told of", func() bool { return line.MatchString(l.out.String()) })
	p.api(t, http.MethodPost, "/api/executions/"+id+"/callback", nil).wants(t, http.StatusAccepted)
	developer.next(t).wantsHeader(t, "Webhook-Id", got.header.Get("Webhook-Id"))
	receiver.next(t)
	told := p.api(t, http.MethodPost, "/api/flows/mine/callback/test", nil).wants(t, http.StatusOK)
	if told.get(t, "delivered") != "true" || told.get(t, "listeners") != "1" {
		t.Errorf("the test of a callback is answered %s", told)
	}
	if test := developer.next(t); test.get(t, "test") != "true" {
		t.Errorf("the test callback is %s", test.body)
	}
	developer.quiet(t)
	l.stop(t)
	if strings.Contains(l.out.String(), callbackSecret) || strings.Contains(l.out.String(), apiToken) {
		t.Errorf("a secret is shown: %s", l.out)
	}
}

// wire passes connections on, until it is cut.
type wire struct {
	net.Listener

	mu   sync.Mutex
	to   string // empty: nobody is there
	open []net.Conn
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: inner}
	w.leadTo(to)
	go w.serve()
	t.Cleanup(func() {
		_ = w.Close()
		w.cut()
	})
	return w
}

// leadTo says where connections lead from now on; empty: nowhere.
func (w *wire) leadTo(server string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.to = strings.TrimPrefix(server, "http://")
}

func (w *wire) serve() {
	for {
		near, err := w.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		to := w.to
		w.mu.Unlock()
		if to == "" {
			_ = near.Close()
			continue
		}
		far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", to)
		if err != nil {
			_ = near.Close()
			continue
		}
		w.mu.Lock()
		w.open = append(w.open, near, far)
		w.mu.Unlock()
		for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
			go func() {
				_, _ = io.Copy(pair[0], pair[1])
				_ = pair[0].Close()
			}()
		}
	}
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, conn := range w.open {
		_ = conn.Close()
	}
	w.open = nil
}

// A listener whose connection breaks connects again, and one whose program does
// not answer goes on.
func TestListenConnectsAgain(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	receiver, developer := newCallbacks(t), newCallbacks(t)
	p.sign(t)
	p.publish(t, relayed("mine", receiver.url))
	w := newWire(t, p.base)
	l := listen(t, "http://"+w.Addr().String(), developer.url)
	w.cut()
	eventually(t, "the listener is back", func() bool { return strings.Count(l.out.String(), "connected to") == 2 })
	if !strings.Contains(l.out.String(), "no connection to") {
		t.Errorf("nothing is said of the break: %s", l.out)
	}
	id := p.hook(t, "mine", `{}`).wants(t, http.StatusAccepted).id(t)
	if got := developer.next(t); got.get(t, "executionId") != id {
		t.Errorf("relayed is %s", got.body)
	}
	deaf := listen(t, p.base, "http://"+unused(t))
	id = p.hook(t, "mine", `{}`).wants(t, http.StatusAccepted).id(t)
	deaf.out.await(t, deaf.ended, id+"  failed")
	developer.next(t)
}

// A listener that was cut off gets what was delivered in the meantime, once and in order,
// also where the server was started again. At first it gets nothing of before.
func TestListenMissesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, dir)
	receiver, developer := newCallbacks(t), newCallbacks(t)
	p.sign(t)
	p.publish(t, relayed("mine", receiver.url))
	p.publish(t, relayed("other", receiver.url))
	delivered := func(slug string, body int) {
		t.Helper()
		id := p.hook(t, slug, fmt.Sprint(body)).wants(t, http.StatusAccepted).id(t)
		receiver.next(t)
		p.awaitCallback(t, id, "delivered")
	}
	heard := func(bodies ...int) {
		t.Helper()
		for _, body := range bodies {
			if got := developer.next(t).get(t, "answer.body.heard"); got != fmt.Sprint(body) {
				t.Errorf("relayed is %s, not %d", got, body)
			}
		}
		developer.quiet(t)
	}
	delivered("mine", 1)
	w := newWire(t, p.base)
	l := listen(t, "http://"+w.Addr().String(), developer.url, "mine")
	back := func(times int) {
		t.Helper()
		eventually(t, "the listener is back", func() bool { return strings.Count(l.out.String(), "connected to") == times })
	}
	away := func() {
		w.leadTo("")
		w.cut()
	}
	away() // it has got nothing yet
	delivered("mine", 2)
	w.leadTo(p.base)
	back(2)
	heard(2)
	delivered("mine", 3)
	heard(3)
	away()
	delivered("other", 4)
	delivered("mine", 5)
	w.leadTo(p.base)
	back(3)
	heard(5)
	away()
	p.stop(t)
	p = serve(t, dir)
	delivered("mine", 6)
	w.leadTo(p.base)
	back(4)
	heard(6)
	delivered("mine", 7)
	heard(7)
	if strings.Contains(l.out.String(), "not kept") {
		t.Errorf("it says that something is missing: %s", l.out)
	}
}

// unused is an address at which nobody listens.
func unused(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func TestListenIsRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"listen"}, 2, "--forward-to"},
		{[]string{"listen", "--forward-to", "localhost:3000"}, 2, "http://localhost:3000"},
		{[]string{"listen", "--forward-to", "http://localhost:3000", "--server", "ftp://a"}, 2, "--server"},
		{[]string{"listen", "--forward-to", "http://localhost:3000", "--server", p.base, "--token", "wrong"}, 1, "401"},
		{[]string{"listen", "nobody", "--forward-to", "http://localhost:3000", "--server", p.base}, 1, "404"},
	} {
		if got := run(t, "", c.args...); got.code != c.code || !strings.Contains(got.stderr, c.says) {
			t.Errorf("%v: exit code %d, and it says %s", c.args, got.code, got.stderr)
		}
	}
	if got := runIn(t, map[string]string{"REDIAL_API_TOKEN": ""}, "", "listen", "--forward-to", "http://localhost:3000"); got.code != 2 || !strings.Contains(got.stderr, "REDIAL_API_TOKEN") {
		t.Errorf("without a token: exit code %d, and it says %s", got.code, got.stderr)
	}
	p.call(t, http.MethodGet, "/api/callbacks/live", nil).wantsProblem(t, http.StatusUnauthorized, "unauthorized")
	if got := run(t, "", "help"); got.code != 0 || !strings.Contains(got.stderr, "redial listen") {
		t.Errorf("help: exit code %d, and it says %s", got.code, got.stderr)
	}
}
