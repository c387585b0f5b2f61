package relay

import (
	"slices"
	"sync"
	"time"
)

const (
	// maxSubscriptions bounds how many listeners a server has at once.
	maxSubscriptions = 32
	// maxWaiting bounds what waits for one listener, in bytes.
	maxWaiting = 32 << 20
)

// Hub hands deliveries to those who listen. It keeps the latest for a time, so that who
// was away for a moment can go on.
type Hub struct {
	mu   sync.Mutex
	open map[*Subscription]struct{}
	kept kept
}

// NewHub makes a hub.
func NewHub() *Hub {
	h := &Hub{open: map[*Subscription]struct{}{}, kept: kept{sinceStart: true}}
	h.kept.begin()
	h.kept.until = time.Now().Add(keptAfterStart)
	return h
}

// Subscription is what waits for one listener.
type Subscription struct {
	// C gets a value when there is something to Take.
	C chan struct{}
	// Greeting says where the listener is.
	Greeting Greeting

	hub   *Hub
	flows []string // empty: all

	// Under the hub's mutex.
	waiting []Delivery
	size    int
	lost    bool
}

// Subscribe listens to some flows, or without names to all, from what comes after a
// cursor on, or without one from now on. ok is false if too many listen already. Close
// it.
func (h *Hub) Subscribe(cursor string, flows ...string) (subscription *Subscription, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.expire()
	if len(h.open) >= maxSubscriptions {
		return nil, false
	}
	s := &Subscription{C: make(chan struct{}, 1), hub: h, flows: flows}
	s.Greeting.Cursor = h.kept.cursor()
	if cursor != "" {
		var missed []Delivery
		missed, s.Greeting.Missed = h.kept.after(cursor)
		for i := range missed {
			s.add(&missed[i])
		}
		if len(s.waiting) > 0 {
			// Until they have been taken, they are what is to be asked for again.
			s.Greeting.Cursor = cursor
		}
	}
	h.open[s] = struct{}{}
	return s, true
}

// expire forgets what was kept for nobody.
func (h *Hub) expire() {
	if len(h.open) == 0 && time.Now().After(h.kept.until) && h.kept.epoch != "" {
		h.kept.forget()
	}
}

// Wanted reports whether anybody listens, or may come back.
func (h *Hub) Wanted() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.expire()
	return len(h.open) > 0 || h.kept.epoch != ""
}

// Publish hands a delivery to those who listen to its flow, and tells how many do.
// It does not wait: a listener that is too slow loses what it has, and is told so by
// Take.
func (h *Hub) Publish(d *Delivery) (listeners int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept.add(d)
	for s := range h.open {
		if s.lost || !s.wants(d.Flow) {
			continue
		}
		if s.add(d); !s.lost {
			listeners++
		}
	}
	return listeners
}

// add has a delivery wait for the listener.
func (s *Subscription) add(d *Delivery) {
	if !s.wants(d.Flow) {
		return
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
	s.hub.kept.until = time.Now().Add(keptAfterListener)
}
