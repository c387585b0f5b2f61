package web

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"redial/engine/signature"
	"redial/store"
	"redial/web/callback"
	"redial/web/relay"
	"redial/web/reply"
)

// relayCallback hands a callback that is being delivered to those who listen.
func (s *Server) relayCallback(c *store.Callback, key signature.Key, m callback.Message, at time.Time) {
	s.relayMessage(c.Flow, c.Execution, key, m, at)
}

// relayMessage hands a callback to those who listen to its flow, and tells how many
// they are.
func (s *Server) relayMessage(slug, execution string, key signature.Key, m callback.Message, at time.Time) (listeners int) {
	if !s.relays.Wanted() {
		return 0
	}
	header, err := m.Header(key, at)
	if err != nil {
		return 0 // of which the delivery speaks
	}
	d := relay.Delivery{Flow: slug, Execution: execution, Headers: make(map[string]string, len(header)), Body: m.Body}
	for name := range header {
		d.Headers[name] = header.Get(name)
	}
	return s.relays.Publish(&d)
}

// liveCallbacks sends callbacks as they are delivered, those of the flows that
// the query names or of all, to `redial listen`: from now on, or from what came after
// the cursor of an earlier socket on.
func (s *Server) liveCallbacks(w http.ResponseWriter, r *http.Request) {
	flows := r.URL.Query()["flow"]
	for _, slug := range flows {
		if _, err := s.store.Draft(r.Context(), slug); err != nil {
			s.Fail(w, r, "reading a flow", err)
			return
		}
	}
	subscription, ok := s.relays.Subscribe(r.URL.Query().Get("after"), flows...)
	if !ok {
		s.Problem(w, r, &reply.Problem{Type: "unavailable", Detail: "Too many programs listen to callbacks already.", RetryAfter: reply.ShortPause})
		return
	}
	defer subscription.Close()
	greeted := r.URL.Query().Has("after")
	s.serveSocket(w, r, nil, func(v *viewer) {
		if !greeted || s.sendFrame(v, subscription.Greeting) {
			s.sendCallbacks(v, subscription)
		}
	})
}

func (s *Server) sendCallbacks(v *viewer, subscription *relay.Subscription) {
	for {
		select {
		case <-v.done.Done():
			return
		case <-v.pings:
			if !v.ping() {
				return
			}
		case <-subscription.C:
			deliveries, ok := subscription.Take()
			for i := range deliveries {
				if !s.sendFrame(v, &deliveries[i]) {
					return
				}
			}
			if !ok {
				v.stop(websocket.CloseTryAgainLater)
				return
			}
		}
	}
}

func (s *Server) sendFrame(v *viewer, what any) bool {
	frame, err := json.Marshal(what)
	if err != nil {
		s.Logger.Error("a callback could not be relayed", "error", err)
		return false
	}
	return v.conn.SetWriteDeadline(time.Now().Add(writeWait)) == nil && v.conn.WriteMessage(websocket.TextMessage, frame) == nil
}
