package command_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// A viewer who loses the network at random points ends with exactly the events
// of one who did not: those of a flow's executions, and those of each alone.
func TestViewerBehindABadNetworkMissesNothing(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(service.Close)
	p.publish(t, strings.ReplaceAll(manyRounds, "SERVICE", service.URL))
	network := newBadNetwork(t, strings.TrimPrefix(p.base, "http://"), 60)

	const executions = 4
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	viewer := exec.CommandContext(ctx, "node", "--experimental-websocket", "--no-warnings", "testdata/viewer.mjs",
		network.url, p.base, apiToken, "rounds", fmt.Sprint(executions))
	output, err := viewer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	viewer.Stderr = &complaints
	if err := viewer.Start(); err != nil {
		t.Fatalf("Node is needed for this test: %v", err)
	}
	lines := bufio.NewScanner(output)
	if !lines.Scan() || lines.Text() != "open" {
		t.Fatalf("the viewer did not get through: %q %s", lines.Text(), &complaints)
	}
	var ids []string
	for range executions {
		ids = append(ids, p.hook(t, "rounds", `{}`).wants(t, http.StatusAccepted).id(t))
	}
	seen := map[string]map[string][]string{"flow": {}, "alone": {}}
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		id := pick(t, decode(t, []byte(text)), "execution")
		seen[name][id] = append(seen[name][id], jsonText(t, decode(t, []byte(text))))
	}
	if err := viewer.Wait(); err != nil {
		t.Fatalf("the viewer failed: %v\n%s\nit has lost the network %d times, and seen %v", err, &complaints, network.losses(), counts(seen))
	}
	for _, id := range ids {
		var want []string
		for _, e := range p.finished(t, id) {
			want = append(want, jsonText(t, e.value))
		}
		for name := range seen {
			if got := seen[name][id]; strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s: of execution %s were seen %d events, and there are %d:\n%s", name, id, len(got), len(want), strings.Join(got, "\n"))
			}
		}
	}
	if losses := network.losses(); losses < 20 {
		t.Errorf("the network was lost only %d times", losses)
	}
}

const manyRounds = `redial: 1
slug: rounds
mode: async
trigger: {uses: webhook}
steps:
  all:
    uses: each
    with:
      items: 1..60
      concurrency: 3
      do:
        steps:
          ask: {uses: http, with: {url: "SERVICE/{{ item }}"}}
          note: {uses: transform, with: {set: {n: "{{ item }}"}}}
        edges:
          - ask -> note
edges:
  - trigger -> all
`

func counts(seen map[string]map[string][]string) map[string]map[string]int {
	numbers := map[string]map[string]int{}
	for name, executions := range seen {
		numbers[name] = map[string]int{}
		for id, events := range executions {
			numbers[name][id] = len(events)
		}
	}
	return numbers
}

// badNetwork passes connections on and cuts each of them after a random number
// of bytes, in the middle of a frame as well as between two, or before the first.
// After so many cuts it behaves.
type badNetwork struct {
	url    string
	target string

	mu    sync.Mutex
	cuts  int
	limit int
}

func newBadNetwork(t *testing.T, target string, limit int) *badNetwork {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &badNetwork{url: "http://" + listener.Addr().String(), target: target, limit: limit}
	ctx, cancel := context.WithCancel(context.Background())
	var open sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		_ = listener.Close()
		open.Wait()
	})
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			open.Go(func() { n.pass(ctx, conn) })
		}
	})
	return n
}

func (n *badNetwork) losses() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cuts
}

// allowance is how many bytes the next connection may carry to the viewer; 0
// and less: none, -1: any number.
func (n *badNetwork) allowance() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cuts >= n.limit {
		return -1
	}
	n.cuts++
	if rand.IntN(5) == 0 {
		return 0
	}
	return 200 + rand.Int64N(5000)
}

func (n *badNetwork) pass(ctx context.Context, viewer net.Conn) {
	defer viewer.Close()
	allowed := n.allowance()
	if allowed == 0 {
		return
	}
	var dialer net.Dialer
	server, err := dialer.DialContext(ctx, "tcp", n.target)
	if err != nil {
		return
	}
	defer server.Close()
	stop := context.AfterFunc(ctx, func() {
		_ = viewer.Close()
		_ = server.Close()
	})
	defer stop()
	go func() {
		_, _ = io.Copy(server, viewer)
		_ = server.Close()
	}()
	if allowed < 0 {
		_, _ = io.Copy(viewer, server)
		return
	}
	_, _ = io.CopyN(viewer, server, allowed)
}
