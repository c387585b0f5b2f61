package relay

import (
	"slices"
	"sync"
)

const (
	// maxSubscriptions bounds how many listeners a server has at once.
	maxSubscriptions = 32
	// maxWaiting bounds what waits for one listener, in bytes.
	maxWaiting = 32 << 20
)

// Hub hands deliveries to those who listen. It keeps nothing for those who do
// not.
type Hub struct {
	mu   sync.Mutex
	open map[*Subscription]struct{}
}

// NewHub makes a hub.
func NewHub() *Hub { return &Hub{open: map[*Subscription]struct{}{}} }

// Subscription is what waits for one listener.
type Subscription struct {
	// C gets a value when there is something to Take.
	C chan struct{}

	hub   *Hub
	flows []string // empty: all

	// Under the hub's mutex.
	waiting []Delivery
	size    int
	lost    bool
}

// Subscribe listens to some flows, or without names to all. ok is false if too
// many listen already. Close it.
func (h *Hub) Subscribe(flows ...string) (subscription *Subscription, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.open) >= maxSubscriptions {
		return nil, false
	}
	s := &Subscription{C: make(chan struct{}, 1), hub: h, flows: flows}
	h.open[s] = struct{}{}
	return s, true
}

// Wanted reports whether anybody listens to a flow.
func (h *Hub) Wanted(flow string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.open {
		if s.wants(flow) {
			return true
		}
	}
	return false
}

// Publish hands a delivery to those who listen to its flow. It does not wait: a
// listener that is too slow loses what it has, and is told so by Take.
func (h *Hub) Publish(d *Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.open {
		if !s.wants(d.Flow) || s.lost {
			continue
		}
		if s.size += d.size(); s.size > maxWaiting && len(s.waiting) > 0 {
			s.waiting, s.lost = nil, true
		} else {
			s.waiting = append(s.waiting, *d)
		}
		select {
		case s.C <- struct{}{}:
		default:
		}
	}
}

func (s *Subscription) wants(flow string) bool {
	return len(s.flows) == 0 || slices.Contains(s.flows, flow)
}

// Take takes what waits. ok is false for a listener that was too slow: it gets no
// more.
func (s *Subscription) Take() (waiting []Delivery, ok bool) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	waiting, s.waiting, s.size = s.waiting, nil, 0
	return waiting, !s.lost
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.open, s)
}
