package outbound_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redial/engine/flow"
	"redial/engine/outbound"
)

// gathering answers nobody before so many have arrived, so none of them can have the
// connection of another, unless they share it.
type gathering struct {
	*httptest.Server
	http2       atomic.Bool
	connections atomic.Int64

	mu       sync.Mutex
	expected int
	all      chan struct{}
}

func gather(t *testing.T) *gathering {
	t.Helper()
	g := &gathering{}
	g.Server = httptest.NewUnstartedServer(g)
	g.EnableHTTP2, g.Config.ErrorLog = true, silent
	g.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			g.connections.Add(1)
		}
	}
	g.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if g.http2.Load() {
			return nil, nil
		}
		single := g.TLS.Clone()
		single.NextProtos = []string{"http/1.1"}
		return single, nil
	}}
	g.StartTLS()
	t.Cleanup(func() {
		g.CloseClientConnections()
		g.Close()
	})
	return g
}

func (g *gathering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	all := g.all
	if g.expected--; g.expected == 0 {
		close(all)
	}
	g.mu.Unlock()
	select {
	case <-all:
		_, _ = io.WriteString(w, r.Proto)
	case <-r.Context().Done():
	}
}

// callers makes calls at once that all wait for each other, and says how many
// connections were opened for them.
func (g *gathering) callers(t *testing.T, client *outbound.Client, calls int, proto string) (opened int64) {
	t.Helper()
	g.mu.Lock()
	g.expected, g.all = calls, make(chan struct{})
	g.mu.Unlock()
	before := g.connections.Load()
	for response := range atOnce(t.Context(), client, g.URL, calls) {
		if response.failure != nil {
			t.Fatal(response.failure)
		}
		if string(response.Body) != proto {
			t.Fatalf("%q was spoken, not %s", response.Body, proto)
		}
	}
	return g.connections.Load() - before
}

type outcome struct {
	*outbound.Response
	failure *flow.Failure
}

func atOnce(ctx context.Context, client *outbound.Client, url string, calls int) <-chan outcome {
	outcomes := make(chan outcome, calls)
	var group sync.WaitGroup
	for range calls {
		group.Go(func() {
			response, failure := client.Do(ctx, outbound.Request{URL: url})
			outcomes <- outcome{response, failure}
		})
	}
	group.Wait()
	close(outcomes)
	return outcomes
}

// Calls share connections where they can, and do not open one each to find that out.
// Where they cannot share any, they do not wait for each other. What a host speaks may
// change.
func TestCallsAtOnceOpenFewConnections(t *testing.T) {
	t.Parallel()
	// A connection takes 100 calls in any case; turns are of 16.
	const shared, few, apart = 90, 45, 120
	g := gather(t)
	roots := x509.NewCertPool()
	roots.AddCert(g.Certificate())
	client := newClient(t, outbound.Options{RootCAs: roots})
	for _, speaks := range []string{"HTTP/1.1", "HTTP/2.0", "HTTP/1.1", "HTTP/2.0"} {
		g.http2.Store(speaks == "HTTP/2.0")
		client.Close()
		g.CloseClientConnections()
		g.callers(t, client, 1, speaks)
		if speaks == "HTTP/1.1" {
			if opened := g.callers(t, client, apart, speaks); opened < apart-1 {
				t.Errorf("%s: %d connections for %d calls at once", speaks, opened, apart)
			}
			continue
		}
		if opened := g.callers(t, client, shared, speaks); opened > 0 {
			t.Errorf("%s: %d connections beside the one there is", speaks, opened)
		}
		client.Close()
		if opened := g.callers(t, client, shared, speaks); opened > few {
			t.Errorf("%s: %d connections for %d calls at once", speaks, opened, shared)
		}
		if opened := g.callers(t, client, 10*shared, speaks); opened > 10*few {
			t.Errorf("%s: %d connections for %d calls at once", speaks, opened, 10*shared)
		}
	}
}

// The first calls of a host may come all at once.
func TestCallsOfAnUnknownHost(t *testing.T) {
	t.Parallel()
	for proto, most := range map[string]int64{"HTTP/1.1": 180, "HTTP/2.0": 45} {
		t.Run(proto, func(t *testing.T) {
			t.Parallel()
			g := gather(t)
			g.http2.Store(proto == "HTTP/2.0")
			roots := x509.NewCertPool()
			roots.AddCert(g.Certificate())
			client := newClient(t, outbound.Options{RootCAs: roots})
			if opened := g.callers(t, client, 90, proto); opened > most {
				t.Errorf("%d connections for 90 calls at once", opened)
			}
		})
	}
}

// A host with which there is no connection fails all its calls: none waits for ever for
// others.
func TestTurnsEnd(t *testing.T) {
	t.Parallel()
	const calls = 50
	untrusted := gather(t)
	held := make(chan net.Conn, calls)
	mute := serveRaw(t, func(c net.Conn) { held <- c })
	t.Cleanup(func() {
		for len(held) > 0 {
			_ = (<-held).Close()
		}
	})
	for name, test := range map[string]struct {
		url  string
		time time.Duration
		want flow.FailureCode
	}{
		"certificate": {untrusted.URL, time.Minute, flow.FailedUnreachable},
		"mute":        {"https" + mute[len("http"):], 100 * time.Millisecond, flow.FailedTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), test.time)
			defer cancel()
			for outcome := range atOnce(ctx, newClient(t, outbound.Options{}), test.url, calls) {
				if outcome.failure == nil || outcome.failure.Code != test.want {
					t.Errorf("the failure is %+v, not %s", outcome.failure, test.want)
				}
			}
		})
	}
}
