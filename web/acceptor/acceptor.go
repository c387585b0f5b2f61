// Package acceptor bounds the connections of a server: those that are open, and those
// on which no request has come to its handler yet, in all and by address. Whoever opens
// connections and sends nothing, or a header byte by byte, or keeps used ones open,
// takes room from itself, then from others who wait, and never from a request.
//
// It knows connections and nothing of what is asked on them.
package acceptor

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Bounds are how many connections there may be. A connection waits from its beginning,
// and again after each answer, until the header of a request has been read.
type Bounds struct {
	// Open is all of them. For one more, a waiting one is closed; if all have requests,
	// the new one.
	Open int
	// Waiting is those that wait. For one more, the one that has waited for the longest
	// is closed, if that is Patience or more.
	Waiting int
	// PerAddress is those that wait of one IPv4 address or one IPv6 /64. For one more of
	// its own, an address gives one up as for Waiting, and before all others for Open.
	PerAddress int
	// Patience is how long one may wait in any case, but for Open. A header takes time
	// to come, and to be read where many callers come at once.
	Patience time.Duration
	// Proxies are the addresses to which PerAddress does not apply, as many callers
	// come by them.
	Proxies []netip.Prefix
}

// usualPatience is as long as a header may take. Of thousands of callers who come at once
// some are read as late as that: only what is kept open for longer is known to be idle.
const usualPatience = 10 * time.Second

// Usual are the bounds where so many connections may be open.
func Usual(open int, proxies []netip.Prefix) Bounds {
	waiting := max(open/8, 8)
	return Bounds{
		Open: open, Waiting: waiting, PerAddress: max(waiting/4, 4),
		Patience: usualPatience, Proxies: proxies,
	}
}

// Listener accepts connections within bounds. Its server is to be run by Serve.
type Listener struct {
	net.Listener
	bounds Bounds

	mu        sync.Mutex
	open      int
	waiting   *list.List                // of *conn, the one that has waited for the longest first
	addresses map[netip.Prefix]*address // that have waiting connections
}

// address is what waits of one address.
type address struct {
	waiting *list.List // as Listener.waiting
	bounded bool
}

// New bounds what a listener accepts.
func New(inner net.Listener, bounds Bounds) *Listener {
	return &Listener{Listener: inner, bounds: bounds, waiting: list.New(), addresses: map[netip.Prefix]*address{}}
}

// connKey is the key of a connection in the context of its requests.
type connKey struct{}

// Serve is server.Serve on the listener. Nothing of the server but its handler may be
// set that is told of connections.
func (l *Listener) Serve(server *http.Server) error {
	next := server.Handler
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, c)
	}
	server.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateIdle {
			if c, ours := c.(*conn); ours {
				l.waits(c)
			}
		}
	}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ours := r.Context().Value(connKey{}).(*conn); ours {
			l.works(c)
		}
		next.ServeHTTP(w, r)
	})
	return server.Serve(l)
}

// Accept waits for the next connection that there is room for.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		inner, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c, ok := l.admit(inner); ok {
			return c, nil
		}
		_ = inner.Close() // there is nobody whose place it could have
	}
}

// admit takes a connection on, and closes another one where there are too many.
func (l *Listener) admit(inner net.Conn) (*conn, bool) {
	c := &conn{Conn: inner, listener: l, network: networkOf(inner.RemoteAddr())}
	l.mu.Lock()
	victim, ok := l.makeRoom(c)
	if ok {
		l.open++
		l.addWaiting(c)
	}
	l.mu.Unlock()
	if victim != nil {
		_ = victim.Conn.Close() // its server finds that out and closes it as well
	}
	return c, ok
}

// makeRoom says which connection has to go for a new one, and counts it no more; nil:
// none. It is false if none can go although one has to. The mutex is held.
func (l *Listener) makeRoom(c *conn) (victim *conn, ok bool) {
	own := l.addresses[c.network]
	crowded := own != nil && own.bounded && own.waiting.Len() >= l.bounds.PerAddress
	full := l.open >= l.bounds.Open
	switch {
	case crowded:
		victim = oldest(own.waiting)
	case full || l.waiting.Len() >= l.bounds.Waiting:
		victim = oldest(l.waiting)
	}
	if victim == nil {
		return nil, !full
	}
	if !full && time.Since(victim.since) < l.bounds.Patience {
		return nil, true
	}
	l.removeWaiting(victim)
	l.forget(victim)
	return victim, true
}

func oldest(waiting *list.List) *conn {
	if first := waiting.Front(); first != nil {
		return first.Value.(*conn)
	}
	return nil
}

// waits says that a connection has no request.
func (l *Listener) waits(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !c.gone && c.place == nil {
		l.addWaiting(c)
	}
}

// works says that a connection has a request.
func (l *Listener) works(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.removeWaiting(c)
}

// closed says that a connection is closed.
func (l *Listener) closed(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.removeWaiting(c)
	l.forget(c)
}

func (l *Listener) forget(c *conn) {
	if !c.gone {
		c.gone = true
		l.open--
	}
}

func (l *Listener) addWaiting(c *conn) {
	own := l.addresses[c.network]
	if own == nil {
		proxy := slices.ContainsFunc(l.bounds.Proxies, func(p netip.Prefix) bool { return p.Contains(c.network.Addr()) })
		own = &address{waiting: list.New(), bounded: !proxy}
		l.addresses[c.network] = own
	}
	c.since = time.Now()
	c.place, c.ownPlace = l.waiting.PushBack(c), own.waiting.PushBack(c)
}

func (l *Listener) removeWaiting(c *conn) {
	if c.place == nil {
		return
	}
	l.waiting.Remove(c.place)
	own := l.addresses[c.network]
	own.waiting.Remove(c.ownPlace)
	if own.waiting.Len() == 0 {
		delete(l.addresses, c.network)
	}
	c.place, c.ownPlace = nil, nil
}
