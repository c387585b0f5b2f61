package browser

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
)

// wire lies between browsers and a program, and can be cut: a browser that is
// told to be offline keeps the sockets that it has open.
type wire struct {
	listener net.Listener
	to       string // HOST:PORT of the program, set once

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

func newWire(t testing.TB) *wire {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return &wire{listener: listener, conns: make(map[net.Conn]bool)}
}

func (w *wire) origin() string { return "http://" + w.listener.Addr().String() }

// carry connects whoever comes with the program, until the end of the test.
func (w *wire) carry(t testing.TB, to string) {
	t.Helper()
	w.to = to
	var carried sync.WaitGroup
	t.Cleanup(func() {
		w.listener.Close()
		w.sever(true)
		carried.Wait()
	})
	carried.Go(func() {
		for {
			near, err := w.listener.Accept()
			if err != nil {
				return // closed
			}
			carried.Go(func() { w.connect(near) })
		}
	})
}

// connect passes on what the two ends of a connection say.
func (w *wire) connect(near net.Conn) {
	defer near.Close()
	far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", w.to)
	if err != nil {
		return // the browser sees it
	}
	defer far.Close()
	if !w.keep(near) {
		return
	}
	defer w.drop(near)
	ended := make(chan struct{}, 2)
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, from) // an end that hangs up ends both ways
		ended <- struct{}{}
	}
	go pass(far, near)
	go pass(near, far)
	<-ended
	near.Close()
	far.Close()
	<-ended
}

func (w *wire) keep(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns[c] = true
	return !w.cut
}

func (w *wire) drop(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, c)
}

// sever ends all connections, and lets no new ones through, or mends the wire.
func (w *wire) sever(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for c := range w.conns {
			c.Close()
		}
	}
}
