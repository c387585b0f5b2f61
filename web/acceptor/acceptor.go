// Package acceptor bounds the connections of a server. Where there is room for no more,
// one goes on which no request has come to its handler yet. Whoever opens connections and
// sends nothing, or a header byte by byte, or keeps used ones open, takes room from itself,
// then from others who wait, and never from a request.
//
// As long as there is room nobody is cut off, however many come at once: thousands of
// callers behind one address look like a flood until their requests could be read.
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
)

// Bounds are how many connections there may be. A connection waits from its beginning,
// and again after each answer, until the header of a request has been read.
type Bounds struct {
	// Open is all of them. For one more, a waiting one is closed, of those in question
	// the one that has waited for the longest; if all have requests, the new one.
	Open int
	// PerAddress is how many of one IPv4 address or one IPv6 /64 may wait beside those of
	// others. Where Open is reached and an address has as many, it gives up one of its
	// own for its next one, and for others before they give up theirs.
	PerAddress int
	// Proxies are the addresses to which PerAddress does not apply, as many callers
	// come by them.
	Proxies []netip.Prefix
}

// Usual are the bounds where so many connections may be open.
func Usual(open int, proxies []netip.Prefix) Bounds {
	return Bounds{Open: open, PerAddress: max(open/32, 4), Proxies: proxies}
}

// Listener accepts connections within bounds. Its server is to be run by Serve.
type Listener struct {
	net.Listener
	bounds Bounds

	mu        sync.Mutex
	open      int
	waiting   *list.List                // of *conn, the one that has waited for the longest first
	addresses map[netip.Prefix]*address // that have waiting connections
	crowded   *list.List                // of *address, those that have PerAddress of them
}

// address is what waits of one address.
type address struct {
	waiting *list.List // as Listener.waiting
	bounded bool
	crowded *list.Element // its place in Listener.crowded; nil: it has less
}

// New bounds what a listener accepts.
func New(inner net.Listener, bounds Bounds) *Listener {
	return &Listener{
		Listener: inner, bounds: bounds,
		waiting: list.New(), addresses: map[netip.Prefix]*address{}, crowded: list.New(),
	}
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

// admit takes a connection on, and closes another one where there is no room.
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
	if l.open < l.bounds.Open {
		return nil, true
	}
	waiting := l.waiting
	if own := l.addresses[c.network]; own != nil && own.crowded != nil {
		waiting = own.waiting
	} else if first := l.crowded.Front(); first != nil {
		waiting = first.Value.(*address).waiting
	}
	longest := waiting.Front()
	if longest == nil {
		return nil, false
	}
	victim = longest.Value.(*conn)
	l.removeWaiting(victim)
	l.forget(victim)
	return victim, true
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
	c.place, c.ownPlace = l.waiting.PushBack(c), own.waiting.PushBack(c)
	if own.bounded && own.crowded == nil && own.waiting.Len() >= l.bounds.PerAddress {
		own.crowded = l.crowded.PushBack(own)
	}
}

func (l *Listener) removeWaiting(c *conn) {
	if c.place == nil {
		return
	}
	l.waiting.Remove(c.place)
	own := l.addresses[c.network]
	own.waiting.Remove(c.ownPlace)
	if own.crowded != nil && own.waiting.Len() < l.bounds.PerAddress {
		l.crowded.Remove(own.crowded)
		own.crowded = nil
	}
	if own.waiting.Len() == 0 {
		delete(l.addresses, c.network)
	}
	c.place, c.ownPlace = nil, nil
}
