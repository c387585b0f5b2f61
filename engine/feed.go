package engine

import "sync"

// feed tells viewers that there is something new to read. It carries no events:
// a viewer is a cursor over the journal, so a slow one lags and misses nothing.
type feed struct {
	mu         sync.Mutex
	executions map[string]map[*Subscription]struct{}
	flows      map[string]map[*Subscription]struct{}
	all        map[string]map[*Subscription]struct{} // one key, for those who want all
}

func newFeed() *feed {
	return &feed{
		executions: map[string]map[*Subscription]struct{}{},
		flows:      map[string]map[*Subscription]struct{}{},
		all:        map[string]map[*Subscription]struct{}{},
	}
}

// Subscription tells which executions have new events.
type Subscription struct {
	// C has an item whenever Take may give something.
	C <-chan struct{}

	c       chan struct{}
	close   func()
	mu      sync.Mutex
	touched []string
	known   map[string]bool // touched and not taken
	gone    bool
	started bool            // only executions that begin after the subscription
	follow  map[string]bool // those that have begun
}

// Take are the executions with new events since it was last called, in the
// order in which they came up.
func (s *Subscription) Take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	touched := s.touched
	s.touched = nil
	clear(s.known)
	return touched
}

// Gone reports whether the execution of the subscription is not there any more.
func (s *Subscription) Gone() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone
}

// Close ends the subscription.
func (s *Subscription) Close() { s.close() }

func (s *Subscription) touch(execution string, first, last bool) {
	s.mu.Lock()
	if s.started {
		if first {
			s.follow[execution] = true
		}
		if !s.follow[execution] {
			s.mu.Unlock()
			return
		}
		if last {
			delete(s.follow, execution)
		}
	}
	if !s.known[execution] {
		s.known[execution] = true
		s.touched = append(s.touched, execution)
	}
	s.mu.Unlock()
	select {
	case s.c <- struct{}{}:
	default:
	}
}

// WatchExecution tells of new events of one execution.
func (e *Engine) WatchExecution(id string) *Subscription {
	return e.feed.subscribe(e.feed.executions, id, false)
}

// WatchFlow tells of new events of all executions of a flow that begin from now
// on.
func (e *Engine) WatchFlow(slug string) *Subscription {
	return e.feed.subscribe(e.feed.flows, slug, true)
}

// WatchAll tells of new events of all executions, those that are under way
// already too.
func (e *Engine) WatchAll() *Subscription {
	return e.feed.subscribe(e.feed.all, everything, false)
}

// everything is the one key of the subscriptions to all executions.
const everything = ""

func (f *feed) subscribe(index map[string]map[*Subscription]struct{}, key string, started bool) *Subscription {
	c := make(chan struct{}, 1)
	s := &Subscription{C: c, c: c, known: map[string]bool{}, started: started, follow: map[string]bool{}}
	s.close = func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(index[key], s)
		if len(index[key]) == 0 {
			delete(index, key)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if index[key] == nil {
		index[key] = map[*Subscription]struct{}{}
	}
	index[key][s] = struct{}{}
	return s
}

// Gone tells those who watch one of some executions that these are not there any
// more: there is nothing to read.
func (e *Engine) Gone(ids ...string) {
	e.feed.mu.Lock()
	defer e.feed.mu.Unlock()
	for _, id := range ids {
		for s := range e.feed.executions[id] {
			s.mu.Lock()
			s.gone = true
			s.mu.Unlock()
			s.touch(id, false, true)
		}
	}
}

// publish tells viewers of an execution's new events. first and last say that
// its first or its last event is among them.
func (f *feed) publish(execution, slug string, first, last bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.executions[execution] {
		s.touch(execution, first, last)
	}
	for s := range f.flows[slug] {
		s.touch(execution, first, last)
	}
	for s := range f.all[everything] {
		s.touch(execution, first, last)
	}
}
