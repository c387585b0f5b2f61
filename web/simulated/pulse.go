package simulated

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// maxWatchers bounds the open event streams of all pages together.
const maxWatchers = 100

// pulse tells open pages that something changed. It carries no data: a page
// reads the state anew, so a slow one misses nothing.
type pulse struct {
	mu       sync.Mutex
	watchers map[chan struct{}]struct{}
}

func newPulse() *pulse { return &pulse{watchers: make(map[chan struct{}]struct{})} }

func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for watcher := range p.watchers {
		select {
		case watcher <- struct{}{}:
		default: // one beat is waiting already, and one is enough
		}
	}
}

func (p *pulse) watch() (beats <-chan struct{}, leave func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.watchers) >= maxWatchers {
		return nil, nil, false
	}
	watcher := make(chan struct{}, 1)
	p.watchers[watcher] = struct{}{}
	return watcher, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.watchers, watcher)
	}, true
}

// ServeHTTP streams a "change" event for every beat (text/event-stream).
func (p *pulse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	beats, leave, ok := p.watch()
	if !ok {
		http.Error(w, "Too many pages are open. Close some and reload.", http.StatusServiceUnavailable)
		return
	}
	defer leave()
	stream := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = fmt.Fprint(w, "retry: 1000\n\n")
	// A comment now and then finds out that the reader is gone.
	idle := time.NewTicker(20 * time.Second)
	defer idle.Stop()
	for {
		if stream.Flush() != nil {
			return
		}
		text := "event: change\ndata: {}\n\n"
		select {
		case <-r.Context().Done():
			return
		case <-beats:
		case <-idle.C:
			text = ": idle\n\n"
		}
		if _, err := fmt.Fprint(w, text); err != nil {
			return
		}
	}
}
