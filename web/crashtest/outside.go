package crashtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Outside is the service that scenes call.
type Outside struct {
	// Address is where it listens: HOST:PORT.
	Address string

	server  *http.Server
	mu      sync.Mutex
	held    map[string]bool
	calls   []OutsideCall
	changed chan struct{} // closed by the next call
}

// OutsideCall is a call that the service has received.
type OutsideCall struct{ Path, Key, Body string }

// OpenOutside serves on an address. Calls of held paths are never answered, and
// attempts of others that are refused are told to come again.
func OpenOutside(ctx context.Context, address string, held map[string]bool) (*Outside, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serving the outside service: %w", err)
	}
	o := &Outside{Address: listener.Addr().String(), held: held, changed: make(chan struct{})}
	o.server = &http.Server{Handler: o, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go func() { _ = o.server.Serve(listener) }() // ends with Close
	return o, nil
}

// Close stops the service.
func (o *Outside) Close() { _ = o.server.Close() }

// ServeHTTP implements http.Handler.
func (o *Outside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	o.mu.Lock()
	o.calls = append(o.calls, OutsideCall{r.URL.Path, r.Header.Get("Idempotency-Key"), string(body)})
	close(o.changed)
	o.changed = make(chan struct{})
	refused := o.held != nil && (r.URL.Path == "/callback" || r.URL.Path == "/between/try")
	held := o.held[r.URL.Path]
	o.mu.Unlock()
	switch {
	case held:
		<-r.Context().Done()
	case refused:
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"path":%q}`, r.URL.Path) //nolint:gosec // its callers are our own tests; they may have died
	}
}

// Calls are those received so far, in order.
func (o *Outside) Calls() []OutsideCall {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]OutsideCall(nil), o.calls...)
}

// Await waits until so many calls of a path have come.
func (o *Outside) Await(ctx context.Context, path string, times int) error {
	for {
		o.mu.Lock()
		count, changed := 0, o.changed
		for _, call := range o.calls {
			if call.Path == path {
				count++
			}
		}
		o.mu.Unlock()
		if count >= times {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d calls of %s: %w", count, path, ctx.Err())
		}
	}
}
