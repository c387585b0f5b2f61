package outbound

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
)

const (
	// maxDials is how many calls may open connections to one origin at the same time,
	// unless it is known to speak HTTP/1.1.
	maxDials = 16
	// maxTurnWait is how long a call waits for its turn. Then it dials beside the
	// others, so that an origin that does not answer fails the calls of it, as ever, by
	// the limits of dialling.
	maxTurnWait = handshakeTimeout
	// maxOrigins bounds one generation of origins.
	maxOrigins = 1024
)

// origins has calls of an https origin take turns at opening connections. net/http
// finds out by a connection whether the origin speaks HTTP/2, and until then dials one
// for each call: thousands of handshakes, of which all but a few are for nothing, and
// which take so long together that they fail. Calls in turn find the connections that
// those before them have opened. Where each call needs its own, as by HTTP/1.1, no call
// waits once that is known.
//
// Of origins that were not called since as many others were, it knows nothing.
type origins struct {
	mu        sync.Mutex
	now, last map[string]*origin
}

// origin is a host and port that is called by TLS.
type origin struct {
	turns chan struct{} // holds one for each call that has a turn
	apart chan struct{} // closed once it is known to speak HTTP/1.1
}

func newOrigin() *origin {
	return &origin{turns: make(chan struct{}, maxDials), apart: make(chan struct{})}
}

func (o *origin) isApart() bool {
	select {
	case <-o.apart:
		return true
	default:
		return false
	}
}

func (all *origins) find(host string) *origin {
	all.mu.Lock()
	defer all.mu.Unlock()
	found := all.now[host]
	if found == nil {
		if found = all.last[host]; found == nil {
			found = newOrigin()
		}
		all.put(host, found)
	}
	return found
}

// put enters an origin, and forgets others if there are too many. The mutex is held.
func (all *origins) put(host string, o *origin) {
	if all.now == nil || len(all.now) >= maxOrigins {
		all.now, all.last = map[string]*origin{}, all.now
	}
	all.now[host] = o
}

// learn notes what an origin speaks.
func (all *origins) learn(host string, o *origin, http2 bool) {
	if o.isApart() != http2 {
		return
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	switch {
	case http2: // it did not before
		all.put(host, newOrigin())
	case !o.isApart():
		close(o.apart)
	}
}

// roundTrip is RoundTrip of the client's transport, in turn.
func (c *Client) roundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" {
		return c.transport.RoundTrip(req)
	}
	host := req.URL.Host
	origin := c.origins.find(host)
	end := origin.wait(req.Context())
	defer end()
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		c.origins.learn(host, origin, speaksHTTP2(got.Conn))
		end()
	}}
	return c.transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
}

// wait waits for a turn. The call that has it ends it as soon as it has a connection.
func (o *origin) wait(ctx context.Context) (end func()) {
	none := func() {}
	taken := sync.OnceFunc(func() { <-o.turns })
	if o.isApart() {
		return none
	}
	select {
	case o.turns <- struct{}{}:
		return taken
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, maxTurnWait)
	defer cancel()
	select {
	case o.turns <- struct{}{}:
		return taken
	case <-o.apart:
	case <-ctx.Done():
	}
	return none
}

func speaksHTTP2(conn net.Conn) bool {
	secured, ok := conn.(*tls.Conn)
	return ok && secured.ConnectionState().NegotiatedProtocol == "h2"
}
