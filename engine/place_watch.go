package engine

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// leastBytes is what a request counts for at least while it waits.
	leastBytes = 1 << 10
	// parkedBytes is how much of the requests of executions that wait for their
	// turn is kept in memory. What goes beyond it is read from the journal when it
	// is needed. A value takes up to twenty times its bytes.
	parkedBytes = 16 << 20
)

// parked counts the requests that are kept in memory while their executions wait
// for their turn.
type parked struct{ bytes atomic.Int64 }

// keep reports whether there is room for more. Then it has to be given back.
func (p *parked) keep(bytes int64) bool {
	if p.bytes.Add(bytes) <= parkedBytes {
		return true
	}
	p.bytes.Add(-bytes)
	return false
}

func (p *parked) give(bytes int64) {
	if bytes > 0 {
		p.bytes.Add(-bytes)
	}
}

// limitsEvery is how often limits are read again while executions wait: a command
// beside the server may have changed them.
const limitsEvery = time.Second

// limitWatch reads the limits of flows as long as executions wait for their turn.
type limitWatch struct {
	mu sync.Mutex
	on bool
}

// start is for whoever waits now. Its run is active, so the engine has not stopped.
func (w *limitWatch) start(e *Engine) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.on {
		return
	}
	w.on = true
	e.active.Add(1)
	go func() {
		defer e.active.Done()
		w.run(e)
	}()
}

func (w *limitWatch) run(e *Engine) {
	ticker := time.NewTicker(limitsEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-e.stopping:
			return
		}
		if w.ends(e) {
			return
		}
		for _, slug := range e.room.Busy() {
			if slug == "" {
				continue
			}
			if published, err := e.options.Published(e.calls, slug); err == nil {
				e.room.SetLimit(slug, published.Settings.Concurrency)
			}
		}
	}
}

// ends reports whether nobody waits any more.
func (w *limitWatch) ends(e *Engine) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.on = len(e.room.Busy()) > 0
	return !w.on
}
