package simulated

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// maxBody bounds what a service reads of one call. Amazon SES takes mails of
// up to 10 MB without asking; base64 and JSON around it need the rest.
const maxBody = 16 << 20

// refusal answers in a service's own error format. An empty message stands
// for the service's usual words for that status.
type refusal func(w http.ResponseWriter, status int, message string)

// gate stands before the API of one service: it logs the call, waits and
// fails as the knobs say, and only then lets the service look at it.
type gate struct {
	service string
	refuse  refusal
	control *control
	log     *requestLog
	next    http.Handler
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := &loggedCall{ResponseWriter: w, log: g.log, entry: g.log.open(g.service, r)}
	// The body is read before the wait: only then does net/http notice
	// that the caller has left.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			g.refuse(call, http.StatusRequestEntityTooLarge, "")
			return
		}
		call.leave()
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	knobs := g.control.next(g.service)
	if !pause(r.Context(), time.Duration(knobs.Latency)) {
		call.leave()
		return
	}
	g.answer(call, r, knobs.Fault)
}

func (g *gate) answer(call *loggedCall, r *http.Request, fault Fault) {
	switch fault {
	case FaultError:
		g.refuse(call, http.StatusInternalServerError, "")
	case FaultThrottle:
		g.refuse(call, http.StatusTooManyRequests, "")
	case FaultDown:
		g.refuse(call, http.StatusServiceUnavailable, "")
	case FaultReset:
		call.close(0, "reset")
		hangUp(call.ResponseWriter)
	case FaultLost:
		unsent := &unsentAnswer{header: make(http.Header), status: http.StatusOK}
		g.next.ServeHTTP(unsent, r)
		call.close(unsent.status, "lost")
		hangUp(call.ResponseWriter)
	case FaultNone:
		g.next.ServeHTTP(call, r)
	}
}

// pause waits for d and reports false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hangUp closes the connection with a reset, as a crashed server would. Where
// the connection cannot be taken over, aborting the handler closes it.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the peer sees an orderly end; either way it gets no answer
	}
	_ = conn.Close()
}

// loggedCall closes its log entry when the status goes out, which is before
// the caller can see it: whoever has an answer finds it in the log.
type loggedCall struct {
	http.ResponseWriter
	log    *requestLog
	entry  *Request
	closed bool
}

func (c *loggedCall) close(status int, outcome string) {
	if !c.closed {
		c.closed = true
		c.log.close(c.entry, status, outcome)
	}
}

// leave ends a call whose caller has left, or whose server is stopping. To
// return without a word would be an empty 200.
func (c *loggedCall) leave() {
	c.close(0, "canceled")
	hangUp(c.ResponseWriter)
}

func (c *loggedCall) WriteHeader(status int) {
	c.close(status, "answered")
	c.ResponseWriter.WriteHeader(status)
}

func (c *loggedCall) Write(data []byte) (int, error) {
	c.close(http.StatusOK, "answered")
	return c.ResponseWriter.Write(data)
}

// unsentAnswer takes an answer that nobody will get.
type unsentAnswer struct {
	header http.Header
	status int
}

func (u *unsentAnswer) Header() http.Header            { return u.header }
func (u *unsentAnswer) WriteHeader(status int)         { u.status = status }
func (u *unsentAnswer) Write(data []byte) (int, error) { return len(data), nil }

// methods picks the handler of a path by method and refuses others with 405
// in the service's own format, which http.ServeMux alone would not.
func methods(refuse refusal, byMethod map[string]http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if handle, ok := byMethod[method]; ok {
			handle(w, r)
			return
		}
		var allowed []string
		for _, name := range []string{http.MethodGet, http.MethodPost} {
			if _, ok := byMethod[name]; ok {
				allowed = append(allowed, name)
			}
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		refuse(w, http.StatusMethodNotAllowed, "")
	}
}
