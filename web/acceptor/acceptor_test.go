package acceptor_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"testing"
	"time"

	"redial/web/acceptor"
)

// patience bounds every wait.
const patience = 20 * time.Second

// served is a server behind an acceptor. It answers at once, but for /hold, which waits
// until the test lets it go.
type served struct {
	address string
	arrived chan struct{}
	answer  chan struct{}
}

func serve(t *testing.T, bounds acceptor.Bounds) *served {
	t.Helper()
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &served{address: inner.Addr().String(), arrived: make(chan struct{}, 100), answer: make(chan struct{}, 100)}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hold" {
			s.arrived <- struct{}{}
			<-s.answer
		}
		_, _ = io.WriteString(w, "here")
	})}
	ended := make(chan error, 1)
	go func() { ended <- acceptor.New(inner, bounds).Serve(server) }()
	t.Cleanup(func() {
		close(s.answer)
		_ = server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serving ended: %v", err)
		}
	})
	return s
}

// dial opens a connection from an address of loopback.
func (s *served) dial(t *testing.T, from string) net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := dialer.DialContext(t.Context(), "tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

func send(t *testing.T, c net.Conn, path string) {
	t.Helper()
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
}

// holds sends a request and waits until it has come to the handler.
func (s *served) holds(t *testing.T, c net.Conn) {
	t.Helper()
	send(t, c, "/hold")
	select {
	case <-s.arrived:
	case <-time.After(patience):
		t.Fatal("the request did not arrive")
	}
}

func wantsAnswer(t *testing.T, c net.Conn) {
	t.Helper()
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("there is no answer: %v", err)
	}
	defer func() { _ = a.Body.Close() }()
	if body, err := io.ReadAll(a.Body); err != nil || string(body) != "here" {
		t.Errorf("the answer is %q: %v", body, err)
	}
}

// wantsEnd waits until the server has closed a connection.
func wantsEnd(t *testing.T, c net.Conn, which string) {
	t.Helper()
	if n, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%s is open: %d bytes, %v", which, n, err)
	}
}

// answered asks and gets the answer.
func answered(t *testing.T, c net.Conn) {
	t.Helper()
	send(t, c, "/")
	wantsAnswer(t, c)
}

const (
	here      = "127.0.0.1"
	elsewhere = "127.0.0.2"
)

// The connection that has waited for the longest goes, whether it has sent nothing or a
// part of a header; one with a request stays.
func TestTheOldestThatWaitsGoes(t *testing.T) {
	t.Parallel()
	for name, bounds := range map[string]acceptor.Bounds{
		"of all":        {Open: 4, PerAddress: 100},
		"of an address": {Open: 4, PerAddress: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, bounds)
			working := s.dial(t, here)
			s.holds(t, working)
			silent, slow, third := s.dial(t, here), s.dial(t, here), s.dial(t, here)
			if _, err := io.WriteString(slow, "GET / HTTP/1.1\r\nHo"); err != nil {
				t.Fatal(err)
			}
			s.dial(t, here)
			wantsEnd(t, silent, "the silent one")
			s.dial(t, here)
			wantsEnd(t, slow, "the slow one")
			answered(t, third)
			s.answer <- struct{}{}
			wantsAnswer(t, working)
			answered(t, s.dial(t, here))
		})
	}
}

// A connection that has had its answer waits again.
func TestUsedConnectionsWait(t *testing.T) {
	t.Parallel()
	s := serve(t, acceptor.Bounds{Open: 2, PerAddress: 100})
	used := s.dial(t, here)
	answered(t, used)
	// The server finds out after its answer that nothing follows.
	for begun := time.Now(); ; {
		s.dial(t, here)
		if err := used.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		_, err := used.Read(make([]byte, 1))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		if time.Since(begun) > patience {
			t.Fatal("the used connection is open")
		}
	}
}

// An address that has too many gives up its own: for those that it opens, and for those
// of others.
func TestAFloodTakesFromItself(t *testing.T) {
	t.Parallel()
	s := serve(t, acceptor.Bounds{Open: 10, PerAddress: 4})
	caller := s.dial(t, elsewhere)
	var flood []net.Conn
	for range 30 {
		flood = append(flood, s.dial(t, here))
	}
	for i, c := range flood[:21] {
		wantsEnd(t, c, fmt.Sprint("number ", i))
	}
	second := s.dial(t, elsewhere)
	wantsEnd(t, flood[21], "number 21")
	answered(t, caller)
	answered(t, second)
	answered(t, flood[22])
}

// Many callers come by a proxy.
func TestProxiesAreNotBoundedByAddress(t *testing.T) {
	t.Parallel()
	s := serve(t, acceptor.Bounds{Open: 23, PerAddress: 2, Proxies: []netip.Prefix{netip.MustParsePrefix(here + "/32")}})
	var byProxy []net.Conn
	for range 20 {
		byProxy = append(byProxy, s.dial(t, here))
	}
	first, second, third := s.dial(t, elsewhere), s.dial(t, elsewhere), s.dial(t, elsewhere)
	byProxy = append(byProxy, s.dial(t, here))
	wantsEnd(t, first, "the first of another address")
	for _, c := range append(byProxy, second, third) {
		answered(t, c)
	}
}

// Callers who come at once from one address are not taken for a flood before their
// headers could be read, and keep their connections, as long as there is room.
func TestABurstIsAnswered(t *testing.T) {
	t.Parallel()
	s := serve(t, acceptor.Bounds{Open: 50, PerAddress: 2})
	var burst []net.Conn
	for range 50 {
		burst = append(burst, s.dial(t, here))
	}
	for range 2 {
		for _, c := range burst {
			answered(t, c)
		}
	}
}

// Where all connections have requests, one more is turned away, and there is room
// again when one has ended.
func TestRequestsAreNotCutOff(t *testing.T) {
	t.Parallel()
	s := serve(t, acceptor.Bounds{Open: 2, PerAddress: 2})
	first, second := s.dial(t, here), s.dial(t, here)
	s.holds(t, first)
	s.holds(t, second)
	wantsEnd(t, s.dial(t, here), "the third")
	s.answer <- struct{}{}
	s.answer <- struct{}{}
	wantsAnswer(t, first)
	wantsAnswer(t, second)
	answered(t, s.dial(t, here))
}
