package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"redial/engine"
	"redial/web/reply"
)

// Deadlines of sockets. A viewer that answers no ping for pongWait is gone.
const (
	pongWait  = 60 * time.Second
	pingEvery = 25 * time.Second
	writeWait = 10 * time.Second
	eventPage = 500 // events that are read from the store at once
)

// sockets knows the open ones, to close them when the server stops.
type sockets struct {
	mu     sync.Mutex
	open   map[*viewer]struct{}
	closed bool
	// closing is closed when the server stops, for polls.
	closing chan struct{}
}

func newSockets() *sockets {
	return &sockets{open: map[*viewer]struct{}{}, closing: make(chan struct{})}
}

func (s *sockets) add(v *viewer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open[v] = struct{}{}
	return true
}

func (s *sockets) remove(v *viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, v)
}

// CloseSockets tells all viewers that the server goes away, and takes no new
// ones. Long polls end with what there is.
func (s *Server) CloseSockets() {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	if !s.sockets.closed {
		close(s.sockets.closing)
	}
	s.sockets.closed = true
	for v := range s.sockets.open {
		v.stop(websocket.CloseGoingAway)
	}
}

// viewer is one open socket. It is a cursor over the stored events, so a slow
// one lags and misses nothing. One goroutine writes, the handler's own reads.
type viewer struct {
	conn         *websocket.Conn
	subscription *engine.Subscription
	done         context.Context
	cancel       context.CancelFunc
	pings        <-chan time.Time // when to ping
	code         int              // with which the server closes
	once         sync.Once
}

// stop ends the socket. The first call says with which code.
func (v *viewer) stop(code int) {
	v.once.Do(func() {
		v.code = code
		v.cancel()
	})
}

// liveExecution sends the events of one execution.
func (s *Server) liveExecution(w http.ResponseWriter, r *http.Request) {
	// Subscribed first and read then, so that nothing falls in between.
	id := r.PathValue("id")
	subscription := s.engine.WatchExecution(id)
	defer subscription.Close()
	if websocket.IsWebSocketUpgrade(r) && s.hooks.Dropped(r) != nil {
		// A browser learns nothing of an answer to a handshake, but of a close.
		s.serveSocket(w, r, nil, func(v *viewer) { v.stop(closeDropped) })
		return
	}
	if _, ok := s.hooks.Execution(w, r); !ok {
		return
	}
	after, ok := s.after(w, r)
	if !ok {
		return
	}
	cursors := newCursors()
	cursors.seen[id] = after
	s.view(w, r, subscription, cursors)
}

// liveFlow sends the events of all executions of a flow that start from now on.
func (s *Server) liveFlow(w http.ResponseWriter, r *http.Request) {
	if _, err := s.store.Draft(r.Context(), r.PathValue("slug")); err != nil {
		s.Fail(w, r, "reading a flow", err)
		return
	}
	s.view(w, r, s.engine.WatchFlow(r.PathValue("slug")), newCursors())
}

// view serves the events of executions from the cursors on.
func (s *Server) view(w http.ResponseWriter, r *http.Request, subscription *engine.Subscription, cursors *cursors) {
	s.serveSocket(w, r, subscription, func(v *viewer) { s.send(v, cursors) })
}

// serveSocket opens a socket and serves it until either side closes it. send is
// the only writer of the socket; it ends when the viewer is done. A socket of
// something else than executions has no subscription.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request, subscription *engine.Subscription, send func(*viewer)) {
	if subscription != nil {
		defer subscription.Close()
	}
	upgrader := websocket.Upgrader{
		// The route has checked the origin already.
		CheckOrigin: func(*http.Request) bool { return true }, HandshakeTimeout: writeWait,
		Error: func(w http.ResponseWriter, r *http.Request, _ int, reason error) {
			s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: reply.Sentence("this address is a websocket: " + reason.Error())})
		},
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	v := &viewer{conn: conn, subscription: subscription, code: websocket.CloseNormalClosure}
	v.done, v.cancel = context.WithCancel(context.WithoutCancel(r.Context()))
	if !s.sockets.add(v) {
		v.stop(websocket.CloseGoingAway)
	}
	defer s.sockets.remove(v)
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	v.pings = ping.C
	writer := make(chan struct{})
	go func() {
		defer close(writer)
		defer v.bye()
		send(v)
	}()
	v.read()
	<-writer
}

// read takes what the viewer sends, which is nothing but pongs and a close.
func (v *viewer) read() {
	defer v.stop(websocket.CloseNormalClosure)
	v.conn.SetReadLimit(512)
	extend := func(string) error { return v.conn.SetReadDeadline(time.Now().Add(pongWait)) }
	v.conn.SetPongHandler(extend)
	for err := extend(""); err == nil; {
		_, _, err = v.conn.ReadMessage()
	}
}

// bye tells the viewer why the socket closes, and closes it.
func (v *viewer) bye() {
	v.stop(websocket.CloseNormalClosure) // from here on the code does not change
	message := websocket.FormatCloseMessage(v.code, "")
	_ = v.conn.WriteControl(websocket.CloseMessage, message, time.Now().Add(writeWait))
	_ = v.conn.Close()
}

// ping asks the viewer to say that it is there.
func (v *viewer) ping() bool {
	return v.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait)) == nil
}

// send sends what executions have beyond the cursors, and goes on.
func (s *Server) send(v *viewer, cursors *cursors) {
	for id := range cursors.seen {
		if !s.sendNew(v, id, cursors) {
			return
		}
	}
	for {
		select {
		case <-v.done.Done():
			return
		case <-v.pings:
			if !v.ping() {
				return
			}
		case <-v.subscription.C:
			for _, id := range v.subscription.Take() {
				if !s.sendNew(v, id, cursors) {
					return
				}
			}
			if v.subscription.Gone() {
				v.stop(closeDropped)
				return
			}
		}
	}
}

// sendNew sends what an execution has beyond the viewer's cursor, one event a
// frame.
func (s *Server) sendNew(v *viewer, id string, cursors *cursors) bool {
	for {
		events, err := s.store.Outline(v.done, id, cursors.seen[id], eventPage)
		if err != nil {
			if v.done.Err() == nil {
				s.Logger.Error("events could not be read for a viewer", "execution", id, "error", err)
			}
			return false
		}
		for i := range events {
			frame, err := events[i].Public()
			if err != nil || v.conn.SetWriteDeadline(time.Now().Add(writeWait)) != nil ||
				v.conn.WriteMessage(websocket.TextMessage, frame) != nil {
				return false
			}
			cursors.advance(&events[i])
		}
		if len(events) < eventPage {
			return true
		}
	}
}
